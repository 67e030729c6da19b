"""Many small networks at once, in stacked arrays.

One run of one network is an anecdote: another start or another sample of points
gives another number. To see the spread, the same small network is trained from
many starts or on many data sets. A Python loop would wait for each of them in
turn; here every array has one leading axis that counts the networks, and the
matrix product ``@`` treats each pair of matrices by itself:

    W1 (S, n_1, n_0) @ X (S, n_0, m)  ->  Z1 (S, n_1, m)

The networks have ReLU in the hidden layers and a sigmoid at the output.

============================================ ==================================
`stack(dictionaries)`                        one dictionary of (S, ...) arrays
`starts(initialize, layers_dims, seeds)`     the same, one start for each seed
`unstack(parameters, i)`                     the dictionary of network i
`forward(parameters, X)`                     AL of shape (S, n_y, m)
`accuracies(parameters, X, Y)`               (S,) shares of right predictions
`dead(parameters, X)`                        (S,) booleans, see there
`train(parameters, X, Y, ...)`               gradient descent, a `Training`
============================================ ==================================
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.progress import progress
from helpers.strings import text

__all__ = [
    "Training",
    "accuracies",
    "dead",
    "forward",
    "stack",
    "starts",
    "train",
    "unstack",
]

Parameters = dict[str, np.ndarray]


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


def starts(
    initialize: Callable[[Sequence[int]], Mapping[str, ArrayLike]],
    layers_dims: Sequence[int],
    seeds: Iterable[int],
) -> Parameters:
    """Start one network for each seed and stack them.

    Parameters
    ----------
    initialize : callable
        Takes `layers_dims` and draws from NumPy's global generator, which is
        seeded before each call and put back at the end.
    layers_dims : sequence of int
        Sizes of the layers.
    seeds : iterable of int
        One for each network.

    Returns
    -------
    dict of str to ndarray of shape (S, ...)
        Stacked parameters.

    Examples
    --------
    >>> starts(lambda dims: {"W1": np.random.randn(dims[1], dims[0])}, [3, 2], [1, 1])[
    ...     "W1"
    ... ].shape
    (2, 2, 3)
    """
    state = np.random.get_state()
    try:
        dictionaries = []
        for seed in seeds:
            np.random.seed(seed)
            dictionaries.append(initialize(layers_dims))
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


def _layers(parameters: Mapping[str, np.ndarray]) -> int:
    return len(parameters) // 2


def _transposed(array: np.ndarray) -> np.ndarray:
    return np.swapaxes(array, -1, -2)


def _hidden(parameters: Mapping[str, np.ndarray], X: np.ndarray) -> list[np.ndarray]:
    """Return X and the activations of the hidden layers."""
    activations = [X]
    for layer in range(1, _layers(parameters)):
        Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
        activations.append(np.maximum(Z, 0, out=Z))
    return activations


def forward(parameters: Mapping[str, np.ndarray], X: ArrayLike) -> np.ndarray:
    """Return what every network says about the points.

    Parameters
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        Stacked parameters.
    X : array_like of shape (n_x, m) or (S, n_x, m)
        The same points for all networks, or some for each.

    Returns
    -------
    AL : ndarray of shape (S, n_y, m)
        Probabilities.

    Examples
    --------
    >>> parameters = {"W1": np.zeros((3, 1, 2)), "b1": np.zeros((3, 1, 1))}
    >>> forward(parameters, np.ones((2, 5))).shape
    (3, 1, 5)
    """
    last = _layers(parameters)
    A = _hidden(parameters, np.asarray(X))[-1]
    return sigmoid(parameters[f"W{last}"] @ A + parameters[f"b{last}"])


def accuracies(
    parameters: Mapping[str, np.ndarray], X: ArrayLike, Y: ArrayLike
) -> np.ndarray:
    """Return the share of points that each network puts into the right class.

    Parameters
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        Stacked parameters.
    X : array_like of shape (n_x, m) or (S, n_x, m)
        Points.
    Y : array_like of shape (1, m) or (S, 1, m)
        Labels 0 and 1.

    Returns
    -------
    ndarray of shape (S,)
        Shares between 0 and 1.

    Examples
    --------
    >>> parameters = {"W1": np.ones((1, 1, 1)), "b1": np.zeros((1, 1, 1))}
    >>> accuracies(parameters, [[-1.0, 2.0]], [[0.0, 1.0]])
    array([1.])
    """
    right = (forward(parameters, X) > 0.5) == (np.asarray(Y) > 0.5)
    return right.mean(axis=(1, 2))


def dead(parameters: Mapping[str, np.ndarray], X: ArrayLike) -> np.ndarray:
    """Say which networks have a hidden layer that is off for every point.

    Where all ReLUs of one layer are at zero for all points, the output is the
    same for all of them and no gradient reaches that layer or those before it:
    the network says one thing about everything and cannot learn any more.

    Parameters
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        Stacked parameters.
    X : array_like of shape (n_x, m) or (S, n_x, m)
        The points that the networks are trained on.

    Returns
    -------
    ndarray of bool of shape (S,)
        True for a dead network.

    Examples
    --------
    >>> parameters = {"W1": np.ones((2, 1, 1)), "b1": np.array([[[0.0]], [[-9.0]]]),
    ...               "W2": np.ones((2, 1, 1)), "b2": np.zeros((2, 1, 1))}
    >>> dead(parameters, [[1.0, 2.0]])
    array([False,  True])
    """
    hidden = _hidden(parameters, np.asarray(X))[1:]
    off = [~(A > 0).any(axis=(-1, -2)) for A in hidden]
    return np.any(off, axis=0)


@dataclass(frozen=True)
class Training:
    """What `train` returns.

    Attributes
    ----------
    parameters : dict of str to ndarray of shape (S, ...)
        After the last step.
    iterations : ndarray of shape (k,)
        The steps before which the curves below were recorded.
    costs : ndarray of shape (k, S)
        Mean cross-entropy of the training points, without penalty and with all
        units.
    accuracies : ndarray of shape (k, S)
        On the training points, with all units.
    validation_costs, validation_accuracies : ndarray of shape (k, S)
        The same on the validation points; empty without such points.
    best_parameters : dict of str to ndarray of shape (S, ...)
        Each network as it was when its validation cost was lowest; empty
        without such points.
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
    last = _layers(parameters)
    A = _hidden(parameters, X)[-1]
    Z = parameters[f"W{last}"] @ A + parameters[f"b{last}"]
    # log(1 + e^Z) - Y Z is the cross-entropy without log(0).
    cost = (np.logaddexp(0, Z) - Y * Z).mean(axis=(1, 2))
    return cost, ((Z > 0) == (Y > 0.5)).mean(axis=(1, 2))


