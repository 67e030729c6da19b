"""Whatever a notebook holds in the place of what it should, pages come of it."""

import copy
import json
import re
import shutil
import time
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import nbgrader
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.healing import heal
from autograder.nbgrader.course import Course
from autograder.nbgrader.feedback_pages import FeedbackExporter
from autograder.nbgrader.formgrader_policy import list_policy
from autograder.nbgrader.sanitizing import rebuilt
from autograder.outputs import Recorder
from autograder.reports.findings import GradedSubmission, _add_notebook
from autograder.store import read_store, store_path
from autograder.submissions import parse_submission
from tests.autograder.test_outputs import PNG
from tests.conftest import ROOT
from tests.course import tiny_notebook, write_source

TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"
BOOTSTRAP = TEMPLATES.parent / "static/node_modules/bootstrap/dist/css"

SCRIPTS = [
    "1 onerror=stolen()",
    "'\"><script>stolen()</script>",
    "</pre><img src=https://evil.example/x onerror=stolen()>",
    "https://evil.example/x.png",
    "javascript:stolen()",
    "</style></title><svg onload=stolen()>",
    "{{ 7 * 7 }}{% raw %}",
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 10**400, float("nan"), float("inf"), 1e300]),
    st.sampled_from(["", "text", "\x00\x1b[31m", "\ud800", *SCRIPTS]),
    st.sampled_from([[], {}, [[]], {"a": 1}, [None, 5], {"image/png": {"width": "x"}}]),
)
KEYS = st.sampled_from(
    [
        *("alt", "attachments", "checksum", "collapsed", "data", "evalue", "filenames"),
        *("grade", "grade_id", "height", "image/jpeg", "image/png", "isolated"),
        *("jupyter", "metadata", "name", "nbgrader", "output_type", "points", "remove"),
        *("raw_mimetype", "score", "tags", "text", "text/html", "text/latex"),
        *("text/markdown", "text/plain", "title", "transient", "unconfined", "width"),
        *("application/vnd.jupyter.widget-view+json", "image/svg+xml", "widgets"),
    ]
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), KEYS, ODD, st.sampled_from(["put", "set", "del"])),
    min_size=1,
    max_size=12,
)


def filled() -> dict:
    """Return a notebook with an output of each kind, as a file holds it."""
    notebook = json.loads(nbformat.writes(tiny_notebook()))
    kinds = {
        "text/plain": "x",
        "text/html": "<b>x</b>",
        "text/latex": "$x$",
        "text/markdown": "*x*",
        "image/png": PNG,
    }
    metadata = {"image/png": {"width": 2, "height": 2}, "filenames": {}, "tags": ["a"]}
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("tags", ["kept"])
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": "x"},
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []},
                {"output_type": "display_data", "data": kinds, "metadata": metadata},
                {
                    "output_type": "execute_result",
                    "data": {"image/png": PNG},
                    "metadata": metadata,
                    "execution_count": 1,
                },
            ]
        else:
            cell["attachments"] = {"a.png": {"image/png": PNG}}
    return copy.deepcopy(notebook)


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Return the paths to all values within a value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def changed(form: dict, changes: list, within: tuple = ()) -> dict:
    """Put odd values at places within a notebook, or some parts of its cells."""
    for number, key, odd, how in changes:
        known = [
            p for p in places(form) if not within or (len(p) > 2 and p[2] in within)
        ]
        if not known:  # all of it is deleted
            break
        path = known[number % len(known)]
        holder = form
        for step in path[:-1]:
            holder = holder[step]
        inner = holder[path[-1]]
        if how == "put" and isinstance(inner, dict):
            # A copy: the same value may be put into itself, which no file can hold.
            inner[key] = copy.deepcopy(odd)
        elif how == "del" and isinstance(holder, dict):
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(odd)
    return form


class Reader(HTMLParser):
    """Finds what would run, load or cover in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Look at an element."""
        given = dict(attrs)
        source = given.get("src") or ""
        if tag in ("script", "iframe", "svg", "object", "embed", "form", "base"):
            self.found.append(tag)
        if any(name.startswith("on") for name in given):
            self.found.append(str(attrs))
        if source and not source.startswith("data:image/"):
            self.found.append(source)
        if re.match(r"\s*(javascript|data):", given.get("href") or ""):
            self.found.append(str(given["href"]))
        if re.search(r"position|url\(|:\s*-\d", given.get("style") or ""):
            self.found.append(str(given["style"]))
        for name in ("width", "height"):
            if not re.fullmatch(r"\d*", given.get(name) or ""):
                self.found.append(str(attrs))


def dangers(page: str) -> list[str]:
    """Return what is dangerous below the head of a page's notebook."""
    reader = Reader()
    reader.feed(page[page.index('id="notebook"') - 5 :])
    return reader.found


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a generated course."""
    folder = tmp_path_factory.mktemp("hostile")
    write_source(folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    course = Course(folder)
    course.generate("01_tiny")
    return course


@pytest.fixture(scope="module")
def exporters(course):
    """Return what makes feedback, and what makes Formgrader's page."""
    found = []
    for kind, name in ((FeedbackExporter, "feedback"), (HTMLExporter, "formgrade")):
        config = Config(copy.deepcopy(course.config))
        config.HTMLExporter.template_name = name
        config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
        config.HTMLExporter.extra_template_paths = [str(BOOTSTRAP)]
        found.append(kind(config=config))
    return found


