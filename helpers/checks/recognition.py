"""Recognising a wrong answer as a catalogued one, by all that it returns."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import (
    SAME,
    Difference,
    Result,
    Rules,
    additional,
    compare,
    compare_value,
)
from helpers.checks.contract import (
    broken_term,
    entry_of,
    in_another_order,
    with_contract,
)
from helpers.strings import text

# Errors without a message of their own.
LIMITS = ("Crash", "TimeLimit")
# Keys are a learner's: so many are named, each so far.
MAX_NAMES, MAX_NAME = 5, 60

Relation = Callable[..., Mapping[str, str | None]]


@dataclass
class Run:
    """A case with what a learner's function made of it."""

    case: Case
    outcome: Outcome
    results: list[Result]  # the comparison; empty where the call failed

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
    elsewhere: list[object] | None = None,
) -> list[Result]:
    """Compare an answer with the solution's and with every accepted variant's.

    Returns the comparison with the variant that leaves the fewest results wrong; an
    empty one where the call failed. A `relation` judges where equality is the wrong
    question: by the inputs and answers of the function's `others` cases and, where it
    has a parameter of that name, by what the solution returns ``elsewhere``, in those
    cases, or by the leaves that are ``shared`` with an input.
    """
    if outcome.error is not None:
        return []
    accepted = _accepted(function, case)
    rules = Rules("exact keys" in function.contract, outcome.single)
    best: list[Result] = []
    fewest = math.inf
    for variant in accepted:
        results = compare(function.signature, variant.value, outcome.value, rules)
        wrong = sum(not result.right for result in results)
        if wrong < fewest:
            best, fewest = results, wrong
        if not wrong:
            break
    if relation is None:
        return with_contract(function, case, outcome, best)
    known = {"shared": tuple(outcome.shared), "elsewhere": tuple(elsewhere or ())}
    asked = inspect.signature(relation).parameters
    more = {name: value for name, value in known.items() if name in asked}
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
        # A text that reads as a number is none, whatever a relation makes of it.
        other_kind = [one for one in result.differences if one.kind == "type"]
        result.differences = (
            [Difference(result.name, "relation", reason, None)]
            if reason
            else other_kind
        )
        judged.append(result)
    return with_contract(function, case, outcome, judged)


def _accepted(function: FunctionCases, case: Case) -> list[Outcome]:
    """Return the solution's answer and those of accepted variants."""
    variants = [case.expected] + [
        case.entries[entry.name]
        for entry in function.entries
        if entry.accept and entry.name in case.entries
    ]
    return [variant for variant in variants if variant.error is None]


def additional_parts(function: FunctionCases, run: Run) -> list[str]:
    """Name the parts of an answer that no right answer has, where they cost nothing.

    A few names, none of them long; empty where additional keys are wrong.
    """
    if run.outcome.error is not None or "exact keys" in function.contract:
        return []
    if not isinstance(run.outcome.value, dict | list | tuple):
        return []
    found = [
        additional(function.signature, variant.value, run.outcome.value)
        for variant in _accepted(function, run.case)
    ]
    return [name[:MAX_NAME] for name in min(found, key=len)[:MAX_NAMES]]


def agrees(recorded: Outcome, outcome: Outcome) -> bool:
    """Tell whether an outcome is the same as a recorded one, in all its parts.

    Errors agree where their kinds do; messages name sizes and limits.
    """
    if recorded.error is not None or outcome.error is not None:
        return recorded.error == outcome.error
    return _same(recorded.value, outcome.value)


def _same(one: object, other: object) -> bool:
    if isinstance(one, tuple) != isinstance(other, tuple):
        return False
    return not compare_value(one, other, "value", SAME)


def _forms(function: FunctionCases, case: Case, value: object) -> list[object]:
    """Return an answer, also in the solution's form where it came in another.

    An accepted variant may return more values, or as many entries under other
    names in the solution's order; a wrong answer may do the same.
    """
    found, expected = [value], case.expected.value
    for entry in function.entries:
        outcome = case.entries.get(entry.name) if entry.accept else None
        if outcome is None or outcome.error is not None:
            continue
        other = outcome.value
        if (
            isinstance(expected, tuple)
            and isinstance(other, tuple)
            and isinstance(value, tuple)
            and len(value) == len(other) > len(expected)
        ):
            found.append(value[: len(expected)])
        if (
            isinstance(expected, dict)
            and isinstance(other, dict)
            and isinstance(value, dict)
            and len(expected) == len(other)
            and set(value) <= set(other)
            and set(other) != set(expected)
        ):
            names = dict(zip(other, expected, strict=True))
            found.append({names[key]: item for key, item in value.items()})
    return found


