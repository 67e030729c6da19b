"""Temporary folders that are found and removed when their owner was killed.

Whoever makes one holds a lock on a file in it as long as it lives, and so does
every process that it was handed on to.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator

LOCK = "lock"
MEMORY = "/dev/shm"
PLENTY = 2**30  # bytes for each processor: a large submission takes half of it
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def make(prefix: str, parent: str) -> tuple[str, int]:
    """Make a folder and remove those of this user whose owners are dead.

    All names begin with `prefix` in the folder `parent`. Returns the new one and a
    descriptor to be kept open as long as it is in use.
    """
    sweep(prefix, parent)
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    new = os.path.join(folder, LOCK + ".new")
    lock = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Nobody sees the file before it is locked.
    os.rename(new, os.path.join(folder, LOCK))
    return folder, lock


def memory() -> str:
    """Return a folder for small files that nothing has to wait for the disk for.

    It lies in memory where there is plenty, else where all temporary files do.
    """
    with contextlib.suppress(OSError):
        found = os.statvfs(MEMORY)
        free = found.f_bavail * found.f_frsize
        plenty = free > PLENTY * (os.cpu_count() or 1)
        if plenty and os.path.ismount(MEMORY) and os.access(MEMORY, os.W_OK):
            return MEMORY
    return tempfile.gettempdir()


def sweep(prefix: str, parent: str) -> list[str]:
    """Remove folders of this user whose owners are dead; return their paths."""
    removed = []
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _abandoned(entry.path):
                remove(entry.path)
                removed.append(entry.path)
    return removed


def remove(folder: str) -> None:
    """Remove a folder that may be there, however deep and whatever rights it has.

    What lies deeper is moved up, so neither a path nor a stack grows with its depth.
    What cannot be removed stays.
    """
    higher = (f"{secrets.token_hex(8)}-{number}" for number in itertools.count())
    try:
        top = _opened(folder)
    except OSError:
        return
    try:
        left = True
        while left:
            names = os.listdir(top)
            left = len(names) > sum(not _removed(n, top, higher) for n in names)
    finally:
        os.close(top)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _removed(name: str, folder: int, higher: Iterator[str]) -> bool:
    """Remove what has a name in an open folder; what lies in it is moved there."""
    try:
        if _unlinked(name, folder):
            return True
        inner = _opened(name, folder)
        try:
            for member in os.listdir(inner):
                if not _unlinked(member, inner):
                    os.close(_opened(member, inner))  # else it could not be moved
                    os.rename(member, next(higher), src_dir_fd=inner, dst_dir_fd=folder)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=folder)
    except OSError:
        return False
    return True


def _unlinked(name: str, folder: int) -> bool:
    """Remove what is no folder; return whether it was none."""
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        return False
    os.unlink(name, dir_fd=folder)
    return True


def _opened(name: str, folder: int | None = None) -> int:
    """Open a folder, and give its owner all rights."""
    try:
        handle = os.open(name, FOLDER, dir_fd=folder)
    except PermissionError:
        # Not so for root, who could be led to a folder of others meanwhile.
        os.chmod(name, 0o700, dir_fd=folder)
        handle = os.open(name, FOLDER, dir_fd=folder)
    with contextlib.suppress(OSError):
        os.fchmod(handle, 0o700)
    return handle


def _abandoned(folder: str) -> bool:
    """Say whether a folder is this user's and nobody holds its lock."""
    try:
        kind = os.lstat(folder)
        if not stat.S_ISDIR(kind.st_mode) or kind.st_uid != os.geteuid():
            return False
        path = os.path.join(folder, LOCK)
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(lock)
