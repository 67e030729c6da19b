"""What holds for every file of the repository."""

import ast
import importlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import click
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring.catalogue import BESIDE, READ
from autograder.authoring.normal_form import normal_text, own_notebooks
from autograder.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
NOTEBOOKS = [path for path in TRACKED if path.suffix == ".ipynb"]
OURS = own_notebooks(ROOT)
LEARNERS_READ = sorted((ROOT / "helpers").rglob("*.py"))
STRINGS = ROOT / "helpers" / "strings" / "en.toml"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_no_tracked_notebook_has_outputs(path):
    """Outputs, counts and widget state stay out of git."""
    raw = json.loads(path.read_text(encoding="utf-8"))

    assert "widgets" not in raw["metadata"]
    for cell in raw["cells"]:
        assert cell.get("outputs", []) == [], cell["id"]
        assert cell.get("execution_count") is None, cell["id"]


@pytest.mark.parametrize("path", OURS, ids=_name)
def test_what_authors_write_is_in_normal_form(path):
    """``python -m autograder normalize`` would change nothing."""
    assert normal_text(path) == path.read_text(encoding="utf-8")


def test_normal_form_gives_speaking_ids_and_drops_the_rest(tmp_path):
    """Ids that JupyterLab invented, outputs and foreign metadata go."""
    graded = new_code_cell("check(relu, 1)  ", id="8f2d0c1a", execution_count=7)
    graded.metadata = {
        "nbgrader": {"grade_id": "relu-check", "grade": True},
        "collapsed": False,
    }
    cells = [
        new_markdown_cell("# A fine title, is it?", id="0a1b2c3d"),
        new_markdown_cell("# A fine title, is it?", id="0a1b2c3e"),
        new_code_cell("x = 1", id="speaking-id"),
        graded,
    ]
    path = tmp_path / "some.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"colab": {}}), path)
    raw = json.loads(normal_text(path))

    assert [cell["id"] for cell in raw["cells"]] == [
        "a-fine-title-is",
        "a-fine-title-is-2",
        "speaking-id",
        "relu-check",
    ]
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}
    assert set(raw["cells"][-1]["metadata"]) == {"nbgrader"}
    # Create Assignment drops what kind of cell it is.
    assert raw["cells"][-1]["metadata"]["nbgrader"]["cell_type"] == "code"
    assert raw["cells"][-1]["execution_count"] is None
    assert raw["cells"][-1]["source"] == ["check(relu, 1)"]


def test_normal_form_keeps_which_code_is_collapsed(tmp_path):
    """A collapsed code cell stays collapsed; other layout of JupyterLab goes."""
    layouts = [
        {"source_hidden": True, "outputs_hidden": True},
        {"source_hidden": False},
        {"outputs_hidden": True},
    ]
    cells = [new_code_cell("1", metadata={"jupyter": layout}) for layout in layouts]
    cells.append(new_markdown_cell("a", metadata={"jupyter": {"source_hidden": True}}))
    path = tmp_path / "some.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    kept = [cell["metadata"] for cell in json.loads(normal_text(path))["cells"]]

    assert kept == [{"jupyter": {"source_hidden": True}}, {}, {}, {}]


def test_normal_form_is_stable(tmp_path):
    """A notebook in normal form is left as it is."""
    path = tmp_path / "some.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1", id="ab12cd34")]), path)
    first = normal_text(path)
    path.write_text(first, encoding="utf-8")

    assert normal_text(path) == first


def test_no_machine_paths():
    """No tracked text names a folder of the machine that it was written on."""
    # Written in two parts, so that this file is none of those it finds.
    pattern = re.compile("/(?:ro" + r"ot|home/\w+|Use" + r"rs/\w+|wo" + r"rk)/\w")
    found = []
    for path in TRACKED:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{_name(path)}: {match[0]}" for match in pattern.finditer(text)]

    assert found == []


