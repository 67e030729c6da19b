"""What comes in is graded, kept and returned, whatever else happens."""

import contextlib
import errno
import json
import multiprocessing
import os
import pkgutil
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from autograder.cli.main import main
from autograder.errors import CourseError
from autograder.nbgrader.late import grant_extension
from autograder.service import server as server_module
from autograder.service.attempts import Attempt, Attempts
from autograder.service.desk import Queue
from autograder.service.inbox import copy_submission
from autograder.service.monitor import Metrics, Monitor
from autograder.service.server import Server, attempts_of
from tests.conftest import ROOT
from tests.service.conftest import MISTAKE, SECRET

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
HINT = "One of the two axes runs over examples."
PATIENCE = 120


@contextlib.contextmanager
def serving(place):
    """Yield a server of a place, and end it."""
    server = Server(place.course)
    try:
        yield server
    finally:
        server.close()


def settle(server, count):
    """Let a server work until so many attempts are settled."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        server.step()
        settled = server.attempts.in_state("done", "refused", "failed")
        if len(settled) >= count:
            return {(one.student, one.number): one for one in settled}
    raise AssertionError(server.attempts.in_state("waiting", "graded"))


def marks(place):
    """Return the gradebook's points of those whom the service graded."""
    rows = place.course.grades("01_tiny")
    here = place.root / "submitted"
    return {
        row.student: row.marks.code for row in rows if (here / row.student).exists()
    }


def test_the_last_attempt_counts_and_each_gets_its_page(place, monkeypatch, caplog):
    """Both inboxes; bad submissions stop nobody, and are answered too."""
    here = place()
    here.submit("ada+01_tiny+1")
    here.submit("bad+01_tiny+1", raw=b'{"cells": [')
    here.submit("no_book+01_tiny+1").joinpath("tiny.ipynb").unlink()
    here.submit("no_such+02_none+1")
    here.submit("..+01_tiny+1")
    here.submit("odd+01_tiny+1", when="yesterday, I think")
    stamp = here.submit("fay+01_tiny+1") / "timestamp.txt"
    stamp.unlink()
    (stamp / "inside").mkdir(parents=True)
    (stamp / "inside" / "note").write_text("a folder in the place of a time")
    here.submit("cy-01_tiny")
    here.submit("di+01_tiny+1", file="my work.ipynb")
    here.submit("ada+01_tiny+2", MISTAKE)
    with serving(here) as server:
        with pytest.raises(CourseError, match="another service is at work"):
            multiprocessing_server(here)
        found = settle(server, 7)

    waits = "no_such+02_none+1 waits until 02_none is generated"
    misnamed = "cy-01_tiny is not taken in: a submission is a folder STUDENT+ASSIGN"
    for said in (waits, misnamed):
        assert caplog.text.count(said) == 1
    assert "This attempt counts." in here.page("ada+01_tiny+2")
    assert "Attempt 2 counts, not this one." in here.page("ada+01_tiny+1")
    assert found["ada", 1].points == 7 and not found["ada", 1].counts
    assert found["ada", 2].points == 4 and found["ada", 2].counts
    assert marks(here) == {"ada": 4, "bad": 0, "di": 7, "fay": 7, "odd": 4 + 3}
    assert "so my work.ipynb was graded" in here.page("di+01_tiny+1")
    assert HINT in here.page("ada+01_tiny+2")
    assert "Attempt 2, handed in 2026-01-02 03:04 UTC." in here.page("ada+01_tiny+2")
    assert HINT not in here.page("ada+01_tiny+1")
    assert found["no_book", 1].state == "refused"
    assert "it holds no notebook of this assignment" in here.page("no_book+01_tiny+1")
    assert found["odd", 1].submitted is None
    monkeypatch.chdir(here.root)
    page = (ROOT / "docs" / "service.md").read_text()
    listed = [
        CliRunner().invoke(main, line.replace("01_logistic_regression", "01_tiny"))
        for line in re.findall(r"^python -m autograder (attempts .*)$", page, re.M)
    ]
    assert [one.exit_code for one in listed] == [0, 0]
    assert "no_book" in listed[0].output and "refused" in listed[0].output
    assert "no_book" not in listed[1].output and "7 of 7" in listed[1].output
    assert set(found) == {
        ("ada", 1),
        ("ada", 2),
        ("bad", 1),
        ("di", 1),
        ("fay", 1),
        ("no_book", 1),
        ("odd", 1),
    }


