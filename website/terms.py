"""Links to the glossary from the first use of each term on a page."""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

__all__ = ["setup"]

GLOSSARY = "notebooks/glossary"
PAGES = ("notebooks/", "release/")
CLOSED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.raw,
    nodes.entry,
    addnodes.pending_xref,
)
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|", re.M)
# Words of every day that are also terms: a link from each page would not help.
COMMON = frozenset(["cell", "shape", "cost", "error", "bias", "unit", "layer"])


def term_id(term: str) -> str:
    """Return the anchor of a term in the glossary.

    Parameters
    ----------
    term : str
        As the glossary writes it.

    Returns
    -------
    str
        An id.
    """
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def terms_of(glossary: str) -> dict[str, str]:
    """Return the terms of the glossary's first table with their meanings.

    Parameters
    ----------
    glossary : str
        Its Markdown.

    Returns
    -------
    dict of str to str
        Meaning by term.
    """
    table = glossary.split("## Notation")[0]
    return {
        term: meaning
        for term, _, meaning in ROW.findall(table)
        if term != "term" and not set(term) <= set("- ")
    }


class TermLinks(SphinxPostTransform):
    """Link the first use of each term to the glossary; give its rows ids."""

    default_priority = 200

    def run(self, **_: object) -> None:
        """Change one page."""
        source = Path(self.env.doc2path(GLOSSARY)).read_text(encoding="utf-8")
        terms = terms_of(source)
        if self.env.docname == GLOSSARY:
            self._name_rows(terms)
        elif self.env.docname.startswith(PAGES):
            self._link_first_uses(terms)

    def _name_rows(self, terms: dict[str, str]) -> None:
        for row in self.document.findall(nodes.row):
            term = row.children[0].astext().strip()
            if term in terms:
                row["ids"].append(term_id(term))

    def _link_first_uses(self, terms: dict[str, str]) -> None:
        left = {term.lower(): term for term in terms if term not in COMMON}
        # The longer first, so that "learning rate decay" is not "learning rate".
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if not left:
                return
            if self._inside_closed(paragraph):
                continue
            pattern = re.compile(
                r"\b("
                + "|".join(re.escape(t) for t in sorted(left, key=len, reverse=True))
                + r")\b",
                re.I,
            )
            for text in list(paragraph.findall(nodes.Text)):
                if isinstance(text.parent, CLOSED) or self._inside_closed(text):
                    continue
                self._link_in(text, pattern, left, terms)

    @staticmethod
    def _inside_closed(node: nodes.Node) -> bool:
        while node.parent is not None:
            node = node.parent
            if isinstance(node, CLOSED):
                return True
        return False

    def _link_in(
        self,
        text: nodes.Text,
        pattern: re.Pattern[str],
        left: dict[str, str],
        terms: dict[str, str],
    ) -> None:
        said, parts, at = text.astext(), [], 0
        for match in pattern.finditer(said):
            term = left.pop(match[0].lower(), None)
            if term is None:
                continue
            parts.append(nodes.Text(said[at : match.start()]))
            uri = self.app.builder.get_relative_uri(self.env.docname, GLOSSARY)
            link = nodes.reference(
                "", match[0], refuri=f"{uri}#{term_id(term)}", internal=True
            )
            link["classes"].append("term")
            link["reftitle"] = terms[term]
            parts.append(link)
            at = match.end()
        if parts:
            parts.append(nodes.Text(said[at:]))
            text.parent.replace(text, [p for p in parts if p.astext()])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform.

    Parameters
    ----------
    app : Sphinx
        Sphinx.

    Returns
    -------
    dict of str to bool
        What Sphinx may do with it.
    """
    app.add_post_transform(TermLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
