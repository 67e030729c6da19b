"""What stands in the source of a wrong answer and is rarely meant.

Each remark is true of the text of the function; none says what is right instead.
"""

import ast
import builtins
import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from helpers.checks.namespaces import (
    definition_in,
    definition_of,
    names_in,
    rebound_in,
)
from helpers.strings import text

MOST = 2
# Remarks in the words of another one, with conditions of their own.
SAME = {"unused_size": "unused"}


@dataclass(frozen=True)
class Seen:
    """What the cases of a function tell, on which it depends what is worth a remark."""

    drawn: bool = False  # they draw from NumPy's global generator
    counted: bool = False  # all that it should return are whole numbers, as sizes are
    stopped: bool = False  # in one of them, so that its last lines did not count
    kinds: Sequence[str] = ()  # of knowledge, to which the relations belong that hold
    whole: Sequence[
        str
    ] = ()  # inputs that hold whole numbers where the answer is wrong

    def suits(self, key: str, values: Mapping[str, object]) -> bool:
        """Whether a remark is worth saying."""
        if key == "like_whole":
            return values["name"] in self.whole
        if key in ("generator", "draws"):
            return self.drawn == (key == "generator")
        if key == "only_size":
            return not self.counted
        if key == "unused":
            return not self.stopped
        if key == "unused_size":  # many shells begin with it, needed or not
            return not self.stopped and [*self.kinds, "factor"][0] == "factor"
        if key == "uniform":
            return self.drawn and "sign" in self.kinds
        return True


class Slip(str):
    """A remark on the source of a function.

    Attributes
    ----------
    cause : bool
        Whether it explains by itself why the function stops or is wrong.
    rebound : bool
        Whether it is about a name that a cell has given another value.
    """

    cause: bool = False
    rebound: bool = False


def _slip(key: str, **values: object) -> Slip:
    said = Slip(text(f"checks.slip.{SAME.get(key, key)}", **values))
    said.cause, said.rebound = key in CAUSES, key == "rebound"
    return said


CAUSES = frozenset(["draws", "generator", "order", "power", "rebound", "star"])


def slips_of(function: Callable, seen: Seen = Seen()) -> list[str]:
    """List at most two remarks about the source of a function, if it is at hand."""
    node = definition_of(function)
    if node is None:
        return []
    names = getattr(function, "__globals__", {})
    return _slips_in(node, names, seen)


def slips_in_cells(
    name: str,
    cells: Sequence[str],
    seen: Seen = Seen(),
    *,
    asked: Sequence[str] = (),
    calls: Iterable[tuple[Sequence, Mapping[str, object]]] = (),
) -> list[str]:
    """List the same remarks, told from the text of a notebook's cells alone.

    Nothing is run. Of a definition that does not take the arguments of `calls` it is
    said which parameters are `asked` for, since no exception tells it here.
    """
    node = definition_in(name, cells)
    if node is None:
        return []
    names = names_in(cells)
    # The name may have been bound to something unknown since.
    other = other_parameters(names.get(name), asked, calls) if asked else ""
    if other:
        return [other]
    return [*_rebound(node, cells), *_slips_in(node, names, seen)][:MOST]


def _rebound(function: ast.FunctionDef, cells: Sequence[str]) -> Iterator[str]:
    """Find modules and built-in functions that a cell rebinds."""
    body = _body(function)
    own = _names_in(body, ast.Store) | {n.arg for n in body if isinstance(n, ast.arg)}
    own |= {n.arg for n in ast.walk(function.args) if isinstance(n, ast.arg)}
    used = {
        part.id
        for node in body
        if isinstance(
            part := getattr(node, "value", getattr(node, "func", None)), ast.Name
        )
        and isinstance(node, ast.Attribute | ast.Call)
    }
    for name, code in rebound_in(cells).items():
        if name in used - own:
            yield _slip("rebound", name=name, code=code)


