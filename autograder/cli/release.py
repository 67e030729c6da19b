"""``python -m autograder release``: what learners get, generated from source/."""

import sys
from pathlib import Path

import click

from autograder.cli.console import console, progress_bar
from autograder.cli.lessons import record_lessons
from autograder.nbgrader.course import Course


@click.command()
@click.argument("assignment", required=False)
def release(assignment: str | None) -> None:
    """Generate ASSIGNMENT, or all and the lessons, as nbgrader does."""
    course = Course(Path.cwd())
    names = course.chosen(assignment)
    with progress_bar() as progress:
        task = progress.add_task("generating", total=len(names))
        for name in names:
            progress.update(task, description=f"generating {name}")
            course.generate(name)
            progress.advance(task)
    console.print(f"generated: {', '.join(names)}")
    if assignment is None:
        sys.exit(record_lessons("*"))
