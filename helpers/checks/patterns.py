"""Relations between wrong and expected numbers that hold in every wrong case.

A relation is reported only if it could not hold by chance. The rule counts the
different wrong numbers that the relation explains, beyond the constants that were
fitted to them (numbers that occur twice, and 0 and 1, count once or not at all):

- a relation of a short fixed list (the sign, a transpose, one factor) has to
  explain ``FIXED[0]`` numbers, in at least two cases, or ``FIXED[1]`` in one;
- a relation found by trying each input has to explain ``SEARCHED[0]`` numbers in at
  least two cases, or ``SEARCHED[1]`` in one;
- a condition on the wrong places (where an input is negative) must select one of at
  least ``2**BITS`` sets of places for each condition that was tried; a plain
  description of places (only row 2) one of ``2**PLACE_BITS``, and one of all rows
  up to a place one of ``2**LINE_BITS`` sets of rows.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from helpers.checks.tolerances import close
from helpers.checks.values import leaves, resolve
from helpers.strings import listed, text

FIXED = (2, 3)
# One constant that comes out alike in two cases is one equation to six digits.
FITTED = (1, 2)
SEARCHED = (4, 8)
BITS, PLACE_BITS, LINE_BITS = 7, 5, 3
# So many expected numbers have a sign or a size that none of the wrong ones has.
MIXED = 5
# So many arrays among the inputs are tried; a cache of a deep network has more.
MAX_INPUTS = 40


@dataclass(frozen=True)
class Finding:
    """What is true of a wrong answer."""

    key: str  # of the sentence, in ``checks.evidence``
    kind: str  # the group to which it belongs, such as ``"sign"``
    # For the placeholders of the sentence.
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbers:
    """Wrong numbers of one case with all that they may be compared with."""

    path: str  # name of the leaf
    # Of one shape, as float64.
    want: np.ndarray
    got: np.ndarray
    wrong: np.ndarray  # where they differ by more than rounding
    inputs: Mapping[str, object]  # plain inputs by parameter name
    # The other leaves that were expected, by name.
    others: list[tuple[str, object]] = field(default_factory=list)
    boolean: bool = False  # whether the answer holds True and False

    def is_got(self, candidate: np.ndarray) -> bool:
        """Tell whether the answer is a candidate, of its shape after broadcasting."""
        with np.errstate(all="ignore"):
            return bool(
                np.all(close(np.broadcast_to(candidate, self.got.shape), self.got))
            )


Cases = Sequence[Numbers]


def number(value: Any) -> str:
    """Write a number with six significant digits."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    return f"{float(value) + 0.0:.6g}"  # and never "-0"


def find_pattern(cases: Cases) -> Finding | None:
    """Return the most telling relation that holds in all cases, or None.

    The cases are of one leaf, one for each in which it is wrong; all of it is finite
    where the expected one is. The relation could not hold by chance.
    """
    with np.errstate(all="ignore"):
        for search in SEARCHES:
            finding = search(cases)
            if finding is not None:
                path = {"path": cases[0].path}
                return replace(finding, values=path | dict(finding.values))
    return None


def explained(
    cases: Cases,
    rule: tuple[int, int],
    *,
    free: int = 0,
    fitted: int | Sequence[int] = 0,
) -> bool:
    """Tell whether a relation explains enough different numbers of the cases.

    `rule` is how many in several cases, or in a single one; `free` how many constants
    were fitted in all cases together, `fitted` how many in each.
    """
    seen: set[str] = set()
    total, telling = -free, 0
    constants = [fitted] * len(cases) if isinstance(fitted, int) else fitted
    for n, constant in zip(cases, constants):
        pairs = zip(n.want.ravel(), n.got.ravel(), n.wrong.ravel())
        told = {f"{a:.6g} {b:.6g}" for a, b, wrong in pairs if wrong} - seen
        trivial = {pair for pair in told if set(pair.split()) <= {"0", "1", "-1"}}
        seen |= told
        new = max(0, len(told - trivial) - constant)
        total += new
        telling += new > 0
    return total >= rule[0] if telling > 1 else total >= rule[1]


def _booleans(cases: Cases) -> Finding | None:
    if all(n.boolean for n in cases) and not any(
        np.isin(n.want, (0, 1)).all() for n in cases
    ):
        return Finding("booleans", "type")
    return None


