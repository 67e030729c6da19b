"""Saying what is true of a wrong answer: shape, sign, ratio, axis, place.

Nothing here guesses at what a learner meant. Facts are said of one case; relations
only where they hold in all wrong cases and not by chance (see ``patterns``).
"""

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers.checks.comparison import Difference, Result, compare_value
from helpers.checks.parts import place_of
from helpers.checks.patterns import (
    SEARCHED,
    Finding,
    Numbers,
    constant_ratio,
    explained,
    find_pattern,
    number,
    outside_bounds,
)
from helpers.checks.tolerances import close
from helpers.checks.values import Unreadable, leaves, resolve
from helpers.strings import labelled, listed, text

# The comparison of a case, and its plain inputs by parameter name.
Judged = tuple[list[Result], Mapping[str, object]]
# Of a pattern of names the key of its sentence, its kind, and what the sentence names.
NamePattern = tuple[str, str, object]


@dataclass
class Evidence:
    """Sentences about wrong answers, and the values that hints may name."""

    # What holds in every wrong case, the most telling first.
    relations: list[str] = field(default_factory=list)
    # To what kinds of knowledge they belong, such as ``"shape"``.
    kinds: list[str] = field(default_factory=list)
    # What is wrong besides the part that the first relation speaks of.
    also: list[str] = field(default_factory=list)
    # Facts about each case, in order; empty where it is right.
    cases: list[list[str]] = field(default_factory=list)
    # ``ratio``, ``index`` and ``m`` of each case, where they are known.
    values: list[dict[str, str]] = field(default_factory=list)

    def relate(self, key: str, kind: str, /, **values: object) -> None:
        """Add a relation."""
        self.relations.append(text(f"checks.evidence.{key}", **values))
        self.kinds.append(kind)


# Python's names of what is called.
FUNCTIONS = ("function", "builtin_function_or_method", "method", "type", "ufunc")


def shape_of(value: Any) -> str:
    """Say in a few words what kind of value something is."""
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return text("checks.kind.number")
        return text("checks.kind.array", shape=value.shape)
    if value is None:
        return text("checks.kind.none")
    if isinstance(value, bool | int | float):
        return text("checks.kind.number")
    if isinstance(value, str):
        return text("checks.kind.text")
    if isinstance(value, Unreadable):
        if value.kind in FUNCTIONS:
            return text("checks.kind.function")
        if value.kind in ("set", "frozenset"):
            return text("checks.kind.set")
        return text("checks.kind.object", kind=value.kind)
    if isinstance(value, dict):
        return text("checks.kind.dict", n=len(value))
    kind = "list" if isinstance(value, list) else "tuple"
    if value and kind == "list" and all(isinstance(item, str) for item in value):
        kind = "texts"
    return text(f"checks.kind.{kind}", n=len(value))


def evidence_of(cases: Sequence[Judged], examples: str = "") -> Evidence:
    """Describe what is wrong with a function's answers; empty where all is right.

    A case without results stopped: it is wrong, and no relation holds in it. `examples`
    is the parameter whose last axis runs over the examples, if there is one.
    """
    evidence = Evidence()
    wrong = []
    stopped = any(not results for results, _ in cases)
    for results, inputs in cases:
        bad = [result for result in results if not result.right]
        evidence.cases.append(_facts(results, inputs) if bad else [])
        evidence.values.append(hint_values(results, inputs, examples) if bad else {})
        if bad:
            wrong.append((results, inputs))
    if wrong and not stopped and not _relate_order(wrong, evidence):
        whole = _relate_unchanged(wrong, evidence)
        told = "" if whole else _relate(wrong, evidence)
        whole = _relate_equal([results for results, _ in wrong], evidence) or whole
        whole = _relate_names([results for results, _ in wrong], evidence) or whole
        if not whole:
            _relate_others(wrong, told, evidence)
    if wrong and not stopped and not evidence.kinds:
        _relate_parts([results for results, _ in wrong], evidence)
    if wrong and not stopped and not evidence.kinds:
        # Other parts in each case, but wrong in one way.
        kinds = {_first(results).kind for results, _ in wrong}
        if len(kinds) == 1 and kinds <= {*KINDS}:
            evidence.kinds += kinds
    return evidence


