"""Many small networks at once, in stacked arrays.

One training of one network is a single sample: another initialization or other
data give another result. To measure how much the results vary, the same small
network is trained from many initializations or on many data sets. A Python loop
would train one after the other; here every array has one leading axis that
counts the networks, and the matrix product ``@`` multiplies pair by pair:

    W1 (S, n_1, n_0) @ X (S, n_0, m)  ->  Z1 (S, n_1, m)

The functions of :mod:`helpers.networks` take such arrays too.

============================================ ==================================
`stack(dictionaries)`                        one dictionary of (S, ...) arrays
`initialize(initializer, layer_dims, seeds)` the same, one network for each seed
`unstack(parameters, i)`                     the dictionary of network i
`train(parameters, X, Y, ...)`               gradient descent, a `Training`
============================================ ==================================
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.networks import Parameters, backward_propagation, forward_propagation
from helpers.progress import progress
from helpers.strings import text

__all__ = ["Training", "initialize", "stack", "train", "unstack"]


def stack(dictionaries: Sequence[Mapping[str, ArrayLike]]) -> Parameters:
    """Put the parameters of several equal networks into stacked arrays.

    Parameters
    ----------
    dictionaries : sequence of S dicts of str to array_like
        All with the same names and shapes.

    Returns
    -------
    dict of str to ndarray of shape (S, ...)
        New arrays of floats.

    Examples
    --------
    >>> stack([{"W1": np.eye(2)}, {"W1": np.ones((2, 2))}])["W1"].shape
    (2, 2, 2)
    """
    return {
        name: np.stack([np.asarray(one[name], float) for one in dictionaries])
        for name in dictionaries[0]
    }


def initialize(
    initializer: Callable[[Sequence[int]], Mapping[str, ArrayLike]],
    layer_dims: Sequence[int],
    seeds: Iterable[int],
) -> Parameters:
    """Initialize one network for each seed and stack them.

    Parameters
    ----------
    initializer : callable
        Takes `layer_dims` and draws from NumPy's global generator, which is
        seeded before each call and put back at the end.
    layer_dims : sequence of int
        Number of units of every layer, the input first.
    seeds : iterable of int
        One for each network.

    Returns
    -------
    dict of str to ndarray of shape (S, ...)
        Stacked parameters.

    Examples
    --------
    >>> def normal(dims):
    ...     return {"W1": np.random.randn(dims[1], dims[0])}
    >>> initialize(normal, [3, 2], seeds=[1, 1])["W1"].shape
    (2, 2, 3)
    """
    state = np.random.get_state()
    try:
        dictionaries = []
        for seed in seeds:
            np.random.seed(seed)
            dictionaries.append(initializer(layer_dims))
    finally:
        np.random.set_state(state)
    return stack(dictionaries)


def unstack(parameters: Mapping[str, np.ndarray], i: int) -> Parameters:
    """Take the parameters of one network out of stacked arrays.

    Parameters
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        As `stack` or `train` returned them.
    i : int
        Which of the S networks.

    Returns
    -------
    dict of str to ndarray
        Copies.

    Examples
    --------
    >>> unstack({"b1": np.array([[[1.0]], [[2.0]]])}, 1)
    {'b1': array([[2.]])}
    """
    return {name: value[i].copy() for name, value in parameters.items()}


@dataclass(frozen=True)
class Training:
    """What `train` returns.

    Attributes
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        After the last iteration.
    iterations : ndarray of shape (k,)
        The iterations before which the curves below were recorded.
    costs : ndarray of shape (k, S)
        Mean cross-entropy of the training examples, without penalty and with
        all units.
    accuracies : ndarray of shape (k, S)
        On the training examples, with all units.
    validation_costs, validation_accuracies : ndarray of shape (k, S)
        The same on the validation examples; empty without them.
    best_parameters : dict of str to ndarray of shape (S, ...)
        Each network as it was when its validation cost was lowest; empty
        without validation examples.
    best_iterations : ndarray of shape (S,)
        When that was.
    """

    parameters: Parameters
    iterations: np.ndarray
    costs: np.ndarray
    accuracies: np.ndarray
    validation_costs: np.ndarray
    validation_accuracies: np.ndarray
    best_parameters: Parameters
    best_iterations: np.ndarray


def _cost_and_accuracy(
    parameters: Mapping[str, np.ndarray], X: np.ndarray, Y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (S,) mean cross-entropies and (S,) accuracies."""
    _, caches = forward_propagation(X, parameters)
    Z = caches[-1][1]
    # log(1 + e^Z) - Y Z is the cross-entropy without log(0).
    cost = (np.logaddexp(0, Z) - Y * Z).mean(axis=(-2, -1))
    return cost, ((Z > 0) == (Y > 0.5)).mean(axis=(-2, -1))


