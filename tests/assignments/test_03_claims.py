"""What the notebooks of assignment 03 say in words holds in their numbers."""

import numpy as np
import pytest

from tests.assignments.solutions import run_cells

ASSIGNMENT = "03_deep_network"


def test_layers_after_the_first_have_193_parameters():
    """More than 99 % of the parameters are in layer 1."""
    names = run_cells(ASSIGNMENT, "building_blocks", "count")
    sizes = [
        names["large"][f"W{l}"].size + names["large"][f"b{l}"].size
        for l in (1, 2, 3, 4)  # noqa: E741
    ]

    assert sum(sizes[1:]) == 193
    assert sizes[0] > 0.99 * sum(sizes)


def test_a_zero_row_of_dZ_reaches_all_of_dA_prev():
    """One row of dW and one entry of db are zero; all of dA_prev changes."""
    names = run_cells(ASSIGNMENT, "building_blocks", "linear-backward-doubled")
    (dA, dW, db), (dA_after, dW_after, db_after) = names["before"], names["after"]

    assert np.argwhere(dW_after == 0).tolist() == [[1, 0], [1, 1], [1, 2]]
    assert np.argwhere(db_after == 0).tolist() == [[1, 0]]
    assert np.all(dA != dA_after) and np.all(dA_after != 0)
    assert dW.shape == dW_after.shape and db.shape == db_after.shape


@pytest.mark.slow
def test_three_trainings_of_the_moons_end_differently():
    """All begin at log 2; one ends much lower than the others."""
    names = run_cells(ASSIGNMENT, "building_blocks", "together")
    costs = list(names["costs"].values())

    assert all(abs(cost[0] - np.log(2)) < 1e-4 for cost in costs)
    assert sorted(cost[-1] for cost in costs)[0] < 0.15
    assert sorted(cost[-1] for cost in costs)[1] > 0.28
