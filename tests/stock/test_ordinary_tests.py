"""Assignments of nbgrader's own kind, and notebooks that mix both kinds."""

import csv
import io
import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console
from traitlets.config import Config

from autograder.batch.run import GradingRun
from autograder.cli.bundle import bundle
from autograder.cli.console import console
from autograder.cli.gates import gates
from autograder.cli.grade import grade_assignment
from autograder.cli.main import main
from autograder.cli.mutate import mutate_command
from autograder.cli.quality import quality_command
from autograder.cli.show import show
from autograder.doors.api import grade
from autograder.errors import CourseError
from autograder.nbgrader.configuration import configure
from autograder.nbgrader.course import Course, reason
from autograder.nbgrader.execution import JudgedExecute
from autograder.nbgrader.marking import read_sheet, write_sheet
from autograder.quality.demonstration import hand_in
from autograder.reports.findings import read_findings
from autograder.reports.ordinary_tests import unsafe_cells, weaknesses
from autograder.store import AssertCell
from tests.conftest import ROOT
from tests.course import CATALOGUE, CENTRE, CENTRE_CHECK, SETUP, autograde, code

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

# What an instructor writes to move a course in.
CONFIG = """from autograder.nbgrader.configuration import configure

c = get_config()
configure(c, __file__, "another-course")
"""
DOUBLE = """def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION"""
SHELL = "%%bash\nls -la | wc -l && echo 'done'"
BESIDE = "\nfrom beside import LIMIT\nassert LIMIT == 3"
TRIPLE_ALONE = "%matplotlib inline\ndef triple(x):\n    return 3 * x"
HIDDEN = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-1.5) == -3
### END HIDDEN TESTS"""


def stock_notebook() -> nbformat.NotebookNode:
    """Return a source notebook as other courses have them: nbformat 4.2, no ids."""
    task = new_markdown_cell("Draw something.")
    task.metadata["nbgrader"] = {
        "grade": False,
        "grade_id": "draw",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": True,
    }
    skipped = new_code_cell("double = None  # nbgrader does not run it")
    skipped.metadata["tags"] = ["skip-execution"]
    cells = [
        new_markdown_cell("# Stock"),
        new_code_cell(SHELL),
        code("double", DOUBLE, "solution"),
        skipped,
        code("double-tests", HIDDEN, "check", 2),
        code("triple", TRIPLE_ALONE, "solution"),
        code("triple-tests", "min(2.0, triple(0.5))", "check", 2),
        code("print", "print('Success!')", "check", 1),
        task,
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "display_name": "An environment",
        "language": "python",
        "name": "conda-env-other-py",
    }
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        cell.pop("id", None)
    return notebook


