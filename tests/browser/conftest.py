"""One server and one browser for all journeys; a fresh window for each test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.lab import FLAGS, LEARNER, Formgrader, Hands, Lab, wait_for

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "no Chromium found, so nothing was tried in a browser: install one (on Debian "
    "`apt-get install chromium`), or set CHROMIUM to the program's path"
)
HERE = Path(__file__).parent
WINDOW = {"width": 1280, "height": 900}


def _chromium() -> str | None:
    known = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in NAMES)]
    return next((path for path in known if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the journeys where there is no browser: one line a file says so."""
    if _chromium() is None:
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a browser."""
    return _chromium()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a running JupyterLab on a small course."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.prepare()
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def window(browser: Browser, lab: Lab) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a tab; kernels end with the test."""
    context = browser.new_context(viewport=WINDOW)
    context.set_default_timeout(60_000)
    yield context.new_page
    context.close()
    lab.end_kernels()


@pytest.fixture
def hands(window: Callable[[], Page], lab: Lab) -> Hands:
    """Return somebody who sits before JupyterLab."""
    hands = Hands(lab, window())
    hands.open_lab()
    return hands


@pytest.fixture
def formgrader(window: Callable[[], Page], lab: Lab) -> Formgrader:
    """Return somebody who sits before Formgrader."""
    return Formgrader(lab, window())


def _in_a_tab(browser: Browser, work: Callable[[Page], None]) -> None:
    context = browser.new_context(viewport=WINDOW)
    context.set_default_timeout(60_000)
    try:
        work(context.new_page())
    finally:
        context.close()


@pytest.fixture(scope="session")
def released(lab: Lab, browser: Browser) -> str:
    """Generate and release the assignment, as an instructor does."""

    def work(page: Page) -> None:
        desk = Formgrader(lab, page)
        desk.assignments()
        said = desk.press("01_tiny", "generate")
        assert "Successfully created" in said, said
        said = desk.press("01_tiny", "release")
        assert "Successfully released" in said, said

    _in_a_tab(browser, work)
    return "01_tiny"


@pytest.fixture(scope="session")
def fetched(lab: Lab, browser: Browser, released: str) -> str:
    """Fetch the assignment through the Assignment List, as a learner does."""

    def work(page: Page) -> None:
        hands = Hands(lab, page)
        hands.open_lab()
        hands.menu("Nbgrader", "Assignment List")
        page.get_by_role("button", name="Fetch", exact=True).click()
        page.get_by_role("button", name="Submit", exact=True).wait_for()

    _in_a_tab(browser, work)
    return released


@pytest.fixture
def copy(lab: Lab, released: str) -> str:
    """Return the path of a copy of the released notebook, in a folder of its own."""
    number = len(list(lab.home.glob("copy-*")))
    (outbound,) = lab.exchange.glob(f"*/outbound/{released}")
    shutil.copytree(outbound, lab.home / f"copy-{number}")
    return f"copy-{number}/tiny.ipynb"


@pytest.fixture(scope="session")
def submitted(lab: Lab, browser: Browser, fetched: str) -> str:
    """Work with one mistake left, and submit."""

    def work(page: Page) -> None:
        hands = Hands(lab, page)
        hands.open_lab()
        hands.open_notebook("01_tiny/tiny.ipynb")
        hands.write("centre", hands.solved("centre", ["np.mean(X)", "X - mu"]))
        hands.write("why", "Because the mean of a row is its own.")
        hands.run("setup", "centre", "centre-check")
        hands.save()
        wait_for(lambda: "its own" in str(lab.read("01_tiny/tiny.ipynb")))
        hands.menu("Nbgrader", "Assignment List")
        page.get_by_role("button", name="Submit", exact=True).click()
        page.locator("#submitted_assignments_list .list_item").first.wait_for()

    _in_a_tab(browser, work)
    lab.end_kernels()
    return fetched


@pytest.fixture(scope="session")
def autograded(lab: Lab, browser: Browser, submitted: str) -> str:
    """Collect the submission and grade it in Formgrader."""

    def work(page: Page) -> None:
        desk = Formgrader(lab, page)
        desk.assignments()
        said = desk.press(submitted, "collect")
        assert "Successfully" in said, said
        desk.submissions(submitted)
        said = desk.press(LEARNER, "autograde")
        assert "Successfully autograded" in said, said

    _in_a_tab(browser, work)
    return submitted


@pytest.fixture(scope="session")
def returned(lab: Lab, browser: Browser, autograded: str) -> str:
    """Grade the written answer by hand; make and release feedback."""

    def work(page: Page) -> None:
        desk = Formgrader(lab, page)
        desk.open(f"gradebook/{autograded}/tiny")
        page.locator("#main-table a.name-hidden").click()
        page.wait_for_load_state("networkidle")
        desk.fill("why", "0.5")
        desk.fill("why-comment", "Say it with a number.")
        desk.submissions(autograded)
        said = desk.press(LEARNER, "feedback")
        assert "Successfully generated feedback" in said, said
        said = desk.press(LEARNER, "release feedback")
        assert "Successfully released feedback" in said, said

    _in_a_tab(browser, work)
    return autograded
