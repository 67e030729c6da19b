"""The reference sheet: right examples, in reach of every lesson, short."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.delivery.bundle import bundled_files
from autograder.delivery.sheet import printable
from autograder.delivery.workspace import workspace_files
from autograder.nbgrader.course import Course

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "notebooks" / "reference.md"
EXAMPLE = re.compile(r"\| `([^`]+)`[^|]* \| `([^`]+)` \|$", re.MULTILINE)
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_learners_get_the_sheet():
    """It lies beside the lessons in the bundle and in the workspace, also to print."""
    bundle = {name for _, name in bundled_files(Course(ROOT))}

    assert "notebooks/reference.md" in bundle
    assert "notebooks/reference.md" in workspace_files(ROOT)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_link_to_the_sheet(path):
    """A lesson's first cell leads to it."""
    first = nbformat.read(path, as_version=4).cells[0].source

    assert "(reference.md)" in first


def test_each_example_gives_its_result():
    """The NumPy expressions of the sheet are run."""
    sheet = SHEET.read_text(encoding="utf-8")
    operations = re.findall(r"^\| (\d+) \|", sheet, re.MULTILINE)
    examples = EXAMPLE.findall(sheet.partition("## Ten NumPy operations")[2])

    assert [int(number) for number in operations] == list(range(1, 11))
    assert len(examples) >= 10
    for expression, result in examples:
        names = {"np": np, "A": np.array([[1, 2, 3], [4, 5, 6]])}
        found = eval(expression, names)

        assert np.shape(found) == np.shape(eval(result)), expression
        np.testing.assert_allclose(found, eval(result), rtol=1e-12, atol=0)


def test_each_assignment_has_its_formulas():
    """Every assignment sends its learners to the sheet."""
    headings = re.findall(r"^## .*$", SHEET.read_text(encoding="utf-8"), re.MULTILINE)
    numbers = {n for heading in headings for n in re.findall(r"\d\d", heading)}

    assert numbers == {path.name[:2] for path in (ROOT / "source").iterdir()}


def test_formulas_stand_in_one_cell_of_their_table():
    """No bar within a formula ends a cell of a table."""
    for block in re.split(r"\n\n", SHEET.read_text(encoding="utf-8")):
        rows = [row for row in block.splitlines() if row.startswith("|")]

        assert len({row.count("|") for row in rows}) <= 1, rows


def test_all_formulas_of_the_printed_sheet_are_formulas():
    """No dollar is left where a formula should be, and no table is lost."""
    sheet = SHEET.read_text(encoding="utf-8")
    page = printable(sheet)

    assert "$" not in page
    assert sheet.count("$") // 2 == page.count("<math")
    assert len(re.findall(r"^\|---", sheet, re.MULTILINE)) == page.count("<table>")


def test_the_sheet_stays_short():
    """About 90 lines of this width fit on two printed pages."""
    assert len(SHEET.read_text(encoding="utf-8").splitlines()) <= 100
