"""Points in the plane: small data sets that can be drawn, all of them seeded.

Every loader takes `part` (``"train"``, ``"validation"`` or ``"test"``), which
chooses a number of points and a seed, and returns ``X`` of shape (2, m) and
``Y`` of shape (1, m), both float64, with half of the points in each class
(`load_no_structure` tosses a coin). The parts are separate draws of the same
recipe. The numbers come from NumPy's legacy generator, whose streams are
frozen, so that everybody gets the same points.
"""

from collections.abc import Callable

import numpy as np

from helpers.strings import listed, text

Points = tuple[np.ndarray, np.ndarray]

# For each part: how many points and which seed. The seeds of the training parts
# (and of the test part of the circles) are the classic ones.
_PARTS = {
    "planar": {"train": (400, 1), "validation": (400, 101), "test": (2000, 201)},
    "circles": {"train": (300, 1), "validation": (300, 101), "test": (100, 2)},
    "moons": {"train": (300, 3), "validation": (300, 103), "test": (1000, 203)},
    "blobs": {"train": (200, 5), "validation": (200, 105), "test": (1000, 205)},
    "quantiles": {"train": (200, 1), "validation": (200, 101), "test": (1000, 201)},
    "no_structure": {"train": (200, 1), "validation": (200, 101), "test": (1000, 201)},
}


def _draw(
    name: str,
    part: str,
    m: int | None,
    seed: int | None,
    recipe: Callable[[np.random.RandomState, int], Points],
) -> Points:
    """Draw one part of a data set, or another size or seed of it."""
    parts = _PARTS[name]
    if part not in parts:
        raise ValueError(
            text("datasets.no_part", name=name, part=part, known=listed(parts))
        )
    usual_m, usual_seed = parts[part]
    m = usual_m if m is None else m
    if m < 2:
        raise ValueError(text("datasets.too_few", name=name, m=m))
    seed = usual_seed if seed is None else seed
    points, labels = recipe(np.random.RandomState(seed), m)
    return np.ascontiguousarray(points.T), labels.reshape(1, -1).astype(np.float64)


