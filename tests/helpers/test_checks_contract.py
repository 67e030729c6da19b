"""Contracts: what a call shows beyond its value, and what that costs."""

import functools
import importlib
import sys
import types
from dataclasses import replace

import numpy as np
import pytest

from helpers import activations
from helpers.activations import sigmoid
from helpers.checks.calls import Asked, call
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Signature
from helpers.checks.contract import TERMS, contract_line, in_another_order
from helpers.checks.recognition import Run, best_results, recognise
from helpers.strings import text


def double(P):
    """Return the doubled entries."""
    return {name: 2.0 * value for name, value in P.items()}


def normal(P):
    """Return a matrix of random numbers, and zeros."""
    return {"W": np.random.randn(3, 2), "b": np.zeros((3, 1))}


def run_of(function, reference, terms, *args, callees=(), rng=None):
    """Judge a function by what a reference returns, under a contract."""
    inputs = {"P": {"W": np.arange(6.0).reshape(3, 2), "b": np.ones((3, 1))}}
    asked = Asked(("P",), terms, callees)
    case = Case(args=(inputs["P"],), kwargs={}, rng=rng)
    case.expected = call(reference, case.args, {}, asked, rng=rng)
    record = FunctionCases(
        "f", ("P",), Signature("dict", ("parameters",)), contract=tuple(terms)
    )
    record.cases = [case]
    outcome = call(function, case.args, {}, asked, rng=rng)
    return record, Run(case, outcome, best_results(record, case, outcome))


def wrong_parts(run):
    """Return the names of the results that are wrong."""
    return [result.name for result in run.results if not result.right]


def in_place(P):
    for value in P.values():
        value *= 2.0
    return P


def rebound(P):
    for name in P:
        P[name] = 2.0 * P[name]
    return P


def shallow(P):
    P = dict(P)
    for value in P.values():
        value *= 2.0
    return P


def one_array(P):
    whole = np.zeros(9)
    whole[:6], whole[6:] = np.arange(0.0, 12.0, 2.0), 2.0
    return {"W": whole[:6].reshape(3, 2), "b": whole[6:].reshape(3, 1)}


def overlapping(P):
    b = np.full((3, 1), 2.0)
    return {"W": np.arange(0.0, 12.0, 2.0).reshape(3, 2), "b": b, "c": b}


def whole_numbers(P):
    return {name: (2 * value).astype(int) for name, value in P.items()}


@pytest.mark.parametrize(
    ("function", "term", "parts"),
    [
        (in_place, "leaves inputs", ["input P"]),
        (rebound, "leaves inputs", ["input P"]),
        (shallow, "leaves inputs", ["input P"]),
        (
            in_place,
            "independent results",
            ['parameters["W"]', 'parameters["b"]'],
        ),
        (overlapping, "independent results", ['parameters["c"]']),
        (whole_numbers, "float", ['parameters["W"]', 'parameters["b"]']),
        (overlapping, "exact keys", ['parameters["c"]']),
    ],
)
def test_a_broken_term_costs_what_it_spoils_and_is_named(function, term, parts):
    """The values are right; without the term the answer is right as a whole."""
    record, run = run_of(function, double, [term])

    assert wrong_parts(run) == parts
    assert recognise(record, [run]).name == text(
        f"contract.name.{term.replace(' ', '_')}"
    )
    assert run_of(function, double, [])[1].right


def test_parts_of_one_array_that_do_not_overlap_are_independent():
    """Only common elements count, not a common owner."""
    assert run_of(one_array, double, ["independent results"])[1].right


def seeded(P):
    np.random.seed(3)
    return normal(P)


def calls_seeded(P):
    return seeded(P)


def own_generator(P):
    return {"W": np.random.RandomState(3).randn(3, 2), "b": np.zeros((3, 1))}


@pytest.mark.parametrize(
    ("function", "term", "parts"),
    [
        (seeded, "fresh", ['parameters["W"]']),
        (own_generator, "fresh", ['parameters["W"]']),
        (seeded, "no seed", ["random numbers"]),
        (normal, "fresh", []),
        (normal, "no seed", []),
    ],
)
def test_a_seed_inside_is_seen(function, term, parts):
    """Zeros were not drawn; a seed of the caller's costs one part more."""
    assert wrong_parts(run_of(function, normal, [term], rng=1)[1]) == parts


