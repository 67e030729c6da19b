"""Marks by hand in a spreadsheet: what is read back, and what is refused."""

import csv
import json
import shutil

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.nbgrader.course import Course
from autograder.nbgrader.marking import questions, read_sheet, write_sheet
from tests.conftest import ROOT
from tests.course import autograde, write_source

pytestmark = pytest.mark.slow

A = "01_tiny"
# With a joiner, which is part of words, and a line end.
COMMENT = "好, go on\nمی\u200cخواهم"
PEOPLE = ("ada", "0012", "o'neill", "李 小龙", "=1+1@example.org")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return a folder with a graded class of awkward ids."""
    root = tmp_path_factory.mktemp("marking") / "course"
    root.mkdir()
    write_source(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    course.generate(A)
    for number, student in enumerate(PEOPLE):
        folder = root / "submitted" / student / A
        shutil.copytree(root / "release" / A, folder)
        path = folder / "tiny.ipynb"
        notebook = json.loads(path.read_text())
        cell = next(one for one in notebook["cells"] if one["id"] == "why")
        cell["source"] = f"=HYPERLINK(1) of {number}\n- \u202eturned"
        path.write_text(json.dumps(notebook))
        assert autograde(course, A, student) == ""
    return root


@pytest.fixture
def course(graded, tmp_path):
    """Return a copy of it for one test."""
    shutil.copytree(graded, tmp_path / "course")
    return Course(tmp_path / "course")


def _sheet(course, name="marks.csv"):
    path = course.root / name
    write_sheet(course, A, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return path, list(csv.DictReader(file))


def _save(path, rows, mark=",", encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=mark)
        writer.writeheader()
        writer.writerows(rows)


def _grade(course, student):
    with Gradebook(course.directory.db_url) as book:
        grade = book.find_grade("why", "tiny", A, student)
        comment = book.find_comment("why", "tiny", A, student)
        state = grade.manual_score, grade.needs_manual_grade
        return *state, comment.manual_comment


def _mark(course, student, value):
    with Gradebook(course.directory.db_url) as book:
        grade = book.find_grade("why", "tiny", A, student)
        grade.manual_score, grade.needs_manual_grade = value, False
        book.db.commit()


def test_marks_and_comments_of_a_sheet_are_saved_once(course):
    """Reading it again changes nothing; an empty mark changes nothing."""
    path, rows = _sheet(course)
    for row in rows:
        row["mark"], row["comment"] = "0,5", COMMENT
    rows[0]["mark"] = rows[0]["comment"] = ""
    _save(path, rows, ";")

    dry = read_sheet(course, A, path, dry=True)
    assert (*(dry.marks, dry.comments, dry.same, dry.empty, dry.refused),) == (
        4,
        4,
        0,
        1,
        [],
    )
    assert all(_grade(course, one)[1] for one in PEOPLE)

    read_sheet(course, A, path)
    states = [_grade(course, one) for one in PEOPLE]
    assert states.count((0.5, False, COMMENT)) == 4
    assert states.count((None, True, None)) == 1

    again = read_sheet(course, A, path)
    assert (again.marks, again.comments, again.same) == (0, 0, 4)
    assert (questions(course, A)[0].waiting, questions(course, A)[0].marked) == (1, 4)


def test_cells_of_a_sheet_are_no_formulas(course):
    """Neither ids nor answers begin one, and no text turns about."""
    path, rows = _sheet(course)

    assert len(rows) == 5
    for row in rows:
        for line in "\n".join(row.values()).split("\n"):
            assert line[:1] not in tuple("=+-@")
        assert "\u202e" not in row["answer"]
        assert "HYPERLINK" in row["answer"]
        assert row["out of"] == "1"
    rubrics = path.with_name("marks-rubrics.md").read_text()
    assert "says why" in rubrics


@pytest.mark.parametrize("mark", ["2", "-1", "nan", "inf", "1e0", "one", "1,0,0"])
def test_a_mark_out_of_bounds_is_refused_by_name(course, mark):
    """All other rows are saved."""
    path, rows = _sheet(course)
    for row in rows:
        row["mark"] = "1"
    rows[0]["mark"] = mark
    _save(path, rows)

    found = read_sheet(course, A, path)

    assert found.marks == 4
    assert [f"row 2 ({rows[0]['learner']})"] == [
        one.split(":")[0] for one in found.refused
    ]


def test_a_newer_mark_and_a_newer_answer_are_kept(course):
    """A sheet says what was there when it was written."""
    path, rows = _sheet(course)
    for row in rows:
        row["mark"] = "1"
    _save(path, rows)
    _mark(course, "ada", 0.25)
    graded = course.graded_path(A, "0012", "tiny")
    graded.write_text(graded.read_text().replace("HYPERLINK", "another"))

    found = read_sheet(course, A, path)

    assert _grade(course, "ada") == (0.25, False, None)
    assert _grade(course, "0012") == (None, True, None)
    assert found.marks == 3
    assert len(found.refused) == 2
    assert any("now 0.25 points" in one for one in found.refused)
    assert any("answer has changed" in one for one in found.refused)


def test_rows_that_are_unknown_doubled_or_mixed_up_are_named(course):
    """A column that was sorted alone gives nobody another's mark."""
    path, rows = _sheet(course)
    rows = {row["learner"]: row | {"mark": "1"} for row in rows}
    rows["ada"]["learner"], rows["o'neill"]["learner"] = "o'neill", "ada"
    unknown = dict(rows["0012"], key=f"r{'0' * 32}.{'0' * 8}.{'0' * 8}")
    number = dict(rows["0012"], learner="12")  # as a spreadsheet writes it
    twice = [rows["李 小龙"], rows["李 小龙"]]
    lost = dict(rows["0012"], key="")
    _save(path, [rows["ada"], rows["o'neill"], unknown, number, *twice, lost])

    found = read_sheet(course, A, path)

    assert found.marks == 1
    assert _grade(course, "0012") == (1.0, False, None)
    said = "\n".join(found.refused)
    assert said.count("sort whole rows") == 2
    assert said.count("more than once") == 2
    assert said.count("no submission") == 1
    assert said.count("missing or damaged") == 1


