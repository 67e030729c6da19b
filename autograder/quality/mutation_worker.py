"""Driving the mutants of one notebook, in a process of its own.

``autograder.quality.mutation`` starts it; it says what became of each mutant. The
notebook is run once; mutants are driven as functions are in grading, by one
forked child after another, each of which serves until a mutant hangs or crashes.
"""

import contextlib
import random
import runpy
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from autograder.authoring.catalogue import patch
from autograder.authoring.recorder import Refused, definer, execute
from autograder.authoring.sources import SourceNotebook
from autograder.driving import Group, outcomes
from autograder.examination import case_form
from autograder.feedback import diagnosis
from autograder.judging import Judge, case_mark
from autograder.protocol import CaseForm, CaseLimits, read_outcome
from autograder.quality.attempts import told_at_work
from autograder.quality.claims import statements_about
from autograder.quality.contract_mutants import ContractMutant, all_mutants
from autograder.quality.mutants import Mutant
from autograder.quality.processes import Say
from autograder.quality.solution import Solution
from autograder.store import Store
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.contract import term_name
from helpers.checks.recognition import agrees, recognise
from helpers.checks.values import plain, resolve
from helpers.strings import text

# Relations look at the other answers too; a call of grading has about so many.
GROUP = 10
NO_INPUTS = "inputs.py has no inputs for it"
# A size that is hard-coded is no term: it is killed by values, whatever it is called.
SIZE = "size"


