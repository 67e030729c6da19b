"""Driving the mutants of one notebook, in a process of its own.

``python -m autograder.quality.mutation_worker REQUEST`` reads what to drive and
writes one line of JSON for each mutant; ``autograder.quality.mutation`` starts it.
The notebook is run once; one forked child drives mutant after mutant and is
replaced only when one of them hangs or crashes.
"""

import contextlib
import json
import os
import random
import runpy
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from autograder.authoring.catalogue import patch
from autograder.authoring.recorder import (
    Recorder,
    Refused,
    execute,
    prepare,
    run_source,
)
from autograder.authoring.recording import cells_of
from autograder.authoring.sources import SourceNotebook, read_source
from autograder.driving import compact
from autograder.forks import stream
from autograder.judging import Judge, case_mark
from autograder.quality.attempts import told_at_work
from autograder.quality.claims import statements_about
from autograder.quality.mutants import Mutant, mutants_of
from autograder.reports.cell_feedback import diagnosis
from autograder.store import Store
from helpers.checks.calls import Outcome, call
from helpers.checks.cases import Case, FunctionCases, outcome_from
from helpers.checks.recognition import agrees, recognise
from helpers.checks.values import plain, resolve

# Relations look at the other answers too; a call of grading has about so many.
GROUP = 10
# A mutant that blocks even the alarm of its call is given up after so long.
HANG = 60.0
ENDLESS = {"state": "killed", "kind": "endless"}


class Driver:
    """Drives mutants of one notebook against its cases.

    Parameters
    ----------
    source : SourceNotebook
        The notebook.
    store : Store
        Its recorded cases.
    namespace : dict
        What its cells have defined.
    generators : dict of str to callable
        Makers of random inputs by function.
    count : int
        How many random inputs decide that a mutant is equivalent.
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
        self.limits: dict[str, float] = {}
        self._random: dict[str, list[FunctionCases]] = {}

    def of_text(self, name: str, text: str) -> Callable:
        """Define a function by the text of a cell, leaving the namespace as it was."""
        saved = dict(self.namespace)
        try:
            execute(text, self.source.functions[name].cell.id, self.namespace)
            return self.namespace[name]
        finally:
            self.namespace.clear()
            self.namespace.update(saved)

    def outcomes(
        self, record: FunctionCases, function: Callable, seconds: float
    ) -> list[Outcome]:
        """Call a function with the inputs of each case; hanging once is enough."""
        found: list[Outcome] = []
        for case in record.cases:
            if found and found[-1].error == "TimeLimit":
                found.append(found[-1])
                continue
            found.append(
                call(
                    function,
                    case.args,
                    case.kwargs,
                    rng=case.rng,
                    seconds=seconds,
                    names=record.parameters,
                    contract=record.contract,
                    callees=record.calls,
                )
            )
        return found

    def limit(self, name: str) -> float:
        """Return the time limit of a mutant's call, from the solution's own time.

        Raises
        ------
        Refused
            If the solution does not get full marks.
        """
        if name not in self.limits:
            record, function = self.records[name], self.namespace[name]
            begun = time.monotonic()
            runs = self.judge.runs(record, self.outcomes(record, function, 60.0))
            self.limits[name] = 1.0 + 20 * (time.monotonic() - begun)
            if not all(run.right for run in runs):
                raise Refused(f"{name}: its solution fails its own cases")
        return self.limits[name]

    def result(self, mutant: Mutant) -> dict:
        """Drive a mutant and say what became of it."""
        name = mutant.function
        record, seconds = self.records[name], self.limit(name)
        try:
            function = self.of_text(name, mutant.text)
        except Exception as error:
            # A cell that cannot even be defined is seen by everybody.
            found = {"state": "killed", "visible": True, "kind": "cell"}
            return found | {"sentence": str(error)}
        runs = self.judge.runs(record, self.outcomes(record, function, seconds))
        # A case that is not right as a whole never gets its full mark.
        failed = [run for run in runs if not run.right]
        if any(run.case.hidden for run in failed):
            entry = recognise(record, runs)
            found = {
                "state": "killed",
                "visible": any(not run.case.hidden for run in failed),
                "entry": entry.name if entry else "",
            }
            kind, said = diagnosis(record, runs)
            found |= {"kind": kind, "sentence": "; ".join(said)}
            checked = statements_about(record, runs)
            found |= {"statements": checked.true + len(checked.untrue)}
            return found | {"untrue": checked.untrue}
        if not self.generators.get(name):
            return {"state": "survived", "why": "inputs.py has no inputs for it"}
        other = self._differs(name, function, seconds)
        if other is None:
            return {"state": "equivalent"}
        return {"state": "survived", "why": other}

    def answer(self, given: Mutant) -> dict:
        """Drive another answer and say whether it is right in every case."""
        name, saved = given.function, dict(self.namespace)
        record, seconds = self.records[name], 10 * self.limit(name)
        try:
            # Its own helper functions stay defined while it is called.
            execute(given.text, f"answer: {name}", self.namespace)
            function = self.namespace[name]
            raw = self.outcomes(record, function, seconds)
            outcomes = [outcome_from(_sent(outcome)) for outcome in raw]
        finally:
            self.namespace.clear()
            self.namespace.update(saved)
        runs = self.judge.runs(record, outcomes)
        marks = [case_mark(record, run.case, run.results) for run in runs]
        failed = [run for run, mark in zip(runs, marks) if mark < 1]
        if not failed:
            return {"state": "right"}
        public = [i for i, run in enumerate(runs) if not run.case.hidden]
        visible = [replace(runs[i], outcome=raw[i]) for i in public]
        seen = replace(record, cases=[record.cases[i] for i in public])
        kind, said = told_at_work(seen, visible, function)
        checked = statements_about(seen, visible)
        found = {"state": "wrong", "sentence": said, "kind": kind}
        found |= {"statements": checked.true + len(checked.untrue)}
        return found | {"untrue": checked.untrue}

    def _differs(self, name: str, function: Callable, seconds: float) -> str | None:
        """Return an input on which a function differs from the solution."""
        for record in self._cases(name):
            outcomes = self.outcomes(record, function, seconds)
            for run in self.judge.runs(record, outcomes):
                same = agrees(run.case.expected, run.outcome)
                if not run.right and not same:
                    shown = [_short(value) for value in run.case.args]
                    shown += [f"{k}={_short(v)}" for k, v in run.case.kwargs.items()]
                    return ", ".join(shown)[:200]
        return None

    def _cases(self, name: str) -> list[FunctionCases]:
        """Return random cases of a function, judged by nothing but its solution."""
        if name not in self._random:
            record = self.records[name]
            accepted = {
                item.entry.name: self.of_text(
                    name, patch(self.source.functions[name].cell.source, item, name)
                )
                for item in self.source.functions[name].entries
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
                one = replace(record, cases=[case])
                (case.expected,) = self.outcomes(one, self.namespace[name], 60.0)
                if case.expected.error is not None:
                    raise Refused(
                        f"inputs.py, {name}: the solution stops with "
                        f"{case.expected.error} ({case.expected.message})"
                    )
                for entry, function in accepted.items():
                    (case.entries[entry],) = self.outcomes(one, function, 60.0)
                cases.append(case)
            self._random[name] = [
                replace(record, cases=cases[i : i + GROUP])
                for i in range(0, self.count, GROUP)
            ]
        return self._random[name]


def _sent(outcome: Outcome) -> dict:
    """Return an outcome as it looks after the way out of a learner's process."""
    return json.loads(json.dumps(compact(outcome)))


