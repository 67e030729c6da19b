"""Gradescope: the autograder zip, and what runs in Gradescope's container.

The contract is the one that Gradescope documents: ``setup.sh`` runs once, with a
network, as root; ``run_autograder`` runs for each submission. Submitted files lie
in ``/autograder/submission``, our files in ``/autograder/source``, and the result
goes to ``/autograder/results/results.json``.
"""

import json
import sys
import traceback
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from autograder.doors.api import grade_folder, notebooks_of
from autograder.doors.result import CellResult, Result
from autograder.errors import CourseError
from autograder.files import write_atomically
from autograder.nbgrader.course import Course

VISIBLE = ("visible", "after_due_date", "after_published", "hidden")
POLICY = "policy.json"
PARTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "LICENSE-CONTENT")
SKIPPED = ("__pycache__", ".ipynb_checkpoints")

SETUP = """#!/usr/bin/env bash
# Made by python -m autograder gradescope. Runs once, when the image is built.
set -eo pipefail
cd "$(dirname "$0")"
python=""
for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null &&
        "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
    then python=$name; break; fi
done
if [ -z "$python" ]; then
    apt-get update
    apt-get install --yes --no-install-recommends python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv /autograder/venv
/autograder/venv/bin/pip install --no-cache-dir '.[grade]'
"""

RUN = """#!/usr/bin/env bash
# Made by python -m autograder gradescope. Runs for each submission.
set -eo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
python=$root/venv/bin/python
export COURSE_DATA=$root/source/data HOME=${HOME:-/root}
cd "$root/source"
exec "$python" -m autograder.doors.gradescope "$root"
"""


def build_zip(
    course: Course, assignment: str, path: Path, before: str, after: str
) -> int:
    """Write the zip that Gradescope takes as an autograder.

    `before` and `after` are the visibility of marks of cells with hidden cases, and of
    all other tests. Returns how many files are in it.

    Raises
    ------
    CourseError
        If the assignment was not generated, or this is no source of the course.
    """
    names = notebooks_of(assignment, course.root / "cases")
    root = Path(__file__).resolve().parents[2]
    missing = [part for part in PARTS[:2] if not (root / part).is_file()]
    if missing:
        raise CourseError(
            f"{missing[0]} is not beside the package: build the zip in a clone of the "
            "course's repository"
        )
    files = {part: root / part for part in PARTS if (root / part).is_file()}
    for package in ("autograder", "helpers"):
        for source in sorted((root / package).rglob("*")):
            if source.is_file() and not set(source.parts) & set(SKIPPED):
                files[str(source.relative_to(root))] = source
    for source in sorted((root / "data").glob("*.h5")):
        files[f"data/{source.name}"] = source
    for name in names:
        cases = course.root / "cases" / assignment / f"{name}.json"
        files[f"cases/{assignment}/{name}.json"] = cases
    policy = {"assignment": assignment, "cells": before, "rest": after}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("setup.sh", SETUP), ("run_autograder", RUN)):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o755 << 16
            archive.writestr(info, text)
        archive.writestr(POLICY, json.dumps(policy, indent=1))
        for name, source in files.items():
            archive.write(source, name)
    # It holds hidden cases and solutions.
    draft.chmod(0o600)
    draft.replace(path)
    return len(files) + 3


def results_form(
    results: Sequence[Result], cells: str = "visible", rest: str = "visible"
) -> dict:
    """Return what Gradescope reads from ``results.json``.

    One test for each check cell, with what the feedback shows in HTML. `cells` and
    `rest` are the visibility of the tests that have marks, and of notes.
    """
    tests = []
    for result in results:
        for cell in result.cells:
            tests.append(_test(result, cell, cells))
    points = sum(result.points for result in results)
    form = {
        "score": round(points, 2),
        "execution_time": round(sum(result.seconds for result in results)),
        "output": _notes(results),
        "output_format": "html",
        "visibility": rest,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"results": [result.form() for result in results]},
    }
    return form


def _test(result: Result, cell: CellResult, visibility: str) -> dict:
    full = cell.points >= cell.out_of and not cell.problem
    said = cell.html
    if cell.problem:
        said += "<p>This could not be judged; a person will look at it.</p>"
    return {
        "name": f"{result.notebook}: {cell.title}",
        "name_format": "text",
        "number": cell.id,
        "score": cell.points,
        "max_score": cell.out_of,
        "status": "passed" if full else "failed",
        "output": said,
        "output_format": "html",
        "visibility": visibility,
    }


def _notes(results: Sequence[Result]) -> str:
    waiting = sum(result.waiting for result in results)
    said = [f"{r.notebook}: {note}" for r in results for note in r.notes]
    said += [f"{r.notebook}: {r.problem}" for r in results if r.problem]
    if waiting:
        said.append(f"Written answers ({waiting:g} points) are graded by a person.")
    return "".join(f"<p>{escape(one)}</p>" for one in said)


def main(root: Path) -> int:
    """Grade the submission in Gradescope's container; there is always a result."""
    path = root / "results" / "results.json"
    try:
        policy = json.loads((root / "source" / POLICY).read_text())
        results = grade_folder(
            # Whatever Gradescope has made of it, its own folder is no learner's link.
            (root / "submission").resolve(),
            policy["assignment"],
            cases=root / "source" / "cases",
        )
        form = results_form(results, policy["cells"], policy["rest"])
    except Exception:
        # For instructors, who alone see what is printed.
        traceback.print_exc()
        form = {
            "score": 0,
            "output": "This submission could not be graded. Ask your instructor.",
            "stdout_visibility": "hidden",
        }
    write_atomically(path, json.dumps(form))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder")))
