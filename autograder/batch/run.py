"""What is to be graded, in which order, and what became of it."""

import contextlib
import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from autograder.batch.ledger import Ledger
from autograder.batch.pool import Pool
from autograder.copies import notebooks_in
from autograder.errors import CourseError
from autograder.files import digest_of_file, linked
from autograder.flags import REFUSAL
from autograder.names import plain, unusable
from autograder.nbgrader.course import Course
from autograder.nbgrader.execution import foreign_kernel
from autograder.nbgrader.late import due_dates
from autograder.nbgrader.submitted_files import Task, fingerprint
from autograder.nbgrader.worker import Assignment, Finished, digest_of, parsed, versions
from autograder.nbgrader.writer import Writer
from autograder.sandbox.forkserver import ForkServer, NotStarted
from autograder.sandbox.isolation import Refused
from autograder.sandbox.settings import Sandbox
from autograder.store import Store, read_store, store_path
from autograder.submissions import MAX_BYTES

log = logging.getLogger(__name__)


@dataclass
class Work:
    """One submission of a run."""

    student: str
    notebooks: list[str]  # which of the assignment's notebooks were submitted
    made_from: str  # digest of all that its grade depends on
    fresh: bool = False  # whether it is done anew, whatever was cached
    finished: dict[str, Finished] = field(default_factory=dict)  # results by notebook
    from_cache: int = 0  # how many of them were cached
    error: str = ""  # why it could not be graded, or empty
    trace: str = ""  # the traceback of a fault of ours
    # Which of the assignment's notebooks were not submitted.
    missing: list[str] = field(default_factory=list)

    @property
    def look(self) -> list[str]:
        """Why a person should look at it, in sentences."""
        said = []
        for name, finished in self.finished.items():
            said += [f"{name}: {f.sentence}" for f in finished.flags if f.urgent]
            known = {f.cell for f in finished.flags}
            said += [
                f"{name}: {cell} could not be judged: {reason}"
                for cell, reason in finished.flagged.items()
                if cell not in known and reason != REFUSAL
            ]
        return said

    @property
    def retries(self) -> int:
        """How often its notebooks were begun again."""
        return sum(finished.tries - 1 for finished in self.finished.values())


