"""The solutions of assignment 03 give published values and right gradients."""

import numpy as np
import pytest

from helpers import layers
from helpers.gradients import check_gradients
from helpers.networks import random_parameters
from tests.assignments.solutions import solutions


@pytest.fixture(scope="module")
def blocks():
    """Return the functions of the notebook."""
    return solutions("03_deep_network", "building_blocks")


def agree(found, published):
    """Hold values against published ones, which have eight digits."""
    np.testing.assert_allclose(found, published, rtol=0, atol=1e-8)


def test_starts_are_the_published_ones(blocks):
    """Two layers with seed 1, any number of layers with seed 3."""
    np.random.seed(1)
    two = blocks.initialize_parameters(3, 2, 1)
    np.random.seed(3)
    deep = blocks.initialize_parameters_deep([5, 4, 3])

    agree(two["W1"][0], [0.01624345, -0.00611756, -0.00528172])
    agree(two["W2"], [[0.01744812, -0.00761207]])
    agree(deep["W1"][0], [0.01788628, 0.0043651, 0.00096497, -0.01863493, -0.00277388])
    assert [deep[name].shape for name in ("b1", "W2", "b2")] == [(4, 1), (3, 4), (3, 1)]


def test_one_layer_forward_gives_the_published_values(blocks):
    """The linear part with seed 1, whole layers with seed 2."""
    draw = np.random.RandomState(1)
    Z, _ = blocks.linear_forward(draw.randn(3, 2), draw.randn(1, 3), draw.randn(1, 1))
    draw = np.random.RandomState(2)
    layer = draw.randn(3, 2), draw.randn(1, 3), draw.randn(1, 1)

    agree(Z, [[3.26295337, -1.23429987]])
    agree(
        blocks.linear_activation_forward(*layer, "sigmoid")[0],
        [[0.96890023, 0.11013289]],
    )
    agree(blocks.linear_activation_forward(*layer, "relu")[0], [[3.43896131, 0]])


def test_two_hidden_layers_forward_give_the_published_values(blocks):
    """Seed 6, widths 5, 4, 3 and 1."""
    draw = np.random.RandomState(6)
    X, parameters = draw.randn(5, 4), {}
    for l, (n, n_prev) in enumerate([(4, 5), (3, 4), (1, 3)], start=1):  # noqa: E741
        parameters[f"W{l}"], parameters[f"b{l}"] = (
            draw.randn(n, n_prev),
            draw.randn(n, 1),
        )
    AL, caches = blocks.L_model_forward(X, parameters)

    agree(AL, [[0.03921668, 0.70498921, 0.19734387, 0.04728177]])
    assert len(caches) == 3


def test_costs_are_the_published_ones(blocks):
    """Both generations of the published example."""
    AL = np.array([[0.8, 0.9, 0.4]])

    assert abs(blocks.compute_cost(AL, np.array([[1.0, 1, 0]])) - 0.27977656) < 1e-8
    assert abs(blocks.compute_cost(AL, np.ones((1, 3))) - 0.41493159961539694) < 1e-12


def test_linear_part_backward_gives_the_published_values(blocks):
    """Seed 1; each unit has a bias gradient of its own."""
    draw = np.random.RandomState(1)
    dZ, A = draw.randn(3, 4), draw.randn(5, 4)
    _, _, db = blocks.linear_backward(dZ, (A, draw.randn(3, 5), draw.randn(3, 1)))

    agree(db.ravel(), [-0.14713786, -0.11313155, -0.13209101])


def test_one_layer_backward_gives_the_published_values(blocks):
    """Seed 2, sigmoid and ReLU."""
    draw = np.random.RandomState(2)
    dA, A = draw.randn(1, 2), draw.randn(3, 2)
    cache = ((A, draw.randn(1, 3), draw.randn(1, 1)), draw.randn(1, 2))
    _, dW, db = blocks.linear_activation_backward(dA, cache, "sigmoid")
    agree(dW, [[0.10266786, 0.09778551, -0.01968084]])
    agree(db, [[-0.05729622]])
    _, dW, db = blocks.linear_activation_backward(dA, cache, "relu")
    agree(dW, [[0.44513824, 0.37371418, -0.10478989]])
    agree(db, [[-0.20837892]])


def test_whole_backward_pass_gives_the_published_values(blocks):
    """Seed 3; the published caches do not belong to each other, and need not."""
    draw = np.random.RandomState(3)
    AL, Y = draw.randn(1, 2), np.array([[1.0, 0.0]])
    A0, W1, b1, Z1 = (draw.randn(*s) for s in [(4, 2), (3, 4), (3, 1), (3, 2)])
    A1, W2, b2, Z2 = (draw.randn(*s) for s in [(3, 2), (1, 3), (1, 1), (1, 2)])
    grads = blocks.L_model_backward(AL, Y, [((A0, W1, b1), Z1), ((A1, W2, b2), Z2)])

    agree(grads["dW1"][0], [0.41010002, 0.07807203, 0.13798444, 0.10502167])
    agree(grads["db1"].ravel(), [-0.22007063, 0, -0.02835349])
    agree(grads["dA1"][0], [0.12913162, -0.44014127])
    agree(grads["dW2"], [[-0.39202432, -0.13325855, -0.04601089]])
    agree(grads["db2"], [[0.15187861]])


def test_update_is_the_published_one(blocks):
    """Seeds 2 and 3, rate 0.1."""
    shapes = {"W1": (3, 4), "b1": (3, 1), "W2": (1, 3), "b2": (1, 1)}
    draw, slopes = np.random.RandomState(2), np.random.RandomState(3)
    params = {name: draw.randn(*shape) for name, shape in shapes.items()}
    grads = {f"d{name}": slopes.randn(*shape) for name, shape in shapes.items()}
    new = blocks.update_parameters(params, grads, 0.1)

    agree(new["W1"][0], [-0.59562069, -0.09991781, -2.14584584, 1.82662008])
    agree(new["b2"], [[-0.84610769]])


@pytest.mark.parametrize("name", ["L_model_backward", "debug_L_model_backward"])
@pytest.mark.parametrize("dims", [[2, 3, 1], [4, 5, 3, 2], [3, 6, 2, 4, 5, 1]])
def test_gradients_agree_with_central_differences(blocks, name, dims):
    """Measured slopes agree to 1e-7, away from kinks, at any depth."""
    net = random_parameters(dims, seed=1)
    draw = np.random.RandomState(2)
    X, Y = draw.randn(dims[0], 6), 1.0 * (draw.rand(dims[-1], 6) > 0.5)

    def cost(parameters):
        return blocks.compute_cost(blocks.L_model_forward(X, parameters)[0], Y)

    AL, caches = blocks.L_model_forward(X, net)
    nearest = min(np.abs(Z).min() for _, Z in caches[:-1])
    report = check_gradients(cost, net, getattr(blocks, name)(AL, Y, caches))

    assert nearest > 1e-3
    assert report.difference < 1e-7


def test_saturated_outputs_send_back_answer_minus_truth(blocks):
    """Where the sigmoid rounds to 1, the chain of blocks still gives A - Y."""
    A0, W, b = np.array([[1.0, 1.0]]), np.array([[800.0]]), np.array([[0.0]])
    AL, caches = blocks.L_model_forward(A0, {"W1": W, "b1": b})
    Y = np.array([[0.0, 1.0]])
    grads = blocks.L_model_backward(AL, Y, caches)

    assert np.isfinite(blocks.compute_cost(AL, Y))
    np.testing.assert_allclose(grads["db1"], [[0.5]], rtol=1e-12)
    assert np.array_equal(AL, layers.sigmoid(W @ A0)[0])