def _draw_masks(
    parameters: Mapping[str, np.ndarray],
    m: int,
    keep_prob: np.ndarray,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Return a mask for each hidden layer, ones where a network drops nothing."""
    dropping = keep_prob < 1
    keep = keep_prob[dropping].reshape(-1, 1, 1).astype(np.float32)
    masks = []
    for layer in range(1, len(parameters) // 2):
        W = parameters[f"W{layer}"]
        mask = np.ones((*W.shape[:-1], m), W.dtype)
        numbers = rng.random((len(keep), *mask.shape[1:]), dtype=np.float32)
        mask[dropping] = (numbers < keep) / keep
        masks.append(mask)
    return masks


def train(
    parameters: Mapping[str, ArrayLike],
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: ArrayLike,
    num_iterations: int,
    lambd: ArrayLike = 0.0,
    keep_prob: ArrayLike = 1.0,
    rng: np.random.Generator | None = None,
    frozen_mask: bool = False,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    record_every: int = 100,
    dtype: type = np.float32,
    description: str | None = None,
) -> Training:
    """Train all networks of a stack by gradient descent.

    Parameters
    ----------
    parameters : dict of str to array_like of shape (S, ...)
        Initial parameters, as `stack` returns them; left as they are.
    X : array_like of shape (n_x, m) or (S, n_x, m)
        Training examples, the same for all networks or some for each.
    Y : array_like of shape (1, m) or (S, 1, m)
        Labels 0 and 1.
    learning_rate : float or array_like of shape (S,)
        The learning rate, for all networks or one for each.
    num_iterations : int
        Number of iterations.
    lambd : float or array_like of shape (S,), default 0
        Weight of the L2 penalty ``lambd / (2 m) * sum W**2``.
    keep_prob : float or array_like of shape (S,), default 1
        Probability with which dropout keeps a hidden unit.
    rng : numpy.random.Generator, optional
        Draws the dropout masks; needed where a `keep_prob` is below 1.
    frozen_mask : bool, default False
        Draw the masks once and use the same ones in every iteration (a mistake
        whose effect is measured).
    validation : tuple of X and Y, optional
        Examples to follow the training on.
    record_every : int, default 100
        Iterations between two points of the curves.
    dtype : type, default numpy.float32
        Single precision is enough here and twice as fast.
    description : str, optional
        Label of the progress bar; without it there is none.

    Returns
    -------
    Training
        The parameters and the curves.

    Raises
    ------
    ValueError
        If dropout is asked for without `rng`.
    """
    P: Parameters = {k: np.array(value, dtype) for k, value in parameters.items()}
    X, Y = np.asarray(X, dtype), np.asarray(Y, dtype)
    m, count = X.shape[-1], P["W1"].shape[0]

    def for_each(value: ArrayLike) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype), (count,)).reshape(-1, 1, 1)

    alpha, decay = for_each(learning_rate), for_each(lambd) / dtype(m)
    keep = np.broadcast_to(np.asarray(keep_prob, float), (count,))
    dropout = bool((keep < 1).any())
    if dropout and rng is None:
        raise ValueError(text("stacks.no_generator"))
    held_out: list[np.ndarray] = [np.asarray(part, dtype) for part in validation or ()]
    curves: list[tuple] = []
    best: Parameters = {}
    best_cost = np.full(count, np.inf)
    best_iterations = np.zeros(count, int)

    def record(iteration: int) -> None:
        row = [*_cost_and_accuracy(P, X, Y)]
        if held_out:
            row += _cost_and_accuracy(P, *held_out)
            better = row[2] < best_cost
            for name, value in P.items():
                best.setdefault(name, value.copy())[better] = value[better]
            best_cost[better] = row[2][better]
            best_iterations[better] = iteration
        curves.append((iteration, *row))

    iterations: Iterable[int] = range(num_iterations)
    if description is not None:
        iterations = progress(iterations, description)
    masks: list[np.ndarray] = []
    for iteration in iterations:
        if iteration % record_every == 0:
            record(iteration)
        if dropout and rng is not None and not (frozen_mask and masks):
            masks = _draw_masks(P, m, keep, rng)
        AL, caches = forward_propagation(X, P, masks)
        grads = backward_propagation(AL, Y, caches, masks)
        for name, value in P.items():
            step = grads[f"d{name}"]
            if name.startswith("W"):
                step += decay * value
            step *= alpha
            value -= step
    record(num_iterations)

    columns = [np.array(column) for column in zip(*curves, strict=True)]
    if not held_out:
        columns += [np.zeros((0, count))] * 2
    numbers, costs, accuracies, *held_out = columns
    return Training(
        P, numbers, costs, accuracies, held_out[0], held_out[1], best, best_iterations
    )
