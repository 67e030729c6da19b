"""What grading left behind of one assignment: marks, mistakes, reasons to look."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TypeGuard

import numpy as np
from nbformat import reader

from autograder.errors import CourseError
from autograder.flags import REFUSED, flags_from
from autograder.names import quoted
from autograder.nbgrader.course import Course
from autograder.nbgrader.marks import CellMark, Marks, cell_marks, class_marks

SENTENCES = {
    "damaged": "{about} was damaged",
    "link": "{about} is a link or a second name of another file: it was not opened",
    "confirm": "{about} was graded anew under marks of a person: {names}",
    "flagged": "{about} has flagged cells: {names}",
    "not graded": "{about} was not graded",
    "not handed in": "{about} was not handed in",
    "said": "{about}: {names}",
    "unreadable": "{about} cannot be read",
}


@dataclass(frozen=True)
class Reason:
    """Why a person should look at a submission."""

    kind: str  # a key of ``SENTENCES``
    about: str
    name: str = ""  # the cell or function; empty where the whole notebook is meant


@dataclass
class GradedSubmission:
    """One learner's work on an assignment."""

    student: str
    # Points of functions, of written answers, and what is subtracted.
    marks: Marks = field(default_factory=Marks)
    # Share of the points of each exercise, by ``notebook/cell``.
    shares: dict[str, float] = field(default_factory=dict)
    # Function, as ``notebook.function``, and name of each catalogued mistake.
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    # Function, and the functions in whose place the reference stood when it earned its
    # marks.
    with_reference: list[tuple[str, str]] = field(default_factory=list)
    look: list[Reason] = field(default_factory=list)  # why a person should look at it
    # Time that grading took, by notebook.
    seconds: dict[str, float] = field(default_factory=dict)
    # Time that the cases of an exercise took, by ``notebook.function``.
    times: dict[str, float] = field(default_factory=dict)
    # Text of the solution cells, by ``notebook/cell``.
    cells: dict[str, str] = field(default_factory=dict)

    def reasons(self) -> list[str]:
        """Return why a person should look at it, one sentence for each cause.

        A damaged notebook explains that each of its cells is flagged.
        """
        names: dict[tuple[str, str], list[str]] = {}
        for reason in self.look:
            names.setdefault((reason.kind, reason.about), []).append(reason.name)
        return [
            SENTENCES[kind].format(about=about, names=", ".join(found))
            for (kind, about), found in names.items()
            if kind != "flagged" or not any((one, about) in names for one in REFUSED)
        ]


@dataclass(frozen=True)
class Exercise:
    """How a class did in one check cell."""

    key: str  # ``notebook/cell``
    points: float
    success: float  # mean share of its points
    full: int  # how many earned all of them
    # Correlation of its mark with the sum of all other marks; None where one of the two
    # does not vary.
    discrimination: float | None


@dataclass
class ClassFindings:
    """Everything that the page shows."""

    assignment: str
    submissions: list[GradedSubmission]  # by learner
    points: dict[str, float]  # points of each exercise, in the order of the notebooks

    def exercises(self) -> list[Exercise]:
        """Return success and discrimination of each exercise."""
        found = []
        for key, points in self.points.items():
            shares = np.array([s.shares.get(key, 0.0) for s in self.submissions])
            code = np.array([s.marks.code for s in self.submissions])
            success, full = float(shares.mean()), int((shares > 1 - 1e-9).sum())
            apart = correlation(shares, code - shares * points)
            found.append(Exercise(key, points, success, full, apart))
        return found

    def mistakes(self) -> list[tuple[str, str, int]]:
        """Return function, mistake and number of learners, the commonest first."""
        counts = Counter(pair for s in self.submissions for pair in set(s.mistakes))
        return [(*pair, n) for pair, n in sorted(counts.items(), key=_by_count)]

    def with_reference(self) -> list[tuple[str, str, int]]:
        """Return what was judged with right functions below, the commonest first."""
        counts = Counter(
            item for s in self.submissions for item in set(s.with_reference)
        )
        return [(*item, n) for item, n in sorted(counts.items(), key=_by_count)]

    def seconds(self) -> dict[str, list[float]]:
        """Return the times of grading by notebook."""
        return _gathered(submission.seconds for submission in self.submissions)

    def times(self) -> dict[str, list[float]]:
        """Return the times of the cases by exercise, the longest first."""
        found = _gathered(submission.times for submission in self.submissions)
        return dict(sorted(found.items(), key=lambda item: -median(item[1])))


