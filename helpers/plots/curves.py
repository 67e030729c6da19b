"""Curves: costs over the iterations, means over seeds, validation curves.

===================================================== ==========================
`plot_lines(x, lines)`                                functions of one number
`plot_costs(costs, every)`                            cost against iterations
`plot_bands(steps, runs, ylabel)`                     mean and standard deviation
`plot_means(values, curves, ...)`                     means against a setting
`plot_validation_curve(values, train, validation)`    a setting chosen on data
`plot_history(steps, lines, ylabel, best)`            anything against iterations
`LiveCurve(title)`                                    grows during a training
===================================================== ==========================
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    COLOURS,
    INK,
    describe,
    lighter,
    new_figure,
    ring,
    series,
    styled,
)
from helpers.strings import clauses, labelled, text

__all__ = [
    "LiveCurve",
    "plot_bands",
    "plot_costs",
    "plot_history",
    "plot_lines",
    "plot_means",
    "plot_validation_curve",
]


def _ends(values: np.ndarray) -> dict[str, str]:
    """Return the first and the last value in words, as far as they are finite."""
    return {"first": f"{values[0]:.3g}", "last": f"{values[-1]:.3g}"}


def _named(
    panel: Axes,
    parts: Sequence[str],
    kind: str = "costs",
    *,
    title: str,
    xlabel: str | None = None,
    ylabel: str | None = None,
) -> Figure:
    """Name a panel of curves and describe it: costs against iterations by default."""
    xlabel, ylabel = xlabel or text("plots.steps"), ylabel or text("plots.cost")
    panel.set(title=title, xlabel=xlabel, ylabel=ylabel)
    name, key = ylabel.capitalize(), f"plots.{kind}_description"
    words = text(key, name=name, steps=xlabel, parts=clauses(parts))
    return describe(panel.figure, words)


@styled
def plot_costs(
    costs: ArrayLike | Mapping[str, ArrayLike],
    every: int = 100,
    *,
    title: str | None = None,
    xlabel: str | None = None,
) -> Figure:
    """Draw how the cost falls while a network trains.

    Parameters
    ----------
    costs : sequence of float, or dict of str to such
        One value for every `every` steps, the first at iteration 0; a dictionary
        draws one curve for each label into the same figure.
    every : int, default 100
        Steps between two values.

    Examples
    --------
    >>> plot_costs([0.7, 0.4, 0.2]).description
    'Cost against iterations: from 0.7 at 0 to 0.2 at 200.'
    """
    if isinstance(costs, Mapping):
        curves = {label: np.asarray(c, float).ravel() for label, c in costs.items()}
    else:
        curves = {"": np.asarray(costs, float).ravel()}
    panel = new_figure()[1]
    parts = []
    for i, (label, values) in enumerate(curves.items()):
        steps = every * np.arange(len(values))
        panel.plot(steps, values, label=label, **series(i, marks=len(values) < 4))
        if len(values):
            key = "plots.from_to_named" if label else "plots.from_to"
            parts.append(text(key, label=label, end=int(steps[-1]), **_ends(values)))
    if any(curves):
        panel.legend()
    return _named(panel, parts, title=title or text("plots.cost_title"), xlabel=xlabel)


@styled
def plot_bands(
    steps: ArrayLike,
    runs: Mapping[str, ArrayLike],
    *,
    ylabel: str | None = None,
    xlabel: str | None = None,
    log: bool = False,
    title: str | None = None,
) -> Figure:
    """Draw the mean of several runs, their standard deviation and the runs themselves.

    Parameters
    ----------
    steps : array_like of shape (n_steps,)
        Where the values were taken.
    runs : dict of str to array_like of shape (n_runs, n_steps)
        One row for each seed or data set.
    ylabel, xlabel, title : str, optional
        Words for the figure; the cost against iterations otherwise.

    Examples
    --------
    >>> figure = plot_bands([0, 1], {"network": [[1.0, 0.5], [1.0, 0.7]]})
    >>> figure.description.partition(". ")[2]
    'At the end: network 0.6 ± 0.14 (2 runs).'
    """
    steps = np.asarray(steps)
    figure, panel = new_figure()
    ends = []
    for i, (label, values) in enumerate(runs.items()):
        values = np.atleast_2d(np.asarray(values, float))
        mean = values.mean(axis=0)
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else 0 * mean
        # On a logarithmic axis the band must not reach zero.
        low = mean - deviation
        if log:
            low = np.maximum(low, values.min(axis=0))
        look = series(i, marks=len(steps) <= 12)
        colour = look["color"]
        panel.fill_between(
            steps, low, mean + deviation, color=lighter(colour, 0.25), linewidth=0
        )
        panel.plot(steps, values.T, color=colour, linewidth=0.6, alpha=0.45)
        panel.plot(steps, mean, label=label, **look)
        told = {"mean": f"{mean[-1]:.3g}", "deviation": f"{deviation[-1]:.2g}"}
        ends.append(text("plots.band_end", label=label, n=len(values), **told))
    # What band and thin lines are, in one entry of no series' colour.
    panel.fill_between([], [], color="0.85", label=text("plots.band"))
    # Below the panel, since bands leave no free corner.
    figure.legend(loc="outside lower center", ncols=3)
    if log:
        panel.set_yscale("log")
    title = title or text("plots.bands_title")
    return _named(panel, ends, "bands", title=title, xlabel=xlabel, ylabel=ylabel)


@styled
def plot_validation_curve(
    values: Sequence[float],
    train: ArrayLike,
    validation: ArrayLike,
    *,
    name: str,
    ylabel: str | None = None,
    log_x: bool = False,
    lower_is_better: bool = False,
    title: str | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw training and validation results against a setting; ring the best.

    Parameters
    ----------
    values : sequence of float
        Values of the setting that were tried.
    train, validation : array_like of shape (n_values,) or (n_values, n_runs)
        Results. Of several runs the mean and its standard error are drawn.
    name : str
        Name of the setting.
    ylabel : str, optional
        What the results are; accuracy otherwise.
    log_x : bool, default False
        Whether the values get a logarithmic axis. If 0 is among them they stand
        at equal distances instead.
    lower_is_better : bool, default False
        True for errors and costs: the lowest validation result is ringed.

    Returns
    -------
    Figure
        Two curves with standard errors, and a ring.

    Examples
    --------
    >>> figure = plot_validation_curve([1, 2], [0.8, 0.9], [0.8, 0.7], name="units")
    >>> figure.description.partition(". ")[2]
    'The best validation accuracy is at units = 1.'
    """
    ylabel = ylabel or text("plots.accuracy")
    results = [
        np.asarray(r, float).reshape(len(values), -1) for r in (train, validation)
    ]
    at_equal_distances = log_x and min(values) <= 0
    places = np.arange(len(values)) if at_equal_distances else np.asarray(values)
    panel = axes or new_figure()[1]
    for i, (label, result) in enumerate(
        zip((text("plots.train"), text("plots.validation")), results, strict=True)
    ):
        n = result.shape[1]
        error = result.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else None
        if error is not None:
            label = text("plots.with_bars", name=label, bars=text("plots.error"))
        mean = result.mean(axis=1)
        panel.errorbar(
            places, mean, yerr=error, capsize=3, label=label, **series(i, marks=True)
        )
    means = [result.mean(axis=1) for result in results]
    best = int((np.argmin if lower_is_better else np.argmax)(means[1]))
    label = text("plots.best", name=name, value=f"{values[best]:g}")
    ring(panel, places[best], means[1][best], markeredgecolor=INK, label=label)
    if log_x and not at_equal_distances:
        panel.set_xscale("log")
    panel.set_xticks(places, [f"{value:g}" for value in values])
    panel.minorticks_off()
    panel.legend(markerscale=0.7)
    pairs = clauses(
        labelled(f"{value:g}", f"{a:.3g} {text('plots.and')} {b:.3g}")
        for value, a, b in zip(values, *means, strict=True)
    )
    told = {"what": ylabel, "name": name, "best": f"{values[best]:g}"}
    words = text("plots.validation_description", pairs=pairs, **told)
    title = title or text("plots.validation_title", name=name)
    panel.set(title=title, xlabel=name, ylabel=ylabel)
    return describe(panel.figure, words, is_part=axes is not None)


