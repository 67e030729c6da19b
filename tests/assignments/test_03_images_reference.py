"""The solutions of the second notebook of assignment 03: published and stored runs."""

import os

import numpy as np
import pytest

from helpers.datasets import (
    flatten_images,
    load_cat_inputs,
    load_cat_runs,
    load_cats,
)
from helpers.gradients import central_differences, relative_difference
from helpers.networks import compute_cost, forward_propagation, random_parameters
from tests.assignments.solutions import solutions

DEEP = [3072, 20, 7, 5, 1]


@pytest.fixture(scope="module")
def images():
    """Return the functions of the notebook."""
    return solutions("03_deep_network", "image_classification")


@pytest.fixture(scope="module")
def cats():
    """Return the small pictures as columns."""
    return load_cat_inputs()


def test_one_step_moves_against_measured_slopes(images):
    """Old minus new parameters are the rate times central differences."""
    draw = np.random.RandomState(2)
    X, Y = draw.randn(4, 6), 1.0 * (draw.rand(1, 6) > 0.5)
    net = random_parameters([4, 5, 3, 1], seed=1)

    def cost(parameters):
        return compute_cost(forward_propagation(X, parameters)[0], Y)

    moved, found = images.gradient_step(net, X, Y, 0.5)
    _, caches = forward_propagation(X, net)

    assert min(np.abs(Z).min() for _, Z in caches[:-1]) > 1e-3
    assert found == cost(net)
    for name, slope in central_differences(cost, net).items():
        step = (net[name] - moved[name]) / 0.5
        assert relative_difference(step, slope) < 1e-7, name


def test_both_models_are_the_same_descent(images):
    """From one start, two layers written out go where any depth goes."""
    draw = np.random.RandomState(3)
    X, Y = 3 * draw.randn(5, 8), 1.0 * (draw.rand(1, 8) > 0.5)
    np.random.seed(4)
    end, costs = images.two_layer_model(X, Y, (5, 3, 1), 0.5, 101)
    np.random.seed(4)
    start, _ = images.two_layer_model(X, Y, (5, 3, 1), 0.5, 0)
    found = []
    for _ in range(101):
        start, cost = images.gradient_step(start, X, Y, 0.5)
        found.append(cost)

    np.testing.assert_allclose(costs, found[::100], rtol=1e-12)
    for name, value in end.items():
        np.testing.assert_allclose(start[name], value, rtol=1e-9)


def test_start_keeps_the_size_of_what_comes_in(images):
    """The spread of Z stays near one through three linear layers."""
    np.random.seed(5)
    start = images.initialize_parameters_deep([100] * 4)
    A = np.random.RandomState(6).randn(100, 200)

    for number in (1, 2, 3):
        W = start[f"W{number}"]
        assert W.std() == pytest.approx(0.1, rel=0.05)
        A = W @ A
        assert A.std() == pytest.approx(1, rel=0.15)


@pytest.mark.slow
def test_four_layers_stand_still_from_the_small_start_only(images, cats):
    """Times 0.01 the cost stays at log 2 where the other start has learned."""
    np.random.seed(2)
    small = images.initialize_parameters_deep(DEEP)
    for number in (1, 2, 3, 4):
        W = small[f"W{number}"]
        small[f"W{number}"] = W * np.sqrt(W.shape[1]) * 0.01
    for _ in range(51):
        small, cost = images.gradient_step(small, cats.train_x, cats.train_y, 0.05)

    assert cost == pytest.approx(np.log(2), abs=1e-6)


@pytest.mark.parametrize(("structure", "dims"), [("7", [3072, 7, 1]), ("20-7-5", DEEP)])
def test_live_training_repeats_the_stored_one(images, cats, structure, dims):
    """Seed 2 of the notebook is start 2 of the table, at iterations 0, 25 and 50."""
    stored = load_cat_runs()[structure][1]
    np.random.seed(stored.start)
    parameters = images.initialize_parameters_deep(dims)
    costs = []
    for _ in range(51):
        parameters, cost = images.gradient_step(
            parameters, cats.train_x, cats.train_y, stored.rate
        )
        costs.append(cost)

    assert list(stored.steps[:3]) == [0, 25, 50]
    np.testing.assert_allclose(costs[::25], stored.cost[:3], rtol=1e-4)


@pytest.mark.skipif(
    not os.environ.get("CLASSIC_CATS"),
    reason="CLASSIC_CATS does not name the folder of the classic pair of files",
)
@pytest.mark.parametrize(
    ("name", "dims", "published"),
    [
        ("two_layer_model", (12288, 7, 1), [0.693049735659989, 0.6464320953428849]),
        (
            "L_layer_model",
            (12288, 20, 7, 5, 1),
            [0.7717493284237686, 0.6720534400822914],
        ),
    ],
)
def test_classic_costs_are_the_published_ones(images, name, dims, published):
    """At steps 0 and 100; `bench/classic_cats.py` runs all 2500."""
    classic = load_cats(os.environ["CLASSIC_CATS"])
    X = flatten_images(classic.train_x, 64)
    np.random.seed(1)
    _, costs = getattr(images, name)(X, classic.train_y, dims, 0.0075, 101)

    np.testing.assert_allclose(costs, published, rtol=1e-9)
