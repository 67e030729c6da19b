"""The commands that a newcomer types first."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OLD = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n'
FILES = ("Makefile", "requirements.txt", "pyproject.toml")


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Call make in a folder that has no environment yet."""
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    # What an outer make hands down would be taken for arguments here.
    inherited = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "TESTS")
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key not in inherited},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_lists_every_target():
    """Whoever types make alone sees what there is."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()
    described = re.findall(r"^([a-z-]+):.*##", text, re.MULTILINE)

    assert set(phony) == set(described)


@pytest.mark.parametrize("target", ["grade", "test", "lab"])
def test_an_old_python_is_named_in_one_line(tmp_path, target):
    """Neither pip nor a traceback is what a newcomer reads first."""
    old = tmp_path / "old-python"
    old.write_text(OLD, encoding="utf-8")
    old.chmod(0o755)
    done = make(tmp_path, target, f"PYTHON={old}")
    said = (done.stdout + done.stderr).splitlines()

    assert done.returncode != 0
    assert "Python 3.9.2 is too old" in said[0]
    assert "3.11" in said[0]
    assert len(said) == 2


def test_a_missing_python_is_named_in_one_line(tmp_path):
    """What to install stands in the message."""
    done = make(tmp_path, "venv", "PYTHON=no-such-python")

    assert "no no-such-python here" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_ci_calls_the_suite_as_everybody_does():
    """CI runs `make test` and nothing of its own."""
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()

    assert os.access(script, os.X_OK)
    assert "set -eo pipefail" in lines
    assert lines[-1] == "exec make test"
