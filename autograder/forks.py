"""Running a task in a forked child that streams its results back.

The child may also ask: what it asks is answered by the process that forked it.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

MAX_FRAME = 96_000_000
HEAD = struct.Struct(">I")
PIECE = 1 << 16  # bytes: each read makes, and fills, as many
SENT_WITHIN = 10.0
# To be woken for each frame takes both sides longer than most frames do: where nobody
# waits for an answer, frames that follow each other are gathered for so many seconds.
GATHERED = 0.002

Ask = Callable[[Any], Any]
Work = Callable[[Ask], Iterable[object]]


class Line:
    """JSON frames through a socket, with what has arrived of the next."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._buffer = bytearray()
        self._asked = 0

    def send(self, form: object) -> None:
        """Send a frame."""
        body = json.dumps(form).encode()
        self.connection.sendall(HEAD.pack(len(body)) + body)

    def frame(self) -> bytes | None:
        """Return the next frame if it is there.

        Raises
        ------
        OverflowError
            If it is larger than a frame may be.
        """
        if len(self._buffer) < HEAD.size:
            return None
        (size,) = HEAD.unpack_from(self._buffer)
        if size > MAX_FRAME:
            raise OverflowError(f"a frame of {size} bytes")
        if len(self._buffer) < HEAD.size + size:
            return None
        body = bytes(self._buffer[HEAD.size : HEAD.size + size])
        del self._buffer[: HEAD.size + size]
        return body

    def receive(self) -> bool:
        """Wait for more; tell whether there was any."""
        piece = self.connection.recv(PIECE)
        self._buffer += piece
        return bool(piece)

    def forget(self) -> None:
        """Drop what has arrived: another process has it, too."""
        self._buffer.clear()

    def wait(self, seconds: float | None = None) -> Any:
        """Wait for a frame.

        Raises
        ------
        OSError, ValueError
            If nobody is there any more, it takes too long, or what comes is no
            frame.
        """
        end = None if seconds is None else time.monotonic() + seconds
        try:
            while (body := self.frame()) is None:
                if end is not None:
                    self.connection.settimeout(max(end - time.monotonic(), 0.001))
                if not self.receive():
                    raise ConnectionError("nobody is there to answer")
        except OverflowError as error:
            raise ValueError(str(error)) from None
        return json.loads(body)

    def ask(self, form: Any) -> Any:
        """Ask the process that forked this one; what it answered too late is gone."""
        self._asked += 1
        number = self._asked
        # The alarm of a call waits until it is whole.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        try:
            self.send({"asked": number, "form": form})
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        while True:
            said = self.wait()
            if said["answered"] == number:
                return said["form"]


class Stream:
    """Frames that a child sends, each a JSON value.

    `work` is called in the child with a function that asks; what it yields is sent.
    `answer` answers what the child asks; without it nothing is answered. What it asks
    is read, and answered, while the next frame is waited for.
    """

    def __init__(self, work: Work, answer: Ask | None = None) -> None:
        ours, theirs = socket.socketpair()
        self.answer = answer
        self._gathers = answer is None
        self._flows = False  # whether there was a frame just now
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            _child(work, Line(theirs))
        theirs.close()
        # A child that asks and does not read must not hold this process up.
        ours.settimeout(SENT_WITHIN)
        self._line = Line(ours)
        self.ended = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def next(self, seconds: float) -> Any:
        """Return the next frame.

        None if the child ended, took too long or sent what is no frame; ``ended`` then
        says which.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                body = self._line.frame()
            except OverflowError:
                self.ended = "oversized"
                return None
            if body is None:
                if not self._more(deadline):
                    return None
                continue
            try:
                form = json.loads(body)
                if "said" in form:
                    return form["said"]
                answered = self.answer(form["form"]) if self.answer else None
                self._line.send({"answered": form["asked"], "form": answered})
            except (ValueError, RecursionError, KeyError, TypeError):
                self.ended = "garbled"
                return None
            except OSError:
                self.ended = "crash"
                return None

    def _more(self, deadline: float) -> bool:
        connection = self._line.connection
        left = deadline - time.monotonic()
        if self._flows and left > GATHERED:
            time.sleep(GATHERED)
            left -= GATHERED
        if left <= 0 or not select.select([connection], [], [], left)[0]:
            self.ended = "timeout"
            return False
        self._flows = self._gathers
        try:
            if self._line.receive():
                return True
        except OSError:
            pass
        self.ended = "crash"
        return False

    def kill(self) -> None:
        """End the child and whatever it started in its session."""
        if self._pid <= 0:
            return
        for target in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                target(self._pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        self._line.connection.close()
        self._pid = 0


def _child(work: Work, line: Line) -> None:
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        for item in work(line.ask):
            line.send({"said": item})
        code = 0
    finally:
        # No clean-up of the parent's: no atexit, no flushed buffers, no sockets.
        os._exit(code)
