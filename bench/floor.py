"""The floor of grading: learners' cells and cases alone, in one fork server.

``python bench/floor.py ASSIGNMENT [--every N] [--all]``, in a course's folder,
prints the processor seconds of all submissions, estimated from every Nth; no
kernel, no messages, no sandbox, no judge. Demonstration cells run with ``--all``.
The line before says what it takes to remember what names mean at each check cell,
as a fraction of the processor time of the cells.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import time
from pathlib import Path

import click
import h5py  # noqa: F401  (what the fork server has, too)
import matplotlib.pyplot as plt
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from autograder.examination import requests
from autograder.moments import Moment, watch
from autograder.protocol import FunctionForm
from autograder.store import read_store, store_path
from helpers.checks.calls import Asked, call
from helpers.checks.values import decode


def draw() -> None:
    """Draw what is open, as a notebook would."""
    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


def new_shell() -> InteractiveShell:
    """Return a shell that keeps no history, and that `display` finds."""
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell.instance(config=config)


def run_cells(
    path: Path, skipped: set[str], checks: set[str]
) -> tuple[dict, float, float]:
    """Run a notebook's cells and take a moment at each check cell.

    What cells show is drawn, which is most of the work of many, and thrown away.
    Returned are its names, the processor seconds of cells, and those of moments.
    """
    cells = [
        (cell["id"], "".join(cell["source"]))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    shell = new_shell()
    watch()
    kept = []
    remembering = 0.0
    began = time.process_time()
    with capture_output():
        for name, cell in cells:
            if name in checks:
                start = time.process_time()
                kept.append(Moment(shell.user_ns))
                remembering += time.process_time() - start
            if name not in skipped:
                # A failed check is a learner's affair, as in a kernel.
                shell.run_cell(cell, store_history=False)
                draw()
    seconds = time.process_time() - began - remembering
    return shell.user_ns, seconds, remembering


def run_cases(asked: list[list[FunctionForm]], names: dict) -> float:
    """Call functions with all recorded inputs; return the processor seconds."""
    began = time.process_time()
    for body in (form for forms in asked for form in forms):
        for case in body["cases"]:
            call(
                names[body["name"]],
                [decode(value, inputs=True) for value in case["args"]],
                {k: decode(v, inputs=True) for k, v in case["kwargs"].items()},
                Asked(body["parameters"]),
                rng=case["rng"],
                seconds=60,
                state_kept=False,
            )
    return time.process_time() - began


@click.command()
@click.argument("assignment")
@click.option("--every", default=1, help="Run only every so many submissions.")
@click.option("--all", "all_cells", is_flag=True, help="Run demonstrations, too.")
def main(assignment: str, every: int, all_cells: bool) -> None:
    """Print the processor seconds of all submissions of an assignment."""
    root = Path.cwd()
    # What `check` need not do in grading would count with the cells.
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    total = running = remembering = 0.0
    stores = {
        path.stem: read_store(store_path(root, assignment, path.stem))
        for path in (root / "source" / assignment).glob("*.ipynb")
    }
    asked = {name: requests(store) for name, store in stores.items()}
    plt.show = draw
    folders = sorted((root / "submitted").glob(f"*/{assignment}"))
    # A fork server looks for no garbage among what it has imported; here it would count
    # as the cases' time.
    gc.collect()
    gc.freeze()
    # Every second submission is complete, so that an even step would take one kind.
    blocks = range(0, len(folders), 2 * every)
    chosen = [folder for begin in blocks for folder in folders[begin : begin + 2]]
    for folder in chosen:
        os.chdir(folder)
        for path in sorted(folder.glob("*.ipynb")):
            store = stores[path.stem]
            skipped = set(store.cells)
            if not all_cells:
                skipped |= set(store.demonstrations)
            names, seconds, moments = run_cells(path, skipped, set(store.cells))
            running += seconds
            remembering += moments
            with contextlib.redirect_stdout(io.StringIO()):
                total += seconds + run_cases(asked[path.stem], names)
    print(remembering / running)
    print(total * len(folders) / len(chosen))


if __name__ == "__main__":
    main()
