"""The machine-readable report of a run."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from autograder.batch.run import Work
from autograder.files import write_atomically
from autograder.nbgrader.course import Course


def report_path(root: Path, assignment: str) -> Path:
    """Return where the report of an assignment lies."""
    return root / "build" / "reports" / f"{assignment}.json"


def write_report(
    course: Course, assignment: str, done: list[Work], figures: Mapping
) -> Path:
    """Write what became of each submission of a run.

    `figures` is what is said of the whole run.
    """
    rows = {row.student: row for row in course.grades(assignment)}
    submissions = []
    for work in sorted(done, key=lambda work: work.student):
        row = rows.get(work.student)
        isolation = {
            course.graded_notebook(assignment, work.student, name).get("isolation", "")
            for name in work.notebooks
        }
        submissions.append(
            {
                "student": work.student,
                "graded": not work.error,
                "reason": work.error,
                "points": row.marks.code if row and not work.error else None,
                "out_of": row.marks.code_out_of if row and not work.error else None,
                "waiting": row.marks.waiting if row and not work.error else None,
                "missing": work.missing,
                "flags": row.flags if row else [],
                "look": list(
                    dict.fromkeys([*work.look, *(row.remarks if row else [])])
                ),
                "retries": work.retries,
                "mistakes": row.mistakes if row else [],
                "isolation": sorted(isolation - {""}),
                "cached": work.from_cache == len(work.notebooks),
                "seconds": round(sum(f.seconds for f in work.finished.values()), 2),
            }
        )
    form = {
        "assignment": assignment,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        **figures,
        "submissions": submissions,
    }
    path = report_path(course.root, assignment)
    write_atomically(path, json.dumps(form, indent=1) + "\n")
    return path
