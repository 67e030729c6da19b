"""What a worker does: read, heal, execute and judge one notebook.

The converter is nbgrader's own, in a temporary course that holds one submission
and a gradebook of nothing but the assignment's cells.
"""

import contextlib
import functools
import hashlib
import json
import os
import pickle
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveAutoGrades
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.errors import advised
from autograder.flags import REFUSAL, Flag, flags_from
from autograder.nbgrader.execution import Earned, marks_of
from autograder.nbgrader.submitted_files import (
    Task,
    digest_of_content,
    pack,
    unpack,
    write_files,
)
from autograder.outputs import notebook_text
from autograder.sandbox import scratch
from autograder.sandbox.settings import Sandbox
from autograder.store import Store

# What is not in a finished notebook because of the submission alone.
PASSING = ("CellTimeoutError",)
OWN = ("autograder.", "nbgrader.")  # modules whose preprocessors begin anew each time


@dataclass(frozen=True)
class Assignment:
    """What a worker needs to know of an assignment; it travels as it is."""

    name: str
    stores: dict[str, bytes]  # the file of each notebook's cases
    files: dict[str, bytes]  # what lies beside the source's notebooks, by relative path
    gradebook: bytes  # a gradebook that holds the assignment's cells and nobody's work
    config: Config
    fingerprint: str  # digest of all this and of the installed packages
    known: frozenset[str] = frozenset()  # keys of cached results


@dataclass
class Finished:
    """What a worker made of one notebook."""

    student: str
    notebook: str
    key: str = ""  # digest of all that the result depends on
    text: str = ""  # the finished notebook in JSON; empty where it is cached already
    # Why a person should look, by cell.
    flagged: dict[str, str] = field(default_factory=dict)
    # What a person should look at besides.
    flags: list[Flag] = field(default_factory=list)
    error: str = ""  # why there is no result, or empty
    trace: str = ""  # the traceback of a fault of ours, for the log
    tries: int = 1  # how often it was begun
    marks: Earned | None = None  # what its cells have earned, where that is known
    lasting: bool = False  # whether doing it again would give the same
    seconds: float = 0.0  # how long it took


@functools.lru_cache(maxsize=64)
def parsed(content: bytes) -> Store:
    """Return what the file of a notebook's cases holds; each is read once.

    Workers that are forked have inherited what the first process read.
    """
    return Store.from_form(json.loads(content))


def named(item: str | type) -> type:
    """Return a class that a configuration names or holds."""
    return import_item(item) if isinstance(item, str) else item


def split(config: Config) -> tuple[list[type], list[type]]:
    """Split the configured preprocessors into workers' and the writer's.

    The writer's begin where grades are saved; what only checks is the workers'.
    """
    workers: list[type] = []
    writers: list[type] = []
    for name in config.Autograde.autograde_preprocessors:
        item = named(name)
        saves = issubclass(item, SaveAutoGrades) or bool(writers)
        checks = issubclass(item, CheckCellMetadata)
        (writers if saves and not checks else workers).append(item)
    return workers, writers


