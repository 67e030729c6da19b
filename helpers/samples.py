"""Name a few examples of a data set instead of carrying them along."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from helpers.strings import listed, text

_loaders: dict[str, Callable[[], object]] = {}


def register(name: str, loader: Callable[[], object]) -> None:
    """Make a data set known to `sample`.

    `loader` takes no argument; the arrays are attributes of what it returns.
    """
    _loaders[name] = loader


@cache
def _loaded(name: str) -> object:
    if name not in _loaders and find_spec("helpers.datasets"):
        import_module("helpers.datasets")  # which makes its own known
    if name not in _loaders:
        raise ValueError(
            text("datasets.no_data_set", name=name, known=listed(sorted(_loaders)))
        )
    return _loaders[name]()


@dataclass(frozen=True)
class Sample:
    """Some examples of one array of a data set."""

    dataset: str  # name of the data set, as in ``"cats"``
    array: str  # name of the array, as in ``"train_x"``
    index: slice | tuple[int, ...]  # which examples: a slice, or their numbers

    def resolve(self) -> np.ndarray:
        """Return the examples.

        Returns
        -------
        ndarray
            A copy. Images, of shape (m, height, width, 3), are chosen along
            the first axis, everything else, (n_x, m) and (1, m), along the last.

        Raises
        ------
        ValueError
            If there is no such data set or array.
        IndexError
            If there is no such example.
        """
        values = getattr(_loaded(self.dataset), self.array, None)
        if not isinstance(values, np.ndarray):
            raise ValueError(
                text("datasets.no_such_array", dataset=self.dataset, array=self.array)
            )
        axis = 0 if values.ndim == 4 else values.ndim - 1
        which = self.index if isinstance(self.index, slice) else list(self.index)
        return values[(slice(None),) * axis + (which,)].copy()

    def describe(self) -> dict:
        """Return what JSON can hold of the sample.

        With ``"dataset"``, ``"array"`` and either ``"slice"`` (start, stop, step) or
        ``"examples"`` (their numbers).
        """
        description: dict = {"dataset": self.dataset, "array": self.array}
        if isinstance(self.index, slice):
            index = self.index
            description["slice"] = [index.start, index.stop, index.step]
        else:
            description["examples"] = list(self.index)
        return description

    @classmethod
    def from_description(cls, description: dict) -> "Sample":
        """Return the sample that `describe` described."""
        if "slice" in description:
            index = slice(*description["slice"])
        else:
            index = description["examples"]
        return sample(description["dataset"], description["array"], index)


def sample(dataset: str, array: str, index: slice | Sequence[int]) -> Sample:
    """Name some examples of a data set.

    Parameters
    ----------
    dataset : str
        Name of the data set: ``"cats"`` for the images, ``"cat_inputs"`` for
        what the networks train on, and the others of `helpers.datasets`.
    array : str
        Name of the array: ``"train_x"``, ``"train_y"``, ``"test_x"``, ...
    index : slice or sequence of int
        Which examples.

    Returns
    -------
    Sample
        A small object; its method ``resolve`` gives the array.

    Raises
    ------
    TypeError
        If `index` is neither a slice of whole numbers nor a sequence of them.

    Examples
    --------
    >>> sample("cats", "train_y", slice(0, 10)).describe()
    {'dataset': 'cats', 'array': 'train_y', 'slice': [0, 10, None]}
    """
    if isinstance(index, slice):
        parts = (index.start, index.stop, index.step)
        if all(part is None or _is_whole(part) for part in parts):
            numbers = (None if part is None else int(part) for part in parts)
            return Sample(dataset, array, slice(*numbers))
    elif isinstance(index, Sequence | np.ndarray) and all(map(_is_whole, index)):
        return Sample(dataset, array, tuple(int(number) for number in index))
    raise TypeError(text("datasets.index", index=repr(index)))


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
