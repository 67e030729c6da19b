"""Marking by hand in a spreadsheet, for classes of any size.

Formgrader's lists ask for each submission; a sheet has a row for each answer that
waits. A row is known by a key, which says as well what was there when the sheet was
written: what has changed since is never overwritten.
"""

import csv
import functools
import json
import math
import os
import re
import tempfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple, TextIO

from nbgrader.api import Gradebook
from sqlalchemy import bindparam, select, update

from autograder.errors import CourseError
from autograder.files import write_atomically
from autograder.flags import flags_from
from autograder.names import KEPT, plain
from autograder.nbgrader.course import Course, GradebookBusy, persistently
from autograder.nbgrader.exports import harmless
from autograder.nbgrader.marks import CellMark, absent, cell_marks
from autograder.nbgrader.penalties import TABLES, settle_penalties
from autograder.nbgrader.rubrics import rubrics

COLUMNS = (
    *("learner", "notebook", "question", "answer", "mark", "out of", "comment"),
    *("mark so far", "note", "page", "key"),
)
NEEDED = ("learner", "mark", "comment", "key")
MOST_ANSWER = 4_000  # characters; a spreadsheet's cell holds 32,767
MOST_COMMENT = 10_000
TOGETHER = 500  # rows whose marks are saved at once
KEY = re.compile(r"r([0-9a-f]{32})\.([0-9a-f]{8})\.([0-9a-f]{8})")
PAGE = "/formgrader/submissions/"
OWN = "own-"  # with which ids of learners' own cells begin; see autograder/healing.py
CUT = "[cut: open the page for the rest]"
IMAGE = "[with an image: open the page]"


@dataclass
class Question:
    """What waits in one graded cell."""

    notebook: str
    cell: str
    code: bool  # whether the machine marks it, and asks a person to look
    out_of: float
    waiting: int = 0  # of how many learners
    marked: int = 0
    not_graded: int = 0  # of whom nothing was graded yet


@dataclass
class Reading:
    """What came of a sheet."""

    marks: int = 0
    comments: int = 0
    same: int = 0  # rows whose mark and comment are there already
    empty: int = 0  # rows without a mark and without a new comment
    refused: list[str] = field(default_factory=list)
    late: int = 0  # notebooks whose penalty for late work is another one now


@dataclass(frozen=True)
class _Row:
    """A row of a sheet in which something is to be written."""

    line: int
    learner: str
    mark: float | None
    comment: str
    grade: str
    answer: str  # digests of what was there
    before: str


class _Change(NamedTuple):
    """What a row of a sheet changes."""

    line: int
    mark: CellMark  # as it was when it was read
    value: float | None  # the new mark, if there is one
    place: str  # the key of the comment's row
    before: str | None
    comment: str | None  # the new one, if there is one


