"""Generating an assignment: gates first, then stubs, then publishing."""

import json
import sys
import textwrap
from collections.abc import Iterable
from fnmatch import fnmatch
from importlib.machinery import PathFinder
from logging import Logger
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry, Notebook, SubmittedAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.nbgraderformat import (
    MetadataValidator,
    SchemaTooOldError,
    ValidationError,
)
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearSolutions,
    IncludeHeaderFooter,
    NbGraderPreprocessor,
)
from traitlets import List, Unicode

from autograder.authoring.gates import (
    GateError,
    check_catalogue,
    check_hints,
    check_release,
    check_secrets,
)
from autograder.authoring.normal_form import give_ids
from autograder.authoring.recording import record
from autograder.authoring.regions import STOCK_SOLUTION, RegionError, find_regions, stub
from autograder.authoring.sources import SourceError, SourceNotebook, read_source
from autograder.errors import CourseError
from autograder.names import counted, plain, quoted
from autograder.nbgrader.steps import check_steps
from autograder.sandbox.settings import Sandbox
from autograder.store import (
    ENGLISH,
    AssertCell,
    Store,
    edition_folder,
    store_path,
    words_of,
)
from autograder.submissions import is_python
from helpers.checks.cases import NotebookCases, cases_form, keep_numbers, write_form

if TYPE_CHECKING:
    # Read only where another language is asked for.
    from autograder.translations.editions import Edition

# Formgrader's box shows so much of a line, and does not break it.
WIDTH = 70


def examine(folder: Path) -> dict[str, tuple[SourceNotebook, Store]]:
    """Record an assignment's notebooks and hold them against every rule.

    Nothing is saved.

    Raises
    ------
    SourceError, CatalogueError, GateError, RegionError
        With one plain sentence, if a rule is broken.
    """
    examined = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            examined[path.stem] = examine_notebook(path)
        except CourseError as error:
            raise type(error)(f"{path.stem}: {error}") from error
    return examined


def examine_notebook(path: Path) -> tuple[SourceNotebook, Store]:
    """Record a source notebook and hold it against every rule, as `examine` does."""
    source = read_source(path)
    _check_cells(nbformat.read(path, as_version=4), source)
    if source.has_checks:
        _check_helpers(path.parent, source.name)
        _check_modules(path.parent)
    store = record(source, path.parent)
    check_catalogue(source, store, folder=path.parent)
    check_release(source, store, path.parent)
    return source, store


def _check_cells(notebook: NotebookNode, source: SourceNotebook) -> None:
    """Name what nbgrader would refuse, once it has removed the old release."""
    validator = MetadataValidator()
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        name = meta.get("grade_id") or cell.get("id") or repr(cell.source[:40])
        try:
            validator.validate_cell(cell)
        except ValidationError as error:
            said = error.message.strip().split("\n")[0][:100]
            raise SourceError(
                f"cell {name}: {said}: give it its type, an ID of letters, digits, _ "
                "and -, and points with Create Assignment"
            ) from None
        except SchemaTooOldError as error:
            raise SourceError(
                f"cell {name}: nbgrader's metadata there are of version "
                f"{error.actual_version}, not {error.expected_version}: copy the "
                "notebook, then let `nbgrader update` bring it up to date"
            ) from None
        if source.has_checks and (
            cell.source.count("=== BEGIN MARK SCHEME ===")
            != cell.source.count("=== END MARK SCHEME ===")
        ):
            raise SourceError(
                f"cell {name}: === BEGIN MARK SCHEME === and === END MARK SCHEME === "
                "do not pair"
            )


def _check_modules(folder: Path) -> None:
    """Name a module beside a notebook in whose place graders import another.

    A learner's kernel takes what lies beside the notebook first.
    """
    files = [*folder.glob("*.py"), *(p.parent for p in folder.glob("*/__init__.py"))]
    places = [one for one in sys.path if one and Path(one).resolve() != Path.cwd()]
    for path in sorted(files):
        known = path.stem in sys.stdlib_module_names
        if known or PathFinder.find_spec(path.stem, places):
            raise SourceError(
                f"{path.name} beside the notebook has the name of a module of "
                f"{'Python' if known else 'an installed package'}, which learners "
                "would not find behind it: give it another name"
            )


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


