"""A submission's files, as they travel to a worker."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.utils import find_all_files

from autograder.sandbox.staging import MOST_BYTES, MOST_FILES
from autograder.submissions import MAX_BYTES

__all__ = ["Parcel", "Task", "fingerprint", "lay_over", "pack", "unpack"]

CHUNK = 1 << 20


@dataclass(frozen=True)
class Task:
    """One notebook of one submission.

    Attributes
    ----------
    student, notebook : str
        Whose, and which.
    folder : str
        Where the submission lies, for a worker that sees it; or empty.
    parcel : Parcel or None
        The files, for a worker that does not.
    fresh : bool
        Whether to do it anew, whatever was cached.
    """

    student: str
    notebook: str
    folder: str = ""
    parcel: "Parcel | None" = None
    fresh: bool = False


@dataclass(frozen=True)
class Parcel:
    """The files of a submission that grading one notebook needs.

    Attributes
    ----------
    notebook : bytes, int or None
        The notebook's bytes; its size where it is too large to be read; None
        where it is no ordinary file.
    files : dict of str to (bytes or int)
        What lies beside it, by relative path; a size stands for too much.
    """

    notebook: bytes | int | None
    files: dict[str, bytes | int] = field(default_factory=dict)


def _regular(path: str) -> os.stat_result | None:
    """Return what is known of a file of one name, or None for anything else."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return info if stat.S_ISREG(info.st_mode) and info.st_nlink == 1 else None


def _read(path: str, most: int) -> bytes | int | None:
    info = _regular(path)
    if info is None:
        return None
    if info.st_size > most:
        return info.st_size
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            return file.read(most)
    except OSError:
        return None


def _beside(folder: Path, ignore: list[str]) -> Iterator[tuple[str, str]]:
    """Yield path and relative name of what lies beside the notebooks."""
    for path in sorted(find_all_files(str(folder), [*ignore, "*.ipynb"])):
        yield path, os.path.relpath(path, folder)


def pack(folder: Path, notebook: str, ignore: list[str]) -> Parcel:
    """Read what grading a notebook needs, within bounds.

    Parameters
    ----------
    folder : Path
        A submission.
    notebook : str
        Name of the notebook.
    ignore : list of str
        Patterns of what nbgrader leaves out.

    Returns
    -------
    Parcel
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
    return Parcel(_read(str(folder / f"{notebook}.ipynb"), MAX_BYTES), files)


def unpack(parcel: Parcel, notebook: Path, folder: Path) -> None:
    """Write a parcel: the notebook to a file, what lies beside it to a folder."""
    notebook.parent.mkdir(parents=True, exist_ok=True)
    if parcel.notebook is None:
        notebook.symlink_to("nowhere")
    else:
        _write(notebook, parcel.notebook)
    for name, content in parcel.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def lay_over(folder: Path, files: Mapping[str, bytes]) -> None:
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
    for path, name in [*inside, *_beside(folder, ignore)]:
        info = _regular(path)
        digest.update(f"{name}\0{info and info.st_size}\0".encode("utf-8", "replace"))
        if info is None:
            continue
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        with open(handle, "rb") as file:
            left = MAX_BYTES
            while left > 0 and (piece := file.read(min(CHUNK, left))):
                digest.update(piece)
                left -= len(piece)
    return digest.hexdigest()