def hint_values(
    results: list[Result], inputs: Mapping[str, object], examples: str
) -> dict[str, str]:
    """Return the values that a hint may name, of one wrong case.

    ``m``, ``ratio`` and ``index``, as far as they are known. The last axis of the
    parameter `examples` runs over the examples.
    """
    known = {}
    given = resolve(inputs.get(examples)) if examples else None
    if isinstance(given, np.ndarray) and given.ndim:
        known["m"] = str(given.shape[-1])
    wrong = [result for result in results if not result.right]
    first = wrong[0].differences[0] if wrong else None
    if first is None or first.kind != "value":
        return known
    numbers = _numbers(first, {}, [])
    if numbers is None:
        return known
    index = tuple(int(i) for i in np.argwhere(numbers.wrong)[0])
    known["index"] = str(list(index)) if index else first.path
    ratio = constant_ratio(numbers.want, numbers.got)
    if ratio is not None:
        known["ratio"] = number(ratio)
    return known


def _numbers(
    difference: Difference,
    inputs: Mapping[str, object],
    others: list[tuple[str, object]],
) -> Numbers | None:
    """Return the numbers of a difference, or None where there are none."""
    if not isinstance(difference.expected, bool | int | float | np.ndarray):
        return None
    want = np.asarray(difference.expected, dtype=np.float64)
    returned = np.asarray(difference.returned).reshape(want.shape)
    wrong = ~close(want, returned)
    got = returned.astype(np.float64)
    boolean = returned.dtype.kind == "b"
    return Numbers(difference.path, want, got, wrong, inputs, others, boolean)


def _facts(results: list[Result], inputs: Mapping[str, object]) -> list[str]:
    """Say what is wrong in one case: the first difference, and which results."""
    wrong = [result for result in results if not result.right]
    differences = [item for result in wrong for item in result.differences]
    said = [_fact(differences[0]), *_inputs_at(differences[0], inputs)]
    extra = next((item for item in differences if item.kind == "extra"), None)
    if differences[0].kind == "missing" and not differences[0].near and extra:
        said.append(_fact(extra))
    # A wrong shape, kind or name is nearer to the cause than values that follow.
    other = next((item for item in differences if item.kind in ROOTS), None)
    if other is not None and differences[0].kind == "value":
        said.append(_fact(other))
    right = [result.name for result in results if result.right]
    if right:
        names = _listed([result.name for result in wrong])
        if len(wrong) > 1:
            said.append(text("checks.evidence.wrong_ones", names=names))
        said.append(text("checks.evidence.right_ones", names=_listed(right)))
    elif len(wrong) == 1 and wrong[0].differences[0].kind not in (
        "relation",
        "contract",
    ):
        # A relation judges a result as a whole: it counts no leaves.
        name, bad, total = wrong[0].name, len(wrong[0].differences), wrong[0].leaves
        if total > 1 and bad < total:
            values = {"bad": bad, "total": total, "name": name}
            said.append(text("checks.evidence.some_leaves", **values))
    return said


def _inputs_at(difference: Difference, inputs: Mapping[str, object]) -> list[str]:
    """Say what an input of the same shape is where a number is not finite."""
    if difference.kind != "not finite":
        return []
    want, got = (
        np.asarray(value, dtype=np.float64)
        for value in (difference.expected, difference.returned)
    )
    got = got.reshape(want.shape)
    lost = np.argwhere(np.isfinite(want) & ~np.isfinite(got))[0]
    place = tuple(int(i) for i in lost)
    for name, given in inputs.items():
        value = resolve(given)
        if isinstance(value, np.ndarray) and value.shape == want.shape and place:
            shown = {"place": place_of(name, place), "value": number(value[place])}
            return [text("checks.evidence.input_there", **shown)]
    return []


LONGEST, BEFORE = 60, 10  # characters of a text that are shown, and before a difference
ROOTS = ("type", "rank", "shape", "missing", "extra")


def _name_of(number: float) -> str:
    """Return the key of the name of a number that is not finite."""
    return "nan" if math.isnan(number) else "inf" if number > 0 else "minus_inf"


