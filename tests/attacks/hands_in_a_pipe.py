"""Hand in a named pipe, on which a careless copy would wait for ever."""

import os

REFUSED = True


def prepare(place):
    """Make the pipe."""
    os.mkfifo(place.submission / "pipe")
