"""A submission's files, as they travel to a worker."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from autograder.copies import others_in
from autograder.files import (
    Sort,
    digest_of_file,
    files_below,
    is_regular,
    open_regular,
    read_bounded,
    sort_of,
    stand_in,
)
from autograder.sandbox.staging import DEEPEST, MOST_BYTES, MOST_FILES
from autograder.skimming import skimmed
from autograder.submissions import MAX_BYTES

MOST_OTHER = 20_000_000
CHUNK = 1 << 20
# A file's bytes; where it lies, for who sees it there and need not hold it; its size
# where that is too much.
Content = bytes | int | Path


@dataclass(frozen=True)
class Task:
    """One notebook of one submission."""

    student: str
    notebook: str
    folder: str = ""  # where the submission lies, for a worker that sees it; or empty
    files: "SubmittedFiles | None" = None  # the files, for a worker that does not
    fresh: bool = False  # whether to do it anew, whatever was cached


@dataclass(frozen=True)
class SubmittedFiles:
    """The files of a submission that grading one notebook needs."""

    # The notebook; None where it is no ordinary file, or none.
    notebook: Content | None
    # What lies beside it, by relative path.
    files: dict[str, Content] = field(default_factory=dict)
    # Notebooks beside it that are not the assignment's, by name: copies.
    others: dict[str, Content] = field(default_factory=dict)
    sort: Sort = Sort.FILE  # what is there of the notebook's name


def content_of(
    path: Path, most: int = MAX_BYTES, travels: bool = False
) -> Content | None:
    """Return a file's content, which is read if it `travels`; None for no file."""
    info = is_regular(path)
    if info is None:
        return None
    if info.st_size > most:
        return info.st_size
    return read_bounded(path, most) if travels else path


def _notebook(path: Path, travels: bool) -> Content | None:
    """Return a notebook; of one that travels only what grading reads."""
    content = content_of(path)
    if not travels or not isinstance(content, Path):
        return content
    handle = open_regular(path)
    if handle is None:
        return None
    with open(handle, "rb") as file:
        return skimmed(file, MAX_BYTES)


def _beside(
    folder: Path, ignore: list[str], replaced: Collection[str]
) -> list[tuple[str, str]]:
    """Return path and relative name of what lies beside the notebooks.

    nbgrader's own search follows folders until the stack ends, and takes the square
    of the number of files.
    """
    found = files_below(folder, DEEPEST, [*ignore, "*.ipynb"])
    chosen = sorted(map(str, islice(found, MOST_FILES + 1)))
    named = ((path, os.path.relpath(path, folder)) for path in chosen)
    return [(path, name) for path, name in named if name not in replaced]


def pack(
    folder: Path,
    notebook: str,
    ignore: list[str],
    notebooks: Iterable[str],
    travels: bool = False,
    replaced: Collection[str] = (),
) -> SubmittedFiles:
    """Find what grading a notebook needs, within bounds.

    `ignore` has patterns of what nbgrader leaves out, and `replaced` the names of the
    assignment's files, which take the place of a learner's. With `travels` all is read,
    for a machine that does not see the folder. Neither links nor anything but ordinary
    files are taken, and it stops where staging for a kernel refuses, so that the kernel
    refuses it too.
    """
    files: dict[str, Content] = {}
    left = MOST_BYTES
    for path, name in _beside(folder, ignore, replaced):
        content = content_of(Path(path), MOST_BYTES, travels)
        if content is None:
            continue
        files[name] = content
        left -= _size(content)
        if left < 0 or len(files) > MOST_FILES:
            break
    left = MOST_BYTES
    others: dict[str, Content] = {}
    for other in others_in(folder, notebooks):
        content = content_of(other, MOST_OTHER, travels)
        if content is not None and not isinstance(content, int):
            left -= _size(content)
            if left >= 0:
                others[other.name] = content
    own = folder / f"{notebook}.ipynb"
    return SubmittedFiles(_notebook(own, travels), files, others, sort_of(own)[0])


def _size(content: Content) -> int:
    if isinstance(content, Path):
        info = is_regular(content)
        return info.st_size if info else 0
    return content if isinstance(content, int) else len(content)


def unpack(submitted: SubmittedFiles, notebook: Path, folder: Path) -> None:
    """Write the notebook to a file, and what lies beside it to a folder."""
    notebook.parent.mkdir(parents=True, exist_ok=True)
    if submitted.notebook is None:
        stand_in(notebook, submitted.sort)
    else:
        _write(notebook, submitted.notebook)
    for name, raw in submitted.others.items():
        _write(notebook.parent / name, raw)
    for name, content in submitted.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def copy_beside(
    folder: Path, target: Path, ignore: list[str], replaced: Collection[str] = ()
) -> None:
    """Copy what lies beside a submission's notebooks, within the bounds of `pack`.

    `ignore` and `replaced` are as for `pack`; `target`, the folder of the graded copy,
    is made.
    """
    target.mkdir(parents=True, exist_ok=True)
    left = MOST_BYTES
    for path, name in _beside(folder, ignore, replaced)[:MOST_FILES]:
        content = read_bounded(path, left)
        if content is not None:
            left -= len(content)
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


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


def _write(path: Path, content: Content) -> None:
    if isinstance(content, int):
        path.touch()
        os.truncate(path, content)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif (handle := open_regular(content)) is not None:
        with open(handle, "rb") as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy, CHUNK)


def digest_of_content(content: Content) -> bytes:
    """Return a digest that is the same wherever a file's content is held."""
    if isinstance(content, Path):
        return bytes.fromhex(digest_of_file(content, MAX_BYTES))
    inside = content if isinstance(content, bytes) else str(content).encode()
    return hashlib.sha256(inside).digest()


def fingerprint(
    folder: Path,
    notebooks: list[str],
    ignore: list[str],
    replaced: Collection[str] = (),
) -> str:
    """Return a digest of all of a submission that grading looks at.

    `ignore` and `replaced` are as for `pack`.
    """
    digest = hashlib.sha256()
    inside = [(str(folder / f"{name}.ipynb"), MAX_BYTES) for name in notebooks]
    inside += [(str(path), MOST_OTHER) for path in others_in(folder, notebooks)]
    left = MOST_BYTES
    others = _beside(folder, ignore, replaced)
    for path, most in [*inside, *((path, 0) for path, _ in others)]:
        info = is_regular(path)
        size = info.st_size if info else None
        name = os.path.relpath(path, folder)
        digest.update(f"{name}\0{size}\0".encode("utf-8", "replace"))
        if size is None or size > (most or left):
            continue  # nothing reads it either
        left -= 0 if most else size
        digest.update(digest_of_file(path, size).encode())
    return digest.hexdigest()
