"""The football data sets: parts, seeds, wrong labels."""

import numpy as np
import pytest

from helpers.datasets import load_football, load_football_sets

PARTS = {"train": 211, "validation": 200, "test": 5000}


def true_labels(X):
    """Return which side of the line each point lies on."""
    return (X[1] > 0.45 * X[0] + 0.7 * np.sin(1.2 * X[0])).astype(float)


@pytest.mark.parametrize(("part", "m"), PARTS.items())
def test_parts_have_their_shapes_types_and_balance(part, m):
    """X is (2, m) on the pitch, Y (1, m) of 0.0 and 1.0, about half and half."""
    X, Y = load_football(part)

    assert (X.shape, Y.shape) == ((2, m), (1, m))
    assert (X.dtype, Y.dtype) == (np.float64, np.float64)
    assert set(np.unique(Y)) == {0.0, 1.0}
    assert 0.4 < Y.mean() < 0.6
    assert (np.abs(X).max(axis=1) <= [2.625, 1.7]).all()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("seed", [0, 5])
def test_eight_percent_of_the_labels_are_wrong(part, seed):
    """In every part and data set exactly the promised share is turned around."""
    X, Y = load_football(part, seed)
    wrong = int(np.sum(Y[0] != true_labels(X)))

    assert wrong == round(0.08 * X.shape[1])


def test_without_noise_the_line_parts_the_classes():
    """With no label turned around, the line gets every point right."""
    X, Y = load_football("test", flipped=0)

    np.testing.assert_array_equal(Y[0], true_labels(X))


def test_parts_and_seeds_share_no_point():
    """Training, validation and test parts of several data sets are all separate."""
    draws = [load_football(part, seed)[0] for part in PARTS for seed in range(4)]
    points = np.concatenate(draws, axis=1)

    assert len(np.unique(points, axis=1).T) == points.shape[1]


def test_sets_stack_single_ones_deterministically():
    """Each layer of the stack is the data set of its own seed."""
    X, Y = load_football_sets(3, "validation", first_seed=2)

    assert (X.shape, Y.shape) == ((3, 2, 200), (3, 1, 200))
    for i in range(3):
        x, y = load_football("validation", seed=2 + i)
        np.testing.assert_array_equal(X[i], x)
        np.testing.assert_array_equal(Y[i], y)


@pytest.mark.parametrize(
    "arguments",
    [{"part": "exam"}, {"m": 1}, {"flipped": 1.5}, {"flipped": -0.1}],
)
def test_impossible_wishes_are_refused(arguments):
    """What cannot be drawn is an error that names the argument's value."""
    with pytest.raises(ValueError, match=str(next(iter(arguments.values())))):
        load_football(**arguments)
