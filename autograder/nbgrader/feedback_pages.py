"""Feedback pages that everybody can read, and folders with nothing else in them."""

import json
import re
import shutil
import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import DataTypeFilter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List

from autograder.errors import CourseError
from autograder.healing import edition_in
from autograder.nbgrader.sanitizing import policy_of, rebuilt
from autograder.nbgrader.steps import check_steps
from helpers.strings import language, speaking, text

EXCHANGE = {
    "timestamp.txt": re.compile(
        rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [\w+:/-]{1,40}\s*"
    ),
    "submission_secret.txt": re.compile(rb"[\w=+/-]{8,150}\s*"),
}

# nbgrader's pages have links that only their colour tells from other text, and
# colours with less contrast than WCAG asks for.
STYLE = """<style>
a { color: #23527c; text-decoration: underline; }
div.nbgrader_cell .panel-heading a { color: #ffffff; }
div.highlight .c, div.highlight .c1 { color: #2b6363; }
.rendered_html table, table.dataframe { border-collapse: collapse; margin: 6px 0; }
.rendered_html th, .rendered_html td { border: 1px solid #8a8a8a; padding: 3px 8px; }
.rendered_html details { border: 1px solid #c8c8c8; padding: 2px 10px; margin: 6px 0; }
.rendered_html summary { cursor: pointer; display: list-item; font-weight: bold; }
</style>
"""
# A page needs no script: formulas are MathML.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
MOST_KEPT = 64_000_000  # bytes of cells as HTML
MOST_SHARED = 1_000_000  # of one that learners have in common
LARGE = 4_000_000  # characters of a page
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
ENTRY = re.compile(
    r'<a href="#((?:comment-)?([\w.-]+))">'
    "(Test cell|Written response|Coding free-response|Task|Comment)</a>"
    r"( \(Score: [^()<>]*\))?"
)
TITLE = re.compile(r"(<h4>[^<>]* \(Score: [^()<>]*)\)</h4>")
HEADING = re.compile(r"Score: [\d.]+ / ([\d.]+)")
# What nbgrader's template says of its own, and the strings that say it.
OWN = {
    "Test cell": "test",
    "Written response": "written",
    "Coding free-response": "coding",
    "Task": "task",
    "Comment": "comment",
    "Comments": "comments",
    "Late submission penalty": "late",
    "Student's answer": "answer",
    "Student's task": "own_task",
    "Grade cell": "cell",
    "Score": "score",
}
LABEL = re.compile(rf"(?<!\w)({'|'.join(OWN)})(?=[<: ])(: ?)?")
MARKS = re.compile(r"\((Score: [^()<>]*)\)")
# nbgrader's comment on a cell that was handed in as it was released.
SILENT = re.compile(r"((?:\s|<[^<>]*>)*)No response\.((?:\s|<[^<>]*>)*)")
BODY, FOOTER = '<div class="panel-body">', '<div class="panel-footer">'


def accessible(
    page: str, language: str = "en", waiting: Mapping[str, float] | None = None
) -> str:
    """Return a feedback page of nbgrader's with what readers of all kinds need.

    It says its language, links can be told from text, the entries of the list of marks
    from each other, and a policy lets no script run and nothing be loaded. `waiting`
    are cells that only a person can grade and nobody has, with the points that they are
    worth.

    Examples
    --------
    >>> accessible('<html><a href="#why">Task</a><div id="notebook"></div>')
    '<html lang="en"><a href="#why">Task <code>why</code></a><div id="notebook"></div>'
    """
    tag = language.replace("_", "-")
    page = page.replace("<html>", f'<html lang="{tag}">', 1)
    head, end, rest = page.partition("</head>")
    if end:
        head = SCRIPT.sub("", head).replace("<head>", f"<head>{policy_of(POLICY)}", 1)
        page = f"{head}{STYLE}{end}{rest}"
    # What learners wrote stands behind this; it is left as it is.
    start = page.find('id="notebook"')
    head, rest = page[:start], page[start:]
    waits = waiting or {}

    def entry(match: re.Match[str]) -> str:
        link, cell, label, marks = match.groups()
        if marks and cell in waits:
            marks = f" ({_waiting(waits[cell])})"
        return f'<a href="#{link}">{label} <code>{cell}</code></a>{marks or ""}'

    head = ENTRY.sub(entry, head)
    if waits:
        left = text("feedback.page.left", points=_points(sum(waits.values())))
        head = TITLE.sub(lambda match: f"{match[1]}; {left})</h4>", head)
    front, opened, body = head.partition("<body>")
    return front + opened + in_own_words(body) + rest


