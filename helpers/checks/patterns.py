"""Patterns in wrong numbers: each finding is true of the numbers at hand.

The order of the searches is from the most telling to the least; the first that
holds is what a learner reads.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers.checks.tolerances import close
from helpers.checks.values import leaves, resolve
from helpers.strings import text

__all__ = ["Finding", "Numbers", "find_pattern", "number"]

# So many arrays among the inputs are tried; a cache of a deep network has more.
MAX_INPUTS = 40


@dataclass(frozen=True)
class Finding:
    """What is true of a wrong answer.

    Attributes
    ----------
    key : str
        Of the sentence, in ``checks.evidence``.
    kind : str
        The group to which it belongs, such as ``"sign"``.
    values : dict of str to object
        For the placeholders of the sentence.
    known : dict of str to str
        For the placeholders of hints.
    """

    key: str
    kind: str
    values: dict[str, object] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbers:
    """Wrong numbers with all that they may be held against.

    Attributes
    ----------
    path : str
        Name of the leaf.
    want, got : ndarray of one shape
        As float64.
    wrong : ndarray of bool
        Where they differ by more than rounding.
    inputs : mapping of str to object
        Plain inputs by parameter name.
    others : list of (str, object)
        The other leaves that were expected, by name.
    named : bool
        Whether numbers of the case may be written out.
    """

    path: str
    want: np.ndarray
    got: np.ndarray
    wrong: np.ndarray
    inputs: Mapping[str, object]
    others: list[tuple[str, object]] = field(default_factory=list)
    named: bool = True

    def is_got(self, candidate: np.ndarray) -> bool:
        """Tell whether the answer is a candidate, of its shape after broadcasting."""
        with np.errstate(all="ignore"):
            return bool(
                np.all(close(np.broadcast_to(candidate, self.got.shape), self.got))
            )


def number(value: object) -> str:
    """Write a number with six significant digits."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    return f"{float(value):.6g}"


def find_pattern(numbers: Numbers) -> Finding | None:
    """Return the first pattern that holds for wrong numbers, or None.

    Parameters
    ----------
    numbers : Numbers
        The wrong leaf; all of it finite where the expected one is.

    Returns
    -------
    Finding or None
        The most telling one.
    """
    with np.errstate(all="ignore"):
        for search in SEARCHES:
            finding = search(numbers)
            if finding is not None:
                return finding
    return None


def _zero(n: Numbers) -> Finding | None:
    if np.any(n.got):
        return None
    key = "all_zero" if n.want.size > 1 else "is_zero"
    return Finding(key, "zero", {"path": n.path})


def _sign(n: Numbers) -> Finding | None:
    if n.is_got(-n.want):
        key = "sign" if n.want.size > 1 else "sign_one"
        return Finding(key, "sign", {"path": n.path}, {"ratio": "-1"})
    return None


def _nearly(n: Numbers) -> Finding | None:
    relative = np.abs(n.want - n.got).max() / max(np.abs(n.want).max(), 1e-300)
    if relative < 1e-4:
        return Finding("nearly", "rounding", {"relative": number(relative)})
    return None


def _input_leaves(n: Numbers) -> Iterator[tuple[str, np.ndarray]]:
    """Yield arrays and numbers among the inputs that may be told from others.

    Zeros and ones come about in too many ways to be anybody's input.
    """
    named = (
        (path, leaf)
        for name, value in n.inputs.items()
        for path, leaf in leaves(resolve(value), name)
    )
    for path, leaf in itertools.islice(named, MAX_INPUTS):
        if isinstance(leaf, bool) or not isinstance(leaf, np.ndarray | int | float):
            continue
        array = np.asarray(leaf)
        if array.dtype.kind not in "iuf" or array.size == 0:
            continue
        array = array.astype(np.float64)
        if np.isfinite(array).all() and not np.isin(array, (-1, 0, 1)).all():
            yield path, array


def _same_as_input(n: Numbers) -> Finding | None:
    for name, array in _input_leaves(n):
        if array.shape == n.got.shape and n.is_got(array):
            return Finding("same_as_input", "input", {"path": n.path, "name": name})
    return None


