"""What the cells of a notebook define, told from their text: nothing of them is run."""

import ast
import types
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from helpers.checks.stubs import source_of, tree_of

__all__ = ["definition_in", "definition_of", "names_in"]

# Calls that make plain values; of others it is not known what they return.
MAKERS = frozenset(["dict", "list", "set", "float", "int", "defaultdict", "deque"])
MODULES = ("np.", "numpy.")


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
