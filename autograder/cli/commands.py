"""The graders' commands: ``python -m autograder COMMAND``."""

import importlib
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from autograder.authoring.bundle import bundle
from autograder.authoring.demonstration import hand_in
from autograder.authoring.lessons import write_lesson
from autograder.cli.grade import grade_assignment
from autograder.names import plain
from autograder.nbgrader.course import Course, CourseError
from autograder.nbgrader.generation import BROKEN, examine_notebook
from autograder.reports.appeal import judge_again, overview, whole_case

# Imported when they are called: grading need not wait for what draws reports.
ELSEWHERE = {
    "doctor": "autograder.cli.doctor:doctor",
    "grade": "autograder.cli.grade:grade",
    "lab": "autograder.authoring.workspace:lab",
    "mutate": "autograder.cli.mutate:mutate_command",
    "normalize": "autograder.authoring.normal_form:normalize",
    "quality": "autograder.cli.quality:quality_command",
    "report": "autograder.cli.report:report_command",
}
console = Console()


class _Commands(click.Group):
    """Ends with one plain line where a command lacks something."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *ELSEWHERE})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in ELSEWHERE:
            return super().get_command(context, name)
        module, _, attribute = ELSEWHERE[name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CourseError as error:
            lines = str(error).split("\n")
            raise click.ClickException("\n".join(map(plain, lines))) from None


@click.group(cls=_Commands)
def main() -> None:
    """Grade notebooks, and see that what grades them is sound."""


def _course() -> Course:
    return Course(Path.cwd())


def _progress() -> Progress:
    return Progress(
        "{task.description:<36}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


@main.command()
@click.argument("assignment")
@click.argument("notebook", required=False)
def gates(assignment: str, notebook: str | None) -> None:
    """Record ASSIGNMENT's cases and hold them against the rules, saving nothing."""
    course = _course()
    folder = course.root / "source" / course.chosen(assignment)[0]
    failed = 0
    for path in sorted(folder.glob("*.ipynb")):
        if notebook and path.stem != notebook:
            continue
        begun = time.monotonic()
        try:
            _, store = examine_notebook(path)
        except BROKEN as error:
            failed += 1
            click.echo(f"{path.stem}: {error}")
            continue
        functions = store.cases.functions.values()
        cases = sum(len(function.cases) for function in functions)
        entries = sum(len(function.entries) for function in functions)
        click.echo(
            f"{path.stem}: all gates passed ({len(functions)} functions, {cases} "
            f"cases, {entries} catalogued answers, {time.monotonic() - begun:.1f} s)"
        )
    sys.exit(1 if failed else 0)


@main.command()
@click.argument("assignment", required=False)
def release(assignment: str | None) -> None:
    """Generate ASSIGNMENT, or all and the lessons, as nbgrader does."""
    course = _course()
    names = course.chosen(assignment)
    with _progress() as progress:
        task = progress.add_task("generating", total=len(names))
        for name in names:
            progress.update(task, description=f"generating {name}")
            course.generate(name)
            progress.advance(task)
    console.print(f"generated: {', '.join(names)}")
    if assignment is None:
        sys.exit(_record_lessons("*"))


@main.command()
@click.argument("assignment", required=False)
def demo(assignment: str | None) -> None:
    """Fill submitted/ with a demonstration class, grade it and show the table."""
    course = _course()
    names = course.chosen(assignment)
    problems = []
    for name in names:
        console.print(f"{name}: generating")
        course.generate(name)
        learners = hand_in(course, name)
        for work in grade_assignment(console, course, name, students=tuple(learners)):
            if work.error:
                problems.append(escape(plain(f"{work.student}, {name}: {work.error}")))
        for learner in learners:
            reason = course.feedback(name, learner)
            if reason:
                problems.append(f"{learner}, {name}: {reason}")
    for name in names:
        _show_grades(course, name)
    for problem in problems:
        console.print(problem)
    console.print("graded notebooks: autograded/LEARNER/ASSIGNMENT/")
    console.print("pages for learners: feedback/LEARNER/ASSIGNMENT/NOTEBOOK.html")
    sys.exit(1 if problems else 0)


