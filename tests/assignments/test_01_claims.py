"""What the text of 01 says of the images is true of the images as they are."""

from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.sources import read_source
from helpers.datasets import load_cats
from helpers.plots.images import accuracy_by_group
from helpers.statistics import (
    confidence_interval,
    paired_difference,
    wilson_interval,
)
from tests.assignments.solutions import solutions

RATES = (0.001, 0.01, 0.1, 1)
FOLDER = Path(__file__).resolve().parents[2] / "source/01_logistic_regression"
BASICS = FOLDER / "numpy_basics.ipynb"
NOTEBOOK = FOLDER / "logistic_regression.ipynb"


@pytest.fixture(scope="module")
def neuron():
    """Return the functions of logistic_regression."""
    return solutions("01_logistic_regression", "logistic_regression")


@pytest.fixture(scope="module")
def cats():
    """Return the images."""
    return load_cats()


@pytest.fixture(scope="module")
def data(cats):
    """Return the inputs that are made of the images."""
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


@pytest.mark.slow
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


def intervals_of(values, chosen):
    """Return the intervals of the paired differences to the chosen rate."""
    return {
        rate: confidence_interval(
            *paired_difference(values[rate], values[chosen]), len(values[rate])
        )
        for rate in values
        if rate != chosen
    }


def test_validation_costs_tell_the_rates_apart_image_by_image(neuron, runs, data):
    """The rate 0.01 has the lowest cost; no paired interval contains 0."""
    losses = {
        rate: [
            neuron.propagate(
                run["w"],
                run["b"],
                data.validation_x[:, [i]],
                data.validation_y[:, [i]],
            )[1]
            for i in range(data.validation_y.size)
        ]
        for rate, run in runs.items()
    }

    assert all(low > 0 for low, _ in intervals_of(losses, 0.01).values())


def test_validation_accuracies_tell_one_rate_apart(runs, data):
    """Only the smallest rate differs from the chosen one by more than chance."""
    right = {
        rate: (run["Y_prediction_test"] == data.validation_y)[0].astype(float)
        for rate, run in runs.items()
    }
    differs = {
        rate: not low <= 0 <= high
        for rate, (low, high) in intervals_of(right, 0.01).items()
    }

    assert differs == {0.001: True, 0.1: False, 1: False}


def test_fewer_iterations_make_up_for_a_larger_rate(neuron, runs, data):
    """The rate 0.1 after 50 iterations has nearly the cost of 0.01 after 500."""
    zeros = neuron.initialize_with_zeros(data.train_x.shape[0])
    params, _, _ = neuron.optimize(*zeros, data.train_x, data.train_y, 50, 0.1)
    validation = data.validation_x, data.validation_y
    cost = neuron.propagate(params["w"], params["b"], *validation)[1]
    best = neuron.propagate(runs[0.01]["w"], runs[0.01]["b"], *validation)[1]

    assert abs(cost - best) < 0.005


def test_cats_that_come_twice_change_db_and_not_the_cost(neuron, data):
    """At zero weights the cost is log 2, and db is one half minus the fraction."""
    is_cat = data.train_y[0] == 1
    X = np.hstack([data.train_x, data.train_x[:, is_cat]])
    Y = np.hstack([data.train_y, data.train_y[:, is_cat]])
    zeros = neuron.initialize_with_zeros(data.train_x.shape[0])

    for given, db in (((data.train_x, data.train_y), 0.0), ((X, Y), -1 / 6)):
        grads, cost = neuron.propagate(*zeros, *given)
        np.testing.assert_allclose(cost, np.log(2), rtol=1e-12)
        np.testing.assert_allclose(grads["db"], db, rtol=0, atol=1e-12)


def test_cost_lies_above_its_tangent(neuron, data):
    """The weight that section 3 changes: the cost is convex."""
    w = 0.02 * np.random.RandomState(1).randn(data.train_x.shape[0], 1)
    grads, cost = neuron.propagate(w, 0.0, data.train_x, data.train_y)
    i = np.argmax(np.abs(grads["dw"]))
    for h in (-2.0, -0.5, 0.5, 2.0):
        changed = w.copy()
        changed[i] += h
        moved = neuron.propagate(changed, 0.0, data.train_x, data.train_y)[1]
        assert moved > cost + h * grads["dw"][i, 0]


def test_neuron_beats_guessing_and_does_worse_than_on_the_training_set(
    neuron, chosen, right, data
):
    """The interval of the test set lies between one half and the training accuracy."""
    low, high = wilson_interval(int(right.sum()), right.size)
    trained = neuron.predict(*chosen, data.train_x) == data.train_y

    assert 0.5 < low < high < trained.mean()
    assert round(100 * (trained.mean() - right.mean())) == 8


def test_no_interval_is_printed_of_images_that_determined_the_weights():
    """Wilson's interval is for images that the weights do not know."""
    cell = NOTEBOOK.read_text("utf-8")

    assert "wilson_interval(test_right.sum(), test_right.size)" in cell
    assert cell.count("wilson_interval(") == 1


def test_the_sixteen_most_confident_mistakes_are_negatives(cats, data, chosen, right):
    """What the figure shows is said of it."""
    w, b = chosen
    distances = np.abs(w.T @ data.test_x + b)[0]
    mistakes = np.flatnonzero(~right)
    shown = mistakes[np.argsort(-distances[mistakes])][:16]

    assert np.all(cats.factors["test"]["negative"][shown])


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


@pytest.mark.slow
def test_an_image_and_its_negative_have_a_constant_sum(cats, data, chosen):
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
    others = ("light", "contrast", "scale", "occlusion")
    assert min(table[name][0] for name in others) > max(
        table[name][0] for name in ("shift", "angle", "body")
    )


def test_largest_weights_are_not_at_the_edge(chosen):
    """The weights are large in the middle of the image."""
    planes = np.abs(chosen[0]).reshape(32, 32, 3).mean(axis=2)
    middle = planes[8:24, 8:24].mean()
    edge = np.concatenate([planes[:2], planes[-2:]]).mean()

    assert edge < middle / 2


def checked_inputs(name):
    """Return the arrays that a check cell of numpy_basics hands to a function."""
    (cell,) = (c for c in read_source(BASICS).cells if c.id == f"{name}-check")
    arrays = []
    exec(cell.source, {"np": np, name: None, "check": lambda _, x: arrays.append(x)})
    return arrays


def test_no_image_is_the_same_column_in_both_orders():
    """Else a wrong order is called right, as once in the example by hand."""
    images = checked_inputs("image2vector")

    assert len(images) > 5
    for image in images:
        assert not np.array_equal(image.ravel(), image.ravel(order="F"))


def test_softmax_is_checked_where_subtracting_the_mean_overflows():
    """The text takes the largest score: a smaller number is not always enough."""
    largest = np.log(np.finfo(float).max)
    scores = checked_inputs("softmax")

    far = [np.max(x - np.mean(x, axis=0)) > largest for x in scores]

    assert any(far[:3]), "of the public cases"
    assert any(far[3:]), "of the hidden cases"
