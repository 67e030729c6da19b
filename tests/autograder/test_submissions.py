"""Reading and healing submissions, which may be anything."""

import json
import os
import time
import tracemalloc

import pytest
from nbformat.v4 import nbbase

from autograder.healing import heal
from autograder.judging import untouched_functions
from autograder.store import read_store, store_path
from autograder.submissions import parse_submission, read_submission
from tests.course import CENTRE, SPREAD


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


def raw(store, change=None, **fields):
    """Return the bytes of a solved notebook after a change."""
    form = json.loads(json.dumps(store.released))
    for cell in form["cells"]:
        if cell["id"] in ("centre", "spread"):
            cell["source"] = {"centre": CENTRE, "spread": SPREAD}[cell["id"]]
    if change is not None:
        change(form)
    return json.dumps(form | fields).encode()


def ids(notebook):
    """Return the grade ids of a notebook's cells, in order."""
    return [
        cell.metadata["nbgrader"]["grade_id"]
        for cell in notebook.cells
        if cell.metadata.get("nbgrader")
    ]


ORDER = [
    *("setup", "centre", "centre-check", "spread", "spread-check"),
    *("long-run", "why", "progress"),
]


def healed(store, change=None, **fields):
    """Heal a solved notebook after a change."""
    return heal(parse_submission(raw(store, change, **fields)), store)[:2]


def test_an_intact_notebook_is_left_alone(store):
    """No notes, all cells in place, the learner's text in the solutions."""
    notebook, notes = healed(store)

    assert notes == []
    assert ids(notebook) == ORDER
    assert CENTRE in [cell.source for cell in notebook.cells]


def test_healing_asks_no_schema_and_leaves_the_release_as_it_is(store, monkeypatch):
    """All is made of the release and of texts; all submissions share the release."""
    released = json.dumps(store.released)

    def ask(*_, **__):
        raise AssertionError("a schema was asked")

    monkeypatch.setattr(nbbase, "validate", ask)
    notebook, _ = healed(store, no_metadata)
    for cell in notebook.cells:
        cell.metadata["changed"] = True
        cell.source += "more"
    monkeypatch.undo()

    assert json.dumps(store.released) == released
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, nbbase.nbformat_minor)
    nbbase.validate(notebook)


def no_metadata(form):
    for cell in form["cells"]:
        cell["metadata"] = {}


def no_ids(form):
    no_metadata(form)
    for cell in form["cells"]:
        del cell["id"]


def doubled(form):
    form["cells"] = [cell for cell in form["cells"] for _ in range(2)]


def reversed_cells(form):
    form["cells"].reverse()


def without_checks(form):
    form["cells"] = [c for c in form["cells"] if "check" not in c["id"]]


def edited_check(form):
    for cell in form["cells"]:
        if cell["id"] == "centre-check":
            cell["source"] = "print('passed')"


def flipped_flags(form):
    for cell in form["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {
                "grade": False,
                "solution": False,
                "locked": False,
                "points": 1000,
            }


