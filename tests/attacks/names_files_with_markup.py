"""Name files so that a page or a log that shows the name runs a script."""

FIRST = 'print("TRIED")'
NAMES = (
    "<script>stolen_7741()<",
    "<img src=x onerror=stolen_7741()>.png",
    '"onmouseover="stolen_7741()".csv',
    "{{ 7 * 7 }}{% raw %}.txt",
    "=HYPERLINK(stolen_7741).csv",
)


def prepare(place):
    """Put them beside the notebook, one in a folder of such a name."""
    for name in NAMES:
        (place.submission / name).write_text("1")
    folder = place.submission / NAMES[1]
    folder.with_suffix(".d").mkdir()
    (folder.with_suffix(".d") / NAMES[0]).write_text("1")


def harm(place):
    """Look for the names in the feedback, and for files other than pages there."""
    pages = [p for p in (place.root / "feedback" / place.name).rglob("*")]
    live = ("<script>stolen_7741", "<img src=x onerror=stolen", '"onmouseover="')
    found = [p.name for p in pages if p.is_file() and p.suffix != ".html"]
    return found + [
        text
        for page in pages
        if page.is_file()
        for text in live
        if text in page.read_text(errors="replace")
    ]
