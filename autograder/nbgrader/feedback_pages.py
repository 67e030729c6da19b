"""Feedback pages that everybody can read, and folders with nothing else in them."""

import re
import shutil
from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List

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
</style>
"""
ENTRY = re.compile(
    r'<a href="#((?:comment-)?([\w.-]+))">'
    "(Test cell|Written response|Coding free-response|Task|Comment)</a>"
)

__all__ = ["FeedbackExporter", "OnlyPages", "accessible"]


def accessible(page: str) -> str:
    """Return a feedback page of nbgrader's with what readers of all kinds need.

    Parameters
    ----------
    page : str
        The page.

    Returns
    -------
    str
        The page with its language, links that can be told from text, and a list
        of marks whose entries can be told from each other.

    Examples
    --------
    >>> accessible('<html><a href="#why">Task</a><div id="notebook"></div>')
    '<html lang="en"><a href="#why">Task <code>why</code></a><div id="notebook"></div>'
    """
    page = page.replace("<html>", '<html lang="en">', 1)
    page = page.replace("</head>", STYLE + "</head>", 1)
    # What learners wrote stands behind this; it is left as it is.
    start = page.find('id="notebook"')
    head, rest = page[:start], page[start:]
    return ENTRY.sub(r'<a href="#\1">\3 <code>\2</code></a>', head) + rest


class FeedbackExporter(HTMLExporter):
    """Makes nbgrader's feedback pages accessible."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[str, dict]:
        """Return the page of a graded notebook."""
        page, resources = super().from_notebook_node(nb, resources, **kwargs)
        return accessible(page), resources


class OnlyPages(NbGraderPreprocessor):
    """Removes what nbgrader copied beside a learner's feedback pages."""

    # nbconvert sets it for all that a page is made with, and warns where it is not.
    display_data_priority = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Clear the learner's feedback folder of all but this assignment's pages."""
        names = resources["nbgrader"]
        converter = self.parent.parent
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        pages = {f"{Path(name).stem}.html" for name in converter.notebooks}
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
