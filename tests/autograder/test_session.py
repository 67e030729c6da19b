"""Cells run without Jupyter's channels show what they show in a kernel."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import autograder
from autograder.forks import HEAD
from autograder.nbgrader.execution import JudgedExecute
from autograder.protocol import TOO_LARGE
from autograder.sandbox.session import (
    Ended,
    Failed,
    NotNoted,
    Session,
    TooMuch,
    TooSlow,
)
from autograder.sandbox.settings import Sandbox
from autograder.store import Store
from helpers.checks.cases import NotebookCases

pytestmark = pytest.mark.slow

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

WARMED_UP = """
import importlib.metadata
import matplotlib.pyplot as plt
from autograder.sandbox import forkserver_process, shell
forkserver_process.warm_up()
importlib.metadata.entry_points = None
plt.switch_backend(shell.INLINE)
"""


def test_no_shell_looks_through_all_packages_for_its_backend():
    """Matplotlib does so once, in the fork server; it took a fifth of a shell."""
    run = subprocess.run(
        [sys.executable, "-c", WARMED_UP], capture_output=True, text=True
    )

    assert run.returncode == 0, run.stderr


CELLS = [
    "x = 1\nprint('one')\nprint('two')\nx + 1",
    "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "from IPython.display import display, HTML, clear_output\n"
    "h = display(HTML('<b>1</b>'), display_id='h')\ndisplay({'a': 1})",
    "h.update(HTML('<b>2</b>'))",
    "print('gone')\nclear_output(wait=True)\nprint('kept')",
    "print('gone')\nclear_output()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('after')",
    "plt.plot([2, 1]);",
    "%matplotlib inline\nfig, ax = plt.subplots(figsize=(1, 1))",
    "1 +",
    "def f():\n    return 1 / 0\nf()",
    "await __import__('asyncio').sleep(0, 'awaited')",
    "import asyncio\nlate = []\ntask = asyncio.create_task(asyncio.sleep(0, 'done'))\n"
    "task.add_done_callback(lambda task: late.append(task.result()))",
    "await task",
    "late, asyncio.get_running_loop().is_running()",
    "%%capture said\nprint('kept')",
    "said.stdout",
    "get_ipython().run_cell('nested = 3').success, nested",
    "asyncio.run(asyncio.sleep(0))",
    "!python -c 'print(3)'",
    "%%python\nprint(3)",
    "'no value';",
    "_",
    "get_ipython().execution_count",
    "raise SystemExit",
    "print('é 你好')",
]


@pytest.fixture(scope="module")
def sandbox():
    """Return settings whose fork server all tests here share."""
    return Sandbox()


@pytest.fixture
def session(sandbox, tmp_path):
    """Return an isolated shell."""
    with Session(sandbox, str(tmp_path)) as session:
        yield session


def shown(session, source, seconds=20):
    """Run a cell; return what it showed."""
    found = []
    session.run(source, seconds, lambda kind, content: found.append((kind, content)))
    return found


def execute(cells, folder, **settings):
    """Run cells as grading does."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    empty = Store("none", NotebookCases("none"), {}, {}, [])
    resources = {"metadata": {"path": str(folder)}, "course": {"store": empty}}
    return JudgedExecute(**settings).preprocess(notebook, resources)[0]


def test_a_slow_start_of_the_warm_process_costs_no_time(tmp_path, monkeypatch):
    """All learners share it; the first one is graded like all others."""
    late = [0.0]
    now, isolation = time.monotonic, Sandbox.isolation.fget

    def slow(self):
        late[0] = 10_000.0
        return isolation(self)

    monkeypatch.setattr(time, "monotonic", lambda: now() + late[0])
    monkeypatch.setattr(Sandbox, "isolation", property(slow))

    notebook = execute(["print(7)"], tmp_path)

    assert [output["text"] for output in notebook.cells[0].outputs] == ["7\n"]


def plain(outputs):
    """Return outputs without what differs from run to run."""
    found = []
    for output in json.loads(json.dumps(outputs)):
        if output["output_type"] == "error":
            output["traceback"] = len(output["traceback"])
            # A cell's file has a number that tells nobody anything.
            output["evalue"] = re.sub(r"\d+(?=\.py)", "N", output["evalue"])
        if output["output_type"] == "stream":
            output["text"] = output["text"].replace("\r", "")
        found.append(output)
    return found


