"""Accepted answers whose dictionary has other keys than the solution's."""

import numpy as np

from autograder.judging import case_mark
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Signature
from helpers.checks.recognition import best_results

OLDER = Entry(name="older names", accept=True)
CASE = Case(
    args=(),
    kwargs={},
    expected=Outcome(value={"dA0": np.ones((2, 1)), "dW1": np.zeros((1, 1))}),
    entries={
        "older names": Outcome(value={"dA1": np.ones((2, 1)), "dW1": np.zeros((1, 1))})
    },
)
FUNCTION = FunctionCases(
    name="back",
    parameters=(),
    signature=Signature("dict", ("grads",)),
    entries=[OLDER],
    cases=[CASE],
)


def mark_of(**grads):
    """Return the mark of an answer with these keys."""
    results = best_results(FUNCTION, CASE, Outcome(value=grads))
    return case_mark(FUNCTION, CASE, results)


def test_either_naming_gets_full_marks():
    """An accepted variant's own names count in the place of the solution's."""
    assert mark_of(dA0=np.ones((2, 1)), dW1=np.zeros((1, 1))) == 1
    assert mark_of(dA1=np.ones((2, 1)), dW1=np.zeros((1, 1))) == 1


def test_wrong_result_costs_its_share_under_either_naming():
    """Names are a matter of taste, values are not."""
    assert mark_of(dA0=np.ones((2, 1)), dW1=np.ones((1, 1))) == 1 / 2
    assert mark_of(dA1=np.ones((2, 1)), dW1=np.ones((1, 1))) == 1 / 2
    assert mark_of(dW1=np.zeros((1, 1))) == 1 / 2
