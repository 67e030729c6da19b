"""Plain values: what may pass, what it is called, and its JSON form."""

import itertools
import json
import math
import warnings
from collections import ChainMap, OrderedDict, UserDict, deque
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest

from helpers.checks.calls import call
from helpers.checks.values import (
    Unreadable,
    Unsupported,
    decode,
    encode,
    leaves,
    plain,
    same_inputs,
)

VALUES = [
    None,
    True,
    7,
    2.5,
    float("nan"),
    float("-inf"),
    "text",
    np.arange(6).reshape(2, 3),
    np.array([[0.1, np.nan], [np.inf, -0.0]]),
    np.float32([1.1, 2.2]),
    np.array([True, False]),
    np.zeros((0, 3)),
    {"W1": np.ones((2, 1)), "n": 3},
    [1, (2.0, "x"), {"a": None}],
]


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_survives_its_json_form(value, compact):
    """Encoding, JSON and decoding give back the value, its dtype and shape."""
    form = json.loads(json.dumps(encode(plain(value), compact=compact)))

    got = decode(form)

    assert repr(plain(value)) == repr(got)
    if isinstance(value, np.ndarray):
        assert (value.dtype, value.shape) == (got.dtype, got.shape)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 1,
        {(1, 2): 3},
        {"x" * 201: 3},
        np.array([object()]),
        np.array([1 + 2j]),
        {1, 2},
        2**70,
        "x" * 100_000_000,
    ],
    ids=[
        "object",
        "function",
        "key",
        "long key",
        "objects",
        "complex",
        "set",
        "int",
        "huge",
    ],
)
def test_what_is_not_plain_is_named_and_refused(value):
    """Nothing but built-in types and numeric arrays can be carried."""
    with pytest.raises(Unsupported, match="answer"):
        plain(value, "answer")


def test_a_value_that_contains_itself_is_refused():
    """A cycle ends in an error, not in endless recursion."""
    value: list = []
    value.append(value)

    with pytest.raises(Unsupported, match="deeply"):
        plain(value)


def test_subclasses_lose_their_powers():
    """An array that equals everything becomes an ordinary array."""

    class Cheat(np.ndarray):
        def __eq__(self, other):
            return True

    cheat = np.zeros(3).view(Cheat)

    assert type(plain(cheat)) is np.ndarray


@pytest.mark.parametrize(
    "form",
    [
        {"array": {"dtype": "object", "shape": [1], "data": [1]}},
        {"array": {"dtype": "float64", "shape": [10**12], "data": []}},
        {"array": {"dtype": "float64", "shape": [-1], "data": []}},
        {"array": {"dtype": "float64", "shape": [2], "base64": "AAAA"}},
        {"array": {"dtype": "float64", "shape": [1], "data": ["x"]}},
        {"pickle": "gASVAAAA"},
        {"function": "helpers.activations.relu"},
        {"sample": {}},
        {"dict": [[[1], 2]]},
        {"dict": [["x" * 201, 2]]},
        {"dict": [[2**70, 2]]},
        {"a": 1, "b": 2},
        [1, 2],
    ],
)
def test_forged_forms_are_refused(form):
    """What no encoder makes is refused; a learner's answer imports nothing."""
    with pytest.raises(Unsupported):
        decode(form)


def test_leaves_are_named_as_one_would_write_them():
    """The path of a leaf is valid Python on the returned value."""
    value = {"A": 1, "caches": [(2, 3)]}

    assert list(leaves(value, "c")) == [
        ('c["A"]', 1),
        ('c["caches"][0][0]', 2),
        ('c["caches"][0][1]', 3),
    ]


def test_inputs_are_the_same_up_to_the_last_bits():
    """Other processors give other last bits; other numbers are other inputs."""
    value = np.array([[0.1, 0.2]])

    assert same_inputs(value, value * (1 + 1e-14))
    assert not same_inputs(value, value * (1 + 1e-6))
    assert not same_inputs(value, value.ravel())


# Of a million digits, which no text of it may ever be made of.
MILLION = 10**1_000_000


