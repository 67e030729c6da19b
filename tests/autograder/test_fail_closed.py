"""Whatever goes wrong on the grader's side scores zero and asks for a person."""

import logging
import os

import pytest

from autograder.errors import CourseError
from autograder.nbgrader import execution
from autograder.store import read_store, store_path
from tests.autograder.test_lifecycle import solve
from tests.course import autograde, feedback

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


def row_of(course, student):
    """Return a learner's row of the table of grades."""
    return next(row for row in course.grades("01_tiny") if row.student == student)


def test_a_judge_that_fails_gives_no_marks(tiny_course, hand_in, monkeypatch):
    """Right work scores zero for now, with a flag and a reason in the page."""
    hand_in("judge_fails", solve)

    def broken(self, *arguments):
        raise RuntimeError("the judge is ill")

    monkeypatch.setattr(execution.Judge, "trial", broken)
    assert autograde(tiny_course, "01_tiny", "judge_fails") == ""
    assert feedback(tiny_course, "01_tiny", "judge_fails") == ""

    row = row_of(tiny_course, "judge_fails")
    assert (row.marks.code, row.flags) == (0.0, ["look", "not judged"])
    page = tiny_course.root / "feedback/judge_fails/01_tiny/tiny.html"
    assert "a person will look at it" in page.read_text(encoding="utf-8")
    assert "NBGRADER_EXECUTION" not in os.environ


def test_a_judge_that_fails_for_one_function_costs_no_other(
    tiny_course, hand_in, monkeypatch, caplog
):
    """The other is judged; the failure is logged with its traceback, and flagged."""
    hand_in("one_fails", solve)
    judged = execution.Judge.function

    def broken(self, record, *arguments):
        if record.name == "centre":
            raise RuntimeError("the judge is ill")
        return judged(self, record, *arguments)

    monkeypatch.setattr(execution.Judge, "function", broken)
    logger = logging.getLogger("autograder.nbgrader")
    monkeypatch.setattr(logger, "propagate", True)
    assert autograde(tiny_course, "01_tiny", "one_fails") == ""

    row = row_of(tiny_course, "one_fails")
    assert (row.marks.code, row.flags) == (4.0, ["look", "not judged"])
    assert row.remarks == [
        "tiny: centre-check could not be judged: a fault in judging centre"
    ]
    assert "RuntimeError: the judge is ill" in caplog.text


def test_a_failed_regrade_leaves_no_old_mark_standing(
    tiny_course, hand_in, monkeypatch
):
    """Full marks of yesterday are not today's if today's run failed."""
    hand_in("regraded", solve)
    autograde(tiny_course, "01_tiny", "regraded")
    assert row_of(tiny_course, "regraded").marks.code == 7.0

    def dead(self, *arguments):
        raise OSError("no kernel could be started")

    monkeypatch.setattr(execution.JudgedExecute, "_run", dead)
    autograde(tiny_course, "01_tiny", "regraded")

    row = row_of(tiny_course, "regraded")
    assert (row.marks.code, row.flags) == (0.0, ["look", "not judged"])


def test_a_missing_store_stops_before_anything_is_graded(tiny_course, hand_in):
    """The message names the command that makes it; the old grade is untouched."""
    hand_in("no_store", solve)
    path = store_path(tiny_course.root, "01_tiny", "tiny")
    content = path.read_bytes()
    path.unlink()
    try:
        reason = autograde(tiny_course, "01_tiny", "no_store")
        with pytest.raises(CourseError, match="generate_assignment 01_tiny"):
            tiny_course.stale("01_tiny")
    finally:
        path.write_bytes(content)

    assert "run `nbgrader generate_assignment 01_tiny --force`" in reason
    assert not (tiny_course.root / "autograded" / "no_store").exists()


def test_a_damaged_store_is_no_store(tiny_course, tmp_path):
    """Half a file is never graded with."""
    path = tmp_path / "01_tiny" / "tiny.json"
    path.parent.mkdir()
    whole = store_path(tiny_course.root, "01_tiny", "tiny").read_text("utf-8")
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")

    with pytest.raises(ValueError, match="damaged"):
        read_store(path)


def test_grading_that_fails_leaves_the_environment_alone(
    tiny_course, hand_in, monkeypatch
):
    """The next check in this process does not take itself for a graded one."""
    hand_in("refused", solve)

    def broken(self, *arguments):
        raise RuntimeError("the disk is ill")

    monkeypatch.setattr(execution.JudgedExecute, "preprocess", broken)
    assert "the disk is ill" in autograde(tiny_course, "01_tiny", "refused")
    assert "NBGRADER_EXECUTION" not in os.environ
