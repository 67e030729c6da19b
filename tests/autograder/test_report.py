"""The page about a class: what it counts, and that it is safe to open."""

import csv
import io
import random
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from copydetect import compare_files
from nbgrader.api import Gradebook

from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import Marks
from autograder.reports import similarity
from autograder.reports.class_page import csv_of, page_of
from autograder.reports.findings import (
    ClassFindings,
    GradedSubmission,
    Reason,
    read_findings,
)
from autograder.reports.similarity import alike_pairs
from tests.course import CENTRE, tiny_notebook, write_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
POINTS = {"tiny/centre-check": 3.0, "tiny/spread-check": 4.0}


def submission(student, centre, spread, **more):
    """Return a submission with the two shares."""
    shares = {"tiny/centre-check": centre, "tiny/spread-check": spread}
    marks = Marks(code=3 * centre + 4 * spread, code_out_of=7.0)
    return GradedSubmission(student, marks, shares=shares, **more)


def findings(*submissions):
    """Return the findings of a class."""
    return ClassFindings("01_tiny", list(submissions), POINTS)


MISTAKE = ("tiny.centre", "mean added")


def test_success_and_discrimination_of_an_exercise():
    """Success is the mean share; discrimination a correlation with the rest."""
    given = findings(
        submission("a", 1, 1), submission("b", 0.5, 0.5), submission("c", 0, 0)
    )

    centre, spread = given.exercises()

    assert (centre.success, centre.full, centre.points) == (0.5, 1, 3.0)
    assert spread.discrimination == pytest.approx(1)


def test_mistakes_are_counted_by_learner_the_commonest_first():
    """Two functions with one mistake are two lines; a learner counts once."""
    rare = ("tiny.spread", "not centred")
    given = findings(
        submission("a", 0, 0, mistakes=[rare, MISTAKE, MISTAKE]),
        submission("b", 0, 0, mistakes=[MISTAKE]),
    )

    assert given.mistakes() == [(*MISTAKE, 2), (*rare, 1)]


def test_one_cause_is_one_sentence():
    """A damaged notebook flags all its cells; a broken function many others."""
    given = submission("a", 0, 0)
    given.look = [
        Reason("damaged", "tiny"),
        *(Reason("flagged", "tiny", cell) for cell in ("one", "two")),
        *(Reason("flagged", "other", cell) for cell in ("one", "two")),
    ]

    damaged, flagged = given.reasons()

    assert damaged == "tiny was damaged"
    assert flagged == "other has flagged cells: one, two"


def test_what_learners_wrote_is_escaped_everywhere():
    """No name, mistake or reason becomes markup, and the page runs no script."""
    bad = '<script>alert(1)</script>"onload='
    given = findings(
        submission(
            bad, 1, 0, mistakes=[(bad, bad)], look=[Reason("flagged", bad, bad)]
        ),
        submission("b", 0, 0, with_reference=[(bad, bad)]),
    )

    page = page_of(given, [], {"tiny/centre-check": bad})

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_loads_nothing_and_every_picture_is_described():
    """One file, readable without the network and without seeing the pictures."""
    tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append((tag, dict(attrs)))

    Reader().feed(page_of(findings(submission("a", 1, 0.5)), [], {}))

    assert not any({"src", "href"} & set(attributes) for _, attributes in tags)
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(drawings) == 2
    assert all(len(attributes["aria-label"]) > 20 for attributes in drawings)


def test_the_page_follows_the_reader_and_refuses_all_that_is_foreign():
    """Dark theme and paper have colours of their own; no source of code is allowed."""
    page = page_of(findings(submission("a", 1, 0.5)), [], {})

    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media print" in page
    drawn = page[page.index("<svg") : page.rindex("</svg>")]
    assert not re.search(r"#[0-9a-f]{3}", drawn)


def test_exercises_that_take_longest_come_first():
    """Times are of the cases, by exercise, over all learners."""
    given = findings(
        submission("a", 1, 1, times={"tiny.centre": 0.1, "tiny.spread": 2.0}),
        submission("b", 1, 1, times={"tiny.centre": 0.3, "tiny.spread": 1.0}),
    )

    assert list(given.times()) == ["tiny.spread", "tiny.centre"]
    assert "<td>tiny.spread</td><td class=number>1.50</td>" in page_of(given, [], {})


def test_the_table_beside_it_has_a_line_a_learner_and_no_formulas():
    """A spreadsheet takes no learner's text for a formula, as in the exports.

    Where it splits cells at semicolons, a formula may begin behind one.
    """
    given = findings(submission("=1+1;=2", 1, 0.5, mistakes=[MISTAKE]))

    head, line = csv.reader(io.StringIO(csv_of(given)))

    assert head[-2:] == list(POINTS)
    assert line[0] == "'=1+1;'=2"
    assert line[-2:] == ["3", "2"]
    assert "mean added" in line[head.index("mistakes")]
    assert line[head.index("total")] == "5"


@pytest.mark.parametrize("penalty, shown", [(0.0, 0.0), (1.5, -1.5)])
def test_what_is_subtracted_is_a_number_in_the_table_beside_it(penalty, shown):
    """An apostrophe, which names get, would make a spreadsheet take it for text."""
    late = submission("ada", 1, 0.5)
    late.marks.penalty = penalty

    head, line = csv.reader(io.StringIO(csv_of(findings(late))))

    assert float(line[head.index("late")]) == shown
    assert not line[head.index("late")].startswith("-0")


