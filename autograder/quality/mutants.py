"""Every single-change mutant of a solution region, by ``ast``."""

import ast
import copy
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from autograder.authoring.regions import Region, find_regions


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one change in its region."""

    function: str
    change: str  # what was changed into what
    line: int  # where, within the cell
    text: str  # the whole changed cell


# A line, and what says what was changed there.
Change = tuple[int, Callable[[], str]]

BINARY: dict[type[ast.operator], list[type[ast.operator]]] = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add, ast.Mult],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv, ast.Mult],
    ast.Pow: [ast.Mult, ast.Div],
    ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}
COMPARISON: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.Gt, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
# Functions that are taken for one another; both ways.
NEIGHBOURS = [
    ("sum", "mean"),
    ("max", "min"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("randn", "rand"),
    ("floor", "ceil"),
    ("abs", "square"),
    ("sqrt", "square"),
    ("log", "log1p"),
    ("exp", "expm1"),
    ("sin", "cos"),
    ("plus", "minus"),
]


def mutants_of(source: str, function: str) -> list[Mutant]:
    """List the single-change mutants of a solution cell.

    Each is other than the solution and than one another; they come in the order of the
    text.

    Examples
    --------
    >>> cell = '''def f(x):
    ...     ### START CODE HERE ###
    ...     y = x + 1
    ...     ### END CODE HERE ###
    ...     return y'''
    >>> [m.change for m in mutants_of(cell, "f")][:3]
    ['without: y = x + 1', 'twice: y = x + 1', 'y = x - 1']
    """
    tree = ast.parse(source)
    regions = find_regions(source)
    node = next(
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function
    )
    seen = {ast.unparse(tree)}
    found = []
    for line, change in _Changes(node, regions).all():
        text = ast.unparse(tree)
        if text not in seen:
            seen.add(text)
            found.append(Mutant(function, change(), line, text))
    return found


class _Changes:
    """Makes one change after another in a tree and takes each back."""

    def __init__(self, node: ast.FunctionDef, regions: list[Region]) -> None:
        self.node = node
        self.regions = regions
        arguments = node.args
        self.parameters = [
            a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs
        ]
        # The line on which each local name is first bound.
        self.bound: dict[str, int] = dict.fromkeys(self.parameters, 0)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                line = min(inner.lineno, self.bound.get(inner.id, inner.lineno))
                self.bound[inner.id] = line
        self.strings = sorted(
            {
                inner.value
                for statement in node.body[1:]
                for inner in ast.walk(statement)
                if isinstance(inner, ast.Constant)
                and isinstance(inner.value, str)
                and len(inner.value) < 20
            }
        )

    def all(self) -> Iterator[Change]:
        """Yield a line number and a description of each change while it is made."""
        yield from self._block(self.node.body)

    def _block(self, block: list[ast.stmt]) -> Iterator[Change]:
        for i, statement in enumerate(list(block)):
            inside = any(region.holds(statement) for region in self.regions)
            if inside:
                yield from self._statement(block, i)
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(statement, name, None)
                if isinstance(inner, list):
                    yield from self._block(inner)
            if inside:
                yield from self._expressions(statement)

    def _statement(self, block: list[ast.stmt], i: int) -> Iterator[Change]:
        statement = block[i]
        head = ast.unparse(statement).split("\n")[0]
        block[i] = ast.copy_location(ast.Pass(), statement)
        yield statement.lineno, lambda: f"without: {head}"
        block[i] = statement
        if not isinstance(statement, ast.Return | ast.Pass):
            block.insert(i, copy.deepcopy(statement))
            yield statement.lineno, lambda: f"twice: {head}"
            del block[i]
        if i + 1 < len(block) and any(r.holds(block[i + 1]) for r in self.regions):
            block[i], block[i + 1] = block[i + 1], block[i]
            yield statement.lineno, lambda: f"after the next: {head}"
            block[i], block[i + 1] = block[i + 1], block[i]
        if isinstance(statement, ast.AugAssign):
            former = statement.op
            for kind in BINARY.get(type(former), []):
                statement.op = kind()
                yield statement.lineno, lambda: ast.unparse(statement)
            statement.op = former
        if isinstance(statement, ast.For | ast.While):
            for jump in (ast.Break(), ast.Continue()):
                statement.body.append(jump)
                word = type(jump).__name__.lower()
                yield statement.lineno, partial("{} ... {}".format, head, word)
                statement.body.pop()

    def _expressions(self, statement: ast.stmt) -> Iterator[Change]:
        blocks = ("body", "orelse", "finalbody")
        for name, value in ast.iter_fields(statement):
            if isinstance(statement, ast.stmt) and name in blocks:
                if isinstance(value, list):
                    continue
            yield from self._field(statement, name, statement)

    def _field(
        self, parent: ast.AST, name: str, statement: ast.stmt
    ) -> Iterator[Change]:
        value = getattr(parent, name)
        if isinstance(value, ast.AST):
            put = partial(setattr, parent, name)
            yield from self._node(value, put, statement)
            for inner, _ in ast.iter_fields(value):
                yield from self._field(value, inner, statement)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if not isinstance(item, ast.AST):
                    continue
                put = partial(operator.setitem, value, i)
                yield from self._node(item, put, statement)
                for inner, _ in ast.iter_fields(item):
                    yield from self._field(item, inner, statement)

    def _node(
        self, node: ast.AST, put: Callable[[ast.AST], None], statement: ast.stmt
    ) -> Iterator[Change]:
        if not isinstance(node, ast.expr):
            return
        for new in self._others(node):
            put(ast.copy_location(new, node))
            yield (statement.lineno, lambda: ast.unparse(statement).split("\n")[0])
            put(node)

    def _others(self, node: ast.expr) -> Iterator[ast.expr]:
        """Yield what may stand in the place of an expression."""
        if isinstance(node, ast.BinOp):
            yield from self._binary(node)
        elif isinstance(node, ast.UnaryOp):
            yield node.operand
        elif isinstance(node, ast.BoolOp):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.BoolOp(other, node.values)
            for i in range(len(node.values)):
                left = node.values[:i] + node.values[i + 1 :]
                yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            for kind in COMPARISON.get(type(node.ops[0]), []):
                yield ast.Compare(node.left, [kind()], node.comparators)
        elif isinstance(node, ast.IfExp):
            yield node.body
            yield node.orelse
        elif isinstance(node, ast.Constant):
            yield from self._constant(node.value)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            yield from self._slice(node, node.slice)
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            for i in range(len(node.elts) - 1):
                items = list(node.elts)
                items[i], items[i + 1] = items[i + 1], items[i]
                yield ast.Tuple(items, ast.Load())
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from self._name(node)

    def _binary(self, node: ast.BinOp) -> Iterator[ast.expr]:
        left, right = node.left, node.right
        for kind in BINARY.get(type(node.op), []):
            yield ast.BinOp(left, kind(), right)
        yield left
        yield right
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield ast.BinOp(right, node.op, left)
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(_transposed(left), node.op, right)
            yield ast.BinOp(left, node.op, _transposed(right))
            yield ast.BinOp(_transposed(left), node.op, _transposed(right))

    def _constant(self, value: object) -> Iterator[ast.expr]:
        if isinstance(value, bool):
            yield ast.Constant(not value)
            return
        others: list[int | float | str] = []
        if isinstance(value, int):
            others = [value + 1, value - 1, -value]
        elif isinstance(value, float):
            others = [value * 2, value / 2, value + 1, -value, 0.0]
        elif isinstance(value, str):
            others = [*self.strings]
        for other in dict.fromkeys(others):
            if other != value:
                yield ast.Constant(other)

    def _call(self, node: ast.Call) -> Iterator[ast.expr]:
        arguments, keywords = node.args, node.keywords
        for i in range(len(arguments) - 1):
            swapped = list(arguments)
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
            yield ast.Call(node.func, swapped, keywords)
        for i, keyword in enumerate(keywords):
            yield ast.Call(node.func, arguments, keywords[:i] + keywords[i + 1 :])
            if keyword.arg == "axis":
                others = [None, 0, 1]
                if isinstance(keyword.value, ast.Constant):
                    others = [k for k in others if k != keyword.value.value]
                for axis in others:
                    new = ast.keyword("axis", ast.Constant(axis))
                    yield ast.Call(
                        node.func, arguments, [*keywords[:i], new, *keywords[i + 1 :]]
                    )
        if len(arguments) == 1:
            yield arguments[0]
        elif len(arguments) > 1:
            yield ast.Call(node.func, arguments[:-1], keywords)
        name = node.func
        if isinstance(name, ast.Name) and name.id == "range":
            last = arguments[-1] if len(arguments) < 3 else arguments[1]
            place = min(len(arguments), 2) - 1
            for step in (ast.Add(), ast.Sub()):
                moved = list(arguments)
                moved[place] = ast.BinOp(last, step, ast.Constant(1))
                yield ast.Call(name, moved, keywords)
            if len(arguments) == 1:
                yield ast.Call(name, [ast.Constant(1), *arguments], keywords)
        if isinstance(name, ast.Attribute):
            for one, other in NEIGHBOURS:
                if name.attr in (one, other):
                    swap = other if name.attr == one else one
                    func = ast.Attribute(name.value, swap, ast.Load())
                    yield ast.Call(func, arguments, keywords)
            # A method called on a value: x.mean(axis=1), x.astype(float).
            if not (isinstance(name.value, ast.Name) and name.value.id in MODULES):
                yield name.value

    def _attribute(self, node: ast.Attribute) -> Iterator[ast.expr]:
        if node.attr == "T":
            yield node.value
        elif node.attr == "size":
            yield _length(node.value)

    def _slice(self, node: ast.Subscript, taken: ast.Slice) -> Iterator[ast.expr]:
        for side in ("lower", "upper"):
            value = getattr(taken, side)
            if value is None:
                continue
            for sign in (ast.Add(), ast.Sub()):
                new = ast.Slice(taken.lower, taken.upper, taken.step)
                setattr(new, side, ast.BinOp(value, sign, ast.Constant(1)))
                yield ast.Subscript(node.value, new, node.ctx)
            new = ast.Slice(taken.lower, taken.upper, taken.step)
            setattr(new, side, None)
            yield ast.Subscript(node.value, new, node.ctx)

    def _name(self, node: ast.Name) -> Iterator[ast.expr]:
        if node.id not in self.bound:
            return
        for other, line in self.bound.items():
            if other != node.id and line < node.lineno:
                yield ast.Name(other, ast.Load())


MODULES = ("np", "math", "plt")


def _transposed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _length(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("len", ast.Load()), [node], [])
