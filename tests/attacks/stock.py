"""The same attacks on stock nbgrader: its own kernels, hidden tests with asserts.

Stock nbgrader lets learners' code do what the grader may do. So it is run where
there is nothing to harm: behind a root folder of its own that holds the interpreter
and nothing else of this machine, without a network, as a user that nobody is, with
limits, and without a way back to other rights. All that was started ends with it.
Attacks that exhaust, signal or trace are left out even so: they have ``STOCK``.

``python -m tests.attacks.stock`` writes what it measured as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader.api import MissingEntry

from autograder.nbgrader.course import Course
from autograder.sandbox import isolation, namespaces
from autograder.sandbox.limits import MB, Limits
from tests import course as tiny
from tests.attacks import suite

__all__ = ["measure"]

LONGEST = 1500
LIMITS = Limits(
    memory=2500 * MB,
    processes=200,
    file_size=64 * MB,
    disk=400 * MB,
    open_files=1024,
    cpu=300.0,
)
CONFIG = """
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
# There is no network where this runs.
c.KernelManager.transport = "ipc"
c.KernelManager.ip = str(Path(__file__).resolve().parent / "kernel")
"""
CENTRE = '''def centre(X):
    """Take the mean of each row off."""
    ### BEGIN SOLUTION
    mu = np.mean(X, axis=1, keepdims=True)
    return X - mu
    ### END SOLUTION'''
CENTRE_CHECK = """X = np.array([[1.0, 3.0], [0.0, 10.0]])
np.testing.assert_allclose(centre(X), [[-1.0, 1.0], [-5.0, 5.0]])
### BEGIN HIDDEN TESTS
for n in (2, 3, 4):
    X = np.random.RandomState(n).randn(n, 5)
    np.testing.assert_allclose(centre(X), X - X.mean(axis=1, keepdims=True))
X = np.array([[8675309.0, 1.0, 2.0], [4.0, 4.0, 1.0]])
np.testing.assert_allclose(centre(X), X - X.mean(axis=1, keepdims=True))
### END HIDDEN TESTS"""
SPREAD = '''def spread(X, power):
    """Return the mean of the centred values raised to a power, and the centre."""
    ### BEGIN SOLUTION
    Z = centre(X)
    return np.mean(Z**power, axis=1, keepdims=True), Z
    ### END SOLUTION'''
SPREAD_CHECK = """X = np.array([[1.0, 2.0, 9.0], [0.0, 3.0, 3.5]])
value, Z = spread(X, power=2)
np.testing.assert_allclose(value, [[38.0 / 3], [7.1666667 / 3]], rtol=1e-6)
### BEGIN HIDDEN TESTS
for n in (2, 3, 4, 5):
    X = np.random.RandomState(n).randn(n, 6) ** 2
    value, Z = spread(X, 3)
    np.testing.assert_allclose(Z, X - X.mean(axis=1, keepdims=True))
    np.testing.assert_allclose(value, np.mean(Z**3, axis=1, keepdims=True))
### END HIDDEN TESTS"""


def measure() -> dict[str, dict]:
    """Try the attacks on stock nbgrader; return what came of each by name.

    Raises
    ------
    RuntimeError
        If the run could not be protected, or did not end well.
    """
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        os.chmod(folder, 0o711)
        run = subprocess.run(
            [sys.executable, "-m", "tests.attacks.stock", folder],
            cwd=suite.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=LONGEST,
        )
    if run.returncode:
        raise RuntimeError(f"stock nbgrader was not measured ({run.returncode})")
    return json.loads(run.stdout.decode().splitlines()[-1])


def protect(folder: str) -> None:
    """Go where nothing can be harmed, and try the attacks there."""
    root = os.geteuid() == 0
    namespaces.separate_processes(user_namespace=not root)
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    chosen = isolation.Isolation(
        namespaces=True,
        user_namespace=not root,
        own_user=root,
        landlock=False,
        seccomp=False,
    )
    own = [str(suite.ROOT / name) for name in ("autograder", "helpers", "tests")]
    shared = os.path.join(sys.prefix, "share")
    readable = isolation.readable_paths([*own, shared])
    user = isolation.own_user() if root else None
    if root and user is None:
        sys.exit("no user id is free here")
    home = isolation.enter(chosen, LIMITS, readable, folder, None, user)
    os.chdir(home)
    environment = {
        "A_SECRET_TOKEN": suite.CANARIES["environment"],
        "HOME": home,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(suite.ROOT),
        "PYTHONWARNINGS": "ignore",
        "TMPDIR": f"{home}/tmp",
    }
    module = ["-P", "-m", "tests.attacks.stock", "--protected"]
    os.execve(sys.executable, [sys.executable, *module], environment)


