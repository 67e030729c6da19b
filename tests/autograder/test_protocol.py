"""Whatever a learner's process sends is read, within bounds, and never raises."""

import json

import pytest

from autograder.protocol import read_answer, read_outcome

DEEP = json.loads("[" * 800 + "]" * 800)
ODD = [None, True, -1, 10**400, 1.5, float("nan"), "x" * 10_000, {}, DEEP]
ARRAY = {"dtype": "float64", "shape": [1], "base64": "AAAAAAAAAAA="}


@pytest.mark.parametrize("odd", ODD, ids=lambda value: type(value).__name__)
def test_texts_are_texts(odd):
    """In the place of a name, a message or a note."""
    form = {"failed": odd}
    error = {"error": odd, "message": odd, "line": odd, "again": odd, "changed": [odd]}
    kinds = [read_answer({"kind": odd}, 1).kind, read_answer(odd, 1).kind]
    outcomes = [read_outcome(form), read_outcome(error), read_outcome({"value": odd})]

    assert [kind for kind in kinds if len(kind) > 60] == []
    for outcome in outcomes:
        texts = [outcome.error or "", outcome.message, outcome.again, *outcome.changed]
        assert [t for t in texts if not isinstance(t, str) or len(t) > 300] == []


@pytest.mark.parametrize("key", ARRAY)
@pytest.mark.parametrize(
    "odd", [*ODD, "object", "U9", "<f8", [["a", "f8"]], [-1], [2**70], [0] * 70, [True]]
)
def test_what_is_no_array_is_lost(key, odd):
    """Whatever stands in the place of its type, shape or numbers."""
    outcome = read_outcome({"value": {"array": {**ARRAY, key: odd}}})

    assert outcome.error == "Lost"
