"""Weights: of single units, before and after training, and as images.

===================================================== ==========================
`plot_unit_weights({name: (before, after)})`          both weights of each unit
`plot_hidden_units({name: history})`                  one weight of each unit
`plot_weights(w, size)`                               a neuron's, as an image
`plot_weight_images(W, size)`                         a layer's, one image a unit
===================================================== ==========================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.images import gallery
from helpers.plots.style import describe, new_figure, series, styled
from helpers.strings import clauses, text

__all__ = [
    "plot_hidden_units",
    "plot_unit_weights",
    "plot_weight_images",
    "plot_weights",
]


@styled
def plot_unit_weights(weights: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """Draw the two incoming weights of every unit, before and after training.

    Parameters
    ----------
    weights : dict of str to (before, after)
        A panel for each name; both arrays have shape (n_units, 2).

    Examples
    --------
    >>> figure = plot_unit_weights({"equal": (np.ones((3, 2)), np.zeros((3, 2)))})
    >>> figure.description.partition(". ")[2]
    'Different places of 3 units: equal 1 before and 1 after.'
    """
    # One scale for all: units that stay in one place must look like it.
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    width = 4.4 * len(weights)
    figure, axes = new_figure(1, len(weights), width=width, height=3.9, **shared)
    parts, count = [], 0
    for panel, (name, pair) in zip(axes.flat, weights.items(), strict=True):
        places = []
        for i, (when, array) in enumerate(zip(("before", "after"), pair, strict=True)):
            array = np.asarray(array, float)
            count = len(array)
            places.append(len(np.unique(array.round(6), axis=0)))
            look = series(i, marks=True) | {"linestyle": "none", "markersize": 8}
            look |= {"markerfacecolor": "none", "label": text(f"plots.weights.{when}")}
            panel.plot(array[:, 0], array[:, 1], **look)
        x, y = (text("plots.weights.from", name=name) for name in ("x1", "x2"))
        panel.set(title=name, xlabel=x, ylabel=y)
        panel.margins(0.15)
        panel.legend()
        told = dict(zip(("before", "after"), places, strict=True))
        parts.append(text("plots.weights.places", name=name, **told))
    words = text("plots.weights.units", count=count, parts=clauses(parts))
    return describe(figure, words)


@styled
def plot_hidden_units(histories: Mapping[str, ArrayLike]) -> Figure:
    """Draw how one number of each hidden unit changes over the updates.

    Parameters
    ----------
    histories : dict of str to array_like of shape (n_updates, n_h)
        One panel for each label, one line for each column.

    Examples
    --------
    >>> same = np.array([[0.5, 0.5], [0.7, 0.7]])
    >>> print(plot_hidden_units({"equal": same, "random": same * [1, 2]}).description)
    The first weight of each hidden unit over the updates. equal: 1 different value \
at the end of 2 units. random: 2 different values at the end of 2 units.
    """
    shared = {"squeeze": False, "sharey": True}
    figure, panels = new_figure(1, len(histories), height=3.2, **shared)
    sentences = []
    for panel, (label, history) in zip(panels[0], histories.items(), strict=True):
        history = np.asarray(history, float)
        units = history.shape[1]
        for unit in range(units):
            style = series(unit)
            # The first lines are the widest, so that lines on top of each other
            # can all be seen.
            style["linewidth"] = 1.4 + 1.2 * (units - 1 - unit)
            style["linestyle"] = "-"
            style["markersize"] = 6
            name = text("plots.hidden_units.unit", number=unit + 1)
            panel.plot(history[:, unit], label=name, **style)
        panel.set(title=label, xlabel=text("plots.hidden_units.updates"))
        different = len(np.unique(history[-1].round(9)))
        key = "one_value" if different == 1 else "values"
        told = {"label": label, "count": different, "units": units}
        sentences.append(text(f"plots.hidden_units.{key}", **told))
    panels[0, 0].set_ylabel(text("plots.hidden_units.weight"))
    # The panel with the most units names them all.
    panels[0, int(np.argmax([np.shape(h)[1] for h in histories.values()]))].legend()
    parts = " ".join(sentences)
    return describe(figure, text("plots.hidden_units.units_description", parts=parts))


@styled
def plot_weights(w: ArrayLike, size: int) -> Figure:
    """Draw the weights of a neuron that looks at colour images.

    Parameters
    ----------
    w : array_like of shape (size * size * 3, 1)
        One weight for each pixel and colour.
    size : int
        Height and width of the images.

    Returns
    -------
    Figure
        The mean over the three colours, and the standard deviation among them.

    Examples
    --------
    >>> figure = plot_weights(np.ones((12, 1)), 2)
    >>> figure.description.startswith("The weights as an image")
    True
    """
    planes = np.asarray(w, float).reshape(size, size, 3)
    limit = max(float(np.abs(planes).max()), 1e-12)
    figure, panels = new_figure(1, 4, height=2.4)
    images = (planes.mean(axis=2), *np.moveaxis(planes, 2, 0))
    names = ("mean", "red", "green", "blue")
    for panel, image, name in zip(panels, images, names, strict=True):
        shown = panel.imshow(image, cmap="PuOr", vmin=-limit, vmax=limit)
        panel.set_title(text(f"plots.weights.{name}"))
        panel.set_axis_off()
    bar = figure.colorbar(shown, ax=panels, shrink=0.7, pad=0.01)
    bar.ax.set_title(text("plots.weights.weight"), fontweight="normal")
    mean = images[0]
    middle = mean[size // 4 : size - size // 4, size // 4 : size - size // 4]
    told = {"low": f"{planes.min():.2g}", "high": f"{planes.max():.2g}"}
    told["middle"] = f"{np.abs(middle).mean() / limit:.0%}"
    told["whole"] = f"{np.abs(mean).mean() / limit:.0%}"
    return describe(figure, text("plots.weights.weights", **told))


@styled
def plot_weight_images(
    W: ArrayLike, size: int, *, titles: Sequence[str] | None = None, columns: int = 10
) -> Figure:
    """Draw the weights of a first layer, one image a unit.

    Parameters
    ----------
    W : array_like of shape (units, size * size * 3)
        Weights, as ``W1`` of a network that looks at colour images.
    size : int
        Height and width of the images.
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
    >>> len(plot_weight_images(np.eye(2, 12), 2).axes)
    2
    """
    W = np.asarray(W, float)
    planes = W.reshape(len(W), size, size, 3).mean(axis=3)
    limits = np.abs(planes).max(axis=(1, 2), keepdims=True)
    shown = 0.5 + 0.5 * planes / np.maximum(limits, 1e-12)
    if titles is None:
        titles = [text("plots.images.unit", number=unit + 1) for unit in range(len(W))]
    # Grey images would be stretched to their own range: colours are not.
    return gallery(
        np.repeat(shown[..., np.newaxis], 3, axis=3),
        titles,
        columns=columns,
        description=text("plots.images.units", units=len(W), size=size),
    )
