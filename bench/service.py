"""What grading on submission costs, and what a large course costs.

``python bench/service.py`` measures in four parts:

rest     one submission after another of assignment 01, until its pages are there; then
         200 at once, and beside them what a batch run of as many takes
crowd    a gradebook with rows of up to 20,000 learners and five assignments: the
         commands and the pages of Formgrader that read it
sheets   marks by hand of as many, in a sheet
cluster  2,000 submissions, graded by four Dask workers of which one is killed every
         minute

It writes ``bench/service.json`` and ``bench/service.md`` after each part; with
``--quick`` a few of each, into ``build/bench/``. ``--only PART`` measures one anew.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from grading import ASSIGNMENT, cores, course, write_whole
from scale import PROGRAM, cluster, crowd, sheets, tables

from autograder.nbgrader.course import Course

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = """
c.GradingService.folder = {box!r}
c.GradingService.settle = 0.0
c.GradingService.exchange = False
c.GradingService.port = 0
"""
LONGEST = 3600


class Service:
    """A running service over a course."""

    def __init__(self, root: Path) -> None:
        self.box = root.parent / "box"
        (self.box / "inbox").mkdir(parents=True)
        with (root / "nbgrader_config.py").open("a") as config:
            config.write(SETTINGS.format(box=str(self.box)))
        log = (root.parent / "service.log").open("w")
        self.process = subprocess.Popen(
            [*PROGRAM, "serve"], cwd=root, stdout=log, stderr=log
        )

    def submit(self, folder: Path, name: str) -> float:
        """Hand a folder in; return when."""
        draft = self.box / "draft"
        shutil.copytree(folder, draft)
        draft.rename(self.box / "inbox" / f"{name}+{ASSIGNMENT}+1")
        return time.monotonic()

    def wait(self, names: list[str], pages: int) -> dict[str, float]:
        """Wait for the pages of some submissions; return when each was there."""
        found: dict[str, float] = {}
        until = time.monotonic() + LONGEST
        while len(found) < len(names) and time.monotonic() < until:
            for name in names:
                out = self.box / "feedback" / f"{name}+{ASSIGNMENT}+1"
                if name not in found and len(list(out.glob("*.html"))) == pages:
                    found[name] = time.monotonic()
            # Looking at many must not slow what they wait for.
            time.sleep(0.02 if len(names) == 1 else 0.25)
        return found


def submissions(root: Path) -> list[Path]:
    """Return the folders of work, moved away from where the service puts them."""
    work = root.parent / "work"
    (root / "submitted").rename(work)
    return [path / ASSIGNMENT for path in sorted(work.iterdir())]


def _timed(command: list[str], root: Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def measured(folder: Path, one_by_one: int, at_once: int) -> dict:
    """Measure latency at rest, throughput and order under load."""
    root = course(folder, 1 + one_by_one + at_once)
    pages = len(Course(root).notebooks(ASSIGNMENT))
    batch = root.parent / "batch"
    shutil.copytree(root, batch)
    for path in sorted((batch / "submitted").iterdir())[at_once:]:
        shutil.rmtree(path)
    graded = _timed([*PROGRAM, "grade", ASSIGNMENT], batch)
    returned = _timed([*PROGRAM, "feedback", ASSIGNMENT], batch)
    work = submissions(root)
    service = Service(root)
    try:
        service.submit(work.pop(0), "warm")
        service.wait(["warm"], pages)
        rest = []
        for number, path in enumerate(work[:one_by_one]):
            name = f"rest{number:04}"
            sent = service.submit(path, name)
            rest.append(service.wait([name], pages)[name] - sent)
        names = [f"load{number:04}" for number in range(at_once)]
        began = time.monotonic()
        for name, path in zip(names, work[one_by_one:]):
            service.submit(path, name)
        came = service.wait(names, pages)
        seconds = time.monotonic() - began
    finally:
        service.process.terminate()
        service.process.wait(60)
    if len(came) < at_once:
        raise click.ClickException(f"{at_once - len(came)} got no page")
    order = sorted(came, key=lambda name: came[name])
    shifts = [abs(order.index(name) - place) for place, name in enumerate(names)]
    return {
        "at_rest": {
            "count": len(rest),
            "median": round(statistics.median(rest), 2),
            "p95": round(statistics.quantiles(rest, n=20)[-1], 2),
            "longest": round(max(rest), 2),
        },
        "at_once": {
            "count": at_once,
            "seconds": round(seconds, 1),
            "batch_grade": round(graded, 1),
            "batch_feedback": round(returned, 1),
            "largest_shift": max(shifts),
        },
    }


def page(form: dict) -> str:
    """Return the results in Markdown."""
    lines = [
        "<!-- Generated by `python bench/service.py`. -->",
        "# What grading on submission costs, and what a large course costs",
        "",
        f"{form['cores']} cores, {form['machine']}, Python {form['python']}; load is "
        "that of the machine before each part.",
    ]
    for part, one in form["loads"].items():
        lines.append(f"- {part}: {one['when']}, load {one['load']:.1f}")
    if "rest" in form:
        lines += _rest_table(form["rest"])
    return "\n".join([*lines, *tables(form)]) + "\n"


def _rest_table(form: dict) -> list[str]:
    rest, once = form["at_rest"], form["at_once"]
    both = once["batch_grade"] + once["batch_feedback"]
    count = once["count"]
    return [
        "",
        "## Grading on submission",
        "",
        "Both notebooks of assignment 01, from the moment when a submission lies in "
        "the inbox until both pages lie where they are fetched.",
        "",
        "| | |",
        "|---|---:|",
        f"| at rest, {rest['count']} one by one: median | {rest['median']} s |",
        f"| the same, 95th percentile | {rest['p95']} s |",
        f"| the same, longest | {rest['longest']} s |",
        f"| {count} at once, graded and returned | {once['seconds']} s |",
        f"| as many by `grade` | {once['batch_grade']} s |",
        f"| and their pages by `feedback` | {once['batch_feedback']} s |",
        f"| throughput against the batch runner, both commands | "
        f"{both / once['seconds']:.0%} |",
        f"| throughput against `grade` alone, which makes no page | "
        f"{once['batch_grade'] / once['seconds']:.0%} |",
        f"| farthest from the order of arrival | {once['largest_shift']} places |",
    ]


PARTS = ("rest", "crowd", "sheets", "cluster")
SIZES = {
    False: {
        "rest": (40, 200),
        "crowd": [200, 2_000, 10_000, 20_000],
        "sheets": [5_000, 10_000, 20_000],
        "cluster": (2_000, 4, 60.0),
    },
    True: {
        "rest": (4, 8),
        "crowd": [10, 20],
        "sheets": [10, 20],
        "cluster": (16, 2, 5.0),
    },
}


@click.command()
@click.option("--quick", is_flag=True, help="A few of each, into build/bench/.")
@click.option("--only", type=click.Choice(PARTS), help="One part; others are kept.")
def main(quick: bool, only: str | None) -> None:
    """Measure, and write what was found."""
    place = ROOT / ("build/bench" if quick else "bench") / "service.json"
    form: dict = {"loads": {}}
    if only and place.exists():
        form = json.loads(place.read_text(encoding="utf-8"))
    form |= {
        "cores": cores(),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    sizes = SIZES[quick]

    def said(what: str) -> None:
        click.echo(f"{datetime.now(UTC):%H:%M:%S} {what}", err=True)

    for part in (only,) if only else PARTS:
        said(part)
        form["loads"][part] = {
            "when": f"{datetime.now(UTC):%Y-%m-%d}",
            "load": os.getloadavg()[0],
        }
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            if part == "rest":
                form[part] = measured(Path(folder), *sizes[part])
            elif part == "crowd":
                form[part] = crowd(Path(folder), sizes[part], said)
            elif part == "sheets":
                form[part] = sheets(Path(folder), sizes[part], said)
            else:
                form[part] = cluster(Path(folder), *sizes[part], said)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, json.dumps(form, indent=1) + "\n", page(form))
    click.echo(page(form))


if __name__ == "__main__":
    main()
