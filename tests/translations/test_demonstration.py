"""The demonstration class in two editions: every learner's marks are the same."""

import io
import shutil

import pytest
from rich.console import Console

from autograder.cli.grade import grade_assignment
from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import CellMark, cell_marks
from autograder.quality.demonstration import LEARNERS, hand_in
from autograder.store import ENGLISH
from tests.conftest import ROOT

# The one assignment with a single notebook: twelve learners, nine functions.
ASSIGNMENT = "02_shallow_network"
NOTEBOOK = "planar_classification"
EDITION = "zh_Hans"


@pytest.mark.slow
# nbgrader 0.9 builds rows in an order that SQLAlchemy 2.1 remarks on.
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_the_demonstration_class_gets_the_same_marks_in_both_editions(tmp_path):
    """Each learner has equal marks in each cell, mistakes and flags that are equal."""
    for name in ("nbgrader_config.py", "translations", "notebooks"):
        whole = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        whole(ROOT / name, tmp_path / name)
    for name in ("source", "release"):
        shutil.copytree(ROOT / name / ASSIGNMENT, tmp_path / name / ASSIGNMENT)
    course = Course(tmp_path, [EDITION])
    course.generate(ASSIGNMENT)
    learners = [
        *hand_in(course, ASSIGNMENT, ENGLISH),
        *hand_in(course, ASSIGNMENT, EDITION),
    ]

    grade_assignment(
        Console(file=io.StringIO()), course, ASSIGNMENT, students=tuple(learners)
    )

    with course.gradebook() as book:
        marks = list(cell_marks(book, ASSIGNMENT))
    table = {row.student: row for row in course.grades(ASSIGNMENT)}

    def mark_of(mark: CellMark, ending: str) -> CellMark:
        """Return a mark without what names its learner and its rows."""
        student = mark.student.removesuffix(ending)
        return mark._replace(student=student, grade="", submission="")

    def rows(ending: str) -> list:
        own = [m for m in marks if m.student.endswith(EDITION) == bool(ending)]
        said = [table[f"{learner}{ending}"] for learner in LEARNERS]
        return [
            sorted(mark_of(m, ending) for m in own),
            [(row.marks, row.mistakes, row.flags) for row in said],
        ]

    english, chinese = rows(""), rows(f"_{EDITION}")
    assert len(english[0]) == len(LEARNERS) * 10
    assert english == chinese
    graded = course.graded_notebook(ASSIGNMENT, f"perfect_{EDITION}", NOTEBOOK)
    assert graded["edition"] == EDITION