def other_parameters(
    function: object,
    asked: Sequence[str],
    calls: Iterable[tuple[Sequence, Mapping[str, object]]],
) -> str:
    """Say that a function cannot take the arguments with which it is called.

    The exercise `asked` for these parameters; `calls` are arguments and named
    arguments. Returns both signatures in a sentence; nothing where it takes the
    arguments, or its parameters are not known.
    """
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type]
    except Exception:  # it may be any object, with a signature of its own making
        return ""
    for args, kwargs in calls:
        try:
            signature.bind(*args, **kwargs)
        except TypeError:
            break
    else:
        return ""
    name = getattr(function, "__name__", "?")
    signs: dict[object, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    own = [signs.get(p.kind, "") + p.name for p in signature.parameters.values()]
    if own == list(asked):
        return _without_default(signature, args, kwargs)
    forms = [f"{name}({', '.join(some)})"[:MAX_DEFINITION] for some in (own, asked)]
    return text("checks.failure.signature", own=forms[0], asked=forms[1])


def _without_default(
    signature: inspect.Signature, args: Sequence, kwargs: Mapping[str, object]
) -> str:
    """Say which parameter the exercise calls by its default, and has none here."""
    try:
        given = signature.bind_partial(*args, **kwargs).arguments
    except TypeError:
        return ""
    lacking = [
        name
        for name, parameter in signature.parameters.items()
        if name not in given and parameter.default is inspect.Parameter.empty
    ]
    if not lacking:
        return ""
    return text("checks.failure.default", name=lacking[0][:MAX_DEFINITION])


MAX_DEFINITION = 160
MOST_PARAMETERS = 20


def _slips_in(node: ast.FunctionDef, names: Mapping, seen: Seen) -> list[str]:
    searches = (_kept, _powers, _texts, _operators, _calls, _statements, _order)
    found = dict.fromkeys(
        _slip(key, **values)
        for search in (*searches, _generators, _names, _loops)
        for key, values in search(node, names)
        if seen.suits(key, values)
    )
    return list[str](found)[:MOST]


Found = Iterator[tuple[str, dict[str, object]]]


def _code(node: ast.AST) -> str:
    code = ast.unparse(node)
    return code if len(code) <= 60 else code[:56] + " ..."


def _body(function: ast.FunctionDef) -> list[ast.AST]:
    return [n for statement in function.body for n in ast.walk(statement)]


def _names_in(body: list[ast.AST], use: type[ast.expr_context]) -> set[str]:
    """Return the names that are read, or that are bound."""
    names = (node for node in body if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, use)}


CHANGE = frozenset(["append", "extend", "insert", "update", "setdefault", "pop"])


