"""Showing graders a whole case, hidden numbers included, when a learner appeals."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autograder.copies import choose, notebooks_in
from autograder.errors import CourseError
from autograder.feedback import function_reason
from autograder.judging import Trial, Verdict
from autograder.names import plain
from autograder.nbgrader.course import Course
from autograder.nbgrader.execution import JudgedExecute
from autograder.store import Store, StoreError, read_store, store_path
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.recognition import named_inputs
from helpers.checks.report import describe_outcome
from helpers.checks.values import leaves, resolve

__all__ = ["handed_in", "judge_again", "overview", "whole_case"]

MAX_SHOWN = 200


def handed_in(course: Course, assignment: str, student: str) -> list[str]:
    """Return which notebooks of an assignment a learner has handed in."""
    stores = _stores(course, assignment)
    return notebooks_in(_folder(course, assignment, student), stores)


def _folder(course: Course, assignment: str, student: str) -> Path:
    return course.root / "submitted" / student / assignment


def _stores(course: Course, assignment: str) -> dict[str, Store]:
    try:
        return {
            name: read_store(store_path(course.root, assignment, name))
            for name in course.notebooks(assignment)
        }
    except StoreError as error:
        raise CourseError(str(error)) from None


def judge_again(
    course: Course, assignment: str, student: str, notebook: str
) -> tuple[Store, Verdict, dict[str, list[Trial]]]:
    """Run a submission once more and judge it, saving nothing.

    Parameters
    ----------
    course : Course
        The course.
    assignment, student, notebook : str
        Whose work.

    Returns
    -------
    tuple of Store, Verdict and dict of str to list of Trial
        The cases, what the judge says, and all that the learner's functions
        answered, hidden cases included.

    Raises
    ------
    CourseError
        If there is no such submission, or it could not be judged.
    """
    folder = _folder(course, assignment, student)
    stores = _stores(course, assignment)
    if notebook not in notebooks_in(folder, stores):
        known = ", ".join(course.students(assignment)) or "nobody"
        raise CourseError(
            f"{plain(student)} has handed in nothing of {assignment}; who has: {known}"
        )
    store = stores[notebook]
    _, healed = choose(folder / f"{notebook}.ipynb", store, stores)
    cells = healed.notebook
    cells.metadata["course"] = {"edition": healed.language}
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

    Yields
    ------
    tuple of str
        Name of the case, whether it is hidden, its mark and the reason.
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

    Parameters
    ----------
    store : Store
        The cases.
    verdict : Verdict
        What the judge says.
    trials : dict of str to list of Trial
        What the learner's functions answered.
    name : str
        ``function:number`` as in the overview.

    Yields
    ------
    tuple of str and str
        A heading and its text.

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
