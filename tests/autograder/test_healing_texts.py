"""What learners wrote counts wherever it stands, and releases are not their words."""

import json
from dataclasses import replace

import pytest

from autograder.healing import heal
from autograder.store import read_store, store_path
from autograder.submissions import parse_submission
from autograder.written_answers import remarks_of
from tests.course import CENTRE

REMARK = "The mean of each row is subtracted, so every row sums to zero."
OTHER = "xx"


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


@pytest.fixture
def translated(store):
    """Return the store with an edition in another language."""
    released = form_of(store)
    for cell in released["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", " # xx\n") + " # xx"
    edition = {"functions": {}, "released": released}
    return replace(store, editions={OTHER: edition})


def form_of(store):
    return json.loads(json.dumps(store.released))


def place(form, name):
    return next(i for i, cell in enumerate(form["cells"]) if cell["id"] == name)


def code_cell(source, name="mine", metadata=None):
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata or {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def healed(store, form):
    return heal(parse_submission(json.dumps(form).encode()), store)


def in_a_cell_above(form):
    form["cells"].insert(place(form, "centre"), code_cell(CENTRE))


def in_a_double_above(form):
    index = place(form, "centre")
    marks = form["cells"][index]["metadata"]
    form["cells"].insert(index, code_cell(CENTRE, metadata=marks))


@pytest.mark.parametrize("change", [in_a_cell_above, in_a_double_above])
def test_a_released_function_does_not_replace_a_learners_own_above_it(store, change):
    """It runs later, so the learner's work would be judged as never begun."""
    form = form_of(store)
    change(form)

    notebook, notes, _, _ = healed(store, form)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    assert [text for text in texts if "def centre" in text] == [CENTRE]
    assert any("You wrote centre in another cell" in note for note in notes)


def test_a_released_function_stays_where_nothing_else_defines_it(store):
    """And above a learner's own, which runs after it."""
    form = form_of(store)
    form["cells"].insert(place(form, "centre") + 1, code_cell(CENTRE))

    notebook, notes, _, _ = healed(store, form)
    defining = [c.source for c in notebook.cells if "def centre" in c.source]

    assert len(defining) == 2
    assert defining[1] == CENTRE
    assert notes == []
    assert sum("def spread" in c.source for c in notebook.cells) == 1


@pytest.mark.parametrize(
    "source", [f"# {REMARK}", f"# {REMARK}\nx = 1", f'"""{REMARK}"""\nx = 1']
)
def test_an_answer_in_a_cell_for_trying_things_is_found(store, source):
    """A released cell of code without marks, just above the question."""
    form = form_of(store)
    form["cells"].insert(place(form, "why"), code_cell("x = 0", "playground"))
    known = replace(store, released=json.loads(json.dumps(form)))
    form["cells"][place(form, "playground")]["source"] = source

    notebook, _, flags, _ = healed(known, form)
    cell = next(c for c in notebook.cells if c["id"] == "why")

    assert cell.source == REMARK
    assert ("answer elsewhere", "why") in [(f.kind, f.cell) for f in flags]


def test_an_answer_in_its_question_is_found_behind_a_cell_for_trying_things(store):
    """The cell between them is no exercise."""
    form = form_of(store)
    question = {"cell_type": "markdown", "id": "q", "metadata": {}, "source": "Why?"}
    between = [question, code_cell("x = 0", "playground")]
    form["cells"][place(form, "why") : place(form, "why")] = between
    known = replace(store, released=json.loads(json.dumps(form)))
    form["cells"][place(form, "q")]["source"] = f"Why?\n\n{REMARK}"

    notebook, _, flags, _ = healed(known, form)
    cell = next(c for c in notebook.cells if c["id"] == "why")

    assert cell.source == REMARK
    assert [(f.kind, f.cell) for f in flags] == [("answer elsewhere", "why")]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f'answer = """{REMARK}"""\nprint(answer)', REMARK),
        (f'x = 1\nprint("{REMARK}")', REMARK),
        (f'print("{REMARK}", x)', ""),
        (f'my_prediction = "{REMARK}"', ""),
        (f'def f():\n    return "{REMARK}"', ""),
        ('title = "cost and accuracy"', ""),
    ],
)
def test_strings_of_code_may_be_an_answer(source, words):
    """Where they are named or printed, but not where the notebook has their name."""
    assert remarks_of(source, ['my_prediction = "..."']) == words


