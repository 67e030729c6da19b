"""What grading costs: stock nbgrader, ours, the runner, and the floor, in one run.

``python bench/grading.py`` measures every way in every round, so that a busy
machine slows all alike, and takes ratios within one round. It writes
``bench/results.json`` after each measurement (called again, it goes on where it
was stopped) and ``bench/results.md``, a readable table of medians.
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
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click
import nbformat
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from autograder.authoring.sources import read_source
from autograder.batch.run_report import report_path
from autograder.nbgrader.course import Course

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results.json")
TRIAL = ROOT / "build" / "bench" / "results.json"
PINNED = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ASSIGNMENT = "01_logistic_regression"
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.root = {root!r}
"""
NO_SANDBOX = "\nc.Sandbox.sandboxed = False\n"
ALL_CELLS = "\nc.JudgedExecute.demonstrations = True\n"
LONGEST = 24 * 3600
SAMPLE = 5  # the floor is that of every so many submissions, times so much


@dataclass(frozen=True)
class Way:
    """A way of grading a set of submissions.

    Attributes
    ----------
    name : what the table says.
    kind : "stock", "nbgrader", "one" or "all" jobs of the runner, "floor", or the
        first four of these for feedback pages: "feedback stock" and so on.
    cells : whether all cells are run.
    pinned : whether BLAS has one thread.
    sandboxed : whether learners' code is isolated.
    rounds : in how many rounds it is measured at most.
    """

    name: str
    kind: str
    cells: bool = True
    pinned: bool = True
    sandboxed: bool = True
    rounds: int = 1000


@dataclass(frozen=True)
class Set:
    """A set of submissions and the ways in which it is graded.

    Attributes
    ----------
    title : what the table says.
    notebooks : which of the assignment's; all where it is empty.
    times : how many submissions, as a multiple of the bench's.
    ways : in this order.
    without : ids of demonstration cells that the notebooks are generated without.
    """

    title: str
    notebooks: tuple[str, ...]
    times: int
    ways: tuple[Way, ...]
    without: tuple[str, ...] = ()


