"""The switch between editions of a page; and what an edition has in English only."""

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["register"]


def _add(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Tell the template where the other editions of a page are."""
    up = "../" * (pagename.count("/") + 1)
    context["editions"] = [
        edition
        | {
            "here": edition["language"] == app.config.site["language"],
            "address": f"{up}{edition['language']}/{pagename}.html",
        }
        for edition in app.config.site["editions"]
    ]
    context["words"] = app.config.site["words"]
    if pagename in app.config.site["english"]:
        note = app.config.site["words"]["site"]["only_english"]
        context["body"] = (
            f'<div class="admonition note"><p>{note}</p></div>'
            f'<div lang="en">{context["body"]}</div>'
        )


def register(app: Sphinx) -> None:
    """Register the switch, and what pages are made with."""
    app.add_config_value("site", {}, "html", types=[dict])
    app.connect("html-page-context", _add)
