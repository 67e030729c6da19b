"""``python -m autograder bundle``: the zip that learners get."""

from pathlib import Path

import click

from autograder.cli.console import console
from autograder.delivery.bundle import bundle as pack
from autograder.nbgrader.course import Course
from autograder.store import ENGLISH


@click.command()
@click.option("--output", help="By default a file in build/ called after the edition.")
@click.option("--edition", default=ENGLISH, show_default=True, help="Its language.")
def bundle(output: str | None, edition: str) -> None:
    """Pack the zip that learners get; what an edition lacks is in it in English."""
    ending = "" if edition == ENGLISH else f"-{edition}"
    output = output or f"build/neural-networks{ending}.zip"
    count = pack(Course(Path.cwd()), Path(output), edition)
    size = Path(output).stat().st_size / 1e6
    console.print(f"{output}: {count} files, {size:.1f} MB")