SETS = {
    "thousand": Set(
        "Assignment 01, ten times as many submissions",
        (),
        10,
        (Way("runner, all cores", "all", cells=False, rounds=1),),
    ),
    "light": Set(
        "Light cells: numpy_basics without three of its demonstrations, all run",
        ("numpy_basics",),
        1,
        (
            Way("stock nbgrader autograde", "stock"),
            Way("stock, BLAS not pinned", "stock", pinned=False, rounds=1),
            Way("nbgrader autograde, ours", "nbgrader"),
            Way("runner, one job", "one", rounds=1),
            Way("runner, all cores", "all"),
            Way("runner, all cores, no sandbox", "all", sandboxed=False),
            Way("floor", "floor"),
        ),
        without=("column-and-back", "rand-randn", "slope-picture"),
    ),
    "normal": Set(
        "Assignment 01 as it is, demonstration cells skipped, as in normal grading",
        (),
        1,
        (
            Way("nbgrader autograde, ours", "nbgrader", cells=False),
            Way(
                "nbgrader autograde, ours, no sandbox",
                "nbgrader",
                cells=False,
                sandboxed=False,
            ),
            Way("runner, one job", "one", cells=False),
            Way("runner, all cores", "all", cells=False),
            Way("runner, all cores, no sandbox", "all", cells=False, sandboxed=False),
            Way("floor", "floor", cells=False),
        ),
    ),
    "class": Set(
        "Assignment 01 as it is, all cells run",
        (),
        1,
        (
            Way("stock nbgrader autograde", "stock"),
            Way("runner, all cores", "all", rounds=1),
            Way("floor", "floor", rounds=1),
        ),
    ),
    "feedback": Set(
        "Feedback pages of assignment 01, graded before",
        (),
        1,
        (
            Way("stock nbgrader generate_feedback", "feedback stock"),
            Way("nbgrader generate_feedback, ours", "feedback nbgrader"),
            Way("runner, feedback, one job", "feedback one"),
            Way("runner, feedback, all cores", "feedback all"),
        ),
    ),
    "basics": Set(
        "numpy_basics as it is, all cells run",
        ("numpy_basics",),
        1,
        (
            Way("stock nbgrader autograde", "stock", rounds=1),
            Way("nbgrader autograde, ours", "nbgrader", rounds=1),
            Way("runner, all cores", "all", rounds=1),
            Way("floor", "floor", rounds=1),
        ),
    ),
}
STOCK_WAY = "stock nbgrader autograde"
STOCK_FEEDBACK = "stock nbgrader generate_feedback"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def course(
    folder: Path,
    submissions: int,
    notebooks: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Path:
    """Make a generated course with submissions, no two alike.

    Every second learner has solved everything, the others have got so far and
    no further.

    Parameters
    ----------
    folder : Path
        Where it is made.
    submissions : int
        How many hand the assignment in.
    notebooks : tuple of str
        Which notebooks the assignment has; all where it is empty.
    without : tuple of str
        Ids of cells that they do not have.
    """
    root = folder / "ours"
    source = root / "source" / ASSIGNMENT
    shutil.copytree(ROOT / "source" / ASSIGNMENT, source)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for path in source.glob("*.ipynb"):
        if notebooks and path.stem not in notebooks:
            path.unlink()
        elif without:
            notebook = nbformat.read(path, as_version=4)
            notebook.cells = [c for c in notebook.cells if c.id not in without]
            nbformat.write(notebook, path)
    Course(root).generate(ASSIGNMENT)
    release = root / "release" / ASSIGNMENT
    solutions = {
        path.name: {f.cell.id: f.cell.source for f in read.functions.values()}
        for path in sorted(release.glob("*.ipynb"))
        for read in [read_source(source / path.name)]
    }
    all_cells = [(name, key) for name, cells in solutions.items() for key in cells]
    for number in range(submissions):
        solved = set(all_cells[: number * 7 % len(all_cells)])
        handed_in = root / "submitted" / f"learner_{number:04}" / ASSIGNMENT
        shutil.copytree(release, handed_in)
        for name, cells in solutions.items():
            notebook = nbformat.read(release / name, as_version=4)
            for cell in notebook.cells:
                if number % 2 == 0 or (name, cell["id"]) in solved:
                    cell.source = cells.get(cell["id"], cell.source)
            notebook.cells.append(new_code_cell(f"mine = {number}"))
            nbformat.write(notebook, handed_in / name)
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


def timed(way: Way, root: Path) -> dict:
    """Grade a course without graded files and say what it took.

    Shells of submissions are nobody's children; what they used is in the graded
    notebooks.
    """
    if way.kind in ("one", "all"):
        command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT]
        command += ["--jobs", "1"] if way.kind == "one" else []
    else:
        command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
    for path in (root / "autograded", root / ".cache", root / "build"):
        shutil.rmtree(path, ignore_errors=True)
    environment = {k: v for k, v in os.environ.items() if k not in PINNED}
    if way.pinned:
        environment |= dict.fromkeys(PINNED, "1")
    config = root / "nbgrader_config.py"
    text = config.read_text()
    changed = text + ("" if way.sandboxed else NO_SANDBOX)
    config.write_text(
        changed + (ALL_CELLS if way.cells and way.kind != "stock" else "")
    )
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
    graded = list((root / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb"))
    shells = 0.0
    for path in graded:
        form = json.loads(path.read_text(encoding="utf-8"))
        shells += form["metadata"].get("course", {}).get("cpu", 0.0)
    found = {"seconds": seconds, "cpu": used() - before + shells}
    found |= {"notebooks": len(graded), "shells": shells}
    report = report_path(root, ASSIGNMENT)
    if report.exists():
        form = json.loads(report.read_text(encoding="utf-8"))
        found |= {key: form[key] for key in ("ready_after", "memory")}
        cached = sum(item["cached"] for item in form["submissions"])
        if cached or not all(item["graded"] for item in form["submissions"]):
            raise click.ClickException(f"not all was graded anew: see {report}")
    return found


def feedback(way: Way, ours: Path) -> dict:
    """Make the pages of a graded course anew and say what it took."""
    kind = way.kind.removeprefix("feedback ")
    environment = dict(os.environ, **dict.fromkeys(PINNED, "1"))
    graded = f"*/{ASSIGNMENT}/*.ipynb"
    notebooks = len(list((ours / "submitted").glob(graded)))
    grade = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT]
    if len(list((ours / "autograded").glob(graded))) < notebooks:
        subprocess.run(grade, cwd=ours, env=environment, capture_output=True)
    root = ours
    if kind == "stock":
        root = ours.with_name("stock-feedback")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(ours, root)
        (root / "nbgrader_config.py").write_text(STOCK.format(root=str(root)))
    for path in (root / "feedback", root / ".cache" / "feedback"):
        shutil.rmtree(path, ignore_errors=True)
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", ASSIGNMENT]
    if kind in ("one", "all"):
        command = [sys.executable, "-m", "autograder", "feedback", ASSIGNMENT]
        command += ["--jobs", "1"] if kind == "one" else []
    before, began = used(), time.monotonic()
    subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    seconds = time.monotonic() - began
    pages = len(list((root / "feedback").glob(f"*/{ASSIGNMENT}/*.html")))
    if pages != notebooks:
        raise click.ClickException(f"{command}: {pages} pages of {notebooks}")
    return {"seconds": seconds, "cpu": used() - before, "notebooks": pages}


def floor(way: Way, root: Path) -> dict:
    """Return the processor time of cells and cases alone, shared by all cores."""
    command = [sys.executable, str(Path(__file__).with_name("floor.py")), ASSIGNMENT]
    command += ["--every", str(SAMPLE)] + (["--all"] if way.cells else [])
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
    moments, seconds = map(float, done.stdout.splitlines()[-2:])
    return {"seconds": seconds / cores(), "cpu": seconds, "moments": moments}


def measure(way: Way, ours: Path) -> dict:
    """Measure one way once."""
    if way.kind == "floor":
        found = floor(way, ours)
    elif way.kind.startswith("feedback"):
        found = feedback(way, ours)
    else:
        found = timed(way, stock_course(ours) if way.kind == "stock" else ours)
    return {**found, "load": os.getloadavg()[0]}


def read_results(place: Path, settings: dict) -> dict:
    """Return what an interrupted bench of the same settings has measured."""
    try:
        form = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        form = {}
    if form.get("settings") != settings or form.get("complete"):
        form = {"settings": settings, "rounds": []}
    return form


def write_results(place: Path, form: dict) -> None:
    """Write the results and, beside them, the table."""
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, json.dumps(form, indent=1) + "\n", page(form))


