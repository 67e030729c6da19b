"""Attach files that are no images, and write formulas that link and cover."""

import json

STOCK = "it is about pages that other people open"
TRIED = False
WHY = (
    "![a](attachment:a.svg) ![b](attachment:b.png) ![c](https://evil.example/c.png) "
    r"$\href{javascript:stolen_7741()}{x}$ $\style{position:fixed}{y}$ "
    r"$\text{<img src=x onerror=stolen_7741()>}$ $\class{modal-backdrop}{z}$"
)


def prepare(place):
    """Attach them to the written answer."""
    path = place.submission / "tiny.ipynb"
    form = json.loads(path.read_text())
    (why,) = [cell for cell in form["cells"] if cell["id"] == "why"]
    why["source"] = WHY
    why["attachments"] = {
        "a.svg": {"image/svg+xml": "<svg onload='stolen_7741()'/>"},
        "b.png": {"image/png": "x' onerror='stolen_7741()"},
        '"><script>stolen_7741()</script>': {"text/html": "<script>x()</script>"},
    }
    path.write_text(json.dumps(form))


def harm(place):
    """Look for what a browser would run or load."""
    import re

    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    tags = re.findall(r"<[a-z][^>]*>", text[text.find('id="notebook"') :])
    return [t for t in tags if re.search(r"stolen|evil|position|modal|javascript", t)]
