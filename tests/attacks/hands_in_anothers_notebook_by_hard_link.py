"""Hand in a hard link to another learner's notebook as one's own."""

import os

HONEST = 0.0
TRIED = False
CELLS = {}


def prepare(place):
    """Put the link in the place of the notebook.

    It leads to a copy: a second name of the honest notebook itself would make
    that one look like a link, too.
    """
    path = place.submission / "tiny.ipynb"
    path.unlink()
    other = place.root / "home" / f"{place.engine}-anothers.ipynb"
    other.write_bytes(
        (place.root / "submitted" / "honest" / "01_tiny" / "tiny.ipynb").read_bytes()
    )
    os.link(other, path)


def harm(place):
    """Look whether the learner is told what was wrong."""
    said = place.graded(place.name).read_text()
    return "" if "is a hard link" in said else "nobody says what it is"
