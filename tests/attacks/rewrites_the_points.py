"""Hand in a notebook whose metadata gives more points, tags and earlier outputs."""

import json

TRIED = False
FIRST = "pass"


def prepare(place):
    """Change what nbgrader keeps in the notebook."""
    path = place.submission / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader")
        if marks and marks.get("grade"):
            marks.update(points=100, locked=False)
            cell["metadata"]["tags"] = ["skip-execution", "demonstration"]
            cell["outputs"] = [
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "data": {"text/plain": "100.0"},
                    "metadata": {},
                }
            ]
            cell["execution_count"] = 1
    path.write_text(json.dumps(notebook))