def hints_name(assignment: str) -> str:
    """Return the name of the catalogue of an assignment's hints."""
    return f"source/{assignment}/misconceptions.toml"


def _stopped(log: Logger, message: str) -> NbGraderException:
    """Log why nothing was generated, in lines that Formgrader shows whole."""
    log.error("\n".join(textwrap.wrap(message, WIDTH, break_on_hyphens=False)))
    return NbGraderException(message)


class ReleaseExporter(NotebookExporter):
    """Holds an assignment against every rule before nbgrader touches anything.

    nbgrader makes its exporter before it removes the old release or opens the
    gradebook, so a broken rule leaves both as they were.
    """

    edition = Unicode(
        ENGLISH, help="The language of the course's own release, such as zh_Hans."
    ).tag(config=True)

    editions = List(
        Unicode(),
        help="Other languages that learners of the course may use. Their releases "
        "are made in editions/LANGUAGE/release.",
    ).tag(config=True)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.examined: dict[str, tuple[SourceNotebook, Store]] = {}
        self.former: dict[str, object] = {}
        converter: Any = self.parent  # nbgrader's, which has no types
        try:
            check_steps("GenerateAssignment", converter)
        except CourseError as error:
            raise _stopped(converter.log, f"{error}.") from None
        self.translated = self._chosen_editions(Path(converter.coursedir.root))
        for folder in sorted(getattr(converter, "assignments", {})):
            release = Path(converter.coursedir.root, "release", Path(folder).name)
            for path in release.glob("*.cases.json"):
                try:
                    self.former[path.name] = json.loads(path.read_text("utf-8"))
                except (OSError, ValueError):
                    continue
            try:
                _check_ignored(Path(folder), converter.coursedir.ignore)
                found = examine(Path(folder))
                if not getattr(converter, "force", True):
                    _check_recorded(Path(converter.coursedir.root), folder, found)
                if not getattr(converter, "no_database", True):
                    _check_submitted(converter, Path(folder))
                for edition in self.translated.values():
                    _check_edition(edition, Path(folder).name, found)
                self.examined |= found
            except CourseError as error:
                message = (
                    f"{Path(folder).name} was not generated: {error}. "
                    "Gradebook, store and release are as they were."
                )
                raise _stopped(converter.log, message) from None

    def _chosen_editions(self, root: Path) -> "dict[str, Edition]":
        """Return the editions besides English; without any, no catalogue is read."""
        names = [n for n in (self.edition, *self.editions) if n != ENGLISH]
        if not names:
            return {}
        from autograder.translations.editions import Edition

        try:
            return {name: Edition(root, name) for name in dict.fromkeys(names)}
        except CourseError as error:
            converter: Any = self.parent
            raise _stopped(converter.log, f"{error}.") from None


def _check_ignored(folder: Path, ignored: list[str]) -> None:
    """Stop where a file that is for graders only would be released."""
    for name in ("misconceptions.toml", "judges.py"):
        shown = not any(fnmatch(name, pattern) for pattern in ignored)
        if shown and (folder / name).exists():
            raise GateError(
                f"c.CourseDirectory.ignore in nbgrader_config.py leaves out {name}, so "
                "learners would get it: add to the list of `configure` by append, in "
                "place of a new list"
            )


def _check_helpers(folder: Path, notebook: str) -> None:
    """Stop where a module of the course hides the package that checks come from."""
    for name in ("helpers.py", "helpers"):
        if (folder / name).exists():
            raise GateError(
                f"{name} beside {notebook}, which calls check, hides the package "
                "helpers that its checks come from: give it another name"
            )


