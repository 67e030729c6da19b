"""The drawn images of cats and of other animals and things."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from helpers.datasets.files import (
    DataFileError,
    Expected,
    data_folder,
    find_file,
    read_arrays,
)
from helpers.datasets.images import flatten_images
from helpers.datasets.samples import register
from helpers.strings import text

_PICTURES = Expected((None, 64, 64, 3), "u", "uint8")
_LABELS = Expected((None,), "iu", "int64")
_CLASSES = Expected((2,), "S", "bytes")
_FACTOR = "numbers or bytes"
# The names of the sets in the file and in Python.
_SETS = {"train": "train", "val": "validation", "test": "test", "stress": "stress"}
_CLASSIC_FILES = ("train_catvnoncat.h5", "test_catvnoncat.h5")


@dataclass
class CatInputs:
    """What the networks train on: small images as columns, training mean subtracted.

    Attributes
    ----------
    train_x, validation_x, test_x, stress_x : ndarray of shape (n_x, m)
        float64; n_x is size * size * 3.
    train_y, validation_y, test_y, stress_y : ndarray of shape (1, m)
        float64; 1 for a cat.
    mean : ndarray of shape (n_x, 1)
        The mean training image, which was subtracted everywhere.
    size : int
        Height and width of the small images.
    classes : tuple of str
        Names of the labels 0 and 1.
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    mean: np.ndarray
    size: int
    classes: tuple[str, str]
    validation_x: np.ndarray | None = None
    validation_y: np.ndarray | None = None
    stress_x: np.ndarray | None = None
    stress_y: np.ndarray | None = None

    def prepare(self, images: np.ndarray) -> np.ndarray:
        """Give other images the same treatment.

        Parameters
        ----------
        images : ndarray of shape (m, 64, 64, 3) or (64, 64, 3)
            Values from 0 to 255.

        Returns
        -------
        X : ndarray of shape (n_x, m)
            Columns for a network that was trained on ``train_x``.
        """
        return flatten_images(images, self.size) - self.mean


@dataclass
class Cats:
    """Images of cats and of other animals and things.

    Attributes
    ----------
    train_x, validation_x, test_x, stress_x : ndarray of shape (m, 64, 64, 3)
        uint8 images.
    train_y, validation_y, test_y, stress_y : ndarray of shape (1, m)
        float64; 1 for a cat.
    classes : tuple of str
        Names of the labels 0 and 1.
    factors : dict of str to dict of str to ndarray of shape (m,)
        How each image was drawn: ``factors["test"]["angle"]``.

    The classic pair of files has neither validation nor stress set (None) nor
    factors (empty).
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    classes: tuple[str, str]
    validation_x: np.ndarray | None = None
    validation_y: np.ndarray | None = None
    stress_x: np.ndarray | None = None
    stress_y: np.ndarray | None = None
    factors: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    def inputs(self, size: int = 32) -> CatInputs:
        """Return the images as inputs of a network.

        Parameters
        ----------
        size : int, default=32
            Height and width to which the images are averaged down.

        Returns
        -------
        CatInputs
            Columns, with the mean training image subtracted.
        """
        columns = {}
        for name in _SETS.values():
            images = getattr(self, f"{name}_x")
            if images is not None:
                columns[f"{name}_x"] = flatten_images(images, size)
                columns[f"{name}_y"] = getattr(self, f"{name}_y").copy()
        mean = columns["train_x"].mean(axis=1, keepdims=True)
        for name in columns:
            if name.endswith("_x"):
                columns[name] -= mean
        return CatInputs(mean=mean, size=size, classes=self.classes, **columns)


def load_cats(path: str | Path | None = None) -> Cats:
    """Load the images of cats and of other animals and things.

    Parameters
    ----------
    path : str or Path, optional
        A file in the layout of ``data/cats.h5``, or the folder that holds the
        classic pair ``train_catvnoncat.h5`` and ``test_catvnoncat.h5``. By
        default the course's own file.

    Returns
    -------
    Cats
        With ``train_x`` of shape (600, 64, 64, 3), ``train_y`` of shape
        (1, 600), the same for ``validation``, ``test`` and ``stress``,
        ``classes`` and ``factors``.

    Raises
    ------
    DataFileError
        If a file is missing or is not what was expected.

    Examples
    --------
    >>> cats = load_cats()
    >>> cats.train_x.shape, cats.train_y.shape
    ((600, 64, 64, 3), (1, 600))
    """
    if path is not None and Path(path).is_dir():
        return _load_classic(Path(path))
    path = data_folder() / "cats.h5" if path is None else Path(path)
    return _load_course(find_file(path.name, path.parent))


def load_cat_inputs() -> CatInputs:
    """Load the images in the form that the networks train on.

    Returns
    -------
    CatInputs
        With ``train_x`` of shape (3072, 600), ``train_y`` of shape (1, 600) and
        so on, the mean training image subtracted.

    Examples
    --------
    >>> load_cat_inputs().train_x.shape
    (3072, 600)
    """
    return load_cats().inputs()


def _load_course(path: Path) -> Cats:
    expected = {"list_classes": _CLASSES}
    for name in _SETS:
        expected[f"{name}_set_x"] = _PICTURES
        expected[f"{name}_set_y"] = _LABELS
    arrays = read_arrays(path, expected)
    parts: dict = {}
    for stored, name in _SETS.items():
        pair = arrays[f"{stored}_set_x"], arrays[f"{stored}_set_y"]
        parts[f"{name}_x"], parts[f"{name}_y"] = _paired(path, stored, *pair)
    factors = {
        name: _read_factors(path, stored, len(parts[f"{name}_x"]))
        for stored, name in _SETS.items()
    }
    return Cats(classes=_names(arrays["list_classes"]), factors=factors, **parts)


def _load_classic(folder: Path) -> Cats:
    parts: dict = {}
    for name, file_name in zip(("train", "test"), _CLASSIC_FILES, strict=True):
        path = find_file(file_name, folder)
        expected = {
            f"{name}_set_x": _PICTURES,
            f"{name}_set_y": _LABELS,
            "list_classes": _CLASSES,
        }
        images, labels, classes = read_arrays(path, expected).values()
        parts[f"{name}_x"], parts[f"{name}_y"] = _paired(path, name, images, labels)
    return Cats(classes=_names(classes), **parts)


def _paired(
    path: Path, stored: str, images: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if len(images) != len(labels):
        counts = {"pictures": len(images), "labels": len(labels)}
        raise DataFileError(text("datasets.unequal", path=path, name=stored, **counts))
    return images, labels.reshape(1, -1).astype(np.float64)


def _names(classes: np.ndarray) -> tuple[str, str]:
    first, second = (os.fsdecode(name) for name in classes)
    return first, second


def _read_factors(path: Path, stored: str, m: int) -> dict[str, np.ndarray]:
    group = f"{stored}_set_factors"
    with h5py.File(path, "r") as file:
        if not isinstance(file.get(group), h5py.Group):
            raise DataFileError(text("datasets.no_factors", path=path, name=group))
        names = list(file[group])
    expected = {f"{group}/{name}": Expected((m,), "biufS", _FACTOR) for name in names}
    columns = read_arrays(path, expected).values()
    return {
        name: column.astype(str) if column.dtype.kind == "S" else column
        for name, column in zip(names, columns, strict=True)
    }


register("cats", load_cats)
register("cat_inputs", load_cat_inputs)
