"""Measuring how long a call takes."""

import time

import numpy as np
import pytest

from helpers.timing import in_words, seconds_per_call


def test_seconds_are_those_of_one_call():
    """Three repetitions of a sleep of 2 ms each say at least 2 ms, not much more."""
    seconds = seconds_per_call(time.sleep, 0.002, repeats=3, at_least=0.004)

    assert seconds.shape == (3,)
    assert (seconds >= 0.002).all()
    assert np.median(seconds) < 0.02


def test_quick_functions_are_called_many_times():
    """A repetition lasts long enough to be measured."""
    calls = []
    seconds_per_call(lambda: calls.append(1), repeats=2, at_least=0.001)

    assert len(calls) > 10


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2.0, "2 s"), (0.5, "500 ms"), (0.001, "1 ms"), (3e-6, "3 µs"), (75.0, "75 s")],
)
def test_times_get_a_unit_that_fits(seconds, words):
    """Seconds, milliseconds and microseconds, three digits."""
    assert in_words(seconds) == words
