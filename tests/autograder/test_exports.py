"""What Canvas and Moodle get to import."""

import csv
import datetime
import io
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event
from traitlets.config import Config

from autograder.nbgrader.exports import (
    CanvasExport,
    MoodleExport,
    TableExport,
    harmless,
)
from autograder.nbgrader.marks import class_marks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "ada": ("Ada", 'Lovelace, "Countess"', "ada@example.org", "7"),
    "li": ("李", "小龙; =1+1", "li@example.org", "8"),
    "nuria": ("Núria-Maria", "=cmd|' /C calc'!A0", "", None),
    "omar": ("عمر", "+49 172\n=2+2", None, None),
    "pia": (None, None, "@SUM(A1)", None),
}


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Return a gradebook of awkward names, with all that can happen to work."""
    url = f"sqlite:///{tmp_path_factory.mktemp('grades')}/gradebook.db"
    with Gradebook(url, "course") as book:
        for name in ("01_first", "=2+3"):
            book.add_assignment(name)
            book.add_notebook("n", name)
            for cell, points in (("auto", 3), ("written", 1)):
                book.add_grade_cell(cell, "n", name, max_score=points, cell_type="code")
        for student, (first, last, email, number) in NAMES.items():
            book.add_student(
                student,
                first_name=first,
                last_name=last,
                email=email,
                lms_user_id=number,
            )
        _hand_in(book, "ada", 2.5, 1, penalty=1)
        _hand_in(book, "li", 1, None)
        _hand_in(book, "nuria", 2, 0, penalty=50)
        # Collected, but never autograded.
        book.add_submission("01_first", "omar")
        yield book


def _hand_in(book, student, auto, manual, penalty=0.0):
    submission = book.add_submission(
        "01_first", student, timestamp=datetime.datetime(2026, 11, 1)
    )
    notebook = submission.notebooks[0]
    notebook.late_submission_penalty = penalty
    scores = {"auto": (auto, None), "written": (None, manual)}
    for grade in notebook.grades:
        grade.auto_score, grade.manual_score = scores[grade.name]
        grade.needs_manual_grade = scores[grade.name] == (None, None)
    book.db.commit()


def _rows(gradebook, tmp_path, exporter, **settings):
    to = settings.pop("to", str(tmp_path / "out.csv"))
    config = Config({exporter.__name__: settings, "ExportPlugin": {"to": to}})
    exporter(config=config).export(gradebook)
    return list(csv.reader(io.StringIO(Path(to).read_bytes().decode("utf-8-sig"))))


def test_canvas_gets_its_headings_and_the_points_that_are_possible(gradebook, tmp_path):
    """Two rows above the students, in Canvas's order, with its own headings."""
    columns = {"01_first": "Basics (4711)"}
    rows = _rows(gradebook, tmp_path, CanvasExport, columns=columns, section="A")

    assert rows[0] == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        "Basics (4711)",
        "'=2+3",
    ]
    assert rows[1] == ["Points Possible", "", "", "", "", "4", "4"]
    assert rows[2] == ['Lovelace, "Countess", Ada', "7", "", "ada", "A", "2.5", ""]


def test_canvas_finds_students_by_the_ids_of_the_registry(gradebook, tmp_path):
    """The students' ids can be SIS user ids, and their addresses the logins."""
    rows = _rows(gradebook, tmp_path, CanvasExport, sis_user=True, login="email")

    assert rows[2][1:4] == ["7", "ada", "ada@example.org"]


@pytest.mark.parametrize(
    ("student", "number", "settings", "keys"),
    [
        ("4711", None, {}, ["4711", "", ""]),
        ("4711", "4711", {"sis_user": True}, ["4711", "", ""]),
        ("4711", None, {"numbers": False}, ["", "", "4711"]),
        ("0815", "4711", {"sis_user": True}, ["4711", "0815", "0815"]),
        ("anon_aB3x9", None, {}, ["", "", "anon_aB3x9"]),
    ],
)
def test_canvas_gets_its_own_number_as_the_id(
    tmp_path, student, number, settings, keys
):
    """Students who were collected from its archive are known by nothing else."""
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "course") as book:
        book.add_student(student, lms_user_id=number)
        rows = _rows(book, tmp_path, CanvasExport, **settings)

    assert rows[2][1:4] == keys


