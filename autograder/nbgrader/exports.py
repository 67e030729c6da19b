"""Grades out: files that the grade imports of Canvas and Moodle take.

They are export plugins of nbgrader::

    nbgrader export --exporter=autograder.nbgrader.exports.CanvasExport --to=canvas.csv

One row a student, one column an assignment. An empty cell is not a zero: it
stands for work that was not handed in, or that still waits for a person.
"""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

from nbgrader.api import Assignment, Gradebook, Student
from nbgrader.plugins import CsvExportPlugin, ExportPlugin
from traitlets import Bool, Dict, Enum, Unicode

from autograder.files import write_atomically
from autograder.nbgrader.marks import Marks, class_marks
from autograder.nbgrader.penalties import settle_penalties

# A spreadsheet takes a cell that begins with one of these for a formula, be it of
# ordinary or of full width.
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# A cell may also begin where a spreadsheet of another country splits: at a semicolon.
_STARTS = re.compile(rf'(^|[,;|"])(\s*)(?=[{_FORMULA}])')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def harmless(text: str | None) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Line ends and control characters become spaces, and an apostrophe is put
    before each = + - or @ that could begin a cell.

    Examples
    --------
    >>> harmless("=1+1")
    "'=1+1"
    >>> harmless("Anne-Marie")
    'Anne-Marie'
    >>> harmless("x;@SUM(A1)")
    "x;'@SUM(A1)"
    """
    plain = _CONTROL.sub(" ", text or "").strip()
    return _STARTS.sub(r"\1\2'", plain)


def _number(value: float) -> str:
    """Return a mark with at most two decimals and a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class _Name(str):
    """A name that stays one cell, and no formula, where nbgrader formats it."""

    def __format__(self, _: str) -> str:
        plain = harmless(self)
        quoted = plain.replace('"', '""')
        return f'"{quoted}"' if set(plain) & set(',;"') else plain


class TableExport(CsvExportPlugin):
    """The table of plain ``nbgrader export``, in which names add no cells.

    nbgrader writes names as they are: a comma in one would move the marks.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write nbgrader's table from a gradebook of such names."""
        for name in [one.name for one in gradebook.assignments]:
            settle_penalties(gradebook, name, self.config)
        gradebook.db.commit()
        fields = ("id", "last_name", "first_name", "email")
        students = [
            SimpleNamespace(**{f: _Name(getattr(one, f) or "") for f in fields})
            for one in gradebook.students
        ]
        assignments = [
            SimpleNamespace(
                name=_Name(one.name), duedate=one.duedate, max_score=one.max_score
            )
            for one in gradebook.assignments
        ]

        def find(name: str, student: str) -> object:
            return gradebook.find_submission(str(name), str(student))

        shown = {"students": students, "assignments": assignments}
        super().export(SimpleNamespace(**shown, find_submission=find))


