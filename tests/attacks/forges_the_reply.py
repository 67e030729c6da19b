"""Reply before the driver does, and after every request twice."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
FIRST = """
import gc, json, socket, struct, threading, time
from autograder.sandbox.shell import Connection
found = [o for o in gc.get_objects() if type(o) is Connection]
right = [{"kind": "function", "outcomes": [
    {"right": True, "mark": 1.0, "value": 1.0, "changed": [], "shared": [],
     "warned": []}] * 8}] * 2
def replies():
    for number in range(40):
        for form in ({"number": number, "reply": right}, {"number": number}):
            for connection in found:
                connection.send(form)
        time.sleep(0.001)
threading.Thread(target=replies, daemon=True).start()
replies()
"""
