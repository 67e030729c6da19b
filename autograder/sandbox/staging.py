"""A private copy of a submission's own files."""

from __future__ import annotations

import os
import stat

MOST_FILES = 500
MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 8
CHUNK = 64 * 1024  # memory for each is made, and filled, before it is read


class TooMuch(ValueError):
    """A submission has more or larger files than one may have."""


def stage(
    source: str | int,
    destination: str,
    most_files: int = MOST_FILES,
    most_bytes: int = MOST_BYTES,
) -> list[str]:
    """Copy the regular files below `source`, a path or open, into `destination`.

    Both exist.

    Symbolic links are not followed and files with a second name (hard links) are not
    read, so that nothing but what lies there is copied. Names cannot lead out: every
    step opens one name inside an open folder. Returns the relative names that were left
    out, each with the reason.

    Raises
    ------
    TooMuch
        When there are too many files, or too many bytes in them.
    """
    left_out: list[str] = []
    budget = [most_files, most_bytes]
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    if isinstance(source, int):
        top = os.open(".", flags, dir_fd=source)
    else:
        top = os.open(source, flags)
    try:
        _stage(top, destination, "", 0, budget, left_out)
    finally:
        os.close(top)
    return left_out


def remove_followed(source: str, copy: str) -> list[str]:
    """Remove from a copy of a submission what came through a link, which it followed.

    Returns the relative names that were removed.
    """
    removed = []
    for folder, _, files in os.walk(copy):
        for name in files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, copy)
            if _leads_out(source, relative):
                os.remove(path)
                removed.append(relative)
    return sorted(removed)


def _leads_out(top: str, relative: str) -> bool:
    path = top
    for part in relative.split(os.sep):
        path = os.path.join(path, part)
        try:
            kind = os.lstat(path)
        except OSError:
            return False
        if stat.S_ISLNK(kind.st_mode):
            return True
    return not stat.S_ISREG(kind.st_mode) or kind.st_nlink > 1


def _stage(
    folder: int,
    destination: str,
    prefix: str,
    depth: int,
    budget: list[int],
    left_out: list[str],
) -> None:
    for name in sorted(os.listdir(folder)):
        shown = f"{prefix}{name}"
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False)
        target = os.path.join(destination, name)
        budget[0] -= 1
        if budget[0] < 0:
            raise TooMuch("the submission has too many files")
        if stat.S_ISDIR(kind.st_mode):
            if depth == DEEPEST:
                left_out.append(f"{shown}: too deep")
                continue
            inner = os.open(
                name,
                os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                dir_fd=folder,
            )
            try:
                os.mkdir(target, 0o700)
                _stage(inner, target, shown + "/", depth + 1, budget, left_out)
            finally:
                os.close(inner)
        elif stat.S_ISREG(kind.st_mode):
            if kind.st_nlink > 1:
                left_out.append(f"{shown}: a hard link")
            else:
                _copy(folder, name, target, budget)
        else:
            what = "a symbolic link" if stat.S_ISLNK(kind.st_mode) else "no file"
            left_out.append(f"{shown}: {what}")


def _copy(folder: int, name: str, target: str, budget: list[int]) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    source = os.open(name, flags, dir_fd=folder)
    with open(source, "rb", buffering=0) as reading:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            return
        with open(target, "xb", buffering=0) as writing:
            while chunk := reading.read(CHUNK):
                budget[1] -= len(chunk)
                if budget[1] < 0:
                    raise TooMuch("the submission's files are too large")
                writing.write(chunk)
