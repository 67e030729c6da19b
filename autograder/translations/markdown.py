"""Markdown: its blocks, the messages in it, and what must be equal on both sides."""

import re
from collections import Counter
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

FENCED = re.compile(r"(```(\w*)\n)(.*\n)(```)", re.DOTALL)
FENCE = re.compile(r"^\s*(```|~~~)")
WORD = re.compile(r"[^\W\d_]{2,}")
TAGS = re.compile(r"<[^<>]+>")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
LEAD = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
ROW = re.compile(r"\s*\|.*\|\s*")
CELL_END = re.compile(r"(?<!\\)\|")
# Words within a formula, which a translation says in its own.
SAID = re.compile(r"\\text\{([^{}]*)\}")
# What stands for code, formulas and placeholders where only words are looked at.
MASKS = {"code": "\ue000", "math": "\ue001", "placeholder": "\ue002"}
_MASKED = [
    (re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL), MASKS["code"]),
    (re.compile(r"\$\$.+?\$\$", re.DOTALL), MASKS["math"]),
    (re.compile(r"(?<![\\$])\$(?!\$)[^$]+?\$"), MASKS["math"]),
    (re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*\)"), r"\1"),
    (re.compile(r"https?://\S+"), MASKS["code"]),
    (TAGS, ""),
    (re.compile(r"\*+|(?<!\w)_+|_+(?!\w)"), ""),
]
_PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)


def blocks(source: str) -> list[tuple[str, str]]:
    """Divide Markdown at empty lines, but not inside fences and formulas.

    Each is the text before a block (empty lines) and the block; joined they are the
    source.

    Examples
    --------
    >>> blocks("one\\n\\n```\\ncode\\n\\nmore\\n```\\n\\n\\ntwo")
    [('', 'one'), ('\\n\\n', '```\\ncode\\n\\nmore\\n```'), ('\\n\\n\\n', 'two')]
    """
    found: list[tuple[str, str]] = []
    gap, block, inside = "", [], ""
    for line in source.split("\n"):
        fence = FENCE.match(line)
        if inside:
            if fence and fence[1] == inside:
                inside = ""
        elif fence:
            inside = fence[1]
        if line.strip() or inside:
            block.append(line)
            continue
        if block:
            found.append((gap, "\n".join(block)))
            gap, block = "\n", []
        gap += line + "\n"
    if block or gap:
        found.append((gap, "\n".join(block)))
    return found if block else [*found[:-1], (gap[:-1], "")]


def rewrite(
    source: str,
    translate: Callable[[str], str],
    code: Callable[[str, str], str] | None = None,
) -> str:
    """Return Markdown with each block that has words replaced.

    `translate` takes a block, or a row of a table; `code` takes the language and the
    text of a fence. The rest, such as formulas without words, is as it was.
    """
    made = ""
    for gap, block in blocks(source):
        fence = FENCED.fullmatch(block)
        if fence and code:
            made += gap + fence[1] + code(fence[2], fence[3]) + fence[4]
            continue
        made += gap + "\n".join(
            translate(part) if _has_words(part) else part for part in _messages(block)
        )
    return made


def _messages(block: str) -> list[str]:
    """Return the rows of a table, or else the block as a whole."""
    lines = block.split("\n")
    table = len(lines) > 1 and all(line.lstrip().startswith("|") for line in lines)
    return lines if table else [block]


def _has_words(block: str) -> bool:
    said = " ".join(SAID.findall(block))
    return not FENCE.match(block) and WORD.search(masked(block) + said) is not None


def masked(source: str) -> str:
    """Return the words of Markdown, with one sign for each code and formula."""
    for pattern, sign in _MASKED:
        source = pattern.sub(sign, source)
    return source


def structure(source: str) -> tuple[list[str], Counter[str]]:
    """Return what two sides of a translation must have in common.

    Types of blocks, in order; and inline code, formulas, targets of links and images,
    tags and emphasis, in any order.
    """
    outline: list[str] = []
    parts: Counter[str] = Counter()
    if ROW.fullmatch(source):
        parts["cell of a table"] = len(CELL_END.findall(source))
    for token in _PARSER.parse(source):
        if token.type == "inline":
            parts.update(_parts(token.children or []))
        elif token.type == "html_block":
            parts.update(f"tag {tag}" for tag in TAGS.findall(token.content))
            parts.update(_parts(_inline(TAGS.sub(" ", token.content))))
        elif token.type in ("fence", "code_block", "math_block"):
            formula = token.type == "math_block"
            content = SAID.sub("", token.content) if formula else token.content
            parts[f"{token.type} {content}"] += 1
        else:
            outline.append(f"{token.type} {token.tag}")
    return outline, parts


def _inline(source: str) -> list[Token]:
    return [
        child
        for token in _PARSER.parse(source.strip())
        if token.type == "inline"
        for child in token.children or []
    ]


def _parts(tokens: list[Token]) -> Counter:
    found: Counter = Counter()
    for token in tokens:
        if token.type == "code_inline":
            found[f"code {token.content}"] += 1
        elif token.type.startswith("math_inline"):
            found[f"formula {SAID.sub('', token.content)}"] += 1
        elif token.type == "link_open":
            found[f"link {token.attrGet('href')}"] += 1
        elif token.type == "image":
            found[f"image {token.attrGet('src')}"] += 1
        elif token.type == "html_inline":
            found[f"tag {token.content}"] += 1
        elif token.type in ("strong_open", "em_open"):
            found[token.type.removesuffix("_open")] += 1
    return found


def headings(source: str) -> list[str]:
    """Return the headings of Markdown, without the marks of code."""
    return [title.replace("`", "") for title in HEADING.findall(source)]


def leads(source: str) -> list[str]:
    """Return the words in bold type that open paragraphs, without their last mark.

    Examples
    --------
    >>> leads("**Large scores.** They overflow.\\n\\n**By hand**: take 1.")
    ['Large scores', 'By hand']
    """
    return [words.strip(" .:。：") for words in LEAD.findall(source)]


def relinked(source: str, target: Callable[[str], str]) -> str:
    """Return Markdown with each link's target replaced."""
    return LINK.sub(lambda match: f"]({target(match[1])})", source)
