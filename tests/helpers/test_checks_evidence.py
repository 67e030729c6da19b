"""What is said of wrong numbers, and that it is true of them."""

import numpy as np
import pytest

from helpers.checks.advice import advice_on
from helpers.checks.comparison import Signature, compare
from helpers.checks.evidence import common_evidence, evidence_of


def said(expected, returned, **inputs):
    """Return the sentences about one wrong result, and whether they tell anything."""
    results = compare(Signature("single", ("dZ",)), expected, returned)
    evidence = evidence_of(results, inputs, numbers=False)
    return "; ".join(evidence.sentences), evidence.telling


WANT = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 7.0]])


@pytest.mark.parametrize(
    ("expected", "returned", "sentence"),
    [
        (0.7, 0.9, "dZ is too large"),
        (0.7, 0.6, "dZ is too small"),
        (WANT, WANT + WANT**2, "every entry of dZ is too large"),
        (WANT, WANT**0.5 / 3, "every entry of dZ is too small"),
        (-WANT, -(WANT**2) - 1, "every entry of dZ is too small"),
        (WANT - 3.5, (WANT - 3.5) ** 3 * 9, "every entry is too far from 0"),
        (WANT - 3.5, np.tanh(WANT - 3.5) / 9, "every entry is too near to 0"),
    ],
)
def test_a_direction_is_named_but_explains_nothing(expected, returned, sentence):
    """Where no shape, factor, place or amount is found, the side is a comfort."""
    text, telling = said(expected, returned)

    assert sentence in text
    assert not telling


SQUARE = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 7.0], [5.0, 1.5, 0.25]])
B = np.array([[0.3], [0.7], [-0.4]])
W = np.array([[1.3, -0.2, 0.6], [0.9, 2.2, -0.1], [0.8, -3.1, 1.7]])


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (-SQUARE, "every sign"),
        (SQUARE - 5 * SQUARE**0.5, "some entries of dZ are negative"),
        (SQUARE + B, "too large by exactly the input b"),
        (SQUARE - B, "too small by exactly the input b"),
        (SQUARE + 0.3 * W, "by a constant times the input W"),
        (0.3 * W, "is a constant times the input W"),
        (SQUARE * W, "multiplied by the input W"),
        (SQUARE / W, "divided by the input W"),
        (SQUARE**2, "the square of the expected value"),
        (np.sqrt(SQUARE), "the square root of"),
        (1 / SQUARE, "one divided by the expected value"),
        (np.floor(SQUARE), "rounded down to a whole number"),
        (SQUARE * np.array([[1.0], [2.0], [3.0]]), "each row is off by a factor"),
        (SQUARE.mean(axis=0, keepdims=True) + np.zeros((3, 1)), "all rows of dZ"),
        (np.where(W < 0, 9, SQUARE), "wrong exactly where W is negative"),
        (SQUARE + 2 * np.eye(3) * SQUARE, "only the entries on the diagonal"),
        (np.where(np.eye(3), SQUARE, SQUARE**3 + 2), "the diagonal is right"),
        (SQUARE * [[1], [1], [2.5]] + [[0], [0], [1]], "only row 2 is wrong"),
        (SQUARE + 5.0 * (SQUARE == 7), "only the entry at [1, 2]"),
        (SQUARE + W**2 * [0, 1, 1], "the columns before column 1"),
        ((SQUARE > 2) * 1.0, "holds only 0 and 1"),
        (SQUARE * 2.5, "2.5 times the expected one"),
    ],
)
def test_what_explains_a_difference_is_said(returned, sentence):
    """Terms, factors, functions and places: each is true of the numbers."""
    text, telling = said(SQUARE, returned, W=W, b=B)

    assert sentence in text
    assert telling


@pytest.mark.parametrize(
    ("expected", "returned", "sentence"),
    [
        (0.7, -0.3, "dZ is negative; the expected number is positive"),
        (-0.7, 0.3, "dZ is positive; the expected number is negative"),
        (0.7, 0.0, "dZ is 0; the expected number is not"),
        (0.7, -0.7, "the right size and the wrong sign"),
    ],
)
def test_a_number_on_the_wrong_side_of_zero_is_said_so(expected, returned, sentence):
    """A sign that cannot be is a finding."""
    text, telling = said(expected, returned)

    assert sentence in text
    assert telling


