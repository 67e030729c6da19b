"""The reference: right answers for stand-ins, within bounds, and nothing kept."""

import logging
from collections import deque
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograder.driving import _stand_in
from autograder.examination import NoAnswer
from autograder.reference import PATIENCE, Bounds, Reference, ReferenceFailed
from autograder.reference_process import answer
from autograder.sandbox.settings import Sandbox
from autograder.store import Store, read_store, store_path
from helpers.checks.cases import NotebookCases
from helpers.checks.values import decode, encode
from tests.course import CENTRE, SPREAD
from tests.driving import Solution, examined, examined_in_shell

LOG = logging.getLogger(__name__)
CELL = """import numpy as np
count = 0
def draw(n, *, scale=1.0):
    return np.random.randn(n) * scale
def seeded(n):
    np.random.seed(3)
    return np.random.randn(n)
def fill(values, table):
    values[:] = 7
    table["w"] = table["w"] + 1
    table["new"] = np.ones(2)
def counted():
    global count
    count += 1
    return count
def endless():
    while True:
        pass
def huge():
    return np.zeros(50_000_000)
def apply(function, x):
    return function(x)
def ends():
    import os
    os._exit(1)
"""


def call(function, *args, seeding=True, **kwargs):
    """Return what a stand-in asks."""
    state = np.random.get_state()
    return {
        "function": function,
        "args": [encode(value, compact=True) for value in args],
        "kwargs": {key: encode(value, compact=True) for key, value in kwargs.items()},
        "state": [encode(state[1], compact=True), *state[2:]],
        "seeding": seeding,
    }


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


@pytest.fixture
def names():
    """Return what some cells define."""
    found = {}
    exec(CELL, found)
    return found


@pytest.fixture
def reference(request):
    """Return a reference of some cells, in a process of its own."""
    bounds = Bounds(**getattr(request, "param", {}))
    cases = NotebookCases("made up")
    cells = [("lacks", "scale = 2\nimport not_here"), ("cell", CELL)]
    made = Store("01", cases, {}, {}, [], reference=cells)
    reference = Reference(made, Sandbox(), LOG, bounds)
    yield reference
    reference.close()


def test_random_draws_go_on_where_the_asking_process_is(names):
    """As if the function had been called there; its state comes back."""
    np.random.seed(5)
    asked = call("draw", 3, scale=2.0)
    told = answer(names, asked, 5)
    np.random.seed(5)
    expected = np.random.randn(3) * 2.0
    after = np.random.get_state()

    assert np.array_equal(decode(told["value"]), expected)
    assert np.array_equal(decode(told["state"][0]), after[1])
    assert told["state"][1:] == list(after[2:])


def test_a_stand_in_sends_arguments_by_value():
    """As answers are read: what behaves as a number is sent as one."""
    asked = []

    def ask(form):
        asked.append(form)
        return {"value": 1}

    given = [Fraction(1, 4), Decimal("0.5")], deque([2**70])

    assert _stand_in("draw", ask)(*given) == 1
    sent = [decode(value, inputs=True) for value in asked[0]["args"]]
    assert sent == [[0.25, 0.5], [2.0**70]]


def test_seeding_has_no_effect_where_it_has_none_in_the_asking_process(names):
    """A case with a seed of its own stays comparable."""
    np.random.seed(5)
    other = answer(names, call("seeded", 3, seeding=False), 5)
    same = answer(names, call("seeded", 3), 5)
    expected = np.random.RandomState(5).randn(3)

    assert np.array_equal(decode(other["value"]), expected)
    assert np.array_equal(decode(same["value"]), np.random.RandomState(3).randn(3))


def test_what_is_changed_in_place_comes_back(names):
    """The arguments after the call, where they differ."""
    told = answer(names, call("fill", np.zeros(2), {"w": np.ones(1)}), 5)
    values, table = map(decode, told["args"])

    assert values.tolist() == [7, 7]
    assert {key: value.tolist() for key, value in table.items()} == {
        "w": [2],
        "new": [1, 1],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        call("endless"),
        call("huge"),
        call("draw"),
        call("draw", -1),
        call("ends") | {"function": "nothing"},
        call("apply", 3, 4),
        call("draw", 3) | {"args": [{"array": {"dtype": "O", "shape": [1]}}]},
        call("draw", 3) | {"state": [3]},
        call("draw", 3) | {"state": None},
        {"function": "draw"},
    ],
)
def test_what_cannot_be_answered_is_refused(names, asked):
    """Too long, too large, or no call at all."""
    assert set(answer(names, asked, 0.5)) == {"refused"}


@pytest.mark.slow
def test_one_submission_leaves_nothing_to_the_next(reference):
    """Each is served by a fork of its own."""
    counts = []
    for _ in range(2):
        ask = reference.answerer(["counted"])
        counts.append([ask(call("counted"))["value"] for _ in range(2)])
        reference.end()

    assert counts == [[1, 2], [1, 2]]


@pytest.mark.slow
@pytest.mark.parametrize("reference", [{"calls": 3, "size": 9000}], indirect=True)
def test_beyond_its_bounds_nothing_is_answered(reference):
    """Other functions, too many calls, too large ones, and what is no call."""
    ask = reference.answerer(["draw"])

    assert ask(call("counted")) == {"refused": "function"}
    assert ask(call("draw", np.zeros(5000))) == {"refused": "size"}
    assert "value" in ask(call("draw", 3))
    assert ask(call("draw", 3)) == {"refused": "limit"}
    for odd in ([], None, 3, "draw"):
        assert "refused" in ask(odd)
    with pytest.raises(NoAnswer):
        for _ in range(PATIENCE + 9):
            ask(call("draw", 3))


