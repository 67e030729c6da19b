"""The kept history of attempts: who handed in what, when, and what became of it."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import (
    Connection,
    DateTime,
    String,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import NullPool

from autograder.errors import CourseError

WAITING, WRITING, DONE = "waiting", "graded", "done"
REFUSED, FAILED = "refused", "failed"
PATIENCE = 5  # seconds


def now() -> datetime:
    """Return the time in UTC as databases keep it: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """Of the tables of this module."""


class Attempt(Base):
    """One submission."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("assignment", "student", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # in order of arrival
    assignment: Mapped[str] = mapped_column(String(128), index=True)
    student: Mapped[str] = mapped_column(String(128))
    number: Mapped[int]  # of the learner's attempts at the assignment, from 1
    # The inbox and the name in it: nothing is taken twice.
    origin: Mapped[str] = mapped_column(String(512), unique=True)
    # When it was handed in, as it says itself, in UTC.
    submitted: Mapped[datetime | None] = mapped_column(DateTime())
    received: Mapped[datetime] = mapped_column(DateTime())  # when it was seen
    # ``waiting``, ``graded`` (but not yet in the gradebook), ``done``, ``refused``, or
    # ``failed`` (a person has to look).
    state: Mapped[str] = mapped_column(String(16), index=True, default=WAITING)
    # When its page was released.
    finished: Mapped[datetime | None] = mapped_column(DateTime())
    # Why it was refused or failed, or what a person should know.
    reason: Mapped[str] = mapped_column(String(500), default="")
    # Of functions, before penalties.
    points: Mapped[float | None]
    out_of: Mapped[float | None]
    # Whether it came after the learner's due date.
    late: Mapped[bool] = mapped_column(default=False)
    # Whether its marks are those of the gradebook.
    counts: Mapped[bool] = mapped_column(default=False)
    shown: Mapped[str] = mapped_column(String(16), default="")  # what its page shows
    tries: Mapped[int] = mapped_column(default=0)  # how often it was begun

    @property
    def folder(self) -> str:
        """Where its files are kept, below ``attempts/``."""
        return f"{self.assignment}/{self.student}/{self.number}"


class Attempts:
    """The database of attempts.

    `url` is for SQLAlchemy.

    Raises
    ------
    CourseError
        If it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        # No connection outlives its session: workers are forked from this process.
        sqlite = url.startswith("sqlite")
        more = {"connect_args": {"timeout": PATIENCE}} if sqlite else {}
        try:
            self._engine = create_engine(url, poolclass=NullPool, **more)
            if sqlite:
                event.listen(self._engine, "connect", _durable)
            Base.metadata.create_all(self._engine)
        except (SQLAlchemyError, ImportError) as problem:
            raise CourseError(
                f"the database of attempts cannot be opened: {_plainly(problem)} "
                f"({make_url(url).render_as_string()})"
            ) from None
        self._lock: Connection | None = None

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Yield a session; what is done in it is kept whole or not at all."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def alone(self) -> bool:
        """Keep services on other machines away; False if there is one.

        A lock of the database's own, which ends with this process or by `close`.
        SQLite has none, and no other machine either.
        """
        if self._engine.dialect.name != "postgresql":
            return True
        self._lock = connection = self._engine.connect()
        asked = func.pg_try_advisory_lock(func.hashtext("autograder service"))
        return bool(connection.execute(select(asked)).scalar())

    def close(self) -> None:
        """Let other services in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def origins(self) -> set[str]:
        """Return all that was ever taken."""
        with self.session() as session:
            return set(session.scalars(select(Attempt.origin)))

    def add(self, attempt: Attempt) -> Attempt:
        """Add an attempt under the learner's next number."""
        with self.session() as session:
            latest = session.scalar(
                select(func.max(Attempt.number)).where(
                    Attempt.assignment == attempt.assignment,
                    Attempt.student == attempt.student,
                )
            )
            attempt.number = (latest or 0) + 1
            session.add(attempt)
        return attempt

    def save(self, *attempts: Attempt) -> None:
        """Keep what was changed in some attempts, all or nothing."""
        with self.session() as session:
            for attempt in attempts:
                session.merge(attempt)

    def in_state(self, *states: str) -> list[Attempt]:
        """Return attempts in order of arrival."""
        with self.session() as session:
            query = select(Attempt).where(Attempt.state.in_(states))
            return list(session.scalars(query.order_by(Attempt.id)))

    def of(self, assignment: str, student: str = "") -> list[Attempt]:
        """Return the attempts at an assignment, of one learner or all."""
        query = select(Attempt).where(Attempt.assignment == assignment)
        if student:
            query = query.where(Attempt.student == student)
        with self.session() as session:
            ordered = query.order_by(Attempt.student, Attempt.number)
            return list(session.scalars(ordered))


def _durable(connection: object, _: object) -> None:
    """Have SQLite write so that neither a kill nor a power cut loses anything."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _plainly(problem: Exception) -> str:
    return str(getattr(problem, "orig", None) or problem)[:300]
