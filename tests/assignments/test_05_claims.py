"""What the notebooks of assignment 05 say in words holds in their numbers."""

import numpy as np
import pytest

from autograder.authoring.sources import read_source
from helpers.statistics import confidence_interval, paired_difference
from tests.assignments.solutions import SOURCE, solutions


def _run(notebook, *cells):
    """Run some later cells of a notebook over its solutions, without pictures."""
    names = dict(vars(solutions("05_optimization", notebook)))
    names |= {
        name: lambda *args, **kwargs: None for name in names if "plot_" in name[:5]
    }
    names |= {"my_prediction": "", "progress": lambda items, description: items}
    source = read_source(SOURCE / "05_optimization" / f"{notebook}.ipynb")
    texts = {cell.id: cell.source for cell in source.cells}
    for cell in cells:
        exec(compile(texts[cell], cell, "exec"), names)
    return names


@pytest.fixture(scope="module")
def valleys():
    return _run(
        "mini_batches_and_momentum",
        "valley",
        "valley-cost",
        "valley-common",
        "valley-best",
    )


def _fewest(valleys, ratio, method):
    return np.nanmin(valleys["steps"][ratio, method])


def test_at_a_common_rate_momentum_gains_nothing(valleys):
    """Both methods arrive within two percent of the same number of steps."""
    arrived = [valleys["steps_needed"](c)[0] for c in valleys["common"].values()]

    assert arrived[0] == pytest.approx(arrived[1], rel=0.02)


def test_at_its_own_rate_momentum_needs_a_tenth_of_the_steps(valleys):
    """Curvature ratio 500: at least ten times fewer steps."""
    plain = _fewest(valleys, 500, "gradient descent")

    assert plain >= 10 * _fewest(valleys, 500, "momentum")


def test_in_a_round_bowl_momentum_is_worse(valleys):
    """Curvature ratio 10: about three times as many steps."""
    plain = _fewest(valleys, 10, "gradient descent")

    assert 2.5 < _fewest(valleys, 10, "momentum") / plain < 3.5


def test_small_batches_err_by_one_over_the_root():
    """A factor of four in the size halves the error of the gradient, nearly."""
    names = _run("mini_batches_and_momentum", "digits", "gradient-noise")

    for larger, smaller in zip(names["noise"][1:], names["noise"], strict=False):
        assert 0.38 < larger / smaller < 0.6


@pytest.fixture(scope="module")
def comparison():
    return _run(
        "adaptive_methods",
        "digits",
        "take-step",
        "train",
        "choose-rates",
        "chosen-rates",
        "comparison",
    )


@pytest.mark.slow
def test_the_common_rate_decides_the_order(comparison):
    """At 0.01 Adam is first by far, at 1 gradient descent; best rates lie inside."""
    cost = {
        (method, rate): np.mean(values)
        for method, costs in comparison["choice"].items()
        for rate, values in costs.items()
    }

    for method, rate in comparison["best"].items():
        assert rate in comparison["learning_rates"][1:-1], method
    for adaptive in ("Adam", "RMSprop"):
        for plain in ("gradient descent", "momentum"):
            assert cost[plain, 0.01] > 5 * cost[adaptive, 0.01]
            assert cost[adaptive, 1.0] > 5 * cost[plain, 1.0]
            factor = comparison["best"][plain] / comparison["best"][adaptive]
            assert 200 < factor < 500


@pytest.mark.slow
def test_the_methods_end_within_a_point_of_each_other(comparison):
    """Over images each interval holds zero; over initializations not for Adam."""
    correct, own = comparison["correct"], "gradient descent"
    for method in ("momentum", "RMSprop", "Adam"):
        intervals = []
        for axis in (1, 0):
            pair = correct[method].mean(axis=axis), correct[own].mean(axis=axis)
            mean, error = paired_difference(*pair)
            intervals.append(confidence_interval(mean, error, len(pair[0])))
        (low, high), (image_low, image_high) = intervals
        assert -0.01 < image_low < 0 < image_high < 0.01, method
        assert (low < 0 < high) == (method == "momentum"), method


def test_adam_remembers_old_gradients():
    """It turns after five more iterations, or not within 40 for small gradients."""
    names = _run("adaptive_methods", "adam-positions", "adam-steps")
    lowest = {k: int(np.argmin(v)) for k, v in names["positions"].items()}

    assert lowest["1, then -1"] == lowest["1000, then -1000"] == 25
    assert lowest["1, then -0.1"] == 40
    assert min(names["positions"]["+1 and -1 alternating"]) > -0.02
