"""Temporary folders that are found and removed when their owner was killed.

Whoever makes one holds a lock on a file in it as long as it lives, and so does
every process that it was handed on to.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile

__all__ = ["make", "sweep"]

LOCK = "lock"


def make(prefix: str, parent: str) -> tuple[str, int]:
    """Make a folder and remove those of this user whose owners are dead.

    Parameters
    ----------
    prefix : str
        How its name and theirs begin.
    parent : str
        Where it and they are.

    Returns
    -------
    folder : str
        The new folder.
    lock : int
        A descriptor to be kept open as long as the folder is in use.
    """
    sweep(prefix, parent)
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    new = os.path.join(folder, LOCK + ".new")
    lock = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Nobody sees the file before it is locked.
    os.rename(new, os.path.join(folder, LOCK))
    return folder, lock


def sweep(prefix: str, parent: str) -> list[str]:
    """Remove folders of this user whose owners are dead; return their paths.

    Parameters
    ----------
    prefix, parent : str
        As `make` was given them.
    """
    removed = []
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _abandoned(entry.path):
                shutil.rmtree(entry.path, ignore_errors=True)
                removed.append(entry.path)
    return removed


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