def mixed_notebook() -> nbformat.NotebookNode:
    """Return a source notebook with a check cell and a cell of asserts."""
    asserts = "assert double(3) == 6\n### BEGIN HIDDEN TESTS\nassert double(0) == 0\n"
    cells = [
        code("setup", SETUP.replace("tiny", "mixed") + BESIDE, "locked"),
        new_code_cell(SHELL, id="shell"),
        new_code_cell("%time answer = 42\nfiles = !ls", id="timed"),
        new_code_cell("assert answer == 42", id="reads-timed"),
        code("centre", CENTRE, "solution"),
        code("centre-check", CENTRE_CHECK, "check", 3),
        code("double", DOUBLE, "solution"),
        code("double-tests", asserts + "### END HIDDEN TESTS", "check", 2),
        code("undone", "raise NotImplementedError()", "solution"),
        code("progress", "check.progress()", "locked"),
    ]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with one assignment of each kind, generated."""
    root = tmp_path_factory.mktemp("another-course")
    (root / "nbgrader_config.py").write_text(CONFIG)
    for name, notebook in (("stock", stock_notebook()), ("mixed", mixed_notebook())):
        folder = root / "source" / name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    catalogue = CATALOGUE.split("[[tiny.spread]]")[0].replace("tiny", "mixed")
    (root / "source" / "mixed" / "misconceptions.toml").write_text(catalogue)
    (root / "source" / "mixed" / "beside.py").write_text("LIMIT = 3\n")
    made = Course(root)
    made.generate("stock")
    made.generate("mixed")
    return made


def graded(course, assignment, student, answers, change=None):
    """Hand in a release with answers; return points by cell and the notebook."""
    path = course.root / "release" / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    if change is not None:
        change(notebook)
    folder = course.root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")

    assert autograde(course, assignment, student) == ""

    with course.gradebook() as book:
        found = book.find_submission_notebook(assignment, assignment, student)
        points = {grade.cell.name: grade.auto_score for grade in found.grades}
    out = course.root / "autograded" / student / assignment / path.name
    return points, nbformat.read(out, as_version=4)


RIGHT = {
    "double": "def double(x):\n    return x + x",
    "triple": "def triple(x):\n    return 3 * x",
}


def flags_of(notebook):
    """Return kind and cell of what a person should look at."""
    return {(kind, cell) for kind, cell, _ in notebook.metadata.course["flags"]}


def test_a_stock_release_is_what_nbgrader_releases(course):
    """No ids, no metadata, no file beside it, and nothing hidden."""
    folder = course.root / "release" / "stock"
    form = json.loads((folder / "stock.ipynb").read_text())

    assert [path.name for path in folder.iterdir()] == ["stock.ipynb"]
    assert form["nbformat_minor"] == 2
    assert not any("id" in cell for cell in form["cells"])
    assert "HIDDEN" not in str(form) and "2 * x" not in str(form)
    assert "course" not in form["metadata"]


def test_what_is_released_without_cases_is_generated_anew(course):
    """nbgrader would skip it, and grading would ask for it to be generated."""
    cases = course.root / "cases" / "stock" / "stock.json"
    content = cases.read_bytes()
    cases.unlink()

    skipped = course.api.generate_assignment("stock", force=False)
    there = cases.exists()
    course.api.generate_assignment("stock", force=True)

    assert (skipped["success"], there) == (False, False)
    said = " ".join(skipped["log"].split())
    assert "`nbgrader generate_assignment stock --force`" in said
    assert cases.read_bytes() == content
    assert course.api.generate_assignment("stock", force=False)["success"]


def waiting(course):
    """Return what the gradebook says of a learner's cells: marks, and who waits."""
    with course.gradebook() as book:
        found = book.find_submission_notebook("stock", "stock", "drawer")
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade)
            for grade in found.grades
        }


def test_what_no_machine_marks_waits_for_a_person_however_it_is_graded(
    course, tmp_path
):
    """A task, and a cell that the gradebook alone still knows."""
    ours = Course(Path(shutil.copytree(course.root, tmp_path / "ours")))
    with ours.gradebook() as book:
        book.add_grade_cell("gone", "stock", "stock", cell_type="code", max_score=1)
    for folder in (ours.root / "submitted").glob("*"):
        shutil.rmtree(folder)
    theirs = Course(Path(shutil.copytree(ours.root, tmp_path / "theirs")))
    release = ours.root / "release" / "stock"
    shutil.copytree(release, ours.root / "submitted" / "drawer" / "stock")
    grade_assignment(Console(file=io.StringIO()), ours, "stock")

    graded(theirs, "stock", "drawer", {})

    assert waiting(ours) == waiting(theirs)
    assert waiting(ours)["draw"] == waiting(ours)["gone"] == (None, True)


@pytest.mark.parametrize(
    "section", ["Execute", "ExecutePreprocessor", "NotebookClient", "JudgedExecute"]
)
def test_a_course_may_set_the_time_of_a_cell_by_any_name(section, tmp_path):
    """A limit that counted for less than ours would cost marks in silence."""
    config = Config()
    configure(config, tmp_path)
    config[section].timeout = 300

    assert JudgedExecute(config=config).timeout == 300


def test_right_answers_earn_all_points_with_partial_credit(course):
    points, notebook = graded(course, "stock", "right", RIGHT)

    assert {name: value for name, value in points.items() if name != "draw"} == {
        "double-tests": 2.0,
        "triple-tests": 1.5,
        "print": 1.0,
    }
    assert "BEGIN HIDDEN TESTS" in str(notebook.cells)


