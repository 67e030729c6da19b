"""Marks of a whole class, read with a few queries however many learners there are.

The table of grades, the class report and the exports take them from here, so that
all say the same.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func, or_, select
from traitlets.config import Config

from autograder.nbgrader.penalties import TABLES, penalties


class CellMark(NamedTuple):
    """What one learner has in one graded cell."""

    student: str
    notebook: str
    cell: str
    code: bool  # whether the machine marks it; otherwise a person does
    # Marks by the machine and by a person, and credit beside them.
    auto: float | None
    manual: float | None
    extra: float | None
    waiting: bool  # whether a person has yet to look
    out_of: float  # the most that can be earned
    # Keys of the mark's row, and of the notebook's, by which Formgrader has its page.
    grade: str = ""
    submission: str = ""

    @property
    def earned(self) -> float:
        """The mark that counts: a person's more than the machine's."""
        found = self.auto if self.manual is None else self.manual
        return (found or 0.0) + (self.extra or 0.0)


@dataclass
class Marks:
    """What one learner has in an assignment."""

    # Points of cells that the machine marks, with what a person changed.
    code: float = 0.0
    code_out_of: float = 0.0
    # Points of what a person marks.
    written: float = 0.0
    written_out_of: float = 0.0
    waiting: float = 0.0  # the most that what waits for a person can still earn
    look: int = 0  # cells of code that a person should look at
    confirm: int = 0  # those that were graded anew under a person's mark
    penalty: float = 0.0  # what is subtracted because the work was late
    finished: bool = True  # whether nothing waits for a person or the machine
    begun: bool = False  # whether there is a mark at all

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
            self.look += mark.waiting and mark.manual is None
            self.confirm += mark.waiting and mark.manual is not None
        else:
            self.written = round(self.written + mark.earned, 6)
            self.written_out_of += mark.out_of
            self.waiting += mark.out_of if mark.waiting else 0.0
        nobody = mark.auto is None and mark.manual is None
        self.begun = self.begun or not nobody
        if mark.waiting or nobody:
            self.finished = False


def cell_marks(
    book: Gradebook, assignment: str, by_hand: bool = False
) -> Iterator[CellMark]:
    """Yield the marks of an assignment, cell by cell.

    With `by_hand` those of code only where a person has to look, or has looked.
    """
    handed_in, assignments = TABLES["submitted_assignment"], TABLES["assignment"]
    submitted, notebooks = TABLES["submitted_notebook"], TABLES["notebook"]
    grades, cells = TABLES["grade"], TABLES["base_cell"]
    graded, tasks = TABLES["grade_cells"], TABLES["task_cells"]
    connection = book.db.connection()
    # A cell that is graded and for the learner to fill is in the table twice.
    solutions = TABLES["solution_cells"]
    fillable = select(cells.c.notebook_id, cells.c.name).join(
        solutions, solutions.c.id == cells.c.id
    )
    fill_in = {(key, name) for key, name in connection.execute(fillable)}
    worth = (
        select(
            cells.c.id,
            cells.c.notebook_id,
            notebooks.c.name,
            cells.c.name,
            graded.c.cell_type,
            func.coalesce(graded.c.max_score, tasks.c.max_score, 0.0),
        )
        .select_from(cells)
        .join(notebooks, notebooks.c.id == cells.c.notebook_id)
        .join(assignments, assignments.c.id == notebooks.c.assignment_id)
        .outerjoin(graded, graded.c.id == cells.c.id)
        .outerjoin(tasks, tasks.c.id == cells.c.id)
        .where(assignments.c.name == assignment)
        .order_by(notebooks.c.name, cells.c.name)
    )
    handers_in = (
        select(submitted.c.id, handed_in.c.student_id)
        .select_from(submitted)
        .join(handed_in, handed_in.c.id == submitted.c.assignment_id)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .where(assignments.c.name == assignment)
    )
    students = {key: student for key, student in connection.execute(handers_in)}
    # nbgrader's tables have an index for the grades of a cell, and none for those of
    # a submission: joined from there, a database reads all grades of the course.
    marks = select(
        grades.c.id,
        grades.c.notebook_id,
        grades.c.auto_score,
        grades.c.manual_score,
        grades.c.extra_credit,
        grades.c.needs_manual_grade,
    )
    looked = or_(grades.c.needs_manual_grade, grades.c.manual_score.isnot(None))
    for cell, key, notebook, name, kind, out_of in connection.execute(worth).all():
        code = kind == "code" and (key, name) not in fill_in
        asked = marks.where(grades.c.cell_id == cell)
        found = connection.execute(asked.where(looked) if code and by_hand else asked)
        for grade, one, auto, manual, extra, waits in found:
            if one in students:  # others were graded since they were read
                where, scores = (students[one], notebook, name), (auto, manual, extra)
                last = (bool(waits), out_of, grade, one)
                yield CellMark(*where, code, *scores, *last)


def class_marks(book: Gradebook, assignment: str, config: Config) -> dict[str, Marks]:
    """Return the marks of everybody who handed an assignment in, by learner.

    `config` is the course's; late work costs what its settings say of these marks.
    """
    handed_in, assignments = TABLES["submitted_assignment"], TABLES["assignment"]
    submitted = TABLES["submitted_notebook"]
    connection = book.db.connection()
    everybody = (
        select(handed_in.c.student_id)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .where(assignments.c.name == assignment)
        .order_by(handed_in.c.student_id)
    )
    # From notebooks to their submissions, for which there is an index.
    late = (
        select(
            handed_in.c.student_id,
            submitted.c.id,
            submitted.c.late_submission_penalty,
        )
        .select_from(submitted)
        .join(handed_in, handed_in.c.id == submitted.c.assignment_id)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .where(assignments.c.name == assignment)
        .where(submitted.c.late_submission_penalty.isnot(None))
    )
    found = {student: Marks() for student in connection.execute(everybody).scalars()}
    costs = {key: (student, cost) for student, key, cost in connection.execute(late)}
    for now in penalties(book, assignment, config):
        costs[now.submission] = now.student, now.points
    for student, cost in costs.values():
        if student in found:
            found[student].penalty += cost
    for mark in cell_marks(book, assignment):
        if mark.student in found:
            found[mark.student].add(mark)
    for student in absent(book, assignment, config):
        if student in found and not found[student].begun:
            del found[student]
    return found


def absent(book: Gradebook, assignment: str, config: Config) -> set[str]:
    """Return who has more time for an assignment and has handed nothing in.

    nbgrader keeps an extension with the submission, so that there is one in the
    gradebook before anything was handed in. Whoever it belongs to may have marks all
    the same, where the work was removed later.
    """
    handed_in, assignments = TABLES["submitted_assignment"], TABLES["assignment"]
    extended = (
        select(handed_in.c.student_id)
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .where(assignments.c.name == assignment)
        .where(handed_in.c.extension.isnot(None))
        .where(handed_in.c.timestamp.is_(None))
    )
    directory = CourseDirectory(config=config)
    return {
        student
        for student in book.db.connection().execute(extended).scalars()
        if not any(
            os.path.lexists(directory.format_path(step, student, assignment))
            for step in (directory.submitted_directory, directory.autograded_directory)
        )
    }
