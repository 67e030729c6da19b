"""What has come in, and copies of it; nothing in an inbox is trusted."""

import contextlib
import errno
import os
import pwd
import re
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.files import Sort, open_regular, read_bounded, sort_of, stand_in
from autograder.names import plain
from autograder.submissions import MAX_BYTES

TIME, SECRET = "timestamp.txt", "submission_secret.txt"
COMPLETE = 0o777  # what `nbgrader submit` sets last
MOST_ENTRIES = 200_000
MOST_FILES = 2_000
MOST_DEPTH = 16
MOST_MISNAMED = 1_000  # that one look names
MOST_SMALL = 1_000  # bytes of what the exchange puts beside notebooks
MOST_TOTAL = 2 * MAX_BYTES
CHUNK = 1 << 20


@dataclass(frozen=True)
class Arrival:
    """A submission in an inbox."""

    path: Path
    # As its name says.
    student: str
    assignment: str
    origin: str  # the inbox and the name


class Inbox:
    """A folder in which each submission is a folder STUDENT+ASSIGNMENT+TIME.

    The kind is ``exchange`` or ``folder``; the folder may not be there yet. A
    submission is complete after `settle` seconds without a change. `misnamed` is what
    the last look found there that cannot be a submission.
    """

    def __init__(self, kind: str, path: Path, settle: float) -> None:
        self.kind, self.path, self._settle = kind, path, settle
        self.misnamed: list[Path] = []
        # When to look into a submission again: nobody's folders, which may be many
        # and change all the time, are looked into each time.
        self._next: dict[Path, float] = {}

    def arrivals(self, known: set[str]) -> Iterator[Arrival]:
        """Yield what is complete and not known, the oldest first."""
        found = []
        self.misnamed = []
        try:
            with os.scandir(self.path) as entries:
                for _, entry in zip(range(MOST_ENTRIES), entries):
                    origin = f"{self.kind}:{entry.name}"
                    # As nbgrader reads it: a learner's name may hold a plus sign.
                    parts = entry.name.rsplit("+", 3)
                    if len(parts) == 4 and not re.match(r"\d{4}-\d\d-\d\d ", parts[2]):
                        parts = entry.name.rsplit("+", 2)
                    if origin in known:
                        continue
                    folder = entry.is_dir(follow_symlinks=False)
                    usable = len(origin) <= 500 and plain(origin) == origin
                    if len(parts) < 3 or not all(parts[:2]) or not usable or not folder:
                        # A name with a dot is a draft that is renamed later.
                        few = len(self.misnamed) < MOST_MISNAMED
                        if few and not entry.name.startswith("."):
                            self.misnamed.append(Path(entry.path))
                        continue
                    changed = entry.stat(follow_symlinks=False).st_ctime
                    arrival = Arrival(Path(entry.path), parts[0], parts[1], origin)
                    found.append((changed, entry.name, arrival))
        except OSError:
            return  # it is not there, or not now
        there = {arrival.path for _, _, arrival in found}
        self._next = {p: when for p, when in self._next.items() if p in there}
        for _, _, arrival in sorted(found, key=lambda item: item[:2]):
            if self._complete(arrival.path):
                yield arrival

    def _complete(self, path: Path) -> bool:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            marked = (path / TIME).exists() and (path / SECRET).exists()
            if self.kind == "exchange" and marked and mode & COMPLETE == COMPLETE:
                return True
            if time.monotonic() >= self._next.get(path, 0.0):
                left = self._settle - (time.time() - _latest(path))
                if left < 0:
                    self._next[path] = float("inf")
                else:
                    self._next[path] = time.monotonic() + min(left, self._settle)
            return self._next[path] == float("inf")
        except OSError:
            return False


def _latest(path: Path) -> float:
    """Return when something below a folder last changed."""
    latest, left = path.lstat().st_ctime, MOST_FILES
    folders = [str(path)]  # no function calls itself: a learner's folders are deep
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in islice(entries, left):
                left -= 1
                latest = max(latest, entry.stat(follow_symlinks=False).st_ctime)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return latest


def owner_of(path: Path) -> str:
    """Return the system user to whom a submission belongs, or nothing."""
    try:
        return pwd.getpwuid(path.lstat().st_uid).pw_name
    except (KeyError, OSError):
        return ""


def _copy(name: str, folder: int, place: Path) -> int | None:
    """Copy an ordinary file of an open folder, part by part; return its size.

    Zeros that take no space take none here. What is too large is not copied.
    """
    handle = open_regular(name, folder)
    if handle is None:
        sort = sort_of(name, folder)[0]
        if sort in (Sort.LINK, Sort.HARD_LINK) and name.endswith(".ipynb"):
            place.parent.mkdir(parents=True, exist_ok=True)
            stand_in(place, sort)  # the page says what it was
        return None
    with open(handle, "rb") as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            return None
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as copy:
            while (part := file.read(CHUNK)) and copy.tell() <= MAX_BYTES:
                if part.strip(b"\0"):
                    copy.write(part)
                else:
                    copy.seek(len(part), os.SEEK_CUR)
            return copy.truncate()


def copy_small(source: Path, target: Path) -> None:
    """Copy no more of a submission than what tells its owner what became of it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in (TIME, SECRET):
        raw = read_bounded(source / name, MOST_SMALL)
        if raw is not None:
            (target / name).write_bytes(raw)


def remove_copy(folder: Path) -> None:
    """Remove the files of a copy, but for what `copy_small` copies."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (TIME, SECRET):
            path.unlink()


def size_of(folder: Path) -> int:
    """Return how many bytes of the disk a copy takes."""
    paths = [
        os.path.join(top, name) for top, _, names in os.walk(folder) for name in names
    ]
    return sum(os.lstat(path).st_blocks * 512 for path in paths)


def copy_submission(source: Path, target: Path) -> str:
    """Copy the ordinary files of a submission, within bounds.

    `target` is then either whole or, after an error, not there. Returns what was left
    out, or nothing.

    Raises
    ------
    OSError
        If the disk is full or the like: nothing is left behind.
    """
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    files, total, left_out = 0, 0, ""
    try:
        # By descriptors: the learner may exchange a folder for a link meanwhile.
        for folder, names, found, opened in os.fwalk(source):
            below = Path(folder).relative_to(source)
            if len(below.parts) >= MOST_DEPTH:
                names.clear()
                left_out = "folders too deep"
            names[:] = [n for n in sorted(names) if n != ".ipynb_checkpoints"]
            files += 1
            for name in sorted(found):
                files += 1
                if files > MOST_FILES or total > MOST_TOTAL:
                    break
                try:
                    size = _copy(name, opened, draft / below / name)
                except OSError as problem:
                    if problem.errno != errno.ENAMETOOLONG:
                        raise
                    left_out = "what has too long a name"
                    continue
                total += size or 0
                if size is None:
                    left_out = "what is no ordinary file, or too large"
            if files > MOST_FILES or total > MOST_TOTAL:
                left_out = "what was too much"
                break
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return left_out