def try_all() -> dict[str, dict]:
    """Try each attack on a course of its own, in a process of its own."""
    if os.geteuid() == 0 or os.path.exists("/etc/passwd"):
        sys.exit("this is for the protected run only")
    home = Path.home()
    template = Stock(home / "template")
    template.prepare()
    found = {}
    for name, module in suite.attacks().items():
        if hasattr(module, "STOCK"):
            continue
        result = home / f"{name}.json"
        child = os.fork()
        if child == 0:
            try:
                os.environ["HOME"] = str(home / "homes" / name)
                os.makedirs(os.environ["HOME"])
                (Path.home() / "notes.txt").write_text(suite.CANARIES["home"])
                root = home / "courses" / name
                shutil.copytree(template.root, root, symlinks=True)
                os.chdir(root)
                result.write_text(json.dumps(Stock(root).attack(name, module)))
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        if not result.exists():
            raise RuntimeError(f"{name} was not tried")
        found[name] = json.loads(result.read_text())
        shutil.rmtree(home / "courses" / name, ignore_errors=True)
        print(name, found[name], file=sys.stderr)
    return found


class Stock:
    """A course as stock nbgrader would have it.

    Parameters
    ----------
    root : its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Write and generate it, and grade the honest learner."""
        source = self.root / "source" / suite.ASSIGNMENT
        source.mkdir(parents=True)
        (self.root / "nbgrader_config.py").write_text(CONFIG)
        (self.root / "home").mkdir()
        (self.root / "home" / "notes.txt").write_text(suite.CANARIES["home"])
        (self.root / "cases").mkdir()
        (self.root / "cases" / "note.json").write_text(suite.CANARIES["cases"])
        (source / "misconceptions.toml").write_text(suite.CANARIES["source"])
        notebook = tiny.tiny_notebook()
        why = new_markdown_cell("Because.")
        why["id"] = "why"
        why.metadata["nbgrader"] = tiny.nbgrader("why", "written", 1)
        notebook.cells = [
            tiny.code("setup", "import numpy as np", "locked"),
            tiny.code("centre", CENTRE, "solution"),
            tiny.code("centre-check", CENTRE_CHECK, "check", 3),
            tiny.code("spread", SPREAD, "solution"),
            tiny.code("spread-check", SPREAD_CHECK, "check", 4),
            why,
        ]
        nbformat.write(notebook, source / "tiny.ipynb")
        Course(self.root).generate(suite.ASSIGNMENT)
        self.hand_in("honest", honest() | {"why": suite.CANARIES["other"]})
        problem = tiny.autograde(Course(self.root), suite.ASSIGNMENT, "honest")
        if problem or self.points("honest") != suite.POINTS:
            raise RuntimeError(f"honest work: {problem}, {self.points('honest')}")

    def hand_in(self, name: str, cells: dict[str, str], first: str = "") -> suite.Place:
        """Put a submission into submitted/."""
        place = suite.Place(self.root, name, "stock")
        shutil.copytree(self.root / "release" / suite.ASSIGNMENT, place.submission)
        suite.write_answers(place.submission / "tiny.ipynb", cells, first)
        return place

    def attack(self, name: str, module: object) -> dict:
        """Hand an attack in and grade it; return what came of it."""
        cells = suite.cells_of(module, {"centre": honest()["centre"]})
        first = suite.filled(getattr(module, "FIRST", ""), self.root)
        place = self.hand_in(suite.name_of(name, module), cells, first)
        if hasattr(module, "prepare"):
            module.prepare(place)
        before = self.others()
        problem = tiny.autograde(Course(self.root), suite.ASSIGNMENT, place.name)
        printed = suite.printed_in(place.graded(place.name))
        return {
            "graded": not problem,
            "points": self.points(place.name),
            "bytes": sum(len(secret) for secret in secrets() if secret in printed),
            "reached": "REACHED" in printed,
            "others": before != self.others(),
        }

    def others(self) -> tuple:
        """Return what is the honest learner's."""
        files = (
            self.root / step / "honest" / suite.ASSIGNMENT / "tiny.ipynb"
            for step in ("submitted", "autograded")
        )
        return (self.points("honest"), *(path.read_bytes() for path in files))

    def points(self, name: str) -> float:
        """Return a learner's points, extra ones too, as the gradebook has them."""
        with Course(self.root).gradebook() as book:
            try:
                return book.find_submission(suite.ASSIGNMENT, name).score
            except MissingEntry:
                return 0.0


def honest() -> dict[str, str]:
    """Return right answers."""
    marks = ("### BEGIN SOLUTION", "### END SOLUTION")
    return {
        name: "\n".join(
            line for line in source.splitlines() if line.strip() not in marks
        )
        for name, source in (("centre", CENTRE), ("spread", SPREAD))
    }


def secrets() -> list[str]:
    """Return what no learner may read: hidden tests, answers, others' texts."""
    found = [suite.HIDDEN, *suite.CANARIES.values()]
    for source in (CENTRE_CHECK, SPREAD_CHECK):
        hidden = source.partition("### BEGIN HIDDEN TESTS\n")[2]
        lines = [line.strip() for line in hidden.splitlines()[:-1]]
        found += [line for line in lines if line not in source.partition("###")[0]]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    if sys.argv[1:] == ["--protected"]:
        print(json.dumps(try_all()))
    elif len(sys.argv) == 2:
        protect(sys.argv[1])
    else:
        print(json.dumps(measure()))
