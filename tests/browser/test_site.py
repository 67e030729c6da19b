"""The built site in a browser: editions, search, phones, other hosts, access."""

import html
import http.server
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from autograder.authoring.gates import check_secrets
from autograder.authoring.sources import read_source
from autograder.nbgrader.course import Course
from tests.browser.test_sheet import pages_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PAGES = (
    "index.html",
    "notebooks/02_shallow_network.html",
    "release/03_deep_network/building_blocks.html",
    "notebooks/glossary.html",
    "docs/security.html",
)
EDITIONS = ("en", "zh_Hans")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """Return the site, built without running lessons; a warning is an error.

    ``COURSE_SITE=build/site`` tries one that has been built, with its figures.
    """
    if os.environ.get("COURSE_SITE"):
        return Path(os.environ["COURSE_SITE"]).resolve()
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
        error_message_format = (site / "404.html").read_text("utf-8").replace("%", "%%")

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
    """Return a fresh window; it notes the hosts that it asked, and what failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.hosts, page.errors = set(), []
    page.on("request", lambda r: page.hosts.add(urlsplit(r.url).hostname))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "console",
        lambda told: page.errors.append(told.text) if told.type == "error" else None,
    )
    yield page
    context.close()


def arrive(page, anchor: str) -> None:
    """Wait until the page, which scrolls smoothly, has come to an anchor."""
    page.wait_for_function(
        "anchor => Math.abs("
        "document.getElementById(anchor)?.getBoundingClientRect().top) < 100",
        arg=anchor,
    )


def results(page) -> list[str]:
    """Return where the results of a search lead, once each has its excerpt."""
    page.locator(".search-summary:not(:empty)").wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('#search-results li')]"
        ".every(item => item.querySelector('.context'))"
    )
    return page.locator("#search-results li > a").evaluate_all(
        "all => all.map(a => a.href)"
    )


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_reference_sheet_is_printed_on_two_pages(page, address, edition):
    """Of the site's frame nothing is printed, and the text stays readable."""
    page.goto(f"{address}/{edition}/notebooks/reference.html")
    page.wait_for_load_state("networkidle")

    assert pages_of(page.pdf(format="A4")) == 2


@pytest.mark.parametrize(
    ("locale", "edition"), [("en-GB", "en"), ("zh-CN", "zh_Hans"), ("de-DE", "en")]
)
def test_the_start_leads_to_an_edition(browser, address, locale, edition):
    """The address without a page shows the browser's language, or English."""
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(address + "/")
    page.wait_for_url(f"**/{edition}/index.html")

    assert "NumPy" in page.locator("h1").inner_text()
    context.close()


def test_the_switch_stays_on_the_section(page, address):
    """From a section in English to the same in Chinese, and back."""
    anchor = "measuring-the-gradient"
    page.goto(f"{address}/en/notebooks/02_shallow_network.html#{anchor}")
    arrive(page, anchor)
    page.get_by_role("link", name="简体中文").click()
    page.wait_for_url(f"**/zh_Hans/notebooks/02_shallow_network.html#{anchor}")

    assert "测量梯度" in page.locator(f"#{anchor} > h3").inner_text()
    arrive(page, anchor)

    page.get_by_role("link", name="English").click()
    page.wait_for_url(f"**/en/notebooks/02_shallow_network.html#{anchor}")


def test_a_section_has_the_same_readable_anchor_in_all_editions(site):
    """What is at the end of a shared link says where it leads, and stays."""
    for path in (site / "en").rglob("*.html"):
        name = path.relative_to(site / "en")
        said = [(site / edition / name).read_text("utf-8") for edition in EDITIONS]
        own, other = (re.findall(r'<section id="([^"]*)"', text) for text in said)

        assert own == other, name
        assert [anchor for anchor in own if re.fullmatch(r"id\d+", anchor)] == []
        for text in said:
            assert re.findall(r'href="[^"]*#id\d+"', text) == [], name


def test_the_switch_stays_on_a_term(page, address):
    """A row of the glossary is the same row in both editions."""
    page.goto(f"{address}/zh_Hans/notebooks/glossary.html#term-mask")
    arrive(page, "term-mask")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/notebooks/glossary.html#term-*")
    arrive(page, page.url.split("#")[1])

    assert page.locator("#term-mask").is_visible()
    assert abs(page.locator("#term-mask").bounding_box()["y"]) < 300


