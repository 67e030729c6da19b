"""The judge: compares a learner's answers with the recorded ones and scores them.

It runs outside the learner's process and reads only plain, bounded values.
"""

import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from autograder.store import Store
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Result, compare, compare_value
from helpers.checks.recognition import (
    Relation,
    Run,
    agrees,
    best_results,
    named_inputs,
    other_answers,
    recognise,
)
from helpers.checks.stubs import definitions_of, is_stub
from helpers.checks.values import Unsupported, decode, leaves, resolve

__all__ = [
    "CellVerdict",
    "FunctionVerdict",
    "Judge",
    "Verdict",
    "case_mark",
    "read_answers",
    "relations_of",
    "untouched_functions",
]


@dataclass
class FunctionVerdict:
    """What the judge says of one function.

    Attributes
    ----------
    name : str
        The function.
    state : str
        ``right``, ``untouched``, ``missing``, ``misconception``, ``kept`` (right
        but for a catalogued mistake in a function it calls), ``through`` (wrong,
        and a function it calls is wrong too) or ``wrong``.
    runs : list of Run
        One for each case; empty where the function is missing.
    marks : list of Fraction
        The mark of each case, from 0 to 1.
    entry : Entry or None
        The misconception that explains all.
    through : str
        The function through which it fails or is kept.
    kind : str
        What stands in the place of a missing function.
    """

    name: str
    state: str
    runs: list[Run] = field(default_factory=list)
    marks: list[Fraction] = field(default_factory=list)
    entry: Entry | None = None
    through: str = ""
    kind: str = ""


@dataclass
class CellVerdict:
    """The mark of one check cell.

    Attributes
    ----------
    points : float
        Points earned, rounded to 0.01.
    out_of : float
        Points of the cell.
    """

    points: float
    out_of: float


@dataclass
class Verdict:
    """What the judge says of a notebook.

    Attributes
    ----------
    functions : dict of str to FunctionVerdict
        By function.
    cells : dict of str to CellVerdict
        By id of the check cell.
    """

    functions: dict[str, FunctionVerdict]
    cells: dict[str, CellVerdict]


def untouched_functions(store: Store, cells: Iterable[str]) -> set[str]:
    """Return the functions that a learner has not begun, told from the source.

    Parameters
    ----------
    store : Store
        Knows what was released.
    cells : iterable of str
        Texts of the submission's code cells.

    Returns
    -------
    set of str
        Functions whose every definition is the released one.
    """
    texts = list(cells)
    found = set()
    for name, record in store.cases.functions.items():
        definitions = definitions_of(name, texts)
        if definitions and all(is_stub(text, record.stub) for text in definitions):
            found.add(name)
    return found


def relations_of(store: Store) -> dict[str, Relation]:
    """Return the relations of an assignment's ``judges.py``, an instructor's code."""
    if not store.judges:
        return {}
    module = types.ModuleType("judges")
    exec(compile(store.judges, "judges.py", "exec"), module.__dict__)
    return dict(getattr(module, "RELATIONS", {}))


def read_answers(store: Store, form: object) -> dict[str, list[Outcome] | str]:
    """Read what the driver sent; nothing of it is trusted.

    Parameters
    ----------
    store : Store
        Says which functions and how many cases there are.
    form : object
        The decoded JSON, or anything else.

    Returns
    -------
    dict of str to (list of Outcome, or str)
        For each function of the store its outcomes, or what stands in its place.
    """
    answers: dict[str, list[Outcome] | str] = {}
    given = form if isinstance(form, dict) else {}
    for name, function in store.cases.functions.items():
        body = given.get(name)
        if not isinstance(body, dict) or body.get("kind") != "function":
            kind = body.get("kind") if isinstance(body, dict) else "lost"
            answers[name] = str(kind)[:60]
            continue
        forms = body.get("outcomes")
        forms = forms if isinstance(forms, list) else []
        answers[name] = [
            _outcome(forms[i] if i < len(forms) else None)
            for i in range(len(function.cases))
        ]
    return answers


