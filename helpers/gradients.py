"""Check a gradient against differences of the cost itself.

================================================ ==============================
`dictionary_to_vector(parameters)`               ``(vector, layout)``
`vector_to_dictionary(vector, layout)`           the dictionary again
`central_differences(f, parameters, step)`       a dictionary like `parameters`
`one_sided_differences(f, parameters, step)`     the same, and worse
`relative_difference(a, b)`                      a float between 0 and 1
`check_gradients(cost, parameters, gradients)`   a report, shown as a table
================================================ ==============================

A dictionary holds arrays (or numbers) under names such as ``"W1"``; gradients
may stand under the same names or under ``"dW1"``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.strings import screen_width, text

__all__ = [
    "GradientReport",
    "central_differences",
    "check_gradients",
    "dictionary_to_vector",
    "one_sided_differences",
    "relative_difference",
    "vector_to_dictionary",
]

# Verdicts on a relative difference at step 1e-5 in float64: below RIGHT it is
# rounding, above WRONG it is a mistake, between them a person must look (a
# kink, a tiny gradient, a poor step).
RIGHT = 1e-6
WRONG = 1e-3

Layout = tuple[tuple[str, tuple[int, ...]], ...]


def dictionary_to_vector(
    parameters: Mapping[str, ArrayLike],
) -> tuple[np.ndarray, Layout]:
    """Lay all arrays of a dictionary end to end in one column.

    Parameters
    ----------
    parameters : dict of str to array_like
        For example ``{"W1": ..., "b1": ...}``; their order is kept.

    Returns
    -------
    vector : ndarray of shape (n, 1)
        Every number of every array, a copy, as float64.
    layout : tuple of (name, shape)
        What `vector_to_dictionary` needs to go back.

    Examples
    --------
    >>> vector, layout = dictionary_to_vector({"W": np.eye(2), "b": np.ones((2, 1))})
    >>> vector.shape, layout
    ((6, 1), (('W', (2, 2)), ('b', (2, 1))))
    """
    arrays = {name: np.asarray(value, float) for name, value in parameters.items()}
    layout = tuple((name, array.shape) for name, array in arrays.items())
    pieces = [array.reshape(-1, 1) for array in arrays.values()]
    vector = np.concatenate(pieces) if pieces else np.zeros((0, 1))
    return vector, layout


def vector_to_dictionary(vector: ArrayLike, layout: Layout) -> dict[str, np.ndarray]:
    """Cut one column into the arrays that it was made from.

    Parameters
    ----------
    vector : array_like of n numbers
        In any shape.
    layout : tuple of (name, shape)
        As `dictionary_to_vector` returned it.

    Returns
    -------
    dict of str to ndarray
        New arrays of the shapes in `layout`.

    Raises
    ------
    ValueError
        If `vector` has more or fewer numbers than `layout` asks for.

    Examples
    --------
    >>> vector_to_dictionary([1, 2, 3], (("W", (1, 2)), ("b", (1, 1))))
    {'W': array([[1., 2.]]), 'b': array([[3.]])}
    """
    flat = np.asarray(vector, float).reshape(-1)
    sizes = [int(np.prod(shape)) for _, shape in layout]
    if flat.size != sum(sizes):
        raise ValueError(
            text("gradients.wrong_length", got=flat.size, expected=sum(sizes))
        )
    dictionary, start = {}, 0
    for (name, shape), size in zip(layout, sizes, strict=True):
        dictionary[name] = flat[start : start + size].reshape(shape).copy()
        start += size
    return dictionary


def central_differences(
    f: Callable[[dict], float],
    parameters: Mapping[str, ArrayLike],
    step: float = 1e-5,
) -> dict[str, np.ndarray]:
    """Measure how a function changes when one parameter moves a little.

    For every number in `parameters` the function is called twice, a step above
    and a step below: ``(f(+step) - f(-step)) / (2 * step)``.

    Parameters
    ----------
    f : callable
        Takes a dictionary like `parameters`, returns one number.
    parameters : dict of str to array_like
        Where the derivatives are asked for; it is left as it is.
    step : float, default 1e-5
        Larger steps suffer from the curvature, smaller ones from rounding.

    Returns
    -------
    dict of str to ndarray
        The derivatives, under the names and in the shapes of `parameters`.

    Examples
    --------
    >>> grads = central_differences(lambda p: float(p["x"] ** 2), {"x": 3.0})
    >>> round(float(grads["x"]), 6)
    6.0
    """
    return _differences(f, parameters, step, -step)


def one_sided_differences(
    f: Callable[[dict], float],
    parameters: Mapping[str, ArrayLike],
    step: float = 1e-5,
) -> dict[str, np.ndarray]:
    """Measure derivatives to one side only: ``(f(+step) - f(0)) / step``.

    Their error shrinks with the step, that of `central_differences` with its
    square; this function is here to be compared with the other one.

    Parameters
    ----------
    f : callable
        As in `central_differences`.
    parameters : dict of str to array_like
        As in `central_differences`.
    step : float, default 1e-5
        As in `central_differences`.

    Returns
    -------
    dict of str to ndarray
        The derivatives, under the names and in the shapes of `parameters`.

    Examples
    --------
    >>> grads = one_sided_differences(lambda p: float(p["x"] ** 2), {"x": 3.0}, 0.1)
    >>> round(float(grads["x"]), 6)
    6.1
    """
    return _differences(f, parameters, step, 0.0)


def _differences(
    f: Callable[[dict], float],
    parameters: Mapping[str, ArrayLike],
    up: float,
    down: float,
) -> dict[str, np.ndarray]:
    vector, layout = dictionary_to_vector(parameters)
    derivatives = np.zeros_like(vector)
    for i in range(vector.size):
        values = []
        for step in (up, down):
            moved = vector.copy()
            moved[i] += step
            value = np.asarray(f(vector_to_dictionary(moved, layout)))
            values.append(float(value.reshape(())))
        derivatives[i] = (values[0] - values[1]) / (up - down)
    return vector_to_dictionary(derivatives, layout)


def _joined(value: ArrayLike | Mapping[str, ArrayLike]) -> np.ndarray:
    if isinstance(value, Mapping):
        return dictionary_to_vector(value)[0].reshape(-1)
    return np.asarray(value, float).reshape(-1)


def relative_difference(
    a: ArrayLike | Mapping[str, ArrayLike], b: ArrayLike | Mapping[str, ArrayLike]
) -> float:
    """Compare two gradients by ``|a - b| / (|a| + |b|)`` (Euclidean lengths).

    Parameters
    ----------
    a, b : array_like or dict of arrays
        Two gradients with equally many numbers. Of two dictionaries, `b` is
        read in the order of the names in `a`.

    Returns
    -------
    float
        0 for equal gradients (also if both are zero), 1/3 if one is twice the
        other, 1 if they point in opposite directions.

    Raises
    ------
    ValueError
        If they do not hold equally many numbers.

    Examples
    --------
    >>> round(relative_difference([2.0, 4.0], [1.0, 2.0]), 6)
    0.333333
    """
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        b = {name: b[name] for name in a}
    a, b = _joined(a), _joined(b)
    if a.size != b.size:
        raise ValueError(text("gradients.sizes_differ", first=a.size, second=b.size))
    total = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / total) if total > 0 else 0.0


def _verdict(difference: float) -> str:
    if difference < RIGHT:
        return text("gradients.right")
    return text("gradients.look" if difference <= WRONG else "gradients.wrong")


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradients` found; shows itself as a table.

    Attributes
    ----------
    differences : dict of str to float
        The relative difference of each parameter's gradient. It is ``nan`` where
        the gradient is missing or has another shape.
    notes : dict of str to str
        The verdict on each, or what is wrong with its shape.
    difference : float
        The relative difference of all of them together (``nan`` if a gradient is
        missing or has another shape).
    """

    differences: dict[str, float]
    notes: dict[str, str]
    difference: float

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = [
            (name, f"{value:.2e}", self.notes[name])
            for name, value in self.differences.items()
        ]
        verdict = _verdict(self.difference) if np.isfinite(self.difference) else ""
        return [*rows, (text("gradients.all"), f"{self.difference:.2e}", verdict)]

    def _head(self) -> tuple[str, str, str]:
        return (
            text("gradients.parameter"),
            text("gradients.difference"),
            text("gradients.verdict"),
        )

    def __str__(self) -> str:
        rows = [self._head(), *self._rows()]
        first, second = (max(screen_width(row[i]) for row in rows) for i in range(2))
        return "\n".join(
            f"{a}{' ' * (first - screen_width(a) + 2 + second - screen_width(b))}{b}"
            f"  {c}".rstrip()
            for a, b, c in rows
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{cell}</th>" for cell in self._head())
        body = "".join(
            "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def check_gradients(
    cost: Callable[[dict], float],
    parameters: Mapping[str, ArrayLike],
    gradients: Mapping[str, ArrayLike],
    step: float = 1e-5,
) -> GradientReport:
    """Compare gradients with central differences of the cost.

    Parameters
    ----------
    cost : callable
        Takes a dictionary like `parameters` and returns the cost, one number.
    parameters : dict of str to ndarray
        Where the gradients were computed.
    gradients : dict of str to ndarray
        The gradient of each parameter under its name or under ``"d" + name``;
        further entries are left aside.
    step : float, default 1e-5
        See `central_differences`.

    Returns
    -------
    GradientReport
        A table with one row for each parameter and one for all together: below
        1e-6 right, above 1e-3 wrong, between them to be looked at.

    Examples
    --------
    >>> report = check_gradients(
    ...     lambda p: float(np.sum(p["W"] ** 2)), {"W": np.eye(2)}, {"dW": np.eye(2)}
    ... )
    >>> print(report)
    parameter  relative difference  verdict
    W                     3.33e-01  wrong
    all                   3.33e-01  wrong
    """
    numerical = central_differences(cost, parameters, step)
    differences, notes, mine = {}, {}, {}
    for name, expected in numerical.items():
        found = gradients.get("d" + name, gradients.get(name))
        if found is None:
            differences[name] = float("nan")
            notes[name] = text("gradients.missing", name="d" + name)
        elif np.shape(found) != expected.shape:
            differences[name] = float("nan")
            notes[name] = text(
                "gradients.shape", got=np.shape(found), expected=expected.shape
            )
        else:
            mine[name] = found
            differences[name] = relative_difference(found, expected)
            notes[name] = _verdict(differences[name])
    complete = len(mine) == len(numerical)
    together = relative_difference(mine, numerical) if complete else float("nan")
    return GradientReport(differences, notes, together)
