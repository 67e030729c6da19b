"""Marks and feedback back into Moodle and Canvas, in the form that both take.

Moodle (*Upload multiple feedback files in a zip*) and Canvas (*Upload
Submissions*) know whose a file is by what they put before its name when the
submissions were downloaded. Moodle's grading worksheet takes marks where its rows
and columns are those that it had.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseError
from autograder.files import read_bounded, write_atomically
from autograder.names import plain, quoted
from autograder.nbgrader.course import Course
from autograder.nbgrader.exports import harmless
from autograder.nbgrader.feedback_run import FeedbackRun
from autograder.nbgrader.marks import Marks, class_marks
from autograder.nbgrader.worksheets import (
    IDENTITY,
    participant_of,
    read_worksheets,
    worksheet_rows,
    worksheets_in,
)

NAMES = "names.json"
MOST_BYTES = 50_000_000
MOODLE = re.compile(r"(.*)_(\d+)_assignsubmission_(?:file|onlinetext)_?", re.DOTALL)
GRADE, MOST = "grade", "maximum grade"
ROUNDED = 0.005  # Moodle's numbers have two decimals


@dataclass
class Returned:
    """What was written for an LMS."""

    feedback: Path | None = None  # the zip of feedback pages
    # Moodle's worksheets with marks in them.
    worksheets: list[Path] = field(default_factory=list)
    learners: int = 0  # of how many learners there are pages
    # Whose feedback could not be returned, and why.
    missing: list[str] = field(default_factory=list)
    # Whose marks could not, and why.
    unmarked: list[str] = field(default_factory=list)
    # Where the LMS counts from another maximum, so that marks would mean another
    # proportion there.
    scales: list[str] = field(default_factory=list)
    # Whose pages show other marks, comments or work than there are now.
    outdated: list[str] = field(default_factory=list)


def remember_names(folder: Path, names: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what an LMS called learners' files; a later download adds to it.

    `names` has, by learner and notebook, what stood before the file's name; `folder` is
    where the archives were unpacked.
    """
    if names:
        known = _names(folder)
        for old in renamed(folder, names):
            del known[old]
        write_atomically(folder / NAMES, json.dumps({**known, **names}, indent=1))


def renamed(folder: Path, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return ids under which the same files of the LMS were collected before.

    By the old id the new one; `folder` and `names` are as for `remember_names`.
    """
    whose = {
        (before, notebook): student
        for student, given in names.items()
        for notebook, before in given.items()
    }
    found: dict[str, str] = {}
    for old, given in _names(folder).items():
        now = {whose.get((before, notebook), "") for notebook, before in given.items()}
        if old not in names and len(now) == 1 and "" not in now:
            found[old] = now.pop()
    return found


def _names(folder: Path) -> dict[str, dict[str, str]]:
    raw = read_bounded(folder / NAMES, MOST_BYTES)
    form = json.loads(raw) if raw else {}
    return form if isinstance(form, dict) else {}


def hand_back(course: Course, assignment: str) -> Returned:
    """Write feedback pages and marks as the LMS takes them.

    The files lie below ``build/return/``.

    Raises
    ------
    CourseError
        If nothing was collected from an LMS.
    """
    configured = course.config.ZipCollectApp.get("downloaded_directory", "downloaded")
    downloaded = course.root / configured / assignment
    names = _names(downloaded)
    if not names:
        raise CourseError(
            f"nothing of {assignment} was collected from an LMS: put its archive into "
            f"downloaded/{assignment}/archive/ and run `nbgrader zip_collect "
            f"{quoted(assignment)}`"
        )
    out = course.root / "build" / "return"
    out.mkdir(parents=True, exist_ok=True)
    returned = Returned(out / f"{assignment}-feedback.zip")
    course.settle_penalties(assignment)
    old = FeedbackRun(course, assignment).outdated()
    returned.outdated = [student for student in old if student in names]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, given in sorted(names.items()):
            feedback = course.folder("feedback", student, assignment)
            found = False
            for notebook, before in given.items():
                page = feedback / f"{notebook}.html"
                if page.is_file():
                    archive.write(page, _member(before, notebook))
                    found = True
            returned.learners += found
            if not found:
                returned.missing.append(
                    f"{plain(student)}: there is no page; `python -m autograder "
                    f"feedback {assignment}` makes them"
                )
    write_atomically(out / f"{assignment}-feedback.zip", packed.getvalue())
    with course.gradebook() as book:
        marks = class_marks(book, assignment, course.config)
        known = {
            key.casefold(): student.id
            for student in book.students
            for key in (student.email, student.id)
            if key
        }
    identity = course.config.LmsCollector.get("identity", IDENTITY)
    # traitlets, too, takes one word for a list of one.
    identity = (identity,) if isinstance(identity, str) else tuple(identity)
    people = read_worksheets(downloaded / "archive", identity, known)
    for path in worksheets_in(downloaded / "archive"):
        raw = read_bounded(path, MOST_BYTES)
        if raw is not None:
            said = _fill(raw, people.ids, marks, returned)
            if said is not None:
                filled = out / f"{assignment}-{path.name}"
                write_atomically(filled, said)
                returned.worksheets.append(filled)
    return returned


def _member(before: str, notebook: str) -> str:
    """Return the name in a zip by which the LMS finds the learner."""
    moodle = MOODLE.fullmatch(before)
    if moodle is None:
        return f"{before}{notebook}.html"
    # Moodle splits at the first underscores, so a name must not have any.
    name = re.sub(r"[_/\\]+", " ", moodle[1]).strip()
    return f"{name}_{moodle[2]}_assignsubmission_file_/{notebook}.html"


def _fill(
    raw: bytes, ids: Mapping[str, str], marks: Mapping[str, Marks], returned: Returned
) -> str | None:
    """Return a worksheet with marks in its column of grades; None if it is none."""
    try:
        rows = worksheet_rows(raw)
    except ValueError:
        return None
    places = {cell.strip().casefold(): i for i, cell in enumerate(rows[0])}
    if GRADE not in places or not any(map(participant_of, rows[1:])):
        return None
    maxima: set[tuple[str, float]] = set()
    for row in rows[1:]:
        student = ids.get(participant_of(row), "")
        found = marks.get(student)
        if found is None or places[GRADE] >= len(row):
            continue
        if not found.finished:
            returned.unmarked.append(
                f"{plain(student)}: something waits for you in Manual Grading"
            )
            continue
        row[places[GRADE]] = f"{found.total:.2f}"
        most = row[places[MOST]] if places.get(MOST, len(row)) < len(row) else ""
        if re.fullmatch(r"\d+([.,]\d+)?", most):
            maxima.add((most, found.out_of))
    for most, out_of in sorted(maxima):
        if abs(float(most.replace(",", ".")) - out_of) > ROUNDED:
            returned.scales.append(
                f"Moodle's maximum grade is {most}, and this assignment has "
                f"{out_of:g} points: set it to {out_of:g} in the assignment's settings "
                "in Moodle before you upload the worksheet"
            )
    text = io.StringIO()
    # Moodle finds rows and marks by their numbers; names and texts are learners'.
    rows[1:] = [[_cell(cell) for cell in row] for row in rows[1:]]
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay."""
    if re.fullmatch(r"[+-]?[\d.,]*", cell):
        return cell
    # Moodle's own cells may end with a space, as in "Submitted for grading - ".
    return harmless(cell) + cell[len(cell.rstrip(" ")) :]
