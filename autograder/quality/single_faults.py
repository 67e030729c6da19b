"""The table of what one wrong function costs in otherwise perfect work."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.recording import ONE_THREAD
from autograder.quality.mutation import MutationError, todays_store

__all__ = ["SingleFault", "single_fault_table", "single_faults"]

SAMPLE = 12
SEED = 7
SLACK = 1e-9


@dataclass(frozen=True)
class SingleFault:
    """What one wrong function costs.

    Attributes
    ----------
    function, kind : str
        Which function; ``catalogue``, ``mutant``, ``raises`` or ``stub``.
    points : float
        The most that its own cases can earn.
    own : float
        Points lost there.
    others : dict of str to float
        Points lost at functions that call it.
    calls, largest : int
        How often stand-ins asked, and the bytes of the largest question so far.
    """

    function: str
    kind: str
    points: float
    own: float
    others: dict[str, float]
    calls: int
    largest: int

    @property
    def excess(self) -> float:
        """What was lost beyond the function's own."""
        return max(0.0, self.own + sum(self.others.values()) - self.points)


def single_faults(
    root: Path,
    assignment: str,
    notebook: str,
    sample: int = SAMPLE,
    each: Callable[[], None] = lambda: None,
) -> list[SingleFault]:
    """Measure the single faults of a notebook.

    Parameters
    ----------
    root : Path
        The course.
    assignment, notebook : str
        Which notebook.
    sample : int
        How many mutants of each function that others call.
    each : callable
        Called after each fault.

    Returns
    -------
    list of SingleFault
        One for each fault.

    Raises
    ------
    MutationError
        If the process ends early.
    """
    store = todays_store(root, assignment, notebook)
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        paths = Path(scratch, "request.json"), Path(scratch, "store.json")
        store.write(paths[1])
        request = {
            "folder": str((root / "source" / assignment).resolve()),
            "notebook": notebook,
            "store": str(paths[1]),
            "sample": sample,
            "seed": SEED,
        }
        paths[0].write_text(json.dumps(request), encoding="utf-8")
        worker = "autograder.quality.single_fault_worker"
        found = []
        with subprocess.Popen(
            [sys.executable, "-m", worker, str(paths[0])],
            env=os.environ | ONE_THREAD | {"MPLBACKEND": "Agg"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process:
            for line in process.stdout or ():
                found.append(SingleFault(**json.loads(line)))
                each()
            said = process.stderr.read() if process.stderr else ""
        if process.returncode:
            last = (said.strip().splitlines() or ["no message"])[-1]
            raise MutationError(f"{notebook}: measuring faults ended early: {last}")
    return found


def single_fault_table(found: Iterable[SingleFault]) -> list[tuple[str, ...]]:
    """Return a row of text for each function, its heads first.

    Parameters
    ----------
    found : iterable of SingleFault
        Of one notebook or of all.
    """
    by_function: dict[str, list[SingleFault]] = {}
    for fault in found:
        by_function.setdefault(fault.function, []).append(fault)
    rows: list[tuple[str, ...]]
    rows = [("function", "its points", "faults", "most lost in all", "beyond its own")]
    for name, faults in by_function.items():
        most = max(fault.own + sum(fault.others.values()) for fault in faults)
        beyond = sum(fault.excess > SLACK for fault in faults)
        points = f"{faults[0].points:g}"
        rows.append((name, points, str(len(faults)), f"{most:.4g}", str(beyond)))
    return rows
