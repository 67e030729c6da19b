"""Whether all text of the course keeps to its standard words: ``make lint``.

The list of words stands in ``words.toml``. Code, formulas, links and file names are
no text; comments, docstrings and messages in the code of notebooks are.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

__all__ = ["Finding", "findings"]

ROOT = Path(__file__).parents[1]
LIST = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
WORDS = [
    (re.compile(rf"(?<![\w-])(?:{word['find']})(?![\w-])", re.IGNORECASE), word["say"])
    for word in LIST["word"]
]
EXCEPTIONS = LIST.get("exception", [])
MARKDOWN = ("README.md", "docs/*.md", "data/*.md", "notebooks/*.md", "CHANGELOG.md")
MARKDOWN += ("CONTRIBUTING.md",)
NOTEBOOKS = ("notebooks/*.ipynb", "source/*/*.ipynb")
CATALOGUES = ("notebooks/misconceptions.toml", "source/*/misconceptions.toml")
STRINGS = ("helpers/strings/*.toml",)
# A formula, a piece of code or a link counts as one word.
ONE = " § "
NO_TEXT = (
    (re.compile(r"^(```|~~~).*?^\1", re.M | re.S), "\n\n"),
    (re.compile(r"<!--.*?-->", re.S), ""),
    (re.compile(r"\$\$.*?\$\$", re.S), ONE),
    (re.compile(r"(`+)(?!`)(?:(?!\n\s*\n).)+?\1", re.S), ONE),
    (re.compile(r"(?<![\\\d])\$[^$\n]+\$"), ONE),
    (
        re.compile(r"!?\[((?:[^][]|\[[^][]*\])*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)"),
        r"\1",
    ),
    (re.compile(r"https?://\S+"), ONE),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), "\n\n"),
    (re.compile(r"\{[^{}]*\}"), ONE),
    (re.compile(r"[\w./-]+\.(?:py|md|toml|ipynb|json|h5|png|csv|zip|db)\b"), ONE),
)
# Where one sentence ends: a block, an item, a heading, a cell of a table, a full stop.
BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*>#|]|\d+\. ))|\||\\n")
ENDS = re.compile(r"(?<![A-Z]\.)(?<!e\.g\.)(?<!i\.e\.)(?<=[.!?:;])[)*\"']*\s+")


@dataclass(frozen=True)
class Finding:
    """Something that does not keep to the list.

    Parameters
    ----------
    where : str
        File, and cell or key.
    what : str
        The words, with their surroundings.
    say : str
        What to write instead.
    """

    where: str
    what: str
    say: str

    def __str__(self) -> str:
        return f'{self.where}: "{self.what}": {self.say}'


def findings(root: Path = ROOT) -> list[Finding]:
    """Return all places that need another word or a shorter sentence.

    Parameters
    ----------
    root : Path, optional
        Folder of the repository.

    Returns
    -------
    list of Finding
        Without the exceptions of the list; an exception that fits nothing is one.
    """
    used = set()
    found = []
    for where, text in _texts(root):
        for finding in _look(where, text):
            fitting = [
                number
                for number, item in enumerate(EXCEPTIONS)
                if where.startswith(item["file"]) and item["text"] in finding.what
            ]
            used |= set(fitting)
            if not fitting:
                found.append(finding)
    for number, item in enumerate(EXCEPTIONS):
        if number not in used:
            where = f"tests/words.toml, exception for {item['file']}"
            found.append(Finding(where, item["text"], "is found nowhere: remove it"))
    return found


def _look(where: str, text: str) -> Iterator[Finding]:
    for pattern, one in NO_TEXT:
        text = pattern.sub(one, text)
    for block in BLOCKS.split(text):
        flat = re.sub(r"[*_#>]+(?=\w)|(?<=\w)[*_]+", "", " ".join(block.split()))
        for pattern, say in WORDS:
            for match in pattern.finditer(flat):
                around = flat[max(0, match.start() - 30) : match.end() + 30].strip()
                yield Finding(where, around, f"say {say}")
        for sentence in ENDS.split(flat):
            count = len(re.findall(r"§|[^\W\d_][\w'’-]*|\d[\d.,]*", sentence))
            if count > LIST["longest_sentence"]:
                yield Finding(
                    where, sentence[:90], f"{count} words; make two sentences"
                )


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    for path in _files(root, MARKDOWN):
        yield str(path.relative_to(root)), path.read_text("utf-8")
    for path in _files(root, STRINGS):
        yield from _strings(tomllib.loads(path.read_text("utf-8")), _name(root, path))
    for path in _files(root, CATALOGUES):
        yield from _entries(tomllib.loads(path.read_text("utf-8")), _name(root, path))
    for path in _files(root, NOTEBOOKS):
        for cell in nbformat.read(path, as_version=4).cells:
            where = f"{_name(root, path)}, {cell.id}"
            if cell.cell_type == "markdown":
                yield where, cell.source
            else:
                yield from ((where, text) for text in _prose_of_code(cell.source))


def _files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted(path for pattern in patterns for path in root.glob(pattern))


def _name(root: Path, path: Path) -> str:
    return str(path.relative_to(root))


def _strings(table: dict, where: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _strings(value, f"{where}, {key}")
        elif isinstance(value, str):
            yield f"{where}, {key}", value


def _entries(table: dict, where: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        inside = f"{where}, {key}"
        if isinstance(value, dict):
            yield from _entries(value, inside)
        elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
            for item in value:
                for field in {"name", "hint"} & set(item):
                    yield f"{inside}, {item.get('name')}", item[field]
        elif key == "hint" or "contract_hints" in where:
            yield inside, str(value)


def _prose_of_code(source: str) -> Iterator[str]:
    """Comments, and strings of more than one word, f-strings without their values."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not _is_code(token.string.lstrip("# ")):
            yield token.string.lstrip("# ")
    tree = ast.parse(source)
    names = {id(part) for call in ast.walk(tree) for part in _recorded(call)}
    for node in ast.walk(tree):
        if id(node) in names:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (getattr(part, "value", None) for part in node.values)
            yield "".join(part if isinstance(part, str) else ONE for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if " " in node.value:
                # Parameters of a docstring: their names and types are no text.
                text = re.sub(r"\n *-{3,}\n", "\n\n", node.value)
                yield re.sub(r"^ *[\w, *]+ : .*$", "\n", text, flags=re.M)


def _is_code(comment: str) -> bool:
    """Return whether a comment is a line of code, or a sign for the stub (@KEEP)."""
    if comment.startswith(("@", "START CODE", "END CODE")):
        return True
    try:
        return not all(isinstance(node, ast.Expr) for node in ast.parse(comment).body)
    except SyntaxError:
        return False


def _recorded(call: ast.AST) -> Iterator[ast.AST]:
    """The name of a recorded value, ``frozen("name", ...)``, is no text."""
    if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "frozen":
        for part in call.args[:1]:
            yield from ast.walk(part)


def main() -> int:
    """Print what was found; return 1 if there is any.

    Returns
    -------
    int
        The exit status.
    """
    found = findings()
    for finding in found:
        print(finding)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
