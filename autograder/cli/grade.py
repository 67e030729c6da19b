"""``python -m autograder grade``: the command line, the bar and the summary."""

import logging
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    ProgressColumn,
    Task,
)
from rich.text import Text

from autograder.batch.dask import Cluster
from autograder.batch.pool import Pool
from autograder.batch.run import GradingRun, Work
from autograder.batch.run_report import report_path, write_report
from autograder.cli.console import cores, progress_bar, shown
from autograder.cli.feedback import make_feedback
from autograder.flags import REFUSAL
from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import class_marks
from autograder.nbgrader.worker import Assignment

MOST_SAID = 20


class _Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task: Task) -> Text:
        """Say how fast it goes."""
        return Text(f"{60 * task.speed:.0f} a minute" if task.speed else "")


@click.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Only this learner.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    default=None,
    help="Notebooks at a time on this machine; as many as it has cores by default.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Send the work to a Dask cluster.")
@click.option("--force", is_flag=True, help="Grade anew what has not changed, too.")
@click.option("--feedback", is_flag=True, help="Make the feedback pages, too.")
@click.option(
    "--unsandboxed",
    is_flag=True,
    help="Let learners' code do all that you may; every grade so made is marked.",
)
def grade(
    assignment: str,
    students: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    feedback: bool,
    unsandboxed: bool,
) -> None:
    """Grade the submissions of ASSIGNMENT, as `nbgrader autograde` does.

    What has not changed since it was graded is left alone. The exit status is 1
    where a submission could not be graded, or a person should look at one.
    """
    course = Course(Path.cwd())
    name = course.chosen(assignment)[0]
    console = Console(emoji=False)
    done = grade_assignment(
        console,
        course,
        name,
        students=students,
        jobs=jobs,
        scheduler=scheduler,
        force=force,
        unsandboxed=unsandboxed,
    )
    look = any(work.error or work.look for work in done)
    for reason, flagged in _flagged(course, name, students, done).items():
        if flagged:
            console.print(
                f"{reason}: {', '.join(map(shown, flagged))}", highlight=False
            )
            look = True
    if feedback:
        # Only those who have been graded; the others have been named.
        graded = course.graded(name)
        chosen = tuple(student for student in students if student in graded)
        if chosen or not students:
            made = make_feedback(console, course, name, students=chosen, jobs=jobs)
            look = look or bool(made)
    sys.exit(1 if look else 0)


def grade_assignment(
    console: Console,
    course: Course,
    assignment: str,
    *,
    students: tuple[str, ...] = (),
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    unsandboxed: bool = False,
) -> list[Work]:
    """Grade the submissions of an assignment behind a progress bar.

    Everybody's where no `students` are named; `force` and `unsandboxed` are as the
    options of ``python -m autograder grade``. Returns what was graded or could not be,
    each with its reason.
    """
    began = time.monotonic()
    run = GradingRun(course, assignment, unsandboxed)
    with ExitStack() as stack:
        stack.enter_context(run.ledger.alone())
        stack.enter_context(_logged(course.root, assignment))
        if scheduler is None:
            run.warm_up()
        bundle = run.bundle()
        planned = run.plan(bundle, students, force)
        done: list[Work] = []
        ready = 0.0
        if planned:
            pool: Pool | Cluster
            if scheduler is None:
                pool = stack.enter_context(run.pool(bundle, jobs or cores()))
            else:
                pool = Cluster(bundle, scheduler, course.directory.ignore)
                stack.callback(pool.close)
            ready = time.time() - psutil.Process().create_time()
            done = _watch(console, run, bundle, planned, pool)
        seconds = time.monotonic() - began
        figures = {
            "seconds": round(seconds, 1),
            "ready_after": round(ready, 1),
            "memory": _memory(),
            "isolation": run.isolation,
            "unchanged": sorted(run.skipped),
            "retries": sum(work.retries for work in done),
            "could_not_be_judged": sum(
                "could not be judged" in said for work in done for said in work.look
            ),
        }
        path = write_report(course, run.assignment, done, figures)
    failed = [work for work in done if work.error]
    _summarise(console, run, done, failed, seconds)
    settled = course.settle_penalties(run.assignment)
    if settled:
        console.print(f"late work, whose penalty follows its new marks: {settled}")
    console.print(f"report: {escape(os.path.relpath(path))}")
    return done


