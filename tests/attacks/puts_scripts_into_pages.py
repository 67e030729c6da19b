"""Put scripts into outputs, errors and names, to run in the instructor's browser."""

TRIED = False
FIRST = """
from IPython.display import HTML, SVG, Javascript, Markdown, display
script = "<script>stolen_7741()</script>"
handler = '<img src="x" onerror="stolen_7741()">'
display(HTML(script + handler), Javascript("stolen_7741()"), Markdown(script + handler))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='stolen_7741()'></svg>"))
display({"text/latex": "$</script>" + script + "$"}, raw=True)
print(script, handler)
raise ValueError(script + handler)
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "spread": """
        def spread(X, power):
            raise ValueError("<script>stolen_7741()</script><b onclick=stolen_7741()>")
    """,
    "why": "<script>stolen_7741()</script> <img src=x onerror='stolen_7741()'>",
}


def harm(place):
    """Look for anything of it that a browser would run in the feedback page."""
    import re

    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    live = r"<script>[^<]*stolen_7741|<[a-z]+[^>&]*\son[a-z]+\s*=[^>]*stolen_7741"
    return re.findall(live, text)
