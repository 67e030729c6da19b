"""Show images before which profiles of colours stand, packed, a thousand times."""

import json
import time

from autograder.images import image_size

STOCK = "it is about pages that other people open"
FIRST = """
import base64, struct, zlib
def part(kind, body):
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check
size = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
profile = part(b"iCCP", b"a\\0\\0" + zlib.compress(bytes(1_000_000)))
pixels = part(b"IDAT", zlib.compress(bytes(310))) + part(b"IEND", b"")
body = b"\\x89PNG\\r\\n\\x1a\\n" + part(b"IHDR", size) + profile * 800 + pixels
for _ in range(5):
    display({"image/png": base64.b64encode(body).decode()}, raw=True)
print("TRIED")
"""


def harm(place):
    """Look what it takes to know the images' sizes again, as each page does."""
    notebook = json.loads(place.graded(place.name).read_text())
    began = time.process_time()
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for kind, image in output.get("data", {}).items():
                if kind == "image/png":
                    image_size(kind, "".join(image))
    return "it takes long" if time.process_time() - began > 2 else ""