def _zero(cases: Cases) -> Finding | None:
    if any(np.any(n.got) for n in cases) or not explained(cases, FIXED):
        return None
    key = "all_zero" if max(n.want.size for n in cases) > 1 else "is_zero"
    return Finding(key, "zero")


def _sign(cases: Cases) -> Finding | None:
    if all(n.is_got(-n.want) for n in cases) and explained(cases, FIXED):
        key = "sign" if max(n.want.size for n in cases) > 1 else "sign_one"
        return Finding(key, "sign")
    return None


def _nearly(cases: Cases) -> Finding | None:
    relative = max(
        np.abs(n.want - n.got).max() / max(np.abs(n.want).max(), 1e-300) for n in cases
    )
    if relative < 1e-4:
        return Finding("nearly", "rounding", {"relative": number(relative)})
    return None


def _inputs(n: Numbers) -> dict[str, np.ndarray]:
    """Return the arrays and numbers among the inputs, by name, as float64."""
    named = (
        (path, leaf)
        for name, value in n.inputs.items()
        for path, leaf in leaves(resolve(value), name)
    )
    found = {}
    for path, leaf in itertools.islice(named, MAX_INPUTS):
        if isinstance(leaf, bool) or not isinstance(leaf, np.ndarray | int | float):
            continue
        array = np.asarray(leaf)
        if array.dtype.kind in "biuf" and array.size:
            found[path] = array.astype(np.float64)
    return found


