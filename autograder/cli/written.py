"""``python -m autograder written``: marks by hand, without Formgrader's lists."""

import os
import sys
from pathlib import Path

import click
from rich.table import Table

from autograder.cli.console import console, shown
from autograder.nbgrader.course import Course
from autograder.nbgrader.marking import Reading, questions, read_sheet, write_sheet

MOST_SAID = 50  # lines about learners


@click.command()
@click.argument("assignment")
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a sheet (CSV) with a row for each answer that waits.",
)
@click.option("--all", "everything", is_flag=True, help="And for those marked already.")
@click.option(
    "--read",
    "source",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the marks and comments of such a sheet.",
)
@click.option("--dry-run", is_flag=True, help="Only say what --read would save.")
def written(
    assignment: str,
    target: Path | None,
    everything: bool,
    source: Path | None,
    dry_run: bool,
) -> None:
    """List what waits for a mark by hand in ASSIGNMENT, or mark it with a sheet.

    The exit status is 1 where a row of a sheet was refused.
    """
    if target and source:
        raise click.UsageError("--write or --read, not both")
    if (everything and not target) or (dry_run and not source):
        raise click.UsageError("--all belongs to --write, and --dry-run to --read")
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    if target:
        count = write_sheet(course, name, target, everything)
        click.echo(f"{os.path.relpath(target)}: {count} answers")
        rubrics = target.with_name(f"{target.stem}-rubrics.md")
        click.echo(f"{os.path.relpath(rubrics)}: rubrics")
    elif source:
        reading = read_sheet(course, name, source, dry_run)
        _tell(reading, name, dry_run)
        sys.exit(1 if reading.refused else 0)
    else:
        _list(course, name)


def _list(course: Course, assignment: str) -> None:
    table = Table(title=assignment, title_justify="left")
    for heading in ("notebook", "question"):
        table.add_column(heading)
    for heading in ("points", "waiting", "marked"):
        table.add_column(heading, justify="right")
    table.add_column("")
    found = questions(course, assignment)
    for one in found:
        notes = ["code: a person should look"] if one.code else []
        notes += [f"{one.not_graded} not graded yet"] if one.not_graded else []
        numbers = (f"{one.out_of:g}", str(one.waiting), str(one.marked))
        where = (shown(one.notebook), shown(one.cell))
        table.add_row(*where, *numbers, "; ".join(notes))
    if found:
        console.print(table)
    if not any(one.waiting for one in found):
        click.echo(f"{assignment}: nothing waits for a mark")


def _tell(reading: Reading, assignment: str, dry: bool) -> None:
    for line in reading.refused[:MOST_SAID]:
        click.echo(f"refused: {line}")
    if len(reading.refused) > MOST_SAID:
        click.echo(f"refused: {len(reading.refused) - MOST_SAID} more rows")
    would = "would be saved" if dry else "saved"
    click.echo(
        f"{reading.marks} marks and {reading.comments} comments {would}; "
        f"{reading.same} rows were so already, {reading.empty} have no mark, "
        f"{len(reading.refused)} were refused"
    )
    if reading.late:
        click.echo(
            f"late work: {reading.late} penalties were found anew, from the points "
            "that there are now"
        )
