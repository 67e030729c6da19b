"""Marks and pages for Moodle, as its own imports read them."""

import csv
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from autograder.cli.main import main
from autograder.errors import CourseError
from autograder.lms_names import CANVAS, MOODLE, read_name
from autograder.nbgrader.returning import hand_back, remember_names

WORKSHEET = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,"
    "Grade can be changed,Last modified (grade),Feedback comments\r\n"
    "Participant 41,Ada_May Lovelace,ada@example.org,Submitted,,5.00,Yes,-,\r\n"
    'Participant 42,"Li, Bo",bo@example.org,Submitted,3.00,5.00,Yes,-,"as, it was"\r\n'
    "Participant 43,=1+1,cy@example.org,No submission,,5.00,Yes,-,\r\n"
)


def test_moodle_finds_pages_and_marks_again(place, monkeypatch):
    """By participants of this assignment; all else in the worksheet stays."""
    course = place().course
    downloaded = course.root / "downloaded" / "01_tiny"
    (downloaded / "archive").mkdir(parents=True)
    (downloaded / "archive" / "sheet.csv").write_text(WORKSHEET, newline="")
    with course.gradebook() as book:
        for student in ("ada", "bo", "cy"):
            book.update_or_create_student(student, email=f"{student}@example.org")
        for student in ("ada", "bo"):
            submission = book.update_or_create_submission("01_tiny", student)
            for grade in submission.notebooks[0].grades:
                grade.needs_manual_grade = student == "bo"
                grade.auto_score, grade.manual_score = 1.5, None
            submission.notebooks[0].late_submission_penalty = 0.5
        book.db.commit()
    names = {
        "ada": "Ada_May Lovelace_41_assignsubmission_file_",
        "bo": "Li, Bo_42_assignsubmission_file",
    }
    remember_names(downloaded, {who: {"tiny": name} for who, name in names.items()})
    page = course.root / "feedback" / "ada" / "01_tiny" / "tiny.html"
    page.parent.mkdir(parents=True)
    page.write_text("the page")
    returned = hand_back(course, "01_tiny")
    monkeypatch.chdir(course.root)
    called = CliRunner().invoke(main, ["hand-back", "01_tiny"])
    with zipfile.ZipFile(returned.feedback) as archive:
        packed = archive.namelist()
    rows = list(csv.reader(returned.worksheets[0].open(newline="")))

    assert packed == ["Ada May Lovelace_41_assignsubmission_file_/tiny.html"]
    # Moodle's import splits each part of the path at underscores.
    assert packed[0].split("/")[0].split("_")[1:4] == ["41", "assignsubmission", "file"]
    assert [row[4] for row in rows] == ["Grade", "4.00", "3.00", ""]
    before = list(csv.reader(WORKSHEET.removeprefix("\ufeff").splitlines()))
    for old, new in zip(before, rows):
        formula = [cell.replace("=1+1", "'=1+1") for cell in old]
        assert formula[:4] + old[5:] == new[:4] + new[5:]
    assert returned.missing == [
        "bo: there is no page; `python -m autograder feedback 01_tiny` makes them"
    ]
    assert returned.unmarked == ["bo: something waits for you in Manual Grading"]
    assert called.exit_code == 1
    assert "no feedback for bo: there is no page" in called.output


def handed_in(here, most):
    """Let the one learner's work come from Moodle, graded and with a page."""
    here.root.joinpath("submitted/ada/01_tiny").mkdir(parents=True)
    release = here.root / "release" / "01_tiny" / "tiny.ipynb"
    shutil.copy(release, here.root / "submitted" / "ada" / "01_tiny")
    course = here.course
    downloaded = course.root / "downloaded" / "01_tiny"
    (downloaded / "archive").mkdir(parents=True)
    sheet = (
        "Identifier,Email address,Status,Grade,Maximum grade\r\n"
        f"Participant 41,ada@example.org,Submitted - ,,{most}\r\n"
    )
    (downloaded / "archive" / "sheet.csv").write_text(sheet, newline="")
    remember_names(downloaded, {"ada": {"tiny": "Ada_41_assignsubmission_file_"}})
    with course.gradebook() as book:
        book.update_or_create_student("ada", email="ada@example.org")
    return course


def test_pages_that_show_other_marks_than_the_worksheet_are_named(place, monkeypatch):
    """A mark by hand after the pages were made; making them anew is said and enough."""
    course = handed_in(place(), "7.00")
    monkeypatch.chdir(course.root)
    run = CliRunner().invoke
    run(main, ["grade", "01_tiny", "--feedback"])
    before = run(main, ["hand-back", "01_tiny"])
    with course.gradebook() as book:
        submission = book.find_submission("01_tiny", "ada")
        for grade in submission.notebooks[0].grades:
            grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    between = run(main, ["hand-back", "01_tiny"])
    run(main, ["feedback", "01_tiny"])
    after = run(main, ["hand-back", "01_tiny"])

    said = "setting: ada; `python -m autograder feedback 01_tiny` makes them anew"
    assert "pages older" not in before.output
    assert said in between.output and between.exit_code == 1
    assert "pages older" not in after.output


def test_another_maximum_in_moodle_is_named(place, monkeypatch):
    """Else 7 points of 7 would be 7 of 100 there."""
    course = handed_in(place(), "100.00")
    monkeypatch.chdir(course.root)
    with course.gradebook() as book:
        submission = book.update_or_create_submission("01_tiny", "ada")
        for grade in submission.notebooks[0].grades:
            grade.auto_score, grade.needs_manual_grade = 1.0, False
        out_of = submission.max_score
        book.db.commit()

    called = CliRunner().invoke(main, ["hand-back", "01_tiny"])

    assert f"maximum grade is 100.00, and this assignment has {out_of:g}" in (
        called.output
    )
    assert f"set it to {out_of:g}" in called.output
    assert called.exit_code == 1
    sheet = (course.root / "build" / "return" / "01_tiny-sheet.csv").read_text()
    assert "Submitted - ," in sheet


def test_nothing_collected_is_one_plain_sentence(place):
    """The message says what to do first."""
    with pytest.raises(CourseError, match="run `nbgrader zip_collect 01_tiny`"):
        hand_back(place().course, "01_tiny")


@pytest.mark.parametrize(
    ("pattern", "name", "before"),
    [
        (CANVAS, "adalovelace_12_345_tiny-1.ipynb", "adalovelace_12_345_"),
        (CANVAS, "adalovelace_LATE_12_345_tiny.ipynb", "adalovelace_LATE_12_345_"),
        (MOODLE, "Ada_7_assignsubmission_file_", "Ada_7_assignsubmission_file_"),
    ],
)
def test_what_an_lms_put_before_a_name_is_kept(pattern, name, before):
    """It is what the LMS knows the learner and the file by."""
    assert read_name(pattern, name).before == before
