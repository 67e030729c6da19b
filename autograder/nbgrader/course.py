"""A course folder, driven through nbgrader's own interface in one process.

Importing nbgrader costs seconds, so nothing here runs one command a learner.
"""

import contextlib
import json
import logging
import os
import re
import stat
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SAWarning

from autograder.errors import CourseError
from autograder.flags import flags_from
from autograder.nbgrader.empty_gradebook import empty_gradebook
from autograder.nbgrader.marks import Marks, class_marks
from autograder.nbgrader.penalties import settle_penalties
from autograder.nbgrader.settings_check import check_settings, read_settings
from autograder.nbgrader.steps import check_configured
from autograder.store import Store, read_stores

# nbgrader 0.9 builds rows in an order that SQLAlchemy 2.1 remarks on.
warnings.filterwarnings("ignore", category=SAWarning)

# What is said below this name is shown; what nbgrader says is not.
log = logging.getLogger("autograder.gradebook")
T = TypeVar("T")

PATIENCE = 30  # seconds
# Seconds before a locked gradebook is asked again, each time after waiting for it.
PAUSES: tuple[float, ...] = (1, 5, 15)
# What databases say of a row, a table or a file that another program holds.
LOCKED = ("locked", "lock timeout", "deadlock detected", "could not obtain lock")
POINTER = "traceback for details"
RAISED = re.compile(r"[\w.]*(Error|Exception): \S")


class GradebookBusy(CourseError):
    """The gradebook cannot be used for now; the same may succeed later."""


@dataclass
class GradeRow:
    """One submission in the table of grades."""

    student: str
    assignment: str
    # Points of functions, of written answers, and what is subtracted.
    marks: Marks = field(default_factory=Marks)
    # Names of the catalogued mistakes that were found.
    mistakes: list[str] = field(default_factory=list)
    # Why a person should look at it, in a word or two each.
    flags: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # the same in sentences
    # What need not be looked at, but should be known.
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StaleGrade:
    """A grade made with other cases than today's."""

    student: str
    assignment: str
    notebook: str
    reason: str


