"""A place to work in: learners' copies of lessons and released assignments.

``release/`` and ``notebooks/`` are tracked, so nobody works in them. The copies
have the layout of the bundle that learners get.
"""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from autograder.nbgrader.course import CourseError

__all__ = ["Workspace", "lab", "prepare", "workspace_files"]

FIRST = "notebooks/00_start_here.ipynb"
PATTERNS = ("*.ipynb", "*.cases.json", "*.md")


@dataclass
class Workspace:
    """What `prepare` found and did.

    Attributes
    ----------
    folder : Path
        The workspace.
    copied : list of str
        Files that were not there before.
    outdated : list of str
        Notebooks there whose public cases are of an earlier release. They are
        somebody's work and were left alone.
    """

    folder: Path
    copied: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)


def workspace_files(root: Path) -> dict[str, Path]:
    """Return what belongs in a workspace: its name there, and its original.

    Parameters
    ----------
    root : Path
        The course's folder.

    Returns
    -------
    dict of str to Path
        Lessons and released assignments.

    Raises
    ------
    CourseError
        If nothing has been released.
    """
    folders = sorted(f for f in (root / "release").glob("*/") if any(f.glob("*.ipynb")))
    if not folders:
        raise CourseError("nothing is released yet: run `make release` first")
    files = {}
    for folder, name in [
        (root / "notebooks", "notebooks"),
        *((folder, f"assignments/{folder.name}") for folder in folders),
    ]:
        for pattern in PATTERNS:
            for path in sorted(folder.glob(pattern)):
                files[f"{name}/{path.name}"] = path
    return files


def prepare(root: Path, folder: Path) -> Workspace:
    """Copy lessons and released assignments to where they are absent.

    A notebook and its public cases travel together. A notebook that is there is
    never touched, and neither are its cases, which belong to that notebook's
    release.

    Parameters
    ----------
    root : Path
        The course's folder.
    folder : Path
        The workspace; made if it does not exist.

    Returns
    -------
    Workspace
        What was copied, and what is of an earlier release.

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
    files = workspace_files(root)
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
    return made


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--workspace",
    default="work",
    show_default=True,
    help="Where the copies lie that learners work in.",
)
@click.option("--prepare-only", is_flag=True, help="Copy, but open nothing.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(workspace: str, prepare_only: bool, options: tuple[str, ...]) -> None:
    """Open JupyterLab on copies of the lessons and the released assignments.

    Other OPTIONS, such as --no-browser, --port or --allow-root, go to
    JupyterLab.
    """
    made = prepare(Path.cwd(), Path(workspace))
    click.echo(
        f"{made.folder}: {len(made.copied)} files copied; what was there is untouched"
    )
    if made.outdated:
        click.echo(
            f"of an earlier release, and kept: {', '.join(made.outdated)} (rename or "
            "remove what you no longer need, and run this again for the new one)"
        )
    if prepare_only:
        return
    arguments = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        f"--ServerApp.root_dir={made.folder}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        *options,
    ]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)
