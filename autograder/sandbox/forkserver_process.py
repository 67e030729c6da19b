"""The fork server: imports everything once, then forks a child on request.

It is started by `autograder.sandbox.forkserver.ForkServer` with a clean environment,
has one thread and no ZeroMQ context as long as it lives, and ends when the
connection to whoever started it does.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import pkgutil
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from autograder.sandbox import access_times, messages, scratch, syscalls
from autograder.sandbox.isolation import (
    NO_ISOLATION,
    Isolation,
    Refused,
    find_isolation,
    readable_paths,
)
from autograder.sandbox.supervisor import Supervisor, turn
from helpers.strings import FOLDER, speaking, text

ALWAYS = (
    "autograder.sandbox.shell",
    "IPython.core.completer",
    "IPython.core.debugger",
    "IPython.core.history",
    "IPython.core.ultratb",
    "IPython.lib.pretty",
    "comm",
    "ipykernel.zmqshell",
    "matplotlib_inline.backend_inline",
    "pygments.formatters.terminal256",
    "pygments.lexers.python",
)


def preload(names: Iterable[str]) -> list[str]:
    """Import modules, and all below one that is named with a star: ``"helpers.*"``.

    Returns the folders of the packages named with a star, which may be installed in
    place, outside of the installed packages.
    """
    folders = []
    for name in names:
        package, star, _ = name.partition(".*")
        module = importlib.import_module(package)
        if star:
            folders += [os.path.realpath(path) for path in module.__path__]
            for found in pkgutil.walk_packages(module.__path__, package + "."):
                if not found.name.endswith("__main__"):
                    importlib.import_module(found.name)
    return folders


def warm_up() -> None:
    """Do once what is slow the first time: strings, fonts, a figure, a shell."""
    for path in FOLDER.glob("*.toml"):
        with speaking(path.stem):
            text("language.name")
    if "matplotlib" in sys.modules:
        import matplotlib.pyplot as plt

        # Matplotlib looks for backends in all installed packages when one that is not
        # its own is first named; in each shell, that would be a fifth of its work.
        plt.switch_backend(importlib.import_module("autograder.sandbox.shell").INLINE)
        plt.switch_backend("agg")
        figure, axes = plt.subplots()
        axes.plot([0, 1], label="x")
        axes.set_title("x")
        axes.legend()
        figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
        plt.close("all")
    from IPython.core.ultratb import VerboseTB

    try:
        raise ValueError
    except ValueError:
        VerboseTB(theme_name="nocolor").structured_traceback(*sys.exc_info())
    importlib.import_module("autograder.sandbox.shell").prepare()


@dataclass(frozen=True)
class _Client:
    """What starts children for one client of the server, in a process of its own."""

    connection: socket.socket
    folder: str  # where the children's own folders are made
    isolation: Isolation
    readable: list[str]
    environment: dict[str, str]

    def serve(self) -> None:
        """Start children, and see them through, until the client and they have gone."""
        os.setsid()
        os.umask(0o077)
        # A child is waited for by whoever sees it through.
        ignored = signal.SIG_DFL if self.isolation.by_one else signal.SIG_IGN
        signal.signal(signal.SIGCHLD, ignored)
        selector = selectors.DefaultSelector()
        selector.register(self.connection, selectors.EVENT_READ)
        watched: list[Supervisor] = []
        here = True
        while here or watched:
            if self.connection.fileno() in turn(selector, watched):
                here = self._start(selector, watched)
                if not here:
                    selector.unregister(self.connection)
                    self.connection.close()

    def _start(
        self, selector: selectors.BaseSelector, watched: list[Supervisor]
    ) -> bool:
        """Start the child that is asked for; tell whether the client is there."""
        try:
            request, descriptors = messages.receive(self.connection)
        except (OSError, ValueError):
            return False
        one = Supervisor(
            socket.socket(fileno=descriptors.pop(0)),
            cast("messages.Request", request),
            descriptors,
            self.isolation,
            self.readable,
            self.folder,
            self.environment,
        )
        if self.isolation.by_one:
            if one.begin(selector):
                watched.append(one)
        elif os.fork() == 0:
            try:
                self.connection.close()
                one.supervise()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        else:
            one.hand_over()
        return True


# The life of the process, from top to bottom: nothing else calls its parts.
def main(descriptor: int) -> None:  # noqa: C901
    """Serve requests on the connection `descriptor` until it closes.

    Each is for a client, whose connection comes along: a forked process serves it.
    """
    control = socket.socket(fileno=descriptor)
    settings, _ = messages.receive(control)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what is imported stays
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    isolation, refreshing = NO_ISOLATION, 0
    reasons: list[str] = []
    try:
        if settings["sandboxed"]:
            readable = readable_paths([own, *settings["readable"]])
            isolation, reasons = find_isolation(
                readable, settings["namespaces"], settings["landlock"]
            )
            if not isolation.namespaces:
                # Beside the imports, which take as long.
                refreshing = access_times.refresh_beside(readable)
        for name in ALWAYS:
            try:
                importlib.import_module(name)
            except ModuleNotFoundError:  # of other versions, or not installed
                continue
        folders = preload(settings["preload"])
        warm_up()
        if syscalls.threads() != 1:
            raise RuntimeError("a module that was imported has started a thread")
        readable = readable_paths([own, *folders, *settings["readable"]])
        if refreshing:
            access_times.refresh(folders)
            os.waitpid(refreshing, 0)
    except Refused as refusal:
        return messages.send(control, {"refused": str(refusal)})
    except Exception as problem:
        return messages.send(
            control, {"failed": f"{type(problem).__name__}: {problem}"}
        )
    gc.freeze()  # the little garbage stays, too: to look for it takes longer
    gc.enable()
    if syscalls.LINUX:
        syscalls.use_huge_pages()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        messages.send(control, {"isolation": isolation.as_dict(), "reasons": reasons})
    except BrokenPipeError:
        # The grader had nothing to grade and left in the meantime.
        return None
    environment = dict(os.environ)
    for name in ("MPLCONFIGDIR", "MPLBACKEND"):
        environment.pop(name, None)
    while True:
        try:
            _, descriptors = messages.receive(control)
        except (OSError, ValueError):
            break
        client = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            try:
                control.close()
                folder = settings["folder"]
                _Client(client, folder, isolation, readable, environment).serve()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        client.close()
    scratch.remove(settings["folder"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
