"""Public and hidden cases differ in their values, not in their kind.

A learner who passes all public cases must not lose marks because a hidden case
is the first with a fraction, a negative number, a single example or a default
argument. And sizes of different meaning differ within a case, so that a sum over
the wrong axis never has the right shape by accident.
"""

import ast
import re
from collections.abc import Iterator, Mapping

import numpy as np

from helpers.checks.cases import Case, FunctionCases
from helpers.checks.contract import in_another_order
from helpers.checks.recognition import named_inputs
from helpers.checks.values import resolve

HUGE, TINY = 500.0, 1e-6
SHAPE = re.compile(
    r"^\s*(?P<names>\w+(?:, \w+)*) : .*of shape \((?P<shape>[^()]*)\)", re.MULTILINE
)


def kinds_of(function: FunctionCases, case: Case) -> set[str]:
    """Describe the kind of a case in words, one for each property.

    Such as ``"X: negative"``, ``"X: one in axis 1"`` or ``"rate: left out"``.
    """
    inputs = {k: resolve(v) for k, v in named_inputs(function, case).items()}
    kinds = {f"{name}: left out" for name in function.parameters if name not in inputs}
    if in_another_order(inputs):
        kinds.add("keys in another order")
    for name, value in inputs.items():
        kinds |= {f"{where}: {what}" for where, what in _kinds(value, name)}
    return kinds


def _kinds(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        weights = sum(str(key).lstrip("d").startswith("W") for key in value)
        for least in (2, 3):
            if weights >= least:
                yield name, f"{least} layers or more"
        if weights == 1:
            yield name, "one layer"
        for key, item in value.items():
            yield from _kinds(item, f"{name}[{re.sub(r'[0-9]+', '', str(key))}]")
    elif isinstance(value, list | tuple):
        yield name, f"{type(value).__name__} of {min(len(value), 3)}"
        for item in value:
            yield from _kinds(item, f"{name}[]")
    elif isinstance(value, str):
        yield name, repr(value)
    elif value is None or isinstance(value, bool):
        # A switch of what is printed changes nothing that is judged.
        return
    else:
        yield from _number_kinds(np.asarray(value), name, isinstance(value, np.ndarray))


def _number_kinds(
    array: np.ndarray, name: str, is_array: bool
) -> Iterator[tuple[str, str]]:
    yield name, f"{'array of ' if is_array else ''}{array.dtype.name}"
    if is_array:
        yield name, f"{array.ndim} axes"
        for axis, length in enumerate(array.shape):
            yield name, f"{'one' if length == 1 else 'several'} in axis {axis}"
    numbers = array.astype(np.float64)
    size = np.abs(numbers)
    for what, there in (
        ("negative", numbers < 0),
        ("positive", numbers > 0),
        ("zero", numbers == 0),
        ("fraction", numbers % 1 != 0),
        ("huge", size > HUGE),
        ("tiny", (size > 0) & (size < TINY)),
    ):
        if np.any(there):
            yield name, what


def new_kinds(function: FunctionCases) -> list[str]:
    """Return the kinds of hidden cases that no public case has."""
    public: set[str] = set()
    hidden: set[str] = set()
    for case in function.cases:
        (hidden if case.hidden else public).update(kinds_of(function, case))
    return sorted(hidden - public)


def equal_sizes(function: FunctionCases, source: str) -> list[tuple[int, str]]:
    """Return the cases in which sizes of different meaning are equal.

    What an axis means says the docstring (``X : ndarray of shape (n_x, m)``); the
    widths of a network's layers are compared with the number of examples. With each
    comes the pair of sizes in words.
    """
    shapes = _shapes(source, function.name)
    found = []
    for index, case in enumerate(function.cases):
        inputs = {k: resolve(v) for k, v in named_inputs(function, case).items()}
        sizes = _sizes(inputs, shapes)
        names = [name for name in sizes if sizes[name] > 1]
        pairs = [
            f"{one} and {other} are both {sizes[one]}"
            for i, one in enumerate(names)
            for other in names[i + 1 :]
            if sizes[one] == sizes[other]
        ]
        widths = _widths(inputs)
        if sizes.get("m", 1) in widths - {1}:
            pairs.append(f"m and a width are both {sizes['m']}")
        found += [(index, pair) for pair in pairs]
    return found


def _shapes(source: str, name: str) -> dict[str, list[str]]:
    """Return the symbols of each parameter's shape, as the docstring has them."""
    tree = ast.parse(source)
    node = next(
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name
    )
    text = (ast.get_docstring(node) or "").partition("Returns\n")[0]
    return {
        parameter: [symbol.strip() for symbol in match["shape"].split(",")]
        for match in SHAPE.finditer(text)
        for parameter in match["names"].split(", ")
    }


def _sizes(
    inputs: Mapping[str, object], shapes: Mapping[str, list[str]]
) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for parameter, symbols in shapes.items():
        value = inputs.get(parameter)
        if isinstance(value, np.ndarray) and value.ndim == len(
            [s for s in symbols if s]
        ):
            for symbol, length in zip(symbols, value.shape):
                if symbol.isidentifier():
                    sizes.setdefault(symbol, length)
    return sizes


def _widths(inputs: Mapping[str, object]) -> set[int]:
    return {
        length
        for value in inputs.values()
        if isinstance(value, dict)
        for key, array in value.items()
        if str(key).startswith("W") and isinstance(array, np.ndarray)
        for length in array.shape
    }