def _marks(gradebook, tmp_path, **settings):
    rows = _rows(gradebook, tmp_path, MoodleExport, **settings)
    column = rows[0].index("01_first")
    return {row[0]: row[column] for row in rows[1:]}


def test_marks_are_after_penalties_and_never_below_zero(gradebook, tmp_path):
    """A penalty larger than the mark leaves zero."""
    marks = _marks(gradebook, tmp_path)

    assert (marks["ada"], marks["nuria"]) == ("2.5", "0")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["", "", ""]),
        ({"missing_is_zero": True}, ["", "", "0"]),
        ({"unfinished": True}, ["1", "0", ""]),
    ],
)
def test_missing_and_waiting_work_is_empty_not_zero(
    gradebook, tmp_path, settings, expected
):
    """Settings turn what waits for a person, or was not handed in, into marks."""
    marks = _marks(gradebook, tmp_path, **settings)

    assert [marks[name] for name in ("li", "omar", "pia")] == expected


@pytest.mark.parametrize("exporter", [CanvasExport, MoodleExport])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(
    gradebook, tmp_path, exporter, separator
):
    """Neither names nor headings, with the separator of any country."""
    to = tmp_path / "out.csv"
    _rows(gradebook, tmp_path, exporter, to=str(to))
    text = to.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    begins = {cell.strip(' "')[:1] for row in rows for cell in row}

    assert len(rows) > len(NAMES)
    assert not begins & set("=+-@")


def _plan(gradebook, statement, parameters):
    """Return how SQLite finds the rows: a SCAN reads a whole table."""
    connection = gradebook.db.connection()
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row[-1] for row in rows]


def test_no_name_moves_the_marks_of_nbgraders_own_table(gradebook, tmp_path):
    """Nor is one a formula; all else is as nbgrader writes it."""
    path = tmp_path / "grades.csv"
    plugin = TableExport()
    plugin.to = str(path)
    plugin.export(gradebook)
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    found = {row[3]: dict(zip(head, row)) for row in rows if row[0] == "01_first"}

    assert {len(row) for row in rows} == {len(head)}
    assert [cell for row in rows for cell in row if cell[:1] in "=+@-" and cell] == []
    assert found.keys() == NAMES.keys()
    assert found["ada"]["last_name"] == 'Lovelace, "Countess"'
    assert [found["ada"][key] for key in ("raw_score", "score")] == ["3.5", "2.5"]
    assert found["pia"]["score"] == "0.0"


def test_the_table_of_grades_says_what_the_export_says(gradebook, tmp_path):
    """Marks by a person and penalties are in both; no query reads pairs of rows."""
    asked = []

    def keep(connection, cursor, statement, parameters, *rest):
        asked.append((statement, parameters))

    event.listen(gradebook.engine, "before_cursor_execute", keep)
    try:
        marks = class_marks(gradebook, "01_first", Config())
    finally:
        event.remove(gradebook.engine, "before_cursor_execute", keep)
    plans = [_plan(gradebook, *one) for one in asked]
    exported = _marks(gradebook, tmp_path, unfinished=True)

    assert (marks["ada"].code, marks["ada"].penalty) == (3.5, 1)
    assert {name: f"{one.total:g}" for name, one in marks.items()} == {
        name: mark for name, mark in exported.items() if mark
    }
    assert plans
    for plan in plans:
        # A table that is read whole stands before others that grow with the class.
        grown = [step for step in plan if " submitted_" in step or " grade " in step]
        assert not [step for step in grown[1:] if step.startswith("SCAN")], plan


