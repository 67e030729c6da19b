"""Regions that are kept for a debugging exercise: only the fault is put in."""

from autograder.authoring.regions import stub

KEPT = """def total(x):
    ### START CODE HERE ### @KEEP (mend one line)
    y = 0
    for i in range(len(x)):
        y += x[i]  # @REPLACE y += x[0]
    while y > 100:
        y -= 100
    ### END CODE HERE ###
    return y"""


def test_fault_is_planted_inside_a_loop_of_a_kept_region():
    """A replaced statement is replaced wherever it stands; the rest stays."""
    expected = KEPT.replace(" @KEEP", "").replace("x[i]  # @REPLACE y += x[0]", "x[0]")

    assert expected == stub(KEPT)
