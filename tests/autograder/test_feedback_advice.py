"""What feedback says beside the cases of a wrong answer."""

from autograder.feedback import cell_html
from helpers.strings import text
from tests.autograder.test_judge import judged, store
from tests.course import CENTRE, SPREAD

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


MORE = SPREAD.replace("return value, Z", "return value, Z, mu_of(X)")


def test_additional_parts_are_noted_on_the_page(store):
    """They cost nothing, and are not passed over in silence."""
    verdict = judged(store, spread=MORE, before="mu_of = np.mean")

    page = cell_html(store, verdict, "spread-check", verdict.cells["spread-check"])

    assert verdict.cells["spread-check"].points == 4.0
    assert text("checks.additional", names="result 3") in page


def test_a_right_answer_has_no_such_note(store):
    """Nothing was added."""
    verdict = judged(store)

    page = cell_html(store, verdict, "spread-check", verdict.cells["spread-check"])

    assert "not asked for" not in page
