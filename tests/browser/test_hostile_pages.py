"""In a browser: no script of a submission runs, nothing leaves, nothing is covered."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.autograder.test_outputs import HOSTILE, PNG
from tests.browser.lab import LEARNER, Formgrader, Lab

pytestmark = pytest.mark.slow

RUN = "window.stolen = 1"
AWAY = "https://evil.example/x.png"
OPENS = 15.0  # seconds on a busy machine; without bounds it is minutes


def display(data: dict, metadata: object = None) -> dict:
    """Return an output as a graded file may hold it."""
    kept = {} if metadata is None else metadata
    return {"output_type": "display_data", "data": data, "metadata": kept}


# What each kind of attack puts into outputs, and into a written answer.
OUTPUTS = {
    "image sizes": [
        display({kind: PNG}, {kind: {name: f"1 onerror='{RUN}' onload='{RUN}'"}})
        for kind in ("image/png", "image/jpeg")
        for name in ("width", "height", "alt", "unconfined")
    ]
    + [
        display({"image/png": PNG}, {"filenames": {"image/png": AWAY}}),
        display({"image/png": f"{PNG}' onerror='{RUN}"}),
        display({"image/png": "AAAA"}, {"image/png": {"alt": f"x onerror={RUN}"}}),
    ],
    "scripts": [
        display({"text/html": f"<script>{RUN}</script><img src=x onerror='{RUN}'>"}),
        display({"text/html": f"<svg onload='{RUN}'>"}, {"text/html": {"isolated": 1}}),
        display({"application/javascript": RUN}),
        display({"image/svg+xml": f"<svg onload='{RUN}'><script>{RUN}</script></svg>"}),
        display({"text/latex": f"$\\href{{javascript:{RUN}}}{{x}}$</script>"}),
        display(
            {"text/markdown": f"[x](javascript:{RUN}) <b onmouseover='{RUN}'>y</b>"}
        ),
        display({"text/vnd.mermaid": f"click A javascript:{RUN}"}),
        display({"application/vnd.jupyter.widget-view+json": {"a": f"</script>{RUN}"}}),
        {
            "output_type": "error",
            "ename": f"<script>{RUN}</script>",
            "evalue": f"<img src=x onerror='{RUN}'>",
            "traceback": [f"\x1b[31m<script>{RUN}</script>"],
        },
        {
            "output_type": "stream",
            "name": "stdout",
            "text": f"</pre><script>{RUN}</script>",
        },
    ],
    "long": [
        display({"text/html": "<div>" * 20_000}),
        display({"text/html": "<b title=1>" * 2_000 + "<p>x" * 2_000}),
        display({"text/markdown": "[" * 14_000}),
        display({"text/latex": "\\begin{a}" * 10_000}),
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31mx" * 90_000},
        {"output_type": "stream", "name": "stdout", "text": "\r" + "x" * 150_000},
        {"output_type": "stream", "name": "stdout", "text": "a" + "\u0301" * 60_000},
        display({"text/html": "\U0001f44b" + "\U0001f3fb" * 30_000}),
        display({"text/html": "a" + "&#xe33;" * 19_000 + "a\u05d0" * 30_000}),
        display({"text/html": "<table>" + "<td colspan=999 rowspan=999>x" * 1_400}),
    ],
    "types": [
        display({"text/html": "x"}, {"text/html": "text"}),
        display({"image/png": PNG}, {"filenames": 5}),
        display({"image/png": [1, 2]}, {"image/png": 10**30}),
        display({"text/plain": {"a": 1}}, []),
        # Of what is no output at all, nbformat's reading fails before.
        {"output_type": "stream", "name": 5, "text": None},
    ],
    "covers": [
        display({"text/html": f"{piece}<h1>covers</h1>"}) for piece in HOSTILE[:-1]
    ]
    + [
        display({"text/html": f'<div class="{name}" style="{style}">covers</div>'})
        for name in ("modal-backdrop in", "navbar-fixed-top", "modal fade in", "help")
        for style in (
            "position:fixed;inset:0;background:red;z-index:99999",
            "margin:-3000px;width:9999px;height:9999px;background:red",
        )
    ],
}
ANSWERS = {
    "image sizes": f"![x]({AWAY}) ![y](attachment:a.png)",
    "scripts": f"<script>{RUN}</script> [x](javascript:{RUN}) $\\href{{{AWAY}}}{{x}}$ "
    f"<img src={AWAY} onerror='{RUN}'> $$\\text{{<img src=x onerror='{RUN}'>}}$$",
    "long": "\\begin{a}" * 10_000,
    "types": "x",
    "covers": "\n\n".join(HOSTILE[:-1]),
}


@pytest.fixture(scope="module", params=["with its policy", "without a policy"])
def context(request, browser: Browser) -> Iterator[BrowserContext]:
    """Return a window in which a page's second wall stands, or not."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        bypass_csp=request.param == "without a policy",
    )
    context.set_default_timeout(60_000)
    yield context
    context.close()


