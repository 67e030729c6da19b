"""A pytest plugin by which nbgrader's own tests run under a course's settings.

It is named with ``-p``, in a process of its own: see ``test_nbgrader_tests``. The
settings come from ``JUPYTER_CONFIG_PATH``, below those that a test writes.
"""

import functools

import nbgrader.api
import nbgrader.preprocessors
import pytest

from autograder.nbgrader import execution, generation

# A process of some seconds for each new gradebook, with one answer.
nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)

# What stands in the place of nbgrader's must pass the tests of nbgrader's.
nbgrader.preprocessors.ClearSolutions = generation.Stubs
nbgrader.preprocessors.SaveAutoGrades = execution.SaveJudgedGrades


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let warnings of nbgrader's own be."""
    config.addinivalue_line("filterwarnings", "ignore")
