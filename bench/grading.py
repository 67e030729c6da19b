"""What grading costs: stock nbgrader, ours, the runner, and the floor, in one run.

``python bench/grading.py [--submissions 100] [--rounds 3] [--quick]`` writes
``bench/results.json`` after each measurement (call it again to go on where it
was stopped) and prints a table of medians. Every round measures every way, so
that a busy machine slows all alike; ratios are taken within one round.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import nbformat
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder.course import Course
from autograder.sources import read_source

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results.json")
PINNED = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.root = {root!r}
"""
WAYS = {
    "stock nbgrader autograde": ("stock", True, True),
    "stock, BLAS not pinned": ("stock", False, True),
    "nbgrader autograde, our kernels": ("nbgrader", True, True),
    "nbgrader autograde, our kernels, no sandbox": ("nbgrader", True, False),
    "runner, one job": ("one", True, True),
    "runner, all cores": ("all", True, True),
    "runner, all cores, no sandbox": ("all", True, False),
    "floor": ("floor", True, True),
}
LONGEST = 24 * 3600


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def course(folder: Path, assignment: str, submissions: int) -> Path:
    """Make a generated course with solved submissions, no two alike.

    Parameters
    ----------
    folder : Path
        Where it is made.
    assignment : str
        An assignment of this repository.
    submissions : int
        How many hand it in.
    """
    root = folder / "course"
    source = root / "source" / assignment
    shutil.copytree(ROOT / "source" / assignment, source)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    Course(root).generate(assignment)
    release = root / "release" / assignment
    solved = {}
    for path in sorted(release.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for function in read_source(source / path.name).functions.values():
            cell = next(c for c in notebook.cells if c["id"] == function.cell.id)
            cell.source = function.cell.source
        solved[path.name] = notebook
    for number in range(submissions):
        handed_in = root / "submitted" / f"learner_{number:04}" / assignment
        shutil.copytree(release, handed_in)
        for name, notebook in solved.items():
            mine = nbformat.from_dict(json.loads(json.dumps(notebook)))
            mine.cells.append(new_code_cell(f"mine = {number}"))
            nbformat.write(mine, handed_in / name)
    return root


def stock_course(ours: Path) -> Path:
    """Return the same course as stock nbgrader would have it, made once.

    The stock kernel runs the released check cells as they are; their marks do
    not matter here, their time does.
    """
    root = ours.with_name("stock")
    if not root.exists():
        shutil.copytree(ours, root)
        (root / "nbgrader_config.py").write_text(STOCK.format(root=str(root)))
    return root


def used() -> float:
    """Return the processor seconds of all children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def timed(command: list[str], root: Path, pinned: bool, sandboxed: bool) -> dict:
    """Run a command in a course without graded files and say what it took."""
    for path in (root / "autograded", root / ".cache"):
        shutil.rmtree(path, ignore_errors=True)
    environment = {k: v for k, v in os.environ.items() if k not in PINNED}
    if pinned:
        environment |= dict.fromkeys(PINNED, "1")
    config = root / "nbgrader_config.py"
    text = config.read_text()
    if not sandboxed:
        config.write_text(text + "\nc.WarmProvisioner.sandboxed = False\n")
    before, began = used(), time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    finally:
        config.write_text(text)
    seconds = time.monotonic() - began
    if done.returncode:
        raise click.ClickException(f"{command}: {done.stdout}{done.stderr}"[-3000:])
    found = {"seconds": seconds, "cpu": used() - before}
    report = root / "build" / "reports" / f"{command[-1]}.json"
    if "grade" in command and report.exists():
        found["ready_after"] = json.loads(report.read_text())["ready_after"]
        found["cached"] = sum(
            item["cached"] for item in json.loads(report.read_text())["submissions"]
        )
    return found


def floor(root: Path, assignment: str) -> dict:
    """Return the processor time of cells and cases alone, shared by all cores."""
    command = [sys.executable, str(Path(__file__).with_name("floor.py")), assignment]
    environment = dict(os.environ, **dict.fromkeys(PINNED, "1"), MPLBACKEND="agg")
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
        check=True,
    )
    used = float(done.stdout.splitlines()[-1])
    return {"seconds": used / cores(), "cpu": used}


def measure(way: str, ours: Path, assignment: str) -> dict:
    """Measure one way once."""
    kind, pinned, sandboxed = WAYS[way]
    if kind == "floor":
        return floor(ours, assignment)
    root = stock_course(ours) if kind == "stock" else ours
    if kind in ("one", "all"):
        command = [sys.executable, "-m", "autograder", "grade"]
        if kind == "one":
            command += ["--jobs", "1"]
    else:
        command = [sys.executable, "-m", "nbgrader", "autograde"]
    return timed([*command, assignment], root, pinned, sandboxed)


def read_results(settings: dict) -> dict:
    """Return what an interrupted bench of the same settings has measured."""
    try:
        form = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        form = {}
    if form.get("settings") != settings or form.get("complete"):
        form = {"settings": settings, "rounds": []}
    return form


def write_results(form: dict) -> None:
    """Write the results, whole."""
    new = RESULTS.with_suffix(".new")
    new.write_text(json.dumps(form, indent=1) + "\n", encoding="utf-8")
    os.replace(new, RESULTS)


def summary(form: dict) -> dict:
    """Return medians of each way and of its ratios within one round."""
    found = {}
    stock, bottom = "stock nbgrader autograde", "floor"
    for way in WAYS:
        rounds = [one for one in form["rounds"] if way in one]
        if not rounds:
            continue
        seconds = [one[way]["seconds"] for one in rounds]
        found[way] = {"seconds": round(statistics.median(seconds), 1)}
        for key in ("cpu", "ready_after"):
            values = [one[way][key] for one in rounds if key in one[way]]
            if values:
                found[way][key] = round(statistics.median(values), 1)
        for other, name in ((stock, "times_stock"), (bottom, "times_floor")):
            ratios = [
                one[other]["seconds"] / one[way]["seconds"]
                for one in rounds
                if other in one
            ]
            if ratios:
                ratio = statistics.median(ratios)
                ratio = ratio if other == stock else 1 / ratio
                found[way][name] = round(ratio, 2)
        number = form["settings"]["submissions"]
        found[way]["a_minute"] = round(60 * number / statistics.median(seconds), 1)
    return found


def show(form: dict, console: Console) -> None:
    """Print the medians."""
    settings = form["settings"]
    title = (
        f"{settings['submissions']} submissions of {settings['assignment']}, medians "
        f"of {len(form['rounds'])} rounds on {settings['cores']} cores"
    )
    table = Table("way", title=title, title_justify="left")
    for heading in ("s", "a minute", "throughput / stock", "time / floor", "ready, s"):
        table.add_column(heading, justify="right")
    for way, figures in form["medians"].items():
        keys = ("seconds", "a_minute", "times_stock", "times_floor", "ready_after")
        table.add_row(way, *(str(figures.get(key, "")) for key in keys))
    console.print(table)
    console.print(
        "Stock kernels run all cells and the public checks; ours skip demonstration "
        "cells, as in normal grading, and drive public and hidden cases."
    )


@click.command()
@click.option("--assignment", default="01_logistic_regression", show_default=True)
@click.option("--submissions", default=100, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--quick", is_flag=True, help="Four submissions, one round.")
def main(assignment: str, submissions: int, rounds: int, quick: bool) -> None:
    """Measure what grading costs, each way, and write bench/results.json."""
    if quick:
        submissions, rounds = 4, 1
    console = Console()
    settings = {
        "assignment": assignment,
        "submissions": submissions,
        "rounds": rounds,
        "cores": cores(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    form = read_results(settings)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ours = course(Path(folder), assignment, submissions)
        stock_course(ours)
        with Progress(console=console) as progress:
            bar = progress.add_task("measuring", total=rounds * len(WAYS))
            for number in range(rounds):
                if number == len(form["rounds"]):
                    form["rounds"].append({})
                for way in WAYS:
                    if way not in form["rounds"][number]:
                        progress.update(bar, description=way)
                        found = measure(way, ours, assignment)
                        found["load"] = os.getloadavg()[0]
                        form["rounds"][number][way] = found
                        form["medians"] = summary(form)
                        write_results(form)
                    progress.advance(bar)
        form["complete"] = True
        write_results(form)
    show(form, console)


if __name__ == "__main__":
    main()
