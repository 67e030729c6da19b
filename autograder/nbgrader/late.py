"""Late work: what it costs, and more time for one learner."""

import datetime
import math

from nbgrader.api import MissingEntry
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

from autograder.errors import CourseError
from autograder.names import plain
from autograder.nbgrader.course import Course

__all__ = ["LatePenalty", "grant_extension"]


class LatePenalty(LateSubmissionPlugin):
    """Subtracts a percentage for each day that work is late.

    Set ``c.AssignLatePenalties.plugin_class`` to this class; extensions are taken
    into account before it is asked.
    """

    percent_per_day = Float(
        10.0, help="Percentage of the earned points for each day begun."
    ).tag(config=True)
    most_percent = Float(100.0, help="The most that is subtracted.").tag(config=True)
    grace_minutes = Integer(
        0, help="So many minutes after the due date count as in time."
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
            book.find_student(student)
        except MissingEntry:
            raise CourseError(
                f"the gradebook knows no {assignment} or no {plain(student)}: see "
                "`nbgrader db student list`"
            ) from None
        if due is None:
            raise CourseError(
                f"{assignment} has no due date, so there is nothing to extend"
            )
        submission = book.update_or_create_submission(assignment, student)
        submission.extension = datetime.timedelta(hours=hours)
        book.db.commit()
        extended: datetime.datetime = due + datetime.timedelta(hours=hours)
        return extended
