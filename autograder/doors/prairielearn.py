"""PrairieLearn: what its external grader expects in ``/grade``.

The submitted files lie in ``/grade/student``, the question's own ones in
``/grade/tests``, and the result goes to ``/grade/results/results.json``.
"""

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from autograder.doors.api import grade_folder
from autograder.doors.result import Result
from autograder.files import write_atomically
from autograder.flags import REFUSED


def results_form(results: Sequence[Result]) -> dict:
    """Return what PrairieLearn reads: a score from 0 to 1, and tests in plain text."""
    points = sum(result.points for result in results)
    out_of = sum(result.out_of for result in results)
    damaged = [
        f"{result.notebook}: {flag['sentence']}"
        for result in results
        for flag in result.flags
        if flag["kind"] in (*REFUSED, "missing")
    ]
    if damaged and len(damaged) == len(results):
        # Nothing of it can be read: no attempt is used up.
        return {"gradable": False, "format_errors": damaged}
    tests = []
    for result in results:
        for cell in result.cells:
            functions = [result.function(name) for name in cell.functions]
            said = [f"{function.name}: {function.said}" for function in functions]
            hints = [hint.sentence for f in functions for hint in f.hints]
            tests.append(
                {
                    "name": f"{result.notebook}: {cell.title}",
                    "description": "",
                    "points": cell.points,
                    "max_points": cell.out_of,
                    "message": "\n".join(said),
                    "output": "\n".join(hints),
                }
            )
    notes = [f"{r.notebook}: {note}" for r in results for note in r.notes]
    return {
        "gradable": True,
        "score": round(points / out_of, 6) if out_of else 0.0,
        "message": "\n".join(notes),
        "tests": tests,
    }


def main(root: Path, assignment: str) -> int:
    """Grade the submission in PrairieLearn's container."""
    try:
        results = grade_folder(
            (root / "student").resolve(), assignment, cases=root / "tests" / "cases"
        )
        if not all(result.judged for result in results):
            raise RuntimeError("something could not be judged")
        form = results_form(results)
    except Exception:
        traceback.print_exc()
        # A fault of ours costs no attempt and no points.
        said = "This submission could not be graded. Ask your instructor."
        form = {"gradable": False, "format_errors": [said]}
    write_atomically(root / "results" / "results.json", json.dumps(form))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("/grade" if len(sys.argv) < 3 else sys.argv[2]), sys.argv[1]))
