"""Which file of a submission is a notebook: the one of its name, or another one."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.files import is_regular, read_bounded
from autograder.flags import Flag
from autograder.healing import Healed, edition_of, heal
from autograder.lms_names import notebook_of
from autograder.names import plain
from autograder.store import ENGLISH, Store
from autograder.submissions import Submission, parse_submission, read_submission
from helpers.strings import speaking, text

MOST_OTHERS = 10
MOST_BYTES = 20_000_000  # of a file that is recognized by its content
ENOUGH = 0.5  # of a notebook's graded cells


def others_in(folder: Path, notebooks: Iterable[str]) -> list[Path]:
    """Return the notebooks of a folder that are not the assignment's.

    A few, by name: JupyterLab calls a copy ``NAME-Copy1.ipynb``.
    """
    known = set(notebooks)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = [
        folder / name
        for name in names
        if name.lower().endswith(".ipynb") and name.removesuffix(".ipynb") not in known
    ]
    return [path for path in found if is_regular(path)][:MOST_OTHERS]


def notebook_in(raw: bytes, stores: Mapping[str, Store]) -> str:
    """Say by its cells which notebook of an assignment a file is.

    It is the one of whose graded cells the file holds at least half, by nbgrader's
    names, by ids, or by the text of those that may not be edited; empty where there is
    none, or more than one. Nothing of the file is run or compiled.
    """
    return _notebook_of(parse_submission(raw), stores) if len(raw) <= MOST_BYTES else ""


def _notebook_of(submission: Submission, stores: Mapping[str, Store]) -> str:
    """Say which notebook of an assignment has the cells of a submission."""
    cells = submission.cells
    keys = {cell.grade_id for cell in cells} | {cell.cell_id for cell in cells}
    keys |= {cell.source.strip() for cell in cells}
    found = []
    for name, store in stores.items():
        marked = store.marks
        met = {marked[key] for key in keys & marked.keys()}
        if met and len(met) >= ENOUGH * len(set(marked.values())):
            found.append(name)
    return found[0] if len(found) == 1 else ""


def is_touched(raw: bytes, store: Store) -> bool:
    """Tell whether a file has a cell that the released notebook has not.

    False also where it cannot be read; nothing of the file is run or compiled.
    """
    if len(raw) > MOST_BYTES:
        return False
    sources = {cell.source.strip() for cell in parse_submission(raw).cells}
    return bool(sources - store.all_texts - {""})


def files_by_notebook(
    folder: Path, stores: Mapping[str, Store]
) -> dict[str, list[Path]]:
    """Return the files of other names in a submission, by what they hold.

    Under each notebook's name those that are it, by their cells, or else by a name such
    as ``NAME (1).ipynb``; under the empty name those that are none.
    """
    found: dict[str, list[Path]] = {name: [] for name in [*stores, ""]}
    for path in others_in(folder, stores):
        raw = read_bounded(path, MOST_BYTES)
        name = notebook_in(raw, stores) if raw else ""
        if not name:
            name = (notebook_of(path.name, stores) or ("",))[0]
        found[name].append(path)
    return found


def notebooks_in(folder: Path, stores: Mapping[str, Store]) -> list[str]:
    """Return which of an assignment's notebooks a submission has, under any name."""
    named = [name for name in stores if os.path.lexists(folder / f"{name}.ipynb")]
    if len(named) == len(stores):
        return named
    found = files_by_notebook(folder, stores)
    return [name for name in stores if name in named or found[name]]


def choose(
    path: Path, store: Store, stores: Mapping[str, Store]
) -> tuple[Submission, Healed]:
    """Read a submitted notebook, or the file of another name that holds the work.

    `path` is the file of the notebook's name; `stores` are those of all of the
    assignment's notebooks. Where that file is untouched or not there, and one notebook
    beside it is this one with work in it, that one is taken, with a note and a flag; of
    several none is chosen. Other notebooks beside it are named in a flag, but for those
    that are another of the assignment's. Where the file that was read holds the cells
    of such a one, a flag says so.
    """
    named = os.path.lexists(path)
    submission, healed = _read(path, store)
    found = files_by_notebook(path.parent, stores)
    others = [*found[path.stem], *found[""]]
    candidates = []
    if submission.damage or not has_work(healed, store):
        candidates = [(other, *_read(other, store)) for other in found[path.stem]]
        worked = [
            (other, read, one)
            for other, read, one in candidates
            if not any(flag.refused for flag in one.flags) and has_work(one, store)
        ]
        candidates = worked if worked or named else candidates
    if len(candidates) == 1:
        other, submission, healed = candidates[0]
        shown = plain(other.name)[:200]
        note, kind = ("copy", "graded copy") if named else ("renamed", "renamed")
        with speaking(healed.language):
            healed.notes.append(text(f"submission.{note}", file=shown))
        healed.flags.append(Flag(kind, detail=shown))
        others.remove(other)
    elif candidates and not named:
        names = _names(other for other, *_ in candidates)
        with speaking(candidates[0][2].language):
            submission = Submission(damage=text("submission.several", files=names))
            healed = heal(submission, store)
    held = _notebook_of(submission, stores)
    if held not in ("", path.stem):
        healed.flags.append(Flag("another", detail=held))
    if others:
        healed.flags.append(Flag("copies", detail=_names(sorted(others))))
    return submission, healed


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(plain(path.name)[:100] for path in paths)


def _read(path: Path, store: Store) -> tuple[Submission, Healed]:
    """Read and heal a notebook, with notes in the language of its edition."""
    submission = read_submission(path)
    language = edition_of(submission, store)
    if language != ENGLISH:
        with speaking(language):
            submission = read_submission(path)
    return submission, heal(submission, store)


def has_work(healed: Healed, store: Store) -> bool:
    """Tell whether a healed notebook differs from the release where it may."""
    released = store.speaking(healed.language).released_texts
    return any(
        cell.metadata.get("nbgrader", {}).get("solution")
        and cell.source.strip() != released.get(cell["id"], "")
        for cell in healed.notebook.cells
    )
