"""A small course with inboxes, and learners who hand things in."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.nbgrader.course import Course
from tests.conftest import ROOT
from tests.course import CENTRE, SPREAD

MISTAKE = CENTRE.replace("axis=1", "axis=0")
SECRET = "0123456789abcdef"


class Place:
    """A course, its exchange and its watched folder."""

    def __init__(self, template: Path, root: Path, settings: str = "") -> None:
        self.root = root / "course"
        shutil.copytree(template, self.root)
        for name in ("submitted", "autograded", "feedback", ".cache", "attempts"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        self.exchange, self.box = root / "exchange", root / "box"
        inbound = self.exchange / "neural-networks" / "inbound"
        for folder in (inbound, self.box / "inbox"):
            folder.mkdir(parents=True)
        self._release = self.root / "release" / "01_tiny" / "tiny.ipynb"
        config = (ROOT / "nbgrader_config.py").read_text()
        config += f"""
c.Exchange.root = {str(self.exchange)!r}
c.GradingService.folder = {str(self.box)!r}
c.GradingService.settle = 0.0
c.GradingService.poll = 0.05
c.GradingService.port = 0
c.GradingService.jobs = 2
{settings}
"""
        (self.root / "nbgrader_config.py").write_text(config)

    @property
    def course(self) -> Course:
        """The course, with its settings read anew."""
        return Course(self.root)

    def submit(
        self,
        name: str,
        centre: str = CENTRE,
        raw: bytes | None = None,
        when: str = "2026-01-02 03:04:05 UTC",
        exchange: bool = False,
        file: str = "tiny.ipynb",
    ) -> Path:
        """Hand in under a name such as ``ada+01_tiny+1``."""
        inbox = self.box / "inbox"
        if exchange:
            inbox = self.exchange / "neural-networks" / "inbound"
        draft = self.root.parent / "draft"
        draft.mkdir()
        if raw is None:
            notebook = nbformat.read(self._release, as_version=4)
            for cell in notebook.cells:
                if cell["id"] in ("centre", "spread"):
                    cell.source = {"centre": centre, "spread": SPREAD}[cell["id"]]
            raw = json.dumps(notebook).encode()
        (draft / file).write_bytes(raw)
        (draft / "timestamp.txt").write_text(when)
        (draft / "submission_secret.txt").write_text(SECRET + name)
        draft.chmod(0o777)
        return draft.rename(inbox / name)

    def page(self, name: str) -> str:
        """Return the page of a submission in the folder."""
        return (self.box / "feedback" / name / "tiny.html").read_text()


@pytest.fixture(scope="session")
def place(tiny_course, tmp_path_factory):
    """Return a function that makes a place, with settings of its own."""

    def make(settings: str = "") -> Place:
        return Place(tiny_course.root, tmp_path_factory.mktemp("place"), settings)

    return make
