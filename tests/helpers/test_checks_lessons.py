"""Checks in a lesson: they report and let the lesson run on."""

import types

from helpers.checks import checks_for
from helpers.checks.checker import Check

WRONG = "def mean_of(values):\n    return 2 * sum(values)\n"
RIGHT = "def mean_of(values):\n    return sum(values) / len(values)\n"
CELL = """check(mean_of, [1.0, 2.0, 6.0])
check(mean_of, [3.0, 3.5, -1.0, 0.0, 8.5])
"""


def _kernel(check, function=WRONG):
    shell = types.SimpleNamespace(execution_count=1)
    namespace = {"check": check, "get_ipython": lambda: shell}
    exec(function, namespace)
    return namespace, shell


def test_a_wrong_answer_is_reported_once_a_cell(capsys):
    """Two checks in one cell make one report, running it again another one."""
    namespace, shell = _kernel(checks_for("00_start_here", lesson=True))
    exec(CELL, namespace)
    first = capsys.readouterr().out
    shell.execution_count = 2
    exec(CELL, namespace)
    second = capsys.readouterr().out

    assert first.count("0 of 2 public cases right") == 1
    assert second.count("0 of 2 public cases right") == 1


def test_a_right_answer_passes_every_case(capsys):
    """A fixed answer is right in all cases, also after a report."""
    namespace, shell = _kernel(checks_for("00_start_here", lesson=True))
    exec(CELL, namespace)
    shell.execution_count = 2
    exec(RIGHT + CELL, namespace)

    assert "mean_of: 2 of 2 public cases right" in capsys.readouterr().out


def test_the_table_of_a_lesson_speaks_of_no_submission(capsys):
    """Nothing of a lesson is handed in, so nothing is promised to run then."""
    checks_for("00_start_here", lesson=True).progress()

    assert "0 of 4 exercises passed; nothing here is graded" in capsys.readouterr().out


def test_a_missing_file_does_not_stop_a_lesson(capsys, tmp_path):
    """Without recorded cases a lesson says so and goes on."""
    check = Check("00_start_here", lesson=True, folder=tmp_path)
    namespace, _ = _kernel(check)
    exec(CELL, namespace)
    check.progress()

    assert capsys.readouterr().out.count("00_start_here.cases.json") == 3
    assert check.frozen("start", lambda: 3.0) == 3.0
