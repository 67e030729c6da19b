"""What checks can carry: plain values, their names, and their JSON form.

A plain value is None, bool, int, float, str, a numeric array, or a dict, list
or tuple of plain values. Inputs may also be a sample of a data set or a
function of ``helpers``. Nothing else is read, so that no object of a learner's
class ever takes part in a comparison.
"""

import array
import base64
import binascii
import importlib
import math
import numbers
import types
from collections import deque
from collections.abc import Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from itertools import islice
from typing import Any

import numpy as np

from helpers.samples import Sample
from helpers.strings import text

MAX_BYTES = 64_000_000
MAX_DEPTH = 10
MAX_ITEMS = 20_000
MAX_KEY = 200  # characters of a key, each of which is compared with what was expected


class Unsupported(ValueError):
    """A value that no check can carry; the message says where and what."""


@dataclass(frozen=True)
class Unreadable:
    """Stands for a part of an answer that is no plain value."""

    kind: str  # name of its type, shortened


# Read as lists: what a loop over them would give.
_SEQUENCES = (deque, range, array.array, KeysView, ValuesView, Iterator)


_LEAVES = frozenset([type(None), bool, float, int, str])
_NUMBERS = (numbers.Real, np.number, np.bool_, Decimal)
# Far more digits than a float has; nothing that a number can be is an error.
_ROUGH = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


class _Budget:
    """Bytes and items that one value may still use."""

    def __init__(self) -> None:
        self.bytes = MAX_BYTES
        self.items = MAX_ITEMS

    @property
    def spent(self) -> bool:
        """Whether nothing more may be used."""
        return self.bytes < 0 or self.items < 0

    def spend(self, path: str, nbytes: int) -> None:
        self.bytes -= nbytes
        self.items -= 1
        if self.spent:
            raise Unsupported(text("checks.carry.large", path=path))


def plain(
    value: object, name: str = "value", *, inputs: bool = False, answer: bool = False
) -> object:
    """Copy a value into built-in types and base-class arrays of its own memory.

    Samples and functions of `helpers` are allowed in `inputs`. A part of an `answer`
    that is no plain value becomes `Unreadable`, so that the other parts can still be
    judged; otherwise it raises Unsupported, as does a whole that is too large.

    Examples
    --------
    >>> plain({"W": np.ones((1, 2)), "n": np.int64(3)})["n"]
    array(3)
    """
    return _Reader(inputs, answer).read(value, name, 0)


