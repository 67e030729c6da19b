"""Masks are judged by what a right mask does, differences by their magnitude."""

import numpy as np
import pytest

from helpers import relations
from helpers.activations import relu, sigmoid
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Signature
from helpers.checks.recognition import runs_of
from helpers.networks import random_parameters
from helpers.relations import difference_by_magnitude, dropout_forward

KEEP = 0.6
X = np.random.RandomState(0).randn(2, 50)
P = random_parameters([2, 20, 10, 1], 0)
INPUTS = {"X": X, "parameters": P, "keep_prob": KEEP}


def forward(rng, draw=None, scale=1 / KEEP):
    """Return the answer of a pass whose masks come from `draw(rng, shape)`."""
    draw = draw or (lambda rng, shape: rng.random(shape) < KEEP)
    Z1 = P["W1"] @ X + P["b1"]
    D1 = draw(rng, Z1.shape)
    A1 = relu(Z1) * D1 * scale
    Z2 = P["W2"] @ A1 + P["b2"]
    D2 = draw(rng, Z2.shape)
    A2 = relu(Z2) * D2 * scale
    Z3 = P["W3"] @ A2 + P["b3"]
    A3 = sigmoid(Z3)
    cache = (Z1, D1, A1, P["W1"], P["b1"], Z2, D2, A2, P["W2"], P["b2"])
    return A3, (*cache, Z3, A3, P["W3"], P["b3"])


def judge(answer, others=(), inputs=INPUTS):
    """Return the reasons for A3 and the cache."""
    return dropout_forward(inputs, answer, None, list(others))


def replaced(answer, i, part):
    """Return the answer with part i of its cache replaced."""
    A3, cache = answer
    return A3, (*cache[:i], part, *cache[i + 1 :])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, shape: rng.random(shape) < KEEP,
        lambda rng, shape: (rng.random(shape) > 1 - KEEP).astype(int),
        lambda rng, shape: rng.binomial(1, KEEP, shape).astype(np.float32),
        lambda rng, shape: rng.choice([0.0, 1.0], shape, p=[1 - KEEP, KEEP]),
    ],
)
def test_any_way_of_drawing_a_right_mask_is_right(draw, seed):
    """Booleans, integers, floats; below, above, binomial, choice."""
    answer = forward(np.random.default_rng(seed), draw)

    assert judge(answer) == {"A3": None, "cache": None}


def test_masks_in_single_precision_are_right():
    """Dividing by a float32 keep_prob leaves eight digits, and that is enough."""
    scale = 1 / np.float64(np.float32(KEEP))

    for seed in range(5):
        answer = forward(np.random.default_rng(seed), scale=scale)
        assert judge(answer) == {"A3": None, "cache": None}


@pytest.mark.parametrize(
    ("draw", "word"),
    [
        (lambda rng, shape: rng.random((shape[0], 1)) < KEEP, "shape"),
        (
            lambda rng, shape: np.tile(rng.random((shape[0], 1)) < KEEP, shape[1]),
            "all columns of D1 are equal",
        ),
        (
            lambda rng, shape: np.tile(rng.random(shape[1]) < KEEP, (shape[0], 1)),
            "all rows of D1 are equal",
        ),
        (
            lambda rng, shape: (
                (rng.random((shape[0], 1)) < KEEP) ^ (rng.random(shape) < 0.02)
            ),
            "treats the examples alike",
        ),
        (lambda rng, shape: rng.random(shape) > KEEP, "fraction"),
        (lambda rng, shape: rng.standard_normal(shape) < KEEP, "fraction"),
        (lambda rng, shape: rng.random(shape), "other numbers"),
        (
            lambda rng, shape: (
                rng.random(shape).argsort(0).argsort(0) < round(KEEP * shape[0])
            ),
            "same number",
        ),
        (lambda rng, shape: np.full(shape, np.nan), "other numbers"),
    ],
)
def test_wrong_masks_are_wrong_for_a_reason(draw, word):
    """Each mistake is named by what is wrong with the mask."""
    verdict = judge(forward(np.random.default_rng(1), draw))

    assert word in verdict["A3"]
    assert word in verdict["cache"]


