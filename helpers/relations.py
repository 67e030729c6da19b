"""What must hold between inputs and an answer where several answers are right.

A relation gets the inputs of a call by name, the answer, the answer of the
reference and the other calls of the same function with their answers. It says,
for each named result, what is wrong with it in a few words, or None. Answers are
anybody's: their type and shape are looked at before they are used.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from helpers.strings import text

__all__ = ["mini_batches"]

# An arrangement that a right shuffle gives less often than this is no accident.
UNLIKELY = 1e-6


class _Wrong(Exception):
    """Carries the reason why an answer is wrong."""


def _wrong(key: str, **values: object) -> _Wrong:
    return _Wrong(text(f"relations.mini_batches.{key}", **values))


def _pairs(answer: object) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the batches of an answer as pairs of matrices of numbers."""
    if not isinstance(answer, list | tuple):
        raise _wrong("not_a_list")
    pairs = []
    for k, batch in enumerate(answer):
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise _wrong("not_a_pair", batch=k)
        for name, part in zip("XY", batch, strict=True):
            if not isinstance(part, np.ndarray) or part.dtype.kind not in "biuf":
                raise _wrong("not_an_array", batch=k, name=name)
            if part.ndim != 2:
                raise _wrong("not_a_matrix", batch=k, name=name, shape=part.shape)
        pairs.append((batch[0], batch[1]))
    return pairs


def _check_sizes(
    pairs: list[tuple[np.ndarray, np.ndarray]], X: np.ndarray, Y: np.ndarray, size: int
) -> None:
    m = X.shape[1]
    for k, (batch_X, batch_Y) in enumerate(pairs):
        for name, part, whole in (("X", batch_X, X), ("Y", batch_Y, Y)):
            if part.shape[0] != whole.shape[0]:
                raise _wrong(
                    "rows",
                    batch=k,
                    name=name,
                    got=part.shape[0],
                    expected=whole.shape[0],
                )
        if batch_X.shape[1] != batch_Y.shape[1]:
            raise _wrong(
                "unequal", batch=k, got=batch_X.shape[1], other=batch_Y.shape[1]
            )
        if batch_X.shape[1] == 0:
            raise _wrong("empty", batch=k)
    sizes = [batch_X.shape[1] for batch_X, _ in pairs]
    expected = [min(size, m - start) for start in range(0, m, size)]
    if len(sizes) != len(expected):
        raise _wrong("number", got=len(sizes), expected=len(expected))
    for k, (got, wanted) in enumerate(zip(sizes, expected, strict=True)):
        if got != wanted:
            raise _wrong("size", batch=k, got=got, expected=wanted)


def _columns(matrix: np.ndarray) -> list[bytes]:
    # Adding zero turns -0.0 into 0.0, which is the same number.
    rows = np.ascontiguousarray(matrix.T, dtype=np.float64) + 0.0
    return [row.tobytes() for row in rows]


def _order(
    pairs: list[tuple[np.ndarray, np.ndarray]], X: np.ndarray, Y: np.ndarray
) -> list[int] | None:
    """Return which example stands where; None where two examples look the same."""
    got_X = _columns(np.concatenate([batch for batch, _ in pairs], axis=1))
    got_Y = _columns(np.concatenate([batch for _, batch in pairs], axis=1))
    columns_X, columns_Y = _columns(X), _columns(Y)
    for column in got_X:
        if column not in set(columns_X):
            raise _wrong("foreign")
    if sorted(got_X) != sorted(columns_X):
        raise _wrong("repeated")
    if sorted(zip(got_X, got_Y, strict=True)) != sorted(
        zip(columns_X, columns_Y, strict=True)
    ):
        raise _wrong("labels")
    where = {column: i for i, column in enumerate(columns_X)}
    return [where[column] for column in got_X] if len(where) == len(got_X) else None


def _log_factorials(numbers: Sequence[int]) -> float:
    return sum(math.lgamma(n + 1) for n in numbers)