class _Reader:
    """Copies one value; its parts share one budget."""

    def __init__(self, inputs: bool, answer: bool) -> None:
        self._inputs = inputs
        self._answer = answer
        self._budget = _Budget()

    def read(self, value: object, path: str, depth: int) -> object:
        try:
            if depth > MAX_DEPTH:
                raise Unsupported(text("checks.carry.deep", path=path))
            # First of all, as to tell what a value is takes longest where it is a leaf.
            if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
                return self._array(value, path)
            if type(value) in _LEAVES:
                return self._leaf(value, path)
            if isinstance(value, dict | list | tuple):
                return self._container(value, path, depth)
            if self._answer and isinstance(value, np.ndarray):
                # Texts, as np.unique gives them, are a list of texts.
                few = value.ndim < 2 and value.size <= MAX_ITEMS
                if value.dtype.kind == "U" and few:
                    return self.read(np.asarray(value).tolist(), path, depth)
            if self._answer and (
                isinstance(value, (*_SEQUENCES, Mapping)) or _holds_objects(value)
            ):
                return self._container(value, path, depth)
            return self._leaf(value, path)
        except Exception as error:  # of a class or a generator of the answer's own
            if not self._answer or self._budget.spent:
                raise
            if depth == 0 and not isinstance(error, Unsupported):
                raise
            return Unreadable(_kind_of(value))

    def _container(self, value: Any, path: str, depth: int) -> object:
        self._budget.spend(path, 8)
        if isinstance(value, dict | Mapping):
            pairs = (
                dict.items(value)
                if isinstance(value, dict)
                else islice(Mapping.items(value), MAX_ITEMS + 1)
            )
            return {
                name: self.read(item, f"{path}[{name!r}]", depth + 1)
                for name, item in ((self._key(key, path), item) for key, item in pairs)
            }
        if isinstance(value, list):
            base: type = list
            items = list.__iter__(value)
        elif isinstance(value, tuple):
            base = tuple
            items = tuple.__iter__(value)
        else:
            # One more than is allowed, so that an endless one is refused.
            base, items = list, islice(iter(value), MAX_ITEMS + 1)
        return base(
            self.read(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(items)
        )

    def _key(self, key: object, path: str) -> str | int:
        if isinstance(key, str):
            if str.__len__(key) > MAX_KEY:
                raise Unsupported(text("checks.carry.large", path=path))
            return str.__str__(key)
        if isinstance(key, int | np.integer) and type(key) is not bool:
            number = int(key)
            if number.bit_length() > 63:
                raise Unsupported(text("checks.carry.long", path=path))
            return number
        raise Unsupported(text("checks.carry.key", path=path))

    def _leaf(self, value: object, path: str) -> object:
        kind = type(value)
        if value is None or kind in (bool, float):
            self._budget.spend(path, 8)
            return value
        if isinstance(value, np.ndarray | np.generic) and not isinstance(value, str):
            return self._array(value, path)
        if isinstance(value, str):
            self._budget.spend(path, len(value))
            return str.__str__(value)
        if isinstance(value, int):
            self._budget.spend(path, 8)
            number = int.__int__(value)
            if number.bit_length() > 63:
                if self._answer:
                    return _as_float(number)
                raise Unsupported(text("checks.carry.long", path=path))
            return number
        if self._inputs and kind is Sample:
            return value
        if self._inputs and isinstance(value, types.FunctionType) and _is_helper(value):
            return value
        if self._answer and isinstance(value, numbers.Real | Decimal):
            self._budget.spend(path, 8)
            return _as_float(value)
        raise Unsupported(text("checks.carry.kind", path=path, kind=kind.__name__))

    def _array(self, value: np.ndarray | np.generic, path: str) -> np.ndarray:
        copy = np.array(value, copy=True, subok=False)
        if copy.dtype.kind == "O" and self._answer:
            copy = _numbers_of_objects(copy)
        if copy.dtype.kind not in "biuf":
            raise Unsupported(text("checks.carry.dtype", path=path, dtype=copy.dtype))
        if copy.dtype.itemsize > 8:
            with np.errstate(over="ignore"):
                copy = copy.astype(np.float64)
        if not copy.dtype.isnative:
            copy = copy.astype(copy.dtype.newbyteorder("="))
        self._budget.spend(path, copy.nbytes)
        if copy.flags.c_contiguous:
            return copy
        return np.ascontiguousarray(copy).reshape(copy.shape)


def _holds_objects(value: object) -> bool:
    """Tell whether an array holds arrays or lists, one behind the other."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "O"
        and value.ndim == 1
        and any(isinstance(item, np.ndarray | list | tuple | dict) for item in value)
    )


def _kind_of(value: object) -> str:
    """Name the type of a value, of an array that of its entries too."""
    kind = type(value).__name__
    if isinstance(value, np.ndarray | np.generic):
        dtype = np.asarray(value).dtype
        # NumPy's name of texts counts bits, as in str192.
        kind = f"{kind} of dtype {'str' if dtype.kind in 'US' else dtype.name}"
    return kind[:60]


def _numbers_of_objects(array: np.ndarray) -> np.ndarray:
    """Return an array of Python numbers as an array of floats, or as it is."""
    if array.size > MAX_ITEMS:
        return array
    items = array.ravel().tolist()
    if all(isinstance(item, _NUMBERS) for item in items):
        return np.array([_as_float(item) for item in items]).reshape(array.shape)
    return array


def _as_float(value: Any) -> float:
    """Return the float that is nearest to a number of any size; see `plain`.

    Examples
    --------
    >>> _as_float(Decimal("0.25")), _as_float(-(10**400))
    (0.25, -inf)
    """
    if isinstance(value, Decimal):
        # Rounded first: the time that a text takes grows with its digits.
        value = _ROUGH.plus(value)
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _is_helper(function: types.FunctionType) -> bool:
    module = function.__module__ or ""
    return module.startswith("helpers.") and function.__qualname__.isidentifier()


def leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    """Walk a plain value and yield each leaf with its name.

    Such as ``('grads["dW1"]', array)`` or ``('caches[0][1]', array)``.

    Examples
    --------
    >>> [path for path, leaf in leaves({"a": 1, "b": (2, 3)}, "cache")]
    ['cache["a"]', 'cache["b"][0]', 'cache["b"][1]']
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}[{_quoted(key)}]")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from leaves(item, f"{name}[{i}]")
    else:
        yield name, value


