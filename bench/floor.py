"""The floor of grading: learners' cells and cases alone, in one warm process.

``python bench/floor.py ASSIGNMENT``, in a course's folder, prints the processor
seconds of all submissions; no kernel, no messages, no sandbox, no judge.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

import h5py  # noqa: F401  (what the warm process has, too)
import matplotlib.pyplot as plt

from autograder.gates import requests
from autograder.store import read_store, store_path
from helpers.checks.calls import call
from helpers.checks.values import decode


def draw() -> None:
    """Draw what is open, as a notebook would."""
    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


def run_cells(path: Path, skipped: set[str]) -> tuple[dict, float]:
    """Run a notebook's cells; return its names and the processor seconds."""
    names: dict = {"__name__": "__main__"}
    cells = [
        compile("".join(cell["source"]), cell["id"], "exec")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code" and cell["id"] not in skipped
    ]
    began = time.process_time()
    for cell in cells:
        # A failed check is a learner's affair, as in a kernel.
        with contextlib.suppress(Exception):
            exec(cell, names)
        draw()
    return names, time.process_time() - began


def run_cases(functions: dict, names: dict) -> float:
    """Call functions with all recorded inputs; return the processor seconds."""
    began = time.process_time()
    for name, body in functions.items():
        for case in body["cases"]:
            call(
                names[name],
                [decode(value, inputs=True) for value in case["args"]],
                {k: decode(v, inputs=True) for k, v in case["kwargs"].items()},
                rng=case["rng"],
                seconds=60,
                names=body["parameters"],
            )
    return time.process_time() - began


def main(assignment: str) -> None:
    """Print the processor seconds of all submissions of an assignment."""
    root = Path.cwd()
    total = 0.0
    stores = {
        path.stem: read_store(store_path(root, assignment, path.stem))
        for path in (root / "source" / assignment).glob("*.ipynb")
    }
    asked = {name: requests(store) for name, store in stores.items()}
    plt.show = draw
    for folder in sorted((root / "submitted").glob(f"*/{assignment}")):
        os.chdir(folder)
        for path in sorted(folder.glob("*.ipynb")):
            store = stores[path.stem]
            skipped = {*store.demonstrations, *store.cells}
            with contextlib.redirect_stdout(io.StringIO()):
                names, seconds = run_cells(path, skipped)
                total += seconds + run_cases(asked[path.stem], names)
    print(total)


if __name__ == "__main__":
    main(sys.argv[1])
