"""``python -m autograder attempts``: the history of attempts."""

from pathlib import Path

import click
from rich.table import Table

from autograder.cli.console import console, shown
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.service.server import attempts_of

FAR = 600  # seconds between what a submission says and when it was seen


@click.command()
@click.argument("assignment")
@click.argument("student", required=False)
def attempts(assignment: str, student: str | None) -> None:
    """Show who handed in ASSIGNMENT through the service, and what became of it."""
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    found = [one for one in attempts_of(course, name) if student in (None, one.student)]
    if not found:
        raise CourseError(f"the service has taken in nothing of {name}")
    table = Table(title=name, title_justify="left")
    for heading in (
        "learner",
        "attempt",
        "handed in (UTC)",
        "state",
        "points",
        "what else",
    ):
        table.add_column(
            heading,
            justify="right" if heading == "points" else "left",
            no_wrap=heading != "what else",
        )
    for one in found:
        said = ["counts"] if one.counts else []
        said += ["late"] if one.late else []
        if one.submitted is None:
            said.append("no time of submission")
        elif abs((one.received - one.submitted).total_seconds()) > FAR:
            said.append(f"seen only at {one.received:%Y-%m-%d %H:%M}")
        said += [one.reason] if one.reason else []
        when = one.submitted or one.received
        points = "" if one.points is None else f"{one.points:g} of {one.out_of:g}"
        handed_in, more = f"{when:%Y-%m-%d %H:%M:%S}", shown("; ".join(said))
        row = shown(one.student), str(one.number), handed_in, one.state, points, more
        table.add_row(*row)
    console.print(table)
