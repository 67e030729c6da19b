"""Marks where a relation judges, not equality."""

import numpy as np

from autograder.judging import earning_results
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Signature


def _record(relation):
    X = np.array([[1.0], [2.0]])
    function = FunctionCases(
        "parts", ("X",), Signature("single", ("parts",)), relation=relation
    )
    case = Case((X,), {}, expected=Outcome(value=[X.copy()]), stub=Outcome(value=None))
    return earning_results(function, case)


def test_an_answer_that_equals_an_input_earns_nothing_by_equality():
    """Handing an input back is not worth a mark."""
    assert _record("") == set()


def test_an_answer_that_equals_an_input_may_earn_under_a_relation():
    """The only part of a single example is that example, and the relation knows."""
    assert _record("helpers.relations.mini_batches") == {"parts"}


def test_a_case_that_changes_is_asked_anew():
    """What can be earned is kept for each case as long as that stays what it is."""
    X = np.array([[1.0], [2.0]])
    function = FunctionCases("parts", ("X",), Signature("single", ("parts",)))
    case = Case((X,), {}, expected=Outcome(value=X), stub=Outcome(value=None))

    before = earning_results(function, case)
    case.expected = Outcome(value=X + 1)

    assert (before, earning_results(function, case)) == (set(), {"parts"})
