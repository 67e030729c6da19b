"""Temporary folders of killed processes are removed, and no others."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import types

import pytest

from autograder.files import linked
from autograder.sandbox import scratch
from autograder.sandbox.forkserver import ForkServer
from autograder.sandbox.messages import Preparation

MAKES = """
import os, sys
from autograder.sandbox import scratch
folder = scratch.make("made-", sys.argv[1])[0]
os.chdir(folder)
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
print(folder, flush=True)  # now there are two
sys.stdin.read()
"""


def test_folders_of_the_dead_go_and_of_the_living_stay(tmp_path):
    """A folder is in use as long as its maker or a fork of it lives.

    A learner may have made it deeper than Python's own functions can follow.
    """
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKES, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = maker.stdout.readline().strip()
    used = scratch.sweep("made-", str(tmp_path))
    maker.kill()
    maker.wait()
    handed_on = scratch.sweep("made-", str(tmp_path))
    maker.stdin.close()  # the fork ends
    maker.stdout.read()
    dead = scratch.sweep("made-", str(tmp_path))

    assert (used, handed_on, dead) == ([], [], [folder])
    assert not os.path.exists(folder)


@pytest.mark.parametrize("kind", ["no lock", "link", "linked lock", "other name"])
def test_what_looks_like_one_and_is_none_stays(tmp_path, kind):
    """Neither links nor folders without a lock of this kind are touched."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "lock").touch()
    place = tmp_path / ("other-1" if kind == "other name" else "made-1")
    if kind == "link":
        place.symlink_to(kept)
    else:
        place.mkdir()
    if kind == "linked lock":
        (place / "lock").symlink_to(kept / "lock")
    if kind == "other name":
        (place / "lock").touch()

    assert scratch.sweep("made-", str(tmp_path)) == []
    assert (kept / "lock").exists() and place.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_stays(tmp_path):
    """What somebody else puts there is not this user's to remove."""
    place = tmp_path / "made-1"
    place.mkdir()
    (place / "lock").touch()
    os.chown(place, 65534, 65534)

    assert scratch.sweep("made-", str(tmp_path)) == []


@pytest.mark.parametrize(
    "learner, folder, used",
    [
        (None, None, True),
        (None, "../../source", False),
        ("../source", None, False),
        ("../../elsewhere", None, True),
    ],
)
def test_a_submission_that_is_a_link_into_the_course_is_not_used(
    tmp_path, learner, folder, used
):
    """Instructors may link a learner's folder from elsewhere; learners nothing."""
    root = tmp_path / "course"
    for place in (root / "source" / "01_tiny", tmp_path / "elsewhere" / "01_tiny"):
        place.mkdir(parents=True)
    own = root / "submitted" / "ada"
    own.parent.mkdir()
    if learner:
        own.symlink_to(learner)
    else:
        own.mkdir()
    if folder:
        (own / "01_tiny").symlink_to(f"{folder}/01_tiny")
    elif not learner:
        (own / "01_tiny").mkdir()

    assert (own / "01_tiny").is_dir()
    assert (linked(own / "01_tiny", root) == "") is used


@pytest.mark.slow
def test_a_nursery_removes_what_a_killed_one_left(tmp_path):
    """Grader and fork server are killed together; the next start cleans up."""
    code = (
        "import sys, time\n"
        "from autograder.sandbox.forkserver import ForkServer\n"
        "from autograder.sandbox.messages import Preparation\n"
        "forkserver = ForkServer(Preparation(('json',)), sys.argv[1])\n"
        "forkserver.isolation\n"
        "print(forkserver._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    warm = int(grader.stdout.readline())
    (left,) = tmp_path.iterdir()
    os.kill(grader.pid, signal.SIGSTOP)  # so that neither sees the other go
    os.kill(warm, signal.SIGKILL)
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    end = time.monotonic() + 10
    while os.path.exists(f"/proc/{warm}") and time.monotonic() < end:
        time.sleep(0.02)

    assert left.exists()
    with ForkServer(Preparation(("json",)), str(tmp_path)) as forkserver:
        assert [forkserver.folder] == [str(path) for path in tmp_path.iterdir()]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "free, mounted, in_memory", [(64, True, True), (64, False, False), (0, True, False)]
)
def test_files_that_nobody_keeps_lie_in_memory_where_there_is_plenty(
    monkeypatch, free, mounted, in_memory
):
    """A container's has 64 MB, which one large submission fills."""
    blocks = types.SimpleNamespace(f_bavail=free * 2**18, f_frsize=4096)
    monkeypatch.setattr(scratch.os, "statvfs", lambda _: blocks)
    monkeypatch.setattr(scratch.os.path, "ismount", lambda _: mounted)
    monkeypatch.setattr(scratch.os, "access", lambda *_: True)
    monkeypatch.setattr(scratch.os, "cpu_count", lambda: 8)

    found = scratch.memory()

    assert (found == "/dev/shm") is in_memory
    assert in_memory or found == tempfile.gettempdir()