def _check_mixing(order: list[int], sizes: list[int]) -> None:
    """Tell an order that no shuffle gives from one that a shuffle may give."""
    m = len(order)
    if order == list(range(m)) and -_log_factorials([m]) < math.log(UNLIKELY):
        raise _wrong("not_shuffled")
    # Each batch one run of neighbours: the batches in any order, each in any order.
    chance = _log_factorials([len(sizes), *sizes]) - _log_factorials([m])
    starts = np.cumsum([0, *sizes])
    runs = [order[a:b] for a, b in pairwise(starts)]
    if chance < math.log(UNLIKELY) and all(
        max(run) - min(run) == len(run) - 1 for run in runs
    ):
        raise _wrong("neighbours")


def _order_alone(
    answer: object, X: np.ndarray, Y: np.ndarray, size: int
) -> list[int] | None:
    """Judge an answer by itself; return which example stands where, if known."""
    pairs = _pairs(answer)
    _check_sizes(pairs, X, Y, size)
    order = _order(pairs, X, Y)
    if order is not None:
        _check_mixing(order, [batch.shape[1] for batch, _ in pairs])
    return order


def _check_seeds(
    order: list[int], inputs: Mapping, others: Sequence[tuple[Mapping, object]]
) -> None:
    """Compare with the other calls: the seed decides the order, and only the seed."""
    X, _, size, seed = _read(inputs)
    for other_inputs, other_answer in others:
        other_X, other_Y, other_size, other_seed = _read(other_inputs)
        if other_X.shape[1] != X.shape[1] or other_size != size:
            continue
        try:
            other = _order_alone(other_answer, other_X, other_Y, size)
        except _Wrong:
            continue  # wrong by itself: that says nothing about this call
        if other is None:
            continue
        if other_seed == seed and other != order:
            raise _wrong("equal_seeds")
        if (
            other_seed != seed
            and other == order
            and -_log_factorials([len(order)]) < math.log(UNLIKELY)
        ):
            raise _wrong("other_seeds")


def _read(inputs: Mapping) -> tuple[np.ndarray, np.ndarray, int, int]:
    return (
        np.asarray(inputs["X"]),
        np.asarray(inputs["Y"]),
        int(inputs.get("mini_batch_size", 64)),
        int(inputs.get("seed", 0)),
    )


def mini_batches(
    inputs: Mapping[str, object],
    answer: object,
    expected: object,
    others: Sequence[tuple[Mapping[str, object], object]],
    *,
    shared: Sequence[str] = (),
) -> dict[str, str | None]:
    """Judge mini-batches, whatever way their order was drawn.

    Right are batches that hold every example once, each with its own label,
    all full but the last and none empty, in an order that was shuffled and that
    the seed decides: equal seeds give equal orders, other seeds others.

    Parameters
    ----------
    inputs : mapping
        ``X`` of shape (n_x, m), ``Y`` of shape (n_y, m), ``mini_batch_size`` and
        ``seed``.
    answer : object
        What was returned.
    expected : object
        What the reference returns; not used.
    others : sequence of (mapping, object)
        Inputs and answers of other calls.
    shared : sequence of str
        Parts of the answer that live in the memory of an input.

    Returns
    -------
    dict
        ``{"mini_batches": None}`` or a reason in the place of None.

    Examples
    --------
    >>> X, Y = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, 1.0]])
    >>> inputs = {"X": X, "Y": Y, "mini_batch_size": 2, "seed": 0}
    >>> answer = [(X[:, [2, 0]], Y[:, [2, 0]]), (X[:, [1]], Y[:, [1]])]
    >>> mini_batches(inputs, answer, None, [])
    {'mini_batches': None}
    """
    X, Y, size, _ = _read(inputs)
    try:
        order = _order_alone(answer, X, Y, size)
        if shared:
            raise _wrong("shared", parts=", ".join(shared))
        if order is not None:
            _check_seeds(order, inputs, others)
    except _Wrong as reason:
        return {"mini_batches": str(reason)}
    return {"mini_batches": None}
