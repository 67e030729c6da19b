"""Making the feedback pages of a class: on all cores, and never twice.

The pages are those of ``nbgrader generate_feedback``, made by its converter. The
first learner's are made before the other processes are forked, which so have all
templates compiled and all cells rendered that learners have in common.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import GenerateFeedback
from nbgrader.utils import capture_log

from autograder.errors import CourseError, advised
from autograder.files import read_bounded, write_atomically
from autograder.names import quoted
from autograder.nbgrader.course import Course, reason
from autograder.nbgrader.worker import digest_of, versions

MOST_NOTE = 1_000


class _Pages(GenerateFeedback):
    """nbgrader's converter for one learner after another."""

    def __init__(self, course: Course, assignment: str) -> None:
        directory = course.directory
        super().__init__(coursedir=directory, config=course.config)
        self.log = directory.log
        self.force = True
        self.assignment, self.student = assignment, ""
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for step in self.preprocessors:
            self.exporter.register_preprocessor(step)

    def start(self) -> None:
        """Make the pages of a learner, whatever the name looks like as a pattern."""
        folder = Path(self._format_source(self.assignment, self.student))
        found = sorted(str(path) for path in folder.glob("*.ipynb"))
        self.assignments = {str(folder): found}
        self.convert_notebooks()

    def of(self, student: str) -> str:
        """Return why a learner's pages could not be made, or nothing."""
        self.student = student
        result = capture_log(self)
        return "" if result["success"] else reason(result) or "unknown"


class FeedbackRun:
    """The making of an assignment's feedback pages.

    Attributes
    ----------
    unchanged : list of str
        Learners whose pages show what there is already.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.unchanged: list[str] = []
        self._notes = course.root / ".cache" / "feedback" / assignment
        self._made_from: dict[str, str] = {}

    def plan(self, students: Iterable[str] = (), force: bool = False) -> list[str]:
        """Return whose pages are to be made.

        Of nobody named, all that have been graded; `force` makes again what has not
        changed.

        Raises
        ------
        CourseError
            If one of them has not been graded.
        """
        graded = self.course.graded(self.assignment)
        chosen = list(dict.fromkeys(students)) or graded
        for student in chosen:
            if student not in graded:
                raise CourseError(
                    f"{student} has nothing graded in {self.assignment}: run "
                    f"`python -m autograder grade {quoted(self.assignment)}`"
                )
        excluded = self.course.directory.student_id_exclude.split(",")
        rows = self._rows()
        settings = {
            name: dict(self.course.config[name]) for name in sorted(self.course.config)
        }
        common = digest_of([versions(), settings])
        planned = []
        for student in chosen:
            if student in excluded:
                continue
            digest = sha256(f"{common}\0{rows.get(student)}\0".encode())
            folder = self.course.folder("autograded", student, self.assignment)
            names = sorted(folder.glob("*.ipynb"))
            for path in names:
                content = sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.name}\0{content}\0".encode())
            self._made_from[student] = digest.hexdigest()
            if force or not self._stands(student, [path.stem for path in names]):
                planned.append(student)
            else:
                self.unchanged.append(student)
        return planned

    def outdated(self) -> list[str]:
        """Return of whom a page shows something else than there is now.

        Of a page that `nbgrader generate_feedback` made, only the graded notebook tells
        whether it is old.
        """
        old = []
        for student in self.plan():
            pages = self.course.folder("feedback", student, self.assignment)
            graded = self.course.folder("autograded", student, self.assignment)
            made = [path.stat().st_mtime for path in pages.glob("*.html")]
            since = [path.stat().st_mtime for path in graded.glob("*.ipynb")]
            note = self._notes / student
            # A page that is newer than the note was made by nbgrader.
            ours = bool(made) and note.is_file() and note.stat().st_mtime >= max(made)
            if ours or (made and since and min(made) < max(since)):
                old.append(student)
        return old

    def make(self, students: list[str], jobs: int) -> Iterator[tuple[str, str]]:
        """Make pages.

        Yields a learner whose pages are done, and why not, or nothing.
        """
        if not students:
            return
        folder = os.getcwd()
        os.chdir(self.course.root)
        try:
            first, *others = students
            maker = _Pages(self.course, self.assignment)
            yield self._noted(first, maker.of(first))
            if others:
                yield from self._parallel(maker, others, min(jobs, len(others)))
        finally:
            os.chdir(folder)

    def _parallel(
        self, maker: _Pages, students: list[str], jobs: int
    ) -> Iterator[tuple[str, str]]:
        global _maker
        _maker = maker
        gc.freeze()
        waiting = set(students)
        try:
            context = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(jobs, mp_context=context) as pool:
                tasks = [pool.submit(_pages_of, student) for student in students]
                for task in as_completed(tasks):
                    student, problem = task.result()
                    waiting.discard(student)
                    yield self._noted(student, problem)
        except BrokenProcessPool:
            for student in sorted(waiting):
                yield student, "a process that made pages ended: run this again"
        finally:
            gc.unfreeze()
            _maker = None

    def _noted(self, student: str, problem: str) -> tuple[str, str]:
        note = self._notes / student
        problem = advised(problem)
        if problem:
            note.unlink(missing_ok=True)
        else:
            note.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(note, self._made_from[student].encode())
        return student, problem

    def _stands(self, student: str, notebooks: list[str]) -> bool:
        known = read_bounded(self._notes / student, MOST_NOTE)
        if (
            known is None
            or known.decode("ascii", "replace") != self._made_from[student]
        ):
            return False
        folder = self.course.folder("feedback", student, self.assignment)
        return all((folder / f"{name}.html").is_file() for name in notebooks)

    def _rows(self) -> dict[str, list[tuple]]:
        """Return what the gradebook says on the pages of each learner."""
        found: dict[str, list[tuple]] = {}
        with self.course.gradebook() as book:
            marks = (
                book.db.query(
                    SubmittedAssignment.student_id,
                    SubmittedNotebook.late_submission_penalty,
                    BaseCell.name,
                    Grade.score,
                    Grade.max_score,
                    Grade.needs_manual_grade,
                )
                .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
                .join(BaseCell, Grade.cell_id == BaseCell.id)
            )
            comments = (
                book.db.query(
                    SubmittedAssignment.student_id, BaseCell.name, Comment.comment
                )
                .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
                .join(BaseCell, Comment.cell_id == BaseCell.id)
            )
            for asked in (marks, comments):
                of_assignment = (
                    asked.join(
                        SubmittedAssignment,
                        SubmittedNotebook.assignment_id == SubmittedAssignment.id,
                    )
                    .join(
                        Assignment, SubmittedAssignment.assignment_id == Assignment.id
                    )
                    .filter(Assignment.name == self.assignment)
                    .order_by(SubmittedNotebook.id, BaseCell.name)
                )
                for student, *row in of_assignment:
                    found.setdefault(student, []).append(tuple(row))
        return found


# What a forked process makes pages with; inherited, never sent.
_maker: _Pages | None = None


def _pages_of(student: str) -> tuple[str, str]:
    assert _maker is not None
    return student, _maker.of(student)
