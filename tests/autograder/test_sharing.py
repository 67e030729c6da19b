"""Two learners' shells have nothing in common by which one could tell the other.

Timing excepted: see docs/security.md.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import struct
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.sandbox import access_times, seccomp
from tests.attacks import suite
from tests.autograder.sandbox_helpers import FORMS, Shell

DATA = Path(__file__).parents[1] / "data"
BETWEEN_LEARNERS = (
    "counts_what_others_use",
    "marks_common_files",
    "shares_memory_by_number",
    "signals_by_locks",
    "signals_through_the_page_cache",
)
USUAL = {
    "files": """
        import os, shutil, tempfile
        import numpy as np
        np.save("a.npy", np.arange(3))
        shutil.copy("a.npy", "b.npy"); shutil.copy2("a.npy", "c.npy")
        shutil.copytree(".", tempfile.mkdtemp() + "/copy")
        os.utime("a.npy"); os.chmod("a.npy", 0o600); os.truncate("c.npy", 3)
        print(np.load("b.npy", mmap_mode="r").sum())
        """,
    "HDF5": """
        import h5py
        with h5py.File("x.h5", "w") as file: file["a"] = [1, 2]
        with h5py.File("x.h5", "r") as one, h5py.File("x.h5", "r") as other:
            print(one["a"][1] + other["a"][0])
        """,
    "a database": """
        import sqlite3
        with sqlite3.connect("a.db") as base:
            base.execute("create table t (a)"); base.execute("insert into t values (3)")
        print(*sqlite3.connect("a.db").execute("select a from t").fetchone())
        """,
    "threads": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(3) as pool: print(sum(pool.map(int, "12")))
        """,
    "a program": """
        import subprocess
        done = subprocess.run(["sh", "-c", "echo 3; cat < /dev/null > /dev/null"],
                              capture_output=True, text=True)
        print(done.stdout.strip() or done.stderr)
        """,
    "an event loop": """
        import asyncio
        print(await asyncio.sleep(0.01, 3))
        """,
    "a figure": """
        import io
        import matplotlib.pyplot as plt
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        figure.savefig(io.BytesIO(), format="pdf")
        plt.close("all")
        print(3)
        """,
}


@pytest.fixture(params=FORMS, scope="module")
def form(request):
    """Traits that give protection of one form."""
    return FORMS[request.param]


@pytest.fixture(scope="module")
def shell(form, tmp_path_factory):
    """A shell."""
    with Shell(tmp_path_factory.mktemp("work"), **form) as shell:
        yield shell


def run(shell, code):
    """Run a dedented cell that must not fail; return what it prints."""
    answer = shell.run(textwrap.dedent(code))
    assert answer.error is None, answer
    return answer.text.strip()


@pytest.mark.parametrize("name", BETWEEN_LEARNERS)
def test_no_means_of_telling_another_learner_works(form, tmp_path, name):
    """Locks, objects, marks and counters are refused or without effect."""
    with Shell(tmp_path, **form) as shell:
        assert run(shell, suite.attacks()[name].FIRST) == "TRIED"


# Looks for bytes in all memory near Python's objects.
SEARCH = """
import ctypes, gc, os
libc = ctypes.CDLL(None)
out, into = os.pipe()
os.set_blocking(out, False)

def search(first, second):
    found = 0
    places = {id(one) >> 20 for one in gc.get_objects()}
    for place in {near for one in places for near in (one - 1, one, one + 1)}:
        for page in range(256):
            start = ctypes.c_void_p((place << 20) + (page << 12))
            # No memory there is an error of the call, and not of the process.
            if libc.write(into, start, ctypes.c_size_t(4096)) > 0:
                # Both in one piece would find themselves.
                parts = os.read(out, 4096).split(first)[1:]
                found += sum(part.startswith(second) for part in parts)
    return found
"""


