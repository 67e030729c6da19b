"""What becomes of each entry of the catalogues, at work and in grading.

From the recorded outcomes alone: the judge, and the check in a learner's kernel, are
given what the catalogued answer returns, and have to name that entry.
"""

from dataclasses import dataclass, field, replace

from autograder.judging import Judge
from autograder.store import Store
from helpers.checks.cases import Entry, FunctionCases
from helpers.checks.checker import relation_named
from helpers.checks.recognition import Run, recognise, runs_of
from helpers.checks.report import evidence_of_runs, fill_hint, is_true_of


@dataclass
class EntriesTold:
    """What the entries of one notebook are called."""

    # How many mistakes are catalogued, and how many the judge names as themselves.
    entries: int = 0
    in_grading: int = 0
    # How many of them show in a public case, and how many the check names as
    # themselves.
    visible: int = 0
    at_work: int = 0
    # How many hints have placeholders for numbers, and how many are shown with all of
    # their sentences, with the numbers of one public case.
    numbered: int = 0
    rendered: int = 0
    # Entries that are called something else, or nothing.
    otherwise: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, ...]:
        """The counts, in the order of the page."""
        at_once = self.entries, self.in_grading, self.visible, self.at_work
        return *at_once, self.numbered, self.rendered


def entries_told(store: Store) -> EntriesTold:
    """Judge the recorded outcomes of every catalogued mistake of a notebook."""
    told = EntriesTold()
    judge = Judge(store)
    for record in store.cases.functions.values():
        for entry in record.entries:
            if entry.wrong:
                _add(told, judge, record, entry)
    return told


def _add(told: EntriesTold, judge: Judge, record: FunctionCases, entry: Entry) -> None:
    where = f"{record.name}: {entry.name}"
    outcomes = [case.entries[entry.name] for case in record.cases]
    told.entries += 1
    if recognise(record, judge.runs(record, outcomes)) is entry:
        told.in_grading += 1
    else:
        told.otherwise.append(f"{where} (in grading)")
    if entry.hidden_only:
        return
    told.visible += 1
    public = _public_runs(record, entry)
    if recognise(record, public) is entry:
        told.at_work += 1
    else:
        told.otherwise.append(f"{where} (at work)")
    if "{" in entry.hint:
        told.numbered += 1
        values = evidence_of_runs(record, public).values
        whole = any(is_true_of(entry.hint, known) for known in values)
        told.rendered += whole and "{" not in fill_hint(entry.hint, values)


def _public_runs(record: FunctionCases, entry: Entry) -> list[Run]:
    """Compare what an entry does in the public cases, as a learner's kernel does."""
    cases = [case for case in record.cases if not case.hidden]
    outcomes = [case.entries[entry.name] for case in cases]
    public = replace(record, cases=cases)
    return runs_of(public, outcomes, relation_named(record.relation))
