"""Plain steps and shuffled batches, for notebooks that compare update rules.

They do what the functions of the first optimization notebook do, so that later
notebooks work by themselves.

============================================== =================================
`plain_step(parameters, grads, rate)`          gradient descent
`momentum_step(parameters, grads, v, ...)`     gradient descent with momentum
`each_batch(X, Y, size, seed)`                 the batches of one epoch, in turn
============================================== =================================
"""

from collections.abc import Iterator

import numpy as np

__all__ = ["each_batch", "momentum_step", "plain_step"]

Arrays = dict[str, np.ndarray]

# Seeded anew before each use: that takes a tenth of the time of a new generator.
_SHUFFLER = np.random.RandomState()


def plain_step(parameters: Arrays, grads: Arrays, rate: float) -> Arrays:
    """Take one step of gradient descent.

    Parameters
    ----------
    parameters : dict
        ``W{l}`` and ``b{l}`` of every layer.
    grads : dict
        ``dW{l}`` and ``db{l}`` of every layer.
    rate : float
        The learning rate.

    Returns
    -------
    dict
        The parameters after the step.

    Examples
    --------
    >>> plain_step({"b1": np.array([[1.0]])}, {"db1": np.array([[4.0]])}, 0.5)
    {'b1': array([[-1.]])}
    """
    return {
        name: value - rate * grads[f"d{name}"] for name, value in parameters.items()
    }


def momentum_step(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, rate: float
) -> tuple[Arrays, Arrays]:
    """Take one step of gradient descent with momentum.

    Parameters
    ----------
    parameters : dict
        ``W{l}`` and ``b{l}`` of every layer.
    grads : dict
        ``dW{l}`` and ``db{l}`` of every layer.
    v : dict
        Velocities under the names of the gradients.
    beta : float
        Share of the old velocity that stays.
    rate : float
        The learning rate.

    Returns
    -------
    parameters, v : dict
        Both after the step.

    Examples
    --------
    >>> b, slope, v = np.ones((1, 1)), 4 * np.ones((1, 1)), 2 * np.ones((1, 1))
    >>> momentum_step({"b1": b}, {"db1": slope}, {"db1": v}, 0.5, 1.0)
    ({'b1': array([[-2.]])}, {'db1': array([[3.]])})
    """
    # The average moves by its share towards the new gradient.
    moved = {name: old + (1 - beta) * (grads[name] - old) for name, old in v.items()}
    return plain_step(parameters, moved, rate), moved


def each_batch(
    X: np.ndarray, Y: np.ndarray, size: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the examples of one epoch in shuffled batches.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
        Examples as columns.
    Y : ndarray of shape (1, m)
        Their labels.
    size : int
        Examples in a full batch.
    seed : int
        Decides the order.

    Yields
    ------
    tuple of ndarray
        Examples and labels of a batch; the last one may be smaller.

    Examples
    --------
    >>> X = np.arange(5.0).reshape(1, 5)
    >>> [len(labels[0]) for _, labels in each_batch(X, X, size=2, seed=0)]
    [2, 2, 1]
    """
    _SHUFFLER.seed(seed)
    order = _SHUFFLER.permutation(Y.shape[1])
    for first in range(0, len(order), size):
        columns = order[first : first + size]
        yield X[:, columns], Y[:, columns]
