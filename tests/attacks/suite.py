"""What an attack is, and a small course to try it on.

An attack is a module in this folder. Its docstring's first line says what it
tries. It has some of:

``FIRST``
    a cell that the attacker puts before all others;
``CELLS``
    cells of the attacker's by grade_id, in place of the honest ones;
``LEARNER``
    what the attacker is called, where that is the attack;
``HONEST``
    the mark that the honest part of the work deserves. Without ``CELLS`` it is
    3 of 7: `centre` is right, `spread` is not attempted;
``HONEST_STOCK``
    the same where a cell has all of its points or none, if that differs;
``LOSES``
    True where the attack spoils honest answers too, and so may get less;
``TRIED``
    False where the cell cannot say that it got to its end;
``REFUSED``
    True where what was handed in cannot be graded: the submission is then
    reported by name, and has no mark;
``REFUSED_BY``
    the same for one of `ENGINES`;
``STOCK``
    why it is not tried on stock nbgrader, where it is not (see `tests.attacks.stock`);
``prepare(place)``
    puts files beside the submitted notebook;
``harm(place)``
    returns what shows outside that the attack worked, or nothing.

A cell prints ``REACHED`` and what, where it got what it must not, and ``TRIED``
when it is through. Text that only others may see holds a canary. The attack has
failed if the mark is the honest one, nothing was reached, no canary is in the
graded notebook or the feedback, no harm is done, and honest submissions of the same
batch are graded as ever.

All are tried through both ways of grading: `Batch` hands all in at once and runs
``python -m autograder grade``; `OneByOne` has nbgrader's own converter grade one
after another.

Every attack is bounded and would do no harm without a sandbox, even for root: small
counts and sizes, short times, loopback addresses, temporary folders. It acts on
processes, mounts and terminals only that it or its `prepare` made, and takes back
what could outlive it.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat.v4 import new_code_cell

from autograder.batch.run_report import report_path
from autograder.nbgrader.course import Course
from autograder.submissions import read_submission
from tests import course as tiny
from tests.course import autograde, feedback

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASSIGNMENT = "01_tiny"
POINTS, HONEST = 7.0, 3.0
HIDDEN = "8675309"
NO_ATTACKS = ("__init__", "stock", "suite", "table", "test_attacks")
HONEST_NAMES = ("amid", "honest", "zoe")
CANARIES = {
    "source": "CANARY-4b1f-SOURCE",
    "cases": "CANARY-91c0-CASES",
    "other": "CANARY-e27a-OTHER",
    "environment": "CANARY-5d83-ENVIRONMENT",
    "home": "CANARY-07fb-HOME",
}
SETTINGS = """
c.Execute.timeout = 6
c.JudgedExecute.case_seconds = 2.0
c.JudgedExecute.start_seconds = 8
c.JudgedExecute.ping_seconds = 2
c.Sandbox.memory = 384
c.Sandbox.processes = 48
c.Sandbox.disk = 16
c.Sandbox.file_size = 8
c.Sandbox.output = 24
c.Sandbox.cpu = 12
c.Sandbox.wall = 45
"""


# What a machine may offer of the two walls, as settings that do without the rest.
FORMS = {
    "both": "",
    "landlock": "c.Sandbox.namespaces = False\n",
    "namespaces": "c.Sandbox.landlock = False\n",
}


def attacks() -> dict[str, ModuleType]:
    """Return the attacks by name."""
    names = sorted(path.stem for path in HERE.glob("*.py"))
    names = [n for n in names if n not in NO_ATTACKS]
    return {name: importlib.import_module(f"tests.attacks.{name}") for name in names}


@dataclass
class Place:
    """Where an attack is tried.

    Attributes
    ----------
    root : the course's folder, which holds all that is to be protected.
    name : the attacker's name.
    engine : "batch" or "one-by-one".
    found : what an attack's `prepare` wants to remember for its `harm`.
    """

    root: Path
    name: str
    engine: str = ""
    found: dict = field(default_factory=dict)

    @property
    def submission(self) -> Path:
        """The folder that the attacker hands in."""
        return self.root / "submitted" / self.name / ASSIGNMENT

    def graded(self, name: str) -> Path:
        """Return where a learner's graded notebook is."""
        return self.root / "autograded" / name / ASSIGNMENT / "tiny.ipynb"


