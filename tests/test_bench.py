"""What `make bench` calls works on a course, before somebody waits an hour for it."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import class_marks

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_floor_is_measured(tiny_course, hand_in, tmp_path):
    """Two lines: what moments cost, and the processor time of cells and cases."""
    handed_in = hand_in("floor").parent
    root = tmp_path / "course"
    # Others hand in damaged files here.
    ignored = shutil.ignore_patterns("submitted")
    shutil.copytree(tiny_course.root, root, ignore=ignored)
    shutil.copytree(handed_in, root / "submitted" / "floor" / "01_tiny")
    shutil.rmtree(handed_in.parent)  # others grade this course, too
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "floor.py", "01_tiny"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    moments, seconds = map(float, done.stdout.split()[-2:])
    assert 0 < moments < 1
    assert seconds > 0


@pytest.fixture
def bench(monkeypatch):
    """Return the modules of the bench, which are programs and no package."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("scale"), importlib.import_module("service")


@pytest.mark.slow
def test_rows_of_a_crowd_are_what_its_commands_read(tiny_course, tmp_path, bench):
    """Each learner has marks in each assignment, also where learners are added."""
    scale, _ = bench
    root = Path(shutil.copytree(tiny_course.root, tmp_path / "course"))
    names = ["01_tiny", "02_copy"]
    with Course(root).gradebook() as book:
        there = len(book.students)  # others grade this course, too
    for learners in (2, 5):
        scale.fill(root, names, there + learners)
    with Course(root).gradebook() as book:
        marks = [class_marks(book, name, Config()) for name in names]
    known = {scale.learner_name(there + number) for number in range(5)}

    for found in marks:
        mine = {student: one for student, one in found.items() if student in known}
        assert len(mine) == 5
        assert {one.code for one in mine.values()} == {2.0}  # one point a cell


def test_the_page_has_every_figure(bench):
    """What took too long is said, and growth is of the two largest crowds."""
    scale, service = bench
    one = {"seconds": 2.0, "mb": 120}
    sizes = [
        {
            "learners": learners,
            "gradebook_mb": 7,
            "commands": {"grades": {"seconds": 9.0, "cpu": seconds, "mb": 130}},
            "pages": {"Manage Students": page},
        }
        for learners, seconds, page in ((200, 3.0, one), (2_000, 24.0, {}))
    ]
    form = {
        "cores": 2,
        "machine": "Linux",
        "python": "3.11",
        "loads": {"rest": {"when": "2026-11-30", "load": 0.25}},
        "rest": {
            "at_rest": {"count": 40, "median": 1.5, "p95": 2.25, "longest": 3.75},
            "at_once": {
                "count": 200,
                "seconds": 100.0,
                "batch_grade": 70.0,
                "batch_feedback": 20.0,
                "largest_shift": 6,
            },
        },
        "crowd": sizes,
        "cluster": {
            "submissions": 2_000,
            "workers": 4,
            "killed": 19,
            "pause": 60.0,
            "seconds": 1_200.0,
            "mb": 321,
            "commands": {"report": one},
            "pages": {"Manage Students": one},
        },
    }
    page = service.page(form)

    for figure in (
        "2.25 s",
        "90%",
        "70%",
        "6 places",
        "19 in all",
        "| 100 |",
        "321 MB",
    ):
        assert figure in page, figure
    assert (
        "| `grades` | 9 s (3 s), 130 MB | 9 s (24 s), 130 MB | × 8.0 for × 10.0 |"
        in page
    )
    assert f"| 2 s, 120 MB | over {scale.LONGEST} s |  |" in page