def _type_fact(path: str, expected: object, returned: object) -> str:
    say = "checks.evidence."
    if isinstance(returned, tuple) and len(returned) == 1:
        return text(say + "trailing_comma", path=path)
    if isinstance(expected, str) and isinstance(returned, str):
        shown = dict(zip(("got", "want"), texts_apart(returned, expected)))
        return text(say + _other_text(expected, returned), path=path, **shown)
    if isinstance(returned, Unreadable) and "complex" in returned.kind:
        return text(say + "complex", path=path)
    want = shape_of(expected)
    if isinstance(expected, bool) or (
        isinstance(expected, np.ndarray) and not expected.ndim and _is_boolean(expected)
    ):
        want = text("checks.kind.boolean")
    return text(say + "type", path=path, got=shape_of(returned), want=want)


def _fact(difference: Difference) -> str:
    path = difference.path
    expected: Any = difference.expected
    returned: Any = difference.returned
    say = "checks.evidence."
    if difference.near:
        return text(say + "misspelled", path=path, near=difference.near)
    if difference.kind in ("missing", "extra"):
        return text(say + difference.kind, path=path)
    if difference.kind == "relation":
        # A relation's words say themselves which part they are about.
        return str(expected)
    if difference.kind == "contract":
        return labelled(path, expected)
    if difference.kind == "type" or isinstance(expected, str) or expected is None:
        return _type_fact(path, expected, returned)
    if isinstance(expected, list | tuple):
        sizes = {"got": len(returned), "want": len(expected)}
        return text(say + "length", path=path, **sizes)
    if difference.kind in ("rank", "shape"):
        shapes = {"got": np.asarray(returned).shape, "want": np.asarray(expected).shape}
        if not shapes["want"]:  # an empty pair of brackets says little
            return text(say + "no_number", path=path, got=shapes["got"])
        return text(say + difference.kind, path=path, **shapes)
    numbers = _numbers(difference, {}, [])
    if numbers is None:
        return text(say + "other", path=path)
    index = tuple(int(i) for i in np.argwhere(numbers.wrong)[0])
    place = place_of(path, index)
    got, want = numbers.got[index], numbers.want[index]
    if difference.kind == "not finite":
        # The first wrong entry may be a finite number.
        lost = np.argwhere(np.isfinite(numbers.want) & ~np.isfinite(numbers.got))[0]
        index = tuple(int(i) for i in lost)
        place = place_of(path, index)
        kind = text(f"checks.kind.{_name_of(numbers.got[index])}")
        if place == path:
            return text(say + "is_not_finite", path=path, kind=kind)
        return text(say + "not_finite", path=path, kind=kind, place=place)
    if _is_boolean(returned):
        got = bool(got)
    if _is_boolean(expected):
        want = bool(want)
    shown = dict(zip(("got", "want"), numbers_apart(got, want)))
    bad, size = int(numbers.wrong.sum()), numbers.want.size
    if size == 1:
        return text(say + "other_number", path=place, **shown)
    key = (
        "both_entries"
        if bad == size == 2
        else "all_entries"
        if bad == size
        else "one_of_entries"
        if bad == 1
        else "some_entries"
    )
    values = {"path": path, "wrong": bad, "size": size, "place": place}
    return text(say + key, **values, **shown)


def _is_boolean(value: object) -> bool:
    return np.asarray(value).dtype == bool


def numbers_apart(one: float, other: float) -> tuple[str, str]:
    """Write two numbers with six digits, or with as many as tell them apart.

    Examples
    --------
    >>> numbers_apart(0.5, 0.25)
    ('0.5', '0.25')
    >>> numbers_apart(0.26894141, 0.26894143)
    ('0.26894141', '0.26894143')
    """
    first, second = number(one), number(other)
    digits = 7
    while first == second and digits < 18 and one != other:
        first, second = f"{one:.{digits}g}", f"{other:.{digits}g}"
        digits += 1
    return first, second


def texts_apart(one: str, other: str) -> tuple[str, str]:
    """Write two texts in quotes; of long ones a part, from shortly before they differ.

    Examples
    --------
    >>> texts_apart("2.5km", "2.5 km")
    ("'2.5km'", "'2.5 km'")
    >>> texts_apart("a" * 99 + "b", "a" * 99 + "c")
    ("'...aaaaaaaaaab'", "'...aaaaaaaaaac'")
    """
    start = 0
    if max(len(one), len(other)) > LONGEST:
        pairs = enumerate(zip(one, other))
        shorter = min(len(one), len(other))
        same = next((i for i, (a, b) in pairs if a != b), shorter)
        start = max(0, same - BEFORE)
    shown = []
    for item in (one, other):
        part = item[start : start + LONGEST]
        before = "..." if start else ""
        after = "..." if len(item) > start + LONGEST else ""
        shown.append(repr(f"{before}{part}{after}"))
    return shown[0], shown[1]


