"""An instructor's journey in JupyterLab and Formgrader."""

import csv

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LEARNER, Formgrader, Hands, Lab
from tests.course import write_source

pytestmark = pytest.mark.slow

SOURCE = "course/source/01_tiny/tiny.ipynb"


def metadata(lab: Lab) -> list[dict]:
    """Return what nbgrader knows of each cell of the source.

    Create Assignment drops ``cell_type``, which the cell itself says.
    """
    known = [cell.metadata.get("nbgrader", {}) for cell in lab.read(SOURCE).cells]
    return [{k: v for k, v in one.items() if k != "cell_type"} for one in known]


def open_in_create_assignment(hands: Hands) -> None:
    """Open the source, with nbgrader's panel for authors beside it."""
    hands.open_notebook(SOURCE)
    hands.page.get_by_role("tab", name="Create Assignment").click()
    hands.page.wait_for_function(
        "() => Array.from(document.querySelectorAll('input'))"
        ".some(field => field.value === 'spread-check')"
    )


def test_formgrader_lists_the_assignments(formgrader: Formgrader, released: str):
    """The list names the assignment, and where it stands."""
    formgrader.assignments()
    row = formgrader.row(released)

    expect(row).to_contain_text("released")


def test_a_weakened_source_is_stopped_with_a_readable_message(
    hands: Hands, formgrader: Formgrader, lab: Lab, released: str
):
    """An edit keeps what Create Assignment set; too few hidden cases stop generation.

    The release stays as it was.
    """
    before = metadata(lab)
    release = lab.course / "release" / released / "tiny.ipynb"
    former = release.read_bytes()
    open_in_create_assignment(hands)
    try:
        text = hands.source("spread-check")
        weaker = text[: text.index("for n in")] + "### END HIDDEN TESTS"
        hands.write("spread-check", weaker)
        hands.save()

        assert "randn(n, 6)" not in str(lab.read(SOURCE))
        assert before == metadata(lab)

        formgrader.assignments()
        said = formgrader.press(released, "generate")
        log = said[said.index("Log Output") : said.index("Traceback")]
        # Nothing of it lies beyond the edge of the box.
        assert max(len(line) for line in log.splitlines()) <= 79

        assert (
            "01_tiny was not generated: tiny: spread has 2 visible and 0 hidden cases; "
            "it needs at least 1 and 4." in " ".join(log.split())
        )
        assert former == release.read_bytes()
    finally:
        write_source(lab.course)


def test_an_edited_source_is_generated_and_previewed(
    hands: Hands, formgrader: Formgrader, lab: Lab, released: str
):
    """One more hidden case is generated; the preview shows the learners' version."""
    try:
        open_in_create_assignment(hands)
        hands.change("spread-check", "(2, 3, 4, 5)", "(2, 3, 4, 5, 6)")
        hands.save()
        formgrader.assignments()

        assert "Successfully created" in formgrader.press(released, "generate")
        # What Create Assignment leaves out of the source is in the release.
        made = lab.read(f"course/release/{released}/tiny.ipynb").cells
        assert all(
            cell.cell_type == cell.metadata["nbgrader"]["cell_type"]
            for cell in made
            if "nbgrader" in cell.metadata
        )

        link = formgrader.row(released).locator(".preview a").get_attribute("href")
        assert link.endswith(f"/course/release/{released}")
        hands.open_notebook(f"course/release/{released}/tiny.ipynb")
        assert "value = None" in hands.source("spread")
        assert "HIDDEN" not in hands.source("spread-check")
    finally:
        write_source(lab.course)
        formgrader.assignments()
        formgrader.press(released, "generate")


def test_a_collected_submission_is_graded_with_its_reasons(
    formgrader: Formgrader, autograded: str
):
    """The list shows the marks; the page for hand grading shows why, and the answer."""
    formgrader.submissions(autograded)

    expect(formgrader.row(LEARNER)).to_contain_text("/ 8")

    formgrader.open(f"gradebook/{autograded}/tiny")
    formgrader.page.locator("#main-table a.name-hidden").click()
    body = formgrader.page.locator("body")
    expect(body).to_contain_text("mean over everything")
    expect(body).to_contain_text("Because the mean of a row is its own.")
    # The rubric, to be opened with a click.
    rubric = body.locator("details", has_text="Model answer and rubric")
    expect(rubric.get_by_text("says why")).to_be_hidden()
    rubric.locator("summary").click()
    expect(rubric.get_by_text("says why")).to_be_visible()
    expect(body).to_contain_text("This long demonstration was not run for grading")
    expect(body).not_to_contain_text("hidden checks run after submission")
    expect(body).not_to_contain_text("8675309")


def test_the_grades_go_out(lab: Lab, returned: str):
    """The export has the learner's mark, that of the written answer included."""
    lab.nbgrader("export", "--to", "grades.csv")
    with (lab.course / "grades.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)

    assert (returned, LEARNER) == (row["assignment"], row["student_id"])
    assert float(row["score"]) == 0.5
