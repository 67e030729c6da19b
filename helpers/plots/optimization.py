"""Images of optimization: batches, noise, valleys, averages, rates.

================================================ ===============================
`plot_mini_batches(batches)`                     numbered examples in batches
`plot_gradient_noise(sizes, noise)`              error of a batch gradient
`plot_batch_sizes(milliseconds, costs)`          time and cost by batch size
`plot_steps_against_rate(rates, steps)`          steps needed, for each valley
`plot_valley_paths(ratio, paths)`                ways down a valley
`plot_averages(days, values, averages)`          averages, plain and corrected
`plot_rate_choice(choice)`                       validation cost by rate
================================================ ===============================
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator
from numpy.typing import ArrayLike

from helpers.plots.style import (
    CLASS_COLOURS,
    CLASS_HATCHES,
    INK,
    describe,
    lighter,
    new_figure,
    ring,
    series,
    styled,
)
from helpers.strings import clauses, labelled, listed, text

__all__ = [
    "plot_averages",
    "plot_batch_sizes",
    "plot_gradient_noise",
    "plot_mini_batches",
    "plot_rate_choice",
    "plot_steps_against_rate",
    "plot_valley_paths",
]


def _words(key: str, **values: object) -> str:
    return text(f"plots.optimization.{key}", **values)


def _batch_sizes(axes: Axes, sizes: Sequence[int]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xlabel(_words("batch_size"))


def _tiles(
    axes: Axes, numbers: np.ndarray, labels: np.ndarray, left: float, bottom: float
) -> None:
    for i, (number, label) in enumerate(zip(numbers, labels, strict=True)):
        kind = int(label > 0.5)
        look: dict[str, Any] = {"edgecolor": INK, "linewidth": 0.6}
        look["hatch"] = CLASS_HATCHES[kind]
        look["facecolor"] = lighter(CLASS_COLOURS[kind], 0.35)
        axes.add_patch(Rectangle((left + i, bottom), 0.92, 0.8, **look))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        place = left + i + 0.46, bottom + 0.4
        axes.text(*place, f"{number:g}", ha="center", va="center", bbox=box)


@styled
def plot_mini_batches(batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw numbered examples in their old order and in their batches.

    Parameters
    ----------
    batches : sequence of (ndarray, ndarray)
        Mini-batches with X of shape (1, size), whose entries are the numbers of
        the examples, and Y of shape (1, size).

    Returns
    -------
    Figure
        Two rows of tiles; hatched tiles have label 1.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0, 2.0]])
    >>> figure = plot_mini_batches([(X[:, :2], X[:, :2] % 2), (X[:, 2:], X[:, 2:] % 2)])
    >>> figure.description.partition(": ")[2]
    '1 0 | 2. Hatched tiles have label 1.'
    """
    numbers = np.concatenate([np.ravel(X) for X, _ in batches])
    labels = np.concatenate([np.ravel(Y) for _, Y in batches])
    figure, axes = new_figure(width=9.0, height=1.9)
    order = np.argsort(numbers, kind="stable")
    gap = 0.7
    _tiles(axes, numbers[order], labels[order], gap * (len(batches) - 1) / 2, 1.5)
    left = 0.0
    for k, (X, Y) in enumerate(batches):
        _tiles(axes, np.ravel(X), np.ravel(Y), left, 0.0)
        axes.text(left, -0.12, _words("batch", k=k, size=X.shape[1]), va="top")
        left += X.shape[1] + gap
    axes.set(xlim=(-0.3, left), ylim=(-0.7, 2.5), title=_words("batches_title"))
    axes.axis("off")
    shown = " | ".join(" ".join(f"{n:g}" for n in np.ravel(X)) for X, _ in batches)
    return describe(figure, _words("batches_description", shown=shown))


@styled
def plot_gradient_noise(sizes: Sequence[int], noise: Sequence[float]) -> Figure:
    """Draw how far a batch gradient is from the gradient of all examples.

    Parameters
    ----------
    sizes : sequence of int
        Batch sizes.
    noise : sequence of float
        Mean distance, as a fraction of the length of the true gradient.

    Returns
    -------
    Figure
        Points and the line of one over the root, both axes logarithmic.

    Examples
    --------
    >>> plot_gradient_noise([1, 4], [2.0, 1.0]).description.partition(": ")[2]
    '1: 200 %; 4: 100 %. The dashed line falls like one over the root of the size.'
    """
    figure, axes = new_figure(height=3.2)
    expected = noise[0] * np.sqrt(sizes[0] / np.asarray(sizes, float))
    axes.plot(sizes, expected, "--", color=INK, label=_words("noise_line"))
    look = series(0, marks=True) | {"linestyle": "none", "markersize": 8}
    axes.plot(sizes, noise, label=_words("noise_points"), **look)
    _batch_sizes(axes, sizes)
    axes.set_yscale("log", base=2)
    low, high = np.floor(np.log2(min(noise))), np.ceil(np.log2(max(noise)))
    ticks = 2.0 ** np.arange(low, high + 1)
    axes.set_yticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    axes.minorticks_off()
    axes.legend()
    axes.set(title=_words("noise_title"), ylabel=_words("noise_axis"))
    pairs = clauses(
        labelled(size, f"{100 * value:.0f} %")
        for size, value in zip(sizes, noise, strict=True)
    )
    return describe(figure, _words("noise_description", pairs=pairs))


