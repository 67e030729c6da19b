"""Texts of learners reach a person, wherever they stand."""

import base64
import dataclasses
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from autograder.copies import choose
from autograder.flags import Flag
from autograder.healing import heal
from autograder.store import read_store, store_path
from autograder.submissions import parse_submission
from autograder.written_answers import own_words, prose_of
from tests.course import CENTRE

ANSWER = "Because each row has its own mean."


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


def form_of(store):
    return json.loads(json.dumps(store.released))


def place(form, name):
    return next(i for i, cell in enumerate(form["cells"]) if cell["id"] == name)


def text_cell(words, kind="markdown", **more):
    cell = {"cell_type": kind, "id": "mine", "metadata": {}, "source": words} | more
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def healed(store, form):
    return heal(parse_submission(json.dumps(form).encode()), store)


def picture(kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def below(form):
    form["cells"].insert(place(form, "why") + 1, text_cell(ANSWER))


def above(form):
    form["cells"].insert(place(form, "why"), text_cell(ANSWER, "raw"))


def instead(form):
    form["cells"][place(form, "why")] = text_cell(ANSWER)


def at_the_end(form):
    form["cells"].append(text_cell(ANSWER))


def in_a_code_cell(form):
    form["cells"].insert(place(form, "why") + 1, text_cell(f"# {ANSWER}", "code"))


def no_metadata(form):
    form["cells"][place(form, "why")]["source"] = ANSWER
    form["metadata"] = {}
    for cell in form["cells"]:
        cell["metadata"] = {}
        del cell["id"]


@pytest.mark.parametrize(
    "change", [below, above, instead, at_the_end, in_a_code_cell, no_metadata]
)
def test_an_answer_is_found_where_learners_put_it(store, change):
    """It stands in the question's cell for the person who grades, with a note."""
    form = form_of(store)
    change(form)

    notebook, notes, flags, _ = healed(store, form)
    cell = next(c for c in notebook.cells if c["id"] == "why")

    assert cell.source == ANSWER
    assert any("another cell" in note for note in notes)
    assert [(f.kind, f.cell) for f in flags if f.urgent] == [
        ("answer elsewhere", "why")
    ]


def test_an_answer_in_its_place_is_no_reason_to_look(store):
    """Nothing is flagged where everything is where it belongs."""
    form = form_of(store)
    form["cells"][place(form, "why")]["source"] = ANSWER

    assert healed(store, form).flags == []


def test_other_texts_are_flagged(store):
    """A text beside an answered question has been seen by nobody."""
    form = form_of(store)
    form["cells"][place(form, "why")]["source"] = ANSWER
    form["cells"].append(text_cell("My notes on this."))
    form["cells"][place(form, "title")]["source"] += "\n\nAnd I think so too."

    assert [(f.kind, f.detail) for f in healed(store, form).flags] == [
        ("own text", "2")
    ]


@pytest.mark.parametrize(
    ("asked", "filled", "seen"),
    [
        ("Name:", "Name: Ada Lovelace", True),
        ("**Name:** YOUR NAME", "**Name:** Ada", True),
        ("- Student ID: ____", "- Student ID: 12 34", True),
        ("姓名：", "姓名：李小龙", True),
        ("Collaborators:\n\nDate:", "Collaborators: Bo\n\nDate: 3 May", True),
        ("Name:", "Name: Ada\n\nI could not do part 2.", False),
        ("Name:", "Name: " + "a long tale that somebody has to read " * 2, False),
        ("Answer:", "Answer: yes", False),
        ("No form", "No form\n\nName: Ada", False),
    ],
)
def test_a_name_in_a_form_waits_for_nobody(store, asked, filled, seen):
    """All learners fill in the form at the top: that is no text to look at."""
    form, released = form_of(store), form_of(store)
    form["cells"][place(form, "why")]["source"] = ANSWER
    form["cells"][place(form, "title")]["source"] += f"\n\n{filled}"
    released["cells"][place(form, "title")]["source"] += f"\n\n{asked}"
    with_form = dataclasses.replace(store, released=released)

    flags = healed(with_form, form).flags

    assert flags == ([] if seen else [Flag("own text", detail="1")])


def test_a_question_without_any_answer_is_named(store):
    """Its zero has a reason that can be read in the table."""
    (flag,) = healed(store, form_of(store)).flags

    assert (flag.kind, flag.cell, flag.urgent) == ("unanswered", "why", False)


@pytest.mark.parametrize("name", ["title", "why"])
def test_what_the_release_attaches_is_no_learners(store, name):
    """Not a reason to look, though it is no image, and no answer, though it is one."""
    form, released = form_of(store), form_of(store)
    attached = {
        "sketch.svg": {"image/svg+xml": "<svg/>"},
        "sketch.png": {"image/png": picture()},
    }
    for one in (form, released):
        cell = one["cells"][place(one, name)]
        cell["attachments"] = attached
        cell["source"] += "\n\n![](attachment:sketch.png)"

    notebook, _, flags, _ = healed(dataclasses.replace(store, released=released), form)
    cell = next(c for c in notebook.cells if c["id"] == name)

    assert [flag.kind for flag in flags] == ["unanswered"]
    assert cell["attachments"]["sketch.png"] == attached["sketch.png"]


@pytest.mark.parametrize("kind, mime", [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_photographed_answer_is_kept(store, kind, mime):
    """The image stays attached, and is shown even where no text refers to it."""
    form = form_of(store)
    cell = form["cells"][place(form, "why")]
    cell["attachments"] = {"image.png": {mime: picture(kind)}}

    notebook, _, flags, _ = healed(store, form)
    cell = next(c for c in notebook.cells if c["id"] == "why")

    assert cell["attachments"] == {"image.png": {mime: picture(kind)}}
    assert "(attachment:image.png)" in cell.source
    assert flags == []


@pytest.mark.parametrize(
    "attached",
    [{"a.svg": {"image/svg+xml": "<svg/>"}}, {"a.png": {"image/png": "AAAA"}}, [1], 5],
)
def test_other_attachments_are_left_out_and_named(store, attached):
    """What is no ordinary image is not carried on, and not in silence."""
    form = form_of(store)
    cell = form["cells"][place(form, "why")]
    cell |= {"source": ANSWER, "attachments": attached}

    notebook, notes, flags, _ = healed(store, form)
    cell = next(c for c in notebook.cells if c["id"] == "why")

    assert "attachments" not in cell
    assert any("left out" in note for note in notes)
    assert [f.kind for f in flags] == ["attachments"]


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    words=st.lists(
        st.text("abc .,\n", min_size=1).filter(str.strip), min_size=1, max_size=4
    ),
)
def test_no_text_is_lost(store, data, words):
    """Every text is in an answer or counted as unseen, whatever its cell."""
    form = form_of(store)
    marked = [f"w{i}q {text.strip()}" for i, text in enumerate(words)]
    for text in marked:
        kind = data.draw(st.sampled_from(["markdown", "raw", "below", "prompt"]))
        if kind in ("below", "prompt"):
            name = "why" if kind == "below" else "title"
            form["cells"][place(form, name)]["source"] += f"\n\n{text}"
        else:
            at = data.draw(st.integers(0, len(form["cells"])))
            form["cells"].insert(at, text_cell(text, kind))

    notebook, _, flags, _ = healed(store, form)
    answer = next(c for c in notebook.cells if c["id"] == "why").source
    unseen = [flag for flag in flags if flag.kind == "own text"]

    assert all(text.split()[0] in answer for text in marked) or unseen


@pytest.mark.parametrize("raw", [None, b"", b'{"cells": []}', b"no notebook"])
def test_what_a_healed_notebook_holds_is_its_own(store, raw):
    """Whatever is done to its cells, the next learner's are made from the same."""
    form = form_of(store)
    del form["cells"][place(form, "spread-check")]
    raw = json.dumps(form).encode() if raw is None else raw
    notebook = heal(parse_submission(raw), store).notebook
    for cell in notebook.cells:
        cell.source = cell.outputs = "changed"
        cell.metadata.setdefault("nbgrader", {}).update(points=100)
    notebook.metadata.course = {"damaged": True}

    assert store.node == store.released


def test_words_of_the_release_are_no_answer():
    """Only lines that the learner wrote count."""
    assert own_words("## Why\n\nSay why.\n", "## Why\n\nSay why.") == ""
    assert own_words("## Why\n\nSay why.\nSo.", "## Why\n\nSay why.") == "So."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# one\n# two", "one\ntwo"),
        ("'''one'''", "one"),
        ("It is the mean.", "It is the mean."),
        ("x = 1", ""),
        ("%%time", ""),
        ("print('a')", ""),
        ("def f(:", ""),
    ],
)
def test_a_code_cell_of_nothing_but_text_is_text(source, words):
    """Code is run and judged, so it is no text that somebody has to see."""
    assert prose_of(source) == words


