"""The runner: the same grades as nbgrader's, whatever is killed and whenever."""

import contextlib
import errno
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from rich.console import Console
from sqlalchemy import event

from autograder.batch import pool as pool_module
from autograder.batch.dask import Cluster
from autograder.batch.pool import MOST_TRIES, Pool
from autograder.batch.run import GradingRun
from autograder.batch.run_report import report_path
from autograder.cli.grade import grade_assignment
from autograder.errors import CourseError
from autograder.files import Sort, sort_of, stand_in
from autograder.nbgrader import course as course_module
from autograder.nbgrader import worker as worker_module
from autograder.nbgrader import writer as writer_module
from autograder.nbgrader.course import Course
from autograder.nbgrader.submitted_files import (
    Task,
    copy_beside,
    digest_of_content,
    fingerprint,
    pack,
    unpack,
    write_files,
)
from autograder.nbgrader.worker import Finished, digest_of, digest_of_code
from autograder.reports.findings import read_findings
from autograder.sandbox.forkserver import ForkServer
from autograder.sandbox.isolation import Refused
from tests.conftest import ROOT
from tests.course import (
    CATALOGUE,
    CENTRE,
    SPREAD,
    autograde,
    tiny_notebook,
    write_source,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

ASSIGNMENT = "01_tiny"


def solve(notebook, centre=CENTRE):
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": centre, "spread": SPREAD}[cell["id"]]
        if cell["id"] == "why":
            cell.source = "Because each row has a mean of its own."


def doubled(notebook):
    solve(notebook)
    notebook.cells += json.loads(json.dumps(notebook.cells))


def inserted(source):
    def change(notebook):
        solve(notebook)
        notebook.cells.insert(2, new_code_cell(source))

    return change


ODD = {
    "perfect": solve,
    "untouched": lambda notebook: None,
    "mistaken": lambda notebook: solve(notebook, CENTRE.replace("axis=1", "axis=0")),
    "duplicated": doubled,
    "kills": inserted("import os; os._exit(1)"),
    "no_answer": inserted("import builtins\nbuiltins.repr = lambda *a: '1.0'"),
    "reads_a_file": inserted("print(open('notes.txt').read())"),
    "reads_itself": inserted(
        "import json, os\nprint(sorted(os.listdir()))\n"
        "print([cell['id'] for cell in json.load(open('tiny.ipynb'))['cells']])"
    ),
    "truncated": b'{"cells": [{"cell_type": "code", "sou',
    "linked": None,
    "renamed": solve,
}


def hand_in(root, student, change):
    """Hand in a changed copy of the release, some bytes, or a link."""
    folder = root / "submitted" / student / ASSIGNMENT
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "release" / ASSIGNMENT, folder)
    path = folder / "tiny.ipynb"
    if change is None:
        path.rename(folder / "real.txt")
        path.symlink_to("real.txt")
    elif isinstance(change, bytes):
        path.write_bytes(change)
    else:
        notebook = nbformat.read(path, as_version=4)
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def hand_in_oddities(root):
    for student, change in ODD.items():
        folder = hand_in(root, student, change)
        (folder / "notes.txt").write_text("kept beside the notebook")
    late = root / "submitted" / "perfect" / ASSIGNMENT / "timestamp.txt"
    late.write_text("2026-01-02 03:04:05 UTC", encoding="utf-8")
    renamed = root / "submitted" / "renamed" / ASSIGNMENT
    (renamed / "tiny.ipynb").rename(renamed / "my work (1).ipynb")
    secret = root / "submitted" / "untouched" / ASSIGNMENT / "secret.txt"
    secret.symlink_to(root / "gradebook.db")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return the folder of a generated course without submissions."""
    root = tmp_path_factory.mktemp("template")
    write_source(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    Course(root).generate(ASSIGNMENT)
    return root


@pytest.fixture
def root(template, tmp_path):
    """Return the folder of a course of one's own."""
    return Path(shutil.copytree(template, tmp_path / "course"))


def command(root, *arguments):
    """Return the command line of the runner."""
    return [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, *arguments]


def run_command(root, *arguments):
    return subprocess.run(
        command(root, *arguments),
        cwd=root,
        capture_output=True,
        text=True,
        timeout=280,
    )


def rows(root):
    """Return all that the gradebook says of the submissions, ids and times apart."""
    course = Course(root)
    found = []
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        for submission in book.assignment_submissions(ASSIGNMENT):
            who = submission.student.id
            found.append((who, str(submission.timestamp), submission.score))
            for notebook in submission.notebooks:
                penalty = notebook.late_submission_penalty
                found.append((who, notebook.name, penalty, notebook.failed_tests))
                for grade in notebook.grades:
                    found.append(
                        (
                            who,
                            grade.cell.name,
                            grade.auto_score,
                            grade.manual_score,
                            grade.extra_credit,
                            grade.needs_manual_grade,
                        )
                    )
                for comment in notebook.comments:
                    found.append((who, comment.name, comment.auto_comment))
    return sorted(found, key=repr)