def in_own_words(html: str) -> str:
    """Return part of a page, without a learner's words, in the edition's language.

    It is what nbgrader's template wrote: the list of marks, or a cell's heading.

    Examples
    --------
    >>> in_own_words('<span>Score: 1.0 / 2.0</span>')
    '<span>Score: 1.0 / 2.0</span>'
    """
    html = MARKS.sub(lambda m: text("feedback.page.marks", marks=m[1]), html)
    html = html.replace("(Top)", text("feedback.page.top"))
    return LABEL.sub(
        lambda m: (
            text(f"feedback.page.{OWN[m[1]]}") + (text("marks.colon") if m[2] else "")
        ),
        html,
    )


def _points(number: float) -> str:
    """Write points as nbgrader's template does."""
    return str(round(float(number), 2))


def _waiting(most: float) -> str:
    return text("feedback.page.waiting", points=_points(most))


def _headed(cell: str, waits: bool = False) -> str:
    """Return a cell with what nbgrader said about it translated.

    That is its heading, the label of comments, and the comment on an empty answer.
    """
    heading, opened, rest = cell.partition(BODY)
    if not opened:
        return cell
    if waits:
        heading = HEADING.sub(lambda match: _waiting(float(match[1])), heading)
    body, closed, footer = rest.rpartition(FOOTER)
    label, bold, comment = footer.partition("</b>")
    if silent := SILENT.fullmatch(comment):
        comment = silent[1] + text("feedback.page.silent") + silent[2]
    footer = in_own_words(label) + bold + comment if closed else footer
    return in_own_words(heading) + opened + body + closed + footer


