"""Give cells ids, names, tags and kernels of a million characters, or none."""

import json

STOCK = "it is about pages that other people open"
TRIED = False


def prepare(place):
    """Write them into the notebook."""
    path = place.submission / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    long = "n" * 1_000_000
    notebook["metadata"]["kernelspec"] = {"name": long, "display_name": long}
    notebook["metadata"]["course"] = {"flags": long, "damaged": long, "notes": [long]}
    for n, cell in enumerate(notebook["cells"]):
        cell["metadata"]["tags"] = [long]
        if not cell["metadata"].get("nbgrader"):
            cell["id"] = long + str(n)
    more = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    odd = ["\u202e", "<b>", 5, None, [], {}, "\ud800", "../../x", "a" * 70]
    notebook["cells"] += [{**more, "id": one} for one in odd]
    path.write_text(json.dumps(notebook))


def harm(place):
    """Look how long the page became."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    return [page.stat().st_size for page in pages if page.stat().st_size > 3_000_000]