def multiprocessing_server(here):
    """Start a second service as another process would; raise what it raises."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def start():
        try:
            Server(here.course)
        except CourseError as error:
            sender.send(str(error))
        finally:
            sender.close()

    process = multiprocessing.get_context("fork").Process(target=start)
    process.start()
    process.join(60)
    raise CourseError(receiver.recv())


def test_a_service_that_could_not_begin_keeps_no_other_away(place, monkeypatch):
    """One that waits for another's end takes over its port and its lock."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = place(f"c.GradingService.port = {port}")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Attempts, "alone", lambda self: False)
        with pytest.raises(CourseError, match="another service is at work"):
            Server(here.course)

    with serving(here) as server:
        assert server.monitor.port == port


def test_what_cannot_be_graded_yet_is_said_once(place, caplog, monkeypatch):
    """And not at every try; health tells it as long as it lasts."""
    here = place()
    shutil.rmtree(here.root / "cases")
    here.submit("ada+01_tiny+1")
    monkeypatch.setattr(server_module, "RETRY", 0.0)
    with serving(here) as server:
        for _ in range(4):
            time.sleep(server.settings.poll)
            server.step()
            assert "cannot be graded" in server._problem
    assert caplog.text.count("run `nbgrader generate_assignment 01_tiny --force`") == 1


def test_a_watched_folder_is_there_or_missed(place, tmp_path):
    """Its inbox is made; a slip in its name is said."""
    here = place()
    (here.box / "inbox").rmdir()
    with serving(here) as server:
        assert server.inboxes[-1].path.is_dir()
    config = here.root / "nbgrader_config.py"
    config.write_text(
        config.read_text() + f"\nc.GradingService.folder = {str(tmp_path / 'no')!r}\n"
    )
    with pytest.raises(CourseError, match=r"there is no .*/no$"):
        Server(here.course)


def test_policies_decide_what_is_graded_shown_and_counted(place):
    """Attempts, late work, the best one, and no marks before the due date."""
    here = place(
        "c.GradingService.assignments = {'01_tiny': {'attempts': 2, 'counting': "
        "'best', 'before_due': 'public', 'late': 'refuse'}}"
    )
    with Gradebook(here.course.directory.db_url, "neural-networks") as book:
        book.find_assignment("01_tiny").duedate = server_module.now().replace(year=2100)
        book.db.commit()
    here.submit("ada+01_tiny+1")
    here.submit("bo+01_tiny+1", when="2101-01-02 03:04:05 UTC")
    with serving(here) as server:
        settle(server, 2)
        here.submit("ada+01_tiny+2", MISTAKE)
        settle(server, 3)
        here.submit("ada+01_tiny+3")
        found = settle(server, 4)
        before = {name: here.page(f"ada+01_tiny+{name}") for name in "123"}
        with Gradebook(here.course.directory.db_url, "neural-networks") as book:
            book.find_assignment("01_tiny").duedate = server_module.now()
            book.db.commit()
        server._dates.clear()
        server._open_after_due()

    assert found["ada", 1].counts and not found["ada", 2].counts
    assert marks(here) == {"ada": 7}
    assert "Attempt 1 counts, not this one." in before["2"]
    assert "0 of 2 passed" in before["2"]
    for text in (HINT, "points", "hidden", "Cases right"):
        assert text not in before["2"]
    assert "2 attempts are allowed" in before["3"]
    assert "handed in after the due date" in here.page("bo+01_tiny+1")
    assert HINT in here.page("ada+01_tiny+2")