class Driver:
    """Drives mutants of one notebook against its cases.

    `count` random inputs from `generators`, the makers of them by function, decide that
    a mutant is equivalent. `namespace` has what the notebook's cells have defined.
    """

    def __init__(
        self,
        source: SourceNotebook,
        store: Store,
        namespace: dict[str, object],
        generators: dict[str, Callable],
        count: int,
    ) -> None:
        self.source = source
        self.judge = Judge(store)
        self.namespace = namespace
        self.generators = generators
        self.count = count
        self.records = {
            name: replace(record, cases=[_resolved(case) for case in record.cases])
            for name, record in store.cases.functions.items()
        }
        self._forms = {
            name: [case_form(case) for case in record.cases]
            for name, record in self.records.items()
        }
        self._limits: dict[str, CaseLimits] = {}
        self._random: dict[str, list[FunctionCases]] = {}

    def group(
        self,
        name: str,
        text: str = "",
        cases: list[CaseForm] | None = None,
        cell: str = "",
    ) -> Group:
        """Return what drives a function, as the text of its cell defines it."""
        cell = cell or self.source.functions[name].cell.id
        return Group(
            definer(self.namespace, name, text, cell),
            self._forms[name] if cases is None else cases,
            self.records[name].asked,
        )

    def defined(self, name: str, text: str, cell: str) -> Callable:
        """Define a function here, leaving the namespace as it was."""
        saved = dict(self.namespace)
        try:
            execute(text, cell, self.namespace)
            return cast(Callable, self.namespace[name])
        finally:
            self.namespace.clear()
            self.namespace.update(saved)

    def outcomes(self, group: Group, limits: CaseLimits) -> list[Outcome]:
        """Drive a function and return what came of it."""
        return [read_outcome(form, own=True) for form in outcomes([group], limits)]

    def limits(self, name: str) -> CaseLimits:
        """Return the limits of a mutant's calls, from the solution's own time.

        Raises
        ------
        Refused
            If the solution does not get full marks.
        """
        if name not in self._limits:
            record = self.records[name]
            begun = time.monotonic()
            found = self.outcomes(self.group(name), CaseLimits(60.0))
            seconds = 1.0 + 20 * (time.monotonic() - begun)
            self._limits[name] = CaseLimits(seconds, grace=seconds)
            if not all(run.right for run in self.judge.runs(record, found)):
                raise Refused(f"{name}: its solution fails its own cases")
        return self._limits[name]

    def contract_results(self, mutants: list[Mutant]) -> Iterator[dict]:
        """Drive mutants of one contract: killed and told, or right where allowed."""
        for mutant in mutants:
            if not isinstance(mutant, ContractMutant) or not mutant.term:
                yield from self.answers([mutant])
                continue
            name = mutant.function
            group = self.group(name, mutant.text)
            yield self._broken(mutant, self.outcomes(group, self.limits(name)))

    def _broken(self, mutant: ContractMutant, outcomes: list[Outcome]) -> dict:
        """Say what became of a mutant that its contract forbids."""
        record = self.records[mutant.function]
        runs = self.judge.runs(record, outcomes)
        failed = [run for run in runs if not run.right]
        if not any(run.case.hidden for run in failed):
            if all(_observed(r.case.expected) == _observed(r.outcome) for r in runs):
                return {"state": "equivalent"}
            return {"state": "survived", "why": "no case shows what it does"}
        entry = recognise(record, runs)
        kind, said = diagnosis(record, runs)
        named = entry.name if entry else ""
        # A size is no term, and an entry of the catalogue may know more than a term.
        catalogued = entry is not None and any(e is entry for e in record.entries)
        told = mutant.term == SIZE or catalogued or named == term_name(mutant.term)
        return {
            "state": "killed",
            "visible": any(not run.case.hidden for run in failed),
            "entry": named,
            "kind": kind,
            "sentence": "; ".join(said),
            "told": told,
        }

    def results(self, mutants: list[Mutant]) -> Iterator[dict]:
        """Drive mutants of one function and say what became of each.

        Those that no case can tell from the solution are driven once more, with
        random inputs.
        """
        name = mutants[0].function
        record, limits = self.records[name], self.limits(name)
        groups = [self.group(name, mutant.text) for mutant in mutants]
        # Closed, or the child would be left behind and its time counted nowhere.
        with contextlib.closing(outcomes(groups, limits)) as frames:
            for mutant in mutants:
                found = [read_outcome(next(frames)) for _ in record.cases]
                yield self._result(mutant, found, limits)

    def _result(self, mutant: Mutant, found: list[Outcome], limits: CaseLimits) -> dict:
        name = mutant.function
        record = self.records[name]
        runs = self.judge.runs(record, found)
        # A case that is not right as a whole never gets its full mark.
        failed = [run for run in runs if not run.right]
        if any(run.case.hidden for run in failed):
            entry = recognise(record, runs)
            result = {
                "state": "killed",
                "visible": any(not run.case.hidden for run in failed),
                "entry": entry.name if entry else "",
            }
            kind, said = diagnosis(record, runs)
            result |= {"kind": kind, "sentence": "; ".join(said)}
            checked = statements_about(record, runs)
            result |= {"statements": checked.true + len(checked.untrue)}
            return result | {"untrue": checked.untrue}
        if not self.generators.get(name):
            return {"state": "survived", "why": NO_INPUTS}
        other = self._differs(mutant, limits)
        if other is None:
            return {"state": "equivalent"}
        return {"state": "survived", "why": other}

    def answers(self, given: list[Mutant]) -> Iterator[dict]:
        """Drive other answers of one function; say whether they are right everywhere.

        Their own helper functions stay defined while they are called.
        """
        name = given[0].function
        record, limits = self.records[name], self.limits(name)
        limits = replace(limits, seconds=10 * limits.seconds)
        cell = f"answer: {name}"
        groups = [self.group(name, answer.text, cell=cell) for answer in given]
        with contextlib.closing(outcomes(groups, limits)) as frames:
            for answer in given:
                found = [read_outcome(next(frames), own=True) for _ in record.cases]
                yield self._told(answer, found, cell)

    def _told(self, answer: Mutant, found: list[Outcome], cell: str) -> dict:
        """Say whether another answer is right, or else what its learner is told."""
        record = self.records[answer.function]
        runs = self.judge.runs(record, found)
        marks = [case_mark(record, run.case, run.results) for run in runs]
        if all(mark == 1 for mark in marks):
            return {"state": "right"}
        public = [i for i, run in enumerate(runs) if not run.case.hidden]
        visible = [runs[i] for i in public]
        seen = replace(record, cases=[record.cases[i] for i in public])
        try:
            function = self.defined(answer.function, answer.text, cell)
        except Exception as error:  # as in a kernel: the cell stops, and is named
            told = {"function": answer.function, "error": type(error).__name__}
            said = text("checks.broken_cell", place="", **told)
            return {"state": "wrong", "sentence": said, "kind": "cell"}
        kind, said = told_at_work(seen, visible, function)
        checked = statements_about(seen, visible)
        return {
            "state": "wrong",
            "sentence": said,
            "kind": kind,
            "statements": checked.true + len(checked.untrue),
            "untrue": checked.untrue,
        }

    def _differs(self, mutant: Mutant, limits: CaseLimits) -> str | None:
        """Return an input on which a function differs from the solution."""
        for record in self._cases(mutant.function):
            cases = [case_form(case) for case in record.cases]
            group = self.group(mutant.function, mutant.text, cases)
            for run in self.judge.runs(record, self.outcomes(group, limits)):
                same = agrees(run.case.expected, run.outcome)
                if not run.right and not same:
                    shown = [_short(value) for value in run.case.args]
                    shown += [f"{k}={_short(v)}" for k, v in run.case.kwargs.items()]
                    return ", ".join(shown)[:200]
        return None

    def _cases(self, name: str) -> list[FunctionCases]:
        """Return random cases of a function, judged by nothing but its solution."""
        if name not in self._random:
            function = self.source.functions[name]
            accepted = {
                item.entry.name: patch(function.cell.source, item, name)
                for item in function.entries
                if item.entry.accept
            }
            cases = []
            for i in range(self.count):
                given = self.generators[name](np.random.default_rng([2026, i]))
                args, kwargs, *seed = given
                case = Case(
                    args=tuple(plain(value, "input", inputs=True) for value in args),
                    kwargs={
                        k: plain(v, "input", inputs=True) for k, v in kwargs.items()
                    },
                    rng=seed[0] if seed else None,
                )
                cases.append(case)
            forms = [case_form(case) for case in cases]
            patient = CaseLimits(60.0)
            expected = self.outcomes(self.group(name, cases=forms), patient)
            for case, outcome in zip(cases, expected, strict=True):
                case.expected = outcome
                if outcome.error is not None:
                    raise Refused(
                        f"inputs.py, {name}: the solution stops with "
                        f"{outcome.error} ({outcome.message})"
                    )
            for entry, text in accepted.items():
                found = self.outcomes(self.group(name, text, forms), patient)
                for case, outcome in zip(cases, found, strict=True):
                    case.entries[entry] = outcome
            self._random[name] = [
                replace(self.records[name], cases=cases[i : i + GROUP])
                for i in range(0, self.count, GROUP)
            ]
        return self._random[name]


