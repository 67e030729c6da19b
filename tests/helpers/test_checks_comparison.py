"""Comparing answers: what is equal, what is rounding, what is wrong and why."""

import numpy as np
import pytest

from helpers.checks.calls import Outcome, call
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import (
    SAME,
    Difference,
    Result,
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


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (-MATRIX, "every sign"),
        (MATRIX / 3, "0.333333 times the expected one; one divided by that"),
        (MATRIX * 0.8, "0.8 times the expected one; and keep_prob is 0.8"),
        (MATRIX * 1.37, "1.37 times"),
        (MATRIX.T, "rows and columns are swapped; the numbers themselves are right"),
        (MATRIX + 2, "by the same amount, 2"),
        (MATRIX + np.array([[1.0], [2.0]]), "each row is off"),
        (MATRIX + np.array([[1.0, 2.0, 5.0]]), "each column is off"),
        (np.zeros((2, 3)), "every entry of A is 0"),
        (np.full((2, 3), 4.0), "all entries are equal"),
        (MATRIX[:, ::-1].copy(), "another order"),
        (MATRIX * (1 + 1e-5), "nearly right"),
        (MATRIX.mean(axis=1, keepdims=True), "axis 1 was reduced"),
        (MATRIX + np.array([[0, 0, 0], [0, 3.0, 1]]), "only row 1"),
        (np.where(MATRIX > 6, np.nan, MATRIX), "NaN"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_evidence_says_what_is_true_of_the_difference(returned, said):
    """Sign, ratio, axis, offset, order and place are recognised and named."""
    results = compare(Signature("single", ("A",)), MATRIX, returned)

    evidence = evidence_of(results, {"X": MATRIX, "keep_prob": 0.8})

    assert said in " ".join(evidence.sentences)
    assert evidence.telling


def test_evidence_of_hidden_cases_names_no_number_of_them():
    """Neither what was returned nor what was expected is written out."""
    secret = np.array([[123.456, 1.0], [2.0, 3.0]])
    results = compare(Signature("single", ("A",)), secret, secret + np.eye(2))

    said = " ".join(evidence_of(results, {"X": secret}, numbers=False).sentences)

    assert "123" not in said
    assert "124" not in said
    assert "A[0, 0]" in said


def test_evidence_of_a_relation_is_its_reason_alone():
    """A relation judges a result as a whole, so no leaves are counted."""
    difference = Difference("parts", "relation", "part 2 is empty", None)
    wrong = Result("parts", [difference], [np.zeros(1)] * 8)

    assert evidence_of([wrong], {}).sentences == ["parts: part 2 is empty"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("it is 2, expected 0.14", "it is 2, expected …"),
        ("it is 3.1e-05, expected 1", "it is …, expected …"),
        ("it is 0.5, so one below 1e-6 was expected", "it is …, so one below … was"),
        ("2 mini-batches, expected 5", "2 mini-batches, expected …"),
        ("D1 has shape (2, 3), expected (2, 4)", "shape (2, 3), expected (2, 4)"),
    ],
)
def test_a_relation_names_no_number_of_a_hidden_case(reason, said):
    """What was expected, and fractions such as keep_prob, stay hidden."""
    wrong = Result("parts", [Difference("parts", "relation", reason, None)])

    assert said in evidence_of([wrong], {}, numbers=False).sentences[0]
    assert evidence_of([wrong], {}).sentences == [f"parts: {reason}"]


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
