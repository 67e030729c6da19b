"""The whole life of an assignment on stock nbgrader, with the small course."""

import csv
import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.errors import CourseError
from autograder.flags import flags_from
from autograder.nbgrader.course import Course
from autograder.reports.appeal import judge_again, overview, whole_case
from tests.conftest import ROOT
from tests.course import CATALOGUE, CENTRE, SPREAD, autograde, feedback, write_source

pytestmark = [
    pytest.mark.slow,
    # nbgrader 0.9 builds rows in an order that SQLAlchemy 2.1 remarks on.
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

CANARY = "8675309"


def solve(notebook, centre=CENTRE, spread=SPREAD):
    """Put answers into a released notebook."""
    for cell in notebook.cells:
        if cell["id"] in ("centre", "spread"):
            cell.source = {"centre": centre, "spread": spread}[cell["id"]]
        if cell["id"] == "why":
            cell.source = "Because each row has a mean of its own."


def mistaken(notebook):
    solve(notebook, CENTRE.replace("axis=1", "axis=0"))


def with_cell(source, position=2, **answers):
    """Return a change that solves the notebook and inserts a cell."""

    def change(notebook):
        solve(notebook, **answers)
        notebook.cells.insert(position, new_code_cell(source))

    return change


def flooding(notebook):
    solve(notebook)
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 100_000_000}
    notebook.cells[2].outputs = [output]


def hoarding(notebook):
    """Keep every argument, and try to show it wherever a person may look."""
    solve(
        notebook,
        "kept = []\n"
        + CENTRE.replace("    ### START", "    kept.append(repr(X))\n    ### START")
        + "\ncentre_right = centre\n"
        "def centre(X):\n"
        "    kept.append(repr(X))\n"
        "    with open('loot.txt', 'a') as file:\n"
        "        file.write(repr(X))\n"
        "    print(X)\n"
        "    raise type('Loot' + ''.join(c for c in repr(X) if c.isalnum()),"
        " (Exception,), {})(repr(X))",
    )


BROKEN = "import autograder.sandbox.shell as s\ns.CALLS['run'] = None"
SIMPLE = "__import__('helpers').checks = None; check = np = helpers = None"

CLASS = {
    "perfect": (solve, 7.0),
    "untouched": (None, 0.0),
    "mistaken": (mistaken, 4.0),
    "duplicated": (
        lambda nb: (solve(nb), nb.cells.extend(json.loads(json.dumps(nb.cells)))),
        7.0,
    ),
    "exits": (with_cell("exit()"), 7.0),
    "kills": (with_cell("import os; os._exit(1)"), 7.0),
    "syntax_error": (lambda nb: solve(nb, spread="def spread(X, power:"), 3.0),
    "other_name": (lambda nb: solve(nb, CENTRE.replace("centre", "center")), 4.0),
    "replaces_names": (with_cell("check = lambda *a: 3", 3), 7.0),
    # At its check cell centre was right, and that counts.
    "replaces_numpy": (with_cell(SIMPLE, 4), 3.0),
    "replaces_builtins": (
        with_cell("import builtins\nbuiltins.repr = builtins.print = lambda *a: '1.0'"),
        7.0,
    ),
    # The cell that ended its shell is left out of the next run.
    "closes_all": (with_cell("import os\nos.closerange(3, 64)"), 7.0),
    # No answer can leave this process, so a person is asked to look.
    "replaces_driver": (with_cell(BROKEN), 0.0),
    "unknown_mistake": (
        lambda nb: solve(nb, CENTRE.replace("X - mu", "X - mu * 1.01")),
        4.0,
    ),
    "floods": (flooding, 7.0),
    # What calls the function that hoards is right, given a right one.
    "hoards": (hoarding, 4.0),
    "prints_marks": (
        with_cell("print(7.0)\nimport sys\nprint('trouble', file=sys.stderr)"),
        7.0,
    ),
    "script": (
        with_cell(
            "from IPython.display import HTML, Javascript, display\n"
            "display(HTML('<script>window.stolen = 1</script>"
            '<img src=x onerror="stolen()">\'))\n'
            "display(Javascript('window.stolen = 1'))"
        ),
        7.0,
    ),
}
RAW = {
    "truncated": b'{"cells": [{"cell_type": "code", "sou',
    "empty": b"",
    "not_a_notebook": b"%PDF-1.7 ...",
    "no_cells": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "other": json.dumps(nbformat.v4.new_notebook(cells=[new_code_cell("1")])).encode(),
}


