"""A small network for notebooks in which the network is no longer the exercise.

Hidden layers are ReLU, the output is one sigmoid unit, the cost is the mean
cross-entropy. The functions and names are those of the deep network that the
course builds step by step; the parameters of layer `l` are ``W{l}`` and
``b{l}``, their gradients ``dW{l}`` and ``db{l}``. As everywhere in the course
the 1/m stands in `dW` and `db` only.
"""

import numpy as np

from helpers.layers import relu, relu_backward, sigmoid

__all__ = [
    "accuracy",
    "backward_propagation",
    "compute_cost",
    "forward_propagation",
    "initialize_parameters_he",
    "predict",
    "random_parameters",
]


def initialize_parameters_he(
    layers_dims: list[int], seed: int
) -> dict[str, np.ndarray]:
    """Draw starting weights with the spread that suits ReLU layers.

    Parameters
    ----------
    layers_dims : list of int
        Number of units of every layer, the input first.
    seed : int
        Seed of the draw: the same seed gives the same start.

    Returns
    -------
    dict
        ``W{l}`` of shape (layers_dims[l], layers_dims[l - 1]), normal with
        spread sqrt(2 / layers_dims[l - 1]), and ``b{l}`` of zeros.

    Examples
    --------
    >>> start = initialize_parameters_he([2, 3, 1], seed=0)
    >>> start["W1"].shape, start["b2"].shape
    ((3, 2), (1, 1))
    """
    rng = np.random.RandomState(seed)
    parameters = {}
    for l in range(1, len(layers_dims)):  # noqa: E741
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters[f"W{l}"] = rng.randn(n, n_prev) * np.sqrt(2.0 / n_prev)
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


def random_parameters(
    layers_dims: list[int], seed: int, prefix: str = ""
) -> dict[str, np.ndarray]:
    """Fill the dictionary of a net with random numbers, biases included.

    Parameters
    ----------
    layers_dims : list of int
        Number of units of every layer, the input first.
    seed : int
        Seed of the draw.
    prefix : str, default ""
        Put before every key: with "d" the dictionary looks like gradients.

    Returns
    -------
    dict
        ``W{l}`` and ``b{l}`` of every layer, standard normal.

    Examples
    --------
    >>> sorted(random_parameters([2, 1], seed=0, prefix="d"))
    ['dW1', 'db1']
    """
    rng = np.random.RandomState(seed)
    values = {}
    for l in range(1, len(layers_dims)):  # noqa: E741
        values[f"{prefix}W{l}"] = rng.randn(layers_dims[l], layers_dims[l - 1])
        values[f"{prefix}b{l}"] = rng.randn(layers_dims[l], 1)
    return values


def forward_propagation(
    X: np.ndarray, parameters: dict[str, np.ndarray]
) -> tuple[np.ndarray, list[tuple]]:
    """Compute the output of the net and keep what the backward pass needs.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
        Examples as columns.
    parameters : dict
        ``W{l}`` and ``b{l}`` of every layer.

    Returns
    -------
    AL : ndarray of shape (1, m)
        Probability of class 1 for every example.
    caches : list of tuple
        ``(A_prev, W, Z)`` of every layer.
    """
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):  # noqa: E741
        W = parameters[f"W{l}"]
        Z = W @ A + parameters[f"b{l}"]
        caches.append((A, W, Z))
        A, _ = relu(Z) if l < L else sigmoid(Z)
    return A, caches


def compute_cost(AL: np.ndarray, Y: np.ndarray) -> float:
    """Return the mean cross-entropy of predictions and labels.

    Parameters
    ----------
    AL : ndarray of shape (1, m)
        Probabilities strictly between 0 and 1.
    Y : ndarray of shape (1, m)
        Labels 0 and 1.

    Returns
    -------
    float
        The cost.

    Examples
    --------
    >>> round(compute_cost(np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]])), 6)
    0.693147
    """
    losses = -(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return float(losses.mean())


def backward_propagation(
    AL: np.ndarray, Y: np.ndarray, caches: list[tuple]
) -> dict[str, np.ndarray]:
    """Compute the gradient of the cost by every parameter.

    Parameters
    ----------
    AL : ndarray of shape (1, m)
        Output of `forward_propagation`.
    Y : ndarray of shape (1, m)
        Labels 0 and 1.
    caches : list of tuple
        Caches of `forward_propagation`.

    Returns
    -------
    dict
        ``dW{l}`` and ``db{l}`` of every layer.
    """
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in range(len(caches), 0, -1):  # noqa: E741
        A_prev, W, _ = caches[l - 1]
        grads[f"dW{l}"] = dZ @ A_prev.T / m
        grads[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = relu_backward(W.T @ dZ, caches[l - 2][2])
    return grads


def predict(X: np.ndarray, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """Say class 1 wherever its probability is above one half.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
        Examples as columns.
    parameters : dict
        ``W{l}`` and ``b{l}`` of every layer.

    Returns
    -------
    ndarray of shape (1, m)
        Zeros and ones, as floats.
    """
    AL, _ = forward_propagation(X, parameters)
    return (AL > 0.5).astype(np.float64)


def accuracy(X: np.ndarray, Y: np.ndarray, parameters: dict[str, np.ndarray]) -> float:
    """Return the share of examples that the net labels as `Y` does.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
        Examples as columns.
    Y : ndarray of shape (1, m)
        Labels 0 and 1.
    parameters : dict
        ``W{l}`` and ``b{l}`` of every layer.

    Returns
    -------
    float
        A share between 0 and 1.
    """
    return float(np.mean(predict(X, parameters) == Y))