class Watch:
    """What a page does beyond what it should."""

    def __init__(self, page: Page, own: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self._own = own
        page.route("**/*", self._route)
        page.on("dialog", self._dialog)

    def _dialog(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _route(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(("data:", self._own)):
            route.continue_()
        else:
            self.asked.append(url)
            route.abort()

    def covered(self, controls: str) -> list[str]:
        """Return the controls that something else lies over."""
        return self.page.evaluate(
            """(controls) => Array.from(document.querySelectorAll(controls))
            .filter((one) => one.getClientRects().length > 0)
            .filter((one) => getComputedStyle(one).visibility === 'visible')
            .filter((one) => {
              one.scrollIntoView({block: 'center'});
              const box = one.getClientRects()[0];
              const top = document.elementFromPoint(
                box.left + box.width / 2, box.top + box.height / 2);
              return !(top && (one.contains(top) || top.contains(one)));
            }).map((one) => one.outerHTML.slice(0, 200))""",
            controls,
        )

    def harm(self) -> list[str]:
        """Return what has run, asked or been asked."""
        ran = self.page.evaluate("() => window.stolen || ''")
        return [*self.dialogs, *self.asked, *([f"ran {ran}"] if ran else [])]


@pytest.fixture(scope="module", params=OUTPUTS)
def hostile(request, lab: Lab, autograded: str) -> Iterator[Path]:
    """Put the outputs of an attack into the graded notebook; take them out again."""
    path = lab.course / "autograded" / LEARNER / autograded / "tiny.ipynb"
    before = path.read_bytes()
    notebook = json.loads(before)
    for cell in notebook["cells"]:
        if cell["id"] == "centre":
            cell["outputs"] = OUTPUTS[request.param]
        if cell["id"] == "why":
            cell["source"] = ANSWERS[request.param]
            cell["attachments"] = {"a.png": {"image/svg+xml": f"<svg onload='{RUN}'/>"}}
    path.write_text(json.dumps(notebook))
    yield path
    path.write_bytes(before)


def opened(page: Page, where: str) -> float:
    """Open a page; return how long it took."""
    began = time.monotonic()
    page.goto(where, wait_until="load")
    page.wait_for_timeout(300)
    return time.monotonic() - began - 0.3


def test_nothing_runs_leaves_or_covers_in_formgrader(
    context: BrowserContext, hostile: Path, lab: Lab, autograded: str
):
    """The page of a submission, where an instructor writes marks."""
    page = context.new_page()
    watch = Watch(page, lab.url)
    desk = Formgrader(lab, page)
    desk.open(f"gradebook/{autograded}/tiny")
    page.locator("#main-table a.name-hidden").wait_for()
    link = page.locator("#main-table a.name-hidden").get_attribute("href")
    seconds = opened(page, f"{lab.url}{link}")
    page.locator("input.score").first.wait_for()
    # nbgrader's template asks for MathJax; its policy, where it holds, does not.
    asked = [url for url in watch.asked if "mathjax" not in url.lower()]
    watch.asked = asked

    assert watch.harm() == []
    assert seconds < OPENS
    controls = "nav a, button, input, textarea, .glyphicon-eye-open"
    assert watch.covered(controls) == []
    page.close()


def test_nothing_runs_leaves_or_covers_on_a_feedback_page(
    context: BrowserContext, hostile: Path, lab: Lab, autograded: str
):
    """The page that goes back to the learner, and that instructors open."""
    lab.nbgrader("generate_feedback", autograded, "--force")
    (made,) = (lab.course / "feedback").glob(f"*/{autograded}/tiny.html")
    page = context.new_page()
    watch = Watch(page, made.as_uri())

    seconds = opened(page, made.as_uri())

    assert watch.harm() == []
    assert seconds < OPENS
    assert watch.covered("#toc a, .panel-heading a") == []
    page.close()


def test_nothing_runs_leaves_or_covers_in_the_report_about_a_class(
    context: BrowserContext, hostile: Path, lab: Lab, autograded: str
):
    """Whatever stands in the notebook that it is made from."""
    notebook = json.loads(hostile.read_text())
    notebook["metadata"]["course"] = {
        "seconds": f"</td><script>{RUN}</script>",
        "times": {f"<img src={AWAY}>": 1.0, "centre": [5]},
        "functions": {
            "centre": {
                "entry": f"<img src=x onerror='{RUN}'>",
                "state": "through",
                "through": f'" style="position:fixed;inset:0" onclick="{RUN}',
            },
            "spread": 5,
        },
    }
    hostile.write_text(json.dumps(notebook))
    subprocess.run(
        [sys.executable, "-m", "autograder", "report", autograded],
        cwd=lab.course,
        env=lab.environment(),
        check=True,
        timeout=120,
    )
    made = (lab.course / "build" / "report" / f"{autograded}.html").as_uri()
    page = context.new_page()
    watch = Watch(page, made)

    seconds = opened(page, made)

    assert watch.harm() == []
    assert seconds < OPENS
    assert watch.covered("h1, h2, th, dt") == []
    page.close()


LISTS = (
    *("manage_assignments", "manage_students", "gradebook", "gradebook/{assignment}"),
    *("gradebook/{assignment}/tiny", "manage_submissions/{assignment}"),
    *("manage_students/{learner}", "manage_students/{learner}/{assignment}"),
)


ADDING = {
    "manage_assignments": "Add new assignment...",
    "manage_students": "Add new student...",
}


@pytest.fixture
def named(lab: Lab, autograded: str) -> Iterator[str]:
    """Give a learner names that are scripts, and hand in under such a name."""
    names = {
        "first_name": f"<img src=x onerror='{RUN}'>",
        "last_name": f"</script><script>{RUN}</script>",
        "email": f'"><svg onload="{RUN}">',
    }
    odd = f"<img src=x onerror={RUN.replace(' ', '')}>"
    folder = lab.course / "submitted" / odd / autograded
    shutil.copytree(lab.course / "release" / autograded, folder)
    with Gradebook(f"sqlite:///{lab.course}/gradebook.db", "course") as book:
        book.update_or_create_student(LEARNER, **names)
        yield odd
        book.update_or_create_student(LEARNER, **dict.fromkeys(names))
    shutil.rmtree(folder.parent)


def test_nothing_runs_or_leaves_in_the_lists_of_formgrader(
    context: BrowserContext, lab: Lab, autograded: str, named: str
):
    """Names, ids and what was handed in are shown as text; lists keep their scripts."""
    page = context.new_page()
    watch = Watch(page, lab.url)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    desk = Formgrader(lab, page)
    for place in LISTS:
        desk.open(place.format(assignment=autograded, learner=LEARNER))
        page.locator("#main-table td").first.wait_for()

        assert watch.harm() == [], place
        assert [text for text in refused if "Content Security Policy" in text] == [], (
            place
        )
    for place, offered in ADDING.items():
        desk.open(place)
        page.get_by_role("link", name=offered).click()
        page.locator(".modal.in").wait_for()
    page.close()


def test_the_policy_of_lists_stops_what_their_templates_let_through(
    window: Callable[[], Page], lab: Lab, named: str
):
    """An id that grading would refuse is a script on the page of its learner."""
    page = window()
    watch = Watch(page, lab.url)
    with page.expect_response("**/formgrader/manage_students/**") as answer:
        Formgrader(lab, page).open(f"manage_students/{quote(named)}")

    assert watch.harm() == []
    assert "default-src 'none'" in answer.value.headers["content-security-policy"]


def test_formgrader_keeps_its_own_handlers(
    window: Callable[[], Page], lab: Lab, autograded: str
):
    """The policy lets run what nbgrader's page itself has: the names can be shown."""
    page = window()
    desk = Formgrader(lab, page)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    desk.open(f"gradebook/{autograded}/tiny")
    page.locator("#main-table a.name-hidden").click()
    page.locator(".live-notebook .glyphicon-eye-open").click()
    page.locator(".live-notebook a.name-shown").wait_for(state="visible")

    policies = [text for text in refused if "Content Security Policy" in text]
    assert [text for text in policies if "mathjax" not in text.lower()] == []


def test_a_page_that_lies_beside_a_notebook_runs_nothing(
    window: Callable[[], Page], lab: Lab, autograded: str
):
    """Formgrader gives out a learner's files as if they were pages of its own."""
    page = window()
    watch = Watch(page, lab.url)
    Formgrader(lab, page).open(f"gradebook/{autograded}/tiny")
    link = page.locator("#main-table a.name-hidden").get_attribute("href")
    note = lab.course / "autograded" / LEARNER / autograded / "note.html"
    note.write_text(f"<p onclick='{RUN}'>a note</p><script>{RUN}</script>")
    try:
        page.goto(f"{lab.url}{urlsplit(str(link)).path.rstrip('/')}/note.html")
    finally:
        note.unlink()

    page.locator("p", has_text="a note").click()
    assert watch.harm() == []


def test_formulas_are_shown_without_a_network(
    context: BrowserContext, lab: Lab, autograded: str
):
    """As MathML: no dollar is left, and the browser gives it a height."""
    path = lab.course / "autograded" / LEARNER / autograded / "tiny.ipynb"
    before = path.read_bytes()
    notebook = json.loads(before)
    (why,) = [cell for cell in notebook["cells"] if cell["id"] == "why"]
    why["source"] = "Because $\\frac{1}{m} \\sum_i x_i$ is the mean."
    path.write_text(json.dumps(notebook))
    try:
        lab.nbgrader("generate_feedback", autograded, "--force")
    finally:
        path.write_bytes(before)
    (made,) = (lab.course / "feedback").glob(f"*/{autograded}/tiny.html")
    page = context.new_page()
    page.goto(made.as_uri())

    assert page.locator("math mfrac").bounding_box()["height"] > 10
    assert "$" not in page.locator("p", has_text="is the mean").inner_text()
    assert urlsplit(page.url).scheme == "file"
    assert re.search("Content-Security-Policy", page.content())
    page.close()