@pytest.fixture(scope="module")
def graded(tiny_course, hand_in):
    """Return the course after its odd class was graded and got its feedback."""
    for student, (change, _) in CLASS.items():
        hand_in(student, change)
    for student, content in RAW.items():
        hand_in(student, raw=content)
    problems = {}
    for student in [*CLASS, *RAW]:
        problems[student] = autograde(tiny_course, "01_tiny", student)
        problems[student] += feedback(tiny_course, "01_tiny", student)
    rows = {row.student: row for row in tiny_course.grades("01_tiny")}
    return SimpleNamespace(course=tiny_course, problems=problems, rows=rows)


def page(graded, student):
    """Return a learner's feedback page."""
    path = graded.course.root / "feedback" / student / "01_tiny" / "tiny.html"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("student", [*CLASS, *RAW])
def test_everybody_gets_what_their_work_deserves(graded, student):
    """One odd submission never changes another's mark, and nothing stops the run."""
    points = CLASS[student][1] if student in CLASS else 0.0

    assert graded.problems[student] == ""
    assert (points, 7.0) == (
        graded.rows[student].marks.code,
        graded.rows[student].marks.code_out_of,
    )


@pytest.mark.parametrize("student", RAW)
def test_damage_is_flagged_for_a_person_and_explained(graded, student):
    """The instructor sees a flag, the learner a reason and what to do."""
    assert "damaged" in graded.rows[student].flags
    assert "submission.damaged" not in page(graded, student)
    assert "listed for your instructor" in page(graded, student)


def test_only_odd_submissions_are_flagged(graded):
    """A flag means that a person should look; honest work has none."""
    assert "look" in graded.rows["replaces_driver"].flags
    honest = ["perfect", "untouched", "mistaken", "duplicated", "prints_marks"]

    assert [s for s in honest if graded.rows[s].flags] == []


def test_a_function_that_is_not_there_is_flagged(graded):
    """A zero for it may be owed to its name alone, which a person sees at once."""
    flags = {s: row.flags for s, row in graded.rows.items() if s in CLASS}
    missing = [s for s, found in flags.items() if "no function" in found]

    assert flags["syntax_error"] == flags["other_name"] == ["no function"]
    assert "untouched" not in missing
    for student, name in (("syntax_error", "spread"), ("other_name", "centre")):
        form = graded.course.graded_notebook("01_tiny", student, "tiny")
        said = [flag.sentence for flag in flags_from(form["flags"])]

        sentence = (
            f"{name}-check found no function {name}: look whether it has another "
            "name, or its cell stopped"
        )
        assert sentence in said


def test_written_answers_wait_for_a_person(graded):
    """An answered question waits; its points are not counted yet."""
    assert graded.rows["perfect"].marks.waiting == 1.0


def test_mistakes_are_named_in_table_and_page(graded):
    """The entry's name and hint reach the instructor and the learner."""
    assert graded.rows["mistaken"].mistakes == ["mean of the columns"]
    said = page(graded, "mistaken")
    assert "mean of the columns" in said
    assert "One of the two axes runs over examples." in said
    assert "<strong>Read again:</strong> lesson 01, Centring" in said


def test_what_was_judged_with_the_reference_is_listed(graded):
    """A list for the instructor and a sentence for the learner, and no flag."""
    row = graded.rows["unknown_mistake"]

    assert row.notes == [
        "tiny: spread-check was judged with the reference in place of centre"
    ]
    assert row.flags == []
    assert "a right centre in place of yours" in page(graded, "unknown_mistake")


