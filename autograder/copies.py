"""Which file of a submission is the notebook: the one of its name, or a copy of it."""

import os
from collections.abc import Iterable
from pathlib import Path

from autograder.files import is_regular
from autograder.flags import Flag
from autograder.healing import Healed, edition_of, heal, released_notebook
from autograder.names import plain
from autograder.store import ENGLISH, Store
from autograder.submissions import Submission, read_submission
from helpers.strings import speaking, text

__all__ = ["choose", "has_work", "others_in"]

MOST_OTHERS = 10


def others_in(folder: Path, notebooks: Iterable[str]) -> list[Path]:
    """Return the notebooks of a folder that are not the assignment's.

    Parameters
    ----------
    folder : Path
        A submission.
    notebooks : iterable of str
        Names of the assignment's notebooks.

    Returns
    -------
    list of Path
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


def choose(
    path: Path, store: Store, notebooks: Iterable[str]
) -> tuple[Submission, Healed]:
    """Read a submitted notebook, or the copy of it that holds the work.

    Parameters
    ----------
    path : Path
        The submitted file of the notebook's name.
    store : Store
        The notebook's cases.
    notebooks : iterable of str
        Names of all of the assignment's notebooks.

    Returns
    -------
    submission : Submission
        What was read.
    healed : Healed
        The healed notebook. Where the file of the notebook's name is untouched and
        one notebook beside it is a copy with work in it, that one, with a note and
        a flag; other notebooks beside it are named in a flag.
    """
    submission, healed = _read(path, store)
    others = others_in(path.parent, notebooks)
    if not others:
        return submission, healed
    worked = []
    if submission.damage or not has_work(healed, store):
        for other in others:
            read, one = _read(other, store)
            known = not any(flag.kind == "damaged" for flag in one.flags)
            if known and has_work(one, store):
                worked.append((other, read, one))
    if len(worked) == 1:
        other, submission, healed = worked[0]
        with speaking(healed.language):
            note = text("submission.copy", file=plain(other.name)[:200])
        healed.notes.append(note)
        healed.flags.append(Flag("graded copy", detail=plain(other.name)[:200]))
        others.remove(other)
    if others:
        names = ", ".join(plain(other.name)[:100] for other in others)
        healed.flags.append(Flag("copies", detail=names))
    return submission, healed


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
    edition = store.speaking(healed.language)
    released = {cell["id"]: cell.source for cell in released_notebook(edition).cells}
    return any(
        cell.metadata.get("nbgrader", {}).get("solution")
        and cell.source.strip() != released.get(cell["id"], "").strip()
        for cell in healed.notebook.cells
    )