def foreign_tags(form):
    for cell in form["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def retyped(form):
    for cell in form["cells"]:
        if cell["id"] == "centre-check":
            cell["cell_type"] = "markdown"


def list_sources(form):
    for cell in form["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def windows(form):
    for cell in form["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def other_kernel(form):
    form["metadata"] = {"kernelspec": {"name": "evil", "display_name": "x"}}


@pytest.mark.parametrize(
    "change",
    [
        no_metadata,
        no_ids,
        doubled,
        reversed_cells,
        without_checks,
        edited_check,
        flipped_flags,
        foreign_tags,
        retyped,
        list_sources,
        windows,
        other_kernel,
    ],
    ids=lambda change: change.__name__,
)
def test_what_can_be_healed_is_as_the_intact_notebook(store, change):
    """Graded cells have their released text, flags and order again."""
    intact, _ = healed(store)
    notebook, _ = healed(store, change)

    def graded(nb):
        return [
            (c.cell_type, c.source, dict(c.metadata))
            for c in nb.cells
            if c.metadata.get("nbgrader")
        ]

    assert graded(intact) == graded(notebook)
    assert intact.metadata == notebook.metadata
    assert len({cell["id"] for cell in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (doubled, "was there 2 times"),
        (reversed_cells, "put back into their order"),
        (without_checks, "was missing and was put back"),
        (edited_check, "may not be edited"),
        (retyped, "another cell type"),
        (no_metadata, "were lost"),
        (windows, "Windows line ends"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_healed_is_said(store, change, said):
    """The feedback tells the learner what was mended."""
    _, notes = healed(store, change)

    assert said in " ".join(notes)


def test_the_last_copy_of_an_answer_counts(store):
    """A learner who works in a copy below means the copy."""

    def change(form):
        copy = json.loads(json.dumps(form["cells"][2]))
        form["cells"][2]["source"] = "def centre(X):\n    return X"
        form["cells"].insert(3, copy)

    notebook, _ = healed(store, change)

    answer = next(c for c in notebook.cells if c["id"] == "centre")
    assert answer.source == CENTRE


def test_a_written_answer_survives_a_copied_stub(store):
    """Of two copies the one that was answered is graded."""

    def change(form):
        cell = next(c for c in form["cells"] if c["id"] == "why")
        copy = json.loads(json.dumps(cell))
        copy["source"] = "Because of the shapes."
        form["cells"].append(copy)

    notebook, _ = healed(store, change)

    answer = next(c for c in notebook.cells if c["id"] == "why")
    assert answer.source == "Because of the shapes."


def test_the_format_before_version_4_is_read(store):
    """Worksheets and inputs become cells and sources."""
    form = json.loads(raw(store))
    for cell in form["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    old = {"nbformat": 3, "worksheets": [{"cells": form["cells"]}], "metadata": {}}

    notebook, notes, *_ = heal(parse_submission(json.dumps(old).encode()), store)

    assert ids(notebook) == ORDER
    assert "older format" in " ".join(notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b'{"cells": [', "cut off or damaged"),
        (b"[" * 100_000, "cut off or damaged"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"[1, 2]", "no notebook"),
        (b'{"a": 1}', "no notebook"),
        (b'{"cells": 3}', "no notebook"),
        (b'{"cells": []}', "no cells"),
        (json.dumps({"cells": [{}] * 3000}).encode(), "3000 cells"),
        (b'{"cells": [' + b"{}," * 1_100_000 + b"{}]}", "250000 values"),
        (b'{"a": {' + b'"b": [],' * 600_000 + b'"b": 0}}', "250000 values"),
        (
            json.dumps(
                {"cells": [{"cell_type": "code", "source": "x" * 600_000}]}
            ).encode(),
            "600 kB",
        ),
        (
            json.dumps(
                {"cells": [{"cell_type": "code", "source": "x" * 60_000}] * 60}
            ).encode(),
            "3600 kB",
        ),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else "",
)
def test_damage_becomes_the_untouched_notebook_with_a_reason(store, content, said):
    """Nothing raises; the reason is one a learner can act on."""
    submission = parse_submission(content)
    notebook, notes, *_ = heal(submission, store)

    assert said in submission.damage
    assert submission.damage in notes
    assert ids(notebook) == ORDER


@pytest.mark.slow
@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 1_000_001 + b'"' + b'\\"' * 400_000,
        json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "source": f"centre = {i}\n" + piece * count}
                    for i in range(4)
                    for piece, count in (("x = 1\n", 3_000), ("x = 1\n", 40_000))
                ]
            }
        ).encode(),
        json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "source": "f'" + "{centre}" * 50_000 + "'"}
                ]
                * 6
            }
        ).encode(),
    ],
    ids=["quotes", "statements", "fields"],
)
def test_no_file_takes_long_to_be_read(store, raw):
    """Before anything runs, no limit but these ends it."""
    began = time.process_time()
    healed = heal(parse_submission(raw), store)
    texts = [c.source for c in healed.notebook.cells if c.cell_type == "code"]
    untouched_functions(store, texts)

    assert time.process_time() - began < 15