def _check_recorded(root: Path, folder: str, notebooks: Iterable[str]) -> None:
    """Stop where nbgrader would skip what is released, and record nothing of it."""
    name = Path(folder).name
    if not (root / "release" / name).is_dir():
        return
    for notebook in notebooks:
        if not store_path(root, name, notebook).exists():
            raise SourceError(
                f"release/{name} is there already, and nothing is recorded for "
                f"grading {notebook}: `nbgrader generate_assignment {quoted(name)} "
                "--force` makes both anew, and keeps what is in the gradebook"
            )


def _check_submitted(converter: Any, folder: Path) -> None:
    """Stop where nbgrader would, but before it removes the release.

    Notebooks and cells of which the gradebook has work can be neither added nor taken
    away.
    """
    course = converter.coursedir
    file = course.db_url.removeprefix("sqlite:///")
    if file != course.db_url and not Path(file).exists():
        return
    paths = {path.stem: path for path in folder.glob(f"{course.notebook_id}.ipynb")}
    with Gradebook(course.db_url, course.course_id) as book:
        try:
            known = book.find_assignment(folder.name)
        except MissingEntry:
            return
        own = SubmittedAssignment.assignment_id == known.id
        learners = book.db.query(SubmittedAssignment).filter(own).count()
        before = {one.name: _cells_of(one) for one in known.notebooks}
    if not learners:
        return
    changed = set(before) ^ set(paths) if course.notebook_id == "*" else set()
    around = IncludeHeaderFooter(parent=converter)
    for name in set(before) & set(paths):
        source = nbformat.read(paths[name], as_version=4)
        with utils.chdir(course.root):  # as nbgrader finds header and footer
            whole, _ = around.preprocess(source, {})
        after = _kinds(whole.cells)
        changed |= {f"{name}: {cell}" for _, cell in before[name] ^ after}
    if changed:
        raise GateError(
            f"the gradebook has work of {counted(learners, 'learner')}, so nbgrader "
            "neither adds nor takes away notebooks and cells that it knows by name, "
            "those for reading only among them, nor makes one kind of cell another "
            f"({', '.join(sorted(changed)[:5])}): put what is new into another "
            "assignment or into cells without such a name, or let the gradebook forget "
            "this assignment and all its marks by "
            f"`nbgrader db assignment remove {quoted(folder.name)} --force`"
        )


def _cells_of(notebook: Notebook) -> set[tuple[str, str]]:
    """Return kind and name of the cells that the gradebook has of a notebook."""
    known = {
        "graded": notebook.grade_cells,
        "answered": notebook.solution_cells,
        "task": notebook.task_cells,
        "kept": notebook.source_cells,
    }
    return {(kind, cell.name) for kind, cells in known.items() for cell in cells}


def _kinds(cells: Iterable[NotebookNode]) -> set[tuple[str, str]]:
    """Return kind and name of the cells that nbgrader will save."""
    found = set()
    for cell in cells:
        kinds = {
            "graded": utils.is_grade(cell),
            "answered": utils.is_solution(cell),
            "task": utils.is_task(cell),
        }
        kinds["kept"] = utils.is_locked(cell) or any(kinds.values())
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        found |= {(kind, name) for kind, holds in kinds.items() if holds}
    return found


def _check_edition(
    edition: "Edition", assignment: str, found: dict[str, tuple[SourceNotebook, Store]]
) -> None:
    """Hold an edition of an assignment against the rules of translations and hints."""
    lacking = edition.lacks(assignment)
    if lacking:
        first = "; ".join(str(lacking[0]).split("\n    "))
        raise GateError(
            f"{len(lacking)} texts are not translated into {edition.language}, the "
            f"first: {first} (python -m autograder translations check "
            f"{edition.language} names all)"
        )
    for source, store in found.values():
        form = edition.cases(cases_form(store.cases), hints_name(assignment))
        store.editions[edition.language] = {"functions": words_of(form)}
        own = store.speaking(edition.language)
        for function in own.cases.functions.values():
            check_hints(source, function)


