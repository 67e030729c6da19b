"""Saying what is true of a wrong answer: shape, sign, ratio, axis, place.

Nothing here guesses at what a learner meant; each sentence holds for the
numbers at hand.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers.checks.comparison import Difference, Result
from helpers.checks.patterns import Numbers, find_pattern, number
from helpers.checks.tolerances import close
from helpers.checks.values import Unreadable, leaves, resolve
from helpers.strings import text

__all__ = ["Evidence", "common_evidence", "evidence_of", "number", "shape_of"]


# What a relation's reason may give away of a hidden case: fractions, and whatever
# was expected; counts that came back may be named as shapes are.
NUMBER = re.compile(r"-?\d+\.\d+(e[-+]?\d+)?|\d+e[-+]?\d+|(?<=expected )-?\d\S*$")


@dataclass
class Evidence:
    """Sentences about a wrong answer, and the values that hints may name.

    Attributes
    ----------
    sentences : list of str
        The most telling first.
    values : dict of str to str
        ``ratio``, ``index`` and ``m`` where they are known.
    kinds : list of str
        What is known beyond that values differ, such as ``"shape"``; a side, a
        count or a list of what is right is no knowledge of the mistake.
    opening : str
        The sentence that values differ, where it leads to others.
    rest : list of str
        The sentences on which results are right and wrong.
    """

    sentences: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    opening: str = ""
    rest: list[str] = field(default_factory=list)

    @property
    def telling(self) -> bool:
        """Whether more is known than that values differ."""
        return bool(self.kinds)

    def say(self, key: str, group: str = "", /, **values: object) -> None:
        """Add a sentence, and to what kind of knowledge it belongs, if any."""
        self.sentences.append(text(f"checks.evidence.{key}", **values))
        if group:
            self.kinds.append(group)


def shape_of(value: object) -> str:
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
        return text("checks.kind.object", kind=value.kind)
    if isinstance(value, dict):
        return text("checks.kind.dict", n=len(value))
    kind = "list" if isinstance(value, list) else "tuple"
    return text(f"checks.kind.{kind}", n=len(value))


def evidence_of(
    results: list[Result], inputs: Mapping[str, object], *, numbers: bool = True
) -> Evidence:
    """Describe the first wrong result of a case.

    Parameters
    ----------
    results : list of Result
        As ``compare`` gives them.
    inputs : mapping of str to object
        The case's plain inputs by parameter name.
    numbers : bool
        Whether expected and returned numbers may be named (not for hidden
        cases).

    Returns
    -------
    Evidence
        Empty where all is right.
    """
    evidence = Evidence()
    wrong = [result for result in results if not result.right]
    if not wrong:
        return evidence
    examples = _examples(inputs)
    if examples is not None:
        evidence.values["m"] = str(examples)
    first = wrong[0].differences[0]
    others = [
        (path, leaf)
        for result in results
        for path, leaf in leaves(result.expected, result.name)
        if path != first.path
    ]
    _describe(first, inputs, others, evidence, numbers)
    described = len(evidence.sentences)
    _where(results, first, evidence)
    evidence.rest = evidence.sentences[described:]
    return evidence


def _describe(
    difference: Difference,
    inputs: Mapping[str, object],
    others: list[tuple[str, object]],
    evidence: Evidence,
    numbers: bool,
) -> None:
    path, expected, returned = (
        difference.path,
        difference.expected,
        difference.returned,
    )
    if difference.kind == "missing":
        evidence.say("missing", "missing", path=path)
    elif difference.kind == "extra":
        evidence.say("extra", "extra", path=path)
    elif difference.kind == "contract":
        evidence.sentences.append(f"{path}: {expected}")
        evidence.kinds.append("contract")
    elif difference.kind == "relation":
        reason = expected if numbers else NUMBER.sub("…", expected)
        evidence.sentences.append(f"{path}: {reason}")
        evidence.kinds.append("relation")
    elif difference.kind == "type":
        if isinstance(returned, tuple) and len(returned) == 1:
            evidence.say("trailing_comma", "type", path=path)
        else:
            got, want = shape_of(returned), shape_of(expected)
            evidence.say("type", "type", path=path, got=got, want=want)
    elif difference.kind == "rank":
        got, want = np.asarray(returned).shape, np.asarray(expected).shape
        evidence.say("rank", "shape", path=path, got=got, want=want)
    elif difference.kind == "shape":
        _describe_shape(path, expected, returned, evidence)
    elif isinstance(expected, str) or expected is None:
        got, want = shape_of(returned), shape_of(expected)
        evidence.say("type", "type", path=path, got=got, want=want)
    else:
        _describe_values(difference, inputs, others, evidence, numbers)


def _describe_shape(
    path: str, expected: object, returned: object, evidence: Evidence
) -> None:
    if isinstance(expected, list | tuple):
        got, want = len(returned), len(expected)
        evidence.say("length", "shape", path=path, got=got, want=want)
        return
    want, got = np.asarray(expected), np.asarray(returned)
    evidence.sentences.append(
        text("checks.evidence.shape", path=path, got=got.shape, want=want.shape)
    )
    evidence.kinds.append(_say_of_shape(want, got, evidence))


def _say_of_shape(want: np.ndarray, got: np.ndarray, evidence: Evidence) -> str:
    """Add what explains a wrong shape, and return the kind of knowledge."""
    if got.ndim == want.ndim == 2 and got.shape == want.shape[::-1]:
        same = bool(np.all(close(want, got.T)))
        evidence.say("transposed_right" if same else "transposed")
        return "transposition"
    if want.ndim == 0 and got.size > 1:
        for name, reduce in (("sum", np.sum), ("mean", np.mean)):
            with np.errstate(all="ignore"):
                if bool(close(want, np.asarray(reduce(got)))):
                    evidence.say(f"unreduced_{name}")
                    return "axis"
    for axis in range(got.ndim if got.ndim == want.ndim else 0):
        reduced = list(got.shape)
        reduced[axis] = 1
        if tuple(reduced) == want.shape:
            evidence.say("one_axis_left", axis=axis)
            return "axis"
    for axis in range(want.ndim):
        kept = (*want.shape[:axis], 1, *want.shape[axis + 1 :])
        dropped = want.shape[:axis] + want.shape[axis + 1 :]
        if got.shape in (kept, dropped) and want.shape[axis] > 1:
            evidence.say("one_axis_lost", axis=axis)
            return "axis"
    return "shape"


def _describe_values(
    difference: Difference,
    inputs: Mapping[str, object],
    others: list[tuple[str, object]],
    evidence: Evidence,
    numbers: bool,
) -> None:
    path = difference.path
    want = np.asarray(difference.expected, dtype=np.float64)
    got = np.asarray(difference.returned, dtype=np.float64).reshape(want.shape)
    wrong = ~close(want, np.asarray(difference.returned).reshape(want.shape))
    index = tuple(int(i) for i in np.argwhere(wrong)[0]) if want.ndim else ()
    evidence.values["index"] = str(list(index)) if index else path
    place = f"{path}{list(index)}" if index else path
    if difference.kind == "not finite":
        kind = text(f"checks.kind.{'nan' if math.isnan(got[index]) else 'inf'}")
        evidence.say("not_finite", "not finite", path=path, kind=kind, place=place)
        return
    if want.ndim:
        evidence.say("same_shape", path=path, shape=want.shape)
    else:
        evidence.say("other_number", path=path)
    evidence.opening = evidence.sentences[-1]
    found = find_pattern(Numbers(path, want, got, wrong, inputs, others, numbers))
    if found is not None:
        evidence.values.update(found.known)
        evidence.say(found.key, found.kind, **found.values)
    else:
        _side(path, want, got, wrong, evidence)
    if numbers:
        shown = {"got": number(got[index]), "want": number(want[index])}
        evidence.say("for_example", place=place, **shown)
    elif index:
        evidence.say("first_place", place=place)


def _side(
    path: str,
    want: np.ndarray,
    got: np.ndarray,
    wrong: np.ndarray,
    evidence: Evidence,
) -> None:
    """Say on which side an answer lies: true, and a comfort, but no explanation."""
    if want.size == 1:
        larger = bool(got.flat[0] > want.flat[0])
        evidence.say("too_large" if larger else "too_small", path=path)
    elif not wrong.all():
        evidence.say("some", wrong=int(wrong.sum()), size=want.size)
    elif np.all(got > want):
        evidence.say("all_too_large", path=path)
    elif np.all(got < want):
        evidence.say("all_too_small", path=path)
    elif np.all(np.abs(got) >= np.abs(want)) and np.all(got * want >= 0):
        evidence.say("all_further", path=path)
    elif np.all(np.abs(got) <= np.abs(want)) and np.all(got * want >= 0):
        evidence.say("all_nearer", path=path)


def _examples(inputs: Mapping[str, object]) -> int | None:
    """Return the number of columns of the first matrix among the inputs."""
    for value in inputs.values():
        for item in value.values() if isinstance(value, dict) else [value]:
            array = resolve(item)
            if isinstance(array, np.ndarray) and array.ndim == 2:
                return array.shape[1]
    return None


def _where(results: list[Result], first: Difference, evidence: Evidence) -> None:
    """Say which results are right, where some are, and what the wrong ones share."""
    right = [result.name for result in results if result.right]
    wrong = [result.name for result in results if not result.right]
    if right and len(results) > 1:
        evidence.say("right_ones", names=_listed(right))
        if len(wrong) > 1:
            evidence.say("wrong_ones", names=_listed(wrong))
        _pattern_of_names(right, wrong, evidence)
    elif len(wrong) == 1 and first.kind not in ("relation", "contract"):
        # A relation judges a result as a whole: it counts no leaves.
        result = next(r for r in results if not r.right)
        bad, total = len(result.differences), result.leaves
        if total > 1 and bad < total:
            name = result.name
            evidence.say("some_leaves", bad=bad, total=total, name=name)
            spoiled = [item.path for item in result.differences]
            whole = [path for path, _ in leaves(result.expected, name)]
            fine = [path for path in whole if path not in spoiled]
            if isinstance(result.expected, list) and spoiled == whole[-bad:]:
                evidence.say("first_then", "place", name=name, path=spoiled[0])
            else:
                _pattern_of_names(fine, spoiled, evidence)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def _pattern_of_names(right: list[str], wrong: list[str], evidence: Evidence) -> None:
    """Say that the wrong ones are one name, one layer, or one sort of several."""
    if len(wrong) == 1 and len(right) > 1:
        evidence.say("only_one", "one result", name=wrong[0])
        return
    layers = _layers(right), _layers(wrong)
    if all(layers) and len(wrong) > 1:
        fine, bad = (sorted(set(numbers)) for numbers in layers)
        if not set(fine) & set(bad):
            if len(bad) == 1:
                last = bad[0] > max(fine)
                key = "last_layer" if last else "one_layer"
                evidence.say(key, "layer", layer=bad[0])
                return
            if bad[0] > fine[-1]:
                evidence.say("layers_from", "layer", layer=bad[0])
                return
            if bad[-1] < fine[0]:
                evidence.say("layers_until", "layer", layer=bad[-1])
                return
    sorts = _sorts(right), _sorts(wrong)
    if all(layers) and len(wrong) > 1 and not set(sorts[0]) & set(sorts[1]):
        evidence.say("only_sort", "one sort", sort=", ".join(dict.fromkeys(sorts[1])))


def _layers(names: Iterable[str]) -> list[int]:
    """Return the layer of each name; empty if one has none."""
    found = [re.search(r"(\d+)\W*$", name) for name in names]
    return [int(match[1]) for match in found] if all(found) else []


def _sorts(names: Iterable[str]) -> list[str]:
    """Return what stands before the layer of each name, such as ``db``."""
    return [re.sub(r"\d+(\W*)$", r"", name).split('"')[-1] for name in names]


def common_evidence(differences: Iterable[list[Difference]]) -> Evidence:
    """Say what the wrong numbers of several cases have in common.

    One number tells nothing about a factor; the same factor three times does.

    Parameters
    ----------
    differences : iterable of list of Difference
        Of each wrong case.

    Returns
    -------
    Evidence
        Empty where nothing is common to three cases at least.
    """
    evidence = Evidence()
    pairs: dict[str, list[tuple[float, float]]] = {}
    for case in differences:
        for item in case:
            if item.kind == "value" and isinstance(item.returned, float | np.ndarray):
                want = np.asarray(item.expected, dtype=np.float64)
                got = np.asarray(item.returned, dtype=np.float64)
                if want.size == got.size == 1:
                    pair = float(want.reshape(())), float(got.reshape(()))
                    pairs.setdefault(item.path, []).append(pair)
    for path, found in pairs.items():
        if len(found) < 3:
            continue
        want, got = np.array(found).T
        with np.errstate(all="ignore"):
            ratios, offsets = got / want, got - want
            same_ratio = np.allclose(ratios, ratios[0], rtol=1e-6, atol=0)
            same_offset = np.allclose(offsets, offsets[0], rtol=1e-6, atol=0)
        if same_ratio and ratios[0] not in (0, 1):
            ratio = number(ratios[0])
            evidence.say("common_ratio", "factor", path=path, ratio=ratio)
            return evidence
        if same_offset and offsets[0]:
            offset = number(offsets[0])
            evidence.say("common_offset", "offset", path=path, offset=offset)
            return evidence
    return evidence