def test_what_is_missing_where_tests_are_graded_is_flagged(course):
    """A module, and what cells of the release need; not a learner's own files."""
    reads = "open('not_here.csv')"
    tests = "import no_such_module\nassert double(2) == 4"
    path = course.root / "source" / "needs" / "needs.ipynb"
    path.parent.mkdir()
    cells = [
        new_code_cell(reads),
        code("double", DOUBLE, "solution"),
        code("double-tests", tests, "check", 2),
        code("kind", "assert True", "check", 1),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    course.generate("needs")

    _, notebook = graded(course, "needs", "lacks", {"double": reads})

    name = notebook.cells[0].id
    assert notebook.metadata.course["flags"] == [
        ["environment", name, "FileNotFoundError"],
        ["module", "double-tests", "No module named 'no_such_module'"],
    ]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("helpers.py", "helpers"),
        ("helpers/__init__.py", "helpers"),
        ("helpers/tools.py", "helpers.tools"),
    ],
)
def test_a_module_beside_the_notebook_may_be_called_helpers(course, name, module):
    """As the package of ours is; and nobody sees that another one was there."""
    assignment = f"beside-{Path(name).stem.strip('_')}"
    path = course.root / "source" / assignment / f"{assignment}.ipynb"
    own = path.parent / name
    own.parent.mkdir(parents=True)
    own.write_text("def twice(x):\n    return 2 * x\n")
    first = f"from {module} import twice"
    cells = [
        new_code_cell(first),
        code("double", DOUBLE, "solution"),
        code("tests", "assert twice(3) == double(3)", "check", 1),
        code("numbers", f"assert In[1] == {first!r}", "check", 1),
        code("names", "assert '_prepare' not in dir()", "check", 1),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    course.generate(assignment)

    points, notebook = graded(course, assignment, "right", RIGHT)

    assert points == {"tests": 1, "numbers": 1, "names": 1}
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4, 5]


def test_a_module_that_hides_our_checks_is_refused(course):
    """Learners' checks would find another package of that name."""
    hiding = course.root / "source" / "mixed" / "helpers.py"
    hiding.write_text("")
    try:
        with pytest.raises(CourseError, match=r"helpers\.py beside mixed"):
            course.generate("mixed")
    finally:
        hiding.unlink()


def test_only_the_release_says_what_is_not_run(course):
    """A test that a learner has tagged shows no error in nbgrader, which is all."""

    def tag(notebook):
        for cell in notebook.cells:
            cell.metadata["tags"] = ["skip-execution"]

    points, _ = graded(course, "stock", "tags", {"double": "double = 2"}, tag)

    assert points["double-tests"] == 0


def test_a_hidden_test_decides(course):
    answers = RIGHT | {"double": "def double(x):\n    return abs(2 * x)"}
    points, _ = graded(course, "stock", "hidden", answers)

    assert points["double-tests"] == 0


def test_an_untouched_release_earns_what_cannot_fail(course):
    points, _ = graded(course, "stock", "untouched", {})

    assert sum(value or 0 for value in points.values()) == 1.0


def test_a_cell_that_did_not_run_earns_nothing(course):
    """nbgrader would give all points for a cell without any output."""
    deadly = "import os\ndouble = lambda x: os._exit(1)"
    points, notebook = graded(course, "stock", "killed", RIGHT | {"double": deadly})

    assert points["double-tests"] == 0
    assert ("not judged", "double-tests") in flags_of(notebook)
    assert points["triple-tests"] == 1.5


def test_errors_that_are_hidden_from_view_count(course):
    """What a cell shows is the learner's to change; whether it stopped is not shown."""
    quiet = (
        "from IPython.core.interactiveshell import InteractiveShell as S\n"
        "S.showtraceback = lambda *_, **__: None"
    )
    points, _ = graded(course, "stock", "quiet", RIGHT | {"double": quiet})

    assert points["double-tests"] == 0


def test_a_number_that_is_no_mark_is_shown_to_a_person(course):
    answers = RIGHT | {"triple": "def triple(x):\n    return float('-inf')"}
    points, notebook = graded(course, "stock", "odd", answers)

    assert points["triple-tests"] == 2
    assert ("odd mark", "triple-tests") in flags_of(notebook)


