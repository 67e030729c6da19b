"""The command ``python -m autograder mutate``."""

import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from autograder.authoring.sources import read_source
from autograder.cli.console import progress_bar
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.quality.contract_mutants import all_mutants
from autograder.quality.mutation import Killed, mutate, sampled
from autograder.quality.mutation_worker import NO_INPUTS


def drive_all(
    root: Path,
    notebooks: list[tuple[str, str]],
    *,
    function: str = "",
    sample: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    contracts: bool = False,
    console: Console | None = None,
) -> list[tuple[str, Killed]]:
    """Drive the mutants of several notebooks, some at the same time.

    A sample is drawn from all of them in proportion; the other options are those of
    `mutate`. Returns the assignment and what became of each mutant, by notebook.

    Raises
    ------
    MutationError
        If a notebook cannot be driven.
    """
    shares: dict[tuple[str, str], int | None] = dict.fromkeys(notebooks)
    if sample is not None:
        totals = {
            (assignment, name): len(
                all_mutants(
                    read_source(root / "source" / assignment / f"{name}.ipynb"),
                    contracts,
                )
            )
            for assignment, name in notebooks
        }
        shares.update(sampled(totals, sample))
    with progress_bar(on=console, width=28, disable=console is None) as progress:

        def work(item: tuple[str, str]) -> list[tuple[str, Killed]]:
            task = progress.add_task(item[1], total=None)
            found = []
            for killed in mutate(
                root,
                *item,
                function=function,
                sample=shares[item],
                seed=seed,
                contracts=contracts,
                begun=lambda total: progress.update(task, total=total),
            ):
                found.append((item[0], killed))
                progress.advance(task)
            return found

        with ThreadPoolExecutor(jobs) as pool:
            return [pair for part in pool.map(work, notebooks) for pair in part]


@click.command(name="mutate")
@click.argument("assignment", required=False)
@click.argument("notebook", required=False)
@click.option("--function", default="", help="One graded function only.")
@click.option("--sample", type=int, help="How many mutants to draw; all by default.")
@click.option("--seed", default=0, show_default=True, help="Seed of the draw.")
@click.option("--jobs", default=2, show_default=True, help="Notebooks at a time.")
@click.option("--list", "kind", help="Also list these: killed, equivalent, plain.")
def mutate_command(
    assignment: str | None,
    notebook: str | None,
    function: str,
    sample: int | None,
    seed: int,
    jobs: int,
    kind: str | None,
) -> None:
    """Make every single change of the solutions and see that hidden cases kill it.

    Then the same for contracts: what one forbids is killed and told under the name
    of its term, what it allows keeps full marks.
    """
    console = Console()
    course = Course(Path.cwd())
    notebooks = [
        (name, stem)
        for name in course.chosen(assignment)
        for stem in course.notebooks(name)
        if notebook in (None, stem)
    ]
    folder = course.root / "source"
    notebooks = [
        (name, stem)
        for name, stem in notebooks
        if read_source(folder / name / f"{stem}.ipynb").has_checks
    ]
    if not notebooks:
        raise CourseError("no cell calls check there: no solution is to be changed")
    begun = time.monotonic()
    results, contracts = (
        drive_all(
            course.root,
            notebooks,
            function=function,
            sample=sample,
            seed=seed,
            jobs=jobs,
            contracts=of_contracts,
            console=console,
        )
        for of_contracts in (False, True)
    )
    console.print(_table(results))
    for _, item in results:
        plain = item.state == "killed" and not item.entry and not item.kind
        if item.state == "survived":
            differs = "" if item.why == NO_INPUTS else "differs on "
            click.echo(
                f"survived: {item.notebook}.{item.function}, line {item.line}: "
                f"{item.change}\n    {differs}{item.why}"
            )
        elif item.state == kind or (kind == "plain" and plain):
            click.echo(
                f"{kind}: {item.notebook}.{item.function}, line {item.line}: "
                f"{item.change}\n    {item.sentence}"
            )
    broken = [item for _, item in contracts if not item.held]
    for item in broken:
        click.echo(
            f"contract: {item.notebook}.{item.function} {item.change}: "
            f"{item.term or 'allowed'}, {item.state}, told as {item.entry or '-'}"
        )
    seconds = time.monotonic() - begun
    survivors = sum(item.state == "survived" for _, item in results)
    click.echo(f"{len(results)} mutants in {seconds:.0f} s, {survivors} survived")
    click.echo(
        f"{len(contracts)} contract mutants, {len(broken)} not as the contract says"
    )
    sys.exit(1 if survivors or broken else 0)


def _table(results: list[tuple[str, Killed]]) -> Table:
    table = Table("notebook", "function")
    heads = ("mutants", "equivalent", "killed", "kill rate", "recognised", "told more")
    for head in heads:
        table.add_column(head, justify="right")
    groups: dict[tuple[str, str], list[Killed]] = {}
    for _, item in results:
        groups.setdefault((item.notebook, item.function), []).append(item)
    for (notebook, function), items in groups.items():
        table.add_row(notebook, function, *_counts(items))
    table.add_section()
    table.add_row("all", "", *_counts([item for _, item in results]))
    return table


def _counts(items: list[Killed]) -> list[str]:
    states = Counter(item.state for item in items)
    judged = len(items) - states["equivalent"]
    rate = f"{states['killed'] / judged:.1%}" if judged else ""
    known = sum(bool(item.entry) for item in items)
    others = [item for item in items if item.state == "killed" and not item.entry]
    told = sum(bool(item.kind) for item in others)
    share = f"{told / len(others):.0%}" if others else ""
    return [
        str(len(items)),
        str(states["equivalent"]),
        str(states["killed"]),
        rate,
        str(known),
        share,
    ]
