"""The command ``python -m autograder quality``: measure all, write the page."""

import hashlib
import json
import os
import platform
import resource
import shutil
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from autograder.authoring.sources import SourceNotebook, read_source
from autograder.nbgrader.course import Course
from autograder.quality.attempts import attempts_of
from autograder.quality.contract_mutants import contract_mutants
from autograder.quality.entries import entries_told
from autograder.quality.mutants import mutants_of
from autograder.quality.mutation import Killed, MutationError, mutate, todays_store
from autograder.quality.quality_page import Measured, Setting, page_of, row_of
from autograder.quality.single_faults import SAMPLE, SLACK, SingleFault, single_faults
from autograder.quality.stability import (
    SETTINGS,
    Environment,
    environment_of,
    grade_again,
)

__all__ = ["quality_command"]

# In each of four settings, so that every submission is graded a hundred times.
ROUNDS = 25
# What decides, beside the sources, what becomes of a mutant or an answer.
CODE = (
    "helpers/checks/*.py",
    "autograder/judging.py",
    "autograder/driving.py",
    "autograder/feedback.py",
    "autograder/forks.py",
    "autograder/authoring/recorder.py",
    "autograder/quality/*.py",
    "autograder/quality/regrading.py",
)


class Bench:
    """Measures notebooks side by side and keeps what was measured.

    Parameters
    ----------
    root : Path
        The course.
    jobs : int
        How many processes at a time.
    console : Console
        Where progress is shown.
    """

    def __init__(self, root: Path, jobs: int, console: Console) -> None:
        self.root = root
        self.jobs = jobs
        self.console = console
        self.folder = root / "build" / "quality"
        self.code = hashlib.sha256()
        for pattern in CODE:
            for path in sorted(root.glob(pattern)):
                self.code.update(path.read_bytes())

    def key(self, source: SourceNotebook, *more: object) -> str:
        """Return a digest of all that a result depends on."""
        digest = self.code.copy()
        folder = self.root / "source" / source.assignment
        inputs = (folder / "inputs.py").read_text(encoding="utf-8")
        parts = [source.digest, inputs, platform.python_version(), *more]
        digest.update(json.dumps(parts).encode())
        return digest.hexdigest()

    def kept(self, kind: str, source: SourceNotebook, key: str) -> object | None:
        """Return what is known of a notebook, or None."""
        try:
            text = self._path(kind, source).read_text(encoding="utf-8")
            form = json.loads(text)
        except (OSError, ValueError):
            return None
        return form["result"] if form.get("key") == key else None

    def keep(self, kind: str, source: SourceNotebook, key: str, result: object) -> None:
        """Write down what was found out about a notebook."""
        path = self._path(kind, source)
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".new")
        scratch.write_text(json.dumps({"key": key, "result": result}), encoding="utf-8")
        scratch.replace(path)

    def _path(self, kind: str, source: SourceNotebook) -> Path:
        return self.folder / f"{source.assignment}.{source.name}.{kind}.json"

    def measure(
        self,
        kind: str,
        title: str,
        work: list[tuple[SourceNotebook, str, int]],
        make: Callable[[SourceNotebook, Callable[[], None]], object],
    ) -> tuple[list, bool]:
        """Measure something of each notebook, the largest first.

        Parameters
        ----------
        kind, title : str
            A short name for files, and one for people.
        work : list of (SourceNotebook, str, int)
            Each notebook with the key of its result and how many steps it takes.
        make : callable
            Gets a notebook and what to call after each step; its result must be
            what JSON can hold.

        Returns
        -------
        tuple of (list, bool)
            The results in the order of ``work``, and whether all are new.
        """
        known = {
            i: self.kept(kind, source, key) for i, (source, key, _) in enumerate(work)
        }
        missing = [i for i in known if known[i] is None]
        missing.sort(key=lambda i: -work[i][2])
        with Progress(
            "{task.description:<16}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
        ) as progress:
            total = sum(work[i][2] for i in missing)
            task = progress.add_task(title, total=total, visible=bool(missing))

            def one(i: int) -> None:
                source, key, _ = work[i]
                known[i] = make(source, lambda: progress.advance(task))
                self.keep(kind, source, key, known[i])

            with ThreadPoolExecutor(self.jobs) as pool:
                list(pool.map(one, missing))
        return [known[i] for i in range(len(work))], len(missing) == len(work)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _mutants(
    bench: Bench, sources: list[SourceNotebook]
) -> tuple[list[list[Killed]], list[str]]:
    """Drive all mutants; return what became of them, and how long it took."""
    work = [
        (
            source,
            bench.key(source),
            sum(
                len(mutants_of(graded.cell.source, name))
                for name, graded in source.functions.items()
            ),
        )
        for source in sources
    ]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list[dict]:
        found = []
        for item in mutate(bench.root, source.assignment, source.name):
            found.append(asdict(item))
            step()
        return found

    begun, used = time.monotonic(), _cpu()
    forms, cold = bench.measure("mutants", "mutants", work, make)
    whole = bench.folder / "time.json"
    if cold:
        times = {
            "mutants": sum(len(form) for form in forms),
            "clock": time.monotonic() - begun,
            "cpu": _cpu() - used,
            "jobs": bench.jobs,
            "cores": os.cpu_count(),
        }
        whole.write_text(json.dumps(times), encoding="utf-8")
    return [[Killed(**item) for item in form] for form in forms], _times(whole)


