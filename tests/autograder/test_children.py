"""How many children are forked for a notebook, and what each of them has seen."""

import time

import numpy as np
import pytest

from autograder import driving
from autograder.forks import HEAD, MAX_FRAME, Stream
from autograder.store import read_store, store_path
from tests.course import CENTRE, SPREAD
from tests.driving import examined


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


@pytest.fixture
def children(monkeypatch):
    """Return the list of children that are forked."""
    forked = []

    class Counted(Stream):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            forked.append(self)

    monkeypatch.setattr(driving, "Stream", Counted)
    return forked


def marks(store, code, **more):
    """Return the marks of all cases of a notebook, by function."""
    names = {"np": np}
    exec(code, names)
    _, verdict = examined(store, names, **more)
    return {name: found.marks for name, found in verdict.functions.items()}


def test_right_answers_are_asked_of_one_child(store, children):
    """Public cases and hidden ones."""
    found = marks(store, f"{CENTRE}\n{SPREAD}")

    assert all(mark == 1 for own in found.values() for mark in own)
    assert len(children) == 1
    assert driving._waiting == []


def test_what_is_wrong_in_hidden_cases_is_asked_of_another_child(store, children):
    """There nothing was called before: a right answer may not like to be."""
    hidden = sum(case.hidden for case in store.cases.functions["spread"].cases)
    tires = SPREAD.replace("power):", "power, calls=[]):").replace(
        "    return value",
        f"    calls.append(1)\n    assert len(calls) <= {hidden}\n    return value",
    )

    found = marks(store, f"{CENTRE}\n{tires}")

    assert all(mark == 1 for own in found.values() for mark in own)
    assert len(children) == 2


def test_what_hangs_is_not_asked_again(store, children):
    """Two cases of each request cost their limit, and no more."""
    hangs = SPREAD.replace(
        "    return value", "    while True:\n        pass\n    return value"
    )

    found = marks(store, f"{CENTRE}\n{hangs}", seconds=0.2)

    assert all(mark == 1 for mark in found["centre"])
    assert not any(found["spread"])
    # The first, and one after each case that took too long.
    assert len(children) <= 1 + 2 * 2
    assert driving._waiting == []


def test_what_ended_a_child_once_is_asked_again_all_the_same(store, children):
    """Unless all hidden cases did, too: one may be wrong for what was called before."""
    hidden = sum(case.hidden for case in store.cases.functions["spread"].cases)
    tires = SPREAD.replace("power):", "power, calls=[]):").replace(
        "    return value",
        "    if power == 2:\n        import os\n        os._exit(1)\n"
        f"    calls.append(1)\n    assert len(calls) <= {hidden}\n    return value",
    )

    found = marks(store, f"{CENTRE}\n{tires}")

    assert [mark == 1 for mark in found["spread"]] == [False, True, *[True] * hidden]


def test_a_child_is_told_once_what_comes_next(store, children):
    """One that asked on and on would be told for longer than any time limit."""
    marks(store, f"{CENTRE}\n{SPREAD}")

    assert children[0].answer(driving.MORE) is None


def test_untouched_functions_are_asked_of_no_further_child(store, children):
    """Nobody expects them to be right."""
    stub = store.cases.functions["spread"].stub
    found = marks(store, f"{CENTRE}\n{stub}", untouched=["spread"])

    assert all(mark == 1 for mark in found["centre"])
    assert len(children) == 1


def test_a_frame_that_comes_byte_by_byte_has_no_more_time_than_others():
    """Where frames are gathered, too: there is always some more of it."""

    def trickle(ask):
        connection = ask.__self__.connection
        connection.sendall(HEAD.pack(MAX_FRAME))
        end = time.monotonic() + 3
        while time.monotonic() < end:
            connection.sendall(b"0")
        yield None

    with Stream(trickle) as child:
        assert child.next(0.3) is None
        assert child.ended == "timeout"
