"""Functions of one number: activations and their slopes.

===================================================== ==========================
`plot_activations(names)`                             functions above their slopes
===================================================== ==========================
"""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import activations
from helpers.plots.style import (
    COLOURS,
    DASHES,
    finish,
    new_figure,
    styled,
)
from helpers.strings import text

__all__ = [
    "plot_activations",
]

# Slopes of these jump at zero.
_KINKED = ("relu", "leaky_relu")


def _draw_slope(
    panel: Axes, z: np.ndarray, name: str, slope: Callable, options: dict
) -> None:
    if name not in _KINKED:
        panel.plot(z, slope(z), **options)
        return
    # Two pieces, an open ring where the value from the right is not taken and a
    # full one where it is: at 0 this course takes the slope from the left.
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
    'Largest slopes: sigmoid 0.25. Rings mark the slope taken at 0.'
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
            title=text("plots.slope_of", name=shown),
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
