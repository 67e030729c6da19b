"""Reading files that may be anything, and writing files that are whole or absent."""

import enum
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

SECOND = ".second"  # what stands in for the other name of a hard link
MOST_NAMES = 100_000  # that are looked at in one folder


def files_below(
    folder: Path, deepest: int, ignored: Iterable[str] = ()
) -> Iterator[Path]:
    """Yield all that is no folder, without a function that calls itself.

    Files, links and all else, folder by folder; links are not followed. Names that
    match `ignored` are left out with all below them, and folders in more than `deepest`
    folders.
    """
    patterns = list(ignored)
    folders = [(str(folder), 0)]
    while folders:
        place, depth = folders.pop()
        with suppress(OSError), os.scandir(place) as entries:
            for entry in sorted(islice(entries, MOST_NAMES), key=lambda one: one.name):
                if any(fnmatch(entry.name, pattern) for pattern in patterns):
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path)
                elif depth < deepest:
                    folders.append((entry.path, depth + 1))


class Sort(enum.Enum):
    """What a path leads to."""

    FILE = "an ordinary file of one name"
    HARD_LINK = "a file that has other names, which may be somebody else's"
    LINK = "a symbolic link"
    NOTHING = "nothing"
    OTHER = "a folder, a pipe or a device"


def sort_of(path: str | Path, folder: int | None = None) -> tuple[Sort, int]:
    """Return what a path leads to, links not followed, and its size.

    `folder` is as for `is_regular`.
    """
    try:
        info = os.stat(path, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return Sort.NOTHING, 0
    except (OSError, ValueError):
        return Sort.OTHER, 0
    if stat.S_ISLNK(info.st_mode):
        return Sort.LINK, 0
    if not stat.S_ISREG(info.st_mode):
        return Sort.OTHER, 0
    return (Sort.FILE if info.st_nlink == 1 else Sort.HARD_LINK), info.st_size


def is_regular(path: str | Path, folder: int | None = None) -> os.stat_result | None:
    """Return what is known of an ordinary file of one name.

    None for links, folders, pipes, devices, and files of several names. With `folder`,
    the descriptor of the folder that it is in, no part of a path can be exchanged for a
    link while it is read.
    """
    try:
        info = os.stat(path, dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return info if stat.S_ISREG(info.st_mode) and info.st_nlink == 1 else None


def open_regular(path: str | Path, folder: int | None = None) -> int | None:
    """Open an ordinary file of one name for reading.

    Returns a descriptor; None for anything else.
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


def read_bounded(path: str | Path, most: int) -> bytes | None:
    """Read an ordinary file, of which nothing is trusted.

    None where it is no ordinary file of one name, or has more than `most` bytes.
    """
    handle = open_regular(path)
    if handle is None:
        return None
    try:
        with open(handle, "rb") as file:
            # As many bytes as are asked for are set aside.
            raw = file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
    except OSError:
        return None
    return raw if len(raw) <= most else None


def digest_of_file(path: str | Path, most: int) -> str:
    """Return a digest of an ordinary file, which is not held in memory.

    Empty where it is no ordinary file of one name, or has more than `most` bytes.
    """
    info = is_regular(path)
    handle = open_regular(path) if info and info.st_size <= most else None
    if handle is None:
        return ""
    with open(handle, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stand_in(path: Path, sort: Sort) -> None:
    """Put something of the same sort where a file was not taken.

    So whoever reads it says what was handed in.
    """
    if sort is Sort.LINK:
        path.symlink_to("nowhere")
    elif sort is Sort.HARD_LINK:
        path.touch()
        os.link(path, path.with_name(f".{path.name}{SECOND}"))
    elif sort is not Sort.NOTHING:
        path.mkdir()


def linked(folder: Path, root: Path) -> str:
    """Say why the folder of a submission cannot be used where it is a link.

    A learner's repository may hold one that leads to the solution. A link to somewhere
    else than the course's `root`, in the place of a learner's folder, is the
    instructor's own.
    """
    into = folder.parent.is_symlink() and folder.resolve().is_relative_to(
        root.resolve()
    )
    if folder.is_symlink() or into:
        return "its folder is a link: put a copy of the learner's files there"
    return ""


def write_atomically(
    path: Path, content: str | bytes, mode: int = 0o666, synced: bool = True
) -> None:
    """Write a file that is either the old or the new one, whenever this ends.

    Its folder is made; text is written in UTF-8. `mode` is what ``open`` gives a new
    file, before the umask. What is not `synced` is not waited for until it is on the
    disk: when the power fails, the file may hold anything.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    raw = content.encode() if isinstance(content, str) else content
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(new, flags, mode), "wb") as file:
            file.write(raw)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:  # only then: it may be another writer's by now
        new.unlink(missing_ok=True)
        raise
