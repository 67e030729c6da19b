"""What a kernel says about names that a cell has yet to make."""

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.checks import unrun

CELLS = [
    "import numpy as np\n\nfrom helpers.checks import checks_for\ncheck = 1",
    "def centre(X):\n    return X - mean",
    "check(centre, 3)",
    "this is no code",
    "for step in range(3):\n    total = step",
]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Return a shell of a notebook that was just opened."""
    path = tmp_path / "mine.ipynb"
    cells = [
        {"cell_type": "markdown", "source": "lost = 1"},
        *({"cell_type": "code", "source": cell.splitlines(True)} for cell in CELLS),
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    shell = InteractiveShell()
    unrun.load_ipython_extension(shell)
    return shell


def said(shell, capsys, cell):
    """Run a cell, and return what is shown."""
    shell.run_cell(cell, store_history=True)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("check", "import numpy as np"),
        ("np", "import numpy as np"),
        ("checks_for", "import numpy as np"),
        ("centre", "def centre(X):"),
        ("total", "for step in range(3):"),
    ],
)
def test_the_cell_that_makes_a_name_is_shown(shell, capsys, name, line):
    """A function, an import, a value: the cell's first line says which to run."""
    text = said(shell, capsys, f"print({name})")

    assert f"{name} is not known yet" in text
    assert f"\n    {line}\n" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("name", ["nowhere", "lost", "X", "mean"])
def test_a_name_that_no_code_cell_makes_is_an_ordinary_error(shell, capsys, name):
    """A slip in a name, a word of the text, and what is local to a function."""
    text = said(shell, capsys, f"print({name})")

    assert f"name '{name}' is not defined" in text
    assert "not known yet" not in text


def test_a_cell_is_not_sent_to_itself(shell, capsys):
    """The running cell cannot be the one to run first."""
    said(shell, capsys, "def centre(X):\n    return X - mean")
    text = said(shell, capsys, CELLS[1] + "\nprint(mean)")

    assert "name 'mean' is not defined" in text
    assert unrun.advice("total", CELLS, CELLS[4]) is None


def test_names_that_a_library_lacks_are_the_librarys(shell, capsys):
    """A name missing elsewhere has nothing to do with the notebook's."""
    text = said(shell, capsys, "exec('centre', {})")

    assert "not known yet" not in text


def test_without_a_notebook_the_error_is_the_ordinary_one(shell, capsys, monkeypatch):
    """In a terminal, and where the file cannot be read."""
    monkeypatch.setenv("JPY_SESSION_NAME", "/nowhere/at/all.ipynb")

    assert "name 'check' is not defined" in said(shell, capsys, "check")


@pytest.mark.slow
def test_kernels_of_this_environment_load_it():
    """The settings that an install put into the environment name the extension."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        question = "get_ipython().extension_manager.loaded"
        answer = client.execute(
            "", user_expressions={"loaded": question}, silent=True, reply=True
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    loaded = answer["content"]["user_expressions"]["loaded"]["data"]["text/plain"]

    assert "helpers.checks.unrun" in loaded


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("def centre(X):\n    return X -", "SyntaxError when it ran last, in line 2"),
        ("def centre(X, m=nowhere):\n    return X", "NameError"),
        (
            "def centre(X):\n    return np.exp（X）",
            "SyntaxError when it ran last, in line 2. The function that the kernel "
            "knows is an earlier one, so nothing was checked. Correct that cell and "
            "run it, then run this one. The character `（` there is a full-width or "
            "typographic one. Python knows only the ones of the English keyboard, "
            "such as `(`.",
        ),
    ],
)
def test_a_check_says_that_the_cell_of_the_answer_stopped(
    shell, capsys, monkeypatch, tiny_course, cell, error
):
    """The function that the kernel knows is then an old one, and is not judged."""
    from helpers.checks.checker import Check
    from tests.course import CENTRE

    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.user_ns["check"] = Check(
        "tiny", folder=tiny_course.root / "release" / "01_tiny"
    )
    check = "check(centre, np.array([[1.0, 3.0], [0.0, 10.0]]))"
    said(shell, capsys, f"import numpy as np\n{CENTRE}")
    assert "right" in said(shell, capsys, check)

    said(shell, capsys, cell)
    text = said(shell, capsys, check)

    assert f"`centre` stopped with {error}" in text
    said(shell, capsys, CENTRE)
    assert "centre: 1 of 2 public cases right" in said(shell, capsys, check)


def test_a_cell_that_stops_after_the_definition_has_defined_it(
    shell, capsys, monkeypatch, tiny_course
):
    """An experiment below the function does not make it an old one."""
    from helpers.checks.checker import Check
    from tests.course import CENTRE

    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.user_ns["check"] = Check(
        "tiny", folder=tiny_course.root / "release" / "01_tiny"
    )
    said(shell, capsys, f"import numpy as np\n{CENTRE}\n1 / 0")

    text = said(shell, capsys, "check(centre, np.array([[1.0, 3.0], [0.0, 10.0]]))")

    assert "centre: 1 of 2 public cases right" in text


@pytest.mark.parametrize("rebinding", ["np = None", "sum = 0"])
def test_a_cell_is_told_that_another_one_rebound_a_name(shell, capsys, rebinding):
    """Instead of a traceback that ends in an attribute of None."""
    said(shell, capsys, "import numpy as np")
    said(shell, capsys, rebinding)
    text = said(shell, capsys, "print(3)\nx = np.ones(2), sum([1, 2])")
    name = rebinding.partition(" ")[0]

    assert f"`{name}` is no longer" in text
    assert f"`{rebinding}`" in text
    assert "Traceback" not in text
    assert "Traceback" in said(shell, capsys, "None.shape")