class _GradesExport(ExportPlugin):
    """What the exports have in common: which rows, which marks, how written."""

    default_name = "grades.csv"

    missing_is_zero = Bool(
        False, help="Write 0 for work that was not handed in; otherwise leave it empty."
    ).tag(config=True)
    unfinished = Bool(
        False,
        help="Write the marks so far of work that still waits for a person, "
        "or was not yet autograded; otherwise leave it empty.",
    ).tag(config=True)
    byte_order_mark = Bool(
        False,
        help="Begin the file with UTF-8's byte order mark, without which Excel "
        "reads names in most scripts wrongly.",
    ).tag(config=True)
    columns = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="The LMS's heading for an assignment, where it is not nbgrader's name.",
    ).tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file."""
        assignments = self._chosen(
            gradebook.assignments, "name", self.assignment, "assignment"
        )
        # Columns, not objects, of which each asks for its sums.
        columns = (Student.id, Student.first_name, Student.last_name)
        people = gradebook.db.query(*columns, Student.email, Student.lms_user_id)
        students = self._chosen(people.all(), "id", self.student, "student")
        handed_in = {
            one.name: class_marks(gradebook, one.name, self.config)
            for one in assignments
        }
        waiting = 0
        rows = [*self.head(assignments)]
        for student in students:
            marks = []
            for assignment in assignments:
                submission = handed_in[assignment.name].get(student.id)
                mark = self._mark(submission)
                waiting += submission is not None and mark is None
                marks.append("" if mark is None else _number(mark))
            keys = self.keys(student)
            for key in keys:
                if key != harmless(key):
                    self.log.warning(
                        "%r could be a formula and is written as %r: the LMS will "
                        "not find this student",
                        key,
                        harmless(key),
                    )
            rows.append([*self.person(student), *marks])
        if waiting:
            self.log.warning(
                "%d submissions still wait for grading and are left empty; "
                "write their marks so far with c.%s.unfinished = True",
                waiting,
                type(self).__name__,
            )
        path = Path(self.to or self.default_name)
        self._write(path, rows)
        self.log.info(
            "Wrote %d students and %d assignments to %s",
            len(students),
            len(assignments),
            path,
        )

    def head(self, assignments: list[Assignment]) -> Iterable[list[str]]:
        """Return the rows above the students."""
        raise NotImplementedError

    def person(self, student: Student) -> list[str]:
        """Return the cells of a row before its marks."""
        raise NotImplementedError

    def keys(self, student: Student) -> list[str]:
        """Return the cells by which the LMS finds the student."""
        raise NotImplementedError

    def _mark(self, marks: Marks | None) -> float | None:
        if marks is None:
            return 0.0 if self.missing_is_zero else None
        return marks.total if marks.finished or self.unfinished else None

    def _chosen(self, rows: list, name: str, wanted: list, what: str) -> list:
        """Return the rows asked for, in order of their names, or all."""
        known = {getattr(row, name): row for row in rows}
        names = [str(one) for one in wanted] or sorted(known)
        unknown = [one for one in names if one not in known]
        if unknown:
            raise SystemExit(
                f"no {what} {', '.join(unknown)} in the gradebook; "
                f"there are: {', '.join(sorted(known)) or 'none'}"
            )
        return [known[one] for one in names]

    def _write(self, path: Path, rows: list[list[str]]) -> None:
        text = io.StringIO()
        # Every cell in quotes: a semicolon in a name stays within it everywhere.
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerows([harmless(cell) for cell in row] for row in rows)
        encoding = "utf-8-sig" if self.byte_order_mark else "utf-8"
        # For the grader's eyes only.
        write_atomically(path, text.getvalue().encode(encoding), 0o600)


class CanvasExport(_GradesExport):
    """The file for *Grades > Import* in Canvas.

    Canvas finds a student by ``ID``, its own number (``lms_user_id`` in the
    gradebook, or an id that is a number, as ``zip_collect`` gives it), or else by
    ``SIS User ID``, or else by ``SIS Login ID``. A heading ``Basics (4711)`` means
    the assignment of that number; any other makes Canvas ask. The columns are those
    of Canvas's own export, in its order.
    """

    default_name = "canvas.csv"
    login = Enum(
        ["id", "email"],
        "id",
        help="What the students' SIS login is: their id or their e-mail address.",
    ).tag(config=True)
    sis_user = Bool(
        False, help="Whether the students' ids are their SIS user ids."
    ).tag(config=True)
    numbers = Bool(
        True,
        help="Whether students' ids that are numbers are those of Canvas, as they "
        "are for students who were collected from its archive.",
    ).tag(config=True)
    section = Unicode("", help="What to write into the column Section.").tag(
        config=True
    )

    def head(self, assignments: list[Assignment]) -> Iterable[list[str]]:
        """Return Canvas's two rows: headings, and the most that can be earned."""
        names = [self.columns.get(one.name, one.name) for one in assignments]
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]
        most = [_number(one.max_score) for one in assignments]
        yield ["Points Possible", "", "", "", "", *most]

    def person(self, student: Student) -> list[str]:
        """Return name, number, user, login and section."""
        name = ", ".join(
            part for part in (student.last_name, student.first_name) if part
        )
        return [name or student.id, *self.keys(student), self.section]

    def keys(self, student: Student) -> list[str]:
        """Return number, user and login."""
        number = student.lms_user_id or ""
        own = student.id
        if self.numbers and own.isdecimal() and number in ("", own):
            number, own = own, ""  # it is no login, nor an id of the registry
        user = own if self.sis_user else ""
        login = student.email if self.login == "email" else own
        return [number, user, login or ""]


class MoodleExport(_GradesExport):
    """The file for *Grades > Import > CSV file* in Moodle.

    There *Identify user by* is set to the user name, the ID number or the e-mail
    address, and each heading is mapped to the grade item of that name.
    """

    default_name = "moodle.csv"
    byte_order_mark = Bool(
        True, help="As in the other exports; Moodle's import takes the mark off."
    ).tag(config=True)
    identifier = Enum(
        ["Username", "ID number"],
        "Username",
        help="What the students' ids are in Moodle.",
    ).tag(config=True)

    def head(self, assignments: list[Assignment]) -> Iterable[list[str]]:
        """Return Moodle's one row of headings."""
        names = [self.columns.get(one.name, one.name) for one in assignments]
        yield [self.identifier, "First name", "Last name", "Email address", *names]

    def person(self, student: Student) -> list[str]:
        """Return id, names and address."""
        user, address = self.keys(student)
        return [user, student.first_name or "", student.last_name or "", address]

    def keys(self, student: Student) -> list[str]:
        """Return id and address."""
        return [student.id, student.email or ""]