def test_the_exchange_gets_pages_where_learners_fetch_them(place):
    """Under a name that only the learner's secret gives, and only for the owner."""
    owner = server_module.owner_of(place().root)
    here = place("c.GradingService.before_due = 'hints'")
    names = {
        who: f"{who}+01_tiny+2026-01-02 03:04:05 UTC" for who in (owner, "mallory")
    }
    for name in names.values():
        here.submit(name, MISTAKE, exchange=True)
    with serving(here) as server:
        found = settle(server, 2)
    pages = {}
    for who, name in names.items():
        file = notebook_hash(secret=SECRET + name, notebook_id="tiny")
        path = here.exchange / "neural-networks" / "feedback" / f"{file}.html"
        pages[who] = path.read_text()

    assert found["mallory", 1].state == "refused"
    # Of what somebody else hands in for a learner, nothing fills the disk.
    copy = here.root / "attempts" / found["mallory", 1].folder / "files"
    assert not (copy / "tiny.ipynb").exists()
    assert "not handed in by the account" in pages["mallory"]
    assert HINT in pages[owner] and "4 of 7 points" in pages[owner]
    assert "8675309" not in pages[owner]


def test_copies_of_old_attempts_that_do_not_count_take_no_space(place):
    """A learner who hands in large files again and again fills no disk of others."""
    here = place("c.GradingService.attempts = 2\nc.GradingService.copies_megabytes = 0")
    for number in (1, 2, 3, 4):
        here.submit(f"ada+01_tiny+{number}", when=f"2026-01-02 03:04:0{number} UTC")
        with serving(here) as server:
            found = settle(server, number)
    folders = [here.root / "attempts" / found["ada", n].folder for n in (1, 2, 3, 4)]
    kept = [(folder / "files" / "tiny.ipynb").exists() for folder in folders]

    assert [found["ada", n].counts for n in (1, 2, 3, 4)] == [False, True, False, False]
    assert kept == [False, True, False, True]  # of the last there is nothing older
    assert marks(here) == {"ada": 7}


@pytest.mark.slow
def test_limits_for_an_assignment_that_does_not_exist_are_named(place, caplog):
    """A slip in its name would leave attempts without a limit, silently."""
    one = place('c.GradingService.assignments = {"01_tin": {"attempts": 3}}')

    with serving(one):
        pass

    assert "no assignment '01_tin' yet; known: 01_tiny" in caplog.text


@pytest.mark.parametrize(
    ("megabytes", "kept"), [(1, [False, False, True, True]), (2, [True] * 4)]
)
def test_copies_are_kept_up_to_the_size_in_the_settings(place, megabytes, kept):
    """The oldest goes first, as soon as those before the new one take more."""
    here = place(f"c.GradingService.copies_megabytes = {megabytes}")
    for number in (1, 2, 3, 4):
        when = f"2026-01-02 03:04:0{number} UTC"
        beside = here.submit(f"ada+01_tiny+{number}", when=when) / "notes.bin"
        beside.write_bytes(os.urandom(600_000))
        with serving(here) as server:
            found = settle(server, number)
    copies = [here.root / "attempts" / found["ada", n].folder for n in (1, 2, 3, 4)]

    assert [(copy / "files" / "notes.bin").exists() for copy in copies] == kept
    assert [found["ada", n].counts for n in (1, 2, 3, 4)] == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("copies_megabytes", -1),
        ("copies_megabytes", 1_000_001),
        ("copies_megabytes", 0.5),
        ("attempts", -1),
        ("pause", -1.0),
        ("jobs", -1),
        ("port", 65_536),
        ("poll", 0.0),
        ("settle", -1.0),
    ],
)
def test_a_setting_out_of_bounds_is_named_in_one_sentence(
    place, monkeypatch, name, value
):
    """Before anything is watched or written."""
    here = place(f"c.GradingService.{name} = {value}")
    monkeypatch.chdir(here.root)

    said = CliRunner().invoke(main, ["serve"])

    assert said.exit_code == 1
    assert isinstance(said.exception, SystemExit)
    assert said.output.count("\n") == 1
    assert name in said.output and str(value) in said.output
    assert not (here.root / "attempts.db").exists()


