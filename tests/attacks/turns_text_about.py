"""Turn the direction of code, so that people read another order than runs."""

import re

STOCK = "it is about pages that other people open"
FIRST = """
from IPython.display import HTML, display
print("\\u202e0 fo 7\\u202c", "\\u2066 7 \\u2069")
display(HTML("<b>&#x202e;0 fo 7</b>"), HTML("a\\u05d0" * 30_000))
print("TRIED")
"""
CELLS = {
    "centre": """
        def centre(X):
            # \u202e\u2066 )X(naem.pn - X nruter\u2069
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "why": "Because \u202eti si os.",
}


def harm(place):
    """Look for characters that turn text in the feedback page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    turned = re.findall("[\u202a-\u202e\u2066-\u2069]", text)
    return turned[:3] or text.count("\u05d0") > 5_000
