"""The grader's side of a shell in a child: cells in, what they show out.

Nothing that comes back is trusted: frames are bounded, in number of bytes and in
time, and only what a notebook may hold is passed on.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable

from autograder.sandbox.forkserver import Report
from autograder.sandbox.settings import LIMITS, Sandbox
from autograder.sandbox.shell import HEAD

__all__ = ["Ended", "Failed", "Session", "TooSlow", "displayable"]

PIECE = 262_144
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
Show = Callable[[str, dict], None]


class Ended(ConnectionError):
    """The child has ended, or no longer says anything that makes sense."""


class Failed(RuntimeError):
    """What was asked for could not be done there."""


class TooSlow(TimeoutError):
    """The reply did not come in time; it may still come."""


class Session:
    """A shell behind walls, in which a learner's cells run.

    Parameters
    ----------
    sandbox : whose settings decide on walls and limits.
    folder : a submission's, whose files are copied to where the shell works.

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
        self._left = limits.output or float("inf")
        self._buffer = bytearray()
        self._number = 0
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

    def run(self, source: str, seconds: float | None, show: Show) -> dict:
        """Run a cell.

        Parameters
        ----------
        source : its text.
        seconds : how long it may take; None for any time.
        show : called with kind and content of each thing that it shows.

        Returns
        -------
        dict
            ``count``, its number.

        Raises
        ------
        Ended, Failed, TooSlow
            As the names say.
        """
        self._request({"run": source}, seconds)
        return self.reply(seconds, show)

    def ask(self, name: str, arguments: list, seconds: float) -> object:
        """Call a function of the driver; raises as `run` does."""
        self._request({"call": name, "arguments": arguments}, seconds)
        return self.reply(seconds)

    def reply(self, seconds: float | None, show: Show | None = None) -> object:
        """Wait for the reply to the last request; raises as `run` does."""
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            form = self._frame(end)
            if "shown" in form:
                content = displayable(form["shown"], form.get("content"))
                if show is not None and content is not None:
                    show(form["shown"], content)
            elif form.get("number") == self._number:
                if "reply" in form:
                    return form["reply"]
                raise Failed(str(form.get("failed"))[:100])

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._child.send_signal(2)

    def close(self) -> Report | None:
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
        body = json.dumps({"number": self._number, **form}).encode()
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(HEAD.pack(len(body)) + body)
        except TimeoutError:
            raise TooSlow("it takes no requests") from None
        except OSError as problem:
            raise Ended(str(problem)) from None

    def _frame(self, end: float | None) -> dict:
        """Return the next frame."""
        need = HEAD.size
        while True:
            if len(self._buffer) >= need and need == HEAD.size:
                need += HEAD.unpack_from(self._buffer)[0]
            if len(self._buffer) >= need > HEAD.size:
                body = bytes(self._buffer[HEAD.size : need])
                del self._buffer[:need]
                return _parsed(body)
            if need - len(self._buffer) > self._left:
                raise Ended("it said too much")
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TooSlow("no reply in time")
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


def _parsed(body: bytes) -> dict:
    """Return what a frame says."""
    try:
        form = json.loads(body)
        if SURROGATE.search(body):  # half a character, which no file can hold
            text = json.dumps(form, ensure_ascii=False)
            form = json.loads(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Ended("it says what is no message") from None
    if not isinstance(form, dict):
        raise Ended("it says what is no message")
    return form


def displayable(kind: object, content: object) -> dict | None:
    """Return of a message what a notebook may hold.

    Parameters
    ----------
    kind : the message's type.
    content : its content, of any form.

    Returns
    -------
    dict or None
        None where it is nothing that can be shown.
    """
    if not isinstance(kind, str) or not isinstance(content, dict):
        return None
    if kind == "stream":
        return _of(content, name=str, text=str) if _is_stream(content) else None
    if kind == "clear_output":
        return {"wait": content.get("wait") is True}
    if kind == "error":
        kept = _of(content, ename=str, evalue=str, traceback=list)
        if kept and all(isinstance(line, str) for line in kept["traceback"]):
            return kept
        return None
    if kind not in ("display_data", "update_display_data", "execute_result"):
        return None
    kept = _of(content, data=dict, metadata=dict)
    if kept is None:
        return None
    kept["data"] = {
        name: value
        for name, value in kept["data"].items()
        if isinstance(value, str) or name.endswith("json")
    }
    if kind == "execute_result":
        count = content.get("execution_count")
        kept["execution_count"] = count if type(count) is int else None
    transient = content.get("transient")
    if isinstance(transient, dict) and isinstance(transient.get("display_id"), str):
        kept["transient"] = {"display_id": transient["display_id"]}
    return kept


def _is_stream(content: dict) -> bool:
    return content.get("name") in ("stdout", "stderr")


def _of(content: dict, **types: type) -> dict | None:
    """Return the named parts, or None where one has not its type."""
    kept = {name: content.get(name) for name in types}
    if all(isinstance(kept[name], kind) for name, kind in types.items()):
        return kept
    return None
