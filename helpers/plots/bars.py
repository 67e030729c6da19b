"""Results side by side, with their intervals.

===================================================== ==========================
`plot_differences({label: (mean, low, high)})`        differences against zero
===================================================== ==========================
"""

from collections.abc import Mapping

from matplotlib.figure import Figure

from helpers.plots.style import (
    COLOURS,
    INK,
    describe,
    new_figure,
    styled,
)
from helpers.strings import text

__all__ = ["plot_differences"]

Interval = tuple[float, float]


def _in_words(label: str, value: float, interval: Interval | None) -> str:
    if interval is None:
        return f"{label} {value:.3g}"
    low, high = (f"{end:.3g}" for end in interval)
    return text("plots.bar", label=label, value=f"{value:.3g}", low=low, high=high)


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
    title : str, optional
        Words for the figure.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> figure = plot_differences({"L2 - none": (2.0, 0.5, 3.5)}, xlabel="points")
    >>> figure.description.partition(": ")[2]
    'L2 - none 2 (0.5 to 3.5), away from zero.'
    """
    figure, panel = new_figure(height=1.5 + 0.5 * len(differences))
    parts = []
    for i, (label, (mean, low, high)) in enumerate(differences.items()):
        away = low > 0 or high < 0
        colour = COLOURS[0] if away else "#666666"
        panel.plot([low, high], [i, i], color=colour, linewidth=2.2)
        panel.plot(
            mean,
            i,
            "o",
            markersize=9,
            color=colour,
            markerfacecolor=colour if away else "white",
        )
        verdict = text("plots.away" if away else "plots.around")
        parts.append(f"{_in_words(label, mean, (low, high))}, {verdict}")
    panel.axvline(0, color=INK, linewidth=1.2, linestyle="--")
    panel.set_yticks(range(len(differences)), list(differences))
    panel.set_ylim(len(differences) - 0.4, -0.6)
    panel.grid(False, axis="y")
    panel.set(
        title=title or text("plots.differences_title"),
        xlabel=xlabel,
        ylabel=text("plots.comparison"),
    )
    return describe(
        figure, text("plots.differences_description", parts="; ".join(parts))
    )
