"""Vectors before and after scaling."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import COLOURS, INK, MARKERS, describe, new_figure, styled
from helpers.strings import text

__all__ = ["plot_lengths"]


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
    told = {"low": f"{lengths.min():.3g}", "high": f"{lengths.max():.3g}"}
    return describe(figure, text("plots.points.lengths", n=len(lengths), **told))
