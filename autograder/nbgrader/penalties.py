"""What late work costs, found from the marks that there are now.

nbgrader finds a penalty when it grades; a mark by a person comes later and would leave
it as it was. So whatever shows or writes totals takes penalties from here.
"""

import datetime
import logging
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from nbgrader.api import Base, Grade, Gradebook, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Table, bindparam, func, select, update
from traitlets.config import Config
from traitlets.utils.importstring import import_item

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

TOGETHER = 500  # notebooks that are asked for at once
NEAR = 1e-9  # points; sums of floats differ by less
# The tables of the gradebook, by name.
TABLES: Mapping[str, Table] = Base.metadata.tables


class Penalty(NamedTuple):
    """What a notebook that was handed in late costs."""

    submission: str  # the notebook's key
    student: str
    before: float | None  # what the gradebook says
    points: float  # what the settings say for the marks that there are now

    @property
    def changed(self) -> bool:
        """Whether the gradebook says something else."""
        return abs((self.before or 0.0) - self.points) > NEAR


class LatePolicy:
    """What the settings of a course say of late work."""

    def __init__(self, config: Config) -> None:
        named = config.Autograde.get("autograde_preprocessors")
        if not isinstance(named, list):
            named = Autograde.class_traits()["autograde_preprocessors"].default()
        steps = [import_item(one) if isinstance(one, str) else one for one in named]
        late = [one for one in steps if issubclass(one, AssignLatePenalties)]
        self._plugin = None
        # What nbconvert sets for pages is no setting of this, and would be warned of.
        config = Config({k: v for k, v in config.items() if k != "NbConvertBase"})
        step = late[0](config=config) if late else None
        if step is not None and step.enabled:
            # It logs a line for each submission.
            quiet = log.getChild("plugin")
            quiet.propagate = False
            self._plugin = step.plugin_class(parent=step, log=quiet)

    def points(
        self, student: str, score: float, seconds: float, extended: bool = False
    ) -> float | None:
        """Return the penalty of a score, or None where the settings say nothing.

        Of work that more time made punctual it is 0, whatever it was before.
        """
        if self._plugin is None:
            return None
        if seconds <= 0:
            return 0.0 if extended else None
        found = self._plugin.late_submission_penalty(student, score, seconds)
        # As nbgrader has it: nobody gets points for being late, or loses others'.
        return None if found is None else min(max(float(found), 0.0), score)


def penalty_of(policy: LatePolicy, submitted: SubmittedNotebook) -> float:
    """Return the penalty of one notebook that was handed in."""
    handed_in = submitted.assignment
    seconds = handed_in.total_seconds_late
    extended = handed_in.extension is not None
    found = policy.points(handed_in.student_id, submitted.score, seconds, extended)
    kept: float = submitted.late_submission_penalty or 0.0
    return kept if found is None else found


def penalties(
    book: Gradebook,
    assignment: str,
    config: Config,
    students: Collection[str] | None = None,
) -> Iterator[Penalty]:
    """Yield the penalties of all late notebooks, or of some learners' ones.

    A penalty in the gradebook on which the settings say nothing is left out: it came
    from elsewhere, and stays.
    """
    late = _late(book, assignment, students)
    if not late:
        return
    policy = LatePolicy(config)
    notebooks, cells = _parts(book, assignment)
    submitted, keys = TABLES["submitted_notebook"], list(late)
    rows = select(
        *(submitted.c.id, submitted.c.assignment_id),
        submitted.c.late_submission_penalty,
    ).where(submitted.c.notebook_id.in_(notebooks))
    for first in range(0, len(keys), TOGETHER):
        of_some = submitted.c.assignment_id.in_(keys[first : first + TOGETHER])
        some = book.db.connection().execute(rows.where(of_some)).all()
        scores = _scores(book, cells, [key for key, _, _ in some])
        for key, outer, before in some:
            student, seconds = late[outer]
            # Who is not late is among these only with more time.
            found = policy.points(student, scores.get(key, 0.0), seconds, True)
            if found is not None:
                yield Penalty(key, student, before, found)


def settle_penalties(
    book: Gradebook,
    assignment: str,
    config: Config,
    students: Collection[str] | None = None,
) -> int:
    """Write what late work costs now, within the caller's transaction.

    Of all learners, or of at most some hundreds. Returns of how many notebooks it was
    another amount.
    """
    found = penalties(book, assignment, config, students)
    changed = [one for one in found if one.changed]
    submitted = TABLES["submitted_notebook"]
    if changed:
        book.db.connection().execute(
            update(submitted)
            .where(submitted.c.id == bindparam("key"))
            .values(late_submission_penalty=bindparam("points")),
            [{"key": one.submission, "points": one.points} for one in changed],
        )
    return len(changed)


def _late(
    book: Gradebook, assignment: str, students: Collection[str] | None
) -> dict[str, tuple[str, float]]:
    """Return who handed in late and by how many seconds, by key of the submission."""
    handed_in, assignments = TABLES["submitted_assignment"], TABLES["assignment"]
    asked = (
        select(
            handed_in.c.id,
            handed_in.c.student_id,
            handed_in.c.timestamp,
            handed_in.c.extension,
            assignments.c.duedate,
        )
        .join(assignments, assignments.c.id == handed_in.c.assignment_id)
        .where(assignments.c.name == assignment)
        .where(assignments.c.duedate.isnot(None))
        .where(handed_in.c.timestamp.isnot(None))
    )
    if students is not None:
        asked = asked.where(handed_in.c.student_id.in_(students))
    found = {}
    for key, student, when, more, due in book.db.connection().execute(asked):
        seconds = (when - due - (more or datetime.timedelta())).total_seconds()
        if seconds > 0 or more is not None:
            found[key] = student, seconds
    return found


def _parts(book: Gradebook, assignment: str) -> tuple[list[str], list[str]]:
    """Return the keys of an assignment's notebooks and of their cells."""
    cells, notebooks = TABLES["base_cell"], TABLES["notebook"]
    assignments = TABLES["assignment"]
    asked = (
        select(notebooks.c.id, cells.c.id)
        .join(assignments, assignments.c.id == notebooks.c.assignment_id)
        .outerjoin(cells, cells.c.notebook_id == notebooks.c.id)
        .where(assignments.c.name == assignment)
    )
    found = book.db.connection().execute(asked).all()
    return (
        list({notebook for notebook, _ in found}),
        [cell for _, cell in found if cell is not None],
    )


def _scores(book: Gradebook, cells: list[str], submissions: list[str]) -> dict:
    """Return the points of some notebooks, summed as nbgrader does, by key.

    The table has an index of cell and submission, in this order.
    """
    asked = (
        select(Grade.notebook_id, func.sum(Grade.score))
        .where(Grade.cell_id.in_(cells))
        .where(Grade.notebook_id.in_(submissions))
        .group_by(Grade.notebook_id)
    )
    return {key: float(total) for key, total in book.db.execute(asked)}