def files(root):
    """Return the files below autograded/ with rights and content, times apart."""
    found = {}
    top = root / "autograded"
    for path in sorted(p for p in top.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".ipynb":
            form = json.loads(content)
            form["metadata"]["course"].pop("seconds", None)
            for key in ("cpu", "peak", "times"):
                form["metadata"]["course"].pop(key, None)
            for cell in form["cells"]:
                cell["metadata"].pop("execution", None)
            content = json.dumps(form, sort_keys=True)
        found[str(path.relative_to(top))] = (path.stat().st_mode, content)
    return found


def test_rows_and_files_are_those_of_nbgrader(root, tmp_path):
    """Both ways give equal rows and files for an odd class."""
    hand_in_oddities(root)
    other = Path(shutil.copytree(root, tmp_path / "other", symlinks=True))
    course = Course(other)
    for student in ODD:
        assert autograde(course, ASSIGNMENT, student) == ""
    done = run_command(root)

    # Two files are damaged, which a person has to look at.
    assert done.returncode == 1, done.stdout + done.stderr
    assert "for a person to look at: 2" in done.stdout
    assert rows(other) == rows(root)
    assert files(other) == files(root)
    (row,) = [r for r in course.grades(ASSIGNMENT) if r.student == "renamed"]
    assert row.marks.code == 7
    assert "no file had its name: my work (1).ipynb was graded" in "".join(row.notes)

    again = run_command(root)

    # They still wait, though nothing was graded.
    assert again.returncode == 1
    assert "graded: 0" in again.stdout
    assert "cells of theirs still wait for a person: " in again.stdout


SETTINGS = f"""
c.LateSubmissionPlugin.penalty_method = "zero"
c.Autograde.exclude_overwriting = {{"{ASSIGNMENT}": ["theirs.txt"]}}
"""
READS = "print(open('ours.txt').read(), open('theirs.txt').read())"


def test_settings_of_nbgrader_hold(tmp_path):
    """Late work, missing notebooks and files beside are treated as nbgrader would."""
    root = tmp_path / "course"
    both = CATALOGUE + CATALOGUE.replace("tiny", "second")
    source = write_source(root, catalogue=both)
    second = nbformat.writes(tiny_notebook()).replace("tiny", "second")
    (source / "second.ipynb").write_text(second)
    for name in ("ours.txt", "theirs.txt"):
        (source / name).write_text("from the source")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(SETTINGS)
    course = Course(root)
    course.generate(ASSIGNMENT)
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01")
    times = {"early": "2025-12-31 00:00:00 UTC", "late": "2026-01-02 00:00:00 UTC"}
    for student, when in times.items():
        folder = hand_in(root, student, inserted(READS))
        (folder / "timestamp.txt").write_text(when)
        for name in ("ours.txt", "theirs.txt"):
            (folder / name).write_text("changed")
    (root / "submitted" / "early" / ASSIGNMENT / "second.ipynb").unlink()
    other = Path(shutil.copytree(root, tmp_path / "other"))
    for student in times:
        assert autograde(Course(other), ASSIGNMENT, student) == ""
    done = run_command(root)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "early: no second" in done.stdout
    rows_of = {row.student: row for row in Course(root).grades(ASSIGNMENT)}
    assert rows_of["early"].notes == ["second was not handed in"]
    assert rows(other) == rows(root)
    assert files(other) == files(root)
    assert ("late", "tiny", 7.0, False) in rows(root)  # the penalty
    graded = root / "autograded" / "late" / ASSIGNMENT
    assert (graded / "ours.txt").read_text() == "from the source"
    assert (graded / "theirs.txt").read_text() == "changed"
    assert "from the source changed" in (graded / "tiny.ipynb").read_text()

    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        book.grant_extension(ASSIGNMENT, "late", days=2)
    assert run_command(root, "--force", "--student", "late").returncode == 0
    assert ("late", "tiny", None, False) in rows(root)  # it is late no more


def test_no_student_is_made_where_that_is_not_wanted(root):
    """An instructor may want only the learners that the gradebook knows."""
    hand_in(root, "stranger", solve)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write("c.Autograde.create_student = False\n")
    done = run_command(root)

    assert done.returncode == 1
    assert "the gradebook does not know stranger: add" in " ".join(done.stdout.split())
    assert rows(root) == []
    assert not (root / "autograded" / "stranger").exists()


def test_a_submission_that_cannot_be_graded_is_named(root):
    """Everybody else is graded, the status is 1, the reason says what was found."""
    hand_in(root, "perfect", solve)
    folder = root / "submitted" / "lost" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / "homework.pdf").write_text("")
    done = run_command(root, "--jobs", "1")
    report = json.loads(report_path(root, ASSIGNMENT).read_text())
    lost, perfect = report["submissions"]

    assert done.returncode == 1
    assert "expected tiny.ipynb, found homework.pdf" in lost["reason"]
    assert (
        perfect["graded"],
        perfect["points"],
        perfect["out_of"],
    ) == (True, 7.0, 7.0)
    assert not (root / "autograded" / "lost" / ASSIGNMENT).exists()


