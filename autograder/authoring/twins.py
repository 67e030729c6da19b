"""Hidden twins of public cases: inputs of the same shapes with other values.

Without them an answer could tell a public case by its shapes, return what the check
showed, and be right by heart. The recorder makes a twin of each public case that has
none among the hidden ones, and what the solution returns for it is recorded as for
every other case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from helpers.checks.values import resolve

# Labels are free: whatever else is given was not computed from them.
LABELS = ("Y", "labels", "predictions")
# Of these dictionaries the values are free; a cache belongs to the other inputs.
FREE = ("grad", "parameters", "params")
SEEDS_APART = 1000

Change = Callable[[np.ndarray], np.ndarray | None]


def shapes_of(value: object) -> object:
    """Return the shapes of all arrays of an input; a number or a text has none.

    Examples
    --------
    >>> shapes_of({"W1": np.ones((2, 3)), "rate": 0.5})
    (('W1', (2, 3)), ('rate', ()))
    """
    value = resolve(value)
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, dict):
        return tuple((str(k), shapes_of(value[k])) for k in sorted(value, key=str))
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(shapes_of, value))
    return value if isinstance(value, str) else ()


def has_arrays(inputs: Mapping[str, object]) -> bool:
    """Tell whether there is something among some inputs that has a shape."""
    return any(shapes_of(value) for value in inputs.values())


def twins_of(
    inputs: Mapping[str, object], rng: int | None
) -> Iterator[tuple[dict[str, object], int | None]]:
    """Yield inputs and seed of possible twins, the most suitable ones first.

    In each one input differs, since others may have been computed from one another; and
    the seed, so that equal random numbers are no sign of a kept result.
    """
    seed = None if rng is None else rng + SEEDS_APART
    arrays = [k for k, v in inputs.items() if isinstance(resolve(v), np.ndarray | list)]
    arrays.sort(key=lambda name: not name.startswith(LABELS))
    free = [
        name
        for name, value in inputs.items()
        if isinstance(value, dict) and name.startswith(FREE)
    ]
    free.sort(key=lambda name: not name.startswith(FREE[0]))
    for change in (_moved, _with_another_number):
        for name in [*arrays, *free]:
            if change is _moved or not name.startswith(LABELS):
                other = _changed(resolve(inputs[name]), change)
                if other is not None:
                    yield {**inputs, name: other}, seed
    for name in [n for n in arrays if n.startswith(LABELS)]:
        value = np.asarray(resolve(inputs[name]))
        if value.shape[:1] == (1,) and np.isin(value, (0, 1)).all():
            yield {**inputs, name: (1 - value).astype(value.dtype)}, seed
    if seed is not None:
        yield dict(inputs), seed


def _changed(value: object, change: Change) -> object:
    """Return other values of the same shapes and kinds; None where none are known."""
    if isinstance(value, np.ndarray):
        numbers = value.dtype.kind in "biuf" and value.size
        return change(value) if numbers else None
    if isinstance(value, dict):
        changed = {key: _changed(item, change) for key, item in value.items()}
        if all(item is None for item in changed.values()):
            return None
        return {k: value[k] if v is None else v for k, v in changed.items()}
    if isinstance(value, list) and all(type(item) in (int, float) for item in value):
        other = change(np.asarray(value))
        return None if other is None else other.tolist()
    return None


def _moved(array: np.ndarray) -> np.ndarray | None:
    """Return an array with its columns moved on, else its rows.

    So labels stay labels, probabilities and columns that add up to 1 what they are.
    """
    for axis in range(array.ndim - 1, -1, -1):
        moved = np.roll(array, 1, axis=axis)
        if not np.array_equal(moved, array):
            return moved
    return None


def _with_another_number(array: np.ndarray) -> np.ndarray | None:
    """Return an array with its first number that is not 0 twice as large.

    What lies between 0 and 1 is squared, and so stays a probability.
    """
    places = np.argwhere(array)
    if array.dtype.kind == "b" or not len(places):
        return None
    other, place = array.copy(), tuple(places[0])
    inside = np.all((array > 0) & (array < 1))
    other[place] = array[place] ** 2 if inside else 2 * array[place]
    return other


def is_twin(
    one: tuple[Mapping[str, object], int | None],
    other: tuple[Mapping[str, object], int | None],
) -> bool:
    """Tell whether two calls have inputs of the same shapes; seeds may differ."""
    shapes: Sequence[dict] = [
        {name: shapes_of(value) for name, value in inputs.items()}
        for inputs, _ in (one, other)
    ]
    return (one[1] is None) == (other[1] is None) and shapes[0] == shapes[1]
