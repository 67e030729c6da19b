"""Explaining an exception by the expression that raised it.

The traceback leads to the expression in the learner's cell; ``ast`` says what it
is, and the frame's names say what shapes and kinds of values met there. Nothing of
the learner's is called to find out: only names, subscripts and pure functions of
NumPy on plain arrays are evaluated.
"""

import ast
import builtins
import difflib
import linecache
import math
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from helpers.checks.namespaces import rebound_in
from helpers.checks.slips import in_another_order
from helpers.strings import clauses, listed, text

MAX_CODE = 60
MAX_CELLS = 500
# What modules are called in code, and in a sentence.
NAMED = {
    **{"np": "NumPy", "numpy": "NumPy", "math": "math", "copy": "copy"},
    **{"plt": "pyplot", "random": "random", "time": "time"},
}
MODULES = ("math", "copy", "random", "scipy", "np", "numpy", "time", "itertools")
# What learners bring from other courses; nothing of it is needed here.
LIBRARIES = frozenset(
    [
        *("torch", "nn", "F", "tf", "tensorflow", "keras", "jax", "jnp", "sklearn"),
        *("scipy", "sp", "special", "pd", "pandas", "plt", "sns", "cv2", "autograd"),
    ]
)
# Functions of NumPy without side effects, for finding out a shape.
PURE = frozenset(
    [
        *("abs", "absolute", "add", "array", "asarray", "clip", "dot", "divide"),
        *("exp", "log", "log2", "log10", "log1p", "matmul", "maximum", "mean"),
        *("minimum", "multiply", "negative", "ones", "power", "reshape", "sqrt"),
        *("square", "squeeze", "std", "subtract", "sum", "tanh", "transpose"),
        *("where", "zeros", "ones_like", "zeros_like"),
    ]
)
PLAIN = (bool, int, float, str, type(None), np.ndarray, dict, list, tuple)


class Unknown(Exception):
    """An expression whose value takes a learner's code to find out."""


Node = TypeVar("Node", bound=ast.AST)


@dataclass
class Spot:
    """The expression that raised an exception."""

    error: BaseException
    node: ast.AST
    statement: ast.stmt  # the statement around it
    frame: types.FrameType  # where its names have their values
    source: str  # the text of the cell
    # The call of another function of the notebook in which this happened, and that
    # function.
    outer: "tuple[ast.Call, types.FunctionType] | None" = None

    def code(self, node: ast.AST) -> str:
        """Return the text of an expression, shortened."""
        words = " ".join((ast.get_source_segment(self.source, node) or "").split())
        return words if len(words) <= MAX_CODE else words[: MAX_CODE - 4] + " ..."

    def value(self, node: ast.AST) -> object:
        """Return the value of an expression, if no foreign code is needed."""
        return Evaluation(self.frame.f_locals, self.frame.f_globals).of(node)

    def known(self, node: ast.AST) -> object:
        """Return the value of an expression, or Unknown (the class)."""
        try:
            return self.value(node)
        except Exception:  # arithmetic of any kind may fail, as it did before
            return Unknown

    def is_(self, node: ast.AST) -> str:
        """Say what an expression is: its code, and its shape or kind."""
        value = self.known(node)
        return text("checks.failure.is", code=self.code(node), kind=_kind(value))


