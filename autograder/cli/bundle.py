"""``python -m autograder bundle``: the zip that learners get."""

from pathlib import Path

import click

from autograder.cli.console import console
from autograder.delivery.bundle import bundle as pack
from autograder.nbgrader.course import Course


@click.command()
@click.option("--output", default="build/neural-networks.zip", show_default=True)
def bundle(output: str) -> None:
    """Pack the zip that learners get."""
    count = pack(Course(Path.cwd()), Path(output))
    size = Path(output).stat().st_size / 1e6
    console.print(f"{output}: {count} files, {size:.1f} MB")