def _other_text(expected: str, returned: str) -> str:
    """Return the key of the sentence on two texts that differ."""
    if "".join(expected.split()) == "".join(returned.split()):
        return "other_spaces"
    if expected.casefold() == returned.casefold():
        return "other_case"
    return "other_text"


def _relate(wrong: Sequence[Judged], evidence: Evidence) -> str:
    """Add what holds for one leaf that is wrong in all cases, and return its path."""
    found = _by_path(wrong)
    weak = None
    for path in found[0]:
        differences = [case[path] for case in found if path in case]
        if len(differences) < len(wrong):
            continue
        if {item.kind for item in differences} == {"value"}:
            finding = _pattern_of(path, differences, wrong)
            if finding is not None and finding.kind in WEAK:
                weak = weak or finding
            elif finding is not None:
                evidence.relate(finding.key, finding.kind, **finding.values)
                return path
        else:
            inputs = [given for _, given in wrong]
            bounds = _bounds_of(differences, inputs)
            if bounds is not None:
                evidence.relate(bounds.key, bounds.kind, path=path, **bounds.values)
                return path
            if not _relate_finite(path, differences, wrong, evidence):
                _relate_kinds(path, differences, inputs, evidence)
            return path
    if weak is None:
        return ""
    evidence.relate(weak.key, weak.kind, **weak.values)
    return str(weak.values["path"])


def _relate_finite(
    path: str,
    differences: Sequence[Difference],
    cases: Sequence[Judged],
    evidence: Evidence,
) -> bool:
    """Add what holds of a leaf where it is finite, if it is infinite in some cases."""
    if {item.kind for item in differences} != {"value", "not finite"}:
        return False
    pairs = [(d, c) for d, c in zip(differences, cases) if d.kind == "value"]
    finding = _pattern_of(path, [d for d, _ in pairs], [c for _, c in pairs])
    if finding is None or finding.key not in CERTAIN:
        return False
    said = text(f"checks.evidence.{finding.key}", **finding.values)
    evidence.relate("where_finite", finding.kind, path=path, said=said)
    return True


def _by_path(wrong: Sequence[Judged]) -> list[dict[str, Difference]]:
    """Return the differences of each case by the path of the leaf."""
    return [
        {item.path: item for result in results for item in result.differences}
        for results, _ in wrong
    ]


def _pattern_of(
    path: str, differences: Sequence[Difference], cases: Sequence[Judged]
) -> Finding | None:
    """Return what holds for a leaf that is wrong in all of some cases."""
    numbers = []
    for item, (results, inputs) in zip(differences, cases, strict=True):
        others = [
            (name, leaf)
            for result in results
            for name, leaf in leaves(result.expected, result.name)
            if name != path
        ]
        found = _numbers(item, inputs, others)
        if found is None:
            return None
        numbers.append(found)
    return find_pattern(numbers)


def _bounds_of(
    differences: Sequence[Difference], inputs: Sequence[Mapping[str, object]]
) -> Finding | None:
    """Return that numbers, some of them infinite, lie beyond two of the inputs."""
    if not {item.kind for item in differences} <= {"value", "not finite"}:
        return None
    numbers = [_numbers(d, given, []) for d, given in zip(differences, inputs)]
    known = [n for n in numbers if n is not None]
    return outside_bounds(known) if len(known) == len(numbers) else None


