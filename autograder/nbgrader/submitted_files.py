"""A submission's files, as they travel to a worker."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.utils import find_all_files

from autograder.copies import others_in
from autograder.files import is_regular, open_regular, read_bounded
from autograder.sandbox.staging import MOST_BYTES, MOST_FILES
from autograder.submissions import MAX_BYTES

__all__ = ["SubmittedFiles", "Task", "fingerprint", "pack", "unpack", "write_files"]

CHUNK = 1 << 20
MOST_OTHER = 20_000_000


@dataclass(frozen=True)
class Task:
    """One notebook of one submission.

    Attributes
    ----------
    student, notebook : str
        Whose, and which.
    folder : str
        Where the submission lies, for a worker that sees it; or empty.
    files : SubmittedFiles or None
        The files, for a worker that does not.
    fresh : bool
        Whether to do it anew, whatever was cached.
    """

    student: str
    notebook: str
    folder: str = ""
    files: "SubmittedFiles | None" = None
    fresh: bool = False


@dataclass(frozen=True)
class SubmittedFiles:
    """The files of a submission that grading one notebook needs.

    Attributes
    ----------
    notebook : bytes, int or None
        The notebook's bytes; its size where it is too large to be read; None
        where it is no ordinary file, or none.
    files : dict of str to (bytes or int)
        What lies beside it, by relative path; a size stands for too much.
    others : dict of str to bytes
        Notebooks beside it that are not the assignment's, by name: copies.
    missing : bool
        Whether there is nothing of the notebook's name.
    """

    notebook: bytes | int | None
    files: dict[str, bytes | int] = field(default_factory=dict)
    others: dict[str, bytes] = field(default_factory=dict)
    missing: bool = False


def _read(path: str, most: int) -> bytes | int | None:
    """Return a file's bytes; its size where that is too much; None for no file."""
    info = is_regular(path)
    if info is None:
        return None
    return info.st_size if info.st_size > most else read_bounded(path, most)


def _beside(folder: Path, ignore: list[str]) -> Iterator[tuple[str, str]]:
    """Yield path and relative name of what lies beside the notebooks."""
    for path in sorted(find_all_files(str(folder), [*ignore, "*.ipynb"])):
        yield path, os.path.relpath(path, folder)


def pack(
    folder: Path, notebook: str, ignore: list[str], notebooks: Iterable[str]
) -> SubmittedFiles:
    """Read what grading a notebook needs, within bounds.

    Parameters
    ----------
    folder : Path
        A submission.
    notebook : str
        Name of the notebook.
    ignore : list of str
        Patterns of what nbgrader leaves out.
    notebooks : iterable of str
        Names of all of the assignment's notebooks.

    Returns
    -------
    SubmittedFiles
        Neither links nor anything but ordinary files; it stops where staging
        for a kernel refuses, so that the kernel refuses it too.
    """
    files: dict[str, bytes | int] = {}
    left = MOST_BYTES
    for path, name in _beside(folder, ignore):
        content = _read(path, MOST_BYTES)
        if content is None:
            continue
        files[name] = content
        left -= content if isinstance(content, int) else len(content)
        if left < 0 or len(files) > MOST_FILES:
            break
    others = {
        path.name: raw
        for path in others_in(folder, notebooks)
        if (raw := read_bounded(path, MOST_OTHER)) is not None
    }
    own = str(folder / f"{notebook}.ipynb")
    missing = not os.path.lexists(own)
    return SubmittedFiles(_read(own, MAX_BYTES), files, others, missing)


def unpack(submitted: SubmittedFiles, notebook: Path, folder: Path) -> None:
    """Write the notebook to a file, and what lies beside it to a folder."""
    notebook.parent.mkdir(parents=True, exist_ok=True)
    if submitted.notebook is None:
        if not submitted.missing:
            notebook.symlink_to("nowhere")
    else:
        _write(notebook, submitted.notebook)
    for name, raw in submitted.others.items():
        _write(notebook.parent / name, raw)
    for name, content in submitted.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write an assignment's files; what a learner has put in their place goes."""
    for name, content in files.items():
        path = folder / name
        for place in path.parents:
            if place.is_relative_to(folder) and place.is_file():
                place.unlink()
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _write(path: Path, content: bytes | int) -> None:
    if isinstance(content, int):
        path.touch()
        os.truncate(path, content)
    else:
        path.write_bytes(content)


def fingerprint(folder: Path, notebooks: list[str], ignore: list[str]) -> str:
    """Return a digest of all of a submission that grading looks at."""
    digest = hashlib.sha256()
    inside = [(str(folder / f"{name}.ipynb"), f"{name}.ipynb") for name in notebooks]
    inside += [(str(path), path.name) for path in others_in(folder, notebooks)]
    for path, name in [*inside, *_beside(folder, ignore)]:
        info = is_regular(path)
        digest.update(f"{name}\0{info and info.st_size}\0".encode("utf-8", "replace"))
        handle = open_regular(path)
        if handle is None:
            continue
        with open(handle, "rb") as file:
            left = MAX_BYTES
            while left > 0 and (piece := file.read(min(CHUNK, left))):
                digest.update(piece)
                left -= len(piece)
    return digest.hexdigest()
