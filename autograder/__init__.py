"""What graders run: stubs, cases, judge, feedback. Knows no neural networks."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.doors.api import Result, grade, grade_folder

__all__ = ["Result", "grade", "grade_folder"]

# Before NumPy is loaded: graders use their cores for submissions, side by side.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# One file is graded where a learner's lie, a numpy.py perhaps among them: with -m,
# Python would look for modules there first.
_here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if "grade-file" in sys.orig_argv and sys.path[0] == os.getcwd() != _here:
    del sys.path[0]


def __getattr__(name: str) -> object:
    """Import what grades one notebook when it is asked for: it takes a second."""
    if name in ("Result", "grade", "grade_folder"):
        from autograder.doors import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
