"""Running a task in a forked child that streams its results back through a pipe."""

import contextlib
import json
import os
import select
import signal
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Stream", "stream"]

MAX_FRAME = 96_000_000


class Stream:
    """Frames that a child sends, each a JSON value.

    Parameters
    ----------
    work : callable
        Called in the child; what it yields is sent.
    """

    def __init__(self, work: Callable[[], Iterable[object]]) -> None:
        read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(read)
            _child(work, write)
        os.close(write)
        self._read = read
        self._buffer = b""
        self.ended = ""

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def next(self, seconds: float) -> object | None:
        """Return the next frame.

        Parameters
        ----------
        seconds : float
            How long to wait for it.

        Returns
        -------
        object or None
            The frame; None if the child ended, took too long or sent what is
            no frame. ``ended`` then says which.
        """
        deadline = time.monotonic() + seconds
        need = 4
        size: int | None = None
        while True:
            if size is None and len(self._buffer) >= 4:
                (size,) = struct.unpack(">I", self._buffer[:4])
                if size > MAX_FRAME:
                    self.ended = "oversized"
                    return None
                need = 4 + size
            if size is not None and len(self._buffer) >= need:
                body, self._buffer = self._buffer[4:need], self._buffer[need:]
                try:
                    return json.loads(body)
                except (ValueError, RecursionError):
                    self.ended = "garbled"
                    return None
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                self.ended = "timeout"
                return None
            chunk = os.read(self._read, 1 << 20)
            if not chunk:
                self.ended = "crash"
                return None
            self._buffer += chunk

    def kill(self) -> None:
        """End the child and whatever it started in its session."""
        if self._pid <= 0:
            return
        for target in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                target(self._pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        os.close(self._read)
        self._pid = 0


def _child(work: Callable[[], Iterable[object]], write: int) -> None:
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        for item in work():
            body = json.dumps(item).encode()
            data = struct.pack(">I", len(body)) + body
            while data:
                data = data[os.write(write, data) :]
        code = 0
    finally:
        # No clean-up of the parent's: no atexit, no flushed buffers, no sockets.
        os._exit(code)


def stream(
    work: Callable[[int], Iterable[object]],
    groups: Sequence[int],
    seconds: float,
    give_up_after: int = 2,
) -> Iterator[tuple[object | None, str]]:
    """Collect the results of numbered tasks, with a new child after each failure.

    Parameters
    ----------
    work : callable
        ``work(start)`` yields the results of tasks ``start``, ``start + 1``, ...;
        called in a child.
    groups : sequence of int
        How many tasks belong together, in order.
    seconds : float
        Time limit of one task.
    give_up_after : int
        After so many failures the rest of a group counts as failed for the same
        reason.

    Yields
    ------
    tuple of (object or None, str)
        A result and an empty reason, or None and ``"timeout"``, ``"crash"``,
        ``"oversized"`` or ``"garbled"``.
    """
    child: Stream | None = None
    begin = 0
    try:
        for count in groups:
            failures = 0
            reason = ""
            for task in range(begin, begin + count):
                if failures >= give_up_after:
                    yield None, reason
                    continue
                if child is None:
                    child = Stream(lambda start=task: work(start))
                frame = child.next(seconds)
                if frame is not None:
                    yield frame, ""
                    continue
                failures += 1
                reason = child.ended
                child.kill()
                child = None
                yield None, reason
            begin += count
    finally:
        if child is not None:
            child.kill()
