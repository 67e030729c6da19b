"""Formulas as MathML, which browsers show without a network or a script."""

from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

__all__ = ["MOST_LATEX", "mathml"]

MOST_LATEX = 2_000
MOST_NESTED = 60
ELEMENTS = frozenset(
    [
        *(
            "math",
            "menclose",
            "mfrac",
            "mi",
            "mn",
            "mo",
            "mover",
            "mpadded",
            "mphantom",
        ),
        *("mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup"),
        *("mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
    ]
)
# Of these no value can be long, load anything or reach beyond the formula.
VALUES = {
    "accent": ("true", "false"),
    "columnalign": None,
    "display": ("block", "inline"),
    "displaystyle": ("true", "false"),
    "fence": ("true", "false"),
    "linethickness": ("0", "0pt"),
    "mathvariant": None,
    "movablelimits": ("true", "false"),
    "notation": None,
    "separator": ("true", "false"),
    "stretchy": ("true", "false"),
}
WIDTHS = {"0.167em", "0.222em", "0.278em", "0.5em", "1em", "2em"}
# The library leaves these as they are where they follow a command for their size.
DELIMITERS = {"\\lVert": "‖", "\\rVert": "‖", "\\lvert": "|", "\\rvert": "|"}


def mathml(latex: str, display: bool = False) -> str:
    """Return a formula as MathML.

    Parameters
    ----------
    latex : str
        What stands between the dollars.
    display : bool
        Whether it stands in a line of its own.

    Returns
    -------
    str
        MathML; the LaTeX itself, escaped, where it cannot be read.

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
    said = element.text or ""
    inside = escape(unescape(DELIMITERS.get(said, said)), quote=False)
    inside += "".join(_written(child, depth - 1) for child in element)
    if element.tag not in ELEMENTS:
        return inside
    attributes = "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if _allowed(name, value)
    )
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"


def _allowed(name: str, value: str) -> bool:
    if name == "width":
        return value in WIDTHS
    if name not in VALUES or len(value) > 60:
        return False
    known = VALUES[name]
    if known is None:
        return value.replace("-", "").replace(" ", "").isalpha()
    return value in known