def test_marks_that_wait_again_are_confirmed_by_the_same_sheet(course):
    """Grading anew asks a person to look again."""
    path, rows = _sheet(course)
    for row in rows:
        row["mark"] = "1"
    _save(path, rows)
    read_sheet(course, A, path)
    with Gradebook(course.directory.db_url) as book:
        book.find_grade("why", "tiny", A, "ada").needs_manual_grade = True
        book.db.commit()

    found = read_sheet(course, A, path)

    assert (found.marks, found.same, found.refused) == (1, 4, [])
    assert _grade(course, "ada") == (1.0, False, None)


def test_a_sheet_is_not_overwritten_and_says_what_it_is_not(course, monkeypatch):
    """A file of another kind or encoding is refused in one line."""
    path, rows = _sheet(course)
    monkeypatch.chdir(course.root)

    def said(*words):
        run = CliRunner().invoke(main, ["written", A, *words])
        return run.exit_code, run.output

    status, output = said("--write", "marks.csv")
    assert status == 1
    assert "may hold marks" in output
    rows[0]["mark"], rows[0]["comment"] = "1", "好"
    _save(path, rows, encoding="gb18030")
    status, output = said("--read", "marks.csv")
    assert status == 1
    assert "CSV UTF-8" in output
    path.write_text("a,b\n1,2\n")
    assert "no marking sheet" in said("--read", "marks.csv")[1]
    assert "no such file" in said("--read", "other.csv")[1]
    assert said("--dry-run")[0] == 2
    status, output = said()
    assert status == 0
    assert "why" in output