def digest_of_code(folders: Iterable[Path]) -> str:
    """Return a digest of all files of some packages, compiled ones apart."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                said = f"{path.relative_to(folder)}\0{path.stat().st_size}\0"
                digest.update(said.encode() + path.read_bytes())
    return digest.hexdigest()


def versions() -> str:
    """Return a digest of what is installed, and of what grades.

    The names of folders say which versions there are; code that was fetched anew into
    an installation in place has the old one.
    """
    found = {
        path.name
        for folder in map(Path, sys.path)
        for pattern in ("*.dist-info", "*.egg-info")
        for path in folder.glob(pattern)
    }
    own = (import_module(name).__path__ for name in ("autograder", "helpers"))
    code = digest_of_code(Path(place) for places in own for place in places)
    return hashlib.sha256("\n".join([code, *sorted(found)]).encode()).hexdigest()


class Converter(Autograde):
    """The converter of nbgrader up to the point where grades are saved."""

    lock: int  # on its folder, as long as it is in use

    def __init__(self, assignment: Assignment, folder: Path) -> None:
        self.folder = folder
        config = Config(pickle.loads(pickle.dumps(assignment.config)))
        config.CourseDirectory.root = str(folder)
        config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
        (folder / "gradebook.db").write_bytes(assignment.gradebook)
        stores: dict[tuple[str, str], Store] = {}
        for name, content in assignment.stores.items():
            stores[assignment.name, name] = parsed(content)
        config.Autograde.autograde_preprocessors = split(config)[0]
        directory = CourseDirectory(config=config)
        directory.assignment_id = assignment.name
        super().__init__(coursedir=directory, config=config)
        self.assignment = assignment
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self.exporter.stores.update(stores)
        self.exporter.notebooks = list(assignment.stores)
        self._own: dict[type, Any] = {}

    def grade(self, task: Task) -> Finished:
        """Grade one notebook; whatever goes wrong becomes a reason."""
        began = time.monotonic()
        finished = Finished(task.student, task.notebook)
        self._task, self._finished = task, finished
        submitted = Path(self._format_source(self.assignment.name, task.student))
        graded = Path(self._format_dest(self.assignment.name, task.student))
        for folder in (submitted, graded):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            # Without isolation no process starts, which is nobody's zero.
            _ = Sandbox(config=self.config).isolation
            submitted_files = task.files or pack(
                Path(task.folder),
                task.notebook,
                self.coursedir.ignore,
                self.assignment.stores,
                replaced=self.assignment.files,
            )
            path = submitted / f"{task.notebook}.ipynb"
            unpack(submitted_files, path, graded)
            write_files(graded, self.assignment.files)
            self._beside = submitted_files.files
            self.convert_single_notebook(str(path))
        except Exception as error:
            finished.error = advised(f"{type(error).__name__}: {error}"[:500])
            finished.trace = traceback.format_exc()[-8000:]
        finally:
            shutil.rmtree(submitted.parent, ignore_errors=True)
            shutil.rmtree(graded.parent, ignore_errors=True)
        finished.seconds = round(time.monotonic() - began, 2)
        return finished

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Heal, look whether the result is known, and execute.

        An exporter would copy and check the notebook anew after each step.
        """
        resources = self.init_single_notebook_resources(notebook_filename)
        notebook = self.exporter.healed(notebook_filename, resources)
        notebook, resources = self._through(
            self.sanitize_preprocessors, notebook, resources
        )
        healed = json.dumps(notebook, sort_keys=True).encode()
        self._finished.key = self._key(healed)
        known = self._finished.key in self.assignment.known
        if known and not self._task.fresh:
            self._finished.lasting = True
            return
        names = resources["nbgrader"]
        beside = self._format_dest(names["assignment"], names["student"])
        resources["metadata"]["path"] = beside
        # Where a learner's cells look for it.
        Path(beside, os.path.basename(notebook_filename)).write_bytes(healed)
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            notebook, resources = self._through(
                self.autograde_preprocessors, notebook, resources
            )
        output = notebook_text(notebook)
        self._finished.text = output
        flagged = self._finished.flagged = dict(resources["course"]["flagged"])
        with contextlib.suppress(ValueError):  # who saves the grades says what is odd
            self._finished.marks = marks_of(notebook, flagged, self.log)
        self._finished.flags = flags_from(notebook.metadata["course"].get("flags"))
        self._finished.lasting = not any(
            reason != REFUSAL for reason in self._finished.flagged.values()
        ) and not any(name in output for name in PASSING)

    def _through(
        self, steps: list[str | type], notebook: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        for step in steps:
            notebook, resources = self._preprocessor(step)(notebook, resources)
        return notebook, resources

    def _preprocessor(self, step: str | type) -> Any:
        """Return what does a step; another's may keep something of a notebook."""
        kind = named(step)
        if not kind.__module__.startswith(OWN):
            return kind(parent=self.exporter)
        if kind not in self._own:
            self._own[kind] = kind(parent=self.exporter)
        return self._own[kind]

    def _key(self, healed: bytes) -> str:
        digest = hashlib.sha256(f"{self.assignment.fingerprint}\0".encode())
        for name, content in self._beside.items():
            digest.update(name.encode("utf-8", "replace") + b"\0")
            digest.update(digest_of_content(content))
        digest.update(healed)
        return digest.hexdigest()


_converters: dict[str, Converter] = {}
_one_at_a_time = threading.Lock()


def grade(assignment: Assignment, task: Task) -> Finished:
    """Grade one notebook in this process, which keeps its converter."""
    with _one_at_a_time:
        key = f"{os.getpid()} {assignment.fingerprint}"
        if key not in _converters:
            remove_converters()
            folder, lock = scratch.make("grade-", scratch.memory())
            _converters[key] = Converter(assignment, Path(folder))
            _converters[key].lock = lock
        return _converters[key].grade(task)


def remove_converters() -> None:
    """Remove this process's converters."""
    for key, converter in list(_converters.items()):
        if key.startswith(f"{os.getpid()} "):
            shutil.rmtree(converter.folder, ignore_errors=True)
            os.close(converter.lock)
    _converters.clear()


def digest_of(*parts: object) -> str:
    """Return a digest of plain values and bytes."""
    digest = hashlib.sha256()
    for part in parts:
        if not isinstance(part, bytes):
            part = json.dumps(part, sort_keys=True, default=_named).encode()
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _named(value: object) -> str:
    """Name a function by its name: its address is another in each process."""
    name = getattr(value, "__qualname__", None)
    return f"{value.__module__}.{name}" if name else str(value)
