"""Mutants of a contract: right values, and a term broken or not broken.

Each is the solution inside a wrapper that does what the contract speaks of: sets a
seed, changes its inputs, shares memory, adds keys, takes an order for granted. What
the contract forbids must be killed and told under the term's name; what it allows
must keep full marks.
"""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.regions import find_regions
from autograder.authoring.sources import GradedFunction, SourceNotebook
from autograder.quality.mutants import Mutant, mutants_of


@dataclass(frozen=True)
class ContractMutant(Mutant):
    """A solution that keeps or breaks a term of its contract."""

    # The term that it breaks; empty where the contract allows what it does.
    term: str = ""


# What stands above every wrapper. Arrays are reached wherever they stand.
TOOLS = '''
import copy as _copy


def _arrays(value):
    """Yield (holder, key) of each array inside dictionaries, lists and tuples."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    else:
        return
    for key, item in items:
        if isinstance(item, np.ndarray):
            yield value, key
        else:
            yield from _arrays(item)


def _mapped(value, change):
    """Return a value with a change made in each of its arrays."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_mapped(item, change) for item in value)
    return value


def _dictionaries(value):
    """Yield each dictionary at the top of a returned value."""
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, dict):
            yield item
'''

# By what the mutant does: the terms that forbid it, whether it is worth trying
# without them, and the body of the wrapper. {call} is a call of the solution with
# the inputs, {copied} one with copies of them, {names} the inputs as a tuple.
FRESH, SEED = ("fresh",), ("fresh", "no seed")
BODIES: list[tuple[str, tuple[str, ...], str, str]] = [
    ("seeds NumPy's generator", SEED, "", "np.random.seed(1)\nreturn {call}"),
    (
        "seeds it by the name of its own",
        SEED,
        "",
        "seed = np.random.seed\nseed(3)\nreturn {call}",
    ),
    (
        "draws from a state of its own",
        FRESH,
        "",
        "state = np.random.get_state()\n"
        "np.random.set_state(np.random.RandomState(5).get_state())\n"
        "try:\n    return {call}\nfinally:\n    np.random.set_state(state)",
    ),
    (
        "changes arrays in place",
        ("leaves inputs",),
        "changes inputs",
        "result = {copied}\n"
        "for holder, key in _arrays({names}):\n    holder[key][...] = 1\n"
        "return result",
    ),
    (
        "changes the arrays of a shallow copy",
        ("leaves inputs",),
        "changes inputs",
        "result = {copied}\n"
        "given = [_copy.copy(v) if isinstance(v, dict) else v for v in {names}]\n"
        "for holder, key in _arrays(given):\n    holder[key][...] = holder[key] + 1\n"
        "return result",
    ),
    (
        "rebinds entries of the caller's dictionary",
        ("leaves inputs",),
        "changes inputs",
        "result = {copied}\n"
        "for given in {names}:\n    if isinstance(given, dict):\n"
        "        for key in given:\n            given[key] = given[key] + 1\n"
        "return result",
    ),
    (
        "adds a key",
        ("exact keys",),
        "any",
        "result = {call}\n"
        "for part in _dictionaries(result):\n    part['A0'] = np.ones((2, 3))\n"
        "return result",
    ),
    (
        "lists its keys in the reverse order",
        (),
        "any",
        "result = {call}\n"
        "parts = [dict(reversed(p.items())) if isinstance(p, dict) else p\n"
        "         for p in (result if isinstance(result, tuple) else (result,))]\n"
        "return tuple(parts) if isinstance(result, tuple) else parts[0]",
    ),
    (
        "zips dictionaries by position",
        ("any order of keys",),
        "",
        "given = list({names})\n"
        "first = next(v for v in given if isinstance(v, dict))\n"
        "usual = sorted(first, key=lambda k: (k[1:], k[:1]))\n"
        "alone = sum(isinstance(v, dict) and len(v) >= len(first) for v in given) < 2\n"
        "for i, value in enumerate(given):\n"
        "    if not isinstance(value, dict) or len(value) < len(first):\n"
        "        continue\n"
        "    if value is first and not alone:\n        continue\n"
        "    prefix = 'd' if next(iter(value)).startswith('d') else ''\n"
        "    names = [prefix + k for k in (usual if value is first else first)]\n"
        "    if set(names) <= set(value):\n"
        "        given[i] = dict(zip(names, value.values()))\n"
        "return {function}(*given)",
    ),
    (
        "cuts its zeros out of one array",
        ("independent results",),
        "",
        "whole = np.zeros(100_000)\n"
        "return _mapped({call}, lambda a: a if a.any() else "
        "whole[: a.size].reshape(a.shape))",
    ),
    (
        "returns zeros of whole numbers",
        ("float",),
        "zeros",
        "return _mapped({call}, lambda a: a if a.any() else a.astype(int))",
    ),
    (
        "returns zeros of truth values",
        ("float",),
        "zeros",
        "return _mapped({call}, lambda a: a if a.any() else a.astype(bool))",
    ),
    (
        "returns views of larger arrays",
        (),
        "any",
        "return _mapped({call}, lambda a: np.concatenate([a, a])[: len(a)] "
        "if a.ndim else a)",
    ),
    (
        "returns single precision",
        (),
        "any",
        "return _mapped({call}, lambda a: a.astype(np.float32) "
        "if a.dtype.kind == 'f' else a)",
    ),
    *(
        (
            f"takes an order that is {what}",
            ("shuffled",),
            "",
            "m = X.shape[1]\n"
            f"order = {order}\n"
            "return [(X[:, order[k : k + mini_batch_size]], "
            "Y[:, order[k : k + mini_batch_size]]) "
            "for k in range(0, m, mini_batch_size)]",
        )
        for what, order in (
            ("rotated by the seed", "np.roll(np.arange(m), seed + 1)"),
            ("reversed", "np.arange(m)[::-1]"),
            ("reversed and rotated", "np.roll(np.arange(m)[::-1], seed)"),
            ("the old one", "np.arange(m)"),
            (
                "every second one first",
                "np.roll(np.r_[np.arange(0, m, 2), np.arange(1, m, 2)], seed)",
            ),
        )
    ),
    (
        "draws without the seed",
        ("same seed",),
        "",
        "mini_batches = {function}(X, Y, mini_batch_size, np.random.randint(1 << 30))\n"
        "return mini_batches",
    ),
    (
        "ignores the seed",
        ("same seed",),
        "",
        "return {function}(X, Y, mini_batch_size, 0)",
    ),
    (
        "counts its calls",
        ("same seed",),
        "",
        "_calls.append(1)\n"
        "return {function}(X, Y, mini_batch_size, seed + len(_calls))",
    ),
    *(
        (
            f"makes a mask that is {what}",
            ("independent masks",),
            "",
            "rand, drawn = np.random.rand, []\n\n\n"
            "def other(*shape):\n"
            "    drawn.append(rand(*shape))\n"
            f"    {change}\n"
            "    return drawn[-1]\n\n\n"
            "np.random.rand = other\n"
            "try:\n    return {call}\nfinally:\n    np.random.rand = rand",
        )
        for what, change in (
            (
                "cut out of the other one",
                "drawn[-1] = drawn[0][: shape[0]] if len(drawn) > 1 else drawn[0]",
            ),
            (
                "the other one upside down",
                "drawn[-1] = drawn[0][::-1][: shape[0]] if drawn[1:] else drawn[0]",
            ),
            (
                "one half twice",
                "drawn[-1][shape[0] // 2 : shape[0] // 2 * 2] = "
                "drawn[-1][: shape[0] // 2]",
            ),
            ("the same for all examples", "drawn[-1][:] = drawn[-1][:, :1]"),
            ("the same for all units", "drawn[-1][:] = drawn[-1][:1]"),
        )
    ),
]


