"""Panels: the small figures of the lessons, one function for each kind.

Every series has a colour *and* a dash or a marker, so that it can be told apart
without colour; the face is white, so that the figure also reads in a dark theme.

=========================== ==================================================
`panels(columns, rows)`     axes to draw on, one row after the other
`lines(axes, x, series)`    curves over one x, named in a legend
`points(axes, X, Y)`        a scatter of columns with a marker for each class
`contours(axes, f, ...)`    level lines of a function of two numbers
`path(axes, steps)`         the steps of a descent, over contours
`surface(axes, f, ...)`     the same function as a landscape
`regions(axes, f, ...)`     what a model says for each point of the plane
`bars(axes, names, ...)`    named numbers, with error bars
`matrix(axes, A)`           an array as a grid of numbers
=========================== ==================================================

`axes` is where to draw. Titles and labels are the notebook's own words and come in
as arguments. A function `f` takes two arrays of one shape, whose ranges are `xs` and
`ys`, and returns an array of that shape.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatterSciNotation
from mpl_toolkits.mplot3d import Axes3D
from numpy.typing import ArrayLike

from helpers.fonts import use_font
from helpers.plots import style
from helpers.plots.style import COLOURS, HATCHES, MARKERS, CourseFigure

__all__ = [
    "bars",
    "contours",
    "lines",
    "matrix",
    "panels",
    "path",
    "points",
    "regions",
    "surface",
]

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]


def panels(
    columns: int = 1,
    rows: int = 1,
    *,
    width: float = 4.2,
    height: float = 3.3,
    projection: str | None = None,
) -> list[Axes]:
    """Open a figure with a white face and return its axes.

    Parameters
    ----------
    columns, rows : int
        How many panels there are beside and below one another.
    width, height : float
        The size of one panel in inches.
    projection : str, optional
        ``"3d"`` for `surface`.

    Returns
    -------
    list of Axes
        Row by row.

    Examples
    --------
    >>> len(panels(3, 2))
    6
    """
    use_font()
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(width * columns, height * rows),
        layout="constrained",
        facecolor="white",
        squeeze=False,
        FigureClass=CourseFigure,
        subplot_kw={"projection": projection} if projection else None,
    )
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.08, h_pad=0.08)
    for axes in grid.flat:
        axes.set_facecolor("white")
        if projection is None:
            axes.spines[["top", "right"]].set_visible(False)
    return list(grid.flat)


def _name(axes: Axes, title: str, xlabel: str, ylabel: str) -> None:
    if title:
        axes.set_title(title, fontsize=11)
    if xlabel:
        axes.set_xlabel(xlabel)
    if ylabel:
        axes.set_ylabel(ylabel)


class _LogFormatter(LogFormatterSciNotation):
    """Labels of a log axis: plain 1, 2 and 5 where it spans few powers of ten.

    Matplotlib would write 3 x 10^-1, 4 x 10^-1 and so on, into one another.
    """

    def __call__(self, x: float, pos: int | None = None) -> str:
        assert self.axis is not None  # Matplotlib sets it with the formatter.
        low, high = sorted(self.axis.get_view_interval())
        if high > 30 * low:
            return super().__call__(x, pos)
        return f"{x:g}" if high < 3 * low or f"{x:e}"[0] in "125" else ""


def lines(
    axes: Axes,
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    log: str = "",
    marked: bool = False,
    start: int = 0,
    legend: bool = True,
) -> None:
    """Draw named curves over one x, each with its colour and its dash.

    Parameters
    ----------
    x : array_like of shape (n,)
        The common horizontal values.
    series : dict of str to array_like of shape (n,)
        The curves by the name that the legend gives them.
    log : str
        The letters of the axes that are logarithmic, as in ``"xy"``.
    marked : bool
        Whether each value gets a marker; for few values.
    start : int
        The place in the palette of the first curve.
    """
    for k, (name, y) in enumerate(series.items(), start):
        look = style.series(k, marks=True) | ({} if marked else {"marker": None})
        look |= {"markersize": 5, "linewidth": 2}
        axes.plot(np.ravel(x), np.ravel(y), label=name, **look)
    for letter in log:
        axes.set(**{f"{letter}scale": "log"})
        axis = getattr(axes, f"{letter}axis")
        axis.set_major_formatter(_LogFormatter())
        axis.set_minor_formatter(_LogFormatter())
    axes.grid(alpha=0.25)
    _name(axes, title, xlabel, ylabel)
    if legend:
        axes.legend(fontsize=9, framealpha=0.9)


def points(
    axes: Axes,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    names: Sequence[str] = ("class 0", "class 1"),
    title: str = "",
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    size: float = 22,
    legend: bool = True,
) -> None:
    """Scatter examples, each class with its colour and its marker.

    Parameters
    ----------
    X : array_like of shape (2, m)
        Examples as columns.
    Y : array_like of shape (1, m)
        The class of each, 0, 1, ...
    names : sequence of str
        The names of the classes.
    size : float
        The area of a marker.
    """
    X, classes = np.asarray(X), np.ravel(Y).astype(int)
    for k, name in enumerate(names):
        look: dict[str, Any] = {"color": COLOURS[k], "marker": MARKERS[k], "s": size}
        look |= {"edgecolor": "white", "linewidth": 0.5, "zorder": 3, "label": name}
        axes.scatter(X[0, classes == k], X[1, classes == k], **look)
    _name(axes, title, xlabel, ylabel)
    if legend:
        axes.legend(fontsize=9, framealpha=0.9)


def _grid(
    f: Function, xs: tuple[float, float], ys: tuple[float, float], steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = np.meshgrid(np.linspace(*xs, steps), np.linspace(*ys, steps))
    return x, y, np.asarray(f(x, y), float).reshape(x.shape)


def contours(
    axes: Axes,
    f: Function,
    xs: tuple[float, float],
    ys: tuple[float, float],
    *,
    levels: int | Sequence[float] = 12,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
) -> None:
    """Draw grey level lines of a function, with some of their values.

    Parameters
    ----------
    levels : int or sequence of float
        How many lines, or where they are.
    """
    x, y, z = _grid(f, xs, ys, 121)
    drawn = axes.contour(x, y, z, levels=levels, colors="0.55", linewidths=0.9)
    axes.clabel(drawn, list(drawn.levels)[::2], fontsize=7, fmt="%.3g")
    _name(axes, title, xlabel, ylabel)


def path(axes: Axes, steps: ArrayLike, name: str = "", place: int = 0) -> None:
    """Draw the steps of a descent, with a marker on each.

    Parameters
    ----------
    steps : array_like of shape (n, 2)
        The points in order.
    name : str
        What the legend calls it.
    place : int
        The place in the palette.
    """
    steps = np.asarray(steps)
    look = style.series(place, marks=True) | {"markersize": 4, "linewidth": 1.4}
    axes.plot(*steps.T, label=name or None, **look)
    if name:
        axes.legend(fontsize=9, framealpha=0.9)


def surface(
    axes: Axes3D,
    f: Function,
    xs: tuple[float, float],
    ys: tuple[float, float],
    *,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
) -> None:
    """Draw a function of two numbers as a landscape with level lines.

    Parameters
    ----------
    axes : Axes
        A panel with projection ``"3d"``.
    """
    x, y, z = _grid(f, xs, ys, 61)
    axes.plot_surface(
        x, y, z, cmap="cividis", edgecolor="black", linewidth=0.2, rcount=30, ccount=30
    )
    axes.view_init(elev=32, azim=-120)
    # More labels than these run into one another.
    axes.locator_params(nbins=5)
    axes.set_zlabel("J")
    _name(axes, title, xlabel, ylabel)


def regions(
    axes: Axes,
    f: Function,
    xs: tuple[float, float],
    ys: tuple[float, float],
    *,
    title: str = "",
    boundary: float = 0.5,
) -> None:
    """Shade the plane by what a model says and draw its boundary.

    Parameters
    ----------
    boundary : float
        The output at which the answer changes.
    """
    x, y, z = _grid(f, xs, ys, 161)
    low, high = min(z.min(), boundary) - 1, max(z.max(), boundary) + 1
    drawn = axes.contourf(
        x,
        y,
        z,
        levels=[low, boundary, high],
        colors=("#DCEAF5", "#FBE9DD"),
        hatches=("", "//"),
    )
    drawn.set_edgecolor("#E3B491")
    drawn.set_linewidth(0)
    if z.min() < boundary < z.max():
        axes.contour(x, y, z, levels=[boundary], colors="black", linewidths=1.5)
    _name(axes, title, "", "")


def bars(
    axes: Axes,
    names: Sequence[str],
    values: ArrayLike,
    *,
    half_widths: ArrayLike | None = None,
    title: str = "",
    ylabel: str = "",
    form: str = "{:.3g}",
) -> None:
    """Draw named numbers as hatched bars with their values on top.

    Parameters
    ----------
    half_widths : array_like of shape (n,), optional
        Half the length of each error bar.
    form : str
        How a value is written.
    """
    values = np.ravel(values)
    k = np.arange(len(values))
    drawn = axes.bar(
        k,
        values,
        yerr=half_widths,
        capsize=4,
        color=[COLOURS[i % len(COLOURS)] for i in range(len(k))],
        hatch=[HATCHES[i % len(HATCHES)] for i in range(len(k))],
        edgecolor="white",
    )
    axes.bar_label(drawn, [form.format(v) for v in values], padding=3, fontsize=9)
    axes.set_xticks(k, names)
    axes.margins(y=0.15)
    _name(axes, title, "", ylabel)


def matrix(axes: Axes, A: ArrayLike, *, title: str = "") -> None:
    """Draw a small array as a grid with the number written in each field."""
    A = np.atleast_2d(A)
    limit = np.abs(A).max() or 1.0
    axes.imshow(A, cmap="PuOr", vmin=-1.8 * limit, vmax=1.8 * limit)
    for (i, j), value in np.ndenumerate(A):
        axes.text(j, i, f"{value:.3g}", ha="center", va="center", fontsize=9)
    axes.set_xticks(range(A.shape[1]), [])
    axes.set_yticks(range(A.shape[0]), [])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(title, fontsize=11)
