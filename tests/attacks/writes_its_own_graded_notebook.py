"""Overwrite the notebook that is being graded with one that has the marks in it."""

FIRST = """
import glob, json
text = json.dumps({"cells": [], "metadata": {"forged": True}, "nbformat": 4,
                   "nbformat_minor": 5})
for path in glob.glob("*.ipynb") + ["{ROOT}/autograded/tiny.ipynb"]:
    try:
        open(path, "w").write(text)
    except OSError:
        pass
print("TRIED")
"""


def harm(place):
    """Look for the forgery."""
    graded = place.root / "autograded" / place.name / "01_tiny" / "tiny.ipynb"
    return "forged" in graded.read_text().replace('"forged\\', "")
