"""The loop that takes submissions in, has them graded, and returns their pages.

Every step can be done again: an attempt is in the database before anything is made
of it, and done only when its marks and its page are out. So the service may be
killed at any point, and a full disk or a locked gradebook costs time alone.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder.errors import CourseError
from autograder.files import write_atomically
from autograder.names import plain, unusable
from autograder.nbgrader.attempt_pages import (
    AttemptPages,
    brief,
    plain_page,
    points_of,
    release_page,
)
from autograder.nbgrader.course import Course
from autograder.nbgrader.late import due_dates, handed_in_at
from autograder.nbgrader.submitted_files import write_files
from autograder.service.attempts import (
    DONE,
    FAILED,
    REFUSED,
    WAITING,
    WRITING,
    Attempt,
    Attempts,
    now,
)
from autograder.service.desk import Desk, Outcome, Queue
from autograder.service.inbox import (
    Arrival,
    Inbox,
    copy_small,
    copy_submission,
    owner_of,
    remove_copy,
    size_of,
)
from autograder.service.monitor import Metrics, Monitor
from autograder.service.settings import GradingService, Policy, service_settings
from helpers.strings import text

log = logging.getLogger("autograder.service")

MOST_TRIES = 3
RETRY = 5  # seconds before something is tried again
SAY_AGAIN = 600  # seconds before the same problem is logged again
AHEAD = 3  # attempts that a desk holds, for each job
MEGABYTE = 1_000_000
MOST_SAID = 1_000  # lines about what cannot be taken in
IDLE = 900  # seconds after which an assignment's workers end
REOPEN = 20  # seconds between two looks for due dates that have passed
# Problems of the machine or of another program, not of a submission.
PASSING = (OSError, SQLAlchemyError, CourseError)


def database_url(course: Course, settings: GradingService) -> str:
    """Return the URL of a course's database of attempts."""
    return settings.database or f"sqlite:///{course.root / 'attempts.db'}"


def attempts_of(course: Course, assignment: str) -> list[Attempt]:
    """Return the attempts at an assignment; none where no service ever ran."""
    settings = service_settings(course.config)
    if not settings.database and not (course.root / "attempts.db").exists():
        return []
    return Attempts(database_url(course, settings)).of(assignment)


