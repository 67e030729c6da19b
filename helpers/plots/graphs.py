"""Graphs of computations: the flow of data, the training loop.

===================================================== ==========================
`draw_data_flow(layer_dims, m)`                       forward, caches, backward
`draw_five_steps()`                                   initialize, then a loop of four
===================================================== ==========================
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers.plots.style import (
    COLOURS,
    INK,
    arrow,
    describe,
    lighter,
    new_figure,
    styled,
)
from helpers.strings import listed, text

__all__ = ["draw_data_flow", "draw_five_steps"]

_FORWARD, _BACKWARD, _CACHE = COLOURS[0], COLOURS[1], COLOURS[2]


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    dash: object = "-",
) -> None:
    look = {"linewidth": 1.6, "linestyle": dash, "shrinkA": 0, "shrinkB": 0}
    arrow(axes, start, end, color=colour, mutation_scale=13, **look)


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


@styled
def draw_data_flow(layer_dims: Sequence[int], m: int | str = "m") -> Figure:
    """Draw what flows forward, what is kept, and what flows back, with shapes.

    Parameters
    ----------
    layer_dims : sequence of int
        Units of the input and of each layer, such as ``[5, 4, 3, 1]``; two to
        five layers fit on a page.
    m : int or str, default "m"
        Number of examples.

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
    figure, panel = new_figure(width=width, height=4.3)

    def shape(layer: int) -> str:
        return f"({layer_dims[layer]}, {m})"

    def write(x: float, y: float, words: str, side: int, size: float = 8) -> None:
        va = "bottom" if side > 0 else "top"
        look = {"ha": "center", "va": va, "fontsize": size, "linespacing": 1.3}
        panel.text(x, y, words, **look)

    def on_arrow(x: float, y: float, name: str, layer: int, side: int) -> None:
        write(x, y + 0.13 * side, f"{name}\n{shape(layer)}", side, 8.5)

    for layer in range(1, depth + 1):
        x = layer * step
        act = "sigmoid" if layer == depth else "ReLU"
        linear = text("plots.flow_linear", layer=layer)
        weights = f"({layer_dims[layer]}, {layer_dims[layer - 1]})"
        biases = f"({layer_dims[layer]}, 1)"
        _box(panel, x, top, f"{linear}\n{act}", _FORWARD)
        cache = f"A{layer - 1}, W{layer}, b{layer}\nZ{layer}"
        _box(panel, x, middle, cache, _CACHE, size=8.5)
        _box(panel, x, bottom, f"{act}\n{linear}", _BACKWARD)
        write(x, top + 0.5, f"W{layer} {weights}\nb{layer} {biases}", 1)
        write(x, bottom - 0.95, f"dW{layer} {weights}\ndb{layer} {biases}", -1)
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
    look = {"color": _BACKWARD, "linewidth": 1.6, "linestyle": "--", "zorder": 1}
    panel.plot([end, end], [middle - 0.32, bottom], **look)
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
    panel.set_title(text("plots.flow_title", dims=list(layer_dims), m=m))
    panel.set_axis_off()
    forward = listed(f"A{layer} {shape(layer)}" for layer in range(depth + 1))
    back = listed(f"dA{layer} {shape(layer)}" for layer in range(depth, -1, -1))
    words = text("plots.flow_description", forward=forward, back=back)
    return describe(figure, words)


_WIDTH, _HEIGHT = 2.5, 1.0


_PLACES = {
    "initialize": (1.4, 3.2),
    "forward": (5.2, 3.2),
    "cost": (9.2, 3.2),
    "backward": (9.2, 0.8),
    "update": (5.2, 0.8),
}


_ARROWS = (
    ("initialize", "forward", "once"),
    ("forward", "cost", "outputs"),
    ("cost", "backward", "output_gradient"),
    ("backward", "update", "gradients"),
    ("update", "forward", "parameters"),
)


def _step_box(axes: Axes, number: int, name: str) -> None:
    x, y = _PLACES[name]
    colour, style = COLOURS[number - 1], "round,pad=0.02,rounding_size=0.18"
    look: dict[str, Any] = {"facecolor": lighter(colour, 0.18), "edgecolor": colour}
    corner = x - _WIDTH / 2, y - _HEIGHT / 2
    box = FancyBboxPatch(corner, _WIDTH, _HEIGHT, style, linewidth=1.6, **look)
    axes.add_patch(box)
    title = text(f"plots.five_steps.{name}", number=number)
    axes.text(x, y + 0.18, title, ha="center", va="center", weight="bold")
    what = text(f"plots.five_steps.{name}_what")
    axes.text(x, y - 0.2, what, ha="center", va="center", fontsize=8.5)


def _step_arrow(axes: Axes, start: str, end: str, label: str) -> None:
    (x0, y0), (x1, y1) = _PLACES[start], _PLACES[end]
    if y0 == y1:
        sign = 1 if x1 > x0 else -1
        tail = (x0 + sign * (_WIDTH / 2 + 0.08), y0)
        head = (x1 - sign * (_WIDTH / 2 + 0.08), y1)
        place, align = ((tail[0] + head[0]) / 2, y0 + 0.1), ("center", "bottom")
    else:
        sign = 1 if y1 > y0 else -1
        tail = (x0, y0 + sign * (_HEIGHT / 2 + 0.08))
        head = (x1, y1 - sign * (_HEIGHT / 2 + 0.08))
        place, align = (x0 + 0.15, (y0 + y1) / 2), ("left", "center")
    arrow(axes, tail, head, color=INK, linewidth=1.4)
    label = text(f"plots.five_steps.{label}")
    axes.text(*place, label, ha=align[0], va=align[1], fontsize=8.5)


@styled
def draw_five_steps() -> Figure:
    """Draw the five steps: initialize once, then four of them round and round.

    Examples
    --------
    >>> "update" in draw_five_steps().description
    True
    """
    figure, axes = new_figure(height=2.9)
    for number, name in enumerate(_PLACES, start=1):
        _step_box(axes, number, name)
    for step in _ARROWS:
        _step_arrow(axes, *step)
    axes.set(title=text("plots.five_steps.title"), aspect="equal")
    axes.set(xlim=(0, 10.6), ylim=(0.1, 3.9))
    axes.axis("off")
    return describe(figure, text("plots.five_steps.description"))
