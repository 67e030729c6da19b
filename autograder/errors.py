"""Errors whose message tells a person what to do."""

import errno
import os

# What the one who calls can put right: a full disk, a folder that is not theirs.
OF_THE_MACHINE = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)
FULL = "database or disk is full"  # SQLite's words
ADVICE = "free space or change the permissions there, then run this again"


class CourseError(ValueError):
    """What a command needs is missing or breaks a rule; the message says what to do."""


def advised(said: str) -> str:
    """Add what to do to a message that says what the machine refused.

    Examples
    --------
    >>> advised("OSError: [Errno 28] No space left on device").partition(": free")[0]
    'OSError: [Errno 28] No space left on device'
    >>> advised("ValueError: no")
    'ValueError: no'
    """
    refusals = [*map(os.strerror, OF_THE_MACHINE), FULL]
    known = any(refusal in said for refusal in refusals)
    return f"{said}: {ADVICE}" if known and ADVICE not in said else said
