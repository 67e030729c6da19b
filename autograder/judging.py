"""The judge: compares a learner's answers with the recorded ones and scores them.

It runs outside the learner's process and reads only plain, bounded values.
"""

import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from autograder.errors import CourseError
from autograder.store import Store
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Result, compare, compare_value
from helpers.checks.recognition import (
    Relation,
    Run,
    named_inputs,
    recognise,
    runs_of,
)
from helpers.checks.stubs import definitions_of, is_stub
from helpers.checks.values import leaves, resolve

# What may be said of a hidden case, by kind of difference; the rest is "value".
WORDS = {"missing": "missing", "type": "kind", "rank": "shape", "shape": "shape"}
FAILURES = {
    "Crash": "crash",
    "Lost": "lost",
    "Missing": "missing",
    "TimeLimit": "time_limit",
}


@dataclass(frozen=True)
class Sealed:
    """What is said of an answer that a learner must not steer: the judge's words.

    Answers to hidden cases, and all that came once a process had held hidden
    inputs. No number, shape, name or text of the learner's is in it.
    """

    hidden: bool  # whether the case is hidden
    right: bool  # whether every named result is right
    # Why nothing came back: ``error``, ``time_limit``, ``crash``, ``lost`` or
    # ``missing``; empty where something did.
    failure: str = ""
    # The named results that are wrong, and ``missing``, ``kind``, ``shape`` or
    # ``value``.
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass
class Trial:
    """What came of one way of driving a function."""

    # ``check``, as it was at its check cells, ``end``, at the end of the notebook, or
    # ``reference``, with the reference in the place of functions that it calls.
    name: str
    outcomes: dict[int, Outcome]  # by number of the case
    runs: dict[int, Run]  # the same, compared
    marks: dict[int, Fraction]  # from 0 to 1
    stand_ins: tuple[str, ...] = ()  # functions for which the reference answered
    asked: frozenset[str] = frozenset()  # those whose answers were asked for

    @property
    def total(self) -> Fraction:
        """The sum of its marks."""
        return sum(self.marks.values(), Fraction(0))


@dataclass
class FunctionVerdict:
    """What the judge says of one function."""

    name: str
    # ``right``, ``untouched``, ``missing``, ``misconception`` or ``wrong``.
    state: str
    # Of each case the run and the mark, from 0 to 1; empty where the function is
    # missing.
    runs: list[Run | Sealed] = field(default_factory=list)
    marks: list[Fraction] = field(default_factory=list)
    entry: Entry | None = None  # the misconception that explains all
    kind: str = ""  # what stands in the place of a missing function
    # The built-in exception with which its cell stopped, where it is missing.
    stopped: str = ""
    # Functions that its cell defines instead, where it is missing.
    others: tuple[str, ...] = ()
    # Functions that it calls and that are wrong: marks were earned with the reference
    # in their place.
    with_reference: tuple[str, ...] = ()
    # ``check`` or ``end`` where the two gave different marks: the better one.
    moment: str = ""
    # The texts of the notebook's code cells, for remarks on its source; they are read,
    # and never run.
    cells: Sequence[str] = ()


@dataclass
class CellVerdict:
    """The mark of one check cell."""

    points: float  # earned, rounded to 0.01
    out_of: float


@dataclass
class Verdict:
    """What the judge says of a notebook."""

    functions: dict[str, FunctionVerdict]  # by name
    cells: dict[str, CellVerdict]  # by id of the check cell
    # Functions that could not be judged, or not wholly, through a fault on our side,
    # with the reason; they have what is proven.
    problems: dict[str, str] = field(default_factory=dict)

    def replaced(self, name: str) -> tuple[str, ...]:
        """Return the functions in whose place the reference stood for one."""
        found = self.functions.get(name)
        return found.with_reference if found else ()


def untouched_functions(store: Store, cells: Iterable[str]) -> set[str]:
    """Return the functions that a learner has not begun, told from the source.

    All of their definitions in the `cells` of code are the released ones.
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
    try:
        exec(compile(store.judges, "judges.py", "exec"), module.__dict__)
    except Exception as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise CourseError(
            f"judges.py of {store.assignment}{place}: {type(error).__name__}: {error}"
        ) from error
    found = getattr(module, "RELATIONS", None)
    if not isinstance(found, dict) or not all(map(callable, found.values())):
        raise CourseError(
            f"judges.py of {store.assignment} must say RELATIONS = {{...}}, with a "
            "function for the name of each function that it judges"
        )
    return dict(found)


def case_mark(function: FunctionCases, case: Case, results: list[Result]) -> Fraction:
    """Return the mark of one case, from 0 to 1, by its comparison.

    The mean over the named results, each right or wrong as a whole. A result all of
    whose leaves the untouched stub or an input already equals earns nothing where it is
    right, and still costs where it is wrong. There are no results where the call
    failed.
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


# By a case's identity, with all that it was told from, which so stays what it is.
_earning: dict[int, tuple[tuple, frozenset[str]]] = {}
MOST_KNOWN = 10_000


def earning_results(function: FunctionCases, case: Case) -> frozenset[str]:
    """Return the named results of a case that can earn something.

    That depends on no answer, so each case is asked once.
    """
    source = (function.signature, function.relation, *vars(case).values())
    known = _earning.get(id(case))
    if known is None or any(a is not b for a, b in zip(known[0], source)):
        if len(_earning) >= MOST_KNOWN:
            _earning.clear()
        known = _earning[id(case)] = (*source, case), _earning_results(function, case)
    return known[1]


