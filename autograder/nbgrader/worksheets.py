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

from autograder.files import read_bounded
from autograder.names import plain, unusable

__all__ = [
    "IDENTITY",
    "Participants",
    "participant_of",
    "read_worksheets",
    "worksheet_rows",
]

# Headings whose cells can be a learner's id, the first that is there counts.
IDENTITY = ("ID number", "Username", "Email address")
MOST_BYTES = 20_000_000
_PARTICIPANT = re.compile(r"\D*(\d{1,18})\s*")


@dataclass
class Participants:
    """Who the participants of an assignment are.

    Attributes
    ----------
    ids : dict of str to str
        Learners' ids by Moodle's numbers.
    names : dict of str to str
        Learners' full names by Moodle's numbers.
    problems : list of str
        What cannot be used, and why.
    found : bool
        Whether there is a worksheet at all.
    """

    ids: dict[str, str]
    names: dict[str, str]
    problems: list[str]
    found: bool = False


def read_worksheets(
    folder: Path, identity: tuple[str, ...], known: dict[str, str]
) -> Participants:
    """Read the worksheets that lie beside an archive.

    Parameters
    ----------
    folder : Path
        Where the archive lies.
    identity : tuple of str
        Headings whose cells can be a learner's id.
    known : dict of str to str
        The gradebook's ids by what a learner is known by: id or address.

    Returns
    -------
    Participants
        Two participants of one id have none.
    """
    result = Participants({}, {}, [])
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() != ".csv" or path.is_symlink():
            continue
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
