"""The grader's side of the fork server."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec

from autograder.sandbox import messages, scratch
from autograder.sandbox.isolation import Isolation, Refused
from autograder.sandbox.limits import Limits
from autograder.sandbox.messages import Preparation

# What is installed: a course of another subject may lack what this one's data need.
PRELOAD = tuple(
    name
    for name in (
        "numpy",
        "matplotlib.pyplot",
        "h5py",
        "PIL.Image",
        "ipywidgets",
        "helpers.*",
        "autograder.driving",
    )
    if find_spec(name.partition(".")[0])
)
PASSED_ON = ("COURSE_LANGUAGE", "LD_LIBRARY_PATH", "TZ")
ENVIRONMENT = {
    # New memory holds large numbers: np.empty where zeros are needed is wrong each
    # time, instead of right where the memory happens to be zero.
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=128",
    "HDF5_USE_FILE_LOCKING": "FALSE",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "LOGNAME": "learner",
    "MALLOC_ARENA_MAX": "2",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # A cell that calls `python` means the one that runs it.
    "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONHASHSEED": "0",
    "TERM": "xterm-256color",
    "USER": "learner",
    "VECLIB_MAXIMUM_THREADS": "1",
}
READY_WITHIN = 120
STARTED_WITHIN = 60
SIGNALLED_WITHIN = 10
LOST = "lost"


class NotStarted(RuntimeError):
    """The fork server, or a child of it, could not be started."""


@dataclass(frozen=True)
class ChildReport:
    """How a child ended."""

    status: int  # exit status, or the negative number of the signal that ended it
    cpu: float = 0.0  # seconds of processor time, of the child and what it waited for
    beside: float = 0.0  # seconds of processor time of its supervisor
    peak: int = 0  # largest resident memory in bytes, the fork server's share included
    wall: float = 0.0  # seconds from start to end
    # The limit that ended it ("wall", "cpu", "memory", "processes", "disk", "output"),
    # "abandoned" when the grader's side had gone, LOST when its supervisor had, or "".
    reason: str = ""
    log: str = ""  # the last it wrote to its standard output and error


class Child:
    """A child of the fork server, isolated from the machine.

    Closing the `connection` to its supervisor ends it; `pid` is its id as seen from
    here.
    """

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.report: ChildReport | None = None
        self._connection = connection
        self._signals = 0  # sent, and not yet confirmed

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when the child has ended."""
        return self._connection.fileno()

    def poll(self) -> int | None:
        """Return the exit status, or None while the child runs."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait at most `timeout` seconds; return the exit status, if there is one."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.report is None:
            left = None if end is None else max(0.0, end - time.monotonic())
            if not _readable(self._connection, left):
                return None
            self._hear()
        return self.report.status

    def send_signal(self, number: int) -> None:
        """Send a signal to the child, if it is still there; return when it has it."""
        if self.report is not None:
            return
        try:
            messages.send(self._connection, {"signal": int(number)})
        except OSError:
            return
        self._signals += 1
        end = time.monotonic() + SIGNALLED_WITHIN
        while self._signals and self.report is None and time.monotonic() < end:
            if _readable(self._connection, end - time.monotonic()):
                self._hear()

    def _hear(self) -> None:
        """Read what the supervisor says: that a signal has been sent, or the end."""
        try:
            message, _ = messages.receive(self._connection)
            if "signalled" in message:
                self._signals -= 1
                return
            self.report = ChildReport(**message["ended"])
        except (OSError, KeyError, TypeError, ValueError):
            self.report = ChildReport(-signal.SIGKILL, reason=LOST)
        self._connection.close()

    def kill(self) -> None:
        """End the child and all that it has started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """End the child; there is nothing that it would have to put in order."""
        self.kill()

    def close(self) -> None:
        """End the child and wait until it has ended."""
        self.kill()
        self.wait(STARTED_WITHIN)


