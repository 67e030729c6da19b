"""Recording a source notebook: from its cells to a store of cases."""

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.authoring.catalogue import CatalogueEntry, CatalogueError, patch
from autograder.authoring.needs import needed
from autograder.authoring.regions import RegionError, find_regions, plain_python, stub
from autograder.authoring.sources import SourceError, SourceNotebook, split_hidden
from autograder.judging import Judge
from autograder.protocol import CaseLimits
from autograder.store import CheckCell, Store
from helpers.checks.cases import Case, FunctionCases, NotebookCases, case_from
from helpers.checks.comparison import Signature
from helpers.checks.stubs import definitions_of
from helpers.checks.values import decode

CASE_SECONDS = CaseLimits().seconds
# A misconception that loops forever need not be waited for so long.
ENTRY_SECONDS = 3.0
MAX_SECONDS = 300.0

ONE_THREAD = {
    name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
}


def run_recorder(request: dict, folder: Path) -> dict:
    """Let a process of its own answer a request.

    The notebook's code runs in `folder`; `autograder.authoring.recorder` says what a
    request holds.

    Raises
    ------
    SourceError
        If the source cannot be recorded.
    """
    request = request | {"folder": str(folder)}
    with tempfile.TemporaryDirectory(prefix="record-") as scratch:
        paths = Path(scratch, "request.json"), Path(scratch, "answer.json")
        paths[0].write_text(json.dumps(request), encoding="utf-8")
        try:
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "autograder.authoring.recorder",
                    *map(str, paths),
                ],
                env=os.environ | ONE_THREAD | {"MPLBACKEND": "Agg"},
                capture_output=True,
                text=True,
                timeout=MAX_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            raise SourceError(
                f"recording took longer than {MAX_SECONDS:.0f} s: mark long cells "
                "with the tag demonstration"
            ) from None
        if not paths[1].exists():
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise SourceError(f"recording ended early: {lines[-1]}")
        answer: dict = json.loads(paths[1].read_text(encoding="utf-8"))
    if "refused" in answer:
        raise SourceError(answer["refused"])
    return answer


def cells_of(source: SourceNotebook) -> list[dict]:
    """Return the cells that recording runs, check cells divided into parts."""
    graded = {function.cell.id for function in source.functions.values()}
    cells = []
    for cell in source.cells:
        if cell.role == "demonstration":
            continue
        parts = [(False, plain_python(cell.source))]
        if cell.role == "check":
            parts = split_hidden(cell.source, cell.id)
        # What no check reads may stop: nbgrader never runs a source.
        optional = cell.role in ("assert", "manual") or (
            cell.role == "solution" and cell.id not in graded
        )
        cells.append({"id": cell.id, "parts": parts, "optional": optional})
    return cells


def record(source: SourceNotebook, folder: Path) -> Store:
    """Run a source notebook once and record its cases.

    Each has the results of the solution, of the untouched stub and of every catalogued
    answer. The code runs in the assignment's source folder, `folder`.

    Raises
    ------
    SourceError
        If the source breaks a rule.
    """
    if not source.has_checks:
        return _store(source, {"cases": [], "frozen": {}})
    cells = cells_of(source)
    try:
        functions = {
            name: {
                "parameters": list(function.parameters),
                "contract": list(function.contract.terms),
                "calls": list(function.calls),
                "own_work": list(function.contract.own_work),
                "cell": function.cell.id,
                "stub": stub(function.cell.source),
                "entries": {
                    item.entry.name: _patched(function.cell.source, item, name)
                    for item in function.entries
                },
            }
            for name, function in source.functions.items()
        }
    except (RegionError, CatalogueError) as error:
        raise SourceError(str(error)) from None
    answer = run_recorder(
        {
            "task": "record",
            "cells": cells,
            "functions": functions,
            "twins": [
                name for name, one in source.functions.items() if one.contract.terms
            ],
            "seconds": CASE_SECONDS,
            "entry_seconds": ENTRY_SECONDS,
        },
        folder,
    )
    return _store(source, answer)


