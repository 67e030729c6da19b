"""``python -m autograder status``: grades that are not of today."""

import sys
from pathlib import Path

import click
from rich.table import Table

from autograder.cli.console import console, shown
from autograder.names import quoted
from autograder.nbgrader.course import Course
from autograder.store import StoreError


@click.command()
@click.argument("assignment", required=False)
def status(assignment: str | None) -> None:
    """List grades that were made with other cases than today's."""
    course = Course(Path.cwd())
    found, unrecorded = [], []
    for name in course.chosen(assignment):
        try:
            found += course.stale(name)
        except StoreError as error:
            unrecorded.append(str(error))
    for line in unrecorded:
        console.print(line, markup=False)
    if not found:
        if unrecorded:
            sys.exit(1)
        console.print("every grade was made with today's cases")
        return
    table = Table("learner", "assignment", "notebook", "made with")
    for item in found:
        learner = shown(item.student)
        table.add_row(learner, item.assignment, item.notebook, item.reason)
    console.print(table)
    names = sorted({item.assignment for item in found})
    for name in names:
        console.print(f"to fix them: nbgrader autograde {quoted(name)} --force")
    sys.exit(1)
