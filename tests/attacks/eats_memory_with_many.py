"""Take more memory than it may, spread over processes that each take little."""

STOCK = "it exhausts the machine"
# A limit is final: there is no second run without the cell.
LOSES = True
TRIED = False
FIRST = """
import numpy as np, os, time
held, holds = os.pipe()
for _ in range(4):
    if os.fork() == 0:
        hoard = np.ones(2**24)
        os.write(holds, b"1")
        time.sleep(5)
        os._exit(0)
for _ in range(4):
    os.read(held, 1)
time.sleep(4)
print("REACHED")
"""