@styled
def plot_history(
    steps: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    best: float | None = None,
    xlabel: str | None = None,
    log: bool = False,
    title: str | None = None,
) -> Figure:
    """Draw several quantities against the steps, with one step marked.

    Parameters
    ----------
    steps : array_like of shape (n_steps,)
        Where the values were taken.
    lines : dict of str to array_like of shape (n_steps,)
        For example training and validation error.
    best : float, optional
        A step to be marked, such as the one at which to stop.

    Examples
    --------
    >>> plot_history([0, 9], {"train": [0.5, 0.1]}, ylabel="error").description
    'Error against iterations: train from 0.5 at 0 to 0.1 at 9.'
    """
    steps = np.asarray(steps)
    panel = new_figure()[1]
    parts = []
    for i, (label, values) in enumerate(lines.items()):
        values = np.asarray(values, float).ravel()
        panel.plot(steps, values, label=label, **series(i, marks=len(steps) <= 12))
        told = {"start": f"{steps[0]:g}", "end": f"{steps[-1]:g}"} | _ends(values)
        parts.append(text("plots.line_ends", label=label, **told))
    if best is not None:
        parts.append(text("plots.stop", step=f"{best:g}"))
        look = {"color": INK, "linestyle": ":", "linewidth": 1.4}
        panel.axvline(best, label=parts[-1], **look)
    panel.legend()
    if log:
        panel.set_yscale("log")
    title = title or text("plots.history_title", name=ylabel.capitalize())
    return _named(panel, parts, title=title, xlabel=xlabel, ylabel=ylabel)


