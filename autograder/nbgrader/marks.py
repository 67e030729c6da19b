"""Marks of a whole class, read with a few queries however many learners there are.

The table of grades, the class report and the exports take them from here, so that
all say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nbgrader.api import Base, Gradebook
from sqlalchemy import Table, func, select

__all__ = ["CellMark", "Marks", "cell_marks", "class_marks"]


class CellMark(NamedTuple):
    """What one learner has in one graded cell.

    Attributes
    ----------
    student, notebook, cell : str
        Whose, and where.
    code : bool
        Whether the machine marks it; otherwise a person does.
    auto, manual, extra : float or None
        Marks by the machine and by a person, and credit beside them.
    waiting : bool
        Whether a person has yet to look.
    out_of : float
        The most that can be earned.
    """

    student: str
    notebook: str
    cell: str
    code: bool
    auto: float | None
    manual: float | None
    extra: float | None
    waiting: bool
    out_of: float

    @property
    def earned(self) -> float:
        """The mark that counts: a person's more than the machine's."""
        found = self.auto if self.manual is None else self.manual
        return (found or 0.0) + (self.extra or 0.0)


@dataclass
class Marks:
    """What one learner has in an assignment.

    Attributes
    ----------
    code, code_out_of : float
        Points of cells that the machine marks, with what a person changed.
    written, written_out_of : float
        Points of what a person marks.
    waiting : float
        The most that what waits for a person can still earn.
    look : int
        Cells of code that a person should look at.
    penalty : float
        What is subtracted because the work was late.
    finished : bool
        Whether nothing waits for a person or the machine.
    """

    code: float = 0.0
    code_out_of: float = 0.0
    written: float = 0.0
    written_out_of: float = 0.0
    waiting: float = 0.0
    look: int = 0
    penalty: float = 0.0
    finished: bool = True

    @property
    def total(self) -> float:
        """The mark that is exported."""
        return max(0.0, round(self.code + self.written - self.penalty, 6))

    @property
    def out_of(self) -> float:
        """The most that can be earned."""
        return self.code_out_of + self.written_out_of

    def add(self, mark: CellMark) -> None:
        """Add one cell."""
        if mark.code:
            # Shares of points, as thirds are, should not show how floats add up.
            self.code = round(self.code + mark.earned, 6)
            self.code_out_of += mark.out_of
            self.look += mark.waiting
        else:
            self.written = round(self.written + mark.earned, 6)
            self.written_out_of += mark.out_of
            self.waiting += mark.out_of if mark.waiting else 0.0
        nobody = mark.auto is None and mark.manual is None
        if mark.waiting or nobody:
            self.finished = False


def _table(name: str) -> Table:
    table: Table = Base.metadata.tables[name]
    return table


def cell_marks(book: Gradebook, assignment: str) -> Iterator[CellMark]:
    """Yield the marks of all cells of an assignment, learner by learner.

    Parameters
    ----------
    book : Gradebook
        The gradebook.
    assignment : str
        Which assignment.
    """
    handed_in, assignments = _table("submitted_assignment"), _table("assignment")
    submitted, notebooks = _table("submitted_notebook"), _table("notebook")
    grades, cells = _table("grade"), _table("base_cell")
    graded, tasks = _table("grade_cells"), _table("task_cells")
    # A cell that is graded and for the learner to fill is in the table twice.
    solutions = _table("solution_cells")
    fillable = select(cells.c.notebook_id, cells.c.name).join(
        solutions, solutions.c.id == cells.c.id
    )
    by_hand = {(key, name) for key, name in book.db.connection().execute(fillable)}
    query = (
        select(
            handed_in.c.student_id,
            notebooks.c.name,
            cells.c.name,
            graded.c.cell_type,
            cells.c.notebook_id,
            grades.c.auto_score,
            grades.c.manual_score,
            grades.c.extra_credit,
            grades.c.needs_manual_grade,
            func.coalesce(graded.c.max_score, tasks.c.max_score, 0.0),
        )
        .select_from(handed_in)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .join(submitted, submitted.c.assignment_id == handed_in.c.id)
        .join(notebooks, notebooks.c.id == submitted.c.notebook_id)
        .join(grades, grades.c.notebook_id == submitted.c.id)
        .join(cells, cells.c.id == grades.c.cell_id)
        .outerjoin(graded, graded.c.id == cells.c.id)
        .outerjoin(tasks, tasks.c.id == cells.c.id)
        .where(assignments.c.name == assignment)
        .order_by(handed_in.c.student_id)
        .execution_options(yield_per=10_000)
    )
    for (
        student,
        notebook,
        cell,
        kind,
        key,
        auto,
        manual,
        extra,
        waits,
        out_of,
    ) in book.db.connection().execute(query):
        yield CellMark(
            student,
            notebook,
            cell,
            kind == "code" and (key, cell) not in by_hand,
            auto,
            manual,
            extra,
            bool(waits),
            out_of,
        )


def class_marks(book: Gradebook, assignment: str) -> dict[str, Marks]:
    """Return the marks of everybody who handed an assignment in, by learner.

    Parameters
    ----------
    book : Gradebook
        The gradebook.
    assignment : str
        Which assignment.
    """
    handed_in, assignments = _table("submitted_assignment"), _table("assignment")
    submitted = _table("submitted_notebook")
    late = (
        select(
            handed_in.c.student_id,
            func.coalesce(func.sum(submitted.c.late_submission_penalty), 0.0),
        )
        .select_from(handed_in)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .outerjoin(submitted, submitted.c.assignment_id == handed_in.c.id)
        .where(assignments.c.name == assignment)
        .group_by(handed_in.c.student_id)
        .order_by(handed_in.c.student_id)
    )
    found = {
        student: Marks(penalty=float(penalty))
        for student, penalty in book.db.connection().execute(late)
    }
    for mark in cell_marks(book, assignment):
        found[mark.student].add(mark)
    return found
