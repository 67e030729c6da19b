"""The check object, as a learner meets it in a notebook of the small course."""

import json

import numpy as np
import pytest

from helpers.checks import checks_for
from helpers.checks.checker import Check
from helpers.checks.report import CheckFailed
from tests.course import CENTRE, SPREAD

VISIBLE = [np.array([[1.0, 3.0], [0.0, 10.0]]), np.arange(6.0).reshape(2, 3) ** 2]


@pytest.fixture
def notebook(tiny_course):
    """Return a namespace like a kernel's, with check and the solutions."""
    check = Check("tiny", folder=tiny_course.root / "release" / "01_tiny")
    namespace = {"np": np, "check": check, "frozen": check.frozen}
    exec(CENTRE + "\n" + SPREAD, namespace)
    return namespace


def run(namespace, source):
    """Run a cell; return the text of the failed check, or an empty one."""
    try:
        exec(source, namespace)
    except CheckFailed as error:
        return str(error)
    return ""


CELL = "check(centre, np.array([[1.0, 3.0], [0.0, 10.0]]))"


OTHER = "check(centre, np.arange(6.0).reshape(2, 3) ** 2)"


def test_right_answers_are_told_in_one_line_a_function(notebook, capsys):
    """Quiet: nothing for a single case, one line when all are right, no exception."""
    assert run(notebook, CELL) == ""
    assert capsys.readouterr().out == ""
    assert run(notebook, OTHER) == ""
    assert capsys.readouterr().out == "centre: 2 of 2 public cases right\n"


def test_a_check_that_is_run_again_says_so_again(notebook, capsys):
    """Each time when all cases have come."""
    for _ in range(3):
        run(notebook, f"{CELL}\n{OTHER}")

    assert capsys.readouterr().out == "centre: 2 of 2 public cases right\n" * 3


def test_a_note_stands_below_that_line_once(notebook, capsys):
    """What is to be said of several cases alike is said once."""
    exec(CENTRE.replace("    return Z", "    X[...] = 0\n    return Z"), notebook)
    run(notebook, f"{CELL}\n{OTHER}")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "centre: 2 of 2 public cases right"
    assert len(lines) == 2 and "changed its input X" in lines[1]


def test_evidence_comes_first_then_the_question_then_what_to_read(notebook):
    """The steps of a hint follow the failing runs of the cell."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)

    said = [run(notebook, CELL) for _ in range(4)]

    hint = "One of the two axes runs over examples."
    assert "you returned 0.5, expected -1" in said[0]
    assert [hint in text for text in said] == [False, True, True, True]
    assert ["lesson 01" in text for text in said] == [False, False, False, True]


def test_the_hint_stands_above_a_compact_table(notebook):
    """A long table cannot push it out of sight; what all cases share is said once."""
    exec(CENTRE.replace("axis=1, keepdims=True", ""), notebook)

    said = [run(notebook, CELL) for _ in range(2)][1]

    assert said.index("Think: Rows are features") < said.index("cases 1 and 2 (shown")
    assert said.count("entries of Z are wrong") == 1


def test_the_call_is_shown(notebook):
    """The function with its arguments, so that it can be called in a new cell."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)

    assert "  centre(X)\n  X = [[1, 3], [0, 10]]\n" in run(notebook, CELL)


def test_an_unknown_failure_gets_a_question_and_then_something_to_read(notebook):
    """The promise of lesson 00 holds for every failure."""
    exec(CENTRE.replace("X - mu", "X - 3 * mu"), notebook)
    said = [" ".join(run(notebook, CELL).split()) for _ in range(4)]

    assert "Think: " not in said[0]
    assert "Think: " in said[1]
    assert "Read again" not in said[2]
    assert "Read again: lesson 01, Centring." in said[3]


def test_a_changed_input_is_a_cause_where_the_answer_is_wrong(notebook):
    """It never "counts as right" inside a case that is wrong."""
    body = "X += X.T**2\n    return X - X.mean(1, keepdims=1)"
    exec(f"def centre(X):\n    {body}", notebook)

    said = " ".join(run(notebook, CELL).split())

    assert "changes its input X in place" in said
    assert "may be the cause" in said
    assert "counts as right" not in said


def test_a_changed_input_is_no_cause_where_nothing_is_returned(notebook):
    """What is missing there is the return statement."""
    exec("def centre(X):\n    X -= X.mean(1, keepdims=1)", notebook)

    said = " ".join(run(notebook, CELL).split())

    assert "returned None" in said
    assert "may be the cause" not in said


