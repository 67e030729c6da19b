"""Find the course's data files and read them with their shapes checked."""

import os
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from helpers.strings import listed, text

_POINTER = b"version https://git-lfs"


class DataFileError(OSError):
    """A data file is missing, is not what it should be, or lacks an array."""


class Expected(NamedTuple):
    """What an array of a file has to look like.

    Attributes
    ----------
    shape : tuple of (int or None)
        Length of each axis; None where any length will do.
    kind : str
        Kinds of dtype that are accepted, as in ``numpy.dtype.kind``.
    dtype : str
        The dtype in words, for the message.
    """

    shape: tuple[int | None, ...]
    kind: str
    dtype: str


def data_folder() -> Path:
    """Return the folder of the data files.

    It is what the environment variable ``COURSE_DATA`` says, or the folder ``data``
    beside the package ``helpers``.
    """
    chosen = os.environ.get("COURSE_DATA")
    return Path(chosen) if chosen else Path(__file__).resolve().parents[2] / "data"


def find_file(name: str, folder: str | Path | None = None) -> Path:
    """Return the path of a data file that exists and is HDF5.

    It lies in `folder`, by default in the course's own data folder.

    Raises
    ------
    DataFileError
        If the file is missing, is a Git LFS pointer or is not HDF5.
    """
    path = Path(folder) / name if folder is not None else data_folder() / name
    if not path.is_file():
        raise DataFileError(text("datasets.missing", path=path))
    with path.open("rb") as file:
        start = file.read(len(_POINTER))
    if start == _POINTER:
        raise DataFileError(text("datasets.pointer", path=path))
    if not h5py.is_hdf5(path):
        raise DataFileError(text("datasets.not_hdf5", path=path))
    return path


def read_arrays(path: Path, expected: dict[str, Expected]) -> dict[str, np.ndarray]:
    """Read named arrays of an HDF5 file.

    Under the same names; `path` is as `find_file` returns it.

    Raises
    ------
    DataFileError
        If the file is damaged, or an array is missing or has another shape or
        dtype; the message names the file, the array and what was expected.
    """
    arrays = {}
    try:
        with h5py.File(path, "r") as file:
            for name, want in expected.items():
                if not isinstance(file.get(name), h5py.Dataset):
                    found = listed(sorted(file)) or text("datasets.nothing")
                    raise DataFileError(
                        text("datasets.no_array", path=path, name=name, found=found)
                    )
                _check(path, name, file[name], want)
                arrays[name] = file[name][()]
    except DataFileError:
        raise
    except (OSError, RuntimeError) as error:
        raise DataFileError(text("datasets.damaged", path=path)) from error
    return arrays


def _check(path: Path, name: str, array: h5py.Dataset, want: Expected) -> None:
    fits = len(array.shape) == len(want.shape) and all(
        length in (None, actual)
        for length, actual in zip(want.shape, array.shape, strict=True)
    )
    if not fits:
        shape = ", ".join("m" if n is None else str(n) for n in want.shape)
        wanted = f"({shape})" if len(want.shape) > 1 else f"({shape},)"
        told = {"name": name, "expected": wanted, "found": array.shape}
        raise DataFileError(text("datasets.shape", path=path, **told))
    if array.dtype.kind not in want.kind:
        told = {"name": name, "expected": want.dtype, "found": array.dtype}
        raise DataFileError(text("datasets.dtype", path=path, **told))