class Evaluation:
    """Evaluates pure expressions on plain values, whose names stand in some scopes."""

    def __init__(self, *scopes: Mapping[str, object]) -> None:
        self.scopes = (*scopes, vars(builtins))

    def of(self, node: ast.AST) -> object:
        """Return the value of an expression.

        Raises Unknown if foreign code would be needed; arithmetic may raise what it
        likes.
        """
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Unknown
        return method(node)

    def _constant(self, node: ast.Constant) -> object:
        return node.value

    def _name(self, node: ast.Name) -> object:
        for scope in self.scopes:
            if node.id in scope:
                return scope[node.id]
        raise Unknown

    def _tuple(self, node: ast.Tuple) -> tuple:
        return tuple(map(self.of, node.elts))

    def _list(self, node: ast.List) -> list:
        return list(map(self.of, node.elts))

    def _slice(self, node: ast.Slice) -> slice:
        ends = (node.lower, node.upper, node.step)
        return slice(*(None if end is None else self.of(end) for end in ends))

    def _plain(self, node: ast.AST) -> Any:
        value = self.of(node)
        if isinstance(value, np.generic):
            value = np.asarray(value)
        if type(value) not in PLAIN:
            raise Unknown
        return value

    def _attribute(self, node: ast.Attribute) -> object:
        value = self.of(node.value)
        if value is np or value is math:
            return getattr(value, node.attr)
        if type(value) is np.ndarray and node.attr in ("T", "shape", "size", "ndim"):
            return getattr(value, node.attr)
        raise Unknown

    def _subscript(self, node: ast.Subscript) -> object:
        return self._plain(node.value)[self.of(node.slice)]

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        parts = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = self._plain(inner)
            if isinstance(value, np.ndarray | dict | list | tuple):
                raise Unknown
            parts.append(str(value))
        return "".join(parts)

    def _unaryop(self, node: ast.UnaryOp) -> object:
        value = self._plain(node.operand)
        return -value if isinstance(node.op, ast.USub) else value

    def _binop(self, node: ast.BinOp) -> object:
        left, right = self._plain(node.left), self._plain(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        for side in (left, right):
            if not isinstance(side, bool | int | float | np.ndarray):
                raise Unknown
        operation = OPERATIONS.get(type(node.op))
        if operation is None:
            raise Unknown
        with np.errstate(all="ignore"):
            return operation(np.asarray(left), np.asarray(right))[()]

    def _compare(self, node: ast.Compare) -> object:
        comparison = COMPARISONS.get(type(node.ops[0]))
        if comparison is None or len(node.ops) > 1:
            raise Unknown
        left, right = self._plain(node.left), self._plain(node.comparators[0])
        return comparison(np.asarray(left), np.asarray(right))

    def _call(self, node: ast.Call) -> object:
        function = self.of(node.func) if not _method(node) else None
        if function is abs and len(node.args) == 1:
            return np.absolute(self._plain(node.args[0]))
        if function is len and len(node.args) == 1:
            return len(self._plain(node.args[0]))
        if function is str and len(node.args) == 1:
            return str(self._plain(node.args[0]))
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name not in PURE or (
            function is not None and function is not vars(np)[name]
        ):
            raise Unknown
        given = [self._plain(argument) for argument in node.args]
        if function is None:
            given.insert(0, self._plain(_array_of(node)))
            function = vars(np)[name]
        named = {k.arg: self._plain(k.value) for k in node.keywords if k.arg}
        with np.errstate(all="ignore"):
            return function(*given, **named)


def _method(node: ast.Call) -> bool:
    """Tell whether a call looks like a method of an array, such as ``X.dot(w)``."""
    return isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in MODULES
    )


def _array_of(call: ast.Call) -> ast.expr:
    """Return the array of a call, a method's or the first argument."""
    if isinstance(call.func, ast.Attribute) and _method(call):
        return call.func.value
    return call.args[0]


OPERATIONS: dict[type, Callable] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
    ast.MatMult: np.matmul,
}