def _relate_others(wrong: Sequence[Judged], told: str, evidence: Evidence) -> None:
    """Add what else is wrong: with a relation of its own, or by its name.

    A relation of these holds wherever the leaf is wrong, which need not be in all
    cases.
    """
    found = _by_path(wrong)
    rest = []
    for path in dict.fromkeys(path for case in found for path in case):
        cases = [pair for pair, case in zip(wrong, found) if path in case]
        differences = [case[path] for case in found if path in case]
        if path == told or any(item.kind in UNNAMED for item in differences):
            continue
        kinds = {item.kind for item in differences}
        finding = None
        if kinds == {"value"} and len(evidence.also) < MAX_ALSO:
            finding = _pattern_of(path, differences, cases)
        if finding is not None and finding.key in CERTAIN:
            said = text(f"checks.evidence.{finding.key}", **finding.values)
            if len(cases) < len(wrong):
                said = text("checks.evidence.also", path=path, said=said)
            evidence.also.append(said)
            if not evidence.kinds:
                evidence.kinds.append(finding.kind)
        elif "not finite" in kinds and evidence.relations:
            evidence.also.append(text("checks.evidence.also_not_finite", path=path))
        else:
            rest.append(path)
    if rest and (evidence.relations or evidence.also):
        key = "also_wrong"
        if len(rest) > MAX_NAMED and len(wrong[0][0]) <= MAX_NAMED:
            key = "also_parts"
            bad = {r.name for pair, _ in wrong for r in pair if not r.right}
            rest = [r.name for r in wrong[0][0] if r.name in bad]
        evidence.also.append(text(f"checks.evidence.{key}", names=_listed(rest)))


MAX_ALSO, MAX_NAMED = 2, 4
# Of a second leaf only what points at one line is said: of a leaf that is computed
# from a wrong one much else holds.
CERTAIN = (
    *("sign", "sign_one", "all_zero", "is_zero", "not_zero", "should_be_zero"),
    *("ratio", "ratio_one", "ratio_named", "ratio_over", "logarithm_base"),
    *("offset", "offset_one", "offsets", "transposed_square"),
    *("same_as_input", "same_as_result"),
    *("function", "rounded_to", "power_of", "unfilled", "zeros_from", "booleans"),
    *("input_added", "input_missing"),
)
# What is said of these is whole at its case.
UNNAMED = ("relation", "contract", "extra")


# True of many mistakes: said where nothing else is known, of no other leaf either.
WEAK = ("totals",)


def _relate_order(wrong: Sequence[Judged], evidence: Evidence) -> bool:
    """Add that results are right but stand in another order."""
    orders = []
    certain = False
    for results, _ in wrong:
        bad = [result for result in results if not result.right]
        order = []
        for result in bad:
            same = [
                other.name
                for other in bad
                if other is not result and _equal(other.expected, result.returned)
            ]
            if len(same) != 1 or _equal(result.expected, result.returned):
                return False
            order.append((result.name, same[0]))
        if len(order) < 2 or sorted(a for a, _ in order) != sorted(b for _, b in order):
            return False
        orders.append(order)
        certain = certain or any(_is_large(result.expected) for result in bad)
    if any(order != orders[0] for order in orders) or (len(orders) < 2 and not certain):
        return False
    pairs = listed(text("checks.evidence.holds", a=a, b=b) for a, b in orders[0])
    evidence.relate("permuted", "order", pairs=pairs)
    return True


def _relate_unchanged(wrong: Sequence[Judged], evidence: Evidence) -> bool:
    """Add that all wrong entries of a dictionary are those of an input."""
    found: dict[tuple[str, str], list[Numbers]] = {}
    for results, inputs in wrong:
        differences = [item for result in results for item in result.differences]
        for base in {path.partition("[")[0] for path in (d.path for d in differences)}:
            mine = [d for d in differences if d.path.partition("[")[0] == base]
            numbers = [_numbers(d, {}, []) if d.kind == "value" else None for d in mine]
            for name, given in inputs.items():
                entries = {f'["{k}"]': v for k, v in _entries_of(given)}
                if all(
                    n is not None and _is_entry(n, entries.get(d.path[len(base) :]))
                    for d, n in zip(mine, numbers)
                ):
                    found.setdefault((base, name), []).append(_joined(numbers))
    for (base, name), cases in found.items():
        if len(cases) == len(wrong) and explained(cases, SEARCHED):
            evidence.relate("unchanged", "input", path=base, name=name)
            return True
    return False


def _entries_of(given: object) -> list[tuple[object, np.ndarray]]:
    """Return the arrays of an input that is a dictionary."""
    entries = given.items() if isinstance(given, dict) else ()
    arrays = ((key, resolve(value)) for key, value in entries)
    return [
        (k, v) for k, v in arrays if isinstance(v, np.ndarray) and v.dtype.kind in "iuf"
    ]


def _is_entry(n: Numbers, entry: np.ndarray | None) -> bool:
    return entry is not None and entry.shape == n.got.shape and n.is_got(entry)


