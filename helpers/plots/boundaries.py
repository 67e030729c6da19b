"""Points of two classes in the plane, and where a classifier parts them.

==================================================== ===========================
`plot_points(X, Y)`                                  the points
`plot_boundary(predict, X, Y)`                       points and regions
`plot_boundaries({title: predict}, X, Y)`            several classifiers
`plot_growth({step: predict}, X, Y)`                 one classifier over time
==================================================== ===========================

`predict` takes an array of shape (2, k) and returns (1, k) classes or
probabilities of class 1; probabilities are drawn as shades.
"""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from helpers.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKERS,
    INK,
    describe,
    lighter,
    new_figure,
    styled,
)
from helpers.strings import clauses, text

__all__ = ["plot_boundaries", "plot_boundary", "plot_growth", "plot_points"]

Predict = Callable[[np.ndarray], np.ndarray]

# Points of the grid along each side.
_FINENESS = 220
_SHADES = LinearSegmentedColormap.from_list(
    "classes",
    [lighter(CLASS_COLOURS[0], 0.45), (1, 1, 1), lighter(CLASS_COLOURS[1], 0.45)],
)


_STROKES = lighter(CLASS_COLOURS[1], 0.7)


def _scatter(axes: Axes, X: np.ndarray, Y: np.ndarray, size: float) -> None:
    labels = np.asarray(Y).ravel() > 0.5
    for k in (0, 1):
        look: dict[str, Any] = {"c": CLASS_COLOURS[k], "marker": CLASS_MARKERS[k]}
        look |= {"edgecolors": "white", "linewidths": 0.4, "s": size}
        label = text("plots.class", number=k)
        axes.scatter(X[0, labels == k], X[1, labels == k], label=label, **look)


def _frame(axes: Axes, X: np.ndarray, title: str) -> None:
    low, high = X.min(axis=1), X.max(axis=1)
    margin = 0.06 * np.maximum(high - low, 1e-9)
    axes.set(title=title, xlabel=text("plots.x1"), ylabel=text("plots.x2"))
    xlim, ylim = zip(low - margin, high + margin, strict=True)
    axes.set(xlim=xlim, ylim=ylim, aspect="equal")
    axes.grid(False)


def _regions(axes: Axes, predict: Predict) -> None:
    """Colour the plane by what is predicted; hatch class 1; line between them."""
    x, y = (
        np.linspace(*limits, _FINENESS) for limits in (axes.get_xlim(), axes.get_ylim())
    )
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)])
    values = np.asarray(predict(grid), float).reshape(_FINENESS, _FINENESS)
    levels = np.linspace(0, 1, 3 if set(np.unique(values)) <= {0.0, 1.0} else 11)
    shades: dict[str, Any] = {"cmap": _SHADES, "vmin": 0, "vmax": 1}
    axes.contourf(x, y, np.clip(values, 0, 1), levels=levels, zorder=0, **shades)
    if values.min() <= 0.5 < values.max():
        axes.contour(x, y, values, levels=[0.5], colors=INK, linewidths=1.3)
        # A hatch as the second cue: class 1 is the side with the strokes.
        with matplotlib.rc_context({"hatch.color": _STROKES}):
            strokes: dict[str, Any] = {"colors": "none", "hatches": ["/"], "zorder": 0}
            axes.contourf(x, y, values, levels=[0.5, np.inf], **strokes)


def _percent_right(predict: Predict, X: np.ndarray, Y: np.ndarray) -> str:
    found = np.asarray(predict(X), float).ravel() > 0.5
    return f"{100 * np.mean(found == (np.asarray(Y).ravel() > 0.5)):.1f}"


@styled
def plot_points(X: np.ndarray, Y: np.ndarray, *, title: str | None = None) -> Figure:
    """Draw points of two classes.

    Parameters
    ----------
    X : ndarray of shape (2, m)
        Positions.
    Y : ndarray of shape (1, m)
        0 or 1.

    Examples
    --------
    >>> plot_points(np.eye(2), np.array([[0.0, 1.0]])).description
    '2 points in the plane: 1 of class 0 (circles), 1 of class 1 (triangles).'
    """
    figure, panel = new_figure(width=5.5, height=4.2)
    _scatter(panel, X, Y, size=26)
    _frame(panel, X, title or text("plots.points_title"))
    figure.legend(loc="outside right upper")
    ones = int(np.sum(np.asarray(Y) > 0.5))
    words = text(
        "plots.points_description", m=X.shape[1], zeros=X.shape[1] - ones, ones=ones
    )
    return describe(figure, words)


