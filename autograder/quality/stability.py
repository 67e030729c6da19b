"""The same submission, the same mark: under two versions of NumPy, and threads."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autograder.authoring.recording import ONE_THREAD
from autograder.quality.mutation import MutationError, todays_store

__all__ = ["SETTINGS", "Environment", "environment_of", "grade_again"]

# What pip is asked for by the name of a setting.
VERSIONS = {"newest": "numpy", "2.0": "numpy==2.0.*"}
SETTINGS = [(asked, threads) for asked in VERSIONS for threads in (1, 2)]

Environment = Mapping[str, str]


def environment_of(root: Path, asked: str, threads: int) -> tuple[str, Environment]:
    """Return the version of NumPy of a setting, and the environment that has it.

    NumPy alone is installed into a folder that comes first on the path, so that
    nothing else differs. What was installed once stays.

    Parameters
    ----------
    root : Path
        The course.
    asked : str
        A key of ``VERSIONS``.
    threads : int
        BLAS threads.

    Returns
    -------
    tuple of (str, dict)
        The version, empty if it cannot be had here, and what to add to the
        environment of a process.
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
    each: Callable[[], None] = lambda: None,
) -> list[list[tuple[str, dict[str, float]]]]:
    """Grade a notebook's submissions again and again, in each environment.

    Parameters
    ----------
    root : Path
        The course.
    assignment, notebook : str
        Whose submissions.
    answers : sequence of (str, str, str)
        Function, name and text of right answers.
    environments : sequence of dict
        As ``environment_of`` gives them.
    rounds : int
        How often each submission is graded in each.
    each : callable
        Called after each grading.

    Returns
    -------
    list of list of (str, dict of str to float)
        By environment: submission and points by cell, in the order of grading.

    Raises
    ------
    MutationError
        If a process ends early.
    """
    store = todays_store(root, assignment, notebook)
    found, settled = [], None
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        paths = Path(scratch, "request.json"), Path(scratch, "store.json")
        store.write(paths[1])
        for seed, environment in enumerate(environments):
            request = {
                "folder": str((root / "source" / assignment).resolve()),
                "notebook": notebook,
                "store": str(paths[1]),
                "answers": list(answers),
                "settled": settled,
                "rounds": rounds,
                "seed": seed,
            }
            paths[0].write_text(json.dumps(request), encoding="utf-8")
            gradings = []
            with subprocess.Popen(
                [sys.executable, "-m", "autograder.quality.regrading", str(paths[0])],
                env=os.environ | {"MPLBACKEND": "Agg"} | dict(environment),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                text=True,
            ) as process:
                for line in process.stdout or ():
                    form = json.loads(line)
                    if "settled" in form:
                        settled = form["settled"]
                        continue
                    gradings.append((form["submission"], form["marks"]))
                    each()
            if len(gradings) != rounds * len(settled or []) or not gradings:
                raise MutationError(f"{notebook}: grading it again ended early")
            found.append(gradings)
    return found
