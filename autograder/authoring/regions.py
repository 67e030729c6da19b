"""Solution regions: finding them, and turning them into what learners receive.

A region stands between ``### START CODE HERE ###`` and ``### END CODE HERE ###``
and is read as statements, never as lines of text.
"""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

from autograder.errors import CourseError

START = re.compile(r"^\s*### START CODE HERE ###(?P<rest>.*)$")
END = re.compile(r"^\s*### END CODE HERE ###\s*$")
DIRECTIVE = re.compile(r"#\s*@(?P<word>KEEP|REPLACE|OMIT)\b\s*(?P<code>.*)$")
WHOLE = re.compile(r"\s*@(KEEP|OMIT)\b")
# nbgrader's own markers; a cell that has them is nbgrader's to clear.
STOCK_SOLUTION = "BEGIN SOLUTION"
STOCK_REGION = re.compile(
    r"^(?P<indent>[ \t]*)[^\n]*BEGIN SOLUTION.*?END SOLUTION[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
UNDONE = "raise NotImplementedError()"
MAGIC = re.compile(r"^(?P<indent>\s*)(?:[%!]|\?|\w[\w.]*\?)")
TIMED = re.compile(r"^(?P<indent>\s*)%time\s+(?P<code>[^\s-].*)$")
# What a command or a magic answers is not known before it runs.
ASSIGNED = re.compile(r"^(?P<indent>\s*)(?P<target>[\w.]+)\s*=\s*[!%]")
CELL_MAGIC = re.compile(r"^\s*%%(?P<name>\w*)")
# Cells in which they stand first are Python below the first line.
PYTHON_MAGICS = ("capture", "prun", "time", "timeit")


class RegionError(CourseError):
    """A region that cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Region:
    """The lines of a region."""

    # Line numbers of the two markers, counted from 1.
    start: int
    end: int
    # ``"KEEP"`` or ``"OMIT"`` where the first marker says so of every statement, else
    # empty.
    whole: str = ""

    def holds(self, node: ast.stmt) -> bool:
        """Tell whether a statement stands in the region."""
        return self.start < node.lineno and last_line(node) < self.end


def last_line(node: ast.stmt) -> int:
    """Return the last line of a parsed statement, which ``ast`` knows."""
    return node.lineno if node.end_lineno is None else node.end_lineno


def find_regions(source: str) -> list[Region]:
    """Find the regions of a cell.

    Raises
    ------
    RegionError
        If markers are not in pairs.
    """
    regions: list[Region] = []
    opened: tuple[int, str] | None = None
    for number, line in enumerate(source.splitlines(), start=1):
        if match := START.match(line):
            if opened is not None:
                raise RegionError(
                    f"line {number}: a region starts inside another: "
                    f"### END CODE HERE ### is missing below line {opened[0]}"
                )
            whole = WHOLE.search(match["rest"])
            opened = number, whole[1] if whole else ""
        elif END.match(line):
            if opened is None:
                raise RegionError(f"line {number}: a region ends that never started")
            regions.append(Region(opened[0], number, opened[1]))
            opened = None
    if opened is not None:
        raise RegionError(
            f"line {opened[0]}: this region never ends: ### END CODE HERE ### is "
            "missing"
        )
    return regions


def stub(source: str) -> str:
    """Return a cell as learners receive it.

    The same text with ``name = None`` for each target of a region, once, in the order
    of first use. Statements marked ``# @KEEP`` stay, ``# @REPLACE code`` puts code in
    their place, ``# @OMIT`` drops them.

    Raises
    ------
    RegionError
        If the cell is not Python or a directive cannot be followed.

    Examples
    --------
    >>> print(stub('''def f(x):
    ...     ### START CODE HERE ###
    ...     y = 2 * x
    ...     ### END CODE HERE ###
    ...     return y'''))
    def f(x):
        ### START CODE HERE ###
        y = None
        ### END CODE HERE ###
        return y
    """
    tree = _parse(source)
    lines = source.splitlines()
    directives = _directives(source)
    for region in reversed(find_regions(source)):
        block = _statements(tree, region)
        kept = _Stubber(lines, directives, region).block(block, loose=False)
        marker = WHOLE.sub("", lines[region.start - 1]).rstrip()
        if not kept and not _has_other_statement(tree, region):
            kept = [f"{marker[: marker.index('#')]}pass"]
        lines[region.start - 1 : region.end - 1] = [marker, *kept]
    return "\n".join(lines)


def cleared(source: str) -> str:
    """Return a cell with a solution as learners receive it, whoever clears it.

    That is what `stub` returns or, where there are no regions, about what nbgrader
    makes.

    Examples
    --------
    >>> cleared("a = 1")
    'raise NotImplementedError()'
    """
    if STOCK_SOLUTION in source:
        return STOCK_REGION.sub(rf"\g<indent>{UNDONE}", source)
    try:
        return stub(source) if find_regions(source) else UNDONE
    except RegionError:
        return UNDONE


def tree_of(source: str) -> ast.Module:
    """Return the syntax tree of a cell; an empty one where it is not Python."""
    try:
        return ast.parse(plain_python(source))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def plain_python(source: str) -> str:
    """Return a cell without what only IPython understands.

    Magics, shell commands and requests for help become ``pass``, what is timed stays,
    and of a cell in another language nothing is left; line numbers stay.

    Examples
    --------
    >>> plain_python("%matplotlib inline\\nx = 1")
    'pass\\nx = 1'
    >>> plain_python("%%bash\\nls | sort")
    'pass\\n'
    """
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError):
        lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if magic := CELL_MAGIC.match(lines[first]):
        rest = [""] * len(lines[first + 1 :])
        if magic["name"] in PYTHON_MAGICS:
            rest = plain_python("\n".join(lines[first + 1 :])).split("\n")
        return "\n".join([*lines[:first], "pass", *rest])
    plain, goes_on = [], False
    for line in lines:
        if goes_on:
            plain.append("")
        elif match := TIMED.match(line):
            plain.append(match["indent"] + match["code"])
            continue
        elif match := MAGIC.match(line):
            plain.append(f"{match['indent']}pass")
        elif match := ASSIGNED.match(line):
            plain.append(f"{match['indent']}{match['target']} = None")
        else:
            plain.append(line)
            continue
        goes_on = line.rstrip().endswith("\\")
    return "\n".join(plain)


def solution_statements(source: str) -> list[str]:
    """List the statements of a cell's regions that learners must not receive.

    Simple statements, in the normal form of ``ast.unparse``, without those that are
    kept on purpose.
    """
    tree = _parse(source)
    directives = _directives(source)
    found: list[str] = []

    def collect(block: list[ast.stmt], region: Region) -> None:
        for node in block:
            word, _ = directives.get(node.lineno, ("", ""))
            if hasattr(node, "body"):
                for _, inner in _blocks(node):
                    collect(inner, region)
            elif word != "KEEP" and (region.whole != "KEEP" or word):
                found.append(ast.unparse(node))

    for region in find_regions(source):
        collect(_statements(tree, region), region)
    return found


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise RegionError(f"line {error.lineno}: not Python: {error.msg}") from error


def _directives(source: str) -> dict[int, tuple[str, str]]:
    """Map line numbers to the directive that stands in a comment there."""
    found = {}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    for token in tokens:
        if token.type == tokenize.COMMENT and (match := DIRECTIVE.search(token.string)):
            if not START.match(token.line):
                found[token.start[0]] = match["word"], match["code"].strip()
    return found


def _blocks(node: ast.stmt) -> list[tuple[str, list[ast.stmt]]]:
    """Return the blocks of a compound statement with their attribute names."""
    blocks = [
        (name, getattr(node, name))
        for name in ("body", "orelse", "finalbody")
        if getattr(node, name, None)
    ]
    for handler in getattr(node, "handlers", []):
        blocks.append(("handler", handler.body))
    for case in getattr(node, "cases", []):
        blocks.append(("case", case.body))
    return blocks


def _statements(tree: ast.Module, region: Region) -> list[ast.stmt]:
    """Return the outermost statements of a region, in order."""
    found: list[ast.stmt] = []

    def visit(block: list[ast.stmt]) -> None:
        for node in block:
            if region.holds(node):
                found.append(node)
            elif hasattr(node, "body"):
                for _, inner in _blocks(node):
                    visit(inner)

    visit(tree.body)
    if not found:
        raise RegionError(f"line {region.start}: there is no statement in this region")
    return found


def _has_other_statement(tree: ast.Module, region: Region) -> bool:
    """Tell whether the block around a region has statements outside of it."""
    answer = False

    def visit(block: list[ast.stmt]) -> bool:
        nonlocal answer
        inside = [node for node in block if region.holds(node)]
        if inside:
            answer = len(inside) < len(block)
            return True
        return any(visit(inner) for node in block for _, inner in _blocks(node))

    visit(tree.body)
    return answer


class _Stubber:
    """Writes the lines of one region as learners receive them."""

    def __init__(
        self, lines: list[str], directives: dict[int, tuple[str, str]], region: Region
    ) -> None:
        self._lines = lines
        self._directives = directives
        self._whole = region.whole

    def block(self, block: list[ast.stmt], *, loose: bool) -> list[str]:
        """Return the lines of a block; ``loose`` allows computed subscripts."""
        written: list[str] = []
        seen: set[str] = set()
        for node in block:
            word, code = self._directive(node)
            indent = " " * node.col_offset
            if word == "OMIT":
                continue
            if word == "REPLACE":
                if not code:
                    raise RegionError(f"line {node.lineno}: @REPLACE by what?")
                written.append(indent + code)
            elif word == "KEEP" and hasattr(node, "body"):
                written += self._kept_compound(node)
            elif word == "KEEP":
                written += self._verbatim(node)
            else:
                for target in _targets(node, loose=loose):
                    if target not in seen:
                        seen.add(target)
                        written.append(f"{indent}{target} = None")
        return written

    def _directive(self, node: ast.stmt) -> tuple[str, str]:
        last = node.lineno if hasattr(node, "body") else node.end_lineno
        for line in {node.lineno, last}:
            if line in self._directives:
                return self._directives[line]
        return self._whole, ""

    def _verbatim(self, node: ast.stmt) -> list[str]:
        return [
            DIRECTIVE.sub("", line).rstrip()
            for line in self._lines[node.lineno - 1 : node.end_lineno]
        ]

    def _kept_compound(self, node: ast.stmt) -> list[str]:
        if isinstance(node, ast.While) and self._whole != "KEEP":
            raise RegionError(
                f"line {node.lineno}: the header of a while loop cannot be kept, "
                "since a stubbed body would never end it"
            )
        written: list[str] = []
        line = node.lineno
        for _, inner in _blocks(node):
            first = inner[0].lineno
            if first == line:
                raise RegionError(f"line {line}: put the body on a line of its own")
            header = self._lines[line - 1 : first - 1]
            written += [DIRECTIVE.sub("", text).rstrip() for text in header]
            body = self.block(inner, loose=True)
            written += body or [" " * inner[0].col_offset + "pass"]
            line = last_line(inner[-1]) + 1
        return written


# A case for each kind of target and of statement.
def _targets(node: ast.stmt, *, loose: bool) -> list[str]:  # noqa: C901
    """List what a statement binds, nested statements included."""
    names: list[str] = []

    def add(target: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for item in target.elts:
                add(item)
        elif isinstance(target, ast.Starred):
            add(target.value)
        elif isinstance(target, ast.Name):
            names.append(target.id)
        elif isinstance(target, ast.Subscript):
            constant = isinstance(target.slice, ast.Constant)
            if isinstance(target.value, ast.Name) and (constant or loose):
                names.append(ast.unparse(target).replace("'", '"'))

    def visit(inner: ast.stmt) -> None:
        if isinstance(inner, ast.Assign):
            for target in inner.targets:
                add(target)
        elif isinstance(inner, ast.AugAssign | ast.AnnAssign):
            add(inner.target)
        elif isinstance(inner, ast.FunctionDef):
            return
        else:
            for _, block in _blocks(inner):
                for child in block:
                    visit(child)

    visit(node)
    if not loose or hasattr(node, "body"):
        computed = re.compile(r"\[[^\]]*[^\]\"\w-][^\]]*\]")
        names = [name for name in names if not computed.search(name)]
    return list(dict.fromkeys(names))
