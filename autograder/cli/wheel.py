"""``python -m autograder wheel``: what checks and grades, for other courses."""

from pathlib import Path

import click

from autograder.delivery.wheel import build_wheel


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/wheel"),
    show_default=True,
    help="Folder in which it is put.",
)
def wheel(output: Path) -> None:
    """Build a wheel of what checks and grades, without this course's content."""
    click.echo(build_wheel(Path.cwd(), output))
