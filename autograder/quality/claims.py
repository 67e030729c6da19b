"""Checking again what the diagnosis says, by other code and on the two arrays.

Every sentence is matched with its template and its numbers are computed anew from
the inputs, the expected answer and the returned one. Nothing of ``patterns`` or
``evidence`` is used, so that a fault there shows here.
"""

import functools
import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

import helpers.strings
from helpers.checks.cases import FunctionCases
from helpers.checks.evidence import texts_apart
from helpers.checks.recognition import Run, named_inputs
from helpers.checks.report import evidence_of_runs
from helpers.checks.values import resolve

RELATIVE = 1e-5


@dataclass
class Checked:
    """What became of the statements about one answer."""

    # How many hold, and how many no template of this module covers.
    true: int = 0
    unknown: int = 0
    untrue: list[str] = field(default_factory=list)  # those that do not hold


@dataclass(frozen=True)
class Pair:
    """One wrong case: two answers and the inputs."""

    want: object
    got: object
    inputs: Mapping[str, object]

    def leaf(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected and the returned leaf of a path, as numbers."""
        return _array(_follow(self.want, path)), _array(_follow(self.got, path))

    def input(self, path: str) -> np.ndarray:
        """Return an input by its name."""
        return _array(_follow(dict(self.inputs), path))


def _follow(named: Any, path: str) -> Any:
    """Return a part of named results, such as ``grads["dW1"]`` or ``caches[0][1]``."""
    path = re.sub(r"^(\w+)(\[.*) (in \w+)$", r"\1 \3\2", path)
    name, *keys = re.findall(r'^[^\[]+|"[^"]*"|(?<=\[)-?\d+(?=\])', path)
    whole = f'{name}["{keys[0][1:-1]}"]' if keys and keys[0].startswith('"') else ""
    if whole in named:
        value, keys = named[whole], keys[1:]
    else:
        value = named[name]
    for key in keys:
        value = value[key[1:-1] if key.startswith('"') else int(key)]
    return resolve(value)


def _array(value: object) -> np.ndarray:
    return np.asarray(value, dtype=np.float64)


def _near(one: object, other: object) -> bool:
    one, other = np.broadcast_arrays(_array(one), _array(other))
    scale = np.nanmax(np.abs(one), initial=0.0)
    return bool(
        np.allclose(one, other, rtol=RELATIVE, atol=1e-7 * scale, equal_nan=True)
    )


def _input_at(pair: Pair, place: str) -> object:
    """Return an entry of an input: ``A2[0, 1] in cache`` or ``caches[0][1]``."""
    before, index, after = re.findall(r"^(.*)\[([\d, ]+)\](.*)$", place)[0]
    return pair.input(before + after)[tuple(map(int, index.split(",")))]


def _alike(one: object, other: object) -> bool:
    """Tell whether two values agree in all their parts."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _alike(one[key], other[key]) for key in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    first, second = _array(one), _array(other)
    return first.shape == second.shape and _near(first, second)


def _wrong(want: np.ndarray, got: np.ndarray) -> np.ndarray:
    scale = np.nanmax(np.abs(want), initial=0.0)
    atol = 1e-9 * scale + 1e-12
    return np.asarray(~np.isclose(want, got, rtol=1e-7, atol=atol, equal_nan=True))


def _diagonal(shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = shape
    return np.eye(rows, columns, dtype=np.bool_)


def _named(
    function: FunctionCases, value: object, expected: object
) -> dict[str, object]:
    single = function.signature.form == "single" and not isinstance(expected, tuple)
    if single and isinstance(value, tuple) and len(value) > 1:
        # Of more values than were asked for the first counts, and is spoken of.
        value = value[0]
    named = _results_of(function, value)
    # A dictionary also as a whole: something else may have come in its place.
    whole = {function.signature.names[0]: value} | named
    return whole | _elements(function, named)


def _elements(
    function: FunctionCases, named: Mapping[str, object]
) -> dict[str, object]:
    """Return the elements of tuples by the names that sentences call them."""
    found: dict[str, object] = {}
    for whole, parts in function.parts.items():
        items = named.get(whole)
        if isinstance(items, list | tuple):
            pairs = zip(parts, items, strict=False)
            found |= {f"{part} in {whole}": item for part, item in pairs}
    return found


def _results_of(function: FunctionCases, value: object) -> dict[str, object]:
    form, names = function.signature.form, function.signature.names
    if form == "tuple" and isinstance(value, list | tuple):
        return dict(zip(names, value, strict=False))
    if form == "dict" and isinstance(value, dict):
        return {f'{names[0]}["{key}"]': item for key, item in value.items()}
    return {names[0]: value}


Check = Callable[[Pair, dict[str, str]], bool]


def _of_leaves(test: Callable[..., object], *numbers: str) -> Check:
    """Return a check of the two leaves as they are, and of numbers by their names."""

    def check(pair: Pair, values: dict[str, str]) -> bool:
        named = [_told(values[name]) for name in numbers]
        return bool(test(*pair.leaf(values["path"]), *named))

    return check


def _of_arrays(test: Callable[[np.ndarray, np.ndarray], object]) -> Check:
    """Return a check of the two arrays alone, which have as many numbers."""
    return _of_leaves(lambda want, got: test(want, got.reshape(want.shape)))


def _same_lines(change: Callable, axis: int) -> Check:
    def test(want: np.ndarray, got: np.ndarray) -> bool:
        changed = change(want, got)
        return _near(changed, np.take(changed, [0], axis=axis))

    return _of_leaves(test)


def _with_input(test: Callable[[np.ndarray, np.ndarray, np.ndarray], object]) -> Check:
    def check(pair: Pair, values: dict[str, str]) -> bool:
        want, got = pair.leaf(values["path"])
        return bool(test(want, got, pair.input(values["name"])))

    return check


def _multiple(part: np.ndarray, given: np.ndarray) -> bool:
    """Tell whether an array is one number times another one."""
    given = np.broadcast_to(given, part.shape)
    times = np.sum(part * given) / np.sum(given * given)
    return _near(part, times * given)


def _multiples(want: np.ndarray, got: np.ndarray) -> bool:
    """Tell whether each column is one number times the expected one."""
    return all(map(_multiple, got.T, want.T))


def _beyond(
    want: np.ndarray, got: np.ndarray, low: np.ndarray, high: np.ndarray
) -> bool:
    inside = (want >= low).all() and (want <= high).all()
    return bool(inside and ((got < low) | (got > high)).any())


FUNCTIONS: dict[str, Callable] = {
    "square": np.square,
    "root": np.sqrt,
    "reciprocal": np.reciprocal,
    "size": np.fabs,
    "rest": lambda x: 1 - x,
    "exponential": np.exp,
    "logarithm": np.log,
    "rounded": np.rint,
    "floor": np.floor,
    "clipped": lambda x: np.where(x > 0, x, 0),
    "share": lambda x: x / x.sum(),
    "cube": lambda x: x * x * x,
}
CONDITIONS: dict[str, Callable] = {
    "negative": lambda x: x < 0,
    "positive": lambda x: x > 0,
    "not_positive": lambda x: ~(x > 0),
    "not_negative": lambda x: ~(x < 0),
    "zero": lambda x: x == 0,
    "not_zero": lambda x: x != 0,
    "above_one": lambda x: (x > 1) | (x < -1),
    "one": lambda x: x == 1,
}


def _function(pair: Pair, values: dict[str, str]) -> bool:
    want, got = pair.leaf(values["path"])
    return any(
        _near(function(want), got)
        for key, function in FUNCTIONS.items()
        if _template(f"function.{key}") == values["what"]
    )


def _condition(pair: Pair, values: dict[str, str]) -> bool:
    want, got = pair.leaf(values["path"])
    wrong = _wrong(want, got)
    for key, condition in CONDITIONS.items():
        match = _pattern(f"condition.{key}").fullmatch(values["what"])
        if match and match["name"] == _template("quantity.expected"):
            return np.array_equal(wrong, condition(want)) and not wrong.all()
        if match and match["name"].split("[")[0] in pair.inputs:
            given = pair.input(match["name"])
            return np.array_equal(wrong, condition(given)) and not wrong.all()
    return False


def _quantity(pair: Pair, reason: str) -> float:
    """Return the number that a reason names, such as "(1 minus keep_prob)"."""
    match = _pattern("quantity.rest").fullmatch(reason)
    if match:
        return 1 - _quantity(pair, match["name"])
    match = _pattern("quantity.quotient").fullmatch(reason)
    if match:
        return _quantity(pair, match["name"]) / _quantity(pair, match["other"])
    match = _pattern("quantity.square").fullmatch(reason)
    if match:
        return _quantity(pair, match["name"]) ** 2
    for axis, key in ((1, "columns"), (0, "rows")):
        match = _pattern(f"quantity.{key}").fullmatch(reason)
        if match:
            return float(pair.input(match["name"]).shape[axis])
    return float(pair.input(reason))


def _places(select: Callable[[tuple[int, ...], str], np.ndarray]) -> Check:
    """Return a check that exactly some places are wrong."""

    def check(pair: Pair, values: dict[str, str]) -> bool:
        want, got = pair.leaf(values["path"])
        wrong = _wrong(want, got)
        return np.array_equal(wrong, select(want.shape, values.get("i", "")))

    return check


def _line(axis: int, test: Callable[[np.ndarray, int], np.ndarray]) -> Check:
    def select(shape: tuple[int, ...], i: str) -> np.ndarray:
        index = np.indices(shape)[axis] if len(shape) > axis else np.zeros(shape)
        return test(index, int(i))

    return _places(select)


def _only(axis: int) -> Check:
    return _of_leaves(
        lambda w, g, i: set(np.argwhere(_wrong(w, g))[:, axis]) == {i}, "i"
    )


def _entries(test: Callable[[np.ndarray, int], np.ndarray]) -> Check:
    def select(shape: tuple[int, ...], i: str) -> np.ndarray:
        return test(np.arange(np.prod(shape)).reshape(shape), int(i))

    return _places(select)


def _entry(shape: tuple[int, ...], i: str) -> np.ndarray:
    chosen = np.zeros(shape, dtype=bool)
    chosen[tuple(map(int, re.findall(r"\d+", i)))] = True
    return chosen


def _shapes(test: Callable[[tuple, tuple, int], bool]) -> Check:
    return _of_leaves(lambda w, g, axis: test(w.shape, g.shape, int(axis)), "axis")


def _other_axes(want: tuple, got: tuple, axis: int) -> bool:
    rest = want[:axis] + want[axis + 1 :]
    return got == rest or (got[:axis] + got[axis + 1 :] == rest)


def _is_list(pair: Pair, values: dict[str, str]) -> bool:
    listed = values["ratios"] if "ratios" in values else values["offset"]
    want, got = pair.leaf(values["path"])
    told = [float(n) for n in listed.split(", ")]
    if "ratios" in values:
        return any(_near(got, n * want) for n in told)
    return any(_near(got - want, n) for n in told)


BASES = (math.log(10), 1 / math.log(10))


def _power(want: np.ndarray, got: np.ndarray, power: float) -> bool:
    difference = np.log(got) - power * np.log(want)
    return bool(np.max(np.fabs(difference)) < 100 * RELATIVE)


def _moved(axis: int) -> Check:
    def test(want: np.ndarray, got: np.ndarray) -> bool:
        one, other = np.moveaxis(want, axis, 0), np.moveaxis(got, axis, 0)
        up = _near(other[:-1], one[1:]) and _near(other[-1], one[0])
        return up or (_near(other[1:], one[:-1]) and _near(other[0], one[-1]))

    return _of_leaves(test)


def _end(axis: int, place: int) -> Check:
    """Return a check that only the first or the last row or column is wrong."""
    return _of_leaves(lambda w, g: not np.delete(_wrong(w, g), place, axis=axis).any())


def _parts_right(pair: Pair, values: dict[str, str]) -> bool:
    right, wrong = (values[key].split(", ") for key in ("right", "wrong"))
    return not any(_wrong(*pair.leaf(name)).any() for name in right) and all(
        _wrong(*pair.leaf(name)).any() for name in wrong
    )


RELATIONS: dict[str, Check] = {
    "parts_right": _parts_right,
    "transposed": _of_leaves(lambda w, g: w.shape == g.shape[::-1]),
    "transposed_right": _of_leaves(lambda w, g: _near(w, g.T)),
    "transposed_square": _of_arrays(lambda w, g: _near(w, g.T)),
    "unreduced_sum": _of_leaves(lambda w, g: _near(w, g.sum())),
    "unreduced_mean": _of_leaves(lambda w, g: _near(w, g.mean())),
    "one_axis_left": _shapes(
        lambda w, g, axis: w[axis] == 1 != g[axis] and _other_axes(w, g, axis)
    ),
    "one_axis_lost": _shapes(
        lambda w, g, axis: (
            _other_axes(w, g, axis) and (len(g) < len(w) or g[axis] == 1 < w[axis])
        )
    ),
    "all_zero": _of_arrays(lambda w, g: not g.any()),
    "is_zero": _of_arrays(lambda w, g: not g.any() and w.any()),
    "sign": _of_arrays(lambda w, g: _near(w, -g)),
    "sign_one": _of_arrays(lambda w, g: _near(w, -g)),
    "some_signs": _of_arrays(lambda w, g: _near(np.fabs(w), np.fabs(g))),
    "all_not_positive": _of_arrays(lambda w, g: (g < 0).all() and (w > 0).all()),
    "all_not_negative": _of_arrays(lambda w, g: (g > 0).all() and (w < 0).all()),
    "some_not_positive": _of_arrays(lambda w, g: (g < 0).any() and (w > 0).all()),
    "some_not_negative": _of_arrays(lambda w, g: (g > 0).any() and (w < 0).all()),
    "nearly": _of_leaves(
        lambda w, g, near: np.fabs(w - g).max() <= 1.01 * near * np.fabs(w).max(),
        "relative",
    ),
    "ratio": _of_leaves(lambda w, g, ratio: _near(g, ratio * w), "ratio"),
    "ratio_one": _of_leaves(lambda w, g, ratio: _near(g, ratio * w), "ratio"),
    "ratio_named": lambda p, v: _near(
        p.leaf(v["path"])[1], _quantity(p, v["reason"]) * p.leaf(v["path"])[0]
    ),
    "ratio_over": lambda p, v: _near(
        p.leaf(v["path"])[1] * _quantity(p, v["reason"]), p.leaf(v["path"])[0]
    ),
    "logarithm_base": _of_leaves(lambda w, g, b: _near(g * np.log(b), w), "base"),
    "ratios": _is_list,
    "offset": _is_list,
    "offset_one": _is_list,
    "offsets": _is_list,
    "offset_columns": _same_lines(lambda w, g: g - w, 0),
    "offset_rows": _same_lines(lambda w, g: g - w, 1),
    "factor_columns": _of_leaves(lambda w, g: _multiples(w, g)),
    "factor_rows": _of_leaves(lambda w, g: _multiples(w.T, g.T)),
    "all_equal": _of_arrays(lambda w, g: _near(g, g.flat[0])),
    "equal_rows": _of_arrays(lambda w, g: _near(g, g[:1])),
    "equal_columns": _of_arrays(lambda w, g: _near(g, g[:, :1])),
    "same_as_input": _with_input(lambda w, g, x: _near(g, x)),
    "same_as_result": lambda p, v: _near(
        p.leaf(v["path"])[1], _array(_follow(p.want, v["name"]))
    ),
    "is_size": lambda p, v: float(_follow(p.got, v["path"])) == _quantity(p, v["what"]),
    "input_added": _with_input(lambda w, g, x: _near(g - w, x)),
    "input_missing": _with_input(lambda w, g, x: _near(w - g, x)),
    "input_share": _with_input(lambda w, g, x: _multiple(g - w, x)),
    "input_multiple": _with_input(
        lambda w, g, x: _multiple(g, x) and not _multiple(w, x)
    ),
    "square_share": _with_input(lambda w, g, x: _multiple(g - w, x * x)),
    "beyond_inputs": lambda p, v: _beyond(
        *p.leaf(v["path"]), p.input(v["low"]), p.input(v["high"])
    ),
    "size_of": lambda p, v: (
        np.shape(_follow(p.got, v["path"]))[int(v["axis"])] == _quantity(p, v["what"])
    ),
    "step_sign": _with_input(lambda w, g, x: _near(g - x, x - w)),
    "step_factor": _with_input(lambda w, g, x: _multiple(g - x, w - x)),
    "step_rows": _with_input(
        lambda w, g, x: _near(((g - x) / (w - x)).T, ((g - x) / (w - x)).T[:1])
    ),
    "same_results": lambda p, v: (
        _alike(_follow(p.got, v["a"]), _follow(p.got, v["b"]))
        and not _alike(_follow(p.want, v["a"]), _follow(p.want, v["b"]))
    ),
    "value_at_place": _with_input(lambda w, g, x: _near(g, x[int(w)])),
    "should_be_zero": _of_arrays(lambda w, g: not w.any() and g.any()),
    "rounded_to": _of_leaves(
        lambda w, g, digits: np.array_equal(g, np.round(w, int(digits))), "digits"
    ),
    "power_of": _of_leaves(_power, "power"),
    "power_base": _of_leaves(
        lambda w, g, power: (
            _power(w, g, power) and min(abs(power - b) for b in BASES) < RELATIVE
        ),
        "power",
    ),
    "booleans": lambda p, v: (
        np.asarray(_follow(p.got, v["path"])).dtype == np.bool_
        and not set(p.leaf(v["path"])[0].flat) <= {0.0, 1.0}
    ),
    "rolled_rows": _moved(0),
    "rolled_columns": _moved(1),
    "first_row": _end(0, 0),
    "last_row": _end(0, -1),
    "first_column": _end(1, 0),
    "last_column": _end(1, -1),
    "not_zero": _of_arrays(lambda w, g: not w.any()),
    "none_not_positive": _of_arrays(lambda w, g: (g >= 0).all() and (w < 0).any()),
    "none_not_negative": _of_arrays(lambda w, g: (g <= 0).all() and (w > 0).any()),
    "beyond_one": _of_arrays(lambda w, g: np.fabs(w).max() <= 1 < np.fabs(g).max()),
    "permuted": lambda p, v: all(
        _alike(_follow(p.got, a), _follow(p.want, b))
        for a, b in re.findall(r"(\S+) holds ([^,]+)", v["pairs"])
    ),
    "input_times": _with_input(lambda w, g, x: _near(g, w * x)),
    "input_over": _with_input(lambda w, g, x: _near(g * x, w)),
    "function": _function,
    "one_row": _only(0),
    "one_column": _only(1),
    "one_entry": _places(_entry),
    "diagonal": _places(lambda shape, i: _diagonal(shape)),
    "off_diagonal": _places(lambda shape, i: ~_diagonal(shape)),
    "from_rows": _line(0, np.greater_equal),
    "from_columns": _line(1, np.greater_equal),
    "from_entries": _entries(np.greater_equal),
    "until_rows": _line(0, np.less_equal),
    "until_columns": _line(1, np.less_equal),
    "until_entries": _entries(np.less_equal),
    "mask": _condition,
    "reordered": _of_arrays(lambda w, g: _near(np.sort(w, None), np.sort(g, None))),
    "unfilled": _of_arrays(lambda w, g: not g[_wrong(w, g)].any()),
    "zeros_from": _of_leaves(
        lambda w, g, i: (
            not g.ravel()[int(i) :].any() and not _wrong(w, g).ravel()[: int(i)].any()
        ),
        "i",
    ),
    "whole_numbers": _of_arrays(
        lambda w, g: _near(g, np.rint(g)) and not _near(w, np.rint(w))
    ),
    "only_zeros_and_ones": _of_arrays(lambda w, g: set(g.flat) <= {0.0, 1.0}),
    "same_total": _of_arrays(lambda w, g: _near(w.sum(), g.sum())),
}


def _names_alone(run: Run, values: dict[str, str]) -> bool:
    wrong = [result for result in run.results if result.differences]
    parts = [item.path for result in wrong for item in result.differences]
    names = [result.name for result in wrong]
    return [values["name"]] in (names, parts)


def _layer_of(name: str) -> int:
    return int(re.findall(r"\d+", name)[-1])


def _wrong_names(run: Run) -> list[str]:
    """Return what is wrong of all that is expected: results, or parts of the only one.

    What was not asked for belongs to no layer, and has a sentence of its own.
    """
    names = [
        result.name
        for result in run.results
        if result.differences and result.differences[0].kind != "extra"
    ]
    if len(run.results) > 1:
        return names
    return [item.path for item in run.results[0].differences]


def _right_names(run: Run) -> list[str]:
    if len(run.results) > 1:
        return [result.name for result in run.results if not result.differences]
    return []


def _named_parts(run: Run) -> list[tuple[list[str], list[str]]]:
    """Return the names of what is wrong and right: of results, and of their entries."""
    found = [(_wrong_names(run), _right_names(run))]
    wrong = [result for result in run.results if result.differences]
    if len(run.results) > 1 and all(isinstance(r.expected, dict) for r in wrong):
        bad = [item.path for result in wrong for item in result.differences]
        every = [f'{r.name}["{k}"]' for r in wrong for k in cast(dict, r.expected)]
        found.append((bad, [path for path in every if path not in bad]))
    return [(w, r) for w, r in found if all(re.search(r"\d", name) for name in w + r)]


def _layers(test: Callable[[int, int], bool]) -> Callable[[Run, dict], bool]:
    def check(run: Run, values: dict[str, str]) -> bool:
        for bad, fine in _named_parts(run):
            wrong, right = set(map(_layer_of, bad)), set(map(_layer_of, fine))
            asked = int(values.get("layer") or 0) or max(wrong | right)
            if all(test(n, asked) for n in wrong) and not any(
                test(n, asked) for n in right
            ):
                return True
        return False

    return check


def _sort(run: Run, values: dict[str, str]) -> bool:
    sorts = values["sort"].split(", ")

    def among(name: str) -> bool:
        return re.sub(r"\d+\W*$", "", name).split('"')[-1] in sorts

    return any(
        all(map(among, wrong)) and not any(map(among, right))
        for wrong, right in _named_parts(run)
    )


def _unchanged(run: Run, values: dict[str, str]) -> bool:
    given = [v for v in (*run.case.args, *run.case.kwargs.values())]
    wrong = {
        re.findall(r'"(.*?)"', item.path)[0]: item.returned
        for result in run.results
        for item in result.differences
        if item.path.startswith(values["path"])
    }
    return any(
        isinstance(entries, dict)
        and all(
            key in entries and _near(_array(entries[key]), _array(value))
            for key, value in wrong.items()
        )
        for entries in given
    )


NAMES: dict[str, Callable[[Run, dict[str, str]], bool]] = {
    "unchanged": _unchanged,
    "only_one": _names_alone,
    "last_layer": _layers(lambda n, asked: n == asked),
    "one_layer": _layers(lambda n, asked: n == asked),
    "layers_from": _layers(lambda n, asked: n >= asked),
    "layers_until": _layers(lambda n, asked: n <= asked),
    "only_sort": _sort,
}


def _listed(run: Run, values: dict[str, str], names: Sequence[str]) -> bool:
    more = _pattern("evidence.names").fullmatch(values["names"])
    told = more["names"] if more else values["names"]
    shown = len(names) - int(more["n"] if more else 0)
    # Not by splitting: a key may hold a comma itself.
    return shown > 0 and told == ", ".join(names[:shown])


def _parts(run: Run, values: dict[str, str]) -> bool:
    result = next(r for r in run.results if r.name == values["name"])
    paths = {item.path for item in result.differences}
    return len(paths) == int(values["bad"]) < int(values["total"])


OF_RUNS: dict[str, Callable[[Run, dict[str, str]], bool]] = {
    "right_ones": lambda r, v: _listed(r, v, _right_names(r)),
    "wrong_ones": lambda r, v: _listed(
        r, v, [result.name for result in r.results if result.differences]
    ),
    "some_leaves": _parts,
}


TRUTH = {"False": 0.0, "True": 1.0}


def _some_entries(pair: Pair, values: dict[str, str]) -> bool:
    want, got = pair.leaf(values["path"])
    wrong = _wrong(want, got)
    index = re.sub(r" in \w+$", "", values["place"]).rpartition("[")[2]
    place = tuple(map(int, re.findall(r"\d+", index)))
    bad = 1 if "one" in values else int(values.get("wrong", values["size"]))
    return (
        bad == wrong.sum()
        and int(values["size"]) == want.size
        and bool(wrong[place])
        and _near(got[place], _told(values["got"]))
        and _near(want[place], _told(values["want"]))
    )


def _told(number: str) -> float:
    """Return the number that a sentence tells; of truth values it tells the names."""
    return TRUTH[number] if number in TRUTH else float(number)


def _not_finite(pair: Pair, values: dict[str, str]) -> bool:
    want, got = pair.leaf(values["path"])
    index = re.sub(r" in \w+$", "", values["place"]).rpartition("[")[2]
    lost = np.argwhere(np.isfinite(want) & ~np.isfinite(got))[0]
    shown = tuple(map(int, re.findall(r"\d+", index)))
    number = got[tuple(lost)]
    kind = "nan" if np.isnan(number) else "inf" if number > 0 else "minus_inf"
    return tuple(lost) == shown and values["kind"] == _template(f"kind.{kind}")


def _shape_fact(pair: Pair, values: dict[str, str]) -> bool:
    want, got = pair.leaf(values["path"])
    return str(want.shape) == values["want"] and str(got.shape) == values["got"]


def _length(pair: Pair, values: dict[str, str]) -> bool:
    want, got = _follow(pair.want, values["path"]), _follow(pair.got, values["path"])
    return len(want) == int(values["want"]) and len(got) == int(values["got"])


def _missing(pair: Pair, values: dict[str, str]) -> bool:
    # The path may be a name of an accepted variant, which the solution does not have.
    try:
        _follow(pair.got, values["path"])
    except (KeyError, IndexError, TypeError):
        return True
    return False


def _texts(pair: Pair, values: dict[str, str]) -> bool:
    want, got = _follow(pair.want, values["path"]), _follow(pair.got, values["path"])
    return want != got and texts_apart(got, want) == (values["got"], values["want"])


FACTS: dict[str, Check] = {
    "other_text": _texts,
    "other_spaces": lambda p, v: (
        _texts(p, v)
        and _follow(p.want, v["path"]).split() != _follow(p.got, v["path"]).split()
    ),
    "other_case": lambda p, v: (
        _texts(p, v)
        and _follow(p.want, v["path"]).lower() == _follow(p.got, v["path"]).lower()
    ),
    "all_entries": _some_entries,
    "both_entries": lambda p, v: _some_entries(p, v | {"size": "2"}),
    "some_entries": _some_entries,
    "one_of_entries": lambda p, v: _some_entries(p, v | {"one": ""}),
    "misspelled": _missing,
    "rank": _shape_fact,
    "shape": _shape_fact,
    "no_number": lambda p, v: (
        not np.shape(_follow(p.want, v["path"]))
        and str(np.shape(_follow(p.got, v["path"]))) == v["got"]
    ),
    "other_number": _of_leaves(
        lambda w, g, want, got: _near(g.ravel(), got) and _near(w.ravel(), want),
        "want",
        "got",
    ),
    "length": _length,
    "extra": lambda p, v: _follow(p.got, v["path"]) is not None,
    "missing": _missing,
    "type": lambda p, v: (
        type(_follow(p.want, v["path"])) is not type(_follow(p.got, v["path"]))
    ),
    "input_there": lambda p, v: _near(_input_at(p, v["place"]), _told(v["value"])),
    "trailing_comma": lambda p, v: len(_follow(p.got, v["path"])) == 1,
    "not_finite": _not_finite,
    "is_not_finite": lambda p, v: _not_finite(p, v | {"place": ""}),
    "complex": lambda p, v: "complex" in _follow(p.got, v["path"]).kind,
}


@functools.cache
def _templates() -> dict:
    path = Path(helpers.strings.__file__).with_name("en.toml")
    templates: dict = tomllib.loads(path.read_text(encoding="utf-8"))["checks"]
    return templates


def _template(key: str) -> str:
    table, _, name = key.partition(".")
    return str(_templates()[table][name])


@functools.cache
def _pattern(key: str) -> re.Pattern[str]:
    """Return a pattern that finds the values of a template's placeholders."""
    names: list[str] = []
    parts = []
    for part in re.split(r"(\{\w+\})", _template(key)):
        if not part.startswith("{"):
            parts.append(re.escape(part))
        elif part[1:-1] in names:
            parts.append(f"(?P={part[1:-1]})")
        else:
            names.append(part[1:-1])
            parts.append(f"(?P<{part[1:-1]}>.+?)")
    return re.compile("".join(parts))


def _matched(sentence: str, keys: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    found = []
    for key in keys:
        match = _pattern(f"evidence.{key}").fullmatch(sentence)
        if match:
            found.append((key, match.groupdict()))
    return found


def statements_about(function: FunctionCases, runs: Sequence[Run]) -> Checked:
    """Check what the diagnosis says of an answer, from its public cases."""
    public = [run for run in runs if not run.case.hidden]
    evidence = evidence_of_runs(function, public)
    said = [*evidence.relations, *evidence.also]
    return check_statements(function, public, said, evidence.cases)


def check_statements(
    function: FunctionCases,
    runs: Sequence[Run],
    relations: Sequence[str],
    facts: Sequence[Sequence[str]],
) -> Checked:
    """Check the statements about one answer against its numbers.

    `relations` are said to hold in every wrong case, `facts` of each case. Each
    statement counts once.
    """
    checked = Checked()
    pairs = [
        Pair(
            _named(function, run.case.expected.value, run.case.expected.value),
            _named(function, run.outcome.value, run.case.expected.value),
            inputs | _elements(function, inputs),
        )
        for run in runs
        for inputs in [named_inputs(function, run.case)]
    ]
    wrong = [(run, pair) for run, pair in zip(runs, pairs) if not run.right]
    for sentence in relations:
        _count(checked, sentence, _hold_everywhere(sentence, wrong))
    for run, pair, said in zip(runs, pairs, facts):
        for sentence in said:
            holds = [
                _holds(FACTS[key], pair, values)
                if key in FACTS
                else _holds(OF_RUNS[key], run, values)
                for key, values in _matched(sentence, [*FACTS, *OF_RUNS])
            ]
            _count(checked, sentence, holds)
    return checked


def _hold_everywhere(sentence: str, wrong: Sequence[tuple[Run, Pair]]) -> list[bool]:
    """Tell of each template of a sentence whether it holds in all wrong cases."""
    also = _pattern("evidence.also").fullmatch(sentence)
    if also:
        # It holds wherever the leaf that it names is wrong.
        wrong = [(r, p) for r, p in wrong if _is_wrong(r, also["path"])]
        return _hold_everywhere(also["said"], wrong) if wrong else [False]
    finite = _pattern("evidence.where_finite").fullmatch(sentence)
    if finite:
        wrong = [
            (run, pair)
            for run, pair in wrong
            if np.isfinite(pair.leaf(finite["path"])[1]).all()
        ]
        return _hold_everywhere(finite["said"], wrong) if wrong else [False]
    for key in ("also_parts", "also_wrong", "also_not_finite"):
        match = _pattern(f"evidence.{key}").fullmatch(sentence)
        if match:
            values = match.groupdict()
            names = _named_in(values["names"] if "names" in values else values["path"])
            return [
                all(any(_is_wrong(run, name) for run, _ in wrong) for name in names)
            ]
    found = _matched(sentence, [*RELATIONS, *NAMES])
    return [
        all(
            _holds(RELATIONS[key], pair, values)
            if key in RELATIONS
            else _holds(NAMES[key], run, values)
            for run, pair in wrong
        )
        for key, values in found
    ]


def _named_in(names: str) -> list[str]:
    more = _pattern("evidence.names").fullmatch(names)
    return (more["names"] if more else names).split(", ")


def _is_wrong(run: Run, path: str) -> bool:
    whole = path.partition(" in ")[2]
    paths = [item.path for result in run.results for item in result.differences]
    paths += [result.name for result in run.results if result.differences]
    return path in paths or any(whole and p.startswith(f"{whole}[") for p in paths)


def _holds(check: Callable, subject: object, values: dict[str, str]) -> bool:
    try:
        with np.errstate(all="ignore"):
            return bool(check(subject, values))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return False


def _count(checked: Checked, sentence: str, holds: list[bool]) -> None:
    """Count a statement: two templates may match, one of them must hold."""
    if not holds:
        checked.unknown += 1
    elif any(holds):
        checked.true += 1
    else:
        checked.untrue.append(sentence)
