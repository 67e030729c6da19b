"""The case store: all that grading a notebook needs, in one file of JSON.

Derived from ``source/`` by generation, never tracked, never seen by learners.
The code in it, of the assignment's ``judges.py`` and of the solution, is an
instructor's, so it can travel to another machine.
"""

import functools
import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError
from autograder.files import write_atomically
from helpers.checks.cases import (
    CasesError,
    NotebookCases,
    cases_form,
    cases_from,
    form_text,
)
from helpers.checks.stubs import defined_in

MAX_FILE = 256_000_000
ENGLISH = "en"


MOST_EARLIER = 20  # texts of one cell


class StoreError(CourseError):
    """A store that is missing or damaged; the message says what to do."""


@dataclass
class CheckCell:
    """A graded check cell."""

    points: float
    # Function and number of each of its cases.
    cases: list[tuple[str, int]] = field(default_factory=list)

    @property
    def functions(self) -> list[str]:
        """The functions that the cell checks, each once."""
        return list(dict.fromkeys(name for name, _ in self.cases))


@dataclass(frozen=True)
class AssertCell:
    """A graded cell of ordinary tests, with its hidden ones."""

    points: float
    source: str
    checksum: str = ""  # nbgrader's, of that text


@dataclass
class Store:
    """What grading a notebook needs."""

    assignment: str
    cases: NotebookCases  # visible and hidden cases
    cells: dict[str, CheckCell]  # check cells by id
    solutions: dict[str, str]  # id of the solution cell by function
    demonstrations: list[str]  # cells that grading does not run
    judges: str = ""  # text of the assignment's ``judges.py``
    # Id and text of the cells that define the solution, in order. They run where a
    # learner's function needs the right answers of one that it calls.
    reference: list[tuple[str, str]] = field(default_factory=list)
    # The released notebook, in JSON form, in English, every cell with an id.
    released: dict = field(default_factory=dict)
    # Cells of nbgrader's own kind by id: their text runs after the learner's.
    tests: dict[str, AssertCell] = field(default_factory=dict)
    # Of other languages: ``released``, the notebook of that edition, and ``functions``,
    # what the cases say in it, by function.
    editions: dict[str, dict] = field(default_factory=dict)
    # Texts that cells had in former releases, by id: learners may still have those.
    earlier: dict[str, list[str]] = field(default_factory=dict)
    own: str = ENGLISH  # the course's own language, in which its release is
    language: str = ENGLISH  # the language in which it speaks

    @property
    def points(self) -> dict[str, float]:
        """What the cells that the machine grades are worth, by id."""
        checks = {name: cell.points for name, cell in self.cells.items()}
        return checks | {name: cell.points for name, cell in self.tests.items()}

    def functions_of(self, cell: str) -> list[str]:
        """Return what a cell checks; nothing where it holds ordinary tests."""
        return list(self.cells[cell].functions) if cell in self.cells else []

    def __deepcopy__(self, memo: dict) -> "Store":
        """Stay one: nbconvert copies its resources, and nothing changes a store."""
        return self

    def form(self) -> dict:
        """Return the JSON form."""
        return {
            "assignment": self.assignment,
            "cells": {
                name: {"points": cell.points, "cases": [list(c) for c in cell.cases]}
                for name, cell in self.cells.items()
            },
            "solutions": self.solutions,
            "demonstrations": self.demonstrations,
            "judges": self.judges,
            "reference": [list(cell) for cell in self.reference],
            "released": self.released,
            "tests": {name: vars(cell) for name, cell in self.tests.items()},
            "editions": self.editions,
            "earlier": self.earlier,
            "own": self.own,
            "cases": cases_form(self.cases),
        }

    @classmethod
    def from_form(cls, form: dict) -> "Store":
        """Read the JSON form."""
        return cls(
            assignment=form["assignment"],
            cases=cases_from(form["cases"]),
            cells={
                name: CheckCell(body["points"], [(f, i) for f, i in body["cases"]])
                for name, body in form["cells"].items()
            },
            solutions=form["solutions"],
            demonstrations=form["demonstrations"],
            judges=form["judges"],
            reference=[(cell, source) for cell, source in form["reference"]],
            released=form["released"],
            tests={name: AssertCell(**body) for name, body in form["tests"].items()},
            editions=dict(form.get("editions", {})),
            earlier=dict(form.get("earlier", {})),
            own=str(form.get("own", ENGLISH)),
        )

    def speaking(self, language: str) -> "Store":
        """Return the store as an edition has it: the same cases in its words.

        A language that it does not know is English. Each is made once, unless its
        release has changed since.
        """
        edition = self.editions.get(language)
        if edition is None:
            return self
        parts = edition["functions"], edition.get("released")
        known = self._speaking.get(language)
        if known is None or any(a is not b for a, b in zip(known[0], parts)):
            known = self._speaking[language] = parts, self._translated(language)
        return known[1]

    @functools.cached_property
    def _speaking(self) -> dict[str, tuple[tuple, "Store"]]:
        return {}

    def _translated(self, language: str) -> "Store":
        edition = self.editions[language]
        functions = {}
        for name, function in self.cases.functions.items():
            words = edition["functions"].get(name, {})
            entries = [
                replace(entry, **words.get("entries", {}).get(entry.name, {}))
                for entry in function.entries
            ]
            guide = {k: words[k] for k in ("read", "by_hand", "hints") if k in words}
            functions[name] = replace(function, entries=entries, **guide)
        return replace(
            self,
            cases=replace(self.cases, functions=functions),
            released=edition.get("released", self.released),
            language=language,
        )

    @functools.cached_property
    def node(self) -> NotebookNode:
        """The released notebook; whoever changes a part of it copies that before."""
        node: NotebookNode = nbformat.from_dict(self.released)
        return node

    @functools.cached_property
    def released_texts(self) -> dict[str, str]:
        """The stripped text of each released cell, by its id."""
        cells = self.released.get("cells", [])
        return {cell["id"]: "".join(cell["source"]).strip() for cell in cells}

    @functools.cached_property
    def all_texts(self) -> frozenset[str]:
        """The stripped texts of the released cells of all editions."""
        spoken = map(self.speaking, self.languages())
        return frozenset(words for s in spoken for words in s.released_texts.values())

    @functools.cached_property
    def marks(self) -> dict[str, str]:
        """The ids of cells that nbgrader marks, by id and by their released text."""
        found: dict[str, str] = {}
        for language in self.languages():
            store = self.speaking(language)
            for cell in store.released.get("cells", []):
                if cell.get("metadata", {}).get("nbgrader"):
                    words = store.released_texts[cell["id"]]
                    found |= {words: cell["id"], cell["id"]: cell["id"]}
        return found

    @functools.cached_property
    def defining(self) -> dict[str, str]:
        """The ids of the release's solution cells, by what each alone defines."""
        found: dict[str, list[str]] = {}
        for cell in self.released.get("cells", []):
            nbgrader = cell.get("metadata", {}).get("nbgrader") or {}
            if cell["cell_type"] == "code" and nbgrader.get("solution"):
                for name in defined_in("".join(cell["source"])):
                    found.setdefault(name, []).append(cell["id"])
        return {name: ids[0] for name, ids in found.items() if len(ids) == 1}

    def texts(self) -> dict[str, list[str]]:
        """Return the released texts of each cell, by its id.

        In all languages, and those of former releases.
        """
        found: dict[str, list[str]] = {}
        for language in self.languages():
            for cell in self.speaking(language).released.get("cells", []):
                found.setdefault(cell["id"], []).append("".join(cell["source"]))
        for name, texts in self.earlier.items():
            found.setdefault(name, []).extend(texts)
        return found

    @functools.cached_property
    def versions(self) -> dict[str, set[str]]:
        """The stripped texts of each cell, by its id.

        A learner may take some cells from another edition, or have fetched the
        notebook before its text was corrected.
        """
        texts = self.texts()
        return {name: {text.strip() for text in texts[name]} for name in texts}

    def follow(self, path: Path) -> None:
        """Note what cells said in the releases before this one.

        `path` is where the store of the last one lies, if there was one.
        """
        try:
            former = read_store(path).texts()
        except StoreError:
            return
        now = self.texts()
        for name, texts in former.items():
            others = [text for text in texts if text not in now.get(name, ())]
            if others:
                self.earlier[name] = list(dict.fromkeys(others))[:MOST_EARLIER]
        self.__dict__.pop("versions", None)

    def languages(self) -> list[str]:
        """Return the languages of its editions, English first."""
        return [ENGLISH, *self.editions]

    def write(self, path: Path) -> None:
        """Write the store to a file, which is either the old or the new one."""
        write_atomically(path, form_text(self.form()), 0o600)


