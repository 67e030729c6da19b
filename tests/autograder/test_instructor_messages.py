"""What an instructor is told where something is missing, and what to do then."""

import datetime
import errno
import gc
import os
import shutil
import sqlite3
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseFeedback
from rich.console import Console
from traitlets.config import Config

from autograder.cli import extend
from autograder.cli.grade import _summarise
from autograder.cli.main import main
from autograder.errors import OF_THE_MACHINE, CourseError
from autograder.nbgrader.course import Course, StaleGrade
from autograder.nbgrader.marks import class_marks
from autograder.nbgrader.releasing import ReleaseAssignment, ReleaseFeedback
from autograder.nbgrader.returning import remember_names, renamed
from autograder.nbgrader.worker import versions
from autograder.store import StoreError

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_what_cannot_be_written_is_one_sentence(monkeypatch, number):
    """No traceback where the instructor can put it right."""

    def full(path):
        raise OSError(number, said, "build/x.zip")

    for said in (os.strerror(number), "no room"):
        monkeypatch.setattr("autograder.cli.status.Course", full)
        result = CliRunner().invoke(main, ["status"])

        assert result.exit_code == 1
        assert f"build/x.zip: {said}: free space" in result.output
    assert "Traceback" not in result.output


def test_an_assignment_without_cases_hides_no_stale_grade_of_others(monkeypatch):
    """As in a course that is moved in, one assignment after another."""

    def stale(name):
        if name == "01 a":
            raise StoreError(f"there are no recorded cases for {name}")
        return [StaleGrade("ada", name, "b", "other cases")]

    course = SimpleNamespace(chosen=lambda name: ["01 a", "02 b"], stale=stale)
    monkeypatch.setattr("autograder.cli.status.Course", lambda path: course)

    result = CliRunner().invoke(main, ["status"])

    assert result.exit_code == 1
    assert "there are no recorded cases for 01 a" in result.output
    assert "to fix them: nbgrader autograde '02 b' --force" in result.output


def test_a_command_runs_with_the_search_for_garbage_on():
    """The program begins without it; a long run needs it."""
    before = gc.get_threshold()
    gc.disable()
    try:
        CliRunner().invoke(main, ["status"])
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        gc.enable()


def test_what_is_installed_is_part_of_what_a_grade_is_made_from(monkeypatch, tmp_path):
    """Another version of a package may grade otherwise."""
    before = versions()
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "tiny-1.0.dist-info").mkdir()
    with_one = versions()
    (tmp_path / "tiny-1.0.dist-info").rename(tmp_path / "tiny-1.1.dist-info")

    assert len({before, with_one, versions()}) == 3


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def broken(path):
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr("autograder.cli.status.Course", broken)

    assert isinstance(CliRunner().invoke(main, ["status"]).exception, OSError)
    assert errno.EBADF not in OF_THE_MACHINE


def test_an_extension_takes_no_time_away():
    result = CliRunner().invoke(extend.extend, ["01_tiny", "ada", "--hours", "-5"])

    assert result.exit_code == 2
    assert "-5" in result.output


@pytest.mark.slow
def test_code_that_a_person_marks_is_a_written_answer(tmp_path):
    """Not a fault of grading: its points wait, and nothing is to be looked at."""
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "course") as book:
        book.add_assignment("ps1")
        book.add_notebook("problem", "ps1")
        for name, filled in (("tests", False), ("by_hand", True)):
            book.add_grade_cell(name, "problem", "ps1", max_score=2, cell_type="code")
            if filled:
                book.add_solution_cell(name, "problem", "ps1")
        book.add_student("ada")
        book.add_submission("ps1", "ada")
        for name, waits in (("tests", False), ("by_hand", True)):
            grade = book.find_grade(name, "problem", "ps1", "ada")
            grade.auto_score, grade.needs_manual_grade = (0 if waits else 2), waits
        book.db.commit()
        found = class_marks(book, "ps1", Config())["ada"]

    assert (found.code, found.code_out_of, found.look) == (2, 2, 0)
    assert (found.written_out_of, found.waiting) == (2, 2)


