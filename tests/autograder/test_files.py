"""Files that are whole or absent."""

import errno
import stat

import pytest

from autograder import files


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path, monkeypatch
):
    """A full disk costs neither what was there, nor the space of half a file."""
    path = tmp_path / "marks.csv"
    path.write_text("old")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError):
        files.write_atomically(path, "new")

    assert path.read_text() == "old"
    assert [path] == list(tmp_path.iterdir())


def test_a_private_file_is_never_open_to_others(tmp_path):
    """The mode that is asked for holds from the first byte on."""
    path = tmp_path / "marks.csv"
    files.write_atomically(path, "1", 0o600)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