def _patched(source: str, item: CatalogueEntry, name: str) -> str:
    """Return the answer of an entry, which must be Python as learners write it."""
    answer = patch(source, item, name)
    try:
        ast.parse(answer)
    except SyntaxError as error:
        line = answer.split("\n")[(error.lineno or 1) - 1].strip()
        raise CatalogueError(
            f"{name}, {item.entry.name!r}: what it makes of the solution is not "
            f"Python: {error.msg}, in {line!r}"
        ) from None
    return answer


def _store(source: SourceNotebook, answer: dict) -> Store:
    functions: dict[str, FunctionCases] = {}
    cells = {
        cell.id: CheckCell(cell.points) for cell in source.cells if cell.role == "check"
    }
    for name, function in source.functions.items():
        cases = [
            case_from({"entries": {}, "passed_by": [], **form, **form["outcomes"]})
            for form in answer["cases"]
            if form["function"] == name
        ]
        functions[name] = FunctionCases(
            name=name,
            parameters=function.parameters,
            signature=_signature(name, function.results, cases),
            calls=function.calls,
            planted=any(r.whole == "KEEP" for r in find_regions(function.cell.source)),
            stub="\n".join(definitions_of(name, [stub(function.cell.source)])),
            examples=function.examples,
            read=function.read,
            by_hand=function.by_hand,
            contract=function.contract.terms,
            hints=function.contract.hints,
            own_work=function.contract.own_work,
            may_call=function.may_call,
            parts=function.parts,
            entries=[item.entry for item in function.entries],
            cases=cases,
        )
    for name, recorded in functions.items():
        for i, case in enumerate(recorded.cases):
            if case.cell not in cells:
                raise SourceError(
                    f"cell {case.cell} calls check({name}, ...) but is not a graded "
                    "test cell: give it points with Create Assignment"
                )
            cells[case.cell].cases.append((name, i))
    order = [form["cell"] for form in answer["cases"]]
    for cell, check in cells.items():
        if cell not in order:
            raise SourceError(f"cell {cell} checks nothing when it runs")
        check.cases.sort()
    notebook_cases = NotebookCases(
        notebook=source.name,
        digest=source.digest,
        functions=functions,
        frozen={
            name: decode(form, inputs=True) for name, form in answer["frozen"].items()
        },
    )
    store = Store(
        assignment=source.assignment,
        cases=notebook_cases,
        cells=cells,
        solutions={name: f.cell.id for name, f in source.functions.items()},
        demonstrations=[c.id for c in source.cells if c.role == "demonstration"],
        judges=source.judges,
        reference=needed(
            [
                (cell.id, plain_python(cell.source))
                for cell in source.cells
                if cell.role in ("plain", "solution")
            ],
            set(source.functions),
        ),
    )
    _finish_relations(store)
    return store


def _finish_relations(store: Store) -> None:
    """Note public relations, and which misconceptions a relation lets pass a case."""
    judge = Judge(store)
    for name, relation in judge.relations.items():
        if name not in store.cases.functions:
            continue
        function = store.cases.functions[name]
        function.relation = f"{relation.__module__}.{relation.__name__}"
        for entry in function.entries:
            if entry.accept:
                continue
            outcomes = [case.entries[entry.name] for case in function.cases]
            for run in judge.runs(function, outcomes):
                if run.right:
                    run.case.passed_by.append(entry.name)


def _signature(name: str, results: tuple[str, ...], cases: Sequence[Case]) -> Signature:
    values = []
    for case in cases:
        outcome = case.expected
        if outcome.error is not None:
            of_the_call = outcome.line is None and outcome.error == "TypeError"
            advice = (
                "what stands behind the function in a check is handed to it"
                if of_the_call
                else "a check compares what is returned; that an error is raised is "
                "for a cell of ordinary tests"
            )
            raise SourceError(
                f"the solution of {name} stops with {outcome.error} in cell "
                f"{case.cell}: {outcome.message} ({advice})"
            )
        values.append(outcome.value)
    if len(results) > 1:
        return Signature("tuple", results)
    if values and all(isinstance(value, dict) for value in values):
        return Signature("dict", results)
    return Signature("single", results)
