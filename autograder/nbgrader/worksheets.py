"""Moodle's grading worksheets: who a participant of an assignment is.

The numbers in the names of Moodle's archives are another in each assignment. The
worksheet of an assignment (*View all submissions > Download grading worksheet*)
has them beside what is a learner's own in all of them.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autograder.files import files_below, read_bounded
from autograder.lms_names import CANVAS, MOODLE, lms_of
from autograder.names import plain, unusable

# Headings whose cells can be a learner's id, the first that is there counts.
IDENTITY = ("ID number", "Username", "Email address")
MOST_BYTES = 20_000_000
DEEPEST = 32  # folders in folders
_PARTICIPANT = re.compile(r"\D*(\d{1,18})\s*")


@dataclass
class Participants:
    """Who the participants of an assignment are."""

    ids: dict[str, str]  # learners' ids by Moodle's numbers
    names: dict[str, str]  # learners' full names by Moodle's numbers
    problems: list[str]  # what cannot be used, and why
    found: bool = False  # whether there is a worksheet at all


def read_worksheets(
    folder: Path, identity: tuple[str, ...], known: dict[str, str]
) -> Participants:
    """Read the worksheets that lie beside an archive.

    `identity` names headings whose cells can be a learner's id; `known` has the
    gradebook's ids by what a learner is known by, id or address. Two participants of
    one id have none.
    """
    result = Participants({}, {}, [])
    for path in worksheets_in(folder):
        raw = read_bounded(path, MOST_BYTES)
        if raw is None:
            result.problems.append(f"{plain(path.name)}: no file, or too large")
            continue
        _read(plain(path.name), raw, identity, known, result)
    several = Counter(result.ids.values())
    for number, learner in list(result.ids.items()):
        if several[learner] > 1:
            del result.ids[number]
            result.problems.append(
                f"participant {number} ({plain(result.names.get(number, ''))}): "
                f"several participants are {plain(learner)}"
            )
    return result


def worksheets_in(folder: Path) -> list[Path]:
    """Return the tables beside an archive, and none that a learner has handed in.

    Where an archive was unpacked, as some browsers do, theirs lie there, too.
    """
    return [
        path
        for path in sorted(files_below(folder, DEEPEST))
        if path.suffix.lower() == ".csv"
        and not path.is_symlink()
        and not _handed_in(path.relative_to(folder).parts)
    ]


def _handed_in(parts: tuple[str, ...]) -> bool:
    """Tell whether a path has a name that an LMS gives to what a learner hands in.

    Canvas takes hyphens out of learners' names, and Moodle's own worksheets begin
    with a word and one.
    """
    canvas = [part for part in parts if "-" not in part.partition("_")[0]]
    return bool(lms_of([MOODLE], parts) or lms_of([CANVAS], canvas))


def worksheet_rows(raw: bytes) -> list[list[str]]:
    """Return the cells of a worksheet, whatever a spreadsheet made of it.

    Raises
    ------
    ValueError
        If it is no text, or no table.
    """
    for encoding in (
        "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
        "cp1252",
    ):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeError:
            continue
    else:
        raise ValueError("not a text file")
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def participant_of(row: list[str]) -> str:
    """Return Moodle's number of a row's participant, or nothing."""
    found = _PARTICIPANT.fullmatch(row[0].strip()) if row else None
    return found[1] if found else ""


def _read(
    name: str,
    raw: bytes,
    identity: tuple[str, ...],
    known: dict[str, str],
    result: Participants,
) -> None:
    try:
        rows = worksheet_rows(raw)
    except ValueError as error:
        result.problems.append(f"{name}: {error}")
        return
    rows = [[cell.strip() for cell in row] for row in rows]
    if not rows:
        return
    places = {heading.casefold(): place for place, heading in enumerate(rows[0])}
    columns = [places[one.casefold()] for one in identity if one.casefold() in places]
    full_name = places.get("full name", 1)
    for row in rows[1:]:
        number = participant_of(row)
        if not number:
            continue
        result.found = True
        cells = [row[place] for place in columns if place < len(row) and row[place]]
        if full_name < len(row):
            result.names[number] = row[full_name]
        same = [known[cell.casefold()] for cell in cells if cell.casefold() in known]
        chosen = same[0] if same else next(iter(cells), "")
        if not chosen:
            result.problems.append(
                f"{name}: participant {number} has none of {', '.join(identity)}"
            )
        elif unusable(chosen) or chosen.startswith(".") or "/" in chosen:
            result.problems.append(
                f"{name}: participant {number} has an unusable id {plain(chosen)!r}"
            )
        elif result.ids.setdefault(number, chosen) != chosen:
            result.problems.append(f"{name}: participant {number} is two learners")