def _joined(numbers: Sequence[Numbers | None]) -> Numbers:
    """Return the numbers of several leaves as those of one."""
    known = [n for n in numbers if n is not None]
    want, got, bad = (
        np.concatenate([np.ravel(part) for part in parts])
        for parts in zip(*((n.want, n.got, n.wrong) for n in known))
    )
    return Numbers("", want, got, bad, {})


def _relate_equal(cases: Sequence[list[Result]], evidence: Evidence) -> bool:
    """Add that two results are one and the same, where nothing else is known."""
    if evidence.kinds or len(cases) < 2:
        return False
    for one, other in itertools.combinations(range(len(cases[0])), 2):
        pairs = [(r[one], r[other]) for r in cases if len(r) == len(cases[0])]
        if len(pairs) == len(cases) and all(
            _equal(a.returned, b.returned) and not _equal(a.expected, b.expected)
            for a, b in pairs
        ):
            names = {"a": pairs[0][0].name, "b": pairs[0][1].name}
            evidence.relate("same_results", "equal entries", **names)
            return True
    return False


def _equal(expected: object, returned: object) -> bool:
    if returned is None or isinstance(expected, str) or expected is None:
        return False
    if isinstance(expected, np.ndarray) != isinstance(returned, np.ndarray):
        return False
    if isinstance(expected, np.ndarray) and isinstance(returned, np.ndarray):
        if expected.ndim != returned.ndim:
            return False
    return not compare_value(expected, returned, "")


def _is_large(value: object) -> bool:
    """Tell whether a result has so many numbers that it equals no other by chance."""
    sizes = (np.asarray(leaf).size for _, leaf in leaves(value, ""))
    return sum(sizes) > LARGE


LARGE = 3


def _relate_kinds(
    path: str,
    differences: list[Difference],
    inputs: Sequence[Mapping[str, object]],
    evidence: Evidence,
) -> None:
    """Add what holds of shapes, or say of what kind the difference is."""
    kinds = {item.kind for item in differences}
    if kinds <= {"shape"} and not any(
        isinstance(item.expected, list | tuple) for item in differences
    ):
        arrays = [
            (np.asarray(item.expected), np.asarray(item.returned))
            for item in differences
        ]
        key, values = _relation_of_shapes(arrays)
        if key:
            kind = "transposition" if key.startswith("transposed") else "axis"
            evidence.relate(key, kind, path=path, **values)
            return
    # Where only an axis was lost, no size is wrong.
    lost = kinds == {"rank"} and all(
        np.asarray(item.returned).size == np.asarray(item.expected).size
        for item in differences
    )
    named = {} if lost else _named_size(differences, inputs)
    if kinds <= {"shape", "rank"} and named:
        evidence.relate("size_of", "axis", path=path, **named)
        return
    if kinds == {"value", "not finite"}:
        return  # a wrong number tells more than what became of another one
    for kind in KINDS:
        if kind in kinds or (kind == "shape" and "rank" in kinds):
            whole = [isinstance(item.expected, list | tuple) for item in differences]
            evidence.kinds.append("length" if kind == "shape" and all(whole) else kind)
            return


KINDS = ("missing", "extra", "type", "shape", "relation", "contract", "not finite")


def _first(results: list[Result]) -> Difference:
    """Return the first difference of a wrong case."""
    return next(r for r in results if not r.right).differences[0]


def _relation_of_shapes(
    arrays: list[tuple[np.ndarray, np.ndarray]],
) -> tuple[str, dict[str, object]]:
    """Return the key of a sentence on shapes that holds for all pairs, and values."""
    if all(w.ndim == g.ndim == 2 and w.shape == g.shape[::-1] for w, g in arrays):
        if all(np.all(close(w, g.T)) for w, g in arrays):
            return "transposed_right", {}
        # Of a row in the place of a column the numbers say more than the shape.
        if any(min(w.shape) > 1 for w, _ in arrays):
            return "transposed", {}
    if len(arrays) > 1 and all(w.ndim == 0 and g.size > 1 for w, g in arrays):
        for name, reduce in (("sum", np.sum), ("mean", np.mean)):
            with np.errstate(all="ignore"):
                if all(close(w, np.asarray(reduce(g))) for w, g in arrays):
                    return f"unreduced_{name}", {}
    if len({w.ndim for w, _ in arrays}) == 1:
        for axis in range(arrays[0][0].ndim):
            if all(_has_length_one(w, g, axis) for w, g in arrays):
                return "one_axis_left", {"axis": axis}
            if all(_has_length_one(g, w, axis, True) for w, g in arrays):
                return "one_axis_lost", {"axis": axis}
    return "", {}


