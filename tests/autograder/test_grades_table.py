"""The table of grades: what an instructor reads in a terminal of 80 characters."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.cli import grades as module
from autograder.nbgrader.course import GradeRow
from autograder.nbgrader.marks import Marks


@pytest.fixture
def shown(monkeypatch, capsys):
    """Return what is printed for some marks."""

    def shown(*marks, mistakes=("mean not subtracted",)):
        rows = [GradeRow("ada", "01_tiny", one, list(mistakes)) for one in marks]
        monkeypatch.setattr(module.console, "_width", 80)
        module.show_grades(SimpleNamespace(grades=lambda name: rows), "01_tiny")
        return capsys.readouterr().out

    return shown


def test_columns_in_which_nobody_has_anything_are_left_out(shown):
    """The names of mistakes have room then, and stand in one piece."""
    said = shown(Marks(code=4.0, code_out_of=7.0))

    assert "mean not subtracted" in said
    assert [
        word for word in ("code", "written", "late", "waiting") if word in said
    ] == []
    assert "4 │  7" in said


def test_points_by_hand_and_penalties_stand_apart_from_the_total(shown):
    """Code, written answers, what late work lost, the total, and what waits."""
    said = shown(
        Marks(4.0, 7.0, written=1.0, written_out_of=2.0, waiting=1.0, penalty=0.5),
        Marks(7.0, 7.0, written=2.0, written_out_of=2.0),
    )
    first = next(line for line in said.splitlines() if "-0.5" in line)
    second = next(line for line in said.splitlines() if "9 │  9 │" in line)

    cells = [cell.strip() for cell in first.split("│")]
    assert cells[2:8] == ["4", "1", "-0.5", "4.5", "9", "1"]
    assert "-0 " not in second


def test_of_many_mistakes_the_first_are_named_and_the_rest_counted(shown):
    """A learner with 17 mistakes would fill the screen; the report has them all."""
    many = [f"mistake {letter}" for letter in "abcdefg"]
    said = " ".join(shown(Marks(code=1.0, code_out_of=7.0), mistakes=many).split())

    assert "mistake c" in said
    assert "mistake d" not in said
    assert "and 4 more" in said
    assert said.endswith("python -m autograder report 01_tiny")
    assert "report" not in shown(Marks(code=1.0, code_out_of=7.0))


@pytest.mark.parametrize("graded", [{}, {"02_b": Marks(code=1.0, code_out_of=7.0)}])
def test_assignments_of_which_nothing_is_graded_hide_no_others(monkeypatch, graded):
    """Most of a term, some are still to come; where all are, it says what to do."""
    names = ["01_a", "02_b", "03_c"]
    course = SimpleNamespace(
        chosen=lambda assignment: names,
        grades=lambda name: [
            GradeRow("ada", name, marks) for own, marks in graded.items() if own == name
        ],
    )
    monkeypatch.setattr(module, "Course", lambda path: course)

    result = CliRunner().invoke(module.grades)

    assert ("ada" in result.output) == bool(graded)
    if graded:
        assert "nothing graded yet: 01_a, 03_c" in result.output
    else:
        assert "nothing of 03_c has been graded yet" in str(result.exception)
