"""Comparing an answer with the expected one, leaf by leaf and result by result."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from helpers.checks.tolerances import as_array, close
from helpers.checks.values import leaves
from helpers.strings import text


@dataclass(frozen=True)
class Signature:
    """How a function's return value divides into named results."""

    form: str  # one value, the elements of a tuple, or the entries of one dict
    # The names in the solution's return statement; one for ``single`` and ``dict``.
    names: tuple[str, ...]

    def split(self, value: Any) -> dict[str, object]:
        """Divide an expected value into its named results."""
        if self.form == "tuple":
            return dict(zip(self.names, value))
        if self.form == "dict":
            name = self.names[0]
            return {f'{name}["{key}"]': item for key, item in value.items()}
        return {self.names[0]: value}


@dataclass(frozen=True)
class Difference:
    """One leaf that is not as expected."""

    path: str  # name of the leaf, such as ``grads["dW1"]``
    # ``missing``, ``extra``, ``type``, ``rank``, ``shape``, ``not finite``, ``value``,
    # ``relation`` or ``contract``; of the last two ``expected`` says why.
    kind: str
    # The plain leaves; ``returned`` is None where it is missing.
    expected: object
    returned: object
    near: str = ""  # a key of the answer that is spelled nearly like the missing one


@dataclass
class Result:
    """A named result with what is wrong about it."""

    name: str  # as in the solution's return statement
    # Empty where the result is right.
    differences: list[Difference] = field(default_factory=list)
    # The plain result that was expected, and the one that was returned; None where they
    # are of no use.
    expected: object = None
    returned: object = None

    @property
    def leaves(self) -> int:
        """How many leaves the expected result has."""
        return sum(1 for _ in leaves(self.expected, ""))

    @property
    def right(self) -> bool:
        """Whether the result is right as a whole."""
        return not self.differences


_MISSING = object()
# A key that is repeated in a sentence is a learner's.
MAX_KEY = 20
MOST_EXTRA = 100  # entries that were not asked for, of one dictionary
MOST_NEAR = 100  # keys among which a misspelled one is looked for


@dataclass(frozen=True)
class Rules:
    """What counts beyond the values, in a comparison."""

    # Whether an additional entry of a dict or element of a tuple is wrong; elsewhere
    # `additional` names it.
    exact: bool = False
    # Whether numbers were computed in single precision, though some were returned in
    # double.
    single: bool = False


MARKS = Rules()
SAME = Rules(exact=True)


def compare(
    signature: Signature, expected: object, returned: object, rules: Rules = MARKS
) -> list[Result]:
    """Compare a returned value with the expected one.

    Returns a result for each named one, in order, and one for each additional entry
    where that is wrong.
    """
    wanted = signature.split(expected)
    more: list[Result] = []
    if signature.form == "tuple":
        if _is_wrapped(returned, len(wanted)):
            whole = Difference(text("checks.whole"), "type", expected, returned)
            return [Result(name, [whole], item) for name, item in wanted.items()]
        if isinstance(returned, np.ndarray) and returned.shape == (len(wanted),):
            # Numbers in an array instead of a tuple.
            returned = [np.asarray(item) for item in returned]
        if isinstance(returned, list | tuple):
            got = [
                returned[i] if i < len(returned) else _MISSING
                for i in range(len(wanted))
            ]
        else:
            # One value where several belong: the first name gets it.
            got = [returned] + [_MISSING] * (len(wanted) - 1)
    elif isinstance(expected, dict) and signature.form == "dict":
        returned = _first_of_more(expected, returned)
        if isinstance(returned, dict):
            got = [returned.get(key, _MISSING) for key in expected]
            if rules.exact:
                extra = dict(_extra(expected, returned))
                more = [
                    Result(key, [Difference(key, "extra", None, item)])
                    for key, item in signature.split(extra).items()
                ]
        else:
            name = signature.names[0]
            difference = Difference(name, "type", expected, returned)
            return [Result(key, [difference], wanted[key]) for key in wanted]
    else:
        got = [_first_of_more(expected, returned)]
    results = [
        Result(
            name,
            compare_value(item, other, name, rules),
            item,
            None if other is _MISSING else other,
        )
        for (name, item), other in zip(wanted.items(), got)
    ]
    if signature.form == "dict" and isinstance(expected, dict):
        for key, result in zip(expected, results):
            if result.returned is None:
                near = _near(key, returned)
                result.differences = [
                    replace(item, near=near if item.kind == "missing" else "")
                    for item in result.differences
                ]
    return results + more


def _is_wrapped(returned: object, count: int) -> bool:
    """Tell whether several results came inside a tuple of one element."""
    return (
        isinstance(returned, tuple)
        and len(returned) == 1 < count
        and isinstance(returned[0], tuple)
        and len(returned[0]) == count
    )


def _near(key: object, returned: object) -> str:
    """Return the key of a dictionary that is spelled nearly like a missing one."""
    if not isinstance(key, str) or not isinstance(returned, dict):
        return ""
    plain = key.replace("_", "").lower()
    for other in islice(returned, MOST_NEAR):
        if isinstance(other, str) and other.replace("_", "").lower() == plain:
            return other[:MAX_KEY]
    return ""


