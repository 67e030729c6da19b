"""Hand in only a notebook whose name commands the terminal that reports it."""

TRIED = False
STOCK = "it is about terminals"


def prepare(place):
    """Give the notebook the name."""
    path = place.submission / "tiny.ipynb"
    path.rename(path.with_name("tiny\x1b[2J\x1b]0;pwned\x07\nperfect: 7\u202e.ipynb"))
