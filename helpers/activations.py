"""Activation functions and their derivatives, in their plain form.

Each function takes an array or a number of any size and returns what the
formula says, elementwise; `softmax` works on columns. The cached forms that
the building blocks start from are in :mod:`helpers.layers`.

========================== =====================================================
`sigmoid(z)`               ``1 / (1 + exp(-z))``
`tanh(z)`                  hyperbolic tangent
`relu(z)`                  ``max(0, z)``
`leaky_relu(z, slope)`     ``z`` where positive, ``slope * z`` elsewhere
`softmax(Z)`               columns that sum to one
`..._derivative(z)`        the derivative of the function at ``z``
========================== =====================================================
"""

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "leaky_relu",
    "leaky_relu_derivative",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "tanh",
    "tanh_derivative",
]


def _floating(z: ArrayLike) -> np.ndarray:
    """Return z as an array of floats, of its own precision if it has one."""
    z = np.asarray(z)
    return z if np.issubdtype(z.dtype, np.floating) else z.astype(np.float64)


def sigmoid(z: ArrayLike) -> np.ndarray:
    """Squash every number into the interval from 0 to 1.

    The exponential is only taken of numbers below zero, so that no size of `z`
    overflows; the values agree with ``1 / (1 + exp(-z))``.

    Parameters
    ----------
    z : array_like of any shape
        Numbers of any size.

    Returns
    -------
    ndarray of the same shape
        One number between 0 and 1 for each.

    Examples
    --------
    >>> float(sigmoid(0))
    0.5
    >>> sigmoid(np.array([-1000.0, 1000.0]))
    array([0., 1.])
    """
    z = _floating(z)
    # exp(-|z|) never overflows: 1/(1+e) for z >= 0 and e/(1+e) for z < 0.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def sigmoid_derivative(z: ArrayLike) -> np.ndarray:
    """Return the derivative of the sigmoid, ``s * (1 - s)``.

    Parameters
    ----------
    z : array_like of any shape
        Where the derivative is asked for.

    Returns
    -------
    ndarray of the same shape
        Derivatives between 0 and 1/4. They are computed as ``e / (1 + e)**2`` with
        ``e = exp(-|z|)``, which stays exact where ``1 - s`` would round to zero.

    Examples
    --------
    >>> float(sigmoid_derivative(0))
    0.25
    """
    e = np.exp(-np.abs(_floating(z)))
    return e / (1.0 + e) ** 2


def tanh(z: ArrayLike) -> np.ndarray:
    """Squash every number into the interval from -1 to 1.

    Parameters
    ----------
    z : array_like of any shape
        Numbers of any size.

    Returns
    -------
    ndarray of the same shape
        One number between -1 and 1 for each.

    Examples
    --------
    >>> float(tanh(0))
    0.0
    """
    return np.tanh(_floating(z))


def tanh_derivative(z: ArrayLike) -> np.ndarray:
    """Return the derivative of tanh, ``1 - tanh(z)**2``.

    Parameters
    ----------
    z : array_like of any shape
        Where the derivative is asked for.

    Returns
    -------
    ndarray of the same shape
        Derivatives between 0 and 1. They are computed as four times that of the
        sigmoid at ``2 z``, which stays exact where ``1 - tanh(z)**2`` would
        round to zero.

    Examples
    --------
    >>> float(tanh_derivative(0))
    1.0
    """
    return 4.0 * sigmoid_derivative(2.0 * _floating(z))


def relu(z: ArrayLike) -> np.ndarray:
    """Keep what is positive and put zero instead of the rest.

    Parameters
    ----------
    z : array_like of any shape
        Numbers of any size.

    Returns
    -------
    ndarray of the same shape
        ``max(0, z)`` for each.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(0.0, _floating(z))


def relu_derivative(z: ArrayLike) -> np.ndarray:
    """Return the derivative of ReLU: 1 where z is positive, 0 elsewhere.

    At ``z = 0`` the function has a kink and no derivative; this course takes 0 there.

    Parameters
    ----------
    z : array_like of any shape
        Where the derivative is asked for.

    Returns
    -------
    ndarray of the same shape
        Zeros and ones.

    Examples
    --------
    >>> relu_derivative(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    z = _floating(z)
    return (z > 0).astype(z.dtype)


def leaky_relu(z: ArrayLike, slope: float = 0.01) -> np.ndarray:
    """Keep what is positive and shrink the rest to a small fraction of itself.

    Parameters
    ----------
    z : array_like of any shape
        Numbers of any size.
    slope : float, default 0.01
        The fraction that is left of a negative number, between 0 and 1.

    Returns
    -------
    ndarray of the same shape
        ``z`` where it is positive, ``slope * z`` elsewhere.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]), slope=0.5)
    array([-1.,  0.,  3.])
    """
    z = _floating(z)
    # dtype.type keeps float32 in float32.
    return np.where(z > 0, z, z.dtype.type(slope) * z)


def leaky_relu_derivative(z: ArrayLike, slope: float = 0.01) -> np.ndarray:
    """Return the derivative of leaky ReLU: 1 where z is positive, `slope` elsewhere.

    At ``z = 0`` the function has a kink and no derivative; this course takes `slope`.

    Parameters
    ----------
    z : array_like of any shape
        Where the derivative is asked for.
    slope : float, default 0.01
        The derivative for negative numbers.

    Returns
    -------
    ndarray of the same shape
        Ones and `slope`.

    Examples
    --------
    >>> leaky_relu_derivative(np.array([-2.0, 0.0, 3.0]), slope=0.5)
    array([0.5, 0.5, 1. ])
    """
    z = _floating(z)
    return np.where(z > 0, z.dtype.type(1), z.dtype.type(slope))


def softmax(Z: ArrayLike) -> np.ndarray:
    """Turn each column of scores into fractions that sum to one.

    Parameters
    ----------
    Z : array_like of shape (n_y, m)
        Scores of any finite size, one column for each example.

    Returns
    -------
    ndarray of shape (n_y, m)
        Positive numbers; each column adds up to 1.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    Z = _floating(Z)
    # Only differences within a column matter, so the largest may be moved to 0.
    e = np.exp(Z - Z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
