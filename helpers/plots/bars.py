"""Results side by side, with their intervals.

===================================================== ==========================
`plot_bars(values, intervals)`                        bars with intervals
`plot_differences({label: (mean, low, high)})`        differences against zero
===================================================== ==========================
"""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots.style import (
    COLOURS,
    INK,
    Sheet,
    filled,
    styled,
)
from helpers.strings import text

__all__ = ["plot_bars", "plot_differences"]

Interval = tuple[float, float]


@styled
def plot_bars(
    values: Mapping[str, float | Mapping[str, float]],
    intervals: Mapping[str, Interval | Mapping[str, Interval]] | None = None,
    *,
    ylabel: str | None = None,
    xlabel: str | None = None,
    reference: tuple[float, str] | None = None,
    low: float | None = None,
    high: float | None = None,
    title: str | None = None,
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw a bar for each result, and its interval if there is one.

    Parameters
    ----------
    values : dict of str to float, or dict of str to dict of str to float
        Results by label; or, for groups of bars, series of results by label.
    intervals : dict like `values`, optional
        For each result the ends of its interval, as `wilson_interval` gives them.
    ylabel, xlabel, title : str, optional
        Words for the figure; the results are accuracies otherwise.
    reference : (float, str), optional
        A level to be drawn across, such as what guessing gives, and its name.
    low, high : float, optional
        Ends of the vertical axis.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; the numbers otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> plot_bars({"a": 0.7, "b": 0.8}, {"a": (0.6, 0.8), "b": (0.7, 0.9)}).description
    'Bars of accuracy: a 0.7 (0.6 to 0.8), b 0.8 (0.7 to 0.9).'
    """
    grouped = any(isinstance(value, Mapping) for value in values.values())
    groups = values if grouped else {"": values}
    limits = (intervals if grouped else {"": intervals}) if intervals else {}
    labels = list(dict.fromkeys(label for group in groups.values() for label in group))
    sheet = Sheet(axes, width=max(5.0, min(10.0, 1.6 + 1.05 * len(labels))))
    panel = sheet.axes
    width = 0.7 / len(groups)
    parts = []
    for i, (name, group) in enumerate(groups.items()):
        words = []
        for label, value in group.items():
            # One series of bars: every label has its own look.
            look = i if grouped else labels.index(label)
            place = labels.index(label) + (i - (len(groups) - 1) / 2) * width
            panel.bar(
                place,
                value,
                width * 0.92,
                **filled(look),
                label=name if label == next(iter(group)) else None,
            )
            top = value
            interval = limits.get(name, {}).get(label)
            if interval is not None:
                ends = [[value - interval[0]], [interval[1] - value]]
                panel.errorbar(place, value, yerr=ends, color=INK, capsize=4, lw=1.4)
                top = max(value, interval[1])
            panel.annotate(
                f"{value:.3g}",
                (place, top),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=9 if len(groups) * len(labels) <= 10 else 7,
            )
            words.append(_in_words(label, value, interval))
        prefix = f"{name}: " if name else ""
        parts.append(prefix + ", ".join(words))
    if reference is not None:
        panel.axhline(
            reference[0], color=INK, linestyle="--", linewidth=1.2, label=reference[1]
        )
        parts.append(f"{reference[1]} {reference[0]:.3g}")
    panel.set_xticks(range(len(labels)), labels)
    if sum(len(label) for label in labels) > 60:
        panel.tick_params(axis="x", rotation=20)
    panel.grid(False, axis="x")
    panel.set_ylim(low, high)
    if panel.get_legend_handles_labels()[1] and (grouped or reference):
        panel.legend(loc="best")
    ylabel = ylabel or text("plots.accuracy")
    words = description or text(
        "plots.bars_description", name=ylabel, parts="; ".join(parts)
    )
    return sheet.finish(
        words,
        title=title or text("plots.bars_title"),
        xlabel=xlabel or text("plots.bars_label"),
        ylabel=ylabel,
    )


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
    axes: Axes | None = None,
    description: str | None = None,
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
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; the numbers otherwise.

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
    sheet = Sheet(axes, height=1.5 + 0.5 * len(differences))
    panel = sheet.axes
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
    words = description or text("plots.differences_description", parts="; ".join(parts))
    return sheet.finish(
        words,
        title=title or text("plots.differences_title"),
        xlabel=xlabel,
        ylabel=text("plots.comparison"),
    )
