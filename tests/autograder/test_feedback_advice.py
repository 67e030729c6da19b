"""What feedback says beside the cases of a wrong answer."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.feedback import cell_html, function_reason
from autograder.judging import FunctionVerdict
from autograder.nbgrader.execution import _instead, _stopped
from helpers.strings import text
from tests.autograder.test_judge import judged, store
from tests.course import CENTRE, SPREAD

pytestmark = pytest.mark.slow

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


IN_PLACE = CENTRE.replace("Z = X - mu", "X -= mu\n    Z = X")


@pytest.mark.parametrize("meant", [False, True])
def test_changed_inputs_are_noted_where_the_solution_leaves_them(
    store, meant, monkeypatch
):
    """Where it changes them, too, that is what the exercise asks for."""
    for case in store.cases.functions["centre"].cases:
        monkeypatch.setattr(case.expected, "changed", ["X"] if meant else [])
    verdict = judged(store, IN_PLACE)

    page = cell_html(store, verdict, "centre-check", verdict.cells["centre-check"])

    assert ("changed its input X" in page) is not meant


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


def test_of_a_function_that_is_not_there_it_is_said_what_to_look_for():
    """A cell with an error defines nothing, and neither does another name."""
    verdict = FunctionVerdict("f", "missing", [], [], kind="missing")

    assert "did its cell stop with an error" in function_reason(verdict)
    verdict.others = ("F",)
    assert "its cell defines F and no f" in function_reason(verdict)
    verdict.stopped = "SyntaxError"
    assert "stopped with SyntaxError" in function_reason(verdict)


def test_a_function_under_another_name_is_named(store):
    """What its cell defines instead, and no function that is asked for elsewhere."""
    cells = [
        new_code_cell(CENTRE.replace("def centre", "def center"), id="centre"),
        new_code_cell(SPREAD, id="spread"),
    ]
    notebook = new_notebook(cells=cells)

    assert _instead(notebook, store, "centre") == ("center",)
    assert _instead(notebook, store, "spread") == ()


@pytest.mark.parametrize("before", ["", "x = 1\n", "    ", "\ufeff", "\t\u200b"])
def test_the_error_is_named_however_the_definition_begins(before):
    """An indent or an invisible character is why its cell stops."""
    cell = new_code_cell(f"{before}def f(x):\n    return x")
    cell.outputs = [new_output("error", ename="SyntaxError", evalue="", traceback=[])]

    assert _stopped(new_notebook(cells=[cell]), "f") == "SyntaxError"
    assert _stopped(new_notebook(cells=[cell]), "g") == ""


KEPT = """def centre(X):
    if "Z" not in kept:
        kept["Z"] = X - np.mean(X, axis=1, keepdims=True)
    return kept["Z"]"""
FEWER = "def centre(Y, axis):\n    return Y"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["kept = {}", KEPT], "The function reads `kept`, which is no parameter"),
        ([FEWER], "Your function is `centre(Y, axis)`; the exercise asks for"),
    ],
)
def test_the_page_says_what_a_check_says_of_the_source(store, cells, said):
    """It is told from the text of the cells, none of which is run for it."""
    verdict = judged(store, centre="\n".join(cells))
    found = verdict.functions["centre"]
    assert found.state == "wrong"

    found.cells = cells
    page = cell_html(store, verdict, "centre-check", verdict.cells["centre-check"])

    assert said in page.replace("<code>", "`").replace("</code>", "`")


REBOUND = "A cell sets `np` (`np = None`)"


@pytest.mark.parametrize(
    ("before", "centre", "question"),
    [
        # A cell between set it, so that the function raises.
        ("np = None", CENTRE, "checks.question.slip"),
        # Only a hidden case needs it.
        ("", ONLY_PUBLIC, "feedback.only_hidden"),
    ],
)
def test_a_name_that_a_cell_has_rebound_is_said_first(store, before, centre, question):
    """Whichever cases show it: the text of the cells tells it."""
    verdict = judged(store, centre=f"{before}\n{centre}")
    found = verdict.functions["centre"]
    found.cells = ["import numpy as np", "np = None", centre]

    page = cell_html(store, verdict, "centre-check", verdict.cells["centre-check"])

    assert REBOUND in page.replace("<code>", "`").replace("</code>", "`")
    assert text(question) in page
