"""Drawings of networks: units, the flow of data, and small graphs by hand.

===================================================== ==========================
`draw_network(layer_dims, activations)`               units and connections
`draw_data_flow(layer_dims, m)`                       forward, caches, backward
`draw_graph(nodes, edges)`                            values and slopes on a graph
===================================================== ==========================
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from helpers.plots.style import COLOURS, INK, Sheet, lighter, styled
from helpers.strings import text

__all__ = ["draw_data_flow", "draw_graph", "draw_network"]

# More units than this are drawn as the first and the last ones with dots between.
_MOST_UNITS = 7
_FORWARD, _BACKWARD, _CACHE = COLOURS[0], COLOURS[1], COLOURS[2]


def _blank(axes: Axes, title: str) -> None:
    axes.set_title(title)
    axes.set_axis_off()


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    dash: object = "-",
    bend: float = 0.0,
    shrink: float = 0.0,
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=13,
            color=colour,
            linewidth=1.6,
            linestyle=dash,
            shrinkA=shrink,
            shrinkB=shrink,
            connectionstyle=f"arc3,rad={bend}",
            zorder=1,
        )
    )


def _box(
    axes: Axes, x: float, y: float, words: str, colour: str, size: float = 9
) -> None:
    axes.text(
        x,
        y,
        words,
        ha="center",
        va="center",
        fontsize=size,
        linespacing=1.5,
        bbox={
            "boxstyle": "round,pad=0.5",
            "facecolor": lighter(colour, 0.2),
            "edgecolor": colour,
            "linewidth": 1.3,
        },
        zorder=3,
    )


def _heights(n: int) -> list[float | None]:
    """Return heights of the drawn units from top to bottom; None for the dots."""
    if n <= _MOST_UNITS:
        return [(n - 1) / 2 - i for i in range(n)]
    half = (_MOST_UNITS - 1) // 2
    top = [(_MOST_UNITS - 1) / 2 - i for i in range(half)]
    return [*top, None, *[-height for height in reversed(top)]]


@styled
def draw_network(
    layer_dims: Sequence[int],
    activations: Sequence[str] | None = None,
    *,
    title: str | None = None,
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw the units of a network and which of them are connected.

    Parameters
    ----------
    layer_dims : sequence of int
        Units of the input and of each layer, such as ``[2, 4, 1]``.
    activations : sequence of str, optional
        Name of the activation of each layer (one less than `layer_dims`).
    title : str, optional
        Title of the figure.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; the layers otherwise.

    Returns
    -------
    Figure
        The figure. Of layers with more than seven units only the first and last
        ones are drawn.

    Examples
    --------
    >>> draw_network([2, 4, 1], ["tanh", "sigmoid"]).description
    'A network: 2 inputs, layer 1 with 4 units (tanh), layer 2 with 1 unit (sigmoid).'
    """
    tallest = max(min(n, _MOST_UNITS) for n in layer_dims)
    sheet = Sheet(axes, width=1.6 + 1.7 * len(layer_dims), height=1.3 + 0.52 * tallest)
    panel = sheet.axes
    spacing = 2.6
    columns = [_heights(n) for n in layer_dims]
    for layer, heights in enumerate(columns):
        x = layer * spacing
        for height in heights:
            if height is None:
                panel.plot([x] * 3, [0.3, 0, -0.3], "o", color=INK, markersize=2.5)
                continue
            for next_height in columns[layer + 1] if layer + 1 < len(columns) else []:
                if next_height is not None:
                    panel.plot(
                        [x, x + spacing],
                        [height, next_height],
                        color="#aaaaaa",
                        linewidth=0.8,
                        zorder=1,
                    )
            colour = COLOURS[5] if layer == 0 else COLOURS[0]
            panel.plot(
                x,
                height,
                marker="s" if layer == 0 else "o",
                markersize=17,
                markerfacecolor=lighter(colour, 0.35),
                markeredgecolor=colour,
                markeredgewidth=1.5,
                zorder=2,
            )
        name = text("plots.input") if layer == 0 else text("plots.layer_n", n=layer)
        words = f"{name}\n{layer_dims[layer]}"
        if layer > 0 and activations is not None:
            words += f" · {activations[layer - 1]}"
        low = -(tallest - 1) / 2 - 0.6
        panel.text(x, low, words, ha="center", va="top", fontsize=9, linespacing=1.4)
    panel.set_xlim(-0.9, spacing * (len(layer_dims) - 1) + 0.9)
    panel.set_ylim(-(tallest - 1) / 2 - 1.6, (tallest - 1) / 2 + 0.6)
    shown = title or text("plots.network_title", dims=list(layer_dims))
    _blank(panel, shown)
    first = layer_dims[0]
    parts = [text("plots.one_input" if first == 1 else "plots.inputs", n=first)]
    for layer, n in enumerate(layer_dims[1:], start=1):
        words = text("plots.unit" if n == 1 else "plots.units", layer=layer, n=n)
        if activations is not None:
            words += f" ({activations[layer - 1]})"
        parts.append(words)
    words = description or text("plots.network_description", parts=", ".join(parts))
    return sheet.finish(words)