class _Notebooks:
    """The graded notebooks of an assignment; the last ones are remembered."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._top, self._assignment = course.root / "autograded", assignment
        self._raw = functools.lru_cache(maxsize=4)(self._read)

    def _path(self, student: str, notebook: str) -> str:
        return f"{self._top}/{student}/{self._assignment}/{notebook}.ipynb"

    def _read(self, student: str, notebook: str) -> bytes:
        try:
            with open(self._path(student, notebook), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def there(self, student: str, notebook: str) -> bool:
        """Tell whether a notebook is graded."""
        return os.path.exists(self._path(student, notebook))

    def cell(self, student: str, notebook: str, name: str) -> dict | None:
        """Return a graded cell, or None where it is not graded now.

        In the place of a task what a learner has done about it.
        """
        raw = self._raw(student, notebook)
        try:
            found = _cell_in(raw, name)
            found = found or _graded_cells(json.loads(raw)).get(name)
            task = found and found["metadata"]["nbgrader"].get("task")
            return _work_on(name, json.loads(raw)["cells"]) if task else found
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def flags(self, student: str, notebook: str) -> list[str]:
        """Return why a person should look at a notebook, in sentences."""
        try:
            form = json.loads(self._raw(student, notebook))
            flags = flags_from(form["metadata"].get("course", {}).get("flags"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return []
        return [flag.sentence for flag in flags if flag.urgent]


def _graded_cells(form: dict) -> dict[str, dict]:
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in form["cells"]
        if "grade_id" in cell["metadata"].get("nbgrader", {})
    }


def _cell_in(raw: bytes, name: str) -> dict | None:
    """Return a graded cell of a notebook's file without reading all of it.

    Grading writes one value a line, and no string of JSON holds a line end. So lines
    of two spaces and a brace enclose cells. None where the file looks otherwise.
    """
    at = raw.rfind(
        b'\n     "grade_id": %s' % json.dumps(name, ensure_ascii=False).encode()
    )
    begin, end = raw.rfind(b"\n  {\n", 0, max(at, 0)), raw.find(b"\n  }", max(at, 0))
    if min(at, begin, end) < 0:
        return None
    try:
        cell = json.loads(raw[begin : end + len(b"\n  }")])
        same = cell["metadata"]["nbgrader"]["grade_id"] == name
    except (ValueError, KeyError, TypeError):
        return None
    return cell if same else None


def _work_on(name: str, cells: list[dict]) -> dict:
    """Return the cells of a learner's own that follow a task, as if they were one.

    The task's own cell is among them where a learner may write into it.
    """
    own: list[dict] = []
    after = False
    for cell in cells:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if after and not str(cell.get("id", "")).startswith(OWN):
            break
        if after or (nbgrader.get("grade_id") == name and not nbgrader.get("locked")):
            own.append(cell)
        after = after or nbgrader.get("grade_id") == name
    kinds = {
        kind
        for cell in own
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    attached = [key for cell in own for key in cell.get("attachments") or ()]
    return {
        "source": "\n\n".join(filter(str.strip, map(_source, own))),
        "attachments": attached + [kind for kind in kinds if kind.startswith("image/")],
    }


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:8]


def _source(cell: dict) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _key(mark: CellMark, cell: dict, comment: str | None) -> str:
    said = _digest(_source(cell), sorted(cell.get("attachments") or ()))
    before = _digest(mark.auto, mark.manual, mark.extra, comment or "")
    return f"r{mark.grade}.{said}.{before}"


def _indent(line: str) -> str:
    """Return the spaces before a line, which say what code means."""
    line = line.expandtabs(4)
    return " " * (len(line) - len(line.lstrip(" ")))


def _shown(cell: dict) -> str:
    """Return an answer as a spreadsheet can show it."""
    whole = _source(cell)
    lines = whole[:MOST_ANSWER].splitlines()
    text = "\n".join(
        _indent(line)
        + harmless(line if line.isprintable() else plain(line.replace("\t", " ")))
        for line in lines
    )
    if len(whole) > MOST_ANSWER:
        text += f"\n{CUT}"
    if cell.get("attachments"):
        text += f"\n{IMAGE}"
    return text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


_Comments = dict[tuple[str, str], tuple[str, str | None, str | None]]


def _comments(book: Gradebook, assignment: str, names: set[str]) -> _Comments:
    """Return what is said of some cells, by submission and name of the cell.

    The key of the row, what nbgrader says, and what a person does.
    """
    cells, notebooks = TABLES["base_cell"], TABLES["notebook"]
    assignments, comments = TABLES["assignment"], TABLES["comment"]
    connection = book.db.connection()
    own = (
        select(cells.c.id, cells.c.name)
        .join(notebooks, notebooks.c.id == cells.c.notebook_id)
        .join(assignments, assignments.c.id == notebooks.c.assignment_id)
        .where(assignments.c.name == assignment)
        .where(cells.c.name.in_(names))
    )
    kept = (
        comments.c.id,
        comments.c.notebook_id,
        comments.c.auto_comment,
        comments.c.manual_comment,
    )
    found: _Comments = {}
    for cell, name in connection.execute(own).all():
        # One cell at a time, for which there is an index.
        rows = connection.execute(select(*kept).where(comments.c.cell_id == cell))
        for key, submission, auto, manual in rows:
            found[submission, name] = (key, auto, manual)
    return found


def questions(course: Course, assignment: str) -> list[Question]:
    """Return the cells of which something waits for a person, or was marked by one."""
    return persistently(lambda: _questions(course, assignment))


def _questions(course: Course, assignment: str) -> list[Question]:
    found: dict[tuple[str, str], Question] = {}
    notebooks = _Notebooks(course, assignment)
    with course.gradebook() as book:
        away = absent(book, assignment, course.config)
        for mark in cell_marks(book, assignment, by_hand=True):
            if mark.student in away and mark.auto is None and mark.manual is None:
                continue
            where = mark.notebook, mark.cell
            if where not in found:
                found[where] = Question(*where, mark.code, mark.out_of)
            one = found[where]
            if mark.waiting and not notebooks.there(mark.student, mark.notebook):
                one.not_graded += 1
            elif mark.waiting:
                one.waiting += 1
            elif mark.manual is not None:
                one.marked += 1
    return [
        one
        for one in found.values()
        if not one.code or one.waiting or one.marked or one.not_graded
    ]


def write_sheet(
    course: Course, assignment: str, path: Path, everything: bool = False
) -> int:
    """Write a row for each answer that waits for a mark; return how many there are.

    With `everything` also for those that have one. Rubrics go into a file beside it.

    Raises
    ------
    CourseError
        If the file is there already: it may hold marks.
    """
    schemes = _rubrics_beside(path)
    if os.path.lexists(path):
        raise CourseError(
            f"{path} is there already, and may hold marks: read it with --read, then "
            "remove it or choose another name"
        )

    def ask() -> tuple[list[CellMark], _Comments]:
        with course.gradebook() as book:
            marks = [
                mark
                for mark in cell_marks(book, assignment, by_hand=True)
                if mark.waiting
                or (everything and (mark.manual is not None or not mark.code))
            ]
            return marks, _comments(book, assignment, {mark.cell for mark in marks})

    marks, comments = persistently(ask)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Each notebook is read once, and each question's rows stand together.
    order = dict.fromkeys((mark.notebook, mark.cell) for mark in marks)
    marks.sort(key=lambda mark: (mark.notebook, mark.student))
    notebooks = _Notebooks(course, assignment)
    count = 0
    with ExitStack() as files:
        parts: dict[tuple[str, str], IO[str]] = {
            one: files.enter_context(
                tempfile.TemporaryFile(
                    "w+", dir=path.parent, encoding="utf-8", newline=""
                )
            )
            for one in order
        }
        for mark in marks:
            cell = notebooks.cell(mark.student, mark.notebook, mark.cell)
            if cell is None:
                continue  # it is not graded yet
            _, auto, manual = comments.get((mark.submission, mark.cell), ("", "", ""))
            notes = [auto] if auto else []
            if mark.code:
                notes = notebooks.flags(mark.student, mark.notebook)
            row = (
                *map(harmless, (mark.student, mark.notebook, mark.cell)),
                *(_shown(cell), "", _number(mark.out_of), harmless(manual)),
                _number(mark.auto if mark.manual is None else mark.manual),
                *(harmless("; ".join(notes)), f"{PAGE}{mark.submission}/"),
                _key(mark, cell, manual),
            )
            csv.writer(parts[mark.notebook, mark.cell]).writerow(row)
            count += 1
        # What ends before the sheet is there can be done again as it was.
        _write_rubrics(course, assignment, schemes)
        _join(path, parts.values())
    return count


def _rubrics_beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}-rubrics.md")


def _join(path: Path, parts: Iterable[IO[str]]) -> None:
    """Write the sheet, whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    try:
        # A spreadsheet takes a file without the mark for one of its own country.
        with new.open("w", encoding="utf-8-sig", newline="") as sheet:
            csv.writer(sheet).writerow(COLUMNS)
            for part in parts:
                part.seek(0)
                while piece := part.read(1 << 20):
                    sheet.write(piece)
            sheet.flush()
            os.fsync(sheet.fileno())
        new.rename(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _write_rubrics(course: Course, assignment: str, path: Path) -> None:
    lines = [f"# {assignment}: rubrics", ""]
    for notebook in course.notebooks(assignment):
        source = course.root / "source" / assignment / f"{notebook}.ipynb"
        for cell, scheme in rubrics(source).items():
            lines += [f"## {notebook}: {cell}", "", scheme, ""]
    write_atomically(path, "\n".join(lines))


def read_sheet(
    course: Course, assignment: str, path: Path, dry: bool = False
) -> Reading:
    """Save the marks and comments of a sheet; with `dry` only say what would be.

    A row that cannot be used is refused with the reason, and all others are saved.
    Reading a sheet again changes nothing.

    Raises
    ------
    CourseError
        If it is no sheet of this kind.
    """
    result = Reading()
    rows = list(_rows(path, result))
    seen = Counter(row.grade for row in rows)

    def ask() -> tuple[dict[str, CellMark], _Comments]:
        with course.gradebook() as book:
            marks = {
                mark.grade: mark
                for mark in cell_marks(book, assignment)
                if mark.grade in seen
            }
            return marks, _comments(book, assignment, {m.cell for m in marks.values()})

    marks, comments = persistently(ask)
    notebooks = _Notebooks(course, assignment)
    todo: list[_Change] = []
    refused: list[tuple[int, str]] = []
    # By notebook, so that each is read once.
    known = [(row, marks.get(row.grade)) for row in rows]
    known.sort(key=lambda one: one[1][:2] if one[1] else ("", ""))
    for row, found in known:
        where = f"row {row.line} ({plain(row.learner)})"
        if found is None:
            said = f"its key is of no submission of {assignment} in the gradebook"
            refused.append((row.line, f"{where}: {said}"))
            continue
        place, _, manual = comments.get((found.submission, found.cell), ("", "", None))
        why = _refusal(row, found, place)
        if seen[row.grade] > 1:
            why = "it is in the sheet more than once"
        new = row.comment not in ("", manual, harmless(manual))
        comment = row.comment if new else None
        mark = row.mark
        if mark == found.manual and not found.waiting:
            mark = None
        if not why and mark is None and comment is None:
            result.same += 1  # which needs no look at the answer
            continue
        if not why:
            cell = notebooks.cell(found.student, found.notebook, found.cell)
            why = _changed(row, found, cell, manual, comment)
        if why:
            refused.append((row.line, f"{where}: {why}"))
            continue
        todo.append(_Change(row.line, found, mark, place, manual, comment))
    if dry:
        done = {change.mark.grade for change in todo}
    else:
        done = _save_all(course, assignment, todo, result)
    for change in todo:
        if change.mark.grade in done:
            result.marks += change.value is not None
            result.comments += change.comment is not None
        else:
            where = f"row {change.line} ({plain(change.mark.student)})"
            said = "it has been marked or graded at this moment: read again"
            refused.append((change.line, f"{where}: {said}"))
    result.refused += [said for _, said in sorted(refused)]
    return result


def _rows(path: Path, result: Reading) -> Iterator[_Row]:
    """Yield the rows that say something, and refuse those that cannot be read."""
    try:
        with path.open("rb") as file:
            wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        # In another encoding, comments would reach learners garbled.
        encoding = "utf-16" if wide else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as sheet:
            yield from _rows_of(sheet, result)
    except (FileNotFoundError, IsADirectoryError):
        raise CourseError(f"{path}: there is no such file") from None
    except (UnicodeError, csv.Error) as problem:
        raise CourseError(
            f"{path}: no CSV file in UTF-8 ({problem}): save it as 'CSV UTF-8'"
        ) from None
    except LookupError as problem:
        raise CourseError(f"{path}: {problem.args[0]}") from None


def _rows_of(sheet: TextIO, result: Reading) -> Iterator[_Row]:
    head = sheet.readline()
    mark = max(",;\t", key=head.count)
    heads = next(csv.reader([head], delimiter=mark), [])
    heads = [cell.strip().casefold() for cell in heads]
    if missing := [name for name in NEEDED if name not in heads]:
        raise LookupError(f"no marking sheet: its first row lacks {', '.join(missing)}")
    places = [heads.index(name) for name in NEEDED]
    for line, cells in enumerate(csv.reader(sheet, delimiter=mark), 2):
        if any(cell.strip() for cell in cells):
            found = [cells[at].strip() if at < len(cells) else "" for at in places]
            row = _row(line, found, result)
            if row is not None:
                yield row


def _row(line: int, cells: list[str], result: Reading) -> _Row | None:
    learner, mark, comment, key = cells
    value, match, why = _mark(mark), KEY.fullmatch(key), ""
    if match is None:
        why = "its key is missing or damaged"
    elif mark and value is None:
        why = f"{plain(mark[:40])!r} is no mark"
    elif len(comment) > MOST_COMMENT:
        why = f"its comment has more than {MOST_COMMENT} characters"
    if match is None or why:
        result.refused.append(f"row {line} ({plain(learner)}): {why}")
        return None
    if not mark and not comment:
        result.empty += 1
        return None
    said = comment
    if not said.isprintable():
        said = "".join(c for c in comment if c.isprintable() or c in f"\n{KEPT}")
    return _Row(line, learner, value, said, *match.groups())


def _mark(text: str) -> float | None:
    """Return a mark, with a point or a comma before its decimals."""
    if not re.fullmatch(r"\d{1,9}([.,]\d{0,9})?|[.,]\d{1,9}", text):
        return None
    return float(text.replace(",", "."))


def _refusal(row: _Row, mark: CellMark, place: str) -> str:
    """Say why a row cannot be used, whatever was there when it was written."""
    if not _same_name(row.learner, mark.student):
        return f"its key is of {plain(mark.student)}: sort whole rows, not one column"
    if row.mark is not None and row.mark > mark.out_of:
        return f"{row.mark:g} is more than the {mark.out_of:g} points of {mark.cell}"
    if row.comment and not place:
        return f"nbgrader keeps no comment on {mark.cell}: leave it empty"
    return ""


def _same_name(shown: str, student: str) -> bool:
    """Tell whether a cell names a learner, also as a spreadsheet writes numbers."""
    if shown in (student, harmless(student)):
        return True
    try:
        return math.isclose(float(shown), float(student), rel_tol=1e-4)
    except ValueError:
        return False


def _changed(
    row: _Row,
    mark: CellMark,
    cell: dict | None,
    manual: str | None,
    comment: str | None,
) -> str:
    """Say what has changed since the sheet was written, and forbids the row."""
    if cell is None:
        return "its notebook is not graded now"
    _, said, before = _key(mark, cell, manual).split(".")
    if said != row.answer:
        return "the answer has changed since the sheet was written"
    # A mark that is there and only has to be confirmed overwrites nothing.
    confirmed = row.mark == mark.manual and comment is None
    if before != row.before and not confirmed:
        now = mark.auto if mark.manual is None else mark.manual
        return (
            "its mark or comment has changed since the sheet was written "
            f"(now {_number(now) or 'no'} points)"
        )
    return ""


def _save_all(
    course: Course, assignment: str, changes: list[_Change], result: Reading
) -> set[str]:
    """Save changes, some at a time, each lot whole or not at all.

    Returns the keys of those that are there now.

    Raises
    ------
    CourseError
        If the gradebook stays locked; what has been saved stays.
    """
    changes = sorted(changes, key=lambda one: one.mark.grade)
    lots = [changes[i : i + TOGETHER] for i in range(0, len(changes), TOGETHER)]
    saved: set[str] = set()
    left = deque(lots)

    def save() -> None:
        with course.gradebook() as book:
            while left:
                found = _save(book, left[0])
                people = {one.mark.student for one in left[0]}
                late = settle_penalties(book, assignment, course.config, people)
                book.db.commit()
                saved.update(found)
                result.late += late
                left.popleft()
            # Marks that Formgrader saved, or a run that ended before this line.
            result.late += settle_penalties(book, assignment, course.config)
            book.db.commit()

    try:
        persistently(save, lambda: len(left))
    except GradebookBusy as problem:
        raise CourseError(
            f"{problem}; {len(saved)} of {len(changes)} rows with something new are "
            "saved, and reading the sheet again saves the others"
        ) from None
    return saved


def _save(book: Gradebook, changes: list[_Change]) -> set[str]:
    """Save marks as Formgrader does, and comments; return the keys of their rows.

    A row that has changed since it was read is left as it is.
    """
    grades, comments = TABLES["grade"], TABLES["comment"]
    connection = book.db.connection()
    mark = (
        update(grades)
        .where(grades.c.id == bindparam("key"))
        .where(grades.c.auto_score.is_not_distinct_from(bindparam("auto")))
        .where(grades.c.manual_score.is_not_distinct_from(bindparam("manual")))
        .where(grades.c.extra_credit.is_not_distinct_from(bindparam("extra")))
        .values(manual_score=bindparam("value"), needs_manual_grade=bindparam("waits"))
    )
    # Where there is only a comment, the row is held all the same.
    wanted = {
        one.mark.grade: (
            *(one.mark.auto, one.mark.manual if one.value is None else one.value),
            *(one.mark.extra, one.mark.waiting if one.value is None else False),
        )
        for one in changes
    }
    rows = [
        {"key": one.mark.grade, "manual": one.mark.manual}
        | dict(zip(("auto", "value", "extra", "waits"), wanted[one.mark.grade]))
        for one in changes
    ]
    connection.execute(mark, rows)
    asked = select(
        *(grades.c.id, grades.c.auto_score, grades.c.manual_score),
        *(grades.c.extra_credit, grades.c.needs_manual_grade),
    ).where(grades.c.id.in_(list(wanted)))
    found = connection.execute(asked)
    saved = {key for key, *now in found if tuple(now) == wanted[key]}
    told = [one for one in changes if one.comment is not None]
    told = [one for one in told if one.mark.grade in saved]
    if told:
        comment = (
            update(comments)
            .where(comments.c.id == bindparam("key"))
            .where(comments.c.manual_comment.is_not_distinct_from(bindparam("before")))
            .values(manual_comment=bindparam("said"))
        )
        connection.execute(
            comment,
            [
                {"key": one.place, "before": one.before, "said": one.comment}
                for one in told
            ],
        )
        kept = select(comments.c.id, comments.c.manual_comment)
        asked_now = kept.where(comments.c.id.in_([one.place for one in told]))
        said = {key: text for key, text in connection.execute(asked_now)}
        saved -= {one.mark.grade for one in told if said.get(one.place) != one.comment}
    return saved
