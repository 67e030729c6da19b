"""The case store: all that grading a notebook needs, in one file of JSON.

Derived from ``source/`` by generation, never tracked, never seen by learners.
The code in it, of the assignment's ``judges.py`` and of the solution, is an
instructor's, so it can travel to another machine.
"""

import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from helpers.checks.cases import (
    CasesError,
    NotebookCases,
    cases_form,
    cases_from,
    write_form,
)

__all__ = [
    "AssertCell",
    "CheckCell",
    "Store",
    "StoreError",
    "read_store",
    "store_path",
]

MAX_FILE = 256_000_000


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
        The released notebook, in JSON form, every cell with an id.
    tests : dict of str to AssertCell
        Cells of nbgrader's own kind by id: their text runs after the learner's.
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

    @property
    def points(self) -> dict[str, float]:
        """What the cells that the machine grades are worth, by id."""
        checks = {name: cell.points for name, cell in self.cells.items()}
        return checks | {name: cell.points for name, cell in self.tests.items()}

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
        )

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
