"""Access times of files that children share, where no mount keeps them still.

Linux notes at most once a day that a file was read (``relatime``). Behind Landlock
alone a child that reads a file for the first time on a day would leave a mark that
the next child sees. So all that children may read is looked at before the first of
them starts. On a file system that notes each access (``strictatime``) this does not
help; one that is mounted ``noatime`` does not need it.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
import time
from collections.abc import Iterable

DAY = 24 * 60 * 60


def refresh(paths: Iterable[str]) -> int:
    """Let every file, folder and link at or below some paths count as read today.

    Returns how many of them had not been read since they changed, or today.
    """
    before = time.time() - DAY
    folders: list[str] = []
    count = 0

    def look(path: str, status: os.stat_result) -> None:
        nonlocal count
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        if status.st_atime > max(status.st_mtime, status.st_ctime, before):
            return
        count += 1
        with contextlib.suppress(OSError, ValueError):
            if stat.S_ISLNK(status.st_mode):
                os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                _touch(path, status.st_size)

    for path in paths:
        with contextlib.suppress(OSError):
            if _is_noted(path):
                look(path, os.lstat(path))
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                look(entry.path, entry.stat(follow_symlinks=False))
    return count


def refresh_beside(paths: Iterable[str]) -> int:
    """Do what `refresh` does in a process beside this one; return its id."""
    child = os.fork()
    if child == 0:
        try:
            refresh(paths)
        finally:
            os._exit(0)
    return child


def _is_noted(path: str) -> bool:
    """Tell whether it may be noted that something at or below a path was read."""
    quiet = os.ST_NOATIME | os.ST_RDONLY
    if not os.statvfs(path).f_flag & quiet:
        return True
    try:
        with open("/proc/self/mounts") as lines:
            points = [line.split()[1] for line in lines]
    except (OSError, IndexError):
        return True
    return any(point.startswith(path.rstrip("/") + "/") for point in points)


def _touch(path: str, size: int) -> None:
    """Open a file as one that reads it would, but read none of it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if size:
            mmap.mmap(descriptor, 1, prot=mmap.PROT_READ).close()
        else:
            os.read(descriptor, 1)
    finally:
        os.close(descriptor)