@styled
def draw_data_flow(
    layer_dims: Sequence[int],
    m: int | str = "m",
    *,
    hidden: str = "ReLU",
    output: str = "sigmoid",
    title: str | None = None,
    description: str | None = None,
) -> Figure:
    """Draw what flows forward, what is kept, and what flows back, with shapes.

    Parameters
    ----------
    layer_dims : sequence of int
        Units of the input and of each layer, such as ``[5, 4, 3, 1]``; two to
        five layers fit on a page.
    m : int or str, default "m"
        Number of examples.
    hidden, output : str
        Names of the activations.
    title : str, optional
        Title of the figure.
    description : str, optional
        What is to be seen; the shapes otherwise.

    Returns
    -------
    Figure
        The figure. The top row is the forward pass from left to right, the
        bottom row the backward pass from right to left; between them each
        layer's cache goes down.

    Examples
    --------
    >>> figure = draw_data_flow([3, 2, 1], m=4)
    >>> "A1 (2, 4)" in figure.description
    True
    """
    depth = len(layer_dims) - 1
    step, top, middle, bottom = 3.0, 2.6, 1.15, -0.3
    width = min(11.0, 2.2 + 2.15 * (depth + 1))
    sheet = Sheet(None, width=width, height=4.3)
    panel = sheet.axes

    def shape(layer: int) -> str:
        return f"({layer_dims[layer]}, {m})"

    def on_arrow(x: float, y: float, name: str, layer: int, side: int) -> None:
        panel.text(
            x,
            y + 0.13 * side,
            f"{name}\n{shape(layer)}",
            ha="center",
            va="bottom" if side > 0 else "top",
            fontsize=8.5,
            linespacing=1.3,
        )

    for layer in range(1, depth + 1):
        x = layer * step
        act = output if layer == depth else hidden
        weights = f"({layer_dims[layer]}, {layer_dims[layer - 1]})"
        biases = f"({layer_dims[layer]}, 1)"
        _box(panel, x, top, f"linear {layer}\n{act}", _FORWARD)
        _box(
            panel,
            x,
            middle,
            f"A{layer - 1}, W{layer}, b{layer}\nZ{layer}",
            _CACHE,
            size=8.5,
        )
        _box(panel, x, bottom, f"{act}\nlinear {layer}", _BACKWARD)
        panel.text(
            x,
            top + 0.5,
            f"W{layer} {weights}\nb{layer} {biases}",
            ha="center",
            va="bottom",
            fontsize=8,
            color=INK,
            linespacing=1.3,
        )
        panel.text(
            x,
            bottom - 0.95,
            f"dW{layer} {weights}\ndb{layer} {biases}",
            ha="center",
            va="top",
            fontsize=8,
            linespacing=1.3,
        )
        _arrow(panel, (x, top - 0.42), (x, middle + 0.42), _CACHE, ":")
        _arrow(panel, (x, middle - 0.42), (x, bottom + 0.42), _CACHE, ":")
        _arrow(panel, (x, bottom - 0.42), (x, bottom - 0.9), _BACKWARD, "--")
        # Forward into this layer, backward out of it.
        left, right = x - step + 0.62, x - 0.62
        _arrow(panel, (left, top), (right, top), _FORWARD)
        _arrow(panel, (right, bottom), (left, bottom), _BACKWARD, "--")
        between = (left + right) / 2
        name = "X = A0" if layer == 1 else f"A{layer - 1}"
        on_arrow(between, top, name, layer - 1, side=1)
        on_arrow(between, bottom, f"dA{layer - 1}", layer - 1, side=-1)
    end = (depth + 1) * step
    left, right = depth * step + 0.62, end - 0.62
    # Around the corner to the cost, and around the other corner back.
    panel.plot([left, end], [top, top], color=_FORWARD, linewidth=1.6, zorder=1)
    _arrow(panel, (end, top), (end, middle + 0.42), _FORWARD)
    panel.plot(
        [end, end],
        [middle - 0.32, bottom],
        color=_BACKWARD,
        linewidth=1.6,
        linestyle="--",
        zorder=1,
    )
    _arrow(panel, (end, bottom), (left, bottom), _BACKWARD, "--")
    on_arrow((left + right) / 2, top, f"AL = A{depth}", depth, side=1)
    on_arrow((left + right) / 2, bottom, f"dAL = dA{depth}", depth, side=-1)
    _box(panel, end, (top + bottom) / 2, text("plots.flow_cost"), COLOURS[3])
    for y, key, colour in (
        (top, "plots.flow_forward", _FORWARD),
        (middle, "plots.flow_caches", _CACHE),
        (bottom, "plots.flow_backward", _BACKWARD),
    ):
        panel.text(
            -0.15, y, text(key), ha="right", va="center", color=colour, weight="bold"
        )
    panel.set_xlim(-1.35, end + 0.75)
    panel.set_ylim(bottom - 1.65, top + 1.25)
    _blank(panel, title or text("plots.flow_title", dims=list(layer_dims), m=m))
    forward = ", ".join(f"A{layer} {shape(layer)}" for layer in range(depth + 1))
    back = ", ".join(f"dA{layer} {shape(layer)}" for layer in range(depth, -1, -1))
    words = description or text("plots.flow_description", forward=forward, back=back)
    return sheet.finish(words)


