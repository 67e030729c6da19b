"""The blocks of a deep network, for notebooks that put them together.

They do what the functions of the same names in the notebook `building_blocks`
do. Whoever got one of those wrong can still do everything that follows.

===================================================== ==========================
`initialize_parameters(n_x, n_h, n_y)`                a small start, two layers
`linear_activation_forward(A_prev, W, b, activation)` ``(A, cache)`` of a layer
`linear_activation_backward(dA, cache, activation)`   ``(dA_prev, dW, db)``
`L_model_forward(X, parameters)`                      ``(AL, caches)``, all layers
`compute_cost(AL, Y)`                                 mean cross-entropy
`L_model_backward(AL, Y, caches)`                     gradients of all layers
`update_parameters(parameters, grads, rate)`          one step of descent
===================================================== ==========================
"""

import numpy as np

from helpers.layers import relu, relu_backward, sigmoid, sigmoid_backward

__all__ = [
    "L_model_backward",
    "L_model_forward",
    "compute_cost",
    "initialize_parameters",
    "linear_activation_backward",
    "linear_activation_forward",
    "update_parameters",
]

Arrays = dict[str, np.ndarray]

_FORWARD = {"relu": relu, "sigmoid": sigmoid}
_BACKWARD = {"relu": relu_backward, "sigmoid": sigmoid_backward}


def initialize_parameters(n_x: int, n_h: int, n_y: int) -> Arrays:
    """Draw small weights for one hidden layer from NumPy's global generator.

    Parameters
    ----------
    n_x, n_h, n_y : int
        Width of the input, the hidden layer and the output.

    Returns
    -------
    dict
        ``W1`` of shape (n_h, n_x), ``b1`` (n_h, 1), ``W2`` (n_y, n_h), ``b2``
        (n_y, 1); weights normal with spread 0.01, biases zero.
    """
    first = 0.01 * np.random.randn(n_h, n_x)
    second = 0.01 * np.random.randn(n_y, n_h)
    zeros = np.zeros((n_h, 1)), np.zeros((n_y, 1))
    return {"W1": first, "b1": zeros[0], "W2": second, "b2": zeros[1]}


def linear_activation_forward(
    A_prev: np.ndarray, W: np.ndarray, b: np.ndarray, activation: str
) -> tuple[np.ndarray, tuple]:
    """Carry activations through one layer.

    Parameters
    ----------
    A_prev : ndarray of shape (n_prev, m)
        What comes in.
    W : ndarray of shape (n, n_prev)
        Weights.
    b : ndarray of shape (n, 1)
        Biases.
    activation : "relu" or "sigmoid"
        The activation.

    Returns
    -------
    A : ndarray of shape (n, m)
        What goes out.
    cache : tuple
        ``((A_prev, W, b), Z)``, for the way back.

    Examples
    --------
    >>> A, _ = linear_activation_forward(np.eye(2), -np.eye(2), np.ones((2, 1)), "relu")
    >>> A
    array([[0., 1.],
           [1., 0.]])
    """
    A, Z = _FORWARD[activation](W @ A_prev + b)
    return A, ((A_prev, W, b), Z)


def linear_activation_backward(
    dA: np.ndarray, cache: tuple, activation: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry slopes back through one layer.

    Parameters
    ----------
    dA : ndarray of shape (n, m)
        Slope of each example's loss by the layer's activations.
    cache : tuple
        As `linear_activation_forward` returned it for this layer.
    activation : "relu" or "sigmoid"
        The activation.

    Returns
    -------
    dA_prev : ndarray of shape (n_prev, m)
        Slope by what came in.
    dW : ndarray of shape (n, n_prev)
        Slope of the cost by the weights.
    db : ndarray of shape (n, 1)
        Slope of the cost by the biases.
    """
    (A_prev, W, _), Z = cache
    dZ = _BACKWARD[activation](dA, Z)
    return W.T @ dZ, *_of_parameters(dZ, A_prev)


def _of_parameters(dZ: np.ndarray, A_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    m = dZ.shape[1]
    return dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m


def L_model_forward(X: np.ndarray, parameters: Arrays) -> tuple[np.ndarray, list]:
    """Carry all examples through all layers: ReLUs, and a sigmoid at the end.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
        Examples as columns.
    parameters : dict
        ``W1``, ``b1``, ..., ``WL``, ``bL``.

    Returns
    -------
    AL : ndarray of shape (n_L, m)
        Probabilities.
    caches : list of tuple
        The cache of layer l is ``caches[l - 1]``.
    """
    depth, A, caches = len(parameters) // 2, X, []
    for number in range(1, depth + 1):
        W, b = parameters[f"W{number}"], parameters[f"b{number}"]
        kind = "relu" if number < depth else "sigmoid"
        A, cache = linear_activation_forward(A, W, b, kind)
        caches.append(cache)
    return A, caches


def compute_cost(AL: np.ndarray, Y: np.ndarray) -> float:
    """Return the mean cross-entropy of probabilities and labels.

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
    >>> round(compute_cost(np.array([[0.8, 0.9, 0.4]]), np.array([[1, 1, 0]])), 8)
    0.27977656
    """
    return float(-np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)))


def L_model_backward(AL: np.ndarray, Y: np.ndarray, caches: list) -> Arrays:
    """Carry slopes back through all layers.

    The slope by the pictures themselves (``dA0``) is left out: no update needs
    it, and with wide inputs it would cost as much as all the rest.

    Parameters
    ----------
    AL : ndarray of shape (n_L, m)
        As `L_model_forward` returned it.
    Y : ndarray of shape (n_L, m)
        Labels 0 and 1.
    caches : list of tuple
        As `L_model_forward` returned them.

    Returns
    -------
    dict
        ``dW1``, ``db1``, ..., ``dWL``, ``dbL``.
    """
    grads = {}
    dA = -(Y / AL - (1 - Y) / (1 - AL))
    for number in range(len(caches), 0, -1):
        (A_prev, W, _), Z = caches[number - 1]
        dZ = _BACKWARD["sigmoid" if number == len(caches) else "relu"](dA, Z)
        grads[f"dW{number}"], grads[f"db{number}"] = _of_parameters(dZ, A_prev)
        if number > 1:
            dA = W.T @ dZ
    return grads


def update_parameters(
    parameters: Arrays, grads: Arrays, learning_rate: float
) -> Arrays:
    """Return new parameters, one step against their slopes.

    Parameters
    ----------
    parameters : dict
        ``W1``, ``b1``, ...; left as they are.
    grads : dict
        ``dW1``, ``db1``, ...
    learning_rate : float
        Length of the step.

    Returns
    -------
    dict
        The new parameters.

    Examples
    --------
    >>> update_parameters({"b1": np.array([[1.0]])}, {"db1": np.array([[2.0]])}, 0.25)
    {'b1': array([[0.5]])}
    """
    return {
        name: value - learning_rate * grads[f"d{name}"]
        for name, value in parameters.items()
    }