def test_one_draw_for_all_examples_is_named_where_it_kept_all_units():
    """All ones by chance is no wrong fraction: the other calls show what it is."""
    ones = forward(None, lambda rng, shape: np.ones(shape))
    rng = np.random.default_rng(3)
    other = forward(
        rng, lambda rng, shape: rng.random((shape[0], 1)) < KEEP * np.ones(shape)
    )

    assert "all columns of D1 are equal" in judge(ones, [(INPUTS, other)])["A3"]
    assert "fraction" in judge(ones, [(INPUTS, ones)])["A3"]


def _below(D1, D2):
    """Return a pass with two given masks."""
    masks = iter([D1, D2])
    return forward(None, lambda rng, shape: next(masks))


@pytest.mark.parametrize(
    "masks",
    [
        lambda D1, D2: (D1, D1[:10]),
        lambda D1, D2: (D1, D1[::-1][:10]),
        lambda D1, D2: (D1, D1[[3, 17, 0, 11, 8, 2, 5, 19, 13, 7]]),
        lambda D1, D2: (np.vstack([D1[:10], D1[:10]]), D2),
        lambda D1, D2: (np.tile(D1[:, :25], (1, 2)), D2),
        lambda D1, D2: (np.repeat(D1[:, :25], 2, axis=1), D2),
    ],
)
def test_masks_that_are_cut_out_of_one_another_are_wrong(masks):
    """Each entry has to be drawn by itself, in both layers."""
    rng = np.random.default_rng(3)
    D1, D2 = rng.random((20, 50)) < KEEP, rng.random((10, 50)) < KEEP

    reason = judge(_below(*masks(D1, D2)))["A3"]

    assert reason.term == "independent masks"


@pytest.mark.slow
def test_independent_masks_are_right():
    """Of a thousand right pairs none is taken for a copy."""
    rng = np.random.default_rng(4)

    for keep in (0.3, 0.5, 0.9):
        for _ in range(400):
            parts = {
                "D1": rng.random((20, 80)) < keep,
                "D2": rng.random((10, 80)) < keep,
            }
            relations._check_independent(parts, keep)


@pytest.mark.parametrize("scale", [1.0, KEEP, 1 / (1 - KEEP)])
def test_a_wrong_scale_is_wrong(scale):
    """What is left has to be divided by keep_prob."""
    verdict = judge(forward(np.random.default_rng(1), scale=scale))

    assert "keep_prob" in verdict["A3"]


def test_a_mask_that_stays_the_same_is_seen_in_two_calls():
    """The same draw gives nested masks, whatever the two keep_probs are."""
    first = forward(np.random.default_rng(1))
    second = forward(np.random.default_rng(2))

    assert judge(first, [(INPUTS, second)])["A3"] is None
    assert "anew" in judge(first, [(INPUTS, first)])["A3"]
    more = INPUTS | {"keep_prob": 0.9}
    wider = forward(
        np.random.default_rng(1), lambda rng, shape: rng.random(shape) < 0.9, 1 / 0.9
    )
    assert "anew" in judge(wider, [(INPUTS, first)], more)["A3"]


def test_the_output_and_the_cache_are_judged_apart():
    """A wrong A3 leaves the cache right, a wrong Z1 leaves A3 right."""
    answer = forward(np.random.default_rng(1))
    dropped_output = (answer[0] * 0.5, answer[1])
    masked = replaced(answer, 0, answer[1][0] * answer[1][1])

    assert judge(dropped_output)["cache"] is None
    assert judge(dropped_output)["A3"] is not None
    assert judge(masked)["A3"] is None
    assert "Z1" in judge(masked)["cache"]


