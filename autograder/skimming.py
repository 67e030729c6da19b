"""What grading reads of a submitted notebook, taken out of a file of any size.

A file of a few hundred megabytes takes up to ten times its size where it is read and
parsed as a whole. Most of an honest one is outputs, which grading makes anew. So it is
read part by part: outputs and the states of widgets are left out, texts that are too
long for anything are shortened, and what then remains is small, or refused.
"""

import codecs
import re
from typing import IO, Protocol

CHUNK = 1 << 20
# A text of more bytes is neither a source nor an image that is taken.
MOST_TEXT = 4_100_000
MOST_KEPT = 32_000_000  # as many bytes of images as a page shows
MOST_VALUES = 250_000  # lists, mappings and their members
# Texts, and brackets of what is left out. Each takes time.
MOST_STEPS = 1_000_000
LONGER = b" " * 500_001  # in the place of what is too long: no source either

# Possessive: else each step of a repetition is remembered, at fifty bytes and more.
_INSIDE = rb'(?:[^"\\]++|\\.)*+'
# One that has no end goes to the file's: else each quote in it would begin a search.
TEXT = re.compile(rb'"' + _INSIDE + rb'(?:"|\\?\Z)', re.DOTALL)
_INSIDE_TEXT = re.compile(_INSIDE, re.DOTALL)
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"' + _INSIDE + rb'")*+', re.DOTALL)
_COLON = re.compile(rb"[\s:]*+")
# What nobody reads, by its key and how it begins.
UNREAD = {
    b'"outputs"': b"[",
    b'"application/vnd.jupyter.widget-state+json"': b"{",
}
LONGEST_KEY = max(map(len, UNREAD))


class Digest(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


class Readable(Protocol):
    """A file that is open for reading."""

    def read(self, count: int, /) -> bytes:
        """Return the next bytes: fewer than `count` only at its end."""


class Recoded:
    """A file of another encoding, read as UTF-8.

    Parameters
    ----------
    file : file
        Read to its end.
    encoding : str
        Its encoding. What is none of its characters raises UnicodeDecodeError.
    """

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._waiting = bytearray()
        self._ended = False

    def read(self, count: int, /) -> bytes:
        """Return the next bytes in UTF-8."""
        while len(self._waiting) < count and not self._ended:
            part = self._file.read(CHUNK)
            self._ended = not part
            words = self._decoder.decode(part, self._ended)
            self._waiting += words.encode("utf-8")
        part = bytes(self._waiting[:count])
        del self._waiting[:count]
        return part


def skimmed(file: Readable, most: int, digest: Digest | None = None) -> bytes | None:
    """Return what grading reads of a notebook's file.

    It is JSON if the file is, and as damaged if that is damaged.

    Parameters
    ----------
    file : file
        Read to its end.
    most : int
        How many bytes it may have.
    digest : object of hashlib, optional
        Is given all bytes.

    Returns
    -------
    bytes or None
        At most `MOST_KEPT` bytes and one more, which stands for too much; all of a
        small file. More brackets than `MOST_STEPS` stand for too many values. None
        where the file is too large.
    """
    head = _read(file, MOST_TEXT + 1, most, digest)
    if head is None or (len(head) <= MOST_TEXT and marks_in(head) <= MOST_VALUES):
        return head
    skimmer = Skimmer()
    size = len(head)
    part: bytes | None = head
    while part and skimmer.goes_on:
        skimmer.feed(part)
        part = _read(file, CHUNK, most - size, digest)
        size += len(part or b"")
    while part:
        part = _read(file, CHUNK, most - size, digest)
        size += len(part or b"")
    return None if part is None else skimmer.result()


def marks_in(raw: bytes) -> int:
    """Return at most how many values a text of JSON has; each takes memory."""
    return sum(map(raw.count, (b",", b"[", b"{")))


def _read(file: Readable, count: int, left: int, digest: Digest | None) -> bytes | None:
    """Return the next bytes; None where there are more than are left."""
    part = file.read(count)
    if digest is not None:
        digest.update(part)
    return part if len(part) <= left else None


class Skimmer:
    """Takes a file part by part.

    Attributes
    ----------
    goes_on : bool
        Whether more of the file matters.
    """

    def __init__(self) -> None:
        self.goes_on = True
        self._kept = bytearray()
        self._steps = 0
        self._waiting = b""  # what goes on in the next part
        self._begin = -1  # of the text that is open, in what is kept
        self._long = False  # whether its rest is dropped
        self._opening = b""  # the bracket of a value that is left out, if it follows
        self._depth = 0  # brackets around, in what is left out
        self._quoted = False  # whether a text is open there

    def result(self) -> bytes:
        """Return what was kept."""
        if self._steps > MOST_STEPS:
            return b"[" * (MOST_STEPS + 1)
        return bytes(self._kept[: MOST_KEPT + 1]) + self._waiting

    def feed(self, part: bytes) -> None:
        """Take the next part."""
        part = self._waiting + part
        self._waiting = b""
        at = 0
        while at < len(part) and self.goes_on:
            if self._depth:
                at = self._left_out(part, at)
            elif self._begin >= 0:
                at = self._text(part, at)
            else:
                at = self._outside(part, at)
            too_long = len(self._kept) > MOST_KEPT
            self.goes_on = self._steps <= MOST_STEPS and not too_long

    def _outside(self, part: bytes, at: int) -> int:
        """Take what stands up to the next text, or to what is left out."""
        if self._opening:
            end = _end(_COLON, part, at)
            self._kept += part[at:end]
            if end < len(part):
                if part[end : end + 1] == self._opening:
                    self._kept += self._opening
                    self._depth = 1
                    end += 1
                self._opening = b""
            return end
        quote = part.find(b'"', at)
        end = len(part) if quote < 0 else quote
        between = part[at:end]
        if len(between) > 100:  # indentation, mostly
            between = b" ".join(between.split()) or b" "
        self._kept += between
        if quote >= 0:
            self._steps += 1
            self._begin = len(self._kept)
            self._kept += b'"'
            end += 1
        return end

    def _text(self, part: bytes, at: int) -> int:
        """Take what stands up to the end of a text, or of the part."""
        end = _end(_INSIDE_TEXT, part, at)
        if not self._long:
            self._kept += part[at:end]
            if len(self._kept) - self._begin > MOST_TEXT:
                self._kept[self._begin + 1 :] = LONGER
                self._long = True
        if part[end : end + 1] != b'"':
            self._waiting = part[end:]  # a backslash, or nothing
            return len(part)
        self._kept += b'"'
        if len(self._kept) - self._begin <= LONGEST_KEY:
            self._opening = UNREAD.get(bytes(self._kept[self._begin :]), b"")
        self._begin, self._long = -1, False
        return end + 1

    def _left_out(self, part: bytes, at: int) -> int:
        """Pass over what stands up to the next bracket, or the end of the part."""
        if self._quoted:
            end = _end(_INSIDE_TEXT, part, at)
            if part[end : end + 1] != b'"':
                self._waiting = part[end:]
                return len(part)
            self._quoted = False
            return end + 1
        end = _end(_TO_BRACKET, part, at)
        mark = part[end : end + 1]
        self._steps += 1
        if mark == b'"':  # of a text that does not end in this part
            self._quoted = True
        elif mark in (b"[", b"{"):
            self._depth += 1
        elif mark:
            self._depth -= 1
            if not self._depth:
                self._kept += mark
        return end + 1


def _end(pattern: re.Pattern[bytes], part: bytes, at: int) -> int:
    """Return where a pattern that may match nothing ends."""
    found = pattern.match(part, at)
    assert found is not None
    return found.end()
