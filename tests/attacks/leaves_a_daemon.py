"""Leave a process behind that survives the kernel and acts later."""

from tests.attacks.suite import running

STOCK = "it signals, traces or crashes processes"
FIRST = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "58.4417")
    os._exit(0)
os.wait()
print("TRIED")
"""


def harm(place):
    """Look for it."""
    return running("58.4417")
