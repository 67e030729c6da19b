"""Telling from its source whether a learner has begun a function."""

import ast
import dis
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable
from functools import lru_cache

# Characters of a cell whose syntax is read: Python's parser takes the square of some.
MOST_PARSED = 20_000


class _Shape(ast.NodeTransformer):
    """Leaves of a tree what is work: no docstrings and no choice of names.

    Names are numbered by their first occurrence: another name for a variable is no
    work, but to use one variable instead of another is.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def _number(self, name: str) -> str:
        return f"_{self._numbers.setdefault(name, len(self._numbers))}"

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._number(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._number(node.arg))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        body = node.body
        if ast.get_docstring(node, clean=False) is not None:
            body = body[1:]
        arguments = self.visit(node.args)
        body = [self.visit(statement) for statement in body]
        body = [item for item in body if not isinstance(item, ast.Pass)]
        return ast.FunctionDef("_", arguments, body, [], lineno=0)


def definitions_of(name: str, cells: Iterable[str]) -> list[str]:
    """Return the texts of all definitions of a function in some cells, in order.

    And of other statements that bind the name. A cell that is no Python (magics, an
    open bracket), or too long to be read, is taken for a definition as a whole where it
    mentions the name.
    """
    found = []
    for cell in cells:
        if name not in cell:
            continue
        bindings = _bindings(cell)
        found += [text for names, text in bindings if names is None or name in names]
    return found


def tree_of(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell; None where it is too long, or no Python.

    Examples
    --------
    >>> tree_of("%matplotlib inline") is None
    True
    """
    if len(source) > MOST_PARSED:
        return None
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined_in(source: str) -> set[str]:
    """Return the names of the functions that a cell defines at its top.

    Examples
    --------
    >>> defined_in("def area(r):\\n    return r")
    {'area'}
    """
    tree = tree_of(source)
    body = tree.body if tree is not None else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


# A notebook is asked for each of its functions; a class shares most cells.
@lru_cache(maxsize=500)
def _bindings(cell: str) -> list[tuple[set[str] | None, str]]:
    """Return what each statement of a cell binds, and its text.

    A cell that is no Python may bind anything.
    """
    tree = tree_of(cell)
    if tree is None:
        return [(None, cell)]
    # Split once: the function of `ast` for it does that for each statement.
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").encode().split(b"\n")
    return [
        (names, _text_of(statement, lines))
        for statement in tree.body
        if (names := _bound_by(statement))
    ]


def _text_of(statement: ast.stmt, lines: list[bytes]) -> str:
    """Return the text of a statement, whose columns are counted in bytes."""
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    found = lines[first : last + 1]
    found[-1] = found[-1][: statement.end_col_offset]
    found[0] = found[0][statement.col_offset :]
    return b"\n".join(found).decode()


def _bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds at the top of a notebook."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in statement.names}
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def source_of(function: Callable) -> str | None:
    """Return the text of a function's definition.

    None where there is none, as for a function typed at a prompt.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_filename == "<string>":
        return None  # Python 3.13 would show the program that began by `python -c`
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError, IndentationError, SyntaxError):
        return None


def is_released(function: Callable, stub: str) -> bool:
    """Tell whether a function is the released one, as `is_stub` does.

    Where the text of the function cannot be found, its code decides. `stub` is empty
    where the released text is not known.
    """
    source = source_of(function)
    if source is not None:
        return is_stub(source, stub)
    code = getattr(function, "__code__", None)
    if not stub or not isinstance(code, types.CodeType):
        return False
    (released,) = (
        constant
        for constant in compile(stub, "<released>", "exec").co_consts
        if isinstance(constant, types.CodeType)
    )
    return _steps(code) == _steps(released)


def _steps(code: types.CodeType) -> list[tuple[str, object]]:
    """Return what code does, with its variables numbered by first occurrence."""
    numbers: dict[object, int] = {}
    steps: list[tuple[str, object]] = []
    for step in dis.get_instructions(code):
        value: object = step.argval
        if step.opcode in JUMPS or step.opname in ("RESUME", "CACHE"):
            value = None
        elif isinstance(value, types.CodeType):
            value = tuple(_steps(value))
        elif step.opcode in VARIABLES:
            value = numbers.setdefault(value, len(numbers))
        steps.append((step.opname, value))
    return steps


JUMPS = frozenset([*dis.hasjrel, *dis.hasjabs])
NAMES = ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "STORE_NAME")
VARIABLES = frozenset(
    [*dis.haslocal, *dis.hasfree, *(dis.opmap[name] for name in NAMES)]
)


def is_stub(source: str | None, stub: str) -> bool:
    """Tell whether a definition is the released one, but for names and comments.

    False where there is no text to compare: who has begun is never told that nothing
    was begun.

    Examples
    --------
    >>> stub = "def f(x):\\n    y = None\\n    return y"
    >>> is_stub("def f(x):\\n    y = None  # soon\\n\\n    return y", stub)
    True
    >>> is_stub("def f(x):\\n    y = print(x)\\n    return y", stub)
    False
    """
    if source is None or not stub:
        return False
    try:
        one, other = _shape_of(source), _shape_of(stub)
    except (ValueError, RecursionError):
        return source.strip() == stub.strip()
    return one == other


# The same stub is asked for with each submission.
@lru_cache(maxsize=256)
def _shape_of(source: str) -> str:
    tree = tree_of(source)
    body = tree.body if tree is not None else []
    functions = [item for item in body if isinstance(item, ast.FunctionDef)]
    if len(functions) != 1:
        raise ValueError
    return ast.dump(_Shape().visit(functions[0]))
