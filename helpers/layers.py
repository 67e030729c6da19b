"""Activations with a cache: the forms that a deep network is built from.

They differ from :mod:`helpers.activations` in two ways. A forward function
returns a pair, the activation and a cache (the cache is `Z`), because the
backward pass needs `Z` again. And the sigmoid never returns 0 or 1 exactly:
its values are kept within ``[eps, 1 - eps]`` of their dtype, so that the cost
has no ``log(0)`` and ``dAL = -(Y / AL - (1 - Y) / (1 - AL))`` no ``0 / 0``.

================================ ==============================================
`sigmoid(Z)`                     returns ``(A, Z)``
`relu(Z)`                        returns ``(A, Z)``
`sigmoid_backward(dA, cache)`    returns ``dZ = dA * s * (1 - s)``
`relu_backward(dA, cache)`       returns ``dZ = dA`` where ``Z > 0``, else 0
================================ ==============================================
"""

import numpy as np

from helpers import activations

__all__ = ["relu", "relu_backward", "sigmoid", "sigmoid_backward"]


def _bounded_sigmoid(Z: np.ndarray) -> np.ndarray:
    A = activations.sigmoid(Z)
    eps = np.finfo(A.dtype).eps
    # 1 - eps is the last float but one below 1 in float32 and in float64.
    return np.clip(A, eps, 1 - eps)


def sigmoid(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply the sigmoid and keep what the backward pass will need.

    Parameters
    ----------
    Z : ndarray of any shape
        What the linear part of the layer computed.

    Returns
    -------
    A : ndarray of the same shape
        The activation, kept within ``[eps, 1 - eps]`` of its dtype.
    cache : ndarray
        `Z` itself.

    Examples
    --------
    >>> A, cache = sigmoid(np.array([[0.0, 1000.0]]))
    >>> float(A[0, 0]), bool(A[0, 1] < 1)
    (0.5, True)
    """
    return _bounded_sigmoid(Z), Z


def relu(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply ReLU and keep what the backward pass will need.

    Parameters
    ----------
    Z : ndarray of any shape
        What the linear part of the layer computed.

    Returns
    -------
    A : ndarray of the same shape
        The activation.
    cache : ndarray
        `Z` itself.

    Examples
    --------
    >>> A, cache = relu(np.array([[-1.0, 2.0]]))
    >>> A
    array([[0., 2.]])
    """
    return activations.relu(Z), Z


def sigmoid_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Carry a gradient back through one sigmoid layer.

    The derivative is taken from the same bounded activation that `sigmoid` returned:
    where the cost divides by ``A * (1 - A)``, the product stays ``A - Y``.

    Parameters
    ----------
    dA : ndarray of any shape
        Gradient of the loss with respect to the activation.
    cache : ndarray of the same shape
        The `Z` that `sigmoid` kept.

    Returns
    -------
    dZ : ndarray of the same shape
        Gradient of the loss with respect to `Z`.

    Examples
    --------
    >>> sigmoid_backward(np.array([[2.0]]), np.array([[0.0]]))
    array([[0.5]])
    """
    A = _bounded_sigmoid(cache)
    return dA * A * (1 - A)


def relu_backward(dA: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Carry a gradient back through one ReLU layer.

    Parameters
    ----------
    dA : ndarray of any shape
        Gradient of the loss with respect to the activation.
    cache : ndarray of the same shape
        The `Z` that `relu` kept.

    Returns
    -------
    dZ : ndarray of the same shape
        `dA` where `Z` was positive and 0 elsewhere; a new array.

    Examples
    --------
    >>> relu_backward(np.array([[2.0, 3.0]]), np.array([[-1.0, 1.0]]))
    array([[0., 3.]])
    """
    return np.where(cache > 0, dA, np.zeros((), dtype=np.asarray(dA).dtype))
