"""Samples, data files that are not what they should be, photographs."""

import json
import shutil

import h5py
import numpy as np
import pytest
from PIL import Image

from helpers.datasets import (
    DataFileError,
    Sample,
    average_down,
    flatten_images,
    load_cats,
    load_image,
    sample,
)
from helpers.datasets.samples import register


@pytest.fixture
def tiny_cats(tmp_path):
    """Return the path of a small file in the layout of data/cats.h5."""
    path = tmp_path / "cats.h5"
    with h5py.File(path, "w") as file:
        file["list_classes"] = np.array([b"not a cat", b"cat"])
        for name, m in (("train", 4), ("val", 3), ("test", 2), ("stress", 1)):
            file[f"{name}_set_x"] = np.full((m, 64, 64, 3), m, dtype=np.uint8)
            file[f"{name}_set_y"] = np.arange(m) % 2
            file[f"{name}_set_factors/angle"] = np.arange(m, dtype=np.float32)
            file[f"{name}_set_factors/kind"] = np.array([b"dog"] * m)
    return path


def change(path, name, value):
    """Replace an array of an HDF5 file; None takes it away."""
    with h5py.File(path, "a") as file:
        del file[name]
        if value is not None:
            file[name] = value


def test_the_loader_gives_classic_arrays(tiny_cats):
    """Pictures are uint8 (m, 64, 64, 3), labels float64 (1, m)."""
    cats = load_cats(tiny_cats)

    assert cats.train_x.shape == (4, 64, 64, 3)
    assert cats.train_x.dtype == np.uint8
    assert cats.train_y.tolist() == [[0.0, 1.0, 0.0, 1.0]]
    assert cats.train_y.dtype == np.float64
    assert cats.validation_x.shape == (3, 64, 64, 3)
    assert cats.classes == ("not a cat", "cat")
    assert cats.factors["train"]["kind"].tolist() == ["dog"] * 4


def test_course_data_says_where_the_files_lie(tiny_cats, monkeypatch):
    """The environment variable COURSE_DATA names the data folder."""
    monkeypatch.setenv("COURSE_DATA", str(tiny_cats.parent))

    assert load_cats().train_x.shape == (4, 64, 64, 3)


def test_a_missing_file_is_named(tmp_path):
    """A missing file ends in an error with its path."""
    with pytest.raises(DataFileError, match=r"absent\.h5: there is no such"):
        load_cats(tmp_path / "absent.h5")


def test_a_git_lfs_pointer_is_told_from_data(tmp_path):
    """A pointer file is called one, with what to do about it."""
    path = tmp_path / "cats.h5"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")

    with pytest.raises(DataFileError, match=r"cats\.h5: this is a Git LFS pointer"):
        load_cats(path)


def test_a_file_of_another_format_is_named(tmp_path):
    """Text under the name of a data file is not taken for data."""
    path = tmp_path / "cats.h5"
    path.write_text("no data")

    with pytest.raises(DataFileError, match=r"cats\.h5: this is not an HDF5 file"):
        load_cats(path)


def test_a_truncated_file_is_named(tiny_cats):
    """A download that broke off ends in an error with its path."""
    whole = tiny_cats.read_bytes()
    tiny_cats.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(DataFileError, match=r"cats\.h5: this HDF5 file is damaged"):
        load_cats(tiny_cats)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("val_set_x", None, "expected an array 'val_set_x'"),
        (
            "train_set_x",
            np.zeros((4, 32, 32, 3), np.uint8),
            r"'train_set_x' should have shape \(m, 64, 64, 3\), and has \(4, 32",
        ),
        (
            "train_set_x",
            np.zeros((4, 64, 64, 3)),
            "'train_set_x' should hold uint8, and holds float64",
        ),
        ("test_set_y", np.zeros((2, 1), int), r"should have shape \(m,\)"),
        ("train_set_y", np.zeros(5, int), "4 images but 5 labels"),
        ("val_set_factors/kind", np.zeros(2), r"should have shape \(3,\)"),
        ("stress_set_factors", None, "expected a group 'stress_set_factors'"),
    ],
)
def test_an_array_that_does_not_fit_is_named(tiny_cats, name, value, message):
    """The error names the file, the array and what was expected."""
    change(tiny_cats, name, value)

    with pytest.raises(DataFileError, match=rf"cats\.h5: .*{message}"):
        load_cats(tiny_cats)


