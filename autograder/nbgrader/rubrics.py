"""Showing graders the rubric where they grade: on Formgrader's pages only."""

import re
from pathlib import Path

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from helpers.strings import text

SCHEME = re.compile(
    r"=== BEGIN MARK SCHEME ===\s*(.*?)\s*=== END MARK SCHEME ===", re.DOTALL
)


def rubrics(source: Path) -> dict[str, str]:
    """Return the mark schemes of a source notebook.

    Markdown by ``grade_id``; empty if the notebook cannot be read.
    """
    try:
        notebook = nbformat.read(source, as_version=4)
    except (OSError, ValueError):
        return {}
    found = {}
    for cell in notebook.cells:
        scheme = SCHEME.search(cell.source)
        if scheme and (name := cell.metadata.get("nbgrader", {}).get("grade_id")):
            found[name] = scheme[1]
    return found


class Rubrics(Preprocessor):
    """Puts the rubric before a written answer, to be opened with a click.

    The rubric comes from the source whenever a page is shown: neither the
    gradebook nor what is made for learners ever holds it.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Add a cell before each written answer."""
        # Only Formgrader names a submission so.
        if "submission_id" not in resources:
            return nb, resources
        course = self.config.CourseDirectory
        folder = Path(course.root) / course.get("source_directory", "source")
        name = f"{resources['notebook_id']}.ipynb"
        known = rubrics(folder / resources["assignment_id"] / name)
        cells = []
        for cell in nb.cells:
            if scheme := known.get(cell.metadata.get("nbgrader", {}).get("grade_id")):
                title = text("rubric.title")
                cells.append(
                    new_markdown_cell(
                        f"<details><summary>{title}</summary>\n\n{scheme}\n\n</details>"
                    )
                )
            cells.append(cell)
        nb.cells = cells
        return nb, resources
