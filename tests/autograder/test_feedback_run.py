"""The feedback pages of a class: those of nbgrader, on all cores, never twice."""

import shutil

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_run import FeedbackRun
from tests.course import CENTRE, SPREAD, autograde, feedback

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

STUDENTS = ("page_one", "page_two", "page_three")


def solve(notebook):
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": CENTRE, "spread": SPREAD}[cell["id"]]
        if cell["id"] == "why":
            cell.source = "Since $\\mu$ is subtracted."


@pytest.fixture(scope="module")
def course(tiny_course, hand_in):
    """Return the small course, with three learners graded."""
    hand_in("page_one", solve)
    hand_in("page_two", solve)
    hand_in("page_three")
    for student in STUDENTS:
        assert autograde(tiny_course, "01_tiny", student) == ""
    return tiny_course


def pages(course):
    """Return the bytes of all pages of the three, by learner."""
    return {
        student: (
            course.root / "feedback" / student / "01_tiny" / "tiny.html"
        ).read_bytes()
        for student in STUDENTS
    }


def command(course, monkeypatch, *arguments):
    """Run ``feedback`` in the course's folder; return its status and what it says."""
    monkeypatch.chdir(course.root)
    chosen = [word for name in STUDENTS for word in ("--student", name)]
    result = CliRunner().invoke(main, ["feedback", "01_tiny", *chosen, *arguments])
    return result.exit_code, result.output


def test_pages_are_those_of_nbgrader(course, monkeypatch):
    for student in STUDENTS:
        assert feedback(course, "01_tiny", student) == ""
    expected = pages(course)
    shutil.rmtree(course.root / "feedback")

    status, said = command(course, monkeypatch, "--jobs", "2")

    assert status == 0, said
    assert "pages of 3 learners" in said
    assert expected == pages(course)


def test_what_has_not_changed_is_left_alone(course, monkeypatch):
    command(course, monkeypatch)
    run = FeedbackRun(Course(course.root), "01_tiny")

    assert run.plan(STUDENTS) == []
    assert sorted(STUDENTS) == sorted(run.unchanged)


def test_a_comment_a_lost_page_and_force_make_pages_again(course, monkeypatch):
    command(course, monkeypatch)
    with Gradebook(course.directory.db_url) as book:
        comment = book.find_comment("why", "tiny", "01_tiny", "page_two")
        comment.manual_comment = "Well said."
        book.db.commit()
    (course.root / "feedback" / "page_one" / "01_tiny" / "tiny.html").unlink()
    run = FeedbackRun(Course(course.root), "01_tiny")

    assert sorted(run.plan(STUDENTS)) == ["page_one", "page_two"]
    assert list(STUDENTS) == run.plan(STUDENTS, force=True)

    status, _ = command(course, monkeypatch)

    assert status == 0
    assert b"Well said." in pages(course)["page_two"]


def test_a_page_that_cannot_be_made_costs_only_its_learner(course, monkeypatch):
    folder = course.root / "autograded" / "page_one" / "01_tiny"
    path = folder / "tiny.ipynb"
    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_text("{")
    try:
        status, said = command(course, monkeypatch)
    finally:
        path.write_bytes(kept)

    assert status == 1
    assert "page_one" in said and "pages of 0 learners" in said
    assert command(course, monkeypatch)[0] == 0


def test_somebody_who_has_not_been_graded_is_named(course, monkeypatch):
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(main, ["feedback", "01_tiny", "--student", "nobody"])

    assert result.exit_code == 1
    assert "nobody has nothing graded in 01_tiny" in result.output


def test_the_page_of_one_notebook_leaves_the_others(course):
    folder = course.root / "autograded" / "page_three" / "01_tiny"
    other = course.root / "feedback" / "page_three" / "01_tiny" / "second.html"
    shutil.copy(folder / "tiny.ipynb", folder / "second.ipynb")
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text("<p>made before</p>")
    try:
        course.directory.notebook_id = "tiny"
        assert feedback(course, "01_tiny", "page_three") == ""
    finally:
        course.directory.notebook_id = "*"
        (folder / "second.ipynb").unlink()

    assert other.exists()


def test_an_answer_that_nobody_has_read_has_no_zero(course, monkeypatch):
    """Until a person has, its page says that it waits, in list, heading and title."""
    command(course, monkeypatch)
    waiting = pages(course)["page_one"].decode()

    assert "(Score: 7.0 / 8.0; not graded yet: 1.0)" in waiting
    assert "<code>why</code></a> (not graded yet; out of 1.0)" in waiting
    assert "not graded yet; out of 1.0 <a" in waiting

    with Gradebook(course.directory.db_url) as book:
        grade = book.find_grade("why", "tiny", "01_tiny", "page_one")
        grade.manual_score, grade.needs_manual_grade = 0.0, False
        book.db.commit()
    command(course, monkeypatch)
    read = pages(course)["page_one"].decode()

    assert "not graded yet" not in read
    assert "<code>why</code></a> (Score: 0.0 / 1.0)" in read


def test_a_mark_that_a_person_looks_at_again_stays_on_the_page(course, monkeypatch):
    """It is no more than a mark that may be too low; the page below says so."""
    with Gradebook(course.directory.db_url) as book:
        book.find_grade(
            "centre-check", "tiny", "01_tiny", "page_two"
        ).needs_manual_grade = True
        book.db.commit()
    command(course, monkeypatch)
    page = pages(course)["page_two"].decode()

    assert "<code>centre-check</code></a> (Score: 3.0 / 3.0)" in page
    assert "not graded yet: 1.0)" in page