def written(folder, name, form):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(form))
    return folder / f"{name}.ipynb"


def solved(store):
    form = form_of(store)
    form["cells"][place(form, "centre")]["source"] = CENTRE
    return form


def test_a_copy_with_the_work_is_graded_in_place_of_the_untouched_original(
    store, tmp_path
):
    """JupyterLab's own duplicate is taken, with a note and a flag."""
    path = written(tmp_path / "a", "tiny", form_of(store))
    written(tmp_path / "a", "tiny-Copy1", solved(store))

    _, (notebook, notes, flags, _) = choose(path, store, {"tiny": store})

    assert CENTRE in [cell.source for cell in notebook.cells]
    assert any("tiny-Copy1.ipynb" in note for note in notes)
    assert ("graded copy", "tiny-Copy1.ipynb") in [(f.kind, f.detail) for f in flags]


def test_of_several_copies_none_is_chosen(store, tmp_path):
    """They are named, so that a person decides."""
    path = written(tmp_path / "a", "tiny", form_of(store))
    for number in (1, 2):
        written(tmp_path / "a", f"tiny-Copy{number}", solved(store))

    _, (notebook, _, flags, _) = choose(path, store, {"tiny": store})
    (flag,) = [flag for flag in flags if flag.kind == "copies"]

    assert CENTRE not in [cell.source for cell in notebook.cells]
    assert flag.detail == "tiny-Copy1.ipynb, tiny-Copy2.ipynb"


def test_a_copy_beside_work_is_only_named(store, tmp_path):
    """The file of the right name counts where there is work in it."""
    path = written(tmp_path / "a", "tiny", solved(store))
    written(tmp_path / "a", "old", form_of(store))

    _, (_, _, flags, _) = choose(path, store, {"tiny": store})

    assert "copies" in [flag.kind for flag in flags]
