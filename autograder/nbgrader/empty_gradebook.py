"""The gradebook of one assignment, as a worker needs it."""

from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Base, Gradebook, MissingEntry
from sqlalchemy import create_engine, insert, select

from autograder.errors import CourseError
from autograder.names import quoted


def empty_gradebook(db_url: str, course_id: str, assignment: str, path: Path) -> None:
    """Write a gradebook that holds an assignment's cells and nobody's work.

    It goes to `path`, where there is no file yet.

    Raises
    ------
    CourseError
        If the gradebook does not know the assignment.
    """
    # nbgrader asks alembic, a process of some seconds, where there is no table yet.
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(bind=engine)
    tables = Base.metadata.tables
    with Gradebook(db_url, course_id) as book, engine.begin() as small:

        def take(name: str, column: str, values: Iterable[str]) -> list[str]:
            """Copy the rows that have one of these values; return their ids."""
            table = tables[name]
            asked = select(table).where(table.c[column].in_(values))
            rows = [dict(row) for row in book.db.execute(asked).mappings()]
            if rows:
                small.execute(insert(table), rows)
            return [row["id"] for row in rows]

        try:
            one = book.find_assignment(assignment)
        except MissingEntry:
            raise CourseError(
                f"the gradebook does not know {assignment}: run `nbgrader "
                f"generate_assignment {quoted(assignment)} --force`"
            ) from None
        take("course", "id", [one.course_id])
        take("assignment", "id", [one.id])
        notebooks = take("notebook", "assignment_id", [one.id])
        cells = take("base_cell", "notebook_id", notebooks)
        take("source_cell", "notebook_id", notebooks)
        for kind in ("grade_cells", "solution_cells", "task_cells"):
            take(kind, "id", cells)
    engine.dispose()
