"""``python -m autograder gates``: an assignment held against the rules."""

import os
import shlex
import sys
import time
from pathlib import Path

import click

from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.nbgrader.generation import examine_notebook


@click.command()
@click.argument("assignment")
@click.argument("notebook", required=False)
def gates(assignment: str, notebook: str | None) -> None:
    """Record ASSIGNMENT's cases and hold them against the rules, saving nothing."""
    course = Course(Path.cwd())
    folder = course.root / "source" / course.chosen(assignment)[0]
    failed = 0
    for path in sorted(folder.glob("*.ipynb")):
        if notebook and path.stem != notebook:
            continue
        begun = time.monotonic()
        try:
            source, store = examine_notebook(path)
        except CourseError as error:
            failed += 1
            click.echo(f"{path.stem}: {error}")
            continue
        if not source.has_checks:
            own = os.path.relpath(path)
            click.echo(
                f"{path.stem}: no cell calls check, so nothing is recorded; `nbgrader "
                f"validate {shlex.quote(own)}` runs its tests on its solutions"
            )
            continue
        functions = store.cases.functions.values()
        cases = sum(len(function.cases) for function in functions)
        entries = sum(len(function.entries) for function in functions)
        click.echo(
            f"{path.stem}: all gates passed ({len(functions)} functions, {cases} "
            f"cases, {entries} catalogued answers, {time.monotonic() - begun:.1f} s)"
        )
    sys.exit(1 if failed else 0)
