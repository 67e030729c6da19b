"""``python -m autograder grade-file``: one notebook's result, for people and programs.

The exit status is 0 where everything was judged and enough is right, 1 where it
is not enough, and 2 where something could not be judged or the call is wrong.
"""

import json
import sys
from pathlib import Path

import click

from autograder.doors.api import grade, grade_folder
from autograder.doors.summary import markdown_of
from autograder.errors import CourseError


@click.command(name="grade-file")
@click.argument("notebook", type=click.Path(exists=True, path_type=Path))
@click.option("--assignment", required=True, help="The assignment's name.")
@click.option(
    "--cases",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("cases"),
    help="Folder of recorded cases; cases/ of this folder by default.",
)
@click.option("--name", default="", help="Which notebook it is, if its name lies.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
@click.option(
    "--require",
    type=click.FloatRange(0, 100),
    default=0.0,
    help="Percentage of the points below which the exit status is 1.",
)
def grade_file(
    notebook: Path,
    assignment: str,
    cases: Path,
    name: str,
    as_json: bool,
    require: float,
) -> None:
    """Grade NOTEBOOK, or all notebooks of a folder, without gradebook or course.

    Nothing is saved, and nothing hidden is printed.
    """
    try:
        if notebook.is_dir():
            results = grade_folder(notebook, assignment, cases=cases)
        else:
            results = [grade(notebook, assignment, cases=cases, name=name)]
    except CourseError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    if as_json:
        forms = [result.form() for result in results]
        whole = forms if notebook.is_dir() else forms[0]
        click.echo(json.dumps(whole, indent=1, ensure_ascii=False))
    else:
        click.echo(markdown_of(results))
    if not all(result.judged for result in results):
        sys.exit(2)
    points = sum(result.points for result in results)
    out_of = sum(result.out_of for result in results)
    sys.exit(1 if 100 * points < require * out_of else 0)
