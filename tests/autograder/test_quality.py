"""The page of figures: what is counted, and that nothing is left out."""

from autograder.mutation import Killed
from autograder.quality import page_of, row_of
from autograder.sources import read_source
from tests.course import write_source


def killed(state, **more):
    """Return what became of a mutant of the small course."""
    return Killed("tiny", "centre", "Z = X", 3, state, **more)


def test_equivalent_mutants_are_set_apart_from_the_kill_rate(tmp_path):
    """Of those that differ, the share that lost marks; recognised ones told apart."""
    source = read_source(write_source(tmp_path) / "tiny.ipynb")
    mutants = [
        killed("killed", entry="mean added"),
        killed("killed", telling=True),
        killed("killed"),
        killed("survived"),
        killed("equivalent"),
    ]

    row = row_of(
        source, 12, {"mutants": mutants, "answers": [killed("right"), killed("wrong")]}
    )

    assert row[2:] == ["2", "12", "6", "5", "1", "75.0%", "50%", "2", "1"]


def test_the_page_sums_what_can_be_summed_and_lists_survivors():
    """Rates are no sums; survivors stand at the end by name."""
    row = ["01_tiny", "tiny", "2", "12", "6", "5", "1", "75.0%", "50%", "2", "1"]

    page = page_of([row, row], ["- `tiny.centre`, line 3: `Z = X`"], 60)

    assert "| all |  | 4 | 24 | 12 | 10 | 2 |  |  | 4 | 2 |" in page
    assert "None." not in page
    assert "`tiny.centre`" in page