def _telling_inputs(cases: Cases) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the inputs that all cases have, where their numbers tell them apart.

    Zeros and ones come about in too many ways to be anybody's input: they are the
    input of an example by hand only where another case tells.
    """
    given = [_inputs(n) for n in cases]
    for name in given[0]:
        arrays = [inputs[name] for inputs in given if name in inputs]
        if len(arrays) == len(cases) and all(np.isfinite(a).all() for a in arrays):
            told = [
                n for n, a in zip(cases, arrays) if not np.isin(a, (-1, 0, 1)).all()
            ]
            if len(told) == len(cases) or explained(told, SEARCHED):
                yield name, arrays


def _same_as_input(cases: Cases) -> Finding | None:
    for name, arrays in _telling_inputs(cases):
        if all(
            a.shape == n.got.shape and n.is_got(a) for n, a in zip(cases, arrays)
        ) and explained(cases, SEARCHED):
            return Finding("same_as_input", "input", {"name": name})
    return None


def _a_size(cases: Cases) -> Finding | None:
    """Recognise a number that is how many rows or columns an input has."""
    if any(n.got.size != 1 for n in cases):
        return None
    found = [_quantities(n.inputs) for n in cases]
    for what in found[0]:
        sizes = [given.get(what) for given in found]
        if what not in cases[0].inputs and len(set(sizes)) > 1:
            if all(n.got.item() == size for n, size in zip(cases, sizes)):
                return Finding("is_size", "input", {"what": what})
    return None


def _swapped(cases: Cases) -> Finding | None:
    for name, _ in cases[0].others:
        others = [dict(n.others).get(name) for n in cases]
        if all(
            isinstance(other, np.ndarray | float)
            and np.shape(other) == n.got.shape
            and n.got.size > 1
            and np.ptp(np.asarray(other, dtype=np.float64)) > 0
            and n.is_got(np.asarray(other, dtype=np.float64))
            for n, other in zip(cases, others)
        ) and explained(cases, SEARCHED):
            return Finding("same_as_result", "another result", {"name": name})
    return None


def constant_ratio(want: np.ndarray, got: np.ndarray) -> float | None:
    """Return the constant by which an answer is too large, if there is one."""
    significant = np.abs(want) > 1e-9 * np.abs(want).max(initial=0.0)
    if not significant.any() or np.any(np.abs(got[~significant]) > 1e-9):
        return None
    with np.errstate(all="ignore"):
        ratios = got[significant] / want[significant]
    ratio = float(np.median(ratios))
    if not math.isfinite(ratio):
        return None
    if math.isclose(ratio, round(ratio), rel_tol=1e-9):
        ratio = float(round(ratio))
    if ratio == 0:
        return None
    return ratio if np.allclose(ratios, ratio, rtol=1e-6, atol=0) else None


def _factor(cases: Cases) -> Finding | None:
    found = [constant_ratio(n.want, n.got) for n in cases]
    ratios = [ratio for ratio in found if ratio is not None]
    if len(ratios) < len(cases):
        return None
    several = len({number(ratio) for ratio in ratios}) > 1
    for base in (2, 10):
        if all(math.isclose(r * math.log(base), 1, rel_tol=1e-6) for r in ratios):
            return Finding("logarithm_base", "logarithm", {"base": base})
    if several:
        # A quantity that explains one factor may do so by chance; not two.
        named = _name_of_ratio(cases, ratios)
        if named:
            key, reason = named
            return Finding(key, "factor", {"reason": reason})
        if explained(cases, FIXED, fitted=1):
            several_ratios = listed(dict.fromkeys(number(ratio) for ratio in ratios))
            return Finding("ratios", "factor", {"ratios": several_ratios})
        return None
    free = 0 if ratios[0] in _counts(cases[0]) else 1
    if explained(cases, FITTED, free=free):
        key = "ratio" if max(n.want.size for n in cases) > 1 else "ratio_one"
        return Finding(key, "factor", {"ratio": number(ratios[0])})
    return None


def _counts(n: Numbers) -> set[float]:
    """Return the numbers of rows and columns of the inputs, but for 0 and 1.

    A factor that is one of them to the last digit is not fitted to the answer.
    """
    arrays = _inputs(n).values()
    return {float(size) for array in arrays for size in array.shape if size > 1}


def _transposed(cases: Cases) -> Finding | None:
    if all(
        n.want.ndim == 2 and n.want.shape == n.got.shape[::-1] and n.is_got(n.want.T)
        for n in cases
    ) and explained(cases, FIXED):
        return Finding("transposed_square", "transposition")
    return None


def _offset(cases: Cases) -> Finding | None:
    offsets = [n.got - n.want for n in cases]
    if not all(map(_constant, offsets)):
        return None
    found = list(dict.fromkeys(number(o.flat[0]) for o in offsets))
    values = {"offset": listed(found)}
    single = all(n.want.size == 1 for n in cases)
    # Two small whole numbers differ from two others by one amount only too often.
    counts = single and all(n.got.item().is_integer() for n in cases)
    rule = FIXED if counts and found[0] not in ("1", "-1") else FITTED
    if len(found) == 1 and explained(cases, rule, free=1):
        return Finding("offset_one" if single else "offset", "offset", values)
    if len(found) > 1 and explained(cases, FIXED, fitted=1):
        return _named_offset(cases) or Finding("offsets", "offset", values)
    return None


def _named_offset(cases: Cases) -> Finding | None:
    """Say that different offsets are a number among the inputs."""
    given = [_inputs(n) for n in cases]
    for name in given[0]:
        found = [inputs.get(name) for inputs in given]
        for sign, key in ((1.0, "input_added"), (-1.0, "input_missing")):
            if all(
                a is not None
                and a.ndim == 0
                and np.all(close(n.want + sign * a, n.got))
                for n, a in zip(cases, found)
            ):
                return Finding(key, "input term", {"name": name})
    return None


def _shaped(n: Numbers, array: np.ndarray) -> np.ndarray | None:
    """Return an input in the shape of the answer, if it has or broadcasts to it."""
    if array.shape == n.want.shape:
        return array
    if array.ndim != 2 or n.want.ndim != 2 or 1 not in array.shape:
        return None
    if any(k not in (1, w) for k, w in zip(array.shape, n.want.shape)):
        return None
    return np.broadcast_to(array, n.want.shape)


def _of_an_input(cases: Cases) -> Finding | None:
    """Search for an input that was added, left out, taken for all, or a factor."""
    if not explained(cases, SEARCHED):
        return None
    telling = list(_telling_inputs(cases))
    # What has its old value among the inputs makes its step from there.
    updated = cases[0].path in [name for name, _ in telling]
    for name, arrays in telling:
        found = [(n, _shaped(n, array)) for n, array in zip(cases, arrays)]
        pairs = [(n, s) for n, s in found if s is not None]
        if len(pairs) < len(found) or all(array.size == 1 for array in arrays):
            continue
        values = {"name": name}
        for sign, key in ((1.0, "input_added"), (-1.0, "input_missing")):
            if all(np.all(close(n.want + sign * s, n.got)) for n, s in pairs):
                return Finding(key, "input term", values)
        if any(np.ptp(s) for _, s in pairs):
            if all(n.is_got(n.want * s) for n, s in pairs):
                return Finding("input_times", "input factor", values)
            if all(np.all(s != 0) and n.is_got(n.want / s) for n, s in pairs):
                return Finding("input_over", "input factor", values)
        if not explained(cases, SEARCHED, fitted=1):
            continue
        steps = [constant_ratio(n.want - s, n.got - s) for n, s in pairs]
        own = not updated or name == cases[0].path
        if own and all(step is not None for step in steps):
            signs = {number(step) for step in steps}
            key = "step_sign" if signs == {"-1"} else "step_factor"
            return Finding(key, "input term", values)
        columns = all(array.shape[-1:] == (1,) for array in arrays)
        rest = [(n.want - s, n.got - s) for n, s in pairs]
        if columns and _one_factor_a_row(rest, cases):
            return Finding("step_rows", "factor by line", values)
        for key, kind, left in (
            ("input_share", "input term", [n.got - n.want for n in cases]),
            ("input_multiple", "input", [n.got for n in cases]),
        ):
            times = [constant_ratio(s, part) for (_, s), part in zip(pairs, left)]
            if key == "input_multiple" and any(
                constant_ratio(s, n.want) is not None for n, s in pairs
            ):
                # An example by hand with one number is a multiple of any input.
                continue
            if all(t is not None for t in times):
                return Finding(key, kind, values)
    return None


def _square_of_an_input(cases: Cases) -> Finding | None:
    """Search for an input whose square has another factor."""
    if not explained(cases, SEARCHED, fitted=1):
        return None
    for name, arrays in _telling_inputs(cases):
        if any(
            a.shape != n.want.shape or np.ptp(np.abs(a)) == 0
            for n, a in zip(cases, arrays)
            if n.want.size > 1
        ) or all(a.size == 1 for a in arrays):
            continue
        times = [
            constant_ratio(a**2, n.got - n.want)
            for n, a in zip(cases, arrays)
            if a.shape == n.want.shape
        ]
        if len(times) == len(cases) and None not in times:
            return Finding("square_share", "input term", {"name": name})
    return None


def _one_factor_a_row(
    parts: Sequence[tuple[np.ndarray, np.ndarray]], cases: Cases
) -> bool:
    """Tell whether each row of the second of two arrays is a multiple of the first's.

    Both are what is left without an input that is the same in the whole row.
    """
    if any(want.ndim != 2 or not np.all(want) for want, _ in parts):
        return False
    fitted = [want.shape[0] for want, _ in parts]
    return explained(cases, SEARCHED, fitted=fitted) and all(
        _constant_along(got / want, 1) for want, got in parts
    )


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


def _function(cases: Cases) -> Finding | None:
    """Search for a function that makes the answer of the expected numbers."""
    for name, function in FUNCTIONS:
        made = [function(n.want) for n in cases]
        if all(
            np.isfinite(m).all() and n.is_got(m) for n, m in zip(cases, made)
        ) and explained(cases, FIXED, free=1):
            what = text(f"checks.function.{name}")
            return Finding("function", "function", {"what": what})
    return _rounded(cases) or _power(cases)


def _rounded(cases: Cases) -> Finding | None:
    """Search for a number of decimal places to which the answer was rounded."""
    for digits in range(1, MAX_DIGITS):
        if all(np.array_equal(n.got, np.round(n.want, digits)) for n in cases):
            return Finding("rounded_to", "function", {"digits": digits})
    return None


MAX_DIGITS = 9


def _power(cases: Cases) -> Finding | None:
    """Search for one power, as it comes from two bases of a logarithm."""
    if any(np.any(n.want <= 0) or np.any(n.got <= 0) for n in cases):
        return None
    logarithms = [(np.log(n.want), np.log(n.got)) for n in cases]
    powers = [constant_ratio(want, got) for want, got in logarithms]
    found = {number(power) for power in powers if power is not None}
    if None in powers or len(found) != 1 or not explained(cases, FIXED, free=1):
        return None
    values = {"power": found.pop()}
    bases = {number(math.log(10)), number(1 / math.log(10))}
    key = "power_base" if values["power"] in bases else "power_of"
    return Finding(key, "function", values)


def _have_lines(cases: Cases) -> bool:
    """Tell whether all cases are matrices, and one has several rows and columns."""
    return all(n.want.ndim == 2 for n in cases) and any(
        min(n.want.shape) > 1 for n in cases
    )


def _lines(cases: Cases) -> Finding | None:
    """Search for what rows or columns have of their own."""
    if not _have_lines(cases):
        return None
    for axis, lines in ((0, "columns"), (1, "rows")):
        fitted = [n.want.shape[1 - axis] for n in cases]
        if not explained(cases, SEARCHED, fitted=fitted):
            continue
        if all(_constant_along(n.got - n.want, axis) for n in cases):
            return Finding(f"offset_{lines}", "bias")
        if all(_factor_along(n, axis) for n in cases):
            return Finding(f"factor_{lines}", "factor by line")
    return None


def _factor_along(n: Numbers, axis: int) -> bool:
    """Tell whether each row or column is a multiple; what should be 0 has to be 0."""
    zero = n.want == 0
    if np.any(n.got[zero]):
        return False
    ratios = np.where(zero, np.nan, n.got / np.where(zero, 1, n.want))
    if np.isnan(ratios).all(axis=axis).any():
        return False
    return bool(
        np.nanmax(np.nanmax(ratios, axis=axis) - np.nanmin(ratios, axis=axis))
        <= 1e-9 * np.nanmax(np.abs(ratios))
    )


def _unfilled(cases: Cases) -> Finding | None:
    """Say that what is wrong is still 0: it was left out when the array was filled."""
    if any(n.want.size < 2 or np.any(n.got[n.wrong]) for n in cases):
        return None
    if explained(cases, FIXED) and not all(n.wrong.all() for n in cases):
        return Finding("unfilled", "unfilled")
    # Of zeros and ones, such as predictions, places tell what numbers do not.
    if sum(int(n.wrong.sum()) for n in cases) < MIN_UNFILLED:
        return None
    first = {_first_of_zeros(n) for n in cases}
    if len(first) == 1 and (i := first.pop()):
        return Finding("zeros_from", "unfilled", {"i": i})
    return None


# So many wrong entries of zeros and ones, at least.
MIN_UNFILLED = 3


def _first_of_zeros(n: Numbers) -> int:
    """Return where the zeros begin that end a row, if nothing before is wrong."""
    if max(n.want.shape) < n.want.size:
        return 0  # of several rows and columns
    first = int(np.flatnonzero(n.wrong)[0])
    nonzero = np.flatnonzero(n.got)
    before = int(nonzero[-1]) + 1 if len(nonzero) else 0
    return before if 0 < before <= first else 0


def _equal(cases: Cases) -> Finding | None:
    several = max(n.want.size for n in cases) > 2 or len(cases) > 1
    if several and all(
        n.want.size > 1 and _constant(n.got) and not _constant(n.want) for n in cases
    ):
        return Finding("all_equal", "equal entries")
    if _have_lines(cases):
        for axis, lines in ((0, "rows"), (1, "columns")):
            if all(
                _constant_along(n.got, axis) and not _constant_along(n.want, axis)
                for n in cases
            ):
                return Finding(f"equal_{lines}", "equal entries")
    return None


def _reordered(cases: Cases) -> Finding | None:
    if all(
        n.want.size > 2
        and np.all(close(np.sort(n.want.ravel()), np.sort(n.got.ravel())))
        for n in cases
    ) and explained(cases, (3, 3)):
        return Finding("reordered", "order")
    return None


def _rolled(cases: Cases) -> Finding | None:
    """Search for rows or columns that stand one place too early or too late."""
    for axis, lines in ((0, "rows"), (1, "columns")):
        if any(n.want.ndim != 2 or n.want.shape[axis] < 2 for n in cases):
            continue
        for step in (-1, 1):
            if all(n.is_got(np.roll(n.want, step, axis)) for n in cases):
                if max(n.want.shape[axis] for n in cases) > 2:
                    return Finding(f"rolled_{lines}", "place")
    return None


def _value_at_place(cases: Cases) -> Finding | None:
    """Search for an input whose entry at the expected place was returned."""
    if not explained(cases, FIXED):
        return None
    for name, arrays in _telling_inputs(cases):
        if all(
            n.want.ndim == 0
            and a.ndim == 1
            and n.want == np.round(n.want)
            and 0 <= n.want < a.size
            and n.is_got(a[int(n.want)])
            for n, a in zip(cases, arrays)
        ):
            return Finding("value_at_place", "type", {"name": name})
    return None


def _some_signs(cases: Cases) -> Finding | None:
    if all(
        n.want.size > 1 and np.all(close(np.abs(n.want), np.abs(n.got))) for n in cases
    ) and explained(cases, FIXED):
        return Finding("some_signs", "sign")
    return None


def _bits(cases: Cases) -> float:
    """Return how many bits it takes to name the wrong places of all cases."""
    return sum(
        math.log2(math.comb(n.want.size, int(n.wrong.sum())))
        for n in cases
        if n.want.size
    )


def _place(cases: Cases) -> Finding | None:
    """Search for what the wrong places of all cases have in common."""
    found = [_places_of(n) for n in cases]
    for place in found[0]:
        if all(place in others for others in found[1:]) and _bits(cases) >= PLACE_BITS:
            key, i = place
            end = key.startswith(("first_", "last_"))
            axis = int(key.endswith("column"))
            if end and all(n.want.shape[axis] == 1 for n in cases):
                continue  # the only row or column there is
            if key in WHOLE_LINES and _line_bits(cases, WHOLE_LINES[key]) < LINE_BITS:
                continue
            return Finding(key, "place", {"i": i})
    return _mask(cases)


# Descriptions of many whole rows or columns, and the axis on which these stand.
WHOLE_LINES = {"from_rows": 0, "until_rows": 0, "from_columns": 1, "until_columns": 1}


def _line_bits(cases: Cases, axis: int) -> float:
    """Return how many bits it takes to name the wrong rows, or columns.

    One mistake spoils whole lines, so their entries say no more than the lines do.
    """
    counts = [
        (n.want.shape[axis], int(n.wrong.any(axis=1 - axis).sum())) for n in cases
    ]
    return sum(math.log2(math.comb(lines, wrong)) for lines, wrong in counts)


def _places_of(n: Numbers) -> list[tuple[str, object]]:
    """List the descriptions of the wrong places, as key and index."""
    wrong, bad = n.wrong, int(n.wrong.sum())
    if n.want.size < 3 or bad == n.want.size:
        return _ends(n)
    found: list[tuple[str, object]] = []
    if n.want.ndim == 2 and min(n.want.shape) > 1:
        for axis, line in ((1, "row"), (0, "column")):
            hit = np.flatnonzero(wrong.any(axis=axis))
            if len(hit) == 1:
                found.append((f"one_{line}", int(hit[0])))
        if n.want.shape[0] == n.want.shape[1]:
            diagonal = np.eye(len(n.want), dtype=bool)
            if np.array_equal(wrong, diagonal):
                found.append(("diagonal", ""))
            if np.array_equal(wrong, ~diagonal):
                found.append(("off_diagonal", ""))
        for axis, lines in ((1, "rows"), (0, "columns")):
            hits = np.asarray(wrong.any(axis=axis))
            whole = np.broadcast_to(np.expand_dims(hits, axis), wrong.shape)
            if np.array_equal(wrong, whole):
                found += _runs_of(hits, lines)
    elif np.squeeze(n.want).ndim == 1:
        found += _runs_of(wrong.ravel(), "entries")
    if bad == 1:
        found.append(("one_entry", str(list(map(int, np.argwhere(wrong)[0])))))
    return found + _ends(n)


def _ends(n: Numbers) -> list[tuple[str, object]]:
    """Say that only the first or the last row or column is wrong."""
    if n.want.ndim != 2:
        return []
    found: list[tuple[str, object]] = []
    for axis, line in ((0, "row"), (1, "column")):
        hit = set(np.argwhere(n.wrong)[:, axis].tolist())
        found += [(f"first_{line}", "")] if hit == {0} else []
        found += [(f"last_{line}", "")] if hit == {n.want.shape[axis] - 1} else []
    return found


def _runs_of(hit: np.ndarray, lines: str) -> list[tuple[str, object]]:
    """Say that the first lines are right and the rest wrong, or the reverse."""
    places = np.flatnonzero(hit)
    count, first, last = len(places), int(places[0]), int(places[-1])
    if count == len(hit) or last - first + 1 != count:
        return []
    if last == len(hit) - 1:
        return [(f"from_{lines}", first)]
    return [(f"until_{lines}", last)] if first == 0 else []


MASKS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("zero", lambda x: x == 0),
    ("negative", lambda x: x < 0),
    ("positive", lambda x: x > 0),
    ("not_positive", lambda x: x <= 0),
    ("not_negative", lambda x: x >= 0),
    ("not_zero", lambda x: x != 0),
    ("above_one", lambda x: np.abs(x) > 1),
    ("one", lambda x: x == 1),
]


def _mask(cases: Cases) -> Finding | None:
    """Search for a sign of an input, or of the answer, that marks the wrong places."""
    if any(n.wrong.all() for n in cases):
        # "Right everywhere else" would speak of nothing.
        return None
    given = [_inputs(n) for n in cases]
    expected = text("checks.quantity.expected")
    candidates: list[tuple[str, list[np.ndarray | None]]] = [
        (name, [inputs.get(name) for inputs in given]) for name in given[0]
    ]
    candidates.append((expected, [n.want for n in cases]))
    fitting = []
    for name, found in candidates:
        fits = zip(cases, found)
        arrays = [a for n, a in fits if a is not None and a.shape == n.want.shape]
        if len(arrays) == len(cases):
            fitting.append((name, arrays))
    if _bits(cases) < BITS + math.log2(len(fitting) * len(MASKS) or 1):
        return None
    for name, arrays in fitting:
        for condition, mask in MASKS:
            if name == expected and condition == "not_zero":
                # Zeros stay right under every wrong factor.
                continue
            if all(np.array_equal(n.wrong, mask(a)) for n, a in zip(cases, arrays)):
                what = text(f"checks.condition.{condition}", name=name)
                return Finding("mask", "places by sign", {"what": what})
    return None


def _whole(cases: Cases) -> Finding | None:
    several = sum(n.want.size for n in cases) > 3
    if not several or not all(
        (n.got == np.round(n.got)).all() and not (n.want == np.round(n.want)).all()
        for n in cases
    ):
        return None
    zeros = all(np.isin(n.got, (0, 1)).all() for n in cases)
    key = "only_zeros_and_ones" if zeros else "whole_numbers"
    return Finding(key, "whole numbers")


def _sums(cases: Cases) -> Finding | None:
    """Say that totals are right where the entries are not."""
    totals = {number(n.want.sum()) for n in cases}
    if len(totals) > 1 and all(
        n.want.size > 2
        and close(np.asarray(n.want.sum()), np.asarray(n.got.sum()))
        and abs(float(n.want.sum())) > 1e-9 * float(np.abs(n.want).sum())
        for n in cases
    ):
        return Finding("same_total", "totals")
    return None


# How far beyond 1 a number must lie: slightly larger ones tell nothing of a quantity
# that is small by chance.
BEYOND = 1.1


def _outside(cases: Cases) -> Finding | None:
    """Say that a sign or a size cannot be, by all that is expected."""
    if all(not np.any(n.want) for n in cases):
        key = "not_zero" if max(n.want.size for n in cases) > 1 else "should_be_zero"
        return Finding(key, "not zero")
    for side, sign in (("positive", 1.0), ("negative", -1.0)):
        if all(np.all(sign * n.want > 0) for n in cases):
            if all(np.all(sign * n.got < 0) for n in cases):
                return Finding(f"all_not_{side}", "sign")
            if all(np.any(sign * n.got < 0) for n in cases):
                return Finding(f"some_not_{side}", "sign")
        if all(np.all(sign * n.got >= 0) for n in cases) and (
            min(np.sum(sign * n.want < 0) for n in cases) > 0
            and sum(np.sum(sign * n.want < 0) for n in cases) >= MIXED
        ):
            return Finding(f"none_not_{side}", "sign")
    if sum(n.want.size for n in cases) >= MIXED and all(
        np.all(np.abs(n.want) <= 1) and np.any(np.abs(n.got) > BEYOND) for n in cases
    ):
        return Finding("beyond_one", "size")
    return None


def outside_bounds(cases: Cases) -> Finding | None:
    """Say that numbers lie beyond two inputs that bound all expected ones.

    One of the expected numbers has to be a bound, or two inputs would bound by chance.
    """
    given = [_inputs(n) for n in cases]
    scalars = [name for name in given[0] if given[0][name].ndim == 0]
    for low, high in itertools.permutations(scalars, 2):
        ends = [(inputs.get(low), inputs.get(high)) for inputs in given]
        if any(a is None or b is None or a.ndim or b.ndim for a, b in ends):
            continue
        pairs = [
            (float(a), float(b)) for a, b in ends if a is not None and b is not None
        ]
        inside = [
            np.all((n.want >= a) & (n.want <= b)) for n, (a, b) in zip(cases, pairs)
        ]
        beyond = [np.any((n.got < a) | (n.got > b)) for n, (a, b) in zip(cases, pairs)]
        reached = [
            bool(np.any(close(n.want, np.full(n.want.shape, end))))
            for n, pair in zip(cases, pairs)
            for end in pair
        ]
        if all(inside) and all(beyond) and sum(reached) >= 2 and len(set(pairs)) > 1:
            return Finding("beyond_inputs", "size", {"low": low, "high": high})
    return None


SEARCHES: list[Callable[[Cases], Finding | None]] = [
    _booleans,
    _zero,
    _sign,
    _nearly,
    _same_as_input,
    _swapped,
    _a_size,
    _value_at_place,
    _factor,
    _transposed,
    _offset,
    _of_an_input,
    _square_of_an_input,
    _function,
    _lines,
    _unfilled,
    _equal,
    _some_signs,
    _rolled,
    _place,
    _reordered,
    _whole,
    outside_bounds,
    _outside,
    _sums,
]


def _constant(values: np.ndarray) -> bool:
    return float(np.ptp(values)) <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _constant_along(values: np.ndarray, axis: int) -> bool:
    largest = float(np.ptp(values, axis=axis).max())
    return largest <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _quantities(inputs: Mapping[str, object]) -> dict[str, float]:
    """Return numbers of a case that a factor may come from, by what they are."""
    found: dict[str, float] = {}
    for name, value in inputs.items():
        array = resolve(value)
        if isinstance(array, np.ndarray) and array.ndim == 2:
            for count, kind in zip(array.shape[::-1], ("columns", "rows")):
                found[text(f"checks.quantity.{kind}", name=name)] = float(count)
        elif isinstance(array, int | float) and not isinstance(array, bool):
            found[name] = float(array)
    return found


def _combined(inputs: Mapping[str, object]) -> dict[str, float]:
    """Return what comes of the two sizes of a matrix, by what it is."""
    found: dict[str, float] = {}
    for name, value in inputs.items():
        array = resolve(value)
        if isinstance(array, np.ndarray) and array.ndim == 2 and array.size:
            rows, columns = (
                text(f"checks.quantity.{kind}", name=name)
                for kind in ("rows", "columns")
            )
            n, m = map(float, array.shape)
            found[text("checks.quantity.quotient", name=columns, other=rows)] = m / n
            found[text("checks.quantity.quotient", name=rows, other=columns)] = n / m
            found[text("checks.quantity.square", name=columns)] = m**2
    return found


# The sentence on a factor, how its quantity is named there, and the factor itself.
FORMS: list[tuple[str, str, Callable[[float], float]]] = [
    ("ratio_named", "same", lambda q: q),
    ("ratio_over", "same", lambda q: 1 / q),
    ("ratio_named", "square", lambda q: q**2),
    ("ratio_over", "square", lambda q: 1 / q**2),
    ("ratio_named", "rest", lambda q: 1 - q),
    ("ratio_over", "rest", lambda q: 1 / (1 - q)),
]


def _name_of_ratio(cases: Cases, ratios: Sequence[float]) -> tuple[str, str] | None:
    """Say where factors come from, if a quantity explains each of them."""
    for found, forms in ((_quantities, FORMS), (_combined, FORMS[:1])):
        named = _named_by([found(n.inputs) for n in cases], forms, ratios)
        if named is not None:
            return named
    return None


def _named_by(
    given: Sequence[Mapping[str, float]],
    forms: Sequence[tuple[str, str, Callable[[float], float]]],
    ratios: Sequence[float],
) -> tuple[str, str] | None:
    """Say which of the quantities that all cases have explains the factors."""
    for name in given[0]:
        quantities = [found.get(name, math.nan) for found in given]
        for key, form, function in forms:
            if form == "rest" and not all(0 < q < 1 for q in quantities):
                continue
            if all(
                q not in (0.0, 1.0) and math.isclose(ratio, function(q), rel_tol=1e-6)
                for ratio, q in zip(ratios, quantities)
            ):
                return key, text(f"checks.quantity.{form}", name=name)
    return None