def test_work_without_a_sandbox_is_marked(root):
    """Notebook and report say that nothing stood between code and machine."""
    hand_in(root, "perfect", solve)
    done = run_command(root, "--unsandboxed", "--jobs", "1")
    report = json.loads(report_path(root, ASSIGNMENT).read_text())
    course = Course(root).graded_notebook(ASSIGNMENT, "perfect", "tiny")

    assert done.returncode == 0
    assert (report["isolation"], report["submissions"][0]["isolation"]) == (
        "none",
        ["none"],
    )
    assert course["isolation"] == "none"
    assert Course(root).grades(ASSIGNMENT)[0].flags == ["unsandboxed"]

    path = root / "autograded" / "perfect" / ASSIGNMENT / "tiny.ipynb"
    older = path.read_text().replace('"isolation": "none"', '"walls": "none"')
    path.write_text(older)

    assert "walls" in older
    assert Course(root).grades(ASSIGNMENT)[0].flags == ["unsandboxed"]


def test_a_killed_run_is_finished_by_the_next(root, tmp_path):
    """Killed once after each submission, it still gives what one run gives."""
    names = [f"learner_{i}" for i in range(4)]
    changes = [solve, ODD["mistaken"], ODD["untouched"], doubled]
    for student, change in zip(names, changes):
        hand_in(root, student, change)
    other = Path(shutil.copytree(root, tmp_path / "other"))
    assert run_command(other).returncode == 0
    graded = root / "autograded"
    for count in (1, 3):
        runner = subprocess.Popen(
            command(root), cwd=root, stdout=subprocess.DEVNULL, stderr=None
        )
        end = time.monotonic() + 120
        while len(list(graded.glob(f"*/{ASSIGNMENT}"))) < count:
            assert runner.poll() is None and time.monotonic() < end
            time.sleep(0.02)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait()
    done = run_command(root)

    assert done.returncode == 0
    assert rows(other) == rows(root)
    assert files(other) == files(root)


