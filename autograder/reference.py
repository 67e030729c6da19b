"""The grader's side of the reference: what a learner's process may ask of it.

A learner's function that calls wrong ones is driven once more with stand-ins for
those, and what a stand-in asks is answered by the solution. Neither the solution
nor a recorded answer is ever sent to the learner's process. What is asked is
bounded in number, size and time, and beyond that nothing is answered.
"""

import atexit
import json
import os
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from logging import Logger

from autograder.examination import NoAnswer
from autograder.forks import Ask, Line
from autograder.sandbox.forkserver import Child
from autograder.sandbox.settings import Sandbox
from autograder.store import Store

STARTED_WITHIN = 120.0
ENDED_WITHIN = 5.0
PATIENCE = 1000  # refusals until nothing more is waited for
KEPT = 2  # notebooks whose reference a worker keeps


class ReferenceFailed(RuntimeError):
    """The solution does not run, or no process for it can be started."""


@dataclass(frozen=True)
class Bounds:
    """How much a submission may ask of the reference."""

    seconds: float = 5.0  # time limit of one call
    # Calls of one request, which drives the failing cases of one function.
    calls: int = 20_000
    all_calls: int = 60_000  # calls of a submission
    size: int = 4_000_000  # bytes of the arguments of one call
    all_seconds: float = 120.0  # time of all calls of a submission


class Reference:
    """The solution of one notebook, in a process that is started when it is needed.

    Faults are reported to `log`; `bounds` says how much a submission may ask.
    """

    _kept: dict[tuple, "Reference"] = {}  # noqa: RUF012

    def __init__(
        self, store: Store, sandbox: Sandbox, log: Logger, bounds: Bounds | None = None
    ) -> None:
        self._cells = store.reference
        self._sandbox = sandbox
        self._log = log
        self._bounds = bounds or Bounds()
        self._child: Child | None = None
        self._line: Line | None = None
        self._begun = False
        self._calls = 0
        self._seconds = 0.0

    @classmethod
    def shared(cls, store: Store, sandbox: Sandbox, log: Logger) -> "Reference":
        """Return this process's reference of a notebook, for a new submission."""
        key = (
            os.getpid(),
            store.assignment,
            store.cases.notebook,
            store.cases.digest,
            id(sandbox.forkserver),
        )
        if not cls._kept:
            atexit.register(cls.close_all)
        reference = cls._kept.pop(key, None) or cls(store, sandbox, log)
        for old in list(cls._kept)[: -KEPT + 1 or None]:
            cls._forget(old)
        cls._kept[key] = reference
        return reference

    @classmethod
    def close_all(cls) -> None:
        """End the processes of this process's references."""
        for key in list(cls._kept):
            cls._forget(key)

    @classmethod
    def _forget(cls, key: tuple) -> None:
        reference = cls._kept.pop(key)
        if key[0] == os.getpid():  # not one of a process that has forked this one
            reference.close()

    def answerer(self, functions: Collection[str]) -> Ask:
        """Return what answers the stand-ins of some functions, while one is driven.

        It takes what a learner's process asks, which may be anything, and returns a
        ReturnForm; where it is asked on and on, it raises NoAnswer.

        Raises
        ------
        ReferenceFailed
            If the solution does not run.
        """
        self._begin()
        left = self._bounds.calls

        def answer(form: object) -> object:
            nonlocal left
            left -= 1
            if left < -PATIENCE:
                raise NoAnswer("the reference was asked too often")
            if left < 0 or not isinstance(form, dict):
                return {"refused": "limit"}
            if form.get("function") not in functions:
                return {"refused": "function"}
            return self._call(form)

        return answer

    def end(self) -> None:
        """Forget a submission: the process that has served it ends."""
        self._calls, self._seconds = 0, 0.0
        if not self._begun or self._line is None:
            return
        self._begun = False
        try:
            self._line.send("end")
            ended = self._line.wait(ENDED_WITHIN) == "ended"
        except (OSError, ValueError):
            ended = False
        if not ended:
            self.close()

    def close(self) -> None:
        """End the process."""
        self._begun = False
        if self._line is not None:
            self._line.connection.close()
        if self._child is not None:
            self._child.close()
        self._child = self._line = None

    def _begin(self) -> None:
        """Start the process if there is none, and its part for this submission."""
        if self._begun:
            return
        if self._line is None:
            self._start()
        if self._line is not None:
            self._line.send("begin")
            self._begun = True

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        # It serves as long as the worker does.
        limits = replace(self._sandbox.limits(), cpu=0, wall=0, output=0)
        with theirs:
            try:
                self._child = self._sandbox.forkserver.spawn(
                    "autograder.reference_process:serve",
                    descriptors=[theirs.fileno()],
                    limits=limits,
                )
            except Exception as error:
                ours.close()
                raise ReferenceFailed(str(error)) from error
        self._line = Line(ours)
        try:
            ours.settimeout(STARTED_WITHIN)
            self._line.send(self._cells)
            said = self._line.wait(STARTED_WITHIN)
        except (OSError, ValueError) as error:
            said = str(error)
        if said != "ready":
            self.close()
            raise ReferenceFailed(f"the solution does not run: {said}")

    def _call(self, form: dict) -> object:
        """Have the solution called."""
        bounds = self._bounds
        self._calls += 1
        spent = self._calls > bounds.all_calls or self._seconds > bounds.all_seconds
        if spent or self._line is None or not self._begun:
            return {"refused": "limit"}
        if len(json.dumps(form)) > bounds.size:
            return {"refused": "size"}
        begun = time.monotonic()
        patience = bounds.seconds + ENDED_WITHIN
        try:
            self._line.connection.settimeout(patience)
            self._line.send({"call": form, "seconds": bounds.seconds})
            told = self._line.wait(patience)
            if not isinstance(told, dict):
                raise ConnectionError("its process has ended")
        except (OSError, ValueError, RecursionError) as error:
            # The next submission gets another process, this one nothing more.
            self._log.warning("The reference was ended: %s", type(error).__name__)
            self.close()
            self._calls = bounds.all_calls
            return {"refused": "ended"}
        finally:
            self._seconds += time.monotonic() - begun
        return told
