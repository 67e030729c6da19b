"""Make folders in folders, deeper than what counts or removes them can follow."""

import tempfile
import time
from pathlib import Path

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
import os, time
def dig(name, levels):
    try:
        for _ in range(levels):
            os.mkdir(name)
            os.chdir(name)
    except OSError:
        pass
    os.chdir(os.environ["HOME"])
os.chdir(os.environ["HOME"])
dig("dug", 1_500)
dig("long" * 50, 40)
time.sleep(1.2)
print("TRIED")
"""


def harm(place):
    """Say whether the folders are still there when it has ended."""
    parent = Path(tempfile.gettempdir())
    for _ in range(100):
        left = [str(path) for path in parent.glob("forkserver-*/*/*/dug/dug")]
        if not left:
            break
        time.sleep(0.1)
    return left
