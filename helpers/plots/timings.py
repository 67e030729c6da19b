"""Times side by side: `plot_timings({label: seconds})`."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import ArrayLike

from helpers.plots.style import (
    INK,
    Sheet,
    filled,
    styled,
)
from helpers.strings import text
from helpers.timing import in_words

__all__ = ["plot_timings"]


@styled
def plot_timings(
    timings: Mapping[str, float | ArrayLike],
    *,
    title: str | None = None,
    xlabel: str | None = None,
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw times as bars on a logarithmic axis.

    Parameters
    ----------
    timings : dict of str to float or array_like
        Seconds by label. Of several repetitions the median is drawn, and a line
        from the fastest to the slowest.
    title, xlabel : str, optional
        Words for the figure.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; the times otherwise.

    Returns
    -------
    Figure
        The figure. Each bar says its time and how many times that of the
        fastest it is.

    Examples
    --------
    >>> plot_timings({"loop": 0.4, "vectorised": 0.002}).description
    'Times on a logarithmic axis: loop 400 ms (200 x the fastest), vectorised 2 ms.'
    """
    samples = {
        label: np.atleast_1d(np.asarray(values, float))
        for label, values in timings.items()
    }
    medians = {label: float(np.median(values)) for label, values in samples.items()}
    fastest = min(medians.values())
    sheet = Sheet(axes, height=1.4 + 0.55 * len(samples))
    panel = sheet.axes
    parts = []
    for i, (label, values) in enumerate(samples.items()):
        median = medians[label]
        panel.barh(
            i,
            median,
            height=0.6,
            **filled(i),
        )
        if len(values) > 1:
            panel.plot([values.min(), values.max()], [i, i], color=INK, lw=1.4)
        words = in_words(median)
        if median > fastest:
            words = text("plots.slower", time=words, ratio=f"{median / fastest:.3g}")
        panel.annotate(
            words,
            (values.max(), i),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
        parts.append(f"{label} {words}")
    slowest = max(float(values.max()) for values in samples.values())
    # Bars on a logarithmic axis start where we choose: a third of the fastest.
    # Room for the words is left on the right.
    span = np.log10(slowest / fastest * 3)
    panel.set_xscale("log")
    panel.set_xlim(fastest / 3, slowest * 10 ** (0.35 * span + 0.2))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: in_words(value)))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_yticks(range(len(samples)), list(samples))
    panel.invert_yaxis()
    panel.grid(False, axis="y")
    words = description or text("plots.timings_description", parts=", ".join(parts))
    return sheet.finish(
        words,
        title=title or text("plots.timings_title"),
        xlabel=xlabel or text("plots.timings_label"),
        ylabel=text("plots.timings_what"),
    )
