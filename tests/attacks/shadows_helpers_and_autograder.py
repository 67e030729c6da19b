"""Hand in packages helpers and autograder that say that all is well."""

FIRST = """
import autograder.driving, helpers.checks
forged = [m for m in (autograder.driving, helpers.checks) if hasattr(m, "forged")]
print("REACHED" if forged else "TRIED", forged)
"""


def prepare(place):
    """Put them beside the notebook."""
    for name in (
        "helpers/__init__",
        "helpers/checks",
        "autograder/__init__",
        "autograder/driving",
        "autograder/forks",
    ):
        path = place.submission / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("forged = True\n")
