"""Display more than the grader can hold, past the limit on printing."""

from tests.attacks.suite import ASSIGNMENT

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
from IPython.display import HTML, display
for _ in range(40):
    display(HTML("x" * 10**6))
print("REACHED")
"""


def harm(place):
    """Look at the size of what was kept."""
    graded = place.root / "autograded" / place.name / ASSIGNMENT / "tiny.ipynb"
    size = graded.stat().st_size
    return size > 30_000_000 and size