def test_a_full_disk_and_a_locked_gradebook_cost_time_alone(place, monkeypatch):
    """What could not be taken in or written is done when it can be."""
    here = place()
    here.submit("ada+01_tiny+1")
    full = iter([True, True])

    def copy(source, target):
        if next(full, False):
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy_submission(source, target)

    monkeypatch.setattr(server_module, "copy_submission", copy)
    monkeypatch.setattr(server_module, "RETRY", 0.2)
    with serving(here) as server:
        server.step()
        assert "No space left" in server._problem
        # All that asks the gradebook before marks are written comes before the lock,
        # and grading after it: a quick worker would write them first.
        server._desk("01_tiny")
        monkeypatch.setattr(server, "_due", lambda attempt: None)
        lock = sqlite3.connect(here.root / "gradebook.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        until = time.monotonic() + 60
        while not server._unwritten and time.monotonic() < until:
            server.step()
        assert server._unwritten and "ada" not in here.course.students("none")
        lock.execute("ROLLBACK")
        lock.close()
        found = settle(server, 1)

    assert found["ada", 1].state == "done"
    assert marks(here) == {"ada": 7}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("autograder.service.server", "copy_submission"),
        ("autograder.service.server", "write_atomically"),
        ("autograder.service.server", "_renamed"),
        ("autograder.service.desk", "_replace"),
        ("autograder.batch.ledger", "write_atomically"),
        ("autograder.service.attempts.Attempts", "add"),
        ("autograder.service.attempts.Attempts", "save"),
        ("autograder.service.desk.Desk", "put"),
    ],
)
def test_a_disk_that_is_full_for_a_while_loses_nobody(place, monkeypatch, module, name):
    """Wherever the service writes: who is graded and who is refused are told once."""
    here = place("c.GradingService.attempts = 1")
    owner = pkgutil.resolve_name(module)
    writes, full = getattr(owner, name), iter([True, True])

    def write(*arguments, **more):
        if next(full, False):
            raise OSError(errno.ENOSPC, "No space left on device")
        return writes(*arguments, **more)

    monkeypatch.setattr(server_module, "RETRY", 0.2)
    names = ["ada+01_tiny+1", "bo+01_tiny+1", "ada+01_tiny+2"]
    for one in names:
        here.submit(one, MISTAKE)
    with serving(here) as server:
        monkeypatch.setattr(owner, name, write)
        until = time.monotonic() + PATIENCE
        while not all((here.box / "feedback" / one).exists() for one in names):
            server.step()
            assert time.monotonic() < until, server._problem
        found = settle(server, 3)
        server.step()
        every = server.attempts.of("01_tiny")

    assert next(full, None) is None  # it was full
    assert {key: one.state for key, one in found.items()} == {
        ("ada", 1): "done",
        ("bo", 1): "done",
        ("ada", 2): "refused",
    }
    assert len(every) == 3 and all(one.finished for one in every)
    assert marks(here) == {"ada": 4, "bo": 4}
    assert "1 attempts are allowed" in here.page("ada+01_tiny+2")


def test_a_refusal_is_told_after_a_kill(place, monkeypatch):
    """Also where the service was killed between noting and telling it."""
    here = place("c.GradingService.attempts = 1")
    with serving(here) as server:
        monkeypatch.setattr(server, "_refuse", lambda attempt: None)
        monkeypatch.setattr(server, "_start", lambda: None)
        here.submit("ada+01_tiny+1")
        here.submit("ada+01_tiny+2")
        server.step()
        assert len(server.attempts.in_state("refused")) == 1
    with serving(here) as server:
        monkeypatch.setattr(server, "_start", lambda: None)
        server.step()

    assert "1 attempts are allowed" in here.page("ada+01_tiny+2")