def all_mutants(source: SourceNotebook, contracts: bool = False) -> list[Mutant]:
    """List the mutants of every graded function of a notebook, or of its contract."""
    return [
        mutant
        for name, graded in source.functions.items()
        for mutant in (
            contract_mutants(graded)
            if contracts
            else mutants_of(graded.cell.source, name)
        )
    ]


def contract_mutants(graded: GradedFunction) -> list[ContractMutant]:
    """List the mutants of a function's contract.

    These are what the contract forbids, and what it allows.
    """
    node = next(
        n
        for n in ast.parse(graded.cell.source).body
        if isinstance(n, ast.FunctionDef) and n.name == graded.name
    )
    found = []
    for change, terms, otherwise, body in BODIES:
        term = next((t for t in terms if t in graded.contract.terms), "")
        allowed = otherwise and (otherwise in ("any", "zeros", *graded.contract.terms))
        if otherwise == "zeros" and not graded.name.startswith("initialize"):
            allowed = False
        if term or (allowed and not term):
            text = _wrapped(graded, node, body)
            found.append(ContractMutant(graded.name, change, node.lineno, text, term))
    found += _helpers(graded)
    return found + list(_sizes(graded))


def _wrapped(graded: GradedFunction, node: ast.FunctionDef, body: str) -> str:
    names = "".join(f"{name}, " for name in graded.parameters)
    inner = f"_right_{graded.name}"
    body = (
        body.replace("{call}", f"{inner}({names})")
        .replace("{copied}", f"{inner}(*_copy.deepcopy(({names})))")
        .replace("{names}", f"({names})")
        .replace("{function}", inner)
    )
    return "\n".join(
        [
            graded.cell.source,
            TOOLS,
            f"{inner} = {graded.name}",
            "_calls = []",
            "",
            f"def {graded.name}({ast.unparse(node.args)}):",
            textwrap.indent(body, "    "),
        ]
    )


def _helpers(graded: GradedFunction) -> list[ContractMutant]:
    """Return the functions of ``helpers`` in the place of the learner's own."""
    found = []
    for given in graded.contract.own_work:
        module, _, name = given.rpartition(".")
        line = f"from helpers.{module} import {name} as {graded.name}"
        text, change = f"{graded.cell.source}\n\n{line}", f"calls helpers.{given}"
        found.append(ContractMutant(graded.name, change, 1, text, "own work"))
    return found


def _sizes(graded: GradedFunction) -> Iterator[ContractMutant]:
    """Yield the solution with a size written as a number."""
    tree = ast.parse(graded.cell.source)
    regions = find_regions(graded.cell.source)
    seen: set[str] = set()
    for node in ast.walk(tree):
        inside = hasattr(node, "lineno") and any(
            r.start < node.lineno < r.end for r in regions
        )
        if not inside or not _is_size(node):
            continue
        old = ast.unparse(node)
        if old in seen:
            continue
        seen.add(old)
        text = ast.unparse(_Fixed(old, regions).visit(ast.parse(graded.cell.source)))
        yield ContractMutant(
            graded.name, f"{old} is always 3", getattr(node, "lineno", 0), text, "size"
        )


def _is_size(node: ast.AST) -> bool:
    """Tell whether an expression reads a length off its input."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "len"


class _Fixed(ast.NodeTransformer):
    """Puts 3 in the place of an expression within the regions."""

    def __init__(self, old: str, regions: list) -> None:
        self.old = old
        self.regions = regions

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Replace the node, or go on below it."""
        line = getattr(node, "lineno", 0)
        inside = any(r.start < line < r.end for r in self.regions)
        if inside and _is_size(node) and ast.unparse(node) == self.old:
            return ast.copy_location(ast.Constant(3), node)
        return super().generic_visit(node)