class GradingRun:
    """The grading of an assignment.

    With `unsandboxed`, learners' code runs with the grader's rights.

    Raises
    ------
    CourseError
        If something is missing; the message says what to do.
    """

    def __init__(
        self, course: Course, assignment: str, unsandboxed: bool = False
    ) -> None:
        self.course = course
        self.assignment = assignment
        if unsandboxed:
            course.config.Sandbox.sandboxed = False
        self._sandbox = Sandbox(config=course.config)
        self.isolation = "none" if unsandboxed else ""
        self.skipped: list[str] = []
        self.ledger = Ledger(course.root, assignment)
        self._stores = self._read_stores()

    def warm_up(self) -> ForkServer:
        """Start the fork server, without waiting for it."""
        forkserver = self._sandbox.forkserver
        forkserver.start()
        return forkserver

    def _read_stores(self) -> dict[str, Store]:
        stores = {}
        self._files: dict[str, bytes] = {}
        for name in self.course.notebooks(self.assignment):
            path = store_path(self.course.root, self.assignment, name)
            try:
                self._files[name] = path.read_bytes()
                stores[name] = parsed(self._files[name])
            except (OSError, ValueError, KeyError, TypeError):
                stores[name] = read_store(path)  # which says what is wrong with it
            reason = foreign_kernel(name, stores[name].released)
            if reason and self._sandbox.sandboxed:
                raise CourseError(reason)
        return stores

    def bundle(self) -> Assignment:
        """Return what workers need to know."""
        course, name = self.course, self.assignment
        files = course.files(name)
        learners = course.config.Autograde.get("exclude_overwriting", {})
        for kept in learners.get(name, []):
            files.pop(os.path.normpath(kept), None)  # learners hand in their own
        stores = self._files
        gradebook = course.empty_gradebook(name)
        settings = {
            section: {
                key: value
                for key, value in course.config[section].items()
                if key not in ("root", "db_url")
            }
            for section in sorted(course.config)
        }
        digest = digest_of(
            [name, sys.version, versions(), settings, sorted(files), sorted(stores)],
            *(files[key] for key in sorted(files)),
            *(stores[key] for key in sorted(stores)),
        )
        keys = self.ledger.keys()
        return Assignment(name, stores, files, gradebook, course.config, digest, keys)

    def plan(
        self, bundle: Assignment, students: Iterable[str] = (), force: bool = False
    ) -> list[Work]:
        """Return what is to be graded.

        Nobody named means all; `force` grades anew what has not changed.

        Raises
        ------
        CourseError
            If one of them has submitted nothing.
        """
        submitted = self.course.students(self.assignment)
        chosen = list(dict.fromkeys(students)) or submitted
        for student in chosen:
            if student not in submitted:
                raise CourseError(
                    f"{student} has submitted nothing: there is no submitted/"
                    f"{student}/{self.assignment}/"
                )
        excluded = self.course.directory.student_id_exclude.split(",")
        found = self.course.stale(self.assignment, self._stores)
        stale = {item.student for item in found}
        redo = self.ledger.to_redo()
        dates = due_dates(self.course, self.assignment)
        planned = []
        for student in chosen:
            if student in excluded:
                continue
            folder = self.course.root / "submitted" / student / self.assignment
            names = self.handed_in(folder)
            digest = self.made_from(bundle, folder, student, dates)
            work = Work(student, names, digest, force or student in redo)
            work.missing = [name for name in self._stores if name not in names]
            try:
                work.error = unusable(student) or linked(folder, self.course.root)
                if not names and not work.error:
                    work.error = _nothing_in(folder, list(self._stores))
            except OSError as problem:  # nobody else's work waits for this
                work.error = f"its folder cannot be read: {problem.strerror}"
            if work.fresh or not self._stands(work, student in stale):
                planned.append(work)
            else:
                self.skipped.append(student)
        if force:
            self.ledger.plan_redo(redo | {work.student for work in planned})
        return planned

    def handed_in(self, folder: Path) -> list[str]:
        """Return which of the assignment's notebooks a submission has, by any name."""
        return notebooks_in(folder, self._stores)

    def points_without(self, notebooks: Iterable[str]) -> float:
        """Return what the machine gives for all notebooks but these."""
        missing = self._stores.keys() - set(notebooks)
        return sum(sum(self._stores[name].points.values()) for name in missing)

    def made_from(
        self,
        bundle: Assignment,
        folder: Path,
        student: str,
        dates: Mapping[str, datetime],
    ) -> str:
        """Return a digest of all that a learner's grade depends on.

        `dates` are as ``due_dates`` gives them.
        """
        ignore = self.course.directory.ignore
        return digest_of(
            bundle.fingerprint,
            fingerprint(folder, list(self._stores), ignore, bundle.files),
            str(dates.get(student, dates.get(""))),
        )

    def _stands(self, work: Work, stale: bool) -> bool:
        """Return whether a learner's grade was made from what is there now."""
        graded, submitted = (
            self.course.folder(step, work.student, self.assignment)
            for step in ("autograded", "submitted")
        )
        if stale or not graded.is_dir():
            return False
        known = self.ledger.made_from(work.student)
        if known:
            return known == work.made_from
        # nbgrader graded it: times say little (archives have none), contents all.
        for name in work.notebooks:
            made = self.course.graded_notebook(self.assignment, work.student, name)
            digest = digest_of_file(submitted / f"{name}.ipynb", MAX_BYTES)
            if not digest or made.get("submission") != digest:
                return False
        return True

    def grade(
        self,
        bundle: Assignment,
        planned: list[Work],
        workers: Callable[[Iterable[Task]], Iterator[Finished | None]],
    ) -> Iterator[Work | None]:
        """Grade and write submissions, yielding each when it is written.

        `bundle` is as ``bundle`` makes it, `planned` as ``plan`` does, and `workers` is
        a pool's ``run``. None comes now and then, while nothing is done.
        """
        writer = Writer(self.course, bundle)
        try:
            yield from self._grade(writer, planned, workers)
        finally:
            writer.sweep()

    # What becomes of one notebook stands together, in the order in which it happens.
    def _grade(  # noqa: C901
        self,
        writer: Writer,
        planned: list[Work],
        workers: Callable[[Iterable[Task]], Iterator[Finished | None]],
    ) -> Iterator[Work | None]:
        redo = self.ledger.to_redo()
        by_name = {work.student: work for work in planned}
        damaged: list[Task] = []

        def task(work: Work, notebook: str, fresh: bool) -> Task:
            folder = str(writer.submitted_folder(work.student))
            return Task(work.student, notebook, folder, fresh=fresh)

        def settle(work: Work) -> Work:
            self.ledger.forget(work.student)
            if work.error:
                log.error("%s: %s\n%s", plain(work.student), work.error, work.trace)
                writer.withdraw(work.student)
            else:
                work.error = writer.write(work.student, work.finished)
            if not work.error:
                self.ledger.note(work.student, work.made_from)
                if work.student in redo:
                    redo.discard(work.student)
                    self.ledger.plan_redo(redo)
            for finished in work.finished.values():
                finished.text = ""
            return work

        for work in planned:
            if work.error:
                yield settle(work)
        tasks: Iterator[Task] = (
            task(work, notebook, work.fresh)
            for work in planned
            if not work.error
            for notebook in work.notebooks
        )
        while True:
            for finished in workers(tasks):
                if finished is None:
                    yield None
                    continue
                work = by_name[finished.student]
                if finished.error:
                    work.error = work.error or f"{finished.notebook}: {finished.error}"
                    work.trace = work.trace or finished.trace
                elif finished.text:
                    self.ledger.keep(finished)
                else:
                    if not self.ledger.recall(finished):
                        damaged.append(task(work, finished.notebook, True))
                        continue
                    work.from_cache += 1
                work.finished[finished.notebook] = finished
                if len(work.finished) == len(work.notebooks):
                    yield settle(work)
            if not damaged:
                return
            tasks, damaged = iter(damaged), []

    @contextlib.contextmanager
    def pool(self, bundle: Assignment, jobs: int) -> Iterator[Pool]:
        """Start this machine's workers.

        Raises
        ------
        CourseError
            If no sandbox holds here.
        """
        forkserver = self.warm_up()
        try:
            self.isolation = forkserver.isolation.name
        except Refused as refusal:
            raise CourseError(
                f"{refusal}: see `python -m autograder doctor`, or say --unsandboxed"
            ) from None
        except NotStarted as problem:
            raise CourseError(str(problem)) from None
        # Workers inherit it: nobody looks for garbage among what stays.
        gc.freeze()
        try:
            pool = Pool(bundle, forkserver, jobs)
            try:
                yield pool
            finally:
                pool.close()
        finally:
            gc.unfreeze()


def _nothing_in(folder: Path, notebooks: list[str]) -> str:
    wanted = ", ".join(f"{name}.ipynb" for name in notebooks)
    there = sorted(path.name for path in folder.iterdir())
    found = [name for name in there if fnmatch(name, "*.ipynb")] or there
    said = plain(", ".join(found[:5])) or "nothing"
    return f"no notebook of this assignment: expected {wanted}, found {said}"
