"""Pictures side by side, what units look for, and accuracy by group.

================================================= ==============================
`gallery(pictures, titles)`                       pictures in rows, with titles
`plot_units(W, size)`                             a layer's weights as pictures
`accuracy_by_group(right, groups)`                a table with Wilson intervals
`plot_accuracy_by_group(right, groups)`           the same as a figure
`bins(values, edges)`                             groups of a measured factor
================================================= ==============================
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    COLOURS,
    INK,
    MARKERS,
    describe,
    lighter,
    new_figure,
    styled,
)
from helpers.statistics import wilson_interval
from helpers.strings import text

__all__ = [
    "accuracy_by_group",
    "bins",
    "gallery",
    "plot_accuracy_by_group",
    "plot_units",
]


@styled
def gallery(
    pictures: ArrayLike,
    titles: Sequence[str] | None = None,
    *,
    columns: int = 10,
    title: str = "",
    description: str,
) -> Figure:
    """Show pictures in rows.

    Parameters
    ----------
    pictures : array_like of shape (m, height, width, 3) or (m, height, width)
        Colours from 0 to 255 (or 0.0 to 1.0), or shades of grey.
    titles : sequence of str, optional
        A few words above each picture; a line break starts a second line.
    columns : int, default 10
        Pictures in a row.
    title : str
        Words above all of them.
    description : str
        What is to be seen.

    Returns
    -------
    Figure
        One panel a picture.

    Examples
    --------
    >>> figure = gallery(np.zeros((3, 8, 8, 3)), list("abc"), description="Three.")
    >>> [panel.get_title(loc="center") for panel in figure.axes]
    ['a', 'b', 'c']
    """
    pictures = np.asarray(pictures)
    m = len(pictures)
    columns = max(1, min(columns, m))
    rows = max(1, -(-m // columns))
    titles = [""] * m if titles is None else list(titles)
    lines = max((words.count("\n") + 1 if words else 0 for words in titles), default=0)
    side = 8.0 / columns if columns > 4 else 1.6
    figure, panels = new_figure(
        rows,
        columns,
        width=side * columns,
        height=(side + 0.15 * lines) * rows + (0.3 if title else 0),
        squeeze=False,
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)
    for number, panel in enumerate(panels.flat):
        if number >= m:
            panel.remove()
            continue
        panel.imshow(pictures[number], cmap="gray", interpolation="nearest")
        panel.set_title(
            titles[number], loc="center", fontsize=7.5, fontweight="normal", pad=2
        )
        panel.set_axis_off()
    if title:
        figure.suptitle(title)
    return describe(figure, description)


@styled
def plot_units(
    W: ArrayLike, size: int, *, titles: Sequence[str] | None = None, columns: int = 10
) -> Figure:
    """Draw the weights of a first layer, one picture a unit.

    Parameters
    ----------
    W : array_like of shape (units, size * size * 3)
        Weights, as ``W1`` of a net that looks at colour pictures.
    size : int
        Height and width of the pictures.
    titles : sequence of str, optional
        Words above each unit, otherwise its number.
    columns : int, default 10
        Units in a row.

    Returns
    -------
    Figure
        Means over the colours; grey is 0, light positive, dark negative, each
        unit by its own largest weight.

    Examples
    --------
    >>> len(plot_units(np.eye(2, 12), 2).axes)
    2
    """
    W = np.asarray(W, float)
    planes = W.reshape(len(W), size, size, 3).mean(axis=3)
    limits = np.abs(planes).max(axis=(1, 2), keepdims=True)
    shown = 0.5 + 0.5 * planes / np.maximum(limits, 1e-12)
    if titles is None:
        titles = [text("plots.images.unit", number=unit + 1) for unit in range(len(W))]
    # Grey pictures would be stretched to their own range: colours are not.
    return gallery(
        np.repeat(shown[..., np.newaxis], 3, axis=3),
        titles,
        columns=columns,
        description=text("plots.images.units", units=len(W), size=size),
    )


def bins(values: ArrayLike, edges: Sequence[float], unit: str = "") -> np.ndarray:
    """Sort a measured factor into named groups.

    Parameters
    ----------
    values : array_like of shape (m,)
        The factor.
    edges : sequence of float
        Ends of the groups, from low to high.
    unit : str
        Put behind each name, as in "°".

    Returns
    -------
    ndarray of shape (m,), dtype str
        The group of each, as "0 to 10"; "" for what lies outside.

    Examples
    --------
    >>> bins([3, 17, 99], [0, 10, 20], "°").tolist()
    ['0 to 10°', '10 to 20°', '']
    """
    values = np.ravel(values)
    names = np.full(len(values), "", dtype="<U40")
    for low, high in itertools.pairwise(edges):
        last = high == edges[-1]
        inside = (values >= low) & ((values <= high) if last else (values < high))
        names[inside] = text(
            "plots.images.bin", low=f"{low:g}", high=f"{high:g}", unit=unit
        )
    return names


def accuracy_by_group(
    right: ArrayLike, groups: ArrayLike
) -> dict[str, tuple[float, float, float, int]]:
    """Return how often a classifier is right in each group of examples.

    Parameters
    ----------
    right : array_like of shape (1, m) or (m,)
        Whether each prediction was right.
    groups : array_like of shape (m,)
        The group of each example; examples of group "" are left out.

    Returns
    -------
    dict of str to (float, float, float, int)
        Accuracy, both ends of its Wilson interval (95 %), and the number of
        examples, in the order of the names.

    Examples
    --------
    >>> table = accuracy_by_group([True, True, False], ["a", "b", "b"])
    >>> table["b"][0], table["b"][3]
    (0.5, 2)
    """
    right = np.ravel(right).astype(bool)
    groups = np.ravel(groups).astype(str)
    table = {}
    for name in sorted(set(groups.tolist()) - {""}, key=_natural):
        chosen = right[groups == name]
        low, high = wilson_interval(int(chosen.sum()), len(chosen))
        table[name] = (float(chosen.mean()), low, high, len(chosen))
    return table


def _natural(name: str) -> tuple:
    """Sort "5 to 10" before "10 to 15"."""
    start = name.split(" ")[0]
    try:
        return (0, float(start), name)
    except ValueError:
        return (1, 0.0, name)


@styled
def plot_accuracy_by_group(
    right: ArrayLike | Mapping[str, ArrayLike],
    groups: ArrayLike,
    *,
    title: str = "",
    usual: float | None = None,
    order: str = "accuracy",
) -> Figure:
    """Draw how often classifiers are right in each group, with intervals.

    Parameters
    ----------
    right : array_like of shape (1, m), or dict of str to such
        Whether each prediction was right; of several classifiers by name.
    groups : array_like of shape (m,)
        The group of each example, such as ``factors["stress"]`` or ``factors
        ["kind"]``, or `bins` of a measured factor.
    title : str
        Words above the panel.
    usual : float, optional
        An accuracy to compare with, such as that on the test set: a dotted line.
    order : "accuracy" or "name"
        How the groups are sorted.

    Returns
    -------
    Figure
        One row a group; the lines are Wilson intervals (95 %).

    Examples
    --------
    >>> figure = plot_accuracy_by_group([1, 1, 0, 0], ["a", "a", "a", "b"])
    >>> figure.description.split(": ")[1]
    'b 0 % (0 to 79 %, n = 1), a 67 % (21 to 94 %, n = 3).'
    """
    several = right if isinstance(right, Mapping) else {"": right}
    tables = {name: accuracy_by_group(r, groups) for name, r in several.items()}
    first = next(iter(tables.values()))
    names = list(first)
    if order == "accuracy":
        names.sort(key=lambda name: first[name][0])
    figure, panel = new_figure(
        height=1.0 + (0.24 + 0.12 * len(tables)) * max(len(names), 2)
    )
    spread = 0.5 / len(tables)
    for number, (label, table) in enumerate(tables.items()):
        accuracy, low, high, _ = np.array([table[name] for name in names]).T
        panel.errorbar(
            accuracy,
            np.arange(len(names)) + (number - (len(tables) - 1) / 2) * spread,
            xerr=[np.maximum(accuracy - low, 0), np.maximum(high - accuracy, 0)],
            fmt=MARKERS[number],
            color=COLOURS[number],
            ecolor=lighter(COLOURS[number], 0.6),
            elinewidth=2,
            capsize=3,
            label=label or None,
        )
    if usual is not None:
        panel.axvline(usual, color=INK, linestyle=":", label=text("plots.images.usual"))
    panel.axvline(0.5, color=INK, linewidth=0.8, label=text("plots.images.guessing"))
    panel.set_yticks(
        range(len(names)), [f"{name}  (n = {first[name][3]})" for name in names]
    )
    panel.set(xlim=(-0.02, 1.02), xlabel=text("plots.accuracy"), title=title)
    panel.legend(loc="lower left")
    parts = []
    for label, table in tables.items():
        rows = ", ".join(
            text(
                "plots.images.group",
                name=name,
                accuracy=f"{table[name][0]:.0%}".replace("%", " %"),
                low=f"{100 * table[name][1]:.0f}",
                high=f"{100 * table[name][2]:.0f}",
                n=table[name][3],
            )
            for name in names
        )
        parts.append(f"{label}, {rows}" if label else rows)
    return describe(figure, text("plots.images.groups", parts="; ".join(parts)))
