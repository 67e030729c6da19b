"""Mutants: which there are, and what becomes of them."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.cli.mutate import drive_all
from autograder.quality import processes
from autograder.quality.mutants import mutants_of
from autograder.quality.mutation import MutationError, mutate
from tests.course import CATALOGUE, tiny_notebook, write_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

CELL = '''def layer(X, W, b, kind):
    """Return a layer."""
    ### START CODE HERE ###
    Z = W @ X.T + b
    total = np.sum(Z, axis=1, keepdims=True)
    for i in range(3):
        total = total + i
    if kind == "relu":
        total = np.maximum(0, total)
    ### END CODE HERE ###
    return -total'''

INPUTS = """import numpy as np


def centre(rng):
    return (rng.standard_normal(tuple(rng.integers(1, 6, 2))),), {}


def spread(rng):
    return (rng.standard_normal((2, 5)), int(rng.integers(1, 4))), {}


INPUTS = {"tiny.centre": centre, "tiny.spread": spread}
"""


@pytest.mark.parametrize(
    "change",
    [
        "Z = W @ X + b",
        "Z = W @ X.T - b",
        "Z = W * X.T + b",
        "Z = X.T @ W + b",
        "Z = W.T @ X.T + b",
        "Z = W @ W.T + b",
        "total = np.sum(Z, axis=0, keepdims=True)",
        "total = np.sum(Z, axis=None, keepdims=True)",
        "total = np.sum(Z, axis=1)",
        "total = np.sum(Z, axis=1, keepdims=False)",
        "total = np.mean(Z, axis=1, keepdims=True)",
        "for i in range(3 - 1):",
        "for i in range(1, 3):",
        "if kind != 'relu':",
        "without: total = total + i",
        "twice: total = total + i",
        "total = np.maximum(total, 0)",
        "total = np.maximum(1, total)",
    ],
)
def test_every_kind_of_change_is_made(change):
    """Operators, constants, axes, transposes, names, statements, ranges, arguments."""
    changes = [mutant.change for mutant in mutants_of(CELL, "layer")]

    assert change in changes


def test_nothing_outside_of_the_region_is_changed():
    """The contract and the lines that learners are given stay as they are."""
    for mutant in mutants_of(CELL, "layer"):
        assert mutant.text.startswith("def layer(X, W, b, kind):")
        assert mutant.text.endswith("return -total")


def test_no_two_mutants_are_the_same():
    """Each is other than the solution and than one another."""
    texts = [mutant.text for mutant in mutants_of(CELL, "layer")]

    assert len(texts) == len(set(texts))


def tiny(folder: Path, inputs: str = INPUTS, **changes: dict[str, str]) -> Path:
    """Write the small course with random inputs beside it, its cells changed."""
    notebook = tiny_notebook()
    for cell in notebook.cells:
        for old, new in changes.get(cell["id"].replace("-", "_"), {}).items():
            assert old in cell.source
            cell.source = cell.source.replace(old, new)
    source = write_source(folder, notebook, catalogue="" if changes else CATALOGUE)
    (source / "inputs.py").write_text(inputs, encoding="utf-8")
    return folder


def test_mutants_are_killed_survive_or_agree_with_the_solution(tmp_path):
    """All that the hidden cases of the small course tell apart is killed."""
    found = list(mutate(tiny(tmp_path), "01_tiny", "tiny"))

    by_change = {(item.function, item.change): item for item in found}
    assert by_change["centre", "Z = X + mu"].state == "killed"
    assert by_change["centre", "Z = X + mu"].entry == "mean added"
    assert by_change["centre", "twice: Z = X - mu"].state == "equivalent"
    assert by_change["spread", "twice: Z = centre(X)"].state == "equivalent"


def test_what_the_hidden_cases_do_not_see_is_listed_with_an_input(tmp_path):
    """A survivor differs from the solution on a random input, which is named."""
    one_row = {"(2, 3, 4, 5)": "(2, 4, 5)", "randn(n, 6)": "randn(1, 6)"}
    tiny(tmp_path, spread_check=one_row)

    found = list(mutate(tmp_path, "01_tiny", "tiny", function="spread"))

    survivors = {item.change: item.why for item in found if item.state == "survived"}
    change = "value = np.mean(Z ** power, axis=None, keepdims=True)"
    assert survivors[change].startswith("array of shape (2, 5)")


def test_a_mutant_that_hangs_is_killed_and_the_next_is_driven(tmp_path):
    """An endless loop costs its time limit and nothing else."""
    loop = "n = 3\n    while n > 0:\n        n = n - 1\n    Z = X - mu"
    tiny(tmp_path, centre={"Z = X - mu": loop})

    found = list(mutate(tmp_path, "01_tiny", "tiny", function="centre"))

    states = {item.change: item.state for item in found}
    assert states["n = n + 1"] == "killed"
    assert states["Z = X + mu"] == "killed"


def test_threads_read_and_record_notebooks_one_after_another(tmp_path, monkeypatch):
    """Python's parser counts recursion for all threads together, and may fail."""
    write_source(tmp_path)
    inside = []
    overlaps = []

    def record(*args):
        overlaps.extend(inside)
        inside.append("recording")
        time.sleep(0.05)
        inside.pop()

    monkeypatch.setattr(processes, "record", record)
    with ThreadPoolExecutor(3) as pool:
        stores = [
            pool.submit(processes.todays_store, tmp_path, "01_tiny", "tiny")
            for _ in range(3)
        ]
    assert [store.result() for store in stores] == [None] * 3
    assert not overlaps


def test_inputs_that_break_the_solution_are_named(tmp_path):
    """A generator whose inputs the solution refuses is a mistake of ours."""
    tiny(tmp_path, INPUTS.replace("tuple(rng.integers(1, 6, 2))", "()"))

    with pytest.raises(MutationError, match="centre: the solution stops with"):
        list(mutate(tmp_path, "01_tiny", "tiny"))


def test_a_sample_of_all_mutants_is_killed_or_agrees():
    """No change of a solution that changes what it does gets full marks."""
    notebooks = sorted(
        (path.parent.name, path.stem) for path in (ROOT / "source").glob("*/*.ipynb")
    )

    results = drive_all(ROOT, notebooks, sample=300, seed=7, jobs=2)

    survivors = [item for _, item in results if item.state == "survived"]
    assert survivors == []
    assert len(results) >= 290


def test_the_command_reports_and_says_whether_any_survived(tmp_path):
    """It ends with 0 when every mutant is killed or agrees."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "autograder", "mutate"),
            *("01_logistic_regression", "numpy_basics", "--function", "L2"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0
    assert "0 survived" in done.stdout
    assert "contract mutants, 0 not as the contract says" in done.stdout


def test_what_a_contract_forbids_is_killed_and_told_and_the_rest_is_right():
    """Of every assignment one notebook: each mutant of a contract holds."""
    for assignment, notebook in (
        ("01_logistic_regression", "numpy_basics"),
        ("04_regularization", "initialization"),
        ("05_optimization", "mini_batches_and_momentum"),
    ):
        found = list(mutate(ROOT, assignment, notebook, contracts=True))

        assert [(m.function, m.change, m.state) for m in found if not m.held] == []
        assert any(m.term for m in found)
        assert any(not m.term for m in found)