@styled
def plot_batch_sizes(
    milliseconds: Mapping[int, float], costs: Mapping[int, Sequence[float]]
) -> Figure:
    """Draw the time of an epoch and the cost after each epoch, by batch size.

    Parameters
    ----------
    milliseconds : dict of int to float
        Time of one epoch by batch size.
    costs : dict of int to sequence of n_epochs float
        Cost after each epoch by batch size.

    Examples
    --------
    >>> figure = plot_batch_sizes({1: 50.0, 64: 2.0}, {1: [0.2, 0.1], 64: [0.6, 0.5]})
    >>> figure.description.partition(". Right")[0].partition(": ")[2]
    '1: 50 ms; 64: 2 ms'
    """
    figure, (left, right) = new_figure(1, 2, width=9.0, height=3.4)
    sizes = list(milliseconds)
    left.plot(sizes, list(milliseconds.values()), **series(0, marks=True))
    _batch_sizes(left, sizes)
    left.set(yscale="log", title=_words("time_title"), ylabel=_words("ms"))
    # Few times lie within one power of ten: more numbers than its own are needed.
    left.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    left.yaxis.set_major_formatter("{x:g}")
    left.minorticks_off()
    for i, (size, values) in enumerate(costs.items()):
        epochs, label = np.arange(1, len(values) + 1), _words("size", size=size)
        right.plot(epochs, values, label=label, **series(i, marks=True))
    right.set(yscale="log", title=_words("epochs_title"))
    right.set(xlabel=_words("epochs"), ylabel=text("plots.cost"))
    right.legend()
    times = clauses(
        labelled(size, f"{value:.3g} ms") for size, value in milliseconds.items()
    )
    ends = clauses(
        labelled(size, f"{values[-1]:.3g}") for size, values in costs.items()
    )
    return describe(figure, _words("sizes_description", times=times, ends=ends))


