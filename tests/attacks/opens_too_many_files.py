"""Open files until nobody else can."""

STOCK = "it exhausts the machine"
FIRST = """
import os
held = []
try:
    for _ in range(3000):
        held.append(os.open(".", os.O_RDONLY))
    print("REACHED", len(held))
except OSError:
    pass
for descriptor in held:
    os.close(descriptor)
print("TRIED")
"""
