"""What learners are told of wrong attempts: it helps, and it is true."""

import random
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.sources import read_source
from autograder.quality.attempts import attempts_of
from autograder.quality.claims import check_statements
from autograder.quality.mutation import mutate
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Rules, Signature, compare
from helpers.checks.evidence import evidence_of
from helpers.checks.recognition import Run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SOURCES = {path.stem: path for path in sorted(ROOT.glob("source/*/*.ipynb"))}


def test_there_are_enough_attempts():
    """A share of a few attempts would say nothing."""
    attempts = [
        attempt
        for path in SOURCES.values()
        for attempt in attempts_of(ROOT, read_source(path))
    ]

    assert len(attempts) >= 1000


@pytest.mark.parametrize("notebook", ["building_blocks", "softmax_regression"])
def test_most_attempts_get_help_and_none_is_told_something_untrue(notebook):
    """A seeded sample; `make quality` measures all of them."""
    source = read_source(SOURCES[notebook])
    attempts = [one[:3] for one in attempts_of(ROOT, source)]
    chosen = random.Random(7).sample(attempts, 25)

    name = chosen[0][0]
    broken = (name, "an open bracket", f"def {name}(:\n    return 1\n")
    told = list(mutate(ROOT, source.assignment, notebook, answers=[*chosen, broken]))
    # They come as they are ready, not in the order in which they were given.
    (last,) = [item for item in told if item.change == broken[1]]
    told.remove(last)

    assert last.kind == "cell" and f"`{name}` stopped" in last.sentence
    assert [item.untrue for item in told if item.untrue] == []
    wrong = [item for item in told if item.state == "wrong"]
    assert len(wrong) >= 23
    assert sum(bool(item.kind) for item in wrong) >= 0.85 * len(wrong)
    for item in wrong:
        assert "Think: " in item.sentence, item.change
        assert "Read again: " in item.sentence, item.change
        assert "?," not in item.sentence
        assert "gufunc" not in item.sentence


def checked(relations, facts=()):
    """Check statements about two small wrong cases; the second is not doubled."""
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)))
    runs = []
    for X, times in ((np.array([[1.0, 2.0], [3.0, 5.0]]), 2), (np.eye(2) + 0.5, 3)):
        case = Case((X,), {}, expected=Outcome(value=X))
        outcome = Outcome(value=times * X)
        results = compare(record.signature, X, outcome.value)
        runs.append(Run(case, outcome, results))
    return check_statements(record, runs, relations, facts)


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("all values of Z are the expected ones times one number (from case to case: "
         "2, 3)", True),
        ("every value of Z is 2 times the expected one", False),
        ("every sign of Z is wrong; the absolute values are right", False),
        ("Z is the same as the input X", False),
        ("Z differs from the expected value by a multiple of the input X: does its "
         "term have the right factor and sign?", True),
        ("only row 1 of Z is wrong", False),
        ("the numbers of Z are right, but in another order", False),
    ],
)  # fmt: skip
def test_the_second_checker_finds_untrue_statements(sentence, true):
    """It computes each claim anew from the two arrays of every case."""
    found = checked([sentence])

    assert (found.true, len(found.untrue)) == ((1, 0) if true else (0, 1))


def test_the_second_checker_looks_at_facts_too():
    """The place and both numbers of a first difference."""
    good = "all 4 entries of Z are wrong; Z[0, 0]: you returned 2, expected 1"
    bad = "all 4 entries of Z are wrong; Z[0, 0]: you returned 2, expected 4"

    assert checked([], [[good], []]).true == 1
    assert checked([], [[bad], []]).untrue == [bad]


@pytest.mark.parametrize(
    ("place", "value", "true"),
    [
        ("Z1[0, 1] in cache", 3, True),
        ("Z1[0, 1] in cache", 2, False),
        ("x[1]", 7, True),
    ],
)
def test_the_second_checker_finds_entries_of_inputs(place, value, true):
    """Also of an element of a tuple, which sentences call by its name."""
    record = FunctionCases("f", ("x", "cache"), Signature("single", ("J",)))
    record.parts = {"cache": ("Z1", "A1")}
    inputs = (np.array([5.0, 7.0]), (np.array([[2.0, 3.0]]), np.zeros((1, 2))))
    returned = np.nan
    results = compare(record.signature, 5.0, returned)
    case = Case(inputs, {}, expected=Outcome(value=5.0))
    run = Run(case, Outcome(value=returned), results)

    found = check_statements(record, [run], [], [[f"{place} is {value} there"]])

    assert (found.true, len(found.untrue)) == ((1, 0) if true else (0, 1))


