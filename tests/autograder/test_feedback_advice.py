"""What feedback says beside the cases of a wrong answer."""

from autograder.reports.cell_feedback import cell_html
from helpers.strings import text
from tests.autograder.test_judge import judged, store
from tests.course import CENTRE

__all__ = ["store"]

ONLY_PUBLIC = CENTRE.replace(
    "    return Z", "    return Z if X.shape in ((2, 2), (2, 3)) else Z + 1"
)


def test_an_answer_that_is_right_on_public_inputs_only_is_told_so(store):
    """The question is what the public inputs have in common."""
    verdict = judged(store, ONLY_PUBLIC)

    page = cell_html(store, verdict, "centre-check", verdict.cells["centre-check"])

    assert text("feedback.only_hidden") in page


def test_an_answer_that_fails_a_public_case_is_not_told_so(store):
    """Then the public case itself says what is wrong."""
    verdict = judged(store, CENTRE.replace("X - mu", "X * mu"))

    page = cell_html(store, verdict, "centre-check", verdict.cells["centre-check"])

    assert text("feedback.only_hidden") not in page