def _words(markdown: str) -> int:
    """Count words of prose: no formulas, no code, nothing that is folded."""
    for pattern in (
        r"=== BEGIN MARK SCHEME ===.*?=== END MARK SCHEME ===",
        r"<details>.*?</details>",
        r"```.*?```",
        r"\$\$.*?\$\$",
        r"\$[^$]*\$",
        r"\]\([^)]*\)",
        r"<[^>]*>",
    ):
        markdown = re.sub(pattern, " ", markdown, flags=re.DOTALL)
    return len(re.findall(r"[^\W\d_]{2,}\S*", markdown))


@pytest.mark.parametrize(
    "path", [path for path in OURS if "source" in path.parts], ids=_name
)
def test_at_most_250_words_between_two_code_cells(path):
    """Who reads for long does not write; the closing part comes after all code."""
    raw = json.loads(path.read_text(encoding="utf-8"))["cells"]
    last = max(i for i, c in enumerate(raw[:-1]) if c["cell_type"] == "code")
    words = 0
    for cell in raw[: last + 1]:
        if cell["cell_type"] == "code":
            assert words <= 250, f"above {cell['id']}"
            words = 0
        else:
            words += _words("".join(cell["source"]))


def _keys(table: dict, prefix: str = "") -> set[str]:
    keys = set()
    for key, value in table.items():
        if isinstance(value, dict):
            keys |= _keys(value, f"{prefix}{key}.")
        else:
            keys.add(f"{prefix}{key}")
    return keys


def _trees() -> list[ast.AST]:
    files = [*LEARNERS_READ, *sorted((ROOT / "autograder").rglob("*.py"))]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in files]


def _is_text_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "text"
        and bool(node.args)
    )


@pytest.mark.slow
def test_every_string_key_in_the_code_exists():
    """text("some.key") names a string of en.toml; so does text(f"some.{x}")."""
    keys = _keys(tomllib.loads(STRINGS.read_text(encoding="utf-8")))
    unknown = []
    for tree in _trees():
        for node in filter(_is_text_call, ast.walk(tree)):
            key = node.args[0]
            if isinstance(key, ast.Constant) and key.value not in keys:
                unknown.append(key.value)
            if isinstance(key, ast.JoinedStr):
                pattern = _pattern(key)
                if not any(re.fullmatch(pattern, known) for known in keys):
                    unknown.append(pattern)

    assert unknown == []


def _pattern(key: ast.JoinedStr) -> str:
    return "".join(
        re.escape(part.value) if isinstance(part, ast.Constant) else r"([\w.]+)"
        for part in key.values
    )


@pytest.mark.slow
def test_every_string_of_the_file_is_used():
    """A key stands in the code as it is, or fits a key that is put together."""
    keys = _keys(tomllib.loads(STRINGS.read_text(encoding="utf-8")))
    constants, patterns = set(), set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
                # The beginning of "some." + key.
                if re.fullmatch(r"(\w+\.)+", node.value):
                    patterns.add(re.escape(node.value) + r"\w+")
            if isinstance(node, ast.JoinedStr) and "." in ast.unparse(node):
                patterns.add(_pattern(node))
    patterns = [pattern for pattern in patterns if re.match(r"\w+\\\.", pattern)]
    unused = {
        key
        for key in keys - constants - {"language.name"}
        if not any(re.fullmatch(pattern, key) for pattern in patterns)
    }

    assert unused == set()