def test_one_without_the_exchange_keeps_no_feedback_back(tmp_path, monkeypatch):
    """All others are released; that one is named, and what to do."""
    for student, files in (
        ("ada", ("timestamp.txt", "submission_secret.txt")),
        ("bo", ()),
        ("bo,ada", ()),
    ):
        folder = tmp_path / "feedback" / student / "ps1"
        folder.mkdir(parents=True)
        for name in ("problem.html", *files):
            (folder / name).write_text("x")
    warned, released = [], []
    monkeypatch.setattr(
        ExchangeReleaseFeedback,
        "copy_files",
        lambda self: released.extend(self.coursedir.student_id_exclude.split(",")),
    )
    directory = SimpleNamespace(
        root=str(tmp_path),
        student_id="*",
        assignment_id="ps1",
        student_id_exclude="cy",
        feedback_directory="feedback",
        format_path=lambda step, student, name: str(tmp_path / step / student / name),
    )
    log = SimpleNamespace(warning=lambda said, *args: warned.append(said % args))
    release = object.__new__(ReleaseFeedback)
    release_it = ReleaseFeedback.copy_files
    monkeypatch.setattr(ReleaseFeedback, "coursedir", directory)
    monkeypatch.setattr(ReleaseFeedback, "log", log)

    release_it(release)

    assert released == ["cy", "bo", "bo,ada"]
    assert directory.student_id_exclude == "cy"
    assert "exchange: bo, bo,ada;" in warned[0] and "hand-back ps1" in warned[0]


def test_a_learner_with_a_new_id_is_recognized(tmp_path):
    """The worksheet came later: the same files were collected under a number."""
    remember_names(tmp_path, {"1001": {"a": "Ada_1001_"}, "1002": {"a": "Bo_1002_"}})

    now = {"ada": {"a": "Ada_1001_"}, "1002": {"a": "Bo_1002_"}}

    assert renamed(tmp_path, now) == {"1001": "ada"}
    remember_names(tmp_path, now)
    assert renamed(tmp_path, now) == {}


def test_no_due_date_says_how_to_set_one(tiny_course):
    with pytest.raises(CourseError, match="nbgrader db assignment add 01_tiny"):
        extend.grant_extension(tiny_course, "01_tiny", "nobody", 3)


def test_more_time_alone_is_no_work(tmp_path):
    """Nothing waits for a person, and an export knows that nothing was handed in."""
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "course") as book:
        book.add_assignment("ps1")
        book.add_notebook("problem", "ps1")
        book.add_grade_cell("tests", "problem", "ps1", max_score=2, cell_type="code")
        for student in ("ada", "bo", "cy"):
            book.add_student(student)
            submission = book.add_submission("ps1", student)
            submission.extension = datetime.timedelta(hours=3)
        # Of what one handed in nothing could be graded; of another it was removed.
        (tmp_path / "submitted" / "bo" / "ps1").mkdir(parents=True)
        grade = book.find_grade("tests", "problem", "ps1", "cy")
        grade.auto_score, grade.needs_manual_grade = 1, False
        book.db.commit()
        found = class_marks(book, "ps1", config)

    assert sorted(found) == ["bo", "cy"]
    assert not found["bo"].finished and found["cy"].finished


def test_a_locked_gradebook_is_one_sentence_before_a_run_too(tmp_path, monkeypatch):
    """Workers get an empty one, whose cells are read from it."""
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.configuration import configure\n"
        "c = get_config()\n"
        "configure(c, __file__, 'course')\n"
    )
    monkeypatch.setattr("autograder.nbgrader.course.PATIENCE", 0.01)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "course"):
        pass
    course = Course(tmp_path)
    lock = sqlite3.connect(tmp_path / "gradebook.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")

    with pytest.raises(CourseError, match="locked by another program"):
        course.empty_gradebook("ps1")
    lock.close()


def test_a_run_without_work_says_what_is_missing(capsys):
    run = SimpleNamespace(skipped=[], isolation="namespaces", assignment="ps1")

    _summarise(Console(), run, [], [], 0.1)

    assert "nothing was submitted" in capsys.readouterr().out


@pytest.mark.parametrize("lost", ["tiny.ipynb", "tiny.cases.json", ""])
def test_a_release_that_is_not_whole_goes_to_no_learner(tiny_course, tmp_path, lost):
    """Nor an empty folder: each file that lacks is named, and what makes it."""
    for name in ("source", "release"):
        shutil.copytree(tiny_course.root / name, tmp_path / name)
    if lost:
        (tmp_path / "release" / "01_tiny" / lost).unlink()
    directory = CourseDirectory(root=str(tmp_path), assignment_id="01_tiny")
    exchange = ReleaseAssignment(coursedir=directory)

    if not lost:
        exchange.init_src()
        return
    with pytest.raises(ExchangeError, match=rf"lacks {lost}: run .*01_tiny --force"):
        exchange.init_src()
