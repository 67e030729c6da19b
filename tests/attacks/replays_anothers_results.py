"""Replay another learner's result files, outputs and marks as its own."""

import json

from tests.attacks.suite import CANARIES

FIRST = """
import json, os
for name in ("outcomes.json", "tiny.result.json"):
    answers = json.load(open(name))
print("TRIED")
"""


def prepare(place):
    """Copy what grading left of the honest learner, wherever a grader may look."""
    folder = place.submission
    path = folder / "tiny.ipynb"
    text = place.graded("honest").read_text()
    graded = json.loads(text.replace(CANARIES["other"], "what was passed on"))
    notebook = json.loads(path.read_text())
    theirs = {cell["id"]: cell for cell in graded["cells"]}
    for cell in notebook["cells"]:
        other = theirs.get(cell["id"])
        if other and cell["cell_type"] == "code":
            cell["outputs"] = other["outputs"]
            cell["execution_count"] = other["execution_count"]
    notebook["metadata"]["course"] = graded["metadata"].get("course", {})
    path.write_text(json.dumps(notebook))

    right = {"value": [[1.0, 2.0]], "right": True, "mark": 1.0}
    outcomes = {"spread": {"kind": "function", "outcomes": [right] * 6}}
    result = {"key": "0" * 64, "notebook": json.dumps(graded), "flagged": {}}
    for name, form in (
        ("outcomes.json", outcomes),
        ("tiny.result.json", result),
        (f".cache/grading/01_tiny/results/{'0' * 64}.json", result),
        (f".cache/grading/01_tiny/graded/{place.name}.json", {"made_from": "0" * 64}),
        ("autograded/honest/01_tiny/tiny.ipynb", graded),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(form))