def test_a_seed_of_a_graded_function_below_is_not_held_against_the_caller():
    """Each function answers for its own lines."""
    terms = ["no seed"]

    below = run_of(calls_seeded, normal, terms, rng=1, callees=["seeded"])[1]
    own = run_of(calls_seeded, normal, terms, rng=1)[1]

    assert below.right
    assert wrong_parts(own) == ["random numbers"]


def test_a_second_call_with_the_same_seed_gives_the_same():
    """An answer that counts its calls gives another one each time."""
    count = []

    def counting(P):
        count.append(1)
        return {name: 2.0 * value + len(count) - 1 for name, value in P.items()}

    _, run = run_of(counting, double, ["same seed"])

    assert wrong_parts(run) == ['parameters["W"]', 'parameters["b"]']


@pytest.mark.parametrize(
    ("inputs", "other"),
    [
        ({"p": {"W1": 0, "b1": 0}, "g": {"dW1": 0, "db1": 0, "dA0": 0}}, False),
        ({"p": {"W1": 0, "b1": 0}, "g": {"db1": 0, "dW1": 0}}, True),
        ({"p": {"W1": 0, "b1": 0, "W2": 0, "b2": 0}}, False),
        ({"p": {"b1": 0, "W1": 0}}, True),
        ({"x": 1.0}, False),
    ],
)
def test_orders_of_keys_are_compared_over_common_names(inputs, other):
    """Gradients are named after their parameters."""
    assert in_another_order(inputs) == other


def test_taking_the_order_of_keys_for_granted_is_named():
    """Where just the cases with another order are wrong, that is the reason."""

    def step(P, G):
        return {name: P[name] - G["d" + name] for name in P}

    def zipped(P, G):
        return {name: p - g for (name, p), g in zip(P.items(), G.values())}

    P = {"W1": np.ones((2, 2)), "b1": np.zeros((2, 1))}
    G = {"dW1": np.eye(2), "db1": np.ones((2, 1))}
    record = FunctionCases(
        "step",
        ("P", "G"),
        Signature("dict", ("parameters",)),
        contract=("any order of keys",),
    )
    runs = []
    for grads in (G, dict(reversed(G.items()))):
        case = Case(args=(P, grads), kwargs={})
        case.expected = call(step, case.args, {})
        outcome = call(zipped, case.args, {}, Asked(contract=record.contract))
        runs.append(Run(case, outcome, best_results(record, case, outcome)))

    assert [run.right for run in runs] == [True, False]
    assert recognise(record, runs).name == text("contract.name.any_order_of_keys")


def test_the_order_is_not_blamed_where_it_changes_nothing():
    """Another mistake may happen to spoil just the cases with another order."""

    def step(P, G):
        return {name: P[name] - G["d" + name] for name in P}

    seen = []

    def zipped(P, G):
        scale = 3 if len(seen) else 1
        return {name: scale * (P[name] - G["d" + name]) for name in P}

    P = {"W1": np.ones((2, 2)), "b1": np.zeros((2, 1))}
    G = {"dW1": np.eye(2), "db1": np.ones((2, 1))}
    record = FunctionCases(
        "step",
        ("P", "G"),
        Signature("dict", ("parameters",)),
        contract=("any order of keys",),
    )
    runs = []
    for grads in (G, dict(reversed(G.items()))):
        case = Case(args=(P, grads), kwargs={})
        case.expected = call(step, case.args, {})
        outcome = call(zipped, case.args, {}, Asked(contract=record.contract))
        seen.append(1)
        runs.append(Run(case, outcome, best_results(record, case, outcome)))

    assert [run.right for run in runs] == [True, False]
    assert recognise(record, runs) is None


def test_every_term_has_its_sentence_and_its_question():
    """The vocabulary is closed: all of it is in the strings."""
    for term in TERMS:
        key = term.replace(" ", "_")
        assert contract_line([term]) == (
            f"{text('contract.title')} {text(f'contract.sentence.{key}', names='')}"
        )
        assert text(f"contract.name.{key}")
        assert text(f"contract.hint.{key}").endswith("?")


