"""What the notebook of assignment 02 says in words holds in its numbers."""

import re

import numpy as np
import pytest

from helpers.statistics import confidence_interval, paired_difference
from tests.assignments.solutions import SOURCE, read_source, run_cells

ASSIGNMENT, NOTEBOOK = "02_shallow_network", "planar_classification"


@pytest.fixture(scope="module")
def lines():
    return run_cells(ASSIGNMENT, NOTEBOOK, "flower", "line")


def test_the_best_line_is_better_than_logistic_regression(lines):
    """About one half against nearly 70 %: three of ten points stay wrong."""
    assert lines["line_accuracy"] < 0.5
    assert 0.67 < lines["best_accuracy"] < 0.7


def test_one_tanh_unit_has_a_straight_boundary_and_two_do_not(lines):
    """Points on one side of a line have one label; with two units not always."""
    names = run_cells(ASSIGNMENT, NOTEBOOK, "flower", "linear")
    grid = np.random.RandomState(0).uniform(-4, 4, (2, 4000))
    z = grid[0] + grid[1]
    order = np.argsort(z)

    labels = np.ravel(names["one_unit"](grid) > 0.5)[order]
    assert np.sum(labels[1:] != labels[:-1]) == 1
    curved = np.ravel(names["two_units"](grid) > 0.5)
    directions = np.linspace(0, np.pi, 180)
    changes = []
    for angle in directions:
        order = np.argsort(np.cos(angle) * grid[0] + np.sin(angle) * grid[1])
        changes.append(np.sum(curved[order][1:] != curved[order][:-1]))
    assert min(changes) > 1


def test_initial_outputs_are_within_1e_4_of_one_half():
    """And the gradients of the biases are far below those of the weights."""
    names = run_cells(ASSIGNMENT, NOTEBOOK, "flower", "first-cost", "backward-picture")
    largest = {name: np.abs(value).max() for name, value in names["grads"].items()}

    assert 1e-5 < np.abs(names["A2"] - 0.5).max() < 1e-4
    assert (
        max(largest["db1"], largest["db2"]) < min(largest["dW1"], largest["dW2"]) / 100
    )


@pytest.mark.slow
def test_opposite_units_stay_opposite_and_are_worth_half():
    """Pairs are as good as two random units, and far from four."""
    names = run_cells(ASSIGNMENT, NOTEBOOK, "flower", "equal")
    accuracies = {}
    for name in ("four_random", "pairs", "two_random"):
        network, history = names["train_and_keep"](names[name], 1000)
        predictions = names["predict"](network, names["flower_X"])
        accuracies[name] = np.mean(predictions == names["flower_Y"])
        if name == "pairs":
            np.testing.assert_allclose(history[:, 2:], -history[:, :2], atol=1e-9)
            np.testing.assert_allclose(network["b1"][2:], -network["b1"][:2], atol=1e-9)

    assert abs(accuracies["pairs"] - accuracies["two_random"]) < 0.02
    assert accuracies["four_random"] > accuracies["pairs"] + 0.2


@pytest.mark.slow
def test_after_500_updates_the_boundary_changes_little():
    """Accuracy rises by 25 points up to 300 updates, by less than 2 after 500."""
    names = run_cells(ASSIGNMENT, NOTEBOOK, "flower", "growth")
    right = {
        i: np.mean(names["predict"](some, names["flower_X"]) == names["flower_Y"])
        for i, some in names["kept"].items()
    }

    assert right[300] > right[100] + 0.2
    assert abs(right[5000] - right[500]) < 0.02


@pytest.mark.slow
def test_four_units_are_best_on_the_validation_set():
    """Training accuracy is flat from 10 units on; validation accuracy falls."""
    names = run_cells(ASSIGNMENT, NOTEBOOK, "flower", "sizes", "choose", "test")
    training = names["on_training"].mean(axis=1)
    validation = names["on_validation"].mean(axis=1)

    assert names["sizes"][validation.argmax()] == 4
    assert np.ptp(training[5:]) < 0.015
    assert training[5:].min() > training[:5].max()
    pair = paired_difference(names["on_validation"][3], names["on_validation"][7])
    assert -0.01 < confidence_interval(*pair, 5)[0] < 0.025
    three = names["on_validation"][2]
    assert np.sort(three)[0] < np.sort(three)[1] - 0.1
    test = np.mean(names["right"]) / names["test_Y"].size
    assert abs(test - validation[3]) < 0.01


def test_no_demonstration_before_exercise_5_shows_backpropagation():
    """No cell above the exercise multiplies an error by transposed activations."""
    cells = read_source(SOURCE / ASSIGNMENT / f"{NOTEBOOK}.ipynb").cells
    above = [cell.source for cell in cells]
    above = above[: [cell.id for cell in cells].index("backward-propagation")]

    assert not any(
        re.search(r"W\d?\W*\.T @|V\d\.T @|A1\S* ?\*\* 2|H\.T", text) for text in above
    )
    prompt = above[-1]
    assert "1 - (A" not in prompt and "A^{[1]T}" not in prompt
