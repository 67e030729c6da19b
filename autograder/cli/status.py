"""``python -m autograder status``: grades that are not of today."""

import sys
from pathlib import Path

import click
from rich.table import Table

from autograder.cli.console import console, shown
from autograder.nbgrader.course import Course


@click.command()
@click.argument("assignment", required=False)
def status(assignment: str | None) -> None:
    """List grades that were made with other cases than today's."""
    course = Course(Path.cwd())
    found = [item for name in course.chosen(assignment) for item in course.stale(name)]
    if not found:
        console.print("every grade was made with today's cases")
        return
    table = Table("learner", "assignment", "notebook", "made with")
    for item in found:
        learner = shown(item.student)
        table.add_row(learner, item.assignment, item.notebook, item.reason)
    console.print(table)
    names = sorted({item.assignment for item in found})
    for name in names:
        console.print(f"to fix them: nbgrader autograde {name} --force")
    sys.exit(1)
