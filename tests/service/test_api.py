"""One notebook in, its result out: what programs and their users are told."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell

import autograder
from autograder.doors.prairielearn import results_form
from autograder.doors.result import result_of
from autograder.errors import CourseError
from autograder.store import AssertCell, read_store
from tests.conftest import ROOT
from tests.course import CENTRE, SPREAD, autograde

pytestmark = pytest.mark.slow

SCHEMA = json.loads((ROOT / "docs" / "result.schema.json").read_text())
MISTAKE = CENTRE.replace("axis=1", "axis=0")
HINT = "One of the two axes runs over examples. Which one?"


@pytest.fixture(scope="module")
def work(tiny_course, tmp_path_factory):
    """Return a function that writes a learner's file, far from any course."""

    def work(centre=CENTRE, more="", name="tiny.ipynb", why="As rows differ."):
        release = tiny_course.root / "release" / "01_tiny" / "tiny.ipynb"
        notebook = nbformat.read(release, as_version=4)
        for cell in notebook.cells:
            if cell["id"] in ("centre", "spread", "why"):
                answers = {"centre": centre, "spread": SPREAD, "why": why}
                cell.source = answers[cell["id"]]
        notebook.cells.insert(2, new_code_cell(more))
        path = tmp_path_factory.mktemp("work") / name
        nbformat.write(notebook, path)
        return path

    return work


@pytest.fixture(scope="module")
def grade(tiny_course):
    """Return a function that grades a file by the cases alone."""
    cases = tiny_course.root / "cases"
    return lambda what, **more: autograder.grade(what, "01_tiny", cases=cases, **more)


def test_a_fault_in_writing_feedback_costs_no_marks(work, grade, monkeypatch, caplog):
    """It is logged with its traceback."""

    def fault(*_):
        raise RuntimeError("ours")

    monkeypatch.setattr("autograder.doors.result.cell_html", fault)
    monkeypatch.setattr("autograder.doors.result.hints_of", fault)
    result = grade(work(centre=MISTAKE))

    assert result.points > 0
    assert "The feedback of centre" in caplog.text and "ours" in caplog.text


def test_a_right_notebook_earns_all_and_waits_for_its_written_answer(work, grade):
    """Points of functions, and those that a person gives, are told apart."""
    result = grade(work())

    assert (result.points, result.out_of, result.waiting) == (7, 7, 1)
    assert [function.state for function in result.functions] == ["right", "right"]
    assert [answer.answered for answer in result.written] == [True]
    assert result.judged and result.sandbox not in ("", "none")


def test_a_known_mistake_comes_with_its_name_and_hint(work, grade):
    """The function that only calls it keeps its marks, and says why."""
    result = grade(work(MISTAKE))
    centre, spread = result.functions

    assert centre.mistake == "mean of the columns"
    assert HINT in [hint.sentence for hint in centre.hints]
    assert centre.cases[0].mark == 0 and "value" in centre.cases[0].said
    assert spread.with_reference == ("centre",)
    assert [cell.points for cell in result.cells] == [0, 4]


def test_a_cell_that_stops_is_named_with_its_error(work, grade):
    """Where no function came of it; an exception of a learner's own is not named."""
    for more, said in (
        ("", "stopped with SyntaxError"),
        ("class Own(Exception): pass\nraise Own\n", "did its cell stop with an error"),
    ):
        result = grade(work(f"{more}{CENTRE}" if more else f"{CENTRE} +"))

        assert said in result.functions[0].said


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda work: work(), id="right"),
        pytest.param(lambda work: work(MISTAKE), id="mistake"),
        pytest.param(lambda work: work("centre = 3"), id="no-function"),
        pytest.param(lambda work: work(more="import os; os._exit(1)"), id="dies"),
        pytest.param(lambda work: b'{"cells": [', id="truncated"),
        pytest.param(lambda work: b"", id="empty"),
        pytest.param(lambda work: Path("/dev/zero"), id="device"),
    ],
)
def test_every_result_is_of_the_documented_form(work, grade, content):
    """Nothing that a submission holds raises, and nothing hidden is printed."""
    result = grade(content(work), name="tiny")
    printed = json.dumps(result.form())

    jsonschema.validate(json.loads(printed), SCHEMA)
    assert "8675309" not in printed


