"""What an attack is, and a small course to try it on.

An attack is a module in this folder. Its docstring's first line says what it
tries. It has some of:

``FIRST``
    a cell that the attacker puts before all others;
``CELLS``
    cells of the attacker's by grade_id, in place of the honest ones;
``HONEST``
    the mark that the honest part of the work deserves. Without ``CELLS`` it is
    3 of 7: `centre` is right, `spread` is not attempted;
``LOSES``
    True where the attack spoils honest answers too, and so may get less;
``TRIED``
    False where the cell cannot say that it got to its end;
``REFUSED``
    True where nbgrader itself cannot copy what was handed in: the submission is
    then reported by name, and has no mark;
``prepare(place)``
    puts files beside the submitted notebook;
``harm(place)``
    returns what shows outside that the attack worked, or nothing.

A cell prints ``REACHED`` and what, where it got what it must not, and ``TRIED``
when it is through. Text that only others may see holds a canary. The attack has
failed if the mark is the honest one, nothing was reached, no canary is in the
graded notebook or the feedback, no harm is done, and the next honest submission
is graded as ever.

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
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat.v4 import new_code_cell

from autograder.course import Course
from tests import course as tiny

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASSIGNMENT = "01_tiny"
POINTS, HONEST = 7.0, 3.0
HIDDEN = "8675309"
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
c.WarmProvisioner.memory = 384
c.WarmProvisioner.processes = 48
c.WarmProvisioner.disk = 16
c.WarmProvisioner.file_size = 8
c.WarmProvisioner.output = 24
c.WarmProvisioner.cpu = 12
c.WarmProvisioner.wall = 45
"""


def attacks() -> dict[str, ModuleType]:
    """Return the attacks by name."""
    names = sorted(path.stem for path in HERE.glob("*.py"))
    names = [n for n in names if n not in ("__init__", "suite", "test_attacks")]
    return {name: importlib.import_module(f"tests.attacks.{name}") for name in names}


@dataclass
class Place:
    """Where an attack is tried.

    Attributes
    ----------
    root : the course's folder, which holds all that is to be protected.
    name : the attacker's name.
    found : what an attack's `prepare` wants to remember for its `harm`.
    """

    root: Path
    name: str
    found: dict = field(default_factory=dict)

    @property
    def submission(self) -> Path:
        """The folder that the attacker hands in."""
        return self.root / "submitted" / self.name / ASSIGNMENT


class Target:
    """A course with an honest learner, to be attacked.

    Parameters
    ----------
    root : an empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        source = tiny.write_source(root)
        catalogue = source / "misconceptions.toml"
        secret = f"# {CANARIES['source']}\n"
        catalogue.write_text(secret + catalogue.read_text())
        config = (ROOT / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(config + SETTINGS)
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
        place = Place(self.root, name)
        shutil.copytree(self.root / "release" / ASSIGNMENT, place.submission)
        path = place.submission / "tiny.ipynb"
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            cell.source = cells.get(cell["id"], cell.source)
        if first:
            cell = new_code_cell(textwrap.dedent(first).strip())
            cell["id"] = "first"
            notebook.cells.insert(1, cell)
        nbformat.write(notebook, path)
        return place

    def attack(self, name: str, module: ModuleType) -> tuple[Place, float, str]:
        """Hand an attack in and grade it; return place, mark and what is visible."""
        attacker = f"attacker-{name}"
        cells = getattr(module, "CELLS", {"centre": self.right["centre"]})
        cells = {key: textwrap.dedent(cell).strip() for key, cell in cells.items()}
        place = self.hand_in(attacker, cells, self.filled(getattr(module, "FIRST", "")))
        if hasattr(module, "prepare"):
            module.prepare(place)
        if getattr(module, "REFUSED", False):
            assert self.course.autograde(ASSIGNMENT, attacker)
            return place, 0.0, ""
        mark = self.grade(attacker)
        visible = [self.graded(attacker).read_text()]
        self.course.feedback(ASSIGNMENT, attacker)
        pages = (self.root / "feedback" / attacker).rglob("*")
        visible += [
            page.read_text(errors="replace") for page in pages if page.is_file()
        ]
        return place, mark, "\n".join(visible)

    def filled(self, cell: str) -> str:
        """Put places into a cell: ``{ROOT}``, ``{REPOSITORY}``, ``{HOME}``."""
        for name, value in (
            ("ROOT", self.root),
            ("REPOSITORY", ROOT),
            ("HOME", Path.home()),
        ):
            cell = cell.replace("{" + name + "}", str(value))
        return cell

    def graded(self, name: str) -> Path:
        """Return where a learner's graded notebook is."""
        return self.root / "autograded" / name / ASSIGNMENT / "tiny.ipynb"

    def grade(self, name: str) -> float:
        """Grade a submission through nbgrader; return its automatic points."""
        problem = self.course.autograde(ASSIGNMENT, name)
        if problem:
            raise AssertionError(f"{name} could not be graded: {problem}")
        row = next(r for r in self.course.grades(ASSIGNMENT) if r.student == name)
        return row.points

    def printed(self, name: str) -> str:
        """Return all text in the outputs of a graded notebook."""
        if not self.graded(name).exists():
            return ""
        notebook = json.loads(self.graded(name).read_text())
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