def test_long_texts_are_no_values(store):
    """A notebook whose outputs are full of commas is read."""
    output = {"output_type": "stream", "name": "stdout", "text": '[1, "2"], ' * 400_000}
    cell = {"cell_type": "code", "source": "x", "outputs": [output]}

    assert parse_submission(json.dumps({"cells": [cell]}).encode()).damage == ""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("symlink", "is a link to another file"),
        ("hardlink", "is a hard link: a second name"),
        ("fifo", "not an ordinary file"),
        ("folder", "not an ordinary file"),
        ("missing", "not an ordinary file"),
    ],
)
def test_only_ordinary_files_are_opened(store, tmp_path, kind, said):
    """A link to somebody else's work, or a pipe that never ends, is not read."""
    secret = tmp_path / "secret.ipynb"
    secret.write_text('{"cells": [{"cell_type": "code", "source": "1"}]}')
    path = tmp_path / "work.ipynb"
    if kind == "symlink":
        path.symlink_to(secret)
    elif kind == "hardlink":
        os.link(secret, path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()

    submission = read_submission(path)

    assert said in submission.damage
    assert submission.cells == []
    (flag,) = heal(submission, store).flags
    assert flag.kind == ("link" if "link" in kind else "damaged")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    """The reason says how large it is and how large it may be."""
    monkeypatch.setattr("autograder.submissions.MAX_BYTES", 3_000_000)
    path = tmp_path / "work.ipynb"
    path.write_bytes(b" " * 5_000_000)

    assert "has 5 MB; at most 3 MB" in read_submission(path).damage


# The second half of its last character is a backslash to whoever reads bytes.
CHINESE = "# 按行求均值，乗\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "named", "guessed"),
    [
        ("utf-8", "", "", ""),
        ("utf-8", "\ufeff", "byte order mark", ""),
        ("utf-16-le", "\ufeff", "UTF-16", ""),
        ("utf-16-be", "\ufeff", "UTF-16", ""),
        ("utf-16-le", "", "UTF-16", ""),
        ("utf-32-le", "\ufeff", "UTF-32", ""),
        ("gbk", "", "GB18030", "GB18030"),
        ("gb18030", "", "GB18030", "GB18030"),
    ],
)
@pytest.mark.parametrize("size", [0, 5_000_000])
def test_a_notebook_is_read_in_the_encoding_that_it_has(
    tmp_path, store, encoding, mark, named, guessed, size
):
    """What no byte order mark says is a guess, and a person is asked to look."""

    def with_chinese(form):
        for cell in form["cells"]:
            if cell["id"] == "centre":
                cell["source"] = CHINESE + cell["source"]
        printed = {"output_type": "stream", "name": "stdout", "text": "乗"}
        long = dict(printed, text="a" * size)
        form["cells"][0] |= {"cell_type": "code", "outputs": [printed, long]}

    form = json.loads(raw(store, with_chinese))
    path = tmp_path / "work.ipynb"
    path.write_bytes((mark + json.dumps(form, ensure_ascii=False)).encode(encoding))
    read = read_submission(path)
    found = heal(read, store)

    sources = [cell.source for cell in found.notebook.cells]
    assert CHINESE + CENTRE in sources
    assert [named in note for note in read.notes if note] == [True] * bool(named)
    flags = [flag.detail for flag in found.flags if flag.kind == "encoding"]
    assert flags == [guessed] * bool(guessed)
    assert read.digest


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe" + '{"cells": []'.encode("utf-16-le") + b"\x00",
        b"\xff\xfe\x00\xd8{",
        '{"cells": ['.encode("gbk"),
        '{"cells": ["乗'.encode("gbk"),
        b"\x89PNG\r\n\x1a\n\xff\xff",
        '{"cells": ["é"'.encode("latin-1"),
    ],
)
def test_a_file_that_no_encoding_makes_a_notebook_is_refused(store, content):
    """With a sentence that the learner reads and a flag for the instructor."""
    found = heal(parse_submission(content), store)

    assert [flag.kind for flag in found.flags] == ["damaged"]
    assert "submit" in found.notes[-2].lower()


def test_another_notebook_is_recognised(store):
    """None of the cells is known: it says so instead of a silent zero."""
    content = {"cells": [{"cell_type": "code", "source": "print(1)", "metadata": {}}]}

    _, notes, *_ = heal(parse_submission(json.dumps(content).encode()), store)

    assert "another assignment" in " ".join(notes)


@pytest.mark.parametrize(
    "cell",
    [
        3,
        {"cell_type": "code", "source": 3},
        {"cell_type": ["code"], "source": "x"},
        {"cell_type": "code", "source": "x = '\ud800\x00'"},
        {"cell_type": "code", "source": "x", "metadata": 3, "id": ["a"]},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": []}},
        {
            "cell_type": "code",
            "source": "x",
            "metadata": {"nbgrader": {"grade_id": {}}},
        },
    ],
)
def test_cells_of_strange_types_do_no_harm(store, cell):
    """What is not a cell is left out; what is one keeps its text."""

    def change(form):
        form["cells"].insert(2, cell)

    notebook, _ = healed(store, change)

    assert ids(notebook) == ORDER
    json.dumps(notebook, ensure_ascii=False).encode("utf-8")


def test_of_a_long_output_nothing_is_kept_and_of_a_long_source_that_it_is():
    """A single wide character would make each of the output take four bytes."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}
    note = {"cell_type": "markdown", "metadata": {}, "source": "\U0001f600"}
    output = {"output_type": "stream", "name": "stdout", "text": "a" * 30_000_000}
    form = {"cells": [note, {**cell, "outputs": [output]}], "metadata": {}}
    raw = json.dumps(form, ensure_ascii=False).encode()
    tracemalloc.start()
    read = parse_submission(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    long = {**cell, "source": "a" * 5_000_000}
    damaged = parse_submission(json.dumps({"cells": [long]}).encode())

    assert [one.source for one in read.cells] == ["\U0001f600", "x = 1"]
    assert peak < 20_000_000
    assert "500" in damaged.damage and not damaged.cells
