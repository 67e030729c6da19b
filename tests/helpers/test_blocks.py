"""The given blocks: the same values as the notebook's, and right gradients."""

import numpy as np
import pytest

from helpers import blocks
from helpers.gradients import central_differences, relative_difference
from helpers.networks import random_parameters
from tests.assignments.solutions import solutions

DIMS = [4, 5, 3, 2]


@pytest.fixture
def batch():
    """Return parameters of three layers, examples and labels."""
    rng = np.random.RandomState(1)
    X, Y = rng.randn(4, 7), 1.0 * (rng.rand(2, 7) < 0.5)
    return random_parameters(DIMS, seed=2), X, Y


def test_given_blocks_agree_with_the_solutions_of_the_notebook(batch):
    """Forward, cost, backward and update are those that learners have written."""
    theirs = solutions("03_deep_network", "building_blocks")
    parameters, X, Y = batch
    AL, caches = blocks.L_model_forward(X, parameters)
    expected_AL, expected_caches = theirs.L_model_forward(X, parameters)
    grads = blocks.L_model_backward(AL, Y, caches)
    expected = theirs.L_model_backward(AL, Y, expected_caches)
    new = blocks.update_parameters(parameters, grads, 0.3)
    dA = np.random.RandomState(3).randn(*AL.shape)
    back = blocks.linear_activation_backward(dA, caches[-1], "sigmoid")
    back_expected = theirs.linear_activation_backward(dA, caches[-1], "sigmoid")

    np.testing.assert_allclose(AL, expected_AL, rtol=1e-14)
    for name in grads:
        np.testing.assert_allclose(grads[name], expected[name], rtol=1e-12, atol=1e-15)
    for name, value in theirs.update_parameters(parameters, expected, 0.3).items():
        np.testing.assert_allclose(new[name], value, rtol=1e-12)
    for ours, value in zip(back, back_expected):
        np.testing.assert_allclose(ours, value, rtol=1e-12)


def test_small_start_is_that_of_the_notebook():
    """The same draws in the same order, so that published runs come out."""
    theirs = solutions("03_deep_network", "building_blocks")
    np.random.seed(1)
    start = blocks.initialize_parameters(6, 3, 2)
    np.random.seed(1)
    expected = theirs.initialize_parameters(6, 3, 2)

    for name, value in expected.items():
        assert np.array_equal(start[name], value), name


def test_gradients_agree_with_central_differences(batch):
    """Every dW and db is the measured slope of the cost."""
    parameters, X, Y = batch

    def cost(trial):
        AL = blocks.L_model_forward(X, trial)[0]
        # One output: the cost is a mean over examples, here of the first row.
        return blocks.compute_cost(AL[:1], Y[:1])

    parameters = {**parameters, "W3": parameters["W3"][:1], "b3": parameters["b3"][:1]}
    AL, caches = blocks.L_model_forward(X, parameters)
    grads = blocks.L_model_backward(AL, Y[:1], caches)

    for name, slope in central_differences(cost, parameters).items():
        assert relative_difference(grads[f"d{name}"], slope) < 1e-7, name
