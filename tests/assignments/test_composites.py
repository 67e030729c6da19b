"""One wrong function costs its own points at most, whatever is built on it."""

import ast
import functools

import pytest

from autograder.authoring.catalogue import patch, read_catalogue
from autograder.authoring.recording import record
from autograder.authoring.sources import read_source
from autograder.quality.single_faults import SLACK, callers_of, single_faults
from autograder.reference import Bounds
from tests.assignments.solutions import SOURCE
from tests.driving import Solution, examined
from tests.right_answers import FOLDER, answers_of

NOTEBOOKS = [
    f"{path.parent.name}/{path.stem}"
    for path in sorted(SOURCE.glob("*/*.ipynb"))
    if any(f.calls or f.may_call for f in read_source(path).functions.values())
]


@functools.cache
def recorded(notebook):
    """Return a notebook's source, its store and its catalogue, recorded once."""
    path = SOURCE / f"{notebook}.ipynb"
    source = read_source(path)
    catalogue = read_catalogue(path.parent / "misconceptions.toml")[path.stem]
    return source, record(source, path.parent), catalogue


def names_of(source, answers_of=()):
    """Run a notebook's cells, with catalogued answers of some functions."""
    names = {"__name__": "notebook"}
    for cell in source.cells:
        if cell.role not in ("solution", "plain"):
            continue
        code = cell.source
        defined = [getattr(node, "name", "") for node in ast.parse(code).body]
        for function in answers_of:
            if cell.role == "solution" and function in defined:
                code = patch(code, answers_of[function], function)
        exec(code, names)
    return names


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_one_wrong_function_costs_its_own_points_at_most(notebook):
    """Its catalogue, some of its mutants, one that raises, and the stub."""
    answers = answers_of(FOLDER / f"{notebook}.toml")
    found = single_faults(SOURCE.parent, *notebook.split("/"), answers, sample=2)

    assert [fault for fault in found if fault.excess > SLACK] == []
    assert {"catalogue", "mutant", "raises", "stub"} == {fault.kind for fault in found}
    faulty = {fault.function for fault in found}
    functions = read_source(SOURCE / f"{notebook}.ipynb").functions.values()
    assert faulty == {name for f in functions for name in (*f.calls, *f.may_call)}


def test_a_function_that_may_call_another_has_a_right_answer_that_does():
    """Else nobody would know what a wrong one costs there."""
    source = read_source(SOURCE / "05_optimization" / "adaptive_methods.ipynb")
    answers = answers_of(FOLDER / "05_optimization" / "adaptive_methods.toml")

    assert list(callers_of(source, "update_lr", answers)) == ["schedule_lr_decay"]
    with pytest.raises(ValueError, match="may call update_lr, but no right answer"):
        callers_of(source, "update_lr", [])


@pytest.mark.slow
def test_one_wrong_sigmoid_costs_one_point():
    """Everything in assignment 01 that is built on it is judged with a right one."""
    source, store, _ = recorded("01_logistic_regression/logistic_regression")
    names, solution = names_of(source), Solution(names_of(source))
    exec("def sigmoid(z):\n    return 1 / (1 + np.exp(z))", names)

    _, verdict = examined(store, names, seconds=10, reference=solution)

    lost = sum(cell.out_of - cell.points for cell in verdict.cells.values())
    assert lost == 1.0
    assert verdict.functions["model"].with_reference == ("sigmoid",)
    assert 10 * len(solution.calls) < Bounds().all_calls


@pytest.mark.slow
def test_older_names_of_gradients_are_right_over_a_mistake_below():
    """Two answers of different names, one right and one known, cost one function."""
    source, store, catalogue = recorded("03_deep_network/building_blocks")
    named = {
        function: {item.entry.name: item for item in items}
        for function, items in catalogue.items()
    }
    older = next(item for item in catalogue["L_model_backward"] if item.entry.accept)
    answers = {
        "linear_backward": named["linear_backward"]["db not divided by m"],
        "L_model_backward": older,
    }
    names, solution = names_of(source, answers), Solution(names_of(source))

    _, verdict = examined(store, names, reference=solution)

    assert verdict.functions["L_model_backward"].state == "right"
    assert verdict.cells["l-model-backward-check"].points == 8
