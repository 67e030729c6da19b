"""Figures of the first assignment: lines, shares, lengths and random numbers.

================================================= ==============================
`plot_lines(x, lines)`                            functions of one number
`plot_lengths(points, scaled)`                    points and the unit circle
`plot_shares(shares, titles)`                     rows that add up to 1, as bars
`plot_samples(samples)`                           histograms side by side
`plot_weights(w, size)`                           weights of a neuron, as a picture
================================================= ==============================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    COLOURS,
    INK,
    MARKERS,
    describe,
    filled,
    new_figure,
    series,
    styled,
)
from helpers.strings import text

__all__ = [
    "plot_lengths",
    "plot_lines",
    "plot_samples",
    "plot_shares",
    "plot_weights",
]


@styled
def plot_lines(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str = "",
    title: str = "",
    log: bool = False,
    mark: tuple[float, float] | None = None,
    description: str,
) -> Figure:
    """Draw one or more functions of one number.

    Parameters
    ----------
    x : array_like of shape (n,)
        Where the functions were taken.
    lines : dict of str to array_like of shape (n,)
        The values of each.
    xlabel, ylabel, title : str
        Words for the figure.
    log : bool, default False
        Whether both axes are logarithmic.
    mark : tuple of two float, optional
        A point to be ringed.
    description : str
        What is to be seen.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> lines = {"square": [0, 1, 4]}
    >>> plot_lines([0, 1, 2], lines, xlabel="x", description="A bow.").description
    'A bow.'
    """
    x = np.asarray(x, float)
    figure, panel = new_figure()
    for i, (label, values) in enumerate(lines.items()):
        panel.plot(x, np.ravel(values), label=label, **series(i, marks=len(x) <= 12))
    if mark is not None:
        panel.plot(*mark, "o", markersize=12, fillstyle="none", color=INK)
    if log:
        panel.set(xscale="log", yscale="log")
        panel.set_xticks(x, [f"{value:g}" for value in x])
        panel.minorticks_off()
    panel.set(title=title, xlabel=xlabel, ylabel=ylabel)
    panel.legend()
    return describe(figure, description)


@styled
def plot_lengths(points: ArrayLike, scaled: ArrayLike) -> Figure:
    """Draw points of the plane before and after their rows were scaled.

    Parameters
    ----------
    points, scaled : array_like of shape (n, 2)
        One point a row.

    Returns
    -------
    Figure
        Two panels with the unit circle.

    Examples
    --------
    >>> figure = plot_lengths([[3, 4]], [[0.6, 0.8]])
    >>> len(figure.axes)
    2
    """
    figure, panels = new_figure(1, 2, height=3.8, sharex=True, sharey=True)
    angle = np.linspace(0, 2 * np.pi, 200)
    pairs = zip(panels, (points, scaled), ("before", "after"), strict=True)
    for panel, rows, when in pairs:
        rows = np.asarray(rows, float)
        panel.plot(np.cos(angle), np.sin(angle), color=INK, linewidth=1, linestyle=":")
        # The same points keep their marker, so that directions can be compared.
        is_left = np.asarray(points, float)[:, 0] < 0
        for i, chosen in enumerate((~is_left, is_left)):
            panel.plot(
                *rows[chosen].T, MARKERS[i], color=COLOURS[i], markersize=5, zorder=3
            )
        panel.plot(0, 0, "+", color=INK)
        panel.set(aspect="equal", title=text(f"plots.first_steps.{when}"))
        panel.set_xlabel(text("plots.first_steps.entry", number=1))
    panels[0].set_ylabel(text("plots.first_steps.entry", number=2))
    lengths = np.linalg.norm(np.asarray(scaled, float), axis=1)
    words = text(
        "plots.first_steps.lengths",
        n=len(lengths),
        low=f"{lengths.min():.3g}",
        high=f"{lengths.max():.3g}",
    )
    return describe(figure, words)


@styled
def plot_shares(shares: ArrayLike, titles: Sequence[str]) -> Figure:
    """Draw rows of shares as bars, one panel a row.

    Parameters
    ----------
    shares : array_like of shape (r, c)
        Rows of numbers between 0 and 1.
    titles : sequence of r str
        One for each row.

    Returns
    -------
    Figure
        r panels of c bars.

    Examples
    --------
    >>> plot_shares([[0.25, 0.75]], ["a row"]).description
    'Shares as bars. a row: 0.25, 0.75.'
    """
    shares = np.asarray(shares, float)
    figure, panels = new_figure(1, len(shares), height=2.6, sharey=True, squeeze=False)
    places = np.arange(shares.shape[1])
    for panel, row, title in zip(panels[0], shares, titles, strict=True):
        bars = panel.bar(places, row, linewidth=0.8)
        for i, bar in enumerate(bars):
            bar.set(**filled(i))
            panel.annotate(
                f"{row[i]:.2f}", (places[i], row[i]), ha="center", va="bottom"
            )
        panel.set(title=title, ylim=(0, 1.12), xticks=places)
        panel.set_xticklabels(places + 1)
        panel.set_xlabel(text("plots.first_steps.place"))
        panel.grid(axis="x", visible=False)
    panels[0, 0].set_ylabel(text("plots.first_steps.share"))
    parts = "; ".join(
        f"{title}: " + ", ".join(f"{share:.2g}" for share in row)
        for row, title in zip(shares, titles, strict=True)
    )
    return describe(figure, text("plots.first_steps.shares", parts=parts))


@styled
def plot_samples(samples: Mapping[str, ArrayLike]) -> Figure:
    """Draw the histograms of some samples side by side, on the same axes.

    Parameters
    ----------
    samples : dict of str to array_like of shape (n,)
        Numbers drawn in different ways.

    Returns
    -------
    Figure
        One panel for each.

    Examples
    --------
    >>> plot_samples({"two": [0.0, 1.0]}).description
    'Histograms. two: from 0 to 1, mean 0.5.'
    """
    arrays = {name: np.ravel(np.asarray(s, float)) for name, s in samples.items()}
    everything = np.concatenate(list(arrays.values()))
    # Eighths, so that 0 and 1 are edges of bins.
    edges = np.arange(
        np.floor(everything.min()), np.ceil(everything.max()) + 0.1, 1 / 8
    )
    figure, panels = new_figure(
        1, len(arrays), height=2.8, sharex=True, sharey=True, squeeze=False
    )
    for i, (panel, (name, values)) in enumerate(
        zip(panels[0], arrays.items(), strict=True)
    ):
        panel.hist(
            values,
            edges,
            density=True,
            linewidth=0.5,
            **filled(i, 0.5),
        )
        panel.axvline(values.mean(), color=INK, linestyle="--", linewidth=1.2)
        panel.set(title=name, xlabel=text("plots.first_steps.value"))
    panels[0, 0].set_ylabel(text("plots.first_steps.density"))
    parts = "; ".join(
        text(
            "plots.first_steps.sample",
            name=name,
            low=f"{values.min():.2g}",
            high=f"{values.max():.2g}",
            # Adding 0 turns -0 into 0.
            mean=f"{round(float(values.mean()), 2) + 0:.2g}",
        )
        for name, values in arrays.items()
    )
    return describe(figure, text("plots.first_steps.samples", parts=parts))


@styled
def plot_weights(w: ArrayLike, size: int) -> Figure:
    """Draw the weights of a neuron that looks at colour pictures.

    Parameters
    ----------
    w : array_like of shape (size * size * 3, 1)
        One weight for each pixel and colour.
    size : int
        Height and width of the pictures.

    Returns
    -------
    Figure
        The mean over the three colours, and the spread among them.

    Examples
    --------
    >>> figure = plot_weights(np.ones((12, 1)), 2)
    >>> figure.description.startswith("The weights as a picture")
    True
    """
    planes = np.asarray(w, float).reshape(size, size, 3)
    limit = max(float(np.abs(planes).max()), 1e-12)
    figure, panels = new_figure(1, 4, height=2.4)
    pictures = (planes.mean(axis=2), *np.moveaxis(planes, 2, 0))
    names = ("mean", "red", "green", "blue")
    for panel, picture, name in zip(panels, pictures, names, strict=True):
        shown = panel.imshow(picture, cmap="PuOr", vmin=-limit, vmax=limit)
        panel.set_title(text(f"plots.first_steps.{name}"))
        panel.set_axis_off()
    bar = figure.colorbar(shown, ax=panels, shrink=0.7, pad=0.01)
    bar.ax.set_title(text("plots.first_steps.weight"), fontweight="normal")
    mean = pictures[0]
    middle = mean[size // 4 : size - size // 4, size // 4 : size - size // 4]
    words = text(
        "plots.first_steps.weights",
        low=f"{planes.min():.2g}",
        high=f"{planes.max():.2g}",
        middle=f"{np.abs(middle).mean() / limit:.0%}",
        whole=f"{np.abs(mean).mean() / limit:.0%}",
    )
    return describe(figure, words)
