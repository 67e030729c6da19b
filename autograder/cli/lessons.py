"""``python -m autograder lessons``: the public cases of lessons."""

import sys
from pathlib import Path

import click

from autograder.authoring.lessons import write_lesson
from autograder.cli.console import console
from autograder.errors import CourseError


@click.command()
@click.argument("lesson", required=False)
def lessons(lesson: str | None) -> None:
    """Record the public cases of all lessons, or of LESSON alone."""
    if not Path("notebooks", f"{lesson}.ipynb").is_file() and lesson:
        known = ", ".join(sorted(p.stem for p in Path("notebooks").glob("*.ipynb")))
        raise click.ClickException(f"no lesson {lesson}; known: {known or 'none'}")
    sys.exit(record_lessons(lesson or "*"))


def record_lessons(pattern: str) -> int:
    """Record lessons and return 1 if one of them breaks a rule, else 0."""
    failed = 0
    for path in sorted(Path("notebooks").glob(f"{pattern}.ipynb")):
        try:
            console.print(f"{path.stem}: recorded in {write_lesson(path)}")
        except CourseError as error:
            failed = 1
            console.print(f"{path.stem}: {error}")
    return failed
