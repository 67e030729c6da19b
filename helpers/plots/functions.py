"""Functions of one number: activations and their slopes.

===================================================== ==========================
`plot_activations(names)`                             functions above their slopes
`plot_function({label: f}, low, high)`                functions in one panel
===================================================== ==========================
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import activations
from helpers.plots.style import (
    COLOURS,
    DASHES,
    Sheet,
    finish,
    new_figure,
    series,
    styled,
)
from helpers.strings import text

__all__ = ["plot_activations", "plot_function"]

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
    limit: float = 4.0,
    *,
    slope: float = 0.1,
    description: str | None = None,
) -> Figure:
    """Draw activation functions and, below each, its derivative.

    Parameters
    ----------
    names : sequence of str
        Functions of `helpers.activations` that have a derivative there.
    limit : float, default 4
        How far from 0 the inputs go.
    slope : float, default 0.1
        Slope of leaky ReLU on the left; 0.01 could not be told from 0 here.
    description : str, optional
        What is to be seen; the largest slopes otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_activations(["sigmoid"]).description.partition(". ")[2]
    'Largest slopes: sigmoid 0.25. Rings mark the slope taken at 0.'
    """
    z = np.linspace(-limit, limit, 400)
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
            function = _with_slope(function, slope)
            derivative = _with_slope(derivative, slope)
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
    words = description or text("plots.activations_description", parts=", ".join(parts))
    return finish(figure, words)


def _with_slope(function: Callable, slope: float) -> Callable:
    return lambda z: function(z, slope)


@styled
def plot_function(
    functions: Callable | Mapping[str, Callable],
    low: float = -5.0,
    high: float = 5.0,
    *,
    title: str | None = None,
    xlabel: str = "x",
    ylabel: str = "f(x)",
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw one function or several over an interval.

    Parameters
    ----------
    functions : callable or dict of str to callable
        Each takes an array and returns one of the same shape.
    low, high : float
        The interval.
    title, xlabel, ylabel : str, optional
        Words for the figure.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; the values at both ends otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_function({"square": lambda x: x**2}, 0, 3).description
    'Functions of x from 0 to 3: square from 0 to 9.'
    """
    named = functions if isinstance(functions, Mapping) else {ylabel: functions}
    sheet = Sheet(axes)
    panel = sheet.axes
    x = np.linspace(low, high, 401)
    parts = []
    for i, (label, function) in enumerate(named.items()):
        y = np.asarray(function(x), float)
        panel.plot(x, y, label=label, **series(i))
        parts.append(
            text(
                "plots.function", label=label, first=f"{y[0]:.3g}", last=f"{y[-1]:.3g}"
            )
        )
    if isinstance(functions, Mapping):
        panel.legend()
    words = description or text(
        "plots.functions_description",
        name=xlabel,
        low=f"{low:g}",
        high=f"{high:g}",
        parts="; ".join(parts),
    )
    return sheet.finish(
        words,
        title=title or text("plots.functions_title"),
        xlabel=xlabel,
        ylabel=ylabel,
    )
