"""Lessons: form, links, running clean, and nothing of a graded solution."""

import ast
import json
import posixpath
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from autograder.authoring.catalogue import read_catalogue
from autograder.authoring.lessons import FENCE, lesson_form
from autograder.authoring.regions import find_regions, solution_statements, stub
from autograder.delivery.bundle import bundled_files
from autograder.delivery.workspace import workspace_files
from autograder.nbgrader.course import Course
from helpers.checks.cases import read_cases
from helpers.checks.report import LESSONS as LESSON_FOLDERS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
SECONDS = {"00_start_here": 15}
PARTS = ("exercise", "check", "solution")

SOURCES = sorted(ROOT.glob("source/*/misconceptions.toml"))

each_source = pytest.mark.parametrize(
    "path", sorted(ROOT.glob("source/*/*.ipynb")), ids=lambda path: path.stem
)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@cache
def lesson(path):
    return nbformat.read(path, as_version=4)


def markdown(path):
    return [cell.source for cell in lesson(path).cells if cell.cell_type == "markdown"]


def headings(path):
    found = []
    for text in markdown(path):
        text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        found += re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return found


def tagged(path, tag):
    cells = lesson(path).cells
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def anchor(heading):
    return heading.strip().replace(" ", "-")


def test_there_is_a_lesson_for_each_assignment():
    """Lessons bear the names of the assignments; one comes before, one after all."""
    numbers = [path.stem[:2] for path in LESSONS]
    assignments = {path.name for path in (ROOT / "source").glob("*/")}

    assert numbers == ["00", "01", "02", "03", "04", "05", "06", "07"]
    assert {path.stem for path in LESSONS[1:-1]} == assignments


