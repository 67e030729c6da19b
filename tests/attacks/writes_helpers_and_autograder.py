"""Change the course's own modules on disk for everybody graded later."""

from pathlib import Path

import numpy

from tests.attacks.suite import ROOT

FIRST = """
import autograder, helpers, numpy, os
for module in (autograder, helpers, numpy):
    for name in ("kernel_was_here.py", "__pycache__/kernel_was_here.pyc"):
        try:
            path = os.path.join(os.path.dirname(module.__file__), name)
            open(path, "x").close()
            print("REACHED", path)
        except OSError:
            pass
print("TRIED")
"""


def harm(place):
    """Look for the files, and remove them."""
    tops = [ROOT / "helpers", ROOT / "autograder", Path(numpy.__file__).parent]
    found = [path for top in tops for path in top.rglob("kernel_was_here.*")]
    for path in found:
        path.unlink()
    return found
