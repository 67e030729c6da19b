"""The card: the same content as the text, escaped, and readable without colour."""

import re

import numpy as np
import pytest

from autograder import markup
from helpers.checks.calls import Outcome
from helpers.checks.card import bar, card_html, for_page, progress_html
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Signature, compare
from helpers.checks.contract import with_contract
from helpers.checks.recognition import Run
from helpers.checks.report import report_runs


def report(want, returned, failures=4, read="lesson 01, Broadcasting"):
    """Return the report of a wrong answer in one case."""
    case = Case((np.array([[1.0, 2.0]]),), {}, expected=Outcome(value=want))
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)), read=read)
    results = compare(record.signature, want, returned)
    run = Run(case, Outcome(value=returned), results)
    return report_runs(record, [run], None, failures)


SMALL = np.array([[1.0, 2.0], [3.0, 4.0]])


def words(html):
    """Return what a reader sees of HTML."""
    return " ".join(re.sub(r"<[^>]+>|&nbsp;", " ", html).split())


def test_a_wrong_entry_is_marked_by_sign_and_colour():
    """Returned and expected stand side by side; one entry is wrong."""
    html = card_html(report(SMALL, SMALL + np.array([[0, 0], [0, 5.0]])))
    said = words(html)

    assert html.count("✗&nbsp;") == 1
    assert "✗ 9" in said
    assert "returned 1 2 3 ✗ 9 shape (2, 2), float64 expected 1 2 3 4" in said
    assert "Called: f(X)" in said


def test_of_a_large_array_a_map_of_the_difference_is_drawn():
    """Too large, too small and right have signs of their own."""
    want = np.arange(120.0).reshape(6, 20)
    got = want.copy()
    got[0, 3] += 2
    got[5, 4] -= 1

    said = words(card_html(report(want, got)))

    drawn = said[: said.index("One sign for each entry")]
    assert drawn.count(" + ") == 1 and drawn.count(" − ") == 1
    assert "Wrong: 2 of 120" in said


def test_the_card_says_what_the_text_says():
    """A terminal misses nothing of the words."""
    found = report(SMALL, SMALL[::-1].copy())

    said = words(card_html(found))

    for advice in found.advice:
        assert " ".join(advice.sentence.replace("`", " ").split()) in said
    for block in found.blocks:
        for sentence in block.sentences:
            assert sentence in said


def test_of_a_broken_contract_no_two_values_are_shown():
    """The name of a broken term is no answer, and its sentence is none either."""
    case = Case((), {}, expected=Outcome(value=SMALL))
    record = FunctionCases(
        "f", (), Signature("single", ("Z",)), contract=("independent results",)
    )
    outcome = Outcome(value=SMALL, aliased=["Z"])
    results = with_contract(
        record, case, outcome, compare(record.signature, SMALL, SMALL)
    )
    card = card_html(report_runs(record, [Run(case, outcome, results)], None, 1))
    said = words(card)

    assert "Z: it shares memory with another result" in said
    assert "returned" not in said and "expected" not in said


def test_texts_are_escaped_and_nothing_runs():
    """A key of a dictionary may be anything."""
    want = {"W": np.ones(2)}
    returned = {"<script>alert(1)</script>": np.ones(2)}

    html = card_html(report(want, returned))

    assert "<script" not in html
    assert "onclick" not in html


def test_a_page_gets_the_same_card_with_plain_colours():
    """What a page's sanitizer keeps: no variables, and no tag that it drops."""
    html = for_page(card_html(report(SMALL, SMALL + 1)))

    assert "var(" not in html
    cleaned = markup.clean_html(html)
    assert words(cleaned) == words(html)
    assert cleaned.count("<td") == html.count("<td")
    assert cleaned.count("color:") == html.count("color:")


def test_progress_is_a_bar_for_each_exercise():
    """The numbers stand beside the bars."""
    html = progress_html("Public checks", [("f", 1, 2), ("g", 2, 2)], "1 of 2 passed")

    assert "1/2" in html and "2/2" in html
    assert bar(1, 2).count("█") == 6
    assert bar(0, 2).count("█") == 0


@pytest.mark.parametrize(
    ("want", "written"),
    [
        (np.full((4, 5), 0.0012), True),
        (np.arange(10.0) / 7, True),
        (np.full((1, 12), -0.00012345), False),
    ],
)
def test_a_grid_that_would_reach_past_the_page_is_drawn(want, written):
    """Numbers are written out where a line of them fits, whatever their count."""
    said = words(card_html(report(want, want + 1e-3)))

    assert ("One sign for each entry" not in said) == written