def words_of(form: dict) -> dict[str, dict]:
    """Return what translated cases say, by function, without the cases.

    These are sections to read, examples by hand, questions, and of each entry its
    title, hint and section.
    """
    return {
        name: {
            **{key: body[key] for key in ("read", "by_hand", "hints") if key in body},
            "entries": {
                entry["name"]: {k: entry[k] for k in ("title", "hint", "read")}
                for entry in body["entries"]
            },
        }
        for name, body in form["functions"].items()
    }


def edition_folder(root: Path, language: str) -> Path:
    """Return where the files of an edition are made; English is where it is."""
    return root if language == ENGLISH else root / "editions" / language


def store_path(root: Path, assignment: str, notebook: str) -> Path:
    """Return where the store of a notebook lies in a course."""
    return root / "cases" / assignment / f"{notebook}.json"


def read_store(path: Path) -> Store:
    """Read the store of a notebook.

    Raises
    ------
    StoreError
        If it is missing or damaged.
    """
    assignment = path.parent.name
    advice = f"run `nbgrader generate_assignment {shlex.quote(assignment)} --force`"
    try:
        if path.stat().st_size > MAX_FILE:
            raise StoreError(f"the case store {path.name} is too large: {advice}")
        return Store.from_form(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StoreError(
            f"there are no recorded cases for {assignment}/{path.stem}: {advice}"
        ) from None
    except (CasesError, ValueError, KeyError, TypeError, OSError) as error:
        raise StoreError(
            f"the recorded cases of {assignment}/{path.stem} are damaged "
            f"({error}): {advice}"
        ) from error


def read_stores(folder: Path, notebooks: Iterable[str]) -> dict[str, Store]:
    """Read the stores of an assignment's notebooks, all in one folder.

    Raises
    ------
    StoreError
        If one is missing or damaged.
    """
    return {name: read_store(folder / f"{name}.json") for name in notebooks}
