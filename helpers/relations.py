"""What must hold between inputs and an answer where several answers are right.

A relation gets the inputs of a call by name, the answer, the answer of the
reference and the other calls of the same function with their answers. One that has a
parameter ``shared`` also gets the parts of the answer that lie in the memory of an
input, and ``elsewhere`` what the reference returns in those other calls. It says, for
each named result, what is wrong with it in a few words, or None. Answers are
anybody's: their type and shape are looked at before they are used.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.activations import sigmoid
from helpers.checks.tolerances import as_array, close
from helpers.strings import listed, text

__all__ = ["difference_by_magnitude", "dropout_forward", "mini_batches"]

# An arrangement that a right shuffle gives less often than this is no accident.
UNLIKELY = 1e-6

# A right mask is further than this many standard errors from what its
# probability promises less than once in a million cases.
ERRORS = 5.0

# Correlations of masks have heavier tails (20,000 right masks of each size that
# cases use stayed below 6), and of fewer pairs of
# rows or shorter ones nothing is said.
ALIKE = 8.0
FEW = 20
FEW_DRAWS = 8

# A relative difference below this one is rounding: its digits mean nothing.
ROUNDING = 1e-6

# Above it two right ways of computing it agree far better than this.
SAME_MAGNITUDE = 0.01


# Reasons that are terms of the function's contract.
TERM_OF = {
    "mini_batches.not_shuffled": "shuffled",
    "mini_batches.neighbours": "shuffled",
    "mini_batches.pattern": "shuffled",
    "mini_batches.near": "shuffled",
    "mini_batches.equal_seeds": "same seed",
    "mini_batches.other_seeds": "same seed",
    "mini_batches.shared": "independent results",
    "dropout.frozen": "fresh",
    "dropout.by_unit": "independent masks",
    "dropout.same_columns": "independent masks",
    "dropout.same_rows": "independent masks",
    "dropout.by_example": "independent masks",
    "dropout.exact": "independent masks",
    "dropout.exact_total": "independent masks",
    "dropout.rows_alike": "independent masks",
    "dropout.columns_alike": "independent masks",
    "dropout.layers_alike": "independent masks",
}


# Reasons that have a question of their own.
QUESTION_OF = {
    "dropout.not_a_pair": "results",
    "dropout.cache": "cache",
    "dropout.not_a_mask": "mask",
    "dropout.share": "share",
    "dropout.shape": "mask_shape",
    "dropout.parameter": "cache",
    "dropout.wrong_Z1": "linear",
    "dropout.wrong_Z2": "linear",
    "dropout.wrong_Z3": "linear",
    "dropout.wrong_A1": "masked",
    "dropout.wrong_A2": "masked",
    "dropout.wrong_AL": "output",
    "dropout.wrong_A3": "output",
    "mini_batches.not_a_list": "results",
    "mini_batches.not_a_pair": "results",
    "mini_batches.number": "partition",
    "mini_batches.size": "partition",
    "mini_batches.empty": "partition",
    "mini_batches.foreign": "columns",
    "mini_batches.rows": "columns",
    "mini_batches.unequal": "columns",
    "mini_batches.repeated": "partition",
    "mini_batches.labels": "labels",
}


class Reason(str):
    """Why an answer is wrong, in words.

    Attributes
    ----------
    term : str or None
        The term of the contract that it breaks, if it is one.
    question : str
        What leads on from it; empty where the general question has to do.
    """

    term: str | None = None
    question: str = ""


def reason_of(key: str, **values: object) -> Reason:
    """Return a reason with its term and its question.

    Parameters
    ----------
    key : str
        Such as ``dropout.share``.
    **values : object
        For the placeholders of its sentence.
    """
    reason = Reason(text(f"relations.{key}", **values))
    reason.term = TERM_OF.get(key)
    if key in QUESTION_OF:
        reason.question = text(f"relations.question.{QUESTION_OF[key]}")
    return reason


class _Wrong(Exception):
    """Carries the reason why an answer is wrong."""

    def __init__(self, key: str, values: Mapping[str, object]) -> None:
        super().__init__()
        self.reason = reason_of(key, **values)


def _wrong(key: str, **values: object) -> _Wrong:
    return _Wrong(f"mini_batches.{key}", values)


def _pairs(answer: object) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the batches of an answer as pairs of matrices of numbers."""
    if not isinstance(answer, list | tuple):
        raise _wrong("not_a_list")
    pairs = []
    for k, batch in enumerate(answer):
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise _wrong("not_a_pair", batch=k)
        batch = [as_array(part) for part in batch]
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


