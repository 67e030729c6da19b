"""A place to work in: learners' copies of lessons and released assignments.

``release/`` and ``notebooks/`` are tracked, so nobody works in them. The copies
have the layout of the bundle that learners get.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from autograder.delivery.sheet import PRINTED, SHEET, printable
from autograder.errors import CourseError
from autograder.store import ENGLISH, edition_folder

FIRST = "notebooks/00_start_here.ipynb"
PATTERNS = ("*.ipynb", "*.cases.json", "*.md")


@dataclass
class Workspace:
    """What `prepare` found and did."""

    folder: Path
    copied: list[str] = field(default_factory=list)  # files that were not there before
    # Notebooks there whose public cases are of an earlier release. They are somebody's
    # work and were left alone.
    outdated: list[str] = field(default_factory=list)


def workspace_files(root: Path, language: str = ENGLISH) -> dict[str, Path]:
    """Return what belongs in a workspace: its name there, and its original.

    What has not been made of the edition in `language` is there in English.

    Raises
    ------
    CourseError
        If nothing has been released.
    """
    edition = edition_folder(root, language)
    folders = sorted(f for f in (root / "release").glob("*/") if any(f.glob("*.ipynb")))
    if not folders or not edition.is_dir():
        ending = "" if language == ENGLISH else f" EDITION={language}"
        raise CourseError(f"nothing is released yet: run `make release{ending}` first")
    files = {}
    for folder, name in [
        (root / "notebooks", "notebooks"),
        *((folder, f"assignments/{folder.name}") for folder in folders),
    ]:
        for pattern in PATTERNS:
            for path in sorted(folder.glob(pattern)):
                own = edition / path.relative_to(root)
                files[f"{name}/{path.name}"] = own if own.is_file() else path
    return files


def prepare(root: Path, folder: Path, language: str = ENGLISH) -> Workspace:
    """Copy lessons and released assignments to where they are absent.

    A notebook and its public cases travel together. A notebook that is there is never
    touched, and neither are its cases, which belong to that notebook's release. What
    has not been made of the edition in `language` is there in English.

    Raises
    ------
    CourseError
        If nothing has been released, or the workspace would be a part of
        ``release/`` or ``notebooks/``.
    """
    root, folder = root.resolve(), folder.resolve()
    for tracked in ("source", "release", "notebooks"):
        if folder.is_relative_to(root / tracked):
            raise CourseError(f"work elsewhere than in {tracked}/, which is tracked")
    made = Workspace(folder)
    files = workspace_files(root, language)
    # Decided before anything is copied: cases follow their notebook.
    present = {name for name in files if (folder / name).exists()}
    for name, original in files.items():
        target = folder / name
        if not name.endswith(".cases.json"):
            wanted = name not in present
        else:
            notebook = name.removesuffix(".cases.json") + ".ipynb"
            wanted = notebook not in present or name not in present
            if notebook in present and name in present:
                if target.read_bytes() != original.read_bytes():
                    made.outdated.append(notebook)
        if wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, target)
            made.copied.append(name)
    if SHEET in files and not (folder / PRINTED).exists():
        text = files[SHEET].read_text(encoding="utf-8")
        (folder / PRINTED).write_text(printable(text), encoding="utf-8")
        made.copied.append(PRINTED)
    return made
