"""A small course for tests of the autograder: no neural networks in it."""

import json
import os
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.nbgrader.course import Course, reason
from autograder.store import Store, read_store, store_path

SETUP = """import numpy as np

from helpers.checks import checks_for

check = checks_for("tiny")
frozen = check.frozen"""

CENTRE = '''def centre(X):
    """Take the mean of each row off.

    Parameters
    ----------
    X : ndarray of shape (n, m)

    Returns
    -------
    Z : ndarray of shape (n, m)
    """
    ### START CODE HERE ### (≈ 2 lines)
    mu = np.mean(X, axis=1, keepdims=True)
    Z = X - mu
    ### END CODE HERE ###
    return Z'''

CENTRE_CHECK = """check(centre, np.array([[1.0, 3.0], [0.0, 10.0]]))
check(centre, np.arange(6.0).reshape(2, 3) ** 2)
### BEGIN HIDDEN TESTS
canary_inputs = 8675309.0
for n in (2, 3, 4):
    check(centre, np.random.RandomState(n).randn(n, 5))
check(centre, np.array([[canary_inputs, 1.0, 2.0], [4.0, 4.0, 1.0]]))
### END HIDDEN TESTS"""

SPREAD = '''def spread(X, power):
    """Return the mean of the centred values raised to a power, and the centre.

    Returns
    -------
    value : ndarray of shape (n, 1)
    Z : ndarray of shape (n, m)
    """
    ### START CODE HERE ### (≈ 2 lines)
    Z = centre(X)
    value = np.mean(Z**power, axis=1, keepdims=True)
    ### END CODE HERE ###
    return value, Z'''

SPREAD_CHECK = """start = frozen("start", lambda: centre(np.eye(2, 3)) + 1)
check(spread, start, 2)
check(spread, np.array([[1.0, 2.0, 9.0], [0.0, 3.0, 3.5]]), power=3)
### BEGIN HIDDEN TESTS
for n in (2, 3, 4, 5):
    check(spread, np.random.RandomState(n).randn(n, 6) ** 2, 3)
### END HIDDEN TESTS"""

CATALOGUE = """[read.tiny]
centre = "lesson 01, Centring"

[[tiny.centre]]
name = "mean over everything"
replace = "np.mean(X, axis=1, keepdims=True)"
with = "np.mean(X)"
hint = "Rows are features. Whose mean did you take off each of them?"

[[tiny.centre]]
name = "mean of the columns"
replace = "axis=1"
with = "axis=0"
hint = "One of the two axes runs over examples. Which one?"
read = "lesson 01, Centring"

[[tiny.centre]]
name = "mean added"
replace = "X - mu"
with = "X + mu"
hint = "What should the mean of a row be afterwards? Look at {index}."

[[tiny.centre]]
name = "subtracted the other way, negated"
accept = true
replace = "Z = X - mu"
with = "Z = -(mu - X)"

[[tiny.spread]]
name = "not centred"
replace = "Z = centre(X)"
with = "Z = X"
hint = "Is the spread of a shifted sample another one?"

[[tiny.spread]]
name = "power forgotten"
replace = "Z**power"
with = "Z"
hint = "What is the mean of centred values?"

[[tiny.spread]]
name = "one number for all rows"
replace = "np.mean(Z**power, axis=1, keepdims=True)"
with = "np.mean(Z**power) * np.ones((len(X), 1))"
hint = "Do all features spread alike?"
"""


def nbgrader(cell_id: str, kind: str, points: float | None = None) -> dict:
    """Return nbgrader's metadata of a cell."""
    metadata = {
        "cell_type": "markdown" if kind == "written" else "code",
        "grade": kind in ("check", "written"),
        "grade_id": cell_id,
        "locked": kind in ("check", "locked"),
        "schema_version": 3,
        "solution": kind in ("solution", "written"),
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata


def code(
    cell_id: str, source: str, kind: str = "", points: float | None = None, **extra
):
    """Return a code cell."""
    cell = new_code_cell(source)
    cell["id"] = cell_id
    if kind:
        cell.metadata["nbgrader"] = nbgrader(cell_id, kind, points)
    cell.metadata.update(extra)
    return cell


def tiny_notebook() -> nbformat.NotebookNode:
    """Return the source notebook of the small course."""
    title = new_markdown_cell("# Tiny\n\nTwo functions.")
    title["id"] = "title"
    written = new_markdown_cell(
        "Because.\n\n=== BEGIN MARK SCHEME ===\nsays why\n=== END MARK SCHEME ==="
    )
    written["id"] = "why"
    written.metadata["nbgrader"] = nbgrader("why", "written", 1)
    cells = [
        title,
        code("setup", SETUP, "locked"),
        code("centre", CENTRE, "solution"),
        code("centre-check", CENTRE_CHECK, "check", 3),
        code("spread", SPREAD, "solution"),
        code("spread-check", SPREAD_CHECK, "check", 4),
        code("long-run", "print(centre(np.eye(2)))", "locked", tags=["demonstration"]),
        written,
        code("progress", "check.progress()", "locked"),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    return notebook


def write_source(folder: Path, notebook=None, catalogue: str = CATALOGUE) -> Path:
    """Write the small assignment into ``folder/source/01_tiny``."""
    source = folder / "source" / "01_tiny"
    source.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook or tiny_notebook(), source / "tiny.ipynb")
    (source / "misconceptions.toml").write_text(catalogue, encoding="utf-8")
    return source


def two_stores(root: Path, first: str, second: str) -> dict[str, Store]:
    """Return the stores of two notebooks, which share a cell.

    Parameters
    ----------
    root : Path
        The generated course.
    first, second : str
        What to call its notebook, and another one made from it.
    """
    tiny = read_store(store_path(root, "01_tiny", "tiny"))
    form = json.loads(json.dumps(tiny.released))
    for cell in form["cells"]:
        if cell["id"] != "setup":
            cell["id"] = f"other-{cell['id']}"
            cell["source"] = f"# {cell['id']}"
            if marks := cell["metadata"].get("nbgrader"):
                marks["grade_id"] = cell["id"]
    return {first: tiny, second: replace(tiny, released=form)}


def content(store: Store, work: str = "", *, bare: bool = False) -> bytes:
    """Return a file of a notebook's release with work in it, or without its ids."""
    form = json.loads(json.dumps(store.released))
    for cell in form["cells"]:
        if work and cell["id"].endswith("centre"):
            cell["source"] = work
        if bare:
            cell["metadata"] = {}
            del cell["id"]
    return json.dumps(form).encode()


def autograde(course: Course, assignment: str, student: str) -> str:
    """Grade one submission as ``nbgrader autograde`` does; return why not."""
    told = os.environ.get("NBGRADER_EXECUTION")
    try:
        result = course.api.autograde(assignment, student)
    finally:
        # nbgrader 0.9 leaves it set where grading fails.
        os.environ.pop("NBGRADER_EXECUTION", None)
        if told is not None:
            os.environ["NBGRADER_EXECUTION"] = told
    return "" if result["success"] else reason(result)


def feedback(course: Course, assignment: str, student: str) -> str:
    """Make feedback pages as ``nbgrader generate_feedback`` does; return why not."""
    result = course.api.generate_feedback(assignment, student)
    return "" if result["success"] else reason(result)
