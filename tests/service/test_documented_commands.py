"""Every command that the instructor's page shows is run here, as it stands there."""

import csv
import json
import logging
import multiprocessing
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbgrader.apps import NbGraderApp

from autograder.cli.main import main
from autograder.nbgrader.course import Course
from tests.conftest import ROOT
from tests.course import CENTRE, SPREAD, write_source

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "instructor.md").read_text()
IN_TABLE = re.compile(r"\|[^|`]*\| `(nbgrader [^`]*)` \|")
# Where another test runs it.
ELSEWHERE = {
    "make venv": "tests/test_makefile.py",
    "source .venv/bin/activate": "tests/test_makefile.py",
    "make grade": "tests/test_makefile.py",
    "jupyter lab": "tests/browser/lab.py",
    "python -m autograder wheel": "tests/test_other_courses.py",
    "python -m autograder new-course": "tests/test_other_courses.py",
}
# These find something in this class, and say so.
STATUS = {"python -m autograder grade 01_tiny": {0, 1}}
SUBMITTED = "lovelaceada_LATE_12345_678_tiny-1.ipynb"
# Moodle's archive and its worksheet lie beside Canvas's.
IN_MOODLE = "Cy Fo_9_assignsubmission_file_/my work.ipynb"
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,"
    "Grade can be changed,Last modified (grade),Feedback comments\r\n"
    "Participant 9,Cy Fo,cy,cy@example.org,Submitted,,8.00,Yes,-,\r\n"
)


def commands():
    """Return the page's commands in order, for the small assignment."""
    found, fence = [], None
    for line in PAGE.splitlines():
        if line.startswith("```"):
            fence = line[3:] if fence is None else None
        elif fence == "":
            found.append(line.split(" #")[0].strip())
        elif fence is None and (match := IN_TABLE.match(line)):
            found.append(match[1])
    names = {"01_logistic_regression": "01_tiny", "NN_topic": "01_tiny"}
    names |= {"LEARNER": "ada", "propagate:3": "centre:3"}
    for old, new in names.items():
        found = [line.replace(old, new) for line in found]
    return [_recipe(line) for line in found if line]


