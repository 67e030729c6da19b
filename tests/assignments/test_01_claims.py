"""What the text of 01 says of the pictures is true of the pictures as they are."""

import numpy as np
import pytest

from helpers.datasets import load_cats
from helpers.plots.images import accuracy_by_group
from helpers.statistics import wilson_interval
from tests.assignments.solutions import solutions

RATES = (0.001, 0.01, 0.1, 1)


@pytest.fixture(scope="module")
def neuron():
    """Return the functions of logistic_regression."""
    return solutions("01_logistic_regression", "logistic_regression")


@pytest.fixture(scope="module")
def cats():
    """Return the pictures."""
    return load_cats()


@pytest.fixture(scope="module")
def data(cats):
    """Return the inputs that are made of the pictures."""
    return cats.inputs()


@pytest.fixture(scope="module")
def runs(neuron, data):
    """Train as section 5 does."""
    sets = data.train_x, data.train_y, data.validation_x, data.validation_y
    return {rate: neuron.model(*sets, 500, rate) for rate in RATES}


def costs_of(neuron, runs, X, Y):
    """Return the final cost of each run on a set."""
    return [neuron.propagate(run["w"], run["b"], X, Y)[1] for run in runs.values()]


@pytest.fixture(scope="module")
def chosen(neuron, runs, data):
    """Return the weights of the rate with the lowest validation cost."""
    costs = costs_of(neuron, runs, data.validation_x, data.validation_y)
    best = list(runs.values())[int(np.argmin(costs))]
    return best["w"], best["b"]


@pytest.fixture(scope="module")
def right(neuron, chosen, data):
    """Tell of each test picture whether the prediction was right."""
    return (neuron.predict(*chosen, data.test_x) == data.test_y)[0]


def test_larger_rates_fit_the_training_set_better(neuron, runs, data):
    """And the cost of the largest leaps up before it falls."""
    costs = costs_of(neuron, runs, data.train_x, data.train_y)

    assert costs == sorted(costs, reverse=True)
    assert max(np.diff(runs[1]["costs"])) > 0.1
    assert np.mean(runs[1]["Y_prediction_train"] == data.train_y) > 0.95


def test_validation_cost_falls_and_rises_again(neuron, runs, data):
    """The best rate is neither the smallest nor the largest."""
    costs = costs_of(neuron, runs, data.validation_x, data.validation_y)

    assert 0 < np.argmin(costs) < len(RATES) - 1


def test_validation_accuracies_do_not_tell_the_rates_apart(runs, data):
    """All four intervals overlap."""
    n = data.validation_y.size
    intervals = [
        wilson_interval(int(np.sum(run["Y_prediction_test"] == data.validation_y)), n)
        for run in runs.values()
    ]

    assert max(low for low, _ in intervals) < min(high for _, high in intervals)


def test_neuron_beats_guessing_and_does_worse_than_on_the_training_set(
    neuron, chosen, right, data
):
    """The interval on the test set lies between the two."""
    low, high = wilson_interval(int(right.sum()), right.size)
    trained = np.mean(neuron.predict(*chosen, data.train_x) == data.train_y)

    assert 0.5 < low < high < trained


def test_negatives_are_systematically_wrong_and_nothing_else_stands_out(cats, right):
    """On negatives far below one half; other factors within what chance allows."""
    factors = cats.factors["test"]

    def spread(right, groups):
        shares = [right[groups == group].mean() for group in np.unique(groups)]
        return max(shares) - min(shares)

    assert accuracy_by_group(right, factors["negative"])["True"][2] < 0.3
    for name in ("coat", "marking", "eyes", "mood", "extra", "background"):
        rng = np.random.RandomState(1)
        dealt = [spread(rng.permutation(right), factors[name]) for _ in range(200)]
        assert spread(right, factors[name]) < np.quantile(dealt, 0.95) + 0.02, name


def test_a_picture_and_its_negative_add_up_to_one_number(cats, data, chosen):
    """The sum is linear, so no weights can say yes to both."""
    w, b = chosen
    both = w.T @ (data.prepare(cats.test_x) + data.prepare(255 - cats.test_x)) + 2 * b

    np.testing.assert_allclose(both, both[0, 0], rtol=0, atol=1e-9)


def test_moved_heads_are_hardly_better_than_guessing(neuron, cats, data, chosen):
    """Shift, angle and the whole body: one half lies in their intervals."""
    right = neuron.predict(*chosen, data.stress_x) == data.stress_y
    table = accuracy_by_group(right, cats.factors["stress"]["stress"])

    for name in ("shift", "angle", "body"):
        _, low, high, n = table[name]
        assert low < 0.5 < high, name
        assert n == 86
    assert min(table[name][0] for name in ("light", "contrast", "scale")) > max(
        table[name][0] for name in ("shift", "angle", "body")
    )


def test_largest_weights_are_not_at_the_edge(chosen):
    """The middle of the picture decides."""
    planes = np.abs(chosen[0]).reshape(32, 32, 3).mean(axis=2)
    middle = planes[8:24, 8:24].mean()
    edge = np.concatenate([planes[:2], planes[-2:]]).mean()

    assert edge < middle / 2
