"""Formulas as MathML, which browsers show without a network or a script."""

from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

MOST_LATEX = 2_000
MOST_NESTED = 60
ELEMENTS = frozenset(
    [
        *("math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded"),
        *("mphantom", "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub"),
        *("msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
    ]
)
# Of brackets as large as \big and its like ask.
SIZES = ("1.2em", "1.623em", "2.047em", "2.470em")
# Of these no value can be long, load anything or reach beyond the formula.
VALUES = {
    "accent": ("true", "false"),
    "columnalign": None,
    "display": ("block", "inline"),
    "displaystyle": ("true", "false"),
    "fence": ("true", "false"),
    "form": ("prefix",),
    "linethickness": ("0", "0pt"),
    "mathvariant": None,
    "maxsize": SIZES,
    "minsize": SIZES,
    "movablelimits": ("true", "false"),
    "notation": None,
    "separator": ("true", "false"),
    "stretchy": ("true", "false"),
}
WIDTHS = {"0.167em", "0.222em", "0.278em", "0.5em", "1em", "2em"}
ROWS = ("math", "mrow", "mstyle", "mtd")
# How many children these have: a browser draws one with more as a mistake.
CHILDREN = {"msub": 2, "msup": 2, "msubsup": 3}
SIGNS = ("−", "-", "+", "±")
CLOSING = (")", "]", "}", "|", "‖", "!", "′")
THIN = '<mspace width="0.167em"></mspace>'
# The library leaves these as they are where they follow a command for their size.
DELIMITERS = {"\\lVert": "‖", "\\rVert": "‖", "\\lvert": "|", "\\rvert": "|"}


def mathml(latex: str, display: bool = False) -> str:
    """Return a formula as MathML.

    `latex` is what stands between the dollars; where it cannot be read, it is returned
    itself, escaped.

    Examples
    --------
    >>> mathml("x^2")
    '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> mathml("{")
    '<code>{</code>'
    """
    if len(latex) <= MOST_LATEX:
        try:
            kind = "block" if display else "inline"
            return _written(convert_to_element(latex, display=kind), MOST_NESTED)
        except Exception:
            # Whatever the library says about it, the reader gets the text.
            pass
    return f"<code>{escape(latex[: 2 * MOST_LATEX])}</code>"


def _written(element: Element, depth: int) -> str:
    """Write an element that may stand in a page, and all in it."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if element.tag == "msup" and len(element) == 2 and _said(element[1]) == "′":
        # The prime is drawn raised already: as a script it would be a dot.
        prime = '<mo form="postfix" lspace="0" rspace="0">′</mo>'
        return f"<mrow>{_written(element[0], depth - 1)}{prime}</mrow>"
    _gather(element)
    said = element.text or ""
    inside = escape(unescape(DELIMITERS.get(said, said)), quote=False)
    for before, child, after in _neighbours(element):
        if child.tag == "mo" and _said(child) in SIGNS and _begins(before):
            child.set("form", "prefix")
        elif child.tag == "mo" and _named(child) and element.tag in ROWS:
            child.tag = "mi"
        # TeX sets a thin space between a function's name and what is not a bracket.
        named = _named(child) and element.tag in ROWS
        if named and before is not None and not _begins(before):
            inside += THIN
        inside += _written(child, depth - 1)
        if named and after is not None and after.tag not in ("mo", "mspace"):
            inside += THIN
    if element.tag not in ELEMENTS:
        return inside
    attributes = "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if _allowed(name, value)
    )
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"


def _gather(element: Element) -> None:
    """Make one base of a script's base that the library left in parts.

    It does so where a script follows a matrix: bracket, table and bracket.
    """
    surplus = len(element) - CHILDREN.get(element.tag, len(element))
    if surplus > 0:
        parts = element[: surplus + 1]
        base = Element("mrow")
        base.extend(parts)
        element[: surplus + 1] = [base]


def _neighbours(
    element: Element,
) -> Iterator[tuple[Element | None, Element, Element | None]]:
    """Yield each child between the one before and the one after."""
    children = list(element)
    return zip([None, *children[:-1]], children, [*children[1:], None])


def _said(element: Element) -> str:
    return unescape(element.text or "")


def _named(element: Element) -> bool:
    """Whether an element is the name of a function, also with a power."""
    if element.tag in ("msup", "msub") and len(element):
        element = element[0]
    said = _said(element)
    return element.tag in ("mi", "mo") and len(said) > 1 and said.isalpha()


def _begins(before: Element | None) -> bool:
    """Whether a sign that follows is of a number, and no operation."""
    return before is None or (before.tag == "mo" and _said(before) not in CLOSING)


def _allowed(name: str, value: str) -> bool:
    if name == "width":
        return value in WIDTHS
    if name not in VALUES or len(value) > 60:
        return False
    known = VALUES[name]
    if known is None:
        return value.replace("-", "").replace(" ", "").isalpha()
    return value in known
