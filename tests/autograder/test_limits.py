"""A limit ends a notebook for good; all runs of a notebook share its limits."""

import time

import pytest
from traitlets.config import Config

from autograder.nbgrader import execution
from helpers.strings import FOLDER, speaking, text
from tests.autograder.test_session import execute

pytestmark = pytest.mark.slow

DEAF = """
import time
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""
HOARD = """
import os, time
import numpy as np
for _ in range(3):
    if os.fork() == 0:
        hoard = np.ones(2**24)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""


@pytest.fixture
def runs(monkeypatch):
    """Return a list that grows with each run of a notebook."""
    begun = []

    class Counted(execution.Session):
        def __init__(self, *arguments):
            begun.append(time.monotonic())
            super().__init__(*arguments)

    monkeypatch.setattr(execution, "Session", Counted)
    return begun


def test_what_has_exceeded_a_limit_is_not_run_again(runs, tmp_path):
    """Memory of all its processes: one run, and the learner reads why."""
    config = Config({"Sandbox": {"memory": 200}})

    notebook = execute(["print(1)", HOARD, "print(2)"], tmp_path, config=config)

    assert len(runs) == 1
    assert notebook.metadata.course["flags"] == [["limit", "", "memory"]]
    assert notebook.cells[0].outputs[0].text == "1\n"


def test_all_runs_of_a_notebook_share_its_time(runs, tmp_path):
    """A cell that cannot be interrupted, three times: no longer than once."""
    config = Config({"Sandbox": {"wall": 12}})
    began = time.monotonic()

    execute([DEAF, DEAF, DEAF], tmp_path, config=config, ping_seconds=1)

    # Each run beyond the first has at least a second, and begins in some.
    assert time.monotonic() - began < 12 + 3 * 10


def test_a_crash_costs_its_cell_only(runs, tmp_path):
    """It is no limit: the rest is run without the cell."""
    notebook = execute(["print(1)", "import os; os._exit(3)", "print(2)"], tmp_path)

    assert len(runs) == 2
    assert [cell.outputs[0].text for cell in notebook.cells] == [
        "1\n",
        text("feedback.dead_cell"),
        "2\n",
    ]


def test_a_cell_that_shows_too_much_is_stopped_and_the_rest_runs(runs, tmp_path):
    """The learner reads that something is left out."""
    flood = "from IPython.display import display\nwhile True: display({}, raw=True)"

    notebook = execute([flood, "print(2)"], tmp_path)

    assert len(runs) == 1
    assert text("outputs.number") in notebook.cells[0].outputs[-1].data["text/plain"]
    assert notebook.cells[1].outputs[0].text == "2\n"


def test_cells_after_half_of_the_time_are_not_run(runs, tmp_path):
    """The other half is for judging what was checked by then."""
    config = Config({"Sandbox": {"wall": 16}})

    notebook = execute(
        ["import time; time.sleep(60)", "print(2)"], tmp_path, config=config
    )

    assert len(runs) == 1
    assert notebook.cells[1].outputs[0].text == text("feedback.out_of_time")


@pytest.mark.parametrize("language", [path.stem for path in FOLDER.glob("*.toml")])
def test_a_reason_is_read_as_it_was_written(language):
    """With what stands between its words, in every language."""
    with speaking(language):
        reason = text("feedback.limit", limit=text("feedback.limits.memory"))

    assert execution._plain(reason) == reason
