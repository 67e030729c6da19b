"""What the notebooks of assignment 03 say in words holds in their numbers."""

import numpy as np
import pytest

from helpers.datasets import load_cat_runs, load_cat_sweep
from helpers.statistics import (
    confidence_interval,
    paired_difference,
    wilson_interval,
)
from tests.assignments.solutions import run_cells

ASSIGNMENT = "03_deep_network"


def test_layers_after_the_first_have_193_parameters():
    """More than 99 % of the parameters are in layer 1."""
    names = run_cells(ASSIGNMENT, "building_blocks", "count")
    sizes = [
        names["large"][f"W{l}"].size + names["large"][f"b{l}"].size
        for l in (1, 2, 3, 4)  # noqa: E741
    ]

    assert sum(sizes[1:]) == 193
    assert sizes[0] > 0.99 * sum(sizes)


def test_a_zero_row_of_dZ_reaches_all_of_dA_prev():
    """One row of dW and one entry of db are zero; all of dA_prev changes."""
    names = run_cells(ASSIGNMENT, "building_blocks", "linear-backward-doubled")
    (dA, dW, db), (dA_after, dW_after, db_after) = names["before"], names["after"]

    assert np.argwhere(dW_after == 0).tolist() == [[1, 0], [1, 1], [1, 2]]
    assert np.argwhere(db_after == 0).tolist() == [[1, 0]]
    assert np.all(dA != dA_after) and np.all(dA_after != 0)
    assert dW.shape == dW_after.shape and db.shape == db_after.shape


@pytest.mark.slow
def test_three_trainings_of_the_moons_end_differently():
    """All begin at log 2; one ends much lower than the others."""
    names = run_cells(ASSIGNMENT, "building_blocks", "together")
    costs = list(names["costs"].values())

    assert all(abs(cost[0] - np.log(2)) < 1e-4 for cost in costs)
    assert sorted(cost[-1] for cost in costs)[0] < 0.15
    assert sorted(cost[-1] for cost in costs)[1] > 0.28


def test_the_stored_runs_have_the_best_rate_of_the_sweep():
    """Each network ran at the learning rate with the lowest mean number."""
    rates, counts = load_cat_sweep()
    runs = load_cat_runs()
    for name, count in counts.items():
        best = int(np.nanargmin(count.mean(axis=1)))

        assert 0 < best < len(rates) - 1
        assert {run.rate for run in runs[name]} == {rates[best]}
        assert [run.steps[-1] for run in runs[name]] == count[best].tolist()


def test_depth_saves_iterations_at_a_small_common_rate_only():
    """At 0.1 about half of [n, 20, 1]; at the best rates the interval holds 1."""
    _, counts = load_cat_sweep()
    wide, deep = counts["20"].mean(axis=1), counts["20-7-5"].mean(axis=1)
    pair = (counts["20-7-5"][np.nanargmin(deep)], counts["20"][np.nanargmin(wide)])
    low, high = confidence_interval(*paired_difference(*map(np.log, pair)), 5)

    assert deep[0] < 0.6 * wide[0]
    assert low < 0 < high
    assert np.isnan(deep[-1]) and np.isnan(wide[-1])
    assert deep[3] < 1.05 * deep[2]  # 0.8 is nearly as good as 0.4


def test_five_of_five_photographs_are_the_fewest_that_chance_hardly_explains():
    """Four of four have 6 % by chance; there Wilson's interval is not accurate."""
    assert [round(100 * 0.5**n) for n in (4, 5)] == [6, 3]
    assert 0.5**5 < 0.05 < 0.5**4
    assert round(100 * wilson_interval(4, 4)[0]) == 51


@pytest.mark.slow
def test_a_hidden_layer_gains_and_more_is_not_shown_to():
    """18 points in both intervals; all six others contain 0 and stay below 2."""
    cells = ("look", "one-neuron", "rates", "live-tools", "five-starts", "pairs")
    names = run_cells(
        ASSIGNMENT,
        "image_classification",
        *cells,
        gallery=lambda *args, **kwargs: None,
        steps=np.arange(0, 201, 10),
    )
    first, second, *others = names["rows"].values()

    for mean, low, _ in (first, second):
        assert mean == pytest.approx(18, abs=0.5)
        assert low > 15
    for _, low, high in others:
        assert -2 < low < 0 < high < 2


@pytest.mark.slow
def test_the_gain_on_stressed_images_is_small():
    """About 5 points over all; above 0 for light and occlusion only."""
    cells = ("look", "one-neuron")
    names = run_cells(
        ASSIGNMENT, "image_classification", *cells, gallery=lambda *a, **k: None
    )
    data, kinds = names["data"], names["cats"].factors["stress"]["stress"]
    runs = load_cat_runs()

    def right(run):
        return np.ravel((run.stress_probability > 0.5) == data.stress_y)

    seven = np.mean([right(run) for run in runs["7"]], axis=0)
    neuron = 1.0 * right(runs["logistic"][0])
    mean, error = paired_difference(seven, neuron)
    assert 0.03 < mean < 0.07
    assert confidence_interval(mean, error, 602)[0] > 0
    above = {
        str(kind)
        for kind in np.unique(kinds)
        if confidence_interval(
            *paired_difference(seven[kinds == kind], neuron[kinds == kind]), 86
        )[0]
        > 0
    }
    assert above == {"light", "occlusion"}


@pytest.mark.slow
def test_four_layers_learn_from_each_of_five_initializations():
    """Below 0.35 after 60 updates; times 0.01, the first six decimals stay."""
    cells = ("look", "stuck", "moves")
    names = run_cells(ASSIGNMENT, "image_classification", *cells)
    X, Y = names["train_x"], names["train_y"]
    costs = []
    for seed in (1, 2, 3, 4, 5):
        np.random.seed(seed)
        parameters, _ = names["L_layer_model"](X, Y, names["deep_dims"], 0.4, 60)
        output, _ = names["L_model_forward"](X, parameters)
        costs.append(names["compute_cost"](output, Y))

    assert max(costs) < 0.35
    assert max(costs) > 3 * min(costs)  # so one seed would not do
    assert abs(names["cost"] - np.log(2)) < 1e-6
