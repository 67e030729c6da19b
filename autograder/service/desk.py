"""An assignment's workers, and what they are given in which order."""

import contextlib
import shutil
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.batch.run import GradingRun
from autograder.nbgrader.course import Course
from autograder.nbgrader.submitted_files import Task
from autograder.nbgrader.worker import Finished
from autograder.nbgrader.writer import Writer
from autograder.service.attempts import Attempt

__all__ = ["Desk", "Outcome", "fair_order"]

FRESH = 5.0  # seconds
PATIENCE = 2  # seconds for a locked gradebook: others do not wait for it


@dataclass
class Outcome:
    """What came of an attempt.

    Attributes
    ----------
    attempt : Attempt
        Which.
    folder : Path
        Its files.
    notebooks : list of str
        Which of the assignment's notebooks it has.
    missed : float
        What the machine gives for those that it has not.
    finished : dict of str to Finished
        Results by notebook.
    error : str
        Why it could not be graded, or empty.
    """

    attempt: Attempt
    folder: Path
    notebooks: list[str]
    missed: float = 0.0
    finished: dict[str, Finished] = field(default_factory=dict)
    error: str = ""


def fair_order(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Return attempts in the order in which they are graded.

    Everybody's first waiting attempt comes before anybody's second: who hands in
    fifty times keeps nobody waiting. Within a round the order is that of arrival.
    """
    rounds: Counter[tuple[str, str]] = Counter()
    ranked = []
    for attempt in sorted(attempts, key=lambda one: one.id):
        key = attempt.assignment, attempt.student
        rounds[key] += 1
        ranked.append((rounds[key], attempt.id, attempt))
    return [attempt for _, _, attempt in sorted(ranked, key=lambda one: one[:2])]


class _Live:
    """Tasks that come while others are done."""

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()

    def __iter__(self) -> "_Live":
        return self

    def __next__(self) -> Task:
        if not self._tasks:
            raise StopIteration
        return self._tasks.popleft()

    def add(self, task: Task) -> None:
        """Add a task behind all others."""
        self._tasks.append(task)


class _Ended:
    """No more results for now."""


_ENDED = _Ended()


class Desk:
    """The workers and the writer of one assignment.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment.
    jobs : int
        Notebooks at a time.

    Raises
    ------
    CourseError
        If something is missing; the message says what to do.
    """

    def __init__(self, course: Course, assignment: str, jobs: int) -> None:
        self._stack = contextlib.ExitStack()
        self._run = GradingRun(course, assignment)
        self._bundle = self._run.bundle()
        self._pool = self._stack.enter_context(self._run.pool(self._bundle, jobs))
        self._writer = Writer(course, self._bundle, PATIENCE, (0,))
        self._live = _Live()
        self._results: Iterator[Finished | None] | None = None
        self._held: dict[str, Outcome] = {}
        self._terms: dict[str, str] = {}
        self._asked = -FRESH
        self.made_for = self._state(course, assignment)
        self._course, self._assignment = course, assignment

    @staticmethod
    def _state(course: Course, assignment: str) -> list[tuple[str, int, int]]:
        """Return what changes when the assignment is generated anew."""
        found = []
        for path in sorted((course.root / "cases" / assignment).glob("*.json")):
            with contextlib.suppress(OSError):
                info = path.stat()
                found.append((path.name, info.st_mtime_ns, info.st_ino))
        return found

    @property
    def current(self) -> bool:
        """Whether the assignment is still that for which it was made."""
        return self.made_for == self._state(self._course, self._assignment)

    @property
    def load(self) -> int:
        """How many attempts it holds."""
        return len(self._held)

    def holds(self, student: str) -> bool:
        """Return whether it holds an attempt of a learner."""
        return student in self._held

    def put(self, attempt: Attempt, folder: Path) -> Outcome:
        """Take an attempt; where there is nothing to grade, it is done already."""
        notebooks = self._run.handed_in(folder)
        missed = self._run.points_without(notebooks)
        outcome = Outcome(attempt, folder, notebooks, missed)
        if outcome.notebooks:
            self._held[attempt.student] = outcome
        for name in outcome.notebooks:
            self._live.add(Task(attempt.student, name, str(folder)))
        return outcome

    def step(self) -> Outcome | None:
        """Wait a moment for workers; return an attempt that they are done with."""
        if self._results is None:
            self._results = self._pool.run(self._live)
        finished = next(self._results, _ENDED)
        if isinstance(finished, _Ended):
            self._results = None  # what comes later needs a new one
            return None
        if finished is None:
            return None
        outcome = self._held[finished.student]
        if finished.error:
            outcome.error = f"{finished.notebook}: {finished.error}"
        elif finished.text:
            self._run.ledger.keep(finished)
        elif not self._run.ledger.recall(finished):
            self._live.add(
                Task(
                    finished.student, finished.notebook, str(outcome.folder), None, True
                )
            )
            return None
        outcome.finished[finished.notebook] = finished
        if len(outcome.finished) < len(outcome.notebooks):
            return None
        return self._held.pop(finished.student)

    def write(self, outcome: Outcome) -> str:
        """Make an attempt the one whose marks count; return why not, or nothing.

        Its files become the learner's submission, as if nbgrader had collected it,
        so that all of nbgrader's commands and pages find what was graded.
        """
        student = outcome.attempt.student
        ledger = self._run.ledger
        with ledger.alone():
            target = self._writer.submitted_folder(student)
            _replace(outcome.folder, target)
            ledger.forget(student)
            said = self._writer.write(student, outcome.finished)
            if not said:
                terms = self._terms_now()
                digest = self._run.made_from(self._bundle, target, student, terms)
                ledger.note(student, digest)
        return said

    def _terms_now(self) -> dict[str, str]:
        """Return due date and extensions; asked anew every few seconds."""
        if time.monotonic() - self._asked > FRESH:
            self._terms = self._course.terms(self._assignment)
            self._asked = time.monotonic()
        return self._terms

    def close(self) -> None:
        """End the workers."""
        self._stack.close()


def _replace(source: Path, target: Path) -> None:
    """Make a folder a copy of another one: whole, or to be made again."""
    draft = target.with_name(f".{target.name}.new")
    old = target.with_name(f".{target.name}.old")
    for path in (draft, old):
        shutil.rmtree(path, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, draft)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
