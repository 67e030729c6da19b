"""Cells of ordinary tests: what a submission can do to the marks that they give."""

import ast
import re
from dataclasses import dataclass

from autograder.authoring.regions import tree_of
from autograder.nbgrader.course import Course
from autograder.store import AssertCell, StoreError, read_store, store_path

HIDDEN = re.compile(r"BEGIN HIDDEN TESTS")
REASONS = {
    "same process": "it runs beside the learner's code, which can change what it "
    "imports, what it calls and what it shows",
    "hidden": "its hidden tests can be read by the learner's code while they run, and "
    "stand in the feedback",
    "printed": "a number that it shows as its result is its mark; a negative one or "
    "NaN earns all points",
    "cannot fail": "nothing in it can fail: every submission earns its points",
}
# What raises where something is wrong, by the beginning of its name.
RAISING = ("assert", "check", "test", "raises", "fail", "expect", "verify")


@dataclass(frozen=True)
class UnsafeCell:
    """A cell whose mark the learner's code could change."""

    notebook: str
    cell: str
    points: float
    reasons: tuple[str, ...]  # sentences


def weaknesses(cell: AssertCell) -> list[str]:
    """Return in which ways the mark of a cell is open to the learner's code.

    These are keys of ``REASONS``.

    Examples
    --------
    >>> weaknesses(AssertCell(1.0, "assert square(2) == 4"))
    ['same process']
    """
    found = ["same process"]
    if HIDDEN.search(cell.source):
        found.append("hidden")
    body = tree_of(cell.source).body
    if body and isinstance(body[-1], ast.Expr) and _is_value(body[-1].value):
        found.append("printed")
    if body and not any(map(_can_fail, body)):
        found.append("cannot fail")
    return found


def _is_value(node: ast.expr) -> bool:
    """Tell whether a last line is shown: a test or a print returns nothing."""
    if isinstance(node, ast.Call):
        return not _name(node.func).startswith(("print", *RAISING))
    return not (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _can_fail(node: ast.stmt) -> bool:
    """Tell whether a statement depends on what the learner defined."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert | ast.Raise):
            return True
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            if inner.id not in ("print", "True", "False", "None"):
                return True
    return False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    return node.id.lower() if isinstance(node, ast.Name) else ""


def unsafe_cells(course: Course, assignment: str) -> list[UnsafeCell]:
    """Return the cells of an assignment that ordinary tests grade.

    In the order of the notebooks; none where all is graded by checks.
    """
    found = []
    for notebook in course.notebooks(assignment):
        try:
            store = read_store(store_path(course.root, assignment, notebook))
        except StoreError:
            continue
        for name, cell in store.tests.items():
            reasons = tuple(REASONS[key] for key in weaknesses(cell))
            found.append(UnsafeCell(notebook, name, cell.points, reasons))
    return found
