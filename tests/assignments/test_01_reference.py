"""The solutions of 01 give the numbers that were published for these exercises."""

import warnings

import numpy as np
import pytest

from helpers.activations import softmax
from helpers.gradients import central_differences, relative_difference
from tests.assignments.solutions import solutions

TINY = np.finfo(float).tiny


@pytest.fixture(scope="module")
def basics():
    """Return the functions of numpy_basics."""
    return solutions("01_logistic_regression", "numpy_basics")


@pytest.fixture(scope="module")
def neuron():
    """Return the functions of logistic_regression."""
    return solutions("01_logistic_regression", "logistic_regression")


@pytest.fixture(autouse=True)
def no_warnings():
    """Let no solution warn: nothing overflows, nothing is divided by zero."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def close(expected, found, digits=8):
    """Assert equal shapes and values to the published digits."""
    expected = np.asarray(expected, float)

    assert expected.shape == np.shape(found)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.6 * 10**-digits)


# Three-column data with an awkward middle: the published example of 2017-20.
W = np.array([[1.0], [2.0]])
X = np.array([[1.0, 2.0, -1.0], [3.0, 4.0, -3.2]])
Y = np.array([[1, 0, 1]])


def test_basic_sigmoid_gives_the_published_numbers(basics):
    """The numbers for 3 and for 1."""
    close(0.95257413, basics.basic_sigmoid(3))
    close(0.7310585786, basics.basic_sigmoid(1), digits=10)


def test_sigmoid_and_its_slope_give_the_published_numbers(basics):
    """The numbers for 1, 2 and 3."""
    x = np.array([1, 2, 3])

    close([0.73105858, 0.88079708, 0.95257413], basics.sigmoid(x))
    close([0.19661193, 0.10499359, 0.04517666], basics.sigmoid_derivative(x))


@pytest.mark.parametrize("x", [-1e308, -800.0, -30.0, 30.0, 800.0, 1e308])
def test_sigmoid_is_exact_for_any_size_of_number(basics, neuron, x):
    """Far out it is 0 or 1, or the exponential itself, and never warns."""
    expected = 1.0 if x > 40 else 1 / (1 + np.exp(-x)) if x > -40 else 0.0

    for sigmoid in (basics.sigmoid, neuron.sigmoid):
        np.testing.assert_allclose(sigmoid(x), expected, rtol=1e-12, atol=TINY)


def test_slope_agrees_with_central_differences(basics):
    """The formula is the slope of the curve."""
    x = np.linspace(-6, 6, 25)
    step = 1e-5
    measured = (basics.sigmoid(x + step) - basics.sigmoid(x - step)) / (2 * step)

    np.testing.assert_allclose(basics.sigmoid_derivative(x), measured, atol=1e-10)


def test_image2vector_reads_row_by_row(basics):
    """The column can be cut into the picture again."""
    image = np.arange(18.0).reshape(3, 3, 2)

    close(np.arange(18.0).reshape(18, 1), basics.image2vector(image))


def test_normalize_rows_gives_the_published_numbers(basics):
    """The numbers of the two rows."""
    expected = [[0, 0.6, 0.8], [0.13736056, 0.82416338, 0.54944226]]

    close(expected, basics.normalize_rows(np.array([[0, 3, 4], [1, 6, 4]])))


def test_softmax_gives_the_published_numbers(basics):
    """The published scores are rows; as columns they have the same probabilities."""
    published = np.array([[9, 2, 5, 0, 0], [7, 5, 0, 0, 0]])
    probabilities = basics.softmax(published.T)

    close(
        [0.980897665, 8.94462891e-04, 1.79657674e-02, 1.21052389e-04, 1.21052389e-04],
        probabilities[:, 0],
    )


def test_softmax_normalizes_columns_as_the_helpers_do(basics):
    """Examples are columns in the whole course."""
    scores = np.random.RandomState(2).randn(3, 5) * 4
    probabilities = basics.softmax(scores)

    np.testing.assert_allclose(probabilities.sum(axis=0), np.ones(5), rtol=1e-12)
    np.testing.assert_allclose(probabilities, softmax(scores), rtol=1e-12)


def test_softmax_is_invariant_to_a_shift_of_any_size(basics):
    """Each column may be shifted by a number of its own."""
    scores = np.random.RandomState(1).randn(3, 4)
    shift = np.array([[0.0, 1e3, -1e3, 1e6]])

    np.testing.assert_allclose(
        basics.softmax(scores + shift), basics.softmax(scores), rtol=1e-8
    )


def test_losses_give_the_published_numbers(basics):
    """The numbers of both losses for five predictions."""
    yhat = np.array([0.9, 0.2, 0.1, 0.4, 0.9])
    y = np.array([1, 0, 0, 1, 1])

    close(1.1, basics.L1(yhat, y))
    close(0.43, basics.L2(yhat, y))


@pytest.mark.parametrize(
    ("z", "expected"), [(9.2, 0.999898970806), (0, 0.5), (2, 0.88079707797788)]
)
def test_sigmoid_of_the_neuron_gives_the_published_numbers(neuron, z, expected):
    """The numbers of three generations of the exercise."""
    close(expected, neuron.sigmoid(z), digits=11)


def test_start_is_a_column_of_zeros(neuron):
    """Two axes, whatever the dimension, and a float."""
    w, b = neuron.initialize_with_zeros(2)

    close([[0], [0]], w)
    assert (b, type(b)) == (0, float)


@pytest.mark.parametrize(
    ("b", "X", "Y", "dw", "db", "cost"),
    [
        (
            2.0,
            [[1, 2], [3, 4]],
            [[1, 0]],
            [0.99993216, 1.99980262],
            0.499935230625,
            6.000064773192205,
        ),
        (
            2.0,
            [[1, 2, -1], [3, 4, -3.2]],
            [[1, 0, 1]],
            [0.99845601, 2.39507239],
            0.00145557813678,
            5.801545319394553,
        ),
        (
            1.5,
            [[1, -2, -1], [3, 0.5, -3.2]],
            [[1, 1, 0]],
            [0.25071532, -0.06604096],
            -0.12500404500439652,
            0.15900537707692405,
        ),
    ],
)
def test_propagate_gives_the_published_numbers(neuron, b, X, Y, dw, db, cost):
    """The numbers of three generations of the exercise."""
    grads, found = neuron.propagate(W, b, np.array(X), np.array(Y))

    close(np.array(dw).reshape(2, 1), grads["dw"])
    close(db, grads["db"], digits=12)
    np.testing.assert_allclose(found, cost, rtol=1e-11)


@pytest.mark.parametrize(("n_x", "m"), [(3, 5), (5, 3), (4, 1), (1, 4)])
def test_gradients_agree_with_central_differences(neuron, n_x, m):
    """The gradient is the slope of the cost."""
    rng = np.random.RandomState(10 * n_x + m)
    X, Y = rng.randn(n_x, m), rng.randint(0, 2, (1, m))
    parameters = {"w": rng.randn(n_x, 1), "b": rng.randn(1, 1)}

    def cost(parameters):
        return neuron.propagate(parameters["w"], parameters["b"], X, Y)[1]

    measured = central_differences(cost, parameters)
    grads, _ = neuron.propagate(parameters["w"], parameters["b"], X, Y)

    assert relative_difference(grads["dw"], measured["w"]) < 1e-8
    assert relative_difference(np.reshape(grads["db"], (1, 1)), measured["b"]) < 1e-8


def test_gradients_agree_with_the_loops(neuron):
    """The loop that is timed computes the same thing."""
    rng = np.random.RandomState(2)
    given = rng.randn(4, 1), 0.3, rng.randn(4, 6), rng.randint(0, 2, (1, 6))
    grads, cost = neuron.propagate(*given)
    by_loop, cost_by_loop = neuron.propagate_by_loops(*given)

    np.testing.assert_allclose(grads["dw"], by_loop["dw"], rtol=1e-12)
    np.testing.assert_allclose(grads["db"], by_loop["db"], rtol=1e-12)
    np.testing.assert_allclose(cost, cost_by_loop, rtol=1e-12)


def test_cost_stays_right_where_the_neuron_is_sure(neuron):
    """Surely right costs nothing, surely wrong costs the size of the sum."""
    X = np.array([[1000.0, -1000.0]])
    w = np.ones((1, 1))

    assert neuron.propagate(w, 0.0, X, np.array([[1, 0]]))[1] == 0.0
    assert neuron.propagate(w, 0.0, X, np.array([[0, 1]]))[1] == 1000.0


def test_standardized_features_have_mean_0_and_spread_1(neuron):
    """The mended function agrees with NumPy's own mean and spread."""
    X = np.random.RandomState(3).randn(4, 9)
    mu, sigma, X_scaled = neuron.debug_standardize(X)

    np.testing.assert_allclose(mu, X.mean(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(sigma, X.std(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(X_scaled, (X - mu) / sigma, rtol=1e-12)


def test_optimize_gives_the_published_numbers_of_a_hundred_steps(neuron):
    """Default steps and rate, from the two older generations."""
    older = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 0]])
    params, _, _ = neuron.optimize(W, 2.0, *older)
    close([[0.1124579], [0.23106775]], params["w"])
    close(1.55930492484, params["b"], digits=11)

    params, grads, costs = neuron.optimize(W, 2.0, X, Y)
    close([[0.19033591], [0.12259159]], params["w"])
    close(1.92535983008, params["b"], digits=11)
    close([[0.67752042], [1.41625495]], grads["dw"])
    close(0.219194504541, grads["db"], digits=11)
    assert len(costs) == 1


def test_optimize_gives_the_published_numbers_of_101_steps(neuron):
    """Another rate, and two costs to be remembered."""
    params, _, costs = neuron.optimize(
        W, 2.0, X, Y, num_iterations=101, learning_rate=0.1
    )

    close([[-0.70916784], [-0.42390859]], params["w"])
    close(2.26891346, params["b"])
    close([5.80154532, 0.31057104], costs)


def test_optimize_leaves_its_inputs_alone(neuron):
    """The caller's arrays are what they were."""
    w = W.copy()
    neuron.optimize(w, 1.5, X, Y)

    np.testing.assert_array_equal(w, W)


def test_predict_gives_the_published_numbers(neuron):
    """The three examples of 2018, exactly one half being no cat."""
    w = np.array([[0.1124579], [0.23106775]])
    X = np.array([[1.0, -1.1, -3.2], [1.2, 2.0, 0.1]])

    close([[1, 1, 0]], neuron.predict(w, -0.3, X))
    close([[0]], neuron.predict(w, 0.0, np.zeros((2, 1))))


def test_model_gives_the_published_numbers(neuron):
    """Fifty steps on seven examples that numpy.random.seed(0) draws."""
    rng = np.random.RandomState(0)
    X_train, X_test = rng.randn(4, 7), rng.randn(4, 3)
    Y_train, Y_test = np.array([[1, 0, 0, 1, 0, 0, 1]]), np.array([[0, 1, 0]])
    d = neuron.model(
        X_train, Y_train, X_test, Y_test, num_iterations=50, learning_rate=0.01
    )

    close([[0.08639757], [-0.08231268], [-0.11798927], [0.12866053]], d["w"])
    close(-0.03983236, d["b"])
    assert (d["learning_rate"], d["num_iterations"]) == (0.01, 50)
