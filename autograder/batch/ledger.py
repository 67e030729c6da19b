"""What a run leaves for the next one, below ``.cache/grading/ASSIGNMENT/``.

``results/`` holds finished notebooks by the digest of all that they depend on,
``graded/`` for each learner the digest of what their grade was made from,
``redo.json`` who is still to be graded anew after ``--force``. All of it may be
deleted at any time: it costs time, never a grade.
"""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.errors import CourseError
from autograder.files import read_bounded, write_atomically
from autograder.flags import flags_form, flags_from
from autograder.nbgrader.worker import Finished

MAX_RESULT = 400_000_000
MAX_NOTE = 10_000_000
KEY = re.compile(r"[0-9a-f]{64}")


class Ledger:
    """An assignment's record of what has been done."""

    def __init__(self, root: Path, assignment: str) -> None:
        self.folder = root / ".cache" / "grading" / assignment
        self._results = self.folder / "results"
        self._graded = self.folder / "graded"
        self._redo = self.folder / "redo.json"
        for folder in (self._results, self._graded):
            folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs of this assignment away.

        Raises
        ------
        CourseError
            If one is at work.
        """
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CourseError(
                    "this assignment is being graded by another run: wait for it"
                ) from None
            os.set_inheritable(lock.fileno(), False)
            yield

    def keys(self) -> frozenset[str]:
        """Return the keys of the results that there are."""
        return frozenset(
            path.stem
            for path in self._results.glob("*.json")
            if KEY.fullmatch(path.stem)
        )

    def recall(self, finished: Finished) -> bool:
        """Fill in what is known of a notebook; False if it is damaged."""
        key = finished.key
        form = _read(self._results / f"{key}.json", MAX_RESULT)
        if not isinstance(form, dict) or form.get("key") != key:
            return False
        text, flagged = form.get("notebook"), form.get("flagged")
        if not isinstance(text, str) or not isinstance(flagged, dict):
            return False
        finished.text = text
        finished.flagged = {str(name): str(why) for name, why in flagged.items()}
        finished.flags = flags_from(form.get("flags"))
        return True

    def keep(self, finished: Finished) -> None:
        """Keep a result that doing it again would give again."""
        if finished.lasting and finished.text:
            form = {
                "key": finished.key,
                "notebook": finished.text,
                "flagged": finished.flagged,
                "flags": flags_form(finished.flags),
            }
            # What a power failure spoils is found out, and done again.
            path = self._results / f"{finished.key}.json"
            write_atomically(path, json.dumps(form), synced=False)

    def made_from(self, student: str) -> str:
        """Return the digest of what a learner's grade was made from, or nothing."""
        form = _read(self._graded / f"{student}.json", MAX_NOTE)
        found = form.get("made_from") if isinstance(form, dict) else None
        return found if isinstance(found, str) else ""

    def note(self, student: str, made_from: str) -> None:
        """Note what a learner's grade was made from."""
        path, form = self._graded / f"{student}.json", {"made_from": made_from}
        write_atomically(path, json.dumps(form), synced=False)

    def forget(self, student: str) -> None:
        """Forget a learner's grade, which is about to be made anew."""
        (self._graded / f"{student}.json").unlink(missing_ok=True)

    def to_redo(self) -> set[str]:
        """Return who is still to be graded anew after ``--force``."""
        form = _read(self._redo, MAX_NOTE)
        return {str(name) for name in form} if isinstance(form, list) else set()

    def plan_redo(self, students: Iterable[str]) -> None:
        """Remember who is still to be graded anew."""
        left = sorted(students)
        if left:
            write_atomically(self._redo, json.dumps(left))
        else:
            self._redo.unlink(missing_ok=True)


def _read(path: Path, most: int) -> object:
    raw = read_bounded(path, most)
    try:
        return None if raw is None else json.loads(raw)
    except (ValueError, RecursionError):
        return None
