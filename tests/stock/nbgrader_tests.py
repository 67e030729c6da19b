"""nbgrader's own tests, from the installed package, under our configuration.

``python -m tests.stock.nbgrader_tests`` runs them all, and says where they do not
agree with ``deviations.toml``; it takes some minutes.
"""

import importlib
import os
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.conftest import ROOT

HERE = Path(__file__).parent
LONGEST = 3600
FILES = (
    "test_nbgrader_validate",
    "test_nbgrader_generate_assignment",
    "test_nbgrader_generate_feedback",
    "test_nbgrader_autograde",
)
# One file of these asks for files of nbgrader's repository, which no install has.
PREPROCESSORS = (
    "test_checkcellmetadata",
    "test_clearhiddentests",
    "test_clearmarkscheme",
    "test_clearsolutions",
    "test_computechecksums",
    "test_deduplicateids",
    "test_getgrades",
    "test_headerfooter",
    "test_ignorepattern",
    "test_limitoutput",
    "test_lockcells",
    "test_overwritecells",
    "test_overwritekernelspec",
    "test_saveautogrades",
    "test_savecells",
)


def deviations() -> dict[str, dict[str, str]]:
    """Return what does not hold here on purpose: by file, tests and reasons."""
    form = tomllib.loads((HERE / "deviations.toml").read_text(encoding="utf-8"))
    form.pop("representative")
    return form


def representative() -> dict[str, list[str]]:
    """Return the tests that the suite runs, by file."""
    form = tomllib.loads((HERE / "deviations.toml").read_text(encoding="utf-8"))
    return form["representative"]


def outcomes(chosen: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    """Run tests of nbgrader's.

    Parameters
    ----------
    chosen : mapping of str to sequence of str
        By file, the names of tests; all of a file where there are none.

    Returns
    -------
    dict of (str, str) to str
        ``passed``, ``failed`` or ``skipped``, by file and name without parameters.
    """
    found: dict[tuple[str, str], str] = {}
    homes = {kind: file for file in chosen for kind in _classes(file)}
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        report = Path(folder, "report.xml")
        names = [name for file, tests in chosen.items() for name in _ids(file, tests)]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "tests.stock.plugin", f"--junitxml={report}", "--pyargs"]
        command += names
        environment = os.environ | {
            "JUPYTER_CONFIG_PATH": str(HERE),
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        if not report.exists():
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        for case in ET.parse(report).iter("testcase"):
            file = homes[case.get("classname", "").split(".")[-1]]
            name = case.get("name", "").split("[")[0]
            kinds = {child.tag for child in case}
            state = "skipped" if "skipped" in kinds else "passed"
            state = "failed" if kinds & {"failure", "error"} else state
            if found.get((file, name)) != "failed":
                found[file, name] = state
    return found


def _ids(file: str, tests: Sequence[str]) -> list[str]:
    """Return how pytest names tests of a file, or the file."""
    if not tests:
        return [_module(file)]
    return [
        f"{_module(file)}::{kind}::{name}"
        for name in tests
        for kind, members in _classes(file).items()
        if name in vars(members)
    ]


def _module(file: str) -> str:
    room = "apps" if file in FILES else "preprocessors"
    return f"nbgrader.tests.{room}.{file}"


def _classes(file: str) -> dict[str, type]:
    """Return the classes of tests of a file by name."""
    module = importlib.import_module(_module(file))
    return {
        name: item
        for name, item in vars(module).items()
        if name.startswith("Test") and isinstance(item, type)
    }


def main() -> None:
    """Run everything, and end with status 1 where the list is not what happens."""
    found = outcomes({file: () for file in FILES + PREPROCESSORS})
    failed = {key for key, state in found.items() if state == "failed"}
    known = {(file, name) for file, tests in deviations().items() for name in tests}
    for key in sorted(failed | known):
        word = "unlisted" if key not in known else "listed"
        print(*key, word if key in failed else "listed, but it passes")
    counts = {
        state: sum(value == state for value in found.values())
        for state in ("passed", "failed", "skipped")
    }
    print(counts)
    sys.exit(failed != known)


if __name__ == "__main__":
    main()
