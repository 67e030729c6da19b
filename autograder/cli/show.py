"""``python -m autograder show``: a submission's cases, for appeals."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from autograder.cli.console import console
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.reports.appeal import (
    graded_tests,
    handed_in,
    judge_again,
    overview,
    whole_case,
)


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("case", required=False)
def show(assignment: str, student: str, case: str | None) -> None:
    """Show graders the cases of a submission, or one CASE whole (function:number).

    The submission is run once more; nothing is saved. A CASE may also be a cell of
    ordinary tests: of these, what they showed when they were graded. What is shown
    holds hidden numbers and tests: it is for graders only.
    """
    course = Course(Path.cwd())
    course.chosen(assignment)
    notebooks = course.notebooks(assignment)
    there = handed_in(course, assignment, student)
    stores = course.stores(assignment)
    judged = {
        notebook: judge_again(course, assignment, student, notebook)
        for notebook in there or notebooks[:1]  # which says who has handed in
        if stores[notebook].cells or not there
    }
    tests = {
        notebook: graded_tests(course, assignment, student, notebook)
        for notebook in there
    }
    for notebook in notebooks:
        if notebook not in there:
            click.echo(f"{notebook} was not handed in", err=True)
    if case is None:
        table = Table()
        for heading in ("notebook", "case", "", "mark", "finding"):
            # The case's whole name is what the next call of this command needs.
            table.add_column(heading, overflow="fold")
        for notebook in there:
            if notebook in judged:
                store, verdict, _ = judged[notebook]
                for row in overview(store, verdict):
                    table.add_row(notebook, *row)
            for test in tests[notebook]:
                table.add_row(notebook, *map(escape, test.row))
        console.print(table)
        return
    function = case.partition(":")[0]
    for store, verdict, trials in judged.values():
        if function in store.cases.functions:
            _print(whole_case(store, verdict, trials, case))
            return
    for test in (one for found in tests.values() for one in found):
        if test.cell == case:
            _print(test.whole())
            return
    known = [name for store, *_ in judged.values() for name in store.cases.functions]
    known += [test.cell for found in tests.values() for test in found]
    raise CourseError(
        f"{function!r} is no function or cell of tests of what {student} handed in; "
        f"there are {', '.join(known)}"
    )


def _print(parts: Iterable[tuple[str, str]]) -> None:
    for title, body in parts:
        console.rule(title, align="left")
        console.print(body, markup=False, highlight=False)