def test_kills_at_random_points_change_nothing(root, tmp_path):
    """Whatever of a run is killed, and whenever, the next gives the same grades."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    changes = [solve, ODD["mistaken"], ODD["untouched"], doubled, ODD["kills"]]
    for number, change in enumerate(changes):
        hand_in(root, f"learner_{number}", change)
    other = Path(shutil.copytree(root, tmp_path / "other"))
    assert run_command(other).returncode == 0
    for _ in range(3):
        runner = subprocess.Popen(
            command(root, "--jobs", "2"), cwd=root, stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(1.5, 5))
        children = children_of(runner.pid)
        if children:  # a worker, or the process that all kernels come from
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
            time.sleep(chance.uniform(0, 1))
        runner.kill()
        runner.wait()
    done = run_command(root)

    assert done.returncode == 0, (seed, done.stdout)
    assert rows(other) == rows(root), seed
    assert files(other) == files(root), seed


def children_of(pid):
    """Return the process ids of a process's children."""
    try:
        return [
            int(child)
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


@pytest.fixture
def dask(two, tmp_path):
    """Return the address of a scheduler with a worker that sees no course."""
    dask = [sys.executable, "-m", "dask"]
    where = tmp_path / "scheduler.json"
    at = ["--scheduler-file", str(where), "--no-dashboard"]
    worker = [*dask, "worker", *at, "--nthreads", "1", "--no-nanny"]
    if os.geteuid() == 0 and shutil.which("unshare"):
        hide = 'mount -t tmpfs none "$0" && exec "$@"'
        worker = ["unshare", "--mount", "sh", "-c", hide, str(two), *worker]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    settings = {"cwd": elsewhere, "stdout": subprocess.DEVNULL}
    settings["stderr"] = subprocess.DEVNULL
    processes = [
        subprocess.Popen(
            [*dask, "scheduler", *at, "--host", "127.0.0.1", "--port", "0"], **settings
        )
    ]
    try:
        end = time.monotonic() + 60
        while not where.exists():
            assert processes[0].poll() is None and time.monotonic() < end
            time.sleep(0.1)
        processes.append(subprocess.Popen(worker, **settings))
        yield json.loads(where.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def test_a_dask_cluster_grades_with_no_shared_files(two, tmp_path, dask):
    """Workers get inputs and cases as task data; the rows are the pool's."""
    other = Path(shutil.copytree(two, tmp_path / "other"))
    done = run_command(two, "--scheduler", dask)
    assert run_command(other).returncode == 0

    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(other) == rows(two)
    assert files(other) == files(two)


def test_a_scheduler_that_ends_is_one_sentence(two, tmp_path):
    """No notebook is blamed for it, so that nobody loses the marks they have."""
    where = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "dask", "scheduler", "--no-dashboard"]
    command += ["--scheduler-file", str(where), "--host", "127.0.0.1", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not where.exists():
            assert process.poll() is None
            time.sleep(0.1)
        bundle = GradingRun(Course(two), ASSIGNMENT).bundle()
        cluster = Cluster(bundle, json.loads(where.read_text())["address"], [])
        tasks = [Task("ann", "tiny", str(two / "submitted" / "ann" / ASSIGNMENT))]
        with pytest.raises(CourseError, match="no longer answers: start it and its"):
            for finished in cluster.run(tasks):
                assert finished is None
                process.kill()
                process.wait(30)
        cluster.close()
    finally:
        process.kill()
        process.wait(30)


def test_without_a_sandbox_grading_refuses(two, monkeypatch):
    """Nobody is graded, nothing is written, and the message says what to do."""

    def refuse(self):
        raise Refused("no isolation holds here")

    monkeypatch.setattr(ForkServer, "isolation", property(refuse))
    course = Course(two)
    with pytest.raises(CourseError, match=r"doctor.*--unsandboxed"):
        grade_assignment(Console(file=io.StringIO()), course, ASSIGNMENT)

    assert list((two / "autograded").glob("*/*")) == []


# Without kernels: the results are made up, the writing is real.


class Results:
    """Workers that hand out finished notebooks and count them."""

    def __init__(self, root):
        path = root / "release" / ASSIGNMENT / "tiny.ipynb"
        self.notebook = nbformat.read(path, as_version=4)
        self.asked = []
        self.marks = {}
        self.errors = {}

    def text(self, mark):
        notebook = nbformat.from_dict(json.loads(json.dumps(self.notebook)))
        for cell in notebook.cells:
            if cell["id"] in ("centre-check", "spread-check"):
                cell.outputs = [
                    nbformat.v4.new_output("execute_result", {"text/plain": str(mark)})
                ]
        return nbformat.writes(notebook)

    def __call__(self, tasks):
        for task in tasks:
            self.asked.append(task.student)
            mark = self.marks.get(task.student, 1.5)
            error = self.errors.get(task.student, "")
            yield None
            yield Finished(
                task.student,
                task.notebook,
                key="0" * 64,
                text="" if error else self.text(mark),
                error=error,
            )


def grade(root, results, *, force=False):
    """Grade with made-up results; return what became of each submission."""
    run = GradingRun(Course(root), ASSIGNMENT)
    with run.ledger.alone():
        bundle = run.bundle()
        planned = run.plan(bundle, force=force)
        done = run.grade(bundle, planned, results)
        return [work for work in done if work is not None]


def points(root):
    return {row.student: row.marks.code for row in Course(root).grades(ASSIGNMENT)}


@pytest.fixture
def two(root):
    """Return a course with two submissions."""
    for student in ("ann", "bob"):
        hand_in(root, student, solve)
    return root


def test_only_what_changed_is_graded_again(two):
    """An unchanged submission is left alone, a changed one is not."""
    results = Results(two)
    grade(two, results)
    first, results.asked = results.asked, []
    grade(two, results)
    unchanged, results.asked = results.asked, []
    hand_in(two, "bob", doubled)
    grade(two, results)

    assert (first, unchanged, results.asked) == (["ann", "bob"], [], ["bob"])


def test_a_folder_that_cannot_be_read_stops_nobody_else(two, monkeypatch):
    """It is named, whether it is the submission's or the learner's."""
    for student in ("eve", "mal"):
        (two / "submitted" / student / ASSIGNMENT).mkdir(parents=True)
    eve, mal = (two / "submitted" / name / ASSIGNMENT for name in ("eve", "mal"))

    def denied(function, where):
        def call(path=".", *arguments, **named):
            if str(path).startswith(where):
                raise PermissionError(errno.EACCES, "Permission denied")
            return function(path, *arguments, **named)

        return call

    for name in ("listdir", "scandir"):  # pathlib asks the one or the other
        monkeypatch.setattr(os, name, denied(getattr(os, name), str(eve)))
    monkeypatch.setattr(os, "stat", denied(os.stat, str(mal)))
    done = grade(two, Results(two))

    assert {work.student: work.error for work in done} == {
        "ann": "",
        "bob": "",
        "eve": "its folder cannot be read: Permission denied",
        "mal": "its folder cannot be read: Permission denied",
    }


def test_force_grades_everybody_again(two):
    """With --force nothing stands."""
    results = Results(two)
    grade(two, results)
    results.marks = {"ann": 1.0, "bob": 0.5}
    grade(two, results, force=True)

    assert points(two) == {"ann": 2.0, "bob": 1.0}


def test_a_failed_regrade_leaves_no_old_score(two):
    """Whoever could not be regraded has no file, no points, and a flag."""
    results = Results(two)
    grade(two, results)
    results.errors = {"bob": "the worker process ended"}
    failed = [work for work in grade(two, results, force=True) if work.error]
    row = next(row for row in Course(two).grades(ASSIGNMENT) if row.student == "bob")

    assert [work.student for work in failed] == ["bob"]
    assert (row.marks.code, row.flags) == (0.0, ["look"])
    assert not (two / "autograded" / "bob" / ASSIGNMENT).exists()
    assert points(two)["ann"] == 3.0


def test_marks_are_taken_away_in_three_statements(two):
    """Rows read as objects asked for the cell of each, half of what writing took."""
    grade(two, Results(two))
    writer = writer_module.Writer(
        Course(two), GradingRun(Course(two), "01_tiny").bundle()
    )
    said = []
    with writer._book as book:
        event.listen(
            book.db.get_bind(),
            "before_cursor_execute",
            lambda _, __, statement, *more: said.append(statement),
        )

    writer.withdraw("bob")

    row = next(row for row in Course(two).grades(ASSIGNMENT) if row.student == "bob")
    assert row.marks.code == 0.0
    assert points(two)["ann"] == 3.0
    assert len(said) <= 3


def test_a_submission_is_written_as_a_whole_or_not(two, monkeypatch):
    """One transaction, for which all waits for the disk once."""
    commits = []
    engine = writer_module.Gradebook.__init__

    def watched(self, *arguments, **settings):
        engine(self, *arguments, **settings)
        event.listen(self.engine, "commit", lambda _: commits.append(self))

    right = writer_module._Finish.write_single_notebook

    def full(self, *arguments):
        if self.student == "bob":
            raise OSError(errno.ENOSPC, "No space left on device")
        return right(self, *arguments)

    monkeypatch.setattr(writer_module.Gradebook, "__init__", watched)
    monkeypatch.setattr(writer_module._Finish, "write_single_notebook", full)
    writer = writer_module.Writer(
        Course(two), GradingRun(Course(two), "01_tiny").bundle()
    )
    text = Results(two).text(1.5)
    del commits[:]

    said = {
        name: writer.write(name, {"tiny": Finished(name, "tiny", text=text)})
        for name in ("ann", "bob")
    }

    assert said["ann"] == ""
    assert len(commits) == 1
    assert "No space left" in said["bob"]
    with Gradebook(f"sqlite:///{two / 'gradebook.db'}") as book:
        found = [one.student_id for one in book.assignment_submissions(ASSIGNMENT)]
    assert found == ["ann"]


def test_what_a_worker_finished_is_read_as_nbformat_reads_it():
    """Nodes in nodes and in lists, texts in lines, and nothing of a passing kind."""
    notebook = tiny_notebook()
    notebook.cells.append(new_code_cell("x = 1\ny = 2"))
    output = nbformat.v4.new_output("stream", text="one\ntwo\n")
    notebook.cells[-1].outputs.append(output)
    notebook.cells[-1].metadata["mine"] = [{"deep": [{"x": None}]}]
    notebook.metadata["signature"] = "gone"
    content = nbformat.v4.writes(notebook)

    found = writer_module._read(content)

    assert found == nbformat.v4.reads(content)
    assert found.cells[-1].metadata.mine[0].deep[0].x is None


STEPS = {
    "before the old files are gone": (writer_module.Writer, "withdraw", 1),
    "after the old files are gone": (writer_module._Book, "together", 1),
    "before the marks are there": (writer_module._Finish, "write_single_notebook", 1),
    "with all marks said": (writer_module._Book, "part", 1),
    "before the new files are there": (Path, "rename", 2),
    "before it is noted": (GradingRun, "grade", 0),
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_run_gives_the_same(two, tmp_path, step):
    """A process killed within a forced regrade never leaves an old score."""
    results = Results(two)
    grade(two, results)
    results.marks = {"ann": 1.0, "bob": 0.5}
    owner, name, nth = STEPS[step]
    pid = os.fork()
    if pid == 0:
        calls = iter(range(nth - 1))

        def die(*arguments, **settings):
            if next(calls, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return right(*arguments, **settings)

        if owner is GradingRun:
            from autograder.batch.ledger import Ledger

            owner, name, calls = Ledger, "note", iter(())
        right = getattr(owner, name)
        setattr(owner, name, die)
        try:
            grade(two, results, force=True)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    grade(two, results)

    assert points(two) == {"ann": 2.0, "bob": 1.0}
    assert list((two / "autograded").glob(".staging*")) == []


def test_two_runs_of_an_assignment_exclude_each_other(two):
    """There is one writer."""
    first = GradingRun(Course(two), ASSIGNMENT)
    with first.ledger.alone(), pytest.raises(CourseError, match="another run"):
        grade(two, Results(two))


def test_a_cached_result_comes_back_and_a_damaged_one_does_not(two):
    """What is read back is what was kept, or nothing."""
    ledger = GradingRun(Course(two), ASSIGNMENT).ledger
    finished = Finished("ann", "tiny", "a" * 64, "{}", {"x": "damaged"}, lasting=True)
    ledger.keep(finished)
    again = Finished("ann", "tiny", "a" * 64)
    kept = ledger.recall(again)
    (path,) = ledger.folder.rglob(f"{'a' * 64}.json")
    path.write_text(path.read_text()[:-4])

    assert (kept, again.text, again.flagged) == (True, "{}", {"x": "damaged"})
    assert not ledger.recall(Finished("ann", "tiny", "a" * 64))


class NoForkServer:
    """Stands in for the fork server."""

    def client(self):
        return self

    def use(self, client):
        pass

    def close(self):
        pass


@pytest.fixture
def dying(monkeypatch, tmp_path):
    """Let workers die at the notebooks of some learners."""

    def grade(assignment, task):
        marker = tmp_path / task.student
        if task.student == "always" or (task.student == "once" and not marker.exists()):
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Finished(task.student, task.notebook, text=str(os.getpid()))

    monkeypatch.setattr(pool_module, "grade", grade)


def test_a_worker_that_dies_costs_a_retry(dying):
    """Its notebook is tried again, others are not touched, and one gives up."""
    names = ["a", "once", "b", "always", "c", "d"]
    pool = Pool(None, NoForkServer(), 2)
    try:
        tasks = [Task(name, "tiny") for name in names]
        done = {f.student: f for f in pool.run(tasks) if f is not None}
    finally:
        pool.close()

    assert sorted(names) == sorted(done)
    assert [name for name, f in done.items() if f.error] == ["always"]
    assert f"each of {MOST_TRIES} times" in done["always"].error


def test_submitted_files_hold_ordinary_files_only(tmp_path):
    """Links, pipes and what is too large do not travel."""
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / "tiny.ipynb").symlink_to("/etc/passwd")
    (folder / "data.txt").write_text("1")
    os.mkfifo(folder / "pipe")
    os.link(folder / "data.txt", tmp_path / "elsewhere")
    (folder / "more.txt").write_text("2")
    files = pack(folder, "tiny", [], ["tiny"], travels=True)
    unpack(files, tmp_path / "there" / "tiny.ipynb", tmp_path / "there")
    seen = pack(folder, "tiny", [], ["tiny"])

    assert (files.notebook, files.files) == (None, {"more.txt": b"2"})
    assert (tmp_path / "there" / "tiny.ipynb").is_symlink()
    assert seen.files == {"more.txt": folder / "more.txt"}
    assert [digest_of_content(one.files["more.txt"]) for one in (files, seen)] == [
        sha256(b"2").digest()
    ] * 2


def test_of_a_large_notebook_only_what_grading_reads_travels(tmp_path):
    """Not its outputs; where it is read in its place, nothing is held."""
    output = {"output_type": "stream", "name": "stdout", "text": "a" * 5_000_000}
    cell = {"cell_type": "code", "source": "x = 1", "outputs": [output]}
    (tmp_path / "tiny.ipynb").write_text(json.dumps({"cells": [cell]}))
    files = pack(tmp_path, "tiny", [], ["tiny"], travels=True)
    seen = pack(tmp_path, "tiny", [], ["tiny"])

    assert json.loads(files.notebook)["cells"] == [cell | {"outputs": []}]
    assert seen.notebook == tmp_path / "tiny.ipynb"


@pytest.mark.parametrize("sort", [Sort.LINK, Sort.HARD_LINK])
def test_a_link_is_said_to_be_one_wherever_it_is_graded(tmp_path, sort):
    """What is unpacked is of the same sort, so its page says the same."""
    (tmp_path / "in").mkdir()
    stand_in(tmp_path / "in" / "tiny.ipynb", sort)
    unpack(
        pack(tmp_path / "in", "tiny", [], ["tiny"]),
        tmp_path / "out" / "tiny.ipynb",
        tmp_path / "out",
    )

    assert sort_of(tmp_path / "out" / "tiny.ipynb")[0] is sort


def test_the_assignments_files_stand_whatever_lies_in_their_place(tmp_path):
    """A file where a folder belongs gives way, and the other way round."""
    (tmp_path / "images").write_text("a file")
    (tmp_path / "notes.txt" / "inside").mkdir(parents=True)
    (tmp_path / "mine.txt").write_text("mine")
    write_files(tmp_path, {"images/cat.png": b"1", "notes.txt": b"2"})

    assert (tmp_path / "images" / "cat.png").read_bytes() == b"1"
    assert (tmp_path / "notes.txt").read_bytes() == b"2"
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_fingerprint_follows_content_and_not_time(tmp_path):
    """Equal content has equal fingerprints; a changed file another."""
    (tmp_path / "tiny.ipynb").write_text("1")
    first = fingerprint(tmp_path, ["tiny"], [])
    os.utime(tmp_path / "tiny.ipynb", (1, 1))
    same = fingerprint(tmp_path, ["tiny"], [])
    (tmp_path / "data.csv").write_text("1")

    assert first == same != fingerprint(tmp_path, ["tiny"], [])


def test_what_the_assignment_replaces_is_neither_read_nor_counted(tmp_path):
    """A learner's copy of the cases has no say, so it costs nothing either."""
    folder, target = tmp_path / "in", tmp_path / "out"
    (folder / "data").mkdir(parents=True)
    for name in ("tiny.ipynb", "tiny.cases.json", "data/given.csv", "own.csv"):
        (folder / name).write_text("1")
    given = {"tiny.cases.json": b"", "data/given.csv": b""}
    first = fingerprint(folder, ["tiny"], [], given)
    (folder / "tiny.cases.json").write_text("2")
    copy_beside(folder, target, [], given)

    assert pack(folder, "tiny", [], ["tiny"], replaced=given).files == {
        "own.csv": folder / "own.csv"
    }
    assert fingerprint(folder, ["tiny"], [], given) == first
    assert fingerprint(folder, ["tiny"], []) != first
    assert [path.name for path in target.rglob("*")] == ["own.csv"]


def test_a_digest_does_not_hang_on_addresses():
    """A configured filter is the same function in the next process, elsewhere."""

    def made() -> object:
        def clean(text: str) -> str:
            return text

        return clean

    first, second = made(), made()

    assert first is not second
    assert digest_of({"filter": first}) == digest_of({"filter": second})


def text_in_a_cell_of_its_own(notebook):
    """Solve all, and write something that no mark sees."""
    solve(notebook)
    for cell in notebook.cells:
        if cell.id == "why":
            cell.source = "Because."
    notebook.cells.append(new_markdown_cell("I also tried it without."))


def test_what_nobody_has_seen_is_said_everywhere(two):
    """In the report, in the table of grades, and in the sentence of the summary."""
    hand_in(two, "bob", text_in_a_cell_of_its_own)
    console = Console(file=io.StringIO(), width=200)
    done = {w.student: w for w in grade_assignment(console, Course(two), ASSIGNMENT)}
    row = next(row for row in Course(two).grades(ASSIGNMENT) if row.student == "bob")
    findings = read_findings(Course(two), ASSIGNMENT)
    said = next(s for s in findings.submissions if s.student == "bob").reasons()

    assert done["ann"].look == []
    assert "no mark has seen" in done["bob"].look[0]
    assert "for a person to look at: 1" in console.file.getvalue()
    assert row.flags == ["own text"]
    assert "no mark has seen" in row.remarks[0]
    assert any("no mark has seen" in sentence for sentence in said)


IMPORT = "from not_installed_anywhere import mean"
FOREIGN = {
    "in the function": CENTRE.replace("    mu =", f"    {IMPORT}\n    mu ="),
    "in its cell": f"{IMPORT}\n{CENTRE}",
    "in a cell of its own": CENTRE.replace("np.mean(X", "mean(X"),
}


@pytest.mark.parametrize("place", FOREIGN)
def test_a_module_that_is_not_installed_is_flagged(two, place):
    """The answer may be right where the module is, so a person has to look."""

    def change(notebook):
        solve(notebook, FOREIGN[place])
        if place == "in a cell of its own":
            notebook.cells.insert(2, new_code_cell(IMPORT))

    hand_in(two, "bob", change)
    console = Console(file=io.StringIO(), width=200)
    done = {w.student: w for w in grade_assignment(console, Course(two), ASSIGNMENT)}
    row = next(row for row in Course(two).grades(ASSIGNMENT) if row.student == "bob")

    assert "module" in row.flags
    assert any("not installed here (centre)" in said for said in done["bob"].look)
    assert done["ann"].look == []


@pytest.mark.parametrize(
    "time", [b"submitted on Friday", b"9" * 60, b"\xff\xfe", b"2026-13-45", None]
)
def test_a_time_that_is_none_stops_nothing(two, time):
    """It is flagged, and the work is graded without a penalty."""
    place = two / "submitted" / "bob" / ASSIGNMENT / "timestamp.txt"
    if time is None:
        place.mkdir()
    else:
        place.write_bytes(time)
    done = {work.student: work for work in grade(two, Results(two))}
    row = next(row for row in Course(two).grades(ASSIGNMENT) if row.student == "bob")

    assert (done["bob"].error, row.marks.code) == ("", 3.0)
    assert "time" in row.flags


def test_a_locked_gradebook_is_one_sentence(two, monkeypatch, caplog):
    """No SQL and no traceback: what to do, after several attempts at the first."""
    results = Results(two)
    monkeypatch.setattr(writer_module, "PAUSES", (0, 0))
    monkeypatch.setattr(course_module, "PATIENCE", 0.1)
    run = GradingRun(Course(two), ASSIGNMENT)
    bundle = run.bundle()
    planned = run.plan(bundle)
    patient = iter(run.grade(bundle, planned, results))
    next(patient)  # the writer has looked at its tables
    with sqlite3.connect(two / "gradebook.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = [work for work in patient if work is not None]
        other.execute("ROLLBACK")

    assert {work.error for work in done} == {
        "the gradebook is locked by another program: end it (Formgrader, a database "
        "browser), then grade again"
    }
    assert points(two) == {}
    asked = [r.args[0] for r in caplog.records if "gradebook is locked" in r.msg]
    first, second = (work.student for work in done)
    assert asked == [first, first, second]


def test_a_full_disk_is_named_with_what_to_do(two, monkeypatch):
    """In the writer's files and in a worker's; the next run finishes the work."""

    def full(folder, files):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    said = "No space left on device: free space or change the permissions there"
    with monkeypatch.context() as patched:
        patched.setattr(writer_module, "write_files", full)
        done = grade(two, Results(two))
        assert [said in work.error for work in done] == [True, True]
        assert points(two) == {}
    assert [work.error for work in grade(two, Results(two))] == ["", ""]

    bundle = GradingRun(Course(two), ASSIGNMENT).bundle()
    monkeypatch.setattr(worker_module, "write_files", full)
    folder = str(two / "submitted" / "ann" / ASSIGNMENT)
    finished = worker_module.grade(bundle, Task("ann", "tiny", folder))
    worker_module.remove_converters()
    assert said in finished.error


def test_a_moved_due_date_and_an_extension_are_graded_anew(two):
    """Penalties follow; what has neither changed stays."""
    results = Results(two)
    with Course(two).gradebook() as book:
        book.find_assignment(ASSIGNMENT).duedate = datetime(2026, 2, 1)
        book.db.commit()
    grade(two, results)
    first, results.asked = results.asked, []
    with Course(two).gradebook() as book:
        book.find_submission(ASSIGNMENT, "bob").extension = timedelta(days=1)
        book.db.commit()
    grade(two, results)
    extended, results.asked = results.asked, []
    with Course(two).gradebook() as book:
        book.find_assignment(ASSIGNMENT).duedate = datetime(2026, 1, 1)
        book.db.commit()
    grade(two, results)

    assert (first, extended, results.asked) == (["ann", "bob"], ["bob"], ["ann", "bob"])


def test_work_that_nbgrader_graded_is_known_by_its_content(two):
    """A new file of the same time is graded, an old one of a later time is not."""
    results = Results(two)
    grade(two, results)
    results.asked = []
    for note in (two / ".cache").rglob("graded/*.json"):
        note.unlink()
    path = two / "submitted" / "bob" / ASSIGNMENT / "tiny.ipynb"
    graded = two / "autograded" / "ann" / ASSIGNMENT / "tiny.ipynb"
    graded.chmod(0o644)
    form = json.loads(graded.read_text())
    ann = two / "submitted" / "ann" / ASSIGNMENT / "tiny.ipynb"
    form["metadata"]["course"]["submission"] = sha256(ann.read_bytes()).hexdigest()
    graded.write_text(json.dumps(form))
    os.utime(path, (1, 1))
    grade(two, results)

    assert results.asked == ["bob"]


def test_other_code_makes_other_results(tmp_path):
    """A clone that is brought up to date in place keeps its version."""
    package = tmp_path / "package"
    (package / "__pycache__").mkdir(parents=True)
    code, compiled = package / "judge.py", package / "__pycache__" / "judge.pyc"
    code.write_text("POINTS = 1")
    before = digest_of_code([package])
    compiled.write_bytes(b"1")
    same = digest_of_code([package])
    code.write_text("POINTS = 2")

    assert before == same != digest_of_code([package])
