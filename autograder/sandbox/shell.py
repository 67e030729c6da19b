"""What a child does that is an IPython shell without Jupyter's channels.

Grading needs cells to run one after the other and what they show, and nothing
else of what a kernel does: no threads, no sockets to listen on, no signing. One
connection carries requests in, and what a cell shows and replies out, as frames:
a length in four bytes and JSON.
"""

from __future__ import annotations

import ast
import builtins
import getpass
import io
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
import zlib
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable
from typing import Any, NoReturn

from ipykernel.compiler import (
    XCachingCompiler,
    get_tmp_directory,
    get_tmp_hash_seed,
)
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from traitlets.config import Config

from autograder import driving
from autograder.forks import HEAD
from autograder.moments import version_of, watch
from helpers.strings import text

INLINE = "module://matplotlib_inline.backend_inline"
MOST_TEXT = 1_000_000  # characters that one cell may print
PAUSE = 0.2  # seconds that printed text may wait for more
RATE = 0.02  # seconds that flushed text may, while nobody reads it but a grader
PIECE = 65536  # characters that may
CALLS: dict[str, Callable[..., object]] = {
    call.__name__: call for call in (driving.start, driving.run)
}


class Builtins:
    """Python's built-ins: a cell's as it left them, and all else's as they were.

    A cell may give any of them another value, or none; what has been checked counts all
    the same. Where cells' own are in place, nothing here uses one by its name.
    """

    def __init__(self) -> None:
        self._names = vars(builtins)
        self._own = self._names.copy()
        self._theirs = self._own
        self._version = version_of(self._names)
        self._left: int | None = None  # their version, where cells have changed none

    def leave(self) -> None:
        """Put back what cells have made of them."""
        if self._theirs is self._own:
            self._left = self._version()
            return
        self._left = None
        for name in self._own.keys() - self._theirs.keys():
            del self._names[name]
        self._names.update(self._theirs)

    def take(self) -> None:
        """Keep what they are now, and put back what they were."""
        if self._left is not None and self._version() == self._left:
            return
        self._theirs = self._names.copy()
        self._names.update(self._own)


class Connection:
    """Frames through a socket; interrupts wait until a frame is whole."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._sending = self._late = False

    def receive(self) -> dict:
        """Wait for a request."""
        (size,) = HEAD.unpack(self._exactly(HEAD.size))
        request: dict = json.loads(self._exactly(size))
        return request

    def send(self, form: dict) -> None:
        """Send a frame; copies of this process in forks say nothing."""
        if os.getpid() != self._owner:
            return
        body = json.dumps(form, ensure_ascii=False).encode("utf-8", "replace")
        main = threading.current_thread() is threading.main_thread()
        with self._lock:
            self._sending = main
            try:
                self._socket.sendall(HEAD.pack(len(body)) + body)
            finally:
                self._sending = False
        if main and self._late:
            self._late = False
            raise KeyboardInterrupt

    def ask(self, form: object) -> object:
        """Ask the grader, while it waits for the reply to a request."""
        self.send({"asked": form})
        return self.receive().get("answered")

    def interrupted(self, *_: object) -> None:
        """Stop what runs, as a signal handler."""
        if not self._sending:
            raise KeyboardInterrupt
        self._late = True

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._socket.recv(min(count - len(parts), PIECE))
            if not part:  # the grader has gone
                os._exit(0)
            parts += part
        return bytes(parts)


class Reporter(Session):
    """Sends through the connection what Jupyter's parts publish."""

    def __init__(self) -> None:
        super().__init__()
        self.connection: Connection | None = None

    def send(
        self,
        stream: object,
        msg_or_type: dict | str,
        content: dict | None = None,
        *_: object,
        **__: object,
    ) -> None:
        """Say what is shown; all else that a message holds is known."""
        kind = msg_or_type
        if isinstance(msg_or_type, dict):
            kind, content = msg_or_type["msg_type"], msg_or_type["content"]
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, Printed):
                stream.send()
        if self.connection is not None:
            self.connection.send({"shown": kind, "content": content})


