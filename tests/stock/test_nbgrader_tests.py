"""nbgrader's own tests hold here, but for a short list with reasons."""

import importlib

import pytest

from tests.stock import nbgrader_tests

pytestmark = pytest.mark.slow


def test_representative_tests_of_nbgrader_pass_under_our_configuration():
    """All of them are run by `make stock`, which takes some minutes."""
    chosen = nbgrader_tests.representative()
    found = nbgrader_tests.outcomes(chosen)

    assert {(file, name) for file, tests in chosen.items() for name in tests} == set(
        found
    )
    assert [key for key, state in found.items() if state != "passed"] == []


def test_tests_of_preprocessors_pass_with_ours_in_their_place():
    chosen = {"test_clearsolutions": (), "test_clearhiddentests": ()}
    found = nbgrader_tests.outcomes(chosen)

    assert len(found) > 20
    assert {"passed"} == set(found.values())


def test_each_deviation_names_a_test_that_exists_and_gives_a_reason():
    for file, tests in nbgrader_tests.deviations().items():
        module = importlib.import_module(f"nbgrader.tests.apps.{file}")
        names = {name for one in vars(module).values() for name in dir(one)}

        assert set(tests) <= names
        assert all(reason.endswith(".") for reason in tests.values())
