"""Calling a learner's function: copies, seeds, limits, and what is noticed."""

import signal
import sys
import time
import warnings

import numpy as np
import pytest

from helpers.checks.calls import Asked, call


def test_inputs_are_copies_and_changes_are_noted():
    """The caller's arrays stay as they are; the change is reported by name."""
    w = np.ones(3)

    def update(w, rate):
        w -= rate
        return w

    outcome = call(update, [w, 0.5], {}, Asked(("w", "rate")))

    assert np.array_equal(np.ones(3), w)
    assert outcome.changed == ["w"]
    assert outcome.shared != ["value"]
    assert outcome.shared


def test_a_seed_makes_calls_repeatable_and_seeding_inside_harmless():
    """With rng, an answer that seeds itself draws what others draw."""

    def draw(n):
        return np.random.randn(n)

    def draw_seeded(n):
        np.random.seed(1)
        return np.random.randn(n)

    plain_draw = call(draw, [3], {}, rng=5)

    assert np.array_equal(plain_draw.value, call(draw_seeded, [3], {}, rng=5).value)
    assert not np.array_equal(plain_draw.value, call(draw, [3], {}, rng=6).value)


def test_a_seed_function_bound_by_name_is_harmless_too():
    """`from numpy.random import seed` in a notebook binds the original."""
    namespace: dict = {}
    exec(
        "import numpy as np\nfrom numpy.random import seed\n"
        "def draw(n):\n    seed(1)\n    return np.random.randn(n)",
        namespace,
    )
    original = namespace["seed"]

    outcome = call(namespace["draw"], [3], {}, rng=5)

    np.random.seed(5)
    assert np.array_equal(np.random.randn(3), outcome.value)
    assert namespace["seed"] is original


@pytest.mark.parametrize("rng", [None, 3])
def test_the_generator_is_put_back(rng):
    """A check does not change what the learner draws next."""
    np.random.seed(11)
    expected = np.random.randn(2)
    np.random.seed(11)

    call(lambda: np.random.randn(4), [], {}, rng=rng)

    assert np.array_equal(expected, np.random.randn(2))


def test_without_a_seed_calls_are_repeatable():
    """An answer that forgets to seed fails the same way every time."""

    def draw():
        return np.random.rand(2)

    assert np.array_equal(call(draw, [], {}).value, call(draw, [], {}).value)


def test_errors_are_caught_with_their_line():
    """An exception, even SystemExit, becomes part of the outcome."""
    namespace: dict = {}
    code = (
        "def f(x):\n    y = x\n    return y + missing\n"
        "def g():\n    raise SystemExit(3)"
    )
    exec(compile(code, "<f>", "exec"), namespace)

    failed = call(namespace["f"], [1], {})

    assert (failed.error, failed.line) == ("NameError", 3)
    assert "missing" in failed.message
    assert call(namespace["g"], [], {}).error == "SystemExit"


def test_endless_loops_end_even_if_they_swallow_exceptions():
    """The time limit is raised again and again."""

    def stubborn():
        while True:
            try:
                while True:
                    pass
            except BaseException:
                if time.monotonic() - begun > 0.9:
                    raise

    begun = time.monotonic()
    outcome = call(stubborn, [], {}, seconds=0.2)

    assert outcome.error == "TimeLimit"


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_a_time_limit_holds_after_a_call_that_has_changed_its_handler(handler):
    """As a helper of the learner's that limits time by itself may leave it."""

    def own_limit():
        signal.signal(signal.SIGALRM, handler)

    def slow():
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pass

    before = signal.getsignal(signal.SIGALRM)
    try:
        call(own_limit, [], {}, state_kept=False)
        outcome = call(slow, [], {}, seconds=0.2, state_kept=False)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert outcome.error == "TimeLimit"


def test_output_and_warnings_are_kept_from_the_screen(capsys):
    """What a function prints or warns becomes a note."""

    def noisy():
        print("hello")
        print("trouble", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return np.log(np.array([0.0]))

    outcome = call(noisy, [], {})

    assert outcome.printed == "hello\ntrouble\n"
    assert any("careful" in text for text in outcome.warned)
    assert any("divide by zero" in text for text in outcome.warned)
    assert tuple(capsys.readouterr()) == ("", "")


@pytest.mark.parametrize(
    ("make", "seen"),
    [
        (lambda: np.empty((2, 3)), np.isnan),
        (lambda: np.empty(2, dtype=np.float32), np.isnan),
        (lambda: np.empty_like(np.zeros(3)), np.isnan),
        (lambda: np.empty(3, dtype=int), lambda a: a > 1e9),
    ],
)
def test_memory_without_values_never_looks_right(make, seen):
    """New memory often holds zeros, which may be just what is asked for."""
    empty, empty_like = np.empty, np.empty_like

    assert np.all(seen(call(make, (), {}).value))
    assert (np.empty, np.empty_like) == (empty, empty_like)


def test_memory_that_is_filled_keeps_its_values():
    """An answer may begin with an empty array."""

    def fill():
        array = np.empty((2, 2))
        array[:] = 3.0
        return array

    assert np.all(call(fill, (), {}).value == 3)