# nbgrader's template, with cells that have been rendered before put in their place.
TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block any_cell scoped -%}
{%- set known = rendered_cells.get(cell) -%}
{%- if known is none -%}
{{- rendered_cells.keep(cell, super()) -}}
{%- else -%}
{{- known -}}
{%- endif -%}
{%- endblock any_cell -%}
"""


class RenderedCells:
    """Cells as HTML: most are equal for many learners of a class.

    What a cell looks like depends on the cell and on the language of what is said in
    it, so all of this is the key.

    Examples
    --------
    >>> cells = RenderedCells()
    >>> cell = NotebookNode(source="1", metadata={})
    >>> cells.keep(cell, "<p>1</p>")
    '<p>1</p>'
    >>> cells.get(cell)
    '<p>1</p>'
    """

    def __init__(self) -> None:
        self._size = 0
        self._known: OrderedDict[bytes, str] = OrderedDict()

    def get(self, cell: NotebookNode) -> str | None:
        """Return how a cell was rendered, if it was."""
        key = self._key(cell)
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def keep(self, cell: NotebookNode, html: str) -> str:
        """Keep how a cell was rendered, and return it."""
        html = _headed(html, bool(cell.metadata.get("nbgrader", {}).get("waiting")))
        if len(html) <= MOST_SHARED:
            self._size += sys.getsizeof(html)
            self._known[self._key(cell)] = html
            while self._size > MOST_KEPT:
                self._size -= sys.getsizeof(self._known.popitem(last=False)[1])
        return html

    def _key(self, cell: NotebookNode) -> bytes:
        form = json.dumps([language(), cell], sort_keys=True)
        return blake2b(form.encode("utf-8")).digest()


def concatenated(parts: Iterable[str]) -> str:
    """Return a page of its parts; a large one without wide characters.

    One of these would make each character of its images take four bytes. They are
    written as references, which readers do not see.

    Examples
    --------
    >>> concatenated(["<p>é", "李</p>"])
    '<p>é李</p>'
    >>> concatenated(["é李", " " * 4_000_000])[:9]
    'é&#26446;'
    """
    listed = list(parts)
    if sum(map(len, listed)) > LARGE:
        listed = [
            part
            if part.isascii()
            else part.encode("latin-1", "xmlcharrefreplace").decode("latin-1")
            for part in listed
        ]
    return "".join(listed)


class FeedbackExporter(HTMLExporter):
    """Makes nbgrader's feedback pages accessible, and safe to open.

    Templates are compiled, and cells that many learners share rendered, once in a
    process.
    """

    raw_template = TEMPLATE
    _environments: ClassVar[dict[tuple[str, ...], Environment]] = {}

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        try:
            check_steps("GenerateFeedback", self.parent)
        except CourseError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None

    def _create_environment(self) -> Environment:
        """Return the environment of templates, which is one for all of a course."""
        key = (*map(str, self.template_paths), str(self.sanitize_html))
        if key not in self._environments:
            made = super()._create_environment()
            made.globals["rendered_cells"] = RenderedCells()
            made.concat = concatenated
            # Nobody's notebook decides which types a page prefers.
            self._register_filter(made, "filter_data_type", DataTypeFilter())
            self._environments[key] = made
        return self._environments[key]

    def _preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Take the steps; what was built anew needs no copy and no validation."""
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources

    def from_filename(  # type: ignore[override]
        self, filename: str, resources: dict | None = None, **kwargs: object
    ) -> tuple[str, dict]:
        """Return the page of a graded notebook's file, whatever its types.

        Reading it in nbformat's way asks for parts of the right types.
        """
        path = Path(filename)
        form = json.loads(path.read_bytes())
        known = resources if resources is not None else {}
        known.setdefault("metadata", {"name": path.stem, "path": str(path.parent)})
        return self.from_notebook_node(
            NotebookNode(form if isinstance(form, dict) else {}), known, **kwargs
        )

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[str, dict]:
        """Return the page of a graded notebook.

        What `HTMLExporter` does beyond this takes half of the time: it parses the
        finished page to look for images without a description.
        """
        with speaking(edition_in(nb)):
            resources = self._init_resources(resources)
            folder = resources.get("metadata", {}).get("path")
            page, resources = TemplateExporter.from_notebook_node(
                self, Uncopied(rebuilt(nb, folder)), resources, **kwargs
            )
            waiting = resources.get("nbgrader", {}).get("waiting")
            return accessible(page, language(), waiting), resources


class Uncopied(NotebookNode):
    """A notebook of which nobody else knows, so that nbconvert need not copy it."""

    def __deepcopy__(self, memo: dict) -> "Uncopied":
        """Stay one."""
        return self


class OnlyPages(NbGraderPreprocessor):
    """Removes what nbgrader copied beside a learner's feedback pages."""

    # nbconvert sets it for all that a page is made with, and warns where it is not.
    display_data_priority: List = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Clear the learner's feedback folder of all but this assignment's pages."""
        names = resources["nbgrader"]
        course = self.parent.parent.coursedir
        folder, graded = (
            Path(course.format_path(step, names["student"], names["assignment"]))
            for step in (course.feedback_directory, course.autograded_directory)
        )
        # Of all its notebooks: nbgrader can be asked for the page of one.
        pages = {f"{path.stem}.html" for path in graded.glob("*.ipynb")}
        for path in folder.iterdir() if folder.is_dir() else []:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in pages and not _belongs_to_exchange(path):
                path.unlink()
        return nb, resources


def _belongs_to_exchange(path: Path) -> bool:
    """Tell whether a file is one by which nbgrader's exchange returns feedback."""
    pattern = EXCHANGE.get(path.name)
    if pattern is None or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return bool(pattern.fullmatch(file.read(200)))
