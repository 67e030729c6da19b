"""Every catalogued mistake as a learner meets it on the feedback page."""

import html
import re
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.feedback import cell_html
from autograder.judging import CellVerdict, FunctionVerdict, Verdict
from autograder.store import CheckCell, Store
from helpers.checks.cases import read_cases
from helpers.checks.checker import relation_named
from helpers.checks.recognition import Run, best_results, other_answers
from helpers.checks.report import describe_outcome, evidence_of_runs, fill_hint

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("release/*/*.cases.json"))


def page_of(cases, record, entry):
    """Render the page of an answer that is a catalogued mistake."""
    outcomes = [case.entries[entry.name] for case in record.cases]
    relation = relation_named(record.relation)
    runs = []
    for i, (case, outcome) in enumerate(zip(record.cases, outcomes, strict=True)):
        others = other_answers(record, outcomes, i) if relation else []
        results = best_results(record, case, outcome, relation, others)
        runs.append(Run(case, outcome, results))
    marks = [Fraction(int(run.right)) for run in runs]
    found = FunctionVerdict(record.name, "misconception", runs, marks, entry)
    numbers = [(record.name, i) for i in range(len(runs))]
    store = Store("a", cases, {"check": CheckCell(1.0, numbers)}, {}, [])
    verdict = Verdict({record.name: found}, {})
    page = cell_html(store, verdict, "check", CellVerdict(0.0, 1.0))
    return runs, html.unescape(re.sub(r"<[^>]+>", "", page))


def plain(text):
    """Return a text as it stands on the page: code without its backticks."""
    return text.replace("`", "") if text.count("`") % 2 == 0 else text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
def test_hints_with_their_numbers_and_explanations_reach_the_page(path):
    """The hint with the numbers of a public case, and what an exception means."""
    cases = read_cases(path)
    hints = 0
    for record in cases.functions.values():
        for entry in record.entries:
            if not entry.wrong or entry.hidden_only:
                continue
            where = f"{record.name}: {entry.name}"
            runs, page = page_of(cases, record, entry)
            values = evidence_of_runs(record, runs).values
            hint = fill_hint(entry.hint, values)
            assert hint and not re.search(r"\{\w+\}", hint), where
            assert plain(hint) in page, where
            hints += 1
            for run in runs:
                if run.outcome.error is not None:
                    said = describe_outcome(run.outcome)
                    assert len(said) > 1 or run.outcome.error == "TimeLimit", where
                    assert all(plain(sentence) in page for sentence in said), where
    assert hints >= 20
