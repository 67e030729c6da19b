"""Images from a submission: only their kind and size are read, within bounds."""

import base64
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from autograder.files import read_bounded

MOST_BASE64 = 4_000_000
MOST_SIDE = 8_192
MOST_PIXELS = 24_000_000
MOST_ATTACHMENTS = 5
MOST_BESIDE = 40  # images in files that one notebook shows
ALL_BESIDE = 12_000_000  # characters of all of them in base64
# The name of a file in Markdown or HTML.
NAME = re.compile(
    r"""(?:\]\(\s{0,9}|\bsrc\s?=\s?)(?:<([^<>\n]{1,200})>|["']([^"'<>\n]{1,200})["']"""
    r"""|([^\s"'<>()]{1,200}))"""
)
IMAGE = re.compile(r".*\.(?:png|jpe?g)", re.IGNORECASE | re.DOTALL)
MOST_SEGMENTS = 1_000  # before the sizes of a JPEG image
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"


def joined(value: object) -> str | None:
    """Return a text, which a file may hold as a list of lines; None if it is none."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value if isinstance(value, str) else None


def image_size(kind: str, image: str | None) -> tuple[int, int] | None:
    """Return width and height of an image, or None where it is not to be shown.

    Only its header is read, by a few lines of our own: libraries also unpack what
    stands before an image, such as profiles of colours, as often as it is there.

    Examples
    --------
    >>> image_size("image/png", "bm8gaW1hZ2U=")
    """
    if image is None or len(image) > MOST_BASE64 or kind not in IMAGES:
        return None
    try:
        body = base64.b64decode(image.replace("\n", ""), validate=True)
        found = IMAGES[kind](body)
    except (ValueError, struct.error):
        return None
    if found is None:
        return None
    width, height = found
    inside = 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE
    return (width, height) if inside and width * height <= MOST_PIXELS else None


def _png_size(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG image, which its first part holds."""
    length, name, width, height = struct.unpack(">I4sII", body[8:24])
    (check,) = struct.unpack(">I", body[29:33])
    known = body.startswith(PNG) and (length, name) == (13, b"IHDR")
    return (width, height) if known and zlib.crc32(body[12:29]) == check else None


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG image, which stand before its pixels."""
    at = len(JPEG)
    for _ in range(MOST_SEGMENTS if body.startswith(JPEG) else 0):
        lead, marker, length = struct.unpack(">BBH", body[at : at + 4])
        if lead != 0xFF or marker in (0xD9, 0xDA):  # its end, or its pixels
            return None
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + length
    return None


Reader = Callable[[bytes], tuple[int, int] | None]
IMAGES: dict[str, Reader] = {"image/png": _png_size, "image/jpeg": _jpeg_size}


def kept_attachments(form: object) -> tuple[dict[str, dict[str, str]], bool]:
    """Return the images that are attached to a submitted cell.

    By name, as notebooks hold them: a few PNG and JPEG images within bounds; and
    whether there was anything else. `form` may be of any form.
    """
    if form is None or form == {}:
        return {}, False
    kept: dict[str, dict[str, str]] = {}
    given = form if isinstance(form, Mapping) else {}
    for name, bundle in list(given.items())[: 4 * MOST_ATTACHMENTS]:
        images = {
            kind: image
            for kind, value in (bundle if isinstance(bundle, Mapping) else {}).items()
            if kind in IMAGES and (image := joined(value)) and image_size(kind, image)
        }
        usable = isinstance(name, str) and 0 < len(name) <= 200
        if len(images) == 1 and usable and len(kept) < MOST_ATTACHMENTS:
            kept[name] = images
    return kept, len(given) != len(kept) or not given


class ImageFiles:
    """Images beside a notebook that its texts show, within bounds for all of it."""

    def __init__(self, folder: str | Path | None) -> None:
        self._folder = None if not folder else Path(folder).resolve()
        self._known: dict[str, str | None] = {}
        self._left = ALL_BESIDE

    def of(self, source: str) -> dict[str, str]:
        """Return ``data:`` addresses of the images of a text by the names in it."""
        found = {}
        for match in NAME.finditer(source) if self._folder is not None else ():
            name = unquote(unescape(match[1] or match[2] or match[3]))
            if not IMAGE.fullmatch(name):
                continue
            if name not in self._known and len(self._known) < MOST_BESIDE:
                self._known[name] = self._read(name)
            if address := self._known.get(name):
                found[name] = address
        return found

    def _read(self, name: str) -> str | None:
        """Read an image; None for links, for files elsewhere and for all else."""
        try:
            assert self._folder is not None
            path = self._folder / name
            if path != path.resolve() or not path.is_relative_to(self._folder):
                return None
            raw = read_bounded(path, MOST_BASE64 * 3 // 4)
        except (OSError, ValueError, RuntimeError):
            return None
        kind = "image/png" if (raw or b"").startswith(PNG) else "image/jpeg"
        image = base64.b64encode(raw or b"").decode()
        if image_size(kind, image) is None or len(image) > self._left:
            return None
        self._left -= len(image)
        return f"data:{kind};base64,{image}"