def _swapped(n: Numbers) -> Finding | None:
    for name, other in n.others:
        if isinstance(other, np.ndarray | float) and np.asarray(other).size > 1:
            array = np.asarray(other, dtype=np.float64)
            if array.shape == n.got.shape and np.ptp(array) and n.is_got(array):
                values = {"path": n.path, "name": name}
                return Finding("same_as_result", "another result", values)
    return None


def _ratio_to(want: np.ndarray, got: np.ndarray) -> float | None:
    """Return the constant by which an answer is too large, if there is one."""
    significant = np.abs(want) > 1e-9 * np.abs(want).max(initial=0.0)
    if not significant.any() or np.any(np.abs(got[~significant]) > 1e-9):
        return None
    ratios = got[significant] / want[significant]
    ratio = float(np.median(ratios))
    if not math.isfinite(ratio) or ratio == 0:
        return None
    return ratio if np.allclose(ratios, ratio, rtol=1e-6, atol=0) else None


def _factor(n: Numbers) -> Finding | None:
    ratio = _ratio_to(n.want, n.got)
    if ratio is None:
        return None
    known = {"ratio": number(ratio)}
    reason = _name_of_ratio(ratio, n.inputs, n.named)
    which = "one" if n.want.size == 1 else "every"
    if reason:
        values = {"ratio": number(ratio), "reason": reason}
        return Finding(f"ratio_{which}_named", "factor", values, known)
    if n.want.size > 1:
        return Finding("ratio_every", "factor", {"ratio": number(ratio)}, known)
    return None


def _transposed(n: Numbers) -> Finding | None:
    rows, columns = n.want.shape if n.want.ndim == 2 else (0, 1)
    if rows == columns > 1 and n.is_got(n.want.T):
        return Finding("transposed_square", "transposition")
    return None


def _offset(n: Numbers) -> Finding | None:
    offset = n.got - n.want
    if n.want.size > 1 and _constant(offset):
        return Finding("offset", "offset", {"offset": number(offset.flat[0])})
    return None


def _of_an_input(n: Numbers) -> Finding | None:
    """Search for an input that was added, left out, taken for all, or a factor.

    One number is off by some input too easily, by accident.
    """
    if n.want.size == 1:
        return None
    difference = n.got - n.want
    for name, array in _input_leaves(n):
        values = {"path": n.path, "name": name}
        if array.shape == n.want.shape:
            shaped = array
        elif array.ndim == n.want.ndim == 2 and 1 in array.shape and array.size > 1:
            if any(k not in (1, w) for k, w in zip(array.shape, n.want.shape)):
                continue
            shaped = np.broadcast_to(array, n.want.shape)
        else:
            continue
        for sign, key in ((1.0, "input_added"), (-1.0, "input_missing")):
            if bool(np.all(close(n.got, n.want + sign * shaped))):
                return Finding(key, "input term", values)
        if np.all(shaped != 0):
            if n.is_got(n.want * shaped):
                return Finding("input_times", "input factor", values)
            if n.is_got(n.want / shaped):
                return Finding("input_over", "input factor", values)
        if n.want.size > 2:
            times = _ratio_to(shaped, difference)
            if times is not None:
                return _share("input_share", "input term", n, values, times)
            times = _ratio_to(shaped, n.got)
            if times is not None:
                return _share("input_multiple", "input", n, values, times)
    return None


def _share(
    key: str, kind: str, n: Numbers, values: dict[str, object], times: float
) -> Finding:
    if n.named:
        return Finding(key, kind, values | {"times": number(times)})
    return Finding(f"{key}_hidden", kind, values)


FUNCTIONS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("square", np.square),
    ("root", np.sqrt),
    ("reciprocal", lambda x: 1 / x),
    ("size", np.abs),
    ("rest", lambda x: 1 - x),
    ("exponential", np.exp),
    ("logarithm", np.log),
    ("rounded", np.round),
    ("floor", np.floor),
    ("clipped", lambda x: np.maximum(x, 0)),
    ("share", lambda x: x / np.sum(x) if x.size > 1 else x),
    ("cube", lambda x: x**3),
]


def _function(n: Numbers) -> Finding | None:
    """Search for a function that makes the answer of the expected numbers."""
    for name, function in FUNCTIONS:
        made = function(n.want)
        if np.isfinite(made).all() and n.is_got(made):
            what = text(f"checks.function.{name}")
            return Finding("function", "function", {"path": n.path, "what": what})
    return None


