"""``python -m autograder grades``: the table of grades."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from autograder.cli.console import console
from autograder.errors import CourseError
from autograder.names import plain, quoted
from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import Marks

# Of more mistakes than this, the table leaves the rest to the class report.
NAMED = 4


class NothingGraded(CourseError):
    """Nothing of an assignment has been graded; the message says what to do."""


@click.command()
@click.argument("assignment", required=False)
def grades(assignment: str | None) -> None:
    """Show the table of grades of ASSIGNMENT, or of all."""
    course = Course(Path.cwd())
    names = course.chosen(assignment)
    rest = []
    for name in names:
        try:
            show_grades(course, name)
        except NothingGraded:
            # Most of a term, some assignments are still to come.
            rest.append(name)
            if rest == names:
                raise
    if rest:
        console.print(f"nothing graded yet: {', '.join(rest)}", markup=False)


def show_grades(course: Course, assignment: str) -> None:
    """Print the table of grades of an assignment."""
    rows = course.grades(assignment)
    if not rows:
        raise NothingGraded(
            f"nothing of {assignment} has been graded yet: put submissions into "
            f"submitted/LEARNER/{assignment}/ and run "
            f"`nbgrader autograde {quoted(assignment)}`"
        )
    # Of columns in which nobody has anything, a narrow terminal has no room.
    shown = [
        (heading, values)
        for heading, values in _columns([row.marks for row in rows])
        if any(values) or heading in ("total", "of")
    ]
    table = Table(title=assignment, title_justify="left")
    table.add_column("learner")
    for heading, _ in shown:
        table.add_column(heading, justify="right")
    table.add_column("what to look at, and mistakes found")
    for i, row in enumerate(rows):
        flags = [f"[bold]{escape(flag)}[/bold]" for flag in row.flags]
        notes = [escape(note) for note in row.notes]
        names = "; ".join([*flags, *notes, *_some(list(dict.fromkeys(row.mistakes)))])
        cells = [f"{values[i]:g}" for _, values in shown]
        table.add_row(escape(plain(row.student)), *cells, names)
    console.print(table)
    if any(len(set(row.mistakes)) > NAMED for row in rows):
        console.print(
            "all mistakes of everybody: python -m autograder report "
            f"{quoted(assignment)}"
        )


def _some(names: list[str]) -> list[str]:
    """Return names of mistakes, of many only the first few with how many follow."""
    if len(names) <= NAMED:
        return names
    return [*names[: NAMED - 1], f"and {len(names) - NAMED + 1} more"]


def _columns(marks: list[Marks]) -> list[tuple[str, list[float]]]:
    """Return the columns of numbers; points for code alone where there are others."""
    others = any(one.written_out_of or one.penalty for one in marks)
    return [
        ("code", [one.code if others else 0.0 for one in marks]),
        ("written", [one.written for one in marks]),
        ("late", [-one.penalty or 0.0 for one in marks]),
        ("total", [one.total for one in marks]),
        ("of", [one.out_of for one in marks]),
        ("waiting", [one.waiting for one in marks]),
    ]
