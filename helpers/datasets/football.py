"""Who reaches the ball first: points on a football pitch, some labels wrong."""

import numpy as np

from helpers.strings import listed, text

# How many points a part has; its place in this table is part of the seed.
_SIZES = {"train": 211, "validation": 200, "test": 5000}

# Half the length and half the width of a pitch of 105 m by 68 m, in units of 20 m.
_HALF_LENGTH, _HALF_WIDTH = 2.625, 1.7


def load_football(
    part: str = "train", seed: int = 0, m: int | None = None, flipped: float = 0.08
) -> tuple[np.ndarray, np.ndarray]:
    """Return where long balls came down and which team reached them first.

    The points lie evenly all over the pitch. Our team (class 1) is first above
    the line ``y = 0.45 x + 0.7 sin(1.2 x)``, the other team (class 0) below it;
    then a fraction of the labels, drawn at random, is turned around, in every
    part. So no classifier gets more than about ``1 - flipped`` of the labels
    of new points right, and one that gets more on the training part has learned
    its noise.

    Parameters
    ----------
    part : {"train", "validation", "test"}, default "train"
        211, 200 and 5000 points, drawn separately.
    seed : int, default 0
        Which data set: each seed gives another training, validation and test
        part of the same recipe.
    m : int, optional
        Another number of points, for example to see what more data would do.
    flipped : float, default 0.08
        Share of the labels that is turned around (rounded to whole points).

    Returns
    -------
    X : ndarray of shape (2, m)
        Positions from the middle of the pitch, in units of 20 m: along it within
        2.625, across it within 1.7.
    Y : ndarray of shape (1, m)
        1.0 where our team was first, 0.0 where the other was.

    Examples
    --------
    >>> X, Y = load_football()
    >>> X.shape, Y.shape
    ((2, 211), (1, 211))
    """
    if part not in _SIZES:
        raise ValueError(
            text("datasets.no_part", name="football", part=part, known=_known())
        )
    m = _SIZES[part] if m is None else m
    if m < 2:
        raise ValueError(text("datasets.too_few", name="football", m=m))
    if not 0 <= flipped <= 1:
        raise ValueError(text("datasets.flipped", flipped=flipped))
    rng = np.random.RandomState([list(_SIZES).index(part), seed])
    x = rng.uniform(-_HALF_LENGTH, _HALF_LENGTH, m)
    y = rng.uniform(-_HALF_WIDTH, _HALF_WIDTH, m)
    labels = (y > 0.45 * x + 0.7 * np.sin(1.2 * x)).astype(np.float64)
    wrong = rng.permutation(m)[: round(flipped * m)]
    labels[wrong] = 1 - labels[wrong]
    return np.stack([x, y]), labels.reshape(1, m)


def _known() -> str:
    return listed(_SIZES)


def load_football_sets(
    n_sets: int = 8, part: str = "train", first_seed: int = 0, m: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return several football data sets on top of each other.

    Matrix products of stacked arrays train one network on each data set at once:
    weights of shape (n_sets, n_h, 2) times X gives (n_sets, n_h, m).

    Parameters
    ----------
    n_sets : int, default 8
        How many data sets.
    part : {"train", "validation", "test"}, default "train"
        As in `load_football`.
    first_seed : int, default 0
        Seed of the first data set; the others follow it.
    m : int, optional
        Another number of points.

    Returns
    -------
    X : ndarray of shape (n_sets, 2, m)
        ``X[i]`` is the data set of seed ``first_seed + i``.
    Y : ndarray of shape (n_sets, 1, m)
        Its labels.

    Examples
    --------
    >>> X, Y = load_football_sets(3)
    >>> X.shape, Y.shape
    ((3, 2, 211), (3, 1, 211))
    """
    if n_sets < 1:
        raise ValueError(text("datasets.no_sets", n_sets=n_sets))
    pairs = [load_football(part, first_seed + i, m) for i in range(n_sets)]
    X, Y = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
    return X, Y
