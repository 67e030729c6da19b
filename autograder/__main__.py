"""The graders' command line: ``python -m autograder COMMAND``."""

import sys
import time
from pathlib import Path

import click

from autograder.catalogue import CatalogueError
from autograder.gates import GateError, check_catalogue, check_release
from autograder.recording import record
from autograder.sources import SourceError, read_source

BROKEN = (CatalogueError, GateError, SourceError)


@click.group()
def main() -> None:
    """Grade notebooks, and see that what grades them is sound."""


@main.command()
@click.argument("assignment")
@click.argument("notebook", required=False)
def gates(assignment: str, notebook: str | None) -> None:
    """Record ASSIGNMENT's cases and hold them against the rules, saving nothing."""
    folder = Path("source", assignment)
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in Path("source").glob("*/")))
        raise click.ClickException(f"no assignment {assignment}; there are: {known}")
    failed = 0
    for path in sorted(folder.glob("*.ipynb")):
        if notebook and path.stem != notebook:
            continue
        begun = time.monotonic()
        try:
            source = read_source(path)
            store = record(source, folder)
            check_catalogue(source, store)
            check_release(source, store, folder)
        except BROKEN as error:
            failed += 1
            click.echo(f"{path.stem}: {error}")
            continue
        functions = store.cases.functions.values()
        cases = sum(len(function.cases) for function in functions)
        entries = sum(len(function.entries) for function in functions)
        click.echo(
            f"{path.stem}: all gates passed ({len(functions)} functions, {cases} "
            f"cases, {entries} catalogued answers, {time.monotonic() - begun:.1f} s)"
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
