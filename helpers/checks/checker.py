"""The ``check`` object of a notebook."""

import os
import sys
import types
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from helpers.checks import report as reports
from helpers.checks.calls import Outcome, call
from helpers.checks.card import card_html, progress_html
from helpers.checks.cases import (
    Case,
    CasesError,
    FunctionCases,
    NotebookCases,
    edition_of,
    read_cases,
)
from helpers.checks.evidence import number, shape_of
from helpers.checks.recognition import (
    Relation,
    Run,
    additional_parts,
    best_results,
    recognise,
    runs_of,
)
from helpers.checks.report import CheckFailed, Report
from helpers.checks.stubs import is_released
from helpers.checks.unrun import broken_cell, watch_cells
from helpers.checks.values import Unsupported, plain
from helpers.strings import listed, speak, text

SECONDS = 10.0


def checks_for(notebook: str, *, lesson: bool = False) -> "Check":
    """Return the ``check`` object of a notebook.

    Parameters
    ----------
    notebook : str
        The notebook's file name without its ending.
    lesson : bool
        Whether an exercise that is still open reports without raising, so that
        a lesson runs from top to bottom.

    Returns
    -------
    Check
        Call it as ``check(function, *inputs)``.
    """
    check = Check(notebook, lesson=lesson)
    if os.environ.get("NBGRADER_EXECUTION") != "autograde":
        speak(check.edition())
    return check


def relation_named(name: str) -> Relation | None:
    """Return the function of ``helpers.relations`` of a dotted name, if any."""
    module, _, function = name.rpartition(".")
    if module != "helpers.relations" or find_spec(module) is None:
        return None
    # By its name: a course without such relations does not have the module.
    return getattr(import_module(module), function, None)


def _is_private(record: FunctionCases) -> bool:
    """Tell whether only graders have the relation that judges a function.

    Its values may differ from the recorded ones and be right.
    """
    return bool(record.relation) and relation_named(record.relation) is None


