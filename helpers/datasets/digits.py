"""Handwritten digits of 8 x 8 pixels: odd or even?"""

from dataclasses import dataclass

import numpy as np

from helpers.datasets.files import Expected, find_file, read_arrays
from helpers.datasets.samples import register
from helpers.strings import listed, text

_STORED = {"train": "train", "validation": "val", "test": "test"}
_IMAGES = Expected((None, 8, 8), "u", "uint8")
_LABELS = Expected((None,), "u", "uint8")
_BRIGHTEST = 16


@dataclass(frozen=True)
class Digits:
    """All parts of the digits, as the optimizers train on them.

    Attributes
    ----------
    train_x, validation_x, test_x : ndarray of shape (64, m)
        Pixels between 0 and 1, float64, one image a column.
    train_y, validation_y, test_y : ndarray of shape (1, m)
        1.0 for an odd digit, 0.0 for an even one.
    train_digit, validation_digit, test_digit : ndarray of shape (1, m)
        The digit itself, 0.0 to 9.0.
    """

    train_x: np.ndarray
    train_y: np.ndarray
    train_digit: np.ndarray
    validation_x: np.ndarray
    validation_y: np.ndarray
    validation_digit: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    test_digit: np.ndarray


def load_all_digits() -> Digits:
    """Return training, validation and test part of the handwritten digits.

    Returns
    -------
    Digits
        1000, 397 and 400 images, none of them twice.

    Raises
    ------
    DataFileError
        If ``data/digits.h5`` is missing or is not what it should be.
    """
    expected = {}
    for stored in _STORED.values():
        expected[f"{stored}_set_x"] = _IMAGES
        expected[f"{stored}_set_y"] = _LABELS
    arrays = read_arrays(find_file("digits.h5"), expected)
    parts = {}
    for name, stored in _STORED.items():
        images, digits = arrays[f"{stored}_set_x"], arrays[f"{stored}_set_y"]
        pixels = images.reshape(len(images), -1).T / _BRIGHTEST
        parts[f"{name}_x"] = np.ascontiguousarray(pixels)
        parts[f"{name}_digit"] = digits.reshape(1, -1).astype(np.float64)
        parts[f"{name}_y"] = parts[f"{name}_digit"] % 2
    return Digits(**parts)


def load_digits(
    part: str = "train", target: str = "odd"
) -> tuple[np.ndarray, np.ndarray]:
    """Return one part of the handwritten digits.

    Parameters
    ----------
    part : {"train", "validation", "test"}, default "train"
        1000, 397 and 400 images.
    target : {"odd", "digit"}, default "odd"
        What `Y` says: 1.0 for odd and 0.0 for even digits, or the digit itself.

    Returns
    -------
    X : ndarray of shape (64, m)
        Pixels between 0 and 1, one image a column; ``X[:, i].reshape(8, 8)``
        is image i.
    Y : ndarray of shape (1, m)
        Labels, float64.
    """
    if part not in _STORED:
        known = listed(_STORED)
        raise ValueError(
            text("datasets.no_part", name="digits", part=part, known=known)
        )
    if target not in ("odd", "digit"):
        raise ValueError(text("datasets.no_target", target=target))
    digits = load_all_digits()
    kind = "y" if target == "odd" else "digit"
    return getattr(digits, f"{part}_x"), getattr(digits, f"{part}_{kind}")


register("digits", load_all_digits)
