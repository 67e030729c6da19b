"""Fill the disk with one large file, with many, with empty ones."""

STOCK = "it exhausts the machine"
TRIED = False
FIRST = """
import os, time
def written(name, size):
    try:
        with open(name, "wb") as file:
            return file.write(bytes(size))
    except OSError:
        return 0
total = written("one", 12 * 2**20) + sum(written(str(n), 2**20) for n in range(24))
time.sleep(1.2)
print("REACHED" if total > 24 * 2**20 else "TRIED", total)
"""
