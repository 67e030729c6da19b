"""Hand in a numpy.py in which every comparison comes out right."""

FIRST = """
import numpy
print("REACHED" if hasattr(numpy, "forged") else "TRIED")
"""


def prepare(place):
    """Put it beside the notebook."""
    (place.submission / "numpy.py").write_text("forged = True\n")