def test_the_classic_pair_needs_both_files(tmp_path):
    """A folder without the classic files says which one is missing."""
    with pytest.raises(DataFileError, match=r"train_catvnoncat\.h5"):
        load_cats(tmp_path)


def test_a_classic_pair_is_loaded_from_its_folder(tmp_path):
    """The classic layout gives training and test set and nothing else."""
    for name, m in (("train", 3), ("test", 2)):
        with h5py.File(tmp_path / f"{name}_catvnoncat.h5", "w") as file:
            file["list_classes"] = np.array([b"non-cat", b"cat"])
            file[f"{name}_set_x"] = np.zeros((m, 64, 64, 3), np.uint8)
            file[f"{name}_set_y"] = np.ones(m, int)

    cats = load_cats(tmp_path)

    assert cats.train_x.shape == (3, 64, 64, 3)
    assert cats.test_y.tolist() == [[1.0, 1.0]]
    assert cats.classes == ("non-cat", "cat")
    assert cats.validation_x is None
    assert cats.factors == {}


class Toy:
    """A data set for the tests of samples."""

    train_x = np.arange(12.0).reshape(2, 6)
    train_y = np.arange(6.0).reshape(1, 6)
    pictures = np.arange(6).reshape(6, 1, 1, 1)


register("toy", Toy)


@pytest.mark.parametrize(
    ("array", "index", "expected"),
    [
        ("train_x", slice(1, 3), [[1.0, 2.0], [7.0, 8.0]]),
        ("train_y", slice(None, None, 3), [[0.0, 3.0]]),
        ("train_y", [5, 0], [[5.0, 0.0]]),
        ("pictures", [2], [[[[2]]]]),
    ],
)
def test_a_sample_resolves_to_its_examples(array, index, expected):
    """Columns of matrices and first axes of pictures are examples."""
    assert sample("toy", array, index).resolve().tolist() == expected


@pytest.mark.parametrize("index", [slice(0, 10), slice(None, 4, 2), [3, 1], ()])
def test_a_sample_survives_its_description(index):
    """A description goes through JSON and comes back as an equal sample."""
    original = sample("toy", "train_x", index)

    description = json.loads(json.dumps(original.describe()))

    assert Sample.from_description(description) == original


def test_a_resolved_sample_is_a_copy():
    """Who changes a resolved sample changes nobody else's."""
    first = sample("toy", "train_y", slice(0, 2)).resolve()
    first[:] = -1

    assert sample("toy", "train_y", slice(0, 2)).resolve().tolist() == [[0.0, 1.0]]


def test_a_sample_of_nothing_known_says_what_is_known():
    """An unknown data set or array is named."""
    with pytest.raises(ValueError, match=r"no data set 'dogs'; known are: .*cats"):
        sample("dogs", "train_x", slice(1)).resolve()
    with pytest.raises(ValueError, match="'toy' has no array 'trian_x'"):
        sample("toy", "trian_x", slice(1)).resolve()


@pytest.mark.parametrize("index", [3, True, "01", 1.5, [0.5], slice(0.5), None])
def test_a_sample_takes_only_slices_and_whole_numbers(index):
    """Anything else is refused when the sample is made."""
    with pytest.raises(TypeError, match="a slice or by a list"):
        sample("toy", "train_x", index)


