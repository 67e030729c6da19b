"""Hand in a notebook whose metadata, outputs and attachments have wrong types."""

import json

STOCK = "it is about pages that other people open"
TRIED = False
ODD = [5, "text", [], {}, None, True, 1e308, {"image/png": {"width": "1 onerror=x()"}}]


def prepare(place):
    """Put odd values wherever a notebook has metadata."""
    path = place.submission / "tiny.ipynb"
    form = json.loads(path.read_text())
    form["metadata"] |= {
        "language_info": 5,
        "kernelspec": [],
        "title": {},
        "widgets": 1,
    }
    form["metadata"] |= {"course": {"functions": 5}, "nbgrader": "text"}
    for index, cell in enumerate(form["cells"]):
        odd = ODD[index % len(ODD)]
        cell["attachments"] = odd
        cell["execution_count"] = odd
        cell["outputs"] = [odd, {"output_type": odd, "data": odd, "metadata": odd}]
        cell["metadata"] |= {"tags": odd, "transient": odd, "alt": odd, "jupyter": odd}
    path.write_text(json.dumps(form))


def harm(place):
    """Look whether the feedback is there."""
    return not list((place.root / "feedback" / place.name).rglob("*.html"))
