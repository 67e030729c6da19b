"""What names meant at one point of a notebook, and putting that back.

What a learner saw when a check cell ran is what counts, whatever later cells
rebind: a function of theirs, a built-in, a function of NumPy or of ``helpers``.
A moment is shallow copies of dictionaries, and costs a fraction of a millisecond.

It covers names of the notebook, of built-ins, of the watched modules and of all
modules imported since the start; code and default values of the notebook's own
functions; small lists, dictionaries, sets and arrays that the notebook's names
are bound to; NumPy's handling of floating-point errors and the recursion limit.
It does not cover what is inside of nested containers and larger arrays,
attributes of objects and classes, closures, files, or other state of C code.
"""

import builtins
import contextlib
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["Moment", "watch"]

WATCHED = ("cmath", "copy", "itertools", "functools", "math", "random", "time")
NUMPY = ("numpy", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.random")
MOST_ITEMS = 1000
MOST_BYTES = 8_192
MOST_NEW = 200  # modules that the learner imported
MISSING = object()

_modules: dict[str, types.ModuleType] = {}
_known: set[str] = set()


def watch() -> None:
    """Remember which modules there are, before any of the learner's code runs."""
    _known.clear()
    _known.update(sys.modules)
    _modules.clear()
    for name, module in list(sys.modules.items()):
        if name in WATCHED or name in NUMPY or name.split(".")[0] == "helpers":
            _modules[name] = module


class Moment:
    """What names mean now.

    Parameters
    ----------
    namespace : dict
        The notebook's names. They are put back into it, too.

    Attributes
    ----------
    target : dict
        The notebook's names, whatever they mean later.
    namespace : dict of str to object
        What they mean now.
    """

    def __init__(self, namespace: dict[str, object]) -> None:
        self.target = namespace
        self.namespace = dict(namespace)
        new = sorted(set(sys.modules) - _known)[:MOST_NEW] if _known else []
        modules = [*_modules.values(), *map(sys.modules.get, new)]
        own = [vars(m) for m in modules if isinstance(m, types.ModuleType)]
        self._saved = [
            (names, dict(names))
            for names in (vars(builtins), sys.modules, *own)
            if names is not namespace
        ]
        self._held = {
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
        # What is dropped may have a __del__, which must not run half way.
        dropped = [dict(names) for names, _ in self._saved]
        dropped.append(dict(self.target))
        for names, saved in [*self._saved, (self.target, self.namespace)]:
            for key in list(names):
                # Modules imported since then stay: others may hold parts of them.
                if key not in saved and names is not sys.modules:
                    del names[key]
            for key, value in saved.items():
                if names.get(key, MISSING) is not value:
                    names[key] = value
        for value, content in self._held.values():
            _fill(value, content)
        np.seterr(**self._errors)
        with contextlib.suppress(RecursionError):
            sys.setrecursionlimit(self._depth)

    def differs(self, name: str, end: "Moment | None") -> bool:
        """Tell whether a function may give other answers at a later moment.

        Parameters
        ----------
        name : str
            The function.
        end : Moment
            The later moment.

        Returns
        -------
        bool
            True if any name that it reaches has another meaning then.
        """
        if end is None:
            return True
        if any(
            names.get(key, MISSING) is not value
            for (names, saved) in self._saved
            for key, value in saved.items()
        ):
            return True
        for reached in _reached(name, self.namespace) | _reached(name, end.namespace):
            before, after = (m.namespace.get(reached, MISSING) for m in (self, end))
            if before is not after:
                return True
            if reached in self._held and not _same(
                self._held[reached][1], end._held.get(reached, (None, None))[1]
            ):
                return True
        return False


def _is_small(value: Any) -> bool:
    kind = type(value)
    if kind in (list, dict, set):
        return len(value) <= MOST_ITEMS
    if kind is np.ndarray:
        return value.nbytes <= MOST_BYTES and not value.dtype.hasobject
    return kind is types.FunctionType


def _content(value: Any) -> Any:
    if isinstance(value, types.FunctionType):
        return (value.__code__, value.__defaults__, value.__kwdefaults__)
    return value.copy()


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
        function = namespace.get(name)
        if isinstance(function, types.FunctionType):
            waiting += _names(function.__code__)
    return found


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
