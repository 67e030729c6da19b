"""Showing graders a whole case, hidden numbers included, when a learner appeals."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.copies import notebooks_in
from autograder.errors import CourseError
from autograder.feedback import function_reason
from autograder.judging import Trial, Verdict
from autograder.names import plain, quoted
from autograder.nbgrader.course import Course
from autograder.nbgrader.execution import JudgedExecute, healed_notebook
from autograder.nbgrader.marks import cell_marks
from autograder.store import AssertCell, Store
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.recognition import named_inputs
from helpers.checks.report import describe_outcome
from helpers.checks.values import leaves, resolve

MAX_SHOWN = 200


@dataclass(frozen=True)
class GradedTest:
    """A cell of ordinary tests of a submission, graded."""

    cell: str
    test: AssertCell
    points: float
    shown: list[str]  # texts of its outputs

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Return it as `overview` does a case; the reason is what it shows last."""
        mark = f"{self.points:g} of {self.test.points:g}"
        said = self.shown[-1].strip().partition("\n")[0] if self.shown else ""
        return self.cell, "tests", mark, plain(said)[:MAX_SHOWN]

    def whole(self) -> Iterator[tuple[str, str]]:
        """Show the cell whole, in headings with their texts."""
        yield "tests", self.test.source
        lines = "\n".join(self.shown).split("\n")
        yield "shown", "\n".join(map(plain, lines)) or "nothing"
        yield "mark", self.row[2]


def handed_in(course: Course, assignment: str, student: str) -> list[str]:
    """Return which notebooks of an assignment a learner has handed in."""
    folder = _folder(course, assignment, student)
    return notebooks_in(folder, course.stores(assignment))


def _folder(course: Course, assignment: str, student: str) -> Path:
    return course.root / "submitted" / student / assignment


def judge_again(
    course: Course, assignment: str, student: str, notebook: str
) -> tuple[Store, Verdict, dict[str, list[Trial]]]:
    """Run a submission once more and judge it, saving nothing.

    Returns the cases, what the judge says, and all that the learner's functions
    answered, hidden cases included.

    Raises
    ------
    CourseError
        If there is no such submission, or it could not be judged.
    """
    folder = _folder(course, assignment, student)
    stores = course.stores(assignment)
    if notebook not in notebooks_in(folder, stores):
        known = ", ".join(course.students(assignment)) or "nobody"
        raise CourseError(
            f"{plain(student)} has handed in nothing of {assignment}; who has: {known}"
        )
    store = stores[notebook]
    _, cells = healed_notebook(folder / f"{notebook}.ipynb", store, stores)
    resources = {
        "course": {"store": store},
        "metadata": {"name": notebook, "path": str(folder)},
        "nbgrader": {
            "assignment": assignment,
            "student": student,
            "notebook": notebook,
        },
    }
    execute = JudgedExecute(parent=course.api)
    _, resources = execute.preprocess(cells, resources)
    flagged = resources["course"]["flagged"]
    verdict = resources["course"]["verdict"]
    if verdict is None:
        reason = next(iter(flagged.values()), "no answers came back")
        raise CourseError(f"{student}'s {notebook} could not be judged: {reason}")
    trials = execute.examination.trials if execute.examination else {}
    return store, verdict, trials


def overview(store: Store, verdict: Verdict) -> Iterator[tuple[str, str, str, str]]:
    """List every case of a submission.

    Of each its name, whether it is hidden, its mark and the reason.
    """
    for name, record in store.cases.functions.items():
        found = verdict.functions[name]
        for i, case in enumerate(record.cases):
            kind = "hidden" if case.hidden else "visible"
            mark = f"{float(found.marks[i]):.2f}" if found.marks else "0.00"
            yield f"{name}:{i + 1}", kind, mark, function_reason(found)