class Server:
    """A course's service.

    Raises
    ------
    CourseError
        If another service is at work on this course, or a setting is wrong.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.settings = service_settings(course.config)
        known = course.assignments()
        for assignment in {*known, *self.settings.assignments}:
            self.settings.policy(assignment)  # which says what is wrong
            if assignment not in known:
                log.warning(
                    "c.GradingService.assignments: there is no assignment %r yet; "
                    "known: %s",
                    assignment,
                    ", ".join(known) or "none",
                )
        with contextlib.ExitStack() as held:
            held.callback(os.close, _locked(course.root))
            self.inboxes = self._inboxes()
            # Forked before the database is locked by a connection.
            self.monitor = Monitor(self.settings.port) if self.settings.port else None
            if self.monitor is not None:
                held.callback(self.monitor.close)
            self.attempts = Attempts(database_url(course, self.settings))
            held.callback(self.attempts.close)
            if not self.attempts.alone():
                raise CourseError(TAKEN)
            self._begin()
            # Of what could not begin, nothing is left that keeps others away.
            self._held = held.pop_all()

    def _begin(self) -> None:
        self.metrics = Metrics()
        self.pages = AttemptPages(self.course)
        self._jobs = self.settings.jobs or len(os.sched_getaffinity(0))
        self._desks: dict[str, Desk] = {}
        self._used: dict[str, float] = {}
        self._known = self.attempts.origins()
        self._unwritten: dict[int, tuple[float, Outcome]] = {}
        self._untold: dict[int, tuple[float, Attempt]] = {
            one.id: (0.0, one)
            for one in self.attempts.in_state(REFUSED)
            if one.finished is None
        }
        # Until when an attempt, or an assignment, is left alone.
        self._later: dict[int | str, float] = {}
        self._dates: dict[str, tuple[float, dict[str, datetime]]] = {}
        self._problem = ""
        self._said_once: set[str] = set()
        self._logged: dict[str, float] = {}
        self._opened = 0.0
        self._looked = 0.0
        self.stopping = False
        # What was being worked on when the service ended is begun again: what is
        # known of it already costs nothing.
        for attempt in self.attempts.in_state(WRITING, FAILED):
            attempt.state, attempt.tries = WAITING, 0
            self.attempts.save(attempt)
        self._waiting = Queue(self.attempts.in_state(WAITING))

    def _inboxes(self) -> list[Inbox]:
        found = []
        if self.settings.exchange and "root" in self.course.config.Exchange:
            root = Path(str(self.course.config.Exchange.root))
            path = root / self.course.directory.course_id / "inbound"
            found.append(Inbox("exchange", path, max(60.0, self.settings.settle)))
        if self.settings.folder:
            folder = Path(self.settings.folder)
            if not folder.is_dir():
                raise CourseError(f"c.GradingService.folder: there is no {folder}")
            path = folder / "inbox"
            with contextlib.suppress(OSError):  # it may come from elsewhere
                path.mkdir(exist_ok=True)
            found.append(Inbox("folder", path, self.settings.settle))
        if not found:
            raise CourseError(
                "there is nothing to watch: set c.Exchange.root or "
                "c.GradingService.folder in nbgrader_config.py"
            )
        return found

    def run(self) -> None:
        """Work until ``stopping`` is set."""
        self._tell()
        while not self.stopping:
            if not self.step():
                time.sleep(self.settings.poll)

    def step(self) -> bool:
        """Do what there is to do; return whether more is under way."""
        self._problem = ""
        with self._passing("taking in"):
            if time.monotonic() - self._looked >= self.settings.poll:
                self._looked = time.monotonic()
                self._receive()
        with self._passing("starting"):
            self._start()
        for assignment, desk in list(self._desks.items()):
            if desk.load:
                self._used[assignment] = time.monotonic()
                with self._passing("grading"):
                    outcome = desk.step()
                    if outcome is not None:
                        self._finish(outcome)
        for when, outcome in list(self._unwritten.values()):
            if when <= time.monotonic():
                self._write(outcome)
        for when, attempt in list(self._untold.values()):
            if when <= time.monotonic():
                self._refuse(attempt)
        with self._passing("opening"):
            if time.monotonic() - self._opened >= REOPEN:
                self._opened = time.monotonic()
                self._open_after_due()
                self._close_idle()
        self._tell()
        return any(desk.load for desk in self._desks.values())

    @contextlib.contextmanager
    def _passing(self, what: str) -> Iterator[None]:
        """Go on after a problem that does not concern one submission."""
        try:
            yield
        except PASSING as problem:
            self._report(what, problem)

    def _report(self, what: str, problem: Exception) -> None:
        said = f"{what}: {type(problem).__name__}: {problem}"[:300]
        self._problem = plain(said)
        self.metrics.problems.inc()
        # What is tried again every few seconds is said once in a while.
        moment = time.monotonic()
        if moment - self._logged.get(self._problem, -SAY_AGAIN) >= SAY_AGAIN:
            if len(self._logged) >= MOST_SAID:
                self._logged.clear()
            self._logged[self._problem] = moment
            log.warning("%s", self._problem)

    def _receive(self) -> None:
        """Copy what is complete, and note it."""
        assignments = set(self.course.assignments())
        # Whose earlier work could not be taken in: later work must not overtake it.
        behind: set[tuple[str, str]] = set()
        for inbox in self.inboxes:
            for arrival in inbox.arrivals(self._known):
                if (arrival.student, arrival.assignment) in behind:
                    continue
                if arrival.assignment not in assignments:
                    self._say_once(
                        arrival.path,
                        f"waits until {plain(arrival.assignment)} is generated",
                    )
                    continue
                why = unusable(arrival.student)
                if why or arrival.student.startswith("."):
                    log.warning("%s: not a learner's name", plain(arrival.path.name))
                    self._known.add(arrival.origin)
                    continue
                try:
                    self._take(arrival)
                except PASSING as problem:
                    self._report(f"taking in {plain(arrival.path.name)}", problem)
                    if not isinstance(problem, PermissionError):
                        behind.add((arrival.student, arrival.assignment))

            for path in inbox.misnamed if len(self._said_once) < MOST_SAID else []:
                self._say_once(
                    path,
                    "is not taken in: a submission is a folder "
                    "STUDENT+ASSIGNMENT+ANYTHING; rename it",
                )

    def _say_once(self, path: Path, what: str) -> None:
        """Say what becomes of something in an inbox, and not at every look."""
        said = f"{plain(str(path))} {what}"
        if said not in self._said_once and len(self._said_once) < MOST_SAID:
            self._said_once.add(said)
            log.warning("%s", said)

    def _take(self, arrival: Arrival) -> None:
        attempt = Attempt(
            assignment=arrival.assignment,
            student=arrival.student,
            origin=arrival.origin,
            received=now(),
        )
        # First the copy: what is in the database has files.
        draft = self.course.root / "attempts" / ".incoming"
        forged = self._is_forged(arrival)
        if forged:  # nobody fills this disk, or takes this time, in others' names
            copy_small(arrival.path, draft)
            left_out = ""
        else:
            left_out = copy_submission(arrival.path, draft)
        attempt.submitted = handed_in_at(draft)
        if attempt.submitted is None:
            # Work without a time would keep the one of an earlier attempt.
            stamp = f"{attempt.received:%Y-%m-%d %H:%M:%S} UTC"
            write_files(draft, {"timestamp.txt": stamp.encode()})
        earlier = self.attempts.of(attempt.assignment, attempt.student)
        policy = self.settings.policy(attempt.assignment)
        due = self._due(attempt)
        when = attempt.submitted or attempt.received
        attempt.late = due is not None and when > due
        attempt.state, refusal = self._judged(forged, attempt, earlier, policy)
        attempt.reason = refusal or (f"left out: {left_out}" if left_out else "")
        # Names of folders are numbers, which the database gives; a copy that was
        # left there by a service that was killed is replaced.
        attempt.number = 1 + max((one.number for one in earlier), default=0)
        folder = self._folder(attempt)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _renamed(draft, folder)
        self._make_room(earlier)
        self.attempts.add(attempt)
        self._known.add(arrival.origin)
        if attempt.state == REFUSED:
            self._refuse(attempt)
        else:
            self._waiting.add(attempt)

    def _due(self, attempt: Attempt) -> datetime | None:
        """Return when an attempt is due; asked anew every few seconds."""
        asked, dates = self._dates.get(attempt.assignment, (0.0, {}))
        if not asked or time.monotonic() - asked > RETRY:
            dates = due_dates(self.course, attempt.assignment)
            self._dates[attempt.assignment] = (time.monotonic(), dates)
        return dates.get(attempt.student, dates.get(""))

    def _make_room(self, earlier: list[Attempt]) -> None:
        """Remove copies of a learner's oldest attempts, where all take too much."""
        most = self.settings.copies_megabytes * MEGABYTE
        sizes = {one.id: size_of(self._folder(one)) for one in earlier}
        total = sum(sizes.values())
        for one in sorted(earlier, key=lambda one: one.number):
            over = one.state in (DONE, REFUSED) and one.finished is not None
            if total > most and over and not one.counts and sizes[one.id]:
                remove_copy(self._folder(one))
                total -= sizes[one.id]

    def _is_forged(self, arrival: Arrival) -> bool:
        """Return whether a submission is another user's than it says."""
        exchange = arrival.origin.startswith("exchange:")
        checked = exchange and self.settings.check_owner
        return checked and owner_of(arrival.path) != arrival.student

    def _judged(
        self, forged: bool, attempt: Attempt, earlier: list[Attempt], policy: Policy
    ) -> tuple[str, str]:
        """Return whether an attempt is graded, or refused and why."""
        if forged:
            return REFUSED, text("service.not_owner")
        if attempt.late and policy.late == "refuse":
            return REFUSED, text("service.too_late")
        graded = sum(one.state != REFUSED for one in earlier)
        if policy.attempts and graded >= policy.attempts:
            return REFUSED, text("service.too_many", attempts=policy.attempts)
        return WAITING, ""

    def _folder(self, attempt: Attempt) -> Path:
        return self.course.root / "attempts" / attempt.folder / "files"

    def _start(self) -> None:
        """Give desks the next attempts, in a fair order."""
        for attempt in self._waiting:
            name, moment = attempt.assignment, time.monotonic()
            if any(self._later.get(key, 0.0) > moment for key in (name, attempt.id)):
                continue
            try:
                desk = self._desk(name)
            except PASSING as problem:
                self._later[name] = moment + RETRY
                self._report(f"{name} cannot be graded", problem)
                continue
            if desk.holds(attempt.student) or desk.load >= AHEAD * self._jobs:
                continue
            if self._resting(attempt):  # which asks the database
                continue
            self._waiting.begin(attempt)
            try:
                outcome = desk.put(attempt, self._folder(attempt))
            except OSError as problem:
                self._again(attempt, f"{type(problem).__name__}: {problem}")
                continue
            if not outcome.notebooks:
                attempt.reason = text("service.no_notebook")
                self._refuse(attempt)

    def _resting(self, attempt: Attempt) -> bool:
        """Return whether an attempt has to wait for the pause after the last one."""
        policy = self.settings.policy(attempt.assignment)
        if not policy.pause:
            return False
        earlier = [
            one.finished
            for one in self.attempts.of(attempt.assignment, attempt.student)
            if one.number < attempt.number and one.finished and one.state == DONE
        ]
        if not earlier:
            return False
        left = policy.pause - (now() - max(earlier)).total_seconds()
        if left <= 0:
            return False
        self._later[attempt.id] = time.monotonic() + left
        until = now() + timedelta(seconds=left, minutes=1)  # the next whole minute
        when = _minute(until)
        with self._passing("telling a learner"):
            said = text("service.pause", number=attempt.number, time=when)
            self._release_plain(attempt, said)
        return True

    def _desk(self, assignment: str) -> Desk:
        desk = self._desks.get(assignment)
        if desk is not None and not desk.current and not desk.load:
            self._desks.pop(assignment).close()
            desk = None
        if desk is None:
            desk = self._desks[assignment] = Desk(self.course, assignment, self._jobs)
            self._used[assignment] = time.monotonic()
        return desk

    def _close_idle(self) -> None:
        for assignment, desk in list(self._desks.items()):
            if not desk.load and time.monotonic() - self._used[assignment] > IDLE:
                self._desks.pop(assignment).close()

    def _finish(self, outcome: Outcome) -> None:
        """Keep what workers made of an attempt, then write it."""
        attempt = outcome.attempt
        if outcome.error:
            self._again(attempt, outcome.error)
            return
        points = [points_of(one.text) for one in outcome.finished.values()]
        attempt.points = round(sum(one.earned for one in points), 2)
        out_of = outcome.missed + sum(one.out_of for one in points)
        attempt.out_of = round(out_of, 2)
        self._write(outcome)

    def _again(self, attempt: Attempt, why: str) -> None:
        """Try an attempt again later, or give it to a person."""
        attempt.tries += 1
        attempt.reason = plain(why)[:500]
        log.error("%s of %s: %s", attempt.assignment, attempt.student, attempt.reason)
        if attempt.tries < MOST_TRIES:
            self._later[attempt.id] = time.monotonic() + RETRY
            self._waiting.add(attempt)
        else:
            attempt.state = FAILED
            self._count(attempt)
            with self._passing("telling a learner"):
                self._release_plain(attempt, text("service.failed"))
        with self._passing("noting a fault"):
            self.attempts.save(attempt)

    def _write(self, outcome: Outcome) -> None:
        """Write marks where they count, release the page, note that it is done."""
        attempt = outcome.attempt
        self._unwritten.pop(attempt.id, None)
        try:
            for name, finished in outcome.finished.items():
                self._keep(attempt, name, finished.text)
            others = [
                one
                for one in self.attempts.of(attempt.assignment, attempt.student)
                if one.id != attempt.id and one.state == DONE
            ]
            policy = self.settings.policy(attempt.assignment)
            counting = _counting([*others, attempt], policy)
            attempt.counts = counting is attempt
            if attempt.counts:
                # It may have been closed while the gradebook was locked.
                problem = self._desk(attempt.assignment).write(outcome)
                if problem:
                    raise CourseError(problem)
            changed = [one for one in others if one.counts and attempt.counts]
            for one in changed:
                one.counts = False
            attempt.shown = self._shown(attempt, policy)
            self._release(attempt, counting)
            for one in changed:  # its page says that it counts
                self._release(one, counting)
            attempt.state, attempt.finished = DONE, now()
            self.attempts.save(attempt, *changed)
        except PASSING as problem:
            self._report(f"writing {attempt.student}", problem)
            attempt.state, attempt.counts = WRITING, False
            self._unwritten[attempt.id] = (time.monotonic() + RETRY, outcome)
            with self._passing("noting what waits"):
                self.attempts.save(attempt)
            return
        except Exception as problem:  # a fault of ours stays with this attempt
            log.exception("%s of %s", attempt.assignment, attempt.student)
            self._again(attempt, f"{type(problem).__name__}: {problem}")
            return
        self._count(attempt)
        seconds = (attempt.finished - attempt.received).total_seconds()
        self.metrics.seconds.labels(attempt.assignment).observe(seconds)

    def _keep(self, attempt: Attempt, notebook: str, finished: str) -> None:
        write_atomically(self._graded(attempt) / f"{notebook}.ipynb", finished)

    def _graded(self, attempt: Attempt) -> Path:
        return self._folder(attempt).with_name("graded")

    def _shown(self, attempt: Attempt, policy: Policy) -> str:
        """Return what an attempt's page may show now."""
        due = self._due(attempt)
        over = due is not None and now() > due
        return "all" if over else policy.before_due

    def _release(self, attempt: Attempt, counting: Attempt) -> None:
        """Make the pages of an attempt and put them where the learner finds them."""
        said = self._said(attempt, counting)
        for path in sorted(self._graded(attempt).glob("*.ipynb")):
            finished = path.read_text(encoding="utf-8")
            if attempt.shown == "all":
                page = self.pages.whole(attempt.assignment, path.stem, finished, said)
            else:
                page = brief(path.stem, finished, said, attempt.shown == "hints")
            self._put(attempt, path.stem, page)

    def _said(self, attempt: Attempt, counting: Attempt) -> list[str]:
        policy = self.settings.policy(attempt.assignment)
        said = [
            text(
                "service.attempt_of" if policy.attempts else "service.attempt",
                number=attempt.number,
                attempts=policy.attempts,
                time=_minute(attempt.submitted or attempt.received),
            )
        ]
        if attempt.late:
            said.append(text("service.late"))
        if counting.id == attempt.id:
            said.append(text("service.counts"))
        else:
            said.append(text("service.counts_not", number=counting.number))
        return said

    def _refuse(self, attempt: Attempt) -> None:
        """Tell the learner why an attempt is not graded, now or as soon as possible."""
        attempt.state = REFUSED
        try:
            self._release_plain(attempt, attempt.reason)
            attempt.finished = now()
            self.attempts.save(attempt)
        except PASSING as problem:
            attempt.finished = None
            self._untold[attempt.id] = time.monotonic() + RETRY, attempt
            self._report(f"refusing {attempt.student}", problem)
            return
        self._untold.pop(attempt.id, None)
        self._count(attempt)

    def _release_plain(self, attempt: Attempt, said: str) -> None:
        for notebook in self.course.notebooks(attempt.assignment):
            page = plain_page(notebook, [f"<p>{escape(said)}</p>"])
            self._put(attempt, notebook, page)

    def _put(self, attempt: Attempt, notebook: str, page: str) -> None:
        kind, _, name = attempt.origin.partition(":")
        folder = self._folder(attempt)
        if kind == "folder":
            out = Path(self.settings.folder, "feedback", name)
            write_atomically(out / f"{notebook}.html", page)
        else:
            release_page(
                self.course, attempt.assignment, attempt.student, folder, notebook, page
            )

    def _count(self, attempt: Attempt) -> None:
        self.metrics.attempts.labels(attempt.assignment, attempt.state).inc()

    def _open_after_due(self) -> None:
        """Show all of the attempts whose due date has passed since."""
        done = [one for one in self.attempts.in_state(DONE) if one.shown != "all"]
        for attempt in done:
            policy = self.settings.policy(attempt.assignment)
            if self._shown(attempt, policy) != "all":
                continue
            attempt.shown = "all"
            every = self.attempts.of(attempt.assignment, attempt.student)
            counting = next((one for one in every if one.counts), attempt)
            self._release(attempt, counting)
            self.attempts.save(attempt)

    def _tell(self) -> None:
        if self.monitor is None:
            return
        waiting = len(self._waiting) + len(self._unwritten) + len(self._untold)
        waiting += sum(desk.load for desk in self._desks.values())
        self.metrics.waiting.set(waiting)
        again = self._problem or self._unwritten or self._untold
        status = "retrying" if again else "ok"
        self.monitor.tell(self.metrics.text(), {"status": status, "waiting": waiting})

    def close(self) -> None:
        """End workers and monitor; what is open stays in the database."""
        for desk in self._desks.values():
            desk.close()
        self._held.close()


TAKEN = "another service is at work on this course: end it first"


def _locked(root: Path) -> int:
    """Keep other services on this machine away.

    A record lock belongs to this process alone: workers do not inherit it.
    """
    folder = root / ".cache" / "grading"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "service.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise CourseError(TAKEN) from None
    return handle


def _counting(attempts: list[Attempt], policy: Policy) -> Attempt:
    """Return which of a learner's graded attempts counts."""
    if policy.counting == "last":
        return max(attempts, key=lambda one: one.number)
    in_time = [one for one in attempts if not one.late] or attempts
    # Of equal ones the first: a later one would change nothing but the date.
    return max(in_time, key=lambda one: (one.points or 0.0, -one.number))


def _renamed(source: Path, target: Path) -> None:
    """Rename a folder, over one that was left behind."""
    shutil.rmtree(target, ignore_errors=True)
    source.rename(target)


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"
