"""Code cells: docstrings, comments and displayed strings, and nothing else.

All is done by tokens and syntax: what a translation changes are comments and string
constants that are shown to readers; the rest of the syntax tree stays as it is.
"""

import ast
import copy
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.errors import CourseError

# Keyword arguments whose strings are drawn or printed.
SHOWN = frozenset(
    [
        *("caption", "captions", "description", "label", "labels", "legend", "name"),
        *("names", "note", "suptitle", "text", "title", "titles"),
        *("xlabel", "xlabels", "ylabel", "ylabels"),
    ]
)
# Calls whose strings are looked up: what they name stays as it is.
LOOKED_UP = re.compile(r"check|checks_for|frozen|getattr|load(_\w+)?|einsum|astype")
WORD = re.compile(r"[A-Za-z]{3,}")
PRINTED = re.compile(r"\b[A-Za-z]{2,}\b")
PROSE = re.compile(r"[A-Za-z]{2,}[,:;]? (?:\S+ )*?[A-Za-z]{2,}")
# A word that stands alone, unlike a name of code: it may be drawn or printed by way
# of a variable, so a translator says of each whether it is a label or a key.
LABEL = re.compile(
    r"(?<![\w.@])[a-z]{3,}(?:-[a-z]+)*(?![\w.(\[=@,>])|(?<![\w.])[a-z]{2,},? "
)
# A word beside what an f-string puts in, a space away from it.
BESIDE = re.compile(r" [a-z]{2,}(?: |$)|^[a-z]{2,} ")
# A mark between two things that it puts in, which each language writes its own way.
BETWEEN = re.compile(r"[,:;] ")
OWN = re.compile(r"#+\s*(?:@(?:KEEP|REPLACE|OMIT)\b|noqa\b|type:|fmt:)|###")
# What stands behind a marker, such as the number of lines of the solution.
BEHIND = re.compile(r"(### START CODE HERE ### *)(\(.+\))")
UNDERLINE = re.compile(r"\s*-{3,}\s*")
PARAMETER = re.compile(r"\*{0,2}\w+(?:, \*{0,2}\w+)* : ")


class DamagedCode(CourseError):
    """A translation that changes more of a cell than what readers see."""


@dataclass(frozen=True)
class _Change:
    """A piece of source to replace, by offsets into it."""

    start: int
    end: int
    text: str


def rewrite_code(source: str, translate: Callable[[str, str], str]) -> str:
    """Return a code cell with what readers see replaced.

    `translate` gets a kind (``docstring``, ``comment``, ``string``, ``template``) and a
    text and returns what stands in its place. A cell that is not Python stays as it is.

    Raises
    ------
    DamagedCode
        If the syntax trees differ in more than strings that are shown.

    Examples
    --------
    >>> print(rewrite_code("x = 1  # one\\nprint('the end')", lambda k, t: t.upper()))
    x = 1  # ONE
    print("THE END")
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    offsets = _Offsets(source)
    changes = [
        *_docstrings(tree, source, offsets, translate),
        *_strings(tree, offsets, translate),
        *_comments(source, offsets, translate),
    ]
    made = source
    for change in sorted(changes, key=lambda change: change.start, reverse=True):
        if made[change.start : change.end] != change.text:
            made = made[: change.start] + change.text + made[change.end :]
    problem = differs(source, made)
    if problem:
        raise DamagedCode(problem)
    return made


class _Offsets:
    """Turns the places that ``ast`` and ``tokenize`` give into offsets."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True) or [""]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def characters(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def bytes(self, line: int, column: int) -> int:
        before = self._lines[line - 1].encode()[:column]
        return self._starts[line - 1] + len(before.decode())

    def of(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self.bytes(node.lineno, node.col_offset),
            self.bytes(node.end_lineno, node.end_col_offset),
        )


