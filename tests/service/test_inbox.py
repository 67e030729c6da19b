"""What is copied out of an inbox, where a learner may change it meanwhile."""

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
