"""Marks where a relation judges, not equality."""

import json

import numpy as np
import pytest

from autograder.judging import earning_results
from autograder.nbgrader.generation import examine, visible_cases
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases, cases_form
from helpers.checks.checker import Check
from helpers.checks.comparison import Signature
from helpers.checks.recognition import best_results
from helpers.checks.report import CheckFailed
from tests.course import CATALOGUE, CENTRE, write_source


def _record(relation):
    X = np.array([[1.0], [2.0]])
    function = FunctionCases(
        "parts", ("X",), Signature("single", ("parts",)), relation=relation
    )
    case = Case((X,), {}, expected=Outcome(value=[X.copy()]), stub=Outcome(value=None))
    return earning_results(function, case)


def test_an_answer_that_equals_an_input_earns_nothing_by_equality():
    """Handing an input back is not worth a mark."""
    assert _record("") == set()


def test_an_answer_that_equals_an_input_may_earn_under_a_relation():
    """The only part of a single example is that example, and the relation knows."""
    assert _record("helpers.relations.mini_batches") == {"parts"}


def test_a_case_that_changes_is_asked_anew():
    """What can be earned is kept for each case as long as that stays what it is."""
    X = np.array([[1.0], [2.0]])
    function = FunctionCases("parts", ("X",), Signature("single", ("parts",)))
    case = Case((X,), {}, expected=Outcome(value=X), stub=Outcome(value=None))

    before = earning_results(function, case)
    case.expected = Outcome(value=X + 1)

    assert (before, earning_results(function, case)) == (set(), {"parts"})


def test_a_relation_makes_no_number_of_a_text():
    """Relations of a course's own may read one, as `float` does."""
    function = FunctionCases("area", ("r",), Signature("single", ("a",)))
    case = Case((1,), {}, expected=Outcome(value=3.14), stub=Outcome(value=None))

    def near(inputs, answer, expected, others):
        return {"a": None if abs(float(answer) - expected) < 0.1 else "too far away"}

    text, number = (
        best_results(function, case, Outcome(value=value), near)[0]
        for value in ("3.14", 3.1)
    )

    assert number.right
    assert [one.kind for one in text.differences] == ["type"]


JUDGES = """import numpy as np

def near(inputs, answer, expected, others):
    good = np.shape(answer) == np.shape(expected) and np.allclose(answer, expected, 0.1)
    return {"Z": None if good else "too far away"}

RELATIONS = {"centre": near}
"""
CELL = "check(centre, np.array([[1.0, 3.0], [0.0, 10.0]]))\n" + (
    "check(centre, np.arange(6.0).reshape(2, 3) ** 2)"
)


@pytest.mark.slow
def test_a_relation_that_only_graders_have_calls_no_right_answer_wrong(
    tmp_path, capsys
):
    """The learner's check compares forms then, says so, and promises no more."""
    folder = write_source(tmp_path, None, CATALOGUE.replace(" Look at {index}.", ""))
    (folder / "judges.py").write_text(JUDGES)
    store = examine(folder)["tiny"][1]
    form = cases_form(visible_cases(store))
    (tmp_path / "tiny.cases.json").write_text(json.dumps(form))
    namespace = {"np": np, "check": Check("tiny", folder=tmp_path)}
    exec(CENTRE.replace("return Z", "return 1.01 * Z"), namespace)
    exec(CELL, namespace)
    said = capsys.readouterr().out

    assert said.splitlines()[0] == "centre: 2 of 2 public cases right"
    assert "only their kind and shape were compared" in said
    exec(CENTRE.replace("return Z", "return Z[0]"), namespace)
    with pytest.raises(CheckFailed, match=r"shape \(2,\); expected \(2, 2\)"):
        exec(CELL, namespace)