def write_whole(place: Path, results: str, table: str) -> None:
    """Write the results in JSON and, beside them, the table, each whole or not."""
    for path, content in ((place, results), (place.with_suffix(".md"), table)):
        new = path.with_suffix(".new")
        new.write_text(content, encoding="utf-8")
        os.replace(new, path)


def median(form: dict, group: str, way: str, key: str) -> float | None:
    """Return a median over rounds, or None where nothing was measured."""
    rounds = [one[group][way] for one in form["rounds"] if way in one.get(group, {})]
    values = [one[key] for one in rounds if key in one]
    return statistics.median(values) if values else None


def ratio(form: dict, above: tuple[str, str], below: tuple[str, str]) -> float | None:
    """Return the median over rounds of a ratio of seconds within one round."""
    found = []
    for one in form["rounds"]:
        parts = [one.get(group, {}).get(way) for group, way in (above, below)]
        if all(parts):
            found.append(parts[0]["seconds"] / parts[1]["seconds"])
    return statistics.median(found) if found else None


def extra(form: dict, key: str, way: str) -> float | None:
    """Return the median over rounds of a notebook's CPU seconds above the floor."""
    found = []
    for one in form["rounds"]:
        whole, least = (one.get(key, {}).get(name) for name in (way, "floor"))
        if whole and least and "notebooks" in whole:
            found.append((whole["cpu"] - least["cpu"]) / whole["notebooks"])
    return statistics.median(found) if found else None


def _figure(value: float | None, form: str = ".2f") -> str:
    return "" if value is None else format(value, form)


