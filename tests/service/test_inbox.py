"""What is copied out of an inbox, where a learner may change it meanwhile."""

import os
from pathlib import Path

from autograder.files import read_bounded
from autograder.service import inbox


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path, monkeypatch):
    """Of a file of the grader's behind it nothing is handed in."""
    secret, source, target = (tmp_path / n for n in ("secret", "source", "target"))
    (source / "sub").mkdir(parents=True)
    secret.mkdir()
    (source / "first.txt").write_text("first")
    (source / "sub" / "tiny.ipynb").write_text("own")
    (secret / "tiny.ipynb").write_text("secret")

    def exchanged(path, most, folder=None):
        if not (source / "sub").is_symlink():
            (source / "sub").rename(tmp_path / "moved")
            (source / "sub").symlink_to(secret)
        return read_bounded(path, most, folder)

    monkeypatch.setattr(inbox, "read_bounded", exchanged)
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


def test_names_that_no_database_keeps_are_no_submissions(tmp_path):
    """Bytes that are no text, and what commands a terminal; others go on."""
    for name in (b"ada+01_tiny+\xff", b"ben+01_tiny+\x1b[2J", b"cy+01_tiny+1"):
        os.mkdir(os.fsencode(tmp_path) + b"/" + name)
    box = inbox.Inbox("folder", tmp_path, settle=-1.0)

    assert [arrival.student for arrival in box.arrivals(set())] == ["cy"]
    assert len(box.misnamed) == 2


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