def test_everybodys_first_attempt_comes_before_anybodys_second():
    """Who hands in fifty times keeps nobody waiting."""
    queue = Queue(
        Attempt(id=i, assignment="01", student=who)
        for i, who in enumerate(["ada", "ada", "ada", "bo", "ada", "cy"])
    )

    assert [one.id for one in queue] == [0, 3, 5, 1, 2, 4]


def test_whoever_comes_later_waits_for_one_round_at_most():
    """Not for all that others have handed in before; a desk holds few at a time."""
    many = [
        Attempt(id=10 * i + place, assignment="01", student=who)
        for i in range(20)
        for place, who in enumerate(["ada", "bo", "cy", "di"])
    ]
    queue = Queue(many)
    for _ in range(10):
        queue.begin(next(iter(queue)))
    queue.add(Attempt(id=1_000, assignment="01", student="eve"))
    queue.add(Attempt(id=1_001, assignment="01", student="eve"))
    order = []
    while len(queue):
        order.append(next(iter(queue)))
        queue.begin(order[-1])

    places = [place for place, one in enumerate(order) if one.student == "eve"]
    assert places[0] <= 4
    assert places[1] - places[0] == 5


@pytest.mark.slow
def test_those_who_must_wait_keep_nobody_else_waiting(place, monkeypatch):
    """The pause between two attempts is one's own; then the attempt is graded."""
    here = place("c.GradingService.pause = 600\nc.GradingService.jobs = 1")
    people = ["ada", "bo", "cy", "di", "ed"]
    for who in people:
        here.submit(f"{who}+01_tiny+1")
    with serving(here) as server:
        settle(server, 5)
        for who in people:
            here.submit(f"{who}+01_tiny+2", MISTAKE)
        here.submit("fay+01_tiny+1")
        found = settle(server, 6)
        assert len(server.attempts.in_state("waiting")) == 5
        server._later.clear()
        server.step()  # asks once more
        assert len(server.attempts.in_state("waiting")) == 5
        waits = here.page("ed+01_tiny+2")
        late = server_module.now() + timedelta(seconds=601)
        monkeypatch.setattr(server_module, "now", lambda: late)
        server._later.clear()
        every = settle(server, 11)

    assert found["fay", 1].state == "done"
    assert all(every[who, 2].counts for who in people)
    until = re.search(r"Attempt 2 is graded after (\S+ \S+) UTC", waits)[1]
    first = found["ed", 1].finished
    gap = datetime.strptime(until, "%Y-%m-%d %H:%M") - first
    assert timedelta(seconds=600) <= gap <= timedelta(seconds=661)
    assert HINT in here.page("ed+01_tiny+2")


@pytest.mark.slow
def test_late_work_costs_what_the_settings_say(place, monkeypatch):
    """An extension moves the date; the class report counts attempts by state."""
    here = place(
        "c.AssignLatePenalties.plugin_class = 'autograder.nbgrader.late.LatePenalty'\n"
        "c.LatePenalty.percent_per_day = 10.0\n"
        "c.LatePenalty.grace_minutes = 15\n"
        "c.GradingService.attempts = 1"
    )
    with Gradebook(here.course.directory.db_url, "neural-networks") as book:
        due = datetime(2026, 1, 2, 3, 0)
        book.find_assignment("01_tiny").duedate = due
        book.add_student("cy")
        book.db.commit()
    grant_extension(here.course, "01_tiny", "cy", 48)
    here.submit("ada+01_tiny+1", when="2026-01-02 03:10:00 UTC")  # within the grace
    here.submit("bo+01_tiny+1", when="2026-01-03 04:00:00 UTC")  # the second day
    here.submit("cy+01_tiny+1", when="2026-01-03 04:00:00 UTC")
    here.submit("bo+01_tiny+2", when="2026-01-03 05:00:00 UTC")
    with serving(here) as server:
        found = settle(server, 4)
    rows = {row.student: row.marks for row in here.course.grades("01_tiny")}
    monkeypatch.chdir(here.root)
    said = CliRunner().invoke(main, ["report", "01_tiny"])
    page = (here.root / "build" / "report" / "01_tiny.html").read_text()

    assert [found[who, 1].late for who in ("ada", "bo", "cy")] == [True, True, False]
    assert {who: rows[who].penalty for who in ("ada", "bo", "cy")} == {
        "ada": 0,
        "bo": 1.4,  # two days of seven points
        "cy": 0,
    }
    assert rows["bo"].total == 5.6
    assert "after the due date" in here.page("bo+01_tiny+1")
    assert "after the due date" not in here.page("cy+01_tiny+1")
    assert said.exit_code == 0, said.output
    assert "4 by 3 learners, 1 refused" in page