@pytest.mark.slow
def test_a_process_that_is_lost_answers_nothing_more_until_the_next(reference):
    """The next submission gets another one."""
    ask = reference.answerer(["ends", "draw"])
    assert "refused" in ask(call("ends"))
    assert "refused" in ask(call("draw", 3))
    reference.end()

    assert "value" in reference.answerer(["draw"])(call("draw", 3))


def test_a_solution_that_does_not_run_is_a_fault_of_ours():
    """It is said, not passed over."""
    made = Store("01", NotebookCases("x"), {}, {}, [], reference=[("a", "1 / 0")])
    reference = Reference(made, Sandbox(), LOG)

    with pytest.raises(ReferenceFailed, match="ZeroDivisionError"):
        reference.answerer(["f"])


@pytest.mark.slow
def test_a_submission_is_judged_with_the_reference_in_isolation(store, tmp_path):
    """The whole way: shell, stand-in, grader, reference."""
    wrong = CENTRE.replace("X - mu", "X - mu * 1.01")
    cells = ["import numpy as np", wrong, "centre-check", SPREAD, "spread-check"]
    reference = Reference(store, Sandbox(), LOG)
    try:
        _, verdict, _ = examined_in_shell(store, cells, tmp_path, reference)
    finally:
        reference.close()

    points = {name: cell.points for name, cell in verdict.cells.items()}
    assert points == {"centre-check": 0.0, "spread-check": 4.0}
    assert verdict.functions["spread"].with_reference == ("centre",)


def test_a_stand_in_is_asked_only_where_something_failed(store):
    """And for wrong functions that the driven one may call."""
    solution, names = {"np": np}, {"np": np}
    exec(f"{CENTRE}\n{SPREAD}", solution)
    exec(f"{CENTRE}\n{SPREAD}", names)
    perfect = Solution(solution)
    examined(store, names, reference=perfect)
    exec(CENTRE.replace("X - mu", "X"), names)
    wrong = Solution(solution)
    examined(store, names, reference=wrong)

    assert perfect.calls == []
    assert set(wrong.calls) == {"centre"}


def test_a_reference_that_fails_costs_nothing_that_is_proven(store):
    """The function is named as one that could not be judged wholly."""

    class Broken:
        def answerer(self, functions):
            raise ReferenceFailed("no process")

    names = {"np": np}
    exec(f"{CENTRE.replace('X - mu', 'X')}\n{SPREAD}", names)

    _, verdict = examined(store, names, reference=Broken())

    assert verdict.problems == {"spread": "the reference failed"}
    assert verdict.cells["spread-check"].points == 0.0


@pytest.mark.parametrize("allowed, points", [((), 0.0), (("centre",), 4.0)])
def test_an_answer_may_call_what_the_solution_does_not(store, allowed, points):
    """It is judged on its own all the same, and the callee is named."""
    names = {"np": np}
    solution = {"np": np}
    exec(f"{CENTRE}\n{SPREAD}", solution)
    exec(f"{CENTRE.replace('X - mu', 'X')}\n{SPREAD}", names)
    records = dict(store.cases.functions)
    records["spread"] = replace(records["spread"], calls=(), may_call=allowed)
    known = replace(store, cases=replace(store.cases, functions=records))

    _, verdict = examined(known, names, reference=Solution(solution))

    assert verdict.cells["spread-check"].points == points
    assert verdict.functions["spread"].with_reference == allowed


KEEPS = SPREAD.replace("power):", "power, calls=[]):").replace(
    "    return value", "    calls.append(1)\n    return value * len(calls)"
)


@pytest.mark.parametrize("moved", [False, True])
def test_an_answer_that_keeps_something_between_calls_earns_its_first_case(
    store, moved
):
    """A case that is driven again, alone, would be a first case, too."""
    names, later = {"np": np}, {"np": np}
    solution = {"np": np}
    exec(f"{CENTRE}\n{SPREAD}", solution)
    for namespace in (names, later):
        exec(f"{CENTRE}\n{KEEPS}", namespace)
    at_end = later if moved else None

    _, verdict = examined(store, names, reference=Solution(solution), at_end=at_end)
    found = verdict.functions["spread"]

    # The first public case and the first hidden one; of all others the centre alone.
    assert [i for i, mark in enumerate(found.marks) if mark == 1] == [0, 2]
    assert found.with_reference == ()


def test_what_an_answer_does_not_call_is_not_named(store):
    """Its place was taken, but its answers were not asked for."""
    names = {"np": np}
    solution = {"np": np}
    exec(f"{CENTRE}\n{SPREAD}", solution)
    own = SPREAD.replace("centre(X)", "X - np.mean(X, axis=1, keepdims=True)")
    exec(f"{CENTRE.replace('X - mu', 'X')}\n{own}", names)
    records = dict(store.cases.functions)
    records["spread"] = replace(records["spread"], calls=(), may_call=("centre",))
    known = replace(store, cases=replace(store.cases, functions=records))

    _, verdict = examined(known, names, reference=Solution(solution))

    assert verdict.cells["spread-check"].points == 4.0
    assert verdict.functions["spread"].with_reference == ()