def _lines(n: Numbers) -> Finding | None:
    """Search for what rows or columns have of their own."""
    if n.want.ndim != 2 or min(n.want.shape) < 2:
        return None
    offset = n.got - n.want
    for axis, lines in ((0, "columns"), (1, "rows")):
        if _constant_along(offset, axis):
            return Finding(f"offset_{lines}", "bias")
    if np.all(n.want):
        for axis, lines in ((0, "columns"), (1, "rows")):
            if _constant_along(n.got / n.want, axis):
                return Finding(f"factor_{lines}", "factor by line")
    return None


def _equal(n: Numbers) -> Finding | None:
    if n.want.size > 1 and _constant(n.got) and not _constant(n.want):
        return Finding("all_equal", "equal entries")
    if n.want.ndim == 2 and min(n.want.shape) > 1:
        for axis, lines in ((0, "rows"), (1, "columns")):
            same = _constant_along(n.got, axis) and not _constant_along(n.want, axis)
            if same:
                return Finding(f"equal_{lines}", "equal entries", {"path": n.path})
    return None


def _reordered(n: Numbers) -> Finding | None:
    if n.want.size > 1 and bool(
        np.all(close(np.sort(n.want.ravel()), np.sort(n.got.ravel())))
    ):
        return Finding("reordered", "order")
    return None


def _some_signs(n: Numbers) -> Finding | None:
    if n.want.size > 1 and bool(np.all(close(np.abs(n.want), np.abs(n.got)))):
        return Finding("some_signs", "sign")
    return None


def _place(n: Numbers) -> Finding | None:
    """Search for what the wrong places have in common."""
    wrong, bad = n.wrong, int(n.wrong.sum())
    if n.want.size < 3 or bad == n.want.size:
        return None
    if bad == 1 and n.want.size > 3:
        return Finding("one_entry", "place", {"place": list(map(int, _first(wrong)))})
    if n.want.ndim == 2 and min(n.want.shape) > 1:
        rows = np.flatnonzero(wrong.any(axis=1))
        columns = np.flatnonzero(wrong.any(axis=0))
        if len(rows) == 1:
            return Finding("one_row", "place", {"row": int(rows[0])})
        if len(columns) == 1:
            return Finding("one_column", "place", {"column": int(columns[0])})
        if n.want.shape[0] == n.want.shape[1]:
            diagonal = np.eye(len(n.want), dtype=bool)
            if np.array_equal(wrong, diagonal):
                return Finding("diagonal", "place")
            if np.array_equal(wrong, ~diagonal):
                return Finding("off_diagonal", "place")
        for axis, lines in ((1, "rows"), (0, "columns")):
            hit = wrong.any(axis=axis)
            if np.array_equal(
                wrong, np.broadcast_to(np.expand_dims(hit, axis), wrong.shape)
            ):
                finding = _run_of(hit, lines)
                if finding is not None:
                    return finding
    elif np.squeeze(n.want).ndim == 1:
        finding = _run_of(wrong.ravel(), "entries")
        if finding is not None:
            return finding
    return _mask(n)


def _first(wrong: np.ndarray) -> np.ndarray:
    return np.argwhere(wrong)[0]


def _run_of(hit: np.ndarray, lines: str) -> Finding | None:
    """Say that the first lines are right and the rest wrong, or the reverse."""
    places = np.flatnonzero(hit)
    count, first, last = len(places), int(places[0]), int(places[-1])
    if count == len(hit) or last - first + 1 != count:
        return None
    if last == len(hit) - 1:
        return Finding(f"from_{lines}", "place", {"i": first})
    if first == 0:
        return Finding(f"until_{lines}", "place", {"i": last})
    return None


MASKS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("negative", lambda x: x < 0),
    ("positive", lambda x: x > 0),
    ("not_positive", lambda x: x <= 0),
    ("not_negative", lambda x: x >= 0),
    ("zero", lambda x: x == 0),
    ("not_zero", lambda x: x != 0),
    ("above_one", lambda x: np.abs(x) > 1),
    ("one", lambda x: x == 1),
]


