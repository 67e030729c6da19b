"""What the notebooks of assignment 05 say in words holds in their numbers."""

import numpy as np
import pytest

from autograder.authoring.sources import read_source
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


@pytest.mark.slow
def test_the_four_methods_cannot_be_told_apart_on_the_digits():
    """Each at its own rate, chosen inside its five, they end within a point."""
    names = _run(
        "adaptive_methods",
        "digits",
        "take-step",
        "train",
        "choose-rates",
        "chosen-rates",
        "comparison",
    )

    for method, rates in names["tried_rates"].items():
        assert names["best"][method] in rates[1:-1], method
    means = {method: np.mean(share) for method, share in names["shares"].items()}
    for method, mean in means.items():
        assert abs(mean - means["gradient descent"]) < 0.01, method
    common = {method: np.mean(names["choice"][method][0.1]) for method in means}
    chosen = {
        method: np.mean(names["choice"][method][names["best"][method]])
        for method in means
    }
    for method in means:
        assert common[method] > 2 * chosen[method], method
