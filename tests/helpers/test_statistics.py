"""Intervals and paired differences."""

import numpy as np
import pytest

from helpers.statistics import (
    confidence_interval,
    mean_and_standard_deviation,
    mean_and_standard_error,
    paired_difference,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (35, 50, 0.56246, 0.80902)],
)
def test_wilson_interval_of_known_shares(successes, n, low, high):
    """The ends agree with a table and never leave 0 to 1."""
    found = wilson_interval(successes, n)

    np.testing.assert_allclose(found, (low, high), rtol=0, atol=6e-5)
    assert found[0] >= 0 and found[1] <= 1


def test_wilson_interval_holds_what_it_promises():
    """About 95 % of the intervals of drawn samples hold the true share."""
    rng = np.random.RandomState(5)
    draws = rng.binomial(40, 0.9, size=2000)
    inside = [
        low <= 0.9 <= high for low, high in (wilson_interval(k, 40) for k in draws)
    ]

    assert 0.92 < np.mean(inside) < 0.98


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_shares_are_refused(successes, n):
    """There is no interval for nothing, nor for more successes than tries."""
    with pytest.raises(ValueError):
        wilson_interval(successes, n)


def test_pairing_takes_the_common_luck_out():
    """The error of paired differences is far smaller than the deviation of the runs."""
    luck = np.array([70.0, 80.0, 90.0, 60.0])
    mean, error = paired_difference(luck + np.array([2.0, 2.2, 1.8, 2.0]), luck)

    assert mean == pytest.approx(2.0)
    assert error < 0.1 < mean_and_standard_error(luck)[1]


def test_unpaired_and_single_values_are_refused():
    """Different lengths are no pairs, and one run has no standard error."""
    with pytest.raises(ValueError, match="3 and 2"):
        paired_difference([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="at least two"):
        mean_and_standard_error([1.0])
    assert mean_and_standard_deviation([4.0]) == (4.0, 0.0)


@pytest.mark.parametrize(
    ("n", "reach"), [(2, 12.706), (3, 4.3027), (8, 2.3646), (31, 2.0423)]
)
def test_confidence_interval_follows_students_t(n, reach):
    """The reach in standard errors is that of the t table."""
    low, high = confidence_interval(1.0, 1.0, n)

    np.testing.assert_allclose((1 - low, high - 1), (reach, reach), rtol=2e-4, atol=0)
