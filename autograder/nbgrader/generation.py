"""Generating an assignment: gates first, then stubs, then publishing."""

import json
import textwrap
from logging import Logger
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.authoring.catalogue import CatalogueError
from autograder.authoring.gates import (
    GateError,
    check_catalogue,
    check_release,
    check_secrets,
)
from autograder.authoring.normal_form import speaking_id
from autograder.authoring.recording import record
from autograder.authoring.regions import RegionError, find_regions, stub
from autograder.authoring.sources import SourceError, SourceNotebook, read_source
from autograder.store import Store, store_path
from helpers.checks.cases import NotebookCases, cases_form, keep_numbers, write_form

__all__ = [
    "BROKEN",
    "Publish",
    "ReleaseExporter",
    "Seal",
    "Stubs",
    "examine",
    "examine_notebook",
    "visible_cases",
]

# Formgrader's box shows so much of a line, and does not break it.
WIDTH = 70
BROKEN = (CatalogueError, GateError, RegionError, SourceError)


def examine(folder: Path) -> dict[str, tuple[SourceNotebook, Store]]:
    """Record an assignment's notebooks and hold them against every rule.

    Parameters
    ----------
    folder : Path
        ``source/NN_topic``.

    Returns
    -------
    dict of str to (SourceNotebook, Store)
        By notebook. Nothing is saved.

    Raises
    ------
    SourceError, CatalogueError, GateError, RegionError
        With one plain sentence, if a rule is broken.
    """
    examined = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            examined[path.stem] = examine_notebook(path)
        except BROKEN as error:
            raise type(error)(f"{path.stem}: {error}") from error
    return examined


def examine_notebook(path: Path) -> tuple[SourceNotebook, Store]:
    """Record a source notebook and hold it against every rule, as `examine` does."""
    source = read_source(path)
    store = record(source, path.parent)
    check_catalogue(source, store, folder=path.parent)
    check_release(source, store, path.parent)
    return source, store


def visible_cases(store: Store) -> NotebookCases:
    """Return what learners may see: the visible cases and what belongs to them."""
    cases = store.cases
    functions = {}
    for name, function in cases.functions.items():
        shown = [case for case in function.cases if not case.hidden]
        entries = [
            entry
            for entry in function.entries
            if not entry.hidden_only and not entry.same_as
        ]
        names = {entry.name for entry in entries}
        copies = []
        for case in shown:
            kept = {k: v for k, v in case.entries.items() if k in names}
            passed = [name for name in case.passed_by if name in names]
            fields = vars(case) | {"entries": kept, "passed_by": passed}
            copies.append(type(case)(**fields))
        functions[name] = type(function)(
            **(vars(function) | {"cases": copies, "entries": entries})
        )
    return NotebookCases(cases.notebook, cases.digest, functions, cases.frozen)


def _stopped(log: Logger, message: str) -> NbGraderException:
    """Log why nothing was generated, in lines that Formgrader shows whole."""
    log.error("\n".join(textwrap.wrap(message, WIDTH, break_on_hyphens=False)))
    return NbGraderException(message)


class ReleaseExporter(NotebookExporter):
    """Holds an assignment against every rule before nbgrader touches anything.

    nbgrader makes its exporter before it removes the old release or opens the
    gradebook, so a broken rule leaves both as they were.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.examined: dict[str, tuple[SourceNotebook, Store]] = {}
        self.former: dict[str, object] = {}
        converter = self.parent
        for folder in sorted(getattr(converter, "assignments", {})):
            release = Path(converter.coursedir.root, "release", Path(folder).name)
            for path in release.glob("*.cases.json"):
                try:
                    self.former[path.name] = json.loads(path.read_text("utf-8"))
                except (OSError, ValueError):
                    continue
            try:
                self.examined |= examine(Path(folder))
            except BROKEN as error:
                message = (
                    f"{Path(folder).name} was not generated: {error}. "
                    "Gradebook, store and release are as they were."
                )
                raise _stopped(converter.log, message) from None


class Stubs(ClearSolutions):
    """Puts ``name = None`` in the place of solution regions."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if cell.cell_type == "code" and find_regions(cell.source):
            cell.source = stub(cell.source)
            return True
        return super()._replace_solution_region(cell, language)


class Seal(NbGraderPreprocessor):
    """Lets nothing secret pass into gradebook and release."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Hold the notebook, as it will be saved, against its source."""
        source, _ = self.parent.examined[resources["nbgrader"]["notebook"]]
        cells = [(cell.get("id", ""), cell.cell_type, cell.source) for cell in nb.cells]
        try:
            check_secrets(source, cells)
        except GateError as error:
            message = f"{source.assignment} was not generated: {source.name}: {error}."
            raise _stopped(self.log, message) from None
        return nb, resources


class Publish(NbGraderPreprocessor):
    """Writes the store and the visible cases, once all else has succeeded."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Save what was recorded for this notebook."""
        names = resources["nbgrader"]
        source, store = self.parent.examined[names["notebook"]]
        # A source of nbformat 4.4 has no ids; grading knows each cell by one.
        nb.nbformat_minor = max(nb.nbformat_minor, 5)
        taken: set[str] = set()
        for cell in nb.cells:
            identity = cell.metadata.get("nbgrader", {}).get("grade_id")
            if identity or not cell.get("id"):
                cell["id"] = identity or speaking_id(cell, taken)
            taken.add(cell["id"])
        nb.metadata["course"] = {"digest": source.digest}
        root = Path(self.parent.parent.coursedir.root)
        store.released = json.loads(json.dumps(nb))
        store.write(store_path(root, names["assignment"], names["notebook"]))
        release = root / "release" / names["assignment"]
        release.mkdir(parents=True, exist_ok=True)
        name = f"{source.name}.cases.json"
        form = cases_form(visible_cases(store))
        form = keep_numbers(self.parent.former.get(name), form)
        write_form(form, release / name)
        return nb, resources