def _quoted(key: str | int) -> str:
    return f'"{key}"' if isinstance(key, str) else str(key)


def size_of(value: object) -> int:
    """Return the bytes that the numbers and texts of a plain value take."""
    total = 0
    for _, leaf in leaves(value, ""):
        if isinstance(leaf, np.ndarray):
            total += leaf.nbytes
        else:
            total += len(leaf) if isinstance(leaf, str) else 8
    return total


def resolve(value: object) -> object:
    """Put arrays in the place of samples, everywhere in an input."""
    if isinstance(value, dict):
        return {key: resolve(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(resolve(item) for item in value)
    return value.resolve() if type(value) is Sample else value


def same_inputs(one: object, other: object) -> bool:
    """Tell whether two plain inputs are the same to 1e-9.

    Processors and mathematical libraries differ in the last bits, so inputs
    that were computed are not compared bit by bit.
    """
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and list(one) == list(other)
            and all(same_inputs(one[key], other[key]) for key in one)
        )
    if isinstance(one, list | tuple):
        return (
            type(one) is type(other)
            and len(one) == len(other)
            and all(map(same_inputs, one, other))
        )
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype.kind == other.dtype.kind
            and one.shape == other.shape
            and bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
        )
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (
            math.isnan(one) and math.isnan(other)
        )
    return type(one) is type(other) and one == other


def encode(value: object, *, compact: bool = False) -> object:
    """Turn a plain value, a sample or a function of helpers into what JSON carries.

    `compact` makes arrays base64 (for a pipe) instead of lists of numbers (for a file
    that people compare).

    Examples
    --------
    >>> encode((1, 2.5))
    {'tuple': [1, 2.5]}
    """
    if isinstance(value, np.ndarray):
        body = {"dtype": value.dtype.name, "shape": list(value.shape)}
        if compact:
            body["base64"] = base64.b64encode(value.tobytes()).decode("ascii")
        elif value.dtype.kind == "f":
            flat = value.ravel().tolist()
            if value.dtype.itemsize < 8:
                # The shortest text that reads back as the same float32.
                flat = [float(str(number)) for number in value.ravel()]
            body["data"] = [_number(number) for number in flat]
        else:
            body["data"] = value.ravel().tolist()
        return {"array": body}
    if isinstance(value, dict):
        return {"dict": [[key, encode(v, compact=compact)] for key, v in value.items()]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [encode(item, compact=compact) for item in value]}
    if isinstance(value, float):
        return _number(value)
    if type(value) is Sample:
        return {"sample": value.describe()}
    if type(value) is Unreadable:
        return {"unreadable": value.kind}
    if isinstance(value, types.FunctionType):
        return {"function": f"{value.__module__}.{value.__qualname__}"}
    return value


def _number(number: float) -> float | dict:
    return number if math.isfinite(number) else {"float": repr(number)}