def _recipe(line):
    """Return what the Makefile runs; the environment is made by another test."""
    if not line.startswith("make release"):
        return line
    recipe = re.search(r"^release:.*\n\t(.*)$", (ROOT / "Makefile").read_text(), re.M)
    # The edition is an option that the page does not give.
    command = re.sub(r" *\$\(if .*\)$", "", recipe[1])
    return command.replace("$(ASSIGNMENT)", line.partition("=")[2])


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with an exchange, a class list and an archive of Canvas."""
    root = tmp_path_factory.mktemp("documented") / "course"
    root.mkdir()
    exchange = root.parent / "exchange"
    exchange.mkdir()
    write_source(root)
    config = (ROOT / "nbgrader_config.py").read_text()
    config += f"\nc.Exchange.root = {str(exchange)!r}\n"
    (root / "nbgrader_config.py").write_text(config)
    (root / "students.csv").write_text(
        "id,first_name,last_name,email\nbo,Bo,Li,bo@example.org\n"
    )
    (root / "numbers.csv").write_text("id,lms_user_id\nada,12345\nbo,777\n")
    return root


def _answer(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": CENTRE, "spread": SPREAD}[cell["id"]]
    return nbformat.writes(notebook)


def _prepare(root, line):
    """Do what people do between two commands."""
    if line.startswith("nbgrader collect"):
        inbound = root.parent / "exchange" / "neural-networks" / "inbound"
        folder = inbound / "bo+01_tiny+2026-01-02 03:04:05.000000 UTC"
        shutil.copytree(root / "release" / "01_tiny", folder)
        (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
        (folder / "submission_secret.txt").write_text("0123456789abcdef")
    elif line.startswith("cp submissions.zip"):
        with zipfile.ZipFile(root / "submissions.zip", "w") as archive:
            done = _answer(root / "release" / "01_tiny" / "tiny.ipynb")
            archive.writestr(SUBMITTED, done)
        folder = root / "downloaded" / "01_tiny" / "archive"
        (folder / "worksheet.csv").write_text(WORKSHEET, newline="")
        with zipfile.ZipFile(folder / "moodle.zip", "w") as archive:
            archive.writestr(IN_MOODLE, done)
    elif line.startswith("python -m autograder hand-back"):
        # The class was graded once before; ada's work has come since.
        for step in ("autograde 01_tiny", "generate_feedback 01_tiny"):
            _run(f"nbgrader {step}", root)


def _program(line, root, out):
    """Be the program of a command, in a process that has imported it already."""
    os.chdir(root)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    logging.root.handlers.clear()
    words = shlex.split(line)
    try:
        if words[0] == "nbgrader":
            sys.argv = words
            NbGraderApp.launch_instance()
        else:
            sys.argv = words[2:]
            main(args=words[3:], prog_name="autograder")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _run(line, root):
    """Run a command; return its status and what it printed."""
    if not line.startswith(("nbgrader ", "python -m autograder ")):
        run = subprocess.run(line, shell=True, cwd=root, capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr
    out = root.parent / "printed"
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_program, args=(line, root, out))
    process.start()
    process.join(300)
    return process.exitcode, out.read_text()


@pytest.fixture(scope="module")
def ran(course):
    """Run all commands in order; return what each printed."""
    outputs = {}
    for line in commands():
        if any(line.startswith(start) for start in ELSEWHERE):
            continue
        _prepare(course, line)
        status, said = _run(line, course)
        assert status in STATUS.get(line, {0}), f"{line}\n{said[-3000:]}"
        assert "not recognized" not in said, said  # a setting that nothing reads
        outputs[line] = said
    return outputs


def test_every_command_of_the_page_works(ran, course):
    """None is left out, and who was named keeps name and address."""
    assert len(ran) > 20
    with Course(course).gradebook() as book:
        ada = book.find_student("ada")
        known = (ada.first_name, ada.last_name, ada.email, ada.lms_user_id)
    assert known == ("Ada", "Lovelace", "ada@example.org", "12345")
    for start, path in ELSEWHERE.items():
        word = start.split()[-1].split("/")[0]
        assert word in (ROOT / path).read_text(), start


def test_feedback_and_marks_go_back_as_they_came(ran, course):
    """Each LMS finds the learner by what it put before the file's name."""
    with zipfile.ZipFile(course / "build/return/01_tiny-feedback.zip") as archive:
        names = archive.namelist()
        page = archive.read(names[0]).decode()
    rows = list(csv.reader((course / "canvas.csv").open()))
    (sheet,) = (course / "build" / "return").glob("*.csv")
    moodle = list(csv.reader(sheet.open(newline="", encoding="utf-8-sig")))
    ada = next(row for row in rows if row[1] == "12345")

    assert names == [
        "lovelaceada_LATE_12345_678_tiny.html",
        "Cy Fo_9_assignsubmission_file_/tiny.html",
    ]
    # Nothing waits: no written answer was given.
    assert [(row[0], row[5]) for row in moodle] == [
        ("Identifier", "Grade"),
        ("Participant 9", "7.00"),
    ]
    assert "centre" in page
    assert ada[0] == "Lovelace, Ada"
    assert "feedback of 2 learners" in ran["python -m autograder hand-back 01_tiny"]
    collected = ran["nbgrader zip_collect 01_tiny"]
    assert "took my work.ipynb as tiny.ipynb, by its cells" in collected
    with Course(course).gradebook() as book:
        extension = book.find_submission("01_tiny", "ada").extension
    assert extension.total_seconds() == 48 * 3600


def test_a_report_for_programs_is_where_the_page_says(ran, course):
    """The path that the page names exists after grading."""
    report = json.loads((course / "build/reports/01_tiny.json").read_text())

    assert report["assignment"] == "01_tiny"
    assert f"build/reports/{'ASSIGNMENT'}.json" in PAGE
