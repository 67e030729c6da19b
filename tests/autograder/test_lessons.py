"""Recording lessons: what an exercise needs, and what is written."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring.gates import GateError
from autograder.authoring.lessons import lesson_source, write_lesson
from autograder.authoring.sources import SourceError

SETUP = """from helpers.checks import checks_for

check = checks_for("small", lesson=True)"""
STUB = "def double(x):\n    {}y = {}\n    {}return y"
START, END = "### START CODE HERE ###\n    ", "### END CODE HERE ###\n    "
SOLVED = STUB.format(START, "2 * x", END)
FENCE = "<details><summary>Solution</summary>\n\n```python\n{}\n```\n\n</details>"
CATALOGUE = """[[small.double]]
name = "{name}"
replace = "2 * x"
with = "{code}"
hint = "What is {name}?"
"""


def _cell(cell, identity, tag):
    cell["id"] = identity
    cell.metadata["tags"] = [tag]
    return cell


@pytest.fixture
def lesson(tmp_path):
    """Return a writer of a lesson with one exercise, and of its catalogue."""

    def write(solution=SOLVED, without="", entries=3):
        cells = [new_code_cell(SETUP)]
        cells[0]["id"] = "setup"
        parts = {
            "exercise": _cell(
                new_code_cell(STUB.format(START, None, END)), "double", "exercise"
            ),
            "check": _cell(
                new_code_cell("check(double, 3.0)\ncheck(double, 5.0)"),
                "double-check",
                "check",
            ),
            "solution": _cell(
                new_markdown_cell(FENCE.format(solution)), "double-solution", "solution"
            ),
        }
        cells += [cell for name, cell in parts.items() if name != without]
        path = tmp_path / "small.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        wrong = [("half", "x / 2"), ("square", "x * x"), ("same", "x")]
        text = "\n".join(
            CATALOGUE.format(name=name, code=code) for name, code in wrong[:entries]
        )
        (tmp_path / "misconceptions.toml").write_text(text, encoding="utf-8")
        return path

    return write


def test_cases_are_recorded_from_the_fence(lesson):
    """The folded solution gives the expected answers, beside the lesson."""
    written = write_lesson(lesson())
    function = json.loads(written.read_text(encoding="utf-8"))["functions"]["double"]

    assert written.name == "small.cases.json"
    assert [entry["name"] for entry in function["entries"]] == [
        "half",
        "square",
        "same",
    ]
    assert len(function["cases"]) == 2
    assert not any(case.get("hidden") for case in function["cases"])


@pytest.mark.parametrize("part", ["check", "solution"])
def test_an_exercise_has_three_cells(lesson, part):
    """A stub without its check or its solution is named."""
    with pytest.raises(SourceError, match=f"no cell double-{part}"):
        lesson_source(lesson(without=part))


def test_a_solution_has_a_region(lesson):
    """A fence without markers is refused, since no entry could be placed."""
    with pytest.raises(SourceError, match="one fence of Python with a region"):
        lesson_source(lesson(solution="def double(x):\n    return 2 * x"))


def test_a_lesson_passes_the_gates_of_the_catalogue(lesson):
    """Too few wrong answers are refused in a lesson too, hidden cases are not asked."""
    with pytest.raises(GateError, match="it needs at least 3"):
        write_lesson(lesson(entries=2))