def test_averages_are_means_of_blocks():
    """Each new pixel is the mean of the square of old ones that it covers."""
    picture = np.arange(16).reshape(1, 4, 4, 1)

    assert average_down(picture, 2)[0, :, :, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_averages_need_a_divisor():
    """64 pixels cannot be averaged to 30."""
    with pytest.raises(ValueError, match="30 does not divide 64"):
        average_down(np.zeros((1, 64, 64, 3)), 30)


def test_flattened_pictures_are_columns_between_0_and_1():
    """Each picture becomes a column in the order of its pixels."""
    pictures = np.zeros((2, 64, 64, 3), np.uint8)
    pictures[1, :, :, 0] = 255

    X = flatten_images(pictures, 64)

    assert X.shape == (12288, 2)
    assert X[:, 0].max() == 0
    assert X[:4, 1].tolist() == [1, 0, 0, 1]
    assert flatten_images(pictures[0]).shape == (3072, 1)


def test_inputs_have_the_training_mean_taken_off(tiny_cats):
    """Training columns have mean 0; other pictures lose the same mean."""
    inputs = load_cats(tiny_cats).inputs(32)

    assert inputs.train_x.shape == (3072, 4)
    assert np.abs(inputs.train_x.mean(axis=1)).max() < 1e-12
    np.testing.assert_allclose(inputs.test_x, (2 - 4) / 255, rtol=0, atol=1e-12)
    picture = np.full((64, 64, 3), 2, np.uint8)
    np.testing.assert_array_equal(inputs.prepare(picture), inputs.test_x[:, :1])


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "I;16", "F"]
)
def test_a_photograph_of_any_mode_becomes_rgb(mode, tmp_path):
    """A bright picture stays bright, whatever the mode of its file."""
    if mode in ("I", "I;16"):
        values = np.full((50, 90), 60000)
        whole = Image.fromarray(values.astype(np.uint16 if ";" in mode else np.int32))
    elif mode == "F":
        whole = Image.fromarray(np.full((50, 90), 0.9, dtype=np.float32))
    else:
        whole = Image.new("RGB", (90, 50), "white").convert(mode)
    suffix = "tiff" if mode in ("CMYK", "YCbCr", "I", "F", "I;16") else "png"
    path = tmp_path / f"photo.{suffix}"
    whole.save(path)

    picture = load_image(path)

    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    assert picture.min() > 220


def test_a_transparent_picture_is_laid_on_white(tmp_path):
    """What cannot be seen is white, not black."""
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(tmp_path / "clear.png")

    assert load_image(tmp_path / "clear.png").min() == 255


def test_a_photograph_is_turned_as_its_camera_says(tmp_path):
    """EXIF orientation 6 turns the left edge of the file to the top."""
    picture = Image.new("RGB", (64, 64), "black")
    picture.paste("white", (0, 0, 32, 64))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=95)

    loaded = load_image(tmp_path / "turned.jpg")

    assert loaded[:24].min() > 200
    assert loaded[40:].max() < 50


def test_a_wide_photograph_is_cut_to_its_middle(tmp_path):
    """A picture that is not square keeps its proportions and loses its ends."""
    picture = Image.new("RGB", (300, 100), "white")
    picture.paste("black", (0, 0, 100, 100))
    picture.paste("black", (200, 0, 300, 100))
    picture.save(tmp_path / "wide.png")

    assert load_image(tmp_path / "wide.png")[:, 4:-4].min() == 255


def test_what_is_not_a_picture_is_named(tmp_path):
    """A missing file and a text are refused by name."""
    (tmp_path / "note.txt").write_text("no picture")

    with pytest.raises(DataFileError, match=r"absent\.jpg: there is no such file"):
        load_image(tmp_path / "absent.jpg")
    with pytest.raises(DataFileError, match=r"note\.txt: this file is not an image"):
        load_image(tmp_path / "note.txt")


def test_a_truncated_photograph_is_named(tmp_path):
    """A download that broke off is refused by name, with one kind of error."""
    whole = tmp_path / "whole.jpg"
    values = np.random.RandomState(1).randint(0, 255, (200, 200, 3))
    Image.fromarray(values.astype(np.uint8)).save(whole)
    part = tmp_path / "part.jpg"
    shutil.copy(whole, part)
    part.write_bytes(whole.read_bytes()[:3000])

    with pytest.raises(DataFileError, match=r"part\.jpg"):
        load_image(part)