def additional(signature: Signature, expected: object, returned: object) -> list[str]:
    """Name the parts of an answer that were not asked for, as ``parameters["A1"]``."""
    strict = compare(signature, expected, returned, SAME)
    found = [
        difference.path
        for result in strict
        for difference in result.differences
        if difference.kind == "extra"
    ]
    if signature.form == "tuple" and isinstance(returned, list | tuple):
        places = range(len(signature.names), len(returned))
        found += [text("checks.result", i=i + 1) for i in places]
    elif isinstance(returned, tuple) and (
        _first_of_more(expected, returned) is returned[:1][0] if returned else False
    ):
        found += [text("checks.result", i=i + 1) for i in range(1, len(returned))]
    return found


def _first_of_more(expected: object, returned: Any) -> Any:
    """Take the first of several returned values where one is asked for."""
    if not isinstance(returned, tuple) or len(returned) < 2:
        return returned
    if isinstance(expected, list | tuple):
        return returned
    for form in (dict, str):
        if isinstance(expected, form) and not isinstance(returned[0], form):
            return returned
    if isinstance(expected, np.ndarray) and isinstance(returned[0], tuple | list):
        rows = as_array(returned)
        # A matrix as a tuple of rows is one result, not several.
        if isinstance(rows, np.ndarray) and rows.shape == expected.shape:
            return rows
    return returned[0]


def compare_value(
    expected: object, returned: object, path: str, rules: Rules = MARKS
) -> list[Difference]:
    """List the leaves of one value that are not as expected.

    Examples
    --------
    >>> compare_value(0.5, np.array([[0.5]]), "cost")
    []
    >>> compare_value(np.ones((2, 1)), np.ones(2), "w")[0].kind
    'rank'
    """
    if returned is _MISSING:
        return [Difference(path, "missing", expected, None)]
    if isinstance(expected, dict):
        if not isinstance(returned, dict):
            return [Difference(path, "type", expected, returned)]
        found = []
        for key, item in expected.items():
            if key not in returned:
                place, near = _entry(path, key), _near(key, returned)
                found.append(Difference(place, "missing", item, None, near))
            else:
                found += compare_value(item, returned[key], _entry(path, key), rules)
        if rules.exact:
            found += [
                Difference(_entry(path, key), "extra", None, item)
                for key, item in _extra(expected, returned)
            ]
        return found
    if isinstance(expected, list | tuple):
        return _compare_sequence(expected, returned, path, rules)
    if isinstance(expected, str) or expected is None:
        same = type(returned) is type(expected) and returned == expected
        return [] if same else [Difference(path, "value", expected, returned)]
    return _compare_numbers(expected, returned, path, rules)


def _extra(expected: dict, returned: dict) -> Iterator[tuple[Any, object]]:
    """Yield the entries that were not asked for; of very many, the first ones."""
    extra = ((key, item) for key, item in returned.items() if key not in expected)
    return islice(extra, MOST_EXTRA)


def _entry(path: str, key: object) -> str:
    return f'{path}["{key}"]' if isinstance(key, str) else f"{path}[{key}]"


def _compare_sequence(
    expected: list | tuple, returned: object, path: str, rules: Rules
) -> list[Difference]:
    if isinstance(returned, np.ndarray) and returned.ndim == 1:
        # A list of numbers may come as an array.
        returned = list(returned)
    if not isinstance(returned, list | tuple):
        return [Difference(path, "type", expected, returned)]
    if len(returned) != len(expected):
        return [Difference(path, "shape", expected, returned)]
    return [
        difference
        for i, item in enumerate(expected)
        for difference in compare_value(item, returned[i], f"{path}[{i}]", rules)
    ]


def _compare_numbers(
    expected: object, returned: object, path: str, rules: Rules
) -> list[Difference]:
    answer = returned
    if isinstance(returned, list | tuple) and isinstance(expected, np.ndarray):
        returned = as_array(returned)
    if not isinstance(returned, bool | int | float | np.ndarray):
        return [Difference(path, "type", expected, returned)]
    wanted, got = np.asarray(expected), np.asarray(returned)
    if wanted.ndim == 0:
        if got.size != 1:
            return [Difference(path, "shape", expected, returned)]
        got = got.reshape(())
    elif got.ndim == 1 and wanted.ndim == 2 and got.size == wanted.size:
        return [Difference(path, "rank", expected, returned)]
    elif got.shape != wanted.shape:
        # Several arrays in a tuple or list are not one with an axis more.
        several = isinstance(answer, list | tuple) and got.ndim > wanted.ndim
        kind, returned = ("type", answer) if several else ("shape", returned)
        return [Difference(path, kind, expected, returned)]
    # Most right answers are the same to the last bit, which is told at once.
    if wanted.dtype == got.dtype and wanted.tobytes() == got.tobytes():
        return []
    if bool(np.all(close(wanted, got, single=rules.single))):
        return []
    finite = np.isfinite(got) if got.dtype.kind == "f" else np.ones(got.shape, bool)
    lost = np.isfinite(wanted) & ~finite if wanted.dtype.kind == "f" else ~finite
    kind = "not finite" if np.any(lost) else "value"
    return [Difference(path, kind, expected, returned)]