def _columns(matrix: np.ndarray, dtype: np.dtype) -> list[bytes]:
    # Adding zero turns -0.0 into 0.0, which is the same number.
    rows = np.ascontiguousarray(matrix.T, dtype=dtype) + dtype.type(0)
    return [row.tobytes() for row in rows]


def _columns_of(parts: Sequence[np.ndarray], dtype: np.dtype) -> set[bytes]:
    return {column for part in parts for column in _columns(part, dtype)}


def _precision(parts: Sequence[np.ndarray]) -> np.dtype:
    """Return the least precise floating type of some parts: copies are in it."""
    types = [part.dtype for part in parts if part.dtype.kind == "f"]
    return min(types, key=lambda dtype: dtype.itemsize, default=np.dtype(np.float64))


def _order(
    pairs: list[tuple[np.ndarray, np.ndarray]], X: np.ndarray, Y: np.ndarray
) -> list[int] | None:
    """Return which example stands where; None where two examples look the same."""
    parts_X, parts_Y = [list(parts) for parts in zip(*pairs, strict=True)]
    kind_X, kind_Y = _precision(parts_X), _precision(parts_Y)
    if not _columns_of(parts_X, kind_X) <= set(_columns(X, kind_X)):
        # Single precision on the way, and double at the end.
        kind_X = np.dtype(np.float32)
    got_X = _columns(np.concatenate(parts_X, axis=1), kind_X)
    got_Y = _columns(np.concatenate(parts_Y, axis=1), kind_Y)
    columns_X, columns_Y = _columns(X, kind_X), _columns(Y, kind_Y)
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
    _check_pattern(order)


def _check_pattern(order: list[int]) -> None:
    """Tell a rotation, a reversal, an interleaving or a local shuffle from a draw.

    The steps from one index to the next, counted modulo m, are all different but
    for accidents: about m times one step, or two steps, is a rule. In a local
    shuffle no example comes far from its place.
    """
    m = len(order)
    if m < 3:
        return
    steps = Counter(int(step) % m for step in np.diff(order))
    common = [count for _, count in steps.most_common(2)]
    for kinds in (1, 2):
        count = sum(common[:kinds])
        # Each step occurs as often as in a Poisson process of rate one, nearly.
        chance = (
            math.log(math.comb(m, kinds))
            + count * math.log(kinds)
            - math.lgamma(count + 1)
        )
        if chance < math.log(UNLIKELY):
            raise _wrong("pattern")
    # The rank correlation of a random order has the standard error 1/sqrt(m - 1).
    places = np.arange(m)
    correlation = float(np.corrcoef(places, order)[0, 1])
    if abs(correlation) * math.sqrt(m - 1) > ERRORS:
        raise _wrong("near")


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
        ``{"mini_batches": None}`` or a reason instead of None.

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
            raise _wrong("shared", parts=listed(shared))
        if order is not None:
            _check_seeds(order, inputs, others)
    except _Wrong as wrong:
        return {"mini_batches": wrong.reason}
    return {"mini_batches": None}


DROPOUT_CACHE = [
    "Z1",
    "D1",
    "A1",
    "W1",
    "b1",
    "Z2",
    "D2",
    "A2",
    "W2",
    "b2",
    "Z3",
    "A3",
    "W3",
    "b3",
]


def _dropout(key: str, **values: object) -> _Wrong:
    return _Wrong(f"dropout.{key}", values)


def _dropout_parts(answer: object) -> dict[str, np.ndarray]:
    """Return A3 (as "AL") and the fourteen arrays of the cache by name."""
    if not isinstance(answer, list | tuple) or len(answer) < 2:
        raise _dropout("not_a_pair")
    cache = answer[1]
    if not isinstance(cache, list | tuple) or len(cache) != len(DROPOUT_CACHE):
        raise _dropout("cache")
    # Lists of numbers are as good as arrays.
    given: list[Any] = [as_array(part) for part in (answer[0], *cache)]
    parts = dict(zip(["AL", *DROPOUT_CACHE], given, strict=True))
    for name, part in parts.items():
        if not isinstance(part, np.ndarray) or part.dtype.kind not in "biuf":
            raise _dropout("not_an_array", name=_shown(name))
    return parts


