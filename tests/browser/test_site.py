"""The built site in a browser: search, phones, other hosts, themes, access."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PAGES = (
    "index.html",
    "notebooks/02_shallow_network.html",
    "release/03_deep_network/building_blocks.html",
    "notebooks/glossary.html",
    "docs/security.html",
)
each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """Return the site, built without running lessons; a warning is an error."""
    target = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "website", "--quick", "--target", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address at which the site is served on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(site))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser):
    """Return a fresh window; it notes the hosts that it asked."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.hosts = set()
    page.on("request", lambda r: page.hosts.add(urlsplit(r.url).hostname))
    yield page
    context.close()


def test_the_start_leads_to_the_first_edition(page, address):
    """The address without a page shows the start page."""
    page.goto(address + "/")
    page.wait_for_url("**/en/index.html")

    assert page.locator("h1").inner_text().startswith("Neural networks")


def test_a_search_finds_a_section(page, address):
    """A word of a lesson leads to the lesson."""
    page.goto(f"{address}/en/search.html?q=bias+correction")
    page.locator("#search-results a").first.wait_for()

    links = page.locator("#search-results a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert any("05_optimization" in link for link in links)


@each_page
def test_a_page_asks_no_other_host(page, address, name):
    """Formulas, fonts and scripts come with the site."""
    page.goto(f"{address}/en/{name}")
    page.wait_for_load_state("networkidle")

    assert page.hosts == {"127.0.0.1"}


@each_page
@pytest.mark.parametrize("width", [360, 768])
def test_a_page_fits_on_a_phone(page, address, name, width):
    """The page does not scroll sideways."""
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"{address}/en/{name}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_page
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_can_be_read_by_everybody(page, address, name, theme):
    """Axe-core finds nothing serious in either theme."""
    page.emulate_media(color_scheme=theme)
    page.goto(f"{address}/en/{name}")
    found = Axe().run(page).response["violations"]

    assert [
        f"{v['id']}: {node['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:3]
    ] == []


def test_a_term_leads_to_the_glossary(page, address):
    """The first use of a term is a link to its row, with its meaning as a title."""
    page.goto(f"{address}/en/notebooks/02_shallow_network.html")
    link = page.locator("a.term").first
    meaning = link.get_attribute("title")
    link.click()
    page.wait_for_url("**/glossary.html#term-*")

    assert meaning in page.locator(f"[id='{page.url.split('#')[1]}']").inner_text()


def test_a_notebook_can_be_downloaded(page, address):
    """The button gives the released file, and the other one the bundle."""
    page.goto(f"{address}/en/release/03_deep_network/building_blocks.html")
    with page.expect_download() as told:
        page.get_by_text("Download this notebook").click()
    released = ROOT / "release" / "03_deep_network" / "building_blocks.ipynb"
    assert Path(told.value.path()).read_bytes() == released.read_bytes()
    with page.expect_download() as told:
        page.get_by_text("Download the whole course").click()
    assert told.value.suggested_filename.endswith(".zip")


def test_nothing_of_instructors_is_on_the_site(site):
    """Assignments come from what is released; no solution region has a body."""
    names = {path.name for path in site.rglob("*")}
    assert "misconceptions.toml" not in names
    for path in site.rglob("*.html"):
        assert "BEGIN HIDDEN TESTS" not in path.read_text("utf-8") or (
            "docs" in path.parts or path.name == "CONTRIBUTING.html"
        )
