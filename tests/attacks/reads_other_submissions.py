"""Read what the honest learner has handed in, and its graded copy."""

FIRST = """
import glob
for top in ("{ROOT}/submitted", "{ROOT}/autograded", "../..", "../../../submitted"):
    for path in glob.glob(top + "/*/01_tiny/*.ipynb"):
        print("REACHED", path, open(path).read())
print("TRIED")
"""