@main.command()
@click.argument("assignment", required=False)
def grades(assignment: str | None) -> None:
    """Show the table of grades of ASSIGNMENT, or of all."""
    course = _course()
    for name in course.chosen(assignment):
        _show_grades(course, name)


def _show_grades(course: Course, assignment: str) -> None:
    table = Table(title=assignment, title_justify="left")
    table.add_column("learner")
    table.add_column("points", justify="right")
    table.add_column("of", justify="right")
    table.add_column("written waiting", justify="right")
    table.add_column("mistakes found, and what to look at")
    rows = course.grades(assignment)
    if not rows:
        raise CourseError(
            f"nothing of {assignment} has been graded yet: put submissions into "
            f"submitted/LEARNER/{assignment}/ and run `nbgrader autograde {assignment}`"
        )
    for row in rows:
        flags = [f"[bold]{escape(flag)}[/bold]" for flag in row.flags]
        notes = [escape(note) for note in row.notes]
        names = "; ".join([*flags, *dict.fromkeys(row.mistakes), *row.through, *notes])
        table.add_row(
            escape(plain(row.student)),
            f"{row.points:g}",
            f"{row.out_of:g}",
            f"{row.waiting:g}" if row.waiting else "",
            names,
        )
    console.print(table)


@main.command()
@click.argument("assignment", required=False)
def status(assignment: str | None) -> None:
    """List grades that were made with other cases than today's."""
    course = _course()
    found = [item for name in course.chosen(assignment) for item in course.stale(name)]
    if not found:
        console.print("every grade was made with today's cases")
        return
    table = Table("learner", "assignment", "notebook", "made with")
    for item in found:
        learner = escape(plain(item.student))
        table.add_row(learner, item.assignment, item.notebook, item.reason)
    console.print(table)
    names = sorted({item.assignment for item in found})
    for name in names:
        console.print(f"to mend them: nbgrader autograde {name} --force")
    sys.exit(1)


@main.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("case", required=False)
def show(assignment: str, student: str, case: str | None) -> None:
    """Show graders the cases of a submission, or one CASE whole (function:number).

    The submission is run once more; nothing is saved. What is shown holds hidden
    numbers: it is for graders only.
    """
    course = _course()
    course.chosen(assignment)
    judged = {
        notebook: judge_again(course, assignment, student, notebook)
        for notebook in course.notebooks(assignment)
    }
    if case is None:
        table = Table()
        for heading in ("notebook", "case", "", "mark", "finding"):
            # The case's whole name is what the next call of this command needs.
            table.add_column(heading, overflow="fold")
        for notebook, (store, verdict) in judged.items():
            for row in overview(store, verdict):
                table.add_row(notebook, *row)
        console.print(table)
        return
    function = case.partition(":")[0]
    for store, verdict in judged.values():
        if function in store.cases.functions:
            for title, body in whole_case(store, verdict, case):
                console.rule(title, align="left")
                console.print(body, markup=False, highlight=False)
            return
    raise CourseError(f"{assignment} has no function {function!r}")


@main.command(name="bundle")
@click.option("--output", default="build/neural-networks.zip", show_default=True)
def bundle_command(output: str) -> None:
    """Pack the zip that learners get."""
    count = bundle(_course(), Path(output))
    size = Path(output).stat().st_size / 1e6
    console.print(f"{output}: {count} files, {size:.1f} MB")


@main.command()
@click.argument("lesson", required=False)
def lessons(lesson: str | None) -> None:
    """Record the public cases of all lessons, or of LESSON alone."""
    if not Path("notebooks", f"{lesson}.ipynb").is_file() and lesson:
        known = ", ".join(sorted(p.stem for p in Path("notebooks").glob("*.ipynb")))
        raise click.ClickException(f"no lesson {lesson}; there are: {known}")
    sys.exit(_record_lessons(lesson or "*"))


def _record_lessons(pattern: str) -> int:
    """Record lessons and return 1 if one of them breaks a rule, else 0."""
    failed = 0
    for path in sorted(Path("notebooks").glob(f"{pattern}.ipynb")):
        try:
            console.print(f"{path.stem}: recorded in {write_lesson(path)}")
        except BROKEN as error:
            failed = 1
            console.print(f"{path.stem}: {error}")
    return failed
