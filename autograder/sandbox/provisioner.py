"""The Jupyter side: kernels from the warm process, for whoever starts kernels.

Either name the provisioner in the environment, before Jupyter starts::

    JUPYTER_DEFAULT_PROVISIONER_NAME=warm-provisioner

or give nbclient (and with it nbgrader) the kernel manager, which does the same
for its kernels only, whatever kernel a notebook asks for, and saves the waiting
for which stock kernels need time::

    c.NotebookClient.kernel_manager_class = (
        "autograder.sandbox.provisioner.WarmKernelManager"
    )

Both are configured by the traits of `WarmProvisioner`.
"""

from __future__ import annotations

import asyncio
import time
from queue import Empty
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Float, Int, List, Type, Unicode, default

from autograder.sandbox.forkserver import (
    PRELOAD,
    Child,
    Nursery,
    Report,
    data_beside_helpers,
)
from autograder.sandbox.isolation import Walls
from autograder.sandbox.kernel import CHANNELS
from autograder.sandbox.limits import MB, Limits

NAME = "warm-provisioner"
FIRST_POLL, LONGEST_POLL = 0.002, 0.05
RETRY = 1.0
LIMITS = ("wall", "cpu", "memory", "processes", "disk", "output")


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking the warm process, behind the machine's walls."""

    sandboxed = Bool(
        True,
        help="""Whether kernels are kept behind walls. Without any that hold on
        this machine, no kernel starts, unless this is False.""",
    ).tag(config=True)
    namespaces = Bool(
        True,
        help="""Whether to use namespaces where they are allowed. Without them
        Landlock and seccomp remain.""",
    ).tag(config=True)
    preload = List(
        Unicode(),
        default_value=list(PRELOAD),
        help="""Modules imported once, in the warm process. "package.*" means all
        of it, and that kernels may read its folder.""",
    ).tag(config=True)
    readable = List(
        Unicode(),
        help="""Further files and folders that kernels may read, beside the
        interpreter, the installed packages and the preloaded ones: the data.""",
    ).tag(config=True)
    memory = Int(
        Limits.memory // MB, help="MB of memory that one kernel may use; 0: any."
    ).tag(config=True)
    processes = Int(
        Limits.processes, help="Processes and threads of one kernel; 0: any."
    ).tag(config=True)
    file_size = Int(
        Limits.file_size // MB, help="MB of one file that a kernel writes; 0: any."
    ).tag(config=True)
    disk = Int(
        Limits.disk // MB, help="MB of all files that a kernel writes; 0: any."
    ).tag(config=True)
    open_files = Int(Limits.open_files, help="Files open at a time; 0: any.").tag(
        config=True
    )
    cpu = Float(
        Limits.cpu, help="Seconds of processor time of one kernel; 0: any."
    ).tag(config=True)
    wall = Float(
        Limits.wall, help="Seconds from a kernel's start to its end; 0: any."
    ).tag(config=True)
    output = Int(
        Limits.output // MB, help="MB of messages from one kernel; 0: any."
    ).tag(config=True)

    process: Child | None = None
    report: Report | None = None
    _name: str | None = None
    _connection: dict | None = None

    @default("readable")
    def _data_beside_the_preloaded(self) -> list[str]:
        return list(data_beside_helpers())

    @property
    def nursery(self) -> Nursery:
        """The nursery of this process that kernels of these settings come from."""
        return Nursery.shared(
            tuple(self.preload),
            tuple(self.readable),
            sandboxed=self.sandboxed,
            namespaces=self.namespaces,
        )

    @property
    def walls(self) -> Walls:
        """The walls that the kernel is kept behind."""
        return self.nursery.walls

    def limits(self) -> Limits:
        """Return what the traits say as limits."""
        return Limits(
            memory=self.memory * MB,
            processes=self.processes,
            file_size=self.file_size * MB,
            disk=self.disk * MB,
            open_files=self.open_files,
            cpu=self.cpu,
            wall=self.wall,
            output=self.output * MB,
        )

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the sockets; nothing is written down and no command is run."""
        km = self.parent
        if self._name is None:
            await asyncio.to_thread(self._get_ready)
        km.transport = "ipc"
        km.ip = self.nursery.address(self._name)
        for port, channel in enumerate(CHANNELS, 1):
            setattr(km, f"{channel}_port", port)
        km.cache_ports = False
        self.connection_info = km.get_connection_info()
        return {"cmd": ["a kernel from the warm process"], "cwd": kwargs.get("cwd")}

    def _get_ready(self) -> None:
        _ = self.nursery.walls
        self._name = self.nursery.name()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork a kernel that works on a copy of the files in its folder."""
        info = self.connection_info
        self.cwd = kwargs.get("cwd")
        self.report = None
        self.process = await asyncio.to_thread(
            self.nursery.spawn,
            "autograder.sandbox.kernel:serve",
            {"key": info["key"].decode(), "scheme": info["signature_scheme"]},
            submission=self.cwd,
            limits=self.limits(),
            channels=len(CHANNELS),
            name=self._name,
        )
        self.pid = self.process.pid
        return info

    async def poll(self) -> int | None:
        """Return None while the kernel runs, else its exit status."""
        if self.process is None:
            return 0
        status = self.process.poll()
        if status is not None and self.report is None:
            self.report = self.process.report
            if self.report.reason in LIMITS:
                self.log.warning(
                    "A kernel was ended: it exceeded its limit of %s.",
                    self.report.reason,
                )
        return status

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        pause = FIRST_POLL
        while (status := await self.poll()) is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL)
        self.process = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Send the kernel a signal."""
        if self.process is not None:
            self.process.send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Make sure that nothing of the kernel is left."""
        if self.process is not None:
            self.process.kill()
            await self.wait()
        if not restart:
            self._name = None


class WarmKernelClient(AsyncKernelClient):
    """A client that knows when a kernel is ready instead of waiting a while."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            request = self.kernel_info()
            if await self._is_ready(request):
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _is_ready(self, request: str) -> bool:
        """Wait for the answer and for the last thing said about it."""
        try:
            reply = await self.shell_channel.get_msg(timeout=RETRY)
            while reply["parent_header"].get("msg_id") != request:
                reply = await self.shell_channel.get_msg(timeout=RETRY)
            self._handle_kernel_info_reply(reply)
            while True:
                said = await self.iopub_channel.get_msg(timeout=RETRY / 5)
                if (
                    said["parent_header"].get("msg_id") == request
                    and said["content"].get("execution_state") == "idle"
                ):
                    return True
        except Empty:
            return False


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels all come from the warm process."""

    client_class = f"{__name__}.WarmKernelClient"
    client_factory = Type(WarmKernelClient, klass=AsyncKernelClient)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The Python kernel, whatever name a notebook asks for."""
        if self._kernel_spec is None:
            self._kernel_spec = KernelSpec(**get_kernel_dict())
        return self._kernel_spec

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict]:
        if self.provisioner is None:
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kw)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_shutdown_kernel(
        self, now: bool = False, restart: bool = False
    ) -> None:
        """End the kernel at once: there is nothing that it has to put in order."""
        await super()._async_shutdown_kernel(now=True, restart=restart)

    shutdown_kernel = _async_shutdown_kernel

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        if self.has_kernel:
            await self.provisioner.wait()

    def write_connection_file(self, **kwargs: Any) -> None:
        """Write none: who may talk to the kernel has been told already."""
