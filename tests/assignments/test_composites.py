"""A catalogued mistake costs the points of its own function and no others."""

import ast
import functools

import pytest

from autograder.authoring.catalogue import patch, read_catalogue
from autograder.authoring.recording import record
from autograder.authoring.sources import read_source
from autograder.judging import Judge
from helpers.checks.calls import call
from tests.assignments.solutions import SOURCE

NOTEBOOKS = [
    "02_shallow_network/planar_classification",
    "03_deep_network/building_blocks",
    "03_deep_network/image_classification",
]


@functools.cache
def recorded(notebook):
    """Return a notebook's source, its judge and its catalogue, recorded once."""
    path = SOURCE / f"{notebook}.ipynb"
    source = read_source(path)
    catalogue = read_catalogue(path.parent / "misconceptions.toml")[path.stem]
    return source, Judge(record(source, path.parent)), catalogue


def verdict_over(notebook, answers_of):
    """Judge a notebook that is right but for catalogued answers of functions."""
    source, judge, _ = recorded(notebook)
    names = {"__name__": "notebook"}
    for cell in source.cells:
        if cell.role not in ("solution", "plain"):
            continue
        code = cell.source
        defined = [getattr(node, "name", "") for node in ast.parse(code).body]
        for function, item in answers_of.items():
            if cell.role == "solution" and function in defined:
                code = patch(code, item, function)
        exec(code, names)
    answers = {
        name: [
            call(names[name], case.args, case.kwargs, rng=case.rng)
            for case in record.cases
        ]
        for name, record in judge.store.cases.functions.items()
    }
    return judge.verdict(answers)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_catalogued_answer_costs_its_own_function_only(notebook, capsys):
    """Whatever is built on it keeps its points, except where nothing came back."""
    _, _, catalogue = recorded(notebook)
    for function, items in catalogue.items():
        for item in items:
            functions = verdict_over(notebook, {function: item}).functions
            own = functions.pop(function)
            where = f"{function}, {item.entry.name!r}"
            if item.entry.accept:
                assert own.state == "right", where
            else:
                assert (own.state, own.entry.name) == ("misconception", item.entry.name)
            for name, other in functions.items():
                assert other.state in ("right", "kept", "through"), f"{where}: {name}"
                for run, mark in zip(other.runs, other.marks, strict=True):
                    failed = run.outcome.error is not None
                    assert mark == 1 or failed, f"{where}: {name}"


@pytest.mark.slow
def test_older_names_of_gradients_are_kept_over_a_mistake_below():
    """Two answers of different names, one right and one known, cost one function."""
    notebook = "03_deep_network/building_blocks"
    _, _, catalogue = recorded(notebook)
    named = {
        function: {item.entry.name: item for item in items}
        for function, items in catalogue.items()
    }
    verdict = verdict_over(
        notebook,
        {
            "linear_backward": named["linear_backward"]["db not divided by m"],
            "L_model_backward": named["L_model_backward"][
                "slopes by the inputs kept under the layer's own number"
            ],
        },
    )

    assert verdict.functions["L_model_backward"].state == "kept"
    assert verdict.cells["l-model-backward-check"].points == 8
