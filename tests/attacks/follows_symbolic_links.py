"""Hand in symbolic links to the gradebook, the source and the case store."""

FIRST = """
import os
for name in ("data.csv", "notes", "store"):
    try:
        text = open(name, "rb").read() if os.path.isfile(name) else os.listdir(name)
        print("REACHED", name, text[:200])
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Make the links."""
    (place.submission / "data.csv").symlink_to("../../../gradebook.db")
    (place.submission / "notes").symlink_to("../../../source")
    (place.submission / "store").symlink_to(place.root / "cases" / "note.json")


def harm(place):
    """Look for what came through the links in the graded folder."""
    copied = (place.root / "autograded" / place.name).rglob("*")
    return [p.name for p in copied if p.name in ("data.csv", "notes", "store")]
