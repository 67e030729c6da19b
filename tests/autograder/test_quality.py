"""The page of figures: what is counted, and that nothing is left out."""

from pathlib import Path

import pytest

from autograder.authoring.recording import ONE_THREAD
from autograder.authoring.sources import read_source
from autograder.quality.entries import EntriesTold, entries_told
from autograder.quality.mutation import Killed
from autograder.quality.quality_page import KINDS, Measured, Setting, page_of, row_of
from autograder.quality.single_faults import SingleFault
from autograder.quality.stability import grade_again
from tests.autograder.test_judge import store
from tests.course import write_source

__all__ = ["store"]

ROOT = Path(__file__).parents[2]


def killed(state, change="Z = X", **more):
    """Return what became of a mutant of the small course."""
    return Killed("tiny", "centre", change, 3, state, **more)


@pytest.fixture
def measured(tmp_path):
    """Return what was measured of the small course."""
    mutants = [
        killed("killed", entry="mean added"),
        killed("killed", kind="sign"),
        killed("killed"),
        killed("survived"),
        killed("equivalent"),
    ]
    answers = [killed("right", "a loop"), killed("wrong", "float32")]
    source = read_source(write_source(tmp_path) / "tiny.ipynb")
    return Measured(source, 12, mutants, answers * 2, 2)


def test_equivalent_mutants_are_set_apart_from_the_kill_rate(measured):
    """Of those that differ, the share that lost marks; recognised ones told apart."""
    row = row_of(measured)

    assert row[2:] == ["2", "12", "6", "5", "1", "75.0%", "50%", "2", "1"]


def test_the_page_sums_what_can_be_summed_and_lists_what_is_wrong(measured):
    """Rates are no sums; survivors and rejected answers are there by name."""
    page = page_of([measured, measured], [], ["one minute"])

    assert "| all |  | 4 | 24 | 12 | 10 | 2 |  |  | 4 | 2 |" in page
    assert "- `tiny.centre`, line 3: `Z = X`" in page
    assert "- centre: float32" in page
    assert "one minute" in page


def test_diagnosis_counts_each_mutant_once_and_entries_not_at_all(measured):
    """One of two mutants outside of the catalogue is told more."""
    page = page_of([measured], [], [])

    assert f"| {KINDS['sign']} | 1 | 50.0% |" in page
    assert "| **more than that values differ** | 1 | 50.0% |" in page


def test_what_could_not_be_measured_is_said(measured):
    """A version that cannot be installed is no version that passed."""
    settings = [
        Setting("newest", "2.4.6", 1, 4, 100, 1, ["tiny, mutants"]),
        Setting("2.0", "", 1),
    ]

    page = page_of([measured], settings, [])

    assert "| newest (2.4.6) | 1 | 4 | 100 | 1 |" in page
    assert "| 2.0 | 1 | not measured | not measured | not measured |" in page
    assert "NumPy 2.0 could not be installed here." in page
    assert "- other marks: tiny, mutants" in page


@pytest.mark.slow
def test_a_submission_has_one_mark_however_often_and_in_any_order():
    """Right answers, mistakes and mutants: five times each, with 1 and 2 threads."""
    environments = [dict.fromkeys(ONE_THREAD, threads) for threads in "12"]
    name = "01_logistic_regression", "numpy_basics"

    found = grade_again(ROOT, *name, [], environments, 5)

    marks = {}
    for gradings in found:
        for submission, cells in gradings:
            marks.setdefault(submission, []).append(cells)
    assert {len(cells) for cells in marks.values()} == {10}
    for cells in marks.values():
        assert cells == cells[:1] * 10
    assert set(marks["right answers"][0].values()) != {0.0}
    assert marks["right answers"][0] != marks["catalogued mistakes"][0]


def test_mutants_of_contracts_are_counted_and_listed(measured):
    """Forbidden ones are killed and told or have no effect; allowed ones are kept."""
    measured.contracts = [
        killed("killed", "adds a key", term="exact keys", told=True),
        killed("killed", "seeds", term="fresh"),
        killed("equivalent", "rebinds", term="leaves inputs"),
        killed("right", "returns views"),
        killed("wrong", "single precision"),
    ]

    page = page_of([measured], [], [])

    assert "| tiny | 3 | 1 | 2 | 1 | 2 | 1 |" in page
    assert "- `tiny.centre` seeds: killed" in page
    assert "- `tiny.centre` single precision: wrong" in page
    assert "adds a key: killed" not in page


def test_entries_and_single_faults_are_published(measured):
    """Those that are called otherwise are named; a dear fault is counted."""
    measured.told = EntriesTold(3, 2, 3, 3, 1, 1, ["centre: mean added (in grading)"])
    cheap = SingleFault("centre", "stub", 4.0, 4.0, {}, 0, 0)
    dear = SingleFault("centre", "mutant", 4.0, 3.0, {"spread": 2.0}, 0, 0)
    measured.faults = [cheap, dear]

    page = page_of([measured], [], [])

    assert "| tiny | 3 | 2 | 3 | 3 | 1 | 1 |" in page
    assert "- `tiny.centre: mean added (in grading)`" in page
    assert "| tiny | centre | 4 | 2 | 5 | 1 |" in page


def test_every_entry_is_told_under_its_name(store):
    """By the judge and by the check, from what the catalogued answers return."""
    told = entries_told(store)

    assert told.entries == told.in_grading == told.visible == told.at_work > 2
    assert told.otherwise == []


def test_an_entry_that_is_called_otherwise_is_listed(store):
    """The page must not say that all are named where one is not."""
    record = store.cases.functions["centre"]
    first, second = (entry.name for entry in record.entries[:2])
    for case in record.cases:
        case.entries[first] = case.entries[second]

    told = entries_told(store)

    assert told.in_grading <= told.entries - 2
    assert f"centre: {first} (in grading)" in told.otherwise
