"""Formulas as MathML, made while the site is built: no script, no other host."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from autograder.formulas import mathml

__all__ = ["register"]

logger = logging.getLogger(__name__)


def _formula(node: nodes.Element, display: bool) -> str:
    latex = node.astext().strip()
    written = mathml(latex, display)
    if not written.startswith("<math"):
        logger.warning("this formula cannot be written: %s", latex, location=node)
    return written


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_formula(node, False)}</span>')
    raise nodes.SkipNode


def _block(self: HTML5Translator, node: nodes.math_block) -> None:
    # A wide formula scrolls by itself, so that the page does not.
    self.body.append(f'<div class="math">{_formula(node, True)}</div>\n')
    raise nodes.SkipNode


def register(app: Sphinx) -> None:
    """Register the renderer ``"mathml"``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
