"""A learner's journey in JupyterLab."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Hands, Lab

pytestmark = pytest.mark.slow

WALL = ("Traceback", "CheckFailed", "checker.py", "/helpers/")
HINT = "Whose mean did you take off each of them?"
MISTAKE = ["np.mean(X)", "X - mu"]
RIGHT = ["np.mean(X, axis=1, keepdims=True)", "X - mu"]
TRAINING = """import time

from helpers.progress import progress

for step in progress(range(1000), "Training"):
    time.sleep(0.05)"""


def test_the_first_lesson_lets_a_failing_check_be_read(hands: Hands):
    """Lesson 00 opens, its exercise is open without an alarm, and can be solved."""
    hands.open_notebook("notebooks/00_start_here.ipynb")
    said = hands.run("setup", "average", "average-check")

    assert "average: 0 of 2 public cases right" in said
    assert "you returned 5, expected 4" in said
    assert "Still open" in said

    answer = hands.source("average")
    hands.write("average", answer.replace("a + b / 2", "(a + b) / 2"))

    assert "average: 2 of 2 public cases right" in hands.run("average", "average-check")
    assert "✓ average" in hands.run("progress")


def test_the_assignment_list_brings_the_assignment(lab: Lab, fetched: str):
    """What Fetch brings is the notebook with its public cases, and no more."""
    # JupyterLab's own folder is there once somebody has saved.
    names = sorted(path.name for path in (lab.home / fetched).glob("[!.]*.*"))

    assert names == ["tiny.cases.json", "tiny.ipynb"]


def test_a_failed_check_is_a_compact_table(hands: Hands, copy: str):
    """A stub and a wrong answer each give a table: no traceback, nothing too wide."""
    hands.open_notebook(copy)
    said = hands.run("setup", "centre", "centre-check")

    assert "This is still the untouched exercise" in said

    hands.write("centre", hands.solved("centre", MISTAKE))
    said = hands.run("centre", "centre-check")

    assert "you returned -2.5, expected -1" in said
    assert not [word for word in WALL if word in said]
    card = hands.cell("centre-check").locator(".jp-RenderedHTMLCommon")
    box = card.bounding_box()
    assert box is not None and box["height"] < 500
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        hands.theme(theme)
        for node in ("html", ".jp-WindowedPanel-outer", ".jp-OutputArea-output pre"):
            assert hands.overflow(node) <= 1, (theme, node)


def test_evidence_comes_first_and_the_hint_the_second_time(hands: Hands, copy: str):
    """A catalogued mistake gets evidence, then the question; a solution gets rid of it.

    The table of progress then says what passed.
    """
    hands.open_notebook(copy)
    hands.run("setup")
    hands.write("centre", hands.solved("centre", MISTAKE))
    first = hands.run("centre", "centre-check")
    second = hands.run("centre-check")

    assert "within each row of Z all entries are off by the same amount" in first
    assert HINT not in first
    assert f"Think: Rows are features. {HINT}" in " ".join(second.split())

    hands.change("centre", *["np.mean(X)", RIGHT[0]])
    said = hands.run("centre", "centre-check")

    assert said.split("\n")[0] == "centre: 2 of 2 public cases right"
    table = hands.run("progress")
    assert "✓ centre" in table
    assert "1 of 2 public checks passed; hidden checks run after submission" in table


def test_an_exercise_can_be_done_with_the_keyboard_alone(hands: Hands, copy: str):
    """Arrow keys, Enter, typing and Shift+Enter are enough."""
    hands.open_notebook(copy)
    hands.select("setup")
    keys = hands.page.keyboard
    keys.press("Shift+Enter")
    expect(hands.cell("setup").locator(".jp-InputPrompt")).to_have_text("[1]:")
    keys.press("Enter")
    keys.press("Control+Home")
    # Down to the first None; the editor indents by itself.
    lines = hands.source("centre").split("\n")
    for _ in range(next(i for i, line in enumerate(lines) if "mu = None" in line)):
        keys.press("ArrowDown")
    for value in RIGHT:
        keys.press("End")
        for _ in range(len("None")):
            keys.press("Backspace")
        keys.insert_text(value)
        keys.press("ArrowDown")
    keys.press("Shift+Enter")
    keys.press("Shift+Enter")

    expect(hands.cell("centre-check")).to_contain_text(
        "centre: 2 of 2 public cases right"
    )


def test_validate_says_what_is_open(hands: Hands, copy: str):
    """Validate shows the tables of open exercises and the answer that is missing."""
    hands.open_notebook(copy)
    hands.write("centre", hands.solved("centre", RIGHT))
    hands.save()
    hands.panel().get_by_role("button", name="Validate").click()
    box = hands.page.locator(".jp-Dialog")
    box.get_by_text("Validation Results").wait_for()
    said = box.inner_text()

    assert "spread: 0 of 2 public cases right" in said
    assert "You did not provide a response" in said
    assert "check(centre" not in said
    assert not [word for word in WALL if word in said]


def test_cells_out_of_order_are_told_what_comes_first(hands: Hands, copy: str):
    """A check whose function calls an open one names that one."""
    hands.open_notebook(copy)
    hands.write(
        "spread",
        hands.solved("spread", ["centre(X)", "np.mean(Z**power, 1, keepdims=True)"]),
    )
    said = hands.run("setup", "centre", "spread", "spread-check")

    assert "solve centre first" in " ".join(said.split())

    said = hands.run("progress")
    assert "· centre" in said
    assert "✗ spread" in said


def test_a_restart_forgets_and_says_which_cell_comes_first(hands: Hands, copy: str):
    """After a restart a name leads to the cell that makes it; nothing is passed."""
    hands.open_notebook(copy)
    hands.write("centre", hands.solved("centre", RIGHT))
    hands.run("setup", "centre", "centre-check")
    hands.restart()
    said = hands.run("centre-check")

    assert "check is not known yet: it is made in the notebook's first" in said
    assert "import numpy as np" in said
    assert not [word for word in WALL if word in said]

    said = hands.run("setup", "centre-check")
    assert "centre is not known yet" in said
    assert "def centre(X):" in said
    said = hands.run("progress")
    assert "· centre" in said and "0/2" in said

    hands.select("centre-check")
    hands.command("notebook:run-all-above")
    assert "centre: 2 of 2 public cases right" in hands.run("centre-check")


def test_a_notebook_without_its_cases_says_what_to_do(
    hands: Hands, lab: Lab, copy: str
):
    """A notebook that was moved alone to another folder asks for its file."""
    (lab.home / copy).rename(lab.home / "alone.ipynb")
    hands.open_notebook("alone.ipynb")
    said = " ".join(hands.run("setup", "centre", "centre-check").split())

    assert "The file tiny.cases.json with this notebook's public cases is missing" in (
        said
    )
    assert "fetch the assignment again" in said
    assert not [word for word in WALL if word in said]


def test_two_tabs_share_a_kernel_and_do_not_overwrite_silently(
    hands: Hands, window: Callable[[], Page], lab: Lab, copy: str
):
    """A second tab sees what the first one ran; the later save asks first."""
    hands.open_notebook(copy)
    hands.write("centre", hands.solved("centre", RIGHT))
    hands.run("setup", "centre")
    other = Hands(lab, window())
    other.open_lab("second")
    other.open_notebook(copy)

    assert "centre: 2 of 2 public cases right" in other.run("centre-check")

    other.write("why", "from the second tab")
    other.save()
    hands.write("why", "from the first tab")
    hands.page.keyboard.press("Control+s")
    box = hands.page.locator(".jp-Dialog")
    expect(box).to_contain_text("has changed on disk")
    assert "from the second tab" in str(lab.read(copy))


def test_an_interrupted_loop_says_how_far_it_came(hands: Hands, copy: str):
    """The bar of an interrupted loop ends with a word, and the kernel goes on."""
    hands.open_notebook(copy)
    hands.write("long-run", TRAINING)
    hands.run("setup")
    hands.start("long-run")
    expect(hands.cell("long-run")).to_contain_text("of 1000")
    hands.command("notebook:interrupt-kernel")
    expect(hands.cell("long-run")).to_contain_text("stopped after")
    # What is sent at once belongs to the run that was interrupted.
    hands.page.wait_for_timeout(1000)

    assert "untouched exercise" in hands.run("centre", "centre-check")


def test_feedback_comes_back_through_the_assignment_list(
    hands: Hands, lab: Lab, returned: str
):
    """The learner fetches a page with marks, reasons, hints and the comment."""
    hands.menu("Nbgrader", "Assignment List")
    page = hands.page
    page.get_by_role("button", name="Fetch Feedback").click()
    page.get_by_role("link", name="view feedback").or_(
        page.get_by_text("(view feedback)")
    ).first.wait_for()
    (path,) = (lab.home / returned / "feedback").glob("*/tiny.html")
    page.goto(f"{lab.url}/files/{path.relative_to(lab.home)}?token={lab.token}")
    said = " ".join(page.locator("body").inner_text().split())

    assert "mean over everything" in said
    assert HINT in said
    assert "Say it with a number." in said
    assert re.search(r"cases? \d[\d, and]* \(hidden\)", said), said
    assert "8675309" not in said
    assert "rubric" not in said
