"""Marks and comments of a graded notebook, read from the gradebook at once."""

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedNotebook,
)
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import GetGrades

from autograder.nbgrader.penalties import LatePolicy, penalty_of


class GetAllGrades(GetGrades):
    """Adds marks and comments to a notebook with three questions to the gradebook.

    nbgrader's own asks for each cell, through a gradebook that it opens anew for
    each notebook, and does not say which cells only a person can grade.
    """

    _book: Gradebook | None = None

    def _submitted(self, book: Gradebook, names: dict[str, str]) -> SubmittedNotebook:
        """Return the row of a notebook; a student may have been removed since."""
        student, assignment = names["student"], names["assignment"]
        try:
            return book.find_submission_notebook(names["notebook"], assignment, student)
        except MissingEntry:
            message = (
                f"the gradebook has no work of {student} in {assignment}: grade it, or "
                f"remove autograded/{student}/{assignment}"
            )
            self.log.error(message)
            raise NbGraderException(message) from None

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Note marks, comments and the penalty for being late."""
        names = resources["nbgrader"]
        if self._book is None or str(self._book.engine.url) != names["db_url"]:
            self._book = Gradebook(names["db_url"])
        with self._book as book:
            submitted = self._submitted(book, names)
            # A check cell that a person looks at again has a mark all the same.
            grades = {
                cell: (score, most, waits and auto is None)
                for cell, score, most, waits, auto in book.db.query(
                    BaseCell.name,
                    Grade.score,
                    Grade.max_score,
                    Grade.needs_manual_grade,
                    Grade.auto_score,
                )
                .join(BaseCell, Grade.cell_id == BaseCell.id)
                .filter(Grade.notebook_id == submitted.id)
            }
            comments = dict(
                book.db.query(BaseCell.name, Comment.comment)
                .join(BaseCell, Comment.cell_id == BaseCell.id)
                .filter(Comment.notebook_id == submitted.id)
                .all()
            )
            penalty = penalty_of(LatePolicy(self.config), submitted)
            names["score"] = submitted.score - penalty
            names["max_score"] = submitted.max_score
            names["late_penalty"] = penalty
            names["waiting"] = {
                cell: most for cell, (_, most, waits) in grades.items() if waits
            }
        for cell in nb.cells:
            if utils.is_solution(cell) or utils.is_task(cell):
                nbgrader = cell.metadata.nbgrader
                nbgrader["comment"] = comments[nbgrader["grade_id"]]
            if utils.is_grade(cell) or utils.is_task(cell):
                nbgrader = cell.metadata.nbgrader
                score, most, waits = grades[nbgrader["grade_id"]]
                nbgrader.update(score=score, points=most, waiting=waits)
        return nb, resources
