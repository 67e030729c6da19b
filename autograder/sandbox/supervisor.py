"""One small process beside each child, outside of its isolation.

It starts the child, hands signals on, watches the limits that
the kernel does not keep, ends whatever the child has left behind, and reports.
When the grader's side of its connection closes, it ends the child.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import resource
import secrets
import selectors
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from autograder.sandbox import messages, namespaces, scratch, syscalls
from autograder.sandbox.isolation import Isolation, enter, own_user
from autograder.sandbox.limits import Limits, processor_times
from autograder.sandbox.messages import Request

TICK = 0.5
TICK_WITHOUT_PIDFD = 0.02
LOG_KEPT = 4096
MOST_ENTRIES = 20_000
FAILED = 70
# What the kernel may keep for an open socket or pipe counts for no process. A shell
# has few, and so have the processes that it forks.
FREE_DESCRIPTORS, DESCRIPTOR = 16, 208 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")
CLOCK = os.sysconf("SC_CLK_TCK")

Target = Callable[..., int | None]


@dataclass
class Supervisor:
    """Starts a child as asked, sees it through, and reports."""

    connection: socket.socket  # to the grader's side
    request: Request
    # Open ones: the submission's folder, if there is one, and those of the target.
    descriptors: list[int]
    isolation: Isolation
    readable: list[str]  # what the child may read of this machine
    # Where the child's own folder is made, and removed at the end. With namespaces it
    # is a file system of the child's, on a folder that is everybody's.
    parent: str
    environment: dict[str, str]  # the child's variables

    def __post_init__(self) -> None:
        # No other child can guess where this one's files lie.
        own = "mounted"
        if not self.isolation.namespaces:
            own = f"{os.getpid()}-{secrets.token_hex(8)}"
        self.folder = os.path.join(self.parent, own)
        self._limits = Limits(**self.request["limits"])
        self._log = bytearray()
        self._logged = 0
        self._said = b""
        self._heard = False
        self._reason = ""
        self._child = 0

    def supervise(self) -> None:
        """Start the child and report how it ended."""
        os.setsid()
        os.umask(0o077)
        os.makedirs(self.folder, exist_ok=self.isolation.namespaces)
        os.chmod(self.folder, 0o711)
        try:
            self._run()
        finally:
            if not self.isolation.namespaces:
                scratch.remove(self.folder)

    def _run(self) -> None:
        said, saying = os.pipe()
        log, logging = os.pipe()
        started = time.monotonic()
        try:
            if self.isolation.namespaces:
                namespaces.separate_processes(self.isolation.user_namespace)
            elif syscalls.LINUX:
                syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
            user = own_user() if self.isolation.own_user else None
            self._child = os.fork()
        except OSError as problem:
            messages.send(self.connection, {"refused": str(problem)})
            return
        if self._child == 0:
            self._be_the_child(saying, logging, user)
        os.close(saying)
        os.close(logging)
        for descriptor in self.descriptors:
            os.close(descriptor)
        ended = self._watch(said, log, started)
        with contextlib.suppress(OSError):  # nobody may be left to be told
            messages.send(self.connection, {"ended": ended})

    # --- the child

    def _be_the_child(self, saying: int, logging: int, user: int | None) -> NoReturn:
        status = FAILED
        try:
            submission, handed = None, list(self.descriptors)
            if self.request["submission"]:
                submission = handed.pop(0)
            nothing = os.open("/dev/null", os.O_RDWR)
            for target, descriptor in ((0, nothing), (1, logging), (2, logging)):
                os.dup2(descriptor, target)
            keep = {0, 1, 2, saying, *self.descriptors}
            _close_all_but(keep)
            os.umask(0o022)
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                home = enter(
                    self.isolation,
                    self._limits,
                    self.readable,
                    self.folder,
                    submission,
                    user,
                )
                function = _settle(home, self.environment, self.request["target"])
            except BaseException as problem:
                os.write(saying, f"{problem or type(problem).__name__}".encode())
                raise
            os.write(saying, b"\0")
            os.close(saying)
            status = function(handed, **self.request["arguments"]) or 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            for stream in (sys.__stdout__, sys.__stderr__):
                with contextlib.suppress(OSError, ValueError):
                    if stream is not None:
                        stream.flush()
            os._exit(status)

    # --- beside it

    def _watch(self, said: int, log: int, started: float) -> dict:
        # Made here: what this process does before its fork, both pay for.
        selector = self._selector = selectors.DefaultSelector()
        selector.register(
            self.connection, selectors.EVENT_READ, lambda _: self._listen()
        )
        selector.register(said, selectors.EVENT_READ, lambda _: self._hear(said))
        selector.register(log, selectors.EVENT_READ, lambda _: self._keep(log))
        tick = TICK
        try:
            ending = os.pidfd_open(self._child)
            selector.register(ending, selectors.EVENT_READ, lambda _: None)
        except (AttributeError, OSError):
            tick = TICK_WITHOUT_PIDFD
        next_look = started + TICK
        while True:
            for key, mask in selector.select(tick):
                key.data(mask)
            pid, status, usage = os.wait4(self._child, os.WNOHANG)
            if pid:
                break
            if self._limits.output and self._logged > self._limits.output:
                self._end("output")
            if (now := time.monotonic()) >= next_look:
                next_look = now + TICK
                self._check(now - started)
        while not self._heard:
            self._hear(said)
        self._end_the_rest()
        return {
            "status": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
            "beside": _own_time(),
            "wall": time.monotonic() - started,
            "reason": self._reason,
            "log": self._log.decode(errors="replace"),
        }

    def _listen(self) -> None:
        """Do what the grader's side says; end the child when it has gone."""
        try:
            message, _ = messages.receive(self.connection)
            number = int(message["signal"])
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, number)
            messages.send(self.connection, {"signalled": number})
        except (OSError, ValueError, KeyError):
            self._selector.unregister(self.connection)
            self._end("abandoned")

    def _hear(self, said: int) -> None:
        """Pass on whether the child was isolated."""
        part = os.read(said, 4096)
        self._said += part
        if part and self._said != b"\0":
            return
        self._heard = True
        self._selector.unregister(said)
        os.close(said)
        if self._said == b"\0":
            answer: dict[str, object] = {"started": self._child}
        else:
            answer = {"refused": self._said.decode(errors="replace") or "it ended"}
        try:
            messages.send(self.connection, answer)
        except OSError:
            self._end("abandoned")

    def _keep(self, log: int) -> None:
        part = os.read(log, 65536)
        if not part:
            self._selector.unregister(log)
            os.close(log)
            return
        self._logged += len(part)
        self._log += part
        del self._log[:-LOG_KEPT]

    def _check(self, elapsed: float) -> None:
        limits = self._limits
        if limits.wall and elapsed > limits.wall:
            return self._end("wall")
        if not syscalls.LINUX:
            return None
        family = self._family()
        cpu, resident, tasks = _use(family)
        buffers = DESCRIPTOR * _descriptors(family)
        if limits.processes and tasks > limits.processes:
            return self._end("processes")
        if limits.cpu and cpu > limits.cpu:
            return self._end("cpu")
        if limits.memory and resident + buffers > limits.memory:
            own = buffers + sum(_own_memory(pid) for pid in family)
            if own > limits.memory:
                return self._end("memory")
        if limits.disk and not self.isolation.namespaces:
            size, entries = _scratch_use(os.path.join(self.folder, "home"))
            if size > limits.disk or entries > MOST_ENTRIES:
                return self._end("disk")
        return None

    def _family(self) -> list[int]:
        if self.isolation.namespaces:
            return [self._child, *_descendants(self._child)]
        return _descendants(os.getpid())

    def _end(self, reason: str) -> None:
        self._reason = self._reason or reason
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)

    def _end_the_rest(self) -> None:
        """End what the child has started; a process namespace has done so."""
        if self.isolation.namespaces or not syscalls.LINUX:
            return
        while family := _descendants(os.getpid()):
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            try:
                while os.waitpid(-1, 0)[0]:
                    pass
            except ChildProcessError:
                pass