def _outcome(form: object) -> Outcome:
    lost = Outcome(error="Lost", message="")
    if not isinstance(form, dict):
        return lost
    outcome = Outcome(single=form.get("single") is True)
    if "failed" in form:
        outcome.error = {"timeout": "TimeLimit", "crash": "Crash"}.get(
            str(form["failed"]), "Lost"
        )
        return outcome
    if "error" in form:
        outcome.error = str(form["error"])[:60]
        outcome.message = str(form.get("message", ""))[:300]
        line = form.get("line")
        outcome.line = line if type(line) is int and 0 < line < 100_000 else None
    elif "value" in form:
        try:
            outcome.value = decode(form["value"])
        except (Unsupported, RecursionError, MemoryError):
            return lost
    else:
        return lost
    outcome.seeded = form.get("seeded") is True
    outcome.again = form["again"] if form.get("again") in ("same", "other") else ""
    for key in ("changed", "shared", "aliased", "warned"):
        texts = form.get(key)
        if isinstance(texts, list):
            setattr(outcome, key, [str(text)[:200] for text in texts[:10]])
    return outcome


def case_mark(function: FunctionCases, case: Case, results: list[Result]) -> Fraction:
    """Return the mark of one case.

    The mean over the named results, each right or wrong as a whole. A result
    all of whose leaves the untouched stub or an input already equals earns
    nothing where it is right, and still costs where it is wrong.

    Parameters
    ----------
    function : FunctionCases
        The function's record.
    case : Case
        The case.
    results : list of Result
        The comparison; empty where the call failed.

    Returns
    -------
    Fraction
        From 0 to 1.
    """
    if not results:
        return Fraction(0)
    # An accepted variant may name its results otherwise; its own names count.
    expected = function.signature.split(case.expected.value)
    found = {result.name for result in results}
    earning = (earning_results(function, case) & found) | (found - set(expected))
    right = sum(result.right for result in results if result.name in earning)
    spoiled = sum(not r.right for r in results if r.name not in earning)
    total = len(earning) + spoiled
    return Fraction(right, total) if total else Fraction(0)


def earning_results(function: FunctionCases, case: Case) -> set[str]:
    """Return the named results of a case that can earn something."""
    expected = function.signature.split(case.expected.value)
    stub_results = (
        compare(function.signature, case.expected.value, case.stub.value)
        if case.stub.error is None
        else []
    )
    stub_wrong = {d.path for result in stub_results for d in result.differences}
    # A relation tells right from handed back: a right answer may hold an input
    # (the only mini-batch of a single example), so equality to one says nothing.
    given = [
        leaf
        for value in named_inputs(function, case).values()
        for _, leaf in leaves(resolve(value), "")
        if not function.relation
    ]
    earning = set()
    for name, value in expected.items():
        for path, leaf in leaves(value, name):
            from_stub = bool(stub_results) and not any(
                path == wrong or path.startswith(wrong + "[") for wrong in stub_wrong
            )
            if not from_stub and not any(_is_input(leaf, item) for item in given):
                earning.add(name)
                break
    return earning


def _is_input(leaf: object, given: object) -> bool:
    if isinstance(leaf, np.ndarray) != isinstance(given, np.ndarray):
        return False
    if isinstance(leaf, np.ndarray) and leaf.ndim:
        return leaf.shape == given.shape and not compare_value(leaf, given, "")
    return leaf is None


def _renamings(record: FunctionCases, case: Case, value: object) -> list:
    """Return a recorded dictionary, also under the names of accepted variants.

    An accepted variant of as many entries holds them in the solution's order.
    """
    found, expected = [value], case.expected.value
    if not isinstance(value, dict) or list(value) != list(expected):
        return found
    for entry in record.entries:
        outcome = case.entries.get(entry.name) if entry.accept else None
        names = outcome.value if outcome and isinstance(outcome.value, dict) else {}
        if len(names) == len(value) and list(names) != list(value):
            found.append(dict(zip(names, value.values(), strict=True)))
    return found


def _is_under(run: Run, key: str) -> bool:
    recorded = run.case.under.get(key)
    return recorded is not None and agrees(recorded, run.outcome)