def test_what_one_learner_writes_is_not_in_the_memory_of_the_next(form, tmp_path):
    """Whatever forks a shell has never read what another shell has said."""
    write = """
        import os, time
        for number in range(50):
            os.write(1, b"hidden" + b"-input-" * 9 + b"%d" % number)
            time.sleep(0.002)
    """
    # A longer name than the next one's, which would lie over it.
    folder = tmp_path / ("named-after-" + "learner-" * 9) / "work"
    folder.mkdir(parents=True)
    # Not one that holds the other, whose name it would read.
    mine = tmp_path / "mine"
    mine.mkdir()
    with Shell(mine, **form) as there:
        run(there, write)
        with Shell(folder, **form) as gone:
            run(gone, write)
        with Shell(mine, **form) as shell:
            run(shell, SEARCH)
            own = run(
                shell,
                "kept = bytes(b'own' + b'-text-' * 9)\n"
                "print(search(b'own-text', b'--text-') > 0)",
            )
            found = run(shell, "print(search(b'hidden-input', b'--input-'))")
            named = run(shell, "print(search(b'learner-le', b'arner-lear'))")

    assert own == "True"
    assert found == named == "0"


@pytest.mark.parametrize("what", USUAL)
def test_usual_work_goes_on(shell, what):
    """What notebooks do works without what was taken away."""
    assert run(shell, USUAL[what]) == "3"


def test_magics_tell_the_time(shell):
    """``%time`` has processor time without the counts that go with it."""
    said = run(shell, "%time sum(range(10**7));")
    used = run(
        shell,
        """
        import resource
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime > 0.05, used.ru_majflt, used.ru_inblock)
        """,
    )

    assert "Wall time" in said
    assert used == "True 0 0"


def test_a_common_file_has_no_lock_for_two_learners(form, tmp_path):
    """A lock that one learner holds is not there for the other."""
    take = """
        import fcntl, os
        taken = []
        for path, mode in ((os.__file__, "rb"), ("/dev/null", "r+b")):
            file = open(path, mode, buffering=0)
            taken.append(file)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        print(len(taken))
    """
    with Shell(tmp_path, **form) as one, Shell(tmp_path, **form) as other:
        assert [run(one, take), run(other, take)] == ["2", "2"]


def test_where_a_learner_works_is_not_to_be_guessed(form, tmp_path):
    """Of two shells, neither can say where the other's files are."""
    where = "import os; print(os.path.dirname(os.getcwd()))"
    with Shell(tmp_path, **form) as one, Shell(tmp_path, **form) as other:
        places = [run(shell, where) for shell in (one, other)]

    if form["namespaces"]:
        assert places == ["/home/learner"] * 2
    else:
        assert [len(place.split("-")[-1].split("/")[0]) for place in places] == [16] * 2
        assert len({place.split("-")[-1] for place in places}) == 2


def test_nothing_shows_where_on_the_machine_things_are(shell, tmp_path):
    """There is no table of mounts, nor any other part of /proc, to be read."""
    found = run(
        shell,
        """
        import json, os
        found = []
        for top in ("/proc", "/sys"):
            try:
                found += os.listdir(top)
            except OSError:
                pass
        for name in ("mountinfo", "mounts", "maps", "status", "environ"):
            try:
                found.append(open(f"/proc/self/{name}").read())
            except OSError:
                pass
        print(json.dumps(found))
        """,
    )

    assert json.loads(found) == []


def test_files_that_were_not_read_today_count_as_read(tmp_path):
    """Afterwards, reading leaves no mark on a file, folder or link."""
    file, empty, link = (tmp_path / name for name in ("file", "empty", "link"))
    file.write_text("text")
    empty.touch()
    link.symlink_to("file")
    long_ago = time.time() - 10**6
    for path in (file, empty, link, tmp_path):
        os.utime(path, (long_ago, long_ago), follow_symlinks=False)
    count = access_times.refresh([str(tmp_path)])
    before = [os.lstat(path).st_atime for path in (file, empty, link, tmp_path)]
    if before[0] == long_ago:  # mounted noatime: nothing is ever noted
        return
    again = access_times.refresh([str(tmp_path)])
    file.read_text(), empty.read_text(), os.readlink(link), os.listdir(tmp_path)

    assert (count, again) == (4, 0)
    assert before == [os.lstat(p).st_atime for p in (file, empty, link, tmp_path)]


def test_where_nothing_is_noted_nothing_is_looked_at(tmp_path, monkeypatch):
    """A file system that is read-only, or notes no access, unless one lies below."""
    (tmp_path / "file").write_text("text")
    os.utime(tmp_path / "file", (1, 1))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))

    assert access_times.refresh([str(tmp_path)]) == 0
    assert os.waitpid(access_times.refresh_beside([str(tmp_path)]), 0)[1] == 0
    assert access_times._is_noted("/") is True