def _shown(name: str) -> str:
    return "A3" if name == "AL" else name


def _first_wrong(
    parts: Mapping[str, np.ndarray],
    wanted: Mapping[str, np.ndarray],
    names: Sequence[str],
) -> str | None:
    """Return what is wrong with the first array that is not as it should be."""
    for name in names:
        got, right = parts[name], wanted[name]
        if got.shape != right.shape:
            values = {"got": got.shape, "expected": right.shape}
            return reason_of("dropout.shape", name=_shown(name), **values)
        # A mask in single precision makes all that follows no better than that.
        if not close(right, got.astype(np.float32)).all():
            key = "parameter" if name[0] in "Wb" else f"wrong_{name}"
            return reason_of(f"dropout.{key}", name=name)
    return None


def _dispersion(sums: np.ndarray, draws: int, keep: float) -> float:
    """Say how far sums of 0/1 draws scatter from what chance gives, in errors."""
    n = sums.size
    squares = np.sum((sums - draws * keep) ** 2) / (draws * keep * (1 - keep))
    # Wilson and Hilferty: the cube root of a chi-square is nearly normal.
    return float((np.cbrt(squares / n) - (1 - 2 / (9 * n))) / np.sqrt(2 / (9 * n)))


def _check_mask(
    parts: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...], keep: float
) -> None:
    D = parts[name].astype(np.float64)
    if D.shape != shape:
        raise _dropout("shape", name=name, got=D.shape, expected=shape)
    if not np.isin(D, (0.0, 1.0)).all():
        raise _dropout("not_a_mask", name=name)
    if keep >= 1:
        if not D.all():
            raise _dropout("share", name=name, got=D.mean(), keep=keep)
        return
    share = D.mean()
    if 0 < share < 1:
        # Around its own fraction first: a row that is dropped as a whole also
        # spoils the fraction, and is the better reason.
        units = _dispersion(D.sum(axis=1), D.shape[1], share)
        examples = _dispersion(D.sum(axis=0), D.shape[0], share)
        if units > ERRORS:
            raise _dropout("by_unit", name=name)
        if examples > ERRORS:
            raise _dropout("by_example", name=name)
        if min(units, examples) < -ERRORS:
            raise _dropout("exact", name=name)
    error = np.sqrt(keep * (1 - keep) / D.size)
    if abs(share - keep) > ERRORS * error:
        raise _dropout("share", name=name, got=share, keep=keep)


def _alike(one: np.ndarray, other: np.ndarray | None = None) -> bool:
    """Tell whether rows of masks agree more or less often than by chance.

    Parameters
    ----------
    one, other : ndarray of shape (k, n) and (l, n)
        Standardized masks; the rows of one with one another if there is one only.

    Returns
    -------
    bool
        Whether the squares of the rows' correlations are too large together.
    """
    n = one.shape[1]
    products = one @ (one if other is None else other).T / math.sqrt(n)
    # A copy some rows further down is seen along one diagonal, and any other copy in
    # the sum of all squares.
    for lag in range(1 - len(products), products.shape[1]):
        if other is not None or lag > 0:
            diagonal = np.diagonal(products, lag)
            if abs(diagonal.sum()) > ALIKE * math.sqrt(len(diagonal)):
                return True
    fourth = [float(np.mean(part**4)) for part in (one, other) if part is not None]
    if other is None:
        products = products[np.triu_indices(len(one), 1)]
        sharing = 2 * (len(one) - 2) * (fourth[0] - 1)
    else:
        sharing = (len(other) - 1) * (fourth[0] - 1) + (len(one) - 1) * (fourth[1] - 1)
    squares = products.ravel() ** 2
    if squares.size < FEW or n < FEW_DRAWS:
        return False
    # The square of a standard normal number has the variance 2; few draws of 0 and 1
    # scatter more, and two products with a row in common vary together.
    variance = 2 + (fourth[0] * fourth[-1] - 3 + sharing) / n
    return float(np.sum(squares - 1)) > ALIKE * math.sqrt(squares.size * variance)


