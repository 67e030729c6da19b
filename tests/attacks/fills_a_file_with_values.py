"""Hand in a small file of millions of empty lists, each of which takes memory."""

import json

from tests.attacks.suite import too_much_to_read

STOCK = "it exhausts the machine"
TRIED = False
HONEST = 0.0


def prepare(place):
    """Add them where nobody looks."""
    path = place.submission / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["more"] = "HERE"
    many = "[" + "{}," * 1_500_000 + "{}]"
    path.write_text(json.dumps(notebook).replace('"HERE"', many))
    place.found["path"] = path


def harm(place):
    """Look what reading it costs."""
    return too_much_to_read(place, 60_000_000)
