"""Ask the grader at all times through the shell's own connection."""

STOCK = "it attacks the reference, which stock nbgrader does not have"
LOSES = True
TRIED = False
FIRST = """
import gc, os, threading, time
import numpy
from helpers.checks.values import encode
from autograder.sandbox.shell import Connection
found = [o for o in gc.get_objects() if type(o) is Connection]
state = numpy.random.get_state()
form = {
    "function": "centre", "args": [encode(numpy.eye(2), compact=True)], "kwargs": {},
    "state": [encode(state[1], compact=True), *state[2:]], "seeding": True,
}
def asking():
    end = time.time() + 6
    while time.time() < end:
        for connection in found:
            for asked in (form, form | {"function": "spread"}, [form], "centre", None):
                connection.send({"asked": asked})
        time.sleep(0.05)
threading.Thread(target=asking, daemon=True).start()
for connection in found:
    connection.send({"asked": form})
"""
