"""Loops of a wrong answer that reach only a part of an array.

The function is called once more on a case in which it is wrong. Its variables at the
end of the call say how far each ``range`` goes, and how large the arrays are that the
loop's variable indexes.
"""

import ast
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.checks.calls import call
from helpers.checks.cases import FunctionCases
from helpers.checks.failures import Evaluation
from helpers.checks.namespaces import definition_of
from helpers.checks.recognition import Run
from helpers.strings import text

__all__ = ["loops_of"]

SECONDS = 3.0
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
    wrong = [
        (i, run)
        for i, run in enumerate(runs)
        if not run.right and run.outcome.error is None
    ]
    if not places or not wrong:
        return []
    index, run = wrong[0]
    names = _names_at_end(function, record, run)
    for place in places if names else ():
        found = _left_out(place, names, getattr(function, "__globals__", {}))
        if found:
            code = ast.unparse(place.loop)
            about = {"case": index + 1, "loop": code[:60], "array": place.array}
            lines = found.pop("lines")
            return [text(f"checks.slip.loop_{lines}", **about, **found)]
    return []


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
    stored = [n for n in inside if isinstance(n, ast.Name) and n.id == variable]
    if any(isinstance(n.ctx, ast.Store) for n in stored):
        return
    for (array, axis), alone in found.items():
        if alone and _once(function, array):
            yield Place(loop, array, axis)


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
            rng=run.case.rng,
            seconds=SECONDS,
            own_work=record.own_work,
        )
    finally:
        sys.setprofile(before)
    return kept


def _left_out(
    place: Place, names: Mapping[str, object], outside: Mapping[str, object]
) -> dict[str, object] | None:
    """Return how many lines of an array a loop reaches, if it leaves some out."""
    array = names.get(place.array)
    evaluation = Evaluation(names, outside)
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
