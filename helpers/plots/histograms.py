"""What happens to numbers on their way through many layers.

===================================================== ==========================
`plot_layer_histograms({name: [A1, A2, ...]})`        a histogram for each layer
`plot_layer_scales({name: [one number a layer]})`     a line over the layers
===================================================== ==========================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    Sheet,
    filled,
    finish,
    new_figure,
    series,
    styled,
)
from helpers.strings import text

__all__ = ["plot_layer_histograms", "plot_layer_scales"]


@styled
def plot_layer_histograms(
    layers: Mapping[str, Sequence[ArrayLike]],
    *,
    limits: tuple[float, float] | None = (-1.0, 1.0),
    bins: int = 30,
    title: str | None = None,
    xlabel: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw a histogram of the activations (or gradients) of each layer.

    Parameters
    ----------
    layers : dict of str to sequence of array_like
        A row of panels for each name, a panel for each layer. Values that are
        not finite are left out.
    limits : (float, float) or None, default (-1, 1)
        Range of the values, the same in all panels; values outside of it are
        counted in the outermost bars. With None each row gets the range of its
        own values.
    bins : int, default 30
        Bars in a panel.
    title, xlabel : str, optional
        Words for the figure.
    description : str, optional
        What is to be seen; the spread in the first and last layers otherwise.

    Returns
    -------
    Figure
        The figure. Each panel says the standard deviation s of its values. The
        bars are shares of the values of the layer.

    Examples
    --------
    >>> figure = plot_layer_histograms({"tanh": [[0.0, 2.0], [0.0, 0.2]]})
    >>> figure.description.partition(". ")[2]
    'Standard deviation: tanh from 1 in layer 1 to 0.1 in layer 2.'
    """
    depth = max(len(values) for values in layers.values())
    figure, axes = new_figure(
        len(layers),
        depth,
        width=min(10.0, 1.0 + 1.15 * depth),
        height=0.9 + 1.35 * len(layers),
        squeeze=False,
        sharey="row",
    )
    parts = []
    for row, (name, arrays) in enumerate(layers.items()):
        arrays = [np.asarray(values, float).ravel() for values in arrays]
        arrays = [values[np.isfinite(values)] for values in arrays]
        low, high = limits or _range(arrays)
        spreads = []
        for layer, (panel, values) in enumerate(
            zip(axes[row], arrays, strict=False), start=1
        ):
            panel.hist(
                np.clip(values, low, high),
                bins=bins,
                range=(low, high),
                weights=np.full(len(values), 1 / max(len(values), 1)),
                linewidth=0.5,
                **filled(row, 0.75),
            )
            spread = float(values.std()) if len(values) else 0.0
            spreads.append(f"{spread:.2g}")
            panel.set_title(
                text("plots.layer_panel", layer=layer, spread=f"{spread:.2g}"),
                fontsize=8,
                fontweight="normal",
            )
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
        parts.append(
            text(
                "plots.spreads",
                name=name,
                first=spreads[0],
                last=spreads[-1],
                depth=len(spreads),
            )
        )
    figure.suptitle(title or text("plots.histograms_title"))
    figure.supxlabel(xlabel or text("plots.histograms_values"), fontsize=10)
    words = description or text("plots.histograms_description", parts="; ".join(parts))
    return finish(figure, words)


def _range(arrays: Sequence[np.ndarray]) -> tuple[float, float]:
    values = np.concatenate(arrays)
    if not len(values) or values.min() == values.max():
        return -1.0, 1.0
    return float(values.min()), float(values.max())


@styled
def plot_layer_scales(
    scales: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    log: bool = True,
    title: str | None = None,
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw one number for each layer, such as the spread of its activations.

    Parameters
    ----------
    scales : dict of str to array_like of shape (n_layers,)
        A line for each name, a point for each layer.
    ylabel : str
        What the numbers are.
    log : bool, default True
        Whether the vertical axis is logarithmic. Zeros, which it cannot show,
        are put at its lower edge.
    title : str, optional
        Words for the figure.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; first and last numbers otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_layer_scales({"He": [1.0, 0.9]}, ylabel="spread").description
    'Spread in each layer: He from 1 in layer 1 to 0.9 in layer 2.'
    """
    lines = {name: np.asarray(values, float).ravel() for name, values in scales.items()}
    positive = np.concatenate([values[values > 0] for values in lines.values()])
    floor = positive.min() / 10 if log and len(positive) else 0.0
    sheet = Sheet(axes)
    panel = sheet.axes
    parts = []
    for i, (name, values) in enumerate(lines.items()):
        shown = np.where(values > 0, values, floor) if floor else values
        panel.plot(
            np.arange(1, len(values) + 1), shown, label=name, **series(i, marks=True)
        )
        parts.append(
            text(
                "plots.spreads",
                name=name,
                first=f"{values[0]:.2g}",
                last=f"{values[-1]:.2g}",
                depth=len(values),
            )
        )
    if log and floor:
        panel.set_yscale("log")
    panel.set_xticks(np.arange(1, max(map(len, lines.values())) + 1))
    panel.legend()
    words = description or text(
        "plots.scales_description", name=ylabel.capitalize(), parts="; ".join(parts)
    )
    return sheet.finish(
        words,
        title=title or text("plots.scales_title", name=ylabel.capitalize()),
        xlabel=text("plots.layer"),
        ylabel=ylabel,
    )
