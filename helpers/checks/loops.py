"""Loops of a wrong answer that reach only a part of an array.

Its variables say how far each ``range`` goes, and how large the arrays are that the
loop's variable indexes. At work the function is called once more on a case in which it
is wrong. Where nothing of a learner's is run, its text tells them, as far as they are
sizes of the inputs and whole numbers made of those.
"""

import ast
import math
import operator
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.checks.calls import Asked, call
from helpers.checks.cases import FunctionCases
from helpers.checks.failures import Evaluation, Unknown
from helpers.checks.namespaces import definition_in, definition_of
from helpers.checks.recognition import Run
from helpers.checks.values import resolve
from helpers.strings import text

SECONDS = 3.0
DEEPEST = 3  # calls within calls
LARGEST = 1_000_000
MOST_SOURCE = 5_000  # characters; each name is sought in all of them


@dataclass(frozen=True)
class Place:
    """Where the variable of a loop over ``range`` is an index by itself."""

    loop: ast.Call  # the call of ``range``
    array: str  # the name of what is indexed
    axis: int


def loops_of(
    function: Callable, record: FunctionCases, runs: Sequence[Run]
) -> list[str]:
    """Return a remark on the first loop that leaves out a part of an array.

    Empty where no loop does, or none is certain to: of names that get a value more than
    once nothing is said.
    """
    node = definition_of(function, MOST_SOURCE)
    if node is None:
        return []
    places = list(_places(node))
    run = _first_wrong(runs)
    if not places or run is None:
        return []
    names = _names_at_end(function, record, run)
    outside = getattr(function, "__globals__", {})
    return _remark(places, Evaluation(names, outside), names, record, run)


def loops_in_cells(
    name: str, cells: Sequence[str], record: FunctionCases, runs: Sequence[Run]
) -> list[str]:
    """Return the same remark, told from the text of a notebook's cells alone."""
    node = definition_in(name, cells)
    run = _first_wrong(runs)
    if node is None or run is None:
        return []
    if len(ast.unparse(node)) > MOST_SOURCE:
        return []
    places = list(_places(node))
    if not places:
        return []
    own = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    inputs = dict(zip(own, run.case.args)) | run.case.kwargs
    sizes = Sizes({key: resolve(value) for key, value in inputs.items()})
    sizes.follow(node)
    return _remark(places, sizes, sizes.names, record, run)


def has_loop(
    node: ast.AST, definition: Callable[[str], ast.AST | None], deepest: int = DEEPEST
) -> bool:
    """Tell whether a function has a loop, or another one that it calls.

    `definition` gives the definition of a function of the notebook by its name.
    """
    called: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, LOOPS):
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            called.add(part.func.id)
    inner = (definition(name) for name in sorted(called)) if deepest else ()
    return any(
        one is not None and one is not node and has_loop(one, definition, deepest - 1)
        for one in inner
    )


LOOPS = (ast.For, ast.While, ast.comprehension)


def _first_wrong(runs: Sequence[Run]) -> Run | None:
    wrong = (run for run in runs if not run.right and run.outcome.error is None)
    return next(wrong, None)


def _remark(
    places: Sequence[Place],
    evaluation: "Evaluation | Sizes",
    names: Mapping[str, object],
    record: FunctionCases,
    run: Run,
) -> list[str]:
    for place in places if names else ():
        found = _left_out(place, names, evaluation)
        if found:
            code = ast.unparse(place.loop)
            number = next(i for i, c in enumerate(record.cases, 1) if c is run.case)
            about = {"case": number, "loop": code[:60], "array": place.array}
            lines = found.pop("lines")
            return [text(f"checks.slip.loop_{lines}", **about, **found)]
    return []


