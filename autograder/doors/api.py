"""``autograder.grade``: one notebook in, its result out; nothing is saved."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.copies import MOST_BYTES, notebook_in, notebooks_in
from autograder.doors.result import Result, missing_result, result_of
from autograder.errors import CourseError
from autograder.files import Sort, read_bounded, sort_of
from autograder.healing import edition_in
from autograder.lms_names import notebook_of
from autograder.names import plain
from autograder.nbgrader.execution import Heal, JudgedExecute, healed_notebook
from autograder.nbgrader.submitted_files import SubmittedFiles, content_of, pack, unpack
from autograder.sandbox.forkserver import NotStarted
from autograder.sandbox.isolation import Refused
from autograder.sandbox.settings import Sandbox
from autograder.store import Store, read_stores
from helpers.strings import speaking

IGNORED = [".*", "*.pyc", "__pycache__", "feedback", "*.cases.json"]
CELL_SECONDS = 60


def grade(
    notebook: str | Path | bytes | NotebookNode,
    assignment: str,
    *,
    cases: str | Path = "cases",
    name: str = "",
    folder: str | Path | None = None,
    config: Config | None = None,
) -> Result:
    """Grade a notebook as grading a class does, and save nothing.

    Parameters
    ----------
    notebook : str, Path, bytes or NotebookNode
        A submitted file, its bytes, or a notebook that was read.
    assignment : str
        The assignment.
    cases : str or Path
        The folder in which generating an assignment puts its cases.
    name : str
        Which notebook of the assignment it is; by default the one that the file's
        name says, or its cells, or the only one that there is.
    folder : str or Path, optional
        Files that lie beside the notebook when its cells run; none by default.
    config : Config, optional
        nbgrader's settings, of which those of execution and sandbox count.

    Returns
    -------
    Result
        Marks, verdicts, hints, notes and flags; nothing hidden.

    Raises
    ------
    CourseError
        If the assignment is unknown, it cannot be said which notebook this is, or
        no sandbox holds here. What a submission holds never raises.
    """
    stores = _stores(Path(cases), assignment)
    raw: bytes | None
    file = ""
    if isinstance(notebook, bytes):
        raw = notebook
        files = SubmittedFiles(raw)
    elif isinstance(notebook, NotebookNode):
        raw = nbformat.writes(notebook).encode()
        files = SubmittedFiles(raw)
    else:
        path = Path(notebook)
        file, sort = path.name, sort_of(path)[0]
        raw = read_bounded(path, MOST_BYTES)
        files = SubmittedFiles(content_of(path), sort=sort)
    if not name:
        which = notebook_of(file, stores)
        name = which[0] if which else ""
        if not name and raw is not None:
            name = notebook_in(raw, stores)
            if name and file.lower().endswith(".ipynb"):  # which is noted
                files = SubmittedFiles(None, others={file: raw}, sort=Sort.NOTHING)
        if not name and len(stores) == 1:
            name = next(iter(stores))
    if name not in stores:
        known = ", ".join(stores)
        raise CourseError(
            f"{plain(file or name) or 'the notebook'} is no notebook of {assignment}; "
            f"it has: {known}"
        )
    if folder is not None:
        beside = pack(Path(folder), name, IGNORED, stores)
        files = replace(files, files=beside.files, others=files.others or beside.others)
    return _graded_files(files, stores, name, config)


def _graded_files(
    files: SubmittedFiles, stores: dict[str, Store], name: str, config: Config | None
) -> Result:
    """Grade one notebook of what was submitted, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as place:
        path = Path(place, "submitted", f"{name}.ipynb")
        work = Path(place, "beside")
        work.mkdir()
        unpack(files, path, work)
        return _graded(path, work, stores, name, config or _settings())


def grade_folder(
    folder: str | Path,
    assignment: str,
    *,
    cases: str | Path = "cases",
    config: Config | None = None,
) -> list[Result]:
    """Grade all notebooks of a submission; one that is not there earns nothing.

    Parameters
    ----------
    folder : str or Path
        The submission.
    assignment : str
        The assignment.
    cases : str or Path
        As for ``grade``.
    config : Config, optional
        As for ``grade``.

    Returns
    -------
    list of Result
        One for each notebook of the assignment.
    """
    stores = _stores(Path(cases), assignment)
    if Path(folder).is_symlink():
        # Of a repository: it may lead to another learner's work, or to the solution.
        return [missing_result(stores[name], name) for name in stores]
    there = notebooks_in(Path(folder), stores)
    return [
        _graded_files(pack(Path(folder), name, IGNORED, stores), stores, name, config)
        if name in there
        else missing_result(stores[name], name)
        for name in stores
    ]


def notebooks_of(assignment: str, cases: str | Path = "cases") -> list[str]:
    """Return the names of an assignment's notebooks, by their cases.

    Raises
    ------
    CourseError
        If there is no such assignment.
    """
    folder = Path(cases)
    names = []
    if re.fullmatch(r"[\w-][\w.-]*", assignment):
        names = sorted(path.stem for path in (folder / assignment).glob("*.json"))
    if not names:
        known = sorted(path.parent.name for path in folder.glob("*/*.json"))
        said = ", ".join(dict.fromkeys(known)) or "none"
        raise CourseError(
            f"there are no cases of {plain(assignment)!r} in {folder.absolute()}; "
            f"known: {said}. Generating an assignment makes them; where they lie is "
            "said with --cases FOLDER, or cases= in Python"
        )
    return names


def _stores(cases: Path, assignment: str) -> dict[str, Store]:
    return read_stores(cases / assignment, notebooks_of(assignment, cases))


def _settings() -> Config:
    config = Config()
    config.Execute.timeout = CELL_SECONDS
    return config


def _graded(
    path: Path, beside: Path, stores: dict[str, Store], name: str, config: Config
) -> Result:
    try:
        isolation = Sandbox(config=config).isolation.name
    except Refused as refusal:
        raise CourseError(f"{refusal}: see `python -m autograder doctor`") from None
    except NotStarted as problem:
        raise CourseError(str(problem)) from None
    store = stores[name]
    _, notebook = healed_notebook(path, store, stores)
    resources = {
        "metadata": {"name": name, "path": str(beside)},
        "course": {"store": store},
    }
    for step in (Heal(config=config), JudgedExecute(config=config)):
        notebook, resources = step.preprocess(notebook, resources)
    notebook.metadata["course"].setdefault("isolation", isolation)
    edition = edition_in(notebook)
    with speaking(edition):
        return result_of(store.speaking(edition), name, notebook, resources)
