"""Submissions in: the archives that Moodle and Canvas hand to instructors.

Two plugins for ``nbgrader zip_collect``, set in ``nbgrader_config.py``. The first
finds out whose each file is, takes the notebooks out, within bounds for each learner,
and puts one of each into a folder of its own; the second hands these on. No file is
ever written under a name that a learner gave.
"""

import contextlib
import datetime
import filecmp
import logging
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import find_all_notebooks
from traitlets import Integer, List, Unicode

from autograder.copies import is_touched, notebook_in
from autograder.files import digest_of_file, files_below
from autograder.lms_names import (
    CANVAS,
    MOODLE,
    Name,
    lms_of,
    notebook_of,
    read_name,
)
from autograder.names import plain, unusable
from autograder.nbgrader.archives import (
    CHUNK,
    MOST_PARTS,
    Left,
    Member,
    Refused,
    members,
    opened,
    read_member,
)
from autograder.nbgrader.returning import remember_names, renamed
from autograder.nbgrader.worksheets import IDENTITY, Participants, read_worksheets
from autograder.store import Store, StoreError, read_stores

LONGEST_SHOWN = 200
MOST_PROBLEMS = 10  # said of one learner
# How nbgrader begins what it says of each file.
A_LINE_A_FILE = ("Copying ", "Parsing file:", "Directory not found. Creating:")
A_DAY = datetime.timedelta(days=1)  # clocks differ
OF_THE_SYSTEM = ("__MACOSX", ".ipynb_checkpoints")
Read = Callable[[IO[bytes], Left], None]


@dataclass(frozen=True)
class Upload:
    """A file below a name that the LMS gave, in an archive or beside it."""

    parts: tuple[str, ...]  # its path; at one place in it is the LMS's name
    time: datetime.datetime | None  # when it was changed
    read: Read  # writes its bytes, as far as the learner may still take some


@dataclass(frozen=True)
class Candidate:
    """A file that may be the notebook that is collected."""

    path: PurePosixPath  # where it lies, as a learner knows it
    name: Name  # what the LMS says of the upload
    time: datetime.datetime  # when it was changed; long ago where nobody knows
    copy: int  # the number that its name has as a copy
    read: Read  # writes its bytes

    def rank(self) -> tuple[tuple[str, object], ...]:
        """Return what decides between candidates, in order, and how to say it."""
        return (
            ("is a later upload", self.name.upload),
            ("is newer", self.time),
            ("lies less deep", -len(self.path.parts)),
            ("is a later copy", self.copy),
            ("comes later by name", str(self.path)),
        )


