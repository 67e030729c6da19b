"""What must hold before an assignment may be released.

Each gate raises GateError with one plain sentence that says what is wrong and,
where it is not obvious, what to do about it.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder.authoring.catalogue import patch
from autograder.authoring.contracts import stated_in
from autograder.authoring.kinds import equal_sizes, new_kinds
from autograder.authoring.recording import CASE_SECONDS, run_recorder
from autograder.authoring.regions import (
    cleared,
    plain_python,
    solution_statements,
    tree_of,
)
from autograder.authoring.sources import SourceNotebook, split_hidden
from autograder.authoring.twins import has_arrays, is_twin
from autograder.errors import CourseError
from autograder.examination import Examination, requests
from autograder.forks import Ask
from autograder.judging import (
    Judge,
    Verdict,
    case_mark,
    earning_results,
    untouched_functions,
)
from autograder.protocol import Child, FunctionForm
from autograder.store import Store
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases, inputs_from
from helpers.checks.comparison import SAME, compare_value
from helpers.checks.contract import contract_line
from helpers.checks.recognition import Run, agrees, named_inputs, recognise
from helpers.checks.report import evidence_of_runs, is_true_of
from helpers.checks.stubs import definitions_of, is_stub
from helpers.checks.values import Unreadable, encode, leaves

MIN_HIDDEN = 4
MIN_ENTRIES = 3
# Short statements (m = X.shape[1]) are common property; longer ones give away.
SECRET_LENGTH = 18


class GateError(CourseError):
    """A rule of the assignment is broken; the message is one plain sentence."""


def check_catalogue(
    source: SourceNotebook,
    store: Store,
    *,
    min_hidden: int = MIN_HIDDEN,
    folder: Path | None = None,
) -> None:
    """Hold the recorded cases against the rules of the catalogue.

    A lesson needs no hidden cases (`min_hidden`). The lessons that readings name lie
    two folders above `folder`, in ``notebooks``.

    Raises
    ------
    GateError
        If a rule is broken.
    """
    judge = Judge(store)
    root = (folder or Path()).resolve()
    _check_relations(judge, root)
    for name, record in store.cases.functions.items():
        _check_cases(source, record, min_hidden)
        _check_contract(source, record)
        if min_hidden:
            _check_points(source, record)
            if any(graded.contract.terms for graded in source.functions.values()):
                _check_kinds(source, record)
            check_twins(source, record)
            check_values(source, record)
        _check_readings(source, record, root)
        check_hints(source, record)
        for i, case in enumerate(record.cases, start=1):
            for _, leaf in leaves(case.expected.value, ""):
                if isinstance(leaf, Unreadable):
                    raise GateError(
                        f"{name}: the solution returns a {leaf.kind}, which no "
                        "check can compare; numbers, texts and arrays can be, and "
                        "tuples, lists and dictionaries of them"
                    )
            if not earning_results(record, case):
                raise GateError(
                    f"{name}: case {i} of cell {case.cell} can earn nothing, since all "
                    "that the solution returns equals an input or the stub's answer"
                )
        for cases in _judged_together(record):
            part = replace(record, cases=cases)
            _full_marks(judge, part, [case.expected for case in cases])
        _check_entries(judge, record)
        _check_judged(judge, source, record)
    _check_names(source)


def _check_relations(judge: Judge, folder: Path) -> None:
    """What ``judges.py`` judges is a function of the assignment."""
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.ipynb")]
    for name in judge.relations:
        if texts and not any(f"def {name}(" in text for text in texts):
            raise GateError(
                f"judges.py has a relation for {name}, which no notebook of "
                f"{folder.name} defines"
            )


def _check_cases(
    source: SourceNotebook, record: FunctionCases, min_hidden: int
) -> None:
    visible = sum(not case.hidden for case in record.cases)
    hidden = len(record.cases) - visible
    if visible < 1 or hidden < min_hidden:
        raise GateError(
            f"{record.name} has {visible} visible and {hidden} hidden "
            f"cases; it needs at least 1 and {min_hidden}"
        )
    count = sum(entry.wrong for entry in record.entries)
    if count < MIN_ENTRIES:
        raise GateError(
            f"misconceptions.toml has {count} entries for {source.name}."
            f"{record.name}; it needs at least {MIN_ENTRIES}"
        )


def _check_contract(source: SourceNotebook, record: FunctionCases) -> None:
    """What is demanded stands in the prompt, and in no other words."""
    prompt = source.prompts.get(record.name)
    if prompt is None:
        return
    line = contract_line(record.contract, record.own_work) if record.contract else ""
    if stated_in(prompt.source) != line:
        raise GateError(
            f"cell {prompt.cell}: the contract of {record.name} does not stand there "
            "as misconceptions.toml has it: run `python -m autograder normalize`"
        )
    draws = {"fresh", "no seed"} & set(record.contract)
    for case in record.cases:
        if draws and case.rng is None:
            raise GateError(
                f"cell {case.cell}: a case of {record.name} without rng=, which its "
                f"contract ({sorted(draws)[0]!r}) needs"
            )


def _check_points(source: SourceNotebook, record: FunctionCases) -> None:
    """Points are more than none, and those of the heading."""
    cells = {case.cell for case in record.cases}
    for cell in source.cells:
        if cell.id in cells and cell.points <= 0:
            raise GateError(
                f"cell {cell.id} has 0 points: nothing could be earned there"
            )
    prompt = source.prompts.get(record.name)
    worth = sum(cell.points for cell in source.cells if cell.id in cells)
    # What a check cannot say stands in ordinary tests of the same exercise.
    ordinary = sum(
        cell.points
        for cell in source.cells
        if cell.role == "assert" and re.search(rf"\b{record.name}\b", cell.source)
    )
    if prompt is not None and prompt.points not in (worth, worth + ordinary):
        raise GateError(
            f"cell {prompt.cell}: the heading of {record.name} says {prompt.points:g} "
            f"points, its checks are worth {worth:g}"
        )


# What to read again: a heading of a lesson, or of this notebook.
READING = re.compile(r"lesson (\d\d), (.+)")
HERE = "this notebook, "
QUESTION = re.compile("[?？]")
# What a learner would see in braces; code and formulas may hold some of their own.
BRACES = re.compile(r"`[^`]*`|\$[^$]*\$|\{(?!(?:ratio|index|m)\})(\w+)\}")


def _check_readings(source: SourceNotebook, record: FunctionCases, root: Path) -> None:
    """What to read again is a heading that exists."""
    for entry in record.entries:
        if not entry.read:
            continue
        lesson = READING.fullmatch(entry.read)
        headings = source.headings
        section = entry.read.removeprefix(HERE)
        if lesson:
            section = lesson[2]
            found = _lesson_headings(root, lesson[1])
            if found is None:
                continue
            headings = found
        if section not in headings:
            raise GateError(
                f"{record.name}, {entry.name!r}: {entry.read!r} is to be read again, "
                f"but there is no heading {section!r} "
                f"{f'in lesson {lesson[1]}' if lesson else 'in this notebook'}"
            )


def _lesson_headings(root: Path, number: str) -> set[str] | None:
    """Return the headings of a lesson, None where there are no lessons."""
    folders = [root, root.parent.parent / "notebooks"]
    paths = [p for f in folders for p in sorted(f.glob(f"{number}_*.ipynb"))]
    if not any(f.name == "notebooks" and f.is_dir() for f in folders):
        return None
    return {
        line.lstrip("#").strip()
        for path in paths
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
        for line in cell.source.split("\n")
        if line.startswith("#")
    }


def _check_kinds(source: SourceNotebook, record: FunctionCases) -> None:
    """Hidden cases differ from public ones in values only, and sizes from sizes."""
    function = source.functions[record.name]
    agreed = function.contract.kinds
    for kind in new_kinds(record):
        if kind not in agreed:
            raise GateError(
                f"{record.name}: a hidden case has what no public case has ({kind}): "
                "add a public case, or name it in the prompt and give the reason in "
                f"[kinds.{source.name}.{record.name}]"
            )
    for index, sizes in equal_sizes(record, function.cell.source):
        if sizes not in agreed:
            raise GateError(
                f"{record.name}: {sizes} in case {index + 1} of its checks, so that a "
                "sum over the wrong axis looks right: choose sizes that differ"
            )


def check_twins(source: SourceNotebook, record: FunctionCases) -> None:
    """What the shapes of a public case tell is not the answer to all such inputs.

    Raises
    ------
    GateError
        If a public case has no hidden twin, and no reason for it is given, or both.
    """
    contract = source.functions[record.name].contract
    if not contract.terms:
        return
    calls = [(named_inputs(record, case), case.rng) for case in record.cases]
    alone = [
        i
        for i, case in enumerate(record.cases)
        if not case.hidden
        and has_arrays(calls[i][0])
        and not any(
            other.hidden
            and is_twin(calls[i], calls[k])
            and not agrees(case.expected, other.expected)
            for k, other in enumerate(record.cases)
        )
    ]
    if alone and not contract.no_twins:
        raise GateError(
            f"{record.name}: no hidden case has the shapes of public case "
            f"{alone[0] + 1} and another result, so that an answer may know it by its "
            "shapes: add one, or give the reason why none can be in "
            f"[twins.{source.name}]"
        )
    if contract.no_twins and not alone:
        raise GateError(
            f"{record.name}: [twins.{source.name}] says that its public cases have no "
            "hidden twins, but they have: take that away"
        )


def check_values(source: SourceNotebook, record: FunctionCases) -> None:
    """No answer is right in all hidden cases without a look at its inputs.

    Raises
    ------
    GateError
        If a named result is the same in all of them, and no reason for it is given, or
        a reason is given where it is not.
    """
    reasons = source.functions[record.name].constant
    results = [
        record.signature.split(case.expected.value)
        for case in record.cases
        if case.hidden
    ]
    for name, value in results[0].items():
        same = all(
            name in other and not compare_value(value, other[name], name, SAME)
            for other in results[1:]
        )
        if same and name not in reasons:
            raise GateError(
                f"{record.name}: {name} is the same in all hidden cases, so that a "
                "constant is right: add one in which it differs, or give the reason "
                f"why it never does in [constant.{source.name}.{record.name}]"
            )
        if name in reasons and not same:
            raise GateError(
                f"{record.name}: [constant.{source.name}.{record.name}] says that "
                f"{name} is the same for all inputs, but hidden cases differ in it: "
                "take that away"
            )
    for name in reasons:
        if name not in results[0]:
            raise GateError(
                f"{record.name}: [constant.{source.name}.{record.name}] names {name}, "
                "which is none of its results"
            )


def _judged_together(record: FunctionCases) -> Iterable[list[Case]]:
    """Yield the cases that are judged together: a relation compares answers.

    Besides all of them the public ones, as at work, and each alone, as where the
    others come to nothing.
    """
    yield record.cases
    if record.relation:
        yield [case for case in record.cases if not case.hidden]
        yield from ([case] for case in record.cases)


def check_hints(source: SourceNotebook, record: FunctionCases) -> None:
    """Each hint of a function is another question, and gives nothing away.

    `record` may speak any language.

    Raises
    ------
    GateError
        If one does; names the entry.
    """
    hints: dict[str, str] = {}
    for entry in record.entries:
        if not entry.wrong:
            continue
        if entry.hint in hints:
            raise GateError(
                f"{record.name}: {entry.name!r} and {hints[entry.hint]!r} have the "
                "same hint"
            )
        hints[entry.hint] = entry.name
    statements = solution_statements(source.functions[record.name].cell.source)
    for entry in record.entries:
        words = _squeezed(entry.hint)
        for secret in _secrets(statements):
            if secret in words:
                raise GateError(
                    f"{record.name}: the hint of {entry.name!r} contains {secret!r} "
                    "of the solution"
                )
        for unknown in BRACES.finditer(entry.hint):
            if unknown[1] is not None:
                raise GateError(
                    f"{record.name}: the hint of {entry.name!r} names "
                    f"{{{unknown[1]}}}, which has no value; {{ratio}}, {{index}} and "
                    "{m} have"
                )
        if entry.wrong and not QUESTION.search(entry.hint):
            raise GateError(
                f"{record.name}: the hint of {entry.name!r} asks nothing; it should be "
                "a question"
            )


def _secrets(statements: Iterable[str]) -> set[str]:
    """Return calls and expressions that would give a solution away."""
    found = set()
    for statement in statements:
        for node in ast.walk(ast.parse(statement)):
            if (isinstance(node, ast.Call) and (node.args or node.keywords)) or (
                isinstance(node, ast.Subscript)
                and getattr(node.value, "attr", "") == "shape"
            ):
                found.add(_squeezed(ast.unparse(node)))
            elif isinstance(node, ast.BinOp):
                text = _squeezed(ast.unparse(node))
                if len(text) >= 8:
                    found.add(text)
    return found


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "'")


def _full_marks(
    judge: Judge, record: FunctionCases, outcomes: list[Outcome], entry: str = ""
) -> None:
    for run in judge.runs(record, outcomes):
        if case_mark(record, run.case, run.results) != 1 or not run.right:
            who = f"the accepted answer {entry!r}" if entry else "the solution"
            what = run.outcome.error or next(
                (r.name for r in run.results if not r.right), "nothing"
            )
            raise GateError(
                f"{record.name}: {who} does not get full marks in a case of cell "
                f"{run.case.cell} (wrong: {what})"
            )


def _check_rendered(record: FunctionCases, entry: Entry, public: list[Run]) -> None:
    """Refuse a hint whose numbers no public case gives, or gives otherwise."""
    if not re.search(r"\{(ratio|index|m)\}", entry.hint):
        return
    values = evidence_of_runs(record, public).values
    if not any(is_true_of(entry.hint, known) for known in values):
        raise GateError(
            f"{record.name}: no public case gives the numbers that the hint of "
            f"{entry.name!r} names (known are {values}; {{m}} is the last axis of "
            "the first parameter whose shape in the docstring ends in m)"
        )


def _without_twins(record: FunctionCases) -> list[int]:
    """Return the hidden cases that have other shapes than every public one.

    Twins show what their public cases show, by which no catalogue was chosen.
    """
    calls = [(named_inputs(record, case), case.rng) for case in record.cases]
    visible = [calls[i] for i, case in enumerate(record.cases) if not case.hidden]
    hidden = [i for i, case in enumerate(record.cases) if case.hidden]
    return [
        i
        for i in hidden
        if not has_arrays(calls[i][0])
        or not any(is_twin(calls[i], public) for public in visible)
    ]


def _check_entries(judge: Judge, record: FunctionCases) -> None:
    """Every misconception loses marks, fails visibly and is told from the others."""
    hidden = [i for i, case in enumerate(record.cases) if case.hidden]
    visible = [i for i, case in enumerate(record.cases) if not case.hidden]
    half = (len(_without_twins(record)) + 1) // 2
    for entry in record.entries:
        outcomes = [case.entries[entry.name] for case in record.cases]
        if entry.accept:
            _full_marks(judge, record, outcomes, entry.name)
            continue
        where = f"{record.name}, {entry.name!r}"
        runs = judge.runs(record, outcomes)
        lost = [i for i in hidden if not runs[i].right]
        need = 1 if entry.edge else half
        if len(lost) < need:
            raise GateError(
                f"{where}: {len(lost)} of {len(hidden)} hidden cases show it; at least "
                f"{need} must (choose cases that separate it, or mark it edge)"
            )
        for i in lost:
            if case_mark(record, record.cases[i], runs[i].results) == 1:
                raise GateError(
                    f"{where}: a case of cell {record.cases[i].cell} shows it, but it "
                    "loses no marks there"
                )
        seen = any(not runs[i].right for i in visible)
        if seen and entry.hidden_only:
            raise GateError(
                f"{where}: marked hidden_only, but a visible case shows it: take the "
                "mark away"
            )
        if not seen and not entry.hidden_only:
            raise GateError(
                f"{where}: no visible case shows it, so that a learner who passes all "
                "that is visible would lose marks (add a visible case, or give the "
                "reason as hidden_only)"
            )
        if all(outcome.error == "NameError" for outcome in outcomes):
            raise GateError(
                f"{where}: it always stops with {outcomes[0].message!r}: is a name in "
                "it misspelled?"
            )
        _check_rendered(record, entry, [runs[i] for i in visible])
        found = recognise(record, runs)
        if entry.same_as:
            if found is None or found.name != entry.same_as:
                raise GateError(
                    f"{where}: marked as the same as {entry.same_as!r}, but the cases "
                    "tell them apart: take the mark away and give it a hint of its own"
                )
        elif found is not entry:
            raise GateError(
                f"{_told_apart(record, entry)} (add a case that does, or mark one of "
                "them same_as the other)"
            )
        if not entry.hidden_only:
            shown = recognise(record, [runs[i] for i in visible])
            if shown is not found:
                raise GateError(_told_apart(record, entry, visible))


def _check_judged(judge: Judge, source: SourceNotebook, record: FunctionCases) -> None:
    """Each misconception gets its own name in grading, and is never untouched."""
    graded = source.functions[record.name]
    for item in graded.entries:
        entry = item.entry
        if entry.accept:
            continue
        where = f"{record.name}, {entry.name!r}"
        text = patch(graded.cell.source, item, record.name)
        definitions = definitions_of(record.name, [text])
        if definitions == definitions_of(record.name, [graded.cell.source]):
            raise GateError(
                f"{where}: it changes nothing in {record.name} itself, by whose text "
                "an untouched answer is told: what learners write stands in the "
                "function; of a class, write ordinary tests"
            )
        if all(is_stub(one, record.stub) for one in definitions):
            raise GateError(
                f"{where}: it is the released stub, which is judged untouched and "
                "never gets the hint: take it away"
            )
        outcomes = {i: case.entries[entry.name] for i, case in enumerate(record.cases)}
        own = entry.same_as or entry.name
        found = judge.function(record, [judge.trial(record, "check", outcomes)]).entry
        if found is None or found.name != own:
            name = repr(found.name) if found else "as no catalogued mistake"
            raise GateError(f"{where}: in grading it is judged {name}, not {own!r}")


def _told_apart(
    record: FunctionCases, entry: Entry, indices: list[int] | None = None
) -> str:
    """Say which entry no case tells from another; the later one is the new one."""
    chosen = range(len(record.cases)) if indices is None else indices
    cases = "the cases" if indices is None else "the visible cases"
    later, earlier = entry.name, "another answer"
    names = [other.name for other in record.entries]
    for other in record.entries:
        if other is not entry and all(
            agrees(
                record.cases[i].entries[other.name], record.cases[i].entries[entry.name]
            )
            for i in chosen
        ):
            pair = sorted((entry.name, other.name), key=names.index)
            return (
                f"{record.name}, {pair[1]!r}: {cases} do not tell it from {pair[0]!r}"
            )
    return f"{record.name}, {later!r}: {cases} do not tell it from {earlier}"


def _check_names(source: SourceNotebook) -> None:
    """Names that check cells assign are read by no other cell."""
    stores: dict[str, str] = {}
    for cell in source.cells:
        if cell.role == "check":
            for node in ast.walk(tree_of(cell.source)):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    stores.setdefault(node.id, cell.id)
    bound: set[str] = set()
    for cell in source.cells:
        tree = tree_of(cell.source)
        own = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        } | {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Load)
                and node.id in stores
                and node.id not in own
                and node.id not in bound
            ):
                raise GateError(
                    f"cell {cell.id} reads {node.id}, which only check cell "
                    f"{stores[node.id]} assigns: grading does not run check cells"
                )
        if cell.role != "check":
            bound |= own


def released_cells(source: SourceNotebook) -> list[dict]:
    """Return the code cells as learners receive them.

    Of each the ``id``, ``source`` and ``role``; demonstrations are left out.
    """
    cells = []
    for cell in source.cells:
        if cell.role == "demonstration":
            continue
        text = plain_python(cell.source)
        if cell.role in ("solution", "manual"):
            text = cleared(cell.source)
        elif cell.role == "check":
            parts = split_hidden(text, cell.id)
            text = "\n".join(part for hidden, part in parts if not hidden)
        cells.append({"id": cell.id, "source": text, "role": cell.role})
    return cells


def check_release(source: SourceNotebook, store: Store, folder: Path) -> None:
    """Drive the solution and the untouched release as grading does.

    Raises
    ------
    GateError
        If the solution gets less than full marks, the untouched release gets any,
        or its visible check cells ask for other inputs than were recorded.
    """
    if not source.has_checks:
        return
    solved = [
        {"id": cell.id, "source": plain_python(cell.source), "role": cell.role}
        for cell in source.cells
        if cell.role not in ("demonstration", "check")
    ]
    full = _present(store, solved, folder, checks=source)
    verdict = _verdict(store, full["answers"])
    for cell_id, cell in verdict.cells.items():
        if cell.points != cell.out_of:
            raise GateError(
                f"cell {cell_id}: the solution, driven as in grading, gets "
                f"{cell.points:g} of {cell.out_of:g} points: does it give the same "
                "each time it is called? Let it draw from np.random, and give its "
                "checks rng=; no clock, and no generator without a seed"
            )
    cells = released_cells(source)
    begun = set(store.cases.functions) - untouched_functions(
        store, [cell["source"] for cell in cells]
    )
    if begun:
        raise GateError(
            f"the released {', '.join(sorted(begun))} does not count as untouched: "
            "define it once, in one solution cell"
        )
    untouched = _present(store, cells, folder)
    verdict = _verdict(store, untouched["answers"])
    for cell_id, cell in verdict.cells.items():
        if cell.points:
            raise GateError(
                f"cell {cell_id}: the untouched release gets {cell.points:g} of "
                f"{cell.out_of:g} points; it must get 0"
            )
    _compare_presented(store, untouched)


def _verdict(store: Store, answers: list) -> Verdict:
    """Judge answers that were given to the requests of an examination."""
    given = iter(answers)
    known: dict[tuple[str, str], object] = {}

    def answer(forms: list[FunctionForm], ask: Ask | None, child: Child) -> object:
        keys = [(form["name"], form["cell"]) for form in forms]
        if child != "alone":
            known.update(zip(keys, next(given)))
        # What is asked again, at the end of the notebook, was not presented.
        return [known.get(key) for key in keys]

    return Examination(Judge(store), answer).verdict()


def _present(
    store: Store, cells: list[dict], folder: Path, checks: SourceNotebook | None = None
) -> dict:
    if checks is not None:
        order = [cell for cell in checks.cells if cell.role != "demonstration"]
        by_id = {cell["id"]: cell for cell in cells}
        cells = [
            by_id.get(cell.id, {"id": cell.id, "source": "", "role": "check"})
            for cell in order
        ]
    return run_recorder(
        {
            "task": "present",
            "cells": cells,
            "functions": list(store.cases.functions),
            "requests": requests(store),
            "frozen": {n: encode(v) for n, v in store.cases.frozen.items()},
            "seconds": CASE_SECONDS,
        },
        folder,
    )


def _compare_presented(store: Store, answer: Mapping) -> None:
    """The release asks for the visible inputs that were recorded, and no others."""
    for name, record in store.cases.functions.items():
        wanted = [case for case in record.cases if not case.hidden]
        got = [form for form in answer["presented"] if form["function"] == name]
        for case in wanted:
            if not any(case.has_inputs(*inputs_from(form)) for form in got):
                error = answer["errors"].get(case.cell)
                why = f" ({error})" if error else ""
                raise GateError(
                    f"cell {case.cell}: in the untouched release this cell does not "
                    f"ask for the recorded inputs of {name}{why}; make inputs from "
                    "literals, helpers, a generator with a seed, or frozen(...)"
                )


def check_secrets(
    source: SourceNotebook, released: Iterable[tuple[str, str, str]]
) -> None:
    """Nothing hidden and no solution statement stands in a released notebook.

    Of `released` it needs each cell's id, type and text.

    Raises
    ------
    GateError
        If something leaks; names the cell.
    """
    tests = {cell.id for cell in source.cells if cell.role == "assert"}
    # nbgrader keeps the whole of its own tests in the gradebook, and clears them.
    released = [cell for cell in released if cell[0] not in tests]
    lines: dict[bool, set[str]] = {True: set(), False: set()}
    for cell in source.cells:
        if cell.role == "check":
            for is_hidden, part in split_hidden(cell.source, cell.id):
                lines[is_hidden] |= {line.strip() for line in part.splitlines()}
    hidden = {s for s in lines[True] - lines[False] if len(s) >= SECRET_LENGTH}
    statements = {
        _squeezed(statement): name
        for name, function in source.functions.items()
        for statement in solution_statements(function.cell.source)
        if len(statement) >= SECRET_LENGTH
    }
    for cell_id, cell_type, text in released:
        for line in text.splitlines():
            if line.strip() in hidden:
                raise GateError(f"cell {cell_id} of the release holds a hidden test")
        if "HIDDEN TESTS" in text:
            raise GateError(f"cell {cell_id} of the release holds a hidden-test marker")
        squeezed = _squeezed(text)
        if cell_type == "code":
            try:
                pieces = {
                    _squeezed(ast.unparse(node))
                    for node in ast.walk(ast.parse(text))
                    if isinstance(node, ast.stmt) and not hasattr(node, "body")
                }
            except SyntaxError:
                pieces = set()
        else:
            pieces = {s for s in statements if s in squeezed}
        for statement in pieces & set(statements):
            raise GateError(
                f"cell {cell_id} of the release gives away a statement of "
                f"{statements[statement]}'s solution: {statement}"
            )