def resources() -> list[dict]:
    """Return what the two are told beside the notebook."""
    scores = {"score": 1, "max_score": 2, "late_penalty": 0, "notebook": "tiny"}
    names = {"assignment_id": "01_tiny", "notebook_id": "tiny", "submission_id": "1"}
    numbers = {"index": 0, "total": 1, "base_url": "", "student": "anna"}
    return [
        {"nbgrader": {**scores, "assignment": "01_tiny", "student": "anna"}},
        {**names, **numbers, "notebook_path": "x", "filename": "x"},
    ]


def is_one_page(exporters, notebook) -> None:
    """Both pages come of a notebook, and nothing in them is dangerous."""
    for exporter, known in zip(exporters, resources()):
        page, _ = exporter.from_notebook_node(copy.deepcopy(notebook), known)
        assert dangers(page) == []
        page.encode()


pytestmark = pytest.mark.slow
quietly = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@given(CHANGES)
@quietly
def test_pages_come_of_any_graded_notebook(exporters, changes):
    """Odd types in metadata, outputs, attachments; nothing runs, loads or covers.

    The types of cells, and the notebook's own metadata, nbconvert reads before any
    setting of ours takes part. Grading writes them itself.
    """
    parts = ("metadata", "outputs", "attachments")

    is_one_page(exporters, nbformat.from_dict(changed(filled(), changes, parts)))


@given(CHANGES)
@quietly
def test_feedback_comes_of_any_file(exporters, tmp_path_factory, changes):
    """It is read from the file in a way that asks for no type."""
    path = tmp_path_factory.getbasetemp() / "tiny.ipynb"
    path.write_text(json.dumps(changed(filled(), changes)))

    page, _ = exporters[0].from_filename(str(path), resources()[0])

    assert dangers(page) == []


@given(CHANGES)
@quietly
def test_any_submission_is_healed_and_shown(course, exporters, changes):
    """What is handed in, and what its cells say they show."""
    form = changed(filled(), changes)
    store = read_store(store_path(course.root, "01_tiny", "tiny"))
    raw = json.dumps(form).encode()

    notebook = heal(parse_submission(raw), store).notebook
    recorder = Recorder()
    cells = form.get("cells")
    for index, cell in enumerate(notebook.cells):
        recorder.begin(index)
        for other in cells if isinstance(cells, list) else []:
            outputs = other.get("outputs") if isinstance(other, dict) else None
            for output in outputs if isinstance(outputs, list) else []:
                if isinstance(output, dict):
                    recorder.show(output.get("output_type"), output)
        if cell.cell_type == "code":
            cell.outputs = recorder.outputs()[index]
            break
    nbformat.validate(notebook)

    is_one_page(exporters, nbformat.reads(nbformat.writes(notebook), as_version=4))


@given(CHANGES)
@quietly
def test_the_report_about_a_class_reads_any_graded_notebook(course, changes):
    """What grading has written may have been changed by hand, or by stock nbgrader."""
    form = filled()
    form["metadata"]["course"] = {
        "seconds": 1.5,
        "times": {"centre": 0.5},
        "damaged": False,
        "functions": {"centre": {"entry": "x", "state": "through", "through": "y"}},
    }
    folder = course.root / "autograded" / "anna" / "01_tiny"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.ipynb").write_text(json.dumps(changed(form, changes)))
    submission = GradedSubmission("anna")

    _add_notebook(course, "01_tiny", "tiny", submission)

    assert all(isinstance(value, float) for value in submission.times.values())
    assert [reason for reason in submission.reasons() if not reason] == []


def test_a_list_of_formgrader_runs_scripts_that_name_values_and_no_others():
    """They are known by their digests."""
    names = '\nvar base_url = "/a";\nvar total = 5;\nvar shown = true;\n'
    code = ['var id = "a"; stolen()', 'var id = "\\"; stolen()"', "stolen()"]
    page = "".join(f"<script>{one}</script>" for one in [names, *code])

    allowed = list_policy(page, "host/static/").count("sha256-")
    assert allowed == list_policy(f"<script>{names}</script>", "host/static/").count(
        "sha256-"
    )
    assert "unsafe-inline" not in list_policy(page, "x").split("style-src")[0]


def test_policies_let_no_script_of_a_submission_run(exporters):
    """Feedback has no script at all; Formgrader only those of its template."""
    notebook = nbformat.from_dict(filled())
    feedback, formgrader = (
        exporter.from_notebook_node(copy.deepcopy(notebook), known)[0]
        for exporter, known in zip(exporters, resources())
    )

    assert "<script" not in feedback
    assert feedback.index("default-src 'none'") < feedback.index("<style")
    (scripts,) = re.findall(r"script-src[^;]*", formgrader)
    assert scripts.count("'sha256-") >= 3
    assert "unsafe-inline" not in scripts
    assert formgrader.index("default-src 'none'") < formgrader.index('id="notebook"')


@pytest.mark.parametrize("piece", ["![", "[](", "src='/files/", "![\t> }"])
def test_no_text_makes_a_page_take_long(exporters, piece):
    """Every filter of the templates is linear, or not asked."""
    source = (piece * 60_000)[:60_000]
    cells = [{"cell_type": kind, "source": source} for kind in ("markdown", "code")]
    began = time.process_time()
    for exporter, known in zip(exporters, resources()):
        exporter.from_notebook_node(rebuilt({"cells": cells}), known)

    assert time.process_time() - began < 8
