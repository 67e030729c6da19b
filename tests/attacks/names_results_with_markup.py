"""Name results, functions and exceptions so that a table runs a script."""

TRIED = False
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        NAME = "<img src=x onerror=stolen_7741()><script>stolen_7741()</script>"
        def spread(X, power):
            if len(X) % 2:
                raise type(NAME, (Exception,), {"__module__": NAME})(NAME)
            return {NAME: np.zeros(2), "value": {NAME: NAME}, "Z": [NAME]}
        spread.__name__ = spread.__qualname__ = NAME
    """,
}


def harm(place):
    """Look for the name as it is in page and graded notebook."""
    import re

    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    return re.findall(r"<img[^>&]*stolen_7741|<script>[^<]*stolen_7741", text)
