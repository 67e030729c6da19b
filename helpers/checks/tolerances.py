"""How close is equal: every tolerance of the checks, each with its reason."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """Largest difference that still counts as rounding."""

    relative: float  # share of the expected number
    # Share of the largest expected number of the same array: a sum that cancels is only
    # as exact as its terms.
    of_scale: float
    floor: float  # absolute difference that never counts


# Reordered sums, einsum for loops and other equal formulas differ by some
# 1e-13 after a few hundred steps in double precision; the smallest mistake
# worth catching (tanh(z) taken for z at z = 0.01) is 3e-5.
FLOAT64 = Tolerance(relative=1e-7, of_scale=1e-9, floor=1e-12)

# Single precision carries 6e-8 a step; a few hundred steps make 1e-5.
FLOAT32 = Tolerance(relative=1e-4, of_scale=1e-5, floor=1e-7)


def tolerance_for(dtype: np.dtype) -> Tolerance:
    """Return the tolerance for answers of a dtype: float32 and float16 have their own.

    Examples
    --------
    >>> tolerance_for(np.dtype("float32")) is FLOAT32
    True
    """
    return FLOAT32 if dtype.kind == "f" and dtype.itemsize < 8 else FLOAT64


def close(
    expected: np.ndarray, returned: np.ndarray, *, single: bool = False
) -> np.ndarray:
    """Tell entry by entry whether an answer is the expected number but for rounding.

    Infinite entries must be equal, and NaN equals NaN. `single` says that an answer was
    computed in single precision, whatever was returned.

    Examples
    --------
    >>> close(np.array([1.0, 2.0]), np.array([1.0, 2.1]))
    array([ True, False])
    """
    tolerance = FLOAT32 if single else tolerance_for(returned.dtype)
    wanted = np.asarray(expected, dtype=np.float64)
    got = np.asarray(returned, dtype=np.float64)
    finite = np.isfinite(wanted)
    scale = np.abs(wanted[finite]).max(initial=0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = (
            tolerance.relative * np.abs(wanted)
            + tolerance.of_scale * scale
            + tolerance.floor
        )
        near = np.abs(wanted - got) <= allowed
    same = (wanted == got) | (np.isnan(wanted) & np.isnan(got))
    return np.where(finite & np.isfinite(got), near, same)


def as_array(value: object) -> object:
    """Return nested lists of numbers as an array, and anything else as it is."""
    if not isinstance(value, list | tuple):
        return value
    try:
        array = np.array(value)
    except (ValueError, TypeError):  # rows of unequal lengths
        return value
    return array if array.dtype.kind in "biuf" and array.size else value
