"""The handwritten digits: parts, values, labels, source."""

import shutil

import h5py
import numpy as np
import pytest

from helpers.datasets import (
    DataFileError,
    data_folder,
    load_all_digits,
    load_digits,
    sample,
)

PARTS = {"train": 1000, "validation": 397, "test": 400}


@pytest.mark.parametrize(("part", "m"), PARTS.items())
def test_parts_have_their_shapes_and_types(part, m):
    """X is (64, m) between 0 and 1, Y is (1, m) of 0.0 and 1.0, about half each."""
    X, Y = load_digits(part)

    assert (X.shape, Y.shape) == ((64, m), (1, m))
    assert (X.dtype, Y.dtype) == (np.float64, np.float64)
    assert (X.min(), X.max()) == (0.0, 1.0)
    assert set(np.unique(Y)) == {0.0, 1.0}
    assert 0.45 < Y.mean() < 0.55


def test_odd_is_what_the_digit_says():
    """The label is the remainder of the digit by two; each digit is there."""
    for part in PARTS:
        digits = load_digits(part, target="digit")[1]

        np.testing.assert_array_equal(load_digits(part)[1], digits % 2)
        assert set(np.unique(digits)) == set(range(10))


def test_no_picture_is_in_two_places():
    """All 1797 pictures differ, so no part knows another."""
    pictures = np.concatenate([load_digits(part)[0] for part in PARTS], axis=1)

    assert pictures.shape[1] == 1797
    assert len(np.unique(pictures, axis=1).T) == 1797


def test_ones_look_like_ones():
    """The mean one is bright in the middle columns and dark at the edges."""
    X, digits = load_digits(target="digit")
    one = X[:, digits[0] == 1].mean(axis=1).reshape(8, 8)

    assert one[:, 3:5].mean() > 0.6
    assert one[:, [0, 7]].max() < 0.2


def test_samples_name_digits():
    """A check can name pictures instead of carrying them along."""
    picture = sample("digits", "test_x", [3, 5]).resolve()

    np.testing.assert_array_equal(picture, load_all_digits().test_x[:, [3, 5]])


def test_source_and_licence_stand_in_the_file():
    """Whoever finds the file alone learns where it comes from."""
    with h5py.File(data_folder() / "digits.h5", "r") as file:
        assert "10.24432/C50P49" in file.attrs["source"]
        assert "CC BY 4.0" in file.attrs["licence"]


def test_damaged_file_and_unknown_names_are_errors(tmp_path, monkeypatch):
    """A wrong file is named; so are an unknown part and an unknown target."""
    with pytest.raises(ValueError, match="'exam'"):
        load_digits("exam")
    with pytest.raises(ValueError, match="'prime'"):
        load_digits(target="prime")
    path = tmp_path / "digits.h5"
    shutil.copy(data_folder() / "digits.h5", path)
    with h5py.File(path, "a") as file:
        del file["val_set_y"]
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    with pytest.raises(DataFileError, match="val_set_y"):
        load_digits()
