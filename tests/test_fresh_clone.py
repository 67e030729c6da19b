"""From a fresh clone: nothing but git, the environment and the commands."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

ASSIGNMENT = "01_logistic_regression"


def run(folder, *command):
    """Run a command as a person would, with an empty home."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"HOME": str(home), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def copy_of_the_course(folder):
    """Clone the course; where it came as an archive, make a repository of it."""
    if (ROOT / ".git").exists():
        run(folder.parent, "git", "clone", "--quiet", str(ROOT), str(folder))
        return
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".venv"))
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", "--all")
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    run(folder, "git", *who, "commit", "--quiet", "--message", "Unpack")
    # What is not tracked stays behind, as in a clone.
    run(folder, "git", "clean", "--quiet", "-fdX")


def test_a_fresh_clone_generates_and_grades_without_force(tmp_path):
    """The committed release stays as it is, and a solved notebook gets full marks."""
    clone = tmp_path / "clone"
    copy_of_the_course(clone)
    python = [sys.executable, "-m"]

    run(clone, *python, "nbgrader", "generate_assignment", ASSIGNMENT)

    assert run(clone, "git", "status", "--porcelain") == ""
    work = clone / "submitted" / "someone" / ASSIGNMENT
    shutil.copytree(clone / "release" / ASSIGNMENT, work)
    for path in work.glob("*.ipynb"):
        source = json.loads((clone / "source" / ASSIGNMENT / path.name).read_text())
        solved = {cell["id"]: cell["source"] for cell in source["cells"]}
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            nbgrader = cell["metadata"].get("nbgrader", {})
            if nbgrader.get("solution") and not nbgrader.get("grade"):
                cell["source"] = solved[cell["id"]]
        path.write_text(json.dumps(notebook), encoding="utf-8")
    run(clone, *python, "nbgrader", "autograde", ASSIGNMENT)
    run(clone, *python, "nbgrader", "export")
    rows = (clone / "grades.csv").read_text(encoding="utf-8").splitlines()
    values = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))

    by_hand = sum(
        cell["metadata"]["nbgrader"]["points"]
        for path in (clone / "source" / ASSIGNMENT).glob("*.ipynb")
        for cell in json.loads(path.read_text())["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
        and cell["cell_type"] == "markdown"
    )
    assert float(values["max_score"]) - by_hand == float(values["raw_score"])