def rows(form: dict, key: str) -> list[str]:
    """Return the lines of a set's table."""
    group = SETS[key]
    submissions = form["settings"]["submissions"] * group.times
    # What skips cells is compared with stock, which cannot.
    stock = "class" if key == "normal" else key
    rival = STOCK_FEEDBACK if key == "feedback" else STOCK_WAY
    lines = []
    for way in group.ways:
        seconds = median(form, key, way.name, "seconds")
        if seconds is None:
            continue
        memory = median(form, key, way.name, "memory")
        beside = None if way.kind == "stock" else extra(form, key, way.name)
        if key == "feedback":
            cpu = median(form, key, way.name, "cpu")
            pages = median(form, key, way.name, "notebooks")
            beside = cpu / pages if cpu and pages else None
        cells = [
            way.name,
            str(sum(way.name in one.get(key, {}) for one in form["rounds"])),
            _figure(seconds, ".1f"),
            _figure(60 * submissions / seconds, ".1f"),
            _figure(ratio(form, (stock, rival), (key, way.name)), ".1f"),
            _figure(ratio(form, (key, way.name), (key, "floor"))),
            _figure(median(form, key, way.name, "cpu"), ".1f"),
            _figure(beside),
            _figure(median(form, key, way.name, "ready_after"), ".1f"),
            _figure(memory, ".0f"),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def remembering(form: dict) -> list[str]:
    """Say what moments cost beside the cells, where it was measured."""
    found = {key: median(form, key, "floor", "moments") for key in SETS}
    shares = [f"{share:.2%} ({key})" for key, share in found.items() if share]
    if not shares:
        return []
    return [
        "- Remembering what names mean at each check cell costs, beside the processor "
        f"time of the cells: {', '.join(shares)}."
    ]


def page(form: dict) -> str:
    """Return the tables in Markdown."""
    settings = form["settings"]
    heads = ["way", "rounds", "s", "a minute", "× stock", "× floor", "CPU s"]
    heads += ["beside, CPU s", "ready, s", "MB"]
    lines = [
        "<!-- Generated by `make bench`. -->",
        "# What grading costs",
        "",
        f"Medians of up to {len(form['rounds'])} rounds; {settings['submissions']} "
        f"submissions of {ASSIGNMENT}, half of them complete, the others half done; "
        f"{settings['cores']} cores, {settings['machine']}, Python "
        f"{settings['python']}, nbgrader {settings['nbgrader']}, ipykernel "
        f"{settings['ipykernel']}, NumPy {settings['numpy']}.",
        "",
    ]
    for key, group in SETS.items():
        found = rows(form, key)
        if found:
            lines += [f"## {group.title}", "", "| " + " | ".join(heads) + " |"]
            lines += ["|---|" + "--:|" * (len(heads) - 1), *found, ""]
    lines += [
        "- **× stock**: throughput against stock `nbgrader autograde` with BLAS "
        "pinned, which runs all cells, of the same submissions in the same round.",
        "- **× floor**: time against the floor: the processor time of learners' cells "
        f"and cases alone in one fork server (of every {SAMPLE}th submission, times "
        f"{SAMPLE}), divided by the cores.",
        "- **CPU s**: of all processes. **beside**: of it, for a notebook, what is not "
        "the learner's cells and cases.",
        "- **ready**: from the command's start to the first submission. **MB**: peak "
        "memory of the runner's first process and its largest child together.",
        "- **Feedback pages**: beside is the processor time of a page and its share "
        "of the start.",
        *remembering(form),
        "- Stock kernels run the public checks, and no hidden cases; ours drive both.",
        "- The light set was chosen for the weight of its cells: with heavier ones "
        "even the floor of two cores is below five times stock, with lighter ones all "
        "the rest weighs more against the floor. The whole notebook is in the last "
        "table.",
        "",
    ]
    return "\n".join(lines)


@click.command()
@click.option("--submissions", default=100, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option(
    "--quick",
    is_flag=True,
    help="Four submissions, one round; the results go into build/bench/.",
)
@click.option(
    "--only",
    type=click.Choice(list(SETS)),
    help="One set of submissions; the results go into build/bench/.",
)
def main(submissions: int, rounds: int, quick: bool, only: str | None) -> None:
    """Measure what grading costs, each way, and write bench/results.*."""
    if quick:
        submissions, rounds = 4, 1
    place = TRIAL.with_stem(only or TRIAL.stem) if quick or only else RESULTS
    console = Console()
    settings = {
        "submissions": submissions,
        "rounds": rounds,
        "cores": cores(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in ("nbgrader", "ipykernel", "numpy")},
    }
    form = read_results(place, settings)
    todo = [
        (number, key, way)
        for number in range(rounds)
        for key, group in SETS.items()
        if only in (None, key)
        for way in group.ways
        if number < way.rounds
    ]
    made: dict[tuple, Path] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Progress(
            *Progress.get_default_columns(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as progress,
    ):
        bar = progress.add_task("measuring", total=len(todo))
        for number, key, way in todo:
            if number == len(form["rounds"]):
                form["rounds"].append({})
            done = form["rounds"][number].setdefault(key, {})
            if way.name not in done:
                progress.update(bar, description=f"{key}: {way.name}")
                group = SETS[key]
                made_of = (group.notebooks, group.times, group.without)
                if made_of not in made:
                    count = submissions * group.times
                    made[made_of] = course(
                        Path(folder, str(len(made))),
                        count,
                        group.notebooks,
                        group.without,
                    )
                done[way.name] = measure(way, made[made_of])
                write_results(place, form)
            progress.advance(bar)
    form["complete"] = True
    write_results(place, form)
    console.print(Markdown(page(form)))


if __name__ == "__main__":
    main()