COMPARISONS: dict[type, Callable] = {
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return text("checks.failure.kind.array", shape=value.shape)
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if value is None:
        return text("checks.failure.kind.none")
    if isinstance(value, bool | int | float):
        shown = f"{value:.6g}"
        if isinstance(value, float) and shown.lstrip("-").isdigit():
            shown += ".0"  # a float that is whole is not the whole number itself
        return text("checks.failure.kind.number", value=shown)
    if isinstance(value, str):
        return text("checks.failure.kind.text", value=value[:40])
    if type(value) is tuple and all(type(item) is int for item in value):
        return text("checks.failure.kind.tuple", value=value)
    if isinstance(value, tuple | list | dict) and type(value) in PLAIN:
        name = type(value).__name__
        return text(f"checks.failure.kind.{name}_of", n=len(value))
    if isinstance(value, type) and value is Unknown:
        return text("checks.failure.kind.unknown")
    if callable(value):
        return text("checks.failure.kind.function")
    return text("checks.failure.kind.object", kind=type(value).__name__)


def explain(error: BaseException, function: Callable) -> str:
    """Say what went wrong in the expression that raised an exception.

    In one or two sentences; empty where the expression tells nothing. The globals of
    `function` are the notebook's names.
    """
    try:
        spot = _spot(error, function)
        if spot is None:
            return ""
        for rule in RULES:
            said = rule(spot)
            if said:
                callee = "" if rule in OF_CALLS else _callee(spot, function)
                inside = _say("inside", name=callee) + " " if callee else ""
                return (inside + said)[:600]
    except Exception:  # an explanation must never stand in the way of a check
        return ""
    return ""


def _callee(spot: Spot, function: Callable) -> str:
    """Return which other function of the notebook an expression belongs to."""
    code = spot.frame.f_code
    known = spot.frame.f_globals.get(code.co_name)
    if known is function or getattr(known, "__code__", None) is not code:
        return ""
    return code.co_name


# A function that calls itself leaves a thousand frames; the last ones tell all.
MAX_FRAMES = 4


def _spot(error: BaseException, function: Callable) -> Spot | None:
    found = None
    outer = None
    names = getattr(function, "__globals__", None)
    traces = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is names:
            traces.append(trace)
        trace = trace.tb_next
    for trace in traces[-MAX_FRAMES:]:
        if found is not None and isinstance(found.node, ast.Call):
            callee = found.known(found.node.func)
            if isinstance(callee, types.FunctionType):
                outer = found.node, callee
        spot = _spot_of(error, trace)
        found = spot or found
    if found is not None:
        found.outer = outer
    return found


def _spot_of(error: BaseException, trace: types.TracebackType) -> Spot | None:
    code = trace.tb_frame.f_code
    lines = linecache.getlines(code.co_filename, trace.tb_frame.f_globals)
    source = "".join(lines)
    positions = list(code.co_positions())[trace.tb_lasti // 2]
    line = positions[0]
    if not source or line is None:
        return None
    tree = ast.parse(source)
    statement: ast.stmt | None = None
    node: ast.AST | None = None
    for candidate in ast.walk(tree):
        if not isinstance(candidate, ast.expr | ast.stmt):
            continue
        first, last = candidate.lineno, candidate.end_lineno
        if isinstance(candidate, ast.stmt) and first <= line <= (last or 0):
            statement = candidate
        place = first, last, candidate.col_offset, candidate.end_col_offset
        if place == positions:
            node = candidate
    if statement is None:
        return None
    return Spot(error, node or statement, statement, trace.tb_frame, source)


def _say(key: str, /, **values: object) -> str:
    return text(f"checks.failure.{key}", **values)


def _inside(spot: Spot, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(spot.node) if isinstance(node, kind))


def _assertion(spot: Spot) -> str:
    if not isinstance(spot.error, AssertionError):
        return ""
    statement = spot.statement
    if not isinstance(statement, ast.Assert):
        return ""
    test, parts = statement.test, []
    if isinstance(test, ast.Compare):
        for side in (test.left, *test.comparators):
            value = spot.known(side)
            if not isinstance(side, ast.Constant) and value is not Unknown:
                parts.append(_here(spot, side, value))
    said = _say("assertion", code=spot.code(test))
    return f"{said} {_say('assertion_here', parts=clauses(parts))}" if parts else said


def _here(spot: Spot, side: ast.AST, value: object) -> str:
    if isinstance(value, tuple | bool | int | float | str):
        return _say("here", code=spot.code(side), value=repr(value)[:60])
    return spot.is_(side)


def rebound(node: ast.AST, local: Mapping, outside: Mapping) -> str:
    """Say that an expression needs a module or built-in function that a cell rebound.

    Empty where it needs none, or has what it needs. `local` are the names of the
    function around it, `outside` those of the notebook.
    """
    needed: list[tuple[str, bool]] = []
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            needed.append((part.value.id, False))
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            needed.append((part.func.id, True))
    for name, called in needed:
        value = outside.get(name)
        if name in local or name not in outside:
            continue
        cause = rebound_in(_cells_run(outside)).get(name, "")
        if called and not callable(value) and (cause or hasattr(builtins, name)):
            former = "function"
        elif not called and name in NAMED and not isinstance(value, types.ModuleType):
            former = "module"
        else:
            continue
        values = {"name": name, "kind": _kind(value), "module": NAMED.get(name, name)}
        said = [_say(f"rebound_{former}", **values)]
        if cause:
            said.append(_say("rebound_by", code=cause))
        cure = "import" if not hasattr(builtins, name) else "delete"
        said.append(_say(f"rebound_{cure}", name=name))
        return " ".join(said)
    return ""


def _cells_run(names: Mapping) -> list[str]:
    """Return the texts of the cells that IPython has run, in order."""
    cells = names.get("In")
    if type(cells) is not list:
        return []
    return [cell for cell in cells[-MAX_CELLS:] if type(cell) is str]


def _rebound(spot: Spot) -> str:
    if isinstance(spot.error, AttributeError | TypeError):
        frame = spot.frame
        return rebound(spot.node, frame.f_locals, frame.f_globals)
    return ""


def _power(spot: Spot) -> str:
    if isinstance(spot.error, TypeError):
        for node in (spot.node, *ast.walk(spot.statement)):
            if isinstance(getattr(node, "op", None), ast.BitXor):
                return _say("power", code=spot.code(node))
    return ""


def _name(spot: Spot) -> str:
    if not isinstance(spot.error, NameError):
        return ""
    name = spot.error.name or ""
    unbound = isinstance(spot.error, UnboundLocalError)
    if unbound:
        # Python gives this error no name; its message quotes it.
        name = str(spot.error).split("'")[1]
    for code, value in spot.frame.f_locals.items():
        if type(value) is dict and name in value:
            return _say("name_is_key", name=name, code=code)
    if unbound:
        return _say("unassigned", name=name)
    if name in LIBRARIES:
        return _say("other_library", name=name)
    if name in MODULES:
        line = "import numpy as np" if name == "np" else f"import {name}"
        return _say("not_imported", name=name, line=line)
    scope = [*spot.frame.f_locals, *spot.frame.f_globals]
    near = _near(name, [other for other in scope if not other.startswith("_")])
    if near:
        return _say("name_near", name=name, near=near)
    function = vars(np).get(name)
    if callable(function):
        return _say("name_of_numpy", name=name)
    if isinstance(function, float):
        return _say("name_of_constant", name=name)
    return _say("name", name=name)


def _near(name: str, others: list[str]) -> str:
    found = difflib.get_close_matches(name, dict.fromkeys(others), n=3, cutoff=0.6)
    return listed(f"`{other}`" for other in found)


def _own_work(spot: Spot) -> str:
    refused = text("contract.broken.own_work")
    if isinstance(spot.error, NotImplementedError) and str(spot.error) == refused:
        called = spot.node.func if isinstance(spot.node, ast.Call) else spot.node
        return f"`{spot.code(called)}`: {refused}."
    return ""


def _recursion(spot: Spot) -> str:
    if isinstance(spot.error, RecursionError):
        return _say("recursion", name=spot.frame.f_code.co_name)
    return ""


def _module(spot: Spot) -> str:
    if isinstance(spot.error, ModuleNotFoundError) and spot.error.name:
        return _say("no_module", name=spot.error.name[:MAX_CODE])
    return ""


def _attribute(spot: Spot) -> str:
    if not isinstance(spot.error, AttributeError) or not spot.error.name:
        return ""
    name = spot.error.name
    value = spot.error.obj
    base = next(
        (node.value for node in _inside(spot, ast.Attribute) if node.attr == name), None
    )
    code = spot.code(base) if base is not None else ""
    if isinstance(value, types.ModuleType):
        near = _near(name, [n for n in dir(value) if not n.startswith("_")])
        key = "module_near" if near else "module_lacks"
        return _say(key, module=code or value.__name__, name=name, near=near)
    if value is None:
        return _say("none", code=code or "?")
    kind = _kind(np.asarray(value) if isinstance(value, np.generic) else value)
    return _say("lacks", code=code, kind=kind, name=name)


def _key(spot: Spot) -> str:
    if not isinstance(spot.error, KeyError) or not spot.error.args:
        return ""
    key = spot.error.args[0]
    if type(key) not in (str, int):
        return ""
    for node in _inside(spot, ast.Subscript):
        base = spot.known(node.value)
        if type(base) is dict and key not in base:
            keys = ", ".join(repr(k)[:20] for k in list(base)[:8]) or _say("no_keys")
            more = ", ..." if len(base) > 8 else ""
            return _say(
                "key", code=spot.code(node.value), key=repr(key)[:40], keys=keys + more
            )
    return ""


def _index(spot: Spot) -> str:
    if not isinstance(spot.error, IndexError):
        return ""
    for node in [*_inside(spot, ast.Subscript), *_targets(spot)]:
        base = spot.known(node.value)
        index = spot.known(node.slice)
        if isinstance(base, list | tuple) and isinstance(index, int | np.integer):
            if not -len(base) <= index < len(base):
                code, n = spot.code(node.value), len(base)
                if n == 0:
                    return _say("index_empty", code=code)
                return _say("index", code=code, n=n, last=n - 1, index=index)
        if isinstance(base, np.ndarray):
            indices = index if isinstance(index, tuple) else (index,)
            if len(indices) > base.ndim:
                code = spot.code(node.value)
                return _say(
                    "too_many_indices", n=len(indices), code=code, kind=_kind(base)
                )
            for axis, (i, n) in enumerate(zip(indices, base.shape)):
                said = _index_array(spot, node, base, axis, i)
                if said:
                    return said
                if isinstance(i, int | np.integer) and not -n <= i < n:
                    values = {"code": spot.code(node.value), "kind": _kind(base)}
                    return _say("index_axis", axis=axis, index=i, last=n - 1, **values)
                if isinstance(i, float | np.floating):
                    code = spot.code(node.value)
                    return _say("index_float", code=code, index=str(i)[:20])
    return _index_by_message(spot)


def _index_array(
    spot: Spot, node: ast.Subscript, base: np.ndarray, axis: int, index: object
) -> str:
    """Explain an array as the index on an axis."""
    if not isinstance(index, np.ndarray):
        return ""
    values = {"code": spot.code(node.value), "kind": _kind(base)}
    n = base.shape[axis]
    if index.dtype.kind == "f":
        return _say("index_floats", code=values["code"], dtype=index.dtype)
    if index.dtype.kind == "b":
        fits = index.shape == base.shape[axis : axis + index.ndim]
        return "" if fits else _say("index_mask", got=index.shape, **values)
    beyond = index[(index < -n) | (index >= n)]
    if not beyond.size:
        return ""
    return _say("index_axis", axis=axis, index=beyond.flat[0], last=n - 1, **values)


BEYOND = re.compile(
    r"index (-?\d{1,9}) is out of bounds for axis (\d) with size (\d{1,9})"
)


def _index_by_message(spot: Spot) -> str:
    """Say from NumPy's own words which index of an array is too large."""
    words = spot.error.args[0] if spot.error.args else ""
    found = BEYOND.match(words) if type(words) is str else None
    if not found:
        return ""
    index, axis, size = map(int, found.groups())
    bases = {}
    for node in [*_inside(spot, ast.Subscript), *_targets(spot)]:
        base = spot.known(node.value)
        if isinstance(base, np.ndarray) and base.shape[axis : axis + 1] == (size,):
            if spot.known(node.slice) is Unknown:
                bases[spot.code(node.value)] = base
    if len(bases) != 1 or size == 0:
        return ""
    ((code, array),) = bases.items()
    values = {"axis": axis, "index": index, "last": size - 1}
    return _say("index_axis", code=code, kind=_kind(array), **values)


def _targets(spot: Spot) -> list[ast.Subscript]:
    return [n for n in ast.walk(spot.statement) if isinstance(n, ast.Subscript)]


def _call(spot: Spot) -> str:
    """Explain a call with arguments that its function does not take."""
    node = spot.node
    if not isinstance(node, ast.Call):
        return ""
    name = spot.code(node.func)
    last = name.rpartition(".")[2]
    given = [spot.known(argument) for argument in node.args]
    function = spot.known(node.func)
    arrays = [
        (argument, value)
        for argument, value in zip(node.args, given)
        if isinstance(value, np.ndarray) and value.size != 1
    ]
    if last in ("randn", "rand") and any(
        isinstance(v, tuple | list) or (v is Unknown and isinstance(a, ast.Tuple))
        for a, v in zip(node.args, given)
    ):
        return _say("separate_sizes", name=name)
    if last in ("zeros", "ones", "empty") and len(node.args) > 1:
        return _say("one_tuple", name=name)
    if last in ("zeros", "ones", "empty") and arrays:
        return _say("shape_of_array", name=name, array=spot.is_(arrays[0][0]))
    of_numbers = any(function is one for one in (float, int, round))
    if (name.startswith("math.") or of_numbers) and arrays:
        argument, value = arrays[0]
        key = "math" if hasattr(np, last) else "one_number"
        values = {"name": name, "code": spot.code(argument), "kind": _kind(value)}
        return _say(key, **values)
    is_array = re.search("0-dim|(length|size)-1", str(spot.error)) is not None
    if name.startswith("math.") and is_array and hasattr(np, last):
        return _say("math_of_array", name=name, code=spot.code(node.args[0]))
    if name.startswith("math.") and (said := _outside(spot, name, node)):
        return said
    if name in ("max", "min") and isinstance(spot.error, ValueError):
        return _say("max", name=name, other=f"{name}imum")
    if isinstance(spot.error, TypeError) and "argument" in str(spot.error):
        said = _arguments(node, name, function, str(spot.error))
        if said:
            return said
    if function is not Unknown and not callable(function):
        return _say(
            "not_callable", name=name, kind=_kind(function), code=spot.code(node)
        )
    if isinstance(spot.error, TypeError) and name == "range" and given:
        parts = [a for a, v in zip(node.args, given) if not isinstance(v, int)]
        return _say("range", parts=listed(map(spot.is_, parts)))
    return _fractions(spot, last, node)


def _outside(spot: Spot, name: str, node: ast.Call) -> str:
    """Explain a number for which a function of `math` has no value."""
    if isinstance(spot.error, OverflowError):
        return _say("overflow", name=name, argument=spot.is_(node.args[0]))
    if isinstance(spot.error, ValueError) and len(node.args) == 1:
        if isinstance(spot.known(node.args[0]), int | float | np.generic):
            return _say("domain", name=name, argument=spot.is_(node.args[0]))
    return ""


def _fractions(spot: Spot, last: str, node: ast.Call) -> str:
    """Name the sizes of a call that are no whole numbers."""
    if not isinstance(spot.error, TypeError) or last not in SIZED:
        return ""
    sizes = [
        part
        for a in node.args
        for part in (a.elts if isinstance(a, ast.Tuple | ast.List) else [a])
        if isinstance(spot.known(part), float | np.floating)
    ]
    return _say("sizes", name=last, parts=listed(map(spot.is_, sizes))) if sizes else ""


# Functions whose arguments are sizes.
SIZED = ("randn", "rand", "zeros", "ones", "empty", "eye", "reshape")
# PyTorch's names of NumPy's arguments.
TORCH = {"dim": "axis", "keepdim": "keepdims"}
UNKNOWN_KEYWORD = re.compile(
    r"unexpected keyword argument '(\w+)'|'(\w+)' is an invalid keyword argument"
)
TWICE = re.compile(r"multiple values for argument '(\w+)'")


def _arguments(node: ast.Call, name: str, function: object, message: str) -> str:
    """Say which argument of a call its function does not take, or lacks."""
    names = ""
    if isinstance(function, types.FunctionType):
        code = function.__code__
        names = ", ".join(code.co_varnames[: code.co_argcount])
    unknown = UNKNOWN_KEYWORD.search(message)
    if unknown:
        keyword = unknown.group(1) or unknown.group(2)
        if all(given.arg != keyword for given in node.keywords):
            return ""  # of another call, further inside
        said = [_say("keyword", name=name, keyword=keyword)]
        if names:
            said.append(_say("keyword_names", names=names))
        elif keyword in TORCH:
            said.append(_say("keyword_torch", other=TORCH[keyword]))
        return " ".join(said)
    twice = TWICE.search(message)
    if twice and names:
        return _say("twice", name=name, names=names, keyword=twice.group(1))
    missing = message.partition("missing")[2]
    lacking = re.findall(r"'(\w+)'", missing)
    if names and lacking:
        parts = listed(f"`{one}`" for one in lacking)
        return _say("lacking", name=name, names=names, parts=parts)
    if names:
        return _say("arguments", name=name, names=names, n=len(node.args))
    return ""


def _none(spot: Spot) -> str:
    if "NoneType" not in str(spot.error):
        return ""
    for node in _parts(spot.node):
        if isinstance(node, ast.Constant):
            continue
        if spot.known(node) is None:
            return _say("none", code=spot.code(node))
        if isinstance(node, ast.Call) and isinstance(
            function := spot.known(node.func), types.FunctionType
        ):
            if function.__globals__ is spot.frame.f_globals:
                return _say("none_returned", name=spot.code(node.func))
    return ""


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions inside a node, the innermost last."""
    return (n for n in ast.walk(node) if isinstance(n, ast.expr))


def _operands(spot: Spot) -> tuple[ast.AST, ast.AST] | None:
    """Return the two operands of an operation or a product."""
    node = spot.node
    if isinstance(node, ast.BinOp):
        return node.left, node.right
    if isinstance(node, ast.AugAssign):
        return node.target, node.value
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        return node.left, node.comparators[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if len(node.args) == 2:
            return node.args[0], node.args[1]
        if len(node.args) == 1 and _method(node):
            return node.func.value, node.args[0]
    return None


UNFIT = re.compile(r"broadcast together with shapes (\([\d,]*\)) (\([\d,]*\)) *$")
UNFILLED = re.compile(r"reshape array of size (\d+) into shape (\([\d,]*\))")


def _product(spot: Spot) -> str:
    pair = _operands(spot)
    if pair is None or not isinstance(spot.error, ValueError):
        return ""
    node = spot.node
    is_product = (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)) or (
        isinstance(node, ast.Call)
        and spot.code(node.func).rpartition(".")[2] in ("dot", "matmul", "inner")
    )
    left, right = map(spot.known, pair)
    sides = {"left": spot.is_(pair[0]), "right": spot.is_(pair[1])}
    numbers = [isinstance(v, int | float | np.generic) for v in (left, right)]
    if is_product and any(numbers):
        return _say("product_of_number", **sides)
    if not isinstance(left, np.ndarray) or not isinstance(right, np.ndarray):
        told = UNFIT.search(str(spot.error))
        if told and isinstance(node, ast.BinOp | ast.Compare) and not is_product:
            shapes = [
                one.replace(",", ", ").replace(", )", ",)") for one in told.groups()
            ]
            parts = [
                text("checks.failure.is", code=spot.code(operand), kind=kind)
                for operand, shape in zip(pair, shapes)
                for kind in [text("checks.failure.kind.array", shape=shape)]
            ]
            return _say("broadcast", left=parts[0], right=parts[1])
        return _say("product_unknown") if is_product else ""
    if is_product and left.ndim and right.ndim:
        n, m = left.shape[-1], right.shape[0 if right.ndim < 2 else -2]
        key = "product_of_equal" if left.shape == right.shape else "product"
        return _say(key, n=n, m=m, **sides) if n != m else ""
    if isinstance(node, ast.AugAssign):
        return _say("in_place", **sides)
    if (
        left.ndim
        and right.ndim
        and isinstance(node, ast.BinOp | ast.Compare | ast.Call)
    ):
        times = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
        inner = times and left.ndim == right.ndim == 2
        fits = inner and left.shape[1] == right.shape[0]
        return _say("times" if fits else "broadcast", **sides)
    return ""


def _operation(spot: Spot) -> str:
    pair = _operands(spot)
    if pair is None or not isinstance(spot.error, TypeError):
        return ""
    node, message = spot.node, str(spot.error)
    left, right = map(spot.known, pair)
    if isinstance(node, ast.AugAssign) and "cast" in message.lower():
        if isinstance(left, np.ndarray) and left.dtype.kind in "iub":
            return _say("whole_numbers", code=spot.code(node.target), dtype=left.dtype)
    for operand, value in zip(pair, (left, right)):
        if type(value) is tuple and value and all(type(n) is int for n in value):
            return _say("tuple", code=spot.code(operand), value=value)
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType | np.ufunc):
            return _say("function", code=spot.code(operand))
    found = re.search(r": '([\w.]+)' and '([\w.]+)'", message)
    kinds = found.groups() if found else ()
    for operand, value, kind in zip(pair, (left, right), kinds):
        if value is Unknown and kind == "tuple" and isinstance(operand, ast.Call):
            return _say("several", code=spot.code(operand))
    if left is Unknown and right is Unknown:
        return ""
    for operand, value in zip(pair, (left, right)):
        source = _taken_apart(spot, operand, value)
        if source:
            values = {"code": spot.code(operand), "value": str(value)[:20]}
            return _say("keys", source=source, **values)
    sides = [spot.is_(operand) for operand in pair]
    # What a call returned is not known any more, but Python names its kind.
    for i, (operand, value, kind) in enumerate(zip(pair, (left, right), kinds)):
        if value is Unknown:
            said = text("checks.failure.kind.of_kind", kind=kind)
            sides[i] = f"`{spot.code(operand)}` {said}"
    return _say("operands", left=sides[0], right=sides[1])


def _taken_apart(spot: Spot, operand: ast.AST, value: object) -> str:
    """Return the dictionary whose keys an assignment or a loop gave to names."""
    if not isinstance(operand, ast.Name) or not isinstance(value, str):
        return ""
    for node in ast.walk(ast.parse(spot.source)):
        if isinstance(node, ast.Assign):
            target, source = node.targets[0], node.value
        elif isinstance(node, ast.For | ast.comprehension):
            target, source = node.target, node.iter
        else:
            continue
        names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        several = isinstance(target, ast.Tuple | ast.List) or names == {operand.id}
        taken = spot.known(source)
        if operand.id in names and several and type(taken) is dict and value in taken:
            return spot.code(source)
    return ""


OPERATORS: dict[type, tuple[str, str]] = {ast.And: ("and", "&"), ast.Or: ("or", "|")}


def _truth(spot: Spot) -> str:
    if "truth value" not in str(spot.error):
        return ""
    for node in ast.walk(spot.statement):
        if isinstance(node, ast.Call) and spot.code(node.func) in ("max", "min"):
            name = spot.code(node.func)
            return _say("max", name=name, other=f"{name}imum")
    for node in ast.walk(spot.statement):
        if isinstance(node, ast.BoolOp):
            # The last value is returned as it is, whatever it is.
            for value in node.values[:-1]:
                if isinstance(spot.known(value), np.ndarray):
                    word, sign = OPERATORS[type(node.op)]
                    values = {"code": spot.code(value), "word": word, "sign": sign}
                    return _say("truth_of_several", **values)
    test = getattr(spot.statement, "test", spot.node)
    return _say("truth", code=spot.code(test))


def _unpack(spot: Spot) -> str:
    message = str(spot.error)
    if "unpack" not in message and "iterable" not in message:
        return ""
    if not isinstance(spot.statement, ast.Assign | ast.For):
        return ""
    statement = spot.statement
    if isinstance(statement, ast.For) and "iterable" in message:
        value = spot.known(statement.iter)
        return _say("loop", code=spot.code(statement.iter), kind=_kind(value))
    if isinstance(statement, ast.For):
        if type(spot.known(statement.iter)) is dict:
            return _say("loop_keys", code=spot.code(statement.iter))
        return _say("unpack_loop", code=spot.code(statement.iter))
    target = statement.targets[0]
    n = len(target.elts) if isinstance(target, ast.Tuple | ast.List) else 1
    value = spot.known(statement.value)
    values = {"n": n, "code": spot.code(statement.value)}
    if isinstance(value, tuple | list | dict | np.ndarray):
        return _say("unpack", got=_kind(value), **values)
    return _say("unpack_unknown", **values)


def _zero(spot: Spot) -> str:
    if isinstance(spot.error, ZeroDivisionError) and (pair := _operands(spot)):
        return _say("zero", code=spot.code(pair[1]))
    return ""


def _axis(spot: Spot) -> str:
    if type(spot.error).__name__ != "AxisError" or not isinstance(spot.node, ast.Call):
        return ""
    return _say("axis", array=spot.is_(_array_of(spot.node)))


def _reshape(spot: Spot) -> str:
    node = spot.node
    if "reshape" not in str(spot.error) or not isinstance(node, ast.Call):
        return ""
    array = _array_of(node)
    value = spot.known(array)
    told = UNFILLED.search(str(spot.error))
    if not isinstance(value, np.ndarray) and told:
        n, shape = told.group(1), told.group(2).replace(",", ", ").replace(", )", ",)")
        return _say("reshape_size", code=spot.code(array), n=n, shape=shape)
    if not isinstance(value, np.ndarray):
        return ""
    sizes = node.args if _method(node) else node.args[1:]
    shape = [spot.known(size) for size in sizes]
    shape = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    if Unknown in shape or not shape:
        return _say("reshape", array=spot.is_(array), n=value.size)
    wanted = tuple(int(str(n)) for n in shape)
    return _say("reshape_to", array=spot.is_(array), n=value.size, shape=wanted)


def _subscript(spot: Spot) -> str:
    if not isinstance(spot.error, TypeError | IndexError):
        return ""
    for node in [*_inside(spot, ast.Subscript), *_targets(spot)]:
        base, index = spot.known(node.value), spot.known(node.slice)
        if base is Unknown or base is None:
            continue
        code = spot.code(node.value)
        if isinstance(base, bool | int | float):
            return _say("no_entries", code=code, kind=_kind(base))
        if callable(base):
            return _say("function_subscript", code=code)
        if isinstance(base, list | tuple) and not isinstance(
            index, int | np.integer | slice
        ):
            if index is not Unknown:
                values = {"code": code, "kind": _kind(base)}
                return _say("list_index", index=spot.is_(node.slice), **values)
        if type(base) is dict and isinstance(index, np.ndarray | list | dict):
            return _say("key_kind", code=code, index=spot.is_(node.slice))
    return ""


def _swapped(spot: Spot) -> str:
    """Add to an explanation that arguments were given in another order."""
    if spot.outer is None:
        return ""
    call, function = spot.outer
    found = in_another_order(call, function)
    return _say("swapped", **found) if found else ""


def _given(spot: Spot) -> str:
    """Say what met where nothing more is known: of a call, or square brackets."""
    node = spot.node
    if isinstance(node, ast.Call) and not isinstance(spot.error, NameError):
        # Of a tuple that is written out, what stands in it says more.
        known = [
            part
            for a in node.args
            for part in (a.elts if isinstance(a, ast.Tuple) else [a])
            if spot.known(part) is not Unknown
        ]
        shown = [a for a in known if not isinstance(a, ast.Constant)]
        if shown:
            values = {"code": spot.code(node.func)}
            values["parts"] = clauses(map(spot.is_, shown))
            whole = [a for a in shown if type(spot.known(a)) is tuple]
            key = "given_tuple" if len(whole) == len(shown) == 1 else "given"
            return _say(key, **values)
    if isinstance(node, ast.Subscript):
        base = spot.known(node.value)
        if base is not Unknown and spot.known(node.slice) is not Unknown:
            code, index = spot.code(node.value), spot.is_(node.slice)
            return _say("taken", code=code, kind=_kind(base), index=index)
    return ""


RULES: list[Callable[[Spot], str]] = [
    _assertion,
    _swapped,
    _own_work,
    _recursion,
    _rebound,
    _module,
    _power,
    _name,
    _attribute,
    _key,
    _none,
    _call,
    _truth,
    _product,
    _operation,
    _unpack,
    _zero,
    _axis,
    _reshape,
    _index,
    _subscript,
    _given,
]
# They name the call themselves, or the function.
OF_CALLS = frozenset([_swapped, _own_work, _recursion])
