"""Reading a submitted notebook, which may be anything.

Nothing of a submission is trusted: only the types and texts of its cells, and what
is attached to them, are kept, within bounds.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from autograder.files import Sort, open_regular, sort_of
from autograder.skimming import (
    CHUNK,
    MOST_KEPT,
    MOST_TEXT,
    MOST_VALUES,
    TEXT,
    Recoded,
    marks_in,
    skimmed,
)
from helpers.strings import text

MAX_BYTES = 200_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 500_000
MAX_SOURCES = 2_000_000  # of all cells; of one of them, images perhaps, so much:
MOST_COUNTED = 60_000
SAID = {
    Sort.LINK: "submission.link",
    Sort.HARD_LINK: "submission.hard_link",
    Sort.NOTHING: "submission.not_a_file",
    Sort.OTHER: "submission.not_a_file",
}
GUESSED = "gb18030"
FOREIGN = ("accelerator", "colab", "colab_type", "outputId", "vscode")
FLAGS = ("grade", "solution", "locked", "task", "points")
KINDS = ("code", "markdown", "raw")


@dataclass
class Submission:
    """The cells of a submitted notebook."""

    # In order; empty where the file is damaged.
    cells: list["SubmittedCell"] = field(default_factory=list)
    damage: str = ""  # why the file cannot be graded, or empty
    is_link: bool = False  # whether it is that it leads to another file
    notes: list[str] = field(default_factory=list)  # what was healed on reading
    kernel: str = ""  # the kernel that it names, or empty
    digest: str = ""  # of the file's bytes; empty where they were not read
    guessed: str = ""  # the encoding that it seems to have, where nothing names it
    is_python: bool = True  # whether it says that it is in Python, or nothing


@dataclass
class SubmittedCell:
    """What is kept of a submitted cell: its type, text and claimed names.

    Its tags, and what nbgrader would read of it, are known only to be compared.
    """

    cell_type: str
    source: str
    grade_id: str = ""
    cell_id: str = ""
    tagged: bool = False
    flags: dict[str, object] = field(default_factory=dict)
    attachments: object = None
    joined: bool = False  # whether its lines came without their ends


def read_submission(path: Path) -> Submission:
    """Read a submitted file within bounds.

    Where there are no cells it says why; it never raises for what the file holds.
    """
    sort, size = sort_of(path)
    if sort is not Sort.FILE:
        is_link = sort in (Sort.LINK, Sort.HARD_LINK)
        return Submission(damage=text(SAID[sort], name=path.name), is_link=is_link)
    if size > MAX_BYTES:
        return _too_large(size)
    handle = open_regular(path)
    if handle is None:
        return Submission(damage=text(SAID[Sort.OTHER], name=path.name))
    try:
        with open(handle, "rb") as file:
            return _read(file)
    except OSError:
        return Submission(damage=text(SAID[Sort.OTHER], name=path.name))


def _too_large(size: int) -> Submission:
    return Submission(
        damage=text(
            "submission.too_large", size=size // 1_000_000, limit=MAX_BYTES // 1_000_000
        )
    )


def parse_submission(raw: bytes) -> Submission:
    """Read the bytes of a submitted notebook."""
    return _read(io.BytesIO(raw))


def _read(file: IO[bytes]) -> Submission:
    """Read a file in the encoding that it has, of which JSON's own is UTF-8.

    UTF-16 and UTF-32 show in its first bytes. Chinese Windows writes GBK, a part of
    GB18030, where a program names no encoding: that is tried where a file is no UTF-8.
    """
    encoding = json.detect_encoding(file.read(4))
    file.seek(0)
    digest = hashlib.sha256()
    if encoding.startswith("utf-8"):
        raw = skimmed(file, MAX_BYTES, digest)
        if raw is None:
            return _too_large(MAX_BYTES + 1)
        submission = _parsed(raw)
        if submission.damage in (
            text("submission.not_text"),
            text("submission.not_json"),
        ):
            file.seek(0)
            other = _recoded(file, GUESSED)
            submission = submission if other.damage else replace(other, guessed=GUESSED)
    else:
        while part := file.read(CHUNK):
            digest.update(part)
        file.seek(0)
        submission = _recoded(file, encoding)
    return replace(submission, digest=digest.hexdigest())


def _recoded(file: IO[bytes], encoding: str) -> Submission:
    try:
        raw = skimmed(Recoded(file, encoding), MAX_BYTES)
    except UnicodeDecodeError:
        return Submission(damage=text("submission.not_text"))
    if raw is None:
        return _too_large(MAX_BYTES + 1)
    submission = _parsed(raw)
    said = text("submission.encoding", encoding=encoding.upper())
    return replace(submission, notes=[said, *submission.notes])


# One bound after another, each before what it protects.
def _parsed(raw: bytes) -> Submission:  # noqa: C901
    if not raw.strip():
        return Submission(damage=text("submission.empty"))
    notes = []
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        notes.append(text("submission.bom"))
    if len(raw) > MOST_KEPT:
        limit = MOST_KEPT // 1_000_000
        return Submission(damage=text("submission.too_much_kept", limit=limit))
    if _values(raw) > MOST_VALUES:
        return Submission(damage=text("submission.too_many_values", limit=MOST_VALUES))
    crlf = b"\r\n" in raw
    try:
        words = raw.decode("utf-8")
        del raw  # one wide character makes the other four times as long
        form = json.loads(words)
        del words
    except UnicodeDecodeError:
        return Submission(damage=text("submission.not_text"))
    except (ValueError, RecursionError):
        return Submission(damage=text("submission.not_json"))
    if not isinstance(form, dict):
        return Submission(damage=text("submission.not_notebook"))
    cells = form.get("cells")
    if cells is None and isinstance(form.get("worksheets"), list):
        cells = _old_cells(form["worksheets"])
        notes.append(text("submission.old_format"))
    if not isinstance(cells, list):
        return Submission(damage=text("submission.not_notebook"))
    if not cells:
        python = is_python(_metadata(form))
        return Submission(damage=text("submission.no_cells"), is_python=python)
    if len(cells) > MAX_CELLS:
        return Submission(
            damage=text("submission.too_many_cells", n=len(cells), limit=MAX_CELLS)
        )
    kept = [cell for cell in map(_cell, cells) if cell is not None]
    longest = max((len(cell.source) for cell in kept), default=0)
    if longest > MAX_SOURCE:
        return Submission(
            damage=text(
                "submission.too_long_cell",
                size=longest // 1000,
                limit=MAX_SOURCE // 1000,
            )
        )
    counted = sum(min(len(cell.source), MOST_COUNTED) for cell in kept)
    if counted > MAX_SOURCES:
        return Submission(
            damage=text(
                "submission.too_much_text",
                size=counted // 1000,
                limit=MAX_SOURCES // 1000,
            )
        )
    if _foreign(form) or any(map(_foreign, cells)):
        notes.append(text("submission.foreign"))
    if not any(cell.cell_id for cell in kept) and "worksheets" not in form:
        notes.append(text("submission.no_ids"))
    if any(cell.joined for cell in kept):
        notes.append(text("submission.lines"))
    if crlf or any("\r" in cell.source for cell in kept):
        notes.append(text("submission.crlf"))
        for cell in kept:
            cell.source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    python = is_python(_metadata(form))
    return Submission(kept, notes=notes, kernel=kernel_of(form), is_python=python)


def is_python(metadata: Mapping) -> bool:
    """Tell whether a notebook is in Python, by its metadata.

    True also where nothing is said; `metadata` may be of any form.

    Examples
    --------
    >>> is_python({"kernelspec": {"name": "ir", "language": "R"}})
    False
    >>> is_python({})
    True
    """
    kernel, language = metadata.get("kernelspec"), metadata.get("language_info")
    kernel = kernel if isinstance(kernel, Mapping) else {}
    language = language if isinstance(language, Mapping) else {}
    said = kernel.get("language") or language.get("name") or kernel.get("name")
    return str(said or "python").lower().startswith("python")


def _values(raw: bytes) -> int:
    """Return at most how many values a text of JSON has."""
    count = marks_in(raw)
    if count > MOST_VALUES:  # most of them may stand in texts
        count = marks_in(TEXT.sub(b"", raw))
    return count


def _metadata(form: object) -> dict:
    metadata = form.get("metadata") if isinstance(form, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _foreign(form: object) -> bool:
    """Say whether a notebook or a cell has notes of a program that is not Jupyter."""
    return any(name in FOREIGN for name in _metadata(form))


def kernel_of(form: Mapping) -> str:
    """Return the kernel that a notebook names, or nothing."""
    spec = _metadata(form).get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    return name if isinstance(name, str) else ""


def _old_cells(worksheets: list) -> list:
    """Return the cells of the format before version 4, in today's terms."""
    found = []
    for sheet in worksheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                cell = dict(cell)
                if cell.get("cell_type") == "code":
                    cell["source"] = cell.get("input", "")
                elif cell.get("cell_type") == "heading":
                    cell["cell_type"] = "markdown"
                found.append(cell)
    return found


