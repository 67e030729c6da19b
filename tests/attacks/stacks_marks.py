"""Stack marks on characters, which cover what stands above and hang browsers."""

import re

STOCK = "it is about pages that other people open"
FIRST = """
from IPython.display import HTML, Markdown, display
marks = "\\u0301" * 9_000
print("a" + marks, "\\U0001f44b" + "\\U0001f3fb" * 9_000, "\\u0e01" + "\\u0e33" * 9_000)
display(HTML("<b>a" + marks + "</b>"), HTML("a" + "&#x301;" * 9_000), Markdown(marks))
print("TRIED")
raise ValueError("a" + marks)
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "why": "a" + "\u0301" * 9_000 + " $x" + "\u0302" * 900 + "$",
}


def harm(place):
    """Look for many marks in a row in the feedback page."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    return re.findall("[\u0300-\u036f\u0e33]{9,}|[\U0001f3fb-\U0001f3ff]{9,}", text)[:3]
