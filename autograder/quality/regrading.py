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
from autograder.authoring.sources import SourceNotebook, read_source
from autograder.examination import function_forms
from autograder.judging import Judge
from autograder.protocol import CaseLimits
from autograder.quality.mutants import mutants_of
from autograder.quality.mutation_worker import read_request
from autograder.quality.solution import Solution
from autograder.store import Store

# A mutant that takes longer than this per case is not taken into a submission.
PATIENCE = 1.0
# So many mutants are tried before a function is left as it is.
TRIES = 5


def submissions(
    source: SourceNotebook, answers: list[tuple[str, str, str]], seed: int
) -> dict[str, dict[str, list[str]]]:
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


def main(request_path: str) -> None:
    """Answer a request file on standard output."""
    request, folder, say = read_request(request_path)

    source = read_source(folder / f"{request['notebook']}.ipynb")
    form = json.loads(Path(request["store"]).read_text(encoding="utf-8"))
    store, solution = Store.from_form(form), Solution(source)
    judge = Judge(store)
    settled = request["settled"] or {
        name: settle(solution, store, candidates)
        for name, candidates in submissions(source, request["answers"], 7).items()
    }
    say({"numpy": np.__version__, "settled": settled})
    order = random.Random(request["seed"])
    for _ in range(request["rounds"]):
        names = list(settled)
        order.shuffle(names)
        for name in names:
            cells = solution.verdict(judge, settled[name]).cells
            marks = {cell_id: cell.points for cell_id, cell in cells.items()}
            say({"submission": name, "marks": marks})
    sys.stderr.flush()
    # Threads that a notebook left behind must not hold this up.
    os._exit(0)


if __name__ == "__main__":
    # The notebook's own functions live in __main__; run the importable module's.
    from autograder.quality import regrading

    regrading.main(sys.argv[1])
