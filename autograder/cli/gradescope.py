"""``python -m autograder gradescope``: the zip that Gradescope takes."""

import os
from pathlib import Path

import click

from autograder.doors.gradescope import VISIBLE, build_zip
from autograder.nbgrader.course import Course


@click.command()
@click.argument("assignment")
@click.option(
    "--marks",
    type=click.Choice(VISIBLE),
    default="visible",
    help="When learners see marks and feedback of the functions.",
)
@click.option(
    "--notes",
    type=click.Choice(VISIBLE),
    default="visible",
    help="When they see what was repaired in their files.",
)
def gradescope(assignment: str, marks: str, notes: str) -> None:
    """Pack the Gradescope autograder of ASSIGNMENT into build/gradescope/."""
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    path = course.root / "build" / "gradescope" / f"{name}.zip"
    count = build_zip(course, name, path, marks, notes)
    size = path.stat().st_size / 1e6
    click.echo(f"{os.path.relpath(path)}: {count} files, {size:.1f} MB")
    click.echo("It holds hidden cases and solutions: give it to Gradescope alone.")
