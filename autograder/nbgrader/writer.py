"""The one writer: gradebook rows and the files in ``autograded/``.

For each submission: the old files are moved away and the old marks withdrawn;
nbgrader's own converter writes the new marks, in one transaction, and the new files
into a staging folder; the folder is renamed. So a submission that has a folder in
``autograded/`` has the marks that were made with it, whenever the run ends.
"""

import contextlib
import copy
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines, strip_transient
from nbgrader import api
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import capture_log, parse_utc
from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import scoped_session, sessionmaker

from autograder.errors import CourseError, advised
from autograder.flags import Flag, flags_form
from autograder.nbgrader.course import Course, patient, reason
from autograder.nbgrader.execution import Earned, SaveJudgedGrades
from autograder.nbgrader.late import TIMESTAMP, handed_in_at
from autograder.nbgrader.submitted_files import copy_beside, write_files
from autograder.nbgrader.worker import Assignment, Finished, split
from autograder.outputs import notebook_text
from autograder.sandbox import scratch

log = logging.getLogger(__name__)

LOCKED = "locked"
BUSY = (
    "the gradebook is locked by another program: end it (Formgrader, a database "
    "browser), then grade again"
)
# Seconds before a locked gradebook is asked again, each time after SQLite's own wait.
PAUSES = (1, 5, 15)


