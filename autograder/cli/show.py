"""``python -m autograder show``: a submission's cases, for appeals."""

from pathlib import Path

import click
from rich.table import Table

from autograder.cli.console import console
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.reports.appeal import handed_in, judge_again, overview, whole_case


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("case", required=False)
def show(assignment: str, student: str, case: str | None) -> None:
    """Show graders the cases of a submission, or one CASE whole (function:number).

    The submission is run once more; nothing is saved. What is shown holds hidden
    numbers: it is for graders only.
    """
    course = Course(Path.cwd())
    course.chosen(assignment)
    notebooks = course.notebooks(assignment)
    there = handed_in(course, assignment, student)
    judged = {
        notebook: judge_again(course, assignment, student, notebook)
        for notebook in there or notebooks[:1]  # which says who has handed in
    }
    for notebook in notebooks:
        if notebook not in judged:
            click.echo(f"{notebook} was not handed in", err=True)
    if case is None:
        table = Table()
        for heading in ("notebook", "case", "", "mark", "finding"):
            # The case's whole name is what the next call of this command needs.
            table.add_column(heading, overflow="fold")
        for notebook, (store, verdict, _) in judged.items():
            for row in overview(store, verdict):
                table.add_row(notebook, *row)
        console.print(table)
        return
    function = case.partition(":")[0]
    for store, verdict, trials in judged.values():
        if function in store.cases.functions:
            for title, body in whole_case(store, verdict, trials, case):
                console.rule(title, align="left")
                console.print(body, markup=False, highlight=False)
            return
    known = ", ".join(
        name for store, *_ in judged.values() for name in store.cases.functions
    )
    raise CourseError(
        f"{function!r} is no function of what {student} handed in; there are {known}"
    )
