"""What one wrong function costs in otherwise perfect work.

Functions are driven and judged as in grading, with the solution as the reference, in
a process of its own. Where only an answer may call the wrong function, and the solution
does not, a right answer that calls it takes the place of the solution's.
"""

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.catalogue import patch
from autograder.authoring.regions import stub
from autograder.authoring.sources import SourceNotebook
from autograder.judging import Judge
from autograder.quality.mutants import mutants_of
from autograder.quality.processes import Say, told_by
from autograder.quality.solution import Solution
from autograder.store import Store

SAMPLE = 12
SEED = 7
SLACK = 1e-9
RAISING = "def {name}(*args, **kwargs):\n    raise ValueError('not today')"


@dataclass(frozen=True)
class SingleFault:
    """What one wrong function costs."""

    # Which function; ``catalogue``, ``mutant``, ``raises`` or ``stub``.
    function: str
    kind: str
    points: float  # the most that its own cases can earn
    own: float  # points lost there
    others: dict[str, float]  # points lost at functions that call it
    # How often stand-ins asked, and the bytes of the largest question so far.
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
    answers: Sequence[tuple[str, str, str]] = (),
    sample: int = SAMPLE,
) -> list[SingleFault]:
    """Measure the single faults of a notebook.

    Parameters
    ----------
    answers : sequence of (str, str, str)
        Right answers: function, name and text.
    sample : int
        How many mutants of each function that others call.

    Returns
    -------
    list of SingleFault
        In the order of the functions.

    Raises
    ------
    MutationError
        If the process ends early.
    """
    request = {"sample": sample, "seed": SEED, "answers": list(answers)}
    told = told_by("single_faults", root, assignment, notebook, request)
    return [SingleFault(**form) for form in told]


class Fault(NamedTuple):
    """One wrong function: of which kind, and the text of its cell."""

    function: str
    kind: str
    text: str


def faults_of(source: SourceNotebook, sample: int, seed: int) -> Iterator[Fault]:
    """List the faults of the functions of a notebook that others call.

    Of each its catalogue, a `sample` of its mutants, one that raises, and the stub. A
    function that no other calls cannot cost another's points.
    """
    called = {
        name
        for function in source.functions.values()
        for name in (*function.calls, *function.may_call)
    }
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


def callers_of(
    source: SourceNotebook, name: str, answers: Sequence[tuple[str, str, str]]
) -> dict[str, str]:
    """Return right answers that call a function, of those that may, by function.

    Raises
    ------
    ValueError
        If there is none of a function that may call it.
    """
    found = {}
    for function, graded in source.functions.items():
        if name not in graded.may_call:
            continue
        texts = (text for one, _, text in answers if one == function)
        text = next((text for text in texts if _calls(text, name)), None)
        if text is None:
            raise ValueError(
                f"{function} may call {name}, but no right answer of "
                "tests/right_answers does"
            )
        found[function] = text
    return found


def _calls(text: str, name: str) -> bool:
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return any(isinstance(c.func, ast.Name) and c.func.id == name for c in calls)


def cost(
    solution: Solution, store: Store, fault: Fault, callers: Mapping[str, str]
) -> dict:
    """Return what a fault costs: at its own function, and at others, in points.

    `callers` are right answers that call it, by function; the others are the solution.
    """
    functions = store.cases.functions
    concerned = {
        name: record
        for name, record in functions.items()
        if name == fault.function or fault.function in record.calls or name in callers
    }
    part = replace(store, cases=replace(store.cases, functions=concerned), cells={})
    untouched = {fault.function} if fault.kind == "stub" else set()
    texts = {fault.function: fault.text, **callers}
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


def measure(request: dict, source: SourceNotebook, store: Store, say: Say) -> None:
    """Say what each fault costs."""
    solution = Solution(source)
    answers = request["answers"]
    callers = {name: callers_of(source, name, answers) for name in source.functions}
    for fault in faults_of(source, request["sample"], request["seed"]):
        solution.calls = 0
        found = cost(solution, store, fault, callers[fault.function])
        say(found | {"calls": solution.calls, "largest": solution.largest})