OWN = """    ### START CODE HERE ###
    widths = [len(row) for row in X]
    totals = [sum(row) / width for row, width in zip(X, widths)]
    Z = X - np.array(totals).reshape(len(totals), 1) * np.ones((1, widths[0]))
    ### END CODE HERE ###"""
OTHER = """    ### START CODE HERE ###
    Z = X.copy()
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            Z[i, j] -= sum(X[i, k] for k in range(X.shape[1])) / X.shape[1]
    ### END CODE HERE ###"""


def test_copied_solutions_are_a_pair_even_with_other_names():
    """Names and spaces are no disguise; work of one's own is no pair."""
    renamed = OWN.replace("totals", "means").replace("widths", "n").replace(" / ", "/")
    classes = {"ann": OWN, "ben": renamed, "cy": OTHER}

    found = alike_pairs(
        {name: {"tiny/centre": text} for name, text in classes.items()},
        {"tiny/centre": CENTRE},
    )

    assert [(pair.one, pair.other) for pair in found] == [("ann", "ben")]


def _expression(chance):
    """Return an expression that nobody else writes."""
    terms = [
        f"{chance.choice(['np.sum', 'max', 'abs', 'X.dot', ''])}"
        f"(X[{chance.randrange(9)}]{chance.choice('+-*/%')}{chance.randrange(99)})"
        for _ in range(9)
    ]
    return "".join(term + chance.choice("+-*/") for term in terms) + "1"


def test_pairs_that_have_nothing_in_common_are_not_compared(monkeypatch):
    """A class of thousands has millions of pairs, and few that are alike."""
    chance = random.Random(5)
    body = "    ### START CODE HERE ###\n    Z = {}\n    ### END CODE HERE ###"
    texts = {f"l{n:03}": body.format(_expression(chance)) for n in range(80)}
    texts["copy"] = texts["l007"]
    compared = []

    def counted(one, other):
        compared.append(1)
        return compare_files(one, other)

    monkeypatch.setattr(similarity, "compare_files", counted)
    found = alike_pairs(
        {name: {"tiny/centre": text} for name, text in texts.items()},
        {"tiny/centre": CENTRE},
    )

    assert [(pair.one, pair.other, pair.share) for pair in found] == [
        ("copy", "l007", 1.0)
    ]
    assert len(compared) < 20  # of 3,240 pairs


def test_the_released_stub_and_what_all_write_make_no_pair():
    """Whoever did nothing, or what everybody does, resembles nobody."""
    stubbed = "    ### START CODE HERE ###\n    Z = None\n    ### END CODE HERE ###"
    untouched = {name: {"tiny/centre": stubbed} for name in "abc"}
    same = {name: {"tiny/centre": OWN} for name in "abcdef"}

    assert alike_pairs(untouched, {"tiny/centre": CENTRE}) == []
    assert alike_pairs(same, {"tiny/centre": CENTRE}) == []


@pytest.fixture
def course(tmp_path):
    """Return a course with one graded submission."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    write_source(tmp_path)
    found = Course(tmp_path)
    with Gradebook(found.directory.db_url, found.directory.course_id) as book:
        book.add_assignment("01_tiny")
        book.add_notebook("tiny", "01_tiny")
        for cell, points in (("centre-check", 3), ("spread-check", 4)):
            book.add_grade_cell(
                cell, "tiny", "01_tiny", max_score=points, cell_type="code"
            )
    return found


def test_findings_come_from_the_gradebook_and_the_graded_notebooks(course):
    """Marks by a person count; states and times are those of the metadata."""
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        book.add_student("ann")
        book.add_submission("01_tiny", "ann")
        for cell, mark in (("centre-check", 1.5), ("spread-check", 0)):
            grade = book.find_grade(cell, "tiny", "01_tiny", "ann")
            grade.auto_score, grade.needs_manual_grade = mark, False
        grade.manual_score = 4
        book.db.commit()
    states = {
        "centre": {"state": "misconception", "entry": "mean added"},
        "spread": {"state": "right", "entry": "", "with_reference": ["centre"]},
    }
    notebook = tiny_notebook()
    notebook.metadata["course"] = {"functions": states, "seconds": 1.5}
    notebook.metadata["course"]["times"] = {"centre": 0.25}
    folder = course.root / "autograded" / "ann" / "01_tiny"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "tiny.ipynb")

    (found,) = read_findings(course, "01_tiny").submissions

    assert (found.marks.code, found.marks.code_out_of) == (5.5, 7)
    assert found.shares == {"tiny/centre-check": 0.5, "tiny/spread-check": 1}
    assert found.mistakes == [MISTAKE]
    assert found.with_reference == [("tiny.spread", "centre")]
    assert found.look == []
    assert found.seconds == {"tiny": 1.5}
    assert found.times == {"tiny.centre": 0.25}


def test_a_class_that_was_never_graded_is_one_plain_sentence(course):
    """The report says what to do first."""
    with pytest.raises(CourseError, match="nothing of 01_tiny has been graded yet"):
        read_findings(course, "01_tiny")
