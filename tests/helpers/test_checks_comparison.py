"""Comparing answers: what is equal, what is rounding, what is wrong and why."""

import numpy as np
import pytest

from helpers.checks.calls import Outcome, call
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import (
    SAME,
    Rules,
    Signature,
    additional,
    compare,
    compare_value,
)
from helpers.checks.evidence import evidence_of
from helpers.checks.recognition import agrees, best_results
from helpers.checks.values import plain

COLUMN = np.array([[1.0], [2.0]])
MATRIX = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])


@pytest.mark.parametrize(
    ("expected", "returned"),
    [
        (0.5, np.float64(0.5)),
        (0.5, np.array(0.5)),
        (0.5, np.array([0.5])),
        (0.5, np.array([[0.5]])),
        (0.0, 0),
        (0, 0.0),
        (3, np.int32(3)),
        (np.array([[1.0, 0.0]]), np.array([[True, False]])),
        (np.array([[True, False]]), np.array([[1, 0]])),
        (MATRIX, MATRIX * (1 + 1e-12)),
        (MATRIX, MATRIX.astype(np.float32)),
        (np.array([1.0, 1e-17]), np.array([1.0, -3e-18])),
        ([0.5, 0.25], np.array([0.5, 0.25])),
        ((1, 2), [1, 2]),
        ({"a": 1}, {"a": 1, "more": 2}),
        (None, None),
        ("relu", "relu"),
    ],
    ids=repr,
)
def test_equal_answers_are_right(expected, returned):
    """Kinds of number, rounding and extra entries do not make an answer wrong."""
    assert compare_value(expected, plain(returned), "x") == []


@pytest.mark.parametrize(
    ("expected", "returned", "kind"),
    [
        (COLUMN, COLUMN.ravel(), "rank"),
        (COLUMN, COLUMN.T, "shape"),
        (COLUMN, COLUMN + 1e-6, "value"),
        (COLUMN, COLUMN.astype(np.float32) + np.float32(1e-2), "value"),
        (COLUMN, np.array([[1.0], [np.nan]]), "not finite"),
        (COLUMN, np.array([[1.0], [np.inf]]), "not finite"),
        (COLUMN, [[1.0], [2.0, 3.0]], "type"),
        (COLUMN, None, "type"),
        (0.5, np.array([0.5, 0.5]), "shape"),
        (0.5, "0.5", "type"),
        ("relu", "tanh", "value"),
        ({"a": 1}, {}, "missing"),
        ({"a": 1}, 1, "type"),
        ([1, 2], [1], "shape"),
    ],
    ids=repr,
)
def test_wrong_answers_say_of_which_kind(expected, returned, kind):
    """Shapes before values, and NaN or infinity by name."""
    differences = compare_value(expected, returned, "x")

    assert kind == differences[0].kind


def test_extra_return_values_are_ignored():
    """A function may return more than it was asked for."""
    signature = Signature("tuple", ("v", "s"))

    assert all(r.right for r in compare(signature, (1, 2), (1, 2, 3)))
    assert compare(Signature("single", ("Z",)), COLUMN, (COLUMN, "cache"))[0].right


def test_of_very_many_names_some_are_looked_at():
    """Each is compared with all that is known of a function, case by case."""
    looked = 0

    class Counted(str):
        def replace(self, *change):
            nonlocal looked
            looked += 1
            return super().replace(*change)

    returned = {Counted(i): 1 for i in range(5_000)}
    signature = Signature("dict", ("grads",))
    results = compare(signature, {"dW": 1, "db": 2}, returned, SAME)

    assert [len(r.differences) for r in results] == [1] * 102
    assert len(compare_value({}, returned, "x", SAME)) == 100
    assert looked == 200


def test_results_are_right_or_wrong_one_by_one():
    """The elements of a tuple and the entries of one dict are separate results."""
    pair = compare(
        Signature("tuple", ("grads", "cost")), ({"dw": 1}, 2), ({"dw": 1}, 3)
    )
    entries = compare(
        Signature("dict", ("grads",)), {"dW": 1, "db": 2}, {"dW": 1, "db": 3}
    )

    assert [(r.name, r.right) for r in pair] == [("grads", True), ("cost", False)]
    assert [(r.name, r.right) for r in entries] == [
        ('grads["dW"]', True),
        ('grads["db"]', False),
    ]


