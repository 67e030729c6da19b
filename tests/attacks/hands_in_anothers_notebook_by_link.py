"""Hand in a symbolic link to another learner's notebook as one's own."""

HONEST = 0.0
TRIED = False
CELLS = {}


def prepare(place):
    """Put the link in the place of the notebook."""
    path = place.submission / "tiny.ipynb"
    path.unlink()
    path.symlink_to("../../honest/01_tiny/tiny.ipynb")
