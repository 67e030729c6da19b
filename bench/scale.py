"""What a large course costs: many learners, and many submissions on a cluster.

`crowd` fills a gradebook with rows of made-up learners and measures what reads it;
`cluster` grades real submissions by a Dask cluster whose workers are killed.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
import psutil
from grading import ASSIGNMENT, course, used
from nbgrader.api import Base, Gradebook
from sqlalchemy import delete, func, insert, select, update

from autograder.batch.run_report import report_path
from autograder.nbgrader.course import Course

PROGRAM = [sys.executable, "-m", "autograder"]
EXPORT = "autograder.nbgrader.exports.CanvasExport"
ASSIGNMENTS = 5
CHUNK = 500  # learners whose rows are made at a time
LATE = 10  # one in so many hands in late
DUE = datetime(2026, 2, 1)
PENALTY = """
c.AssignLatePenalties.plugin_class = "autograder.nbgrader.late.LatePenalty"
"""
LONGEST = 150  # seconds for a page of Formgrader
START = 120
TICK = 0.1
SEED = 7  # of which worker is killed
# What the pages of Formgrader ask the server for.
PAGES = {
    "Manage Assignments": "assignments",
    "Manage Submissions": "submissions/{assignment}",
    "Gradebook": "notebooks/{assignment}",
    "Gradebook, one notebook": "submitted_notebooks/{assignment}/{notebook}",
    "Manage Students": "students",
    "Manage Students, one learner": "student_submissions/{learner}",
}


def memory(process: psutil.Process) -> int:
    """Return the bytes that a process and all below it hold."""
    held = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                held += one.memory_info().rss
    return held


def watched(command: list[str], root: Path) -> dict:
    """Run a command; return its seconds, those of processors, its MB and status."""
    began, before = time.monotonic(), used()
    process = psutil.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        most = max(most, memory(process))
        time.sleep(TICK)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu": round(used() - before, 1),
        "mb": most // 1_000_000,
        "status": process.returncode,
    }


def commands(root: Path, assignment: str, learners: int) -> dict[str, dict]:
    """Measure the commands that read a gradebook.

    Raises
    ------
    ClickException
        If one of them fails, or leaves learners out.
    """
    table = root / "canvas.csv"
    lines = {
        "grades": [*PROGRAM, "grades", assignment],
        "report": [*PROGRAM, "report", assignment],
        "status": [*PROGRAM, "status"],
        "export": [
            *(sys.executable, "-m", "nbgrader", "export"),
            *(f"--exporter={EXPORT}", f"--to={table}"),
        ],
    }
    found = {}
    for name, command in lines.items():
        one = watched(command, root)
        if status := one.pop("status"):
            raise click.ClickException(f"{' '.join(command)}: exit status {status}")
        found[name] = one
    with table.open(newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 2  # headings, and points possible
    if rows != learners:
        raise click.ClickException(f"{rows} of {learners} learners were exported")
    return found


class Formgrader:
    """A server whose Formgrader shows a course."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._url, self._token = f"http://127.0.0.1:{port}", secrets.token_hex(8)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._process = psutil.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", "--no-browser"),
                *("--allow-root", f"--ServerApp.port={port}"),
                *(f"--ServerApp.root_dir={root}", "--ServerApp.port_retries=0"),
                f"--IdentityProvider.token={self._token}",
            ],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START
        while time.monotonic() < until:
            with contextlib.suppress(urllib.error.URLError, OSError):
                self.ask("api", 5)
                return
            time.sleep(TICK)
        self.close()
        raise click.ClickException("the Jupyter server did not start")

    def ask(self, place: str, seconds: float) -> list | dict:
        """Return what the server answers.

        Raises
        ------
        TimeoutError
            If it takes longer.
        """
        return json.loads(self.fetch(place, seconds))

    def fetch(self, place: str, seconds: float) -> bytes:
        """Return the bytes that the server answers.

        Raises
        ------
        TimeoutError
            If it takes longer.
        """
        asked = urllib.request.Request(f"{self._url}/{place}")
        asked.add_header("Authorization", f"token {self._token}")
        return self._opener.open(asked, timeout=seconds).read()

    @property
    def mb(self) -> int:
        """Its memory now."""
        return memory(self._process) // 1_000_000

    def close(self) -> None:
        """End it, whatever it is doing."""
        for one in (*self._process.children(recursive=True), self._process):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self._process.wait(30)