def test_cells_show_what_they_show_in_a_stock_kernel(sandbox, tmp_path):
    """Text, results, figures, updates, errors and numbers are the same."""
    stock = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    client = NotebookClient(stock, allow_errors=True, coalesce_streams=True)
    client.execute(cwd=str(tmp_path))

    ours = execute(CELLS, tmp_path)

    for expected, cell in zip(stock.cells, ours.cells, strict=True):
        assert plain(cell.outputs) == plain(expected.outputs), cell.source
        assert cell.execution_count == expected.execution_count, cell.source


def test_new_memory_does_not_pass_for_zeros(session):
    """np.empty where zeros are needed is wrong, whatever was in memory before."""
    source = "import numpy as np\nprint(float(abs(np.empty((25, 40))).min()))"

    assert float(shown(session, source)[0][1]["text"]) > 1e-9


def test_input_is_refused_at_once(session):
    """Nobody is there to type."""
    ((kind, content),) = shown(session, "input('name? ')")

    assert (kind, content["ename"]) == ("error", "StdinNotImplementedError")


@pytest.mark.parametrize("before", ["pass", "import asyncio"])
def test_an_interrupted_cell_ends_and_the_shell_goes_on(session, before):
    """What was printed is kept; names stay, and so does an event loop."""
    shown(session, before)
    found = []
    with pytest.raises(TooSlow):
        session.run(
            "x = 2\nprint('begun', flush=True)\nwhile True: pass",
            1,
            lambda kind, content: found.append(kind),
        )
    session.interrupt()
    session.reply(10, lambda kind, content: found.append(content.get("ename")))

    assert found == ["stream", "KeyboardInterrupt"]
    assert shown(session, "print(x)") == [("stream", {"name": "stdout", "text": "2\n"})]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGINT)", "KeyboardInterrupt"),
        ("import sys\nsys.stdout.write(5)", "TypeError"),
        ("input()", "StdinNotImplementedError"),
        ("import asyncio\ninput()", "StdinNotImplementedError"),
    ],
)
def test_a_traceback_has_none_of_the_graders_own_code(session, cell, name):
    """It ends in the cell, and tells no path of the machine where grading runs."""
    ((kind, content),) = shown(session, cell)

    assert (kind, content["ename"]) == ("error", name)
    traceback = "\n".join(content["traceback"])
    assert re.search(
        "-> .*" + re.escape(cell.splitlines()[-1][:5]), COLOURS.sub("", traceback)
    )
    assert "shell.py" not in traceback
    assert str(Path(autograder.__file__).parent) not in traceback


def test_interrupts_never_tear_a_frame(session):
    """A cell that shows something all the time can be interrupted at any moment."""
    shown(session, "1")
    for wait in (0.2, 0.31, 0.43):
        # A fast machine shows more than a cell may before the time is over.
        with pytest.raises((TooSlow, TooMuch)):
            session.run(
                "from IPython.display import display\n"
                "while True: display({'a': 'b' * 9999})",
                wait,
                lambda kind, content: None,
            )
        session.interrupt()
        session.reply(20, lambda kind, content: None)

    assert shown(session, "print(1)") == [("stream", {"name": "stdout", "text": "1\n"})]


def test_a_cell_that_takes_too_long_is_named_and_the_rest_runs(tmp_path):
    """It reads as in nbgrader."""
    cells = ["while True: pass", "'here'"]

    notebook = execute(cells, tmp_path, timeout=1)
    late, rest = notebook.cells

    assert notebook.metadata.course["flags"] == [
        ["limit", late.id, f"1 s in cell {late.id}"]
    ]
    assert [o["ename"] for o in late.outputs] == [
        "KeyboardInterrupt",
        "CellTimeoutError",
    ]
    assert rest.outputs[0]["data"] == {"text/plain": "'here'"}


