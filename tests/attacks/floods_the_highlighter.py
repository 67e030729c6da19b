"""Write code of which lexers take the square: one long word, dots, brackets."""

import time

from autograder.nbgrader.sanitizing import highlight_code
from autograder.reports.similarity import alike_pairs

STOCK = "it is about pages that other people open"
FIRST = "if False:\n" + ("    " + "a." * 400 + "a\n") * 20 + "print('TRIED')"
CELLS = {
    "centre": """
        def centre(X):
            LONG
            return X - np.mean(X, axis=1, keepdims=True)
    """.replace("LONG", "# " + "a." * 200_000),
}
LIMIT = 5


def harm(place):
    """Look how long it takes to colour the cells, and to compare them with others."""
    import nbformat

    began = time.process_time()
    cells = nbformat.read(place.graded(place.name), 4).cells
    for cell in cells:
        highlight_code(cell.source)
    alike_pairs({"eve": {"centre": max((c.source for c in cells), key=len)}}, {})
    seconds = time.process_time() - began
    return seconds > LIMIT and seconds
