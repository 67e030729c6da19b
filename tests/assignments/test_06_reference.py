"""The solutions of assignment 06 against known properties and other ways to compute."""

import numpy as np
import pytest

from helpers import activations
from helpers.gradients import central_differences, check_gradients
from tests.assignments.solutions import solutions

SOFTMAX = solutions("06_many_classes", "softmax_regression")


def _scores(C=4, m=6, seed=0):
    rng = np.random.RandomState(seed)
    return rng.randn(C, m), np.eye(C)[:, rng.randint(0, C, m)]


def test_softmax_of_two_classes_is_the_sigmoid():
    """With the scores 0 and z, whatever is added to both."""
    z = np.linspace(-30, 30, 61).reshape(1, -1)
    for shift in (0.0, 5.0, -800.0):
        A = SOFTMAX.softmax(np.vstack([shift + 0 * z, shift + z]))

        np.testing.assert_allclose(
            A[1:], activations.sigmoid(z), rtol=1e-10, atol=1e-14
        )


def test_temperature_one_is_plain_softmax():
    """And a temperature of two halves the scores."""
    Z, _ = _scores()
    plain, halved = activations.softmax(Z), activations.softmax(Z / 2)

    np.testing.assert_allclose(SOFTMAX.softmax(Z), plain, rtol=1e-12)
    np.testing.assert_allclose(SOFTMAX.softmax(Z, 2.0), halved, rtol=1e-12)


def test_the_cost_agrees_with_the_logarithm_of_probabilities():
    """For scores of usual size; for huge ones it is the difference of two scores."""
    Z, Y = _scores()
    usual = -np.mean(np.log(np.sum(Y * activations.softmax(Z), axis=0)))

    assert SOFTMAX.compute_cost(Z, Y) == pytest.approx(usual, rel=1e-12)
    huge, label = np.array([[0.0], [5e4]]), np.array([[1.0], [0.0]])
    assert SOFTMAX.compute_cost(huge, label) == 5e4


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    """A classifier that knows nothing of ten classes costs ln 10."""
    Y = np.eye(10)[:, [3, 1, 4]]

    cost = SOFTMAX.compute_cost(np.full((10, 3), 7.0), Y)

    assert cost == pytest.approx(np.log(10), rel=1e-12)


def test_backward_through_softmax_agrees_with_central_differences():
    """For any derivative with respect to the probabilities."""
    Z, _ = _scores(seed=1)
    dA = np.random.RandomState(2).randn(*Z.shape)

    dZ = SOFTMAX.softmax_backward(dA, SOFTMAX.softmax(Z))

    measured = central_differences(
        lambda p: float(np.sum(dA * SOFTMAX.softmax(p["Z"]))), {"Z": Z}
    )["Z"]
    np.testing.assert_allclose(dZ, measured, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(dZ.sum(axis=0), 0, atol=1e-12)


def test_cross_entropy_goes_back_to_the_difference():
    """Through the Jacobian, P - Y."""
    Z, Y = _scores(seed=3)
    P = SOFTMAX.softmax(Z)

    np.testing.assert_allclose(SOFTMAX.softmax_backward(-Y / P, P), P - Y, atol=1e-12)


def test_gradients_of_softmax_regression_agree_with_central_differences():
    """Weights and biases, three features."""
    X = np.random.RandomState(4).randn(3, 6)
    _, Y = _scores(seed=5)
    values = {
        "W": np.random.RandomState(6).randn(4, 3),
        "b": np.random.RandomState(7).randn(4, 1),
    }

    grads, _ = SOFTMAX.propagate(values["W"], values["b"], X, Y)

    report = check_gradients(
        lambda p: SOFTMAX.propagate(p["W"], p["b"], X, Y)[1], values, grads
    )
    assert report.difference < 1e-8


def test_network_gradients_agree_with_central_differences():
    """The given network with ReLU layers on top of the learner's functions."""
    names = vars(SOFTMAX)
    X = np.random.RandomState(8).randn(5, 7)
    Y = np.eye(3)[:, np.random.RandomState(9).randint(0, 3, 7)]
    parameters = names["initialize_parameters_he"]([5, 4, 6, 3], seed=1)

    grads = names["network_gradients"](X, Y, parameters)

    def cost(p):
        return SOFTMAX.compute_cost(names["network_scores"](X, p)[0], Y)

    assert check_gradients(cost, parameters, grads).difference < 1e-7


def test_labels_survive_encoding_and_prediction():
    """The largest entry of a one-hot column is the label."""
    labels = np.random.RandomState(10).randint(0, 7, (1, 40)) * 1.0

    np.testing.assert_array_equal(SOFTMAX.predict(SOFTMAX.one_hot(labels, 7)), labels)


def test_confusion_matrix_counts_every_example_once():
    """Row sums count the labels, column sums the predictions."""
    rng = np.random.RandomState(11)
    labels, predictions = rng.randint(0, 5, (2, 1, 60))

    counts = SOFTMAX.confusion_matrix(labels, predictions, 5)

    np.testing.assert_array_equal(
        counts.sum(axis=1), np.bincount(labels[0], minlength=5)
    )
    np.testing.assert_array_equal(
        counts.sum(axis=0), np.bincount(predictions[0], minlength=5)
    )
    assert np.trace(counts) == np.sum(labels == predictions)