def test_the_untouched_stub_reads_not_attempted(graded):
    """A zero has a reason."""
    assert "not attempted" in page(graded, "untouched")


def test_a_cell_that_ends_the_kernel_is_named(graded):
    """The rest is graded without it, and the page says so."""
    assert "ended the process" in page(graded, "kills")


def test_feedback_does_not_say_that_no_check_was_run(graded):
    """The table of progress is for work, and would mislead in the feedback."""
    assert "hidden checks run after submission" not in page(graded, "perfect")


@pytest.mark.parametrize("folder", ["release", "autograded", "feedback"])
def test_nothing_hidden_is_in_what_learners_receive(graded, folder):
    """The canary of a hidden case is found nowhere, even if a function keeps it."""
    assert CANARY in (
        (graded.course.root / "source/01_tiny/tiny.ipynb").read_text("utf-8")
    )
    found = [
        str(path)
        for path in (graded.course.root / folder).rglob("*")
        if path.is_file() and CANARY in path.read_bytes().decode("utf-8", "replace")
    ]

    assert found == []


@pytest.mark.parametrize(
    "secret", [CANARY, "keepdims=True)\n    Z = X", "MARK SCHEME", "HIDDEN TESTS"]
)
def test_nothing_hidden_is_in_the_gradebook(graded, secret):
    """The gradebook holds the visible text of cells only."""
    raw = (graded.course.root / "gradebook.db").read_bytes()

    assert secret.encode() not in raw


def test_feedback_holds_pages_only(graded):
    """No copy of cases, data or a learner's own files."""
    files = [
        path.suffix
        for path in (graded.course.root / "feedback").rglob("*")
        if path.is_file()
    ]

    assert {".html"} == set(files)


def test_a_timestamp_stays_beside_a_page_only_if_it_is_one(
    graded, tiny_course, hand_in
):
    """nbgrader returns feedback by its submission's time; nothing else passes."""
    for student, content in [("on_time", "2026-01-02 03:04:05 UTC"), ("odd", "x" * 99)]:
        path = hand_in(student, solve)
        path.with_name("timestamp.txt").write_text(content, encoding="utf-8")
        autograde(tiny_course, "01_tiny", student)
        feedback(tiny_course, "01_tiny", student)
    folder = tiny_course.root / "feedback"

    assert (folder / "on_time" / "01_tiny" / "timestamp.txt").exists()
    assert not (folder / "odd" / "01_tiny" / "timestamp.txt").exists()


def test_no_script_of_a_learner_reaches_a_page(graded):
    """What was displayed is shown without its scripts and handlers."""
    said = page(graded, "script")

    assert not re.search(r"<script[^>]*>[^<]*stolen", said)
    assert not re.search(r"<img[^>]*onerror", said)
    assert "&lt;script&gt;window.stolen" in said


def test_a_changed_hidden_case_makes_grades_stale_and_regrading_mends(
    tiny_course, graded
):
    """Status lists grades of other cases; grading again clears the list."""
    assert tiny_course.stale("01_tiny") == []
    root = tiny_course.root
    write_source(root, catalogue=CATALOGUE.replace("power forgotten", "no power"))
    tiny_course.generate("01_tiny")

    stale = {item.student for item in tiny_course.stale("01_tiny")}
    autograde(tiny_course, "01_tiny", "perfect")
    mended = {item.student for item in tiny_course.stale("01_tiny")}

    assert {*CLASS, *RAW} <= stale
    assert {"perfect"} == stale - mended
    write_source(root)
    tiny_course.generate("01_tiny")


def test_an_assignment_without_grades_has_no_stale_ones(tmp_path):
    """In a fresh clone most assignments have no recorded cases to compare with."""
    write_source(tmp_path)
    (tmp_path / "nbgrader_config.py").write_bytes(
        (ROOT / "nbgrader_config.py").read_bytes()
    )

    assert Course(tmp_path).stale("01_tiny") == []


