"""How much one child may use."""

from __future__ import annotations

import os
import resource
from dataclasses import asdict, dataclass

MB = 1024 * 1024
FOR_THREADS = 128 * MB  # stacks of a kernel's own threads, hardly used
RESERVED = 1024 * MB  # addresses that allocators reserve and do not use


@dataclass(frozen=True)
class Limits:
    """What one child may use, with all that it starts; 0 means no limit.

    Parameters
    ----------
    memory : bytes beyond what the warm process itself occupies.
    processes : processes and threads.
    file_size : bytes of a single file.
    disk : bytes of scratch (exact with namespaces, watched without).
    open_files : file descriptors of one process.
    cpu : seconds of processor time.
    wall : seconds from start to end.
    output : bytes of messages that leave the child.
    """

    memory: int = 2048 * MB
    processes: int = 64
    file_size: int = 64 * MB
    disk: int = 128 * MB
    open_files: int = 256
    cpu: float = 1800
    wall: float = 3600
    output: int = 128 * MB

    def as_dict(self) -> dict[str, float]:
        """Return the limits as a plain dictionary, for a message."""
        return asdict(self)

    def apply(self, own_processes: bool) -> None:
        """Set the limits that the kernel keeps, on this process.

        Parameters
        ----------
        own_processes : whether nobody else's processes count with this one's
            (an own user or user namespace); if not, those are added.
        """
        processes = self.processes
        if processes and not own_processes:
            processes += _tasks_of(os.getuid())
        _limit(resource.RLIMIT_CORE, 0, zero=True)
        _limit(resource.RLIMIT_FSIZE, self.file_size)
        _limit(resource.RLIMIT_NOFILE, self.open_files)
        _limit(resource.RLIMIT_NPROC, processes)
        _limit(resource.RLIMIT_CPU, int(self.cpu + 1) if self.cpu else 0)
        if self.memory:
            space, data = _occupied()
            _limit(resource.RLIMIT_DATA, data + self.memory + FOR_THREADS)
            _limit(resource.RLIMIT_AS, space + 2 * self.memory + RESERVED)


def _limit(which: int, value: int, zero: bool = False) -> None:
    if value or zero:
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(which, (value, value))


def _occupied() -> tuple[int, int]:
    """Return the address space of this process and the data in it, in bytes."""
    page = resource.getpagesize()
    try:
        with open("/proc/self/statm") as file:
            fields = file.read().split()
            return int(fields[0]) * page, int(fields[5]) * page
    except OSError:
        return 1024 * MB, 512 * MB


def _tasks_of(uid: int) -> int:
    count = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                count += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            continue
    return count
