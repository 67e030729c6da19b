"""What the notebooks of assignment 06 say in words holds in their numbers."""

import numpy as np
import pytest

from helpers.statistics import confidence_interval, paired_difference
from tests.assignments.solutions import run_cells


@pytest.fixture(scope="module")
def digits():
    return run_cells(
        "06_many_classes",
        "softmax_regression",
        "network-choice",
        "network-test",
        "temperature",
        panels=lambda **kwargs: (None,),
        lines=lambda *args, **kwargs: None,
    )


@pytest.mark.slow
def test_a_hidden_layer_is_about_a_point_better(digits):
    """Both paired intervals are above zero, and two narrow layers gain nothing."""
    choice = {
        name: np.mean(costs[digits["best"][name]])
        for name, costs in digits["choice"].items()
    }
    for axis in (0, 1):
        pair = (digits["right"][name].mean(axis=axis) for name in ("64", "linear"))
        mean, error = paired_difference(*pair)
        low, _ = confidence_interval(mean, error, digits["right"]["64"].shape[1 - axis])
        assert low > 0
        assert 0.005 < mean < 0.02

    assert choice["64"] < 0.8 * choice["linear"]
    assert choice["32, 32"] > 0.9 * choice["linear"]


@pytest.mark.slow
def test_chosen_rates_lie_inside_what_was_tried(digits):
    """A larger and a smaller one were tried for each."""
    for name, rate in digits["best"].items():
        assert rate in digits["network_rates"][name][1:-1], name


@pytest.mark.slow
def test_the_network_is_too_sure_and_more_so_after_longer_training(digits):
    """The best temperature is above 1 and grows."""
    lowest = [
        digits["temperatures"][np.argmin(costs)]
        for costs in digits["val_costs"].values()
    ]

    assert 1.1 < lowest[0] < lowest[1]
