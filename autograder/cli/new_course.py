"""``python -m autograder new-course``: a small course that works."""

import shutil
from pathlib import Path

import click

from autograder.delivery.new_course import make_course
from autograder.delivery.wheel import build_wheel, installed_wheel, wheel_name


@click.command(name="new-course")
@click.argument("folder", type=click.Path(path_type=Path))
def new_course(folder: Path) -> None:
    """Make a small working course in FOLDER: change its one assignment into yours."""
    written = make_course(folder)
    clone = Path(__file__).resolve().parents[2]
    wheels = folder / "wheels"
    if (clone / "pyproject.toml").is_file():
        written.append(build_wheel(clone, wheels))
    elif (wheel := installed_wheel()) is not None:
        wheels.mkdir()
        written.append(Path(shutil.copy(wheel, wheels)))
    click.echo(
        f"{len(written)} files in {folder}; its README.md says how to go on: "
        "`pip install -r requirements.txt`, `make test`, `make grade`"
    )
    if not wheels.is_dir():
        click.echo(
            f"for other machines and CI, put {wheel_name()}, from which this was "
            f"installed, into {wheels}/"
        )
