"""What a check says of wrong attempts, word by word."""

import textwrap
from pathlib import Path

import pytest

from autograder.authoring.recorder import execute
from autograder.authoring.sources import read_source
from autograder.quality.attempts import attempts_of
from autograder.quality.claims import statements_about
from autograder.quality.solution import Solution
from helpers.checks.calls import call
from helpers.checks.cases import read_cases
from helpers.checks.checker import relation_named
from helpers.checks.recognition import recognise, runs_of
from helpers.checks.report import report_runs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SOURCES = {path.stem: path for path in sorted(ROOT.glob("source/*/*.ipynb"))}
HELP = {
    name: [one for one in attempts_of(ROOT, read_source(path)) if one[-1]]
    for name, path in SOURCES.items()
}


@pytest.mark.parametrize("notebook", [name for name in HELP if HELP[name]])
def test_learners_are_told_what_the_files_of_attempts_expect(notebook, monkeypatch):
    """The released cases, as a check runs them; nothing that is said is untrue."""
    path = SOURCES[notebook]
    source = read_source(path)
    monkeypatch.chdir(path.parent)
    released = ROOT / "release" / source.assignment / f"{notebook}.cases.json"
    records = read_cases(released).functions
    names = Solution(source).namespace
    for i, (name, _, text, told) in enumerate(HELP[notebook]):
        record, before = records[name], dict(names)
        execute(text, f"attempt-{i}", names)
        answer = names[name]
        outcomes = [
            call(
                answer,
                case.args,
                case.kwargs,
                record.asked,
                rng=case.rng,
            )
            for case in record.cases
        ]
        runs = runs_of(record, outcomes, relation_named(record.relation))
        entry = recognise(record, runs)
        report = report_runs(record, runs, entry, 4, answer=answer)
        names.clear()
        names.update(before)

        said = " ".join(str(report).split())
        assert told in said, f"{name}:\n{textwrap.indent(text, '  ')}\n{report}"
        assert statements_about(record, runs).untrue == []
