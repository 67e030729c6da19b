"""A seeded part of what ``python -m tests.fuzzing`` tries for longer."""

import pytest

from tests.fuzzing import COUNTS, KINDS, Fuzzer, property_of

SEED = 16


@pytest.fixture(scope="module")
def fuzzer(tiny_course):
    """Return a fuzzer on the small course."""
    return Fuzzer(tiny_course)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_comes_is_read_judged_and_shown(fuzzer, kind):
    """No exception; on a page nothing that runs, and no text of hidden cases."""
    property_of(fuzzer, kind, COUNTS[kind] // 2, SEED)()
