"""What instructors set for the service, for all assignments or for one."""

from dataclasses import dataclass, fields

from traitlets import Bool, Dict, Enum, Float, Int, TraitError, Unicode
from traitlets.config import Config, LoggingConfigurable

from autograder.errors import CourseError

SHOWN = ("public", "hints", "all")
COUNTING = ("last", "best")
LATE = ("accept", "refuse")
MOST_JOBS = 1_024
MOST_PORT = 65_535
MOST_MEGABYTES = 1_000_000


@dataclass(frozen=True)
class Policy:
    """What holds for attempts at one assignment."""

    attempts: int = 0  # how many are graded; 0 for any number
    # Seconds between two attempts; what comes sooner waits that long.
    pause: float = 0.0
    # What is shown before the due date: ``public`` checks only, marks and ``hints``, or
    # ``all``. Afterwards all is shown.
    before_due: str = "all"
    counting: str = "last"  # which attempt counts: the ``last`` one or the ``best``
    # ``accept`` late work, with the penalties of nbgrader's settings, or ``refuse`` it.
    late: str = "accept"


class GradingService(LoggingConfigurable):
    """Where submissions come from, and what holds for them."""

    exchange = Bool(True, help="Whether to watch nbgrader's exchange.").tag(config=True)
    folder = Unicode(
        "",
        help="""A folder to watch besides: submissions in inbox/, each in a folder
        STUDENT+ASSIGNMENT+ANYTHING; pages go to feedback/, under the same name.""",
    ).tag(config=True)
    database = Unicode(
        "",
        help="""URL of the database of attempts, for SQLAlchemy; attempts.db in the
        course's folder by default.""",
    ).tag(config=True)
    jobs = Int(
        0,
        min=0,
        max=MOST_JOBS,
        help="Notebooks at a time; 0: as many as there are cores.",
    ).tag(config=True)
    port = Int(
        8899,
        min=0,
        max=MOST_PORT,
        help="Port of health and metrics on loopback; 0: none.",
    ).tag(config=True)
    poll = Float(
        0.5, min=0.01, max=60.0, help="Seconds between two looks into the inboxes."
    ).tag(config=True)
    settle = Float(
        2.0,
        min=0.0,
        help="""Seconds for which nothing may have changed in a submission of which
        nothing says that it is complete.""",
    ).tag(config=True)
    copies_megabytes = Int(
        1_000,
        min=0,
        max=MOST_MEGABYTES,
        help="""Megabytes that the kept copies of a learner's attempts at an assignment
        may take; 0: only attempts that count, or are not graded yet, have one.""",
    ).tag(config=True)
    check_owner = Bool(
        True,
        help="""Whether a submission in the exchange must belong to the system user
        whom it names. Unset it only where all learners' servers run as one user.""",
    ).tag(config=True)
    attempts = Int(0, min=0, help="How many attempts are graded; 0: any number.").tag(
        config=True
    )
    pause = Float(0.0, min=0.0, help="Seconds between two attempts of a learner.").tag(
        config=True
    )
    before_due = Enum(
        SHOWN,
        "all",
        help="What is shown before the due date: public checks, marks and hints, all.",
    ).tag(config=True)
    counting = Enum(COUNTING, "last", help="Which attempt counts.").tag(config=True)
    late = Enum(
        LATE, "accept", help="Whether late work is graded, with penalties."
    ).tag(config=True)
    assignments = Dict(
        key_trait=Unicode(),
        value_trait=Dict(),
        help="""What holds otherwise for single assignments, such as
        {"01_logistic_regression": {"attempts": 5, "before_due": "hints"}}.""",
    ).tag(config=True)

    def policy(self, assignment: str) -> Policy:
        """Return what holds for an assignment.

        Raises
        ------
        CourseError
            If a setting is unknown or has a value that it cannot have.
        """
        names = [field.name for field in fields(Policy)]
        values = {name: getattr(self, name) for name in names}
        own = self.assignments.get(assignment, {})
        where = f"c.GradingService.assignments[{assignment!r}]"
        for name, value in own.items():
            if name not in names:
                raise CourseError(f"{where}: {name!r} is none of {', '.join(names)}")
            try:  # in one of its own, which checks it
                values[name] = getattr(GradingService(**{name: value}), name)
            except TraitError:
                raise CourseError(f"{where}: {name} cannot be {value!r}") from None
        return Policy(**values)


def service_settings(config: Config) -> GradingService:
    """Return the settings of the service.

    Raises
    ------
    CourseError
        If one has a value that it cannot have.
    """
    try:
        return GradingService(config=config)
    except TraitError as problem:
        raise CourseError(f"c.GradingService: {problem}") from None