def test_an_appeal_shows_the_whole_case_to_graders(graded):
    """Inputs, expected and returned numbers of a hidden case, and nothing is saved."""
    before = (graded.course.root / "gradebook.db").read_bytes()

    store, verdict, trials = judge_again(graded.course, "01_tiny", "mistaken", "tiny")
    rows = list(overview(store, verdict))
    parts = dict(whole_case(store, verdict, trials, "centre:6"))

    assert rows[5] == ("centre:6", "hidden", "0.00", "mean of the columns")
    assert "8.675309e+06" in parts["inputs"]
    assert "expected = float64 (2, 3)" in parts["expected"]
    assert "returned = float64 (2, 3)" in parts["returned"]
    assert before == (graded.course.root / "gradebook.db").read_bytes()
    with pytest.raises(CourseError, match="there is no case 'centre:7'"):
        list(whole_case(store, verdict, trials, "centre:7"))


def test_formgrader_drives_the_same_path(tiny_course, hand_in):
    """NbGraderAPI, as Formgrader's handlers call it, generates and grades."""
    hand_in("from_formgrader", solve)

    made = tiny_course.api.generate_assignment("01_tiny", force=True, create=True)
    done = tiny_course.api.autograde("01_tiny", "from_formgrader", force=True)
    told = tiny_course.api.generate_feedback("01_tiny", "from_formgrader", force=True)

    assert (made["success"], done["success"], told["success"]) == (True, True, True)
    submission = tiny_course.api.get_submission("01_tiny", "from_formgrader")
    assert submission["code_score"] == 7.0
    assert "NBGRADER_EXECUTION" not in os.environ


def nbgrader(root, *arguments, cwd=None):
    """Run an nbgrader command as an instructor or a learner would."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=cwd or root,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_commands_of_nbgrader_work_unchanged(tmp_path_factory):
    """Generate, release, fetch, validate, submit, collect, grade, return, export."""
    import shutil

    from tests.conftest import ROOT

    root = tmp_path_factory.mktemp("life")
    exchange, home = root / "exchange", root / "learner"
    exchange.mkdir(mode=0o777)
    os.chmod(exchange, 0o777)
    home.mkdir()
    course = root / "course"
    write_source(course)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    own = f"\nc.Exchange.root = {str(exchange)!r}\n"
    (course / "nbgrader_config.py").write_text(config + own, encoding="utf-8")
    (home / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
        "c.CourseDirectory.course_id = 'neural-networks'\n",
        encoding="utf-8",
    )
    steps = [
        (course, "generate_assignment", "01_tiny"),
        (course, "release_assignment", "01_tiny"),
        (home, "fetch_assignment", "01_tiny"),
    ]
    for folder, *arguments in steps:
        done = nbgrader(folder, *arguments)
        assert done.returncode == 0, done.stderr[-2000:]
    work = home / "01_tiny" / "tiny.ipynb"
    assert (home / "01_tiny" / "tiny.cases.json").exists()
    stub = nbgrader(home, "validate", "01_tiny/tiny.ipynb", cwd=home)
    notebook = nbformat.read(work, as_version=4)
    solve(notebook)
    nbformat.write(notebook, work)
    right = nbgrader(home, "validate", "01_tiny/tiny.ipynb", cwd=home)

    assert "VALIDATION FAILED ON 3 CELL" in stub.stdout
    assert "still the untouched exercise" in stub.stdout
    assert "VALIDATION FAILED ON 1 CELL" in right.stdout or "Success" in right.stdout
    shutil.copytree(home / "01_tiny", root / "kept")
    steps = [
        (home, "submit", "01_tiny"),
        (course, "collect", "01_tiny"),
        (course, "autograde", "01_tiny"),
        (course, "generate_feedback", "01_tiny"),
        (course, "release_feedback", "01_tiny"),
        (home, "fetch_feedback", "01_tiny"),
        (course, "export"),
    ]
    for folder, *arguments in steps:
        done = nbgrader(folder, *arguments)
        assert done.returncode == 0, (arguments, done.stderr[-2000:])
    assert list((home / "01_tiny" / "feedback").rglob("tiny.html"))
    with (course / "grades.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["raw_score"], row["max_score"]) == ("7.0", "8.0")
