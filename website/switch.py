"""The switch between editions, which stays on the same section; and English parts."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

__all__ = ["register"]


class SharedAnchors(SphinxPostTransform):
    """Give each section an anchor that it has in all editions: its number."""

    default_priority = 210

    def run(self, **_: object) -> None:
        """Change one page."""
        for number, section in enumerate(self.document.findall(nodes.section)):
            section["ids"].append(f"section-{number}")


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
    """Register the switch, its anchors and what pages are made with."""
    app.add_config_value("site", {}, "html", types=[dict])
    app.add_post_transform(SharedAnchors)
    app.connect("html-page-context", _add)
