"""Hand in a hard link to the gradebook, to read it and to write into it."""

import os

FIRST = """
for mode in ("rb", "r+b"):
    try:
        with open("data.csv", mode) as file:
            print("REACHED", file.read(16))
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Make the link."""
    os.link(place.root / "gradebook.db", place.submission / "data.csv")


def harm(place):
    """Look for a copy in the graded folder."""
    return list((place.root / "autograded" / place.name).rglob("data.csv"))
