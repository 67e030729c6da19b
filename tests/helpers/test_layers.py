"""The cached forms that a deep network is built from."""

import numpy as np
import pytest

from helpers import activations, layers
from helpers.gradients import central_differences, relative_difference


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_backward_agrees_with_central_differences(name):
    """dZ is the gradient of a weighted sum of the activations."""
    rng = np.random.RandomState(2)
    Z, dA = rng.randn(4, 5), rng.randn(4, 5)
    forward = getattr(layers, name)
    backward = getattr(layers, f"{name}_backward")

    numerical = central_differences(
        lambda p: float(np.sum(dA * forward(p["Z"])[0])), {"Z": Z}
    )

    assert relative_difference(backward(dA, forward(Z)[1]), numerical["Z"]) < 1e-9


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_cache_is_z_itself(name):
    """What a forward function keeps is Z, not a copy."""
    Z = np.array([[-1.0, 2.0]])

    assert getattr(layers, name)(Z)[1] is Z


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_stays_within_eps_of_its_dtype(dtype):
    """Saturated outputs are eps and 1 - eps, never 0 or 1, in both precisions."""
    A, _ = layers.sigmoid(np.array([[-1000.0, 0.0, 1000.0]], dtype))
    eps = np.finfo(dtype).eps

    assert A.dtype == dtype
    np.testing.assert_array_equal(A, np.array([[eps, 0.5, 1 - eps]], dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_saturated_output_layer_has_finite_cost_and_right_gradient(dtype):
    """With dAL of the course, dZ is AL - Y even where the sigmoid saturates."""
    Z = np.array([[-1000.0, -3.0, 40.0, 1000.0]], dtype)
    Y = np.array([[1.0, 0.0, 0.0, 1.0]], dtype)
    AL, cache = layers.sigmoid(Z)
    cost = -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    dZ = layers.sigmoid_backward(-(Y / AL - (1 - Y) / (1 - AL)), cache)

    assert np.isfinite(cost)
    np.testing.assert_allclose(dZ, AL - Y, rtol=1e-5, atol=1e-6)


def test_activations_agree_with_the_plain_ones():
    """Away from saturation the cached forms compute the same values."""
    Z = np.random.RandomState(3).randn(3, 4)

    np.testing.assert_array_equal(layers.sigmoid(Z)[0], activations.sigmoid(Z))
    np.testing.assert_array_equal(layers.relu(Z)[0], activations.relu(Z))


def test_relu_backward_returns_an_array_of_its_own():
    """The gradient that came in is neither changed nor handed out again."""
    dA = np.array([[1.0, 2.0]])
    dZ = layers.relu_backward(dA, np.array([[1.0, -1.0]]))
    dZ[...] = 7.0

    np.testing.assert_array_equal(dA, [[1.0, 2.0]])