def test_names_come_through_in_any_script(gradebook, tmp_path):
    """One row a student, whatever line ends and quotes a name holds."""
    rows = _rows(gradebook, tmp_path, MoodleExport)
    names = {row[0]: row[1:3] for row in rows[1:]}

    assert set(names) == set(NAMES)
    assert names["ada"] == ["Ada", 'Lovelace, "Countess"']
    assert names["li"] == ["李", "小龙; '=1+1"]
    assert names["omar"] == ["عمر", "'+49 172 =2+2"]
    assert names["nuria"][0] == "Núria-Maria"


@pytest.mark.parametrize(
    ("exporter", "expected"), [(CanvasExport, b'"St'), (MoodleExport, b"\xef\xbb\xbf")]
)
def test_moodles_file_begins_with_a_byte_order_mark(
    gradebook, tmp_path, exporter, expected
):
    """Canvas's does not, unless it is asked for."""
    to = tmp_path / "out.csv"
    _rows(gradebook, tmp_path, exporter, to=str(to))

    assert to.read_bytes()[:3] == expected
    _rows(gradebook, tmp_path, exporter, to=str(to), byte_order_mark=True)
    assert to.read_bytes()[:3] == b"\xef\xbb\xbf"


def test_a_key_that_had_to_be_changed_is_said(gradebook, tmp_path, caplog):
    """The LMS would not find the student, and nobody would know."""
    exporter = MoodleExport(
        config=Config({"ExportPlugin": {"to": str(tmp_path / "x")}})
    )
    exporter.log.propagate = True
    exporter.export(gradebook)

    assert "'@SUM(A1)' could be a formula" in caplog.text


def test_an_unknown_assignment_is_named_and_nothing_is_written(gradebook, tmp_path):
    """A slip in --assignment does not look like an empty class."""
    config = Config(
        {"ExportPlugin": {"to": str(tmp_path / "x"), "assignment": ["02_secnd"]}}
    )
    with pytest.raises(SystemExit, match="no assignment 02_secnd in the gradebook"):
        CanvasExport(config=config).export(gradebook)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("Jean-Luc", "Jean-Luc"),
        (" -1", "'-1"),
        ("\t=1", "'=1"),
        ("a,=1", "a,'=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ('x"=1', "x\"'=1"),
    ],
)
def test_only_what_begins_a_cell_is_marked(text, expected):
    """A hyphen within a name stays as it is."""
    assert harmless(text) == expected


def test_nbgraders_command_finds_the_exporters(gradebook, tmp_path):
    """``nbgrader export --exporter=`` takes the class's dotted name."""
    to = tmp_path / "canvas.csv"
    (tmp_path / "nbgrader_config.py").write_text("")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "nbgrader",
            "export",
            "--exporter=autograder.nbgrader.exports.CanvasExport",
            f"--to={to}",
            f"--db={gradebook.engine.url}",
        ],
        cwd=tmp_path,
        check=True,
        timeout=120,
    )
    rows = list(csv.reader(to.open(encoding="utf-8")))

    assert [row[3] for row in rows[2:]] == sorted(NAMES)


def test_work_that_is_graded_while_marks_are_read_stops_nobody(gradebook):
    """A service writes at any time; who comes in between stands in the next table."""
    gradebook.db.commit()

    def hand_in(connection, cursor, statement, *rest):
        if statement.startswith("SELECT grade.") and not late:
            late.append("otto")
            with Gradebook(str(gradebook.engine.url), "course") as other:
                other.add_student("otto")
                _hand_in(other, "otto", 3, 1)

    late = []
    before = class_marks(gradebook, "01_first", Config())
    event.listen(gradebook.engine, "before_cursor_execute", hand_in)
    try:
        during = class_marks(gradebook, "01_first", Config())
    finally:
        event.remove(gradebook.engine, "before_cursor_execute", hand_in)
    after = class_marks(gradebook, "01_first", Config())
    with Gradebook(str(gradebook.engine.url), "course") as other:
        other.remove_student("otto")

    assert late == ["otto"]
    assert (during, "otto" in after) == (before, True)
