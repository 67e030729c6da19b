"""Recognising a wrong answer as a catalogued one, by all that it returns."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Difference, Result, compare, compare_value

__all__ = [
    "Run",
    "agrees",
    "best_results",
    "is_untouched",
    "named_inputs",
    "other_answers",
    "recognise",
]

Relation = Callable[..., Mapping[str, str | None]]


@dataclass
class Run:
    """A case with what a learner's function made of it.

    Attributes
    ----------
    case : Case
        The recorded case.
    outcome : Outcome
        What came of the call.
    results : list of Result
        The comparison; empty where the call failed.
    """

    case: Case
    outcome: Outcome
    results: list[Result]

    @property
    def right(self) -> bool:
        """Whether every named result is right."""
        return self.outcome.error is None and all(r.right for r in self.results)


def named_inputs(function: FunctionCases, case: Case) -> dict[str, object]:
    """Return the inputs of a case by parameter name."""
    named = {
        function.parameters[i] if i < len(function.parameters) else f"input {i + 1}": v
        for i, v in enumerate(case.args)
    }
    return named | case.kwargs


def best_results(
    function: FunctionCases,
    case: Case,
    outcome: Outcome,
    relation: Relation | None = None,
    others: list[tuple[dict, object]] | None = None,
) -> list[Result]:
    """Compare an answer with the solution's and with every accepted variant's.

    Parameters
    ----------
    function : FunctionCases
        The function's record.
    case : Case
        The case at hand.
    outcome : Outcome
        What the learner's function made of it.
    relation : callable, optional
        Judges the answer where equality is the wrong question.
    others : list of (dict, object), optional
        Inputs and answers of the function's other cases, for relations. A
        relation that has a parameter ``shared`` also gets the leaves that share
        memory with an input.

    Returns
    -------
    list of Result
        The comparison with the variant that leaves the fewest results wrong;
        empty where the call failed.
    """
    if outcome.error is not None:
        return []
    accepted = [case.expected] + [
        case.entries[entry.name]
        for entry in function.entries
        if entry.accept and entry.name in case.entries
    ]
    comparisons = [
        compare(function.signature, variant.value, outcome.value)
        for variant in accepted
        if variant.error is None
    ]
    best = min(comparisons, key=lambda results: sum(not r.right for r in results))
    if relation is None:
        return best
    more = {}
    if "shared" in inspect.signature(relation).parameters:
        more["shared"] = tuple(outcome.shared)
    verdict = relation(
        named_inputs(function, case),
        outcome.value,
        case.expected.value,
        others or [],
        **more,
    )
    judged = []
    for result in best:
        reason = verdict.get(result.name)
        result.differences = (
            [Difference(result.name, "relation", reason, None)] if reason else []
        )
        judged.append(result)
    return judged


def agrees(recorded: Outcome, outcome: Outcome) -> bool:
    """Tell whether an outcome is the same as a recorded one."""
    if recorded.error is not None or outcome.error is not None:
        return recorded.error == outcome.error and recorded.message == outcome.message
    return not compare_value(recorded.value, outcome.value, "value")


def recognise(function: FunctionCases, runs: list[Run]) -> Entry | None:
    """Find the one misconception that explains all that was returned.

    Parameters
    ----------
    function : FunctionCases
        The function's record.
    runs : list of Run
        One for each case at hand.

    Returns
    -------
    Entry or None
        The entry whose recorded outcomes agree in every case; None if none
        does, or if several do.
    """
    if all(run.right for run in runs):
        return None
    matches = [
        entry
        for entry in function.entries
        if entry.wrong
        and all(
            entry.name in run.case.entries
            and (
                agrees(run.case.entries[entry.name], run.outcome)
                or (run.right and entry.name in run.case.passed_by)
            )
            for run in runs
        )
    ]
    return matches[0] if len(matches) == 1 else None


def other_answers(
    function: FunctionCases, outcomes: list[Outcome], index: int
) -> list[tuple[dict, object]]:
    """Return inputs and answers of a function's other cases, for a relation."""
    return [
        (named_inputs(function, function.cases[i]), outcome.value)
        for i, outcome in enumerate(outcomes)
        if i != index and outcome.error is None
    ]


def is_untouched(runs: list[Run]) -> bool:
    """Tell whether every outcome is the untouched function's."""
    return bool(runs) and all(agrees(run.case.stub, run.outcome) for run in runs)
