"""An assignment's workers, and what they are given in which order."""

import contextlib
import shutil
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.batch.run import GradingRun
from autograder.files import SECOND, Sort, sort_of, stand_in
from autograder.nbgrader.course import Course
from autograder.nbgrader.late import due_dates
from autograder.nbgrader.submitted_files import Task
from autograder.nbgrader.worker import Finished
from autograder.nbgrader.writer import Writer
from autograder.service.attempts import Attempt

FRESH = 5.0  # seconds
PATIENCE = 2  # seconds for a locked gradebook: others do not wait for it


@dataclass
class Outcome:
    """What came of an attempt."""

    attempt: Attempt
    folder: Path
    notebooks: list[str]  # which of the assignment's notebooks it has
    missed: float = 0.0  # what the machine gives for those that it has not
    finished: dict[str, Finished] = field(default_factory=dict)  # results by notebook
    error: str = ""  # why it could not be graded, or empty


class Queue:
    """Attempts that wait, in the order in which they are graded.

    Everybody's next attempt comes before anybody's one after that: who hands in fifty
    times keeps nobody waiting, nor does whoever comes while they are graded. Within
    a round the order is that of arrival.
    """

    def __init__(self, attempts: Iterable[Attempt] = ()) -> None:
        self._waiting: dict[int, tuple[int, Attempt]] = {}
        # By assignment: the round that is graded now.
        self._now: Counter[str] = Counter()
        # By assignment and learner: the first round that is free.
        self._free: Counter[tuple[str, str]] = Counter()
        for attempt in attempts:
            self.add(attempt)

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Attempt]:
        ordered = sorted(self._waiting.items(), key=lambda item: (item[1][0], item[0]))
        return iter([attempt for _, (_, attempt) in ordered])

    def add(self, attempt: Attempt) -> None:
        """Let an attempt wait."""
        key = attempt.assignment, attempt.student
        # Whoever has not been here for long gets no more than one turn for it.
        turn = max(self._now[attempt.assignment], self._free[key])
        self._free[key] = turn + 1
        self._waiting[attempt.id] = turn, attempt

    def begin(self, attempt: Attempt) -> None:
        """Take an attempt out: it is graded now."""
        turn, _ = self._waiting.pop(attempt.id)
        self._now[attempt.assignment] = max(self._now[attempt.assignment], turn)


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


class Desk:
    """The workers and the writer of one assignment.

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
        self._dates: dict[str, datetime] = {}
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
        try:
            finished = next(self._results)
        except StopIteration:
            self._results = None  # what comes later needs a new one
            return None
        if finished is None:
            return None
        outcome = self._held[finished.student]
        if finished.error:
            outcome.error = f"{finished.notebook}: {finished.error}"
        elif finished.text:
            # What a full disk does not keep would be made again after a kill.
            with contextlib.suppress(OSError):
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
                dates = self._dates_now()
                digest = self._run.made_from(self._bundle, target, student, dates)
                ledger.note(student, digest)
        return said

    def _dates_now(self) -> dict[str, datetime]:
        """Return due date and extensions; asked anew every few seconds."""
        if time.monotonic() - self._asked > FRESH:
            self._dates = due_dates(self._course, self._assignment)
            self._asked = time.monotonic()
        return self._dates

    def close(self) -> None:
        """End the workers."""
        self._stack.close()


def _copied(source: str, target: str) -> None:
    sort = sort_of(source)[0]
    if sort is Sort.FILE:
        shutil.copy2(source, target)
    else:
        stand_in(Path(target), sort)


def _replace(source: Path, target: Path) -> None:
    """Make a folder a copy of another one: whole, or to be made again."""
    draft = target.with_name(f".{target.name}.new")
    old = target.with_name(f".{target.name}.old")
    for path in (draft, old):
        shutil.rmtree(path, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    ignored = shutil.ignore_patterns(f"*{SECOND}")
    shutil.copytree(source, draft, symlinks=True, ignore=ignored, copy_function=_copied)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