def test_without_dropout_every_unit_is_kept():
    """keep_prob 1 leaves no choice."""
    inputs = INPUTS | {"keep_prob": 1.0}
    whole = forward(np.random.default_rng(1), lambda rng, shape: np.ones(shape), 1.0)

    assert judge(whole, inputs=inputs) == {"A3": None, "cache": None}
    assert judge(forward(np.random.default_rng(1)), inputs=inputs)["A3"] is not None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        1.0,
        (),
        (np.ones((1, 50)), ()),
        (np.ones((1, 50)), (None,) * 14),
        (np.ones((1, 50)), (np.ones(3),) * 14),
        (np.ones((1, 50)), (np.array(["a"]),) * 14),
        ("A3", forward(np.random.default_rng(1))[1]),
        replaced(forward(np.random.default_rng(1)), 3, np.zeros((3, 3))),
    ],
)
def test_answers_of_any_kind_get_a_reason(answer):
    """Nothing that a learner returns stops the judge."""
    verdict = judge(answer)

    assert set(verdict) == {"A3", "cache"}
    assert any(verdict.values())


@pytest.mark.parametrize(
    ("answer", "expected", "right"),
    [
        (3e-11, 8e-10, True),
        (9e-7, 1e-12, True),
        (2e-6, 1e-12, False),
        (np.array([[0.2851]]), 0.285093, True),
        ((0.285093, "verdict"), 0.285093, True),
        (0.295, 0.285093, False),
        (-0.285093, 0.285093, False),
        (-1e-9, 1e-9, False),
        (True, 1.0, False),
        (np.array([True]), 1.0, False),
        (np.nan, 1e-9, False),
        (np.inf, 0.5, False),
        (None, 1e-9, False),
        ("small", 1e-9, False),
        (np.ones(3), 1.0, False),
        ([], 1.0, False),
    ],
)
def test_a_difference_is_judged_by_its_magnitude(answer, expected, right):
    """Rounding is rounding; anything larger agrees to one part in a hundred."""
    verdict = difference_by_magnitude({}, answer, expected, [])

    assert (verdict["difference"] is None) == right


@pytest.mark.parametrize(
    ("answer", "others", "elsewhere", "right"),
    [
        (0.0, [0.0, 0.0], [1e-12, 0.25], False),
        (0.0, [0.0, 0.0], [1e-12, 0.0], True),
        (0.0, [0.0, 0.25], [1e-12, 0.25], True),
        (1e-10, [(1e-10, "ok")], [0.25], False),
    ],
)
def test_the_same_number_in_all_cases_is_right_only_if_they_ask_for_it(
    answer, others, elsewhere, right
):
    """A constant earned the points of all cases in which the gradients are right."""
    cases = [({}, other) for other in others]
    verdict = difference_by_magnitude({}, answer, 1e-11, cases, elsewhere=elsewhere)

    assert (verdict["difference"] is None) == right


def test_a_right_number_counts_beside_cases_that_raised():
    """Nothing came of the others, so that one case tells nothing of a constant."""
    record = FunctionCases("f", ("x",), Signature("single", ("difference",)))
    record.cases = [
        Case((x,), {}, expected=Outcome(value=right))
        for x, right in ((1, 1e-11), (2, 0.0), (3, 0.25))
    ]
    raised = Outcome(error="ValueError", message="too deep")
    outcomes = [Outcome(value=0.0), Outcome(value=0.0), raised]
    constant = [Outcome(value=0.0)] * 3

    def right(given):
        runs = runs_of(record, given, difference_by_magnitude)
        return [run.right for run in runs]

    assert right(outcomes) == [True, True, False]
    assert right(constant) == [False, False, False]


def test_a_mask_that_comes_too_late_is_found_where_it_is_missing():
    """Z2 was made of A1 before its mask; A2 does follow from Z2, D2 and keep_prob."""
    _, cache = forward(np.random.default_rng(1))
    Z2 = P["W2"] @ relu(cache[0]) + P["b2"]
    A2 = relu(Z2) * cache[6] / KEEP
    Z3 = P["W3"] @ A2 + P["b3"]
    late = (*cache[:5], Z2, cache[6], A2, *cache[8:10], Z3, sigmoid(Z3), *cache[12:])

    said = judge((sigmoid(Z3), late))

    assert said["A3"] == "Z2 in the cache is not W2 @ A1 + b2, with A1 after its mask"