def _check_broadcast(
    name: str, calls: Sequence[tuple[Mapping[str, np.ndarray], float]]
) -> None:
    """Tell masks with one draw for all examples, or for all units, from others.

    A single mask of few units may be all ones, and says nothing then; those of the
    other calls tell the two apart.
    """
    masks = [parts[name] for parts, keep in calls if keep < 1]
    masks = [D for D in masks if D.ndim == 2 and min(D.shape) > 1]
    if not masks or all((D[0, 0] == D).all() for D in masks):
        return
    if all((D[:, :1] == D).all() for D in masks):
        raise _dropout("same_columns", name=name)
    if all((D[:1] == D).all() for D in masks):
        raise _dropout("same_rows", name=name)


def _check_independent(parts: Mapping[str, np.ndarray], keep: float) -> None:
    """Tell masks that were cut out of one another from masks of their own."""
    if keep >= 1:
        return
    error = math.sqrt(keep * (1 - keep))
    D1, D2 = ((parts[n].astype(np.float64) - keep) / error for n in ("D1", "D2"))
    for name, D in (("D1", D1), ("D2", D2)):
        if _alike(D):
            raise _dropout("rows_alike", name=name)
        if _alike(D.T):
            raise _dropout("columns_alike", name=name)
    if _alike(D1, D2):
        raise _dropout("layers_alike")


def _check_totals(name: str, calls: Sequence[tuple[np.ndarray, float]]) -> None:
    """Tell masks that all hold just the expected number of ones from drawn ones."""
    chance = 0.0
    for D, keep in calls:
        ones, n = int(D.sum()), D.size
        if abs(ones - keep * n) >= 1 or not np.isin(D, (0, 1)).all():
            return
        chance += min(0.0, -0.5 * math.log(2 * math.pi * n * keep * (1 - keep) / 4))
    if chance < math.log(UNLIKELY):
        raise _dropout("exact_total", name=name)


def _check_fresh(
    D: np.ndarray, name: str, keep: float, others: Sequence[tuple[Mapping, object]]
) -> None:
    """Compare a mask with those of other calls: one draw gives nested masks."""
    for inputs, answer in others:
        other_keep = float(inputs.get("keep_prob", 0.5))
        try:
            other = _dropout_parts(answer)[name]
        except _Wrong:
            continue
        if other.shape != D.shape or other_keep >= 1 or keep >= 1:
            continue
        (low, small), (high, large) = sorted(
            [(keep, D > 0), (other_keep, other > 0)], key=lambda pair: pair[0]
        )
        accident = D.size * math.log1p(-low * (1 - high))
        if accident < math.log(UNLIKELY) and not (small & ~large).any():
            raise _dropout("frozen", name=name)


def _other_masks(
    others: Sequence[tuple[Mapping, object]],
) -> list[tuple[dict[str, np.ndarray], float]]:
    """Return the parts of other answers that have any, with their keep_prob."""
    found = []
    for inputs, answer in others:
        try:
            parts = _dropout_parts(answer)
        except _Wrong:
            continue
        found.append((parts, float(inputs.get("keep_prob", 0.5))))
    return found