def test_several_arrays_are_not_told_as_one(notebook):
    """A pair of arrays of one shape is no array with an axis more."""
    exec("def centre(X):\n    return [X, X]", notebook)

    assert "Z is a list of 2; expected an array of shape (2, 2)" in run(notebook, CELL)


def test_texts_are_told_as_texts(notebook):
    """NumPy's name of their type counts bits."""
    exec("def centre(X):\n    return np.where(X > 1, 'yes', 'no')", notebook)

    assert "Z is ndarray of dtype str; expected an array" in run(notebook, CELL)


def test_what_to_read_names_the_file_of_a_lesson_that_is_there(
    notebook, tmp_path, monkeypatch
):
    """Beside the section stands the lesson's file, where there is one to open."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)
    folder = tmp_path / "assignments" / "01_tiny"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    said = [run(notebook, CELL) for _ in range(4)]

    assert "Read again: lesson 01, Centring." in " ".join(said[3].split())

    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_small.ipynb").touch()
    said = " ".join(run(notebook, CELL).split())

    assert "lesson 01, Centring. (../../notebooks/01_small.ipynb#Centring)" in said


def test_a_new_mistake_after_a_success_starts_with_evidence(notebook):
    """The steps of a hint begin anew once the function has passed."""
    for _ in range(3):
        exec(CENTRE.replace("axis=1", "axis=0"), notebook)
        assert "Think" not in run(notebook, CELL)
        exec(CENTRE, notebook)
        run(notebook, CELL)
        run(notebook, "check(centre, np.arange(6.0).reshape(2, 3) ** 2)")


def test_placeholders_of_a_hint_are_filled(notebook):
    """{ratio} and {index} become what is known of the difference."""
    exec(CENTRE.replace("X - mu", "X + mu"), notebook)

    run(notebook, CELL)

    assert "{" not in run(notebook, CELL)


def test_two_mistakes_at_once_get_evidence_and_no_hint_of_either(notebook):
    """A near miss is never taken for a catalogued mistake."""
    wrong = CENTRE.replace("axis=1", "axis=0").replace("X - mu", "X + mu")
    exec(wrong, notebook)

    said = [run(notebook, CELL) for _ in range(3)]

    assert "entries of Z are wrong" in said[2]
    assert "runs over examples" not in said[2]
    assert "mean of a row be" not in said[2]


def test_the_untouched_stub_is_told_so(notebook):
    """None where a value belongs is no mistake yet."""
    exec("def centre(X):\n    mu = None\n    Z = None\n    return Z", notebook)

    assert "still the untouched exercise" in run(notebook, CELL)


def test_a_planted_fault_that_is_still_there_gives_its_evidence(notebook):
    """A debugging exercise says what is wrong, and not that None is left."""
    notebook["check"]._load().functions["centre"].planted = True
    exec("def centre(X):\n    mu = None\n    Z = None\n    return Z", notebook)

    said = run(notebook, CELL)

    assert "returned None" in said
    assert "Nothing has been fixed yet" in said
    assert "still the untouched exercise" not in said


def test_an_accepted_variant_passes(notebook):
    """A right answer of another form is right."""
    exec(CENTRE.replace("Z = X - mu", "Z = -(mu - X)"), notebook)

    assert run(notebook, CELL) == ""


def test_a_composite_names_the_function_to_mend_first(notebook):
    """spread calls centre: its own check says so."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)
    cell = "check(spread, np.array([[1.0, 2.0, 9.0], [0.0, 3.0, 3.5]]), power=3)"

    assert "fix centre first" in run(notebook, cell)


def test_frozen_values_come_from_the_recording(notebook):
    """A mistake in centre does not change what spread is asked."""
    exec("def centre(X):\n    return None", notebook)

    start = notebook["frozen"]("start", lambda: 1 / 0)

    centred = np.eye(2, 3) - np.full((2, 3), 1 / 3) + 1
    np.testing.assert_allclose(start, centred)


def test_the_name_that_is_bound_counts(notebook):
    """A lambda, and a function under another __name__, are found."""
    exec("centre = lambda X: X - X.mean(axis=1, keepdims=True)", notebook)

    assert run(notebook, CELL) == ""


def test_inputs_without_a_record_say_so(notebook, capsys):
    """Playing with other inputs is allowed and compared with nothing."""
    assert run(notebook, "check(centre, np.ones((2, 2)))") == ""
    assert "no answer is recorded for these inputs" in capsys.readouterr().out


def test_what_is_not_a_function_is_named(notebook):
    """A name that was overwritten by a value gets a plain message."""
    exec("centre = 3.0", notebook)

    assert "a number instead of a function" in run(notebook, CELL)


