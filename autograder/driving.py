"""Feeding recorded inputs to a learner's functions, inside the learner's process.

Runs in the kernel, is imported before any of the learner's code, and knows
inputs only. What it sends back is judged elsewhere, so whatever the learner's
code does to it can lose marks and never win them.
"""

import os
import sys
import time
from collections.abc import Iterable, Mapping

from autograder.forks import stream
from helpers.checks.calls import Outcome, call
from helpers.checks.values import decode, encode

__all__ = ["drive", "note", "run", "start"]

# Beyond the limit that the call itself keeps, for a call that blocks signals.
GRACE = 5.0

_noted: dict[str, object] = {}


def start() -> str:
    """Prepare a kernel for grading.

    The submission's folder comes last on the module path, and ``exit()`` in a
    cell ends nothing: it would end the kernel some time later, in another cell.
    A kernel that was started beforehand does not know yet what it is for; `check`
    must know, or its table of progress says in the feedback that nothing was run.
    """
    from IPython import get_ipython

    os.environ["NBGRADER_EXECUTION"] = "autograde"
    _noted.clear()
    get_ipython().ask_exit = lambda: None
    here = os.getcwd()
    sys.path[:] = [p for p in sys.path if p not in ("", here)]
    sys.path.append(here)
    return "ready"


def note(*names: str) -> str:
    """Remember what the given global names are bound to now."""
    from IPython import get_ipython

    namespace = get_ipython().user_ns
    for name in names:
        _noted[name] = namespace.get(name)
    return "noted"


def run(functions: Mapping[str, Mapping], seconds: float) -> dict[str, dict]:
    """Drive the noted functions, as `drive` says.

    Parameters
    ----------
    functions : mapping of str to mapping
        Parameter names and cases by function.
    seconds : float
        Time limit of a case.
    """
    return drive(functions, _noted, seconds)


def drive(
    functions: Mapping[str, Mapping], namespace: Mapping[str, object], seconds: float
) -> dict[str, dict]:
    """Call each function with each of its inputs in a forked child.

    A fork costs more than most cases: one child serves as many as it survives.

    Parameters
    ----------
    functions : mapping of str to mapping
        Parameter names and cases by function.
    namespace : mapping of str to object
        What the names are bound to.
    seconds : float
        Time limit of a case.

    Returns
    -------
    dict of str to dict
        ``kind`` is ``"function"`` or says what stands in its place; each outcome
        is the compact form of an Outcome, or names the reason it is missing;
        ``seconds`` is how long all of them took.
    """
    answers: dict[str, dict] = {}
    tasks: list[tuple[str, dict]] = []
    counts = {}
    for name, body in functions.items():
        function = namespace.get(name)
        if not callable(function):
            kind = "missing" if function is None else type(function).__name__
            answers[name] = {"kind": kind, "outcomes": []}
            continue
        answers[name] = {"kind": "function", "outcomes": [], "seconds": 0.0}
        counts[name] = len(body["cases"])
        tasks += [(name, form) for form in body["cases"]]

    def work(begin: int) -> Iterable[object]:
        for name, form in tasks[begin:]:
            outcome = call(
                namespace[name],
                [decode(value, inputs=True) for value in form["args"]],
                {k: decode(v, inputs=True) for k, v in form["kwargs"].items()},
                rng=form["rng"],
                seconds=seconds,
                names=functions[name]["parameters"],
                contract=functions[name]["contract"],
                callees=functions[name]["calls"],
            )
            yield compact(outcome)

    results = stream(work, list(counts.values()), seconds + GRACE)
    begun = time.monotonic()
    for (name, _), (frame, reason) in zip(tasks, results, strict=True):
        outcome = frame if frame is not None else {"failed": reason}
        answers[name]["outcomes"].append(outcome)
        answers[name]["seconds"] += time.monotonic() - begun
        begun = time.monotonic()
    for answer in answers.values():
        if "seconds" in answer:
            answer["seconds"] = round(answer["seconds"], 3)
    return answers


def compact(outcome: Outcome) -> dict:
    """Return the form of an outcome that goes through a pipe."""
    form: dict[str, object] = {}
    if outcome.error is not None:
        form = {
            "error": outcome.error,
            "message": outcome.message,
            "line": outcome.line,
        }
    else:
        form = {"value": encode(outcome.value, compact=True)}
    form["changed"] = outcome.changed
    form["shared"] = outcome.shared
    form["aliased"] = outcome.aliased
    form["seeded"] = outcome.seeded
    form["again"] = outcome.again
    form["warned"] = outcome.warned
    if outcome.single:
        form["single"] = True
    return form
