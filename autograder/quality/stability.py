"""The same submission, the same mark: under two versions of NumPy, and threads.

Each of the two has processes of its own. Functions are driven and judged as in
grading: in forked children, by inputs that went through JSON.
"""

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.authoring.catalogue import patch
from autograder.authoring.recording import ONE_THREAD
from autograder.authoring.sources import SourceNotebook
from autograder.examination import function_forms
from autograder.judging import Judge
from autograder.protocol import CaseLimits
from autograder.quality.mutants import mutants_of
from autograder.quality.processes import MutationError, Say, told_by
from autograder.quality.solution import Solution
from autograder.store import Store

# What pip is asked for by the name of a setting.
VERSIONS = {"newest": "numpy", "2.0": "numpy==2.0.*"}
SETTINGS = [(asked, threads) for asked in VERSIONS for threads in (1, 2)]

# A mutant that takes longer than this per case is not taken into a submission.
PATIENCE = 1.0
# So many mutants are tried before a function is left as it is.
TRIES = 5

Environment = Mapping[str, str]


def environment_of(root: Path, asked: str, threads: int) -> tuple[str, Environment]:
    """Return the version of NumPy of a setting, and the environment that has it.

    NumPy alone is installed into a folder that comes first on the path, so that nothing
    else differs. What was installed once stays. The version is empty if it cannot be
    had here; `asked` is a key of ``VERSIONS``, and `threads` are BLAS threads.
    """
    folder = root / "build" / "quality" / f"numpy-{asked}"
    if not (folder / "numpy").is_dir():
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--only-binary", ":all:"),
                *("--target", str(folder), VERSIONS[asked]),
            ],
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    environment = dict.fromkeys(ONE_THREAD, str(threads))
    environment["PYTHONPATH"] = str(folder)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import numpy; print(numpy.__file__, numpy.__version__)",
        ],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    path, _, version = done.stdout.strip().rpartition(" ")
    return (version if path.startswith(str(folder)) else ""), environment


def grade_again(
    root: Path,
    assignment: str,
    notebook: str,
    answers: Sequence[tuple[str, str, str]],
    environments: Sequence[Environment],
    rounds: int,
) -> list[list[tuple[str, dict[str, float]]]]:
    """Grade a notebook's submissions again and again, in each environment.

    `environments` are as ``environment_of`` gives them; in each, each submission is
    graded `rounds` times. Returns by environment the submission and its points by
    cell, in the order of grading.

    Raises
    ------
    MutationError
        If a process ends early.
    """
    found, settled = [], None
    for seed, environment in enumerate(environments):
        request = {
            "answers": list(answers),
            "settled": settled,
            "rounds": rounds,
            "seed": seed,
        }
        gradings = []
        told = told_by("stability", root, assignment, notebook, request, environment)
        for form in told:
            if "settled" in form:
                settled = form["settled"]
                continue
            gradings.append((form["submission"], form["marks"]))
        if len(gradings) != rounds * len(settled or []) or not gradings:
            raise MutationError(f"{notebook}: grading it again ended early")
        found.append(gradings)
    return found


def submissions(
    source: SourceNotebook, answers: list[tuple[str, str, str]], seed: int
) -> dict[str, dict[str, list[str]]]:
    """Return the submissions to grade, by name; of each function its candidates.

    By submission and function: texts in the order in which to try them, the solution's
    last. `answers` are function, name and text of right answers.
    """
    chosen = random.Random(seed)
    found: dict[str, dict[str, list[str]]] = {}
    for name, function in source.functions.items():
        solution = function.cell.source
        right = [text for other, _, text in answers if other == name]
        wrong = [
            patch(solution, item, name) for item in function.entries if item.entry.wrong
        ]
        mutants = [mutant.text for mutant in mutants_of(solution, name)]
        kinds = {
            "right answers": right,
            "catalogued mistakes": wrong,
            "mutants": mutants,
            "a mixture": [solution, *right, *wrong, *mutants[: len(wrong)]],
        }
        for kind, texts in kinds.items():
            drawn = chosen.sample(texts, min(TRIES, len(texts)))
            found.setdefault(kind, {})[name] = [*drawn, solution]
    return found


def settle(
    solution: Solution, store: Store, candidates: dict[str, list[str]]
) -> dict[str, str]:
    """Return of each function the first candidate that ends in good time."""
    settled: dict[str, str] = {}
    for name, texts in candidates.items():
        record = store.cases.functions[name]
        forms = [form for form, _ in function_forms(record, range(len(record.cases)))]
        for text in texts:
            namespace = solution.defined({name: text})
            answers = solution.driven(namespace, forms, CaseLimits(PATIENCE))
            slow = any(
                o.get("error") == "TimeLimit" or "failed" in o
                for answer in answers
                for o in answer["outcomes"]
            )
            if answers[0]["outcomes"] and not slow:
                settled[name] = text
                break
    return settled


def measure(request: dict, source: SourceNotebook, store: Store, say: Say) -> None:
    """Say which submissions there are, then the marks of each grading."""
    solution, judge = Solution(source), Judge(store)
    settled = request["settled"] or {
        name: settle(solution, store, candidates)
        for name, candidates in submissions(source, request["answers"], 7).items()
    }
    say({"settled": settled})
    order = random.Random(request["seed"])
    for _ in range(request["rounds"]):
        names = list(settled)
        order.shuffle(names)
        for name in names:
            cells = solution.verdict(judge, settled[name]).cells
            marks = {cell_id: cell.points for cell_id, cell in cells.items()}
            say({"submission": name, "marks": marks})
