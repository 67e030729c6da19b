"""Activation functions with their derivatives, and vectors before and after scaling.

===================================================== ==========================
`plot_activations(names)`                             functions, derivatives below
`plot_lengths(points, scaled)`                        points and the unit circle
===================================================== ==========================
"""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers import activations
from helpers.plots.style import (
    COLOURS,
    DASHES,
    INK,
    MARKERS,
    describe,
    finish,
    new_figure,
    styled,
)
from helpers.strings import text

__all__ = [
    "plot_activations",
    "plot_lengths",
]

# Derivatives of these jump at zero.
_KINKED = ("relu", "leaky_relu")


def _draw_slope(
    panel: Axes, z: np.ndarray, name: str, slope: Callable, options: dict
) -> None:
    if name not in _KINKED:
        panel.plot(z, slope(z), **options)
        return
    # Two pieces, an open ring where the value from the right is not taken and a
    # full one where it is: at 0 this course takes the derivative from the left.
    for side in (z[z <= 0], z[z > 0]):
        panel.plot(side, slope(side), **options)
    ring = {"markersize": 6, "markeredgecolor": options["color"], "zorder": 3}
    panel.plot(0, slope(np.float64(1)), "o", markerfacecolor="white", **ring)
    panel.plot(0, slope(np.float64(0)), "o", markerfacecolor=options["color"], **ring)


@styled
def plot_activations(
    names: Sequence[str] = ("sigmoid", "tanh", "relu", "leaky_relu"),
) -> Figure:
    """Draw activation functions and, below each, its derivative.

    Parameters
    ----------
    names : sequence of str
        Functions of `helpers.activations` that have a derivative there.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_activations(["sigmoid"]).description.partition(". ")[2]
    'Largest derivatives: sigmoid 0.25. Rings mark the derivative taken at 0.'
    """
    z = np.linspace(-4.0, 4.0, 400)
    figure, axes = new_figure(
        2,
        len(names),
        width=2.15 * len(names) + 0.6,
        height=4.4,
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    parts = []
    for i, name in enumerate(names):
        function = getattr(activations, name)
        derivative = getattr(activations, f"{name}_derivative")
        if name == "leaky_relu":
            function = _with_slope(function)
            derivative = _with_slope(derivative)
        options = {"color": COLOURS[i], "linestyle": DASHES[0]}
        shown = text(f"plots.functions.{name}")
        axes[0, i].plot(z, function(z), **options)
        axes[0, i].set(title=shown, ylim=(-1.25, 2.2))
        _draw_slope(axes[1, i], z, name, derivative, options)
        axes[1, i].set(
            title=text("plots.derivative_of", name=shown),
            xlabel="z",
            ylim=(-0.1, 1.15),
        )
        for panel in axes[:, i]:
            panel.axhline(0, color="#999999", linewidth=0.8, zorder=1)
            panel.axvline(0, color="#999999", linewidth=0.8, zorder=1)
        parts.append(f"{shown} {float(derivative(z).max()):.3g}")
    axes[0, 0].set_ylabel("g(z)")
    axes[1, 0].set_ylabel("g'(z)")
    words = text("plots.activations_description", parts=", ".join(parts))
    return finish(figure, words)


def _with_slope(function: Callable) -> Callable:
    # The usual 0.01 could not be told from 0 here.
    return lambda z: function(z, 0.1)


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
        panel.set(aspect="equal", title=text(f"plots.points.{when}"))
        panel.set_xlabel(text("plots.points.entry", number=1))
    panels[0].set_ylabel(text("plots.points.entry", number=2))
    lengths = np.linalg.norm(np.asarray(scaled, float), axis=1)
    words = text(
        "plots.points.lengths",
        n=len(lengths),
        low=f"{lengths.min():.3g}",
        high=f"{lengths.max():.3g}",
    )
    return describe(figure, words)
