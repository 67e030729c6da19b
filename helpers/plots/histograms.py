"""Distributions of numbers: samples, and the values of many layers.

===================================================== ==========================
`plot_samples({name: values})`                        histograms side by side
`plot_layer_histograms({name: [A1, A2, ...]})`        a histogram for each layer
`plot_layer_scales({name: [one number a layer]})`     a line over the layers
===================================================== ==========================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import INK, describe, filled, new_figure, series, styled
from helpers.strings import clauses, text

__all__ = ["plot_layer_histograms", "plot_layer_scales", "plot_samples"]


# Of a line of which some points have no place: seen also on top of other marks.
OPEN = {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2, "zorder": 5}


def _over_layers(name: str, values: Sequence[str]) -> str:
    first, last, depth = values[0], values[-1], len(values)
    return text("plots.deviations", name=name, first=first, last=last, depth=depth)


@styled
def plot_layer_histograms(
    layers: Mapping[str, Sequence[ArrayLike]], *, title: str | None = None
) -> Figure:
    """Draw a histogram of the activations (or gradients) of each layer.

    Parameters
    ----------
    layers : dict of str to sequence of array_like
        A row of panels for each name, a panel for each layer. Values that are
        not finite are left out.

    Returns
    -------
    Figure
        Each panel says the standard deviation s of its values. The bars are
        fractions of the values of the layer; values outside of -1 to 1 are
        counted in the outermost bars.

    Examples
    --------
    >>> figure = plot_layer_histograms({"tanh": [[0.0, 2.0], [0.0, 0.2]]})
    >>> figure.description.partition(". ")[2]
    'Standard deviation: tanh from 1 in layer 1 to 0.1 in layer 2.'
    """
    depth = max(len(values) for values in layers.values())
    rows, width = len(layers), min(10.0, 1.0 + 1.15 * depth)
    sizes = {"width": width, "height": 0.9 + 1.35 * rows}
    figure, axes = new_figure(rows, depth, **sizes, squeeze=False, sharey="row")
    low, high = -1.0, 1.0
    parts = []
    for row, (name, arrays) in enumerate(layers.items()):
        flat = [np.asarray(values, float).ravel() for values in arrays]
        finite = [values[np.isfinite(values)] for values in flat]
        deviations = []
        for layer, (panel, values) in enumerate(zip(axes[row], finite), start=1):
            weights = np.full(len(values), 1 / max(len(values), 1))
            look = {"weights": weights, "linewidth": 0.5, **filled(row, 0.75)}
            panel.hist(np.clip(values, low, high), 30, range=(low, high), **look)
            deviations.append(f"{float(values.std()) if len(values) else 0.0:.2g}")
            words = text("plots.layer_panel", layer=layer, deviation=deviations[-1])
            panel.set_title(words, fontsize=8, fontweight="normal")
            panel.set_xlim(low, high)
            ticks = panel.set_xticks([low, high], [f"{low:.2g}", f"{high:.2g}"])
            panel.tick_params(labelsize=7)
            # Inwards, so that the labels of neighbours stay apart.
            for tick, side in zip(ticks, ("left", "right"), strict=True):
                tick.label1.set_horizontalalignment(side)
            panel.grid(False)
        for spare in axes[row, len(arrays) :]:
            spare.remove()
        axes[row, 0].set_ylabel(name)
        parts.append(_over_layers(name, deviations))
    figure.suptitle(title or text("plots.histograms_title"))
    figure.supxlabel(text("plots.histograms_values"), fontsize=10)
    words = text("plots.histograms_description", parts=clauses(parts))
    return describe(figure, words)


@styled
def plot_layer_scales(
    scales: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    title: str | None = None,
    axes: Axes | None = None,
    legend: bool = True,
) -> Figure:
    """Draw one number for each layer, such as the mean of its activations.

    Parameters
    ----------
    scales : dict of str to array_like of shape (n_layers,)
        A line for each name, a point for each layer.
    ylabel : str
        What the numbers are.
    legend : bool, default True
        Whether the panel names its lines; of several panels one is enough.

    Returns
    -------
    Figure
        A line for each name on a log axis. Zeros have no place there: they are
        not drawn, and the legend says so. What is left of such a line has large
        open marks, which no mark of another line can hide.

    Examples
    --------
    >>> plot_layer_scales({"He": [1.0, 0.9]}, ylabel="size").description
    'Size in each layer: He from 1 in layer 1 to 0.9 in layer 2.'
    """
    lines = {name: np.asarray(values, float).ravel() for name, values in scales.items()}
    positive = np.concatenate([values[values > 0] for values in lines.values()])
    panel = axes or new_figure()[1]
    parts = []
    for i, (name, values) in enumerate(lines.items()):
        hidden = len(positive) > 0 and bool(np.any(values == 0))
        panel.plot(
            np.arange(1, len(values) + 1),
            np.where(values > 0, values, np.nan) if hidden else values,
            label=text("plots.zeros_not_drawn", name=name) if hidden else name,
            **series(i, marks=True) | (OPEN if hidden else {}),
        )
        parts.append(_over_layers(name, [f"{value:.2g}" for value in values]))
    if len(positive):
        panel.set_yscale("log")
    panel.set_xticks(np.arange(1, max(map(len, lines.values())) + 1))
    if legend:
        # Two columns leave more room above or below the lines.
        panel.legend(ncols=1 if len(lines) < 5 else 2)
    name = ylabel.capitalize()
    words = text("plots.scales_description", name=name, parts=clauses(parts))
    title = title or text("plots.scales_title", name=name)
    panel.set(title=title, xlabel=text("plots.layer"), ylabel=ylabel)
    return describe(panel.figure, words, is_part=axes is not None)


@styled
def plot_samples(samples: Mapping[str, ArrayLike], xlabel: str = "") -> Figure:
    """Draw the histograms of some samples side by side, on the same axes.

    Parameters
    ----------
    samples : dict of str to array_like of shape (n,)
        Numbers drawn in different ways.
    xlabel : str
        What the numbers are; "value" if it is empty.

    Examples
    --------
    >>> plot_samples({"two": [0.0, 1.0]}).description
    'Histograms. two: from 0 to 1, mean 0.5.'
    """
    arrays = {name: np.ravel(np.asarray(s, float)) for name, s in samples.items()}
    everything = np.concatenate(list(arrays.values()))
    # Eighths, so that 0 and 1 are edges of bins.
    low, high = np.floor(everything.min()), np.ceil(everything.max())
    edges = np.arange(low, high + 0.1, 1 / 8)
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, panels = new_figure(1, len(arrays), height=2.8, **shared)
    for i, (panel, (name, values)) in enumerate(zip(panels[0], arrays.items())):
        panel.hist(values, edges, density=True, linewidth=0.5, **filled(i, 0.5))
        panel.axvline(values.mean(), color=INK, linestyle="--", linewidth=1.2)
        panel.set(title=name, xlabel=xlabel or text("plots.samples.value"))
    panels[0, 0].set_ylabel(text("plots.samples.density"))
    parts = []
    for name, values in arrays.items():
        told = {"low": f"{values.min():.2g}", "high": f"{values.max():.2g}"}
        # Adding 0 turns -0 into 0.
        told["mean"] = f"{round(float(values.mean()), 2) + 0:.2g}"
        parts.append(text("plots.samples.sample", name=name, **told))
    return describe(figure, text("plots.samples.samples", parts=clauses(parts)))
