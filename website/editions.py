"""The switch between editions, which stays on the same section."""

import os

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["EDITIONS", "setup"]

# The folder of each edition in the site, and its language's own name for itself.
EDITIONS = {"en": "English", "zh_Hans": "简体中文"}


def _add(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Tell the template where the other editions of a page are."""
    built = os.environ.get("SITE_EDITIONS", "en").split(",")
    here = os.environ.get("SITE_EDITION", "en")
    up = "../" * (pagename.count("/") + 1)
    context["editions"] = [
        {
            "lang": name.replace("_", "-"),
            "name": EDITIONS[name],
            "here": name == here,
            "address": f"{up}{name}/{pagename}.html",
        }
        for name in built
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the switch.

    Parameters
    ----------
    app : Sphinx
        Sphinx.

    Returns
    -------
    dict of str to bool
        What Sphinx may do with it.
    """
    app.connect("html-page-context", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
