"""Kernels for tests, without the asynchrony; and programs run by somebody else."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from traitlets.config import Config

from autograder.sandbox import syscalls
from autograder.sandbox.provisioner import WarmKernelManager

NOBODY = 65534


class Answer(NamedTuple):
    """What came of a cell: its text, the name of its error, its display data."""

    text: str
    error: str | None
    data: list[dict]


class Kernel:
    """A kernel that cells can be run in.

    Parameters
    ----------
    folder : where the submission lies.
    settings : traits of the provisioner.
    """

    def __init__(self, folder: Path, kernel_name: str = "python3", **settings: object):
        self._loop = asyncio.new_event_loop()
        config = Config({"WarmProvisioner": settings})
        self.manager = WarmKernelManager(config=config, kernel_name=kernel_name)
        self._do(self.manager.start_kernel(cwd=str(folder)))
        self.provisioner = self.manager.provisioner
        self._client = self.manager.client()
        self._client.start_channels()
        self._do(self._client.wait_for_ready(timeout=30))

    def _do(self, awaitable):
        return self._loop.run_until_complete(awaitable)

    def run(self, code: str, timeout: float = 30) -> Answer:
        """Run a cell."""
        return self._do(self._run(code, timeout))

    def interrupt_while(self, code: str, after: float) -> Answer:
        """Run a cell and interrupt it after so many seconds."""

        async def both():
            running = asyncio.ensure_future(self._run(code, 30))
            await asyncio.sleep(after)
            await self.manager.interrupt_kernel()
            return await running

        return self._do(both())

    async def _run(self, code: str, timeout: float) -> Answer:
        text, data = [], []

        def hook(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                data.append(content["data"])

        reply = await self._client.execute_interactive(
            code, output_hook=hook, timeout=timeout, allow_stdin=False
        )
        content = reply["content"]
        error = content["ename"] if content["status"] == "error" else None
        return Answer("".join(text), error, data)

    def send(self, code: str) -> None:
        """Send a cell without waiting for what comes of it."""
        self._client.execute(code)

    def restart(self) -> None:
        """Restart the kernel; clients stay connected."""
        self._do(self.manager.restart_kernel())
        self._do(self._client.wait_for_ready(timeout=30))

    def ended(self, within: float):
        """Wait for the kernel to end by itself; return the report."""
        end = time.monotonic() + within
        while self._do(self.provisioner.poll()) is None:
            assert time.monotonic() < end, "the kernel has not ended"
            time.sleep(0.02)
        return self.provisioner.report

    def close(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        self._do(self.manager.shutdown_kernel())
        self._loop.close()

    def __enter__(self) -> Kernel:
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
