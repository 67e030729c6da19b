"""What all tests share: order, and expensive things made once."""

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import nbformat
import pytest

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Tests read what programs print, whatever its reader has asked for.
for _name in ("FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
    os.environ.pop(_name, None)
# nbgrader calls alembic by name for a new gradebook.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

ROOT = Path(__file__).resolve().parents[1]
# Folders of tests whose session fixtures are servers.
SHARING = ("browser", "hub", "service")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests last, and keep together what shares expensive things."""
    groups = {item: _group(item) for item in items}
    sizes = Counter(groups.values())
    # Of the slow ones the largest groups come first, so that no process ends late.
    items.sort(key=lambda item: (_is_slow(item), _is_slow(item) * -sizes[groups[item]]))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups[item]))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Write a report so that pytest-xdist can send it: logs may hold names in bytes."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


def _group(item: pytest.Item) -> str:
    """One process of pytest-xdist has the whole file, or the folder with a server."""
    shared = item.path.parent if item.path.parent.name in SHARING else item.path
    return f"{shared.relative_to(ROOT)}{' slow' * _is_slow(item)}"


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.fixture(autouse=True)
def same_environment() -> Generator[None, None, None]:
    """Refuse a test that leaves the environment changed: later ones would read it."""
    before = dict(os.environ)
    yield
    after = dict(os.environ)
    os.environ.clear()
    os.environ.update(before)
    for variables in (before, after):  # pytest's own, which names the phase
        variables.pop("PYTEST_CURRENT_TEST", None)
    assert after == before


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory: pytest.TempPathFactory):
    """Return a course with one small assignment, generated."""
    from autograder.nbgrader.course import Course
    from tests.course import write_source

    root = tmp_path_factory.mktemp("tiny-course")
    write_source(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    course.generate("01_tiny")
    return course


@pytest.fixture(scope="session")
def hand_in(tiny_course) -> Callable:
    """Return a function that puts a changed copy of the release into submitted/."""

    def hand_in(student: str, change: Callable | None = None, raw: bytes | None = None):
        release = tiny_course.root / "release" / "01_tiny"
        folder = tiny_course.root / "submitted" / student / "01_tiny"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(release, folder)
        path = folder / "tiny.ipynb"
        if raw is not None:
            path.write_bytes(raw)
            return path
        notebook = nbformat.read(path, as_version=4)
        if change is not None:
            change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return hand_in