def _earning_results(function: FunctionCases, case: Case) -> frozenset[str]:
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
    return frozenset(earning)


def _is_input(leaf: object, given: object) -> bool:
    if isinstance(leaf, np.ndarray) != isinstance(given, np.ndarray):
        return False
    if isinstance(leaf, np.ndarray) and isinstance(given, np.ndarray) and leaf.ndim:
        return leaf.shape == given.shape and not compare_value(leaf, given, "")
    return leaf is None


def seal(record: FunctionCases, run: Run) -> Sealed:
    """Return what may be said of an answer in words of the judge's."""
    hidden = run.case.hidden
    if run.outcome.error is not None:
        return Sealed(hidden, False, FAILURES.get(run.outcome.error, "error"))
    wrong: dict[str, str] = {}
    if run.right:  # nothing more to say
        return Sealed(hidden, True, "")
    known = {
        name
        for variant in [run.case.expected, *run.case.entries.values()]
        if variant.error is None
        for name in _names(record, variant.value)
    }
    for result in run.results:
        if not result.right:
            name = result.name if result.name in known else record.signature.names[0]
            wrong.setdefault(name, WORDS.get(result.differences[0].kind, "value"))
    return Sealed(hidden, run.right, "", tuple(wrong.items()))


def _names(record: FunctionCases, value: object) -> list[str]:
    try:
        return list(record.signature.split(value))
    except (TypeError, AttributeError):  # a misconception of another form
        return []


class Judge:
    """Scores the answers of one notebook."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.relations = relations_of(store)

    def verdict(
        self, functions: dict[str, FunctionVerdict], problems: dict[str, str]
    ) -> Verdict:
        """Add up the marks of each check cell.

        `problems` are functions that could not be judged, and why.
        """
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
        return Verdict(functions, cells, problems)

    def runs(self, record: FunctionCases, outcomes: list[Outcome]) -> list[Run]:
        """Compare a function's outcomes with the recorded cases."""
        return runs_of(record, outcomes, self.relations.get(record.name))

    def trial(
        self,
        record: FunctionCases,
        name: str,
        outcomes: Mapping[int, Outcome],
        others: Mapping[int, Outcome] | None = None,
        stand_ins: tuple[str, ...] = (),
    ) -> Trial:
        """Compare and mark the outcomes of some cases, by their numbers.

        `others` are outcomes of cases that were not driven again, for relations;
        `stand_ins` are functions for which the reference answered.
        """
        together = {**(others or {}), **outcomes}
        numbers = sorted(together)
        part = replace(record, cases=[record.cases[i] for i in numbers])
        compared = self.runs(part, [together[i] for i in numbers])
        runs = {i: run for i, run in zip(numbers, compared) if i in outcomes}
        marks = {i: case_mark(record, run.case, run.results) for i, run in runs.items()}
        return Trial(name, dict(outcomes), runs, marks, stand_ins)

    def function(
        self,
        record: FunctionCases,
        trials: list[Trial],
        wrong: Collection[str] = (),
        untouched: bool = False,
    ) -> FunctionVerdict:
        """Say what a function is, each case by the trial that is best for it.

        The trials come in the order in which they were driven, the first one of all
        cases. `wrong` are functions that are not right themselves; `untouched` is as
        `untouched_functions` says.
        """
        base = trials[0]
        moment = ""
        later = next((t for t in trials if t.name == "end"), None)
        if later is not None:
            before = sum((base.marks[i] for i in later.marks), Fraction(0))
            if before != later.total:
                moment = "end" if later.total > before else "check"
        count = range(len(record.cases))
        best = {i: max(_of(trials, i), key=lambda trial: trial.marks[i]) for i in count}
        runs = [best[i].runs[i] for i in count]
        verdict = FunctionVerdict(
            record.name,
            "right",
            [
                seal(record, run) if run.case.hidden or best[i].stand_ins else run
                for i, run in enumerate(runs)
            ],
            [best[i].marks[i] for i in count],
            moment=moment,
        )
        replaced = {name for trial in best.values() for name in trial.stand_ins}
        asked = {name for trial in best.values() for name in trial.asked}
        # What the solution calls may be reached through another right answer of the
        # reference's; what only an answer may call has to have been called.
        own = [name for name in record.may_call if name in asked]
        callees = [n for n in (*record.calls, *own) if n in replaced]
        # Where no case of its own shows that a callee is wrong, all may be.
        verdict.with_reference = tuple(
            [name for name in callees if name in wrong] or callees
        )
        if all(run.right for run in runs):
            return verdict
        if untouched:
            verdict.state = "untouched"
            verdict.marks = [Fraction(0)] * len(runs)
            return verdict
        # With right functions below, what is wrong is its own.
        last = [_of(trials, i)[-1].runs[i] for i in count]
        verdict.entry = recognise(record, last) or recognise(record, runs)
        verdict.state = "misconception" if verdict.entry else "wrong"
        return verdict


def _of(trials: list[Trial], number: int) -> list[Trial]:
    return [trial for trial in trials if number in trial.runs]


def rounded(points: Fraction) -> float:
    """Round points once, to 0.01, halves up."""
    return int(points * 100 + Fraction(1, 2)) / 100