def pages(root: Path, assignment: str, learner: str, gone: set[str]) -> dict[str, dict]:
    """Measure what Formgrader's pages ask for, each once the server has begun.

    `gone` names pages that took too long with fewer learners; they are left out, and
    what takes too long now is added. These have no ``seconds``.
    """
    found: dict[str, dict] = {}
    notebook = Course(root).notebooks(assignment)[0]
    names = {"assignment": assignment, "notebook": notebook, "learner": learner}
    server = Formgrader(root)
    try:
        for page, place in PAGES.items():
            if page in gone:
                found[page] = {}
                continue
            began = time.monotonic()
            try:
                server.ask(f"formgrader/api/{place.format(**names)}", LONGEST)
            except TimeoutError:
                gone.add(page)
                found[page] = {}
                server.close()  # it would go on, and keep the next one waiting
                server = Formgrader(root)
                continue
            found[page] = {
                "seconds": round(time.monotonic() - began, 2),
                "mb": server.mb,
            }
    finally:
        server.close()
    return found


def crowd(folder: Path, sizes: list[int], said: Callable[[str], None]) -> list[dict]:
    """Measure what reads a gradebook of ever more learners, made of rows alone.

    `said` is told what is being measured.
    """
    root = course(folder, 1)
    watched([*PROGRAM, "grade", ASSIGNMENT], root)
    names = [ASSIGNMENT, *(f"{number:02}_copy" for number in range(2, ASSIGNMENTS + 1))]
    measured: list[dict] = []
    gone: set[str] = set()
    for size in sizes:
        said(f"rows of {size} learners")
        fill(root, names, size)
        measured.append(
            {
                "learners": size,
                "gradebook_mb": (root / "gradebook.db").stat().st_size // 1_000_000,
                "commands": commands(root, ASSIGNMENT, size),
                "pages": pages(root, ASSIGNMENT, learner_name(0), gone),
            }
        )
    return measured


def sheets(folder: Path, sizes: list[int], said: Callable[[str], None]) -> list[dict]:
    """Measure marking by hand in a sheet, of ever more learners.

    All have handed in one learner's notebooks, every tenth of them late, and everything
    that a person marks waits. Formgrader's page of one submission is measured beside
    it.

    Raises
    ------
    ClickException
        If a command fails, or a mark is not saved.
    """
    root = course(folder, 1)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(PENALTY)
    watched([*PROGRAM, "grade", ASSIGNMENT], root)
    first = next((root / "autograded").iterdir())
    measured: list[dict] = []
    for size in sizes:
        said(f"a sheet of {size} learners")
        fill(root, [ASSIGNMENT], size)
        for path in sorted(first.rglob("*.ipynb")):
            for number in range(size):
                place = Path(str(path).replace(first.name, learner_name(number)))
                place.parent.mkdir(parents=True, exist_ok=True)
                if not place.exists():
                    place.hardlink_to(path)  # which is read, and never written
        _wait_for_marks(root)
        sheet = root / f"marks-{size}.csv"
        command = [*PROGRAM, "written", ASSIGNMENT]
        one = {"written": watched(command, root)}
        one["written --write"] = watched([*command, "--write", str(sheet)], root)
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, row in enumerate(rows):
            row["mark"], row["comment"] = "1", f"comment {number}"
        with sheet.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        command += ["--read", str(sheet)]
        one["written --read --dry-run"] = watched([*command, "--dry-run"], root)
        one["written --read"] = watched(command, root)
        if any(found.pop("status") for found in one.values()) or len(rows) < size:
            raise click.ClickException("a mark was not saved")
        late = _with_penalty(root)
        if late != size // LATE:
            raise click.ClickException(f"{late} of {size // LATE} have a penalty")
        measured.append(
            {
                "learners": size,
                "rows": len(rows),
                "gradebook_mb": (root / "gradebook.db").stat().st_size // 1_000_000,
                "commands": one,
                "pages": _one_page(root, rows[0]["page"].strip("/")),
            }
        )
    return measured


