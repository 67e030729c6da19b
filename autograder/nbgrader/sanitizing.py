"""Making what learners wrote and printed harmless in pages that others open.

nbgrader's and nbconvert's templates write what a notebook holds into pages as it
is. So they get a notebook that is built anew, and the filters below, by nbconvert's
own settings.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor, Preprocessor
from nbformat import NotebookNode, from_dict
from traitlets import Bool

from autograder import markup
from autograder.characters import as_text
from autograder.images import ImageFiles, joined, kept_attachments
from autograder.outputs import SHOWN, Gate, counted, plain
from helpers.strings import text

NAMES = ("student", "first_name", "last_name")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
GRADE_ID = re.compile(r"[a-zA-Z0-9_.-]{1,200}")
MOST_CELLS = 3_000
MOST_SOURCE = 60_000
ALL_SOURCE = 3_000_000
# Beyond these a cell is shown as plain text: in colours, or rendered, it would cost
# more than its length.
MOST_COLOURED = 20_000
LONGEST_COLOURED = 400  # of a line: IPython's lexer takes the square of it
ALL_RENDERED = 200_000

MACROS = "server_extensions/formgrader/templates/formgrade/formgrade_macros.html.j2"
SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>((?:(?!\{\{).)*?)</script>", re.DOTALL
)
HANDLER = re.compile(r'\son[a-z]+="([^"{]*)"')

_highlight = Highlight2HTML(pygments_lexer="ipython3")


def clean_html(element: object) -> str:
    """Return HTML without anything that runs, loads or covers.

    A note where it is too long.

    Examples
    --------
    >>> clean_html('<b onclick="x()">bold</b><script>x()</script>')
    '<b>bold</b>'
    """
    given = element.decode() if isinstance(element, bytes) else str(element)
    cleaned = markup.clean_html(given)
    if cleaned is None:
        reason = text("outputs.markup")
        return f"<p>{escape(text('outputs.left_out', reasons=reason))}</p>"
    return cleaned


@pass_context
def clean_markdown(context: Context, source: str) -> str:
    """Render Markdown with the images of its cell, and clean it.

    These are attached to it, or lie beside the notebook.
    """
    cell: Any = context.get("cell") or NotebookNode(metadata={})
    if source == cell.get("source") and cell.metadata.get("plain"):
        return f"<pre>{escape(as_text(source))}</pre>"
    attached = cell.get("attachments") or {}
    beside = cell.metadata.get("images") or {}
    if not attached and not beside:
        return _rendered(source)
    images = dict(beside) | {
        f"attachment:{name}": f"data:{kind};base64,{image}"
        for name, bundle in attached.items()
        for kind, image in bundle.items()
    }
    return markup.clean_markdown(source, images, _coloured)


@lru_cache(maxsize=1_000)
def _rendered(source: str) -> str:
    return markup.clean_markdown(source, highlight=_coloured)


def highlight_code(
    source: str, language: str | None = None, metadata: Mapping | None = None
) -> str:
    """Return code in a box, in colours unless it is long; all cells are Python."""
    if (metadata or {}).get("plain"):
        return _uncoloured(source)
    return _coloured(source)


@lru_cache(maxsize=2_000)
def _coloured(source: str) -> str:
    longest = max(map(len, source.split("\n")))
    if len(source) > MOST_COLOURED or longest > LONGEST_COLOURED:
        return _uncoloured(source)
    return str(_highlight(source))


def _uncoloured(source: str) -> str:
    return f'<div class="highlight"><pre>{escape(source)}</pre></div>'


def unchanged(source: str) -> str:
    """Return a text as it is, in the place of nbconvert's search for old links.

    That takes the square of a text of open brackets, and its links are not kept.
    """
    return source


def rebuilt(notebook: Mapping, folder: str | Path | None = None) -> NotebookNode:
    """Return a notebook of which pages can show everything, whatever was given.

    Cells with their texts, nbgrader's flags and outputs that have passed the gate, and
    images in the notebook's `folder` that they show; nothing else.
    """
    gate, images = Gate(SHOWN), ImageFiles(folder)
    room = {"source": ALL_SOURCE, "rendered": ALL_RENDERED}
    cells: list[NotebookNode] = []
    given = notebook.get("cells")
    for form in (given if isinstance(given, list) else [])[:MOST_CELLS]:
        if isinstance(form, Mapping):
            cell = _cell(form, len(cells), gate, room)
            if cell is not None:
                if cell.cell_type == "markdown" and (shown := images.of(cell.source)):
                    cell.metadata["images"] = NotebookNode(shown)
                cells.append(cell)
    language = {"name": "python", "pygments_lexer": "ipython3"}
    # nbformat's own function would hold all of it against a schema.
    metadata = from_dict({"language_info": language})
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)


def _cell(
    form: Mapping, index: int, gate: Gate, room: dict[str, int]
) -> NotebookNode | None:
    kind, source = form.get("cell_type"), joined(form.get("source"))
    if kind not in ("code", "markdown", "raw") or source is None:
        return None
    attached = kept_attachments(form.get("attachments"))[0]
    # An image within the text has its own bounds.
    most = min(MOST_SOURCE, room["source"])
    if kind != "markdown" or "data:image/" not in source:
        if len(source) > most:
            source = source[:most] + "\n" + text("outputs.cut")
        room["source"] -= len(source)
    source = plain(source).replace("\x1b", "")
    given_id = form.get("id")
    usable = isinstance(given_id, str) and CELL_ID.fullmatch(given_id)
    cell = NotebookNode(
        cell_type=kind,
        id=given_id if usable else f"cell-{index}",
        metadata=NotebookNode(),
        source=source,
    )
    given = form.get("metadata")
    flags = _flags(given.get("nbgrader") if isinstance(given, Mapping) else None)
    if flags:
        cell.metadata["nbgrader"] = NotebookNode(flags)
    room["rendered"] -= min(len(source), MOST_COLOURED)
    if room["rendered"] < 0:
        cell.metadata["plain"] = True
    if kind == "code":
        cell.metadata["alt"] = text("outputs.image_shown")
        cell.execution_count = counted(form.get("execution_count"))
        cell.outputs = gate.outputs(form.get("outputs"))
    elif attached:
        cell.attachments = attached
    return cell


def _flags(form: object) -> dict:
    """Return what nbgrader says of a cell; nothing where a part is not of its type."""
    if not isinstance(form, Mapping):
        return {}
    name = form.get("grade_id")
    if not isinstance(name, str) or not GRADE_ID.fullmatch(name):
        return {}
    flags: dict = {
        flag: form.get(flag) is True for flag in ("grade", "locked", "solution", "task")
    }
    for number in ("points", "score"):
        value = form.get(number)
        if _is_number(value):
            flags[number] = value
    if flags["grade"] or flags["task"]:
        flags.setdefault("points", 0)
        flags.setdefault("score", 0)
    for word in ("checksum", "cell_type"):
        value = form.get(word)
        if isinstance(value, str) and GRADE_ID.fullmatch(value):
            flags[word] = value
    return {**flags, "grade_id": name, "schema_version": 3}


def _is_number(value: object) -> bool:
    """Say whether a value is a number of points; NaN is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -1e6 < value < 1e6


