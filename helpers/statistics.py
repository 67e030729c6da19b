"""How sure a number is: intervals for fractions, means and paired differences.

========================================= ======================================
`wilson_interval(successes, n)`           ``(low, high)`` for a fraction
`mean_and_standard_deviation(values)`     ``(mean, standard deviation)``
`mean_and_standard_error(values)`         ``(mean, standard error)``
`paired_difference(a, b)`                 ``(mean of a - b, standard error)``
`confidence_interval(mean, error, n)`     ``(low, high)``, 95 % unless said
========================================= ======================================
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from helpers.strings import text

__all__ = [
    "confidence_interval",
    "mean_and_standard_deviation",
    "mean_and_standard_error",
    "paired_difference",
    "wilson_interval",
]


def wilson_interval(
    successes: float, n: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's interval for a fraction, such as an accuracy.

    Unlike the textbook ``p ± 1.96 * sqrt(p (1 - p) / n)`` it never leaves the
    interval from 0 to 1 and keeps its promise for small `n` and for fractions near
    0 or 1.

    Parameters
    ----------
    successes : int
        How many of the `n` came out right.
    n : int
        How many there were.
    confidence : float, default 0.95
        In what fraction of such intervals the true fraction shall lie.

    Returns
    -------
    low, high : float
        The ends of the interval.

    Examples
    --------
    >>> low, high = wilson_interval(35, 50)
    >>> round(low, 3), round(high, 3)
    (0.562, 0.809)
    """
    if n <= 0:
        raise ValueError(text("statistics.no_examples"))
    if not 0 <= successes <= n:
        raise ValueError(text("statistics.successes", successes=successes, n=n))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def mean_and_standard_deviation(values: ArrayLike) -> tuple[float, float]:
    """Return the mean of some runs and how far single runs lie around it.

    Parameters
    ----------
    values : array_like of n numbers
        One for each seed or data set.

    Returns
    -------
    mean, standard_deviation : float
        The standard deviation divides by ``n - 1`` (0 for one value).

    Examples
    --------
    >>> mean_and_standard_deviation([1.0, 2.0, 3.0])
    (2.0, 1.0)
    """
    values = np.asarray(values, float).reshape(-1)
    deviation = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return float(values.mean()), deviation


def mean_and_standard_error(values: ArrayLike) -> tuple[float, float]:
    """Return the mean of some runs and how sure that mean is.

    Parameters
    ----------
    values : array_like of n numbers
        One for each seed or data set, at least two.

    Returns
    -------
    mean, standard_error : float
        The standard error is the standard deviation over ``sqrt(n)``.

    Raises
    ------
    ValueError
        If there are fewer than two values: one run says nothing about its error.

    Examples
    --------
    >>> mean, error = mean_and_standard_error([1.0, 3.0])
    >>> mean, round(error, 6)
    (2.0, 1.0)
    """
    values = np.asarray(values, float).reshape(-1)
    if values.size < 2:
        raise ValueError(text("statistics.one_value"))
    mean, deviation = mean_and_standard_deviation(values)
    return mean, deviation / float(np.sqrt(values.size))


def paired_difference(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Return the mean of ``a - b`` and its standard error, pair by pair.

    Two methods that were run on the same data sets (or judged on the same
    images) share their luck. Subtracting within each pair takes it out.

    Parameters
    ----------
    a, b : array_like of n numbers
        Results of two methods; entry ``i`` of both belongs together.

    Returns
    -------
    mean, standard_error : float
        Of the differences.

    Raises
    ------
    ValueError
        If the two are not equally long or hold fewer than two pairs.

    Examples
    --------
    >>> paired_difference([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    (1.0, 0.0)
    """
    a = np.asarray(a, float).reshape(-1)
    b = np.asarray(b, float).reshape(-1)
    if a.size != b.size:
        raise ValueError(text("statistics.not_paired", first=a.size, second=b.size))
    return mean_and_standard_error(a - b)


def _student_quantile(p: float, degrees: int) -> float:
    """Return the quantile of Student's t, by bisection on its density's sum."""
    # The substitution t = sqrt(degrees) * tan(u) makes the density a power of
    # cos(u) on a finite interval, where the midpoint rule converges fast.
    n = 20_000
    edges = np.linspace(-np.pi / 2, np.pi / 2, n + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    weights = np.cos(middles) ** (degrees - 1)
    cumulative = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
    return float(np.sqrt(degrees) * np.tan(np.interp(p, cumulative, edges)))


def confidence_interval(
    mean: float, standard_error: float, n: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Return an interval around a mean of n values, by Student's t.

    Parameters
    ----------
    mean, standard_error : float
        As `mean_and_standard_error` or `paired_difference` returned them.
    n : int
        How many values (or pairs) they come from, at least two.
    confidence : float, default 0.95
        In what fraction of such intervals the true mean shall lie.

    Returns
    -------
    low, high : float
        The ends of the interval. With 8 values it reaches 2.36 standard errors
        to both sides, not 1.96: so few values determine their standard deviation badly.

    Examples
    --------
    >>> low, high = confidence_interval(0.0, 1.0, 8)
    >>> round(low, 2), round(high, 2)
    (-2.36, 2.36)
    """
    if n < 2:
        raise ValueError(text("statistics.one_value"))
    reach = _student_quantile((1 + confidence) / 2, n - 1) * standard_error
    return mean - reach, mean + reach
