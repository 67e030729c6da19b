"""Pictures of what happens to single numbers inside a network.

=============================== ==============================================
`plot_gradients(grads)`         every entry of every gradient as a bar
`plot_hidden_units(histories)`  one weight of each hidden unit over the updates
=============================== ==============================================
"""

import re
from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import COLOURS, HATCHES, finish, new_figure, series, styled
from helpers.strings import text

__all__ = ["plot_gradients", "plot_hidden_units"]

_PARAMETER = re.compile(r"d(W|b)(\d+)")


@styled
def plot_gradients(
    grads: Mapping[str, ArrayLike],
    *,
    title: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw the gradients of all weights and biases as bars on one scale.

    Parameters
    ----------
    grads : dict of str to array_like
        ``dW1``, ``db1`` and so on; other entries are left aside.
    title : str, optional
        Words above the figure.
    description : str, optional
        What is to be seen; the largest entry of each gradient otherwise.

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
        panel.bar(
            np.arange(values[name].size),
            values[name],
            color=COLOURS[kind],
            hatch=HATCHES[kind],
            edgecolor="white",
            linewidth=0.3,
        )
        panel.axhline(0, color="#222222", linewidth=0.8)
        middle = (values[name].size - 1) / 2
        ends = (middle - widths[i] / 2, middle + widths[i] / 2)
        panel.set(title=name, xticks=[], xlim=ends, xlabel=entries)
        if i == 0:
            panel.set_ylabel(text("plots.hidden_units.slope"))
    figure.suptitle(title or text("plots.hidden_units.gradients_title"))
    largest = (f"{n} {np.abs(v).max():.2g}" for n, v in values.items())
    return finish(
        figure,
        description
        or text("plots.hidden_units.gradients_description", parts=", ".join(largest)),
    )


@styled
def plot_hidden_units(
    histories: Mapping[str, ArrayLike],
    *,
    title: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw how one number of each hidden unit changes over the updates.

    Parameters
    ----------
    histories : dict of str to array_like of shape (n_updates, n_h)
        One panel for each label, one line for each column.
    title : str, optional
        Words above the figure.
    description : str, optional
        What is to be seen; the number of different units at the end otherwise.

    Returns
    -------
    Figure
        The panels side by side.

    Examples
    --------
    >>> same = np.array([[0.5, 0.5], [0.7, 0.7]])
    >>> print(plot_hidden_units({"equal": same, "random": same * [1, 2]}).description)
    The first weight of each hidden unit over the updates. equal: 1 different value \
at the end of 2 units. random: 2 different values at the end of 2 units.
    """
    figure, panels = new_figure(1, len(histories), height=3.2, squeeze=False)
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
        sentences.append(
            text(f"plots.hidden_units.{key}", label=label, count=different, units=units)
        )
    panels[0, 0].set_ylabel(text("plots.hidden_units.weight"))
    panels[0, -1].legend()
    if title:
        figure.suptitle(title)
    return finish(
        figure,
        description
        or text("plots.hidden_units.units_description", parts=" ".join(sentences)),
    )
