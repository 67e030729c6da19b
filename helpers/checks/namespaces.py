"""What the cells of a notebook define, told from their text: nothing of them is run."""

import ast
import builtins
import types
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from helpers.checks.stubs import source_of, tree_of

# Calls that make plain values; of others it is not known what they return.
MAKERS = frozenset(["dict", "list", "set", "float", "int", "defaultdict", "deque"])
MODULES = ("np.", "numpy.")
MOST_SHOWN = 60  # characters of a statement


# The cells of one notebook, and those that a class shares.
@lru_cache(maxsize=500)
def _statements(cell: str) -> tuple[ast.stmt, ...]:
    tree = tree_of(cell)
    return () if tree is None else tuple(tree.body)


def definition_in(name: str, cells: Iterable[str]) -> ast.FunctionDef | None:
    """Return the last definition of a function; None where there is none."""
    found = None
    for cell in cells:
        for statement in _statements(cell):
            if isinstance(statement, ast.FunctionDef) and statement.name == name:
                found = statement
    return found


def definition_of(
    function: Callable, most: int | None = None
) -> ast.FunctionDef | None:
    """Return the definition of a function.

    None where its text is not at hand, is no definition, or has more than `most`
    characters.
    """
    source = source_of(function)
    if source is None or (most is not None and len(source) > most):
        return None
    return definition_in(function.__name__, [source])


def names_in(cells: Iterable[str]) -> dict[str, object]:
    """Return what the names of a notebook stand for, as far as its text tells.

    A function is one without a body, and a module an empty one; of plain values only
    the kind is right. A name of which nothing is known is not there.

    Examples
    --------
    >>> names = names_in(["import math", "kept = {}", "def f(x, y=2):\\n    ..."])
    >>> sorted(names), names["kept"]
    (['f', 'kept', 'math'], {})
    """
    found: dict[str, object] = {}
    for cell in cells:
        for statement in _statements(cell):
            for name, value in _bound(statement):
                if value is None:
                    found.pop(name, None)
                else:
                    found[name] = value
    return found


def rebound_in(cells: Iterable[str]) -> dict[str, str]:
    """Return which statements give another value to what was imported or built in.

    By name, as far as no later cell imports it again; of a statement its first line.

    Examples
    --------
    >>> rebound_in(["import numpy as np", "for np in range(3):\\n    sum = np"])
    {'np': 'for np in range(3):', 'sum': 'sum = np'}
    """
    imported: set[str] = set(vars(builtins))
    found: dict[str, str] = {}
    for cell in cells:
        for statement in _in_order(_statements(cell)):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for alias in statement.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    imported.add(name)
                    found.pop(name, None)
                continue
            for name in _targets(statement) & imported:
                found[name] = _first_line(statement)
    return found


def _in_order(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements with those inside of them, but not inside of functions."""
    for statement in statements:
        yield statement
        if not isinstance(statement, DEFINITIONS):
            for part in ("body", "orelse", "finalbody"):
                yield from _in_order(getattr(statement, part, ()))


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _targets(statement: ast.stmt) -> set[str]:
    """Return the names to which a statement itself gives a value."""
    given: list[ast.AST] = []
    if isinstance(statement, ast.Assign):
        given += statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign | ast.For):
        given.append(statement.target)
    elif isinstance(statement, ast.With):
        given += [item.optional_vars for item in statement.items if item.optional_vars]
    names = (n for target in given for n in ast.walk(target))
    return {
        n.id for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _first_line(statement: ast.stmt) -> str:
    try:
        line = ast.unparse(statement).partition("\n")[0]
    except RecursionError:
        return ""
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 4] + " ..."


def _bound(statement: ast.stmt) -> Iterator[tuple[str, object]]:
    if isinstance(statement, ast.FunctionDef):
        yield statement.name, _without_body(statement)
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            module = types.ModuleType(alias.name)
            yield alias.asname or alias.name.partition(".")[0], module
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, _kind_of(statement.value)
    elif isinstance(statement, ast.ClassDef | ast.AsyncFunctionDef):
        yield statement.name, None


def _kind_of(node: ast.expr) -> object:
    """Return a value of the kind of an expression; None where it is not known."""
    if isinstance(node, ast.Dict | ast.DictComp):
        return {}
    if isinstance(node, ast.List | ast.ListComp | ast.Set | ast.SetComp | ast.Tuple):
        return []
    if isinstance(node, ast.Constant) and node.value is not None:
        return node.value
    if isinstance(node, ast.Call):
        try:
            called = ast.unparse(node.func)
        except RecursionError:  # a long chain of calls or attributes
            return None
        if called in MAKERS or called.startswith(MODULES):
            return {}
    return None


def _without_body(node: ast.FunctionDef) -> Callable | None:
    """Return a function of the same parameters that does nothing.

    None where Python's parser takes them and its compiler does not.
    """
    given = node.args
    arguments = ast.arguments(
        posonlyargs=[ast.arg(one.arg) for one in given.posonlyargs],
        args=[ast.arg(one.arg) for one in given.args],
        vararg=ast.arg(given.vararg.arg) if given.vararg else None,
        kwonlyargs=[ast.arg(one.arg) for one in given.kwonlyargs],
        kw_defaults=[one and ast.Constant(0) for one in given.kw_defaults],
        kwarg=ast.arg(given.kwarg.arg) if given.kwarg else None,
        defaults=[ast.Constant(0) for _ in given.defaults],
    )
    namespace: dict[str, Callable] = {}
    try:
        exec(f"def {node.name}({ast.unparse(arguments)}): pass", namespace)
    except SyntaxError:  # such as one name twice
        return None
    return namespace[node.name]