class _Masks:
    """Dropout masks for the networks of a stack that drop anything at all."""

    def __init__(
        self, keep_prob: np.ndarray, rng: np.random.Generator, frozen: bool
    ) -> None:
        rows = np.flatnonzero(keep_prob < 1)
        self.count = rows.size
        self.keep = keep_prob[rows].reshape(-1, 1, 1).astype(np.float32)
        # A slice gives a view where an array of indices would copy.
        together = rows.size and rows[-1] - rows[0] + 1 == rows.size
        self.rows = slice(rows[0], rows[-1] + 1) if together else rows
        self.rng = rng
        self.frozen = frozen
        self.kept: dict[int, np.ndarray] = {}

    def draw(self, layer: int, shape: tuple[int, ...], dtype: np.dtype) -> None:
        if self.count and not (self.frozen and layer in self.kept):
            numbers = self.rng.random((self.count, *shape[1:]), dtype=np.float32)
            self.kept[layer] = ((numbers < self.keep) / self.keep).astype(dtype)

    def apply(self, layer: int, array: np.ndarray) -> None:
        if self.count:
            array[self.rows] *= self.kept[layer]


def _column(value: ArrayLike, count: int, dtype: np.dtype) -> np.ndarray:
    """Return a number, or one for each network, as (S, 1, 1)."""
    return np.broadcast_to(np.asarray(value, dtype), (count,)).reshape(-1, 1, 1)


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
        Where to start, as `stack` returns it; it is left as it is.
    X : array_like of shape (n_x, m) or (S, n_x, m)
        Training points, the same for all networks or some for each.
    Y : array_like of shape (1, m) or (S, 1, m)
        Labels 0 and 1.
    learning_rate, lambd, keep_prob : float or array_like of shape (S,)
        The step size, the weight of the L2 penalty ``lambd / (2 m) * sum W**2``
        and the share of hidden units that dropout keeps; for all networks or
        one for each.
    num_iterations : int
        How many steps.
    rng : numpy.random.Generator, optional
        Draws the dropout masks; needed where a `keep_prob` is below 1.
    frozen_mask : bool, default False
        Draw the masks once and use the same ones in every step (a mistake, to
        be looked at).
    validation : tuple of X and Y, optional
        Points to follow the training on.
    record_every : int, default 100
        Steps between two points of the curves.
    dtype : type, default numpy.float32
        Single precision is enough here and twice as fast.
    description : str, optional
        What the progress bar says.

    Returns
    -------
    Training
        The parameters and the curves.

    Raises
    ------
    ValueError
        If dropout is asked for without `rng`.
    """
    P = {name: np.array(value, dtype) for name, value in parameters.items()}
    X, Y = np.asarray(X, dtype), np.asarray(Y, dtype)
    m, last = X.shape[-1], _layers(P)
    count = P["W1"].shape[0]
    rate = _column(learning_rate, count, dtype)
    decay = _column(lambd, count, dtype) / dtype(m)
    keep = np.broadcast_to(np.asarray(keep_prob, float), (count,))
    if rng is None and (keep < 1).any():
        raise ValueError(text("stacks.no_generator"))
    masks = _Masks(keep, rng, frozen_mask)
    if validation is not None:
        validation = tuple(np.asarray(part, dtype) for part in validation)
    curves: list[tuple] = []
    best, best_cost = {}, np.full(count, np.inf)
    best_iterations = np.zeros(count, int)

    def record(iteration: int) -> None:
        row = _cost_and_accuracy(P, X, Y)
        if validation is not None:
            row += _cost_and_accuracy(P, *validation)
            better = row[2] < best_cost
            for name, value in P.items():
                best.setdefault(name, value.copy())[better] = value[better]
            best_cost[better] = row[2][better]
            best_iterations[better] = iteration
        curves.append((iteration, *row))

    steps = range(num_iterations)
    if description is not None:
        steps = progress(steps, description)
    for iteration in steps:
        if iteration % record_every == 0:
            record(iteration)
        A = [X]
        for layer in range(1, last):
            Z = P[f"W{layer}"] @ A[-1]
            Z += P[f"b{layer}"]
            np.maximum(Z, 0, out=Z)
            masks.draw(layer, Z.shape, Z.dtype)
            masks.apply(layer, Z)
            A.append(Z)
        # tanh gives the sigmoid without overflow in one pass.
        AL = 0.5 + 0.5 * np.tanh(0.5 * (P[f"W{last}"] @ A[-1] + P[f"b{last}"]))
        dZ = (AL - Y) / dtype(m)
        for layer in range(last, 0, -1):
            W = P[f"W{layer}"]
            dW = dZ @ _transposed(A[layer - 1])
            db = dZ.sum(axis=-1, keepdims=True)
            if layer > 1:
                dZ = _transposed(W) @ dZ
                # A dropped unit is at zero too: A > 0 is mask and slope in one,
                # apart from the division by keep_prob.
                dZ *= A[layer - 1] > 0
                masks.apply(layer - 1, dZ)
            dW += decay * W
            P[f"W{layer}"] -= rate * dW
            P[f"b{layer}"] -= rate * db
    record(num_iterations)

    columns = [np.array(column) for column in zip(*curves, strict=True)]
    empty = np.zeros((0, count))
    return Training(
        parameters=P,
        iterations=columns[0],
        costs=columns[1],
        accuracies=columns[2],
        validation_costs=columns[3] if validation is not None else empty,
        validation_accuracies=columns[4] if validation is not None else empty,
        best_parameters=best,
        best_iterations=best_iterations,
    )
