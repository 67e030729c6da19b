"""Reading files that may be anything, and writing files that are whole or absent."""

import os
import stat
from pathlib import Path

__all__ = ["is_regular", "open_regular", "read_bounded", "write_atomically"]


def is_regular(path: str | Path, folder: int | None = None) -> os.stat_result | None:
    """Return what is known of an ordinary file of one name.

    Parameters
    ----------
    path : str or Path
        Where it lies.
    folder : int, optional
        Descriptor of the folder that it is in: a path through folders can be
        exchanged for one through links while it is read.

    Returns
    -------
    os.stat_result or None
        None for links, folders, pipes, devices, and files of several names.
    """
    try:
        info = os.stat(path, dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return info if stat.S_ISREG(info.st_mode) and info.st_nlink == 1 else None


def open_regular(path: str | Path, folder: int | None = None) -> int | None:
    """Open an ordinary file of one name for reading.

    Returns
    -------
    int or None
        A descriptor; None for anything else.
    """
    if is_regular(path, folder) is None:
        return None
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        handle = os.open(path, flags, dir_fd=folder)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # it was exchanged meanwhile
        os.close(handle)
        return None
    return handle


def read_bounded(
    path: str | Path, most: int, folder: int | None = None
) -> bytes | None:
    """Read an ordinary file, of which nothing is trusted.

    Parameters
    ----------
    path : str or Path
        Where it lies.
    most : int
        How many bytes it may have.
    folder : int, optional
        Descriptor of the folder that it is in, as for `is_regular`.

    Returns
    -------
    bytes or None
        None where it is no ordinary file of one name, or too large.
    """
    handle = open_regular(path, folder)
    if handle is None:
        return None
    try:
        with open(handle, "rb") as file:
            # As many bytes as are asked for are set aside.
            raw = file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
    except OSError:
        return None
    return raw if len(raw) <= most else None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file that is either the old or the new one, whenever this ends.

    Parameters
    ----------
    path : Path
        Where it goes; its folder is made.
    content : str or bytes
        Text is written in UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    raw = content.encode() if isinstance(content, str) else content
    with new.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
