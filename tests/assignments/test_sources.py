"""The form of the source notebooks: every one of them, found by itself."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.catalogue import read_catalogue
from autograder.authoring.needs import needed
from autograder.authoring.regions import plain_python
from autograder.authoring.sources import read_source

SOURCE = Path(__file__).resolve().parents[2] / "source"
NOTEBOOKS = sorted(SOURCE.glob("[0-9][0-9]_*/*.ipynb"))
ASSIGNMENTS = sorted({path.parent for path in NOTEBOOKS})
EVERY_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
EVERY_ASSIGNMENT = pytest.mark.parametrize("folder", ASSIGNMENTS, ids=lambda p: p.name)

HEADING = re.compile(
    r"^##+ Exercise \d+: .*`(?P<name>\w+)` "
    r"\((?P<points>\d+) points?, difficulty [1-5] of 5, about \d+ minutes\)$",
    re.MULTILINE,
)
WRITTEN = re.compile(r"^## .*\((?P<points>\d+) points?\b", re.MULTILINE)


@cache
def notebook_of(path):
    """Read a notebook once for all tests."""
    return nbformat.read(path, as_version=4)


def nbgrader(cell):
    """Return nbgrader's metadata of a cell, empty where there is none."""
    return cell.metadata.get("nbgrader", {})


def is_solution(cell):
    """Tell whether learners write code in a cell that is graded elsewhere."""
    return bool(nbgrader(cell).get("solution")) and not nbgrader(cell).get("grade")


def is_written(cell):
    """Tell whether a cell holds an answer in words."""
    return bool(nbgrader(cell).get("solution")) and bool(nbgrader(cell).get("grade"))


def is_check(cell):
    """Tell whether a cell holds checks."""
    return bool(nbgrader(cell).get("grade")) and not nbgrader(cell).get("solution")


def test_there_is_something_to_test():
    """A wrong path would let all the others pass."""
    assert NOTEBOOKS


@EVERY_NOTEBOOK
def test_notebook_is_in_normal_form(path):
    """nbformat 4.5, one line of source a line, no outputs, little metadata."""
    notebook = notebook_of(path)
    text = path.read_text(encoding="utf-8")

    assert nbformat.writes(notebook) == text.removesuffix("\n")
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"nbgrader", "tags", "jupyter"}
        assert cell.metadata.get("jupyter", {}) in ({}, {"source_hidden": True})
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@EVERY_NOTEBOOK
def test_cells_have_speaking_ids(path):
    """Kebab-case, unique, and equal to the grade_id."""
    cells = notebook_of(path).cells
    ids = [cell["id"] for cell in cells]

    assert len(ids) == len(set(ids))
    for cell in cells:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell["id"])
        assert nbgrader(cell).get("grade_id", cell["id"]) == cell["id"]


@EVERY_NOTEBOOK
def test_notebook_opens_and_ends_as_all_do(path):
    """A title, the setup with its check object; at the end the table."""
    cells = notebook_of(path).cells
    first_code = next(cell for cell in cells if cell.cell_type == "code")

    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert first_code["id"] == "setup"
    assert f'check = checks_for("{path.stem}")' in first_code.source
    assert cells[-1].source == "check.progress()"
    assert nbgrader(first_code)["locked"]
    assert nbgrader(cells[-1])["locked"]


@EVERY_NOTEBOOK
def test_imports_stand_in_the_setup_only(path):
    """What a notebook needs is seen at its top."""
    for cell in notebook_of(path).cells:
        if cell.cell_type == "code" and cell["id"] != "setup":
            found = re.findall(r"^\s*(?:import|from) .*", cell.source, re.MULTILINE)
            assert found == [], cell["id"]


@EVERY_NOTEBOOK
def test_the_factor_of_the_mean_stands_in_gradients_of_parameters(path):
    """The course divides dW and db by m, and never dZ or dA."""
    for cell in notebook_of(path).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.BinOp(op=ast.Div(), right=right),
                ) if name.startswith(("dZ", "dA")):
                    said = ast.unparse(right)
                    assert said != "m" and not said.endswith(".shape[1]"), cell["id"]


def exercises_of(path):
    """Yield name, prose above, solution cell and check cell of each exercise."""
    prose, solution = "", None
    for cell in notebook_of(path).cells:
        if cell.cell_type == "markdown":
            prose += "\n" + cell.source
        elif is_solution(cell):
            assert solution is None, f"{solution and solution['id']} has no check"
            solution = cell
        elif is_check(cell) and solution is not None:
            name = re.search(r"^def (\w+)", solution.source, re.MULTILINE)[1]
            yield name, prose, solution, cell
            prose, solution = "", None
    assert solution is None


@EVERY_NOTEBOOK
def test_exercises_come_in_three_cells(path):
    """A prompt with a heading, the function, and the next checks are its own."""
    for name, prose, solution, check in exercises_of(path):
        assert name in [match["name"] for match in HEADING.finditer(prose)]
        assert solution["id"] == name.lower().replace("_", "-")
        assert check["id"] == f"{solution['id']}-check"
        assert re.search(rf"\bcheck\(\s*{name}\b", check.source)


