"""What one wrong function costs in otherwise perfect work, in a process of its own.

``python -m autograder.quality.single_fault_worker REQUEST`` writes one line of JSON
for each fault; ``autograder.quality.single_faults`` starts it. Functions are
driven and judged as in grading, with the solution as the reference.
"""

import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.catalogue import patch
from autograder.authoring.regions import stub
from autograder.authoring.sources import SourceNotebook, read_source
from autograder.judging import Judge
from autograder.quality.mutants import mutants_of
from autograder.quality.mutation_worker import read_request
from autograder.quality.solution import Solution
from autograder.store import Store

RAISING = "def {name}(*args, **kwargs):\n    raise ValueError('not today')"


class Fault(NamedTuple):
    """One wrong function: of which kind, and the text of its cell."""

    function: str
    kind: str
    text: str


def faults_of(source: SourceNotebook, sample: int, seed: int) -> Iterator[Fault]:
    """List the faults of the functions of a notebook that others call.

    Parameters
    ----------
    source : SourceNotebook
        The notebook.
    sample : int
        How many mutants of each function.
    seed : int
        Seed of the draw.

    Yields
    ------
    Fault
        Its catalogue, a sample of its mutants, one that raises, and the stub. A
        function that no other calls cannot cost another's points.
    """
    called = {name for function in source.functions.values() for name in function.calls}
    chosen = random.Random(seed)
    for name in [name for name in source.functions if name in called]:
        text = source.functions[name].cell.source
        for item in source.functions[name].entries:
            if not item.entry.accept:
                yield Fault(name, "catalogue", patch(text, item, name))
        mutants = list(mutants_of(text, name))
        for mutant in chosen.sample(mutants, min(sample, len(mutants))):
            yield Fault(name, "mutant", mutant.text)
        yield Fault(name, "raises", RAISING.format(name=name))
        yield Fault(name, "stub", stub(text))


def cost(solution: Solution, store: Store, fault: Fault) -> dict:
    """Return what a fault costs: at its own function, and at others, in points."""
    functions = store.cases.functions
    concerned = {
        name: record
        for name, record in functions.items()
        if name == fault.function or fault.function in record.calls
    }
    # The others are the solution's, and right.
    part = replace(store, cases=replace(store.cases, functions=concerned), cells={})
    untouched = {fault.function} if fault.kind == "stub" else set()
    texts = {fault.function: fault.text}
    verdict = solution.verdict(Judge(part), texts, untouched)
    lost = {name: Fraction(0) for name in concerned}
    points = Fraction(0)
    for cell in store.cells.values():
        for name, i in cell.cases:
            worth = Fraction(cell.points).limit_denominator(100) / len(cell.cases)
            points += worth if name == fault.function else 0
            if name in concerned:
                marks = verdict.functions[name].marks
                lost[name] += worth * (1 - (marks[i] if marks else 0))
    own = lost.pop(fault.function)
    return {
        "function": fault.function,
        "kind": fault.kind,
        "points": float(points),
        "own": float(own),
        "others": {name: float(value) for name, value in lost.items() if value},
    }


def main(request_path: str) -> None:
    """Answer a request file on standard output."""
    request, folder, say = read_request(request_path)

    source = read_source(folder / f"{request['notebook']}.ipynb")
    form = json.loads(Path(request["store"]).read_text(encoding="utf-8"))
    store, solution = Store.from_form(form), Solution(source)
    for fault in faults_of(source, request["sample"], request["seed"]):
        solution.calls = 0
        found = cost(solution, store, fault)
        say(found | {"calls": solution.calls, "largest": solution.largest})

    sys.stderr.flush()
    # Threads that a notebook left behind must not hold this up.
    os._exit(0)


if __name__ == "__main__":
    # The notebook's own functions live in __main__; run the importable module's.
    from autograder.quality import single_fault_worker

    single_fault_worker.main(sys.argv[1])
