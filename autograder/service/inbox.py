"""What has come in, and copies of it; nothing in an inbox is trusted."""

import errno
import os
import pwd
import re
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.files import read_bounded
from autograder.names import plain
from autograder.submissions import MAX_BYTES

__all__ = ["Arrival", "Inbox", "copy_submission", "owner_of"]

TIME, SECRET = "timestamp.txt", "submission_secret.txt"
COMPLETE = 0o777  # what `nbgrader submit` sets last
MOST_ENTRIES = 200_000
MOST_FILES = 2_000
MOST_DEPTH = 16
MOST_TOTAL = 2 * MAX_BYTES


@dataclass(frozen=True)
class Arrival:
    """A submission in an inbox.

    Attributes
    ----------
    path : Path
        Its folder.
    student, assignment : str
        As its name says.
    origin : str
        The inbox and the name.
    """

    path: Path
    student: str
    assignment: str
    origin: str


class Inbox:
    """A folder in which each submission is a folder STUDENT+ASSIGNMENT+TIME.

    Parameters
    ----------
    kind : str
        ``exchange`` or ``folder``.
    path : Path
        Where it is; it may not be there yet.
    settle : float
        Seconds without a change after which a submission counts as complete.

    Attributes
    ----------
    misnamed : list of Path
        What the last look found there that cannot be a submission.
    """

    def __init__(self, kind: str, path: Path, settle: float) -> None:
        self.kind, self.path, self._settle = kind, path, settle
        self.misnamed: list[Path] = []

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
                    if len(parts) < 3 or not usable or not folder:
                        # A name with a dot is a draft that is renamed later.
                        if not entry.name.startswith("."):
                            self.misnamed.append(Path(entry.path))
                        continue
                    changed = entry.stat(follow_symlinks=False).st_ctime
                    arrival = Arrival(Path(entry.path), parts[0], parts[1], origin)
                    found.append((changed, entry.name, arrival))
        except OSError:
            return  # it is not there, or not now
        for _, _, arrival in sorted(found, key=lambda item: item[:2]):
            if self._complete(arrival.path):
                yield arrival

    def _complete(self, path: Path) -> bool:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            marked = (path / TIME).exists() and (path / SECRET).exists()
            if self.kind == "exchange" and marked and mode & COMPLETE == COMPLETE:
                return True
            return time.time() - _latest(path) > self._settle
        except OSError:
            return False


def _latest(path: Path) -> float:
    """Return when something below a folder last changed."""
    latest = path.lstat().st_ctime
    for _, (folder, names, files) in zip(range(MOST_FILES), os.walk(path)):
        for name in [*names, *files][:MOST_FILES]:
            latest = max(latest, Path(folder, name).lstat().st_ctime)
    return latest


def owner_of(path: Path) -> str:
    """Return the system user to whom a submission belongs, or nothing."""
    try:
        return pwd.getpwuid(path.lstat().st_uid).pw_name
    except (KeyError, OSError):
        return ""


def copy_submission(source: Path, target: Path) -> str:
    """Copy the ordinary files of a submission, within bounds.

    Parameters
    ----------
    source : Path
        A learner's folder.
    target : Path
        A folder that is then either whole or not there.

    Returns
    -------
    str
        What was left out, or empty.

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
            for name in sorted(found):
                raw = read_bounded(name, MAX_BYTES, opened)
                files += 1
                total += len(raw or b"")
                if raw is None:
                    left_out = "what is no ordinary file, or too large"
                elif files > MOST_FILES or total > MOST_TOTAL:
                    left_out = "what was too much"
                    break
                else:
                    place = draft / below / name
                    try:
                        place.parent.mkdir(parents=True, exist_ok=True)
                        place.write_bytes(raw)
                    except OSError as problem:
                        if problem.errno != errno.ENAMETOOLONG:
                            raise
                        left_out = "what has too long a name"
            if files > MOST_FILES or total > MOST_TOTAL:
                break
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return left_out
