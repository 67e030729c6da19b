"""How much one child may use."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import asdict, dataclass
from typing import NamedTuple

MB = 1024 * 1024
FOR_THREADS = 128 * MB  # stacks of a kernel's own threads, hardly used
RESERVED = 1024 * MB  # addresses that allocators reserve and do not use
NO_DUMP = 1  # byte: unlike 0, it also keeps a crash from the system's own handler
FORKS_BEFORE_ENDED = 16  # times the processes allowed, where only watched


class Occupied(NamedTuple):
    """What a process occupies."""

    space: int  # bytes of its address space
    data: int  # bytes of data in it

    @classmethod
    def now(cls) -> Occupied:
        """Return what this process occupies."""
        page = resource.getpagesize()
        try:
            with open("/proc/self/statm") as file:
                fields = file.read().split()
            return cls(int(fields[0]) * page, int(fields[5]) * page)
        except OSError:
            return cls(1024 * MB, 512 * MB)


@dataclass(frozen=True)
class Limits:
    """What one child may use, with all that it starts; 0 means no limit."""

    memory: int = 2048 * MB  # bytes beyond what the fork server itself occupies
    processes: int = 64  # processes and threads
    file_size: int = 64 * MB  # bytes of a single file
    disk: int = 128 * MB  # bytes of scratch (exact with namespaces, watched without)
    open_files: int = 256  # file descriptors of one process
    cpu: float = 1800  # seconds of processor time
    wall: float = 3600  # seconds from start to end
    output: int = 128 * MB  # bytes of messages that leave the child

    def as_dict(self) -> dict[str, float]:
        """Return the limits as a plain dictionary, for a message."""
        return asdict(self)

    def apply(self, occupied: Occupied, own_processes: bool) -> None:
        """Set the limits that the kernel keeps, on this process.

        `own_processes` says that nobody else's processes count with this one's (an own
        user or user namespace); if they do, they are added.
        """
        processes = self.processes
        if processes and not own_processes:
            # Far above what is watched: at the limit a process would learn how
            # many the others have.
            processes = FORKS_BEFORE_ENDED * processes + _tasks_of(os.getuid())
        _limit(resource.RLIMIT_CORE, NO_DUMP)
        _limit(resource.RLIMIT_FSIZE, self.file_size)
        _limit(resource.RLIMIT_NOFILE, self.open_files)
        _limit(resource.RLIMIT_NPROC, processes)
        _limit(resource.RLIMIT_CPU, int(self.cpu + 1) if self.cpu else 0)
        if self.memory:
            _limit(resource.RLIMIT_DATA, occupied.data + self.memory + FOR_THREADS)
            _limit(resource.RLIMIT_AS, occupied.space + 2 * self.memory + RESERVED)


def _limit(which: int, value: int) -> None:
    if value:
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(which, (value, value))


def processor_times(who: int = resource.RUSAGE_SELF) -> resource.struct_rusage:
    """Return processor time alone, in the place of `resource.getrusage`.

    The kernel's answer also counts which parts of files had to be read from the disk,
    which tells a child what others have read. So all other fields are zero.
    """
    times = os.times()
    if who == resource.RUSAGE_CHILDREN:
        used = [times.children_user, times.children_system]
    else:
        used = [max(0.0, time.process_time() - times.system), times.system]
    return resource.struct_rusage([*used, *[0] * 14])


def _tasks_of(uid: int) -> int:
    count = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                count += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            continue
    return count
