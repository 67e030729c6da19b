"""Hand in a small file of millions of empty lists, each of which takes memory."""

import json
import time
import tracemalloc

from autograder.submissions import read_submission

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
    tracemalloc.start()
    began = time.process_time()
    read_submission(place.found["path"])
    seconds = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return [n for n, most in ((seconds, 5), (peak, 60_000_000)) if n > most]