class Rebuilt(Preprocessor):
    """Builds a graded notebook anew before a page is made of it."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Return what `rebuilt` makes of it."""
        return rebuilt(nb, resources.get("metadata", {}).get("path")), resources


class EscapedNames(Preprocessor):
    """Escapes learners' names, which Formgrader's page shows as they are."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Escape what may have come from a list of learners or an LMS."""
        for key in NAMES:
            if isinstance(resources.get(key), str):
                resources[key] = escape(resources[key])
        return nb, resources


class PageStyles(CSSHTMLHeaderPreprocessor):
    """Gives pages the colours of code, and Formgrader's page of a submission a policy.

    Its template writes the styles among the resources into the page's head as they
    are, after nbgrader's own scripts: what may run and load from there on is said
    there.
    """

    enabled = Bool(True).tag(config=True)  # a setting of the class above names it

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Add the styles, and the policy where the page is Formgrader's."""
        nb, resources = super().preprocess(nb, resources)
        if "submission_id" in resources:
            styles = resources["inlining"]["css"]
            styles.insert(0, f"</style>{policy_of(formgrader_policy())}<style>")
        return nb, resources


def policy_of(rules: str) -> str:
    """Return a Content-Security-Policy as a part of a page's head."""
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


@cache
def formgrader_policy() -> str:
    """Return what may run and load in Formgrader's page of a submission.

    nbgrader's files were loaded before. Of scripts and handlers in the page itself
    only those run that its template has: they are known by their digests.
    """
    template = files("nbgrader").joinpath(MACROS).read_text(encoding="utf-8")
    return formgrader_rules(SCRIPT.findall(template) + HANDLER.findall(template))


def formgrader_rules(code: Iterable[str], scripts: str = "") -> str:
    """Return a policy for pages of Formgrader: what they load is the server's.

    Of scripts in the page only `code` runs, and those below `scripts`.
    """
    digests = (hashlib.sha256(one.encode()).digest() for one in code)
    known = sorted(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    return "; ".join(
        [
            "default-src 'none'",
            "connect-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            " ".join(["script-src", *scripts.split(), "'unsafe-hashes'", *known]),
            "style-src 'self' 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
