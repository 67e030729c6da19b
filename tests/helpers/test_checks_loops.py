"""Loops of a wrong answer that reach a part of an array."""

import linecache

import numpy as np
import pytest

from helpers.checks.calls import Outcome, call
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Signature
from helpers.checks.evidence import evidence_of
from helpers.checks.loops import loops_in_cells, loops_of
from helpers.checks.recognition import Run, runs_of
from helpers.checks.report import evidence_of_runs, hint_for, is_looped, question_for

X = np.array([[1.0, -2.0, 3.0, -4.0], [2.0, 5.0, -6.0, 7.0]])


def remarks(body):
    """Return the remarks on a function of X that should return its absolute values.

    At work, and where only the text of the cell is known.
    """
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
    runs = runs_of(record, outcomes)
    return (
        loops_of(namespace["f"], record, runs),
        loops_in_cells("f", ["rows = 1", source], record, runs),
    )


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
    (at_work,), by_text = remarks(body)

    assert said in at_work
    # A variable from outside may have any value by then.
    assert by_text == ([] if "rows" in body else [at_work])


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
        # So it is before the loop, or by another name in it.
        "Z = np.zeros(X.shape)\n    Z[:, 0] = X[:, 0]\n"
        "    for i in range(1, X.shape[1]):\n"
        "        Z[:, i] = X[:, i]\n    return Z",
        "Z, best = X, 0\n    for i in range(1, len(X)):\n"
        "        best = max(best, Z[i, 0] - Z[best, 0])\n    return Z + best",
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
    assert remarks(body) == ([], [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a, b = X.shape\n    Z = np.zeros((a, b))", "range(b - 1)"),
        ("b = len(X.T)\n    Z = np.zeros_like(X)", "range(1, 2 * b // 2)"),
        ("Z = np.random.randn(X.shape[0], X.shape[1])", "range(-1 + X.shape[1])"),
    ],
)
def test_sizes_are_followed_in_the_text_of_a_cell(body, said):
    """Unpacked shapes, lengths, arrays made of them, and whole numbers."""
    loop = f"for i in range{said.removeprefix('range')}: Z[:, i] = abs(X[:, i])"
    at_work, by_text = remarks(f"{body}\n    {loop}\n    return Z")

    assert by_text == at_work
    assert f"`{said}` reaches 0 of the 1 columns" in by_text[0]


@pytest.mark.parametrize(
    "body",
    [
        "n = 10**10\n    Z = np.zeros(n)\n    for i in range(1, n): Z[i] = 1",
        "Z = np.zeros((10**6, 10**6))\n    for i in range(1, len(Z)): Z[i] = 1",
        "n = 'a' * 10**10\n    Z = X\n    for i in range(1, len(n)): Z[i] = 1",
        "Z = np.zeros(-3)\n    for i in range(1, 2): Z[i] = 1",
        "Z = np.ones(10**10).cumsum()\n    for i in range(1, 5): Z[i] = 1",
        "Z = X\n    for i in range(1, X): Z[i] = 1",
    ],
)
def test_the_text_of_a_loop_costs_nothing(body):
    """Whatever it asks for: nothing of it is made."""
    record = FunctionCases(
        "f", ("X",), Signature("single", ("Z",)), cases=[Case((X,), {})]
    )
    record.cases[0].expected.value = X
    outcome = call(lambda X: 2 * X, (X,), {})
    runs = runs_of(record, [outcome])

    assert loops_in_cells("f", [f"def f(X):\n    {body}\n"], record, runs) == []


INNER = "def inner(X):\n    while X: X = X - 1\n    return X\n"


@pytest.mark.parametrize(
    ("body", "looped"),
    [
        ("return X", False),
        ("return [x for x in X]", True),
        ("return inner(X)", True),
        ("return f(X)", False),
    ],
)
def test_only_an_answer_with_a_loop_is_asked_about_one(body, looped):
    """Its own, or that of a function that it calls; told from the text, too."""
    source = f"{INNER}def f(X):\n    {body}\n"
    name = f"<looped {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {}
    exec(compile(source, name, "exec"), namespace)
    run = Run(Case((X,), {}), Outcome(error="TimeLimit"), [])
    question = question_for([run], evidence_of([]), looped)

    assert is_looped(namespace["f"], "f") is looped
    assert is_looped([source], "f") is looped
    assert ("loop" in question) is looped


def test_a_hint_about_a_loop_is_not_given_where_there_is_none():
    """The general question stands in its place."""
    entry = Entry("late", hint="How often does your loop run?")
    case = Case((X,), {})
    case.expected.value = X
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)), cases=[case])
    runs = runs_of(record, [call(lambda X: 2 * X, (X,), {})])
    evidence = evidence_of_runs(record, runs)

    assert hint_for(entry, runs, evidence, True) == entry.hint
    assert "loop" not in hint_for(entry, runs, evidence, False)
