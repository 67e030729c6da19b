"""Send replies twice, before they were asked for, and again when all is over."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
FIRST = """
import threading, time
from autograder.sandbox.shell import Connection
outcome = {"value": 1.0, "right": True, "mark": 1.0, "changed": [], "shared": []}
right = [{"kind": "function", "outcomes": [outcome] * 8}] * 2
genuine, sent = Connection.send, []
def send(self, form):
    sent.append((self, form))
    genuine(self, form)
    genuine(self, form)
    if "reply" in form:
        for ahead in range(1, 12):
            genuine(self, {"number": form["number"] + ahead, "reply": right})
Connection.send = send
def later():
    end = time.time() + 4
    while time.time() < end:
        time.sleep(0.05)
        for connection, form in sent[-20:]:
            genuine(connection, form)
threading.Thread(target=later, daemon=True).start()
"""