class Printed(io.TextIOBase):
    """Standard output or error, of which one cell may write so much."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, connection: Connection) -> None:
        self.name = name
        self.other: Printed | None = None
        self._connection = connection
        self._lock = threading.RLock()
        self._parts: list[str] = []
        self._waiting = self._written = 0
        self._since = self._sent = 0.0

    def begin(self) -> None:
        """Begin a cell."""
        self._written = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, string: str) -> int:
        """Write, unless this cell has written too much already."""
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self.other is not None:
            self.other.send()
        with self._lock:
            before, self._written = self._written, self._written + len(string)
            if self._written <= MOST_TEXT:
                self._keep(string)
            elif before <= MOST_TEXT:
                kept = string[: MOST_TEXT - before]
                self._keep(kept + text("kernels.output_cut", most=MOST_TEXT))
        return len(string)

    def flush(self) -> None:
        """Send what waits, unless something was sent just now."""
        if time.monotonic() - self._sent > RATE:
            self.send()

    def send(self) -> None:
        """Send what waits."""
        with self._lock:
            if not self._parts:
                return
            self._sent = time.monotonic()
            string, self._parts = "".join(self._parts), []
            self._waiting = 0
        content = {"name": self.name, "text": string}
        self._connection.send({"shown": "stream", "content": content})

    def _keep(self, string: str) -> None:
        if not self._parts:
            self._since = time.monotonic()
        self._parts.append(string)
        self._waiting += len(string)
        if self._waiting > PIECE or time.monotonic() - self._since > PAUSE:
            self.send()


class Compiler(XCachingCompiler):
    """Names what it compiles as a kernel does, and parses nothing twice."""

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[str, ast.AST] | None = None

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Return the name of the file that a cell seems to be."""
        name = zlib.crc32(raw_code.encode("utf-8", "replace"), get_tmp_hash_seed())
        return os.path.join(get_tmp_directory(), f"{name}.py")

    def keep(self, source: str) -> bool:
        """Parse a cell, which is compiled next; tell whether it is Python."""
        self._known = None
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                tree = super().ast_parse(source)
        except (Exception, SystemExit):  # a cell may have broken what warns, too
            return False
        # What the parser warns of is shown when the cell runs, by its name.
        self._known = None if said else (source, tree)
        return True

    def ast_parse(
        self, source: str, filename: str = "<unknown>", symbol: str = "exec"
    ) -> ast.AST:
        """Return the tree of a cell: the one that is kept, once, where there is one."""
        known, self._known = self._known, None
        if known is not None and known[0] == source and symbol == "exec":
            return known[1]
        tree: ast.AST = super().ast_parse(source, filename, symbol)
        return tree


BLANK = re.compile(r"^[ \t]+$", re.MULTILINE)
# Signs of what IPython makes Python of before it looks at tokens.
PROMPTS = (">>>", "...:", "In [")


class Transformers(TransformerManager):
    """Looks for magics where a cell is no Python: Python has none of their signs.

    IPython reads each cell in Python's own tokens to find them, which takes longer
    than to run most cells.
    """

    def __init__(self, compiler: Compiler) -> None:
        super().__init__()
        self._compiler = compiler
        self._usual = self._steps()

    def _steps(self) -> list:
        return [
            *self.cleanup_transforms,
            *self.line_transforms,
            *self.token_transformers,
        ]

    def transform_cell(self, cell: str) -> str:
        """Return a cell with its magics as calls."""
        whole = cell if cell.endswith("\n") else cell + "\n"
        if (
            self._steps() == self._usual
            and not cell[:1].isspace()
            and not any(sign in cell for sign in PROMPTS)
            and not BLANK.search(cell)
            # IPython knows more ends of lines than Python does.
            and len(whole.splitlines()) == whole.count("\n")
            and self._compiler.keep(whole)
        ):
            return whole
        changed: str = super().transform_cell(cell)
        return changed


class Shell(ZMQInteractiveShell):
    """The shell of a kernel, without a kernel."""

    _needs_loop = False

    def enable_gui(self, gui: object = None) -> None:
        """Have no windows: figures are drawn inline."""

    def should_run_async(self, raw_cell: str, **known: Any) -> bool:
        """Tell whether a cell waits for something, which none does without the words.

        IPython compiles it to find out. From the first cell that names asyncio on, all
        run in its event loop, which is always running in a kernel, but for a cell
        that another one runs.
        """
        # A transformer of the learner's may bring them in.
        cells = f"{raw_cell}\n{known.get('transformed_cell')}"
        self._needs_loop = self._needs_loop or "asyncio" in cells
        if self._needs_loop and running_loop() is None:
            return True
        if "await" not in cells and "async" not in cells:
            return False
        waits: bool = super().should_run_async(raw_cell, **known)
        return waits

    def showtraceback(
        self, exc_tuple: tuple | None = None, *args: Any, **options: Any
    ) -> None:
        """Show an exception as a kernel does: up to where the grader's own code begins.

        An interrupt, and what `write` refuses, are raised there.
        """
        kind, value, steps = exc_tuple or sys.exc_info()
        step = steps
        while step is not None and step.tb_next is not None:
            if step.tb_next.tb_frame.f_code.co_filename == __file__:
                step.tb_next = None
            step = step.tb_next
        super().showtraceback((kind, value, steps), *args, **options)


