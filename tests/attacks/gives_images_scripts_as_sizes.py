"""Give images a width, a height and a file's name that a page takes for a handler."""

STOCK = "it is about pages that other people open"
FIRST = """
import base64
from IPython.display import display
png = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
bad = "1 onerror=stolen_7741() onload=stolen_7741()"
for kind in ("image/png", "image/jpeg"):
    for metadata in (
        {kind: {"width": bad, "height": bad, "alt": bad, "unconfined": bad}},
        {"width": bad, "height": bad},
        {"filenames": {kind: "https://evil.example/x.png"}},
        {"filenames": {kind: "x onerror=stolen_7741()"}},
    ):
        display({kind: png}, metadata=metadata, raw=True)
print("TRIED")
"""


def harm(place):
    """Look for what a browser would run or load."""
    pages = (place.root / "feedback" / place.name).rglob("*.html")
    text = "".join(page.read_text() for page in pages).replace("&quot;", "")
    shown = text[text.find('id="notebook"') :]
    images = [part.partition(">")[0] for part in shown.split("<img")[1:]]
    return [i for i in images if "stolen" in i or "evil" in i]
