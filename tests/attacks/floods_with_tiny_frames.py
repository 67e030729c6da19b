"""Show nothing, a million times: each message is small, all of them are not."""

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
from IPython.display import display
import time
end = time.time() + 20
while time.time() < end:
    display({}, raw=True)
print("REACHED")
"""


def harm(place):
    """Look at the size of what was kept."""
    size = place.graded(place.name).stat().st_size
    return size > 1_000_000 and size