def _gathered(items: Iterable[dict[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for item in items:
        for name, value in item.items():
            found[name].append(value)
    return dict(found)


def _by_count(item: tuple[tuple, int]) -> tuple[int, tuple]:
    return -item[1], item[0]


def correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Return the correlation of two rows; None where one of them is constant.

    Examples
    --------
    >>> correlation(np.array([0.0, 1.0]), np.array([3.0, 5.0]))
    1.0
    >>> correlation(np.array([1.0, 1.0]), np.array([3.0, 5.0])) is None
    True
    """
    if len(one) < 2 or np.ptp(one) < 1e-9 or np.ptp(other) < 1e-9:
        return None
    return round(float(np.corrcoef(one, other)[0, 1]), 9)


def read_findings(course: Course, assignment: str) -> ClassFindings:
    """Read what grading left in the gradebook and in ``autograded/``.

    Raises
    ------
    CourseError
        If nothing of it has been graded.
    """
    points: dict[str, float] = {}
    with course.gradebook() as book:
        marks = class_marks(book, assignment, course.config)
        found = {name: GradedSubmission(name, marks[name]) for name in sorted(marks)}
        for mark in cell_marks(book, assignment):
            if mark.code and mark.student in found:
                _add_mark(found[mark.student], mark, points)
    submissions = list(found.values())
    if not submissions:
        raise CourseError(
            f"nothing of {assignment} has been graded yet: put submissions into "
            f"submitted/LEARNER/{assignment}/ and run "
            f"`nbgrader autograde {quoted(assignment)}`"
        )
    order: dict[str, float] = {}
    for notebook in course.notebooks(assignment):
        for submission in submissions:
            for key in _add_notebook(course, assignment, notebook, submission):
                if key in points:
                    order.setdefault(key, points[key])
    order |= {key: value for key, value in points.items() if key not in order}
    return ClassFindings(assignment, submissions, order)


def _add_mark(
    submission: GradedSubmission, mark: CellMark, points: dict[str, float]
) -> None:
    key = f"{mark.notebook}/{mark.cell}"
    points[key] = mark.out_of
    if mark.out_of:
        submission.shares[key] = mark.earned / mark.out_of
    if mark.waiting:
        kind = "flagged" if mark.manual is None else "confirm"
        submission.look.append(Reason(kind, mark.notebook, mark.cell))


def _add_notebook(
    course: Course, assignment: str, notebook: str, submission: GradedSubmission
) -> list[str]:
    """Add what stands in a graded notebook; return its code cells in order."""
    student = submission.student
    path = course.graded_path(assignment, student, notebook)
    try:
        # What grading wrote is not held against the schema again, for each of a class.
        graded = reader.reads(path.read_text(encoding="utf-8"))
        cells = [_mapping(cell) for cell in graded.cells]
    except FileNotFoundError:
        handed_in = course.handed_in(assignment, student, notebook)
        kind = "not graded" if handed_in else "not handed in"
        submission.look.append(Reason(kind, notebook))
        return []
    except Exception:
        submission.look.append(Reason("unreadable", notebook))
        return []
    found = _mapping(_mapping(graded.get("metadata")).get("course"))
    if _is_time(found.get("seconds")):
        submission.seconds[notebook] = float(found["seconds"])
    for name, seconds in _mapping(found.get("times")).items():
        if _is_time(seconds):
            submission.times[f"{notebook}.{name}"] = float(seconds)
    for flag in flags_from(found.get("flags")):
        if flag.refused:
            submission.look.append(Reason(flag.kind, notebook))
        elif flag.urgent:
            submission.look.append(Reason("said", notebook, flag.sentence))
    for name, function in _mapping(found.get("functions")).items():
        entry = str(_mapping(function).get("entry") or "")[:300]
        if entry:
            submission.mistakes.append((f"{notebook}.{name}", entry))
        given = _mapping(function).get("with_reference")
        callees = [str(callee)[:60] for callee in given] if _is_list(given) else []
        if callees:
            submission.with_reference.append((f"{notebook}.{name}", ", ".join(callees)))
    keys = []
    for cell in cells:
        nbgrader = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
        name = nbgrader.get("grade_id")
        if cell.get("cell_type") == "code" and isinstance(name, str) and name:
            key = f"{notebook}/{name}"
            keys.append(key)
            if nbgrader.get("solution"):
                submission.cells[key] = str(cell.get("source", ""))
    return keys


def _mapping(value: object) -> Mapping:
    """Return what a notebook holds, or nothing where it is no mapping."""
    return value if isinstance(value, Mapping) else {}


def _is_list(value: object) -> TypeGuard[list]:
    return isinstance(value, list) and len(value) < 100


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < 1e9