def _with_penalty(root: Path) -> int:
    """Return how many learners have a penalty for late work."""
    submitted = Base.metadata.tables["submitted_notebook"]
    late = submitted.c.late_submission_penalty > 0
    with Course(root).gradebook() as book:
        asked = select(func.count(submitted.c.assignment_id.distinct())).where(late)
        return book.db.connection().execute(asked).scalar() or 0


def _one_page(root: Path, place: str) -> dict[str, dict]:
    """Measure Formgrader's page of one submission, the second time it is asked for."""
    server = Formgrader(root)
    try:
        seconds = 0.0
        for _ in range(2):
            began = time.monotonic()
            try:
                server.fetch(f"{place}/", LONGEST)
            except TimeoutError:
                return {"one submission": {}}
            seconds = round(time.monotonic() - began, 2)
        return {"one submission": {"seconds": seconds, "mb": server.mb}}
    finally:
        server.close()


def _wait_for_marks(root: Path) -> None:
    """Let all that a person marks wait, with a place for comments."""
    loaded = Course(root)
    tables = Base.metadata.tables
    cells, grades = tables["base_cell"], tables["grade"]
    graded, solutions = tables["grade_cells"], tables["solution_cells"]
    comments, submitted = tables["comment"], tables["submitted_notebook"]
    handed_in = tables["submitted_assignment"]
    url, course_id = loaded.directory.db_url, loaded.directory.course_id
    with Gradebook(url, course_id) as book, book.engine.begin() as all_or_none:
        by_hand = select(graded.c.id).where(graded.c.cell_type == "markdown")
        all_or_none.execute(
            update(grades)
            .where(grades.c.cell_id.in_(by_hand))
            .values(auto_score=None, manual_score=None, needs_manual_grade=True)
        )
        all_or_none.execute(update(tables["assignment"]).values(duedate=DUE))
        late = update(handed_in).where(handed_in.c.student_id.like("l%0"))
        all_or_none.execute(late.values(timestamp=DUE + timedelta(hours=1)))
        all_or_none.execute(update(submitted).values(late_submission_penalty=None))
        all_or_none.execute(delete(comments))
        places = select(cells.c.id, submitted.c.id).join(
            submitted, submitted.c.notebook_id == cells.c.notebook_id
        )
        found = all_or_none.execute(
            places.where(cells.c.id.in_(select(solutions.c.id)))
        ).all()
        for start in range(0, len(found), 10 * CHUNK):
            all_or_none.execute(
                insert(comments),
                [
                    {"id": uuid.uuid4().hex, "cell_id": cell, "notebook_id": one}
                    for cell, one in found[start : start + 10 * CHUNK]
                ],
            )


def learner_name(number: int) -> str:
    """Return the id of a made-up learner."""
    return f"l{number:05}"


def fill(root: Path, assignments: list[str], learners: int) -> None:
    """Add rows until the gradebook has so many learners, who have handed in all.

    Assignments that are not there have the cells of the first one.
    """
    loaded = Course(root)
    url, course_id = loaded.directory.db_url, loaded.directory.course_id
    tables = Base.metadata.tables
    cells, students = tables["base_cell"], tables["student"]
    with Gradebook(url, course_id) as book:
        known = {one.name for one in book.assignments}
        for name in assignments:
            if name not in known:
                _copy_assignment(book, assignments[0], name)
    # Read first: many rows lock out other connections before they are committed.
    graded: list[tuple[str, dict[str, list[str]]]] = []
    with Gradebook(url, course_id) as book:
        connection = book.db.connection()
        there = connection.execute(select(func.count()).select_from(students)).scalar()
        for name in assignments:
            one = book.find_assignment(name)
            inner = {}
            for notebook in one.notebooks:
                asked = select(cells.c.id).where(
                    cells.c.notebook_id == notebook.id,
                    cells.c.type.in_(["GradeCell", "TaskCell"]),
                )
                inner[notebook.id] = list(connection.execute(asked).scalars())
            graded.append((one.id, inner))
    with Gradebook(url, course_id) as book, book.engine.begin() as small:
        for first in range(0, learners - (there or 0), CHUNK):
            last = min(first + CHUNK, learners - (there or 0))
            people = [learner_name((there or 0) + n) for n in range(first, last)]
            small.execute(insert(students), [{"id": one} for one in people])
            for table, rows in _rows(graded, people):
                small.execute(insert(tables[table]), rows)