DICT = Signature("dict", ("parameters",))


def test_what_was_not_asked_for_is_named():
    """Additional keys are noted, and are wrong where keys must be exact."""
    expected = {"W1": COLUMN, "b1": COLUMN}
    returned = {**expected, "A1": COLUMN}

    assert all(r.right for r in compare(DICT, expected, returned))
    assert additional(DICT, expected, returned) == ['parameters["A1"]']
    exact = compare(DICT, expected, returned, Rules(exact=True))
    assert [r.name for r in exact if not r.right] == ['parameters["A1"]']
    nested = compare_value([expected], [returned], "caches", SAME)
    assert [(d.path, d.kind) for d in nested] == [('caches[0]["A1"]', "extra")]


@pytest.mark.parametrize("expected", [{}, {"W1": COLUMN}, (COLUMN,), [COLUMN]])
@pytest.mark.parametrize("returned", [{"W1": COLUMN, "b1": COLUMN}, (COLUMN, COLUMN)])
def test_outcomes_agree_in_both_directions(expected, returned):
    """An answer with other parts than a recorded one is another answer."""
    one, other = Outcome(value=expected), Outcome(value=returned)

    assert not agrees(one, other)
    assert not agrees(other, one)
    assert agrees(one, one) and agrees(other, other)


def test_errors_agree_by_kind():
    """Messages name sizes and limits, which differ from run to run."""
    recorded = Outcome(error="TimeLimit", message="3")

    assert agrees(recorded, Outcome(error="TimeLimit", message="10"))
    assert not agrees(recorded, Outcome(error="Crash"))


def double_of_single(x):
    """Compute in single precision and return double."""
    return np.tanh(np.asarray(x, dtype=np.float32)).astype(np.float64)


def one_off(x):
    """Compute in double precision, slightly wrong."""
    return np.tanh(x) * (1 + 3e-6)


@pytest.mark.parametrize(
    "function, right", [(double_of_single, True), (one_off, False)]
)
def test_single_precision_inside_is_right(function, right):
    """The precision of the computation decides, not the type that is returned."""
    x = np.linspace(0.1, 2, 7)
    case = Case((x,), {}, expected=Outcome(value=np.tanh(x)))
    record = FunctionCases("f", ("x",), Signature("single", ("y",)))

    outcome = call(function, case.args, case.kwargs)

    assert all(r.right for r in best_results(record, case, outcome)) is right


def test_several_results_may_come_in_one_array():
    """Three counts in an array are three results."""
    sizes = Signature("tuple", ("n_x", "n_h", "n_y"))

    assert all(
        result.right for result in compare(sizes, (2, 4, 1), np.array([2, 4, 1]))
    )


def test_a_tuple_of_rows_is_a_matrix():
    """It is one result, and none of its rows an additional one."""
    signature, rows = Signature("single", ("Z",)), ((1.0, 2.0), (3.0, 4.0))

    assert compare(signature, np.array(rows), rows)[0].right
    assert additional(signature, np.array(rows), rows) == []


def test_a_comma_behind_several_results_is_told():
    """All of them came inside a tuple of one element."""
    signature = Signature("tuple", ("Z", "cache"))
    results = compare(signature, (COLUMN, (COLUMN,)), ((COLUMN, (COLUMN,)),))

    said = evidence_of([(results, {})]).cases[0][0]
    assert said.startswith("the returned value is a tuple with one element")


def test_answers_that_are_the_same_to_the_last_bit_are_not_compared(monkeypatch):
    """Nearly all right answers are; to weigh each number takes ten times as long."""
    monkeypatch.setattr("helpers.checks.comparison.close", None)
    numbers = np.array([[0.5, np.nan, np.inf], [-1.0, 3.0, 0.0]])

    assert compare_value(numbers, numbers.copy(), "A") == []
    assert compare_value(numbers, numbers.astype("float32").ravel(), "A") != []
