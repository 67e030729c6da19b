"""``python -m autograder extend``: more time for one learner."""

from pathlib import Path

import click

from autograder.nbgrader.course import Course
from autograder.nbgrader.late import grant_extension


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.option(
    "--hours",
    type=click.FloatRange(0, 100_000),
    required=True,
    help="After the due date; 0: none.",
)
def extend(assignment: str, student: str, hours: float) -> None:
    """Give STUDENT more time for ASSIGNMENT; the next grading takes it into account."""
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    due = grant_extension(course, name, student, hours)
    click.echo(f"{name} is due for {student} on {due:%Y-%m-%d %H:%M} UTC")
