"""Name files with line ends, terminal commands and turned text."""

FIRST = 'print("TRIED")'
NAMES = (
    "a\x1b[2J\x1b]0;pwned\x07.txt",
    "b\nperfect: 100 points.txt",
    "c\u202egnp.ipynb\u2066",
    "d\r\x08\x08\x08.csv",
    "-rf",
)


def prepare(place):
    """Put them beside the notebook."""
    for name in NAMES:
        (place.submission / name).write_text("1")
