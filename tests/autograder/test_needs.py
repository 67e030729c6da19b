"""The reference runs what functions need, and nothing that may fail besides."""

import pytest

from autograder.authoring.needs import needed


def names(cells, *wanted):
    """Return which cells are needed for some names."""
    numbered = [(str(i), cell) for i, cell in enumerate(cells)]
    return [name for name, _ in needed(numbered, set(wanted))]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["import numpy as np", "def f(x):\n    return np.exp(x)"], ["0", "1"]),
        (["digits = load()", "def f(x):\n    return x"], ["1"]),
        (["n = 3", "m = n + 1", "def f(x):\n    return x * m"], ["0", "1", "2"]),
        (["def f(x):\n    return x", "f(train())"], ["0"]),
        (["n = 3", "def f(x):\n    def g():\n        return n\n    return g()"], None),
        (["n = 3", "f = lambda x: [n * y for y in x]"], None),
        (["from numpy import *", "def f(x):\n    return exp(x)"], None),
        (["x = 3", "def f(x):\n    return x"], ["1"]),
        (["def f(x):\n    return x", "x <- c(1, 2)"], ["0"]),
        (["class A: pass", "def f(x: A = A()):\n    return x"], None),
    ],
)
def test_what_functions_read_is_needed(cells, kept):
    """Directly, through others, in nested functions, as defaults; never R."""
    assert names(cells, "f") == (["0", "1"] if kept is None else kept)
