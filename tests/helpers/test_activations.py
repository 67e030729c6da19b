"""The plain activations and their derivatives."""

import math

import numpy as np
import pytest

from helpers import activations

NAMES = ["sigmoid", "tanh", "relu", "leaky_relu"]


@pytest.mark.parametrize("name", NAMES)
def test_derivative_is_the_slope_of_the_function(name):
    """Each derivative agrees with central differences away from the kink."""
    function = getattr(activations, name)
    derivative = getattr(activations, f"{name}_derivative")
    z = np.array([-7.3, -2.0, -0.4, 0.3, 1.7, 6.1])

    slope = (function(z + 1e-5) - function(z - 1e-5)) / 2e-5

    np.testing.assert_allclose(derivative(z), slope, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("name", [*NAMES, "softmax"])
@pytest.mark.filterwarnings("error")
def test_large_inputs_give_finite_values_without_warning(name):
    """No input that a float can hold overflows, and none turns into NaN."""
    Z = np.array([[-1e300, -800.0, 0.0, 800.0], [1e300, 1.0, -1e300, 5.0]])

    assert np.isfinite(getattr(activations, name)(Z)).all()
    if name != "softmax":
        assert np.isfinite(getattr(activations, f"{name}_derivative")(Z / 10)).all()


def test_sigmoid_gives_the_published_values():
    """The values that the classic course prints come out."""
    expected = [0.73105858, 0.88079708, 0.95257413]

    np.testing.assert_allclose(
        activations.sigmoid([1, 2, 3]), expected, rtol=0, atol=5e-9
    )
    np.testing.assert_allclose(
        activations.sigmoid_derivative([1, 2, 3]),
        [0.19661193, 0.10499359, 0.04517666],
        rtol=0,
        atol=5e-9,
    )


@pytest.mark.parametrize("z", [-700.0, -50.0, -1.5, 0.0, 0.7, 30.0])
def test_sigmoid_keeps_its_relative_precision(z):
    """Both tails agree with a reference to twelve digits."""
    reference = 1 / (1 + math.exp(-z)) if z > -40 else math.exp(z)

    np.testing.assert_allclose(activations.sigmoid(z), reference, rtol=1e-12, atol=0)


def test_derivatives_do_not_round_to_zero_in_the_tails():
    """Where 1 - s is already zero in float64, the slope still is not."""
    np.testing.assert_allclose(
        activations.sigmoid_derivative(50.0), math.exp(-50), rtol=1e-12, atol=0
    )
    np.testing.assert_allclose(
        activations.tanh_derivative(30.0), 4 * math.exp(-60), rtol=1e-12, atol=0
    )


def test_kinks_take_the_value_from_the_left():
    """At zero the slope of ReLU is 0 and that of leaky ReLU its small slope."""
    assert activations.relu_derivative(0.0) == 0
    assert activations.leaky_relu_derivative(0.0, slope=0.2) == 0.2


def test_softmax_columns_add_up_to_one_and_ignore_shifts():
    """Softmax works down the columns, and only differences matter."""
    Z = np.random.RandomState(1).randn(4, 6)
    P = activations.softmax(Z)

    np.testing.assert_allclose(P.sum(axis=0), np.ones(6), rtol=1e-12, atol=0)
    np.testing.assert_allclose(activations.softmax(Z + 1000), P, rtol=1e-10, atol=0)


@pytest.mark.parametrize("name", [*NAMES, "softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(name, dtype):
    """float32 stays float32; integers become float64."""
    function = getattr(activations, name)

    assert function(np.ones((2, 3), dtype)).dtype == dtype
    assert function(np.ones((2, 3), int)).dtype == np.float64


@pytest.mark.parametrize("name", [*NAMES, "softmax"])
def test_input_is_left_as_it_is(name):
    """No function writes into its argument or returns it."""
    Z = np.array([[-1.0, 2.0], [0.5, -3.0]])
    before = Z.copy()
    result = getattr(activations, name)(Z)
    result[...] = 9.0

    np.testing.assert_array_equal(Z, before)
