"""Update displays, known and unknown ones, past the limit on outputs."""

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
from IPython.display import display
for i in range(300):
    display({"text/plain": "x" * 2_000}, raw=True, display_id=f"d{i}")
for i in range(20_000):
    data = {"text/plain": str(i) * 500}
    display(data, raw=True, display_id=f"d{i % 400}", update=True)
print("REACHED")
"""


def harm(place):
    """Look at the size of what was kept."""
    size = place.graded(place.name).stat().st_size
    return size > 2_000_000 and size
