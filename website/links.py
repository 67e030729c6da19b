"""Links and anchors of the built site, each followed; and what it asks of others."""

import html
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links"]

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src"}


class _Page(HTMLParser):
    """The ids of a page, where it links to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.without_words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element says."""
        told = {name: value or "" for name, value in attrs}
        self.ids.update(told[name] for name in ("id", "name") if name in told)
        if tag == "a" and "href" in told:
            self.links.append(html.unescape(told["href"]))
        if LOADED.get(tag) in told:
            self.loads.append(told[LOADED[tag]])
        if tag == "img" and not told.get("alt", "").strip():
            self.without_words.append(told.get("src", "")[:100])


def broken_links(site: Path) -> list[str]:
    """Return what is wrong with the links of a site.

    Parameters
    ----------
    site : Path
        The built site.

    Returns
    -------
    list of str
        One sentence for each link or anchor that leads nowhere, each file that
        is loaded from elsewhere, and each image without words.
    """
    pages = {
        path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")
    }
    told = []
    for path, page in pages.items():
        name = path.relative_to(site)
        told += [f"{name}: image {src} has no words" for src in page.without_words]
        for address in (*page.links, *page.loads):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.loads and parts.scheme != "data":
                    told.append(f"{name}: {address} is loaded from elsewhere")
                continue
            goal = path
            if parts.path:
                goal = (path.parent / unquote(parts.path)).resolve()
            if not goal.is_file():
                told.append(f"{name}: {address} leads nowhere")
            elif parts.fragment and goal in pages:
                if unquote(parts.fragment) not in pages[goal].ids:
                    told.append(f"{name}: {address} has no such section")
    return told
