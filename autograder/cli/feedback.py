"""``python -m autograder feedback``: the pages of a class, and a bar."""

import sys
import time
from pathlib import Path

import click
from rich.console import Console

from autograder.cli.console import cores, progress_bar, shown
from autograder.errors import CourseError
from autograder.names import counted
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_run import FeedbackRun


@click.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Only this learner.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    default=None,
    help="Processes; as many as this machine has cores by default.",
)
@click.option("--force", is_flag=True, help="Make anew what has not changed, too.")
def feedback(
    assignment: str, students: tuple[str, ...], jobs: int | None, force: bool
) -> None:
    """Make the feedback pages of ASSIGNMENT, as `nbgrader generate_feedback` does.

    Pages that show what the gradebook and the graded notebooks say are left alone.
    The exit status is 1 where a learner's pages could not be made.
    """
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    problems = make_feedback(
        Console(emoji=False), course, name, students=students, jobs=jobs, force=force
    )
    sys.exit(1 if problems else 0)


def make_feedback(
    console: Console,
    course: Course,
    assignment: str,
    *,
    students: tuple[str, ...] = (),
    jobs: int | None = None,
    force: bool = False,
) -> dict[str, str]:
    """Make the feedback pages of an assignment behind a progress bar.

    For all who have been graded where no `students` are named. Returns the learners
    whose pages could not be made, and why.
    """
    began = time.monotonic()
    run = FeedbackRun(course, assignment)
    planned = run.plan(students, force)
    if not planned and not run.unchanged:
        raise CourseError(
            f"nothing of {assignment} has been graded yet: run `python -m autograder "
            f"grade {assignment}`"
        )
    problems = {}
    # Refreshed by hand: processes are forked, so there is to be no thread here.
    options = {"auto_refresh": False, "disable": not planned}
    with progress_bar(on=console, **options) as progress:
        bar = progress.add_task(f"feedback, {assignment}", total=len(planned))
        for student, problem in run.make(planned, jobs or cores()):
            progress.advance(bar)
            if problem:
                problems[student] = problem
            if console.is_terminal:
                progress.refresh()
    made, seconds = len(planned) - len(problems), time.monotonic() - began
    pages = f"pages of {counted(made, 'learner')} in {seconds:.1f} s"
    console.print(pages, highlight=False)
    if run.unchanged:
        console.print(f"unchanged since they were made: {len(run.unchanged)}")
    for student, problem in problems.items():
        said = f"[red]{shown(student)}[/]: {shown(problem)}"
        console.print(said, highlight=False)
    return problems
