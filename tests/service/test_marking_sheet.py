"""Marks by hand in a spreadsheet: what is read back, and what is refused.

A run may be killed at any point, and the gradebook may be locked: nothing is lost.
"""

import csv
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.cli.main import main
from autograder.nbgrader import course as course_module
from autograder.nbgrader import marking
from autograder.nbgrader.course import Course
from autograder.nbgrader.exports import MoodleExport, TableExport, harmless
from autograder.nbgrader.marking import questions, read_sheet, write_sheet
from tests.conftest import ROOT
from tests.course import autograde, feedback, write_source

pytestmark = pytest.mark.slow

A = "01_tiny"
# With a joiner, which is part of words, and a line end.
COMMENT = "好, go on\nمی\u200cخواهم"
PEOPLE = ("ada", "0012", "o'neill", "李 小龙", "=1+1@example.org")


def graded_class(root, settings=""):
    """Return a course, in a new folder, with a graded class of awkward ids."""
    root.mkdir()
    write_source(root)
    config = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(f"{config}\n{settings}")
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
    return course


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return the folder of such a course."""
    return graded_class(tmp_path_factory.mktemp("marking") / "course").root


@pytest.fixture
def course(graded, tmp_path):
    """Return a copy of it for one test."""
    shutil.copytree(graded, tmp_path / "course")
    return Course(tmp_path / "course")


def sheet_of(course, name="marks.csv"):
    """Write a sheet; return its path and its rows."""
    path = course.root / name
    write_sheet(course, A, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return path, list(csv.DictReader(file))


def save(path, rows, mark=",", encoding="utf-8-sig"):
    """Write a sheet as a spreadsheet does."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=mark)
        writer.writeheader()
        writer.writerows(rows)


def state_of(course, student):
    """Return mark, whether it waits, and comment."""
    with Gradebook(course.directory.db_url) as book:
        grade = book.find_grade("why", "tiny", A, student)
        comment = book.find_comment("why", "tiny", A, student)
        state = grade.manual_score, grade.needs_manual_grade
        return *state, comment.manual_comment


def mark_by_hand(course, student, value):
    """Mark an answer as Formgrader does."""
    with Gradebook(course.directory.db_url) as book:
        grade = book.find_grade("why", "tiny", A, student)
        grade.manual_score, grade.needs_manual_grade = value, False
        book.db.commit()


def test_marks_and_comments_of_a_sheet_are_saved_once(course):
    """Reading it again changes nothing; an empty mark changes nothing."""
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"], row["comment"] = "0,5", COMMENT
    rows[0]["mark"] = rows[0]["comment"] = ""
    save(path, rows, ";")

    dry = read_sheet(course, A, path, dry=True)
    assert (*(dry.marks, dry.comments, dry.same, dry.empty, dry.refused),) == (
        4,
        4,
        0,
        1,
        [],
    )
    assert all(state_of(course, one)[1] for one in PEOPLE)

    read_sheet(course, A, path)
    states = [state_of(course, one) for one in PEOPLE]
    assert states.count((0.5, False, COMMENT)) == 4
    assert states.count((None, True, None)) == 1

    again = read_sheet(course, A, path)
    assert (again.marks, again.comments, again.same) == (0, 0, 4)
    assert (questions(course, A)[0].waiting, questions(course, A)[0].marked) == (1, 4)


def test_cells_of_a_sheet_are_no_formulas(course):
    """Neither ids nor answers begin one, and no text turns about."""
    path, rows = sheet_of(course)

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
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"] = "1"
    rows[0]["mark"] = mark
    save(path, rows)

    found = read_sheet(course, A, path)

    assert found.marks == 4
    assert [f"row 2 ({rows[0]['learner']})"] == [
        one.split(":")[0] for one in found.refused
    ]