def _observed(outcome: Outcome) -> tuple:
    """Return what a contract may speak of beyond the values."""
    return outcome.changed, outcome.aliased, outcome.seeded, outcome.again


def _resolved(case: Case) -> Case:
    """Return a case with arrays in the place of samples, read once."""
    args = tuple(resolve(value) for value in case.args)
    kwargs = {key: resolve(value) for key, value in case.kwargs.items()}
    return replace(case, args=args, kwargs=kwargs)


def _short(value: object) -> str:
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"array of shape {value.shape}"
    if isinstance(value, dict | list | tuple) and len(value) > 4:
        return f"{type(value).__name__} of {len(value)}"
    return " ".join(repr(value).split())[:60]


def generators_of(folder: Path, notebook: str) -> dict[str, Callable]:
    """Return the makers of random inputs of a notebook's functions.

    By function, from ``inputs.py`` in the source folder.
    """
    path = folder / "inputs.py"
    if not path.exists():
        return {}
    found = runpy.run_path(str(path))["INPUTS"]
    return {
        key.partition(".")[2]: make
        for key, make in found.items()
        if key.partition(".")[0] == notebook
    }


def measure(request: dict, source: SourceNotebook, store: Store, say: Say) -> None:
    """Say how many mutants there are, then what became of each."""
    namespace = Solution(source).namespace
    answers = [
        Mutant(function, name, 0, text) for function, name, text in request["answers"]
    ]
    mutants = answers or all_mutants(source, request["contracts"])
    if request["function"]:
        mutants = [m for m in mutants if m.function == request["function"]]
    if request["sample"] is not None and request["sample"] < len(mutants):
        chosen = random.Random(request["seed"])
        mutants = chosen.sample(mutants, request["sample"])
    generators = generators_of(Path(request["path"]).parent, source.name)
    driver = Driver(source, store, namespace, generators, request["count"])
    by_function: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_function.setdefault(mutant.function, []).append(mutant)
    for name in by_function:
        driver.limits(name)
    say({"total": len(mutants)})
    for chosen_ones in by_function.values():
        work = driver.answers if answers else driver.results
        if request["contracts"]:
            work = driver.contract_results
        for mutant, found in zip(chosen_ones, work(chosen_ones), strict=True):
            about = {"function": mutant.function, "change": mutant.change}
            if isinstance(mutant, ContractMutant):
                about["term"] = mutant.term
            say(about | {"line": mutant.line} | found)