def _named_size(
    differences: Sequence[Difference], inputs: Sequence[Mapping[str, object]]
) -> dict[str, object] | None:
    """Return which axis has a wrong size that is another one of the inputs, and which.

    In at least two cases with other sizes, so that it is no chance.
    """
    pairs = [(item.expected, item.returned) for item in differences]
    if not all(isinstance(value, np.ndarray) for pair in pairs for value in pair):
        return None
    shapes = [np.shape(np.asarray(returned)) for _, returned in pairs]
    wanted = [np.shape(np.asarray(expected)) for expected, _ in pairs]
    if len(differences) < 2 or len({len(shape) for shape in [*shapes]}) != 1:
        return None
    for axis in range(len(shapes[0])):
        sizes = [shape[axis] for shape in shapes]
        if any(
            size == want[axis]
            for size, want in zip(sizes, wanted)
            if len(want) == len(shapes[0])
        ):
            continue
        other = {"rows": "columns", "columns": "rows"}
        counted = {(name, kind): n for name, kind, n in _counts_of(inputs)}
        whole = [math.prod(want) for want in wanted]
        for (name, kind), counts in counted.items():
            swapped = counted[name, other[kind]] == whole and len(set(whole)) > 1
            if counts == sizes and (len(set(sizes)) > 1 or swapped):
                what = text(f"checks.quantity.{kind}", name=name)
                return {"axis": axis, "what": what}
    return None


def _counts_of(
    inputs: Sequence[Mapping[str, object]],
) -> list[tuple[str, str, list[int]]]:
    """Return the numbers of rows and columns of the matrices that all cases have."""
    found = []
    for name in inputs[0]:
        arrays = [resolve(given.get(name)) for given in inputs]
        shapes = [array.shape for array in arrays if isinstance(array, np.ndarray)]
        if len(shapes) == len(arrays) and all(len(shape) == 2 for shape in shapes):
            found.append((name, "rows", [shape[0] for shape in shapes]))
            found.append((name, "columns", [shape[1] for shape in shapes]))
    return found


def _has_length_one(
    short: np.ndarray, long: np.ndarray, axis: int, dropped: bool = False
) -> bool:
    """Tell whether a shape is another one with one axis of length 1, or without it."""
    if axis >= long.ndim or long.shape[axis] == 1:
        return False
    kept = (*long.shape[:axis], 1, *long.shape[axis + 1 :])
    without = long.shape[:axis] + long.shape[axis + 1 :]
    return short.shape == kept or (dropped and short.shape == without)


def _relate_names(cases: Sequence[list[Result]], evidence: Evidence) -> bool:
    """Add what the wrong results of all cases have in common, by their names.

    Returns whether that names all that is wrong.
    """
    found, deep = [], False
    for results in cases:
        right = [result.name for result in results if result.right]
        bad = [result for result in results if not result.right]
        # What nobody asked for is wrong, too: then no name, layer or sort is alone.
        if not bad or any(one.differences[0].kind == "extra" for one in bad):
            return False
        wrong = [result.name for result in bad]
        if not right and len(wrong) == 1:
            result = bad[0]
            if result.differences[0].kind in ("relation", "contract"):
                return False
            wrong = [item.path for item in result.differences]
            whole = [path for path, _ in leaves(result.expected, result.name)]
            # Of what is wrong as a whole no part is right.
            above = tuple(f"{path}[" for path in wrong)
            right = [p for p in whole if p not in wrong and not p.startswith(above)]
        patterns = _patterns_of_names(right, wrong) + _patterns_of_parts(results)
        found.append(patterns + _alone(results, right, wrong))
        whole = [path for r in results for path, _ in leaves(r.expected, r.name)]
        deep = deep or len({n for path in whole for n in _layers([path])}) > 1
    for pattern in found[0]:
        if pattern[0] == "last_layer" and not deep:
            continue
        if all(pattern in others for others in found):
            key, kind, value = pattern
            evidence.relate(key, kind, layer=value, name=value, sort=value)
            return True
    return False


