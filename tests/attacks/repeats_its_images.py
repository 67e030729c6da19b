"""Attach an image and show it two hundred times: a page of a hundred megabytes."""

import base64
import json
import os
import struct
import zlib

STOCK = "it is about pages that other people open"
TRIED = False
LARGE = 8_000_000


def image() -> str:
    """Return an image that cannot be packed, in Base64."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    rows = b"".join(b"\0" + os.urandom(900) for _ in range(300))
    head = struct.pack(">IIBBBBB", 300, 300, 8, 2, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    raw += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(raw).decode()


def prepare(place):
    """Attach it to the written answer, and write it into a cell beside that."""
    path = place.submission / "tiny.ipynb"
    form = json.loads(path.read_text())
    (why,) = [cell for cell in form["cells"] if cell["id"] == "why"]
    why["source"] = "![a](attachment:a.png)\n" * 190
    why["attachments"] = {"a.png": {"image/png": image()}}
    source = "![a]\n" * 300 + f"\n[a]: data:image/png;base64,{image()}\n"
    own = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": source}
    form["cells"].append(own)
    path.write_text(json.dumps(form))


def harm(place):
    """Look how large the page is."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    return [size for page in pages if (size := page.stat().st_size) > LARGE]