def dropout_forward(
    inputs: Mapping[str, object],
    answer: object,
    expected: object,
    others: Sequence[tuple[Mapping[str, object], object]],
) -> dict[str, str | None]:
    """Judge a forward pass with dropout, whatever way its masks were drawn.

    Right are masks of zeros and ones of the shape of their layer, whose fraction of
    ones lies within five standard errors of `keep_prob`, which treat units and
    examples independently and are new in every call; and activations that
    follow from them.

    Parameters
    ----------
    inputs : mapping
        ``X`` of shape (n_x, m), ``parameters`` with ``W1``, ``b1``, ..., ``b3``,
        and perhaps ``keep_prob`` (0.5 if not).
    answer : object
        What was returned: ``A3`` and a cache of fourteen arrays.
    expected : object
        What the reference returns; not used.
    others : sequence of (mapping, object)
        Inputs and answers of other calls.

    Returns
    -------
    dict
        For ``A3`` and ``cache`` None or a reason.

    Examples
    --------
    >>> P = {"W1": np.eye(1), "W2": np.eye(1), "W3": np.eye(1)}
    >>> P |= {name: np.zeros((1, 1)) for name in ("b1", "b2", "b3")}
    >>> dropout_forward({"X": np.eye(1), "parameters": P}, None, None, [])["A3"]
    'two results were expected: A3 and the cache'
    """
    given = dict[str, Any](inputs)
    X, P = np.asarray(given["X"], np.float64), given["parameters"]
    keep = float(given.get("keep_prob", 0.5))
    wanted = {name: np.asarray(P[name], np.float64) for name in sorted(P)}
    try:
        parts = _dropout_parts(answer)
        A = X
        for layer in (1, 2):
            Z = P[f"W{layer}"] @ A + P[f"b{layer}"]
            if keep < 1:
                _check_broadcast(f"D{layer}", [(parts, keep), *_other_masks(others)])
            _check_mask(parts, f"D{layer}", Z.shape, keep)
            D = parts[f"D{layer}"].astype(np.float64)
            _check_fresh(D, f"D{layer}", keep, others)
            A = np.maximum(Z, 0) * D / keep
            wanted |= {f"Z{layer}": Z, f"A{layer}": A}
        _check_independent(parts, keep)
        calls = [(parts, keep), *_other_masks(others)]
        for names in (("D1",), ("D2",), ("D1", "D2")):
            masks = [(p[n].astype(float), q) for p, q in calls if q < 1 for n in names]
            _check_totals(" and ".join(names), masks)
    except _Wrong as wrong:
        return {"A3": wrong.reason, "cache": wrong.reason}
    wanted["Z3"] = P["W3"] @ A + P["b3"]
    wanted["A3"] = wanted["AL"] = sigmoid(wanted["Z3"])
    cache = _first_wrong(parts, wanted, [n for n in DROPOUT_CACHE if n in wanted])
    answered = _first_wrong(parts, wanted, ["AL"])
    if answered is not None:
        # What went wrong on the way says more than that the end is wrong.
        on_the_way = ["Z1", "A1", "Z2", "A2", "Z3"]
        answered = _first_wrong(parts, wanted, on_the_way) or answered
    return {"A3": answered, "cache": cache}


def _one_number(answer: object) -> float | None:
    """Return the number that an answer is, or the first of a tuple; None elsewhere."""
    if isinstance(answer, tuple) and answer:
        answer = answer[0]
    value = as_array(answer)
    # Lists of unequal lengths are no array.
    known = value is not None and not isinstance(value, list | tuple)
    number = np.asarray(value if known else "")
    if number.dtype.kind not in "biuf" or number.size != 1:
        return None
    return float(number.reshape(()))


def _same_magnitude(got: float, wanted: float) -> bool:
    if wanted < ROUNDING:
        return got < ROUNDING
    return abs(got - wanted) <= SAME_MAGNITUDE * wanted


def difference_by_magnitude(
    inputs: Mapping[str, object],
    answer: object,
    expected: object,
    others: Sequence[tuple[Mapping[str, object], object]],
    *,
    elsewhere: Sequence[object] = (),
) -> dict[str, str | None]:
    """Judge the relative difference that a gradient check returns.

    Where the gradient is right and the step a good one, the difference is pure
    rounding: any number that says "right" is right. Elsewhere it agrees to
    one part in a hundred.

    Parameters
    ----------
    inputs : mapping
        Not used.
    answer : object
        What was returned; of several results the first counts.
    expected : float
        What the reference returns.
    others : sequence of (mapping, object)
        Of the other cases: the same number in all of them was not computed, if it
        is wrong in one of them.
    elsewhere : sequence of float
        What the reference returns in the other cases.

    Returns
    -------
    dict
        ``{"difference": None}`` or a reason instead of None.

    Examples
    --------
    >>> difference_by_magnitude({}, 3e-11, 8e-10, [])
    {'difference': None}
    """
    first = answer[0] if isinstance(answer, tuple) and answer else answer
    if isinstance(first, bool) or (
        isinstance(first, np.ndarray) and first.dtype.kind == "b"
    ):
        return {"difference": text("relations.difference.boolean")}
    got, wanted = _one_number(answer), float(np.asarray(expected).reshape(()))
    if got is None:
        return {"difference": text("relations.difference.not_a_number")}
    if not math.isfinite(got) or got < 0:
        return {"difference": text("relations.difference.not_a_size", got=got)}
    right = _same_magnitude(got, wanted)
    same = all(_one_number(value) == got for _, value in others) and not all(
        _same_magnitude(got, float(np.asarray(one).reshape(()))) for one in elsewhere
    )
    if right and not same:
        return {"difference": None}
    key = "constant" if right else "rounding" if wanted < ROUNDING else "magnitude"
    return {
        "difference": text(
            f"relations.difference.{key}", got=f"{got:.2g}", expected=f"{wanted:.2g}"
        )
    }