class _Book(Gradebook):
    """A gradebook that can keep what is committed until all of it is there.

    nbgrader commits half a dozen times for each submission, and each time all waits
    for the disk.
    """

    db: scoped_session

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Write all or nothing of what is committed meanwhile, at the end."""
        self._separate = self.db
        with self.engine.connect() as connection:
            self._transaction = connection.begin()
            self.db = scoped_session(
                sessionmaker(
                    connection,
                    join_transaction_mode="rollback_only",
                    expire_on_commit=False,  # nobody else writes meanwhile
                )
            )
            try:
                yield
                self.part()
            finally:
                self._transaction.close()
                self.db.remove()
                self.db = self._separate

    def part(self) -> None:
        """Write what there is, for others to see; from now on each part by itself."""
        if self._transaction.is_active:
            self._transaction.commit()
            self.db.remove()
            self.db = self._separate

    def drop(self) -> None:
        """Write nothing of it."""
        self._transaction.close()


class _Finish(Autograde):
    """nbgrader's converter from the point where grades are saved.

    All rows are written through one gradebook: each that nbgrader opens asks for
    its tables and compiles its statements anew, which takes longer than to save.
    """

    finished: Mapping[str, Finished]
    files: Mapping[str, bytes]
    submitted: Path
    student: str
    book: _Book
    odd_time = False

    def init_notebooks(self) -> None:
        """Take the one submission, whatever its name looks like as a pattern."""
        found = [str(self.submitted / f"{name}.ipynb") for name in self.finished]
        self.assignments = {str(self.submitted): found}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy files within bounds, and make rows."""
        dest = Path(self._format_dest(assignment_id, student_id))
        copy_beside(self.submitted, dest, self.coursedir.ignore, self.files)
        write_files(dest, self.files)
        self._make_rows(assignment_id, student_id)

    def _make_rows(self, assignment: str, student: str) -> None:
        """Make a learner's rows; a notebook that is not there earns nothing."""
        if self.create_student:
            self.book.update_or_create_student(student)
        else:
            try:
                self.book.find_student(student)
            except MissingEntry:
                raise NbGraderException(
                    f"the gradebook does not know {student}: add the student, or set "
                    "Autograde.create_student"
                ) from None
        when = self._when()
        self._saved: set[str] = set()  # notebooks whose marks their rows hold already
        try:
            self.book.find_submission(assignment, student)
        except MissingEntry:
            if self._insert_rows(assignment, student, when):
                return
        submission = self.book.update_or_create_submission(
            assignment, student, **({"timestamp": when} if when else {})
        )
        self._late = submission.total_seconds_late > 0
        for notebook in submission.notebooks:
            if notebook.name not in self.finished:
                for grade in notebook.grades:
                    grade.auto_score = 0
                    grade.needs_manual_grade = False
            elif notebook.late_submission_penalty is not None:
                self._late = True
        self.book.db.commit()

    def _insert_rows(
        self, assignment: str, student: str, when: datetime | None
    ) -> bool:
        """Make the rows of a new submission, with what was earned where it is known.

        `Gradebook.add_submission` makes an object of each row first, and nbgrader saves
        grades later. Returns whether there was anything to make rows of.
        """
        db = self.book.db
        notebooks = db.execute(
            select(
                Notebook.id,
                Notebook.name,
                Notebook.assignment_id,
                api.Assignment.duedate,
            )
            .join(api.Assignment, api.Assignment.id == Notebook.assignment_id)
            .where(api.Assignment.name == assignment)
        ).all()
        if not notebooks:  # nbgrader says what is wrong
            return False
        rows = {notebook.id: new_uuid() for notebook in notebooks}
        cells = db.execute(
            select(
                BaseCell.id, BaseCell.name, BaseCell.notebook_id, BaseCell.type
            ).where(BaseCell.notebook_id.in_(rows))
        ).all()
        grades: list[dict] = []
        comments: list[dict] = []
        for notebook in notebooks:
            own = [cell for cell in cells if cell.notebook_id == notebook.id]
            graded = {c.name: c.id for c in own if c.type in ("GradeCell", "TaskCell")}
            said = {c.name: c.id for c in own if c.type in ("SolutionCell", "TaskCell")}
            # A notebook that is not there earns nothing. In others, a person is to look
            # at what nobody has marked, such as a task.
            there = notebook.name in self.finished
            nothing: tuple[float | None, bool] = (None, True) if there else (0.0, False)
            marks = self._known_marks(notebook.name)
            if marks and not (
                marks.scores.keys() <= graded.keys()
                and marks.comments.keys() <= said.keys()
            ):
                marks = None  # nbgrader says what is wrong
            if marks:
                self._saved.add(notebook.name)
            row = {"notebook_id": rows[notebook.id]}
            scores, remarks = marks or ({}, {})
            for name, cell in graded.items():
                score, unsettled = scores.get(name, nothing)
                earned = {"auto_score": score, "needs_manual_grade": unsettled}
                grades.append({"cell_id": cell, **row, **earned})
            for name, cell in said.items():
                remark = {"auto_comment": remarks.get(name)}
                comments.append({"cell_id": cell, **row, **remark})
        handed_in = parse_utc(when)
        submission = {
            "id": new_uuid(),
            "assignment_id": notebooks[0].assignment_id,
            "student_id": student,
            "timestamp": handed_in,
        }
        of_submission = {"assignment_id": submission["id"]}
        submitted = [{"id": rows[n], "notebook_id": n, **of_submission} for n in rows]
        made: list[tuple[Any, list[dict]]] = [
            (SubmittedAssignment, [submission]),
            (SubmittedNotebook, submitted),
            (Grade, grades),
            (Comment, comments),
        ]
        for kind, values in made:
            if values:
                db.execute(insert(kind.__table__), values)
        db.commit()
        due = notebooks[0].duedate
        self._late = bool(handed_in and due and handed_in > due)
        return True

    def _known_marks(self, notebook: str) -> Earned | None:
        """Return what a notebook has earned, where that is told without nbgrader."""
        finished = self.finished.get(notebook)
        usual = SaveJudgedGrades in self.autograde_preprocessors
        return finished.marks if finished is not None and usual else None

    def _when(self) -> datetime | None:
        """Return when the work was handed in, as far as that can be read."""
        when = handed_in_at(self.submitted)
        if when is None and os.path.lexists(self.submitted / TIMESTAMP):
            self.odd_time = True
            copied = Path(self._format_dest(self.coursedir.assignment_id, self.student))
            _remove(copied / TIMESTAMP)
        return when

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Save the grades of a notebook that a worker has finished."""
        name = Path(notebook_filename).stem
        finished = self.finished[name]
        resources = self.init_single_notebook_resources(notebook_filename)
        resources["course"] = {"flagged": finished.flagged, "gradebook": self.book}
        # They would find that there is nothing to do.
        idle = {AssignLatePenalties: not self._late}
        idle[SaveJudgedGrades] = name in self._saved
        steps = [step for step in self.autograde_preprocessors if not idle.get(step)]
        if any(step is not SaveJudgedGrades for step in steps):
            self.book.part()  # they open the gradebook themselves
        output = finished.text
        if steps or self.odd_time:
            output = self._stepped(finished, steps, resources)
        resources["output_extension"] = ".ipynb"
        self.write_single_notebook(output, resources)

    def _stepped(self, finished: Finished, steps: list[type], resources: dict) -> str:
        """Return a notebook as it is after the steps that are left."""
        # A worker has built it: nbformat's own functions would hold it against a
        # schema, twice.
        notebook = _read(finished.text)
        others = any(step is not SaveJudgedGrades for step in steps)
        may_change = self.odd_time or others
        before = _digest(notebook) if may_change else b""
        if self.odd_time:
            finished.flags.append(Flag("time"))
            course = notebook.metadata.setdefault("course", {})
            course["flags"] = flags_form(finished.flags)
        # An exporter would copy and check the notebook anew after each of these.
        for preprocessor in steps:
            notebook, resources = preprocessor(parent=self.exporter)(
                notebook, resources
            )
        if may_change and _digest(notebook) != before:
            return notebook_text(notebook)
        return finished.text


def _read(content: str) -> NotebookNode:
    """Return a notebook that we have written, as `nbformat.v4.reads` does.

    That looks at each value in Python, where JSON's reader looks at objects only.
    """
    notebook = json.loads(content, object_hook=NotebookNode)
    read: NotebookNode = strip_transient(rejoin_lines(notebook))
    return read


def _digest(notebook: NotebookNode) -> bytes:
    """Return what tells whether a notebook was changed."""
    return sha256(json.dumps(notebook).encode()).digest()


class Writer:
    """Writes submissions, one after another.

    A locked gradebook is waited for so many `seconds` at a time, and asked again after
    each of the `pauses`. One that stays locked through all this is waited for once: of
    the submissions that follow, each is tried for a moment, until one can be written.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        seconds: float | None = None,
        pauses: tuple[int, ...] | None = None,
    ) -> None:
        self._pauses = PAUSES if pauses is None else pauses
        self._course = course
        self._assignment = assignment.name
        self._files = assignment.files
        self._config = copy.deepcopy(course.config)
        self._config.Autograde.autograde_preprocessors = split(course.config)[1]
        # Nothing submitted is read here.
        self._config.Autograde.exporter_class = NotebookExporter
        # Within autograded/, so that a rename is one step on any file system.
        step = f"{course.directory.autograded_directory}/.staging-{assignment.name}"
        self._config.CourseDirectory.autograded_directory = step
        self._staging = course.root / step
        # They keep the statements that they have compiled, but no connection.
        try:
            self._patient, self._hasty = (
                _Book(
                    patient(course.directory.db_url, wait), course.directory.course_id
                )
                for wait in (seconds, 0)
            )
        except OperationalError as problem:
            raise CourseError(
                BUSY if LOCKED in str(problem.orig) else str(problem.orig)
            ) from None
        self._patient.close()
        self._hasty.close()
        self._book = self._patient
        self.sweep()

    def sweep(self) -> None:
        """Remove what a run has left, and one that was interrupted, half done."""
        scratch.remove(str(self._staging))

    def graded_folder(self, student: str) -> Path:
        """Return where a learner's graded files lie."""
        return self._course.folder("autograded", student, self._assignment)

    def submitted_folder(self, student: str) -> Path:
        """Return where a learner's submitted files lie."""
        return self._course.folder("submitted", student, self._assignment)

    def withdraw(self, student: str) -> None:
        """Take a learner's old files and marks away, if there are any."""
        folder = self.graded_folder(student)
        if folder.exists():
            self._staging.mkdir(parents=True, exist_ok=True)
            old = self._staging / ".old"
            scratch.remove(str(old))
            folder.rename(old)
            scratch.remove(str(old))
        rows = (
            select(SubmittedNotebook.id)
            .join(SubmittedAssignment)
            .join(api.Assignment)
            .where(
                api.Assignment.name == self._assignment,
                SubmittedAssignment.student_id == student,
            )
        )
        grades = Grade.__table__
        of_code = [
            grades.c.cell_id.in_(select(table.c.id).where(table.c.cell_type == "code"))
            for table in (GradeCell.__table__, TaskCell.__table__)
        ]
        with self._book as book:
            try:
                notebooks = book.db.scalars(rows).all()
            except UnicodeEncodeError:  # bytes that are no text
                return
            if not notebooks:
                return
            # Objects would be read one by one, with the cell of each.
            marks = update(grades).where(grades.c.notebook_id.in_(notebooks))
            book.db.execute(marks.values(needs_manual_grade=True))
            book.db.execute(marks.where(or_(*of_code)).values(auto_score=0.0))
            book.db.commit()

    def write(self, student: str, finished: Mapping[str, Finished]) -> str:
        """Write a submission whose notebooks are all finished.

        A gradebook that another program has locked is waited for, and asked again.
        Returns why it could not be written, or nothing.
        """
        for pause in self._pauses if self._book is self._patient else (0,):
            try:
                said = self._write(student, finished)
            except OperationalError as problem:
                said = advised(str(problem.orig))
            if LOCKED not in said:
                self._book = self._patient
                return said
            log.warning("the gradebook is locked: %s, waiting %d s", student, pause)
            time.sleep(pause)
        self._book = self._hasty
        return BUSY

    def _write(self, student: str, finished: Mapping[str, Finished]) -> str:
        self.withdraw(student)
        scratch.remove(str(self._staging / student))
        directory = CourseDirectory(config=self._config, log=self._course.directory.log)
        directory.assignment_id = self._assignment
        directory.student_id = student
        app = _Finish(coursedir=directory, config=self._config, log=directory.log)
        app.submitted = self.submitted_folder(student)
        app.student = student
        app.finished = finished
        app.files = self._files
        app.book = self._book
        with self._book, self._book.together():
            result = capture_log(app)
            if not result["success"]:
                self._book.drop()
        if not result["success"]:
            self.withdraw(student)
            self.sweep()
            return _plainly(reason(result))
        made = Path(
            directory.format_path(
                directory.autograded_directory, student, self._assignment
            )
        )
        folder = self.graded_folder(student)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)  # what is left of its staging folder is swept at the end
        return ""


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _plainly(said: str) -> str:
    """Return a reason without the text of a statement."""
    return advised(said.split("[SQL", 1)[0].strip())