class Doubled(float):
    """A number of a class of its own."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (deque([1.0, 2.0]), [1.0, 2.0]),
        (iter((1.0, 2.0)), [1.0, 2.0]),
        (np.array([np.ones(2), [3.0]], dtype=object), [np.ones(2), [3.0]]),
        (UserDict(a=1.0), {"a": 1.0}),
        (MappingProxyType({"a": 1.0}), {"a": 1.0}),
        (ChainMap({"a": 1.0}, {"b": 2.0}), {"b": 2.0, "a": 1.0}),
        (range(3), [0, 1, 2]),
        ((i / 2 for i in range(3)), [0.0, 0.5, 1.0]),
        (map(float, [1, 2]), [1.0, 2.0]),
        ({np.str_("W1"): 1.0, np.int64(2): 2.0}, {"W1": 1.0, 2: 2.0}),
        ({"a": 1}.values(), [1]),
        (OrderedDict(a=1.0), {"a": 1.0}),
        (Fraction(1, 4), 0.25),
        (Fraction(3 * MILLION, MILLION + 1), 3.0),
        (Decimal("0.25"), 0.25),
        (Decimal("1e999999"), math.inf),
        (Decimal("sNaN"), math.nan),
        (2**70, 2.0**70),
        ([-MILLION], [-math.inf]),
        ([2**70, True], [2.0**70, True]),
        (np.longdouble(0.25), np.array(0.25)),
        (np.array([Decimal("0.5"), np.True_], dtype=object), np.array([0.5, 1.0])),
        (np.array([Fraction(1, 4)] * 2), np.array([0.25, 0.25])),
        (Doubled(2.5), 2.5),
        (np.array([1.5, 2], dtype=object), np.array([1.5, 2.0])),
        (np.array([1.0, 2.0], dtype=">f8"), np.array([1.0, 2.0])),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(6.0).reshape(2, 3)),
        (np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
    ],
)
def test_an_answer_is_read_by_value(value, expected):
    """What behaves as numbers, a list or a dict is read as such."""
    got = plain(value, answer=True)
    sent = decode(json.loads(json.dumps(encode(got, compact=True))))

    assert type(sent) is type(expected)
    np.testing.assert_equal(sent, expected)
    if isinstance(expected, np.ndarray):
        assert sent.dtype.isnative


class Sly:
    """Reads as nothing and fails when it is looked at."""

    def __float__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "part", [Sly(), {1.5: 2}, {MILLION: 2}, {1, 2}, 1j, np.array([1j]), print]
)
def test_a_part_that_cannot_be_read_spoils_only_itself(part):
    """The others are judged; what stands there is named by its type."""
    got = plain(({"W": np.ones(2)}, part), answer=True)
    sent = decode(json.loads(json.dumps(encode(got, compact=True))))

    np.testing.assert_equal(sent[0], {"W": np.ones(2)})
    kind = type(part).__name__
    if isinstance(part, np.ndarray):
        kind += " of dtype complex128"
    assert sent[1] == Unreadable(kind)


def test_an_endless_answer_is_refused():
    """A generator that never ends runs out of its budget."""
    with pytest.raises(Unsupported, match="too large"):
        plain((0 for _ in itertools.count()), answer=True)


def test_a_number_that_its_type_cannot_hold_makes_no_noise():
    """A forged answer says nothing on the grader's terminal."""
    form = {"array": {"dtype": "float16", "shape": [1], "data": [1e300]}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent = decode(form)

    assert np.isinf(sent).all()


def test_an_array_that_came_through_a_pipe_may_be_resized():
    """As what a function of the learner's own returns, for which it may stand."""
    array = decode(encode(np.arange(6.0).reshape(2, 3), compact=True))

    array.resize((3, 3), refcheck=False)

    assert array.tolist() == [[0, 1, 2], [3, 4, 5], [0, 0, 0]]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (np.unique(["b", "a", "b"]), ["a", "b"]),
        (np.array("a"), "a"),
        ({"names": np.array(["a"])}, {"names": ["a"]}),
        (np.array([], dtype=str), []),
    ],
)
def test_an_array_of_texts_is_a_list_of_them(value, read):
    """An answer by np.unique is as right as one by a loop."""
    outcome = call(lambda: value, (), {})

    assert outcome.value == read


def test_a_great_array_of_texts_is_refused():
    outcome = call(lambda: np.zeros(10**6, dtype="U1"), (), {})

    assert outcome.error == "Unsupported" or isinstance(outcome.value, Unreadable)
