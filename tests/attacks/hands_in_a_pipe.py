"""Hand in a named pipe, on which a careless copy would wait forever."""

import os

REFUSED = True


def prepare(place):
    """Make the pipe."""
    os.mkfifo(place.submission / "pipe")
