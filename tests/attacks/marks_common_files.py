"""Leave marks on files and devices that all learners read: rights, times, owners."""

import os

from autograder.nbgrader import collecting

STOCK = "it is about the rights of a sandbox, which stock nbgrader does not have"
FIRST = """
import os
import autograder, helpers
paths = [autograder.__file__, helpers.__file__, "/dev/null", "/dev/zero"]
paths += [os.path.dirname(path) for path in paths[:2]]
for path in paths:
    before = os.stat(path)
    for mark in (
        lambda: os.utime(path),
        lambda: os.utime(path, (before.st_atime, 1)),
        lambda: os.chmod(path, (before.st_mode & 0o7777) ^ 0o002),
        lambda: os.chown(path, os.getuid(), os.getgid()),
    ):
        try:
            mark()
        except OSError:
            continue
        after = os.stat(path)
        if (after.st_ctime_ns, after[:7]) != (before.st_ctime_ns, before[:7]):
            print("REACHED:", path)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            os.chmod(path, before.st_mode & 0o7777)
            before = os.stat(path)
    try:
        os.setxattr(path, "user.note", b"1")
        print("REACHED: a note on", path)
        os.removexattr(path, "user.note")
    except OSError:
        pass
print("TRIED")
"""


def prepare(place):
    """Note what stands there."""
    place.found["status"] = os.stat(collecting.__file__)


def harm(place):
    """Compare."""
    before, after = place.found["status"], os.stat(collecting.__file__)
    return [
        (name, getattr(before, name), getattr(after, name))
        for name in ("st_mode", "st_uid", "st_gid", "st_mtime_ns", "st_size")
        if getattr(before, name) != getattr(after, name)
    ]