def _kept(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find default values that are filled, and so carry one call into the next."""
    arguments = function.args
    places = [*arguments.posonlyargs, *arguments.args][-len(arguments.defaults) :]
    body = _body(function)
    stored = _names_in(body, ast.Store)
    filled = {ast.unparse(value) for node in body for value in _filled(node)}
    for argument, default in [
        *zip(places, arguments.defaults),
        *zip(arguments.kwonlyargs, arguments.kw_defaults),
    ]:
        empty = default is not None and ast.unparse(default) in ("list()", "dict()")
        if empty or isinstance(default, ast.List | ast.Dict | ast.Set):
            if argument.arg in filled - stored:
                yield "kept", {"name": argument.arg}


def _filled(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the list or dictionary into which a node puts something."""
    if isinstance(node, ast.Attribute):
        if node.attr in CHANGE:
            yield node.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield node.value


def _powers(function: ast.FunctionDef, names: Mapping) -> Found:
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            if isinstance(node.op, ast.BitXor):
                yield "power", {"code": _power_code(node)}


def _power_code(node: ast.BinOp | ast.AugAssign) -> str:
    """Return a ``^`` as its author reads it, with brackets around both sides.

    Python needs none in ``(a - b) ^ 2``, because ``^`` comes after ``-``.
    """
    if isinstance(node, ast.AugAssign):
        return _code(node)
    left, right = (
        f"({_code(side)})" if isinstance(side, ast.BinOp) else _code(side)
        for side in (node.left, node.right)
    )
    return f"{left} ^ {right}"


def _operators(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find divisions that round down, and comparisons that lack brackets."""
    counted = _counts(function)
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            right = node.right if isinstance(node, ast.BinOp) else node.value
            # A half of a length is a whole number on purpose.
            whole = isinstance(right, ast.Constant) and isinstance(right.value, int)
            whole = whole or id(node) in counted
            if isinstance(node.op, ast.FloorDiv) and not whole:
                yield "floor", {"code": _code(node)}
        if isinstance(node, ast.Compare):
            for part in node.comparators[:-1]:
                if isinstance(part, ast.BinOp) and type(part.op) in SIGNS:
                    sign = SIGNS[type(part.op)]
                    yield "precedence", {"code": _code(node), "sign": sign}


def _counts(function: ast.FunctionDef) -> set[int]:
    """Return what stands in ranges, indices and sizes, where whole numbers belong."""
    found: set[int] = set()
    for node in ast.walk(function):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in WHOLE:
            parts = node.args
        found |= {id(inner) for part in parts for inner in ast.walk(part)}
    return found


WHOLE = ("range", "np.zeros", "np.ones", "np.empty", "np.arange")
SIGNS: dict[type, str] = {ast.BitAnd: "&", ast.BitOr: "|"}


# They make an array of the data type of another one.
LIKE = ("zeros_like", "ones_like", "empty_like")
SEEDED = ("seed", "RandomState", "default_rng", "Random")


def _calls(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find arrays without values, and random numbers."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    # With a seed of its own every call draws the same.
    seeded = any(
        node.args and ast.unparse(node.func).rpartition(".")[2] in SEEDED
        for node in calls
    )
    stored = _names_in(_body(function), ast.Store)
    for node in calls:
        called = ast.unparse(node.func)
        if called.rpartition(".")[2] in LIKE and len(node.args) == 1:
            model = node.args[0]
            if isinstance(model, ast.Name) and model.id not in stored:
                if not node.keywords:
                    yield "like_whole", {"code": _code(node), "name": model.id}
        if called in ("np.empty", "numpy.empty", "np.empty_like"):
            yield "empty", {"code": _code(node)}
        if called.startswith(("np.random.", "numpy.random.", "random.")):
            if not seeded and not called.endswith(".seed"):
                yield "draws", {"code": _code(node)}
            if called.endswith((".rand", ".random", ".random_sample")):
                yield "uniform", {"code": _code(node)}


def _statements(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find results that are computed and lost."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Expr):
            continue
        value = node.value
        if isinstance(value, ast.Compare):
            yield "comparison", {"code": _code(value)}
        elif isinstance(value, ast.BinOp):
            yield "lost", {"code": _code(value)}
        elif isinstance(value, ast.Call):
            called = value.func
            root = called.value if isinstance(called, ast.Attribute) else None
            if isinstance(root, ast.Name) and root.id in ("np", "numpy"):
                if not isinstance(called, ast.Attribute) or any(
                    keyword.arg == "out" for keyword in value.keywords
                ):
                    continue
                if called.attr not in ("seed", "copyto", "put", "fill_diagonal"):
                    yield "lost", {"code": _code(value)}
            elif isinstance(called, ast.Attribute) and called.attr in (
                *("reshape", "astype", "dot", "copy", "transpose", "sum", "mean"),
            ):
                yield "lost", {"code": _code(value)}


def _order(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find calls of the notebook's functions with exchanged arguments."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        callee = names.get(node.func.id)
        if not isinstance(callee, types.FunctionType):
            continue
        found = in_another_order(node, callee)
        if found:
            yield "order", found


def in_another_order(
    call: ast.Call, function: types.FunctionType
) -> dict[str, object] | None:
    """Tell whether a variable is given for another parameter than its namesake.

    Returns what a sentence about the call names; None where nothing is exchanged, or an
    argument is missing.
    """
    code = function.__code__
    asked = list(code.co_varnames[: code.co_argcount])
    needed = len(asked) - len(function.__defaults__ or ())
    given = [a.id if isinstance(a, ast.Name) else "" for a in call.args]
    named = len(given) + len(call.keywords)
    if named < needed or all(
        name not in asked or asked.index(name) == i for i, name in enumerate(given)
    ):
        return None
    return {
        "name": function.__name__,
        "names": ", ".join(asked),
        "given": ", ".join(map(_code, call.args)),
    }


def _texts(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find texts that look like an f-string and have no ``f`` before them."""
    body = _body(function)
    formatted = {
        id(inner)
        for n in body
        if isinstance(n, ast.JoinedStr)
        or (isinstance(n, ast.Attribute) and n.attr == "format")
        for inner in ast.walk(n)
    }
    known = {n.id for n in body if isinstance(n, ast.Name)}
    known |= {argument.arg for argument in function.args.args}
    for node in body:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        inside = re.findall(r"\{ *([A-Za-z_]\w*)[^{}]*\}", node.value)
        if id(node) not in formatted and "\n" not in node.value:
            if known.intersection(inside):
                yield "braces", {"code": _code(node)}


def _generators(function: ast.FunctionDef, names: Mapping) -> Found:
    for node in ast.walk(function):
        name = node.attr if isinstance(node, ast.Attribute) else ""
        name = node.id if isinstance(node, ast.Name) else name
        if name in ("default_rng", "RandomState", "Generator"):
            yield "generator", {"name": name}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "random" and isinstance(
                names.get("random"), types.ModuleType
            ):
                if names["random"].__name__ == "random":
                    yield "generator", {"name": f"random.{node.attr}"}


def _names(function: ast.FunctionDef, names: Mapping) -> Found:
    """Find parameters that are not used, and variables from outside."""
    arguments = function.args.posonlyargs + function.args.args
    parameters = [argument.arg for argument in arguments]
    body = _body(function)
    loaded, stored = _names_in(body, ast.Load), _names_in(body, ast.Store)
    # Those of inner functions, and its own behind a star.
    inner = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    gathered = function.args.vararg
    if gathered is not None and gathered.arg in loaded:
        yield "star", {"name": gathered.arg}
    # What is called is a function, or was one; another remark is about that.
    called = {
        n.func.id
        for n in body
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    for name in sorted(loaded - stored - inner - called - set(parameters)):
        value = names.get(name)
        if name in names and not hasattr(builtins, name):
            if not callable(value) and not isinstance(value, types.ModuleType):
                yield "outside", {"name": name}
    for name in parameters:
        if name not in loaded and not name.startswith("print_"):
            yield "unused_parameter", {"name": name}
        elif len(parameters) > MOST_PARAMETERS:
            continue  # each would be sought in the whole function
        elif _is_overwritten(function, name):
            yield "overwritten", {"name": name}
        elif _only_packed(function, name):
            yield "only_packed", {"name": name}
        elif _only_size(body, name):
            yield "only_size", {"name": name}
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name not in loaded and not name.startswith("_"):
                size = isinstance(node.value, ast.Subscript | ast.Call) and bool(
                    _sizes([node.value, getattr(node.value, "value", node.value)])
                )
                yield "unused_size" if size else "unused", {"name": name}
    if not any(isinstance(n, ast.Return) for n in body):
        yield "no_return", {}


def _is_overwritten(function: ast.FunctionDef, name: str) -> bool:
    """Tell whether a parameter gets another value before any line reads it."""
    for statement in function.body:
        used = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
        used = [n for n in used if n.id == name]
        if not used:
            continue
        stored = all(isinstance(n.ctx, ast.Store) for n in used)
        return stored and isinstance(statement, ast.Assign)
    return False


def _only_packed(function: ast.FunctionDef, name: str) -> bool:
    """Tell whether a parameter is put into dictionaries and tuples, and no more."""
    reads, packed = 0, 0
    # What a variable holds that is read again may be computed with.
    plain: set[int] = set()  # where it is only returned, or filled
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            plain |= {id(n) for n in (node.value, *getattr(node.value, "elts", ()))}
        elif isinstance(node, ast.Assign):
            plain |= {id(t.value) for t in node.targets if isinstance(t, ast.Subscript)}
    loads = [n for n in _body(function) if _is_name(n) and id(n) not in plain]
    loaded = _names_in(list(loads), ast.Load)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            held = {n.id for t in node.targets for n in ast.walk(t) if _is_name(n)}
            mine = (n.id for n in ast.walk(node.value) if _is_name(n))
            if held & loaded and name in mine:
                return False
        if isinstance(node, ast.Name) and node.id == name:
            reads += 1
        parts: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            parts = node.values
        elif isinstance(node, ast.Assign) and isinstance(
            node.targets[0], ast.Subscript
        ):
            parts = [node.value]
        elif isinstance(node, ast.Return | ast.Assign):
            target = node.targets[0] if isinstance(node, ast.Assign) else ast.Name("")
            if isinstance(node.value, ast.Tuple) and isinstance(target, ast.Name):
                parts = node.value.elts
        packed += sum(isinstance(p, ast.Name) and p.id == name for p in parts)
    return 0 < reads == packed


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _sizes(body: list[ast.AST]) -> list[ast.AST]:
    """Return of what the length or the shape is taken."""
    return [
        inner
        for n in body
        for inner in (
            [n.value]
            if isinstance(n, ast.Attribute) and n.attr in ("shape", "size", "ndim")
            else n.args
            if isinstance(n, ast.Call) and ast.unparse(n.func) == "len"
            else []
        )
    ]


def _only_size(body: list[ast.AST], name: str) -> bool:
    """Tell whether nothing but the length or the shape of a parameter is used."""
    sizes = [n for n in _sizes(body) if isinstance(n, ast.Name) and n.id == name]
    uses = [n for n in body if isinstance(n, ast.Name) and n.id == name]
    return 0 < len(uses) == len(sizes)


def _loops(function: ast.FunctionDef, names: Mapping) -> Found:
    for loop in ast.walk(function):
        if isinstance(loop, ast.For | ast.While):
            if any(isinstance(statement, ast.Return) for statement in loop.body):
                yield "return_in_loop", {}
            yield from _last_pass(function, loop)
            yield from _begun_anew(function, loop)
            yield from _endless(loop)


def _endless(loop: ast.For | ast.While) -> Found:
    """Find conditions of a loop that nothing in the loop can change."""
    if not isinstance(loop, ast.While):
        return
    asked = [n for n in ast.walk(loop.test) if not isinstance(n, ast.expr_context)]
    simple = (ast.Name, ast.Constant, ast.Compare, ast.BinOp, ast.cmpop, ast.operator)
    inside = [n for statement in loop.body for n in ast.walk(statement)]
    names = {n.id for n in asked if isinstance(n, ast.Name)}
    leaves = any(isinstance(n, ast.Break | ast.Return | ast.Raise) for n in inside)
    if names and not leaves and all(isinstance(n, simple) for n in asked):
        # An array or a list may change without a new value for its name.
        changed = {n.id for n in inside if isinstance(n, ast.Name)}
        if not names & changed:
            yield "endless", {"code": _code(loop.test)}


def _last_pass(function: ast.FunctionDef, loop: ast.For | ast.While) -> Found:
    """Find sums that forget what the passes before have added.

    A name that has a value before the loop, or one that depends on the loop's variable
    and on no other pass, gets another in each pass, and is read only after it.
    """
    inside = list(ast.walk(loop))
    if any(isinstance(node, ast.Break) for node in inside):
        return  # the last pass is then the one that was sought
    outside = [n for n in _body(function) if isinstance(n, ast.Name)]
    before = [n for n in outside if n.lineno < loop.lineno]
    after = [n for n in outside if n.lineno > (loop.end_lineno or 0)]
    for statement in loop.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Name) or isinstance(statement.value, ast.Name):
            continue
        uses = [n for n in inside if isinstance(n, ast.Name) and n.id == target.id]
        if (
            len(uses) == 1
            and target.id in _names_in([*after], ast.Load)
            and (
                target.id in _names_in([*before], ast.Store)
                or _of_one_pass(loop, statement.value)
            )
        ):
            yield "last_pass", {"name": target.id}


def _of_one_pass(loop: ast.For | ast.While, value: ast.expr) -> bool:
    """Tell whether a value depends on the loop's variable, but on no pass before."""
    if not isinstance(loop, ast.For):
        return False
    body = [n for statement in loop.body for n in ast.walk(statement)]
    made: dict[str, set[str]] = {}  # of which names a name gets its value in a pass
    carried: set[str] = set()  # names that are read before they get one
    stored: set[str] = set()
    for statement in loop.body:
        nodes = list(ast.walk(statement))
        read, new = _names_in(nodes, ast.Load), _names_in(nodes, ast.Store)
        plain = isinstance(statement, ast.Assign)
        carried |= read - stored if plain else read | new
        stored |= new
        for name in new:
            made[name] = made.get(name, set()) | read
    carried &= _names_in(body, ast.Store)
    carried |= {
        ast.unparse(filled).split("[")[0] for n in body for filled in _filled(n)
    }
    needed: set[str] = set()
    fresh = _names_in(list(ast.walk(value)), ast.Load)
    while fresh:
        needed |= fresh
        fresh = set().union(*(made.get(name, set()) for name in fresh)) - needed
    return not needed & carried and bool(
        needed & {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    )


EMPTY = ("np.zeros", "np.zeros_like", "np.ones", "list", "dict")


def _begun_anew(function: ast.FunctionDef, loop: ast.For | ast.While) -> Found:
    """Find sums and lists that each pass of a loop sets back to their beginning.

    A name that gets a constant or something empty in each pass, is then added to or
    filled, and is read only after the loop.
    """
    inside = list(ast.walk(loop))
    if any(isinstance(node, ast.Break) for node in inside):
        return
    after = [
        n
        for n in _body(function)
        if isinstance(n, ast.Name) and n.lineno > (loop.end_lineno or 0)
    ]
    for statement in loop.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
            continue
        target, value = statement.targets[0], statement.value
        if not isinstance(target, ast.Name) or not _is_beginning(value):
            continue
        name = target.id
        updates = [n for n in inside if _updates(n, name)]
        theirs = {id(n) for update in updates for n in ast.walk(update)}
        others = [
            n
            for n in inside
            if isinstance(n, ast.Name) and n.id == name and id(n) not in theirs
        ]
        if updates and others == [target] and name in _names_in([*after], ast.Load):
            yield "begun_anew", {"name": name, "code": _code(statement)}


def _is_beginning(value: ast.expr) -> bool:
    """Tell whether a sum, a list or an array begins with this value."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float)
    if isinstance(value, ast.List | ast.Tuple):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and ast.unparse(value.func) in EMPTY


def _updates(node: ast.AST, name: str) -> bool:
    """Tell whether a statement adds to what a name holds, or fills it."""
    target: ast.expr | None = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr in CHANGE:
            target = called.value
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            read = _names_in(list(ast.walk(node.value)), ast.Load)
            target = target if name in read else None
    if isinstance(target, ast.Subscript):
        target = target.value
    return isinstance(target, ast.Name) and target.id == name
