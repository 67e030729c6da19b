"""Hand in a linked folder instead of a folder of data."""

FIRST = """
import os
for top in ("data", "inner"):
    for folder, _, files in os.walk(top):
        for name in files:
            print("REACHED", folder, name)
print("TRIED")
"""


def prepare(place):
    """Link a whole folder, and a file one step deeper."""
    (place.submission / "data").symlink_to(place.root / "cases")
    (place.submission / "inner").mkdir()
    (place.submission / "inner" / "deep").symlink_to(place.root / "gradebook.db")
