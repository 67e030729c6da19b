"""What is copied out of an inbox, where a learner may change it meanwhile."""

import os
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.files import Sort, open_regular, sort_of
from autograder.sandbox import scratch
from autograder.service import inbox


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path, monkeypatch):
    """Of a file of the grader's behind it nothing is handed in."""
    secret, source, target = (tmp_path / n for n in ("secret", "source", "target"))
    (source / "sub").mkdir(parents=True)
    secret.mkdir()
    (source / "first.txt").write_text("first")
    (source / "sub" / "tiny.ipynb").write_text("own")
    (secret / "tiny.ipynb").write_text("secret")

    def exchanged(path, folder=None):
        if not (source / "sub").is_symlink():
            (source / "sub").rename(tmp_path / "moved")
            (source / "sub").symlink_to(secret)
        return open_regular(path, folder)

    monkeypatch.setattr(inbox, "open_regular", exchanged)
    inbox.copy_submission(source, target)

    texts = [p.read_text() for p in target.rglob("*") if p.is_file()]
    assert texts == ["first"]


def test_a_submission_is_copied_whole(tmp_path):
    """With the files in its folders, and without links."""
    source, target = Path(tmp_path / "source"), Path(tmp_path / "target")
    (source / "data").mkdir(parents=True)
    (source / "tiny.ipynb").write_text("own")
    (source / "data" / "a.csv").write_text("1")
    (source / "link").symlink_to("/etc/passwd")

    left_out = inbox.copy_submission(source, target)

    assert left_out == "what is no ordinary file, or too large"
    found = {str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()}
    assert found == {"tiny.ipynb", "data/a.csv"}


@pytest.mark.parametrize("sort", [Sort.LINK, Sort.HARD_LINK])
def test_a_link_in_place_of_a_notebook_is_copied_as_one(tmp_path, sort):
    """So that grading says what it was; nothing is read through it."""
    source, target, other = (tmp_path / name for name in ("in", "out", "other.ipynb"))
    source.mkdir()
    other.write_text("secret")
    if sort is Sort.LINK:
        (source / "tiny.ipynb").symlink_to(other)
    else:
        os.link(other, source / "tiny.ipynb")
    inbox.copy_submission(source, target)

    assert sort_of(target / "tiny.ipynb")[0] is sort
    assert not any("secret" in p.read_text() for p in target.iterdir() if p.is_file())


def test_names_that_no_database_keeps_are_no_submissions(tmp_path):
    """Bytes that are no text, and what commands a terminal; others go on."""
    for name in (b"ada+01_tiny+\xff", b"ben+01_tiny+\x1b[2J", b"cy+01_tiny+1"):
        os.mkdir(os.fsencode(tmp_path) + b"/" + name)
    box = inbox.Inbox("folder", tmp_path, settle=-1.0)

    assert [arrival.student for arrival in box.arrivals(set())] == ["cy"]
    assert len(box.misnamed) == 2


def test_what_does_not_rest_is_not_looked_into_at_each_look(tmp_path, monkeypatch):
    """However many folders change all the time, and are named as they should not."""
    looked = []
    latest = inbox._latest
    monkeypatch.setattr(
        inbox, "_latest", lambda path: looked.append(path) or latest(path)
    )
    for number in range(3):
        (tmp_path / f"eve+01_tiny+{number}").mkdir()
    for number in range(1_010):
        (tmp_path / str(number)).touch()
    begin, past = time.time(), [0.0]  # a clock that a busy machine does not move
    clock = SimpleNamespace(time=lambda: begin + past[0], monotonic=lambda: past[0])
    monkeypatch.setattr(inbox, "time", clock)
    box = inbox.Inbox("folder", tmp_path, settle=60)
    found = [len(list(box.arrivals(set()))) for _ in range(5)]
    past[0] = 61
    found += [len(list(box.arrivals(set()))) for _ in range(5)]

    assert found == [0] * 5 + [3] * 5
    assert len(looked) == 6
    assert len(box.misnamed) == 1_000


def test_a_path_that_is_too_long_where_copies_lie_is_left_out(tmp_path):
    """A learner's folders can be as deep as paths go; the rest is taken."""
    source = tmp_path / "s"
    (source / "sub").mkdir(parents=True)
    (source / "tiny.ipynb").write_text("own")
    (source / "sub" / ("n" * 255)).write_text("x")
    deep = tmp_path / "/".join(["d" * 200] * ((4_000 - len(str(tmp_path))) // 201))
    deep.mkdir(parents=True)

    left_out = inbox.copy_submission(source, deep / "target")

    assert left_out == "what has too long a name"
    assert (deep / "target" / "tiny.ipynb").read_text() == "own"


@pytest.mark.slow
def test_folders_deeper_than_a_stack_are_taken_in(tmp_path):
    """With a learner of no name beside it, who is none."""
    deep = tmp_path / "ada+01_tiny+1"
    for name in (deep, tmp_path / "+01_tiny+1", tmp_path / "ada++1"):
        name.mkdir()
    (deep / "tiny.ipynb").write_text("own")
    lowest = str(deep)
    for _ in range(1_500):
        lowest += "/d"
        os.mkdir(lowest)
    box = inbox.Inbox("folder", tmp_path, settle=-1.0)

    (arrival,) = box.arrivals(set())
    left_out = inbox.copy_submission(arrival.path, tmp_path / "target")
    scratch.remove(str(deep))  # which pytest cannot

    assert (arrival.student, left_out) == ("ada", "folders too deep")
    assert (tmp_path / "target" / "tiny.ipynb").read_text() == "own"
    assert len(box.misnamed) == 2


@pytest.mark.slow
def test_what_takes_no_space_takes_none_in_the_copy(tmp_path):
    """A file of zeros costs a learner nothing, on disk as in memory."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "tiny.ipynb").write_text("own")
    for name in ("a", "b", "c"):
        with open(source / name, "wb") as file:
            file.truncate(inbox.MAX_BYTES)
    with open(source / "d", "wb") as file:
        file.truncate(inbox.MAX_BYTES + 1)
    (source / "e").write_bytes(bytes(inbox.CHUNK) + b"end")
    tracemalloc.start()
    left_out = inbox.copy_submission(source, target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert left_out == "what was too much"
    assert sorted(path.name for path in target.iterdir()) == ["a", "b", "c"]
    assert sum(path.stat().st_blocks * 512 for path in target.iterdir()) < 100_000
    assert peak < 10 * inbox.CHUNK


def test_many_empty_folders_are_too_much(tmp_path):
    """They are counted as files are."""
    source = tmp_path / "source"
    for number in range(inbox.MOST_FILES):
        (source / str(number)).mkdir(parents=True)

    assert inbox.copy_submission(source, tmp_path / "target") == "what was too much"
