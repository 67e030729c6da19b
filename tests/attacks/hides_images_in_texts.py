"""Write the beginnings of a million images into one text: each is looked at."""

import time

STOCK = "it is about pages that other people open"
FIRST = """
from IPython.display import HTML, Markdown, display
display(HTML("data:image/png;base64,AAAA " * 100_000))
display(Markdown("![](data:image/png;base64,AAAA) " * 400))
print("TRIED")
"""


def prepare(place):
    """Note when it is handed in."""
    place.found["began"] = time.monotonic()


def harm(place):
    """Look how long grading its notebook took."""
    import json

    course = json.loads(place.graded(place.name).read_text())["metadata"]["course"]
    return course["seconds"] > 40 and course["seconds"]