def _two_classes(m: int) -> np.ndarray:
    """Return m labels, the zeros first; an odd one out is a one."""
    return np.repeat([0.0, 1.0], [m // 2, m - m // 2])


def load_planar(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return the flower: petals of two classes around one middle.

    The points lie on the rose curve ``r = 4 sin(4 t)``. The first half turn is
    class 0, the second class 1; angle and radius are each disturbed by normal
    noise of standard deviation 0.2. No straight line parts the classes.

    Parameters
    ----------
    part : {"train", "validation", "test"}, default "train"
        400, 400 and 2000 points. The training part has the classic 400.
    m, seed : int, optional
        Another number of points, and another seed for another draw.

    Returns
    -------
    X : ndarray of shape (2, m)
        Positions, within about 4.5 of the middle.
    Y : ndarray of shape (1, m)
        0.0 or 1.0.

    Examples
    --------
    >>> X, Y = load_planar()
    >>> X.shape, Y.shape, float(Y.mean())
    ((2, 400), (1, 400), 0.5)
    """

    def flower(rng: np.random.RandomState, m: int) -> Points:
        labels = _two_classes(m)
        points = []
        for label in (0, 1):
            n = int(np.sum(labels == label))
            # 3.12 and not pi: the classic points leave a small gap.
            t = np.linspace(label * 3.12, (label + 1) * 3.12, n) + 0.2 * rng.randn(n)
            r = 4 * np.sin(4 * t) + 0.2 * rng.randn(n)
            points.append(np.column_stack([r * np.sin(t), r * np.cos(t)]))
        return np.concatenate(points), labels

    return _draw("planar", part, m, seed, flower)


def load_circles(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return two rings, one inside the other.

    Class 0 is the outer ring (radius 1), class 1 the inner one (radius 0.8). The
    parts have 300, 300 and 100 points; training and test part are the classic ones.
    All else is as in `load_planar`.

    Examples
    --------
    >>> X, Y = load_circles("test")
    >>> X.shape, Y.shape
    ((2, 100), (1, 100))
    """

    def circles(rng: np.random.RandomState, m: int) -> Points:
        labels = _two_classes(m)
        radii = np.where(labels == 0, 1.0, 0.8)
        turns = [np.linspace(0, 2 * np.pi, n, endpoint=False) for n in _halves(m)]
        angles = np.concatenate(turns)
        points = np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
        return _shuffled_with_noise(rng, points, labels, 0.05)

    return _draw("circles", part, m, seed, circles)


def load_moons(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return two half moons that reach into each other.

    Class 0 is the upper moon, class 1 the lower one. The parts have 300, 300 and
    1000 points; the training part is the classic one. All else is as in
    `load_planar`.

    Examples
    --------
    >>> X, Y = load_moons()
    >>> X.shape, Y.shape
    ((2, 300), (1, 300))
    """

    def moons(rng: np.random.RandomState, m: int) -> Points:
        upper, lower = (np.linspace(0, np.pi, n) for n in _halves(m))
        x = np.concatenate([np.cos(upper), 1 - np.cos(lower)])
        y = np.concatenate([np.sin(upper), 0.5 - np.sin(lower)])
        points = np.column_stack([x, y])
        return _shuffled_with_noise(rng, points, _two_classes(m), 0.2)

    return _draw("moons", part, m, seed, moons)


def _halves(m: int) -> tuple[int, int]:
    return m // 2, m - m // 2


def _shuffled_with_noise(
    rng: np.random.RandomState, points: np.ndarray, labels: np.ndarray, noise: float
) -> Points:
    # First the order, then the noise: the order of draws of the classic points.
    order = np.arange(len(labels))
    rng.shuffle(order)
    return points[order] + noise * rng.randn(*points.shape), labels[order]


def load_blobs(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return six round heaps of points, three of each class, taking turns.

    The middles lie on a ring around the origin, a sixth of a turn from one to
    the next, and the classes alternate: the neighbours of a heap are all of the
    other class. The parts have 200, 200 and 1000 points. All else is as in
    `load_planar`.

    Examples
    --------
    >>> X, Y = load_blobs()
    >>> X.shape, float(Y.mean())
    ((2, 200), 0.5)
    """

    def blobs(rng: np.random.RandomState, m: int) -> Points:
        labels = _two_classes(m)
        # Class 0 gets the middles 0, 2 and 4 of the ring, class 1 those between.
        heap = (2 * rng.randint(3, size=m) + labels) * np.pi / 3
        middles = 2.0 * np.column_stack([np.cos(heap), np.sin(heap)])
        return middles + 0.55 * rng.randn(m, 2), labels

    return _draw("blobs", part, m, seed, blobs)


def load_quantiles(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return one heap of points whose inner half is class 0, the outer class 1.

    Positions are normal with a standard deviation of 0.7. The parts have 200, 200
    and 1000 points. All else is as in `load_planar`.

    Examples
    --------
    >>> X, Y = load_quantiles()
    >>> X.shape, float(Y.mean())
    ((2, 200), 0.5)
    """

    def quantiles(rng: np.random.RandomState, m: int) -> Points:
        points = 0.7 * rng.randn(m, 2)
        labels = np.empty(m)
        labels[np.argsort(np.sum(points**2, axis=1))] = _two_classes(m)
        return points, labels

    return _draw("quantiles", part, m, seed, quantiles)


def load_no_structure(
    part: str = "train", m: int | None = None, seed: int | None = None
) -> Points:
    """Return points all over a square whose classes were tossed with a coin.

    Positions are between 0 and 1. There is nothing to learn here: what a network
    gets right on the training part beyond one half it has memorised. The classes
    need not be equally large. The parts have 200, 200 and 1000 points. All else is
    as in `load_planar`.

    Examples
    --------
    >>> X, Y = load_no_structure()
    >>> X.shape, Y.shape
    ((2, 200), (1, 200))
    """

    def no_structure(rng: np.random.RandomState, m: int) -> Points:
        return rng.rand(m, 2), rng.randint(2, size=m)

    return _draw("no_structure", part, m, seed, no_structure)
