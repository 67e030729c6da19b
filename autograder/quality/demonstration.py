"""A demonstration class: learners of every kind, for trying the whole path.

Each is named by what is particular about it.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.catalogue import patch
from autograder.authoring.sources import Cell, SourceNotebook, read_source
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.store import ENGLISH, edition_folder
from autograder.translations.catalogues import Catalogue
from autograder.translations.code import rewrite_code
from autograder.translations.editions import Edition
from autograder.translations.messages import Message

WRITTEN = "I looked at the two tables: the numbers differ because the shapes do."


class _Work:
    """A learner's copy of a released notebook, with the source at hand.

    In the words of a `catalogue`, if there is one: so is all that was released.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        source: SourceNotebook,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.notebook = notebook
        self.source = source
        self._catalogue = catalogue

        self.answers = _answers(source)

    def cell(self, cell_id: str) -> NotebookNode:
        cells: list[NotebookNode] = self.notebook.cells
        return next(cell for cell in cells if cell_id in _names(cell))

    def write(self, cell_id: str, answer: str) -> None:
        """Put an answer into a cell, its docstring and comments as released."""

        def own(kind: str, text: str) -> str:
            known = self._catalogue and self._catalogue.translation(
                Message(text, cell_id, kind)
            )
            return known or text

        self.cell(cell_id).source = rewrite_code(answer, own)

    def solve(self, share: float = 1.0) -> None:
        """Solve the first functions, and answer what a person marks."""
        for cell in self.answers[: round(share * len(self.answers))]:
            self.write(cell.id, cell.source)
        code = {cell.id: cell.source for cell in self.source.cells}
        for cell in self.notebook.cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if nbgrader.get("grade") and nbgrader.get("solution"):
                cell.source = code.get(nbgrader.get("grade_id"), WRITTEN)

    def mistake(self, number: int, every: bool = True, accept: bool = False) -> None:
        """Put a catalogued answer into every function that has one, or the first."""
        for function in self.source.functions.values():
            entries = [e for e in function.entries if e.entry.accept == accept]
            if not entries:
                continue
            item = entries[number % len(entries)]
            text = patch(function.cell.source, item, function.name)
            self.write(function.cell.id, text)
            if not every:
                return

    def insert(self, position: int, source: str) -> None:
        cell = new_code_cell(source)
        if not any("id" in other for other in self.notebook.cells):  # an older format
            del cell["id"]
        self.notebook.cells.insert(position, cell)


def _names(cell: NotebookNode) -> tuple:
    return cell.get("id"), cell.metadata.get("nbgrader", {}).get("grade_id")


def _answers(source: SourceNotebook) -> list[Cell]:
    """Return the solutions: of graded functions, then of what ordinary tests grade."""
    functions = [function.cell for function in source.functions.values()]
    if not any(cell.role == "assert" for cell in source.cells):
        return functions
    rest = [cell for cell in source.cells if cell.role == "solution"]
    return functions + [cell for cell in rest if cell not in functions]


def _solved(**answer: Any) -> Callable[[_Work], None]:
    """Return what solves all, and then puts catalogued answers into the functions."""

    def change(work: _Work) -> None:
        work.solve()
        if answer:
            work.mistake(**answer)

    return change


def _syntax_error(work: _Work) -> None:
    work.solve()
    for cell in work.answers[:1]:
        work.cell(cell.id).source += "\n    return ("


def _duplicated_cells(work: _Work) -> None:
    work.solve()
    doubled = []
    for cell in work.notebook.cells:
        doubled.append(cell)
        if cell.metadata.get("nbgrader"):
            doubled.append(nbformat.from_dict(json.loads(json.dumps(cell))))
    work.notebook.cells = doubled


REPLACEMENTS = """import builtins
check = lambda *a, **k: None
helpers = np = None
builtins.sum = builtins.max = lambda *a: 0"""


def _ends_the_kernel(work: _Work) -> None:
    work.solve()
    work.insert(3, "import os\nos._exit(0)")


def _replaces_everything(work: _Work) -> None:
    work.insert(3, REPLACEMENTS)


TRUNCATED = "truncated_file"
# Whose answers are in the catalogue.
CATALOGUED = (
    "other_right_answers",
    "one_early_mistake",
    "second_mistakes",
    "third_mistakes",
)
LEARNERS: dict[str, Callable[[_Work], None]] = {
    "perfect": _solved(),
    "untouched": lambda work: None,
    "half_done": lambda work: work.solve(0.5),
    "other_right_answers": _solved(number=0, accept=True),
    "one_early_mistake": _solved(number=0, every=False),
    "second_mistakes": _solved(number=1),
    "third_mistakes": _solved(number=2),
    "syntax_error": _syntax_error,
    "duplicated_cells": _duplicated_cells,
    "ends_the_kernel": _ends_the_kernel,
    "replaces_everything": _replaces_everything,
    TRUNCATED: _solved(),
}


def real_learners(course: Course) -> list[str]:
    """Return those in ``submitted/`` who are not of the demonstration class."""
    return sorted(
        path.name
        for path in (course.root / "submitted").glob("*")
        if path.is_dir()
        and not path.name.startswith(".")
        and not any(f"{path.name}_".startswith(f"{name}_") for name in LEARNERS)
    )


def hand_in(course: Course, assignment: str, language: str = ENGLISH) -> list[str]:
    """Fill ``submitted/`` with the demonstration class.

    What the learners, who are returned, handed in before is replaced. The class works
    in the edition of `language`, which ends their names. Nobody makes catalogued
    mistakes where there is no catalogue.

    Raises
    ------
    CourseError
        If the assignment has not been generated.
    """
    source = course.root / "source" / assignment
    folder = edition_folder(course.root, language)
    release = folder / "release" / assignment
    if not any(release.glob("*.ipynb")):
        own = "" if language == ENGLISH else f" EDITION={language}"
        raise CourseError(
            f"{release.relative_to(course.root)} is empty: run "
            f"`make release ASSIGNMENT={assignment}{own}`"
        )
    edition = None if language == ENGLISH else Edition(course.root, language)
    ending = f"_{language}" if edition else ""
    sources = {path.stem: read_source(path) for path in source.glob("*.ipynb")}
    catalogued = any(
        function.entries
        for one in sources.values()
        for function in one.functions.values()
    )
    learners = [name for name in LEARNERS if catalogued or name not in CATALOGUED]
    for learner in learners:
        folder = course.root / "submitted" / f"{learner}{ending}" / assignment
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(release, folder)
        for path in sorted(folder.glob("*.ipynb")):
            name = f"source/{assignment}/{path.name}"
            work = _Work(
                nbformat.read(path, as_version=4),
                sources[path.stem],
                edition.catalogue(name) if edition else None,
            )
            LEARNERS[learner](work)
            text = json.dumps(work.notebook, indent=1)
            if learner == TRUNCATED:
                text = text[: len(text) // 2]
            Path(path).write_text(text, encoding="utf-8")
    return [f"{learner}{ending}" for learner in learners]