class Sizes:
    """Evaluates whole numbers and shapes in the text of a function; runs nothing of it.

    Parameters
    ----------
    names : dict
        The inputs, plain values.
    """

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names

    def follow(self, function: ast.FunctionDef) -> None:
        """Take in the assignments that are made in each call, as far as they are known.

        An array that is made of a shape holds zeros, which take no memory.
        """
        for statement in function.body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
                continue
            target = statement.targets[0]
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            try:
                value = self.of(statement.value)
                values = value if isinstance(target, ast.Tuple) else [value]
                pairs = list(zip(parts, values, strict=True))
            except Exception:  # of arithmetic on a learner's text
                pairs = [(part, Unknown) for part in parts]
            for part, one in pairs:
                if isinstance(part, ast.Name):
                    self.names[part.id] = one

    def of(self, node: ast.AST) -> Any:
        """Return the value of an expression.

        Raises
        ------
        Unknown
            If it is no size; arithmetic may raise what it likes.
        """
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return self._size(node.value)
        if isinstance(node, ast.Name):
            found = self.names.get(node.id, Unknown)
            if found is not Unknown:
                return found
        if isinstance(node, ast.Tuple):
            return tuple(map(self.of, node.elts))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._size(self.of(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in WHOLE:
            left, right = (self._size(self.of(n)) for n in (node.left, node.right))
            return self._size(WHOLE[type(node.op)](left, right))
        if isinstance(node, ast.Attribute):
            value = self.of(node.value)
            if isinstance(value, np.ndarray) and node.attr in ("shape", "size", "T"):
                return getattr(value, node.attr)
        if isinstance(node, ast.Subscript):
            value = self.of(node.value)
            if isinstance(value, tuple | list):
                return value[self.of(node.slice)]
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if isinstance(value, dict) and isinstance(key, str):
                return value[key]
        if isinstance(node, ast.Call):
            return self._made(node)
        raise Unknown

    def _size(self, value: object) -> int:
        if type(value) is not int or abs(value) > LARGEST:
            raise Unknown
        return value

    def _made(self, node: ast.Call) -> Any:
        called = ast.unparse(node.func)
        first = self.of(node.args[0])
        if called == "len" and isinstance(first, np.ndarray | list | tuple | dict):
            return len(first)
        name = called.removeprefix("np.").removeprefix("numpy.")
        shape = first if isinstance(first, tuple) else (first,)
        if name in ("zeros_like", "ones_like", "empty_like"):
            shape = first.shape
        elif name in ("random.randn", "random.rand"):
            shape = tuple(map(self.of, node.args))
        elif name not in ("zeros", "ones", "empty"):
            raise Unknown
        sizes = [self._size(size) for size in shape]
        if math.prod(sizes) > LARGEST:
            raise Unknown
        return np.broadcast_to(0.0, sizes)


WHOLE: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _places(function: ast.FunctionDef) -> Iterator[Place]:
    """Yield where loops index arrays, as far as their names have one meaning."""
    # A loop in a branch may not have run, and one in a function has other names.
    for loop in _always_run(function):
        if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
            continue
        counted = loop.iter
        if not isinstance(counted, ast.Call) or counted.keywords:
            continue
        if ast.unparse(counted.func) != "range":
            continue
        if not all(_once(function, name) for name in _names_of(counted)):
            continue
        inside = [n for statement in loop.body for n in ast.walk(statement)]
        yield from _indexed(function, inside, loop.target.id, counted)


def _indexed(
    function: ast.FunctionDef, inside: list[ast.AST], variable: str, loop: ast.Call
) -> Iterator[Place]:
    found: dict[tuple[str, int], bool] = {}
    # What the loop fills comes first, then what it only reads.
    for node in sorted(inside, key=_is_read):
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            continue
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        # `None` adds an axis, and `...` stands for several.
        if any(not _keeps_axes(part) for part in parts):
            return
        for axis, part in enumerate(parts):
            if variable in _names_of(part):
                key = node.value.id, axis
                alone = isinstance(part, ast.Name)
                found[key] = found.get(key, True) and alone
    for array, axis in found:
        if _other_index(function, array, axis, variable):
            found[array, axis] = False
    stored = [n for n in inside if isinstance(n, ast.Name) and n.id == variable]
    if any(isinstance(n.ctx, ast.Store) for n in stored):
        return
    for (array, axis), alone in found.items():
        if alone and _once(function, array):
            yield Place(loop, array, axis)


def _other_index(
    function: ast.FunctionDef, array: str, axis: int, variable: str
) -> bool:
    """Tell whether anything else than a variable is an index on an axis of an array."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            continue
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        if node.value.id == array and axis < len(parts):
            part = parts[axis]
            whole = isinstance(part, ast.Slice) and ast.unparse(part) in (":", "::")
            if not whole and variable not in _names_of(part):
                return True
    return False


def _always_run(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.For | ast.With):
            yield child
            yield from _always_run(child)


def _keeps_axes(part: ast.expr) -> bool:
    if isinstance(part, ast.Constant):
        return isinstance(part.value, int)
    return "newaxis" not in ast.unparse(part)


def _is_read(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _names_of(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {"range", "len"}


def _once(function: ast.FunctionDef, name: str) -> bool:
    """Tell whether a name gets its value once in a function, and not in a loop."""
    loops = [n for n in ast.walk(function) if isinstance(n, ast.For | ast.While)]
    stores = [
        n
        for n in ast.walk(function)
        if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
    ]
    is_parameter = any(
        n.arg == name for n in ast.walk(function.args) if isinstance(n, ast.arg)
    )
    inside = {id(n) for loop in loops for n in ast.walk(loop)}
    return len(stores) <= (not is_parameter) and not any(
        id(n) in inside for n in stores
    )


def _names_at_end(
    function: Callable, record: FunctionCases, run: Run
) -> dict[str, object]:
    """Call a function as in a run, and return its variables at the end."""
    code = getattr(function, "__code__", None)
    kept: dict[str, object] = {}

    def watch(frame: types.FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is code:
            kept.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        call(
            function,
            run.case.args,
            run.case.kwargs,
            Asked(own_work=record.own_work),
            rng=run.case.rng,
            seconds=SECONDS,
        )
    finally:
        sys.setprofile(before)
    return kept


def _left_out(
    place: Place, names: Mapping[str, object], evaluation: "Evaluation | Sizes"
) -> dict[str, object] | None:
    """Return how many lines of an array a loop reaches, if it leaves some out."""
    array = names.get(place.array)
    try:
        ends: Any = [evaluation.of(end) for end in place.loop.args]
        over = range(*ends)
    except Exception:  # of arithmetic on a learner's values
        return None
    if not isinstance(array, np.ndarray) or array.ndim <= place.axis:
        return None
    size = array.shape[place.axis]
    if len(over) > size:
        return None
    reached = len({i % size for i in over if -size <= i < size}) if size else 0
    if reached == size:
        return None
    if array.ndim > 2:
        return None
    lines = "entries" if array.ndim == 1 else ("rows", "columns")[place.axis]
    return {"reached": reached, "size": size, "lines": lines}