def test_every_page_has_a_switch_and_no_edition_lacks_a_page(site):
    """Each page of one edition is there in the other, and leads to it."""
    pages = [
        {path.relative_to(site / edition) for path in (site / edition).rglob("*.html")}
        for edition in EDITIONS
    ]

    assert pages[0] == pages[1]
    for edition, other in (EDITIONS, EDITIONS[::-1]):
        for name in pages[0]:
            said = (site / edition / name).read_text("utf-8")
            assert re.search(rf'href="[./]+/{other}/{name.as_posix()}"', said), name


@pytest.mark.parametrize(
    ("edition", "query", "wanted"),
    [
        ("en", "bias correction", "notebooks/05_optimization#bias-correction"),
        ("en", "hand in", "docs/learner#hand-in"),
        ("en", "掩码", "notebooks/glossary#term-mask"),
        ("zh_Hans", "动量", "notebooks/05_optimization#momentum"),
        (
            "zh_Hans",
            "小批量 学习率",
            "notebooks/05_optimization#batch-mini-batch-stochastic",
        ),
        (
            "zh_Hans",
            "softmax",
            "notebooks/06_many_classes#the-jacobian-of-softmax",
        ),
    ],
)
def test_a_search_opens_the_section(page, address, edition, query, wanted):
    """Words of a lesson lead to the section that says them; they are marked there."""
    page.goto(f"{address}/{edition}/search.html?q={query}")
    links = results(page)
    name, anchor = wanted.split("#")
    (found,) = [
        link
        for link in links
        if f"/{name}.html" in link and link.endswith(f"#{anchor}")
    ]
    page.locator(f"#search-results a[href='{found}']").click()
    # The last sections of a page do not come to its top.
    page.wait_for_function(
        """anchor => {
          const section = document.getElementById(anchor);
          if (!section) return false;  // of a page that is still being read
          const { top } = section.getBoundingClientRect();
          return -100 < top && top < innerHeight;
        }""",
        arg=anchor,
    )
    page.locator("article .highlighted").first.wait_for()
    marked = page.locator("article .highlighted").first.inner_text().lower()

    assert marked in query.split()
    assert len(set(links)) == len(links) < 40
    assert page.errors == []


def test_a_search_that_finds_nothing_says_so_in_chinese(page, address):
    """What Sphinx's scripts say is the edition's."""
    page.goto(f"{address}/zh_Hans/search.html?q=鲸鱼")

    assert results(page) == []
    assert "没有找到" in page.locator(".search-summary").inner_text()


