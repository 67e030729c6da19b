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
def test_the_network_is_overconfident_and_more_so_after_longer_training(digits):
    """The best temperature is above 1 and grows."""
    lowest = [
        digits["temperatures"][np.argmin(costs)]
        for costs in digits["val_costs"].values()
    ]

    assert 1.1 < lowest[0] < lowest[1]


def test_without_normalization_scales_double_or_halve():
    """With it, the factor of the weights has no effect."""
    names = run_cells("06_many_classes", "batch_normalization", "scales")
    last = {name: values[-1] for name, values in names["all_scales"].items()}

    assert last["f = 0.5, without"] < 1e-3 < 1e3 < last["f = 2, without"]
    with_it = [value for name, value in last.items() if name.endswith("with")]
    np.testing.assert_allclose(with_it, with_it[0], rtol=1e-3)


@pytest.mark.slow
def test_normalization_helps_deep_networks_and_no_shallow_ones():
    """At each kind's own learning rate, over initializations and over test images."""
    cells = ("digits", "rows", "train", "sweep", "final")
    names = run_cells("06_many_classes", "batch_normalization", *cells)
    intervals = {}
    for depth in (2, 6, 12):
        for axis in (0, 1):
            pair = [
                names["final"][depth, kind].mean(axis=axis) for kind in (True, False)
            ]
            interval = confidence_interval(*paired_difference(*pair), len(pair[0]))
            intervals[depth, axis] = interval
    reached = {
        kind: int(np.sum(values.mean(axis=1) >= 0.9))
        for kind, values in names["sweep"].items()
    }

    assert intervals[2, 1][1] < 0 and intervals[2, 1][0] > -0.02
    assert intervals[2, 0][0] < 0 < intervals[2, 0][1]
    assert min(intervals[6, axis][0] for axis in (0, 1)) > 0
    assert min(intervals[12, axis][0] for axis in (0, 1)) > 0.15
    assert reached[6, False] == 0 and reached[6, True] >= 2
    assert reached[12, False] == 0
    assert all(rate in names["rates"][1:-1] for rate in names["best"].values())


def _the_setting_is_chosen_before_its_stop(names, printed):
    """No cost after the stop counts, and epochs are counted as in the figure."""
    curves, winner = names["curves"], names["winner"]
    ends = [names["early_stopping"](curve, 8)[1] for curve in curves.T]
    reached = [curve[: end + 1].min() for curve, end in zip(curves.T, ends)]

    assert winner == np.argmin(reached)
    assert curves[names["best_epoch"], winner] == min(reached)
    assert f"after epoch {names['best_epoch'] + 1}, stop" in printed
    assert np.ptp(curves[20:], axis=1).max() < 0.1 * curves[20:].mean()


@pytest.mark.slow
def test_no_search_is_shown_to_be_better_and_seeds_matter(
    tmp_path, monkeypatch, capsys
):
    """The paired interval contains zero; single comparisons of seeds mislead."""
    monkeypatch.chdir(tmp_path)
    cells = ("train", "random-grid", "seeds", "search", "final")
    names = run_cells(
        "06_many_classes",
        "tuning",
        "train",
        "random-grid",
        panels=lambda **kwargs: (None,),
        lines=lambda *args, **kwargs: None,
    )
    low, high = names["low"], names["high"]
    assert low < 0 < high

    names = run_cells(
        "06_many_classes",
        "tuning",
        *(cell for cell in cells if cell != "random-grid"),
        panels=lambda **kwargs: (None,),
        lines=lambda *args, **kwargs: None,
    )
    assert names["high"] < 0
    assert 2 <= np.sum(names["single"] < 0) <= 8
    assert 0.05 < names["deviation"] / names["mean"] < 0.2
    found, again = names["trials"]["cost"][names["top"]], names["curves"][9]
    assert np.abs(again / found - 1).max() < 0.1
    assert (tmp_path / "tuning_results.json").exists()
    _the_setting_is_chosen_before_its_stop(names, capsys.readouterr().out)