def _mask(n: Numbers) -> Finding | None:
    """Search for a sign of an input, or of the answer, that marks the wrong places."""
    given = (
        (path, array) for path, array in _all_inputs(n) if array.shape == n.want.shape
    )
    for name, array in [*given, (text("checks.quantity.expected"), n.want)]:
        for condition, mask in MASKS:
            if np.array_equal(n.wrong, mask(array)):
                what = text(f"checks.condition.{condition}", name=name)
                return Finding("mask", "places by sign", {"what": what})
    return None


def _all_inputs(n: Numbers) -> Iterator[tuple[str, np.ndarray]]:
    named = (
        (path, leaf)
        for name, value in n.inputs.items()
        for path, leaf in leaves(resolve(value), name)
    )
    for path, leaf in itertools.islice(named, MAX_INPUTS):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biuf":
            yield path, leaf.astype(np.float64)


def _whole(n: Numbers) -> Finding | None:
    whole = n.got == np.round(n.got)
    if n.want.size > 1 and whole.all() and not (n.want == np.round(n.want)).all():
        if np.isin(n.got, (0, 1)).all():
            return Finding("only_zeros_and_ones", "whole numbers", {"path": n.path})
        return Finding("whole_numbers", "whole numbers", {"path": n.path})
    return None


def _sums(n: Numbers) -> Finding | None:
    """Say that totals are right where the entries are not."""
    if n.want.size > 2 and bool(
        close(np.asarray(n.want.sum()), np.asarray(n.got.sum()))
    ):
        if abs(float(n.want.sum())) > 1e-9 * float(np.abs(n.want).sum()):
            return Finding("same_total", "totals", {"path": n.path})
    return None


def _outside(n: Numbers) -> Finding | None:
    """Say that the sign cannot be: all that is expected is on one side of 0."""
    if n.want.size == 1:
        want, got = float(n.want.flat[0]), float(n.got.flat[0])
        if want * got < 0:
            side = "negative" if got < 0 else "positive"
            return Finding(f"wrong_sign_{side}", "sign", {"path": n.path})
        return None
    if np.all(n.want > 0) and np.any(n.got < 0):
        return Finding("negative_entries", "sign", {"path": n.path})
    return None


SEARCHES: list[Callable[[Numbers], Finding | None]] = [
    _zero,
    _sign,
    _nearly,
    _same_as_input,
    _swapped,
    _factor,
    _transposed,
    _offset,
    _of_an_input,
    _function,
    _lines,
    _equal,
    _some_signs,
    _place,
    _reordered,
    _whole,
    _outside,
    _sums,
]


def _constant(values: np.ndarray) -> bool:
    spread = float(np.ptp(values))
    return spread <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _constant_along(values: np.ndarray, axis: int) -> bool:
    spread = float(np.ptp(values, axis=axis).max())
    return spread <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _quantities(
    inputs: Mapping[str, object], named: bool
) -> Iterator[tuple[float, str]]:
    """Yield numbers of a case that a factor may come from, with their names."""
    hidden = "" if named else "_hidden"
    for name, value in inputs.items():
        array = resolve(value)
        if isinstance(array, np.ndarray) and array.ndim == 2:
            for count, kind in zip(array.shape[::-1], ("columns", "rows")):
                key = f"checks.quantity.{kind}{hidden}"
                yield float(count), text(key, name=name, n=count)
        elif isinstance(array, int | float) and not isinstance(array, bool):
            key = f"checks.quantity.value{hidden}"
            yield float(array), text(key, name=name, n=number(array))


def _name_of_ratio(
    ratio: float, inputs: Mapping[str, object], named: bool
) -> str | None:
    """Say where a factor comes from, if a number of the case explains it."""
    for value, name in _quantities(inputs, named):
        if value in (0.0, 1.0) or not math.isfinite(value):
            continue
        forms = {"same": value, "inverse": 1 / value}
        if 0 < value < 1:
            forms |= {"rest": 1 - value, "inverse_rest": 1 / (1 - value)}
        for form, candidate in forms.items():
            if math.isclose(ratio, candidate, rel_tol=1e-6):
                return text(f"checks.quantity.{form}", name=name)
    if math.isclose(ratio, 2, rel_tol=1e-6) or math.isclose(ratio, 0.5, rel_tol=1e-6):
        return text("checks.quantity.two")
    return None