@styled
def plot_steps_against_rate(
    rates: ArrayLike, steps: Mapping[tuple[float, str], ArrayLike]
) -> Figure:
    """Draw the steps that each method needs against its rate, for each valley.

    Parameters
    ----------
    rates : array_like of shape (n_rates,)
        The rates that were tried.
    steps : dict of (float, str) to array_like of shape (n_rates,)
        Steps by curvature ratio and method; NaN where it never arrives.

    Returns
    -------
    Figure
        One panel for each ratio; the best rate of each method has a ring.

    Examples
    --------
    >>> figure = plot_steps_against_rate([0.1, 0.2], {(10, "plain"): [50, 20]})
    >>> figure.description.partition(": ")[2]
    'ratio 10, plain: 20 iterations at 0.2.'
    """
    rates = np.asarray(rates, float)
    ratios = sorted({ratio for ratio, _ in steps})
    columns = min(2, len(ratios))
    rows = -(-len(ratios) // columns)
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, panels = new_figure(rows, columns, width=9.0, height=2.8 * rows, **shared)
    parts = []
    for panel, ratio in zip(panels.flat, ratios, strict=False):
        labels = [label for other, label in steps if other == ratio]
        for i, label in enumerate(labels):
            needed = np.asarray(steps[ratio, label], float)
            look = series(i, marks=True) | {"markersize": 3.5}
            panel.plot(rates, needed, label=label, **look)
            if np.isnan(needed).all():
                continue
            best = int(np.nanargmin(needed))
            edge = {"markeredgecolor": look["color"], "markeredgewidth": 1.6}
            ring(panel, rates[best], needed[best], 13, **edge)
            told = {"steps": f"{needed[best]:.0f}", "rate": f"{rates[best]:.2g}"}
            parts.append(_words("rate_end", ratio=f"{ratio:g}", label=label, **told))
        title = _words("ratio", ratio=f"{ratio:g}")
        panel.set(xscale="log", yscale="log", title=title)
    for panel in panels[-1]:
        panel.set_xlabel(_words("rate"))
    for panel in panels[:, 0]:
        panel.set_ylabel(_words("steps_axis"))
    panels[0, 0].legend()
    return describe(figure, _words("rates_description", parts=clauses(parts)))


@styled
def plot_valley_paths(
    ratio: float, paths: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> Figure:
    """Draw ways down the valley on lines of equal cost.

    Parameters
    ----------
    ratio : float
        Curvature across the valley divided by the curvature along it.
    paths : dict of str to (ndarray, ndarray)
        Positions W and b after each step, by method.

    Returns
    -------
    Figure
        One panel for each path; the vertical axis is stretched.

    Examples
    --------
    >>> figure = plot_valley_paths(4, {"plain": (np.array([1.0, 0.0]), np.zeros(2))})
    >>> len(figure.axes)
    1
    """
    figure, panels = new_figure(
        1, len(paths), width=9.0, height=3.6, sharex=True, sharey=True, squeeze=False
    )
    reach = 1.35
    along, across = np.meshgrid(np.linspace(-reach, reach, 90), np.linspace(-2, 2, 90))
    # Drawn in units in which the valley is round: b times the root of the ratio.
    cost = 0.5 * along**2 + 0.5 * across**2
    half = 2 / np.sqrt(ratio)
    for i, (panel, (label, (W, b))) in enumerate(
        zip(panels.flat, paths.items(), strict=True)
    ):
        levels = [0.01, 0.05, 0.15, 0.35, 0.7, 1.2, 2.0]
        panel.contour(
            along, across * half / 2, cost, levels, colors="#999999", linewidths=0.8
        )
        look = series(i) | {"linestyle": "-", "markevery": 1, "markersize": 3.5}
        panel.plot(W, b, **(look | {"linewidth": 0.9}))
        panel.plot(0, 0, marker="*", color=INK, markersize=11, linestyle="none")
        limits = {"xlim": (-0.75, reach), "ylim": (-half, half)}
        panel.set(title=label, xlabel=_words("along"), **limits)
        panel.grid(False)
    panels[0, 0].set_ylabel(_words("across"))
    names = listed(paths)
    return describe(figure, _words("paths_description", ratio=ratio, names=names))


@styled
def plot_averages(
    days: ArrayLike,
    values: ArrayLike,
    averages: Mapping[float, tuple[Sequence[float], Sequence[float]]],
) -> Figure:
    """Draw exponentially weighted averages, plain and with bias correction.

    Parameters
    ----------
    days : array_like of shape (n,)
        When the values were taken.
    values : array_like of shape (n,)
        What is averaged.
    averages : dict of float to (sequence of float, sequence of float)
        Plain and corrected average by beta.

    Examples
    --------
    >>> figure = plot_averages([1, 2], [10, 10], {0.5: ([5, 7.5], [10, 10])})
    >>> figure.description.partition(": ")[2]
    'beta 0.5: 5 without correction, 10 corrected.'
    """
    figure, panels = new_figure(1, 2, width=9.5, height=3.6, sharex=True, sharey=True)
    parts = []
    for k, (panel, key) in enumerate(zip(panels, ("plain", "corrected"), strict=True)):
        panel.plot(days, values, ".", color="#999999", label=_words("values"))
        for i, (beta, pair) in enumerate(averages.items()):
            panel.plot(days, pair[k], label=_words("beta", beta=beta), **series(i))
        panel.set(title=_words(key), xlabel=_words("day"))
    for beta, (plain, corrected) in averages.items():
        told = {"plain": f"{plain[0]:.3g}", "corrected": f"{corrected[0]:.3g}"}
        parts.append(_words("average_start", beta=beta, **told))
    panels[0].set_ylabel(_words("temperature"))
    panels[1].legend()
    return describe(figure, _words("averages_description", parts=clauses(parts)))


@styled
def plot_rate_choice(choice: Mapping[str, Mapping[float, Sequence[float]]]) -> Figure:
    """Draw the validation cost of each method at each of its rates.

    Parameters
    ----------
    choice : dict of str to dict of float to sequence of float
        Costs of several starts, by method and rate.

    Returns
    -------
    Figure
        Mean with the range over the starts; the chosen rate has a ring.

    Examples
    --------
    >>> plot_rate_choice({"Adam": {0.1: [0.3], 0.2: [0.4]}}).description
    'Validation cost against the learning rate, lowest for Adam at 0.1 (0.3).'
    """
    figure, axes = new_figure(width=8.0, height=3.8)
    parts = []
    for i, (method, by_rate) in enumerate(choice.items()):
        rates = list(by_rate)
        costs = np.array([list(by_rate[rate]) for rate in rates], float)
        mean = costs.mean(axis=1)
        look = series(i, marks=True)
        axes.plot(rates, mean, label=method, **look)
        axes.vlines(
            rates, costs.min(axis=1), costs.max(axis=1), color=look["color"], alpha=0.6
        )
        best = int(np.nanargmin(mean))
        edge = {"markeredgecolor": look["color"], "markeredgewidth": 1.6}
        ring(axes, rates[best], mean[best], **edge)
        told = {"rate": f"{rates[best]:g}", "cost": f"{mean[best]:.3g}"}
        parts.append(_words("choice_end", method=method, **told))
    axes.legend()
    axes.set(xscale="log", yscale="log", title=_words("choice_title"))
    axes.set(xlabel=_words("rate"), ylabel=_words("validation_cost"))
    return describe(figure, _words("choice_description", parts=clauses(parts)))
