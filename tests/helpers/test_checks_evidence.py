"""What is said of wrong numbers, and that it is true of them."""

import numpy as np
import pytest

from helpers.checks.comparison import Signature, compare
from helpers.checks.evidence import evidence_of


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
        (0.7, -0.3, "dZ is negative; the expected number is positive"),
        (-0.7, 0.3, "dZ is positive; the expected number is negative"),
        (0.7, 0.0, "dZ is 0; the expected number is not"),
        (WANT, WANT - 5 * WANT**0.5, "some entries of dZ are negative"),
        (WANT, WANT + WANT**2, "every entry of dZ is too large"),
        (WANT, WANT**0.5 / 3, "every entry of dZ is too small"),
        (-WANT, -(WANT**2) - 1, "every entry of dZ is too small"),
        (WANT - 3.5, (WANT - 3.5) ** 3 * 9, "every entry is too far from 0"),
        (WANT - 3.5, np.sign(WANT - 3.5) / 9, "every entry is too near to 0"),
    ],
)
def test_a_direction_is_named_where_all_entries_have_it(expected, returned, sentence):
    """Where no shape, factor, place or amount explains it, the side still helps."""
    text, telling = said(expected, returned)

    assert sentence in text
    assert telling


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