def test_comments_of_code_are_no_texts_that_a_person_has_to_see(store):
    """Beside an answered question they are what comments are."""
    form = form_of(store)
    form["cells"][place(form, "why")]["source"] = "Because."
    form["cells"].append(code_cell(f"# {REMARK}\nx = 1"))

    assert healed(store, form).flags == []
    assert remarks_of("x = 1  # the sum\n# the mean", []) == ""
    assert remarks_of("# 转置对一维数组没有作用，所以结果是五个零。\nx = 1", []) != ""


def test_cells_of_another_edition_are_nobodys_own_words(translated):
    """Nothing is said to be changed or to be unseen, and no text becomes an answer."""
    form = form_of(translated)
    other = translated.editions[OTHER]["released"]["cells"]
    chosen = {"title", "why", "centre-check"}
    for cell, twin in zip(form["cells"], other, strict=True):
        if cell["id"] in chosen:
            cell["source"] = twin["source"]

    _, notes, flags, language = healed(translated, form)

    assert language == "en"
    assert notes == []
    assert [(flag.kind, flag.cell) for flag in flags] == [("unanswered", "why")]


def test_the_texts_of_a_former_release_are_nobodys_own_words(store, tmp_path):
    """A learner who fetched the notebook before a correction has changed nothing."""
    path = tmp_path / "tiny.json"
    store.write(path)
    form = form_of(store)
    corrected = replace(store, released=form_of(store), earlier={})
    for cell in corrected.released["cells"]:
        if cell["id"] in ("title", "setup", "why"):
            text = "".join(cell["source"]) + "\n# corrected"
            cell["source"] = text.replace("Two functions", "A few functions")
    before = healed(corrected, form)
    corrected.follow(path)
    corrected.write(path)
    after = healed(read_store(path), form)

    assert "own text" in [flag.kind for flag in before.flags]
    assert any("setup" in note for note in before.notes)
    assert [flag.kind for flag in after.flags] == ["unanswered"]
    assert after.notes == []

    again = replace(corrected, earlier={})
    again.follow(path)
    assert again.earlier == corrected.earlier


def test_lines_without_line_ends_are_lines(store):
    """Some programs write a cell as a list of lines, and leave the ends out."""
    form = form_of(store)
    for cell in form["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines()

    notebook, notes, _, _ = healed(store, form)
    released = ["".join(cell["source"]) for cell in store.released["cells"]]

    assert [c.source.strip() for c in notebook.cells if c["id"] != "centre-check"] == [
        text.strip()
        for text, cell in zip(released, store.released["cells"], strict=True)
        if cell["id"] != "centre-check"
    ]
    assert any("lines without line ends" in note for note in notes)


@pytest.mark.parametrize("end", ["\u2028", "\x0b", "\x85"])
def test_a_line_that_ends_without_a_line_feed_is_ended(store, end):
    """Jupyter's own files end lines wherever Python does; nothing is put between."""
    form = form_of(store)
    form["cells"][0]["source"] = f"a{end}b".splitlines(True)

    _, notes, _, _ = healed(store, form)

    assert not any("lines without line ends" in note for note in notes)


def test_the_same_repair_of_many_cells_is_one_note(store):
    """A list of all cells hides what else is said."""
    form = form_of(store)
    for cell in form["cells"]:
        cell["metadata"] = {}

    notes = healed(store, form).notes

    assert len([note for note in notes if "marks that nbgrader needs" in note]) == 1