@pytest.mark.parametrize(
    ("names", "wrong", "sentence"),
    [
        (["dW1", "db1", "dW2", "db2"], ["dW2", "db2"], "except in the last layer, 2"),
        (["dW1", "db1", "dW2", "db2"], ["dW1", "db1"], "belongs to layer 1"),
        (["dW1", "dW2", "dW3"], ["dW1", "dW2"], "wrong up to layer 2"),
        (["dW1", "db1", "dW2", "db2"], ["db1", "db2"], "only this is wrong: db"),
        (["dA", "dW", "db"], ["dW"], 'grads["dW"] alone is wrong'),
    ],
)
def test_wrong_results_that_belong_together_are_named_as_one(names, wrong, sentence):
    """The layer, the sort or the one result that is wrong leads to the line."""
    expected = {name: WANT for name in names}
    returned = {name: WANT**3 - 2 * (name in wrong) for name in names}
    returned |= {name: WANT for name in names if name not in wrong}

    results = compare(Signature("dict", ("grads",)), expected, returned)

    assert sentence in " ".join(evidence_of(results, {}, numbers=False).sentences)


def test_what_one_number_is_off_by_may_be_an_accident():
    """Some input often has just that value; nothing is said of it."""
    text, telling = said(np.array([[0.7]]), np.array([[1.2]]), b=np.array([[0.5]]))

    assert "input" not in text
    assert not telling


def test_results_without_layers_are_of_no_sort():
    """Of three results two are wrong: that is a list and no pattern."""
    expected = (WANT, WANT + 1, WANT + 2)
    returned = (WANT, WANT**3, WANT**3 - 2)
    results = compare(Signature("tuple", ("v", "s", "t")), expected, returned)

    assert "of every layer" not in " ".join(evidence_of(results, {}).sentences)


def test_one_factor_in_three_cases_is_no_accident():
    """A single wrong number tells nothing of a factor; three of them do."""
    wrong = [
        compare(Signature("single", ("cost",)), want, 1.7 * want)[0].differences
        for want in (0.3, 1.9, 4.4)
    ]

    assert common_evidence(wrong[:2]).sentences == []
    assert "1.7 times" in common_evidence(wrong).sentences[0]


@pytest.mark.parametrize(
    ("error", "message", "advice"),
    [
        ("ValueError", "matmul: Input operand 1 has a mismatch in its core", "factor"),
        ("ValueError", "operands could not be broadcast together", "shapes do not fit"),
        ("KeyError", "'secret'", "letter by letter"),
        ("TypeError", "'NoneType' object is not subscriptable", "something is None"),
        ("UnboundLocalError", "", "before anything was assigned"),
        ("AxisError", "axis 1 is out of bounds", "axis"),
    ],
)
def test_an_exception_is_translated_into_advice(error, message, advice):
    """What it usually means, and never a word of its own message."""
    said = advice_on(error, message)

    assert advice in said
    assert "secret" not in said
    assert advice_on("LearnersOwnError", message) is None


def test_what_a_factor_of_a_hidden_case_is_called_has_no_number():
    """Its name is enough to find it; the number of the case stays hidden."""
    text, _ = said(SQUARE, SQUARE * 0.4, keep_prob=0.4)

    assert "times the expected one; and keep_prob is just that in this" in text


def test_no_direction_is_named_where_entries_differ_in_it():
    """Entries on both sides have nothing of the kind in common."""
    returned = np.array([[2.0, 1.0, 5.0], [2.5, 0.75, 6.0]])

    text, telling = said(WANT, returned)

    assert "every entry" not in text
    assert not telling


def test_an_input_that_came_back_is_named():
    """Handing back what came in is the first thing to be told."""
    cache = {"A1": WANT + 1, "Z1": WANT}
    text, telling = said(WANT * WANT, WANT, Y=WANT * 3, cache=cache)

    assert 'dZ is the same as the input cache["Z1"]' in text
    assert telling


def test_zeros_and_ones_are_nobodys_input():
    """Labels may come about by accident; they are not taken for an input."""
    Y = np.array([[0.0, 1.0, 0.0]])

    text, _ = said(np.array([[0.2, 0.6, 0.4]]), Y, Y=Y)

    assert "input" not in text
