"""``python -m autograder feedback``: the pages of a class, and a bar."""

import os
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from autograder.errors import CourseError
from autograder.names import plain
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_run import FeedbackRun

__all__ = ["feedback", "make_feedback"]


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
        Console(), course, name, students=students, jobs=jobs, force=force
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

    Parameters
    ----------
    console : Console
        Where to show bar and summary.
    course : Course
        The course.
    assignment : str
        Its name.
    students : tuple of str
        Only these learners; everybody who has been graded where it is empty.
    jobs : int, optional
        Processes; as many as there are cores by default.
    force : bool
        Whether to make anew what has not changed.

    Returns
    -------
    dict of str to str
        Learners whose pages could not be made, and why.
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
    with Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        auto_refresh=False,
        disable=not planned,
    ) as progress:
        bar = progress.add_task(f"feedback, {assignment}", total=len(planned))
        for student, problem in run.make(planned, jobs or _cores()):
            progress.advance(bar)
            if problem:
                problems[student] = problem
            if console.is_terminal:
                progress.refresh()
    made, seconds = len(planned) - len(problems), time.monotonic() - began
    console.print(f"pages of {made} learners in {seconds:.1f} s", highlight=False)
    if run.unchanged:
        console.print(f"unchanged since they were made: {len(run.unchanged)}")
    for student, problem in problems.items():
        said = f"[red]{escape(plain(student))}[/]: {escape(plain(problem))}"
        console.print(said, highlight=False)
    return problems


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
