"""The given network: the values of the notebook's functions, and right gradients."""

import numpy as np

from helpers.gradients import central_differences, relative_difference
from helpers.networks import (
    accuracy,
    backward_propagation,
    compute_cost,
    forward_propagation,
    initialize_parameters,
    initialize_parameters_he,
    linear_activation_backward,
    predict,
    random_parameters,
    update_parameters,
)
from tests.assignments.solutions import solutions


def _cost(parameters, X, Y):
    AL, _ = forward_propagation(X, parameters)
    return compute_cost(AL, Y)


def test_the_functions_agree_with_the_solutions_of_the_notebook():
    """Forward, cost, backward and update are those that learners have written."""
    theirs = solutions("03_deep_network", "building_blocks")
    rng = np.random.RandomState(1)
    X, Y = rng.randn(4, 7), 1.0 * (rng.rand(2, 7) < 0.5)
    parameters = random_parameters([4, 5, 3, 2], seed=2)
    AL, caches = forward_propagation(X, parameters)
    expected_AL, expected_caches = theirs.L_model_forward(X, parameters)
    grads = backward_propagation(AL, Y, caches)
    expected = theirs.L_model_backward(AL, Y, expected_caches)
    new = update_parameters(parameters, grads, 0.3)
    dA = np.random.RandomState(3).randn(*AL.shape)
    back = linear_activation_backward(dA, caches[-1], "sigmoid")
    back_expected = theirs.linear_activation_backward(dA, caches[-1], "sigmoid")

    np.testing.assert_allclose(AL, expected_AL, rtol=1e-14)
    for name in grads:
        np.testing.assert_allclose(grads[name], expected[name], rtol=1e-12, atol=1e-15)
    for name, value in theirs.update_parameters(parameters, expected, 0.3).items():
        np.testing.assert_allclose(new[name], value, rtol=1e-12)
    for ours, value in zip(back, back_expected):
        np.testing.assert_allclose(ours, value, rtol=1e-12)


def test_small_weights_are_those_of_the_notebook():
    """The same draws in the same order, so that published runs come out."""
    theirs = solutions("03_deep_network", "building_blocks")
    np.random.seed(1)
    ours = initialize_parameters(6, 3, 2)
    np.random.seed(1)
    expected = theirs.initialize_parameters(6, 3, 2)

    for name, value in expected.items():
        assert np.array_equal(ours[name], value), name


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


def test_he_initialization_has_its_standard_deviation_and_no_biases():
    """Standard deviation sqrt(2 / n_prev), b zero, equal for equal seeds."""
    start = initialize_parameters_he([400, 300, 1], seed=5)

    assert abs(start["W1"].std() / np.sqrt(2 / 400) - 1) < 0.01
    assert not start["b1"].any()
    assert start["b1"].shape == (300, 1)
    again = initialize_parameters_he([400, 300, 1], seed=5)
    np.testing.assert_array_equal(start["W2"], again["W2"])


def test_masks_drop_units_in_both_directions():
    """With fixed masks the gradients are those of the cost with these masks."""
    rng = np.random.RandomState(4)
    X, Y = rng.randn(3, 6), (rng.rand(1, 6) < 0.5).astype(float)
    masks = [(rng.rand(n, 6) < 0.7) / 0.7 for n in (5, 4)]
    parameters = random_parameters([3, 5, 4, 1], seed=5)

    def cost(trial):
        return compute_cost(forward_propagation(X, trial, masks)[0], Y)

    AL, caches = forward_propagation(X, parameters, masks)
    grads = backward_propagation(AL, Y, caches, masks)

    for name, slope in central_differences(cost, parameters).items():
        assert relative_difference(grads["d" + name], slope) < 1e-7, name
    assert cost(parameters) != _cost(parameters, X, Y)


def test_the_cost_stays_finite_when_the_output_saturates():
    """A sure and wrong answer costs a lot, not infinitely much."""
    parameters = {"W1": np.array([[1000.0]]), "b1": np.array([[0.0]])}

    cost = _cost(parameters, np.array([[1.0, -1.0]]), np.array([[0.0, 1.0]]))

    assert np.isfinite(cost)
    assert cost > 30


def test_accuracy_counts_the_predictions_that_agree():
    """One half is class 0; the fraction is of the examples."""
    parameters = {"W1": np.array([[1.0]]), "b1": np.array([[0.0]])}
    X = np.array([[-1.0, 0.0, 1.0, 2.0]])

    np.testing.assert_array_equal([[0.0, 0.0, 1.0, 1.0]], predict(X, parameters))
    assert accuracy(X, np.array([[0.0, 1.0, 1.0, 1.0]]), parameters) == 0.75


def test_random_parameters_fill_the_biases_too():
    """No number of the dictionary is zero; the prefix stands before each key."""
    values = random_parameters([3, 2, 1], seed=4, prefix="d")

    assert list(values) == ["dW1", "db1", "dW2", "db2"]
    assert all(value.all() for value in values.values())
