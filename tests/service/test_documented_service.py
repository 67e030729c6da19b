"""What docs/service.md and docs/doors.md show is run here, as it stands there."""

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import nbformat
import psutil
import pytest
from click.testing import CliRunner
from traitlets.config import Config

from autograder.cli.main import main
from autograder.errors import CourseError
from autograder.service.settings import GradingService, Policy, service_settings
from tests.conftest import ROOT
from tests.course import CENTRE, SPREAD
from tests.service.conftest import MISTAKE, Place

SERVICE = (ROOT / "docs" / "service.md").read_text()
DOORS = (ROOT / "docs" / "doors.md").read_text()
UNIT = ROOT / "deploy" / "systemd" / "course-grading.service"
HINT = "One of the two axes runs over examples."
KEYS = {
    *("Description", "After", "User", "WorkingDirectory", "Environment", "ExecStart"),
    *("KillMode", "TimeoutStopSec", "Restart", "RestartSec", "WantedBy"),
}
PATIENCE = 120


def test_the_settings_that_the_page_shows_are_read():
    """Each has a name and a value that the service knows, and a row in the table."""
    (shown,) = re.findall(r"```python\n(.*?)```", SERVICE, re.S)
    config = Config()
    exec(shown, {"c": config})
    settings = GradingService(config=config)
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", SERVICE, re.M)
    own = settings.policy("01_logistic_regression")

    assert own == Policy(5, 600, "hints", "best", "refuse")
    assert settings.policy("02_shallow_network") == Policy()
    assert [name for name, _ in rows] == list(Policy.__dataclass_fields__)
    for name, values in rows:
        for value in re.findall(r"`(\w+)`", values):
            one = Config({"GradingService": {name: value}})
            assert getattr(GradingService(config=one), name) == value


def test_the_size_of_kept_copies_is_the_one_that_the_page_names():
    """With its bounds, which are checked."""
    said = re.search(
        r"`c\.GradingService\.(\w+)` \(([\d,]+) by default, from (\d+) to ([\d,]+)\)",
        SERVICE,
    )
    name, default, least, most = (
        said[1],
        *(int(n.replace(",", "")) for n in said.groups()[1:]),
    )

    assert getattr(GradingService(), name) == default
    for value in (least, most):
        one = Config({"GradingService": {name: value}})
        assert getattr(service_settings(one), name) == value
    for value in (least - 1, most + 1):
        with pytest.raises(CourseError, match=name):
            service_settings(Config({"GradingService": {name: value}}))


