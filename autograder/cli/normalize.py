"""``python -m autograder normalize``: notebooks as git keeps them."""

from collections.abc import Iterable
from pathlib import Path

import click

from autograder.authoring.normal_form import normal_text, own_notebooks


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; list what is not.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def normalize(check: bool, paths: Iterable[Path]) -> None:
    """Bring notebooks (PATHS, or all sources and lessons) into normal form."""
    changed = 0
    for path in paths or own_notebooks(Path.cwd()):
        text = normal_text(path)
        if text == path.read_text(encoding="utf-8"):
            continue
        changed += 1
        if check:
            click.echo(f"{path} is not in normal form")
        else:
            path.write_text(text, encoding="utf-8")
            click.echo(f"{path}: brought into normal form")
    if not changed:
        click.echo("every notebook is in normal form")
    raise SystemExit(1 if check and changed else 0)
