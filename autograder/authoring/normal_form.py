"""The form in which git keeps notebooks.

JupyterLab writes outputs, counts and metadata of its own into a notebook. Of all
that, git keeps nothing, so that a diff shows what an author changed.
"""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.contracts import read_contracts, state
from autograder.errors import CourseError

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
KEPT = ("nbgrader", "tags")
# Code that only draws is collapsed, so that text and figure stand together.
COLLAPSED = {"source_hidden": True}
SPEAKING = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What JupyterLab invents: eight hexadecimal digits, or a UUID.
INVENTED = re.compile(r"(?=[a-f-]*\d)[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
LONGEST_ID = 40


def normal_text(path: Path) -> str:
    """Return a notebook's text in normal form.

    It is nbformat 4.5 without outputs and counts, with one line of source a line,
    of the metadata only what nbgrader and the course need and whether a code cell
    is collapsed, and cell ids that speak: the ``grade_id``, or else words in
    kebab-case. The prompts of an assignment state the contracts of its functions.

    Raises
    ------
    CourseError
        If it is not a notebook.

    Examples
    --------
    >>> import json, tempfile
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("def add(a, b):\\n    return a + b", id="0123abcd")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "sums.ipynb")
    ...     nbformat.write(new_notebook(cells=[cell]), path)
    ...     json.loads(normal_text(path))["cells"][0]["id"]
    'def-add-a-b'
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise CourseError(f"{path} is not a notebook: {error}") from None
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    taken: set[str] = set()
    for cell in notebook.cells:
        cell["id"] = speaking_id(cell, taken)
        taken.add(cell["id"])
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in KEPT if cell.metadata.get(key)}
            | ({"jupyter": COLLAPSED} if _is_collapsed(cell) else {})
        )
        if "nbgrader" in cell.metadata:
            # nbgrader's Create Assignment drops it from every cell.
            cell.metadata["nbgrader"]["cell_type"] = cell.cell_type
        cell.source = "\n".join(line.rstrip() for line in cell.source.split("\n"))
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    contracts = read_contracts(path.parent / "misconceptions.toml")
    if path.stem in contracts:
        state(notebook, contracts[path.stem])
    return f"{nbformat.writes(notebook)}\n"


def _is_collapsed(cell: NotebookNode) -> bool:
    """Return whether the author collapsed the code of a cell."""
    layout = cell.metadata.get("jupyter", {})
    return cell.cell_type == "code" and layout.get("source_hidden") is True


def speaking_id(cell: NotebookNode, taken: set[str]) -> str:
    """Return the grade_id, the id where it speaks, or words of the cell."""
    name: str = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", "")
    if not SPEAKING.fullmatch(name) or INVENTED.fullmatch(name):
        words = re.findall(r"[a-z0-9]+", cell.source.lower()) or [cell.cell_type]
        name = words[0]
        for word in words[1:]:
            if len(f"{name}-{word}") > LONGEST_ID or name.count("-") == 3:
                break
            name = f"{name}-{word}"
    if name in taken:
        number = 2
        while f"{name}-{number}" in taken:
            number += 1
        name = f"{name}-{number}"
    return name


def give_ids(notebook: NotebookNode) -> None:
    """Give each cell of a notebook an id: before nbformat 4.5 there are none.

    A graded cell's id is its ``grade_id``.
    """
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    taken: set[str] = set()
    for cell in notebook.cells:
        identity = cell.metadata.get("nbgrader", {}).get("grade_id")
        if identity or not cell.get("id"):
            cell["id"] = identity or speaking_id(cell, taken)
        taken.add(cell["id"])


def own_notebooks(root: Path) -> list[Path]:
    """Return the notebooks that people write: assignments' sources and lessons."""
    return sorted([*root.glob("source/*/*.ipynb"), *root.glob("notebooks/*.ipynb")])
