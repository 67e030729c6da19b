"""The command ``python -m autograder report``."""

import re
from collections import Counter
from pathlib import Path

import click
import nbformat

from autograder.names import counted
from autograder.nbgrader.course import Course
from autograder.reports.class_page import csv_of, page_of
from autograder.reports.findings import read_findings
from autograder.reports.ordinary_tests import unsafe_cells
from autograder.service.attempts import Attempt
from autograder.service.server import attempts_of

HEADING = re.compile(r"^#+ (?P<title>[^`\n]*`(?P<function>\w+)`)", re.MULTILINE)


def titles_of(course: Course, assignment: str) -> dict[str, str]:
    """Return the names of the check cells as headings give them.

    Such as ``building_blocks: Exercise 3, linear_forward`` by ``notebook/cell``.
    """
    titles = {}
    for notebook in course.notebooks(assignment):
        path = course.root / "source" / assignment / f"{notebook}.ipynb"
        latest = ""
        for cell in nbformat.read(path, as_version=4).cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "markdown":
                for match in HEADING.finditer(cell.source):
                    start = match["title"].split(":")[0]
                    latest = f"{notebook}: {start}, {match['function']}"
            elif nbgrader.get("grade") and latest:
                titles[f"{notebook}/{nbgrader['grade_id']}"] = latest
    return titles


def solutions_of(course: Course, assignment: str) -> dict[str, str]:
    """Return the text of the source's solution cells by ``notebook/cell``."""
    solutions = {}
    for notebook in course.notebooks(assignment):
        path = course.root / "source" / assignment / f"{notebook}.ipynb"
        for cell in nbformat.read(path, as_version=4).cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and nbgrader.get("solution"):
                solutions[f"{notebook}/{nbgrader['grade_id']}"] = cell.source
    return solutions


def attempts_line(attempts: list[Attempt]) -> list[tuple[str, str]]:
    """Return what the report says of attempts through the service, if there are any."""
    if not attempts:
        return []
    learners = len({attempt.student for attempt in attempts})
    states = Counter(attempt.state for attempt in attempts)
    named = [f"{states[name]} {name}" for name in sorted(states) if name != "done"]
    said = f"{len(attempts)} by {counted(learners, 'learner')}"
    return [("attempts", ", ".join([said, *named]))]


@click.command(name="report")
@click.argument("assignment")
@click.option(
    "--output", help="Where to write; build/report/ASSIGNMENT.html if unsaid."
)
def report_command(assignment: str, output: str | None) -> None:
    """Write a page about how a class did in ASSIGNMENT, and a CSV beside it."""
    # Looking for a library that only this command needs must not slow the others.
    from autograder.reports.similarity import alike_pairs

    course = Course(Path.cwd())
    course.chosen(assignment)
    findings = read_findings(course, assignment)
    alike = alike_pairs(
        {s.student: s.cells for s in findings.submissions},
        solutions_of(course, assignment),
    )
    path = Path(output or f"build/report/{assignment}.html")
    path.parent.mkdir(parents=True, exist_ok=True)
    page = page_of(
        findings,
        alike,
        titles_of(course, assignment),
        unsafe_cells(course, assignment),
        attempts_line(attempts_of(course, assignment)),
    )
    path.write_text(page, encoding="utf-8")
    path.with_suffix(".csv").write_text(csv_of(findings), encoding="utf-8")
    click.echo(f"{path} and {path.with_suffix('.csv').name}")