def test_a_newer_mark_and_a_newer_answer_are_kept(course):
    """A sheet says what was there when it was written."""
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"] = "1"
    save(path, rows)
    mark_by_hand(course, "ada", 0.25)
    graded = course.graded_path(A, "0012", "tiny")
    graded.write_text(graded.read_text().replace("HYPERLINK", "another"))

    found = read_sheet(course, A, path)

    assert state_of(course, "ada") == (0.25, False, None)
    assert state_of(course, "0012") == (None, True, None)
    assert found.marks == 3
    assert len(found.refused) == 2
    assert any("now 0.25 points" in one for one in found.refused)
    assert any("answer has changed" in one for one in found.refused)


def test_rows_that_are_unknown_doubled_or_mixed_up_are_named(course):
    """A column that was sorted alone gives nobody another's mark."""
    path, rows = sheet_of(course)
    rows = {row["learner"]: row | {"mark": "1"} for row in rows}
    rows["ada"]["learner"], rows["o'neill"]["learner"] = "o'neill", "ada"
    unknown = dict(rows["0012"], key=f"r{'0' * 32}.{'0' * 8}.{'0' * 8}")
    number = dict(rows["0012"], learner="12")  # as a spreadsheet writes it
    twice = [rows["李 小龙"], rows["李 小龙"]]
    lost = dict(rows["0012"], key="")
    save(path, [rows["ada"], rows["o'neill"], unknown, number, *twice, lost])

    found = read_sheet(course, A, path)

    assert found.marks == 1
    assert state_of(course, "0012") == (1.0, False, None)
    said = "\n".join(found.refused)
    assert said.count("sort whole rows") == 2
    assert said.count("more than once") == 2
    assert said.count("no submission") == 1
    assert said.count("missing or damaged") == 1


def test_marks_that_wait_again_are_confirmed_by_the_samesheet_of(course):
    """Grading anew asks a person to look again."""
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"] = "1"
    save(path, rows)
    read_sheet(course, A, path)
    with Gradebook(course.directory.db_url) as book:
        book.find_grade("why", "tiny", A, "ada").needs_manual_grade = True
        book.db.commit()

    found = read_sheet(course, A, path)

    assert (found.marks, found.same, found.refused) == (1, 4, [])
    assert state_of(course, "ada") == (1.0, False, None)


def test_a_sheet_is_not_overwritten_and_says_what_it_is_not(course, monkeypatch):
    """A file of another kind or encoding is refused in one line."""
    path, rows = sheet_of(course)
    monkeypatch.chdir(course.root)

    def said(*words):
        run = CliRunner().invoke(main, ["written", A, *words])
        return run.exit_code, run.output

    status, output = said("--write", "marks.csv")
    assert status == 1
    assert "may hold marks" in output
    rows[0]["mark"], rows[0]["comment"] = "1", "好"
    save(path, rows, encoding="gb18030")
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


PENALTY = """
c.AssignLatePenalties.plugin_class = 'autograder.nbgrader.late.LatePenalty'
c.LatePenalty.percent_per_day = 10.0
"""
ZERO = "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
DUE = datetime(2026, 2, 1, 12, 0)
LATE = {"ada": timedelta(hours=1), "李 小龙": timedelta(days=1, hours=1)}


