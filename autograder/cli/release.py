"""``python -m autograder release``: what learners get, generated from source/."""

import shutil
import sys
from pathlib import Path

import click

from autograder.cli.console import console, progress_bar
from autograder.cli.lessons import record_lessons
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.store import ENGLISH, edition_folder


@click.command()
@click.argument("assignment", required=False)
@click.option(
    "--edition",
    default=ENGLISH,
    show_default=True,
    help="Also make this edition, in editions/; see translations/.",
)
def release(assignment: str | None, edition: str) -> None:
    """Generate ASSIGNMENT, or all and the lessons, as nbgrader does."""
    others = [] if edition == ENGLISH else [edition]
    course = Course(Path.cwd(), others)
    names = course.chosen(assignment)
    lacking: dict[str, int] = {}
    if others:
        names, lacking = _whole(course, names, edition)
    with progress_bar(width=36) as progress:
        task = progress.add_task("generating", total=len(names))
        for name in names:
            progress.update(task, description=f"generating {name}")
            course.generate(name)
            progress.advance(task)
    console.print(f"generated: {', '.join(names) or 'nothing'}")
    failed = 0
    if others and assignment is None:
        from autograder.delivery.editions import write_lessons
        from autograder.translations.editions import Edition

        made, more = write_lessons(Edition(course.root, edition))
        console.print(f"made: {', '.join(made) or 'nothing'}")
        lacking |= {name: len(found) for name, found in more.items()}
    elif assignment is None:
        failed = record_lessons("*")
    for name, count in lacking.items():
        console.print(f"not in {edition}: {name} ({count} texts lack)", soft_wrap=True)
    sys.exit(1 if lacking else failed)


def _whole(
    course: Course, names: list[str], language: str
) -> tuple[list[str], dict[str, int]]:
    """Divide assignments into those that an edition has, and what others lack."""
    from autograder.translations.editions import Edition

    edition = Edition(course.root, language)
    lacking = {name: len(edition.lacks(name)) for name in names}
    if len(names) == 1 and lacking[names[0]]:
        first = edition.lacks(names[0])[0]
        raise CourseError(
            f"{names[0]} was not made: {lacking[names[0]]} texts lack in {language}, "
            f"the first: {first}"
        )
    whole = [name for name in names if not lacking[name]]
    for name in names:
        if lacking[name]:
            # What an earlier run made says less, or something else, than English does.
            folder = edition_folder(course.root, language) / "release" / name
            shutil.rmtree(folder, ignore_errors=True)
    return whole, {name: count for name, count in lacking.items() if count}