def _between(lines: list[str]) -> str:
    """Return what belongs between the lines of a cell.

    They come with their line ends; some programs leave them out.
    """
    # Jupyter's own lines end wherever `splitlines` ends them, as at U+2028.
    ended = any(line.splitlines() != [line] for line in lines if line)
    return "" if ended or len(lines) == 1 else "\n"


def _cell(form: object) -> SubmittedCell | None:
    if not isinstance(form, dict):
        return None
    kind = form.get("cell_type")
    source = form.get("source", "")
    joined = False
    if isinstance(source, list) and {*map(type, source)} <= {str}:
        # Of a wide text that is too long, no copies are made.
        longer = sum(map(len, source)) > MOST_TEXT
        between = _between(source)
        joined = bool(source and between)
        source = " " * (MAX_SOURCE + 1) if longer else between.join(source)
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(source, str):
        return None
    # Half a surrogate pair is text to JSON, but to no file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    cell = SubmittedCell(kind, source.replace("\x00", ""), joined=joined)
    metadata = _metadata(form)
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        cell.grade_id = nbgrader["grade_id"]
        cell.flags = {name: nbgrader[name] for name in FLAGS if name in nbgrader}
    cell.tagged = bool(metadata.get("tags"))
    cell.attachments = form.get("attachments")
    if isinstance(form.get("id"), str):
        cell.cell_id = form["id"]
    return cell