def test_a_result_is_what_a_class_gets(work, grade, tiny_course, hand_in):
    """The same marks as `nbgrader autograde` writes into the gradebook."""
    path = work(MISTAKE)
    hand_in("api", raw=path.read_bytes())
    assert autograde(tiny_course, "01_tiny", "api") == ""
    row = next(row for row in tiny_course.grades("01_tiny") if row.student == "api")
    result = grade(path)

    assert result.points == row.marks.code
    assert [f.mistake for f in result.functions if f.mistake] == row.mistakes


def test_a_notebook_that_is_not_there_earns_nothing(work, tiny_course, tmp_path):
    """It is judged: the learner handed nothing in, and nobody has to look."""
    whole = autograder.grade_folder(work().parent, "01_tiny", cases=_cases(tiny_course))
    (tmp_path / "notes.txt").write_text("my work")
    [none] = autograder.grade_folder(tmp_path, "01_tiny", cases=_cases(tiny_course))

    jsonschema.validate(none.form(), SCHEMA)
    assert (none.points, none.out_of, none.judged) == (0, 7, True)
    assert none.notes == ("tiny.ipynb was not handed in.",)
    assert [flag["urgent"] for flag in none.flags] == [False]
    assert [one.name for one in none.functions] == [
        one.name for one in whole[0].functions
    ]
    assert results_form([none])["gradable"] is False


def test_a_folder_that_is_a_link_was_not_handed_in(work, tiny_course, tmp_path):
    """A repository may hold one that leads to the solution."""
    (tmp_path / "work").symlink_to(work().parent)
    folder = str(tmp_path / "work") + "/"
    [none] = autograder.grade_folder(folder, "01_tiny", cases=_cases(tiny_course))

    assert (none.points, none.flags[0]["kind"]) == (0, "missing")


def test_a_folder_holds_a_notebook_under_any_name(work, tiny_course):
    """One file is graded; of several none, and the learner is told."""
    path = work(name="my work.ipynb")
    [one] = autograder.grade_folder(path.parent, "01_tiny", cases=_cases(tiny_course))
    (path.parent / "tiny (2).ipynb").write_bytes(work(MISTAKE).read_bytes())
    [two] = autograder.grade_folder(path.parent, "01_tiny", cases=_cases(tiny_course))

    assert (one.points, two.points) == (7, 0)
    assert any("may be it: my work.ipynb, tiny (2).ipynb" in said for said in two.notes)
    assert results_form([two])["gradable"] is False


def _cases(course):
    return course.root / "cases"


def test_files_beside_it_are_there_when_its_cells_run(work, grade, tmp_path):
    """Only what the caller names: by default a notebook is alone."""
    (tmp_path / "notes.txt").write_text("beside")
    path = work(more="print(open('notes.txt').read())")

    assert "FileNotFoundError" in json.dumps(grade(path).graded)
    assert "beside\\n" in json.dumps(grade(path, folder=tmp_path).graded)


def test_a_notebook_is_known_by_its_name_or_by_what_the_caller_says(work, grade):
    """As browsers name copies; one that is of no notebook is refused by name."""
    assert grade(work(name="Tiny (2).ipynb")).points == 7
    renamed = grade(work(name="homework.ipynb"))
    assert renamed.points == 7
    assert [flag["kind"] for flag in renamed.flags] == ["renamed"]
    assert "so homework.ipynb was graded" in renamed.notes[0]
    with pytest.raises(CourseError, match="'x' is no notebook of 01_tiny"):
        grade(b"", name="'x'")
    with pytest.raises(CourseError, match=r"no cases of '\.\./01_tiny'"):
        autograder.grade(b"", "../01_tiny")


