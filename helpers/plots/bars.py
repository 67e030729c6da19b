"""Results as bars and as differences, with their intervals.

===================================================== ==========================
`plot_fractions(fractions, titles)`                   rows that sum to 1, as bars
`plot_differences({label: (mean, low, high)})`        differences against zero
===================================================== ==========================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import COLOURS, INK, describe, filled, new_figure, styled
from helpers.strings import clauses, labelled, listed, text

__all__ = ["plot_differences", "plot_fractions"]


@styled
def plot_differences(
    differences: Mapping[str, tuple[float, float, float]],
    *,
    xlabel: str,
    title: str | None = None,
) -> Figure:
    """Draw differences with their intervals against the line of no difference.

    Parameters
    ----------
    differences : dict of str to (mean, low, high)
        A row for each comparison.
    xlabel : str
        What the differences are, with their unit.

    Examples
    --------
    >>> figure = plot_differences({"L2 - none": (2.0, 0.5, 3.5)}, xlabel="points")
    >>> figure.description.partition(": ")[2]
    'L2 - none 2 (0.5 to 3.5), zero outside the interval.'
    """
    figure, panel = new_figure(height=1.5 + 0.5 * len(differences))
    parts = []
    for i, (label, (mean, low, high)) in enumerate(differences.items()):
        away = low > 0 or high < 0
        colour = COLOURS[0] if away else "#666666"
        panel.plot([low, high], [i, i], color=colour, linewidth=2.2)
        face = colour if away else "white"
        panel.plot(mean, i, "o", markersize=9, color=colour, markerfacecolor=face)
        verdict = text("plots.away" if away else "plots.around")
        shown = {"value": f"{mean:.3g}", "low": f"{low:.3g}", "high": f"{high:.3g}"}
        parts.append(f"{text('plots.bar', label=label, **shown)}, {verdict}")
    panel.axvline(0, color=INK, linewidth=1.2, linestyle="--")
    panel.set_yticks(range(len(differences)), list(differences))
    panel.set_ylim(len(differences) - 0.4, -0.6)
    panel.grid(False, axis="y")
    title = title or text("plots.differences_title")
    panel.set(title=title, xlabel=xlabel, ylabel=text("plots.comparison"))
    return describe(figure, text("plots.differences_description", parts=clauses(parts)))


@styled
def plot_fractions(fractions: ArrayLike, titles: Sequence[str]) -> Figure:
    """Draw the probabilities of the classes as bars, one panel a row.

    Parameters
    ----------
    fractions : array_like of shape (r, c)
        Rows of numbers between 0 and 1.
    titles : sequence of r str
        One for each row.

    Returns
    -------
    Figure
        r panels of c bars; the classes are numbered from 0.

    Examples
    --------
    >>> plot_fractions([[0.25, 0.75]], ["a row"]).description
    'Probabilities as bars. a row: 0.25, 0.75.'
    """
    fractions = np.asarray(fractions, float)
    figure, panels = new_figure(
        1, len(fractions), height=2.6, sharey=True, squeeze=False
    )
    places = np.arange(fractions.shape[1])
    for panel, row, title in zip(panels[0], fractions, titles, strict=True):
        bars = panel.bar(places, row, linewidth=0.8)
        for i, bar in enumerate(bars):
            bar.set(**filled(i))
            place = places[i], row[i]
            panel.annotate(f"{row[i]:.2f}", place, ha="center", va="bottom")
        panel.set(title=title, ylim=(0, 1.12), xticks=places)
        panel.set_xlabel(text("plots.bars.class"))
        panel.grid(axis="x", visible=False)
    panels[0, 0].set_ylabel(text("plots.bars.probability"))
    parts = clauses(
        labelled(title, listed(f"{value:.2g}" for value in row))
        for row, title in zip(fractions, titles, strict=True)
    )
    return describe(figure, text("plots.bars.probabilities", parts=parts))
