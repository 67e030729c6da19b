"""What a child does that is an IPython kernel.

The stock kernel application, with five changes: its sockets are given to it
instead of made by it, it writes no connection file, keeps no history, has no
debugger's connection to itself, and cuts what one cell may write.
"""

from __future__ import annotations

import os
import sys

import zmq
from ipykernel.control import ControlThread
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp
from ipykernel.shellchannel import ShellChannelThread
from traitlets import Dict
from traitlets.config import Config

from helpers.strings import text

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
INLINE = "module://matplotlib_inline.backend_inline"
MOST_TEXT = 1_000_000


class BoundedStream(OutStream):
    """Standard output or error, of which one cell may write so much."""

    _request: str | None = None
    _written = 0

    def write(self, string: str) -> int:
        """Write, unless this cell has written too much already."""
        request = self.parent_header.get("msg_id")
        if request != self._request:
            self._request, self._written = request, 0
        before, self._written = self._written, self._written + len(string)
        if self._written <= MOST_TEXT:
            return super().write(string)
        if before <= MOST_TEXT:
            kept = string[: MOST_TEXT - before]
            super().write(kept + text("kernels.output_cut", most=MOST_TEXT))
        return len(string)


class Publisher(IOPubThread):
    """The thread that publishes output; copies of it in forks say nothing."""

    def _really_send(self, msg: list, *args: object, **kwargs: object) -> None:
        if os.getpid() == self._master_pid:
            super()._really_send(msg, *args, **kwargs)


class GivenHeartbeat(Heartbeat):
    """A heartbeat on a socket that was given."""

    descriptor = -1

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.descriptor)
        self.socket.bind(f"ipc://{self.ip}-{self.port}")


class KernelApp(IPKernelApp):
    """The kernel application on sockets that were given."""

    descriptors = Dict(help="listening socket of each port")

    def init_connection_file(self) -> None:
        """Have none: everything is known."""

    def write_connection_file(self, **kwargs: object) -> None:
        """Write none."""

    def _bind_socket(self, s: zmq.Socket, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.descriptors[port])
        s.bind(f"ipc://{self.ip}-{port}")
        return port

    def log_connection_info(self) -> None:
        """Tell nobody; only note the ports."""
        self._ports = {name: getattr(self, f"{name}_port") for name in CHANNELS}

    def init_control(self, context: zmq.Context) -> None:
        """Make the control channel, and no connection of the kernel to itself."""
        self.control_socket = context.socket(zmq.ROUTER)
        self.control_socket.linger = 1000
        self.control_port = self._bind_socket(self.control_socket, self.control_port)
        self.debugpy_socket = context.socket(zmq.STREAM)
        self.debug_shell_socket = context.socket(zmq.DEALER)
        self.control_socket.router_handover = 1
        self.control_thread = ControlThread(daemon=True)
        self.shell_channel_thread = ShellChannelThread(context, daemon=True)

    def init_iopub(self, context: zmq.Context) -> None:
        """Make the channel on which output is published."""
        self.iopub_socket = context.socket(zmq.XPUB)
        self.iopub_socket.linger = 1000
        self.iopub_port = self._bind_socket(self.iopub_socket, self.iopub_port)
        self.configure_tornado_logger()
        self.iopub_thread = Publisher(
            self.iopub_socket, pipe=False, session=self.session
        )
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None:
        """Start the heart beating."""
        self.heartbeat = GivenHeartbeat(
            zmq.Context(), (self.transport, self.ip, self.hb_port)
        )
        self.heartbeat.descriptor = self.descriptors[self.hb_port]
        self.heartbeat.start()

    def init_gui_pylab(self) -> None:
        """Draw figures inline, although Matplotlib was imported long ago."""
        super().init_gui_pylab()
        if "matplotlib.pyplot" in sys.modules:
            import matplotlib.pyplot as plt
            from matplotlib_inline import backend_inline

            plt.switch_backend(INLINE)
            backend_inline._enable_matplotlib_integration()


def serve(descriptors: list[int], key: str, scheme: str) -> int:
    """Be a kernel until told to stop.

    Parameters
    ----------
    descriptors : listening sockets of the channels, in the order of CHANNELS.
    key : what messages are signed with.
    scheme : how messages are signed.
    """
    from autograder.sandbox.shell import discard

    discard()
    os.environ["MPLBACKEND"] = INLINE
    config = Config()
    config.HistoryManager.enabled = False
    config.Session.key = key.encode()
    config.Session.signature_scheme = scheme
    ports = {f"{channel}_port": n for n, channel in enumerate(CHANNELS, 1)}
    app = KernelApp.instance(
        config=config,
        transport="ipc",
        ip="channel",
        descriptors=dict(enumerate(descriptors, 1)),
        ignore_cwd=True,
        outstream_class=f"{__name__}.BoundedStream",
        **ports,
    )
    app.initialize([])
    app.start()
    return 0
