"""The grader's side of a shell in a child: cells in, what they show out.

Nothing that comes back is trusted: frames are bounded in number, in bytes and in
time. What a cell shows is passed on as it came, to be examined elsewhere.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable
from typing import NoReturn

from autograder.forks import HEAD
from autograder.protocol import TOO_LARGE
from autograder.sandbox.forkserver import ChildReport
from autograder.sandbox.settings import LIMITS, Sandbox

PIECE = 262_144
MOST_FRAMES = 10_000  # of one request
ALL_FRAMES = 50_000
MOST_SHOWN = 8_000_000  # bytes of one frame that a cell sends
# Values that one frame may hold: a few bytes of JSON become many of Python.
MOST_VALUES = {True: 200_000, False: 2_000_000}
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
Show = Callable[[object, object], None]
Answer = Callable[[object], object]


class Ended(ConnectionError):
    """The child has ended, or no longer says anything that makes sense."""


class Failed(RuntimeError):
    """What was asked for could not be done there."""


class NotNoted(RuntimeError):
    """What names mean at a check cell could not be remembered."""


class TooSlow(TimeoutError):
    """The reply did not come in time; it may still come."""


class TooMuch(Ended):
    """A cell shows more than one may; unlike others, it may be interrupted."""


class Session:
    """An isolated shell, in which a learner's cells run.

    Isolation and limits are those of the `sandbox`'s settings. The files of `folder`, a
    submission, are copied to where the shell works. `exceeded` is the limit for which
    this side has given the shell up, or empty.

    Raises
    ------
    Refused
        Where no sandbox holds.
    NotStarted
        When the child cannot be started.
    """

    def __init__(self, sandbox: Sandbox, folder: str) -> None:
        self._log = sandbox.log
        limits = sandbox.limits()
        self.exceeded = ""
        self._left = limits.output or float("inf")
        self._most = self._left / 4
        self._frames = ALL_FRAMES
        self._buffer = bytearray()
        self._size: int | None = None
        self._passes = self._shows = False
        self._number = 0
        self._notes: list[str] = []
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self._child = sandbox.forkserver.spawn(
                    "autograder.sandbox.shell:serve",
                    descriptors=[theirs.fileno()],
                    submission=folder,
                    limits=limits,
                )
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def note(self, cell: str) -> None:
        """Have remembered what names mean now, at a check cell.

        That is asked for with the next request, before all else that it asks for.
        """
        self._notes.append(cell)

    def run(self, source: str, seconds: float | None, show: Show) -> dict:
        """Run a cell; return its number as ``count``.

        It may take some `seconds`, or any time; `show` is called with kind and content
        of each thing that it shows.

        Raises
        ------
        Ended, Failed, NotNoted, TooMuch, TooSlow
            As the names say.
        """
        self._shows = True
        self._request({"run": source}, seconds)
        reply = self.reply(seconds, show)
        return reply if isinstance(reply, dict) else {}

    def ask(
        self, name: str, arguments: list, seconds: float, answer: Answer | None = None
    ) -> object:
        """Call a function of the driver; raises as `run` does.

        `answer` answers what is asked there meanwhile; without it nothing is.
        """
        self._shows = False
        self._request({"call": name, "arguments": arguments}, seconds)
        return self.reply(seconds, answer=answer)

    def reply(
        self,
        seconds: float | None,
        show: Show | None = None,
        answer: Answer | None = None,
    ) -> object:
        """Wait for the reply to the last request; raises as `run` does."""
        end = None if seconds is None else time.monotonic() + seconds
        frames, left = 0, self._left
        while True:
            if end is not None and time.monotonic() > end:
                raise TooSlow("no reply in time")
            form = self._frame(end)
            if form.get("number") == self._number and "shown" not in form:
                if "reply" in form:
                    return form["reply"]
                if "missed" in form:
                    raise NotNoted(str(form["missed"])[:100])
                raise Failed(str(form.get("failed"))[:100])
            if "asked" in form and answer is not None:
                # Whoever answers counts, and answers no more beyond a limit.
                self._send({"answered": answer(form["asked"])}, seconds)
                continue
            frames += 1
            self._frames -= 1
            if self._frames < 0:
                self._give_up()
            if self._shows and (frames > MOST_FRAMES or left - self._left > self._most):
                raise TooMuch("it shows too much")
            if "asked" in form:
                self._send({"answered": None}, seconds)
            if show is not None and "shown" in form:
                show(form["shown"], form.get("content"))

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._child.send_signal(2)

    def close(self) -> ChildReport | None:
        """End the shell and all that it has started; say what it used."""
        self._socket.close()
        self._child.close()
        report = self._child.report
        if report is not None and report.reason in LIMITS:
            self._log.warning(
                "A kernel was ended: it exceeded its limit of %s.", report.reason
            )
        return report

    def _request(self, form: dict, seconds: float | None) -> None:
        self._number += 1
        notes, self._notes = self._notes, []
        self._send({"number": self._number, "notes": notes, **form}, seconds)

    def _send(self, form: dict, seconds: float | None) -> None:
        body = json.dumps(form).encode()
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(HEAD.pack(len(body)) + body)
        except TimeoutError:
            raise TooSlow("it takes no requests") from None
        except OSError as problem:
            raise Ended(str(problem)) from None

    def _frame(self, end: float | None) -> dict:
        """Return the next frame; of one that is too large only that it was there."""
        if self._size is None:
            self._receive(HEAD.size, end)
            (self._size,) = HEAD.unpack_from(self._buffer)
            del self._buffer[: HEAD.size]
            if self._size - len(self._buffer) > self._left:
                self._give_up()
            self._passes = self._shows and self._size > MOST_SHOWN
        if self._passes:
            while self._size:
                self._receive(1, end)
                passed = min(self._size, len(self._buffer))
                del self._buffer[:passed]
                self._size -= passed
            self._size = None
            return {"shown": TOO_LARGE}
        self._receive(self._size, end)
        body = bytes(self._buffer[: self._size])
        del self._buffer[: self._size]
        self._size = None
        if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES[self._shows]:
            if self._shows:
                return {"shown": TOO_LARGE}
            self._give_up()
        return _parsed(body)

    def _receive(self, count: int, end: float | None) -> None:
        """Wait until so many bytes are there."""
        while len(self._buffer) < count:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TooSlow("no reply in time")
            if self._left <= 0:
                self._give_up()
            self._socket.settimeout(left)
            try:
                piece = self._socket.recv(PIECE)
            except TimeoutError:
                continue
            except OSError as problem:
                raise Ended(str(problem)) from None
            if not piece:
                raise Ended("it has ended")
            self._left -= len(piece)
            self._buffer += piece

    def _give_up(self) -> NoReturn:
        self.exceeded = "output"
        raise Ended("it said too much")


def _parsed(body: bytes) -> dict:
    """Return what a frame says."""
    try:
        # Bytes would also be read as UTF-16, and with halves of characters in them.
        form = json.loads(body.decode())
        if SURROGATE.search(body):  # half a character, which no file can hold
            text = json.dumps(form, ensure_ascii=False)
            form = json.loads(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Ended("it says what is no message") from None
    if not isinstance(form, dict):
        raise Ended("it says what is no message")
    return form
