"""``python -m autograder new-course``: a small course that works."""

from pathlib import Path

import click

from autograder.delivery.new_course import make_course

__all__ = ["new_course"]


@click.command(name="new-course")
@click.argument("folder", type=click.Path(path_type=Path))
def new_course(folder: Path) -> None:
    """Make a small working course in FOLDER: change its one assignment into yours."""
    written = make_course(folder)
    click.echo(
        f"{len(written)} files in {folder}; there, run `make test`, `make grade`"
    )
