"""What names meant at one point of a notebook, and putting that back.

What a learner saw when a check cell ran is what counts, whatever later cells
rebind: a function of theirs, a built-in, a function of NumPy or of ``helpers``.
A moment is shallow copies of dictionaries, and costs a fraction of a millisecond.

It covers names of the notebook, of built-ins, of the watched modules and of all
modules imported since the start; code and default values of the notebook's own
functions; small lists, dictionaries, sets and arrays that the notebook's names
are bound to; attributes of its classes and of their objects; NumPy's handling of
floating-point errors and the recursion limit.
It does not cover what is inside of nested containers and larger arrays, closures,
files, or other state of C code.
"""

import builtins
import contextlib
import ctypes
import functools
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

WATCHED = ("cmath", "copy", "itertools", "functools", "math", "random", "time")
NUMPY = ("numpy", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.random")
MOST_ITEMS = 1000
MOST_BYTES = 8_192
MOST_NEW = 200  # modules that the learner imported
DEPTH = 4  # of functions within functions
MISSING = object()
LRU = type(functools.lru_cache(len))
VERSION = 24  # bytes from the start of a dictionary to the number of its version


def _number_of(names: dict) -> ctypes.c_uint64:
    return ctypes.c_uint64.from_address(id(names) + VERSION)


def _have_numbers() -> bool:
    """Tell whether this interpreter's dictionaries have such numbers: 3.14's do not."""
    if sys.implementation.name != "cpython":
        return False
    names: dict[str, object] = {"a": None}
    version = _number_of(names)
    seen = [version.value]
    names["a"] = 1
    seen.append(version.value)
    names["b"] = 1
    seen.append(version.value)
    del names["b"]
    seen.append(version.value)
    names.clear()
    return len({*seen, version.value}) == 5


HAVE_NUMBERS = _have_numbers()


def version_of(names: dict) -> Callable[[], int | None]:
    """Return what tells the number that each change of a dictionary makes another one.

    It tells None where this interpreter's dictionaries have no such numbers.
    """
    if not HAVE_NUMBERS:
        return lambda: None
    number = _number_of(names)
    return lambda: number.value


class _Names:
    """Names of a module, and the last copy of them.

    To compare all of them with a copy counts a reference to each value, which in a
    forked process copies nearly every page of the one that has imported them.
    """

    def __init__(self, names: dict) -> None:
        self.names = names
        self._version = version_of(names)
        self._copy: dict = {}
        self._copied: int | None = None

    def copy(self) -> tuple[int | None, dict]:
        """Return a number for `touched`, and a copy that nobody may change."""
        version = self._version()
        if version is None or version != self._copied:
            self._copied, self._copy = version, dict(self.names)
        return self._copied, self._copy

    def touched(self, version: int | None, copy: dict) -> bool:
        """Tell whether anything was bound since a copy was made.

        What is the same object is equal without being asked. What else says that it is
        equal, whatever it is, may stay: nothing is known of its content either way.
        """
        if version is not None and self._version() == version:
            return False
        try:
            return self.names != copy
        except Exception:
            return True


_modules = _Names(sys.modules)
_watched = [_Names(vars(builtins)), _modules]
_known: set[str] = set()
_seen: list[tuple[int | None, dict]] = []  # a copy of `sys.modules`, and of those that
_imported: list[_Names] = []  # the learner imported


def watch() -> None:
    """Remember which modules there are, before any of the learner's code runs."""
    _known.clear()
    _known.update(sys.modules)
    del _watched[2:]
    for name, module in list(sys.modules.items()):
        if name in WATCHED or name in NUMPY or name.split(".")[0] == "helpers":
            _watched.append(_Names(vars(module)))
    for names in _watched:
        names.copy()
    _imported.clear()
    _seen[:] = [_modules.copy()]


def _new() -> list[_Names]:
    """Return the names of modules that were imported since `watch`."""
    if _known and _modules.touched(*_seen[0]):
        _seen[:] = [_modules.copy()]
        new = sorted(set(_modules.names) - _known)[:MOST_NEW]
        modules = [_modules.names[name] for name in new]
        _imported[:] = [
            _Names(vars(m)) for m in modules if isinstance(m, types.ModuleType)
        ]
    return _imported


class Moment:
    """What the notebook's names mean now; they are put back into `namespace`, too."""

    def __init__(self, namespace: dict[str, object]) -> None:
        self.target = namespace  # whatever the names mean later
        self.namespace = dict(namespace)
        self._saved = [
            (names, *names.copy())
            for names in (*_watched, *_new())
            if names.names is not namespace
        ]
        self.held = {
            key: (value, _content(value))
            for key, value in self.namespace.items()
            if not key.startswith("_") and _is_small(value)
        }
        self._errors = np.geterr()
        self._depth = sys.getrecursionlimit()

    def restore(self) -> None:
        """Put it back, in place, since functions keep the dictionaries.

        For a forked child: nothing else runs meanwhile.
        """
        touched = [
            (names.names, copy)
            for names, version, copy in self._saved
            if names.touched(version, copy)
        ]
        touched.append((self.target, self.namespace))
        # What is dropped may have a __del__, which must not run half way.
        dropped = [dict(names) for names, _ in touched]
        for names, saved in touched:
            for key in list(names):
                # Modules imported since then stay: others may hold parts of them.
                if key not in saved and names is not _modules.names:
                    del names[key]
            for key, value in saved.items():
                if names.get(key, MISSING) is not value:
                    names[key] = value
        for value, content in self.held.values():
            _fill(value, content)
        np.seterr(**self._errors)
        with contextlib.suppress(RecursionError):
            sys.setrecursionlimit(self._depth)
        dropped.clear()

    def differs(self, name: str, end: "Moment | None") -> bool:
        """Tell whether a function may give other answers at a later moment.

        It may if any name that it reaches has another meaning then.
        """
        if end is None:
            return True
        if any(
            names.names.get(key, MISSING) is not value
            for names, version, copy in self._saved
            if names.touched(version, copy)
            for key, value in copy.items()
        ):
            return True
        for reached in _reached(name, self.namespace) | _reached(name, end.namespace):
            before, after = (m.namespace.get(reached, MISSING) for m in (self, end))
            if before is not after:
                return True
            if reached in self.held and not _same(
                self.held[reached][1], end.held.get(reached, (None, None))[1]
            ):
                return True
        return False


def _is_small(value: Any) -> bool:
    kind = type(value)
    if kind in (list, dict, set):
        return len(value) <= MOST_ITEMS
    if kind is np.ndarray:
        return value.nbytes <= MOST_BYTES and not value.dtype.hasobject
    return kind is types.FunctionType or _attributes(value) is not None


def _is_ours(kind: type) -> bool:
    return vars(kind).get("__module__") == "__main__"


def _attributes(value: Any) -> Mapping[str, Any] | None:
    """Return the attributes of a class of the notebook, or of an object of one."""
    kind = type(value)
    if kind is type:
        own: Mapping[str, Any] = vars(value)
        return own if _is_ours(value) and len(own) <= MOST_ITEMS else None
    if type(kind) is not type or not _is_ours(kind):
        return None
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:  # it has slots
        return None
    return own if type(own) is dict and len(own) <= MOST_ITEMS else None


def _content(value: Any) -> Any:
    if isinstance(value, types.FunctionType):
        return (value.__code__, value.__defaults__, value.__kwdefaults__)
    attributes = _attributes(value)
    return value.copy() if attributes is None else dict(attributes)


def _fill(value: Any, content: Any) -> None:
    """Put the former content into an object."""
    if isinstance(value, types.FunctionType):
        if value.__code__ is not content[0]:
            with contextlib.suppress(ValueError):  # of another number of cells
                value.__code__ = content[0]
        value.__defaults__, value.__kwdefaults__ = content[1:]
    elif isinstance(value, np.ndarray):
        if value.flags.writeable and value.shape == content.shape:
            value[...] = content
    elif type(value) is type:
        for key in set(vars(value)) - set(content):
            with contextlib.suppress(AttributeError, TypeError):
                type.__delattr__(value, key)
        for key, former in content.items():
            if vars(value).get(key, MISSING) is not former:
                with contextlib.suppress(AttributeError, TypeError):
                    type.__setattr__(value, key, former)
    elif (attributes := _attributes(value)) is not None:
        if not _same(attributes, content):
            attributes.clear()  # type: ignore[attr-defined]
            attributes.update(content)  # type: ignore[attr-defined]
    elif isinstance(value, list):
        value[:] = content
    elif not _same(value, content):
        value.clear()
        value.update(content)


def _same(one: Any, other: Any) -> bool:
    """Tell whether two contents hold the same objects, or the same numbers."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        same = one.shape == other.shape and one.dtype == other.dtype
        return bool(same and one.tobytes() == other.tobytes())
    if len(one) != len(other):
        return False
    if isinstance(one, dict):
        return all(other.get(k, MISSING) is value for k, value in one.items())
    if isinstance(one, set):
        return bool(one == other)
    return all(a is b for a, b in zip(one, other))


def _reached(name: str, namespace: Mapping[str, object]) -> set[str]:
    """Return the global names that a function uses, and those that these use."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for code in _codes(namespace.get(name)):
            waiting += _names(code)
    return found


def _codes(value: Any, depth: int = DEPTH) -> Iterator[types.CodeType]:
    """Yield the code of a function, and of those that it wraps or that a class has."""
    kind = type(value)
    inner: list[Any] = []
    if kind is types.FunctionType:
        yield value.__code__
        for cell in value.__closure__ or ():
            with contextlib.suppress(ValueError):  # nothing in it yet
                inner.append(cell.cell_contents)
    elif kind in (staticmethod, classmethod, types.MethodType):
        inner = [value.__func__, getattr(value, "__self__", None)]
    elif kind is functools.partial:
        inner = [value.func, *value.args, *value.keywords.values()]
    elif kind is np.vectorize:
        inner = [value.pyfunc]
    elif kind is LRU:
        inner = [value.__wrapped__]
    elif kind is property:
        inner = [value.fget]
    elif (attributes := _attributes(value)) is not None:
        inner = [*attributes.values(), *([] if kind is type else [kind])]
    for one in inner if depth else ():
        yield from _codes(one, depth - 1)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