def _contracts(bench: Bench, sources: list[SourceNotebook]) -> list[list[Killed]]:
    """Drive the mutants of all contracts."""
    work = [
        (
            source,
            bench.key(source, "contracts"),
            sum(len(contract_mutants(graded)) for graded in source.functions.values()),
        )
        for source in sources
    ]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list[dict]:
        found = []
        for item in mutate(bench.root, source.assignment, source.name, contracts=True):
            found.append(asdict(item))
            step()
        return found

    forms, _ = bench.measure("contracts", "contract mutants", work, make)
    return [[Killed(**item) for item in form] for form in forms]


def _faults(bench: Bench, sources: list[SourceNotebook]) -> list[list[SingleFault]]:
    """Measure what one wrong function costs in otherwise perfect work."""
    work = [(source, bench.key(source, "faults", SAMPLE), 1) for source in sources]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list[dict]:
        found = single_faults(bench.root, source.assignment, source.name)
        step()
        return [asdict(fault) for fault in found]

    forms, _ = bench.measure("faults", "single faults", work, make)
    return [[SingleFault(**fault) for fault in form] for form in forms]


def _times(path: Path) -> list[str]:
    """Say how long driving all mutants took when it was last done in one go."""
    try:
        times = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ["The mutants were driven in several runs; no time is given for them."]
    return [
        f"Driving all {times['mutants']} mutants anew took {times['clock'] / 60:.1f} "
        f"minutes on the clock and {times['cpu'] / 60:.1f} minutes of processor time, "
        f"with {times['jobs']} processes on {times['cores']} cores "
        f"(Python {platform.python_version()}, NumPy {np.__version__}).",
        "The clock's time includes what else the machine was doing.",
    ]


def _answers_of(root: Path, source: SourceNotebook) -> list[tuple[str, str, str]]:
    """Return the right answers that the tests keep of a notebook."""
    folder = root / "tests" / "right_answers" / source.assignment
    path = folder / f"{source.name}.toml"
    if not path.exists():
        return []
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        (function, entry["name"], entry["code"])
        for function, entries in tables.items()
        for entry in entries
    ]


def _right(
    bench: Bench,
    sources: list[SourceNotebook],
    environments: dict[tuple[str, int], tuple[str, Environment]],
) -> list[list[Killed]]:
    """Drive the right answers of each notebook, in every setting."""
    versions = [version for version, _ in environments.values()]
    work = [
        (source, bench.key(source, answers, versions), len(answers) * len(versions))
        for source in sources
        for answers in [_answers_of(bench.root, source)]
    ]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list[dict]:
        answers = _answers_of(bench.root, source)
        found = []
        for _, environment in environments.values() if answers else ():
            for item in mutate(
                bench.root,
                source.assignment,
                source.name,
                answers=answers,
                environment=environment,
            ):
                found.append(asdict(item))
                step()
        return found

    forms, _ = bench.measure("answers", "right answers", work, make)
    return [[Killed(**item) for item in form] for form in forms]


def _attempted(bench: Bench, sources: list[SourceNotebook]) -> list[list[Killed]]:
    """Drive the wrong attempts at each notebook's functions."""
    # Here, and not in each thread: see mutation.todays_store.
    every = {source.name: attempts_of(bench.root, source) for source in sources}
    work = [
        (source, bench.key(source, every[source.name]), len(every[source.name]))
        for source in sources
    ]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list[dict]:
        attempts = every[source.name]
        found = []
        place = (bench.root, source.assignment, source.name)
        for item in mutate(*place, answers=attempts) if attempts else ():
            found.append(asdict(item))
            step()
        return found

    forms, _ = bench.measure("attempts", "wrong attempts", work, make)
    return [[Killed(**item) for item in form] for form in forms]


