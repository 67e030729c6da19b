"""Hand in folders nested deeper than Python's own functions can follow."""

import os

from autograder.sandbox import scratch

STOCK = "it is about what lies beside a notebook, which stock nbgrader copies as it is"
DEPTH = 1_500
# nbgrader's own converter follows the folders until its stack ends.
REFUSED_BY = "nbgrader"
FIRST = 'print("TRIED")'


def prepare(place):
    """Nest as many folders as a path may name."""
    deep = str(place.submission)
    for _ in range(DEPTH):
        deep += "/d"
        os.mkdir(deep)
    with open(f"{deep}/end.txt", "w") as file:
        file.write("deep")


def harm(place):
    """Remove the folders, which Python's own functions cannot."""
    scratch.remove(str(place.submission / "d"))
