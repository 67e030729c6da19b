"""Grading the same submissions again and again, in a process of its own.

``python -m autograder.quality.regrading REQUEST`` writes one line of JSON for each
grading; ``autograder.quality.stability`` starts it, under one version of NumPy
and one number of BLAS threads. Functions are driven and judged as in grading:
in forked children, by inputs that went through JSON.
"""

import json
import os
import random
import sys
from pathlib import Path

import numpy as np

from autograder.authoring.catalogue import patch
from autograder.authoring.gates import requests
from autograder.authoring.recorder import Recorder, execute, prepare, run_source
from autograder.authoring.recording import CASE_SECONDS, cells_of
from autograder.authoring.sources import SourceNotebook, read_source
from autograder.driving import drive
from autograder.judging import Judge, read_answers
from autograder.quality.mutants import mutants_of
from autograder.quality.mutation_worker import read_request
from autograder.store import Store

# A mutant that takes longer than this per case is not taken into a submission.
PATIENCE = 1.0
# So many mutants are tried before a function is left as it is.
TRIES = 5


def submissions(
    source: SourceNotebook, answers: list[tuple[str, str, str]], seed: int
) -> dict[str, list[dict[str, str]]]:
    """Return the submissions to grade, by name; of each function its candidates.

    Parameters
    ----------
    source : SourceNotebook
        The notebook.
    answers : list of (str, str, str)
        Function, name and text of right answers.
    seed : int
        Seed of the draw.

    Returns
    -------
    dict of str to dict of str to list of str
        By submission and function: texts in the order in which to try them, the
        solution's last.
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


class Grader:
    """Grades submissions of one notebook, whose cells were run once.

    Parameters
    ----------
    source : SourceNotebook
        The notebook.
    store : Store
        Its recorded cases.
    namespace : dict
        What its cells have defined.
    """

    def __init__(
        self, source: SourceNotebook, store: Store, namespace: dict[str, object]
    ) -> None:
        self.source = source
        self.judge = Judge(store)
        self.requests = requests(store)
        self.namespace = namespace

    def settle(self, candidates: dict[str, list[str]]) -> dict[str, str]:
        """Return of each function the first candidate that ends in good time."""
        settled: dict[str, str] = {}
        for name, texts in candidates.items():
            for text in texts:
                one = {name: self.requests[name]}
                answer = drive(one, self._defined({name: text}), PATIENCE)[name]
                slow = any(
                    o.get("error") == "TimeLimit" or "failed" in o
                    for o in answer["outcomes"]
                )
                if answer["outcomes"] and not slow:
                    settled[name] = text
                    break
        return settled

    def marks(self, submission: dict[str, str]) -> dict[str, float]:
        """Return the points of each check cell of a submission."""
        given = drive(self.requests, self._defined(submission), CASE_SECONDS)
        verdict = self.judge.verdict(read_answers(self.judge.store, given))
        return {name: cell.points for name, cell in verdict.cells.items()}

    def _defined(self, texts: dict[str, str]) -> dict[str, object]:
        namespace = dict(self.namespace)
        for name, function in self.source.functions.items():
            text = texts.get(name, function.cell.source)
            try:
                execute(text, function.cell.id, namespace)
            except Exception:
                namespace[name] = None
        return namespace


def main(request_path: str) -> None:
    """Answer a request file on standard output."""
    request, folder, say = read_request(request_path)

    source = read_source(folder / f"{request['notebook']}.ipynb")
    form = json.loads(Path(request["store"]).read_text(encoding="utf-8"))
    namespace = prepare()
    recorder = Recorder(list(source.functions))
    run_source({"cells": cells_of(source)}, recorder, namespace)
    grader = Grader(source, Store.from_form(form), namespace)
    settled = request["settled"] or {
        name: grader.settle(candidates)
        for name, candidates in submissions(source, request["answers"], 7).items()
    }
    say({"numpy": np.__version__, "settled": settled})
    order = random.Random(request["seed"])
    for _ in range(request["rounds"]):
        names = list(settled)
        order.shuffle(names)
        for name in names:
            say({"submission": name, "marks": grader.marks(settled[name])})
    sys.stderr.flush()
    # Threads that a notebook left behind must not hold this up.
    os._exit(0)


if __name__ == "__main__":
    # The notebook's own functions live in __main__; run the importable module's.
    from autograder.quality import regrading

    regrading.main(sys.argv[1])
