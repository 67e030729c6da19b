"""Saying what is true of a wrong answer: shape, sign, ratio, axis, place.

Nothing here guesses at what a learner meant; each sentence holds for the
numbers at hand.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers.checks.comparison import Difference, Result
from helpers.checks.tolerances import close
from helpers.checks.values import resolve
from helpers.strings import text

__all__ = ["Evidence", "evidence_of", "number", "shape_of"]


@dataclass
class Evidence:
    """Sentences about a wrong answer, and the values that hints may name.

    Attributes
    ----------
    sentences : list of str
        The most telling first.
    values : dict of str to str
        ``ratio``, ``index`` and ``m`` where they are known.
    telling : bool
        Whether more is known than that values differ.
    """

    sentences: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    telling: bool = False

    def say(self, key: str, *, telling: bool = True, **values: object) -> None:
        """Add a sentence."""
        self.sentences.append(text(f"checks.evidence.{key}", **values))
        self.telling = self.telling or telling


def number(value: object) -> str:
    """Write a number with six significant digits."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    return f"{float(value):.6g}"


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
    _describe(first, inputs, evidence, numbers)
    _where(results, first, evidence)
    return evidence


def _describe(
    difference: Difference,
    inputs: Mapping[str, object],
    evidence: Evidence,
    numbers: bool,
) -> None:
    path, expected, returned = (
        difference.path,
        difference.expected,
        difference.returned,
    )
    if difference.kind == "missing":
        evidence.say("missing", path=path)
    elif difference.kind == "relation":
        evidence.sentences.append(f"{path}: {expected}")
        evidence.telling = True
    elif difference.kind == "type":
        if isinstance(returned, tuple) and len(returned) == 1:
            evidence.say("trailing_comma", path=path)
        else:
            evidence.say(
                "type", path=path, got=shape_of(returned), want=shape_of(expected)
            )
    elif difference.kind == "rank":
        evidence.say(
            "rank",
            path=path,
            got=np.asarray(returned).shape,
            want=np.asarray(expected).shape,
        )
    elif difference.kind == "shape":
        _describe_shape(path, expected, returned, evidence)
    elif isinstance(expected, str) or expected is None:
        evidence.say("type", path=path, got=shape_of(returned), want=shape_of(expected))
    else:
        _describe_values(difference, inputs, evidence, numbers)


def _describe_shape(
    path: str, expected: object, returned: object, evidence: Evidence
) -> None:
    if isinstance(expected, list | tuple):
        evidence.say("length", path=path, got=len(returned), want=len(expected))
        return
    want, got = np.asarray(expected), np.asarray(returned)
    evidence.say("shape", path=path, got=got.shape, want=want.shape)
    if got.ndim == want.ndim == 2 and got.shape == want.shape[::-1]:
        same = bool(np.all(close(want, got.T)))
        evidence.say("transposed_right" if same else "transposed")
        return
    if want.ndim == 0 and got.size > 1:
        for name, reduce in (("sum", np.sum), ("mean", np.mean)):
            with np.errstate(all="ignore"):
                if bool(close(want, np.asarray(reduce(got)))):
                    evidence.say(f"unreduced_{name}")
                    return
    for axis in range(got.ndim if got.ndim == want.ndim else 0):
        reduced = list(got.shape)
        reduced[axis] = 1
        if tuple(reduced) == want.shape:
            evidence.say("one_axis_left", axis=axis)
            return
    for axis in range(want.ndim):
        kept = (*want.shape[:axis], 1, *want.shape[axis + 1 :])
        dropped = want.shape[:axis] + want.shape[axis + 1 :]
        if got.shape in (kept, dropped) and want.shape[axis] > 1:
            evidence.say("one_axis_lost", axis=axis)
            return