class Judge:
    """Scores the answers of one notebook.

    Parameters
    ----------
    store : Store
        The notebook's cases.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.relations = relations_of(store)

    def verdict(
        self,
        answers: Mapping[str, list[Outcome] | str],
        untouched: Collection[str] = (),
    ) -> Verdict:
        """Judge what each function returned.

        Parameters
        ----------
        answers : mapping of str to (list of Outcome, or str)
            As ``read_answers`` gives them.
        untouched : collection of str
            Functions that the learner has not begun, by `untouched_functions`.

        Returns
        -------
        Verdict
            Marks by cell and findings by function.
        """
        functions: dict[str, FunctionVerdict] = {}
        for name, record in self.store.cases.functions.items():
            functions[name] = self._function(
                record, answers.get(name, "lost"), functions, name in untouched
            )
        cells = {}
        for cell_id, cell in self.store.cells.items():
            total = sum(
                (
                    functions[name].marks[i]
                    for name, i in cell.cases
                    if functions[name].marks
                ),
                Fraction(0),
            )
            share = total / len(cell.cases) if cell.cases else Fraction(0)
            earned = Fraction(cell.points).limit_denominator(100) * share
            cells[cell_id] = CellVerdict(rounded(earned), cell.points)
        return Verdict(functions, cells)

    def runs(self, record: FunctionCases, outcomes: list[Outcome]) -> list[Run]:
        """Compare a function's outcomes with the recorded cases."""
        relation = self.relations.get(record.name)
        runs = []
        for i, (case, outcome) in enumerate(zip(record.cases, outcomes)):
            others = other_answers(record, outcomes, i) if relation else []
            results = best_results(record, case, outcome, relation, others)
            runs.append(Run(case, outcome, results))
        return runs

    def _function(
        self,
        record: FunctionCases,
        answer: list[Outcome] | str,
        earlier: Mapping[str, FunctionVerdict],
        untouched: bool,
    ) -> FunctionVerdict:
        if isinstance(answer, str):
            return FunctionVerdict(record.name, "missing", kind=answer)
        runs = self.runs(record, answer)
        marks = [case_mark(record, run.case, run.results) for run in runs]
        verdict = FunctionVerdict(record.name, "right", runs, marks)
        if all(run.right for run in runs):
            return verdict
        if untouched:
            verdict.state = "untouched"
            verdict.marks = [Fraction(0)] * len(runs)
            return verdict
        # Mistakes of their own; a composite that is merely kept has none.
        blamed = [
            name
            for name in record.calls
            if earlier[name].state not in ("right", "kept", "through")
        ]
        inner = earlier[blamed[0]] if len(blamed) == 1 else None
        key = f"{inner.name}/{inner.entry.name}" if inner and inner.entry else ""
        # What the mistake below explains is not held against this function, also
        # where a mistake of its own would look the same.
        if not key or not all(run.right or _is_under(run, key) for run in runs):
            verdict.entry = recognise(record, runs)
        if verdict.entry is not None:
            verdict.state = "misconception"
            return verdict
        verdict.state = "wrong"
        if not blamed:
            return verdict
        verdict.state, verdict.through = "through", blamed[0]
        if key:
            self._keep(record, verdict, key)
        return verdict

    def _keep(self, record: FunctionCases, verdict: FunctionVerdict, key: str) -> None:
        """Restore the marks of a composite that is right over a known mistake."""
        for i, run in enumerate(verdict.runs):
            under = run.case.under.get(key)
            if run.right or under is None or under.error is not None:
                continue
            if agrees(run.case.stub, under) or run.outcome.error is not None:
                continue
            for value in _renamings(record, run.case, under.value):
                try:
                    results = compare(record.signature, value, run.outcome.value)
                except (TypeError, AttributeError):
                    continue
                verdict.marks[i] = max(
                    verdict.marks[i], case_mark(record, run.case, results)
                )
        if all(mark == 1 for mark in verdict.marks):
            verdict.state = "kept"


def rounded(points: Fraction) -> float:
    """Round points once, to 0.01, halves up."""
    return int(points * 100 + Fraction(1, 2)) / 100