class Check:
    """Compares a learner's functions with a notebook's public cases.

    Parameters
    ----------
    notebook : str
        The notebook's file name without its ending.
    lesson : bool
        Whether a failed check reports without raising.
    folder : Path, optional
        Where the notebook's ``.cases.json`` lies; found by itself when absent.
    """

    def __init__(
        self, notebook: str, *, lesson: bool = False, folder: Path | None = None
    ) -> None:
        self.notebook = notebook
        self._lesson = lesson
        self._folder = folder
        self._cases: NotebookCases | None = None
        self._failures: dict[str, int] = {}
        self._passed: dict[str, set[int]] = {}
        self._failed: set[str] = set()
        self._reported: dict[str, int | None] = {}
        # Right cases of which nothing has been printed yet, with remarks on them.
        self._rounds: dict[str, dict[int, list[str]]] = {}
        _known[notebook] = self
        watch_cells(_say_rest)

    def __call__(
        self,
        function: Callable,
        /,
        *args: object,
        rng: int | None = None,
        **kwargs: object,
    ) -> None:
        """Call a function and compare what it returns with the recorded answer.

        Parameters
        ----------
        function : callable
            What the learner wrote.
        *args, **kwargs : object
            Its inputs; it gets copies of them.
        rng : int, optional
            Seed of NumPy's global generator for this call.

        Raises
        ------
        CheckFailed
            If the answer is wrong; shows a table instead of a traceback.
        """
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            raise CheckFailed(text("checks.not_here"))
        namespace = sys._getframe(1).f_globals
        if not callable(function):
            self._fail(text("checks.not_callable", kind=shape_or_type(function)))
            return
        cases = self._load_or_report()
        if cases is None:
            return
        record = self._record_of(function, namespace, cases)
        if record is None:
            name = getattr(function, "__name__", "?")
            self._fail(
                text("checks.unknown_function", function=name, notebook=self.notebook)
            )
            return
        execution = _execution(namespace)
        if execution is not None and self._reported.get(record.name) == execution:
            # In a lesson a failed check does not stop its cell: one report is enough.
            return
        broken = broken_cell(record.name, function)
        if broken:
            self._reported[record.name] = execution
            self._fail(broken)
            return
        index = self._index_of(record, args, kwargs, rng)
        if index is None:
            print(self._unrecorded(record, function, args, kwargs, rng))
            return
        run = self._run(record, index, function)
        if run.right:
            self._passed.setdefault(record.name, set()).add(index)
            if len(self._passed[record.name]) == len(record.cases):
                self._failed.discard(record.name)
                # The next mistake is another one: it starts with its evidence.
                self._failures.pop(record.name, None)
            self._note_right(record, index, run)
            return
        self._passed.pop(record.name, None)
        self._rounds.pop(record.name, None)
        self._failed.add(record.name)
        report = self._report(record, function, namespace, cases)
        if self._lesson:
            self._reported[record.name] = execution
        if show(card_html(report), str(report)):
            self._fail(report.header)
        else:
            self._fail(str(report))

    def frozen(self, name: str, make: Callable[[], object]) -> object:
        """Return a copy of a value that was computed with the solution.

        What a learner got wrong earlier does not change what a later check asks,
        because the value comes from the notebook's file of cases. Only in a lesson
        without recorded cases is it made by `make`. Raises CheckFailed if no such value
        is recorded.
        """
        if self._lesson and not self._find().is_file():
            return make()
        cases = self._load()
        if name not in cases.frozen:
            message = text("checks.frozen_missing", name=name, file=self._file_name())
            raise CheckFailed(message)
        return plain(cases.frozen[name], name, inputs=True)

    def progress(self) -> None:
        """Print a table of the public checks that passed since the kernel started."""
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            return
        cases = self._load_or_report()
        if cases is None:
            return
        rows = []
        for name, record in cases.functions.items():
            if not record.cases:
                continue
            if len(self._passed.get(name, ())) == len(record.cases):
                state = "passed"
            elif name in self._failed or self._passed.get(name):
                state = "failed"
            else:
                state = "not_run"
            rows.append((name, state))
        width = max((len(name) for name, _ in rows), default=0)
        title = text("checks.progress.title", notebook=self.notebook)
        marks = {"passed": "✓", "failed": "✗", "not_run": "·"}
        lines = [
            f"  {marks[state]} {name:<{width}}  {text('checks.progress.' + state)}"
            for name, state in rows
        ]
        passed = sum(state == "passed" for _, state in rows)
        key = "summary_lesson" if self._lesson else "summary"
        summary = text(f"checks.progress.{key}", passed=passed, total=len(rows))
        bars = [
            (
                f"{marks[state]} {name}",
                len(self._passed.get(name, ())),
                len(cases.functions[name].cases),
            )
            for name, state in rows
        ]
        said = "\n".join([title, *lines, summary])
        if not show(progress_html(title, bars, summary), said):
            print(said)

    def _note_right(self, record: FunctionCases, index: int, run: Run) -> None:
        """Note a right case; when all are right, say so in one line."""
        remarks = reports.notes(
            run.outcome, record.contract, meant=run.case.expected.changed
        )
        if _is_private(record):
            remarks.append(text("checks.form_only"))
        more = additional_parts(record, run)
        if more:
            remarks.append(text("checks.additional", names=listed(more)))
        rights = self._rounds.setdefault(record.name, {})
        if index in rights:
            rights.clear()  # it is checked again
        rights[index] = remarks
        if len(rights) == len(record.cases):
            self.say_rest(record.name)

    def say_rest(self, name: str = "") -> None:
        """Print a line for each function whose right cases were not told yet.

        Or for the one named; of all at the end of a cell.
        """
        for function in [name] if name else list(self._rounds):
            rights = self._rounds.pop(function)
            counts = {"right": len(rights)}
            counts["total"] = len(self._load().functions[function].cases)
            print(text("checks.header", function=function, **counts))
            remarks = dict.fromkeys(one for said in rights.values() for one in said)
            for remark in remarks:
                print(f"  {remark}")

    def _fail(self, message: str) -> None:
        if self._lesson:
            print(message)
            print(text("checks.open_exercise"))
            return
        raise CheckFailed(message) from None

    def _file_name(self) -> str:
        return f"{self.notebook}.cases.json"

    def _load(self) -> NotebookCases:
        if self._cases is None:
            try:
                self._cases = read_cases(self._find())
            except CasesError as error:
                message = text(
                    "checks.missing_file", file=self._file_name(), problem=error
                )
                raise CheckFailed(message) from None
        return self._cases

    def _load_or_report(self) -> NotebookCases | None:
        """Load the cases; in a lesson a missing file is only reported."""
        try:
            return self._load()
        except CheckFailed as error:
            if not self._lesson:
                raise
            print(error)
            return None

    def _find(self) -> Path:
        """Look beside the notebook, then where the course keeps its releases."""
        if self._folder is not None:
            return self._folder / self._file_name()
        folders = [Path.cwd()]
        # JupyterLab names the notebook here, wherever the kernel was started.
        session = os.environ.get("JPY_SESSION_NAME")
        if session:
            folders.append(Path(session).parent)
        course = Path(__file__).parents[2]
        folders += [course / "notebooks", *sorted(course.glob("release/*"))]
        folders += sorted(course.glob("assignments/*"))
        for folder in folders:
            if (folder / self._file_name()).is_file():
                return folder / self._file_name()
        return Path.cwd() / self._file_name()

    def edition(self) -> str:
        """Return the language of the notebook's cases, empty where none is named."""
        try:
            return edition_of(self._find())
        except OSError:
            return ""

    def _record_of(
        self, function: Callable, namespace: Mapping, cases: NotebookCases
    ) -> FunctionCases | None:
        """Find a function's record by the global name that is bound to it."""
        name = getattr(function, "__name__", "")
        if name in cases.functions and namespace.get(name) is function:
            return cases.functions[name]
        for name, record in cases.functions.items():
            if namespace.get(name) is function:
                return record
        return cases.functions.get(getattr(function, "__name__", ""))

    def _index_of(
        self, record: FunctionCases, args: tuple, kwargs: dict, rng: int | None
    ) -> int | None:
        try:
            given = tuple(plain(value, "an input", inputs=True) for value in args)
            named = {k: plain(value, k, inputs=True) for k, value in kwargs.items()}
        except Unsupported:
            return None
        for i, case in enumerate(record.cases):
            if case.has_inputs(given, named, rng):
                return i
        return None

    def _unrecorded(
        self,
        record: FunctionCases,
        function: Callable,
        args: tuple,
        kwargs: dict,
        rng: int | None,
    ) -> str:
        outcome = call(function, args, kwargs, rng=rng, seconds=SECONDS)
        said = reports.describe_outcome(outcome)
        if said:
            value = said[0]
        elif isinstance(outcome.value, bool | int | float):
            value = number(outcome.value)
        else:
            value = shape_of(outcome.value)
        return text("checks.unknown_inputs", function=record.name, value=value)

    def _runs(self, record: FunctionCases, function: Callable) -> list[Run]:
        """Run all public cases of a function."""
        outcomes = [self._call(record, case, function) for case in record.cases]
        relation = relation_named(record.relation)
        runs = runs_of(record, outcomes, relation)
        if _is_private(record):
            for run in runs:
                for result in run.results:
                    result.differences = [
                        one for one in result.differences if one.kind != "value"
                    ]
        return runs

    def _run(self, record: FunctionCases, index: int, function: Callable) -> Run:
        """Run one public case; the others too where a relation needs them."""
        if record.relation:
            return self._runs(record, function)[index]
        case = record.cases[index]
        outcome = self._call(record, case, function)
        return Run(case, outcome, best_results(record, case, outcome))

    def _call(self, record: FunctionCases, case: Case, function: Callable) -> Outcome:
        return call(
            function,
            case.args,
            case.kwargs,
            record.asked,
            rng=case.rng,
            seconds=SECONDS,
        )

    def _report(
        self,
        record: FunctionCases,
        function: Callable,
        namespace: Mapping,
        cases: NotebookCases,
    ) -> Report:
        runs = self._runs(record, function)
        untouched = is_released(function, record.stub)
        if not untouched:
            self._failures[record.name] = self._failures.get(record.name, 0) + 1
        report = reports.report_runs(
            record,
            runs,
            recognise(record, runs),
            self._failures.get(record.name, 0),
            answer=function,
            untouched=untouched,
        )
        if untouched:
            return report
        for callee in record.calls:
            called = namespace.get(callee)
            inner = cases.functions.get(callee)
            if inner is None or not inner.cases or not callable(called):
                continue
            inner_runs = self._runs(inner, called)
            if not all(run.right for run in inner_runs):
                begun = not is_released(called, inner.stub)
                key = "mend_first" if begun else "mend_first_untouched"
                sentence = text(f"checks.{key}", function=record.name, callee=callee)
                report.advice = [reports.Advice("", sentence)]
                break
        return report


# The check of each notebook, to be told when a cell has ended.
_known: dict[str, Check] = {}


def _say_rest() -> None:
    for check in _known.values():
        check.say_rest()


def show(html: str, said: str) -> bool:
    """Show a card, or what it says in words where HTML cannot be shown.

    Returns whether there was somebody to show it to: there is only inside of IPython.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or os.environ.get("NBGRADER_EXECUTION") == "validate":
        # Validate shows what is raised, and nothing else.
        return False
    from IPython.display import display

    display({"text/html": html, "text/plain": said}, raw=True)
    return True


def _execution(namespace: Mapping) -> int | None:
    """Return the number of the running cell, or None outside of IPython."""
    shell = namespace.get("get_ipython")
    return shell().execution_count if callable(shell) else None


def shape_or_type(value: object) -> str:
    """Say what kind of value stands where a function should."""
    try:
        return shape_of(plain(value))
    except Unsupported:
        kind = type(value)
        if isinstance(value, types.ModuleType):
            return text("checks.module", name=value.__name__)
        return text("checks.kind.object", kind=kind.__name__)
