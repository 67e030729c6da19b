"""Call the learner by a name that looks like another learner's."""

LEARNER = "h\u043enest"
STOCK = "it is about pages that other people open"
FIRST = 'print("TRIED")'


def harm(place):
    """Look whether the other one's mark, or work, is still theirs."""
    with_course = place.root / "autograded" / "honest" / "01_tiny" / "tiny.ipynb"
    return "CANARY-e27a-OTHER" not in with_course.read_text()