def _copy_assignment(book: Gradebook, first: str, name: str) -> None:
    book.add_assignment(name)
    for notebook in book.find_assignment(first).notebooks:
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
    graded: list[tuple[str, dict[str, list[str]]]], people: list[str]
) -> Iterator[tuple[str, list[dict]]]:
    """Yield, by table, the rows of what some learners handed in."""
    handed_in: list[dict] = []
    submitted: list[dict] = []
    grades: list[dict] = []
    for person in people:
        for assignment, notebooks in graded:
            outer = uuid.uuid4().hex
            handed_in.append(
                {"id": outer, "assignment_id": assignment, "student_id": person}
            )
            for notebook, cells in notebooks.items():
                inner = uuid.uuid4().hex
                submitted.append(
                    {"id": inner, "notebook_id": notebook, "assignment_id": outer}
                )
                grades += [
                    {
                        "id": uuid.uuid4().hex,
                        "cell_id": cell,
                        "notebook_id": inner,
                        "auto_score": 1.0,
                        "needs_manual_grade": False,
                    }
                    for cell in cells
                ]
    yield "submitted_assignment", handed_in
    yield "submitted_notebook", submitted
    yield "grade", grades


def cluster(
    folder: Path,
    submissions: int,
    workers: int,
    pause: float,
    said: Callable[[str], None],
) -> dict:
    """Grade submissions by a Dask cluster, one of whose workers is killed again and
    again.

    Every `pause` seconds; `said` is told what is being measured. Then the commands and
    pages that read what was graded are measured, with its files.

    Raises
    ------
    ClickException
        If a submission was not graded, or a perfect one has lost marks.
    """
    said(f"making {submissions} submissions")
    root = course(folder, submissions)
    said(f"{submissions} submissions on {workers} workers")
    chance = random.Random(SEED)
    with _dask(folder, workers) as (address, nannies):
        began = time.monotonic()
        process = psutil.Popen(
            [*PROGRAM, "grade", ASSIGNMENT, "--scheduler", address],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        killed, most, last, seen = 0, 0, began, 0
        while process.poll() is None:
            most = max(most, memory(process))
            # Where workers take longer to start than they live, none would be done; and
            # Dask gives a task up that was on four workers when they died.
            due = killed < submissions // 8 and time.monotonic() - last >= pause
            if due and _kept(root) > seen:
                last, seen = time.monotonic(), _kept(root)
                running = [p for p in nannies.children() if "spawn_main" in _line(p)]
                if running:
                    os.kill(chance.choice(running).pid, signal.SIGKILL)
                    killed += 1
            time.sleep(TICK)
        seconds = time.monotonic() - began
    report = json.loads(report_path(root, ASSIGNMENT).read_text(encoding="utf-8"))
    missed = [one for one in report["submissions"] if not one["graded"]]
    if missed or len(report["submissions"]) != submissions:
        raise click.ClickException(f"not all was graded: {missed[:3]}")
    # Every second learner has solved everything.
    rows = Course(root).grades(ASSIGNMENT)
    lost = [row.student for row in rows[::2] if row.marks.code < row.marks.code_out_of]
    if lost:
        raise click.ClickException(f"perfect work lost marks: {lost[:3]}")
    said(f"what reads {submissions} graded submissions")
    return {
        "submissions": submissions,
        "workers": workers,
        "killed": killed,
        "pause": pause,
        "seconds": round(seconds, 1),
        "mb": most // 1_000_000,
        "commands": commands(root, ASSIGNMENT, submissions),
        "pages": pages(root, ASSIGNMENT, rows[0].student, set()),
    }


def _kept(root: Path) -> int:
    """Return how many results have come back."""
    return sum(1 for _ in (root / ".cache").rglob("*.json"))


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@contextlib.contextmanager
def _dask(folder: Path, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """Yield a scheduler's address, and the process whose children are its workers.

    A worker that dies is started again, as `dask worker` does it.
    """
    where = folder / "scheduler.json"
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    dask = [sys.executable, "-m", "dask"]
    at = ["--scheduler-file", str(where), "--no-dashboard"]
    quiet = {
        "cwd": elsewhere,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    running = [
        psutil.Popen(
            [*dask, "scheduler", *at, "--host", "127.0.0.1", "--port", "0"], **quiet
        )
    ]
    try:
        until = time.monotonic() + START
        while not where.exists():
            if time.monotonic() > until:
                raise click.ClickException("the Dask scheduler did not start")
            time.sleep(TICK)
        number = ["--nthreads", "1", "--nworkers", str(workers)]
        running.append(psutil.Popen([*dask, "worker", *at, *number], **quiet))
        yield json.loads(where.read_text())["address"], running[1]
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(60)


def tables(form: dict) -> list[str]:
    """Return in Markdown what `crowd` and `cluster` have measured."""
    lines: list[str] = []
    if "crowd" in form:
        lines += _crowd_table(form["crowd"])
    if "sheets" in form:
        lines += _crowd_table(form["sheets"], SHEETS)
    if "cluster" in form:
        lines += _cluster_table(form["cluster"])
    return lines


ROWS = f"Many learners, {ASSIGNMENTS} assignments, rows alone"
SHEETS = "Marks by hand in a sheet, one assignment, files of all learners"


def _crowd_table(sizes: list[dict], title: str = ROWS) -> list[str]:
    heads = [f"{one['learners']:,} learners" for one in sizes]
    lines = [
        "",
        f"## {title}",
        "",
        "Seconds, in brackets those of processors, and the most memory of all "
        "processes of a command. The last column "
        "compares the two largest: a ratio of times above that of learners "
        "is growth faster than linear.",
        "",
        "| | " + " | ".join(heads) + " | growth |",
        "|---|" + "---:|" * (len(sizes) + 1),
        "| gradebook | "
        + " | ".join(f"{one['gradebook_mb']} MB" for one in sizes)
        + " | |",
    ]
    learners = [one["learners"] for one in sizes]
    for kind, said in (("commands", "`{}`"), ("pages", "Formgrader: {}")):
        for name in sizes[0][kind]:
            found = [one[kind][name] for one in sizes]
            cells = [_cell(one) for one in found]
            cells.append(_growth(learners, found))
            lines.append(f"| {said.format(name)} | " + " | ".join(cells) + " |")
    return lines


def _cell(found: dict) -> str:
    if not found:
        return f"over {LONGEST} s"
    cpu = f" ({found['cpu']:g} s)" if "cpu" in found else ""
    return f"{found['seconds']:g} s{cpu}, {found['mb']} MB"


def _growth(learners: list[int], found: list[dict]) -> str:
    """Return how much longer the last takes than the one before."""
    if len(found) < 2 or not all(found[-2:]):
        return ""
    # Of processors where they are known: what else the machine does is not in them.
    before, after = (one.get("cpu", one["seconds"]) for one in found[-2:])
    more = learners[-1] / learners[-2]
    return f"× {after / max(before, 0.01):.1f} for × {more:.1f}"


def _cluster_table(found: dict) -> list[str]:
    rate = 60 * found["submissions"] / found["seconds"]
    lines = [
        "",
        f"## {found['submissions']:,} submissions on a Dask cluster",
        "",
        f"{found['workers']} worker processes, one of them killed every "
        f"{found['pause']:g} s as long as results come: {found['killed']} in all. All "
        "were graded, and no "
        "perfect one lost a mark.",
        "",
        "| | |",
        "|---|---:|",
        f"| graded in | {found['seconds']} s |",
        f"| a minute | {rate:.0f} |",
        f"| memory of `grade` | {found['mb']} MB |",
    ]
    for name, one in found["commands"].items():
        lines.append(f"| then `{name}`, with files | {_cell(one)} |")
    for name, one in found["pages"].items():
        lines.append(f"| then Formgrader: {name} | {_cell(one)} |")
    return lines
