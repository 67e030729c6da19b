"""HTML and Markdown of a submission, made harmless in time linear in their size.

Whatever is longer, or has more of what makes parsers slow, than pages need is not
parsed at all.
"""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.characters import as_text
from autograder.formulas import mathml
from autograder.images import image_size

MOST_HTML = 200_000
MOST_TAGS = 6_000
MOST_ENTITIES = 20_000
TAG = 50  # characters that cost as much as a tag does
MOST_MARKDOWN = 15_000
MOST_IMAGES = 200
MOST_TIMES = 3  # that a text shows an image of which it holds the bytes once
ALL_PIXELS = 100_000_000
# What a parser of Markdown may look back to; a text has a handful of each.
MOST_MARKS = {"[": 400, "\\begin": 60, "](": 200, "$": 1_000, "*": 2_000, "_": 2_000}
MOST_FORMULAS = 300

TAGS = frozenset(
    [
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del"),
        *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2"),
        *("h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "span"),
        *("img", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th"),
        *("thead", "tr", "ul"),
    ]
)
# HTML parsers open these again in every paragraph after one that leaves them open,
# and so make a long page of a short text. While it is parsed they have other names,
# for which there is no such rule; no attribute of theirs is kept.
FORMATTING = frozenset(
    [
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small"),
        *("strike", "strong", "tt", "u"),
    ]
)
_NAMES = "|".join(sorted(FORMATTING))
# They take the attributes of the first such tag from all later ones: the square.
_NO_PARTS = "html|body"
RENAMED = re.compile(rf"<(/?)({_NAMES}|{_NO_PARTS})(?=[\s/>])", re.IGNORECASE)
GIVEN_BACK = re.compile(rf"(</?)x-({_NAMES})(?=[\s>])")
ATTRIBUTES = {
    "*": {"style", "title"},
    "x-a": {"href", "title"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "details": {"open"},
    "img": {"alt", "src", "width"},
}
SCHEMES = {"http", "https", "mailto"}
WIDTH = re.compile(r"[1-9]\d{0,2}(?:px|%)?")
SPAN = re.compile(r"[1-9]\d?")  # browsers lay out each place of a span
LENGTH = r"(?:0|\d{1,2}(?:\.\d{1,3})?(?:px|em|ex|pt)?)"
COLOUR = r"(?:#[0-9a-f]{3,6}|[a-z]{3,20}|rgb\(\d{1,3}(?:, ?\d{1,3}){2}\))"
# No position, no size, no negative length, no url(...): nothing covers or loads.
STYLES = {
    "background": COLOUR,
    "background-color": COLOUR,
    "border": rf"(?:{LENGTH}|solid|dashed|dotted|none|{COLOUR})(?: (?:{LENGTH}|solid|"
    rf"dashed|dotted|none|{COLOUR})){{0,2}}",
    "border-collapse": "collapse|separate",
    "color": COLOUR,
    "font-family": "monospace|sans-serif|serif",
    "font-style": "italic|normal",
    "font-weight": r"bold|normal|[1-9]00",
    "margin": rf"{LENGTH}(?: {LENGTH}){{0,3}}",
    "max-width": "100%",
    "padding": rf"{LENGTH}(?: {LENGTH}){{0,3}}",
    "text-align": "left|right|center",
    "vertical-align": "top|middle|bottom|baseline",
    "white-space": "nowrap|pre|pre-wrap|normal",
    "width": r"\d{1,2}%|100%|\d{1,3}px",
    "height": r"1?\d{1,2}px|100%",
}
PATTERNS = {name: re.compile(pattern) for name, pattern in STYLES.items()}
DATA = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]*)")
SOURCE = re.compile(
    r"""<img\b([^<>]{0,500}?\ssrc\s?=\s?["'])([^"'<>]{1,300})(["'])([^<>]{0,500})""",
    re.IGNORECASE,
)
ALT = re.compile(r"\salt\s?=", re.IGNORECASE)
# Stands for what is put in after the cleaning; nobody else can know it.
WORD = f"m{secrets.token_hex(12)}"
MARK = re.compile(rf"{WORD}(\d{{1,6}})z")


class Marks:
    """Words that stand for parts of a page while all else is cleaned."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, part: str) -> str:
        """Return a word for a part that is harmless already."""
        self._parts.append(part)
        return f"{WORD}{len(self._parts) - 1}z"

    def without_images(self, source: str) -> str:
        """Put words for the images that stand in a text as their bytes."""
        left, pixels = MOST_IMAGES, ALL_PIXELS

        def word(match: re.Match[str]) -> str:
            nonlocal left, pixels
            left -= 1
            found = image_size(match[1], match[2]) if left >= 0 else None
            pixels -= found[0] * found[1] if found else 0
            return self.add(match[0]) if found and pixels >= 0 else ""

        return DATA.sub(word, source)

    def put_back(self, cleaned: str) -> str:
        """Put the parts in the place of their words."""

        def part(match: re.Match[str]) -> str:
            number = int(match[1])
            return self._parts[number] if number < len(self._parts) else ""

        return MARK.sub(part, cleaned)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return what is kept of an attribute."""
    if name == "src":
        return value if MARK.fullmatch(value) else None
    if WORD in value:
        return None
    if name == "style":
        return _style(value) or None
    if tag == "img" and name == "width":
        return value if WIDTH.fullmatch(value) else None
    if name in ("colspan", "rowspan", "width"):
        return value if SPAN.fullmatch(value) else None
    if name == "scope":
        return value if value in ("col", "row") else None
    if name == "open":
        return ""
    if name in ("title", "alt"):
        return value[:2_000] if value.isprintable() else None
    return value


def _style(value: str) -> str:
    kept = []
    for declaration in value[:1_000].split(";"):
        name, _, said = declaration.partition(":")
        name, said = name.strip().lower(), said.strip().lower()
        if name in PATTERNS and PATTERNS[name].fullmatch(said):
            kept.append(f"{name}:{said}")
    return ";".join(kept)


def _own_link(target: str) -> str | None:
    return target if target.startswith("#") or MARK.fullmatch(target) else None


CLEANER = nh3.Cleaner(
    tags={f"x-{tag}" if tag in FORMATTING else tag for tag in TAGS},
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    clean_content_tags={"script", "style", "template", "noscript", "iframe"},
    url_schemes=SCHEMES,
    url_relative=_own_link,
    link_rel=None,
)


def cost_of(source: str) -> int:
    """Return what it costs to clean HTML: its characters, and more for each tag."""
    return len(DATA.sub("", source)) + TAG * source.count("<")


def _cleaned(source: str) -> str | None:
    if len(source) > MOST_HTML or source.count("<") > MOST_TAGS:
        return None
    if source.count("&") > MOST_ENTITIES:
        return None
    renamed = RENAMED.sub(r"<\1x-\2", as_text(source))
    # Its references to characters are characters now.
    cleaned = as_text(GIVEN_BACK.sub(r"\1\2", CLEANER.clean(renamed)))
    cleaned = cleaned.replace("<img>", "")
    return cleaned.replace("<a href=", '<a rel="noopener noreferrer" href=')


def clean_html(source: str | None) -> str | None:
    """Return HTML without scripts, handlers, forms, frames or images from elsewhere.

    None where it is too long, or has too many tags.

    Examples
    --------
    >>> clean_html('<b onclick="x()">bold</b><script>x()</script>')
    '<b>bold</b>'
    >>> clean_html('<a href="https://numpy.org">so</a>')
    '<a rel="noopener noreferrer" href="https://numpy.org">so</a>'
    """
    if source is None:
        return None
    marks = Marks()
    cleaned = _cleaned(marks.without_images(source))
    return None if cleaned is None else marks.put_back(cleaned)


Tokens = Sequence[Token]
Env = MutableMapping[str, Any]


@dataclass
class _Text:
    """What the rules below need of the text that is rendered."""

    marks: Marks
    images: Mapping[str, str]
    highlight: Callable[[str], str] | None
    formulas: int = 0
    times: Counter[str] = field(default_factory=Counter)

    def image(self, source: str) -> str | None:
        """Return what stands for the address of an image; None where it is not shown.

        An address in Markdown has its letters beyond ASCII in codes.
        """
        self.times[source] += 1
        if self.times[source] > MOST_TIMES:
            return None
        for name in (source, unquote(source)):
            if name in self.images:
                return self.marks.add(self.images[name])
        return source if MARK.fullmatch(source) else None

    def html(self, content: str) -> str:
        """Return HTML in which images that are attached have their addresses."""

        def known(match: re.Match[str]) -> str:
            source = self.image(unescape(match[2])) if self.images else None
            if source is None:
                return match[0]
            said = "" if ALT.search(match[0]) else f' alt="{match[2]}"'
            fits = '<img style="max-width:100%"'
            return f"{fits}{said}{match[1]}{source}{match[3]}{match[4]}"

        return SOURCE.sub(known, content)

    def formula(self, latex: str, display: bool) -> str:
        self.formulas += 1
        if self.formulas > MOST_FORMULAS:
            return f"<code>{escape(latex)}</code>"
        return self.marks.add(as_text(mathml(latex.strip(), display)))


def _text_of(env: Env) -> _Text:
    known = env["text"]
    assert isinstance(known, _Text)
    return known


class _Page(RendererHTML):
    """Renders Markdown, with marks where formulas and code in colours will stand."""

    def math_inline(
        self, tokens: Tokens, index: int, options: OptionsDict, env: Env
    ) -> str:
        """Show a formula within a line."""
        return _text_of(env).formula(tokens[index].content, display=False)

    def math_block(
        self, tokens: Tokens, index: int, options: OptionsDict, env: Env
    ) -> str:
        """Show a formula in a line of its own."""
        return _text_of(env).formula(tokens[index].content, display=True)

    def image(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Show an image that is attached; of any other only its description."""
        token, known = tokens[index], _text_of(env)
        said = escape(self.renderInlineAsText(token.children or [], options, env))
        source = known.image(str(token.attrGet("src")))
        if source is None:
            return said
        return f'<img alt="{said}" src="{source}" style="max-width:100%">'

    def html_block(
        self, tokens: Tokens, index: int, options: OptionsDict, env: Env
    ) -> str:
        """Leave HTML to the cleaning, which keeps no address but these."""
        return _text_of(env).html(tokens[index].content)

    def html_inline(
        self, tokens: Tokens, index: int, options: OptionsDict, env: Env
    ) -> str:
        """Leave HTML within a line to the cleaning, too."""
        return _text_of(env).html(tokens[index].content)

    def fence(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Show code, in colours where it is Python."""
        token, known = tokens[index], _text_of(env)
        if known.highlight is not None and token.info.strip() in ("python", "py"):
            return known.marks.add(known.highlight(token.content))
        return f"<pre><code>{escape(token.content)}</code></pre>\n"


MARKDOWN = (
    MarkdownIt("commonmark", {"html": True, "maxNesting": 20}, renderer_cls=_Page)
    .enable(["table", "strikethrough"])
    .use(dollarmath_plugin, double_inline=True)
    .use(amsmath_plugin)
)
for _name in ("math_block", "math_block_label", "math_inline_double", "amsmath"):
    MARKDOWN.add_render_rule(_name, _Page.math_block)
MARKDOWN.add_render_rule("math_inline", _Page.math_inline)


def _fills_tables(source: str) -> bool:
    """Whether rows could get many more cells than were written, as they lack some."""
    lines = [line for line in source.split("\n") if line.strip()]
    widest = max((line.count("|") for line in lines), default=0)
    return widest * len(lines) > len(source)


def clean_markdown(
    source: str,
    images: Mapping[str, str] | None = None,
    highlight: Callable[[str], str] | None = None,
) -> str:
    """Return Markdown as harmless HTML, with its formulas as MathML.

    The text as it is, where it is too long or too intricate. `images` has ``data:``
    addresses of images by the names that the text uses; `highlight` makes HTML
    of code in Python.

    Examples
    --------
    >>> clean_markdown("**so** <img src=x onerror=alert(1)> `$`").strip()
    '<p><strong>so</strong>  <code>$</code></p>'
    """
    marks = Marks()
    given = marks.without_images(as_text(source))
    if (
        len(given) <= MOST_MARKDOWN
        and not _fills_tables(given)
        and all(given.count(mark) <= most for mark, most in MOST_MARKS.items())
    ):
        known = _Text(marks, images or {}, highlight)
        cleaned = _cleaned(MARKDOWN.render(given, {"text": known}))
        if cleaned is not None:
            return marks.put_back(cleaned)
    return f"<pre>{escape(as_text(source)[: 4 * MOST_MARKDOWN])}</pre>"
