"""Links to the glossary from the first use of each term on a page."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

__all__ = ["register"]

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
# The first three columns of a table: the term, its Chinese, the meaning.
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|", re.M)
CHAPTER = re.compile(r"^## ", re.M)
# "激活函数，激活值", "逻辑回归（logistic 回归，对数几率回归）": names of one term.
NAMES = re.compile("[，、；（）()]+")
CHINESE = re.compile("[\u4e00-\u9fff]")
# Words of every day that are also terms: a link from each page would not help.
COMMON = frozenset(["cell", "shape", "cost", "error", "bias", "unit", "layer"])


@dataclass(frozen=True)
class Term:
    """A row of the glossary.

    Attributes
    ----------
    term : str
        The term in English, which names its row in all editions.
    names : tuple of str
        What it is called in the language of the page.
    meaning : str
        What it means.
    """

    term: str
    names: tuple[str, ...]
    meaning: str


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


def terms_of(glossary: str, chinese: bool = False) -> list[Term]:
    """Return the terms of the glossary's first table.

    Parameters
    ----------
    glossary : str
        Its Markdown.
    chinese : bool
        Whether pages call the terms by their Chinese names.

    Returns
    -------
    list of Term
        In the order of the table.
    """
    table = CHAPTER.split(glossary)[1]
    # Without the names of the columns.
    return [
        Term(term, _names(other) if chinese else (term,), meaning)
        for term, other, meaning in ROW.findall(table)[1:]
    ]


def _names(cell: str) -> tuple[str, ...]:
    """Return the names in a cell of the Chinese column."""
    names = (name.strip() for name in NAMES.split(cell))
    return tuple(name for name in names if CHINESE.search(name) and len(name) > 1)


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of some names.

    The longer are first, so that "learning rate decay" is not "learning rate".
    """
    longest = sorted(names, key=len, reverse=True)
    found = "|".join(
        # Chinese has no spaces between words; Latin letters have.
        re.escape(name) if CHINESE.search(name) else rf"\b{re.escape(name)}\b"
        for name in longest
    )
    return re.compile(found, re.I)


class TermLinks(SphinxPostTransform):
    """Link the first use of each term to the glossary; give its rows ids."""

    default_priority = 200

    def run(self, **_: object) -> None:
        """Change one page."""
        source = Path(self.env.doc2path(GLOSSARY)).read_text(encoding="utf-8")
        site = self.app.config.site
        terms = terms_of(source, site["locale"].startswith("zh"))
        if self.env.docname == GLOSSARY:
            self._name_rows(terms)
        elif self.env.docname.startswith(PAGES):
            if self.env.docname not in site["english"]:
                self._link_first_uses(terms)

    def _name_rows(self, terms: list[Term]) -> None:
        known = {term.term for term in terms}
        for row in self.document.findall(nodes.row):
            term = row.children[0].astext().strip()
            if term in known:
                row["ids"].append(term_id(term))

    def _link_first_uses(self, terms: list[Term]) -> None:
        # A second name of several terms, as 网络 in 卷积（网络） and 循环（网络）, is
        # of none; a first name is of the first term that has it.
        count = Counter(name.lower() for term in terms for name in term.names)
        left: dict[str, Term] = {}
        for term in terms:
            for name in term.names:
                own = name == term.names[0] or count[name.lower()] == 1
                if own and term.term not in COMMON:
                    left.setdefault(name.lower(), term)
        # Of all names: a short one is not found within a longer one that has its link.
        pattern = _pattern(name for term in terms for name in term.names)
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if not left:
                return
            if self._inside_closed(paragraph):
                continue
            for text in list(paragraph.findall(nodes.Text)):
                if isinstance(text.parent, CLOSED) or self._inside_closed(text):
                    continue
                self._link_in(text, pattern, left)

    @staticmethod
    def _inside_closed(node: nodes.Node) -> bool:
        while node.parent is not None:
            node = node.parent
            if isinstance(node, CLOSED):
                return True
        return False

    def _link_in(
        self, text: nodes.Text, pattern: re.Pattern[str], left: dict[str, Term]
    ) -> None:
        said, parts, at = text.astext(), [], 0
        for match in pattern.finditer(said):
            term = left.get(match[0].lower())
            if term is None:
                continue
            for name in term.names:
                # Another term may have the same name.
                if left.get(name.lower()) is term:
                    del left[name.lower()]
            parts.append(nodes.Text(said[at : match.start()]))
            uri = self.app.builder.get_relative_uri(self.env.docname, GLOSSARY)
            link = nodes.reference(
                "", match[0], refuri=f"{uri}#{term_id(term.term)}", internal=True
            )
            link["classes"].append("term")
            link["reftitle"] = term.meaning
            parts.append(link)
            at = match.end()
        if parts:
            parts.append(nodes.Text(said[at:]))
            text.parent.replace(text, [p for p in parts if p.astext()])


def register(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(TermLinks)