def test_health_and_metrics_are_answered_beside_the_work(capfd):
    """A service that says nothing for long is not healthy; learners stay unnamed."""
    monitor = Monitor(0)
    url = f"http://127.0.0.1:{monitor.port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with socket.create_connection(("127.0.0.1", monitor.port)) as rude:
            rude.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            rude.sendall(b"GET /metrics HTTP/1.0\r\n")
        with pytest.raises(urllib.error.HTTPError, match="503") as early:
            opener.open(f"{url}/health", timeout=10)
        metrics = Metrics()
        metrics.attempts.labels("01_tiny", "done").inc()
        monitor.tell(metrics.text(), {"status": "ok", "waiting": 0})
        health = json.load(opener.open(f"{url}/health", timeout=10))
        said = opener.open(f"{url}/metrics", timeout=10).read().decode()
    finally:
        monitor.close()

    assert capfd.readouterr().err == ""
    assert json.load(early.value)["status"] == "starting"
    assert health["status"] == "ok"
    assert 'autograder_attempts_total{assignment="01_tiny",state="done"} 1.0' in said


@pytest.mark.slow
def test_killed_at_any_point_it_loses_nothing_and_does_nothing_twice(place):
    """Random kills while learners hand in; then everything is there once."""
    here = place()
    chance = random.Random(18)
    names = [f"{who}+01_tiny+{i}" for i in (1, 2) for who in ("ada", "bo", "cy", "di")]
    left, hit, interrupted, kills, longest = list(names), False, 0, 0, 2.5
    context = multiprocessing.get_context("fork")
    while kills < 20 or (interrupted < 10 and kills < 60):
        if left and (not hit or chance.random() < 0.2):
            name = left.pop(0)
            here.submit(name, MISTAKE if name.endswith("2") else MISTAKE[:-1] + "Z")

        def serve():
            os.setsid()
            Server(here.course).run()

        process = context.Process(target=serve)
        process.start()
        time.sleep(chance.uniform(0.1, longest))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        kills += 1
        hit = any(
            one.state in ("waiting", "graded")
            for one in attempts_of(here.course, "01_tiny")
        )
        interrupted += hit
        # A fast machine is killed sooner, while there is work left to lose.
        longest = min(2.5, longest * 1.2) if hit else max(0.4, longest / 1.5)
    assert interrupted >= 10
    for name in left:
        here.submit(name, MISTAKE)
    with serving(here) as server:
        found = settle(server, len(names))
        server.step()
        every = server.attempts.of("01_tiny")

    assert len(every) == len(found) == len(names)
    assert {one.origin for one in every} == {f"folder:{name}" for name in names}
    assert all(one.state == "done" for one in every)
    assert sorted(found) == [(w, i) for w in ("ada", "bo", "cy", "di") for i in (1, 2)]
    assert [one.counts for one in every] == [False, True] * 4
    assert marks(here) == dict.fromkeys(("ada", "bo", "cy", "di"), 4)
    assert all(HINT in here.page(name) for name in names if name.endswith("2"))
