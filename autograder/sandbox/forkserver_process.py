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
import select
import signal
import socket
import sys
from collections.abc import Iterable
from typing import cast

from autograder.sandbox import (
    access_times,
    messages,
    namespaces,
    scratch,
    seccomp,
    syscalls,
)
from autograder.sandbox.isolation import (
    NO_ISOLATION,
    Refused,
    filter_of,
    find_isolation,
    readable_paths,
)
from autograder.sandbox.supervisor import Supervisor
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


ARENA = 1 << 20  # bytes that Python asks for at a time
SMALL = 448  # bytes: Python keeps what is larger elsewhere
ROOM = 44 * ARENA


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
        from matplotlib import font_manager

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
        # Each child would free them: they hold files that no two processes may read.
        forget = getattr(vars(font_manager).get("_get_font"), "cache_clear", None)
        if forget is not None:
            forget()
    from IPython.core.ultratb import VerboseTB

    try:
        raise ValueError
    except ValueError:
        VerboseTB(theme_name="nocolor").structured_traceback(*sys.exc_info())
    importlib.import_module("autograder.sandbox.shell").prepare()


_room: list[bytes] = []


def _objects_that_keep_room() -> list[bytes]:
    """Have memory for small objects lie together, so that huge pages can hold it.

    Python asks for a megabyte at a time, and the libraries that are loaded in between
    lie between them. What is returned keeps each megabyte.
    """
    made = [b""] * (ROOM // SMALL)  # a list that grew would lie between them, too
    for i in range(len(made)):
        made[i] = bytes(SMALL)
    return made[:: ARENA // SMALL // 2]


def _asking(clients: list[socket.socket]) -> socket.socket:
    """Wait for a connection that has something to say, or has been closed."""
    poll = select.poll()
    for client in clients:
        poll.register(client, select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll()}
    return next(client for client in clients if client.fileno() in ready)


# The life of the process, from top to bottom: nothing else calls its parts.
def main(descriptor: int) -> None:  # noqa: C901
    """Serve requests on the connection `descriptor` until it closes.

    Further connections, which it is handed for clients, are served as long.
    """
    control = socket.socket(fileno=descriptor)
    settings, _ = messages.receive(control)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what is imported stays
    if syscalls.LINUX:
        _room.extend(_objects_that_keep_room())
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    isolation, refreshing = NO_ISOLATION, 0
    reasons: list[str] = []
    try:
        if settings["sandboxed"]:
            readable = readable_paths([own, *settings["readable"]])
            isolation, reasons = find_isolation(
                readable, settings["namespaces"], settings["landlock"]
            )
            if isolation.namespaces and not isolation.user_namespace:
                namespaces.leave_network()
            if isolation.seccomp:
                seccomp.program(*filter_of(isolation))  # made once
                syscalls.drop_bounding_set()  # this process starts no program
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
    clients = [control]
    while True:
        asking = _asking(clients)
        try:
            request, descriptors = messages.receive(asking)
        except (OSError, ValueError):
            asking.close()
            if asking is control:
                break
            clients.remove(asking)
            continue
        if "client" in request:
            clients.append(socket.socket(fileno=descriptors[0]))
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for client in clients:
                client.close()
            handed = socket.AF_UNIX, socket.SOCK_STREAM, 0, descriptors.pop(0)
            with socket.socket(*handed) as connection:
                try:
                    Supervisor(
                        connection,
                        cast("messages.Request", request),
                        descriptors,
                        isolation,
                        readable,
                        settings["folder"],
                        environment,
                    ).supervise()
                except BaseException as problem:
                    messages.send(connection, {"refused": str(problem)})
                finally:
                    os._exit(0)
        for received in descriptors:
            os.close(received)
    scratch.remove(settings["folder"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