def _explains(function: FunctionCases, entry: Entry, run: Run) -> bool:
    """Tell whether a catalogued answer returned the same in one case."""
    recorded = run.case.entries.get(entry.name)
    if recorded is None:
        return False
    if run.right and entry.name in run.case.passed_by:
        return True
    if recorded.error is not None or run.outcome.error is not None:
        return agrees(recorded, run.outcome)
    if not run.right and _same(recorded.value, run.case.expected.value):
        # Its values are right: it is wrong by what else was noticed.
        noticed = [_noticed(outcome) for outcome in (recorded, run.outcome)]
        if noticed[0] != noticed[1]:
            return False
    return any(
        _same(recorded.value, form)
        for form in _forms(function, run.case, run.outcome.value)
    )


def _noticed(outcome: Outcome) -> tuple:
    """Return what was noticed of a call beside its value."""
    shared, aliased = bool(outcome.shared), bool(outcome.aliased)
    return sorted(outcome.changed), shared, aliased, outcome.seeded, outcome.again


def _only_errors(entry: Entry, runs: list[Run]) -> bool:
    """Tell whether nothing but errors speaks for a catalogued answer.

    Many mistakes end in the same kind of error: then the messages decide, but
    for those that have none of their own.
    """
    wrong = [run for run in runs if not run.right]
    return all(run.outcome.error is not None for run in wrong) and any(
        run.outcome.error not in LIMITS
        and run.outcome.message != run.case.entries[entry.name].message
        for run in wrong
    )


def recognise(function: FunctionCases, runs: list[Run]) -> Entry | None:
    """Find the one misconception that explains all that was returned.

    Its recorded outcomes agree in every case at hand; None if no entry's do, or those
    of several.
    """
    if all(run.right for run in runs):
        return None
    matches = [
        entry
        for entry in function.entries
        if entry.wrong
        and all(_explains(function, entry, run) for run in runs)
        and not _only_errors(entry, runs)
    ]
    if matches:
        return matches[0] if len(matches) == 1 else None
    wrong = [run for run in runs if not run.right]
    if function.own_work and all(
        run.outcome.message == text("contract.broken.own_work") for run in wrong
    ):
        return entry_of("own work", function)
    return broken_term(
        function, [run.results for run in wrong], _only_reordered(function, runs)
    )


def _only_reordered(function: FunctionCases, runs: list[Run]) -> bool:
    """Tell whether just those cases are wrong that have keys in another order."""
    reordered = [in_another_order(named_inputs(function, run.case)) for run in runs]
    return any(reordered) and all(
        run.right != other and (run.right or run.outcome.by_order)
        for run, other in zip(runs, reordered, strict=True)
    )


def runs_of(
    function: FunctionCases, outcomes: list[Outcome], relation: Relation | None = None
) -> list[Run]:
    """Compare what a function did in its cases with what is recorded.

    The outcomes are in the order of the cases; `relation` judges the answers where
    equality is the wrong question.
    """
    runs = []
    for i, (case, outcome) in enumerate(zip(function.cases, outcomes)):
        others, elsewhere = [], []
        if relation:
            others = other_answers(function, outcomes, i)
            elsewhere = [
                other.expected.value
                for k, (other, given) in enumerate(zip(function.cases, outcomes))
                if k != i and given.error is None
            ]
        results = best_results(function, case, outcome, relation, others, elsewhere)
        runs.append(Run(case, outcome, results))
    return runs


def other_answers(
    function: FunctionCases, outcomes: list[Outcome], index: int
) -> list[tuple[dict, object]]:
    """Return inputs and answers of a function's other cases, for a relation."""
    return [
        (named_inputs(function, function.cases[i]), outcome.value)
        for i, outcome in enumerate(outcomes)
        if i != index and outcome.error is None
    ]
