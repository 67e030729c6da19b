"""Hand in copies of the check cells that carry the same names and give full marks."""

import copy
import json

TRIED = False
FIRST = "pass"


def prepare(place):
    """Put a copy before and one behind each check cell."""
    path = place.submission / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    cells = []
    for cell in notebook["cells"]:
        if cell["id"].endswith("-check"):
            forged = copy.deepcopy(cell)
            forged["source"] = "4.0"
            for n, part in enumerate((forged, cell, copy.deepcopy(forged))):
                part["id"] = part["id"] if part is cell else f"{cell['id']}-{n}"
                cells.append(part)
        else:
            cells.append(cell)
    notebook["cells"] = cells
    path.write_text(json.dumps(notebook))