def decode(form: object, *, inputs: bool = False) -> object:
    """Turn the JSON form of a plain value back into the value.

    The form may come from a stranger: sizes are bounded, dtypes are named ones and
    nothing is imported but functions of `helpers`, and those, as samples, only in
    `inputs`. Raises Unsupported if the form is not one that `encode` makes.
    """
    return _decode(form, _Budget(), inputs, 0)


# A case for each kind of value.
def _decode(  # noqa: C901
    form: object, budget: _Budget, inputs: bool, depth: int
) -> object:
    if depth > MAX_DEPTH:
        raise Unsupported("nested too deeply")
    if form is None or isinstance(form, bool | float):
        budget.spend("value", 8)
        return form
    if isinstance(form, int):
        budget.spend("value", 8)
        if form.bit_length() > 63:
            raise Unsupported("an integer of more than 63 bits")
        return form
    if isinstance(form, str):
        budget.spend("value", len(form))
        return form
    if not isinstance(form, dict) or len(form) != 1:
        raise Unsupported("not a value")
    ((kind, body),) = form.items()
    if kind == "array":
        return _decode_array(body, budget)
    if kind == "float" and body in ("nan", "inf", "-inf"):
        budget.spend("value", 8)
        return float(body)
    if kind in ("list", "tuple") and isinstance(body, list):
        budget.spend("value", 8)
        items = [_decode(item, budget, inputs, depth + 1) for item in body]
        return items if kind == "list" else tuple(items)
    if kind == "dict" and isinstance(body, list):
        budget.spend("value", 8)
        decoded = {}
        for pair in body:
            if not (
                isinstance(pair, list)
                and len(pair) == 2
                and _is_key(pair[0])
                and pair[0] not in decoded
            ):
                raise Unsupported("not a dict")
            decoded[pair[0]] = _decode(pair[1], budget, inputs, depth + 1)
        return decoded
    if kind == "unreadable" and isinstance(body, str) and not inputs:
        budget.spend("value", 8)
        return Unreadable(body[:60])
    if inputs and kind == "sample" and isinstance(body, dict):
        return Sample.from_description(body)
    if inputs and kind == "function" and isinstance(body, str):
        module, _, name = body.rpartition(".")
        if module.startswith("helpers.") and name.isidentifier():
            return getattr(importlib.import_module(module), name)
    raise Unsupported("not a value")


def _is_key(form: object) -> bool:
    if type(form) is int:
        return form.bit_length() <= 63
    return type(form) is str and len(form) <= MAX_KEY


_DTYPES = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
    ]
)


def _decode_array(body: Any, budget: _Budget) -> np.ndarray:
    name = body.get("dtype") if isinstance(body, dict) else None
    if not isinstance(name, str) or name not in _DTYPES:
        raise Unsupported("not an array")
    shape = body.get("shape")
    if not (
        isinstance(shape, list)
        and len(shape) <= 8
        and all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape)
    ):
        raise Unsupported("not the shape of an array")
    dtype = np.dtype(name)
    count = math.prod(shape)
    budget.spend("array", count * dtype.itemsize)
    if "base64" in body:
        try:
            raw = binascii.a2b_base64(body["base64"], strict_mode=True)
        except (ValueError, TypeError) as error:
            raise Unsupported("not the numbers of an array") from error
        if len(raw) != count * dtype.itemsize:
            raise Unsupported("an array of another length than its shape")
        # A function may resize in place what another has returned: it is a copy.
        return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    data = body.get("data")
    if not isinstance(data, list) or len(data) != count:
        raise Unsupported("an array of another length than its shape")
    try:
        flat = [float(n["float"]) if isinstance(n, dict) else n for n in data]
        with np.errstate(over="ignore"):  # which may be on purpose
            return np.array(flat, dtype=dtype).reshape(shape)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Unsupported("not the numbers of an array") from error