def _stable(
    bench: Bench,
    sources: list[SourceNotebook],
    environments: dict[tuple[str, int], tuple[str, Environment]],
) -> list[Setting]:
    """Grade the same submissions again and again, in every setting."""
    versions = [version for version, _ in environments.values()]
    work = [
        (source, bench.key(source, answers, versions, ROUNDS), 1)
        for source in sources
        for answers in [_answers_of(bench.root, source)]
    ]

    def make(source: SourceNotebook, step: Callable[[], None]) -> list:
        found = grade_again(
            bench.root,
            source.assignment,
            source.name,
            _answers_of(bench.root, source),
            [environment for _, environment in environments.values()],
            ROUNDS,
        )
        step()
        return found

    results, _ = bench.measure("stability", "the same again", work, make)
    settings = [
        Setting(asked, version, threads)
        for (asked, threads), (version, _) in environments.items()
    ]
    for source, result in zip(sources, results):
        first: dict[str, dict] = {}
        for setting, gradings in zip(settings, result):
            for name, marks in gradings:
                setting.gradings += 1
                if marks != first.setdefault(name, marks):
                    setting.others += 1
                    setting.unlike.append(f"{source.name}, {name}")
            setting.submissions += len({name for name, _ in gradings})
            setting.unlike = list(dict.fromkeys(setting.unlike))
    return settings


@click.command(name="quality")
@click.option("--output", default="docs/quality.md", show_default=True)
@click.option("--only", help="Measure one assignment and write no page.")
@click.option("--jobs", default=2, show_default=True, help="Processes at a time.")
@click.option("--force", is_flag=True, help="Measure anew what is known already.")
@click.option(
    "--stability/--no-stability",
    default=True,
    help="Whether to grade the same again and again; the page says where it was not.",
)
def quality_command(
    output: str, only: str | None, jobs: int, force: bool, stability: bool
) -> None:
    """Drive all mutants and right answers, grade again and again, write the page.

    What was measured of a notebook is kept until the notebook, its inputs, its
    right answers or the judge change, so that a stopped run goes on where it was.
    """
    console = Console()
    course = Course(Path.cwd())
    bench = Bench(course.root, jobs, console)
    if force:
        shutil.rmtree(bench.folder, ignore_errors=True)
    sources = [
        read_source(course.root / "source" / assignment / f"{notebook}.ipynb")
        for assignment in course.chosen(only)
        for notebook in course.notebooks(assignment)
    ]
    try:
        mutants, times = _mutants(bench, sources)
        contracts = _contracts(bench, sources)
        faults = _faults(bench, sources)
        every = {item: environment_of(course.root, *item) for item in SETTINGS}
        there = {item: found for item, found in every.items() if found[0]}
        answers = _right(bench, sources, there)
        attempts = _attempted(bench, sources)
        settings = _stable(bench, sources, there) if stability else []
    except MutationError as error:
        raise click.ClickException(str(error)) from None
    if stability:
        missing = [item for item in every if item not in there]
        settings += [Setting(asked, "", threads) for asked, threads in missing]
    notebooks = []
    for source, killed, right, tried, agreed, costs in zip(
        sources, mutants, answers, attempts, contracts, faults, strict=True
    ):
        store = todays_store(course.root, source.assignment, source.name)
        cases = sum(len(f.cases) for f in store.cases.functions.values())
        variants = len(_answers_of(course.root, source))
        named = entries_told(store)
        notebooks.append(
            Measured(
                source, cases, killed, right, variants, tried, agreed, costs, named
            )
        )
        console.print("  ".join(row_of(notebooks[-1])), highlight=False)
    survivors = sum(m.state == "survived" for found in mutants for m in found)
    rejected = sum(len(found.rejected) for found in notebooks)
    others = sum(setting.others for setting in settings)
    broken = sum(not m.held for found in contracts for m in found)
    untrue = sum(len(m.untrue) for found in [*mutants, *attempts] for m in found)
    dear = sum(fault.excess > SLACK for found in faults for fault in found)
    unnamed = sum(len(found.told.otherwise) for found in notebooks if found.told)
    console.print(
        f"{survivors} survivors, {rejected} right answers rejected, {others} gradings "
        f"with another mark, {untrue} untrue statements, {broken} contract mutants not "
        f"as the contract says, {dear} faults that cost more than their function, "
        f"{unnamed} entries under another name",
        highlight=False,
    )
    if not only:
        Path(output).write_text(page_of(notebooks, settings, times), encoding="utf-8")
        console.print(output, highlight=False)
    bad = survivors, rejected, others, untrue, broken, dear, unnamed
    sys.exit(1 if any(bad) else 0)
