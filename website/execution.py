"""Lessons with their outputs: run once, and kept until something they use changes."""

import ast
import copy
import hashlib
import json
import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.errors import CourseError

__all__ = ["executed", "frames_folder"]

SECONDS = 900
# What matplotlib warns of.
MISSING = "missing from font"
# A figure with one slider has this many images; with two, this many by this many.
FRAMES = {1: 21, 2: 7}


def _digest(root: Path, notebook: bytes) -> str:
    """Digest what the outputs of a notebook are made from."""
    digest = hashlib.sha256(notebook + Path(__file__).read_bytes())
    for path in sorted((root / "helpers").rglob("*")):
        if path.suffix in (".py", ".toml", ".json"):
            digest.update(path.read_bytes())
    for path in sorted((root / "data").glob("*.h5")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _shows_sliders(source: str) -> bool:
    """Whether the last expression of a cell is a figure with sliders."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False
    match statements[-1:]:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="explore")))]:
            return True
    return False


def _with_frames(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Insert, after each cell that shows sliders, one that saves their frames."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code" and _shows_sliders(cell.source):
            target = folder / cell.id
            # Not the name _, which a cell may have taken for a loop.
            code = f"print(Out[max(Out)].save_frames({str(target)!r}, {FRAMES!r}))"
            cells.append(nbformat.v4.new_code_cell(code, id=f"{cell.id}-frames"[:64]))
    notebook.cells = cells
    return notebook


def _refuse_empty_boxes(name: str, cell: NotebookNode) -> None:
    """Raise if a figure of a cell shows boxes where its font has no glyph."""
    for output in cell.get("outputs", []):
        if MISSING in output.get("text", ""):
            raise CourseError(f"{name}, cell {cell.id}: {output.text.strip()}")


def frames_folder(cache: Path, path: Path) -> Path:
    """Return where the frames of a notebook's sliders lie.

    Parameters
    ----------
    cache : Path
        What is kept between builds.
    path : Path
        The notebook.

    Returns
    -------
    Path
        A folder with one folder a cell.
    """
    return cache / f"{path.stem}-frames"


def executed(root: Path, path: Path, cache: Path, language: str = "en") -> NotebookNode:
    """Return a lesson with its outputs.

    Parameters
    ----------
    root : Path
        The course, with `helpers` and `data`.
    path : Path
        The lesson.
    cache : Path
        What is kept between builds; a lesson runs again when its text, `helpers`
        or `data` have changed.
    language : str
        What figures and messages speak.

    Returns
    -------
    NotebookNode
        The notebook. A cell with sliders has their settings in its metadata,
        under ``"frames"``.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails that is not tagged ``raises-exception``.
    CourseError
        If a figure has signs that its font lacks.
    """
    text = path.read_bytes()
    kept = cache / f"{path.stem}-{_digest(root, text)}.ipynb"
    if kept.is_file():
        return nbformat.read(kept, as_version=4)
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob(f"{path.stem}-*.ipynb"):
        old.unlink()
    notebook = nbformat.reads(text.decode("utf-8"), as_version=4)
    work = _with_frames(copy.deepcopy(notebook), frames_folder(cache, path))
    NotebookClient(
        work,
        # The kernel would warn of ports that are open on this machine alone.
        extra_arguments=["--log-level=ERROR"],
        timeout=SECONDS,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env=os.environ | {"COURSE_LANGUAGE": language})
    for cell in work.cells:
        _refuse_empty_boxes(path.name, cell)
    by_id = {cell.id: cell for cell in work.cells}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = by_id[cell.id].outputs
        frames = by_id.get(f"{cell.id}-frames"[:64])
        if frames is not None:
            # A warning of the figure may have come before.
            (said,) = [o.text for o in frames.outputs if o.get("name") == "stdout"]
            cell.metadata["frames"] = json.loads(said)
    nbformat.write(notebook, kept)
    return notebook