def _relate_parts(cases: Sequence[list[Result]], evidence: Evidence) -> None:
    """Add which parts are right and which are wrong, if that is one in all cases."""
    found = []
    for results in cases:
        differences = [item for result in results for item in result.differences]
        if any(item.kind != "value" for item in differences):
            return
        bad = {item.path for item in differences}
        paths = [path for one in results for path in _names_of_parts(one)]
        if not bad <= set(paths):
            return
        right = tuple(path for path in paths if path not in bad)
        found.append((right, tuple(path for path in paths if path in bad)))
    right, wrong = found[0]
    few = len(right) > 0 and len(right) + len(wrong) <= MOST_PARTS
    if few and all(one == found[0] for one in found):
        names = {"right": listed(right), "wrong": listed(wrong)}
        evidence.relate("parts_right", "parts", **names)


def _names_of_parts(result: Result) -> list[str]:
    """Return the names of a result's leaves; its own, if they have numbers only."""
    names = [path for path, _ in leaves(result.expected, result.name)]
    return [result.name] if any(map(NUMBERED.search, names)) else names


MOST_PARTS = 8
NUMBERED = re.compile(r"\[\d+\]")


def _alone(
    results: Sequence[Result], right: list[str], wrong: list[str]
) -> list[NamePattern]:
    """Say that one result of two, or one part of one of them, is all that is wrong."""
    if len(wrong) != 1 or not right:
        return []
    result = next((r for r in results if r.name == wrong[0]), None)
    if result is None:
        return []
    parts = [item.path for item in result.differences]
    inner = parts[0].startswith(f"{result.name}[")
    if len(parts) == 1 and result.leaves > 1 and inner:
        return [("only_one", "one result", parts[0])]
    return [("only_one", "one result", result.name)]


def _listed(names: list[str]) -> str:
    first, more = listed(names[:6]), len(names) - 6
    return text("checks.evidence.names", names=first, n=more) if more > 0 else first


def _patterns_of_names(right: list[str], wrong: list[str]) -> list[NamePattern]:
    """Say that the wrong ones are one name, one layer, or one sort of several."""
    found: list[NamePattern] = []
    if len(wrong) == 1 and len(right) > 1:
        found.append(("only_one", "one result", wrong[0]))
    layers = _layers(right), _layers(wrong)
    if not right and len(set(layers[1])) == 1:
        return [("last_layer", "layer", "")]  # the only one that this case has
    if not all(layers):
        return found
    fine, bad = (sorted(set(numbers)) for numbers in layers)
    if not set(fine) & set(bad):
        if bad[0] > fine[-1]:
            if len(bad) == 1:
                found.append(("last_layer", "layer", ""))
            found.append(("layers_from", "layer", bad[0]))
        if len(bad) == 1:
            found.append(("one_layer", "layer", bad[0]))
        elif bad[-1] < fine[0]:
            found.append(("layers_until", "layer", bad[-1]))
    sorts = _sorts(right), _sorts(wrong)
    if not set(sorts[0]) & set(sorts[1]):
        sort = listed(dict.fromkeys(sorts[1]))
        found.append(("only_sort", "one sort", sort))
    return found


def _patterns_of_parts(results: Sequence[Result]) -> list[NamePattern]:
    """Say of the entries of dictionaries among several results what they share."""
    wrong = [result for result in results if not result.right]
    if len(results) < 2 or not all(isinstance(r.expected, dict) for r in wrong):
        return []
    whole = [path for r in wrong for path, _ in leaves(r.expected, r.name)]
    bad = [item.path for result in wrong for item in result.differences]
    if not set(bad) <= set(whole):
        return []
    right = [path for path in whole if path not in bad]
    kept = ("last_layer", "one_layer", "only_sort")
    return [found for found in _patterns_of_names(right, bad) if found[0] in kept]


def _layers(names: Iterable[str]) -> list[int]:
    """Return the layer of each name; empty if one has none."""
    found = [re.search(r"(\d+)\W*$", name) for name in names]
    layers = [int(match[1]) for match in found if match]
    return layers if len(layers) == len(found) else []


def _sorts(names: Iterable[str]) -> list[str]:
    """Return what stands before the layer of each name, such as ``db``."""
    return [re.sub(r"\d+(\W*)$", r"", name).split('"')[-1] for name in names]
