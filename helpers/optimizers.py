"""Momentum and shuffled mini-batches, for notebooks that compare optimizers.

They do what the functions of the first optimization notebook do, so that later
notebooks work by themselves. The step of plain gradient descent is
:func:`helpers.networks.update_parameters`.

============================================== =================================
`momentum_step(parameters, grads, v, ...)`     gradient descent with momentum
`each_batch(X, Y, size, seed)`                 the mini-batches of one epoch
============================================== =================================
"""

from collections.abc import Iterator, Mapping

import numpy as np

from helpers.networks import Parameters, update_parameters

__all__ = ["each_batch", "momentum_step"]

# Seeded anew before each use: that takes a tenth of the time of a new generator.
_SHUFFLER = np.random.RandomState()


def momentum_step(
    parameters: Mapping[str, np.ndarray],
    grads: Mapping[str, np.ndarray],
    v: Mapping[str, np.ndarray],
    beta: float,
    learning_rate: float,
) -> tuple[Parameters, Parameters]:
    """Take one step of gradient descent with momentum.

    Parameters
    ----------
    parameters : dict of str to ndarray
        ``W{l}`` and ``b{l}`` of every layer.
    grads : dict of str to ndarray
        ``dW{l}`` and ``db{l}`` of every layer.
    v : dict of str to ndarray
        Velocities under the names of the gradients.
    beta : float
        Weight of the old velocity in the average.
    learning_rate : float
        The learning rate.

    Returns
    -------
    parameters, v : dict of str to ndarray
        Both after the step.

    Examples
    --------
    >>> b, db, v = np.ones((1, 1)), 4 * np.ones((1, 1)), 2 * np.ones((1, 1))
    >>> momentum_step({"b1": b}, {"db1": db}, {"db1": v}, 0.5, 1.0)
    ({'b1': array([[-2.]])}, {'db1': array([[3.]])})
    """
    v = {name: old + (1 - beta) * (grads[name] - old) for name, old in v.items()}
    return update_parameters(parameters, v, learning_rate), v


def each_batch(
    X: np.ndarray, Y: np.ndarray, size: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the examples of one epoch in shuffled mini-batches.

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