class Course:
    """A course folder with its configuration.

    Parameters
    ----------
    editions : sequence of str
        Languages in which to generate assignments besides those that it names.

    Raises
    ------
    CourseError
        If there is no such file, or a setting in it cannot be used.
    """

    def __init__(self, root: Path, editions: Sequence[str] = ()) -> None:
        self.root = root.resolve()
        if not (self.root / "nbgrader_config.py").is_file():
            raise CourseError(
                f"{self.root} holds no nbgrader_config.py: run this in the course's "
                "folder"
            )
        self.config = read_settings(self.root)
        for doubt in check_settings(self.config):
            log.warning("%s", doubt)
        check_configured(self.config)
        self.config.CourseDirectory.root = str(self.root)
        if editions:
            chosen = self.config.ReleaseExporter.get("editions", [])
            self.config.ReleaseExporter.editions = [*chosen, *editions]
        logger = logging.getLogger("autograder.nbgrader")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        self.directory = CourseDirectory(config=self.config, log=logger)
        self.api = NbGraderAPI(self.directory, config=self.config, log=logger)

    def assignments(self) -> list[str]:
        """Return the names of the assignments that have a source."""
        folders = (self.root / "source").glob("*/")
        return sorted(f.name for f in folders if any(f.glob("*.ipynb")))

    def chosen(self, assignment: str | None) -> list[str]:
        """Return the one assignment that was named, or all.

        Raises
        ------
        CourseError
            If it does not exist.
        """
        known = self.assignments()
        if assignment is None:
            if not known:
                raise CourseError("source/ holds no assignment yet: write one first")
            return known
        if assignment not in known:
            names = ", ".join(known) or "none"
            raise CourseError(f"there is no assignment {assignment!r}; known: {names}")
        return [assignment]

    def notebooks(self, assignment: str) -> list[str]:
        """Return the names of an assignment's notebooks."""
        folder = self.root / "source" / assignment
        return sorted(path.stem for path in folder.glob("*.ipynb"))

    def files(self, assignment: str) -> dict[str, bytes]:
        """Return what lies beside an assignment's notebooks, by relative path."""
        source = self.root / "source" / assignment
        ignore = [*self.directory.ignore, "*.ipynb"]
        return {
            os.path.relpath(path, source): Path(path).read_bytes()
            for path in sorted(find_all_files(str(source), ignore))
        }

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return where a learner's files of a step, such as ``submitted``, lie."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def empty_gradebook(self, assignment: str) -> bytes:
        """Return a gradebook that holds an assignment's cells and nobody's work.

        Raises
        ------
        GradebookBusy
            If another program keeps the gradebook locked.
        CourseError
            If the course's gradebook does not know the assignment.
        """
        url = self.directory.db_url
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "gradebook.db")
            try:
                empty_gradebook(
                    patient(url), self.directory.course_id, assignment, path
                )
            except (OperationalError, InterfaceError) as error:
                raise _explained(error, url) from None
            return path.read_bytes()

    def students(self, assignment: str) -> list[str]:
        """Return who has submitted an assignment."""
        folders = (self.root / "submitted").glob("*")
        return sorted(one.name for one in folders if _is_folder(one / assignment))

    def graded(self, assignment: str) -> list[str]:
        """Return of whom an assignment has been graded."""
        folders = (self.root / "autograded").glob(f"*/{assignment}/")
        return sorted(f.parent.name for f in folders if any(f.glob("*.ipynb")))

    def generate(self, assignment: str) -> None:
        """Generate an assignment as ``nbgrader generate_assignment`` does.

        Raises
        ------
        CourseError
            With the one reason why it was not generated.
        """
        result = self.api.generate_assignment(assignment)
        if not result["success"]:
            raise CourseError(reason(result) or f"{assignment} failed")

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """Open the gradebook.

        Raises
        ------
        GradebookBusy
            If another program keeps it locked, or its server does not answer.
        CourseError
            If there is none, it is of another version, or cannot be written.
        """
        try:
            url = patient(self.directory.db_url)
            with Gradebook(url, self.directory.course_id) as book:
                _wait_for_locks(book)
                yield book
        except (OperationalError, InterfaceError) as error:
            raise _explained(error, self.directory.db_url) from None

    def graded_path(self, assignment: str, student: str, notebook: str) -> Path:
        """Return where a graded notebook lies."""
        return self.root / "autograded" / student / assignment / f"{notebook}.ipynb"

    def graded_notebook(self, assignment: str, student: str, notebook: str) -> dict:
        """Return the metadata that grading left in a graded notebook."""
        path = self.graded_path(assignment, student, notebook)
        try:
            form = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        course: dict = form.get("metadata", {}).get("course", {})
        if "walls" in course:  # its name in older grades
            course["isolation"] = course.pop("walls")
        return course

    def settle_penalties(self, assignment: str) -> int:
        """Write what late work costs by the marks that there are now.

        Returns of how many notebooks it was another amount.
        """
        with self.gradebook() as book:
            changed = settle_penalties(book, assignment, self.config)
            book.db.commit()
        return changed

    def grades(self, assignment: str) -> list[GradeRow]:
        """Return the table of grades of an assignment."""
        with self.gradebook() as book:
            marks = class_marks(book, assignment, self.config)
        rows = []
        for student in sorted(marks):
            row = GradeRow(student, assignment, marks[student])
            if row.marks.look:
                row.flags.append("look")
            if row.marks.confirm:
                row.flags.append("confirm")
            for notebook in self.notebooks(assignment):
                self._add_notebook(row, notebook)
            rows.append(row)
        return rows

    def handed_in(self, assignment: str, student: str, notebook: str) -> bool:
        """Return whether a submission has a file for one of the notebooks."""
        folder = self.folder("submitted", student, assignment)
        return os.path.lexists(folder / f"{notebook}.ipynb")

    def _add_notebook(self, row: GradeRow, notebook: str) -> None:
        graded = self.graded_path(row.assignment, row.student, notebook)
        if not graded.exists():
            handed_in = self.handed_in(row.assignment, row.student, notebook)
            kind = "not graded" if handed_in else "not handed in"
            row.notes.append(f"{notebook} was {kind}")
        course = self.graded_notebook(row.assignment, row.student, notebook)
        for flag in flags_from(course.get("flags")):
            said = f"{notebook}: {flag.sentence}"
            if not flag.urgent:
                row.notes.append(said)
                continue
            row.remarks.append(said)
            if flag.kind not in row.flags:
                row.flags.append(flag.kind)
        if course.get("isolation") == "none" and "unsandboxed" not in row.flags:
            row.flags.append("unsandboxed")
        for function in course.get("functions", {}).values():
            if function["entry"]:
                row.mistakes.append(function["entry"])

    def stores(self, assignment: str) -> dict[str, Store]:
        """Return what grading each of an assignment's notebooks needs.

        Raises
        ------
        StoreError
            If one is missing or damaged.
        """
        return read_stores(self.root / "cases" / assignment, self.notebooks(assignment))

    def stale(
        self, assignment: str, stores: Mapping[str, Store] | None = None
    ) -> list[StaleGrade]:
        """List the grades that were made with other cases than today's.

        `stores` are those of the assignment, where they have been read already.
        """
        found: list[StaleGrade] = []
        if not any((self.root / "autograded").glob(f"*/{assignment}/*.ipynb")):
            # Nothing to compare: the assignment may never have been generated here.
            return found
        stores = self.stores(assignment) if stores is None else stores
        for notebook, store in stores.items():
            for path in (self.root / "autograded").glob(
                f"*/{assignment}/{notebook}.ipynb"
            ):
                student = path.parent.parent.name
                made = self.graded_notebook(assignment, student, notebook)
                why = ""
                if made.get("digest") != store.cases.digest:
                    why = "other cases" if made.get("digest") else "nbgrader alone"
                elif made.get("points", store.points) != store.points:
                    why = "other points"
                if why:
                    found.append(StaleGrade(student, assignment, notebook, why))
        return sorted(found, key=lambda item: (item.student, item.notebook))


