"""Marks and pages for Moodle, as its own imports read them."""

import csv
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