@styled
def draw_graph(
    nodes: Mapping[str, tuple[float, float, str]],
    edges: Sequence[tuple[str, str, str, str] | tuple[str, str, str]],
    *,
    title: str | None = None,
    width: float = 7.0,
    height: float = 3.2,
    axes: Axes | None = None,
    description: str | None = None,
) -> Figure:
    """Draw a small computation as boxes and arrows with numbers.

    Parameters
    ----------
    nodes : dict of str to (x, y, label)
        Where each box stands (columns and rows, 1 apart) and what it says.
    edges : sequence of (start, end, forward[, backward])
        An arrow from one node to another; `forward` is written above it, and
        `backward`, the slope that comes back, below it. Either may be empty.
    title : str, optional
        Title of the figure.
    width, height : float
        Size in inches.
    axes : Axes, optional
        A panel to draw into; a new figure otherwise.
    description : str, optional
        What is to be seen; all arrows with their numbers otherwise.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> nodes = {"x": (0, 0, "x"), "y": (1, 0, "y = 3x")}
    >>> draw_graph(nodes, [("x", "y", "2", "3")]).description
    'A graph of a computation. x to y = 3x: forward 2, backward 3.'
    """
    sheet = Sheet(axes, width=width, height=height)
    panel = sheet.axes
    places = {name: np.array([x, y], float) for name, (x, y, _) in nodes.items()}
    for x, y, label in nodes.values():
        _box(panel, x, y, label, COLOURS[0])
    every_place = np.array(list(places.values()))
    low, high = every_place.min(axis=0), every_place.max(axis=0)
    panel.set_xlim(low[0] - 0.4, high[0] + 0.4)
    panel.set_ylim(low[1] - 0.5, high[1] + 0.5)
    # Numbers stand beside the arrows, at right angles as they are drawn.
    size = np.array([width / (high[0] - low[0] + 0.8), height / (high[1] - low[1] + 1)])
    parts = []
    for start, end, forward, *rest in edges:
        backward = rest[0] if rest else ""
        _arrow(panel, tuple(places[start]), tuple(places[end]), INK, shrink=30)
        way = (places[end] - places[start]) * size
        across = np.array([-way[1], way[0]]) / np.linalg.norm(way)
        across *= 1 if across[1] >= 0 else -1
        middle = (places[start] + places[end]) / 2
        for words, side, colour, weight in (
            (forward, 1, _FORWARD, "bold"),
            (backward, -1, _BACKWARD, "normal"),
        ):
            panel.text(
                *(middle + side * 0.15 * across / size),
                words,
                ha="center",
                va="center",
                color=colour,
                fontsize=9.5,
                fontweight=weight,
                fontstyle="normal" if side > 0 else "italic",
            )
        words = text(
            "plots.edge", start=nodes[start][2], end=nodes[end][2], forward=forward
        )
        if backward:
            words = text("plots.edge_back", edge=words, backward=backward)
        parts.append(words.replace("\n", " "))
    _blank(panel, title or text("plots.graph_title"))
    words = description or text("plots.graph_description", parts="; ".join(parts))
    return sheet.finish(words)
