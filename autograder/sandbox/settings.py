"""The settings of the sandbox in which submissions run, as traits."""

from __future__ import annotations

import os

from traitlets import Bool, Float, Int, List, Unicode, default
from traitlets.config import LoggingConfigurable

from autograder.sandbox.forkserver import PRELOAD, ForkServer, data_beside_helpers
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.messages import Preparation

LIMITS = ("wall", "cpu", "memory", "processes", "disk", "output")


class Sandbox(LoggingConfigurable):
    """Where and within which limits learners' code runs."""

    sandboxed = Bool(
        True,
        help="""Whether learners' code is kept in a sandbox. Where none
        holds on this machine, nothing starts, unless this is False.""",
    ).tag(config=True)
    namespaces = Bool(
        True,
        help="""Whether to use namespaces where they are allowed. Without them
        Landlock and seccomp remain.""",
    ).tag(config=True)
    landlock = Bool(
        True,
        help="""Whether to use Landlock where it is there. Without it namespaces
        and seccomp remain.""",
    ).tag(config=True)
    preload = List(
        Unicode(),
        default_value=list(PRELOAD),
        help="""Modules imported once, in the fork server. "package.*" means all
        of it, and that its folder may be read.""",
    ).tag(config=True)
    readable = List(
        Unicode(),
        help="""Further files and folders that may be read, beside the
        interpreter, the installed packages and the preloaded ones: the data.""",
    ).tag(config=True)
    memory = Int(
        Limits.memory // MB, help="MB of memory that one submission may use; 0: any."
    ).tag(config=True)
    processes = Int(
        Limits.processes, help="Processes and threads of one submission; 0: any."
    ).tag(config=True)
    file_size = Int(
        Limits.file_size // MB, help="MB of one file that a submission writes; 0: any."
    ).tag(config=True)
    disk = Int(
        Limits.disk // MB, help="MB of all files that a submission writes; 0: any."
    ).tag(config=True)
    open_files = Int(Limits.open_files, help="Files open at a time; 0: any.").tag(
        config=True
    )
    cpu = Float(
        Limits.cpu, help="Seconds of processor time of one submission; 0: any."
    ).tag(config=True)
    wall = Float(
        Limits.wall, help="Seconds from a submission's start to its end; 0: any."
    ).tag(config=True)
    output = Int(
        Limits.output // MB, help="MB of messages from one submission; 0: any."
    ).tag(config=True)

    @default("readable")
    def _data_beside_the_preloaded(self) -> list[str]:
        return list(data_beside_helpers())

    @property
    def forkserver(self) -> ForkServer:
        """The fork server of these settings in this process."""
        return ForkServer.shared(
            Preparation(
                tuple(self.preload),
                tuple(map(os.path.abspath, self.readable)),
                self.sandboxed,
                self.namespaces,
                self.landlock,
            )
        )

    @property
    def isolation(self) -> Isolation:
        """The protection that is in force."""
        return self.forkserver.isolation

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
