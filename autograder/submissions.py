"""Reading a submitted notebook, which may be anything.

Nothing of a submission is trusted: only the types and texts of its cells, and what
is attached to them, are kept, within bounds.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from autograder.files import is_regular, read_bounded
from helpers.strings import text

__all__ = [
    "Submission",
    "SubmittedCell",
    "is_python",
    "kernel_of",
    "parse_submission",
    "read_submission",
]

MAX_BYTES = 200_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 500_000
MAX_SOURCES = 2_000_000  # of all cells; of one of them, images perhaps, so much:
MOST_COUNTED = 60_000
MAX_VALUES = 1_000_000  # lists, mappings and their members
FOREIGN = ("accelerator", "colab", "colab_type", "outputId", "vscode")
FLAGS = ("grade", "solution", "locked", "task", "points")
KINDS = ("code", "markdown", "raw")
# One that has no end goes to the file's: else each quote in it would begin a search.
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


@dataclass
class Submission:
    """The cells of a submitted notebook.

    Attributes
    ----------
    cells : list of SubmittedCell
        In order; empty where the file is damaged.
    damage : str
        Why the file cannot be graded, or empty.
    notes : list of str
        What was healed on reading.
    kernel : str
        The kernel that it names, or empty.
    digest : str
        Of the file's bytes; empty where they were not read.
    is_python : bool
        Whether it says that it is in Python, or nothing.
    """

    cells: list["SubmittedCell"] = field(default_factory=list)
    damage: str = ""
    notes: list[str] = field(default_factory=list)
    kernel: str = ""
    digest: str = ""
    is_python: bool = True


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


def read_submission(path: Path) -> Submission:
    """Read a submitted file within bounds.

    Parameters
    ----------
    path : Path
        A file that a stranger made.

    Returns
    -------
    Submission
        Its cells, or why there are none. Never raises for what the file holds.
    """
    info = is_regular(path)
    if info is None:
        return Submission(damage=text("submission.not_a_file", name=path.name))
    if info.st_size > MAX_BYTES:
        return _too_large(info.st_size)
    raw = read_bounded(path, MAX_BYTES)
    if raw is None:
        return Submission(damage=text("submission.not_a_file", name=path.name))
    return replace(parse_submission(raw), digest=sha256(raw).hexdigest())


def _too_large(size: int) -> Submission:
    return Submission(
        damage=text(
            "submission.too_large", size=size // 1_000_000, limit=MAX_BYTES // 1_000_000
        )
    )


def parse_submission(raw: bytes) -> Submission:
    """Read the bytes of a submitted notebook."""
    if not raw.strip():
        return Submission(damage=text("submission.empty"))
    notes = []
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        notes.append(text("submission.bom"))
    if _values(raw) > MAX_VALUES:
        return Submission(damage=text("submission.too_many_values", limit=MAX_VALUES))
    try:
        form = json.loads(raw.decode("utf-8"))
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
    if b"\r\n" in raw or any("\r" in cell.source for cell in kept):
        notes.append(text("submission.crlf"))
        for cell in kept:
            cell.source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    python = is_python(_metadata(form))
    return Submission(kept, notes=notes, kernel=kernel_of(form), is_python=python)


def is_python(metadata: Mapping) -> bool:
    """Tell whether a notebook is in Python, by its metadata.

    Parameters
    ----------
    metadata : mapping
        The notebook's, of any form.

    Returns
    -------
    bool
        True also where nothing is said.

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
    """Return at most how many values a text of JSON has; each takes memory."""
    marks = (b",", b"[", b"{")
    count = sum(map(raw.count, marks))
    if count > MAX_VALUES:  # most of them may stand in texts
        bare = _TEXT.sub(b"", raw)
        count = sum(map(bare.count, marks))
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


def _cell(form: object) -> SubmittedCell | None:
    if not isinstance(form, dict):
        return None
    kind = form.get("cell_type")
    source = form.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(source, str):
        return None
    # Half a surrogate pair is text to JSON, but to no file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    cell = SubmittedCell(kind, source.replace("\x00", ""))
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