def test_changed_inputs_are_right_and_noted(notebook, capsys):
    """In place is no mistake, but the learner should know."""
    exec(
        "def centre(X):\n    X -= X.mean(axis=1, keepdims=True)\n    return X", notebook
    )

    assert run(notebook, f"{CELL}\n{OTHER}") == ""
    assert "changed its input X in place" in capsys.readouterr().out


def test_inputs_that_the_solution_changes_are_no_remark(tiny_course, tmp_path, capsys):
    """Where the exercise asks for a change in place, a right answer is only right."""
    form = json.loads(
        (tiny_course.root / "release" / "01_tiny" / "tiny.cases.json").read_text()
    )
    for case in form["functions"]["centre"]["cases"]:
        case["expected"]["changed"] = ["X"]
    (tmp_path / "tiny.cases.json").write_text(json.dumps(form))
    namespace = {"np": np, "check": Check("tiny", folder=tmp_path)}
    exec(
        "def centre(X):\n    X -= X.mean(axis=1, keepdims=True)\n    return X",
        namespace,
    )

    assert run(namespace, f"{CELL}\n{OTHER}") == ""
    assert capsys.readouterr().out == "centre: 2 of 2 public cases right\n"


def test_additional_parts_are_noted(notebook, capsys):
    """They cost nothing where keys are not exact, and the learner is told."""
    exec(SPREAD.replace("return value, Z", "return value, Z, X"), notebook)

    assert (
        run(
            notebook,
            "start = check.frozen('start', None)\n"
            "check(spread, start, 2)\n"
            "check(spread, np.array([[1.0, 2.0, 9.0], [0.0, 3.0, 3.5]]), power=3)",
        )
        == ""
    )
    assert "parts that were not asked for (result 3)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "missing"), ("{", "not JSON"), ('{"format": 99}', "another release")],
)
def test_a_bad_file_of_cases_is_named(tmp_path, content, problem):
    """Missing, damaged or of another release: the message says what to do."""
    if content is not None:
        (tmp_path / "tiny.cases.json").write_text(content, encoding="utf-8")
    check = Check("tiny", folder=tmp_path)

    with pytest.raises(CheckFailed, match=f"tiny.cases.json.*{problem}"):
        check(len, "x")


def test_progress_counts_public_checks(notebook, capsys):
    """The table never says that all is correct."""
    run(notebook, CELL)
    run(notebook, "check(centre, np.arange(6.0).reshape(2, 3) ** 2)")
    capsys.readouterr()

    notebook["check"].progress()

    said = capsys.readouterr().out
    assert "✓ centre" in said
    assert "· spread" in said
    assert "1 of 2 public checks passed; hidden checks run after submission" in said


def test_without_a_judge_nothing_can_be_earned(notebook, monkeypatch):
    """A check cell that a plain nbgrader runs raises, so that it scores zero."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    assert "Nothing is checked" in run(notebook, CELL)


def test_a_failed_check_shows_a_table_and_no_traceback(notebook):
    """Notebook front ends ask the exception for its own lines."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)
    try:
        exec(CELL, notebook)
    except CheckFailed as error:
        lines = error._render_traceback_()

    assert lines[0] == "centre: 0 of 2 public cases right"
    assert max(map(len, lines)) <= 88


def test_the_visible_file_holds_nothing_hidden(tiny_course):
    """Inputs, answers and mistakes of hidden cases stay on the grader's machine."""
    path = tiny_course.root / "release" / "01_tiny" / "tiny.cases.json"
    form = json.loads(path.read_text(encoding="utf-8"))

    assert "8675309" not in path.read_text(encoding="utf-8")
    cases = [c for f in form["functions"].values() for c in f["cases"]]
    assert len(cases) == 4
    assert not any(case["hidden"] for case in cases)


def test_checks_are_found_from_any_folder(tiny_course, monkeypatch, tmp_path):
    """The folder that JupyterLab names is searched too."""
    monkeypatch.chdir(tmp_path)
    notebook = tiny_course.root / "release" / "01_tiny" / "tiny.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))

    assert checks_for("tiny")._load().notebook == "tiny"


def test_no_other_cause_is_offered_beside_a_mistake_that_is_recognised(notebook):
    """The entry's question explains the case; the changed input does not."""
    exec(CENTRE.replace("axis=1", "axis=0"), notebook)
    run(notebook, CELL)
    named = run(notebook, CELL)
    exec(
        "def centre(X):\n    X -= X.mean(axis=0, keepdims=True)\n    return X", notebook
    )

    said = run(notebook, CELL)

    assert "Think: " in named
    question = named.split("Think: ")[1].splitlines()[0]
    assert question in said
    assert "in place" not in said