def whole_case(
    store: Store, verdict: Verdict, trials: dict[str, list[Trial]], name: str
) -> Iterator[tuple[str, str]]:
    """Show inputs, expected and returned values of one case, leaf by leaf.

    In headings with their texts; `name` is ``function:number`` as in the overview.

    Raises
    ------
    CourseError
        If there is no such case.
    """
    function, _, number = name.partition(":")
    record = store.cases.functions.get(function)
    if (
        record is None
        or not number.isdigit()
        or not (1 <= int(number) <= len(record.cases))
    ):
        names = ", ".join(
            f"{key}:1-{len(value.cases)}"
            for key, value in store.cases.functions.items()
        )
        raise CourseError(f"there is no case {name!r}; there are {names}")
    index = int(number) - 1
    case, found = record.cases[index], verdict.functions[function]
    yield "case", f"{name}, {'hidden' if case.hidden else 'visible'}, cell {case.cell}"
    yield "inputs", _inputs(record, case)
    yield "expected", _leaves(case.expected.value, "expected")
    answers = [trial for trial in trials.get(function, []) if index in trial.runs]
    if not answers:
        yield "returned", function_reason(found)
        return
    for trial in answers:
        run = trial.runs[index]
        moment = {"check": "", "end": " at the end"}.get(
            trial.name, f" with a right {', '.join(trial.stand_ins)}"
        )
        if run.outcome.error is not None:
            yield f"returned{moment}", plain("; ".join(describe_outcome(run.outcome)))
        else:
            yield f"returned{moment}", _leaves(run.outcome.value, "returned")
        wrong = [result.name for result in run.results if not result.right]
        yield f"wrong{moment}", ", ".join(wrong) or "nothing"
    mark = found.marks[index] if found.marks else 0
    yield "mark", f"{mark} ({function_reason(found)})"


def graded_tests(
    course: Course, assignment: str, student: str, notebook: str
) -> list[GradedTest]:
    """Return what the cells of ordinary tests of a submission earned and showed.

    They are read from the graded notebook: nothing is run.

    Raises
    ------
    CourseError
        If there are such cells, and the submission has not been graded.
    """
    tests = course.stores(assignment)[notebook].tests
    if not tests:
        return []
    path = course.graded_path(assignment, student, notebook)
    with course.gradebook() as book:
        marks = {
            mark.cell: mark.earned
            for mark in cell_marks(book, assignment)
            if (mark.student, mark.notebook) == (student, notebook)
        }
    try:
        graded = nbformat.read(path, as_version=4)
    except OSError:
        raise CourseError(
            f"{plain(student)}'s {notebook} has not been graded: "
            f"`python -m autograder grade {quoted(assignment)}` grades it"
        ) from None
    outputs = {
        cell.metadata.get("nbgrader", {}).get("grade_id"): cell.outputs
        for cell in graded.cells
        if cell.cell_type == "code"
    }
    return [
        GradedTest(name, test, marks.get(name, 0.0), _shown(outputs.get(name, [])))
        for name, test in tests.items()
    ]


def _shown(outputs: list[NotebookNode]) -> list[str]:
    """Return the texts that a cell shows; what an error says is one line."""
    texts = []
    for output in outputs:
        if output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}".strip(": "))
        elif output.output_type == "stream":
            texts.append(output.text)
        else:
            texts.append(str(output.get("data", {}).get("text/plain", "")))
    return [text for text in texts if text]


def _inputs(record: FunctionCases, case: Case) -> str:
    lines = [
        _leaves(resolve(value), name)
        for name, value in named_inputs(record, case).items()
    ]
    if case.rng is not None:
        lines.append(f"np.random.seed({case.rng})")
    return "\n".join(lines)


def _leaves(value: object, name: str) -> str:
    """Return a value leaf by leaf; its names and texts may command no terminal."""
    lines = []
    for path, leaf in leaves(value, name):
        if isinstance(leaf, np.ndarray):
            shown = np.array2string(leaf, precision=17, threshold=MAX_SHOWN)
            lines.append(f"{plain(path)} = {leaf.dtype} {leaf.shape}\n{shown}")
        else:
            lines.append(f"{plain(path)} = {plain(repr(leaf))}")
    return "\n".join(lines)
