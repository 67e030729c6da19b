"""``python -m autograder hand-back``: feedback and marks for Moodle or Canvas."""

import os
import sys
from pathlib import Path

import click

from autograder.names import counted, plain, quoted
from autograder.nbgrader.course import Course
from autograder.nbgrader.returning import hand_back


@click.command(name="hand-back")
@click.argument("assignment")
def hand_back_command(assignment: str) -> None:
    """Write feedback pages and marks of ASSIGNMENT as the LMS takes them.

    For work that `nbgrader zip_collect` collected and whose feedback was made. The
    exit status is 1 where a learner has no page, or one that is older than a mark, and
    where Moodle has another maximum than the assignment.
    """
    course = Course(Path.cwd())
    returned = hand_back(course, course.chosen(assignment)[0])
    click.echo(
        f"{os.path.relpath(str(returned.feedback))}: feedback of "
        f"{counted(returned.learners, 'learner')}"
    )
    for path in returned.worksheets:
        click.echo(f"{os.path.relpath(path)}: the grading worksheet with marks")
    for line in returned.missing:
        click.echo(f"no feedback for {line}")
    for line in returned.unmarked:
        click.echo(f"no mark in the worksheet for {line}")
    for line in returned.scales:
        click.echo(line)
    if returned.outdated:
        names = ", ".join(map(plain, returned.outdated))
        click.echo(
            f"pages older than a mark, a comment, the work or a setting: {names}; "
            f"`python -m autograder feedback {quoted(assignment)}` makes them anew, "
            "then call this again"
        )
    if returned.missing or returned.outdated or returned.scales:
        sys.exit(1)