def decision(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Return what a filter decides; a small interpreter of its instructions."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(*arguments, *[0] * 6)[:6])
    steps = list(struct.iter_unpack("=HBBI", program))
    place = held = 0
    while True:
        code, then, otherwise, value = steps[place]
        place += 1
        if code == seccomp.RETURN:
            return value
        if code == seccomp.LOAD:
            (held,) = struct.unpack_from("=I", data, value)
        elif code == seccomp.AND:
            held &= value
        else:
            true = {
                seccomp.EQUAL: held == value,
                seccomp.ABOVE: held > value,
                seccomp.AT_LEAST: held >= value,
                seccomp.ANY_BIT: bool(held & value),
            }[code]
            place += then if true else otherwise


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_numbers_are_those_that_the_kernel_publishes(machine):
    """In its headers, of which `tests/data/system_calls.csv` is a copy."""
    column = {"x86_64": "x86_64", "aarch64": "generic"}[machine]
    with open(DATA / "system_calls.csv", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        known = {row["name"]: row[column] for row in rows}
    missing = [name for name in seccomp.numbers("x86_64") if not known.get(name)]

    assert {name: str(n) for name, n in seccomp.numbers(machine).items()} == {
        name: known[name] for name in seccomp.numbers("x86_64") if name not in missing
    }


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_only_calls_in_the_table_are_made(machine):
    """Of all numbers, on both processors; whatever is new does not exist."""
    architecture = seccomp.ARCHITECTURES[machine][0]
    program = seccomp.program(own_root=True, machine=machine)
    listed = seccomp.numbers(machine)
    allowed = {
        number
        for number in range(1024)
        if decision(program, architecture, number) == seccomp.ALLOW
    }
    unknown = decision(program, architecture, 1023)

    assert allowed <= set(listed.values())
    assert unknown & 0xFFFF == 38
    assert decision(program, 0, listed["read"]) == seccomp.KILL_PROCESS
    assert decision(program, architecture, listed["read"] | 0x4000_0000) == unknown
    assert len(set(listed.values())) == len(listed)
    assert len(program) // 8 < 4096


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("preadv2", (0, 0, 0, 0, 0, 0), True),
        ("preadv2", (0, 0, 0, 0, 0, 8), False),
        ("prlimit64", (0, 7, 0, 1), True),
        ("prlimit64", (0, 7, 1 << 32, 1), False),
        ("prlimit64", (77, 7, 0, 1), False),
        ("wait4", (-1 & 0xFFFFFFFF, 0, 0, 0), True),
        ("wait4", (-1 & 0xFFFFFFFF, 0, 0, 1 << 40), False),
        ("futex", (0, 0x80), True),
        ("futex", (0, 0), False),
        ("futex", (0, 1), False),
        ("futex", (0, 3), False),
        ("clone", (0x0001_1000,), True),
        ("clone", (0x1000_0000,), False),
        ("fcntl", (0, 1030), True),
        ("fcntl", (0, 1036), False),
        ("fcntl", (0, 8), False),
        ("madvise", (0, 0, 4), True),
        ("madvise", (0, 0, 21), False),
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),
        ("socketpair", (1, 0x80001), True),
        ("socketpair", (1, 2), False),
        ("socket", (1, 1), False),
        ("sched_getaffinity", (5,), False),
        ("clock_gettime", (1,), True),
        ("clock_gettime", (0xFFFF_FFF2,), False),
        ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), False),
        ("openat", (0, 0, os.O_WRONLY | os.O_TRUNC), True),
    ],
)
def test_some_calls_are_made_in_part(machine, name, arguments, allowed):
    """By their arguments."""
    architecture = seccomp.ARCHITECTURES[machine][0]
    program = seccomp.program(own_root=True, machine=machine)
    number = seccomp.numbers(machine)[name]

    decided = decision(program, architecture, number, *arguments)
    assert (decided == seccomp.ALLOW) == allowed


def test_files_of_others_keep_rights_and_times():
    """Without a root of its own a child changes neither, and is told nothing."""
    machine = platform.machine()
    architecture = seccomp.ARCHITECTURES[machine][0]
    listed = seccomp.numbers(machine)
    for name in set(seccomp.OF_FILES) & set(listed):
        decided = [
            decision(seccomp.program(own_root), architecture, listed[name])
            for own_root in (True, False)
        ]
        assert decided == [seccomp.ALLOW, seccomp.ERRNO], name