def _documented(tree: ast.AST) -> Iterator[ast.Constant]:
    """Return the docstrings of a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                if isinstance(first.value.value, str):
                    yield first.value


def _docstrings(
    tree: ast.AST, source: str, offsets: _Offsets, translate: Callable[[str, str], str]
) -> Iterator[_Change]:
    for node in _documented(tree):
        start, end = offsets.of(node)
        text = source[start:end]
        opening = re.match(r"[rRuU]?(\"\"\"|'''|\"|')", text)
        if opening is None or "\\" in text:
            continue
        quote = opening[1]
        body = text[opening.end() : -len(quote)]
        made = _described(body, lambda part: translate("docstring", part))
        yield _Change(start, end, opening[0] + made + quote)


def _described(body: str, translate: Callable[[str], str]) -> str:
    """Return a docstring in numpydoc's form with its sentences replaced.

    Titles of sections stay; a line ``name : type`` is a message of its own.
    """
    lines = body.split("\n")
    written: list[str] = []
    group: list[str] = []
    indent = ""

    def flush() -> None:
        if group:
            text = "\n".join(group)
            made = translate(text) if WORD.search(text) else text
            first = made.split("\n")
            written.extend([indent + line if line else line for line in first])
            group.clear()

    for i, line in enumerate(lines):
        here = line[: len(line) - len(line.lstrip())]
        words = line.strip()
        after = lines[i + 1] if i + 1 < len(lines) else ""
        title = UNDERLINE.fullmatch(line) or (words and UNDERLINE.fullmatch(after))
        if not words or title or words.startswith((">>>", "...")):
            flush()
            written.append(line)
        elif PARAMETER.match(words):
            flush()
            indent = here
            group.append(words)
            flush()
        else:
            if group and here != indent:
                flush()
            indent = here
            group.append(words)
    flush()
    return "\n".join(written)


def _comments(
    source: str, offsets: _Offsets, translate: Callable[[str, str], str]
) -> Iterator[_Change]:
    """Replace comments; those on lines of their own that follow each other are one."""
    group: list[tokenize.TokenInfo] = []

    def change() -> Iterator[_Change]:
        if not group:
            return
        words = [token.string.lstrip("#").strip() for token in group]
        text = "\n".join(words)
        start = offsets.characters(*group[0].start)
        end = offsets.characters(*group[-1].end)
        if WORD.search(text):
            indent = " " * group[0].start[1]
            made = translate("comment", text).split("\n")
            lines = [f"# {line}" for line in made]
            yield _Change(start, end, f"\n{indent}".join(lines))
        group.clear()

    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        alone = not token.line[: token.start[1]].strip()
        last = group[-1] if group else None
        follows = (
            last is not None
            and alone
            and token.start == (last.start[0] + 1, last.start[1])
            and not last.line[: last.start[1]].strip()
        )
        if not follows:
            yield from change()
        if OWN.match(token.string):
            yield from change()
            behind = BEHIND.fullmatch(token.string.rstrip())
            if behind and WORD.search(behind[2]):
                start = offsets.characters(*token.start) + len(behind[1])
                made = translate("comment", behind[2])
                yield _Change(start, start + len(behind[2]), made)
        else:
            group.append(token)
            if not alone:
                yield from change()
    yield from change()


def _looked_up(tree: ast.AST) -> set[ast.expr]:
    """Return the strings that code looks something up by, or gives as options."""
    found: set[ast.expr] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [word.value for word in node.keywords if word.arg not in SHOWN]
        if LOOKED_UP.fullmatch(name):
            given += node.args
        found.update(part for part in given if isinstance(part, ast.Constant))
        if name == "frozen":
            found.update(node.args)
    return found


def _may_be_shown(node: ast.expr) -> bool:
    """Tell whether the words of a string read like words, not like code."""
    if isinstance(node, ast.Constant):
        words = _text(node)
        return bool(PROSE.search(words) or LABEL.search(words))
    if not isinstance(node, ast.JoinedStr):
        return False
    if any(_may_be_shown(part) for part in _put_in(node)):
        return True
    return _worded(node)


def _worded(node: ast.JoinedStr) -> bool:
    """Tell whether an f-string has words of its own, or marks between words."""
    parts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
    return bool(PROSE.search(_text(node))) or any(
        BESIDE.search(part) or BETWEEN.search(part) for part in parts
    )


def _put_in(node: ast.JoinedStr) -> Iterator[ast.Constant]:
    """Return the strings within the expressions of an f-string."""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            for inner in ast.walk(part.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner


# Where the strings of a displayed expression stand that it does not look up.
HOLDING: dict[type[ast.AST], tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.Dict: ("values",),
    ast.GeneratorExp: ("elt",),
    ast.IfExp: ("body", "orelse"),
    ast.List: ("elts",),
    ast.ListComp: ("elt",),
    ast.Set: ("elts",),
    ast.Tuple: ("elts",),
}


def _shown(tree: ast.AST) -> dict[ast.expr, None]:
    """Return the string constants and f-strings that are shown to readers.

    One whose words are drawn or printed by way of a variable is among them, and with
    it some that are not: those stay as they are in the catalogue.
    """
    found: dict[ast.expr, None] = {}
    left = {*_documented(tree), *_looked_up(tree)}
    parts = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }

    def add(node: ast.AST) -> None:
        """Note the strings of a displayed expression, but not those it looks up."""
        if isinstance(node, ast.Constant | ast.JoinedStr):
            if node not in parts and PRINTED.search(_text(node)):
                found.setdefault(node)
        for name in HOLDING.get(type(node), ()):
            inner = getattr(node, name)
            for item in inner if isinstance(inner, list) else [inner]:
                add(item)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "print":
                for argument in node.args:
                    add(argument)
            for keyword in node.keywords:
                if keyword.arg in SHOWN:
                    add(keyword.value)
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in parts:
            if node not in left and _may_be_shown(node):
                found.setdefault(node)
    return found


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the words of a string, without what an f-string puts into it."""
    if isinstance(node, ast.JoinedStr):
        return " ".join(
            part.value
            for part in node.values
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
    return node.value if isinstance(node.value, str) else ""


def _template(node: ast.JoinedStr) -> tuple[str, dict[str, ast.FormattedValue]]:
    """Return an f-string as a text with its expressions in braces, and these."""
    text, values = "", {}
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            field = ast.unparse(ast.JoinedStr([part]))[2:-1]
            values[field] = part
            text += field
        elif isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
    return text, values


def _strings(
    tree: ast.AST, offsets: _Offsets, translate: Callable[[str, str], str]
) -> Iterator[_Change]:
    for node in _shown(tree):
        start, end = offsets.of(node)
        if isinstance(node, ast.JoinedStr):
            text, values = _template(node)
            made = text
            if _worded(node) or PRINTED.search(_text(node)):
                made = translate("template", text)
            changed = False
            for inner in _put_in(node):
                if _may_be_shown(inner):
                    word = translate("string", str(inner.value))
                    changed = changed or word != inner.value
                    inner.value = word
            if made != text or changed:
                yield _Change(start, end, _joined(made, values))
        elif isinstance(node, ast.Constant):
            text = str(node.value)
            made = translate("string", text)
            if made != text:
                yield _Change(start, end, _quoted(made))


def _quoted(text: str) -> str:
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        return f'"{written[1:-1]}"'
    return written


def _joined(text: str, values: dict[str, ast.FormattedValue]) -> str:
    """Return the f-string of a template, in double quotes where these fit."""
    parts: list[ast.expr] = []
    spots = re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True))))
    at = 0
    for match in spots.finditer(text) if values else []:
        parts.append(ast.Constant(_plain(text[at : match.start()])))
        parts.append(values[match[0]])
        at = match.end()
    parts.append(ast.Constant(_plain(text[at:])))
    written = ast.unparse(ast.JoinedStr(parts))
    if written.startswith("f'") and '"' not in written and "\\'" not in written:
        return f'f"{written[2:-1]}"'
    return written


