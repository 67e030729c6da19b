"""Processes that run a notebook's code to measure something of it.

``python -m autograder.quality.processes WORKER REQUEST`` has a worker of this package
answer a request file, in lines of JSON on standard output; `told_by` starts it.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.authoring.recorder import Refused
from autograder.authoring.recording import ONE_THREAD, record
from autograder.authoring.sources import read_source
from autograder.errors import CourseError
from autograder.store import Store, StoreError, read_store, store_path

Say = Callable[[dict], None]


class MutationError(CourseError):
    """A notebook that cannot be measured; the message is one plain sentence."""


# Python 3.11's parser counts its recursion once for all threads: two that parse at
# the same time may both end in a SystemError.
_parsing = threading.Lock()


def todays_store(root: Path, assignment: str, notebook: str) -> Store:
    """Return today's cases: those of the last generation, or recorded anew.

    Several threads may call this; they are served one after another.
    """
    folder = root / "source" / assignment
    with _parsing:
        source = read_source(folder / f"{notebook}.ipynb")
        with contextlib.suppress(StoreError):
            store = read_store(store_path(root, assignment, notebook))
            if store.cases.digest == source.digest:
                return store
        return record(source, folder)


def told_by(
    worker: str,
    root: Path,
    assignment: str,
    notebook: str,
    request: dict,
    environment: Mapping[str, str] | None = None,
) -> Iterator[dict]:
    """Yield what a worker says of a notebook, in a process of its own.

    Parameters
    ----------
    worker : str
        Module of this package, whose ``measure`` gets the request, the notebook's
        source and store, and what says something.
    assignment, notebook : str
        Of what to measure.
    request : dict
        What else the worker reads.
    environment : mapping of str to str, optional
        Added to the environment of the process.

    Raises
    ------
    MutationError
        If the notebook breaks a rule, or its process refuses it or ends early.
    """
    try:
        store = todays_store(root, assignment, notebook)
    except CourseError as error:
        raise MutationError(f"{notebook}: {error}") from None
    place = root.resolve() / "source" / assignment / f"{notebook}.ipynb"
    with tempfile.TemporaryDirectory(prefix="quality-") as scratch:
        path, cases, said = (
            Path(scratch, name) for name in ("request", "cases", "err")
        )
        store.write(cases)
        request = request | {"path": str(place), "store": str(cases)}
        path.write_text(json.dumps(request), encoding="utf-8")
        with (
            said.open("w", encoding="utf-8") as errors,
            subprocess.Popen(
                [sys.executable, "-m", "autograder.quality.processes", worker, path],
                env=os.environ
                | ONE_THREAD
                | {"MPLBACKEND": "Agg"}
                | dict(environment or {}),
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                text=True,
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    form = json.loads(line)
                    if "refused" in form:
                        raise MutationError(f"{notebook}: {form['refused']}")
                    yield form
                ended_well = process.wait() == 0
            finally:
                process.kill()
        if not ended_well:
            lines = said.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line), "no message")
            raise MutationError(f"{notebook}: {worker} ended early: {last}")


def main(worker: str, request_path: str) -> None:
    """Answer a request file on standard output.

    What a notebook prints goes nowhere: it must not mix with the answer.
    """
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    path = Path(request["path"])
    os.chdir(path.parent)

    def say(form: dict) -> None:
        print(json.dumps(form), file=answer, flush=True)

    try:
        form = json.loads(Path(request["store"]).read_text(encoding="utf-8"))
        module = importlib.import_module(f"autograder.quality.{worker}")
        module.measure(request, read_source(path), Store.from_form(form), say)
    except (Refused, ValueError) as error:
        say({"refused": str(error)})
    sys.stderr.flush()
    # Threads that a notebook left behind must not hold this up.
    os._exit(0)


if __name__ == "__main__":
    # The notebook's own functions live in __main__; run the importable module's.
    from autograder.quality import processes

    processes.main(*sys.argv[1:])
