"""The given network: gradients, start and predictions."""

import numpy as np

from helpers.gradients import central_differences, relative_difference
from helpers.networks import (
    accuracy,
    backward_propagation,
    compute_cost,
    forward_propagation,
    initialize_parameters_he,
    predict,
    random_parameters,
)


def _cost(parameters, X, Y):
    AL, _ = forward_propagation(X, parameters)
    return compute_cost(AL, Y)


def test_gradients_agree_with_central_differences():
    """Every dW and db is the slope of the cost, with two hidden layers."""
    rng = np.random.RandomState(1)
    X = rng.randn(4, 7)
    Y = (rng.rand(1, 7) < 0.5).astype(float)
    parameters = random_parameters([4, 5, 3, 1], seed=2)

    AL, caches = forward_propagation(X, parameters)
    grads = backward_propagation(AL, Y, caches)
    slopes = central_differences(lambda p: _cost(p, X, Y), parameters)

    assert set(grads) == {"d" + key for key in parameters}
    for key, slope in slopes.items():
        assert relative_difference(grads["d" + key], slope) < 1e-7, key


def test_the_start_has_the_spread_of_relu_layers_and_no_biases():
    """He start: spread sqrt(2 / n_prev), b zero, equal for equal seeds."""
    start = initialize_parameters_he([400, 300, 1], seed=5)

    assert abs(start["W1"].std() / np.sqrt(2 / 400) - 1) < 0.01
    assert not start["b1"].any()
    assert start["b1"].shape == (300, 1)
    again = initialize_parameters_he([400, 300, 1], seed=5)
    np.testing.assert_array_equal(start["W2"], again["W2"])


def test_the_cost_stays_finite_when_the_output_saturates():
    """A sure and wrong answer costs a lot, not infinitely much."""
    parameters = {"W1": np.array([[1000.0]]), "b1": np.array([[0.0]])}

    cost = _cost(parameters, np.array([[1.0, -1.0]]), np.array([[0.0, 1.0]]))

    assert np.isfinite(cost)
    assert cost > 30


def test_accuracy_counts_the_predictions_that_agree():
    """One half is class 0; the share is over the examples."""
    parameters = {"W1": np.array([[1.0]]), "b1": np.array([[0.0]])}
    X = np.array([[-1.0, 0.0, 1.0, 2.0]])

    np.testing.assert_array_equal([[0.0, 0.0, 1.0, 1.0]], predict(X, parameters))
    assert accuracy(X, np.array([[0.0, 1.0, 1.0, 1.0]]), parameters) == 0.75


def test_random_parameters_fill_the_biases_too():
    """No number of the dictionary is zero; the prefix stands before each key."""
    values = random_parameters([3, 2, 1], seed=4, prefix="d")

    assert list(values) == ["dW1", "db1", "dW2", "db2"]
    assert all(value.all() for value in values.values())
