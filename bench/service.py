"""What grading on submission costs: how soon at rest, how fast under load.

``python bench/service.py`` hands in one submission after another of assignment 01
and takes the time until its page is there; then 200 at once, as many as one batch
run grades beside it. It writes ``bench/service.json`` and ``bench/service.md``;
with ``--quick`` into ``build/bench/``. `python bench/service.py --rows 20000` adds
a gradebook of that many learners and times what reads it.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import click
from grading import ASSIGNMENT, course
from nbgrader.api import Base, Gradebook
from sqlalchemy import insert, select

from autograder.nbgrader.course import Course

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "autograder"]
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
            time.sleep(0.02)
        return found


def submissions(root: Path) -> list[Path]:
    """Return the folders of work, moved away from where the service puts them."""
    work = root.parent / "work"
    (root / "submitted").rename(work)
    return [path / ASSIGNMENT for path in sorted(work.iterdir())]


def measured(folder: Path, one_by_one: int, at_once: int) -> dict:
    """Measure latency at rest, throughput and order under load."""
    root = course(folder, one_by_one + at_once)
    pages = len(Course(root).notebooks(ASSIGNMENT))
    batch = root.parent / "batch"
    shutil.copytree(root, batch)
    for path in sorted((batch / "submitted").iterdir())[at_once:]:
        shutil.rmtree(path)
    began = time.monotonic()
    command = [*PROGRAM, "grade", ASSIGNMENT]
    subprocess.run(command, cwd=batch, stdout=subprocess.DEVNULL, check=False)
    graded = time.monotonic() - began
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", ASSIGNMENT],
        cwd=batch,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    returned = time.monotonic() - began
    work = submissions(root)
    service = Service(root)
    try:
        service.submit(work[0], "warm")
        service.wait(["warm"], pages)
        rest = []
        for number, path in enumerate(work[:one_by_one]):
            name = f"rest{number:04}"
            sent = service.submit(path, name)
            rest.append(service.wait([name], pages)[name] - sent)
        names = [f"load{number:04}" for number in range(at_once)]
        began = time.monotonic()
        sent = {
            name: service.submit(path, name)
            for name, path in zip(names, work[one_by_one:])
        }
        came = service.wait(names, pages)
        seconds = time.monotonic() - began
    finally:
        service.process.terminate()
        service.process.wait(60)
    order = sorted(came, key=lambda name: came[name])
    shifts = [abs(order.index(name) - place) for place, name in enumerate(names)]
    del sent
    return {
        "at_rest": {
            "count": len(rest),
            "median": round(statistics.median(rest), 2),
            "p95": round(statistics.quantiles(rest, n=20)[-1], 2),
        },
        "at_once": {
            "count": at_once,
            "seconds": round(seconds, 1),
            "batch_grade": round(graded, 1),
            "batch_feedback": round(returned, 1),
            "largest_shift": max(shifts),
        },
    }


def crowd(folder: Path, learners: int, assignments: int = 5) -> dict:
    """Time what reads a gradebook of many learners, made of rows alone."""
    root = course(folder / "crowd", 1)
    loaded = Course(root)
    subprocess.run([*PROGRAM, "grade", ASSIGNMENT], cwd=root, check=False)
    names = [ASSIGNMENT]
    for number in range(2, assignments + 1):
        names.append(f"{number:02}_copy")
    url, course_id = loaded.directory.db_url, loaded.directory.course_id
    tables = Base.metadata.tables
    with Gradebook(url, course_id) as book:
        for name in names:
            _assignment(book, name)
    # Read first: many rows lock out other connections before they are committed.
    cells, found = tables["base_cell"], []
    with Gradebook(url, course_id) as book:
        for name in names:
            one = book.find_assignment(name)
            for notebook in one.notebooks:
                asked = select(cells.c.id).where(
                    cells.c.notebook_id == notebook.id,
                    cells.c.type.in_(["GradeCell", "TaskCell"]),
                )
                graded = list(book.db.connection().execute(asked).scalars())
                found.append((one.id, notebook.id, graded))
    with Gradebook(url, course_id) as book, book.engine.begin() as small:
        people = [f"l{number:05}" for number in range(learners)]
        student = tables["student"]
        small.execute(insert(student), [{"id": one} for one in people])
        for one, notebook, graded in found:
            _rows(small, one, notebook, graded, people)
    seconds = {}
    for line in (
        f"grades {ASSIGNMENT}",
        f"report {ASSIGNMENT}",
        "status",
        "export",
    ):
        command = [*PROGRAM, *line.split()]
        if line == "export":
            exporter = "--exporter=autograder.nbgrader.exports.CanvasExport"
            command = [sys.executable, "-m", "nbgrader", "export", exporter]
        began = time.monotonic()
        subprocess.run(
            command,
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        seconds[line.split()[0]] = round(time.monotonic() - began, 1)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000
    return {"learners": learners, "seconds": seconds, "largest_mb": peak}


def _assignment(book: Gradebook, name: str) -> None:
    """Add an assignment with the cells of the first one, if it is not there."""
    if name == ASSIGNMENT:
        return
    first = book.find_assignment(ASSIGNMENT)
    book.add_assignment(name)
    for notebook in first.notebooks:
        book.add_notebook(notebook.name, name)
        for cell in notebook.grade_cells:
            book.add_grade_cell(
                cell.name,
                notebook.name,
                name,
                max_score=cell.max_score,
                cell_type=cell.cell_type,
            )


def _rows(
    small: object, assignment: str, notebook: str, cells: list[str], people: list[str]
) -> None:
    """Add a submission of each learner: rows of marks, and no files."""
    tables = Base.metadata.tables
    handed_in, submitted, grades = [], [], []
    known = {
        student: key
        for key, student in small.execute(
            select(
                tables["submitted_assignment"].c.id,
                tables["submitted_assignment"].c.student_id,
            ).where(tables["submitted_assignment"].c.assignment_id == assignment)
        )
    }
    for person in people:
        key = known.get(person)
        if key is None:
            key = uuid.uuid4().hex
            handed_in.append(
                {"id": key, "assignment_id": assignment, "student_id": person}
            )
        inner = uuid.uuid4().hex
        submitted.append({"id": inner, "notebook_id": notebook, "assignment_id": key})
        for cell in cells:
            grades.append(
                {
                    "id": uuid.uuid4().hex,
                    "cell_id": cell,
                    "notebook_id": inner,
                    "auto_score": 1.0,
                    "needs_manual_grade": False,
                }
            )
    for table, rows in (
        ("submitted_assignment", handed_in),
        ("submitted_notebook", submitted),
        ("grade", grades),
    ):
        if rows:
            small.execute(insert(tables[table]), rows)


def page(form: dict) -> str:
    """Return the results in Markdown."""
    rest, once = form["at_rest"], form["at_once"]
    both = once["batch_grade"] + once["batch_feedback"]
    lines = [
        "# What grading on submission costs",
        "",
        f"Assignment 01, both notebooks, on {form['cores']} cores at load "
        f"{form['load']:.1f}, by `python bench/service.py`.",
        "",
        "| | |",
        "|---|---:|",
        f"| at rest, {rest['count']} one by one: median until both pages are there | "
        f"{rest['median']} s |",
        f"| the same, 95th percentile | {rest['p95']} s |",
        f"| {once['count']} at once, graded and returned | {once['seconds']} s |",
        f"| as many by `grade` | {once['batch_grade']} s |",
        f"| and their pages by `nbgrader generate_feedback` | "
        f"{once['batch_feedback']} s |",
        f"| service against both | {once['seconds'] / both:.2f} |",
        f"| farthest from the order of arrival | {once['largest_shift']} places |",
    ]
    if "crowd" in form:
        many = form["crowd"]
        lines += ["", f"With {many['learners']} learners and 5 assignments:", ""]
        lines += ["| command | seconds |", "|---|---:|"]
        lines += [f"| {name} | {value} |" for name, value in many["seconds"].items()]
        lines += ["", f"The largest of these took {many['largest_mb']} MB."]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--quick", is_flag=True, help="A few of each, into build/bench/.")
@click.option("--rows", default=0, help="Learners in a gradebook of rows alone.")
def main(quick: bool, rows: int) -> None:
    """Measure, and write what was found."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        counts = (5, 8) if quick else (40, 200)
        form = {
            "cores": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0],
            **measured(Path(folder), *counts),
        }
        if rows:
            form["crowd"] = crowd(Path(folder), rows)
    place = ROOT / ("build/bench" if quick else "bench")
    place.mkdir(parents=True, exist_ok=True)
    (place / "service.json").write_text(json.dumps(form, indent=1) + "\n")
    (place / "service.md").write_text(page(form))
    click.echo(page(form))


if __name__ == "__main__":
    main()
