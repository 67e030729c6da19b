"""Shells for tests, as grading uses them; and programs run by somebody else."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from autograder.sandbox import syscalls
from autograder.sandbox.forkserver import ChildReport
from autograder.sandbox.session import Ended, Session
from autograder.sandbox.settings import Sandbox

NOBODY = 65534
# The forms that protection takes, by what the machine offers.
FORMS = {
    "both": {"namespaces": True, "landlock": True},
    "landlock": {"namespaces": False, "landlock": True},
    "namespaces": {"namespaces": True, "landlock": False},
}


class Answer(NamedTuple):
    """What came of a cell: its text, the name of its error, its display data."""

    text: str
    error: str | None
    data: list[dict]


class Shell:
    """A sandboxed shell in which cells can be run.

    Parameters
    ----------
    folder : Path
        Where the submission lies.
    **settings : object
        Traits of the sandbox.
    """

    def __init__(self, folder: Path, **settings: object) -> None:
        self.sandbox = Sandbox(**settings)
        self._session = Session(self.sandbox, str(folder))

    def run(self, code: str, timeout: float = 30) -> Answer:
        """Run a cell."""
        text: list[str] = []
        errors: list[str] = []
        data: list[dict] = []

        def show(kind: str, content: dict) -> None:
            if kind == "stream":
                text.append(content["text"])
            elif kind == "error":
                errors.append(content["ename"])
            elif kind in ("display_data", "execute_result"):
                data.append(content["data"])

        self._session.run(code, timeout, show)
        return Answer("".join(text), errors[0] if errors else None, data)

    def interrupt_while(self, code: str, after: float) -> Answer:
        """Run a cell and interrupt it after so many seconds."""
        timer = threading.Timer(after, self._session.interrupt)
        timer.start()
        try:
            return self.run(code)
        finally:
            timer.cancel()

    def ended(self, code: str, within: float) -> ChildReport:
        """Run a cell that ends the shell; return the report."""
        try:
            self._session.run(code, within, lambda kind, content: None)
        except Ended:
            report = self._session.close()
            assert report is not None
            return report
        raise AssertionError("the shell has not ended")

    def close(self) -> None:
        """End the shell."""
        self._session.close()

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def eventually(condition: Callable[[], object], within: float = 10) -> bool:
    """Return whether the condition comes true within so many seconds."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def commands() -> list[str]:
    """Return the command lines of all processes."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def become_nobody(*reachable: str) -> None:
    """Become the user nobody, to whom these folders stay reachable.

    An environment below a home folder that others may not enter is bound to its
    place on an empty file system, in a mount namespace of this process's own.
    """

    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    closed: dict[Path, list[tuple[str, int]]] = {}
    for folder in dict.fromkeys((sys.base_prefix, sys.prefix, *reachable)):
        for parent in reversed(Path(folder).parents):
            if not parent.stat().st_mode & 0o001:
                descriptor = os.open(folder, os.O_PATH)
                closed.setdefault(parent, []).append((folder, descriptor))
                break
    for parent, folders in closed.items():
        syscalls.mount("tmpfs", str(parent), "tmpfs", 0, "mode=755")
        for folder, descriptor in folders:
            os.makedirs(folder)
            source = f"/proc/self/fd/{descriptor}"
            syscalls.mount(source, folder, None, syscalls.MS_BIND)
            os.close(descriptor)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.environ.update(HOME="/nonexistent", USER="nobody", LOGNAME="nobody")


if __name__ == "__main__":  # folders that stay reachable, "--", a command
    split = sys.argv.index("--")
    become_nobody(*sys.argv[1:split])
    os.execv(sys.argv[split + 1], sys.argv[split + 1 :])
