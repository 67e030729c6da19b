"""Recording the exercises of lessons.

A lesson has no hidden cases and no points. An exercise is three cells: the stub
(``NAME``, tag ``exercise``), the check (``NAME-check``, tag ``check``), and the
folded solution (``NAME-solution``, tag ``solution``), a markdown cell with one
fence of Python. The cases are recorded from that fence and written beside the
lesson, where ``check`` finds them.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring.gates import check_catalogue
from autograder.authoring.recording import record
from autograder.authoring.regions import find_regions
from autograder.authoring.sources import SourceError, SourceNotebook, source_of
from autograder.store import Store
from helpers.checks.cases import cases_form, keep_numbers, write_form

FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
GENERATED = "by `python -m autograder lessons` from the lesson; do not edit"


def lesson_source(path: Path) -> SourceNotebook:
    """Read a lesson as if it were the source of an assignment.

    These are the setup cell, the folded solutions and the check cells.

    Raises
    ------
    SourceError
        If an exercise lacks one of its three cells.
    """
    lesson = nbformat.read(path, as_version=4)
    cells = [new_code_cell(cell.source) for cell in _with_id(lesson, "setup")]
    for cell in lesson.cells:
        if "exercise" not in cell.metadata.get("tags", []):
            continue
        solution, check = (
            _partner(lesson, path, cell.id, tag) for tag in ("solution", "check")
        )
        fences = FENCE.findall(solution.source)
        if len(fences) != 1 or not find_regions(fences[0]):
            raise SourceError(
                f"{path.stem}: {cell.id}-solution needs one fence of Python with a "
                "region in it"
            )
        for text, name, graded in (
            (fences[0].rstrip(), cell.id, False),
            (check.source, check.id, True),
        ):
            made = new_code_cell(text)
            made.metadata["nbgrader"] = {
                "grade_id": name,
                "grade": graded,
                "solution": not graded,
                "points": 0,
            }
            cells.append(made)
    return source_of(new_notebook(cells=cells), path.parent, path.stem)


def _with_id(lesson: NotebookNode, name: str) -> Iterator[NotebookNode]:
    return (cell for cell in lesson.cells if cell.id == name)


def _partner(lesson: NotebookNode, path: Path, name: str, tag: str) -> NotebookNode:
    for cell in _with_id(lesson, f"{name}-{tag}"):
        if tag in cell.metadata.get("tags", []):
            return cell
    raise SourceError(
        f"{path.stem}: the exercise {name} has no cell {name}-{tag} with the tag {tag}"
    )


def record_lesson(path: Path) -> Store:
    """Record a lesson's cases and hold them against the rules of the catalogue.

    All of them are visible.

    Raises
    ------
    SourceError, CatalogueError, GateError
        With one plain sentence, if a rule is broken.
    """
    source = lesson_source(path)
    store = record(source, path.parent)
    check_catalogue(source, store, min_hidden=0, folder=path.parent)
    return store


def lesson_form(path: Path) -> dict:
    """Return the JSON form of a lesson's cases, keeping committed numbers."""
    form = cases_form(record_lesson(path).cases) | {"generated": GENERATED}
    try:
        former = json.loads(_cases_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return form
    form = dict(keep_numbers(former, form))
    # Nothing of a lesson is graded by its digest, which changes with the helpers.
    if isinstance(former, dict) and former == form | {"digest": former.get("digest")}:
        return former
    return form


def write_lesson(path: Path) -> Path:
    """Record a lesson and write its cases beside it.

    Returns the path of ``NN_topic.cases.json``.
    """
    write_form(lesson_form(path), _cases_path(path))
    return _cases_path(path)


def _cases_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.cases.json")
