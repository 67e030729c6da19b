"""``python -m autograder doctor``: what protects this machine while grading."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from autograder.sandbox.isolation import capabilities


@click.command()
def doctor() -> None:
    """Say what of the sandbox is in force on this machine, for this user.

    The exit status is 1 where grading of untrusted work refuses.
    """
    measures = capabilities()
    table = Table(title="While grading, on this machine, for this user")
    for heading in ("measure", "in force", "how, or why not"):
        table.add_column(heading)
    for measure in measures:
        answer = "[green]yes[/]" if measure.in_force else "[red]no[/]"
        table.add_row(measure.name, answer, measure.how)
    Console().print(table)
    raise SystemExit(0 if measures[0].in_force else 1)


if __name__ == "__main__":
    doctor()
