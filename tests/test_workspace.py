"""The copies that learners work in."""

from pathlib import Path

import pytest

from autograder.delivery.workspace import prepare
from autograder.errors import CourseError


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a course folder with a lesson and a released assignment."""
    root = tmp_path / "course"
    for name, content in {
        "notebooks/00_start_here.ipynb": "lesson",
        "notebooks/00_start_here.cases.json": "its cases",
        "notebooks/glossary.md": "words",
        "release/01_tiny/tiny.ipynb": "assignment",
        "release/01_tiny/tiny.cases.json": "its cases",
        "source/01_tiny/tiny.ipynb": "solution",
        "source/01_tiny/misconceptions.toml": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_a_new_workspace_has_lessons_and_assignments_with_their_cases(course):
    """The layout is the bundle's, and nothing of source/ is there."""
    prepare(course, course / "work")
    found = {
        str(path.relative_to(course / "work"))
        for path in (course / "work").rglob("*.*")
        if path.is_file()
    }

    assert {
        "assignments/01_tiny/tiny.cases.json",
        "assignments/01_tiny/tiny.ipynb",
        "notebooks/00_start_here.cases.json",
        "notebooks/00_start_here.ipynb",
        "notebooks/glossary.md",
    } == found


def test_a_workspace_has_the_reference_sheet_to_print(course):
    """JupyterLab prints no Markdown, so a page for browsers lies beside it."""
    (course / "notebooks" / "reference.md").write_text("# Formulas\n\n$a^2$\n")
    made = prepare(course, course / "work")
    page = (course / "work" / "notebooks" / "reference.html").read_text()

    assert "notebooks/reference.html" in made.copied
    assert "<title>Formulas</title>" in page and "<msup>" in page
    assert prepare(course, course / "work").copied == []


def test_a_learners_work_is_never_overwritten(course):
    """A notebook that is there keeps its text and its cases."""
    prepare(course, course / "work")
    mine = course / "work" / "assignments" / "01_tiny" / "tiny.ipynb"
    mine.write_text("my work")
    made = prepare(course, course / "work")

    assert mine.read_text() == "my work"
    assert made.copied == []
    assert made.outdated == []


def test_a_newer_release_is_said_and_the_older_pair_kept(course):
    """Notebook and cases stay a pair; the notebook is named."""
    prepare(course, course / "work")
    (course / "release" / "01_tiny" / "tiny.ipynb").write_text("newer")
    (course / "release" / "01_tiny" / "tiny.cases.json").write_text("newer")
    made = prepare(course, course / "work")
    cases = course / "work" / "assignments" / "01_tiny" / "tiny.cases.json"

    assert made.outdated == ["assignments/01_tiny/tiny.ipynb"]
    assert cases.read_text() == "its cases"


def test_a_removed_notebook_comes_back_with_the_cases_of_its_release(course):
    """Cases of an earlier release do not stay beside a new copy."""
    prepare(course, course / "work")
    work = course / "work" / "assignments" / "01_tiny"
    (work / "tiny.ipynb").unlink()
    (course / "release" / "01_tiny" / "tiny.cases.json").write_text("newer")
    prepare(course, course / "work")

    assert (work / "tiny.cases.json").read_text() == "newer"
    assert (work / "tiny.ipynb").read_text() == "assignment"


def test_lost_cases_come_back(course):
    """Cases that were deleted are copied again."""
    prepare(course, course / "work")
    cases = course / "work" / "assignments" / "01_tiny" / "tiny.cases.json"
    cases.unlink()
    prepare(course, course / "work")

    assert cases.is_file()


def test_without_a_release_one_line_says_what_to_run(course):
    """What is missing is said with the command that makes it."""
    for path in (course / "release" / "01_tiny").iterdir():
        path.unlink()

    with pytest.raises(CourseError, match="make release"):
        prepare(course, course / "work")


@pytest.mark.parametrize("folder", ["source", "release", "notebooks/mine"])
def test_a_workspace_within_tracked_folders_is_refused(course, folder):
    """Nobody edits tracked notebooks by accident."""
    with pytest.raises(CourseError, match="tracked"):
        prepare(course, course / folder)