def _run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_documented_command_prints_json(work, tiny_course):
    """The line stands in the docs; only names of files are others here."""
    text = (ROOT / "docs" / "doors.md").read_text()
    line = re.search(r"^python -m (autograder grade-file .*--json)$", text, re.M)[1]
    names = {"numpy_basics.ipynb": work(), "01_logistic_regression": "01_tiny"}
    command = [names.get(word, word) for word in shlex.split(line)[1:]]
    run = _run(*command, cwd=tiny_course.root)

    assert run.returncode == 0, run.stderr
    form = json.loads(run.stdout)
    jsonschema.validate(form, SCHEMA)
    assert form["points"] == 7


def test_modules_of_a_learners_do_not_run_where_the_command_is_called(
    work, tiny_course
):
    """Python itself would import them, with all rights of who grades."""
    path = work()
    for name in ("numpy", "click", "socket", "json", "sitecustomize"):
        (path.parent / f"{name}.py").write_text("raise SystemExit('RAN')")
    command = ["grade-file", path.name, "--assignment", "01_tiny"]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *command, "--cases", _cases(tiny_course)],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, "RAN" in done.stderr) == (0, False), done.stderr
    assert "7 of 7 points" in done.stdout


def test_the_summary_and_the_status_say_whether_it_is_enough(work, tiny_course):
    """Markdown with hints for the learner; the status for the job that runs it."""
    path = work(MISTAKE)
    arguments = ["grade-file", path.parent, "--assignment", "01_tiny", "--require"]
    run = _run(*arguments, "60", cwd=tiny_course.root)

    assert run.returncode == 1
    assert "# 01_tiny: 4 of 7 points" in run.stdout
    assert "centre: mean of the columns; 0 of 2 public checks passed" in run.stdout
    assert HINT in run.stdout
    unknown = _run("grade-file", path, "--assignment", "x", cwd=tiny_course.root)
    assert unknown.returncode == 2
    assert "known: 01_tiny" in unknown.stderr


def test_the_documented_job_grades_a_repository(work, tiny_course, tmp_path):
    """The recipe's own lines, in a folder that holds nothing but the checkout."""
    page = (ROOT / "docs" / "doors.md").read_text()
    recipe = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.S)[1])
    checkout, step = recipe["jobs"]["grade"]["steps"]
    clone = tmp_path / checkout["with"]["path"]
    (clone / ".git").mkdir(parents=True)
    (clone / "README.md").write_text("# My work")
    (clone / "tiny.ipynb").write_bytes(work(MISTAKE).read_bytes())
    summary = tmp_path / "summary.md"
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(summary),
        **dict.fromkeys(step["env"], "01_tiny"),
    }
    script = step["run"].replace("/srv/course/cases", str(_cases(tiny_course)))
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, timeout=120
    )

    assert done.returncode == 1  # 57 % of the points
    assert "# 01_tiny: 4 of 7 points" in summary.read_text()
    assert HINT in summary.read_text()


def test_cells_of_ordinary_tests_have_their_points_too(tiny_course, grade, work):
    """nbgrader's own kind of test cell, by the mark that execution gave it."""
    path = tiny_course.root / "cases" / "01_tiny" / "tiny.json"
    tests = {"asserts": AssertCell(2.0, "assert True")}
    store = replace(read_store(path), tests=tests)
    graded = grade(work()).graded
    course = {"verdict": None, "flagged": {"asserts": ""}, "marks": {"asserts": 1.5}}
    result = result_of(store, "tiny", graded, {"course": course})

    assert (result.cells[-1].title, result.cells[-1].points) == ("asserts", 1.5)
    assert result.out_of == 9
    jsonschema.validate(result.form(), SCHEMA)
