"""Print far more than a page can hold."""

from tests.attacks.suite import ASSIGNMENT

STOCK = "it exhausts the machine"
FIRST = """
print("TRIED")
for _ in range(60):
    print("x" * 10**6)
"""


def harm(place):
    """Look at the size of what was kept."""
    graded = place.root / "autograded" / place.name / ASSIGNMENT / "tiny.ipynb"
    size = graded.stat().st_size
    return size > 2_000_000 and size