def _no_input(*_: object, **__: object) -> NoReturn:
    raise StdinNotImplementedError("nobody is there to type anything in")


def prepare() -> None:
    """Make a shell in the fork server, which takes longer than to take it over.

    It has no history, no thread and no open file.
    """
    config = Config()
    config.HistoryManager.enabled = False
    folder = tempfile.mkdtemp()
    profile = ProfileDir.create_profile_dir(folder)
    shell = Shell.instance(
        config=config,
        profile_dir=profile,
        ipython_dir=folder,
        compiler_class=Compiler,
    )
    shutil.rmtree(folder)
    compiler: Any = shell.compile
    shell.input_transformer_manager = Transformers(compiler)
    shell.run_cell("pass", store_history=False)
    shows: tuple[Any, Any] = shell.displayhook, shell.display_pub
    reporter = Reporter()
    for part in shows:  # ipykernel's, which the shell's traits do not say
        part.session = reporter
    if "matplotlib.pyplot" in sys.modules:
        import matplotlib.pyplot as plt
        from matplotlib_inline import backend_inline

        plt.switch_backend(INLINE)
        # What `%matplotlib inline` calls at its end; the magic needs a shell first.
        backend_inline._enable_matplotlib_integration()  # noqa: SLF001
    watch()


def _shell(connection: Connection) -> Shell:
    """Take the shell over."""
    os.environ["MPLBACKEND"] = INLINE
    sys.stdout = Printed("stdout", connection)
    sys.stderr = Printed("stderr", connection)
    sys.stdout.other, sys.stderr.other = sys.stderr, sys.stdout
    if not Shell.initialized():
        prepare()
    shell = Shell.instance()
    shell.ipython_dir = os.environ["IPYTHONDIR"]
    shell.init_environment()
    shell.user_ns["_dh"][:] = [os.getcwd()]
    shows: tuple[Any, Any] = shell.displayhook, shell.display_pub
    for part in shows:
        part.session.connection = part.pub_socket = connection
    builtins.input = getpass.getpass = _no_input
    return shell


def _noted(names: Builtins, cell: str) -> str:
    """Remember what names mean now, built-ins too where that can be done with them."""
    said = ""
    names.leave()
    try:
        said = driving.note(cell)
    except:  # noqa: E722  # a name would be one of theirs
        pass
    finally:
        names.take()
    return said or driving.note(cell)


def _run(shell: Shell, connection: Connection, names: Builtins, source: str) -> dict:
    """Run a cell."""
    printed = sys.stdout, sys.stderr
    for stream in printed:
        if isinstance(stream, Printed):
            stream.begin()
    count = shell.execution_count
    succeeded = False
    try:
        signal.signal(signal.SIGINT, connection.interrupted)
        names.leave()
        try:
            succeeded = shell.run_cell(source, store_history=True).success
        finally:
            names.take()
    except KeyboardInterrupt:
        shell.showtraceback()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (*printed, sys.stdout, sys.stderr):
        stream.send() if isinstance(stream, Printed) else stream.flush()
    return {"count": count, "succeeded": succeeded}


def serve(descriptors: list[int]) -> int:
    """Run cells and call functions until the connection, the only descriptor, ends.

    A request is ``{"number": n, "notes": [cell, ...], "run": source}`` or, in the place
    of ``run``, ``"call": name, "arguments": [...]``, where the name is of a function of
    ``autograder.driving``. What names mean is noted first, for each of the check cells.
    The reply has the number and ``reply``, ``failed``, or ``missed`` where that could
    not be done. Before that come frames of what a cell shows, and ``{"asked": form}``
    for which the grader is asked, who says ``{"answered": form}``.
    """

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptors[0])
    shell = _shell(connection)
    names = Builtins()
    while True:
        request = connection.receive()
        answer = {"number": request["number"]}
        reason = "missed"
        try:
            for cell in request["notes"]:
                _noted(names, cell)
            reason = "failed"
            if "run" in request:
                answer["reply"] = _run(shell, connection, names, request["run"])
            else:
                function = CALLS[request["call"]]
                if function is driving.run and not driving.ended():
                    _noted(names, "")
                more: dict[str, Any] = (
                    {"ask": connection.ask} if function is driving.run else {}
                )
                answer["reply"] = function(*request["arguments"], **more)
        except BaseException as problem:
            answer[reason] = type(problem).__name__
        connection.send(answer)
