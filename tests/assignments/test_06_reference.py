"""The solutions of assignment 06 against known properties and other ways to compute."""

import numpy as np
import pytest

from helpers import activations
from helpers.gradients import central_differences, check_gradients
from tests.assignments.solutions import run_cells, solutions

SOFTMAX = solutions("06_many_classes", "softmax_regression")
TUNING = solutions("06_many_classes", "tuning")
NORM = solutions("06_many_classes", "batch_normalization")


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


def _layer(n=3, m=7, seed=0):
    rng = np.random.RandomState(seed)
    return {
        "Z": 2 * rng.randn(n, m) + 3,
        "gamma": rng.randn(n, 1),
        "beta": rng.randn(n, 1),
    }


def test_normalized_rows_have_mean_zero_and_variance_one():
    """Whatever size the values had."""
    layer = _layer()
    ones, zeros = np.ones((3, 1)), np.zeros((3, 1))

    Z_tilde, _ = NORM.batchnorm_forward(1000 * layer["Z"], ones, zeros, 1e-12)

    np.testing.assert_allclose(Z_tilde.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(Z_tilde.var(axis=1), 1, rtol=1e-12)


def test_backward_through_batch_normalization_agrees_with_central_differences():
    """Values, scale and shift, for a small and for a large eps."""
    weights = np.random.RandomState(1).randn(3, 7)
    for eps in (1e-5, 2.0):
        layer = _layer(seed=2)
        _, cache = NORM.batchnorm_forward(*layer.values(), eps)
        dZ, dgamma, dbeta = NORM.batchnorm_backward(weights, cache)

        def cost(p, eps=eps):
            return float(np.sum(weights * NORM.batchnorm_forward(*p.values(), eps)[0]))

        found = {"Z": dZ, "gamma": 7 * dgamma, "beta": 7 * dbeta}
        assert check_gradients(cost, layer, found).difference < 1e-8


def test_a_bias_before_the_normalization_has_no_gradient():
    """Each row of dZ has the sum zero."""
    layer = _layer(seed=3)
    _, cache = NORM.batchnorm_forward(*layer.values())

    dZ, _, _ = NORM.batchnorm_backward(np.random.RandomState(4).randn(3, 7), cache)

    np.testing.assert_allclose(dZ.sum(axis=1), 0, atol=1e-12)


def test_a_folded_layer_is_the_normalized_one():
    """For random inputs, and for one example alone."""
    rng = np.random.RandomState(5)
    W, X, layer = rng.randn(3, 4), rng.randn(4, 9), _layer(seed=6)
    fixed = layer["gamma"], layer["beta"], rng.randn(3, 1), rng.rand(3, 1)

    W_folded, b_folded = NORM.fold_batchnorm(W, *fixed, 0.1)

    for examples in (X, X[:, :1]):
        np.testing.assert_allclose(
            W_folded @ examples + b_folded,
            NORM.batchnorm_predict(W @ examples, *fixed, 0.1),
            rtol=1e-12,
        )


def test_running_averages_of_equal_batches_reach_their_statistics():
    """After many batches the initial values are forgotten."""
    mu, var = np.array([[3.0]]), np.array([[2.0]])
    running = np.zeros((1, 1)), np.ones((1, 1))
    for _ in range(400):
        running = NORM.update_running_averages(*running, mu, var)

    np.testing.assert_allclose(running, (mu, var), rtol=1e-12)


def test_stacked_networks_have_the_gradients_of_central_differences():
    """The given code that trains many networks at once, with their functions."""
    names = run_cells(
        "06_many_classes", "batch_normalization", "digits", "rows", "train"
    )
    p = names["initialize"](3, True, [0, 1], width=4)
    X, Y = names["X_train"][:, :6], names["Y_train"][:, :6]

    def cost(q):
        Z, _ = names["forward"](X, q, 3, {})
        return float(sum(SOFTMAX.compute_cost(scores, Y) for scores in Z))

    Z, caches = names["forward"](X, p, 3, {})
    P = np.stack([activations.softmax(scores) for scores in Z])
    grads = names["backward"](P - Y, caches, p, 3)

    small = {key: value for key, value in p.items() if key != "W1"}
    report = check_gradients(lambda q: cost(p | q), small, grads)
    assert report.difference < 1e-6


def test_samples_are_uniform_on_their_scale():
    """Every power of ten gets an equal part; momenta by their distance from 1."""
    u = np.linspace(0, 1, 4001)
    values = TUNING.sample_log_uniform(u, 1e-3, 10.0)
    beta = TUNING.sample_beta(u, 0.9, 0.9999)

    counts, _ = np.histogram(np.log10(values), 4)
    np.testing.assert_allclose(counts, 1000, atol=2)
    np.testing.assert_allclose(beta[[0, -1]], [0.9, 0.9999], rtol=1e-12)
    assert beta[2000] == pytest.approx(1 - 10**-2.5, rel=1e-12)


def test_early_stopping_sees_no_later_costs():
    """What comes after the stop changes nothing."""
    costs = np.array([0.9, 0.5, 0.6, 0.7, 0.8])

    for later in ([], [0.1], [9.0, 0.0]):
        assert TUNING.early_stopping(np.append(costs, later), 2) == (1, 3)
