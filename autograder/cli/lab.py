"""``python -m autograder lab``: JupyterLab on copies to work in."""

import os
import sys
from pathlib import Path

import click

from autograder.delivery.workspace import FIRST, prepare
from autograder.store import ENGLISH


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--workspace",
    help="Where the copies lie that learners work in; by default work, and "
    "work-LANGUAGE for an edition.",
)
@click.option("--edition", default=ENGLISH, show_default=True, help="Its language.")
@click.option("--prepare-only", is_flag=True, help="Copy, but open nothing.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(
    workspace: str | None, edition: str, prepare_only: bool, options: tuple[str, ...]
) -> None:
    """Open JupyterLab on copies of the lessons and the released assignments.

    Other OPTIONS, such as --no-browser, --port or --allow-root, go to
    JupyterLab.
    """
    usual = "work" if edition == ENGLISH else f"work-{edition}"
    made = prepare(Path.cwd(), Path(workspace or usual), edition)
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
