"""The case store: all that grading a notebook needs, in one file of JSON.

Derived from ``source/`` by generation, never tracked, never seen by learners.
The code in it, of the assignment's ``judges.py`` and of the solution, is an
instructor's, so it can travel to another machine.
"""

import json
import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.checks.cases import (
    CasesError,
    NotebookCases,
    cases_form,
    cases_from,
    write_form,
)

__all__ = [
    "ENGLISH",
    "AssertCell",
    "CheckCell",
    "Store",
    "StoreError",
    "edition_folder",
    "read_store",
    "store_path",
    "words_of",
]

MAX_FILE = 256_000_000
ENGLISH = "en"


class StoreError(ValueError):
    """A store that is missing or damaged; the message says what to do."""


@dataclass
class CheckCell:
    """A graded check cell.

    Attributes
    ----------
    points : float
        Its points.
    cases : list of (str, int)
        Function and number of each of its cases.
    functions : list of str
        The functions it checks.
    """

    points: float
    cases: list[tuple[str, int]] = field(default_factory=list)

    @property
    def functions(self) -> list[str]:
        """The functions that the cell checks, each once."""
        return list(dict.fromkeys(name for name, _ in self.cases))


@dataclass(frozen=True)
class AssertCell:
    """A graded cell of ordinary tests, with its hidden ones.

    Attributes
    ----------
    points : float
        Its points.
    source : str
        Its text.
    checksum : str
        nbgrader's, of that text.
    """

    points: float
    source: str
    checksum: str = ""


@dataclass
class Store:
    """What grading a notebook needs.

    Attributes
    ----------
    assignment : str
        The assignment's name.
    cases : NotebookCases
        Visible and hidden cases.
    cells : dict of str to CheckCell
        Check cells by id.
    solutions : dict of str to str
        Id of the solution cell by function.
    demonstrations : list of str
        Cells that grading does not run.
    judges : str
        Text of the assignment's ``judges.py``.
    reference : list of (str, str)
        Id and text of the cells that define the solution, in order. They run
        where a learner's function needs the right answers of one that it calls.
    released : dict
        The released notebook, in JSON form, in English, every cell with an id.
    tests : dict of str to AssertCell
        Cells of nbgrader's own kind by id: their text runs after the learner's.
    editions : dict of str to dict
        Of other languages: ``released``, the notebook of that edition, and
        ``functions``, what the cases say in it, by function.
    own : str
        The course's own language, in which its release is.
    language : str
        The language in which it speaks.
    """

    assignment: str
    cases: NotebookCases
    cells: dict[str, CheckCell]
    solutions: dict[str, str]
    demonstrations: list[str]
    judges: str = ""
    reference: list[tuple[str, str]] = field(default_factory=list)
    released: dict = field(default_factory=dict)
    tests: dict[str, AssertCell] = field(default_factory=dict)
    editions: dict[str, dict] = field(default_factory=dict)
    own: str = ENGLISH
    language: str = ENGLISH

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
            own=str(form.get("own", ENGLISH)),
        )

    def speaking(self, language: str) -> "Store":
        """Return the store as an edition has it: the same cases in its words.

        Parameters
        ----------
        language : str
            Name of the language; one that the store does not know is English.
        """
        edition = self.editions.get(language)
        if edition is None:
            return self
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

    def languages(self) -> list[str]:
        """Return the languages of its editions, English first."""
        return [ENGLISH, *self.editions]

    def write(self, path: Path) -> None:
        """Write the store to a file, which is either the old or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".store-")
        os.close(handle)
        try:
            write_form(self.form(), Path(name))
            os.chmod(name, 0o600)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise


def words_of(form: dict) -> dict[str, dict]:
    """Return what translated cases say, by function, without the cases.

    Parameters
    ----------
    form : dict
        JSON form of the cases of an edition.

    Returns
    -------
    dict of str to dict
        Sections to read, examples by hand, questions, and of each entry its title,
        hint and section.
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

    Parameters
    ----------
    path : Path
        As ``store_path`` gives it.

    Returns
    -------
    Store
        What it holds.

    Raises
    ------
    StoreError
        If it is missing or damaged.
    """
    assignment = path.parent.name
    advice = f"run `nbgrader generate_assignment {assignment}`"
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