@pytest.mark.parametrize(
    ("said", "true"),
    [
        ("NaN (not a number), first at Z[0, 1]", True),
        ("infinity, first at Z[0, 1]", False),
        ("infinity, first at Z[0, 2]", False),
        ("NaN (not a number), first at Z[0, 0]", False),
    ],
)
def test_the_second_checker_tells_nan_from_infinity(said, true):
    """At the first place of either."""
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)))
    expected, returned = np.ones((1, 3)), np.array([[2.0, np.nan, np.inf]])
    results = compare(record.signature, expected, returned)
    case = Case((np.eye(2),), {}, expected=Outcome(value=expected))
    run = Run(case, Outcome(value=returned), results)
    found = check_statements(record, [run], [], [[f"Z contains {said}"]])

    assert (found.true, len(found.untrue)) == ((1, 0) if true else (0, 1))


@pytest.mark.parametrize(
    ("returned", "true"),
    [
        (np.nan, ["the value of J is NaN (not a number)"]),
        (np.ones(3), ["J has shape (3,); expected a single number"]),
        (False, ["J: you returned False, expected 5"]),
    ],
)
def test_a_number_has_no_brackets_and_no_first_place(returned, true):
    """What a check says of it, and that it holds."""
    record = FunctionCases("f", ("x",), Signature("single", ("J",)))
    results = compare(record.signature, 5.0, returned)
    run = Run(
        Case((2.0,), {}, expected=Outcome(value=5.0)), Outcome(value=returned), results
    )

    assert evidence_of([(results, {})]).cases[0] == true
    assert check_statements(record, [run], [], [true]).true == 1


def test_the_second_checker_sees_a_comma_at_the_end_of_a_line():
    """A tuple of one element is not what was asked for; of more the first counts."""
    record = FunctionCases("f", ("x",), Signature("single", ("J",)))
    sentence = "J is a tuple with one element: is there a comma at the end of a line?"
    found = []
    for value in ((6.0,), (6.0, 7.0)):
        outcome = Outcome(value=value)
        results = compare(record.signature, 5.0, value)
        run = Run(Case((2.0,), {}, expected=Outcome(value=5.0)), outcome, results)
        found.append(check_statements(record, [run], [], [[sentence]]))

    assert (found[0].true, found[0].untrue) == (1, [])
    assert found[1].untrue == [sentence]


def test_the_second_checker_counts_names_that_are_not_listed():
    """Of many results the first six are named, and the rest counted."""
    names = tuple("ABCDEFGH")
    record = FunctionCases("f", ("X",), Signature("tuple", names))
    expected = tuple(np.full(3, i + 1.5) for i in range(8))
    outcome = Outcome(value=(expected[0] * 3, *expected[1:]))
    results = compare(record.signature, expected, outcome.value)
    run = Run(
        Case((np.eye(2),), {}, expected=Outcome(value=expected)), outcome, results
    )
    good, bad = ([f"right: B, C, D, E, F, G and {n} more"] for n in (1, 2))

    assert check_statements(record, [run], [], [good]).true == 1
    assert check_statements(record, [run], [], [bad]).untrue == bad


def test_the_second_checker_reads_keys_that_hold_a_comma():
    """A list that was formatted into a key, as ``W[5, 4, 3]``."""
    record = FunctionCases("f", ("X",), Signature("dict", ("parameters",)))
    expected = {"W1": np.full(3, 1.5), "b1": np.full(3, 2.5)}
    outcome = Outcome(value={"W[5, 4]": expected["W1"], "b1": expected["b1"]})
    results = compare(record.signature, expected, outcome.value, Rules(True))
    run = Run(
        Case((np.eye(2),), {}, expected=Outcome(value=expected)), outcome, results
    )
    names = [result.name for result in results if result.differences]
    assert any(", " in name for name in names)
    said = [f"wrong: {', '.join(names)}"]

    assert check_statements(record, [run], [], [said]).true == 1
    said = [f"wrong: {', '.join(names[::-1])}"]
    assert check_statements(record, [run], [], [said]).untrue == said