def _flagged(
    course: Course, assignment: str, students: tuple[str, ...], done: list[Work]
) -> dict[str, list[str]]:
    """Return, by the reason, whose code waits for a person.

    What a run has just flagged was said already.
    """
    again = {work.student for work in done}
    with course.gradebook() as book:
        marks = class_marks(book, assignment, course.config)
    asked = {
        name: found for name, found in marks.items() if name in (students or marks)
    }
    return {
        "graded earlier, and cells of theirs still wait for a person": [
            name for name, found in asked.items() if found.look and name not in again
        ],
        "graded anew, and marks that you gave to their code wait until you confirm "
        "them": [name for name, found in asked.items() if found.confirm],
    }


@contextmanager
def _logged(root: Path, assignment: str) -> Iterator[None]:
    """Keep what the runner logs beside its report, tracebacks included."""
    path = report_path(root, assignment).with_suffix(".log")
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(
        path, mode="w", encoding="utf-8", delay=True, errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("autograder")
    logger.addHandler(handler)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
        handler.close()


def _memory() -> int:
    """Return the peak of this process and of its largest child together, in MB."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return sum(resource.getrusage(each).ru_maxrss for each in whose) * unit // 10**6


def _watch(
    console: Console,
    run: GradingRun,
    bundle: Assignment,
    planned: list[Work],
    pool: Pool | Cluster,
) -> list[Work]:
    """Grade behind a progress bar; name at once what failed."""
    done = []
    # Refreshed by hand: processes are forked, so there is to be no thread here.
    with progress_bar(_Rate(), on=console, auto_refresh=False) as progress:
        bar = progress.add_task(run.assignment, total=len(planned))
        for work in run.grade(bundle, planned, pool.run):
            if work is not None:
                done.append(work)
                progress.advance(bar)
                if work.error:
                    progress.console.print(
                        f"[red]{shown(work.student)}[/]: {shown(work.error)}",
                        highlight=False,
                    )
            if console.is_terminal:
                progress.refresh()
    return done


def _summarise(
    console: Console,
    run: GradingRun,
    done: list[Work],
    failed: list[Work],
    seconds: float,
) -> None:
    """Say what the run did, and what an instructor has to do."""
    graded = len(done) - len(failed)
    cached = sum(w.from_cache == len(w.notebooks) for w in done if not w.error)
    rate = f", {60 * graded / seconds:.0f} a minute" if graded else ""
    console.print(f"graded: {graded} in {seconds:.1f} s{rate}", highlight=False)
    if not done and not run.skipped:
        console.print(
            "nothing was submitted: put notebooks into "
            f"submitted/LEARNER/{run.assignment}/, or collect them",
            highlight=False,
        )
    if cached:
        console.print(f"of these known already, not run again: {cached}")
    if run.skipped:
        console.print(f"unchanged since they were graded: {len(run.skipped)}")
    if run.isolation == "none":
        console.print("[bold]learners' code ran without a sandbox[/]: all marked so")
    damaged = [
        f"{work.student} ({name})"
        for work in done
        for name, finished in work.finished.items()
        if REFUSAL in finished.flagged.values()
    ]
    if damaged:
        names = ", ".join(map(shown, damaged))
        console.print(
            f"notebooks refused, 0 points there and a page that says why: {names}",
            highlight=False,
        )
    partly = [work for work in done if work.missing and not work.error]
    if partly:
        console.print(f"without some of the notebooks, 0 points there: {len(partly)}")
        for work in partly[:MOST_SAID]:
            said = ", ".join(work.missing)
            console.print(f"  {shown(work.student)}: no {said}", highlight=False)
        if len(partly) > MOST_SAID:
            console.print(f"  and {len(partly) - MOST_SAID} more, in the report")
    look = [work for work in done if work.look and not work.error]
    look.sort(key=lambda work: work.student)
    if look:
        console.print(f"[bold]for a person to look at[/]: {len(look)}")
        for work in look[:MOST_SAID]:
            said = "; ".join(work.look[:3])
            console.print(f"  {shown(work.student)}: {shown(said)}", highlight=False)
        if len(look) > MOST_SAID:
            console.print(f"  and {len(look) - MOST_SAID} more, in the report")
    if failed:
        console.print(f"[red]could not be graded: {len(failed)}[/]")
        for work in failed:
            console.print(
                f"  {shown(work.student)}: {shown(work.error)}", highlight=False
            )
