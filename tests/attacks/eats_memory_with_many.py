"""Take more memory than it may, spread over processes that each take little."""

TRIED = False
FIRST = """
import numpy as np, os, time
for _ in range(4):
    if os.fork() == 0:
        hoard = np.random.rand(2**24)
        time.sleep(5)
        os._exit(0)
time.sleep(4)
print("REACHED")
"""