def late(course, settings=PENALTY):
    """Return the course with a due date that some have missed."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(settings)
    for student, after in LATE.items():
        stamp = course.root / "submitted" / student / A / "timestamp.txt"
        stamp.write_text(f"{DUE + after:%Y-%m-%d %H:%M:%S} UTC")
    with Gradebook(course.directory.db_url) as book:
        book.find_assignment(A).duedate = DUE
        for student, after in LATE.items():
            book.find_submission(A, student).timestamp = DUE + after
        book.db.commit()
    return Course(course.root)


def penalty_of(course, student):
    """Return the points earned, and the penalty in the gradebook."""
    with Gradebook(course.directory.db_url) as book:
        (notebook,) = book.find_submission(A, student).notebooks
        return notebook.score, notebook.late_submission_penalty or 0.0


def _command(course, monkeypatch, *words):
    monkeypatch.chdir(course.root)
    run = CliRunner().invoke(main, list(words))
    assert isinstance(run.exception, SystemExit | None), run.output
    return run.exit_code, run.output


def _by_sheet(course, monkeypatch):
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"] = "1"
    save(path, rows)
    status, said = _command(course, monkeypatch, "written", A, "--read", path.name)
    assert status == 0, said
    assert "late work: 2 penalties" in said


def _by_formgrader_and_grade(course, monkeypatch):
    for student in PEOPLE:
        mark_by_hand(course, student, 1.0)
    status, said = _command(course, monkeypatch, "grade", A)
    assert status == 0, said
    assert "unchanged since they were graded: 5" in said
    assert "whose penalty follows its new marks: 2" in said


def _by_formgrader_and_export(course, monkeypatch):
    for student in PEOPLE:
        mark_by_hand(course, student, 1.0)
    with course.gradebook() as book:
        config = course.config.copy()
        config.ExportPlugin.to = str(course.root / "grades.csv")
        TableExport(config=config).export(book)
    rows = list(csv.DictReader((course.root / "grades.csv").open()))
    late = {row["student_id"]: float(row["late_submission_penalty"]) for row in rows}
    assert {one: late[harmless(one)] > 0 for one in PEOPLE} == {
        one: one in LATE for one in PEOPLE
    }


@pytest.mark.parametrize(
    "marked", [_by_sheet, _by_formgrader_and_grade, _by_formgrader_and_export]
)
def test_a_penalty_follows_marks_that_a_person_gives(course, monkeypatch, marked):
    """It is the one that grading anew finds, without grading anew."""
    course = late(course)
    for student in LATE:
        assert autograde(course, A, student) == ""  # the penalty of the code alone
    before = {student: penalty_of(course, student) for student in LATE}
    marked(course, monkeypatch)
    found = {student: penalty_of(course, student) for student in PEOPLE}
    for student in LATE:
        (course.root / "autograded" / student).rename(course.root / "old")
        assert autograde(course, A, student) == ""
        shutil.rmtree(course.root / "old")

    assert found == {student: penalty_of(course, student) for student in PEOPLE}
    for student, days in (("ada", 1), ("李 小龙", 2)):
        assert found[student][0] == before[student][0] + 1
        assert found[student][1] == pytest.approx(0.1 * days * found[student][0])
        assert found[student][1] > before[student][1]
    assert found["0012"][1] == 0


@pytest.mark.parametrize("settings", [PENALTY, ZERO])
def test_whatever_shows_totals_shows_the_penalty_of_todays_marks(course, settings):
    """Also where nothing has written it into the gradebook yet."""
    course = late(course, settings)
    for student in PEOPLE:
        mark_by_hand(course, student, 1.0)
    share = (
        {"ada": 0.1, "李 小龙": 0.2} if settings == PENALTY else dict.fromkeys(LATE, 1)
    )
    wanted = {
        student: penalty_of(course, student)[0] * (1 - share.get(student, 0))
        for student in PEOPLE
    }

    rows = {row.student: row.marks.total for row in course.grades(A)}
    assert rows == pytest.approx(wanted)
    with course.gradebook() as book:
        config = course.config.copy()
        config.ExportPlugin.to = str(course.root / "moodle.csv")
        MoodleExport(config=config).export(book)
    with (course.root / "moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        exported = {row["Username"]: row[A] for row in csv.DictReader(file)}
    assert float(exported["ada"]) == pytest.approx(wanted["ada"])
    assert feedback(course, A, "ada") == ""
    page = (course.root / "feedback" / "ada" / A / "tiny.html").read_text()
    score = re.search(r"Score: ([\d.]+) / ", page)[1]
    assert float(score) == pytest.approx(wanted["ada"])
    assert penalty_of(course, "ada")[1] == 0  # nothing was written


def test_more_time_takes_a_penalty_away(course):
    """Work that is punctual by its extension has none, as after grading anew."""
    course = late(course, PENALTY)
    with Gradebook(course.directory.db_url) as book:
        (notebook,) = book.find_submission(A, "ada").notebooks
        notebook.late_submission_penalty = 0.5
        book.db.commit()
        book.grant_extension(A, "ada", days=9)

    assert course.settle_penalties(A) >= 1
    assert penalty_of(course, "ada")[1] == 0
    rows = {row.student: row.marks.penalty for row in course.grades(A)}
    assert rows["ada"] == 0


def test_a_penalty_on_which_the_settings_say_nothing_stays(course):
    """Somebody set it by a program of their own."""
    course = late(course, "")
    with Gradebook(course.directory.db_url) as book:
        for student in ("ada", "0012"):  # late, and in time
            (notebook,) = book.find_submission(A, student).notebooks
            notebook.late_submission_penalty = 0.5
        book.db.commit()

    assert course.settle_penalties(A) == 0
    rows = {row.student: row.marks.penalty for row in course.grades(A)}
    assert rows == {one: 0.5 * (one in ("ada", "0012")) for one in PEOPLE}


def kept_whole(course):
    """Return how many are marked, each with its comment and its penalty."""
    marked = 0
    for student in PEOPLE:
        state = state_of(course, student)
        assert state in ((None, True, None), (0.5, False, COMMENT)), student
        score, penalty = penalty_of(course, student)
        if state[0] is not None:
            marked += 1
            days = {"ada": 1, "李 小龙": 2}.get(student, 0)
            assert penalty == pytest.approx(0.1 * days * score), student
    return marked


def reading(course, path, ends):
    """Read a sheet in a process that is killed; return its exit status.

    Before its statement of the number `ends`, or the commit that takes that place.
    """

    def read():
        left = iter(range(ends - 1))

        def count(*_):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        marking.TOGETHER = 2
        read_sheet(Course(course.root), A, path)

    process = multiprocessing.get_context("fork").Process(target=read)
    process.start()
    process.join(120)
    return process.exitcode


def filled(course):
    """Return a sheet in which all are marked."""
    path, rows = sheet_of(course)
    for row in rows:
        row["mark"], row["comment"] = "0.5", COMMENT
    save(path, rows)
    return path


def test_a_run_that_is_killed_anywhere_loses_nothing(course):
    """What it saved is whole, and the next run saves the rest, once."""
    course = late(course)
    path = filled(course)
    gradebook, fresh = course.root / "gradebook.db", course.root / "fresh.db"
    shutil.copy(gradebook, fresh)
    most = next(n for n in range(20, 1000, 20) if reading(course, path, n) == 0)
    # Statements that ask come first; each lot is marks, comments, penalty, commit.
    points = random.Random(18).sample(range(10, most), 12)
    marked = []
    for point in points:
        shutil.copy(fresh, gradebook)
        status = reading(course, path, point)
        marked.append(kept_whole(course))
        assert status in (0, -signal.SIGKILL)
        assert (status == 0) <= (marked[-1] == len(PEOPLE))
        rest = read_sheet(course, A, path)
        again = read_sheet(course, A, path)
        assert (rest.marks, rest.same) == (len(PEOPLE) - marked[-1], marked[-1])
        assert (again.marks, again.comments, again.same) == (0, 0, len(PEOPLE))
        assert kept_whole(course) == len(PEOPLE)

    assert {0, len(PEOPLE)} < set(marked)  # some were killed half way


@pytest.mark.parametrize("seed", range(4))
def test_a_process_that_is_killed_at_any_time_loses_nothing(course, seed):
    """As the one above, by the clock."""
    course = late(course)
    path = filled(course)
    chance = random.Random(seed)
    context = multiprocessing.get_context("fork")
    for _ in range(3):
        process = context.Process(target=read_sheet, args=(course, A, path))
        process.start()
        process.join(chance.uniform(0, 0.5))
        process.kill()
        process.join()
        kept_whole(course)
    read_sheet(course, A, path)

    assert kept_whole(course) == len(PEOPLE)
    assert read_sheet(course, A, path).same == len(PEOPLE)


@pytest.mark.parametrize("step", ["fsync", "write_atomically", "_join", "rename"])
def test_a_sheet_is_written_whole_or_not_at_all(course, step):
    """A run that is killed can be called again as it was."""
    path = course.root / "marks.csv"

    def write():
        def end(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)

        owner = {"fsync": os, "rename": Path}.get(step, marking)
        setattr(owner, step, end)
        write_sheet(course, A, path)

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    process.join(120)

    assert process.exitcode == -signal.SIGKILL
    assert not path.exists()
    assert write_sheet(course, A, path) == len(PEOPLE)
    assert len(list(csv.DictReader(path.open(encoding="utf-8-sig")))) == len(PEOPLE)
    assert path.with_name("marks-rubrics.md").exists()
    assert not list(course.root.glob(".*.new"))


def impatient(monkeypatch):
    """Wait for a locked gradebook for moments only; return the pauses to come."""
    pauses = []
    monkeypatch.setattr(course_module, "PATIENCE", 0.1)
    monkeypatch.setattr(course_module, "PAUSES", (1, 5))
    monkeypatch.setattr(course_module.time, "sleep", pauses.append)
    return pauses


def test_a_locked_gradebook_is_asked_again_and_then_one_sentence(course, monkeypatch):
    """The exit status is 1, whichever way the gradebook is asked."""
    path = filled(course)
    pauses = impatient(monkeypatch)
    with sqlite3.connect(course.root / "gradebook.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        for words in ((), ("--write", "new.csv"), ("--read", path.name)):
            status, said = _command(course, monkeypatch, "written", A, *words)
            assert status == 1
            assert said.splitlines()[-1] == (
                "Error: the gradebook is locked by another program: end it "
                "(Formgrader, a database browser), then try again"
            )
        other.execute("ROLLBACK")
    assert pauses == [1, 5] * 3
    assert not (course.root / "new.csv").exists()
    assert _command(course, monkeypatch, "written", A, "--read", path.name)[0] == 0


def test_a_gradebook_that_is_free_again_is_waited_for(course, monkeypatch):
    """The user sees nothing but that it took longer."""
    monkeypatch.setattr(course_module, "PATIENCE", 0.1)
    monkeypatch.setattr(course_module, "PAUSES", (0.5, 2, 10))
    path = filled(course)
    other = sqlite3.connect(
        course.root / "gradebook.db", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.4, other.execute, ("ROLLBACK",))
    timer.start()
    try:
        found = read_sheet(course, A, path)
    finally:
        timer.join()
        other.close()

    assert (found.marks, found.refused) == (len(PEOPLE), [])


def test_a_gradebook_that_is_locked_half_way_keeps_what_was_saved(course, monkeypatch):
    """The sentence counts it, and reading the sheet again saves the rest."""
    impatient(monkeypatch)
    monkeypatch.setattr(marking, "TOGETHER", 2)
    path = filled(course)
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    ours, lots = marking._save, []

    def saving(*arguments):
        lots.append(arguments)
        if len(lots) == 2:
            other.execute("BEGIN IMMEDIATE")
        return ours(*arguments)

    monkeypatch.setattr(marking, "_save", saving)
    status, said = _command(course, monkeypatch, "written", A, "--read", path.name)
    other.execute("ROLLBACK")
    other.close()

    assert status == 1
    assert len(lots) == 4  # one was saved, one tried three times
    assert "2 of 5 rows with something new are saved" in said
    assert said.count("Error: ") == 1 and said.endswith("saves the others\n")
    rest = read_sheet(course, A, path)
    assert (rest.marks, rest.comments, rest.same) == (3, 3, 2)


def test_what_another_program_saves_meanwhile_is_not_overwritten(course, monkeypatch):
    """Neither a mark nor a comment, between the question and the answer."""
    path = filled(course)
    ours = marking._save_all

    def later(course, *rest):
        with Gradebook(course.directory.db_url) as book:
            book.find_grade("why", "tiny", A, "ada").manual_score = 0.25
            book.find_comment("why", "tiny", A, "0012").manual_comment = "mine"
            book.db.commit()
        return ours(course, *rest)

    monkeypatch.setattr(marking, "_save_all", later)
    found = read_sheet(course, A, path)

    assert state_of(course, "ada")[0] == 0.25
    assert state_of(course, "0012")[2] == "mine"
    assert (found.marks, found.comments) == (3, 3)
    assert sum("at this moment" in one for one in found.refused) == 2
