"""The solutions of assignment 02 give published values and right gradients."""

import numpy as np
import pytest

from helpers.datasets import load_planar
from helpers.gradients import check_gradients
from helpers.networks import random_parameters
from tests.assignments.solutions import solutions

SMALL_W1 = np.array(
    [
        [-0.00416758, -0.00056267],
        [-0.02136196, 0.01640271],
        [-0.01793436, -0.00841747],
        [0.00502881, -0.01245288],
    ]
)
SMALL_W2 = np.array([[-0.01057952, -0.00909008, 0.00551454, 0.02292208]])


@pytest.fixture(scope="module")
def planar():
    """Return the functions of the notebook."""
    return solutions("02_shallow_network", "planar_classification")


def few_examples(bias=False):
    """Return the published X, Y (drawn after X), or X and b1, of three examples."""
    draw = np.random.RandomState(1)
    X = draw.randn(2, 3)
    return (X, draw.randn(4, 1)) if bias else (X, 1.0 * (draw.randn(1, 3) > 0))


def test_layer_sizes_are_the_published_ones(planar):
    """Five inputs, four hidden units, two outputs."""
    draw = np.random.RandomState(1)

    assert planar.layer_sizes(draw.randn(5, 3), draw.randn(2, 3)) == (5, 4, 2)


def test_start_is_the_published_one(planar):
    """The seed 2 gives the published weights and zero biases."""
    np.random.seed(2)
    start = planar.initialize_parameters(2, 4, 1)

    np.testing.assert_allclose(start["W1"], SMALL_W1, rtol=0, atol=5e-9)
    np.testing.assert_allclose(start["W2"], SMALL_W2, rtol=0, atol=5e-9)
    assert not start["b1"].any()
    assert not start["b2"].any()


def test_forward_pass_gives_the_published_values(planar):
    """The means of all four arrays and the three probabilities agree."""
    X, b1 = few_examples(bias=True)
    parameters = {"W1": SMALL_W1, "b1": b1, "W2": SMALL_W2, "b2": np.array([[-1.3]])}
    A2, cache = planar.forward_propagation(X, parameters)
    means = [cache[name].mean() for name in ("Z1", "A1", "Z2", "A2")]
    published = [0.262818640198, 0.091999045227, -1.30766601287, 0.212877681719]

    np.testing.assert_allclose(means, published, rtol=1e-10)
    np.testing.assert_allclose(A2, [[0.21292656, 0.21274673, 0.21295976]], rtol=5e-8)


def test_cost_is_the_published_one(planar):
    """Three hesitant answers cost 0.693058761."""
    Y = 1.0 * (np.random.RandomState(1).randn(1, 3) > 0)
    A2 = np.array([[0.5002307, 0.49985831, 0.50023963]])

    assert abs(planar.compute_cost(A2, Y) - 0.693058761) < 1e-9


def test_gradients_are_the_published_ones(planar):
    """The published cache, made by the published start, gives the gradients."""
    X, Y = few_examples()
    zeros = {"b1": np.zeros((4, 1)), "b2": np.zeros((1, 1))}
    parameters = {"W1": SMALL_W1, "W2": SMALL_W2} | zeros
    _, cache = planar.forward_propagation(X, parameters)
    grads = planar.backward_propagation(parameters, cache, X, Y)

    def agree(found, published):
        np.testing.assert_allclose(found, published, rtol=0, atol=2e-8)

    agree(grads["dW1"][0], [0.00301023, -0.00747267])
    agree(grads["db1"][0], [0.00176201])
    agree(grads["dW2"][0], [0.00078841, 0.01765429, -0.00084166, -0.01022527])
    agree(grads["db2"][0], [-0.16655712])


def test_update_is_the_published_one(planar):
    """One step at the default rate."""
    parameters = {
        "W1": np.array([[-0.00615039, 0.0169021]]),
        "b1": np.zeros((1, 1)),
        "W2": np.array([[-0.0104319]]),
        "b2": np.array([[9.14954378e-05]]),
    }
    grads = {
        "dW1": np.array([[0.00023322, -0.00205423]]),
        "db1": np.zeros((1, 1)),
        "dW2": np.array([[-1.75740039e-05]]),
        "db2": np.array([[-1.08923140e-05]]),
    }
    new = planar.update_parameters(parameters, grads)

    np.testing.assert_allclose(new["W1"], [[-0.00643025, 0.01936718]], atol=5e-9)
    np.testing.assert_allclose(new["b2"], [[0.00010457]], atol=5e-9)


@pytest.mark.slow
def test_training_starts_and_ends_where_it_was_published(planar, capsys):
    """The cost at the start agrees in all digits, the end in three.

    The published start was drawn with seed 2 inside of the initialization.
    """
    X, Y = few_examples()
    np.random.seed(2)
    end = planar.nn_model(X, Y, 4, num_iterations=10000, print_cost=True)
    first_line = capsys.readouterr().out.splitlines()[0]

    assert first_line.endswith("0.692739")
    np.testing.assert_allclose(end["W1"][0], [-0.65848169, 1.21866811], rtol=1e-3)
    np.testing.assert_allclose(
        end["W2"], [[-2.45566237, -3.27042274, 2.00784958, 3.36773273]], rtol=1e-3
    )
    np.testing.assert_allclose(end["b2"], [[0.20459656]], rtol=1e-3)


@pytest.mark.slow
def test_flower_is_learned_as_published(planar):
    """Four hidden units get 90 % of the flower, at a cost of 0.2185."""
    X, Y = load_planar()
    np.random.seed(3)
    net = planar.nn_model(X, Y, 4, num_iterations=9000)
    cost = planar.compute_cost(planar.forward_propagation(X, net)[0], Y)

    assert abs(cost - 0.2186) < 5e-4
    assert abs(np.mean(planar.predict(net, X) == Y) - 0.905) < 0.006


@pytest.mark.parametrize("name", ["backward_propagation", "debug_backward_propagation"])
@pytest.mark.parametrize("dims", [[2, 4, 1], [3, 5, 2], [1, 2, 4]])
def test_gradients_agree_with_central_differences(planar, name, dims):
    """Measured slopes agree to 1e-7, with one output and with several."""
    net = random_parameters(dims, seed=sum(dims))
    draw = np.random.RandomState(0)
    X, Y = draw.randn(dims[0], 6), 1.0 * (draw.rand(dims[-1], 6) > 0.5)

    def cost(parameters):
        return planar.compute_cost(planar.forward_propagation(X, parameters)[0], Y)

    cache = planar.forward_propagation(X, net)[1]
    grads = getattr(planar, name)(net, cache, X, Y)
    report = check_gradients(cost, net, grads)

    assert report.difference < 1e-7
    assert max(report.differences.values()) < 1e-7
