"""Nest HTML, formulas and brackets so deeply that parsers take the square of it."""

STOCK = "it is about pages that other people open"
FIRST = """
from IPython.display import HTML, Latex, Markdown, display
display(HTML("<div>" * 20_000), Markdown("[" * 20_000), Latex("{" * 20_000))
display(Markdown((chr(92) + "begin{align}" + chr(10)) * 2_000))
display(HTML("<p>" + "<b title=1>" * 3_000 + "<p>x" * 2_000))
display(HTML("<table><tr><td>" * 5_000), HTML("&" * 190_000), HTML("<a b " * 30_000))
print("TRIED")
"""
CELLS = {
    "centre": """
        def centre(X):
            return X - np.mean(X, axis=1, keepdims=True)
    """,
    "why": "\\begin{a}" * 10_000,
}
LIMIT = 20


def prepare(place):
    """Note when it is handed in."""
    place.found["pages"] = place.root / "feedback" / place.name


def harm(place):
    """Look how long a page of the graded notebook takes, and how long it is."""
    import time

    import nbformat

    from autograder.nbgrader.sanitizing import clean_html, rebuilt

    began = time.process_time()
    notebook = rebuilt(nbformat.read(place.graded(place.name), 4))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            clean_html(output.get("data", {}).get("text/html", ""))
    seconds = time.process_time() - began
    size = sum(page.stat().st_size for page in place.found["pages"].rglob("*.html"))
    return [n for n, most in ((seconds, LIMIT), (size, 20_000_000)) if n > most]