class Unit:
    """A unit of systemd, started as systemd does it: by its own lines.

    Paths of the documented machine become those of `place`.
    """

    def __init__(self, place: Place) -> None:
        read = RawConfigParser(strict=False)
        read.optionxform = str
        # A name that comes more than once is what only systemd allows.
        lines, environment = [], {}
        for line in UNIT.read_text().splitlines():
            name, _, value = line.partition("=")
            if name == "Environment":
                key, _, path = value.partition("=")
                environment[key] = path
            else:
                lines.append(line)
        read.read_string("\n".join(lines))
        self.settings = dict(read["Service"])
        paths = {
            "/opt/course/bin/python": sys.executable,
            "/opt/course/data": str(ROOT / "data"),
            "/opt/course/hub": str(ROOT / "deploy" / "jupyterhub"),
            "/srv/course": str(place.root),
            "/srv/nbgrader/exchange": str(place.exchange),
        }

        def here(text: str) -> str:
            for old, new in paths.items():
                text = text.replace(old, new)
            assert not re.search(r"/(opt|srv)/", text), text
            return text

        self.folder = here(self.settings["WorkingDirectory"])
        self.command = shlex.split(here(self.settings["ExecStart"]))
        self.environment = {key: here(path) for key, path in environment.items()}

    def start(self) -> subprocess.Popen:
        """Start it with what systemd gives to a service, and nothing else."""
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def _wait(there, process: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE
    while not there():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.slow
def test_the_system_service_grades_says_so_and_ends_with_its_workers(place):
    """Started, asked for its health, killed, started again and told to end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = place(f"c.GradingService.port = {port}")
    unit = Unit(here)
    urls = re.findall(r"<(http://127\.0\.0\.1:8899/health)>", SERVICE)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    health = urls[0].replace("8899", str(port))
    killed = unit.start()
    here.submit("ada+01_tiny+1", MISTAKE)
    page = here.box / "feedback" / "ada+01_tiny+1" / "tiny.html"
    try:
        _wait(page.exists, killed)
        form = json.load(opener.open(health, timeout=30))
    finally:
        killed.kill()
        killed.wait(60)
    again = unit.start()  # as Restart=always has it
    try:
        here.submit("bo+01_tiny+1")
        other = here.box / "feedback" / "bo+01_tiny+1" / "tiny.html"
        _wait(other.exists, again)
        workers = psutil.Process(again.pid).children(recursive=True)
        again.send_signal(signal.SIGTERM)  # KillMode=mixed
        said, _ = again.communicate(timeout=int(unit.settings["TimeoutStopSec"]))
    finally:
        again.kill()
        again.wait(60)

    assert form["status"] == "ok"
    assert unit.settings["Restart"] == "always"
    assert HINT in page.read_text()
    assert again.returncode == 0, said
    assert f"watching {here.exchange}/neural-networks/inbound" in said
    assert workers and not psutil.wait_procs(workers, timeout=30)[1]


@pytest.mark.parametrize("flaw", ["", "Restrat=always"])
def test_the_unit_is_one_that_systemd_takes(tmp_path, flaw):
    """Where systemd is not installed, its keys are compared with those known here."""
    text = UNIT.read_text().replace("/opt/course/bin/python", sys.executable)
    text = text.replace("[Service]\n", f"[Service]\n{flaw}\n")
    copy = tmp_path / UNIT.name
    copy.write_text(text)
    if analyze := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [analyze, "verify", "--man=no", copy],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        found = done.stdout
    else:
        keys = re.findall(r"^(\w+)=", text, re.M)
        found = " ".join(key for key in keys if key not in KEYS)

    assert bool(found.strip()) == bool(flaw), found


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.mark.slow
def test_the_documented_zips_of_gradescope_are_packed(place):
    """By the page's commands, for the small assignment."""
    here = place()
    makefile = (ROOT / "Makefile").read_text()
    recipe = re.search(r"^gradescope:.*\n\tpython -m (.*)$", makefile, re.M)[1]
    (made,) = re.findall(r"^make gradescope ASSIGNMENT=(\S+)$", DOORS, re.M)
    lines = [recipe.replace("$(ASSIGNMENT)", made)]
    lines += re.findall(r"`python -m (autograder gradescope [^`]*)`", DOORS)
    policies = []
    for line in lines:
        words = shlex.split(line.replace(made, "01_tiny"))[1:]
        with _inside(here.root):
            done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        with zipfile.ZipFile(here.root / "build/gradescope/01_tiny.zip") as archive:
            policies.append(json.loads(archive.read("policy.json")))

    assert len(policies) == 2
    assert f"build/gradescope/{made}.zip" in DOORS
    assert policies[0] != policies[1]
    assert "after_due_date" in policies[1].values()


@pytest.mark.slow
def test_the_documented_lines_of_python_grade_a_notebook(tiny_course, tmp_path):
    """In a folder that holds a notebook and cases, and no course."""
    (shown,) = re.findall(r"```python\n(import autograder.*?)```", DOORS, re.S)
    shutil.copytree(tiny_course.root / "cases", tmp_path / "cases")
    release = tiny_course.root / "release" / "01_tiny" / "tiny.ipynb"
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": MISTAKE, "spread": SPREAD}[cell["id"]]
    nbformat.write(notebook, tmp_path / "tiny.ipynb")
    assert CENTRE != MISTAKE
    names = {"numpy_basics.ipynb": "tiny.ipynb", "01_logistic_regression": "01_tiny"}
    for old, new in names.items():
        shown = shown.replace(old, new)
    printed = io.StringIO()
    with _inside(tmp_path), contextlib.redirect_stdout(printed):
        exec(shown, {})

    said = printed.getvalue()
    assert "4.0 of 7.0" in said or "4 of 7" in said
    assert "mean of the columns" in said