def test_more_than_all_points_costs_only_that_cell(course):
    def change(notebook):
        notebook.cells.insert(1, new_code_cell("min = lambda *_: 99.0"))

    points, notebook = graded(course, "stock", "more", RIGHT, change)

    assert points["triple-tests"] == 0 and points["double-tests"] == 2
    assert ("not judged", "triple-tests") in flags_of(notebook)


def test_work_on_a_task_in_cells_of_ones_own_needs_no_flag(course):
    def change(notebook):
        notebook.cells.append(new_markdown_cell("My drawing: a cat."))

    _, notebook = graded(course, "stock", "drawing", RIGHT, change)

    assert {kind for kind, _ in flags_of(notebook)} <= {"unanswered"}
    assert "a cat" in str(notebook.cells)


def test_what_is_written_into_a_task_stands_below_it(course):
    """It answers no other question, and the task's text is put back."""

    def change(notebook):
        notebook.cells[-1].source += "\n\nI cannot draw."
        notebook.cells.append(new_markdown_cell("But I tried."))

    _, notebook = graded(course, "stock", "into", RIGHT, change)

    assert [cell.source for cell in notebook.cells[-3:]] == [
        "Draw something.",
        "I cannot draw.",
        "But I tried.",
    ]
    assert {kind for kind, _ in flags_of(notebook)} <= {"unanswered"}


