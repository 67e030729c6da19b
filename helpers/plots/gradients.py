"""Gradients: their entries, and how far a check of them is off.

===================================================== ==========================
`plot_gradients(grads)`                               every entry as a bar
`plot_check_errors(steps, errors, limits=...)`        errors against the step
===================================================== ==========================
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    COLOURS,
    HATCHES,
    INK,
    describe,
    new_figure,
    series,
    styled,
)
from helpers.strings import listed, text

__all__ = ["plot_check_errors", "plot_gradients"]


_PARAMETER = re.compile(r"d(W|b)(\d+)")


@styled
def plot_gradients(grads: Mapping[str, ArrayLike]) -> Figure:
    """Draw the gradients of all weights and biases as bars on one scale.

    Parameters
    ----------
    grads : dict of str to array_like
        ``dW1``, ``db1`` and so on; other entries are left aside.

    Returns
    -------
    Figure
        One panel for each gradient, layer 1 on the left.

    Examples
    --------
    >>> grads = {"dW1": np.array([[0.5, -2.0]]), "db1": np.array([[0.25]])}
    >>> plot_gradients(grads).description
    'All entries of each gradient as bars. Largest size: dW1 2, db1 0.25.'
    """
    names = [name for name in grads if _PARAMETER.fullmatch(name)]
    names.sort(key=lambda name: (int(name[2:]), name[1]))
    values = {name: np.asarray(grads[name], float).ravel() for name in names}
    widths = [max(value.size, 3) for value in values.values()]
    figure, panels = new_figure(
        1, len(names), height=2.8, sharey=True, squeeze=False, width_ratios=widths
    )
    entries = text("plots.hidden_units.entries")
    for i, (name, panel) in enumerate(zip(names, panels[0], strict=True)):
        kind = name[1] == "b"
        look: dict[str, Any] = {"color": COLOURS[kind], "hatch": HATCHES[kind]}
        look |= {"edgecolor": "white", "linewidth": 0.3}
        panel.bar(np.arange(values[name].size), values[name], **look)
        panel.axhline(0, color="#222222", linewidth=0.8)
        middle = (values[name].size - 1) / 2
        ends = (middle - widths[i] / 2, middle + widths[i] / 2)
        panel.set(title=name, xticks=[], xlim=ends, xlabel=entries)
        if i == 0:
            panel.set_ylabel(text("plots.hidden_units.gradient"))
    figure.suptitle(text("plots.hidden_units.gradients_title"))
    largest = (f"{n} {np.abs(v).max():.2g}" for n, v in values.items())
    words = text("plots.hidden_units.gradients_description", parts=listed(largest))
    return describe(figure, words)


@styled
def plot_check_errors(
    steps: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    limits: Mapping[str, float],
    worst: str | None = None,
) -> Figure:
    """Draw how wrong a check of right gradients is, against its step.

    Parameters
    ----------
    steps : array_like of shape (n,)
        Steps that were tried.
    errors : dict of str to array_like of shape (n_runs, n)
        Relative differences; medians are drawn.
    limits : dict of str to float
        Limits to be drawn as lines, with their names.
    worst : str, optional
        Of which entry the largest errors are drawn too.

    Examples
    --------
    >>> figure = plot_check_errors([0.1, 1e-5], {"f": [[1.0, 1e-9]]}, limits={})
    >>> figure.description
    'Relative difference against step, both logarithmic. Lowest median: f at 1e-05.'
    """
    steps = np.asarray(steps, float)
    figure, panel = new_figure(width=7.6, height=4.6)
    parts = []
    for i, (label, runs) in enumerate(errors.items()):
        median = np.median(np.asarray(runs, float), axis=0)
        name = text("plots.gradient_check.median", label=label)
        panel.loglog(steps, median, label=name, **series(i, marks=True))
        step = f"{steps[median.argmin()]:.0e}"
        parts.append(text("plots.gradient_check.lowest", label=label, step=step))
    if worst is not None:
        largest = np.asarray(errors[worst], float).max(axis=0)
        name = text("plots.gradient_check.worst", label=worst)
        panel.loglog(steps, largest, label=name, **series(len(errors), marks=True))
    for name, height in limits.items():
        panel.axhline(height, color=INK, linestyle=":", linewidth=1)
        place = np.sqrt(steps.min() * steps.max()) / 10, height
        above = {"textcoords": "offset points", "xytext": (0, 3)}
        panel.annotate(name, place, fontsize=9, **above)
    panel.set(
        title=text("plots.gradient_check.title"),
        xlabel=text("plots.gradient_check.step"),
        ylabel=text("plots.gradient_check.difference"),
    )
    panel.legend(loc="upper center", ncols=2)
    low, high = panel.get_ylim()
    panel.set_ylim(low, high * 1e3)
    words = text("plots.gradient_check.description", parts=listed(parts))
    return describe(figure, words)
