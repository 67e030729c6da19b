"""How long a piece of code takes.

========================================= ======================================
`seconds_per_call(function, *args)`       one number for each repetition
`in_words(seconds)`                       ``"1.2 ms"``
========================================= ======================================
"""

import time
from collections.abc import Callable

import numpy as np

__all__ = ["in_words", "seconds_per_call"]


def seconds_per_call(
    function: Callable, *args: object, repeats: int = 7, at_least: float = 0.02
) -> np.ndarray:
    """Measure what one call costs, several times over.

    Each repetition calls the function as often as is needed to fill `at_least`
    seconds and divides. Report the median: other programs make single
    repetitions slower, never faster.

    Parameters
    ----------
    function : callable
        What to measure; it is called once before, to warm up.
    *args : object
        What to call it with.
    repeats : int, default 7
        Repetitions.
    at_least : float, default 0.02
        Seconds that a repetition lasts at least.

    Returns
    -------
    ndarray of shape (repeats,)
        Seconds for one call.

    Examples
    --------
    >>> seconds = seconds_per_call(sum, range(10), repeats=3, at_least=0.001)
    >>> seconds.shape, bool((seconds > 0).all())
    ((3,), True)
    """
    start = time.perf_counter()
    function(*args)
    once = max(time.perf_counter() - start, 1e-7)
    calls = max(1, round(at_least / once))
    seconds = np.empty(repeats)
    for i in range(repeats):
        start = time.perf_counter()
        for _ in range(calls):
            function(*args)
        seconds[i] = (time.perf_counter() - start) / calls
    return seconds


def in_words(seconds: float) -> str:
    """Return a time with a unit in which it is easy to read.

    Parameters
    ----------
    seconds : float
        A time.

    Returns
    -------
    str
        Three digits and a unit.

    Examples
    --------
    >>> in_words(0.00123), in_words(12.34), in_words(2.5e-7)
    ('1.23 ms', '12.3 s', '0.25 µs')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"