def _plain(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def fields(template: str) -> list[str]:
    """Return the placeholders of a template, in the order of their texts.

    Raises
    ------
    ValueError
        If its braces do not pair.

    Examples
    --------
    >>> fields("{right} of {total:.0%}, {{kept}}")
    ['{right}', '{total:.0%}']
    """
    found, depth, start, i = [], 0, 0, 0
    while i < len(template):
        sign = template[i]
        if not depth and template[i : i + 2] in ("{{", "}}"):
            i += 1
        elif sign == "{":
            start = start if depth else i
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth < 0:
                raise ValueError("} without {")
            if not depth:
                found.append(template[start : i + 1])
        i += 1
    if depth:
        raise ValueError("{ without }")
    return sorted(found)


def differs(before: str, after: str) -> str:
    """Say where two cells differ in more than what readers see.

    Empty where they do the same.
    """
    if before == after:
        return ""
    try:
        trees = ast.parse(before), ast.parse(after)
    except SyntaxError as error:
        return f"line {error.lineno} is not Python any more"
    shown = set(_shown(trees[0])) | set(_documented(trees[0]))
    return _compare(trees[0], trees[1], shown)


def _compare(one: object, other: object, shown: set[ast.expr]) -> str:
    if isinstance(one, ast.expr) and one in shown:
        if isinstance(one, ast.JoinedStr) and isinstance(other, ast.JoinedStr):
            if _values(one) == _values(other):
                return ""
            return f"line {one.lineno}: other expressions in an f-string"
        if isinstance(one, ast.Constant) and isinstance(other, ast.Constant):
            if isinstance(other.value, str):
                return ""
    if type(one) is not type(other):
        return f"line {getattr(one, 'lineno', '?')}: other code"
    if isinstance(one, ast.AST):
        for name in one._fields:
            problem = _compare(
                getattr(one, name, None), getattr(other, name, None), shown
            )
            if problem:
                return problem
        return ""
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return "other statements"
        return next(
            filter(None, (_compare(a, b, shown) for a, b in zip(one, other))), ""
        )
    return "" if one == other else f"{one!r} became {other!r}"


def _values(node: ast.JoinedStr) -> list[str]:
    """Return what an f-string puts in, whatever strings that may show."""
    kept = copy.deepcopy(node)
    for inner in _put_in(kept):
        inner.value = ""
    return sorted(
        ast.dump(part) for part in kept.values if isinstance(part, ast.FormattedValue)
    )
