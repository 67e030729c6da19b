"""Hand in at times that are none: long ago, far ahead, words, a folder, a link."""

import os

STOCK = "it is about what lies beside a notebook, which stock nbgrader copies as it is"
# nbgrader's own converter reads the time before anything of ours, and refuses it.
REFUSED_BY = "nbgrader"
FIRST = 'print("TRIED")'


def prepare(place):
    """Give files odd times, and say when it was handed in."""
    folder = place.submission
    stamps = ("9999-12-31 23:59:59.999999 +1459", "-1", "1601-01-01 00:00:00 UTC")
    (folder / "timestamp.txt").write_text("\n".join(stamps) + "\0" * 9_000)
    (folder / "timestamp.txt.new").mkdir()
    (folder / "submission_secret.txt").symlink_to("/etc/passwd")
    for path, time in ((folder / "tiny.ipynb", -(10**9)), (folder, 4 * 10**9)):
        os.utime(path, (time, time))
