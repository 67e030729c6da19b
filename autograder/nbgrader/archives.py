"""Zip archives of which nothing is believed: members, one at a time, within bounds."""

import datetime
import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.lms_names import MOST_CHARACTERS

CHUNK = 1 << 16
MOST_MEMBERS = 100_000  # of a learner's zips: a folder with an environment in it
SMALL = 1 << 20  # bytes for which a ratio says nothing
MOST_PARTS = 32  # folders in folders
MOST_LISTED = 24 << 20  # bytes of their lists, which become names in memory
ENTRY = b"PK\x01\x02"  # how each entry of an archive's list begins


class Refused(Exception):
    """A member of an archive is not taken; the message says why."""


@dataclass
class Left:
    """What one learner's work may still take."""

    files: int  # members that are read
    bytes: int  # bytes of them, unpacked
    listed: int = MOST_MEMBERS  # members that archives list
    lists: int = MOST_LISTED  # bytes of their lists


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    path: PurePosixPath  # where it lies in the archive
    info: zipfile.ZipInfo  # what the archive says of it
    time: datetime.datetime | None  # when it was changed; None where that is no time


def members(
    archive: zipfile.ZipFile,
) -> Iterator[tuple[PurePosixPath, Member | Refused]]:
    """Yield path of each file of an archive, and what it is or why it is refused."""
    soon = datetime.datetime.now() + datetime.timedelta(days=2)
    for info in archive.infolist():
        if info.is_dir():
            continue
        path = PurePosixPath(info.filename)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or "\\" in info.filename:
            yield path, Refused("it points outside of the archive")
        elif kind not in (0, stat.S_IFREG):
            yield path, Refused("it is not an ordinary file")
        elif len(path.parts) > MOST_PARTS:
            yield path, Refused("it lies too deep in folders")
        elif any(len(part) > MOST_CHARACTERS for part in path.parts):
            yield path, Refused("it has a longer name than a file can have")
        else:
            try:
                time = datetime.datetime(*info.date_time)
            except (TypeError, ValueError):
                time = None
            yield path, Member(path, info, time if time and time < soon else None)


def read_member(
    archive: zipfile.ZipFile,
    member: Member,
    out: IO[bytes],
    left: Left,
    most_bytes: int,
    most_ratio: int,
) -> None:
    """Unpack one member, and count down what is `left` to the learner.

    It may have so many bytes, and so many for each packed byte.

    Raises
    ------
    Refused
        When a bound is passed, or it is encrypted.
    Exception
        Whatever a damaged member leads to.
    """
    if member.info.flag_bits & 1:
        raise Refused("it is encrypted")
    if left.files <= 0:
        raise Refused("the learner's archives hold too many files")
    left.files -= 1
    written = 0
    # What the archive says of the sizes is not believed, but counted.
    ratio = max(SMALL, most_ratio * max(1, member.info.compress_size))
    with archive.open(member.info) as packed:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            left.bytes -= len(chunk)
            if written > most_bytes:
                raise Refused(f"it is larger than {most_bytes >> 20} MB")
            if written > ratio:
                raise Refused("it is packed too tightly to be a notebook")
            if left.bytes < 0:
                raise Refused("the learner's archives hold too many bytes")
            out.write(chunk)


def opened(path: Path, left: Left) -> zipfile.ZipFile:
    """Open one of a learner's archives.

    Raises
    ------
    Refused
        Where they list more files than can be looked through.
    Exception
        Whatever a damaged archive leads to.
    """
    with path.open("rb") as file:
        end = b""
        while chunk := file.read(CHUNK):
            left.listed -= (end + chunk).count(ENTRY)
            end = chunk[1 - len(ENTRY) :]
    if left.listed < 0:
        raise Refused(f"the learner's archives list more than {MOST_MEMBERS} files")
    return zipfile.ZipFile(_Listed(io.FileIO(path), left))


class _Listed(io.BufferedReader):
    """An archive's file, whose list is read as a whole when it is opened."""

    def __init__(self, raw: io.FileIO, left: Left) -> None:
        super().__init__(raw)
        self._left = left

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, unless more is asked for than lists may have."""
        if size is not None and size > CHUNK:
            self._left.lists -= size
            if self._left.lists < 0:
                raise Refused("the learner's archives have too long a list of files")
        return super().read(size)