@each_lesson
def test_normal_form(path):
    """A lesson is tracked in normal form: no outputs, speaking ids, v4.5."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in raw["cells"]]

    assert (raw["nbformat"], raw["nbformat_minor"]) == (4, 5)
    assert len(set(ids)) == len(ids)
    for cell in raw["cells"]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell["id"])
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags", "jupyter"}


@each_lesson
def test_parts_of_a_lesson(path):
    """A lesson opens with objectives and ends with summary and reading."""
    first, last = markdown(path)[0], "\n".join(markdown(path)[-2:])

    assert first.startswith(f"# Lesson {path.stem[:2]}: ")
    assert "**After it you can**" in first
    assert "**You need**" in first
    assert re.search(r"(\d+|[Tt]en) minutes", first)
    assert "## Summary" in last
    assert last.count("\n- ") >= 2
    assert all(": " in line for line in re.findall(r"^- (.+)$", last, re.MULTILINE))
    assert len(re.findall(r"^\d\. ", last, re.MULTILINE)) >= len(
        re.findall(r"^\d\. ", first, re.MULTILINE)
    )


@each_lesson
def test_five_questions_and_four_exercises(path):
    """A lesson has small exercises, and at its end five questions with answers."""
    texts = markdown(path)
    (questions,) = (text for text in texts if "## Check yourself" in text)

    assert len(tagged(path, "exercise")) >= 4
    assert re.findall(r"^(?:\*\*|<.*>)(\d)\.", questions, re.M) == list("12345")
    assert questions.count("<details>") == 5
    assert questions in texts[-2:]


def test_lesson_00_needs_no_numpy():
    """The first lesson comes before the notebook that teaches NumPy."""
    path = FOLDER / "00_start_here.ipynb"
    code = [cell.source for cell in lesson(path).cells if cell.cell_type == "code"]

    assert not [text for text in code if re.search(r"\bnp\b|numpy", text)]


def test_numpy_basics_comes_before_lesson_01():
    """Learners are told the same order everywhere."""
    bundle = (ROOT / "docs" / "learner-README.md").read_text(encoding="utf-8")
    pages = [
        re.findall(r"^\| \d \| .+", bundle, re.MULTILINE)[1:3],
        re.findall(r"`numpy_basics`|\[lesson 01", markdown(LESSONS[0])[-1]),
    ]

    assert ["numpy_basics" in text for page in pages for text in page] == [1, 0] * 2
    assert "after the notebook `numpy_basics`" in markdown(LESSONS[1])[0]


@each_lesson
def test_long_drawing_code_is_collapsed(path):
    """Text and figure stand together: a cell that only draws is collapsed."""
    for cell in lesson(path).cells:
        if cell.cell_type == "code" and re.search(r"panels\(|diagram\(", cell.source):
            collapsed = cell.metadata.get("jupyter", {}).get("source_hidden")

            assert collapsed or len(cell.source.splitlines()) <= 12, cell.id


@each_lesson
def test_predictions_come_first_and_answers_fold(path):
    """Each prediction is asked for before its result is printed."""
    texts = [(cell.id, cell.source) for cell in lesson(path).cells]
    asked = [i for i, (_, text) in enumerate(texts) if text == 'my_prediction = "..."']

    assert asked
    for i in asked:
        assert "**Predict:**" in texts[i - 1][1]
        # Up to the next exercise or section: what is folded there is another thing.
        after = "\n\n".join(text for _, text in texts[i + 1 :])
        answer = re.split(r"^##+ ", after, flags=re.M)[0].split("**Predict:**")[0]
        assert "<details>" in answer, texts[i][0]
    for _, text in texts:
        assert text.count("<details>") == text.count("</details>")
        assert len(re.findall(r"<details><summary>.+</summary>\n\n", text)) == (
            text.count("<details>")
        )


@each_lesson
def test_figures_are_described(path):
    """Whatever draws is followed by a text that says what is to be seen."""
    cells = lesson(path).cells
    for i, cell in enumerate(cells):
        draws = re.search(r"panels\(|diagram\(|surface\(|explore\(", cell.source)
        if cell.cell_type != "code" or not draws or cell.id == "setup":
            continue
        text = next(c.source for c in cells[i + 1 :] if c.cell_type == "markdown")

        assert "**Figure.**" in text, f"{path.stem}, {cell.id}"


@each_lesson
def test_sliders_have_a_static_twin(path):
    """Above each figure with sliders stands the same one without.

    It may be drawn by the same cell: sliders are lost when a notebook is reopened.
    """
    cells = lesson(path).cells
    for i, cell in enumerate(cells):
        if cell.cell_type == "code" and "explore(" in cell.source and i:
            draw = re.search(r"explore\((\w+)", cell.source)
            if draw and cell.id != "setup":
                before = "\n".join(c.source for c in cells[: i + 1])

                assert before.count(f"{draw[1]}(") >= 2 or "path(axes" in before


def test_each_topic_has_sliders():
    """Every lesson on a topic has at least one interactive figure."""
    for path in LESSONS[1:]:
        assert any("explore(" in c.source for c in lesson(path).cells[2:])


@each_lesson
def test_exercises_are_triples(path):
    """Stub, check and folded solution stand in this order, in step."""
    cells = lesson(path).cells
    order = [cell.id for cell in cells]
    stubs = tagged(path, "exercise")

    assert stubs
    for cell in stubs:
        places = [order.index(cell.id)]
        places += [order.index(f"{cell.id}-{part}") for part in PARTS[1:]]
        fence = FENCE.findall(cells[places[2]].source)[0]
        left = ast.parse(cell.source).body[0]
        right = ast.parse(stub(fence.rstrip())).body[0]

        assert places == sorted(places)
        assert find_regions(cell.source)
        assert "<details>" in cells[places[2]].source
        assert ast.get_docstring(left)
        assert left.name == right.name
        if path.stem != "00_start_here":
            del left.body[0]
            assert ast.dump(left) == ast.dump(right)


@pytest.mark.slow
@each_lesson
def test_recorded_cases_are_in_step(path):
    """The cases beside a lesson are those that its fences give."""
    committed = json.loads(path.with_suffix(".cases.json").read_text("utf-8"))
    recorded = lesson_form(path)

    assert recorded == committed


@each_lesson
def test_each_exercise_has_hints(path):
    """An exercise knows at least three wrong answers."""
    cases = read_cases(path.with_suffix(".cases.json"))

    assert cases.functions
    for function in cases.functions.values():
        assert sum(not entry.accept for entry in function.entries) >= 3
        assert len(function.cases) >= 2


@each_lesson
def test_links_resolve(path):
    """Links within the course lead to a file and a heading that exist."""
    for text in markdown(path):
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith("http"):
                continue
            file, _, section = target.partition("#")
            goal = FOLDER / file if file else path

            assert goal.is_file(), target
            if section:
                assert section in map(anchor, headings(goal)), target


def sections(reading, path):
    """Return where a pointer leads: the headings of a lesson, or of the notebook.

    The notebook's bold words at the beginning of a paragraph count as well.
    """
    where, _, _ = reading.partition(", ")
    if where == "this notebook":
        bold = re.findall(r"^\*\*([^*]+?)\.?\*\*", "\n".join(markdown(path)), re.M)
        return headings(path) + bold
    found = [lesson for lesson in LESSONS if where == f"lesson {lesson.stem[:2]}"]
    return headings(found[0]) if found else []


@pytest.mark.slow
def test_what_mistakes_say_to_read_exists():
    """A pointer is "lesson NN" or "this notebook", and a section there."""
    for file in [FOLDER / "misconceptions.toml", *SOURCES]:
        for notebook, functions in read_catalogue(file).items():
            for item in (item for entries in functions.values() for item in entries):
                read = item.entry.read
                if read:
                    known = sections(read, file.parent / f"{notebook}.ipynb")

                    assert read.partition(", ")[2] in known, f"{notebook}: {read}"


def test_each_mistake_in_an_assignment_has_a_section_to_read():
    """Whoever fails again and again is led to a section, whatever the mistake."""
    for file in SOURCES:
        for notebook, functions in read_catalogue(file).items():
            for function, entries in functions.items():
                for item in (item for item in entries if not item.entry.accept):
                    assert item.entry.read, f"{notebook}.{function}: {item.entry.name}"


def lesson_links(path):
    """Return the text and the target of a notebook's links within the course."""
    formula = r"\$\$.+?\$\$|\$[^$\n]+\$|`[^`\n]+`"
    prose = re.sub(formula, "", "\n\n".join(markdown(path)), flags=re.DOTALL)
    found = re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", prose)
    return [(text, target) for text, target in found if not target.startswith("http")]


