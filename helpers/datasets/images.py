"""Bring images into the form that the networks of the course expect."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from helpers.datasets.files import DataFileError
from helpers.strings import text

SIDE = 64


def average_down(images: np.ndarray, size: int) -> np.ndarray:
    """Shrink images by taking means over square blocks.

    Parameters
    ----------
    images : ndarray of shape (m, height, height, channels)
        Square images.
    size : int
        New height and width, a divisor of the old ones.

    Returns
    -------
    ndarray of shape (m, size, size, channels), dtype float64
        The means of the blocks.

    Raises
    ------
    ValueError
        If `size` does not divide the height.

    Examples
    --------
    >>> average_down(np.array([[1, 3], [5, 7]]).reshape(1, 2, 2, 1), 1)
    array([[[[4.]]]])
    """
    m, height, width, channels = images.shape
    if size < 1 or height % size or width % size:
        raise ValueError(text("datasets.size", size=size, height=height))
    block = height // size, width // size
    split = images.reshape(m, size, block[0], size, block[1], channels)
    means: np.ndarray = split.mean(axis=(2, 4), dtype=np.float64)
    return means


def flatten_images(images: np.ndarray, size: int = 32) -> np.ndarray:
    """Turn images into columns of numbers between 0 and 1.

    Parameters
    ----------
    images : ndarray of shape (m, height, height, 3) or (height, height, 3)
        Values from 0 to 255.
    size : int, default=32
        Height and width to which the images are averaged down first.

    Returns
    -------
    X : ndarray of shape (size * size * 3, m), dtype float64
        One image a column.
    """
    images = np.asarray(images)
    if images.ndim == 3:
        images = images[np.newaxis]
    small = average_down(images, size)
    return small.reshape(small.shape[0], -1).T / 255


def load_image(path: str | Path) -> np.ndarray:
    """Read a photograph as a square image of 64 pixels a side.

    It is turned as its camera says (EXIF), laid on white where it is
    transparent, cut to its middle square and resized.

    Parameters
    ----------
    path : str or Path
        Any file that Pillow reads.

    Returns
    -------
    ndarray of shape (64, 64, 3), dtype uint8
        Red, green and blue.

    Raises
    ------
    DataFileError
        If the file is missing or is not an image.
    """
    path = Path(path)
    if not path.is_file():
        raise DataFileError(text("datasets.no_picture", path=path))
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataFileError(text("datasets.not_a_picture", path=path)) from error
    square = ImageOps.fit(_to_rgb(image), (SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(square, dtype=np.uint8).copy()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        # Pillow clips these to 255 instead of scaling them.
        values = np.asarray(image, dtype=np.float64)
        top = 65535 if image.mode.startswith("I") else max(np.max(values), 1e-12)
        scaled = np.clip(values / top, 0, 1) * 255
        return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")
    layers = image.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(white, layers).convert("RGB")
