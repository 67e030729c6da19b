"""Making what learners wrote and printed harmless in pages that others open.

nbconvert's own sanitizing allows too few tags for readable tables and leaves
the markdown of nbgrader's templates as it is; these filters take the place of
two of its filters, by its own setting.
"""

from html import escape

from bleach import clean
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

__all__ = ["EscapedNames", "clean_html", "clean_markdown"]

NAMES = ("student", "first_name", "last_name")

TAGS = frozenset(
    [
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del"),
        *("details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("hr", "i", "li", "ol", "p", "pre", "span", "strong", "sub", "summary"),
        *("sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    ]
)
ATTRIBUTES = {
    "*": ["class", "style", "title", "scope", "colspan", "rowspan"],
    "a": ["href", "title"],
}
# No position, no size of a page, no url(...): nothing that covers or loads.
STYLES = CSSSanitizer(
    allowed_css_properties=[
        *("border", "border-collapse", "color", "font-style", "font-weight"),
        *("margin", "padding", "text-align", "vertical-align", "white-space"),
    ]
)
PROTOCOLS = frozenset(["http", "https", "mailto"])


def clean_html(element: object) -> str:
    """Return HTML without scripts, handlers, forms, frames or pictures from afar.

    Parameters
    ----------
    element : str or bytes
        HTML that a stranger may have written.

    Returns
    -------
    str
        What remains; forbidden tags are shown as text.

    Examples
    --------
    >>> clean_html('<b onclick="x()">bold</b><script>x()</script>')
    '<b>bold</b>&lt;script&gt;x()&lt;/script&gt;'
    """
    text = element.decode() if isinstance(element, bytes) else str(element)
    return clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        protocols=PROTOCOLS,
        css_sanitizer=STYLES,
    )


def clean_markdown(source: str) -> str:
    """Render markdown and clean the HTML that comes of it.

    Parameters
    ----------
    source : str
        Markdown that a stranger may have written.

    Returns
    -------
    str
        Harmless HTML.

    Examples
    --------
    >>> clean_markdown("**so** <img src=x onerror=alert(1)>").strip()
    '<p><strong>so</strong> &lt;img src=x onerror=alert(1)&gt;</p>'
    """
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return clean_html(MarkdownWithMath(renderer=renderer).render(source))


class EscapedNames(Preprocessor):
    """Escapes learners' names, which Formgrader's page shows as they are."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Escape what may have come from a list of learners or an LMS."""
        for key in NAMES:
            if isinstance(resources.get(key), str):
                resources[key] = escape(resources[key])
        return nb, resources
