"""Read the recorded inputs and answers in the case store."""

FIRST = """
import os
for top in ("{ROOT}/cases", "../../../cases", "{REPOSITORY}/cases"):
    for folder, _, files in os.walk(top):
        for name in files:
            print("REACHED", open(os.path.join(folder, name), errors="replace").read())
print("TRIED")
"""
