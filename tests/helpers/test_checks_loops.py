"""Loops of a wrong answer that reach a part of an array."""

import linecache

import numpy as np
import pytest

from helpers.checks.calls import call
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Signature
from helpers.checks.loops import loops_of
from helpers.checks.recognition import runs_of

X = np.array([[1.0, -2.0, 3.0, -4.0], [2.0, 5.0, -6.0, 7.0]])


def remarks(body):
    """Return the remarks on a function of X that should return its absolute values."""
    source = f"def f(X):\n    {body}\n"
    name = f"<loop {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"np": np, "rows": 1}
    exec(compile(source, name, "exec"), namespace)
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)))
    for inputs in (X[:, :1], X):
        case = Case((inputs,), {})
        case.expected.value = abs(inputs)
        record.cases.append(case)
    outcomes = [call(namespace["f"], case.args, {}) for case in record.cases]
    return loops_of(namespace["f"], record, runs_of(record, outcomes))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "Z = np.zeros(X.shape)\n    for i in range(X.shape[0]):\n"
            "        if i < X.shape[1]: Z[:, i] = abs(X[:, i])\n    return Z",
            "In case 2 the loop over `range(X.shape[0])` reaches 2 of the 4 columns",
        ),
        (
            "Z = np.zeros(X.shape)\n    for i in range(1, len(X)):\n"
            "        Z[i] = abs(X[i])\n    return Z",
            "In case 1 the loop over `range(1, len(X))` reaches 1 of the 2 rows of `Z`",
        ),
        (
            "Z = np.zeros(X.shape)\n    for i in range(rows):\n"
            "        for j in range(X.shape[1]):\n"
            "            Z[i, j] = abs(X[i, j])\n    return Z",
            "`range(rows)` reaches 1 of the 2 rows of `Z`",
        ),
    ],
)
def test_a_loop_that_leaves_out_a_part_is_named_with_the_numbers(body, said):
    """The numbers are those of the first wrong case; what is filled comes first."""
    (found,) = remarks(body)

    assert said in found


@pytest.mark.parametrize(
    "body",
    [
        # All is reached, and something else is wrong.
        "Z = np.zeros(X.shape)\n    for i in range(X.shape[1]):\n"
        "        Z[:, i] = X[:, i]\n    return Z",
        # The rest is reached by another index.
        "Z = np.zeros(X.shape)\n    for i in range(1, X.shape[1]):\n"
        "        Z[:, i] = X[:, i] + X[:, i - 1]\n"
        "        Z[:, i - 1] = 1\n    return Z",
        # At the end the name means another array.
        "Z = np.zeros((2, 1))\n    for i in range(Z.shape[1]):\n"
        "        Z[:, i] = 1\n    Z = np.zeros(X.shape)\n    return Z",
        # How far the loop went is not known at the end.
        "n = 4\n    Z = np.zeros(X.shape)\n    for i in range(min(n, X.shape[1])):\n"
        "        Z[:, i] = 1\n    n = 1\n    return Z",
        # The loop did not run.
        "Z = np.zeros(X.shape)\n    if X.ndim == 1:\n"
        "        for i in range(1, X.shape[1]):\n"
        "            Z[:, i] = X[:, i]\n    return Z",
        # The names are those of another function.
        "def g(X):\n        Z = 0\n        for i in range(len(X) - 1):\n"
        "            Z = Z + X[i]\n        return Z\n    return g(X[:1])",
        # `None` adds an axis.
        "Z = np.zeros(X.shape)\n    for i in range(len(X)):\n"
        "        Z[i] = X[None, i]\n    return Z",
        "return X + undefined",
        "return X",
    ],
)
def test_nothing_is_said_of_a_loop_that_reaches_all_or_is_not_known(body):
    """A remark is certain, or there is none."""
    assert remarks(body) == []