def test_the_end_of_the_child_is_seen_at_once(session):
    """Whoever waits is told."""
    began = time.monotonic()

    with pytest.raises(Ended):
        session.run("import os\nos._exit(3)", 60, lambda kind, content: None)

    assert session.close().status == 3
    assert time.monotonic() - began < 20


def test_a_forked_copy_says_nothing(session):
    """Its frames would come between the others."""
    source = (
        "import os\nif os.fork() == 0:\n    print('copy', flush=True)\n"
        "    os._exit(0)\nos.wait()\nprint('one')"
    )

    assert shown(session, source) == [("stream", {"name": "stdout", "text": "one\n"})]


def test_too_much_output_ends_the_child(tmp_path):
    """However it is sent, so much and no more is read."""
    sandbox = Sandbox(output=1)
    source = (
        "from IPython.display import display\nwhile True: display({'a': 'b' * 9999})"
    )

    with Session(sandbox, str(tmp_path)) as session, pytest.raises(Ended):
        session.run(source, 60, lambda kind, content: None)


def test_too_much_text_of_one_cell_is_cut(session):
    """The next cell may write again."""
    long, *_ = shown(session, "print('x' * 3_000_000)")
    short = shown(session, "print('y')")

    assert 1_000_000 <= len(long[1]["text"]) < 1_001_000
    assert short == [("stream", {"name": "stdout", "text": "y\n"})]


def test_functions_of_the_driver_only_are_called(session):
    """An unknown one fails, and the shell goes on."""
    session.ask("start", [], 20)
    with pytest.raises(Failed):
        session.ask("nothing_like_it", [], 20)

    assert session.ask("run", [[], 5.0, "alone"], 20) == []


def test_names_are_noted_before_what_is_asked_next(session):
    """A note has no reply of its own: to wait for each takes longer than it does."""
    session.ask("start", [], 20)
    session.run("def f():\n    return 1", 20, lambda *_: None)
    session.note("f-check")
    session.run("def f():\n    return 2", 20, lambda *_: None)
    form = {
        **{"name": "f", "cell": "f-check", "parameters": [], "contract": []},
        **{"calls": [], "own_work": [], "stand_ins": []},
        "cases": [{"args": [], "kwargs": {}, "rng": None}],
    }

    (answer,) = session.ask("run", [[form], 5.0, "alone"], 20)

    assert answer["outcomes"][0]["value"] == 1
    assert answer["differs"]


def test_what_could_not_be_noted_is_no_fault_of_the_next_cell(session):
    session.ask("start", [], 20)
    breaking = "from autograder import driving\ndriving.note = None"
    session.run(breaking, 20, lambda *_: None)
    session.note("f-check")

    with pytest.raises(NotNoted):
        session.run("x = 1", 20, lambda *_: None)


class Fake:
    """A session whose child says what a test wants."""

    def __new__(cls, *frames, shows=False):
        """Return a session that reads the given bytes, of a cell or of a call."""
        session = object.__new__(Session)
        session._socket, theirs = socket.socketpair()

        def say():
            with theirs, contextlib.suppress(OSError):
                theirs.sendall(b"".join(frames))

        threading.Thread(target=say, daemon=True).start()
        session._buffer, session._left, session._number = bytearray(), 200_000, 1
        session._size, session._most = None, 20_000_000
        session._passes, session._shows, session._frames = False, shows, 50_000
        session.exceeded, session._notes = "", []
        return session


def frame(body):
    """Return bytes as a frame."""
    return HEAD.pack(len(body)) + body


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00",
        b"\xff\xff\xff\xff",
        frame(b"not json"),
        frame(b"[1]"),
        frame(b"[" * 5000),
        frame(b"9" * 5000),
        frame(b'{"number": 1, "reply": "a\xed\xa0\x80"}'),
        frame('{"number": 1, "reply": "a\\ud800"}'.encode("utf-16")),
        frame('{"number": 1, "reply": "a\\ud800"}'.encode("utf-32-le")),
        HEAD.pack(300_000) + b"x" * 250_000,
    ],
)
def test_what_is_no_frame_ends_the_session(said):
    """Half, oversized, deep and garbled frames are not waited for."""
    with pytest.raises(Ended):
        Fake(said).reply(5)


