"""What `make lint` checks beside the style: types, layers and docstrings."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.language import findings

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent


def _run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True
    )


@pytest.mark.slow
def test_types_are_consistent():
    """mypy finds nothing, at the settings of pyproject.toml."""
    result = _run("mypy")

    assert result.returncode == 0, result.stdout + result.stderr


def test_packages_import_only_what_their_layer_may():
    """The contracts of pyproject.toml: layers, and no import cycle."""
    result = _run("lint-imports")

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_page_for_maintainers_shows_the_layers_of_the_contracts():
    """The picture has each layer, in the order in which import-linter holds them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    page = (ROOT / "docs" / "maintainer.md").read_text()
    picture = page.split("## The house on one page")[1].split("```")[1].split("\n")[2:]
    left, right = (
        " ".join(line[part] for line in picture).split()
        for part in (slice(0, 55), slice(55, None))
    )

    for contract in contracts["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            shown = left if contract["containers"] == ["autograder"] else right
            order = [layer.strip("()").split(" | ") for layer in contract["layers"]]
            ranks = [next(i for i, o in enumerate(order) if n in o) for n in shown]
            assert ranks == sorted(ranks)
            assert {n for o in order for n in o} - {"__main__"} == set(shown)


@pytest.mark.slow
def test_docstrings_of_public_names_are_numpydoc():
    """Every parameter that a docstring names has a type and a description."""
    files = [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("helpers/**/*.py"))
    ]
    files += [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("autograder/**/*.py"))
    ]

    result = _run("numpydoc", "lint", *files)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_texts_keep_to_the_standard_words():
    """No word of tests/words.toml and no sentence of more than 35 words."""
    found = findings()

    assert not found, "\n".join(map(str, found))


NOTEBOOK = """{"cells": [
{"cell_type": "markdown", "id": "a", "metadata": {}, "source": [%s]},
{"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null,
 "outputs": [], "source": [%s]}],
"metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""


def _findings(folder, monkeypatch, prose="", code=""):
    monkeypatch.setattr("tests.language.EXCEPTIONS", [])
    (folder / "notebooks").mkdir()
    path = folder / "notebooks" / "01_topic.ipynb"
    path.write_text(NOTEBOOK % (json.dumps(prose), json.dumps(code)))
    return findings(folder)


@pytest.mark.parametrize(
    ("prose", "code", "better"),
    [
        ("The slope of the cost by `w`.", "", "derivative"),
        ("A *net* with two layers.", "", "network"),
        ("| rate | cost |\n|---|---|\n| 0.1 | 2 |", "", "learning rate"),
        ("See [the spread of it](#a).", "", "standard deviation"),
        ("", "x = 1  # mend this", "fix"),
        ("", "print(f'{x} by pencil')", "by hand"),
        ("", "def f():\n    '''Return the share: your share.'''", "fraction"),
        ("A word " * 18, "", "36 words"),
    ],
)
def test_a_private_word_is_found_in_prose_and_code(
    tmp_path, monkeypatch, prose, code, better
):
    """The message names the cell and what to write instead."""
    found = _findings(tmp_path, monkeypatch, prose, code)

    assert found
    assert all(item.where.startswith("notebooks/01_topic.ipynb, ") for item in found)
    assert better in str(found[0])


@pytest.mark.parametrize(
    ("prose", "code"),
    [
        ("The `net` in $rate = spread$ and [text](net.ipynb#rate).", ""),
        ("```python\nnet = mend(spread)\n```", ""),
        ("The learning rate, the decay rate, arrays that share memory.", ""),
        ("A neural net. " + "One sentence of six words. " * 10, ""),
        ("- " + "\n- ".join(["an item of a list"] * 20), ""),
        ("", "net, spread = race(rates)  # rates = spread(net)"),
        ("", "cache = frozen('small net', lambda: forward(net))"),
        ("", "def f(rates):\n    '''\n    Do.\n\n    rates : ndarray\n    '''"),
    ],
)
def test_code_formulas_and_links_are_no_text(tmp_path, monkeypatch, prose, code):
    """Names and short sentences raise no alarm."""
    assert _findings(tmp_path, monkeypatch, prose, code) == []


def test_an_exception_that_fits_nothing_is_reported(tmp_path, monkeypatch):
    """The list of exceptions cannot outlive its reasons."""
    item = {"file": "README.md", "text": "net", "reason": "none"}
    monkeypatch.setattr("tests.language.EXCEPTIONS", [item])

    (finding,) = findings(tmp_path)

    assert "remove it" in str(finding)