@EVERY_NOTEBOOK
def test_points_in_headings_are_those_of_the_checks(path):
    """Every graded function has one heading with its points."""
    cells = notebook_of(path).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = [(m["name"], float(m["points"])) for m in HEADING.finditer(prose)]
    checks = [
        (name, float(nbgrader(check)["points"]))
        for name, _, _, check in exercises_of(path)
    ]

    assert sorted(headings) == sorted(checks)


@EVERY_NOTEBOOK
def test_written_questions_say_their_points(path):
    """Their headings agree with the cells; together about a tenth of all points."""
    cells = notebook_of(path).cells
    written = [nbgrader(cell)["points"] for cell in cells if is_written(cell)]
    asked = [
        float(match["points"])
        for cell in cells
        if cell.cell_type == "markdown" and not nbgrader(cell)
        for match in WRITTEN.finditer(cell.source)
        if "Exercise" not in match[0]
    ]
    total = sum(nbgrader(cell).get("points", 0) for cell in cells)

    assert asked == written
    assert not written or 0.06 <= sum(written) / total <= 0.16
    for cell in cells:
        if is_written(cell):
            assert "=== BEGIN MARK SCHEME ===" in cell.source


def words_in(source):
    """Count the words of a text: no formulas, no tags, no rules of tables."""
    # The contract is one line of standard sentences, not prose to read through.
    source = re.sub(r"(?m)^\*\*Contract\.\*\*.*$", "", source)
    plain = re.sub(r"(?s)\$\$.*?\$\$|\$[^$]*\$|<[^>]*>", " ", source)
    return sum(any(map(str.isalpha, word)) for word in plain.split())


@EVERY_NOTEBOOK
def test_at_most_250_words_stand_between_two_code_cells(path):
    """Nobody reads more than a page before doing something."""
    words = 0
    for cell in notebook_of(path).cells:
        if cell.cell_type == "code":
            words = 0
        elif not is_written(cell):
            words += words_in(cell.source)
            assert words <= 250, cell["id"]


@EVERY_NOTEBOOK
def test_the_number_of_layers_does_not_count_the_input(path):
    """`L` means one thing: the list of widths has one entry more."""
    for cell in notebook_of(path).cells:
        counted = re.findall(r"(?m)^ *L = len\(layers?_dims\)(.*)$", cell.source)
        assert all(rest.startswith(" - 1") for rest in counted), cell["id"]


@EVERY_NOTEBOOK
def test_hints_render_as_markdown(path):
    """A details element needs an empty line below its summary."""
    for cell in notebook_of(path).cells:
        if cell.cell_type == "markdown":
            for follows in re.findall(r"</summary>(.{0,2})", cell.source, re.DOTALL):
                assert follows == "\n\n", cell["id"]


def is_wrong(entry):
    """Whether an entry is a misconception of its own."""
    return not entry.get("accept", False) and "same_as" not in entry


def test_catalogues_hold_285_misconceptions_together():
    """That many were asked for over all assignments."""
    entries = [
        item.entry
        for folder in ASSIGNMENTS
        for functions in read_catalogue(folder / "misconceptions.toml").values()
        for items in functions.values()
        for item in items
    ]

    assert sum(not (e.accept or e.same_as) for e in entries) >= 285


@EVERY_ASSIGNMENT
def test_nobody_is_sent_to_a_lesson_that_comes_later(folder):
    """What is to be read *again* has been read before: see the order of work."""
    number = int(folder.name[:2])
    catalogue = read_catalogue(folder / "misconceptions.toml")
    for notebook, functions in catalogue.items():
        # numpy_basics comes before the lesson of its own number.
        last = 0 if notebook == "numpy_basics" else number
        for name, items in functions.items():
            for item in items:
                lesson = re.match(r"lesson (\d\d)", item.entry.read)
                assert not lesson or int(lesson[1]) <= last, (name, item.entry.name)


@EVERY_ASSIGNMENT
def test_catalogue_is_rich_enough(folder):
    """Three wrong answers a function, six for a Core one, five on average."""
    catalogue = tomllib.loads(
        (folder / "misconceptions.toml").read_text(encoding="utf-8")
    )
    counts = []
    for path in sorted(folder.glob("*.ipynb")):
        source = read_source(path)
        checks = {cell.id: cell.points for cell in source.cells}
        for name, function in source.functions.items():
            entries = catalogue.get(path.stem, {}).get(name, [])
            n = sum(is_wrong(entry) for entry in entries)
            is_core = checks[f"{function.cell.id}-check"] >= 6
            assert n >= (6 if is_core else 3), f"{path.stem}.{name}"
            counts.append(n)

    assert sum(counts) / len(counts) >= 5


@EVERY_NOTEBOOK
def test_the_reference_needs_no_data(path, monkeypatch):
    """What grading runs of the solution ends, wherever data files may be."""
    source = read_source(path)
    monkeypatch.setattr("h5py.File", None)
    cells = [
        (cell.id, plain_python(cell.source))
        for cell in source.cells
        if cell.role in ("plain", "solution")
    ]
    defined = {}
    for cell, text in needed(cells, set(source.functions)):
        exec(compile(text, cell, "exec"), defined)

    assert set(source.functions) <= set(defined)
