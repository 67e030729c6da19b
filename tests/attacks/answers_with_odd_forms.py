"""Answer with arrays of odd types and shapes, deep lists and long numbers."""

import json

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
TRIED = False
LOSES = True
FIRST = """
from autograder.sandbox import shell
def odd(forms, *_, **__):
    deep = 1
    for _ in range(400):
        deep = [deep]
    body = {"shape": [2, 2], "base64": "AAAA"}
    values = [
        {"array": {"dtype": [["a", "f8"]], **body}}, {"array": {"dtype": {}, **body}},
        {"array": {"dtype": "float64", "shape": [2**62, 0], "data": []}},
        {"array": {"dtype": "object", "shape": [], "data": [1]}}, {"list": deep},
        {"dict": [[[], 1]]}, {"float": []}, {"unreadable": {}}, 10**300, [], None,
    ]
    outcomes = [{"value": v, "seconds": v, "warned": v, "again": v} for v in values]
    outcomes += [{"error": v, "message": v, "line": v} for v in values]
    return [{"kind": "function", "outcomes": outcomes, "seconds": deep}] * len(forms)
for name, function in list(shell.CALLS.items()):
    if function is shell.driving.run:
        shell.CALLS[name] = odd
shell.driving.run = odd
"""


def harm(place):
    """Look whether a fault of the grader's own was met."""
    course = json.loads(place.graded(place.name).read_text())["metadata"]["course"]
    return [f for f in course.get("flags", []) if "Error" in json.dumps(f)]