def _is_folder(path: Path) -> bool:
    """Tell whether a folder is there; one that may not be read is named later."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def _wait_for_locks(book: Gradebook) -> None:
    """Let a database server wait as long for locks as a file is waited for."""
    if book.engine.dialect.name == "postgresql":
        book.db.execute(sqlalchemy.text(f"SET lock_timeout = {int(1000 * PATIENCE)}"))
        book.db.commit()  # what is undone undoes settings, too


def _explained(error: DBAPIError, url: str) -> CourseError:
    """Return what is wrong with the gradebook, and what to do."""
    said = str(error.orig).strip().partition("\n")[0]
    if any(word in said for word in LOCKED):
        return GradebookBusy(
            "the gradebook is locked by another program: end it (Formgrader, "
            "a database browser), then try again"
        )
    if not url.startswith("sqlite"):
        return GradebookBusy(
            f"the gradebook's database server does not answer ({said}): start it, or "
            "see to c.CourseDirectory.db_url, then try again"
        )
    if any(word in said for word in ("readonly", "unable to open")):
        return CourseError(
            f"the gradebook cannot be written ({said}): see to the rights of "
            f"{url.removeprefix('sqlite:///')}"
        )
    if "disk is full" in said:
        return CourseError(f"the gradebook cannot be written ({said}): free space")
    return CourseError(
        f"the gradebook cannot be read ({said}): back it up and run "
        "`nbgrader db upgrade`"
    )


def persistently(
    action: Callable[[], T], left: Callable[[], object] = lambda: None
) -> T:
    """Do something with the gradebook; while it is locked, wait and do it again.

    What `left` returns says whether an attempt came any further; then waiting begins
    from the first pause again.

    Raises
    ------
    GradebookBusy
        If it stays locked.
    """
    pauses = iter(PAUSES)
    while True:
        before = left()
        try:
            return action()
        except GradebookBusy as problem:
            if left() != before:
                pauses = iter(PAUSES)
            pause = next(pauses, None)
            if pause is None:
                raise
            log.warning("%s; trying again in %g s", problem, pause)
            time.sleep(pause)


def patient(url: str, seconds: float | None = None) -> str:
    """Return a gradebook's URL by which a locked SQLite file is waited for."""
    seconds = PATIENCE if seconds is None else seconds
    if not url.startswith("sqlite:///") or "?" in url:
        return url
    return f"{url}?timeout={seconds}"


def reason(result: dict) -> str:
    """Return the last plain line of what nbgrader reports."""
    lines = result.get("error", "").strip().splitlines()
    said = result.get("log", "").splitlines()
    last = lines[-1] if lines else ""
    if POINTER in last or not last:
        # nbgrader points to a traceback that stands in its log.
        raised = [line.strip() for line in [*said, *lines] if POINTER not in line]
        raised = [line for line in raised if RAISED.match(line)]
        logged = [
            line
            for line in said
            if line.startswith(("[ERROR]", "[WARNING]")) and "traceback" not in line
        ]
        last = (raised or logged or [last])[-1]
    return last.removeprefix("nbgrader.converters.base.NbGraderException: ")
