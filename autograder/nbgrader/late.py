"""Late work: what it costs, and more time for one learner."""

import contextlib
import datetime
import logging
import math
from pathlib import Path

from nbgrader.api import Assignment, MissingEntry, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import parse_utc
from traitlets import Float, Integer

from autograder.errors import CourseError
from autograder.files import read_bounded
from autograder.names import plain, quoted
from autograder.nbgrader.course import Course

log = logging.getLogger(__name__)

TIMESTAMP = "timestamp.txt"  # as nbgrader's exchange calls it
MOST_TIMESTAMP = 200
FIRST_YEAR, LAST_YEAR = 1970, 2200


class LatePenalty(LateSubmissionPlugin):
    """Subtracts a percentage for each day that work is late.

    Set ``c.AssignLatePenalties.plugin_class`` to this class; extensions are taken
    into account before it is asked.
    """

    percent_per_day = Float(
        10.0, min=0.0, help="Percentage of the earned points for each day begun."
    ).tag(config=True)
    most_percent = Float(
        100.0, min=0.0, max=100.0, help="The most that is subtracted."
    ).tag(config=True)
    grace_minutes = Integer(
        0, min=0, help="So many minutes after the due date count as in time."
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to subtract, or None.

        Examples
        --------
        >>> LatePenalty().late_submission_penalty("ada", 40, 25 * 3600)
        8.0
        """
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        days = math.ceil(late / 86_400)
        percent = min(self.most_percent, self.percent_per_day * days)
        return round(score * percent / 100, 2)


def due_dates(course: Course, assignment: str) -> dict[str, datetime.datetime]:
    """Return when an assignment is due, in UTC, by learner.

    Under the empty name stands what holds for everybody else; nothing where it is
    never due.
    """
    with course.gradebook() as book:
        due: datetime.datetime | None = None
        with contextlib.suppress(MissingEntry):
            due = book.find_assignment(assignment).duedate
        if due is None:
            return {}
        rows = (
            book.db.query(SubmittedAssignment.student_id, SubmittedAssignment.extension)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .filter(Assignment.name == assignment)
            .filter(SubmittedAssignment.extension.isnot(None))
        )
        return {"": due, **{student: due + more for student, more in rows}}


def handed_in_at(folder: Path) -> datetime.datetime | None:
    """Return when a submission says that it was handed in, in UTC."""
    raw = read_bounded(folder / TIMESTAMP, MOST_TIMESTAMP)
    if raw is None:
        return None
    try:
        when: datetime.datetime = parse_utc(raw.decode().strip())
    except Exception as problem:  # dateutil raises many kinds
        log.info("a time of submission cannot be read: %s", problem)
        return None
    return when if FIRST_YEAR <= when.year <= LAST_YEAR else None


def grant_extension(
    course: Course, assignment: str, student: str, hours: float
) -> datetime.datetime:
    """Give a learner more time; return the new due date, in UTC.

    Raises
    ------
    CourseError
        If there is no due date, or no such learner.
    """
    with course.gradebook() as book:
        try:
            due = book.find_assignment(assignment).duedate
        except MissingEntry:
            due = None
        if due is None:
            raise CourseError(
                f"{assignment} has no due date, so there is nothing to extend: "
                f"`nbgrader db assignment add {quoted(assignment)} --duedate=...` "
                "sets one"
            )
        try:
            book.find_student(student)
        except MissingEntry:
            raise CourseError(
                f"the gradebook knows no {plain(student)}: see `nbgrader db student "
                "list`, or add them with `nbgrader db student add`"
            ) from None
        submission = book.update_or_create_submission(assignment, student)
        submission.extension = datetime.timedelta(hours=hours)
        book.db.commit()
        extended: datetime.datetime = due + datetime.timedelta(hours=hours)
        return extended