def test_the_prompt_names_the_functions_that_may_not_be_called():
    """Learners read which functions of helpers raise an error."""
    line = contract_line(["own work"], ["activations.sigmoid", "layers.sigmoid"])

    assert "`helpers.activations.sigmoid` or `helpers.layers.sigmoid` raises" in line


def by_module(z):
    return activations.sigmoid(z)


def by_name(z):
    return sigmoid(z)


def by_hand(z):
    return 1 / (1 + np.exp(-z))


copied = types.FunctionType(sigmoid.__code__, dict(vars(activations)))


def by_copy(z):
    return copied(z)


def by_attribute(z):
    return getattr(importlib.import_module("helpers.activations"), "sig" + "moid")(z)


def by_part(z):
    return functools.partial(sigmoid)(z)


def by_loading_anew(z):
    return importlib.reload(activations).sigmoid(z)


kept_apart = {"sigmoid": types.FunctionType(sigmoid.__code__, dict(vars(activations)))}


def by_entry(z):
    return kept_apart["sigmoid"](z)


def in_a_closure(function):
    return lambda z: function(z)


by_closure = in_a_closure(types.FunctionType(sigmoid.__code__, {"np": np}))


def by_loading_it_beside(z):
    before = sys.modules.pop("helpers.activations")
    try:
        return importlib.import_module("helpers.activations").sigmoid(z)
    finally:
        sys.modules["helpers.activations"] = before


WAYS = [sigmoid, copied, by_module, by_name, by_copy, by_attribute, by_part]
WAYS += [by_entry, by_closure, by_loading_it_beside]


@pytest.fixture
def loaded_once():
    """Put the functions of a module back where they were."""
    names = dict(vars(activations))
    yield
    vars(activations).update(names)


def test_loading_its_module_anew_is_no_way_around(loaded_once):
    """The new function is the same work of somebody else."""
    outcome = call(by_loading_anew, (np.zeros(2),), {}, Asked(own_work=WITHHELD))

    assert (outcome.error, outcome.message) == (
        "NotImplementedError",
        text("contract.broken.own_work"),
    )


WITHHELD = ("activations.sigmoid",)


@pytest.mark.parametrize("function", WAYS)
def test_the_function_that_is_asked_for_cannot_be_called(function):
    """By whatever name it was bound; the learner is told so, under that name."""
    withheld = WITHHELD
    record = FunctionCases("sigmoid", ("z",), Signature("single", ("s",)))
    record = replace(record, contract=("own work",), own_work=withheld)
    case = Case(args=(np.array([0.5, -1.0]),), kwargs={})
    case.expected = call(by_hand, case.args, {}, Asked(own_work=withheld))

    outcome = call(function, case.args, {}, Asked(own_work=withheld))

    run = Run(case, outcome, best_results(record, case, outcome))
    assert case.expected.error is None
    assert outcome.message == text("contract.broken.own_work")
    assert recognise(record, [run]).name == text("contract.name.own_work")
    assert sigmoid(0.0) == 0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.broadcast_to(0.0, (2, 3)),
        lambda: np.lib.stride_tricks.as_strided(np.zeros(1), (4, 1), (0, 8)),
    ],
)
def test_an_array_whose_entries_share_memory_is_no_new_array(make):
    """A change of one entry would be one of others, or is not possible."""
    asked = Asked(contract=("independent results",))

    assert call(lambda: {"v": make()}, (), {}, asked).aliased == ['["v"]']
    assert call(lambda: {"v": make().copy()}, (), {}, asked).aliased == []


def test_constants_are_not_called_frozen_draws():
    """All zeros are no random numbers that come again."""

    def zeros(P):
        return {"W": np.zeros((3, 2)), "b": np.zeros((3, 1))}

    record, run = run_of(zeros, normal, ["fresh"], rng=1)

    assert recognise(record, [run]) is None
    kinds = [item.kind for result in run.results for item in result.differences]
    assert kinds == ["value"]