@each_source
def test_links_of_assignments_lead_to_lessons(path):
    """A link leads to a lesson's heading, and its text names both in words.

    The words are for those who fetched the assignment alone.
    """
    links = lesson_links(path)
    number = path.parent.name[:2]

    assert any(f"/{number}_" in target for _, target in links)
    for text, target in links:
        file, _, section = target.partition("#")
        goal = FOLDER / Path(file).name

        assert file == f"../../notebooks/{goal.name}"
        assert goal.is_file(), target
        if goal.name == "reference.md":
            assert "reference sheet" in text.lower()
            continue
        named = re.fullmatch(r"[Ll]esson (\d\d)(?:, (.+))?", text)
        assert named, text
        assert named[1] == goal.name[:2], text
        assert section == anchor(named[2] or ""), text
        assert named[2] is None or named[2] in headings(goal), target


def test_links_of_assignments_work_where_learners_are():
    """In `make lab` and in the bundle a link finds its lesson, and so do checks."""
    layouts = [
        set(workspace_files(ROOT)),
        {name for _, name in bundled_files(Course(ROOT))},
    ]
    for path in ROOT.glob("source/*/*.ipynb"):
        here = f"assignments/{path.parent.name}"
        for _, target in lesson_links(path):
            goal = posixpath.normpath(f"{here}/{target.partition('#')[0]}")

            assert all(goal in names for names in layouts), goal
    assert posixpath.normpath(f"{here}/{LESSON_FOLDERS[0]}") == "notebooks"


def test_sections_named_in_assignments_exist():
    """Prose of an assignment that quotes a lesson's heading quotes it right."""
    by_number = {path.stem[:2]: headings(path) for path in LESSONS}
    quoted = re.compile(r"[Ll]esson (\d\d), (?:\"|\*+|\[)([^\"*\]]+)")
    for source in ROOT.glob("source/*/*.ipynb"):
        for text in markdown(source):
            for number, section in quoted.findall(text):
                assert section in by_number[number], f"{source.stem}: {section}"


def _statements(source):
    """Return the simple statements of a text in normal form."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            found.add(ast.unparse(node))
    return found


def _has_substance(statement):
    """Tell statements that solve something from common ones (m = X.shape[1])."""
    work = ast.BinOp | ast.Call | ast.Compare
    return sum(isinstance(node, work) for node in ast.walk(ast.parse(statement))) >= 2


@each_lesson
def test_no_graded_solution_in_a_lesson(path):
    """No statement of substance of a solution region stands in a lesson."""
    secrets = set()
    for source in ROOT.glob("source/*/*.ipynb"):
        for cell in nbformat.read(source, as_version=4).cells:
            if cell.cell_type == "code" and find_regions(cell.source):
                secrets |= {s for s in solution_statements(cell.source)}
    secrets = {s for s in secrets if _has_substance(s)}
    written = set()
    for cell in lesson(path).cells:
        if cell.cell_type == "code":
            written |= _statements(cell.source)
        for fence in FENCE.findall(cell.source):
            written |= _statements(fence)

    assert written & secrets == set()


@pytest.mark.slow
@each_lesson
def test_runs_clean_and_in_time(path):
    """A lesson runs top to bottom without error, warning or text on stderr."""
    notebook = nbformat.read(path, as_version=4)
    # The kernel's own processor time, so that a busy machine fails nobody.
    notebook.cells.append(new_code_cell("import time; print(time.process_time())"))
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text
            assert "Warning" not in output.get("text", "")

    assert float(notebook.cells[-1].outputs[0].text) < SECONDS.get(path.stem, 30)