class Stubs(ClearSolutions):
    """Puts ``name = None`` in the place of solution regions."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if cell.cell_type == "code" and _is_ours(cell.source):
            cell.source = stub(cell.source)
            return True
        return bool(super()._replace_solution_region(cell, language))


def _is_ours(source: str) -> bool:
    """Tell whether a solution stands in regions of this course's kind."""
    try:
        return STOCK_SOLUTION not in source and bool(find_regions(source))
    except RegionError:  # of another course, whose cells nbgrader replaces whole
        return False


class ClearHiddenChecks(ClearHiddenTests):
    """Clears hidden cases, before the gradebook sees them.

    Hidden tests of nbgrader's own kind stay: they run while grading.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple:
        """Clear a cell that calls ``check``."""
        source, _ = self.parent.examined[resources["nbgrader"]["notebook"]]
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if any(own.id == name and own.role == "check" for own in source.cells):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


class KeepTests(NbGraderPreprocessor):
    """Keeps the whole text of tests of nbgrader's own kind for grading."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Note them as the gradebook will hold them."""
        source, store = self.parent.examined[resources["nbgrader"]["notebook"]]
        checks = {cell.id for cell in source.cells if cell.role == "check"}
        store.tests = {
            cell.metadata.nbgrader["grade_id"]: AssertCell(
                float(cell.metadata.nbgrader.get("points") or 0),
                cell.source,
                utils.compute_checksum(cell),
            )
            for cell in nb.cells
            if cell.cell_type == "code"
            and utils.is_grade(cell)
            and not utils.is_solution(cell)
            and cell.metadata.nbgrader["grade_id"] not in checks
        }
        return nb, resources


class Seal(NbGraderPreprocessor):
    """Lets nothing secret pass into gradebook and release."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Hold the notebook, as it will be saved, against its source."""
        source, _ = self.parent.examined[resources["nbgrader"]["notebook"]]
        if not source.has_checks:
            return nb, resources
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
        if not is_python(nb.metadata) and Sandbox(config=self.config).sandboxed:
            self.log.warning(
                "%s: its kernel %r is not Python's: it can be graded without a sandbox "
                "only, where c.Sandbox.sandboxed = False",
                source.name,
                plain(str(nb.metadata.get("kernelspec", {}).get("name", "")))[:60],
            )
        # Grading knows each cell by its id; what is nbgrader's alone is released
        # as nbgrader releases it.
        kept = (
            nb if source.has_checks else nbformat.from_dict(json.loads(json.dumps(nb)))
        )
        give_ids(kept)
        if source.has_checks:
            nb.metadata["course"] = {"digest": source.digest}
        root = Path(self.parent.parent.coursedir.root)
        store.released = json.loads(json.dumps(kept))
        store.own = self.parent.edition
        name = f"{source.name}.cases.json"
        form = cases_form(visible_cases(store))
        form = keep_numbers(self.parent.former.get(name), form)
        for language, edition in self.parent.translated.items():
            made = self._translated(edition, store, source.name)
            own = edition.cases(form, hints_name(source.assignment))
            if language == store.own:
                nb, form = made, own
                continue
            folder = edition_folder(root, language) / "release" / source.assignment
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{source.name}.ipynb"
            path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
            if source.has_checks:
                write_form(own, folder / name)
        path = store_path(root, names["assignment"], names["notebook"])
        store.follow(path)
        store.write(path)
        if source.has_checks:
            release = root / "release" / names["assignment"]
            release.mkdir(parents=True, exist_ok=True)
            write_form(form, release / name)
        return nb, resources

    def _translated(self, edition: "Edition", store: Store, name: str) -> NotebookNode:
        """Return the released notebook of an edition, and note it in the store."""
        where = f"source/{store.assignment}/{name}.ipynb"
        form = edition.notebook(store.released, where)
        made: NotebookNode = nbformat.from_dict(form)
        for cell in made.cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if "checksum" in nbgrader:
                nbgrader["checksum"] = utils.compute_checksum(cell)
        store.editions[edition.language]["released"] = json.loads(json.dumps(made))
        return made