def _resolved(case: Case) -> Case:
    """Return a case with arrays in the place of samples, read once."""
    return replace(case, args=resolve(case.args), kwargs=resolve(case.kwargs))


def _short(value: object) -> str:
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"array of shape {value.shape}"
    if isinstance(value, dict | list | tuple) and len(value) > 4:
        return f"{type(value).__name__} of {len(value)}"
    return " ".join(repr(value).split())[:60]


def generators_of(folder: Path, notebook: str) -> dict[str, Callable]:
    """Return the makers of random inputs of a notebook's functions.

    Parameters
    ----------
    folder : Path
        The assignment's source folder, with its ``inputs.py``.
    notebook : str
        Whose functions.

    Returns
    -------
    dict of str to callable
        By function.
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


def all_mutants(source: SourceNotebook) -> list[Mutant]:
    """List the mutants of every graded function of a notebook."""
    return [
        mutant
        for name, function in source.functions.items()
        for mutant in mutants_of(function.cell.source, name)
    ]


def read_request(request_path: str) -> tuple[dict, Path, Callable[[dict], None]]:
    """Read a request; return it, the folder to work in and what answers.

    What a notebook prints goes nowhere: it must not mix with the answer.
    """
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    folder = Path(request["folder"])
    os.chdir(folder)

    def say(form: dict) -> None:
        print(json.dumps(form), file=answer, flush=True)

    return request, folder, say


def main(request_path: str) -> None:
    """Answer a request file on standard output."""
    request, folder, say = read_request(request_path)

    try:
        source = read_source(folder / f"{request['notebook']}.ipynb")
        store = Store.from_form(
            json.loads(Path(request["store"]).read_text(encoding="utf-8"))
        )
        namespace = prepare()
        recorder = Recorder(list(source.functions))
        run_source({"cells": cells_of(source)}, recorder, namespace)
        answers = [Mutant(*given, 0, text) for *given, text in request["answers"]]
        mutants = answers or all_mutants(source)
        if request["function"]:
            mutants = [m for m in mutants if m.function == request["function"]]
        if request["sample"] is not None and request["sample"] < len(mutants):
            chosen = random.Random(request["seed"])
            mutants = chosen.sample(mutants, request["sample"])
        generators = generators_of(folder, source.name)
        driver = Driver(source, store, namespace, generators, request["count"])
        for name in dict.fromkeys(mutant.function for mutant in mutants):
            driver.limit(name)
        say({"total": len(mutants)})

        def work(begin: int) -> Iterable[dict]:
            for mutant in mutants[begin:]:
                try:
                    yield driver.answer(mutant) if answers else driver.result(mutant)
                except Refused as error:
                    yield {"refused": str(error)}

        frames = stream(work, [len(mutants)], HANG, give_up_after=len(mutants) + 1)
        # Closed, or the child would be left behind and its time counted nowhere.
        with contextlib.closing(frames):
            for mutant, (frame, reason) in zip(mutants, frames):
                found = frame or ENDLESS | {"sentence": reason}
                if "refused" in found:
                    say(found)
                    break
                about = {"function": mutant.function, "change": mutant.change}
                say(about | {"line": mutant.line} | found)
    except (Refused, ValueError) as error:
        say({"refused": str(error)})

    sys.stderr.flush()
    # Threads that a notebook left behind must not hold this up.
    os._exit(0)


if __name__ == "__main__":
    # The notebook's own functions live in __main__; run the importable module's.
    from autograder.quality import mutation_worker

    mutation_worker.main(sys.argv[1])