@pytest.mark.parametrize(
    ("edition", "theme"), [("en", "light"), ("en", "dark"), ("zh_Hans", "light")]
)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(page, address, edition, name, theme):
    """On a phone and a tablet, by assistive technology, in both themes, offline."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 768, "height": 740})
    page.goto(f"{address}/{edition}/{name}")
    page.wait_for_load_state("networkidle")
    wide = {768: page.evaluate("document.documentElement.scrollWidth")}
    page.set_viewport_size({"width": 360, "height": 740})
    wide[360] = page.evaluate("document.documentElement.scrollWidth")
    found = Axe().run(page).response["violations"]

    assert page.hosts == {"127.0.0.1"}
    assert page.errors == []
    assert all(reached <= width for width, reached in wide.items()), wide
    assert [
        f"{v['id']}: {node['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:3]
    ] == []


def test_a_page_can_be_printed(page, address):
    """On paper there are no controls over the text, and no figure is left out."""
    page.goto(f"{address}/en/data/README.html")
    page.evaluate("document.querySelector('article img').loading = 'lazy'")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.locator(".skip-to-content").is_hidden()
    assert page.locator("article").is_visible()
    assert page.locator("img[loading=lazy]").count() == 0


def test_a_page_asks_no_other_host_even_if_it_is_told_to(page, address):
    """The page itself forbids it: no header of the host is needed."""
    page.goto(f"{address}/en/index.html")
    page.wait_for_load_state("networkidle")
    blocked = page.evaluate(
        """() => new Promise((told) => {
          const seen = [];
          addEventListener("securitypolicyviolation", (event) => {
            seen.push(event.effectiveDirective);
            if (seen.length === 2) told(seen.sort());
          });
          const image = document.createElement("img");
          image.src = "https://example.org/x.png";
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(image, script);
        })"""
    )

    assert blocked == ["img-src", "script-src-elem"]
    assert not page.evaluate("window.injected")


def test_a_page_that_is_missing_leads_on(page, address):
    """At any depth, in each language, without a script."""
    page.goto(f"{address}/en/notebooks/deep/nothing.html")
    page.get_by_role("link", name="用 NumPy 从零实现神经网络").click()
    page.wait_for_url("**/zh_Hans/index.html")

    page.go_back()
    assert "There is no page at this address" in page.inner_text("h1 >> nth=0")


def test_the_interface_of_the_chinese_edition_is_chinese(page, address):
    """Buttons, labels and hints of the theme; what is named in English is a name."""
    page.goto(f"{address}/zh_Hans/notebooks/02_shallow_network.html")
    said = page.evaluate(
        """() => [
          ...[...document.querySelectorAll("[aria-label], [title], [placeholder]")]
            .flatMap((e) => ["aria-label", "title", "placeholder"]
              .map((name) => e.getAttribute(name))),
          ...[...document.querySelectorAll(
            "button, summary, .context, .toc-title, .caption, .skip-to-content, "
            + ".back-to-top, .downloads a, .copybtn, .left-details")]
            .flatMap((e) => [e.textContent, e.dataset.tooltip]),
        ].filter((words) => words && /[A-Za-z]{3}/.test(words)
                            && !/[\\u4e00-\\u9fff]/.test(words))"""
    )

    assert set(said) <= {"English"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_term_leads_to_the_glossary(page, address, edition):
    """The first use of a term is a link to its row, with its meaning as a title."""
    page.goto(f"{address}/{edition}/notebooks/02_shallow_network.html")
    link = page.locator("a.term").first
    meaning = link.get_attribute("title")
    link.click()
    page.wait_for_url("**/glossary.html#term-*")

    assert meaning in page.locator(f"[id='{page.url.split('#')[1]}']").inner_text()
    assert page.locator("a.term").count() == 0


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_glossary_is_read_on_a_phone_without_scrolling(page, address, edition):
    """Every part of every term is on the screen, and a meaning takes its width."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/{edition}/notebooks/glossary.html")
    boxes = page.evaluate(
        "[...document.querySelectorAll('tr[id^=term-] > td')]"
        ".map(cell => cell.getBoundingClientRect())"
        ".map(box => [box.right, box.width])"
    )

    assert len(boxes) > 100
    assert max(right for right, _ in boxes) <= 360
    assert min(width for _, width in boxes[2::4]) > 250


def test_no_term_is_linked_within_a_longer_one(site):
    """What stands within a neural network is not the term network."""
    for name in ("notebooks/01_logistic_regression", "notebooks/03_deep_network"):
        said = (site / "zh_Hans" / f"{name}.html").read_text("utf-8")
        assert 'class="term reference internal"' in said
        assert not re.search("神经<a [^>]*>网络", said)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_notebook_can_be_downloaded(page, address, edition):
    """The button gives the released file, and the other one the bundle."""
    page.goto(f"{address}/{edition}/release/03_deep_network/building_blocks.html")
    with page.expect_download() as told:
        page.locator(".downloads a").first.click()
    released = ROOT / "release" / "03_deep_network" / "building_blocks.ipynb"
    text = Path(told.value.path()).read_text("utf-8")
    assert (text == released.read_text("utf-8")) == (edition == "en")
    assert ("前向传播" in text) == (edition == "zh_Hans")
    with page.expect_download() as told:
        page.locator(".downloads a").last.click()
    with zipfile.ZipFile(told.value.path()) as archive:
        packed = archive.read(
            "neural-networks/assignments/03_deep_network/building_blocks.ipynb"
        )
    assert packed.decode() == text


def test_nothing_of_instructors_is_on_the_site(site):
    """No page of an assignment holds a solution's statement or a hidden case."""
    assert "misconceptions.toml" not in {path.name for path in site.rglob("*")}
    course = Course(ROOT)
    for assignment in course.assignments():
        for name in course.notebooks(assignment):
            source = read_source(ROOT / "source" / assignment / f"{name}.ipynb")
            for edition in EDITIONS:
                page = site / edition / "release" / assignment / f"{name}.html"
                said = html.unescape(re.sub(r"<[^>]+>", "", page.read_text("utf-8")))
                assert "START CODE HERE" in said
                check_secrets(source, [(f"{edition}/{name}", "markdown", said)])
    for path in site.rglob("*.html"):
        if "docs" not in path.parts and path.name != "CONTRIBUTING.html":
            assert "HIDDEN TESTS" not in path.read_text("utf-8"), path
