"""Images side by side, masks, and accuracy by group.

================================================= ==============================
`gallery(images, titles)`                       images in rows, with titles
`plot_masks(masks)`                               dropout masks
`accuracy_by_group(right, groups)`                a table with Wilson intervals
`plot_accuracy_by_group(right, groups)`           the same as a figure
================================================= ==============================
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
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
from helpers.strings import clauses, listed, text

__all__ = ["accuracy_by_group", "gallery", "plot_accuracy_by_group", "plot_masks"]


@styled
def gallery(
    images: ArrayLike,
    titles: Sequence[str] | None = None,
    *,
    columns: int = 10,
    title: str = "",
    description: str,
) -> Figure:
    """Show images in rows.

    Parameters
    ----------
    images : array_like of shape (m, height, width, 3) or (m, height, width)
        Colours from 0 to 255 (or 0.0 to 1.0), or shades of grey.
    titles : sequence of str, optional
        A few words above each image; a line break starts a second line.
    columns : int, default 10
        Images in a row.

    Examples
    --------
    >>> figure = gallery(np.zeros((3, 8, 8, 3)), list("abc"), description="Three.")
    >>> [panel.get_title(loc="center") for panel in figure.axes]
    ['a', 'b', 'c']
    """
    images = np.asarray(images)
    m = len(images)
    columns = max(1, min(columns, m))
    rows = max(1, -(-m // columns))
    titles = [""] * m if titles is None else list(titles)
    lines = max((words.count("\n") + 1 if words else 0 for words in titles), default=0)
    side = 8.0 / columns if columns > 4 else 1.6
    height = (side + 0.15 * lines) * rows + (0.3 if title else 0)
    sizes = {"width": side * columns, "height": height}
    figure, panels = new_figure(rows, columns, **sizes, squeeze=False)
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.02, h_pad=0.02)
    for number, panel in enumerate(panels.flat):
        if number >= m:
            panel.remove()
            continue
        panel.imshow(images[number], cmap="gray", interpolation="nearest")
        panel.set_title(
            titles[number], loc="center", fontsize=7.5, fontweight="normal", pad=2
        )
        panel.set_axis_off()
    if title:
        figure.suptitle(title)
    return describe(figure, description)


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
    for name in sorted(set(groups.tolist()) - {""}):
        chosen = right[groups == name]
        low, high = wilson_interval(int(chosen.sum()), len(chosen))
        table[name] = (float(chosen.mean()), low, high, len(chosen))
    return table


@styled
def plot_accuracy_by_group(
    right: ArrayLike | Mapping[str, ArrayLike],
    groups: ArrayLike,
    *,
    title: str = "",
    usual: float | None = None,
) -> Figure:
    """Draw how often classifiers are right in each group, with intervals.

    Parameters
    ----------
    right : array_like of shape (1, m), or dict of str to such
        Whether each prediction was right; of several classifiers by name.
    groups : array_like of shape (m,)
        The group of each example, such as ``factors["stress"]``.
    usual : float, optional
        An accuracy to compare with, such as that on the test set: a dotted line.

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
    names.sort(key=lambda name: first[name][0])
    height = 1.0 + (0.24 + 0.12 * len(tables)) * max(len(names), 2)
    figure, panel = new_figure(height=height)
    distance = 0.5 / len(tables)
    for number, (label, table) in enumerate(tables.items()):
        accuracy, low, high, _ = np.array([table[name] for name in names]).T
        y = np.arange(len(names)) + (number - (len(tables) - 1) / 2) * distance
        ends = [np.maximum(accuracy - low, 0), np.maximum(high - accuracy, 0)]
        look = {"fmt": MARKERS[number], "color": COLOURS[number], "capsize": 3}
        look |= {"ecolor": lighter(COLOURS[number], 0.6), "elinewidth": 2}
        panel.errorbar(accuracy, y, xerr=ends, label=label or None, **look)
    if usual is not None:
        panel.axvline(usual, color=INK, linestyle=":", label=text("plots.images.usual"))
    panel.axvline(0.5, color=INK, linewidth=0.8, label=text("plots.images.guessing"))
    panel.set_yticks(
        range(len(names)), [f"{name}  (n = {first[name][3]})" for name in names]
    )
    panel.set(xlim=(-0.02, 1.02), xlabel=text("plots.images.accuracy"), title=title)
    panel.legend(loc="lower left")
    parts = []
    for label, table in tables.items():
        rows = []
        for name in names:
            accuracy, low, high, n = table[name]
            told = {"low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}", "n": n}
            told["accuracy"] = f"{accuracy:.0%}".replace("%", " %")
            rows.append(text("plots.images.group", name=name, **told))
        parts.append(listed([label, listed(rows)]) if label else listed(rows))
    return describe(figure, text("plots.images.groups", parts=clauses(parts)))


@styled
def plot_masks(masks: Sequence[ArrayLike]) -> Figure:
    """Draw dropout masks, one panel for each, dropped units dark.

    Parameters
    ----------
    masks : sequence of array_like of shape (n_units, m)
        Zeros and ones; what is not an array of two axes is left out.

    Examples
    --------
    >>> plot_masks([np.ones((2, 3))]).description
    'Masks of units (rows) by examples (columns), dark where dropped: 100 % kept.'
    """
    grids = [np.atleast_2d(np.asarray(mask, float)) for mask in masks]
    sizes = {"width": 4.6 * len(grids), "height": 3.0}
    figure, axes = new_figure(1, len(grids), **sizes, squeeze=False)
    kept = []
    for step, (panel, grid) in enumerate(zip(axes.flat, grids, strict=True), start=1):
        panel.imshow(grid, cmap="gray", vmin=0, vmax=1, aspect="auto")
        panel.grid(False)
        percent = f"{100 * grid.mean():.3g}"
        kept.append(text("plots.masks.kept", percent=percent))
        panel.set(title=text("plots.masks.panel", step=step, percent=percent))
        panel.set(xlabel=text("plots.masks.example"), ylabel=text("plots.masks.unit"))
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    words = text("plots.masks.description", parts=listed(kept))
    return describe(figure, words)
