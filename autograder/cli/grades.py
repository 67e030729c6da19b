"""``python -m autograder grades``: the table of grades."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from autograder.cli.console import console
from autograder.errors import CourseError
from autograder.names import plain
from autograder.nbgrader.course import Course

__all__ = ["grades", "show_grades"]


@click.command()
@click.argument("assignment", required=False)
def grades(assignment: str | None) -> None:
    """Show the table of grades of ASSIGNMENT, or of all."""
    course = Course(Path.cwd())
    for name in course.chosen(assignment):
        show_grades(course, name)


def show_grades(course: Course, assignment: str) -> None:
    """Print the table of grades of an assignment."""
    table = Table(title=assignment, title_justify="left")
    table.add_column("learner")
    for heading in ("code", "written", "late", "total", "of", "waiting"):
        table.add_column(heading, justify="right")
    table.add_column("mistakes found, and what to look at")
    rows = course.grades(assignment)
    if not rows:
        raise CourseError(
            f"nothing of {assignment} has been graded yet: put submissions into "
            f"submitted/LEARNER/{assignment}/ and run `nbgrader autograde {assignment}`"
        )
    for row in rows:
        marks = row.marks
        flags = [f"[bold]{escape(flag)}[/bold]" for flag in row.flags]
        notes = [escape(note) for note in row.notes]
        names = "; ".join([*flags, *dict.fromkeys(row.mistakes), *notes])
        table.add_row(
            escape(plain(row.student)),
            f"{marks.code:g}",
            f"{marks.written:g}",
            f"{-marks.penalty:g}" if marks.penalty else "",
            f"{marks.total:g}",
            f"{marks.out_of:g}",
            f"{marks.waiting:g}" if marks.waiting else "",
            names,
        )
    console.print(table)