def _literals(node: ast.expr) -> list[str]:
    """Return the texts that stand in an argument itself, not in calls within it."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [text for part in node.values for text in _literals(part)]
    if isinstance(node, ast.BinOp):
        return _literals(node.left) + _literals(node.right)
    return []


SHOWN = {"set_title", "set_xlabel", "set_ylabel", "suptitle", "annotate"}
LABELS = {"title", "xlabel", "ylabel", "label", "description"}
# Not texts in a language: messages of `values` are a part of recorded outcomes,
# and the strings' own loader cannot ask itself.
EXEMPT = {"helpers/checks/values.py", "helpers/strings/__init__.py"}


@pytest.mark.parametrize(
    "path", [path for path in LEARNERS_READ if _name(path) not in EXEMPT], ids=_name
)
def test_no_sentence_stands_outside_of_the_strings(path):
    """What is printed, raised or drawn comes from en.toml."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        arguments: list[ast.expr] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            arguments = node.exc.args
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "print" or name in SHOWN:
                arguments = [*node.args]
            if isinstance(node.func, ast.Attribute):
                arguments += [k.value for k in node.keywords if k.arg in LABELS]
        for argument in arguments:
            for text in _literals(argument):
                if re.search(r"[^\W\d_]{2,}\s+\S*[^\W\d_]{2,}", text):
                    found.append(f"line {node.lineno}: {text}")

    assert found == []


def test_the_readme_claims_what_the_catalogues_hold():
    """Functions, wrong answers and right variants are counted."""
    wrong, right, functions = 0, 0, set()
    for path in ROOT.glob("source/*/misconceptions.toml"):
        catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
        for table in (READ, *BESIDE):
            catalogue.pop(table, None)
        for notebook, entries_of in catalogue.items():
            for function, entries in entries_of.items():
                functions.add((path.parent.name, notebook, function))
                accepted = sum(entry.get("accept", False) for entry in entries)
                right += accepted
                wrong += len(entries) - accepted
    claims = re.search(
        r"(\d+) graded functions come with a catalogue of more than (\d+) wrong",
        (ROOT / "README.md").read_text(encoding="utf-8"),
    )

    assert abs(len(functions) - int(claims[1])) <= 5
    assert wrong > int(claims[2])
    assert right > 80


@pytest.mark.parametrize("name", ["README.md", "website/index.md"])
def test_quoted_hints_are_those_of_the_catalogue(name):
    """What a page shows as the question of a check is asked by one."""
    text = (ROOT / name).read_text(encoding="utf-8")
    quoted = re.findall(r"Think: (.+?)(?=\n\n)", text, flags=re.DOTALL)
    hints = {
        " ".join(entry["hint"].split())
        for path in ROOT.glob("source/*/misconceptions.toml")
        for functions in tomllib.loads(path.read_text(encoding="utf-8")).values()
        for entries in functions.values()
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, dict) and "hint" in entry
    }

    assert quoted
    assert {" ".join(quote.split()) for quote in quoted} <= hints


def test_readme_counts_the_attacks_and_assignments_that_there_are():
    """The attacks of the measured table, and the list in Formgrader's picture."""
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    measured = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tried = re.search(r"Of (\d+) that were tried here", measured)[1]
    assignments = len(list((ROOT / "source").glob("0*")))

    assert f"[What {tried} attacks earn here" in said
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
    assert f"list of the {words[assignments]} assignments" in said


@pytest.mark.parametrize(
    "path", [path for path in TRACKED if path.suffix == ".md"], ids=_name
)
def test_links_between_documents_lead_somewhere(path):
    """A relative link names a file that exists."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    missing = [
        target
        for target in targets
        if not re.match(r"[a-z]+:|#", target)
        and not (path.parent / target.partition("#")[0]).exists()
    ]

    assert missing == []


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))],
    ids=_name,
)
def test_commands_named_in_documents_exist(path):
    """Every make target and every command of the autograder is a real one."""
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE))
    commands = set(re.findall(r"python -m autograder ([a-z-]+)", text))

    assert targets - set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == set()
    assert commands - set(main.list_commands(click.Context(main))) == set()


def test_every_class_that_the_configuration_names_exists():
    """A module that moves takes its name among the settings with it."""
    path = ROOT / "autograder" / "nbgrader" / "configuration.py"
    config = path.read_text(encoding="utf-8")
    named = re.findall(r'"\{OURS\}\.([\w.]+)"', config)

    assert named
    for name in named:
        module, _, attribute = name.rpartition(".")
        assert hasattr(
            importlib.import_module(f"autograder.nbgrader.{module}"), attribute
        )
