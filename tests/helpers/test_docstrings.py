"""The docstrings of helpers: their examples and their public names."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import helpers

MODULES = [
    info.name
    for info in pkgutil.walk_packages(helpers.__path__, "helpers.")
    if not info.name.rpartition(".")[2].startswith("_")
]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_print(name):
    """Every example in a docstring runs and shows the printed result."""
    failed, _ = doctest.testmod(importlib.import_module(name))

    assert failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_listed_and_sorted(name):
    """What a module defines without underscore and documents is in __all__."""
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", [])

    # CONSTANTS first, then Classes, then functions, as the linter wants it.
    rank = [(not name.isupper(), not name[0].isupper(), name) for name in listed]
    assert sorted(rank) == rank
    for public in listed:
        value = getattr(module, public)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert inspect.getdoc(value), f"{public} has no docstring"
