"""What `make lint` checks beside the style: types, layers and docstrings."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent


def _run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True
    )


@pytest.mark.slow
def test_types_are_consistent():
    """mypy finds nothing, at the settings of pyproject.toml."""
    result = _run("mypy")

    assert result.returncode == 0, result.stdout + result.stderr


def test_packages_import_only_what_their_layer_may():
    """The contracts of pyproject.toml: layers, and no import cycle."""
    result = _run("lint-imports")

    assert result.returncode == 0, result.stdout + result.stderr


def test_docstrings_of_public_names_are_numpydoc():
    """Every parameter that a docstring names has a type and a description."""
    files = [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("helpers/**/*.py"))
    ]
    files += [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("autograder/**/*.py"))
    ]

    result = _run("numpydoc", "lint", *files)

    assert result.returncode == 0, result.stdout + result.stderr