def test_a_sheet_shows_what_was_done_about_a_task(course, tmp_path):
    """Not the task itself, which all have in common; code keeps its indentation."""

    def draw(notebook):
        notebook.cells.append(new_markdown_cell("A circle."))
        notebook.cells.append(new_code_cell("if True:\n\tfor i in x:\n\t\tdraw(i)"))

    graded(course, "stock", "draws", RIGHT, draw)
    sheet = tmp_path / "marks.csv"
    write_sheet(course, "stock", sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [one for one in rows if one["learner"] == "draws"]
    row["mark"] = "1.5"
    with open(sheet, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    reading = read_sheet(course, "stock", sheet)

    lines = ["if True:", "    for i in x:", "        draw(i)"]
    assert row["answer"].split("\n") == ["A circle.", "", *lines]
    assert (row["question"], reading.marks, reading.refused) == ("draw", 1, [])


def test_a_damaged_file_earns_nothing_even_where_nothing_can_fail(course):
    folder = course.root / "submitted" / "damaged" / "stock"
    folder.mkdir(parents=True)
    (folder / "stock.ipynb").write_text("{")

    assert autograde(course, "stock", "damaged") == ""

    rows = {row.student: row for row in course.grades("stock")}
    assert rows["damaged"].marks.code == 0
    assert "damaged" in rows["damaged"].flags


def test_nothing_is_graded_without_running(course):
    folder = course.root / "submitted" / "sent" / "stock"
    folder.mkdir(parents=True)
    (folder / "stock.ipynb").write_bytes(
        (course.root / "release" / "stock" / "stock.ipynb").read_bytes()
    )
    other = Course(course.root)
    other.config.Execute.enabled = False
    other.api.config = other.config

    assert "without running" in autograde(other, "stock", "sent")


def test_a_notebook_may_mix_checks_and_asserts(course):
    """Each cell is judged by its own kind, with hidden tests of both."""
    answers = {"centre": CENTRE, "double": RIGHT["double"]}
    points, _ = graded(course, "mixed", "right", answers)
    wrong = {"centre": CENTRE.replace("axis=1", "axis=0"), "double": "double = abs"}
    some, notebook = graded(course, "mixed", "wrong", wrong)

    assert points == {"centre-check": 3.0, "double-tests": 2.0}
    assert some["double-tests"] == 0
    assert some["centre-check"] < 3
    functions = notebook.metadata.course["functions"]
    assert functions["centre"]["entry"] == "mean of the columns"


def test_hidden_cases_of_checks_stay_secret_in_a_mixed_notebook(course):
    with course.gradebook() as book:
        cells = {
            c.name: c.source for c in book.find_notebook("mixed", "mixed").source_cells
        }

    assert "HIDDEN" in cells["double-tests"]
    assert "HIDDEN" not in cells["centre-check"] and "8675309" not in str(cells)
    assert "HIDDEN" not in (course.root / "release/mixed/mixed.ipynb").read_text()


def test_the_report_names_cells_whose_scoring_is_less_safe(course):
    found = {cell.cell: cell for cell in unsafe_cells(course, "stock")}

    assert list(found) == ["double-tests", "triple-tests", "print"]
    assert "hidden tests can be read" in " ".join(found["double-tests"].reasons)
    assert "NaN earns all points" in " ".join(found["triple-tests"].reasons)
    assert "nothing in it can fail" in " ".join(found["print"].reasons)
    assert [c.cell for c in unsafe_cells(course, "mixed")] == ["double-tests"]


def test_tests_that_return_nothing_are_no_partial_credit():
    assert weaknesses(AssertCell(1, "assert_equal(f(1), 2)")) == ["same process"]
    assert weaknesses(AssertCell(1, "score(f)")) == ["same process", "printed"]


@pytest.mark.parametrize(
    ("change", "waits"),
    [("metadata", True), ("beside", True), ("far", False), ("none", False)],
)
def test_code_that_a_person_marks_is_not_lost_beside_its_cell(course, change, waits):
    """A cell that lost its metadata, or stands beside the untouched one."""

    def changed(notebook):
        place = next(
            i
            for i, cell in enumerate(notebook.cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "by-hand"
        )
        if change == "metadata":
            notebook.cells[place].source = "print('a figure')"
            notebook.cells[place].metadata.pop("nbgrader")
            notebook.cells[place]["id"] = "another"
        elif change == "beside":
            notebook.cells.insert(place + 1, new_code_cell("print('a figure')"))
        elif change == "far":
            notebook.cells.insert(1, new_code_cell("print('a figure')"))

    source = course.root / "source" / "drawn" / "drawn.ipynb"
    if not source.exists():
        source.parent.mkdir()
        cells = [
            code("one", "one = 1", "solution"),
            code("one-tests", "assert one == 1", "check", 1),
            code("by-hand", "### BEGIN SOLUTION\n2\n### END SOLUTION", "written", 2),
            code("two", "two = 2", "solution"),
        ]
        nbformat.write(new_notebook(cells=cells), source)
        course.generate("drawn")

    _, notebook = graded(course, "drawn", change, {}, changed)

    assert (("own code", "by-hand") in flags_of(notebook)) == waits
    with course.gradebook() as book:
        found = book.find_submission_notebook("drawn", "drawn", change)
        grade = next(grade for grade in found.grades if grade.name == "by-hand")
        assert (grade.auto_score, grade.needs_manual_grade) == (0, waits)


def test_the_runner_grades_stock_assignments_alike(course, monkeypatch):
    """What `python -m autograder grade` writes is what `nbgrader autograde` writes."""
    before = {row.student: row.marks.code for row in course.grades("stock")}
    (course.root / "submitted" / "sent").rename(course.root / "sent")
    monkeypatch.chdir(course.root)
    grade_assignment(
        Console(quiet=True), Course(course.root), "stock", force=True, jobs=1
    )

    assert before == {row.student: row.marks.code for row in course.grades("stock")}


def test_a_mark_given_to_code_by_hand_is_to_be_confirmed(course, monkeypatch):
    """It stands when the work is graded anew, and nothing went wrong on our side."""
    graded(course, "stock", "marked", {})
    with course.gradebook() as book:
        found = book.find_submission_notebook("stock", "stock", "marked")
        grade = next(g for g in found.grades if g.cell.name == "double-tests")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    monkeypatch.chdir(course.root)
    command = ["grade", "stock", "--student", "marked", "--force", "--jobs", "1"]

    result = CliRunner().invoke(main, command)

    said = " ".join(result.output.split())
    assert "graded anew, and marks that you gave to their code wait" in said
    assert "confirm them: marked" in said
    assert result.exit_code == 1
    row = next(row for row in course.grades("stock") if row.student == "marked")
    assert row.flags == ["confirm"]
    assert row.marks.code >= 1.5
    reasons = {
        found.student: found.reasons()
        for found in read_findings(course, "stock").submissions
    }["marked"]
    assert reasons == ["stock was graded anew under marks of a person: double-tests"]


def test_a_student_whom_the_gradebook_has_forgotten_is_named(course):
    graded(course, "stock", "removed", RIGHT)
    with course.gradebook() as book:
        book.remove_student("removed")

    said = reason(course.api.generate_feedback("stock", "removed"))

    assert "the gradebook has no work of removed in stock: grade it, or remove" in said


def test_one_notebook_is_graded_alike_without_a_course(course):
    """What a service or a script gets names cells of ordinary tests, too."""
    path = course.root / "submitted" / "wrong" / "mixed" / "mixed.ipynb"
    result = grade(path, "mixed", cases=course.root / "cases")

    assert [(cell.id, cell.out_of) for cell in result.cells] == [
        ("centre-check", 3.0),
        ("double-tests", 2.0),
    ]
    assert result.cells[1].points == 0


@pytest.mark.parametrize(
    ("assignment", "learner", "earned"),
    [
        ("stock", "perfect", 4.5),
        ("stock", "half_done", 3),
        ("stock", "duplicated_cells", 4.5),
        ("stock", "syntax_error", 2.5),
        ("mixed", "perfect", 5),
        ("mixed", "untouched", 0),
    ],
)
def test_a_made_up_class_hands_in_ordinary_assignments(
    course, assignment, learner, earned
):
    """Solutions by nbgrader's markers, in its older format, and no catalogue."""
    learners = hand_in(course, assignment)

    assert autograde(course, assignment, learner) == ""
    assert ("second_mistakes" in learners) == (assignment == "mixed")
    with course.gradebook() as book:
        found = book.find_submission_notebook(assignment, assignment, learner)
        assert sum(grade.auto_score or 0 for grade in found.grades) == earned


def test_the_tests_of_a_new_course_let_ordinary_assignments_be(course):
    """They have no cases, and no catalogue to be held against."""
    template = ROOT / "autograder/delivery/course_template/tests/test_course.py.in"
    holds = runpy.run_path(str(template))[
        "test_the_solution_earns_all_points_and_known_mistakes_do_not"
    ]

    holds(course.root / "source" / "mixed" / "mixed.ipynb")
    with pytest.raises(pytest.skip.Exception, match="nbgrader validate"):
        holds(course.root / "source" / "stock" / "stock.ipynb")


def test_an_appeal_shows_what_ordinary_tests_earned_and_showed(course, monkeypatch):
    """Each cell with its mark and what it showed last, beside the cases of checks."""
    monkeypatch.chdir(course.root)
    monkeypatch.setattr(console, "_width", 200)
    halved = {"double": "def double(x):\n    return x / 2"}
    graded(course, "mixed", "appeals", halved)
    graded(course, "stock", "appeals", RIGHT)

    mixed = CliRunner().invoke(show, ["mixed", "appeals"]).output
    stock = CliRunner().invoke(show, ["stock", "appeals"]).output
    whole = CliRunner().invoke(show, ["mixed", "appeals", "double-tests"]).output
    wrong = CliRunner().invoke(show, ["stock", "appeals", "nothing"]).exception

    row = next(line for line in mixed.splitlines() if "double-tests" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "mixed",
        "double-tests",
        "tests",
        "0 of 2",
        "AssertionError",
    ]
    assert "centre:1" in mixed
    assert "triple-tests" in stock and "1.5 of 2" in stock
    assert "assert double(0) == 0" in whole and "0 of 2" in whole
    assert "there are double-tests, triple-tests, print" in str(wrong)


def test_gates_say_where_nothing_is_recorded(course, monkeypatch):
    """Nothing has passed there: no solution was run."""
    monkeypatch.chdir(course.root)

    said = CliRunner().invoke(gates, ["stock"]).output

    assert "passed" not in said
    assert "`nbgrader validate source/stock/stock.ipynb`" in said


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (bundle, [], "the bundle is the repository's own"),
        (mutate_command, ["stock"], "no solution is to be changed"),
        (quality_command, ["--only", "stock"], "there is nothing to measure"),
        (quality_command, ["--only", "mixed"], "source/mixed has no inputs.py"),
    ],
)
def test_commands_for_courses_with_checks_say_so(
    course, monkeypatch, command, arguments, said
):
    """They stand in the list of commands of any course."""
    monkeypatch.chdir(course.root)

    result = CliRunner().invoke(command, arguments)

    assert isinstance(result.exception, CourseError)
    assert said in str(result.exception)


@pytest.mark.parametrize("change", ["notebook", "cell", "text", "kind", "header"])
def test_what_the_gradebook_cannot_change_stops_before_anything_is_removed(
    course, change, monkeypatch
):
    """nbgrader removes the release first, and then says so in a traceback."""
    graded(course, "stock", f"there-{change}", RIGHT)
    source = course.root / "source" / "stock"
    release = course.root / "release" / "stock" / "stock.ipynb"
    before, content = release.read_bytes(), (source / "stock.ipynb").read_bytes()
    if change == "notebook":
        (source / "more.ipynb").write_bytes(content)
    elif change == "header":
        header = new_notebook(cells=[code("read-me", "import math", "locked")])
        nbformat.write(header, course.root / "header.ipynb")
        monkeypatch.setattr(
            course.config.IncludeHeaderFooter, "header", "header.ipynb", raising=False
        )
    else:
        notebook = stock_notebook()
        settings = notebook.cells[-2].metadata.nbgrader
        if change == "cell":
            settings["grade_id"] = "other"
        elif change == "kind":
            settings |= {"grade": True, "solution": True, "locked": False}
        else:
            notebook.cells.insert(1, code("read-me", "import math", "locked"))
        nbformat.write(notebook, source / "stock.ipynb")
    try:
        with pytest.raises(CourseError) as stopped:
            course.generate("stock")
    finally:
        monkeypatch.undo()
        (source / "more.ipynb").unlink(missing_ok=True)
        (source / "stock.ipynb").write_bytes(content)

    named = {"notebook": "more", "cell": "stock: other, stock: print"}
    named |= {"kind": "stock: print", "text": "stock: read-me"}
    assert f"({named.get(change, named['text'])})" in str(stopped.value)
    assert "`nbgrader db assignment remove stock --force`" in str(stopped.value)
    assert release.read_bytes() == before
    course.generate("stock")


def test_the_example_course_of_nbgrader_moves_in(tmp_path):
    """Our lines stand before its own settings, and its solutions earn all points."""
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "quickstart", "example"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    root = tmp_path / "example"
    settings = root / "nbgrader_config.py"
    settings.write_text(CONFIG + settings.read_text())
    example = Course(root)
    example.generate("ps1")
    hand_in(example, "ps1")

    assert autograde(example, "ps1", "perfect") == ""
    with example.gradebook() as book:
        marks = [
            (grade.auto_score, grade.max_score)
            for notebook in book.find_submission("ps1", "perfect").notebooks
            for grade in notebook.grades
            if grade.auto_score is not None
        ]
    assert len(marks) >= 3
    assert all(mark == most for mark, most in marks)
    example.api.generate_feedback("ps1", "perfect")
    page = root / "feedback" / "perfect" / "ps1" / "problem1.html"
    assert 'src="data:image/png' in page.read_text(encoding="utf-8")


def test_a_kernel_that_is_not_python_is_refused_by_name(course):
    path = course.root / "source" / "other" / "other.ipynb"
    path.parent.mkdir()
    cells = [new_code_cell("x <- c(1, 2)\nmean(x)"), code("one", "1", "check", 1)]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "ir",
        "language": "R",
        "display_name": "R",
    }
    nbformat.write(notebook, path)
    made = course.api.generate_assignment("other")
    assert "its kernel 'ir' is not Python's" in made["log"]
    folder = course.root / "submitted" / "someone" / "other"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "other.ipynb")

    said = autograde(course, "other", "someone")

    assert said.count("'ir' is not Python's") == 1
    with pytest.raises(CourseError, match="'ir' is not Python's"):
        GradingRun(course, "other")  # said once, not for each learner
    assert not (course.root / "autograded" / "someone" / "other").exists()
