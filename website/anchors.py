"""Anchors of headings: by the rule of JupyterLab, and the same in all editions."""

import itertools
import re
from collections.abc import Iterable

from docutils import nodes
from docutils.nodes import make_id
from markdown_it import MarkdownIt
from myst_parser.slugs import unique_slug
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

__all__ = ["jupyter_anchor", "register", "section_ids"]

logger = logging.getLogger(__name__)
_PARSER = MarkdownIt("commonmark").enable("table")


def jupyter_anchor(heading: str) -> str:
    """Return the anchor of a heading; the links of notebooks use it.

    Parameters
    ----------
    heading : str
        The text of the heading.

    Returns
    -------
    str
        The same with hyphens for spaces.

    Examples
    --------
    >>> jupyter_anchor("Row times column")
    'Row-times-column'
    """
    return re.sub(r"\s", "-", heading.strip())


def section_ids(texts: Iterable[str]) -> list[str]:
    """Return the ids that the sections of a page have in all editions.

    Parameters
    ----------
    texts : iterable of str
        The Markdown of the page in English.

    Returns
    -------
    list of str
        One for each heading.

    Examples
    --------
    >>> section_ids(["# Dropout\\n\\n## Inverted dropout", "## Summary"])
    ['dropout', 'inverted-dropout', 'summary']
    """
    ids: list[str] = []
    for text in texts:
        for opened, inline in itertools.pairwise(_PARSER.parse(text)):
            if opened.type == "heading_open":
                words = "".join(part.content for part in inline.children or [])
                ids.append(unique_slug(make_id(words) or "section", ids))
    return ids


class SectionIds(SphinxTransform):
    """Name the sections of a page as in English: Chinese words would give numbers."""

    # Before MyST leads the links of a page to the ids of its sections.
    default_priority = 690

    def apply(self, **_: object) -> None:
        """Change one page."""
        sections = list(self.document.findall(nodes.section))
        ids = self.config.site["ids"].get(self.env.docname, [])
        if len(ids) != len(sections):
            logger.warning(
                "%s has %d sections, but %d in English",
                *(self.env.docname, len(sections), len(ids)),
            )
            return
        renamed = {}
        for section, name in zip(sections, ids, strict=True):
            renamed[section["ids"][0]] = section["ids"][0] = name
        self.document.ids.update(zip(ids, sections, strict=True))
        # MyST's own note of where a heading is, for links from this page and others.
        slugs = self.env.metadata[self.env.docname].get("myst_slugs", {})
        for slug, (line, name, words) in list(slugs.items()):
            slugs[slug] = (line, renamed[name], words)


def register(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(SectionIds)