def _describe_values(
    difference: Difference,
    inputs: Mapping[str, object],
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
        bad = got[index]
        kind = "nan" if math.isnan(bad) else "inf"
        evidence.say(
            "not_finite", path=path, kind=text(f"checks.kind.{kind}"), place=place
        )
        return
    if want.ndim:
        evidence.say("same_shape", telling=False, path=path, shape=want.shape)
    else:
        evidence.say("other_number", telling=False, path=path)
    _pattern(path, want, got, wrong, inputs, evidence)
    if numbers:
        evidence.say(
            "for_example",
            telling=False,
            place=place,
            got=number(got[index]),
            want=number(want[index]),
        )
    elif index:
        evidence.say("first_place", telling=False, place=place)


def _pattern(
    path: str,
    want: np.ndarray,
    got: np.ndarray,
    wrong: np.ndarray,
    inputs: Mapping[str, object],
    evidence: Evidence,
) -> None:
    """Add the one sentence that explains most of a difference in values."""
    if want.size > 1 and not np.any(got):
        evidence.say("all_zero", path=path)
        return
    if bool(np.all(close(want, -got))):
        evidence.values["ratio"] = "-1"
        evidence.say("sign")
        return
    with np.errstate(all="ignore"):
        relative = np.abs(want - got).max() / max(np.abs(want).max(), 1e-300)
    if relative < 1e-4:
        evidence.say("nearly", relative=number(relative))
        return
    name = _same_as_input(got, inputs)
    if name is not None:
        evidence.say("same_as_input", path=path, name=name)
        return
    ratio = _ratio(want, got)
    if ratio is not None:
        evidence.values["ratio"] = number(ratio)
        reason = _name_of_ratio(ratio, inputs)
        which = "one" if want.size == 1 else "every"
        if reason:
            evidence.say(f"ratio_{which}_named", ratio=number(ratio), reason=reason)
            return
        if want.size > 1:
            evidence.say("ratio_every", ratio=number(ratio))
            return
    if want.ndim == 2 and want.shape[0] == want.shape[1] and want.shape[0] > 1:
        if bool(np.all(close(want, np.ascontiguousarray(got.T)))):
            evidence.say("transposed_square")
            return
    offset = got - want
    if want.size > 1 and _constant(offset):
        evidence.say("offset", offset=number(offset.flat[0]))
        return
    if want.ndim == 2 and min(want.shape) > 1:
        if _constant_along(offset, 0):
            evidence.say("offset_columns")
            return
        if _constant_along(offset, 1):
            evidence.say("offset_rows")
            return
    if want.size > 1 and _constant(got) and not _constant(want):
        evidence.say("all_equal")
        return
    if want.ndim == 2 and min(want.shape) > 1:
        rows = np.flatnonzero(wrong.any(axis=1))
        columns = np.flatnonzero(wrong.any(axis=0))
        if len(rows) == 1:
            evidence.say("one_row", row=int(rows[0]))
            return
        if len(columns) == 1:
            evidence.say("one_column", column=int(columns[0]))
            return
    if want.size > 1 and bool(
        np.all(close(np.sort(want.ravel()), np.sort(got.ravel())))
    ):
        evidence.say("reordered")
        return
    if want.size == 1:
        _one_number(path, float(want.flat[0]), float(got.flat[0]), evidence)
    if want.size > 1:
        with np.errstate(all="ignore"):
            signs = np.all(np.sign(want[wrong]) == -np.sign(got[wrong]))
            if signs and bool(np.all(close(np.abs(want), np.abs(got)))):
                evidence.say("some_signs")
                return
        share = int(wrong.sum())
        if share < want.size:
            evidence.say("some", wrong=share, size=want.size)
        else:
            _direction(path, want, got, evidence)


def _one_number(path: str, want: float, got: float, evidence: Evidence) -> None:
    """Say on which side of the expected number another one lies."""
    if want * got < 0:
        evidence.say(
            "wrong_sign_negative" if got < 0 else "wrong_sign_positive", path=path
        )
    elif got == 0:
        evidence.say("is_zero", path=path)
    else:
        evidence.say("too_large" if got > want else "too_small", path=path)


def _direction(
    path: str, want: np.ndarray, got: np.ndarray, evidence: Evidence
) -> None:
    """Say what all entries of a wrong array have in common, if anything."""
    if np.all(np.isfinite(want)) and np.all(want > 0) and np.any(got < 0):
        evidence.say("negative_entries", path=path)
    elif np.all(got > want):
        evidence.say("all_too_large", path=path)
    elif np.all(got < want):
        evidence.say("all_too_small", path=path)
    elif np.all(np.abs(got) >= np.abs(want)) and np.all(got * want >= 0):
        evidence.say("all_further", path=path)
    elif np.all(np.abs(got) <= np.abs(want)) and np.all(got * want >= 0):
        evidence.say("all_nearer", path=path)


def _same_as_input(got: np.ndarray, inputs: Mapping[str, object]) -> str | None:
    """Return the name of an input that was handed back as it came, if it tells."""
    for name, value in inputs.items():
        items = value.items() if isinstance(value, dict) else [(None, value)]
        for key, item in items:
            array = resolve(item)
            if not isinstance(array, np.ndarray | int | float):
                continue
            array = np.asarray(array)
            if array.dtype.kind not in "iuf" or array.shape != got.shape:
                continue
            # Zeros and ones come about in too many ways to be anybody's input.
            if not np.isin(array, (0, 1)).all() and bool(np.all(close(array, got))):
                return name if key is None else f'{name}["{key}"]'
    return None


def _ratio(want: np.ndarray, got: np.ndarray) -> float | None:
    """Return the constant by which an answer is too large, if there is one."""
    significant = np.abs(want) > 1e-9 * np.abs(want).max(initial=0.0)
    if not significant.any() or np.any(np.abs(got[~significant]) > 1e-9):
        return None
    with np.errstate(all="ignore"):
        ratios = got[significant] / want[significant]
    ratio = float(np.median(ratios))
    if not math.isfinite(ratio) or ratio == 0:
        return None
    return ratio if np.allclose(ratios, ratio, rtol=1e-6, atol=0) else None


def _constant(values: np.ndarray) -> bool:
    spread = float(np.ptp(values))
    return spread <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _constant_along(values: np.ndarray, axis: int) -> bool:
    spread = float(np.ptp(values, axis=axis).max())
    return spread <= 1e-9 * max(float(np.abs(values).max()), 1e-300)


def _examples(inputs: Mapping[str, object]) -> int | None:
    """Return the number of columns of the first matrix among the inputs."""
    for value in inputs.values():
        for item in value.values() if isinstance(value, dict) else [value]:
            array = resolve(item)
            if isinstance(array, np.ndarray) and array.ndim == 2:
                return array.shape[1]
    return None


def _quantities(inputs: Mapping[str, object]) -> list[tuple[float, str]]:
    """List numbers of a case that a factor may come from, with their names."""
    found: list[tuple[float, str]] = []
    for name, value in inputs.items():
        array = resolve(value)
        if isinstance(array, np.ndarray) and array.ndim == 2:
            rows, columns = array.shape
            found.append(
                (float(columns), text("checks.quantity.columns", name=name, n=columns))
            )
            found.append((float(rows), text("checks.quantity.rows", name=name, n=rows)))
        elif isinstance(array, bool):
            continue
        elif isinstance(array, int | float):
            found.append(
                (
                    float(array),
                    text("checks.quantity.value", name=name, n=number(array)),
                )
            )
    return found


def _name_of_ratio(ratio: float, inputs: Mapping[str, object]) -> str | None:
    """Say where a factor comes from, if a number of the case explains it."""
    if math.isclose(ratio, 2, rel_tol=1e-6) or math.isclose(ratio, 0.5, rel_tol=1e-6):
        plain_factor = text("checks.quantity.two")
    else:
        plain_factor = None
    shapes: list[str] = []
    for value, name in _quantities(inputs):
        if value in (0.0, 1.0) or not math.isfinite(value):
            continue
        forms = {"same": value, "inverse": 1 / value, "rest": 1 - value}
        if value != 1:
            forms["inverse_rest"] = 1 / (1 - value)
        for form, candidate in forms.items():
            if form.endswith("rest") and not 0 < value < 1:
                continue
            if math.isclose(ratio, candidate, rel_tol=1e-6):
                shapes.append(text(f"checks.quantity.{form}", name=name))
    for sentence in itertools.islice(shapes, 1):
        return sentence
    return plain_factor


def _where(results: list[Result], first: Difference, evidence: Evidence) -> None:
    """Say which results are right, where some are."""
    right = [result.name for result in results if result.right]
    wrong = [result.name for result in results if not result.right]
    if right and len(results) > 1:
        names = ", ".join(right[:6]) + (", ..." if len(right) > 6 else "")
        evidence.say("right_ones", names=names)
        if len(wrong) > 1:
            names = ", ".join(wrong[:6]) + (", ..." if len(wrong) > 6 else "")
            evidence.say("wrong_ones", telling=False, names=names)
    elif len(wrong) == 1 and first.kind != "relation":
        # A relation judges a result as a whole: it counts no leaves.
        result = next(r for r in results if not r.right)
        total = result.leaves
        bad = len(result.differences)
        if total > 1 and bad < total:
            evidence.say("some_leaves", bad=bad, total=total, name=result.name)
