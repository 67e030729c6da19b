"""Gradebook and attempts on a database server, as docs/deploy.md sets it up.

The server is this test's own, below /tmp, and listens on no network. Where PostgreSQL
is not installed, the same is tried with SQLite, and a warning says so; ``.ci/run``
installs it.
"""

import contextlib
import csv
import multiprocessing
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Grade, Gradebook
from sqlalchemy import create_engine, text

from autograder.cli.main import main
from autograder.errors import CourseError
from autograder.nbgrader.marking import read_sheet, write_sheet
from autograder.service.server import Server
from tests.conftest import ROOT
from tests.course import write_source
from tests.service.conftest import MISTAKE, Place
from tests.service.test_marking_sheet import (
    PENALTY,
    PEOPLE,
    A,
    filled,
    graded_class,
    impatient,
    kept_whole,
    late,
    reading,
    save,
)
from tests.service.test_service import PATIENCE, marks, serving, settle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
PLACES = [os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
PROGRAMS = os.pathsep.join(PLACES)
NONE_HERE = (
    "gradebook and attempts were not tried in PostgreSQL, since it is not installed"
)
SERVER_USER = "postgres"  # as root it does not run


def _there() -> bool:
    return all(shutil.which(name, path=PROGRAMS) for name in ("initdb", "pg_ctl"))


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, str]]:
    """Return settings by which a course keeps all it can on a server."""
    if not _there():
        warnings.warn(NONE_HERE, stacklevel=1)
        yield {}
        return
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir="/tmp"))
    data = folder / "data"
    user = SERVER_USER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        program = shutil.which(command[0], path=PROGRAMS)
        done = subprocess.run(
            [program, *command[1:]],
            user=user,
            cwd=folder,
            env=os.environ | {"PGHOST": str(folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout

    try:
        run("initdb", "--auth=trust", "--no-sync", str(data))
        only = f"-c listen_addresses= -c unix_socket_directories={folder}"
        log = str(folder / "log")
        run("pg_ctl", "-D", str(data), "-o", only, "-l", log, "-w", "start")
        page = (ROOT / "docs" / "deploy.md").read_text()
        documented = re.findall(r"^(create(?:user|db) .*?)(?: +#.*)?$", page, re.M)
        assert len(documented) == 2
        more = [f"createdb --owner=course {name}" for name in ("attempts", "sheets")]
        for line in (*documented, *more):
            # Nobody is there to type a password.
            run(*[word for word in shlex.split(line) if word != "--pwprompt"])
        url = re.search(r"db_url = \"(postgresql.*?//\w+)@[^/]+/grades\"", page)[1]
        names = ("grades", "attempts", "sheets")
        yield {name: f"{url}@/{name}?host={folder}" for name in names}
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_gradebook_and_attempts_may_lie_on_a_server(place, databases):
    """The service does there all that it does in files, and keeps others away."""
    settings = ""
    if databases:
        settings = (
            f"c.CourseDirectory.db_url = {databases['grades']!r}\n"
            f"c.GradingService.database = {databases['attempts']!r}\n"
        )
    here = place(settings)
    here.course.generate("01_tiny")
    for name, centre in (("ada+01_tiny+1", None), ("bo+01_tiny+1", MISTAKE)):
        here.submit(name, **({"centre": centre} if centre else {}))
    with serving(here) as server:
        settle(server, 2)
        here.submit("bo+01_tiny+2")
        settle(server, 3)
        if databases:
            # Another machine has a copy of the course and no lock of this one's files.
            with pytest.raises(CourseError, match="another service is at work"):
                Server(place(settings).course)
    here.submit("ada+01_tiny+2", MISTAKE)
    _killed(here)
    with _again(here) as server:
        settle(server, 4)
        every = server.attempts.of("01_tiny")

    assert [(a.student, a.number, a.state, a.points, a.counts) for a in every] == [
        ("ada", 1, "done", 7, False),
        ("ada", 2, "done", 4, True),
        ("bo", 1, "done", 4, False),
        ("bo", 2, "done", 7, True),
    ]
    assert marks(here) == {"ada": 4, "bo": 7}
    if databases:
        assert not (here.root / "attempts.db").exists()


def test_a_sheet_is_read_into_a_gradebook_on_a_server(databases, tmp_path, monkeypatch):
    """Killed at any statement, and while another program locks what it writes."""
    url = databases.get("sheets", f"sqlite:///{tmp_path / 'sheets.db'}")
    settings = f"{PENALTY}\nc.CourseDirectory.db_url = {url!r}\n"
    course = late(graded_class(tmp_path / "course", settings), "")
    path = filled(course)
    for point in (12, 17, 19, 22, 26, 1000):
        ended = reading(course, path, point)
        kept_whole(course)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    read_sheet(course, A, path)
    assert kept_whole(course) == len(PEOPLE)
    assert read_sheet(course, A, path).same == len(PEOPLE)

    pauses = impatient(monkeypatch)
    path.unlink()
    write_sheet(course, A, path, everything=True)
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    save(path, [row | {"mark": "1"} for row in rows])
    other = create_engine(url).connect()
    held = "UPDATE grade SET manual_score = 0.25 WHERE manual_score = 0.5"
    other.execute(text(held))  # and does not say whether it stays so
    with pytest.raises(CourseError, match=r"is locked by .*; 0 of 5 rows"):
        read_sheet(course, A, path)
    other.rollback()
    other.close()
    assert pauses == [1, 5]
    assert read_sheet(course, A, path).marks == len(PEOPLE)
    with Gradebook(url) as book:
        marked = [grade.manual_score for grade in book.db.query(Grade)]
    assert marked.count(1.0) == len(PEOPLE)


def test_a_server_that_is_down_is_named_in_one_sentence(tmp_path, monkeypatch):
    """It is asked again, and then the message says where to look."""
    impatient(monkeypatch)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    write_source(tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a") as config:
        url = f"postgresql+psycopg2://course@/grades?host={tmp_path}"
        config.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["written", A])

    assert said.exit_code == 1
    last = said.output.splitlines()[-1]
    assert last.startswith("Error: the gradebook's database server does not answer (")
    assert "c.CourseDirectory.db_url" in last


def _killed(place: Place) -> None:
    """Run a service and kill it when it has begun to grade."""

    def serve() -> None:
        os.setsid()
        Server(place.course).run()

    process = multiprocessing.get_context("fork").Process(target=serve)
    process.start()
    folder = place.root / "attempts" / "01_tiny" / "ada" / "2"
    until = time.monotonic() + PATIENCE
    while not folder.exists():
        assert process.is_alive() and time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@contextlib.contextmanager
def _again(place: Place) -> Iterator[Server]:
    """Yield a new service, as soon as the lock of the old one is gone."""
    until = time.monotonic() + 10
    while True:
        try:
            with serving(place) as server:
                yield server
                return
        except CourseError:
            assert time.monotonic() < until, "the lock outlives its service"
            time.sleep(0.2)