class ForkServer:
    """A fork server that forks children on request.

    Sockets and scratch folders go to `parent_folder`, a short path.

    Notes
    -----
    Nothing of the environment or the memory of the process that makes a fork server
    reaches a child. All ends when the fork server is closed or its maker ends.
    """

    _shared: dict[tuple[int, Preparation], ForkServer] = {}  # noqa: RUF012
    _sharing = threading.Lock()

    def __init__(
        self, preparation: Preparation, parent_folder: str | None = None
    ) -> None:
        self._preparation = preparation
        self._parent = parent_folder or _short_folder()
        self._lock = threading.RLock()
        self._hosted = False
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._isolation: Isolation | None = None
        self._folder_lock: int | None = None
        self.folder = ""
        self.reasons: list[str] = []

    @classmethod
    def shared(cls, preparation: Preparation) -> ForkServer:
        """Return this process's server so prepared, made when first asked."""
        key = os.getpid(), preparation
        with cls._sharing:
            if key not in cls._shared:
                forkserver = cls(preparation)
                atexit.register(forkserver.close)
                cls._shared[key] = forkserver
            return cls._shared[key]

    def client(self) -> ForkServer:
        """Return a client for a process that is forked next, on this fork server.

        The forked process calls `use`, this one closes the client. When the warm
        process is lost, the client starts one of its own.
        """
        with self._lock:
            fork = ForkServer(self._preparation, self._parent)
            fork._isolation = self.isolation
            fork.reasons = self.reasons
            ours, theirs = socket.socketpair()
            with theirs:
                messages.send(self._connected(), {"client": True}, [theirs.fileno()])
            fork._control, fork._hosted = ours, True
            fork.folder = self.folder
            return fork

    def _connected(self) -> socket.socket:
        """Return the connection to the server, which `start` makes."""
        if self._control is None:
            raise NotStarted("the fork server has ended")
        return self._control

    def use(self, fork: ForkServer) -> None:
        """Make a client this forked process's shared fork server."""
        ForkServer._shared[os.getpid(), fork._preparation] = fork
        if self._control is not None:
            self._control.close()

    def start(self) -> None:
        """Start the fork server, without waiting until it is ready."""
        with self._lock:
            if self._hosted:
                return
            if self._process is not None and self._process.poll() is None:
                return
            self.close()
            self.folder, lock = scratch.make("forkserver-", self._parent)
            self._folder_lock = lock
            os.chmod(self.folder, 0o711)
            ours, theirs = socket.socketpair()
            environment = dict(ENVIRONMENT, MPLBACKEND="agg")
            environment["MPLCONFIGDIR"] = os.path.join(self.folder, "matplotlib")
            for name in PASSED_ON:
                if name in os.environ:
                    environment[name] = os.environ[name]
            with theirs:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "autograder.sandbox.forkserver_process",
                        str(theirs.fileno()),
                    ],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    cwd="/",
                    pass_fds=[theirs.fileno(), lock],
                    start_new_session=True,
                )
            self._control = ours
            self._isolation = None
            settings = asdict(self._preparation) | {"folder": self.folder}
            messages.send(ours, settings)

    @property
    def isolation(self) -> Isolation:
        """What children are isolated by.

        Raises
        ------
        Refused
            Where no sandbox holds, unless `sandboxed` is False.
        NotStarted
            When the fork server fails.
        """
        with self._lock:
            self.start()
            if self._isolation is None:
                if not _readable(self._connected(), READY_WITHIN):
                    self.close()
                    raise NotStarted(f"no answer within {READY_WITHIN} s")
                try:
                    message, _ = messages.receive(self._connected())
                except OSError:
                    message = {"failed": "it ended; see its messages above"}
                if "isolation" not in message:
                    self.close()
                    if "refused" in message:
                        raise Refused(message["refused"])
                    raise NotStarted(f"the fork server failed: {message['failed']}")
                self._isolation = Isolation(**message["isolation"])
                self.reasons = message["reasons"]
            return self._isolation

    def spawn(
        self,
        target: str,
        arguments: dict | None = None,
        descriptors: Sequence[int] = (),
        submission: str | None = None,
        limits: Limits | None = None,
    ) -> Child:
        """Fork a child that calls ``target(descriptors, **arguments)``.

        Parameters
        ----------
        target : str
            "module:function"; what it returns is the exit status.
        arguments : dict or None
            What the function is given, as JSON can say it.
        descriptors : sequence of int
            Open descriptors to hand on; the function gets a list of their numbers in
            the child.
        submission : str or None
            Folder whose own files are copied to where the child works.
        limits : Limits or None
            What the child may use.

        Raises
        ------
        Refused
            Where no sandbox holds, unless `sandboxed` is False.
        NotStarted
            When the child cannot be started, with the reason.
        """
        request: messages.Request = {
            "target": target,
            "arguments": arguments or {},
            "submission": submission is not None,
            "limits": (limits or Limits()).as_dict(),
        }
        ours, theirs = socket.socketpair()
        with theirs, _opened(submission) as folder:
            handed = [theirs.fileno(), *folder, *descriptors]
            for last_attempt in (False, True):
                with self._lock:
                    _ = self.isolation
                    try:
                        messages.send(
                            self._connected(),
                            request,
                            handed,
                        )
                        break
                    except OSError as problem:
                        self.close()
                        if last_attempt:
                            raise NotStarted(str(problem)) from problem
        try:
            if not _readable(ours, STARTED_WITHIN):
                raise NotStarted(f"no answer within {STARTED_WITHIN} s")
            answer, _ = messages.receive(ours)
        except messages.Closed:
            answer = {"refused": "its supervisor ended"}
        if "started" not in answer:
            ours.close()
            raise NotStarted(answer["refused"])
        return Child(ours, answer["started"])

    def close(self) -> None:
        """End the fork server; children end when they are closed."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                try:
                    self._process.wait(10)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            if self.folder and not self._hosted:
                scratch.remove(self.folder)
            if self._folder_lock is not None:
                os.close(self._folder_lock)
            self._folder_lock = None
            self._hosted = False
            self._process = self._control = self._isolation = None
            self.folder = ""

    def __enter__(self) -> ForkServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def data_beside_helpers() -> tuple[str, ...]:
    """Return the course's data folder, where there is one."""
    import helpers

    package = os.path.dirname(os.path.abspath(helpers.__file__))
    data = os.path.join(os.path.dirname(package), "data")
    return (data,) if os.path.isdir(data) else ()


def _readable(connection: socket.socket, timeout: float | None) -> bool:
    """Wait until there is something to read, however high the descriptor."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        left = None if end is None else max(0.0, end - time.monotonic()) * 1000
        if poll.poll(left):
            return True
        if end is not None and time.monotonic() >= end:
            return False


@contextlib.contextmanager
def _opened(folder: str | None) -> Iterator[list[int]]:
    """Open a folder, if there is one: its path may say whose it is."""
    if folder is None:
        yield []
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as problem:
        raise NotStarted(str(problem)) from problem
    try:
        yield [descriptor]
    finally:
        os.close(descriptor)


def _short_folder() -> str:
    folder = tempfile.gettempdir()
    return folder if len(folder) < 60 else "/tmp"
