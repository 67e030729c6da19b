"""Every assignment there is: generated, in step with its release, running clean.

A new assignment is found by itself.
"""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.nbgrader.course import Course
from tests.conftest import ROOT

ASSIGNMENTS = sorted(p.name for p in (ROOT / "source").glob("*/") if any(p.glob("*")))
NOTEBOOKS = [
    (assignment, path.stem)
    for assignment in ASSIGNMENTS
    for path in sorted((ROOT / "source" / assignment).glob("*.ipynb"))
]


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """Return a function that generates an assignment once, as a fresh clone would."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "source", root / "source")
    # The committed release stands beside, as in a clone: its numbers are kept.
    shutil.copytree(ROOT / "release", root / "release")
    course = Course(root)
    done: set[str] = set()

    def generate(assignment: str) -> Course:
        if assignment not in done:
            course.generate(assignment)
            done.add(assignment)
        return course

    return generate


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_generation_changes_no_byte_of_the_release(generated, assignment):
    """Every gate passes, and what is committed is what the source makes."""
    course = generated(assignment)
    fresh = course.root / "release" / assignment
    kept = ROOT / "release" / assignment

    made = {p.name: p.read_bytes() for p in fresh.iterdir() if p.is_file()}
    committed = {p.name: p.read_bytes() for p in kept.iterdir() if p.is_file()}

    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_release_holds_what_learners_may_have(generated, assignment):
    """Notebooks, their public cases and named assets; no judge, no catalogue."""
    generated(assignment)
    allowed = re.compile(r".*\.(ipynb|cases\.json|png|svg|h5|csv)$")
    names = [path.name for path in (ROOT / "release" / assignment).iterdir()]

    assert [name for name in names if not allowed.match(name)] == []


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "notebook"), NOTEBOOKS)
def test_learners_receive_no_hidden_input_or_answer(generated, assignment, notebook):
    """The numbers of hidden cases stand in no released file."""
    course = generated(assignment)
    store = json.loads(
        (course.root / "cases" / assignment / f"{notebook}.json").read_text()
    )
    visible = (ROOT / "release" / assignment / f"{notebook}.cases.json").read_text()
    seen = json.loads(visible)

    def numbers(form):
        """Yield the long numbers of a form: those that no accident repeats."""
        if isinstance(form, float) and len(repr(form)) > 14:
            yield repr(form)
        elif isinstance(form, dict):
            for item in form.values():
                yield from numbers(item)
        elif isinstance(form, list):
            for item in form:
                yield from numbers(item)

    shown = set(numbers(seen))
    functions = store["cases"]["functions"].values()
    allowed = set(numbers(store["cases"]["frozen"]))
    secret: set[str] = set()
    for function in functions:
        for case in function["cases"]:
            (secret if case["hidden"] else allowed).update(numbers(case["expected"]))
    secret -= allowed

    # A value such as sigmoid(1) may stand in the public case of another function.
    assert len(secret & shown) <= 0.1 * len(secret)


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """Return a function that runs a source notebook once, demonstrations and all."""
    done: dict[Path, nbformat.NotebookNode] = {}

    def run(path: Path) -> nbformat.NotebookNode:
        if path not in done:
            folder = tmp_path_factory.mktemp(path.stem)
            notebook = nbformat.read(path, as_version=4)
            # As learners see it: hidden tests are not in their notebook.
            for cell in notebook.cells:
                cell.source = re.sub(
                    r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS",
                    "",
                    cell.source,
                    flags=re.S,
                )
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            client = NotebookClient(
                notebook,
                timeout=600,
                kernel_name="python3",
                allow_errors=True,
                resources={"metadata": {"path": str(folder)}},
            )
            client.execute(env=environment)
            done[path] = notebook
        return done[path]

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "notebook"), NOTEBOOKS)
def test_a_notebook_runs_clean_with_its_solutions(executed, assignment, notebook):
    """No error, nothing on stderr, every check passes."""
    ran = executed(ROOT / "source" / assignment / f"{notebook}.ipynb")

    troubles = [
        (cell["id"], output.get("ename") or output.get("text"))
        for cell in ran.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]

    assert troubles == []


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "notebook"), NOTEBOOKS)
def test_progress_says_that_all_public_checks_passed(executed, assignment, notebook):
    """The last cell's table counts every graded function."""
    ran = executed(ROOT / "source" / assignment / f"{notebook}.ipynb")
    said = "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for cell in ran.cells
        if cell.cell_type == "code" and "progress()" in cell.source
        for output in cell.outputs
    )

    passed, total = re.search(r"(\d+) of (\d+) public checks passed", said).groups()
    assert passed == total
