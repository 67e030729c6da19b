"""Hand in a named pipe, on which a careless copy would wait forever."""

import os

# nbgrader's own copy fails at the pipe; the runner leaves it out, and grades the rest.
REFUSED_BY = "nbgrader"
FIRST = 'print("TRIED")'


def prepare(place):
    """Make the pipe."""
    os.mkfifo(place.submission / "pipe")
