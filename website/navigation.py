"""What the theme leaves out of its navigation: the level of its captions."""

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["register"]

TREE = "furo_navigation_tree"


def _give_levels(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Give each caption of the tree a level: a heading without one has none."""
    tree = str(context.get(TREE, ""))
    context[TREE] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def register(app: Sphinx) -> None:
    """Register the change; it comes after the theme's own."""
    app.connect("html-page-context", _give_levels, priority=900)
