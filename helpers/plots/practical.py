"""Figures about making networks work: starts, masks, and checks of gradients."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.plots.style import INK, finish, new_figure, series, styled
from helpers.strings import text

__all__ = ["plot_check_errors", "plot_knob", "plot_masks", "plot_units"]


@styled
def plot_units(
    weights: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    description: str | None = None,
) -> Figure:
    """Draw the two incoming weights of every unit, before and after training.

    Parameters
    ----------
    weights : dict of str to (before, after)
        A panel for each name; both arrays have shape (n_units, 2).
    description : str, optional
        What is to be seen; the number of different places otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> figure = plot_units({"equal": (np.ones((3, 2)), np.zeros((3, 2)))})
    >>> figure.description.partition(". ")[2]
    'Different places of 3 units: equal 1 before and 1 after.'
    """
    figure, axes = new_figure(
        1, len(weights), width=4.4 * len(weights), height=3.9, squeeze=False
    )
    parts, count = [], 0
    for panel, (name, pair) in zip(axes.flat, weights.items(), strict=True):
        places = []
        for i, (when, array) in enumerate(zip(("before", "after"), pair, strict=True)):
            array = np.asarray(array, float)
            count = len(array)
            places.append(len(np.unique(array.round(6), axis=0)))
            look = series(i, marks=True) | {"linestyle": "none"}
            panel.plot(
                array[:, 0],
                array[:, 1],
                label=text(f"plots.practical.{when}"),
                **look | {"markersize": 8, "markerfacecolor": "none"},
            )
        panel.set(
            title=name,
            xlabel=text("plots.practical.weight", name="x1"),
            ylabel=text("plots.practical.weight", name="x2"),
        )
        panel.margins(0.15)
        panel.legend()
        parts.append(
            text("plots.practical.places", name=name, before=places[0], after=places[1])
        )
    words = description or text(
        "plots.practical.units_description", count=count, parts="; ".join(parts)
    )
    return finish(figure, words)


@styled
def plot_knob(
    values: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    mark: tuple[float, str] | None = None,
    title: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw what several quantities do while one knob is turned.

    Parameters
    ----------
    values : array_like of shape (n,)
        Positions of the knob, drawn on a logarithmic axis.
    curves : dict of str to array_like of shape (n, n_runs)
        For each quantity its values; means and standard deviations are drawn.
    xlabel, ylabel : str
        What the knob and the quantities are.
    mark : (float, str), optional
        A position to be marked and its name.
    title : str, optional
        Words for the figure.
    description : str, optional
        What is to be seen; first and last means otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> figure = plot_knob([1, 10], {"share": [[0.0], [1.0]]}, xlabel="g", ylabel="y")
    >>> figure.description
    'Against g: share from 0 at 1 to 1 at 10.'
    """
    values = np.asarray(values, float)
    figure, panel = new_figure(height=4.0)
    parts = []
    for i, (label, runs) in enumerate(curves.items()):
        runs = np.asarray(runs, float)
        mean = runs.mean(axis=1)
        spread = runs.std(axis=1, ddof=1) if runs.shape[1] > 1 else None
        panel.errorbar(
            values, mean, yerr=spread, capsize=2, label=label, **series(i, marks=True)
        )
        parts.append(
            text(
                "plots.practical.knob_ends",
                label=label,
                first=f"{mean[0]:.2g}",
                last=f"{mean[-1]:.2g}",
                low=f"{values[0]:.2g}",
                high=f"{values[-1]:.2g}",
            )
        )
    if mark is not None:
        panel.axvline(mark[0], color=INK, linestyle=":", label=mark[1])
    panel.set_xscale("log")
    panel.set_xticks(values[::2], [f"{value:.2g}" for value in values[::2]])
    panel.minorticks_off()
    panel.set(xlabel=xlabel, ylabel=ylabel, title=title or "")
    panel.legend()
    words = description or text(
        "plots.practical.knob_description", name=xlabel, parts="; ".join(parts)
    )
    return finish(figure, words)


@styled
def plot_masks(masks: Sequence[ArrayLike], *, description: str | None = None) -> Figure:
    """Draw dropout masks, one panel for each, dropped units dark.

    Parameters
    ----------
    masks : sequence of array_like of shape (n_units, m)
        Zeros and ones; what is not an array of two axes is left out.
    description : str, optional
        What is to be seen; the shares of ones otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_masks([np.ones((2, 3))]).description
    'Masks of units (rows) by examples (columns), dark where dropped: 100 % kept.'
    """
    grids = [np.atleast_2d(np.asarray(mask, float)) for mask in masks]
    figure, axes = new_figure(
        1, len(grids), width=4.6 * len(grids), height=3.0, squeeze=False
    )
    shares = []
    for step, (panel, grid) in enumerate(zip(axes.flat, grids, strict=True), start=1):
        panel.imshow(grid, cmap="gray", vmin=0, vmax=1, aspect="auto")
        panel.grid(False)
        share = f"{100 * grid.mean():.3g}"
        shares.append(text("plots.practical.kept", share=share))
        panel.set(
            title=text("plots.practical.mask_panel", step=step, share=share),
            xlabel=text("plots.practical.example"),
            ylabel=text("plots.practical.unit"),
        )
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    words = description or text(
        "plots.practical.masks_description", parts=", ".join(shares)
    )
    return finish(figure, words)


@styled
def plot_check_errors(
    steps: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    limits: Mapping[str, float],
    worst: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw how wrong a check of right gradients is, against its step.

    Parameters
    ----------
    steps : array_like of shape (n,)
        Steps that were tried.
    errors : dict of str to array_like of shape (n_runs, n)
        Relative differences; medians are drawn.
    limits : dict of str to float
        Limits to be drawn as lines, with their names.
    worst : str, optional
        Of which entry the largest errors are drawn too.
    description : str, optional
        What is to be seen; the best steps otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> figure = plot_check_errors([0.1, 1e-5], {"f": [[1.0, 1e-9]]}, limits={})
    >>> figure.description
    'Relative difference against step, both logarithmic. Lowest median: f at 1e-05.'
    """
    steps = np.asarray(steps, float)
    figure, panel = new_figure(width=7.6, height=4.6)
    parts = []
    for i, (label, runs) in enumerate(errors.items()):
        median = np.median(np.asarray(runs, float), axis=0)
        name = text("plots.practical.median", label=label)
        panel.loglog(steps, median, label=name, **series(i, marks=True))
        parts.append(
            text(
                "plots.practical.lowest",
                label=label,
                step=f"{steps[median.argmin()]:.0e}",
            )
        )
    if worst is not None:
        largest = np.asarray(errors[worst], float).max(axis=0)
        name = text("plots.practical.worst", label=worst)
        panel.loglog(steps, largest, label=name, **series(len(errors), marks=True))
    for name, height in limits.items():
        panel.axhline(height, color=INK, linestyle=":", linewidth=1)
        panel.annotate(
            name,
            (np.sqrt(steps.min() * steps.max()) / 10, height),
            textcoords="offset points",
            xytext=(0, 3),
            fontsize=9,
        )
    panel.set(
        title=text("plots.practical.check_title"),
        xlabel=text("plots.practical.step"),
        ylabel=text("plots.practical.difference"),
    )
    panel.legend(loc="upper center", ncols=2)
    low, high = panel.get_ylim()
    panel.set_ylim(low, high * 1e3)
    words = description or text(
        "plots.practical.check_description", parts=", ".join(parts)
    )
    return finish(figure, words)