@dataclass
class Outcome:
    """What came of an attack.

    Attributes
    ----------
    mark : automatic points, or None where the submission was refused.
    visible : all that the attacker, or a reader of its pages, gets to see.
    printed : what its cells printed.
    harm : what shows outside that it worked.
    """

    mark: float | None
    visible: str
    printed: str
    harm: object


class Target:
    """A course with an honest learner, to be attacked.

    Parameters
    ----------
    root : an empty folder.
    engine : what its places are told.
    settings : further lines of the course's configuration.
    """

    def __init__(self, root: Path, engine: str, settings: str = "") -> None:
        self.root = root
        self.engine = engine
        source = tiny.write_source(root)
        catalogue = source / "misconceptions.toml"
        secret = f"# {CANARIES['source']}\n"
        catalogue.write_text(secret + catalogue.read_text())
        config = (ROOT / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(config + SETTINGS + settings)
        (root / "home").mkdir()
        (root / "home" / "notes.txt").write_text(CANARIES["home"])
        self.course = Course(root)
        self.course.generate(ASSIGNMENT)
        (root / "cases" / "note.json").write_text(CANARIES["cases"])
        solved = {c["id"]: c.source for c in tiny.tiny_notebook().cells}
        self.right = {name: solved[name] for name in ("centre", "spread")}
        self.hand_in("honest", self.right | {"why": CANARIES["other"]})
        assert self.grade("honest") == POINTS

    def hand_in(self, name: str, cells: dict[str, str], first: str = "") -> Place:
        """Put a submission into submitted/."""
        place = Place(self.root, name, self.engine)
        shutil.copytree(self.root / "release" / ASSIGNMENT, place.submission)
        write_answers(place.submission / "tiny.ipynb", cells, first)
        return place

    def attack(self, name: str, module: ModuleType) -> Place:
        """Hand an attack in."""
        cells = cells_of(module, {"centre": self.right["centre"]})
        first = filled(getattr(module, "FIRST", ""), self.root)
        place = self.hand_in(name_of(name, module), cells, first)
        if hasattr(module, "prepare"):
            module.prepare(place)
        return place

    def outcome(self, place: Place, module: ModuleType, graded: bool) -> Outcome:
        """See what came of an attack."""
        visible, mark, printed = [], None, ""
        if graded:
            mark = self.points(place.name)
            visible = [place.graded(place.name).read_text()]
            feedback(self.course, ASSIGNMENT, place.name)
            pages = (self.root / "feedback" / place.name).rglob("*")
            visible += [p.read_text(errors="replace") for p in pages if p.is_file()]
            printed = printed_in(place.graded(place.name))
        harm = getattr(module, "harm", lambda _: None)(place)
        return Outcome(mark, "\n".join(visible), printed, harm)

    def points(self, name: str) -> float:
        """Return a learner's automatic points."""
        with self.course.gradebook() as book:
            submission = book.find_submission(ASSIGNMENT, name)
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            return sum(g.auto_score or 0.0 for g in grades)

    def grade(self, name: str) -> float:
        """Grade a submission through nbgrader; return its automatic points."""
        problem = autograde(self.course, ASSIGNMENT, name)
        if problem:
            raise AssertionError(f"{name} could not be graded: {problem}")
        return self.points(name)


class Batch:
    """All attacks and honest work, graded in one run of the runner.

    Parameters
    ----------
    root : an empty folder.
    modules : the attacks by name.
    form : which of the `FORMS` of isolation is in force.
    """

    def __init__(
        self, root: Path, modules: dict[str, ModuleType], form: str = "both"
    ) -> None:
        self.target = target = Target(root, "batch", FORMS[form])
        for name in HONEST_NAMES:
            if name != "honest":
                target.hand_in(name, target.right)
        places = {name: target.attack(name, modules[name]) for name in modules}
        command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--force"]
        self.run = subprocess.run(command, cwd=root, capture_output=True, timeout=1800)
        report = json.loads(report_path(root, ASSIGNMENT).read_text())
        self.rows = {row["student"]: row for row in report["submissions"]}
        self.outcomes = {
            name: target.outcome(place, modules[name], self.rows[place.name]["graded"])
            for name, place in places.items()
        }
        self.honest = {name: target.points(name) for name in HONEST_NAMES}

    def outcome(self, name: str) -> Outcome:
        """Return what came of an attack."""
        return self.outcomes[name]


class OneByOne:
    """Attacks that nbgrader's own converter grades, one after another.

    Parameters
    ----------
    root : an empty folder.
    modules : the attacks by name.
    """

    def __init__(self, root: Path, modules: dict[str, ModuleType]) -> None:
        self.target = Target(root, "one-by-one")
        self._modules = modules

    def outcome(self, name: str) -> Outcome:
        """Hand an attack in, grade it and return what came of it."""
        module = self._modules[name]
        place = self.target.attack(name, module)
        problem = autograde(self.target.course, ASSIGNMENT, place.name)
        return self.target.outcome(place, module, not problem)

    @property
    def honest(self) -> dict[str, float]:
        """Grade honest work now; return the points of all of it."""
        for name in HONEST_NAMES:
            if name != "honest":
                self.target.hand_in(name, self.target.right)
                self.target.grade(name)
        return {name: self.target.points(name) for name in HONEST_NAMES}


ENGINES = {"runner": Batch, "nbgrader": OneByOne}


def name_of(name: str, module: ModuleType) -> str:
    """Return what the learner of an attack is called."""
    return getattr(module, "LEARNER", f"attacker-{name}")


def cells_of(module: ModuleType, honest: dict[str, str]) -> dict[str, str]:
    """Return the attacker's cells by grade_id, the honest ones if it has none."""
    cells = getattr(module, "CELLS", honest)
    return {key: textwrap.dedent(cell).strip() for key, cell in cells.items()}


def filled(cell: str, root: Path) -> str:
    """Put places into a cell: ``{ROOT}``, ``{REPOSITORY}``, ``{HOME}``."""
    for name, value in (("ROOT", root), ("REPOSITORY", ROOT), ("HOME", Path.home())):
        cell = cell.replace("{" + name + "}", str(value))
    return cell


def write_answers(path: Path, cells: dict[str, str], first: str = "") -> None:
    """Put cells into a released notebook, by grade_id, and one before all others."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.source = cells.get(cell["id"], cell.source)
    if first:
        cell = new_code_cell(textwrap.dedent(first).strip())
        cell["id"] = "first"
        notebook.cells.insert(1, cell)
    nbformat.write(notebook, path)


def printed_in(path: Path) -> str:
    """Return all text that the cells of a graded notebook printed."""
    if not path.exists():
        return ""
    notebook = json.loads(path.read_text())
    outputs = [o for c in notebook["cells"] for o in c.get("outputs", [])]
    texts = [o.get("text", "") for o in outputs]
    return "".join("".join(part) for part in texts)


class Listeners:
    """Sockets that note whether anybody came."""

    def __init__(self, *sockets: socket.socket) -> None:
        self._sockets = sockets

    def visited(self) -> bool:
        """Say whether anybody came, and close the sockets."""
        came = False
        for listener in self._sockets:
            listener.setblocking(False)
            try:
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1)
                else:
                    listener.accept()[0].close()
                came = True
            except OSError:
                pass
            listener.close()
        return came


def running(marker: str) -> bool:
    """Say whether a process whose command line holds `marker` is running."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if marker in Path(f"/proc/{pid}/cmdline").read_text():
                return True
        except OSError:
            continue
    return False


def too_much_to_read(place: Place, most: int) -> list[float]:
    """Read what an attack has left in `place.found`; return what it costs too much of.

    More than five seconds of processor time, or more bytes of memory than `most`.
    """
    tracemalloc.start()
    began = time.process_time()
    read_submission(place.found["path"])
    seconds = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return [n for n, bound in ((seconds, 5), (peak, most)) if n > bound]
