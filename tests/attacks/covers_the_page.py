"""Cover a page with classes and styles of its own: a backdrop, a bar, a margin."""

STOCK = "it is about pages that other people open"
PIECES = (
    '<div class="modal-backdrop in">cover_7741</div>',
    '<div class="navbar-fixed-top">cover_7741</div>',
    '<div style="position:fixed;inset:0;background:red">cover_7741</div>',
    '<div style="margin:-3000px;padding:9999px">cover_7741</div>',
    '<div style="background:url(https://evil.example/x)">cover_7741</div>',
    '<style>*{position:fixed}</style><link rel=stylesheet href="//evil.example/x">',
    '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=//x">',
)
FIRST = f"""
from IPython.display import HTML, Markdown, display
for piece in {PIECES!r}:
    display(HTML(piece), Markdown(piece))
print("TRIED")
"""
WHY = "\n\n".join(PIECES)


def prepare(place):
    """Answer the written question with the same."""
    from tests.attacks.suite import write_answers

    write_answers(place.submission / "tiny.ipynb", {"why": WHY})


def harm(place):
    """Look for what covers or loads, after the page's own head."""
    import re

    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages)
    shown = text[text.find('id="notebook"') :]
    tags = re.findall(r"<[a-z][^>]*>", shown)
    bad = r"modal|navbar|position\s*:|:\s*-\d|url\(|evil|<style|<base|<meta"
    return [tag for tag in tags if re.search(bad, tag)]