class LiveCurve:
    """A curve that grows below the cell while something runs.

    Outside of a notebook it draws nothing until `figure` is asked for.

    Parameters
    ----------
    pause : float, default 1
        Seconds between two drawings at least. Where drawing is slow it is more,
        so that the curve takes no more than a tenth of the time.

    Examples
    --------
    >>> curve = LiveCurve("A short training")
    >>> curve.update([0, 100], [0.7, 0.3])
    >>> curve.figure().description
    'Cost against iterations: from 0.7 at 0 to 0.3 at 100.'
    """

    def __init__(self, title: str | None = None, *, pause: float = 1.0) -> None:
        self.title = title
        self.pause = pause
        self._steps: Sequence[float] = []
        self._values: Sequence[float] = []
        self._drawn = time.monotonic()
        self._handle = None

    def update(self, steps: Sequence[float], values: Sequence[float]) -> None:
        """Show the curve as it is now, unless it was drawn a moment ago.

        `steps` and `values` are all points of the curve so far. They are not copied, so
        that a call for every step costs next to nothing.
        """
        self._steps, self._values = steps, values
        if time.monotonic() - self._drawn >= self.pause:
            self._draw()

    def close(self) -> None:
        """Show the last state, if anything was shown before."""
        if self._handle is not None:
            self._draw()

    @styled
    def figure(self) -> Figure:
        """Return the curve as it is now as a figure of its own."""
        figure, panel = new_figure()
        panel.plot(self._steps, self._values, color=COLOURS[0])
        parts: list[str] = []
        if len(self._values):
            ends = _ends(np.asarray(self._values, float))
            parts = [text("plots.from_to", end=int(self._steps[-1]), **ends)]
        _named(panel, parts, title=self.title or text("plots.cost_title"))
        return figure if parts else describe(figure, text("plots.nothing_yet"))

    def _draw(self) -> None:
        from helpers.progress import in_notebook

        if not in_notebook():
            return
        from IPython.display import display

        start = time.monotonic()
        figure: Any = self.figure()
        bundle = figure.to_bundle()
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
        self._drawn = time.monotonic()
        if self.pause:
            self.pause = max(self.pause, 9 * (self._drawn - start))


@styled
def plot_lines(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str = "",
    title: str = "",
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
    mark : tuple of two float, optional
        A point to be ringed.

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
        ring(panel, *mark, size=12, color=INK)
    panel.set(title=title, xlabel=xlabel, ylabel=ylabel)
    panel.legend()
    return describe(figure, description)


@styled
def plot_means(
    values: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    mark: tuple[float, str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw means of several quantities against a setting.

    Parameters
    ----------
    values : array_like of shape (n,)
        Values of the setting, drawn on a logarithmic axis.
    curves : dict of str to array_like of shape (n, n_runs)
        For each quantity its values; means and standard deviations are drawn.
    xlabel, ylabel : str
        What the setting and the quantities are.
    mark : (float, str), optional
        A value to be marked and its name.

    Examples
    --------
    >>> figure = plot_means([1, 10], {"part": [[0.0], [1.0]]}, xlabel="g", ylabel="y")
    >>> figure.description
    'Against g: part from 0 at 1 to 1 at 10.'
    """
    values = np.asarray(values, float)
    figure, panel = new_figure(height=4.0)
    parts = []
    for i, (label, runs) in enumerate(curves.items()):
        runs = np.asarray(runs, float)
        mean = runs.mean(axis=1)
        deviation = runs.std(axis=1, ddof=1) if runs.shape[1] > 1 else None
        name = label
        if deviation is not None:
            name = text("plots.with_bars", name=label, bars=text("plots.deviation"))
        panel.errorbar(
            values, mean, yerr=deviation, capsize=2, label=name, **series(i, marks=True)
        )
        told = {"first": f"{mean[0]:.2g}", "last": f"{mean[-1]:.2g}"}
        told |= {"low": f"{values[0]:.2g}", "high": f"{values[-1]:.2g}"}
        parts.append(text("plots.means.ends", label=label, **told))
    if mark is not None:
        panel.axvline(mark[0], color=INK, linestyle=":", label=mark[1])
    panel.set_xscale("log")
    panel.set_xticks(values[::2], [f"{value:.2g}" for value in values[::2]])
    panel.minorticks_off()
    panel.set(xlabel=xlabel, ylabel=ylabel, title=title or "")
    figure.legend(loc="outside lower center", ncols=1)
    words = text("plots.means.description", name=xlabel, parts=clauses(parts))
    return describe(figure, words)
