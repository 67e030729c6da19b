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

from autograder.authoring.sources import SourceNotebook, read_source
from autograder.cli.console import progress_bar
from autograder.errors import CourseError
from autograder.files import write_atomically
from autograder.nbgrader.course import Course
from autograder.quality.attempts import attempts_of
from autograder.quality.contract_mutants import all_mutants
from autograder.quality.entries import entries_told
from autograder.quality.mutation import Killed, mutate
from autograder.quality.processes import todays_store
from autograder.quality.quality_page import Measured, Setting, page_of, row_of
from autograder.quality.single_faults import SAMPLE, SLACK, SingleFault, single_faults
from autograder.quality.stability import (
    SETTINGS,
    Environment,
    environment_of,
    grade_again,
)

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
)


Step = Callable[[], None]


class Bench:
    """Measures notebooks side by side and keeps what was measured."""

    def __init__(
        self, root: Path, sources: list[SourceNotebook], jobs: int, console: Console
    ) -> None:
        self.root = root
        self.sources = sources
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
            form = json.loads(self._path(kind, source).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return form["result"] if form.get("key") == key else None

    def keep(self, kind: str, source: SourceNotebook, key: str, result: object) -> None:
        """Write down what was found out about a notebook."""
        form = json.dumps({"key": key, "result": result})
        write_atomically(self._path(kind, source), form)

    def _path(self, kind: str, source: SourceNotebook) -> Path:
        return self.folder / f"{source.assignment}.{source.name}.{kind}.json"

    def measure(
        self,
        kind: str,
        title: str,
        make: Callable[[SourceNotebook, Step], object],
        depends: Callable[[SourceNotebook], tuple],
        steps: Callable[[SourceNotebook], int] = lambda _: 1,
    ) -> tuple[list, bool]:
        """Measure something of each notebook, the largest first.

        `kind` is a short name for files, `title` one for people. `make` gets a notebook
        and what to call after each of its `steps`; its result must be what JSON can
        hold, and may depend on more than notebook and code. Returns the results in the
        order of the notebooks, and whether all are new.
        """
        work = [(s, self.key(s, *depends(s)), steps(s)) for s in self.sources]
        known = {
            i: self.kept(kind, source, key) for i, (source, key, _) in enumerate(work)
        }
        missing = [i for i in known if known[i] is None]
        missing.sort(key=lambda i: -work[i][2])
        with progress_bar(on=self.console, width=16) as progress:
            total = sum(work[i][2] for i in missing)
            task = progress.add_task(title, total=total, visible=bool(missing))

            def one(i: int) -> None:
                source, key, _ = work[i]
                known[i] = make(source, lambda: progress.advance(task))
                self.keep(kind, source, key, known[i])

            with ThreadPoolExecutor(self.jobs) as pool:
                list(pool.map(one, missing))
        return [known[i] for i in range(len(work))], len(missing) == len(work)

    def drive(
        self,
        kind: str,
        title: str,
        options: Callable[[SourceNotebook], list[dict]],
        steps: Callable[[SourceNotebook], int],
        *more: object,
    ) -> tuple[list[list[Killed]], bool]:
        """Drive mutants or answers of each notebook; say also whether all are new.

        `options` gives those of each call of `mutate` for a notebook; `more` is what
        else the result depends on.
        """

        def make(source: SourceNotebook, step: Step) -> list[dict]:
            found = []
            for given in options(source):
                for item in mutate(self.root, source.assignment, source.name, **given):
                    found.append(asdict(item))
                    step()
            return found

        forms, cold = self.measure(
            kind, title, make, lambda source: (options(source), *more), steps
        )
        return [[Killed(**item) for item in form] for form in forms], cold


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _mutants(bench: Bench) -> tuple[list[list[Killed]], list[str]]:
    """Drive all mutants; return what became of them, and how long it took."""
    begun, used = time.monotonic(), _cpu()
    killed, cold = bench.drive(
        "mutants",
        "mutants",
        lambda _: [{}],
        lambda source: len(all_mutants(source)),
    )
    whole = bench.folder / "time.json"
    if cold:
        times = {
            "mutants": sum(map(len, killed)),
            "clock": time.monotonic() - begun,
            "cpu": _cpu() - used,
            "jobs": bench.jobs,
            "cores": os.cpu_count(),
        }
        whole.write_text(json.dumps(times), encoding="utf-8")
    return killed, _times(whole)


def _contracts(bench: Bench) -> list[list[Killed]]:
    """Drive the mutants of all contracts."""
    return bench.drive(
        "contracts",
        "contract mutants",
        lambda _: [{"contracts": True}],
        lambda source: len(all_mutants(source, contracts=True)),
    )[0]


def _faults(bench: Bench) -> list[list[SingleFault]]:
    """Measure what one wrong function costs in otherwise perfect work."""
    answers = {s.name: _answers_of(bench.root, s) for s in bench.sources}

    def make(source: SourceNotebook, step: Step) -> list[dict]:
        found = single_faults(
            bench.root, source.assignment, source.name, answers[source.name]
        )
        step()
        return [asdict(fault) for fault in found]

    forms, _ = bench.measure(
        "faults",
        "single faults",
        make,
        lambda source: ("faults", SAMPLE, answers[source.name]),
    )
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


Environments = dict[tuple[str, int], tuple[str, Environment]]


def _right(bench: Bench, environments: Environments) -> list[list[Killed]]:
    """Drive the right answers of each notebook, in every setting."""
    versions = [version for version, _ in environments.values()]
    answers = {s.name: _answers_of(bench.root, s) for s in bench.sources}

    def options(source: SourceNotebook) -> list[dict]:
        given = answers[source.name]
        every = [found for _, found in environments.values()] if given else []
        return [{"answers": given, "environment": found} for found in every]

    return bench.drive(
        "answers",
        "right answers",
        options,
        lambda source: len(answers[source.name]) * len(versions),
        versions,
    )[0]


def _attempted(bench: Bench) -> list[list[Killed]]:
    """Drive the wrong attempts at each notebook's functions."""
    # Here, and not in each thread: see processes.todays_store.
    every = {
        source.name: [one[:3] for one in attempts_of(bench.root, source)]
        for source in bench.sources
    }
    return bench.drive(
        "attempts",
        "wrong attempts",
        lambda source: [{"answers": every[source.name]}] if every[source.name] else [],
        lambda source: len(every[source.name]),
    )[0]


def _stable(bench: Bench, environments: Environments) -> list[Setting]:
    """Grade the same submissions again and again, in every setting."""
    versions = [version for version, _ in environments.values()]

    def make(source: SourceNotebook, step: Step) -> list:
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

    results, _ = bench.measure(
        "stability",
        "the same again",
        make,
        lambda source: (_answers_of(bench.root, source), versions, ROUNDS),
    )
    settings = [
        Setting(asked, version, threads)
        for (asked, threads), (version, _) in environments.items()
    ]
    for source, result in zip(bench.sources, results):
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


def _path(course: Course, assignment: str, notebook: str) -> Path:
    return course.root / "source" / assignment / f"{notebook}.ipynb"


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
    sources = [
        source
        for assignment in course.chosen(only)
        for notebook in course.notebooks(assignment)
        if (source := read_source(_path(course, assignment, notebook))).has_checks
    ]
    if not sources:
        raise CourseError("no cell calls check there: there is nothing to measure")
    for name in sorted({source.assignment for source in sources}):
        if not (course.root / "source" / name / "inputs.py").is_file():
            raise CourseError(
                f"source/{name} has no inputs.py, on whose inputs mutants are driven"
            )
    bench = Bench(course.root, sources, jobs, console)
    if force:
        shutil.rmtree(bench.folder, ignore_errors=True)
    mutants, times = _mutants(bench)
    contracts = _contracts(bench)
    faults = _faults(bench)
    every = {item: environment_of(course.root, *item) for item in SETTINGS}
    there = {item: found for item, found in every.items() if found[0]}
    answers = _right(bench, there)
    attempts = _attempted(bench)
    settings = _stable(bench, there) if stability else []
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
