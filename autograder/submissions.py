"""Reading a submitted notebook, which may be anything, and healing it.

Nothing of a submission is trusted: only the types and texts of its cells are
kept, within bounds. Everything else (flags, points, tags, ids, outputs, kernel)
comes from the released notebook.
"""

import ast
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.store import Store
from helpers.strings import text

__all__ = ["Submission", "heal", "read_submission", "released_notebook"]

MAX_BYTES = 200_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 500_000
FOREIGN = ("accelerator", "colab", "colab_type", "outputId", "vscode")
FLAGS = ("grade", "solution", "locked", "task", "points")
KINDS = ("code", "markdown", "raw")


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
        What was mended on reading.
    kernel : str
        The kernel that it names, or empty.
    """

    cells: list["SubmittedCell"] = field(default_factory=list)
    damage: str = ""
    notes: list[str] = field(default_factory=list)
    kernel: str = ""


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
    try:
        info = os.lstat(path)
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            return Submission(damage=text("submission.not_a_file", name=path.name))
        if info.st_size > MAX_BYTES:
            return _too_large(info.st_size)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError:
        return Submission(damage=text("submission.not_a_file", name=path.name))
    if len(raw) > MAX_BYTES:
        return _too_large(len(raw))
    return parse_submission(raw)


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
        return Submission(damage=text("submission.no_cells"))
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
    if _foreign(form) or any(map(_foreign, cells)):
        notes.append(text("submission.foreign"))
    if not any(cell.cell_id for cell in kept) and "worksheets" not in form:
        notes.append(text("submission.no_ids"))
    if b"\r\n" in raw or any("\r" in cell.source for cell in kept):
        notes.append(text("submission.crlf"))
        for cell in kept:
            cell.source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    return Submission(kept, notes=notes, kernel=_kernel(form))


def _metadata(form: object) -> dict:
    metadata = form.get("metadata") if isinstance(form, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _foreign(form: object) -> bool:
    """Say whether a notebook or a cell has notes of a program that is not Jupyter."""
    return any(name in FOREIGN for name in _metadata(form))


def _kernel(form: dict) -> str:
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
    if isinstance(form.get("id"), str):
        cell.cell_id = form["id"]
    return cell


def released_notebook(store: Store) -> NotebookNode:
    """Return a copy of the released notebook."""
    return nbformat.from_dict(json.loads(json.dumps(store.released)))


def heal(submission: Submission, store: Store) -> tuple[NotebookNode, list[str]]:
    """Bring a submitted notebook into the shape of the released one.

    Parameters
    ----------
    submission : Submission
        What was submitted.
    store : Store
        Knows the released notebook.

    Returns
    -------
    notebook : NotebookNode
        The learner's cells with the released notebook's flags, ids and order.
    notes : list of str
        What was mended, for the feedback.
    """
    released = released_notebook(store)
    notes = list(submission.notes)
    if submission.damage:
        notes += [submission.damage, text("submission.damaged_advice")]
        return released, notes
    known = {cell["id"]: cell for cell in released.cells}
    chosen, lost = _identify(submission.cells, released, store, notes)
    if not any(_is_marked(known[cell_id]) for cell_id in chosen):
        notes += [text("submission.other_notebook"), text("submission.damaged_advice")]
    cells = _ordered(submission.cells, released, chosen, lost, notes)
    if submission.kernel not in ("", _kernel(released)):
        notes.append(text("submission.kernel"))
    notebook = new_notebook(cells=cells, metadata=released.metadata)
    return notebook, notes


def _made(submitted: SubmittedCell) -> NotebookNode:
    """Return a cell of a learner's own.

    nbformat would hold each cell against its schema; the whole notebook will be.
    """
    form = {"id": "", "metadata": {}, "source": submitted.source}
    if submitted.cell_type == "code":
        form |= {"execution_count": None, "outputs": []}
    return NotebookNode(cell_type=submitted.cell_type, **nbformat.from_dict(form))


def _is_marked(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader"))


def _names_by_source(released: NotebookNode) -> dict[str, str]:
    return {cell.source.strip(): cell["id"] for cell in released.cells}


def _defined(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _identify(
    cells: list[SubmittedCell], released: NotebookNode, store: Store, notes: list[str]
) -> tuple[dict[str, int], set[str]]:
    """Find which submitted cell is which released one.

    Returns
    -------
    chosen : dict of str to int
        Index of the submitted cell by released id.
    lost : set of str
        Ids that were found without nbgrader's marks.
    """
    known = {cell["id"]: cell for cell in released.cells}
    by_source = _names_by_source(released)
    candidates: dict[str, list[int]] = {}
    taken: set[int] = set()
    lost: set[str] = set()
    for i, cell in enumerate(cells):
        if cell.grade_id in known and _is_marked(known[cell.grade_id]):
            candidates.setdefault(cell.grade_id, []).append(i)
            taken.add(i)
    rules = (
        lambda cell: cell.cell_id if cell.cell_id in known else "",
        lambda cell: by_source.get(cell.source.strip(), ""),
        lambda cell: next(
            (store.solutions[n] for n in _defined(cell.source) if n in store.solutions),
            "",
        ),
    )
    for rule in rules:
        found: dict[str, list[int]] = {}
        for i, cell in enumerate(cells):
            if i not in taken:
                name = rule(cell)
                if name and name not in candidates:
                    found.setdefault(name, []).append(i)
        for name, indices in found.items():
            candidates[name] = indices
            taken.update(indices)
            if _is_marked(known[name]):
                lost.add(name)
    chosen = {}
    for name, indices in candidates.items():
        nbgrader = known[name].metadata.get("nbgrader", {})
        if nbgrader and len(indices) > 1:
            notes.append(text("submission.duplicated", cell=name, n=len(indices)))
        if nbgrader.get("solution") and nbgrader.get("grade"):
            stub = known[name].source.strip()
            answered = [i for i in indices if cells[i].source.strip() != stub]
            chosen[name] = (answered or indices)[0]
        elif nbgrader.get("solution"):
            chosen[name] = indices[-1]
        else:
            chosen[name] = indices[0]
    return chosen, lost


def _ordered(
    cells: list[SubmittedCell],
    released: NotebookNode,
    chosen: dict[str, int],
    lost: set[str],
    notes: list[str],
) -> list[NotebookNode]:
    """Put known cells into the released order; others follow the one before."""
    position = {index: name for name, index in chosen.items()}
    groups: dict[str, list[NotebookNode]] = {"": []}
    order = [cell["id"] for cell in released.cells]
    met = []
    current = ""
    for i, cell in enumerate(cells):
        if i in position:
            current = position[i]
            met.append(current)
            groups[current] = []
        else:
            groups[current].append(_made(cell))
    marked = {c["id"] for c in released.cells if _is_marked(c)}
    ranks = [order.index(name) for name in met if name in marked]
    if ranks != sorted(ranks):
        notes.append(text("submission.moved"))
    built = list(groups[""])
    for cell in released.cells:
        name = cell["id"]
        if name in chosen:
            submitted = cells[chosen[name]]
            built.append(_restored(cell, submitted, name in lost, notes))
            built += groups[name]
        elif _is_marked(cell):
            if cell.metadata.nbgrader.get("solution") and not (
                cell.metadata.nbgrader.get("grade")
            ):
                notes.append(text("submission.solution_missing", cell=name))
            else:
                notes.append(text("submission.restored", cell=name))
                built.append(cell)
    used = {cell["id"] for cell in released.cells}
    count = 0
    for cell in built:
        if cell["id"] not in used:
            count += 1
            cell["id"] = f"own-{count}"
    return built


def _restored(
    released: NotebookNode, submitted: SubmittedCell, lost: bool, notes: list[str]
) -> NotebookNode:
    """Put a learner's text into a released cell where it may be edited."""
    if not _is_marked(released):
        cell = _made(submitted)
        cell["id"] = released["id"]
        return cell
    name = released["id"]
    if lost:
        notes.append(text("submission.relabelled", cell=name))
    if submitted.cell_type != released.cell_type:
        notes.append(text("submission.retyped", cell=name))
    known = released.metadata.nbgrader
    if any(known.get(flag) != value for flag, value in submitted.flags.items()):
        notes.append(text("submission.flags", cell=name))
    if submitted.tagged and not released.metadata.get("tags"):
        notes.append(text("submission.tags", cell=name))
    if released.metadata.nbgrader.get("solution"):
        released.source = submitted.source
    elif submitted.source.strip() != released.source.strip():
        notes.append(text("submission.changed", cell=name))
    return released