@dataclass
class Learner:
    """What there is of a learner."""

    student: str
    shown: str  # name and number, as the LMS says them
    left: Left  # what may still be unpacked
    # What was handed in: the LMS's name, the path below it, and the file.
    uploads: list[tuple[Name, tuple[str, ...], Upload]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # what was left out, and why
    taken: int = 0  # notebooks that were collected
    replaced: int = 0  # copies that others replace
    # What the LMS put before the name of each notebook that was collected.
    names: dict[str, str] = field(default_factory=dict)
    archives: list[str] = field(default_factory=list)  # where it was
    lost: bool = False  # whether something may be missing that was handed in

    def leave(self, path: PurePosixPath | str, why: str) -> None:
        """Note what was left out."""
        self.problems.append(f"{_shown(str(path))}: {why}")

    def lose(self, path: PurePosixPath | str, why: str) -> None:
        """Note what was left out though it may be work."""
        self.leave(path, why)
        self.lost = True


class BoundedExtractor(ExtractorPlugin):
    """Take learners' notebooks out of archives, within bounds for each learner."""

    max_file_megabytes = Integer(
        20, help="The largest notebook taken out of an archive."
    ).tag(config=True)
    max_learner_megabytes = Integer(
        200, help="The most unpacked of one learner's archives and notebooks."
    ).tag(config=True)
    max_files = Integer(
        200, help="The most notebooks and archives unpacked for one learner."
    ).tag(config=True)
    max_ratio = Integer(
        200, help="The largest size of a file for each byte that it has when packed."
    ).tag(config=True)

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.log.addFilter(_is_news)
        self.taken: dict[str, dict[str, str]] = {}
        self.learners: dict[str, Learner] = {}
        self.refused: list[str] = []
        self.incomplete: list[str] = []
        self.looked = False
        self._students: dict[str, str] = {}
        self._participants = Participants({}, {}, [])
        self._notebooks: list[str] = []
        self._stores: dict[str, Store] = {}
        # nbgrader asks for nothing once the files are in their places.
        place = self.parent.process_extracted_files
        self.parent.process_extracted_files = partial(self._finish, place)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Take the notebooks out of everything in ``archive_path``.

        A learner's own zip within the LMS's is unpacked too, one level deep.
        """
        source, target = Path(archive_path), Path(extracted_path)
        self.taken, self.learners, self.refused, self.incomplete = {}, {}, [], []
        self.looked = True
        collector = self.parent.collector_plugin_inst
        if not isinstance(collector, LmsCollector):
            collector = LmsCollector(parent=self.parent)
        patterns = collector.patterns()
        known = collector.known_students()
        self._students = known.numbers
        self._participants = read_worksheets(
            source, tuple(collector.identity), known.people
        )
        with contextlib.ExitStack() as stack:
            for archive, group in self._groups(source, patterns, stack).items():
                self._assign(archive, group, patterns)
            self._notebooks, self._stores = collector.notebooks(), collector.stores()
            for learner in self.learners.values():
                try:
                    self._collect(learner, target / learner.student)
                except Exception as error:  # nobody else's work waits for this
                    learner.lose("collecting", _reason(error))
                if learner.lost or not learner.taken:
                    self.incomplete += learner.archives
        now = {one.student: one.names for one in self.learners.values() if one.names}
        for old, new in renamed(source.parent, now).items():
            self._set_aside(old, new, source.parent / "replaced")
        remember_names(source.parent, now)
        for problem in self._participants.problems:
            self.log.warning("Grading worksheet: %s", problem)
        if not self.taken:
            self.summarize()

    def _set_aside(self, old: str, new: str, kept: Path) -> None:
        """Keep work elsewhere that was collected under another id of the learner."""
        course = self.parent.coursedir
        submitted = Path(
            course.format_path(course.submitted_directory, old, course.assignment_id)
        )
        if not submitted.is_dir() or unusable(old):
            return
        kept.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(kept / old, ignore_errors=True)
        shutil.move(submitted, kept / old)
        for learner in self.learners.values():
            if learner.student == new:
                self.incomplete += learner.archives
        self.log.warning(
            "%s is known as %s now: what was collected as %s was moved to %s; "
            "`nbgrader db student remove %s` takes it out of the gradebook",
            *map(_shown, (old, new, old, str(kept / old), old)),
        )

    def _finish(self, place: Callable[[], None]) -> None:
        """Put what was collected into its places; then fail where not all was."""
        if not self.looked:
            self.parent.fail(
                "There is no archive: put the zip of the LMS into downloaded/"
                f"{self.parent.coursedir.assignment_id}/archive/"
            )
        place()
        if self.incomplete:
            names = ", ".join(map(_shown, dict.fromkeys(self.incomplete)))
            self.parent.fail(
                f"Not everything in {names} was collected as it was handed in: the "
                "lines above say what and why. Everything else was collected."
            )
        if not self.taken:
            self.parent.fail("Nothing was collected: no file is a learner's notebook.")

    def summarize(self) -> None:
        """Say how many learners' work was collected, and of whom none was."""
        learners = self.learners.values()
        self.log.info(
            "Collected work of %d learners: %d notebooks; %d replaced copies left out",
            sum(learner.taken > 0 for learner in learners),
            sum(learner.taken for learner in learners),
            sum(learner.replaced for learner in learners),
        )
        without = [learner for learner in learners if not learner.taken]
        if without:
            self.log.warning("Nothing was collected of %d learners:", len(without))
        for learner in without:
            why = "; ".join(learner.problems[:MOST_PROBLEMS]) or "no notebook"
            self.log.warning("  %s: %s", learner.shown, why)
        for line in self.refused:
            self.log.warning("  refused: %s", line)

    def _groups(
        self, source: Path, patterns: list[str], stack: contextlib.ExitStack
    ) -> dict[str, list[Upload]]:
        """Return what is in each archive of an LMS, and beside them, by its name."""
        groups: dict[str, list[Upload]] = {}
        loose: list[Upload] = []
        paths = sorted(files_below(source, MOST_PARTS))
        if not paths:
            self.log.warning("No files found in directory: %s", source)
        for path in paths:
            parts = path.relative_to(source).parts
            whose = any(lms_of([one], parts) for one in patterns)
            suffix = path.suffix.lower()
            if path.is_symlink() or not path.is_file():
                self._reject(path.name, path.name, "it is not an ordinary file")
            elif whose or suffix not in (".zip", ".csv", *self.zip_ext):
                loose.append(Upload(parts, _changed(path), partial(_copy, path)))
            elif suffix == ".zip":
                try:
                    archive = stack.enter_context(zipfile.ZipFile(path))
                    groups["/".join(parts)] = list(self._listed(archive))
                except Exception as error:
                    reason = f"a damaged archive: {_reason(error)}"
                    self._reject(path.name, path.name, reason)
            elif suffix != ".csv":
                self._reject(path.name, path.name, "only zip archives are taken")
        return groups | {"": loose}

    def _reject(self, archive: str, name: str, reason: str) -> None:
        self.refused.append(f"{_shown(name)}: {reason}")
        self.incomplete.append(archive or name)

    def _listed(self, archive: zipfile.ZipFile) -> Iterable[Upload]:
        for path, member in members(archive):
            if isinstance(member, Member):
                yield Upload(path.parts, member.time, self._reading(archive, member))
            else:
                yield Upload(path.parts, None, partial(_refuse, member))

    def _reading(self, archive: zipfile.ZipFile, member: Member) -> Read:
        most = self.max_file_megabytes << 20
        if member.path.suffix.lower() == ".zip":
            most = self.max_learner_megabytes << 20

        def read(out: IO[bytes], left: Left) -> None:
            read_member(archive, member, out, left, most, self.max_ratio)

        return read

    def _assign(self, archive: str, group: list[Upload], patterns: list[str]) -> None:
        """Find out whose the files of an archive are: one LMS has named them all."""
        depth = _wrappers(group, patterns)
        names = dict.fromkeys(upload.parts[depth] for upload in group)
        pattern = lms_of(patterns, names)
        read: dict[str, Name | str] = {}
        for name in names:
            read[name] = "no LMS gives a file such a name"
            if pattern is None and any(lms_of([one], [name]) for one in patterns):
                read[name] = "it could be of more than one LMS, as all others here"
            elif pattern is not None:
                try:
                    read[name] = read_name(pattern, name) or read[name]
                except ValueError as error:
                    read[name] = str(error)
        if pattern == MOODLE and not self._participants.found:
            self.log.warning(
                "Moodle's numbers are another in each assignment: put the grading "
                "worksheet into the archive's folder, so that learners stay the same"
            )
        for name, known in read.items():
            if isinstance(known, Name):
                known = self._learner(known, pattern == MOODLE) or known
            if isinstance(known, str):
                self._reject(archive, name, known)
        for upload in group:
            known = read[upload.parts[depth]]
            if isinstance(known, Name):
                student = self._student(known, pattern == MOODLE)
                if student in self.learners:
                    below = upload.parts[depth + 1 :] or (known.file,)
                    learner = self.learners[student]
                    learner.uploads.append((known, below, upload))
                    learner.archives.append(archive or upload.parts[depth])

    def _student(self, name: Name, moodle: bool) -> str:
        """Return the id of a learner; nothing where there is none."""
        if moodle and self._participants.found:
            return self._participants.ids.get(name.number, "")
        return self._students.get(name.number, name.number)

    def _learner(self, name: Name, moodle: bool) -> str:
        """Note a learner; say why it cannot be one."""
        student = self._student(name, moodle)
        if not student:
            return f"the grading worksheet has no participant {name.number}"
        why = unusable(student)
        if why or student.startswith("."):
            return why or "it gives an unusable id"
        learner = self._participants.names.get(name.number) if moodle else None
        shown = f"{_shown(learner or name.learner)} ({_shown(name.number)})"
        left = Left(self.max_files, self.max_learner_megabytes << 20)
        self.learners.setdefault(student, Learner(student, shown, left))
        return ""

    def _collect(self, learner: Learner, folder: Path) -> None:
        """Take a learner's notebooks out."""
        with contextlib.ExitStack() as stack:
            found = self._candidates(learner, stack)
            unnamed = found.pop("", [])
            for notebook, candidates in found.items():
                candidates.sort(key=lambda c: [value for _, value in c.rank()])
                while candidates:
                    best = candidates.pop()
                    path = folder / f"{notebook}.ipynb"
                    if self._written(learner, best, path):
                        self._take(learner, notebook, best, candidates, path)
                        break
            kept = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            unknown = self._recognize(learner, unnamed, folder, kept)
        if unknown and learner.taken < len(self._notebooks):
            learner.lost = True
        for problem in learner.problems[:MOST_PROBLEMS]:
            self.log.warning("%s: left out %s", learner.shown, problem)
        if len(learner.problems) > MOST_PROBLEMS:
            more = len(learner.problems) - MOST_PROBLEMS
            self.log.warning("%s: left out %d more", learner.shown, more)

    def _recognize(
        self, learner: Learner, unnamed: list[Candidate], folder: Path, kept: Path
    ) -> bool:
        """Take notebooks by their cells where none of their names has work in it.

        Their copies go to `kept`. Returns whether there are some of which nobody knows
        what they are.
        """
        stores = self._stores
        found: dict[str, dict[Path, Candidate]] = {}
        unknown = bool(unnamed[MOST_PROBLEMS:])
        for candidate in unnamed[:MOST_PROBLEMS]:
            copy = kept / "candidate"
            if not self._written(learner, candidate, copy):
                continue
            notebook = notebook_in(copy.read_bytes(), stores)
            if notebook:
                # By its content: the same one twice is one.
                digest = digest_of_file(copy, self.max_file_megabytes << 20)
                known = copy.rename(kept / digest)
                found.setdefault(notebook, {})[known] = candidate
            else:
                what = "it is no notebook of the assignment, by its name or its cells"
                learner.leave(candidate.path, what)
                unknown = True
        for candidate in unnamed[MOST_PROBLEMS:]:
            learner.leave(candidate.path, "it is no notebook of the assignment")
        for notebook, candidates in found.items():
            path = folder / f"{notebook}.ipynb"
            taken = str(path) in self.taken
            worked = {
                copy: one
                for copy, one in candidates.items()
                if is_touched(copy.read_bytes(), stores[notebook])
            }
            if taken and (
                not worked or is_touched(path.read_bytes(), stores[notebook])
            ):
                chosen = {}
            else:
                chosen = worked or candidates
            if len(chosen) == 1:
                ((copy, best),) = chosen.items()
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(copy, path)
                learner.taken -= taken
                self._take(learner, notebook, best, [], path)
                self.log.warning(
                    "%s: took %s as %s.ipynb, by its cells",
                    learner.shown,
                    _shown(str(best.path)),
                    notebook,
                )
            for candidate in candidates.values():
                if len(chosen) > 1:
                    why = f"it may be {notebook}.ipynb, and so may another file"
                    learner.lose(candidate.path, f"{why}: choose one by hand")
                elif candidate not in chosen.values():
                    why = f"{notebook}.ipynb has work in it, or this one has none"
                    learner.leave(candidate.path, why)
        return unknown

    def _candidates(
        self, learner: Learner, stack: contextlib.ExitStack
    ) -> dict[str, list[Candidate]]:
        """Return the files that may be each notebook by their names, or none: ""."""
        found: dict[str, list[Candidate]] = {}

        def look(
            name: Name, path: PurePosixPath, time: datetime.datetime | None, read: Read
        ) -> None:
            if path.name.startswith("._") or set(path.parts) & set(OF_THE_SYSTEM):
                return
            notebook, copy = notebook_of(path.name, self._notebooks) or ("", 0)
            if not notebook and path.suffix.lower() != ".ipynb":
                learner.leave(path, "it is no notebook of the assignment")
                return
            time = time or datetime.datetime.min
            candidate = Candidate(path, name, time, copy, read)
            found.setdefault(notebook, []).append(candidate)

        for name, below, upload in learner.uploads:
            path = PurePosixPath(*below)
            if path.suffix.lower() != ".zip":
                look(name, path, upload.time, upload.read)
                continue
            try:
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                copy = Path(folder, "archive.zip")
                with copy.open("wb") as file:
                    upload.read(file, learner.left)
                archive = stack.enter_context(opened(copy, learner.left))
                for inner, member in members(archive):
                    inside = path.with_suffix("") / inner
                    if not isinstance(member, Member):
                        learner.lose(inside, str(member))
                    elif inner.suffix.lower() == ".zip":
                        why = "an archive in an archive in the LMS's is not unpacked"
                        learner.lose(inside, why)
                    elif inner.suffix.lower() == ".ipynb":
                        reading = self._reading(archive, member)
                        look(name, inside, member.time, reading)
            except Exception as error:  # it stays with this file
                learner.lose(path, _reason(error))
        return found

    def _written(self, learner: Learner, candidate: Candidate, path: Path) -> bool:
        """Write a notebook; False where that does not work out."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                candidate.read(out, learner.left)
        except Exception as error:  # it stays with this file
            path.unlink(missing_ok=True)
            learner.lose(candidate.path, _reason(error))
            return False
        return True

    def _take(
        self,
        learner: Learner,
        notebook: str,
        best: Candidate,
        others: list[Candidate],
        path: Path,
    ) -> None:
        """Note what was taken, and what it replaces."""
        form = {"student_id": learner.student, "file_id": f"{notebook}.ipynb"}
        if time := _time(best.name.time):
            form["timestamp"] = time
        self.taken[str(path)] = form
        learner.taken += 1
        learner.names[notebook] = best.name.before
        learner.replaced += len(others)
        for other in others[:MOST_PROBLEMS]:
            pairs = zip(best.rank(), other.rank())
            why = next((a[0] for a, b in pairs if a[1] != b[1]), "is the same")
            self.log.warning(
                "%s: took %s, not %s: it %s",
                learner.shown,
                _shown(str(best.path)),
                _shown(str(other.path)),
                why,
            )


@dataclass(frozen=True)
class Known:
    """The gradebook's students."""

    numbers: dict[str, str]  # ids by the LMS's numbers
    people: dict[str, str]  # ids by what else a person is known by, in small letters


class LmsCollector(FileNameCollectorPlugin):
    """Say whose the notebooks are that `BoundedExtractor` has taken out.

    A number that a student of the gradebook has as ``lms_user_id`` stands for that
    student; any other number is itself the student's id. For Moodle, a grading
    worksheet beside the archive says who has which number.
    """

    named_regexps = List(
        Unicode(),
        [MOODLE, CANVAS],
        help="Patterns for names that an LMS gives, one for each LMS. Groups: "
        "student_id and file_id; name, if it says that too; upload, if later files "
        "have higher ones; timestamp, if it says when.",
    ).tag(config=True)
    identity = List(
        Unicode(),
        list(IDENTITY),
        help="Headings of Moodle's grading worksheet whose cells can be a learner's "
        "id; the first that is not empty counts.",
    ).tag(config=True)

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self._asked = 0

    def collect(self, submitted_file: str) -> dict | None:
        """Return whose file this is and which, or None to skip it.

        ``student_id`` and ``file_id``, and ``timestamp`` if it is known.
        """
        extractor = self.parent.extractor_plugin_inst
        taken = getattr(extractor, "taken", {})
        found: dict | None = taken.get(submitted_file)
        if found is None:
            return None
        self._keep_earlier(Path(submitted_file), found, taken)
        self._asked += 1
        if self._asked == len(taken):
            extractor.summarize()
        return found

    def patterns(self) -> list[str]:
        """Return the patterns of names: those of a course of nbgrader's own kind first.

        Such a course has one, which need not reach to a name's end.
        """
        own: str = self.named_regexp
        return [f"(?:{own}).*"] if own else list(self.named_regexps)

    def notebooks(self) -> list[str]:
        """Return the names of the assignment's notebooks."""
        course = self.parent.coursedir
        released = course.format_path(
            course.release_directory, ".", course.assignment_id
        )
        return [name.removesuffix(".ipynb") for name in find_all_notebooks(released)]

    def stores(self) -> dict[str, Store]:
        """Return the notebooks' cases, by which their cells are known; or none."""
        course = self.parent.coursedir
        try:
            folder = Path(course.root, "cases", course.assignment_id)
            return read_stores(folder, self.notebooks())
        except StoreError:  # names are all that there is
            return {}

    def known_students(self) -> Known:
        """Return the gradebook's students."""
        course = self.parent.coursedir
        known = Known({}, {})
        with Gradebook(course.db_url, course.course_id) as gradebook:
            for student in gradebook.students:
                if student.lms_user_id:
                    known.numbers[student.lms_user_id] = student.id
                for key in (student.email, student.id):
                    if key:
                        known.people[key.casefold()] = student.id
        return known

    def _keep_earlier(self, new: Path, found: dict[str, str], taken: dict) -> None:
        """Keep what was handed in before, where it is about to be replaced."""
        course = self.parent.coursedir
        student = found["student_id"]
        submitted = Path(
            course.format_path(
                course.submitted_directory, student, course.assignment_id
            )
        )
        kept = new.parents[1].parent / "replaced" / student
        if not submitted.is_dir() or not self.parent.force:
            return
        brought = {
            form["file_id"]: path
            for path, form in taken.items()
            if form["student_id"] == student
        }
        if found["file_id"] != min(brought):  # once for each learner
            return
        lost = [
            path.name
            for path in sorted(submitted.iterdir())
            if path.name not in brought
            or not path.is_file()
            or not filecmp.cmp(path, brought[path.name], shallow=False)
        ]
        if lost:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(submitted, kept, symlinks=True)
            names = ", ".join(_shown(name) for name in lost)
            self.log.warning(
                "%s had handed in %s: kept in %s", _shown(student), names, kept
            )


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out a line for each file: what was lost stands between them."""
    return not str(record.msg).lstrip().startswith(A_LINE_A_FILE)


def _wrappers(group: list[Upload], patterns: list[str]) -> int:
    """Return how many folders, each alone, hold all files of an archive."""
    depth = 0
    while group:
        heads = {upload.parts[depth] for upload in group}
        deeper = all(len(upload.parts) > depth + 1 for upload in group)
        if len(heads) > 1 or not deeper or any(lms_of([p], heads) for p in patterns):
            break
        depth += 1
    return depth


def _changed(path: Path) -> datetime.datetime | None:
    """Return when a file was changed; None where that is no time, or to come."""
    try:
        time = datetime.datetime.fromtimestamp(path.stat().st_mtime)
    except (OSError, OverflowError, ValueError):
        return None
    return time if time < datetime.datetime.now() + A_DAY else None


def _copy(path: Path, out: IO[bytes], left: Left) -> None:
    """Read a file that lies beside the archives."""
    left.files -= 1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            left.bytes -= len(chunk)
            if left.bytes < 0 or left.files < 0:
                raise Refused("the learner's files are too many or too large")
            out.write(chunk)


def _refuse(reason: Refused, out: IO[bytes], left: Left) -> None:
    raise reason


def _reason(error: Exception) -> str:
    kind = "" if isinstance(error, Refused) else f"{type(error).__name__}: "
    return _shown(f"{kind}{error}")


def _shown(text: str) -> str:
    text = plain(text[: 2 * LONGEST_SHOWN])
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _time(text: str) -> str:
    """Return a time that nbgrader reads, or nothing."""
    digits = [int(part) for part in re.findall(r"\d{1,4}", text)]
    try:
        year, month, day, *clock = digits[:6]
        hour, minute, second = [*clock, 0, 0, 0][:3]
        moment = datetime.datetime(year, month, day, hour, minute, second)
        return moment.isoformat(" ")
    except (TypeError, ValueError):
        return ""