def _own_time() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _settle(home: str, environment: dict[str, str], target: str) -> Target:
    """Make a child that has just been isolated a process of its own."""
    wanted = environment | {
        "HOME": home,
        "TMPDIR": f"{home}/tmp",
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "JUPYTER_CONFIG_DIR": f"{home}/.jupyter",
        "JUPYTER_DATA_DIR": f"{home}/.local/share/jupyter",
        "JUPYTER_RUNTIME_DIR": f"{home}/.local/share/jupyter/runtime",
    }
    for variable in set(os.environ) - wanted.keys():
        del os.environ[variable]
    for variable, value in wanted.items():
        if os.environ.get(variable) != value:  # to set all takes longer than to look
            os.environ[variable] = value
    os.chdir(f"{home}/work")
    sys.path.append(f"{home}/work")
    sys.argv = ["kernel"]
    tempfile.tempdir = f"{home}/tmp"  # the fork server has had another
    resource.getrusage = processor_times
    random.seed()
    if numpy := sys.modules.get("numpy"):
        # NumPy's own way to find a seed takes longer than to run a cell.
        numpy.random.seed(int.from_bytes(os.urandom(4)))
    module, _, name = target.partition(":")
    function: Target = getattr(importlib.import_module(module), name)
    return function


def _close_all_but(keep: set[int]) -> None:
    first = 3
    for descriptor in sorted(d for d in keep if d > 2):
        if first < descriptor:  # an empty range would close everything
            os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 65536)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as children:
                    new = [int(child) for child in children.read().split()]
                found += new
                waiting += new
        except OSError:
            continue
    return found


def _use(family: list[int]) -> tuple[float, int, int]:
    """Return processor seconds, resident bytes and threads of these processes."""
    ticks = pages = tasks = 0
    for pid in family:
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
        pages += int(fields[21])
        tasks += int(fields[17])
    return ticks / CLOCK, pages * PAGE, tasks


def _descriptors(family: list[int]) -> int:
    """Return how many descriptors these processes have beyond a few each."""
    count = 0
    for pid in family:
        with contextlib.suppress(OSError):
            count += max(0, len(os.listdir(f"/proc/{pid}/fd")) - FREE_DESCRIPTORS)
    return count


def _own_memory(pid: int) -> int:
    """Return the bytes of a process, shared pages split among their users."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _scratch_use(top: str) -> tuple[int, int]:
    """Return bytes and number of what lies below a folder.

    What cannot be looked at, as it lies too deep, counts as too much.
    """
    size = entries = 0
    folders = [top]
    while folders and entries <= MOST_ENTRIES:
        try:
            with os.scandir(folders.pop()) as found:
                for entry in found:
                    entries += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # it was removed meanwhile
        except OSError:
            return size, MOST_ENTRIES + 1
    return size, entries
