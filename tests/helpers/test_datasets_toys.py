"""The small data sets: shapes, balance, seeds and the classic points."""

import re

import numpy as np
import pytest

from helpers import datasets
from helpers.activations import sigmoid

LOADERS = {
    "planar": (datasets.load_planar, (400, 400, 2000)),
    "circles": (datasets.load_circles, (300, 300, 100)),
    "moons": (datasets.load_moons, (300, 300, 1000)),
    "blobs": (datasets.load_blobs, (200, 200, 1000)),
    "quantiles": (datasets.load_quantiles, (200, 200, 1000)),
    "no_structure": (datasets.load_no_structure, (200, 200, 1000)),
}
PARTS = ("train", "validation", "test")


@pytest.mark.parametrize("name", LOADERS)
def test_parts_have_their_shapes_and_types(name):
    """X is (2, m), Y is (1, m) of 0.0 and 1.0, both float64, in every part."""
    load, sizes = LOADERS[name]
    for part, m in zip(PARTS, sizes, strict=True):
        X, Y = load(part)

        assert (X.shape, Y.shape) == ((2, m), (1, m))
        assert (X.dtype, Y.dtype) == (np.float64, np.float64)
        assert X.flags.c_contiguous
        assert set(np.unique(Y)) == {0.0, 1.0}


@pytest.mark.parametrize("name", LOADERS)
def test_classes_are_equally_large(name):
    """Half of the points belong to each class; where a coin is tossed, about half."""
    load, _ = LOADERS[name]
    for part in PARTS:
        tolerance = 0.1 if name == "no_structure" else 0.0

        assert abs(load(part)[1].mean() - 0.5) <= tolerance


@pytest.mark.parametrize("name", LOADERS)
def test_same_call_gives_the_same_points_and_parts_share_none(name):
    """Loading twice gives equal arrays; no two parts or seeds share a point."""
    load, _ = LOADERS[name]
    np.random.seed(1)
    first = {part: load(part)[0] for part in PARTS}
    np.random.seed(2)
    second = {part: load(part)[0] for part in PARTS}
    other = load(seed=77)[0]

    for part in PARTS:
        np.testing.assert_array_equal(first[part], second[part])
    points = np.concatenate([*first.values(), other], axis=1)
    assert len(np.unique(points, axis=1).T) == points.shape[1]


@pytest.mark.parametrize("name", LOADERS)
def test_loading_leaves_the_global_generator_alone(name):
    """A loader draws from a generator of its own."""
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    LOADERS[name][0]()

    assert np.random.rand() == expected


@pytest.mark.parametrize("name", LOADERS)
def test_other_sizes_can_be_asked_for(name):
    """An odd number of points works too; an unknown part is named."""
    load, _ = LOADERS[name]

    assert load(m=7)[0].shape == (2, 7)
    with pytest.raises(ValueError, match=r"'tset'.*train, validation, test"):
        load("tset")
    with pytest.raises(ValueError, match="1"):
        load(m=1)


def test_no_line_parts_the_flower():
    """The best line through the flower is hardly better than guessing."""
    X, Y = datasets.load_planar()
    A = np.vstack([X, np.ones_like(Y)]).T
    w, *_ = np.linalg.lstsq(A, 2 * Y.ravel() - 1, rcond=None)

    assert np.mean((A @ w > 0) == Y.ravel()) < 0.6


@pytest.mark.slow
def test_flower_gives_the_published_cost():
    """Four tanh units started with seed 2 reach the published cost of 0.2186."""
    X, Y = datasets.load_planar()
    rng = np.random.RandomState(2)
    W1, b1 = 0.01 * rng.randn(4, 2), np.zeros((4, 1))
    W2, b2 = 0.01 * rng.randn(1, 4), np.zeros((1, 1))
    for _ in range(9001):
        A1 = np.tanh(W1 @ X + b1)
        A2 = sigmoid(W2 @ A1 + b2)
        dZ2 = A2 - Y
        dZ1 = W2.T @ dZ2 * (1 - A1**2)
        W1, b1 = W1 - 1.2 * dZ1 @ X.T / 400, b1 - 1.2 * dZ1.mean(1, keepdims=True)
        W2, b2 = W2 - 1.2 * dZ2 @ A1.T / 400, b2 - 1.2 * dZ2.mean(1, keepdims=True)
    cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))

    assert cost == pytest.approx(0.2186, abs=1e-3)
    assert np.mean((A2 > 0.5) == Y) == pytest.approx(0.905, abs=0.006)


@pytest.mark.parametrize(
    ("load", "part", "first", "last"),
    [
        (
            datasets.load_moons,
            "train",
            (-0.21687013460912397, 1.0154493742029873, 0),
            (0.547725598273234, 0.3481746137071188, 1),
        ),
        (
            datasets.load_circles,
            "train",
            (-0.07741354010048114, 0.8526022642742742, 1),
            (-0.061145412565262895, 0.9298264080659127, 0),
        ),
        (
            datasets.load_circles,
            "test",
            (-0.5242373850862546, -0.6091036148461817, 1),
            (0.3438483715909715, -0.9192735912720769, 0),
        ),
    ],
)
def test_moons_and_circles_are_the_classic_points(load, part, first, last):
    """First and last point are those that scikit-learn draws with the same seed."""
    X, Y = load(part)

    np.testing.assert_allclose((*X[:, 0], Y[0, 0]), first, rtol=1e-12, atol=0)
    np.testing.assert_allclose((*X[:, -1], Y[0, -1]), last, rtol=1e-12, atol=0)


def test_datasheet_has_the_sizes_and_seeds_of_the_parts():
    """What data/README.md says about each loader is what the loader draws."""
    datasheet = (datasets.data_folder() / "README.md").read_text(encoding="utf-8")
    for name, (load, sizes) in LOADERS.items():
        row = re.search(rf"^\| `load_{name}` .*$", datasheet, re.MULTILINE).group()
        cells = [cell.strip() for cell in row.strip("|").split("|")]

        assert cells[2] == ", ".join(str(size) for size in sizes)
        for part, seed in zip(PARTS, cells[3].split(", "), strict=True):
            m = load(part)[0].shape[1]
            np.testing.assert_array_equal(load(part)[0], load(m=m, seed=int(seed))[0])
