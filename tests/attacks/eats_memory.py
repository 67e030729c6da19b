"""Take more memory than it may, at once."""

STOCK = "it exhausts the machine"
FIRST = """
import numpy as np
try:
    hoard = np.ones(2**27)
    print("REACHED", hoard.nbytes)
except MemoryError:
    pass
print("TRIED")
"""