@styled
def plot_boundary(
    predict: Predict,
    X: np.ndarray,
    Y: np.ndarray,
    *,
    title: str | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw where a classifier changes its mind, and the points over it.

    Parameters
    ----------
    predict : callable
        Takes (2, k) positions, returns (1, k) classes or probabilities.
    X : ndarray of shape (2, m)
        Positions.
    Y : ndarray of shape (1, m)
        0 or 1.

    Returns
    -------
    Figure
        Regions in two colours, hatched for class 1, and the points.

    Examples
    --------
    >>> X = np.array([[-1.0, 1.0], [0.0, 0.5]])
    >>> figure = plot_boundary(lambda P: P[:1] > 0, X, np.array([[0.0, 1.0]]))
    >>> figure.description.partition(". ")[2]
    '100.0 % of the 2 points lie on the right side.'
    """
    panel = axes or new_figure(width=5.5, height=4.2)[1]
    title = title or text("plots.boundary_title")
    _frame(panel, X, title)
    _regions(panel, predict)
    _scatter(panel, X, Y, size=22 if axes is None else 10)
    if axes is None:
        panel.figure.legend(loc="outside right upper")
    told = {"title": title, "percent": _percent_right(predict, X, Y)}
    words = text("plots.boundary_description", m=X.shape[1], **told)
    return describe(panel.figure, words, is_part=axes is not None)


def _grid(n: int, columns: int, X: np.ndarray) -> tuple[Figure, list[Axes]]:
    """Open n panels, as tall as points X need it."""
    wide, high = np.maximum(np.ptp(X, axis=1), 1e-9)
    # The axis labels take about a seventh of a panel's width.
    tall = float(np.clip(high / wide, 0.45, 1.5)) * 0.86
    size, columns = 8.4 / columns, min(columns, n)
    rows = -(-n // columns)
    sizes = {"width": size * columns, "height": rows * (size * tall + 0.75) + 0.75}
    figure, axes = new_figure(rows, columns, **sizes, squeeze=False)
    # Panels of equal scales leave gaps that this layout closes.
    figure.set_layout_engine("compressed", h_pad=0.08)
    panels = list(axes.ravel())
    for spare in panels[n:]:
        spare.remove()
    return figure, panels[:n]


@styled
def plot_boundaries(
    predicts: Mapping[str, Predict],
    X: np.ndarray,
    Y: np.ndarray,
    *,
    columns: int = 3,
    trained: bool = True,
    title: str | None = None,
) -> Figure:
    """Draw several classifiers of the same points side by side.

    Parameters
    ----------
    predicts : dict of str to callable
        Each as in `plot_boundary`, under the title of its panel. Below it stands
        the accuracy on these points.
    X : ndarray of shape (2, m)
        Positions.
    Y : ndarray of shape (1, m)
        0 or 1.
    columns : int, default 3
        Panels in a row.
    trained : bool, default True
        Whether the classifiers were trained on these points; then the accuracy
        is called training accuracy.

    Examples
    --------
    >>> X, Y = np.array([[-1.0, 1.0], [0.0, 0.5]]), np.array([[0.0, 1.0]])
    >>> figure = plot_boundaries({"half": lambda P: P[:1] > 0}, X, Y)
    >>> figure.description
    'Regions and points of two classes. In percent, training accuracy: half 100.0.'
    """
    figure, panels = _grid(len(predicts), columns, X)
    measure = text("plots.training_accuracy" if trained else "plots.accuracy")
    parts = []
    for panel, (name, predict) in zip(panels, predicts.items(), strict=True):
        percent = _percent_right(predict, X, Y)
        parts.append(f"{name} {percent}")
        words = text("plots.panel", name=name, measure=measure, percent=percent)
        _frame(panel, X, words)
        _regions(panel, predict)
        _scatter(panel, X, Y, size=9)
    for panel in panels:
        panel.label_outer()
    if title:
        figure.suptitle(title)
    # Of one panel: all name the same two classes.
    marks = panels[0].get_legend_handles_labels()
    figure.legend(*marks, loc="outside lower center", ncols=2, markerscale=1.6)
    words = text("plots.boundaries_description", measure=measure, parts=clauses(parts))
    return describe(figure, words)


@styled
def plot_growth(
    snapshots: Mapping[int, Predict], X: np.ndarray, Y: np.ndarray
) -> Figure:
    """Draw how one classifier's boundary changes while it trains.

    Parameters
    ----------
    snapshots : dict of int to callable
        `predict` after so many steps.
    X : ndarray of shape (2, m)
        Positions.
    Y : ndarray of shape (1, m)
        0 or 1.

    Examples
    --------
    >>> X, Y = np.array([[-1.0, 1.0], [0.0, 0.5]]), np.array([[0.0, 1.0]])
    >>> figure = plot_growth({0: lambda P: 0 * P[:1], 50: lambda P: P[:1] > 0}, X, Y)
    >>> figure.description.partition(". ")[2]
    'In percent, training accuracy: iteration 0 50.0; iteration 50 100.0.'
    """
    panels = {
        text("plots.step", step=step): predict for step, predict in snapshots.items()
    }
    return plot_boundaries(panels, X, Y, title=text("plots.growth_title"))
