"""What is shown can be read by everybody: axe-core, keyboard, words for colours."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.lab import Formgrader, Hands, Lab

pytestmark = pytest.mark.slow

SERIOUS = ("serious", "critical")


def violations(page: Page, *places: str) -> list[str]:
    """Return what axe-core finds serious within some places of a page."""
    context = {"include": [list(places)]} if places else None
    found = Axe().run(page, context=context).response["violations"]
    return [
        f"{entry['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for entry in found
        if entry["impact"] in SERIOUS
        for node in entry["nodes"]
    ]


def feedback_page(lab: Lab, assignment: str) -> Path:
    """Return the page that the instructor's side made."""
    (page,) = (lab.course / "feedback").glob(f"*/{assignment}/tiny.html")
    return page


def test_a_feedback_page_has_no_serious_violation(
    window: Callable[[], Page], lab: Lab, returned: str
):
    """Axe-core finds nothing serious on a learner's feedback page."""
    page = window()
    page.goto(feedback_page(lab, returned).as_uri())

    assert violations(page) == []


def test_a_feedback_page_has_words_for_its_colours(
    window: Callable[[], Page], lab: Lab, returned: str
):
    """Each row of the table says its result in words, and its heads are heads."""
    page = window()
    page.goto(feedback_page(lab, returned).as_uri())
    rows = page.locator("table:has(th[scope=col]) tbody tr").all()

    assert rows
    for row in rows:
        assert row.locator("td").nth(1).inner_text().split()[-1] in (
            "right",
            "partly",
            "wrong",
        )
    assert page.locator("th[scope=col]").count() >= 3


def test_the_links_of_a_feedback_page_are_reached_by_keyboard(
    window: Callable[[], Page], lab: Lab, returned: str
):
    """Tab goes from one entry of the list of marks to the next; Enter follows it."""
    page = window()
    page.goto(feedback_page(lab, returned).as_uri())
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.tagName") == "A"

    page.keyboard.press("Enter")

    # A page follows a link some time after the key: wait, rather than ask once.
    page.wait_for_url(re.compile("#"))


def test_the_report_about_a_class_has_no_serious_violation(
    window: Callable[[], Page], lab: Lab, autograded: str
):
    """Axe-core finds nothing serious on the page that instructors read."""
    subprocess.run(
        [sys.executable, "-m", "autograder", "report", autograded],
        cwd=lab.course,
        env=lab.environment(),
        check=True,
        timeout=120,
    )
    page = window()
    page.goto((lab.course / "build" / "report" / f"{autograded}.html").as_uri())

    assert violations(page) == []


@pytest.mark.parametrize("place", ["details", "table"])
def test_what_the_course_adds_to_formgrader_has_no_serious_violation(
    formgrader: Formgrader, autograded: str, place: str
):
    """The rubric and the tables of results; the rest of the page is nbgrader's."""
    formgrader.open(f"gradebook/{autograded}/tiny")
    formgrader.page.locator("#main-table a.name-hidden").click()
    formgrader.page.locator(place).first.wait_for()

    assert violations(formgrader.page, place) == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_failed_check_has_no_serious_violation(hands: Hands, copy: str, theme: str):
    """Axe-core finds nothing serious in the output of a check, in both themes."""
    hands.open_notebook(copy)
    hands.theme(theme)
    hands.run("setup", "centre", "centre-check")

    assert violations(hands.page, ".jp-OutputArea-output") == []
