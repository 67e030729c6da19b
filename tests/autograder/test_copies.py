"""Work under another name than the notebook's is found by its cells."""

import json

import pytest
from click.testing import CliRunner

from autograder.cli.show import show
from autograder.copies import choose, files_by_notebook, notebook_in, notebooks_in
from autograder.store import read_store, store_path
from tests.course import CENTRE, content, two_stores


@pytest.fixture(scope="module")
def stores(tiny_course):
    """Return the stores of an assignment of two notebooks."""
    return two_stores(tiny_course.root, "tiny", "other")


def chosen(folder, stores, name="tiny"):
    """Return the texts of the graded notebook, its notes and its flags."""
    path = folder / f"{name}.ipynb"
    _, healed = choose(path, stores[name], stores)
    flags = [(flag.kind, flag.detail) for flag in healed.flags]
    return [cell.source for cell in healed.notebook.cells], healed.notes, flags


@pytest.mark.parametrize("name", ["tiny (1)", "Untitled", "my work", "Ünïted"])
@pytest.mark.parametrize("bare", [False, True])
def test_work_under_another_name_is_graded_with_a_note(stores, tmp_path, name, bare):
    """By nbgrader's names, or by the cells that may not be edited."""
    (tmp_path / f"{name}.ipynb").write_bytes(content(stores["tiny"], CENTRE, bare=bare))
    (tmp_path / "other.ipynb").write_bytes(content(stores["other"]))
    texts, notes, flags = chosen(tmp_path, stores)

    assert notebooks_in(tmp_path, stores) == ["tiny", "other"]
    assert CENTRE in texts
    assert any(f"so {name}.ipynb was graded" in note for note in notes)
    assert ("renamed", f"{name}.ipynb") in flags
    # It is the other notebook's matter alone.
    assert "copies" not in [kind for kind, _ in chosen(tmp_path, stores, "other")[2]]


def test_a_renamed_notebook_is_no_copy_of_another_one(stores, tmp_path):
    """Though the two share a cell, and the other is untouched."""
    (tmp_path / "other.ipynb").write_bytes(content(stores["other"]))
    (tmp_path / "Untitled.ipynb").write_bytes(content(stores["tiny"], CENTRE))

    assert CENTRE not in chosen(tmp_path, stores, "other")[0]


def test_the_cells_of_another_notebook_are_named(stores, tmp_path):
    """As where two names were exchanged, or one notebook was handed in twice."""
    for name in ("tiny", "other"):
        (tmp_path / f"{name}.ipynb").write_bytes(content(stores["tiny"], CENTRE))

    assert "another" not in [kind for kind, _ in chosen(tmp_path, stores)[2]]
    assert ("another", "tiny") in chosen(tmp_path, stores, "other")[2]


def test_of_several_files_none_is_graded_and_all_are_named(stores, tmp_path):
    """The learner is told what to do, and a person decides."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.ipynb").write_bytes(
            content(stores["tiny"], f"{CENTRE}  # {name}")
        )
    texts, notes, flags = chosen(tmp_path, stores)

    assert notebooks_in(tmp_path, stores) == ["tiny"]
    assert not any(CENTRE in text for text in texts)
    assert any("each of these may be it: a.ipynb, b.ipynb" in note for note in notes)
    assert ("damaged", "") in flags and ("copies", "a.ipynb, b.ipynb") in flags


def test_of_several_files_the_only_one_with_work_is_graded(stores, tmp_path):
    """The untouched one is named."""
    (tmp_path / "fresh.ipynb").write_bytes(content(stores["tiny"]))
    (tmp_path / "mine.ipynb").write_bytes(content(stores["tiny"], CENTRE))
    texts, _, flags = chosen(tmp_path, stores)

    assert CENTRE in texts
    assert ("renamed", "mine.ipynb") in flags and ("copies", "fresh.ipynb") in flags


def test_what_is_none_or_more_than_one_of_the_notebooks_is_only_named(stores, tmp_path):
    """Both notebooks in one file, a few cells of one, and anything else."""
    both = json.loads(content(stores["tiny"], CENTRE))
    both["cells"] += json.loads(content(stores["other"]))["cells"]
    few = json.loads(content(stores["tiny"], CENTRE))
    few["cells"] = few["cells"][:2]
    files = {
        "both": json.dumps(both).encode(),
        "few": json.dumps(few).encode(),
        "none": b'{"cells": [',
    }
    for name, raw in files.items():
        (tmp_path / f"{name}.ipynb").write_bytes(raw)
        assert notebook_in(raw, stores) == ""
    (tmp_path / "other.ipynb").write_bytes(content(stores["other"]))

    assert notebooks_in(tmp_path, stores) == ["other"]
    assert [path.stem for path in files_by_notebook(tmp_path, stores)[""]] == [*files]
    named = "both.ipynb, few.ipynb, none.ipynb"
    assert ("copies", named) in chosen(tmp_path, stores, "other")[2]


def test_an_appeal_runs_the_file_that_was_graded(tiny_course, hand_in, monkeypatch):
    """Under another name, or a copy beside the untouched notebook."""
    monkeypatch.chdir(tiny_course.root)
    for student, name in (("lea", "my work"), ("max", "tiny-Copy1")):
        path = hand_in(student)
        untouched = path.read_bytes()
        store = read_store(store_path(tiny_course.root, "01_tiny", "tiny"))
        path.with_name(f"{name}.ipynb").write_bytes(content(store, CENTRE))
        path.unlink()
        if student == "max":
            path.write_bytes(untouched)
        shown = CliRunner().invoke(show, ["01_tiny", student])

        assert shown.exit_code == 0, shown.output
        assert "centre:1" in shown.output and "1.00" in shown.output