def test_replies_to_other_requests_are_passed_over():
    """Late and premature ones count for nothing."""
    bodies = [{"number": 7, "reply": 1}, {"reply": 2}, {"number": 1, "reply": 3}]

    session = Fake(*(frame(json.dumps(body).encode()) for body in bodies))

    assert session.reply(5) == 3


def test_half_characters_do_not_get_into_files():
    """They can be said in JSON and written nowhere."""
    body = b'{"number": 1, "reply": "a\\ud800"}'

    assert Fake(frame(body)).reply(5) == "a?"


def test_a_flood_of_frames_is_answered_at_its_deadline():
    """However many wait to be read: the time is looked at for each."""
    small = frame(b'{"shown": "stream", "content": {}}')
    session = Fake(small * 4_000, shows=True)
    began = time.monotonic()

    with pytest.raises(TooSlow):
        session.reply(0.05, lambda kind, content: time.sleep(0.01))

    assert time.monotonic() - began < 1


def test_a_cell_that_shows_too_much_can_be_interrupted(tmp_path):
    """So many messages and no more; the shell goes on."""
    source = "from IPython.display import display\nwhile True: display({}, raw=True)"
    with Session(Sandbox(), str(tmp_path)) as session:
        with pytest.raises(TooMuch):
            session.run(source, 60, lambda kind, content: None)
        session.interrupt()
        session.reply(10)

        assert shown(session, "print(1)") == [
            ("stream", {"name": "stdout", "text": "1\n"})
        ]


def test_an_interrupt_is_waited_for_before_more_is_read(tmp_path):
    """A slow supervisor does not make a flood use up the notebook's limit."""
    source = (
        "from IPython.display import HTML, display\n"
        "while True: display(HTML('x' * 10**6))"
    )
    with Session(Sandbox(output=24), str(tmp_path)) as session:
        with pytest.raises(TooMuch):
            session.run(source, 60, lambda kind, content: None)
        supervisor = psutil.Process(session._child.pid).parent()
        supervisor.suspend()
        threading.Timer(1, supervisor.resume).start()
        session.interrupt()
        session.reply(10)

        assert not session.exceeded


def test_a_cell_is_not_left_out_for_a_supervisor_that_died(tmp_path, monkeypatch):
    """The out-of-memory killer may take it; all cells are run once more."""
    begun = []
    run = Session.run

    def killed(self, source, *arguments):
        if not begun:
            psutil.Process(self._child.pid).parent().kill()
        begun.append(source)
        return run(self, source, *arguments)

    monkeypatch.setattr(Session, "run", killed)

    notebook = execute(["import time\ntime.sleep(1)\nx = 7", "x"], tmp_path)

    assert notebook.cells[1].outputs[0]["data"] == {"text/plain": "7"}
    assert len(begun) == 3


@pytest.mark.parametrize(
    "large",
    [
        b'{"shown": "stream", "content": "' + b"x" * 9_000_000 + b'"}',
        b'{"shown": "stream", "content": [' + b"{}," * 100_000 + b"{}]}",
    ],
    ids=["bytes", "values"],
)
def test_a_frame_that_is_too_large_is_passed_over(large):
    """Neither its bytes nor its values are held; what follows is read."""
    found = []
    session = Fake(frame(large), frame(b'{"number": 1, "reply": 3}'), shows=True)
    session._left = 20_000_000

    assert session.reply(5, lambda *message: found.append(message)) == 3
    assert found == [(TOO_LARGE, None)]


def test_an_answer_of_too_many_values_ends_the_session():
    """A few bytes of JSON would become a hundred times as many in memory."""
    session = Fake(frame(b'{"number": 1, "reply": [' + b"{}," * 2_000_001 + b"{}]}"))
    session._left = 20_000_000

    with pytest.raises(Ended):
        session.reply(5)
    assert session.exceeded == "output"


def test_text_that_is_flushed_after_each_line_comes_in_few_messages(session):
    """A long loop that reports each step is no flood."""
    found = shown(session, "for i in range(20_000): print(i, flush=True)")

    assert len(found) < 1_000
    assert "".join(c["text"] for _, c in found) == "".join(
        f"{i}\n" for i in range(20_000)
    )
