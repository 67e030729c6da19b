"""Diagrams: boxes, circles and arrows, for networks and computation graphs.

A diagram is a dictionary of nodes and a list of arrows. `layers_diagram` lays
out a fully connected network of given sizes.

=============================== ==============================================
`diagram(nodes, arrows)`        nodes at given places, arrows with labels
`layers_diagram(sizes)`         a fully connected network
=============================== ==============================================
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Patch

from helpers.plots.panels import panels
from helpers.plots.style import COLOURS, arrow
from helpers.strings import screen_width

__all__ = ["diagram", "layers_diagram"]

FORWARD, BACKWARD = COLOURS[:2]
RADIUS = 0.24
FACES = {"number": "#E8F1F8", "unit": "#FFF3D6", "off": "#EEEEEE"}


def _half_size(label: str, kind: str, scale: float) -> tuple[float, float]:
    """Return half the width and the height of a node, in units of length."""
    if kind != "number":
        return RADIUS, RADIUS
    rows = [row.replace("$", "").replace("_", "") for row in label.split("\n")]
    width = (0.042 * max(map(screen_width, rows)) + 0.1) / scale
    return max(RADIUS, width), (0.09 * len(rows) + 0.1) / scale


def _node(
    axes: Axes,
    x: float,
    y: float,
    label: str,
    kind: str = "number",
    radius: float = RADIUS,
    scale: float = 1.0,
) -> None:
    """Draw one node."""
    style: dict[str, Any] = {
        "facecolor": FACES[kind],
        "edgecolor": "black",
        "linewidth": 1.3,
    }
    if kind == "off":
        style |= {"linestyle": ":", "edgecolor": "0.5"}
    width, height = _half_size(label, kind, scale)
    if kind == "number":
        patch: Patch = FancyBboxPatch(
            (x - width, y - height),
            2 * width,
            2 * height,
            boxstyle="round,pad=0.02,rounding_size=0.08",
            **style,
        )
    else:
        patch = Circle((x, y), radius, **style)
    axes.add_patch(patch)
    axes.text(x, y, label, ha="center", va="center", fontsize=10, color="black")
    if kind == "off":
        axes.plot([x - radius, x + radius], [y - radius, y + radius], color="0.5")
        axes.plot([x - radius, x + radius], [y + radius, y - radius], color="0.5")


def _edge(
    start: tuple[float, float], end: tuple[float, float], size: tuple[float, float]
) -> np.ndarray:
    """Return where the line from `start` to `end` meets the box around `start`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = min(
        (size[0] + 0.06) / abs(dx) if dx else 9e9,
        (size[1] + 0.06) / abs(dy) if dy else 9e9,
    )
    return np.array([start[0] + reach * dx, start[1] + reach * dy])


def diagram(
    nodes: Mapping[str, tuple],
    arrows: Sequence[tuple],
    *,
    title: str = "",
    scale: float = 1.0,
) -> None:
    """Draw nodes at given places and arrows between them.

    Parameters
    ----------
    nodes : dict of str to tuple
        ``name: (x, y, label)`` or ``name: (x, y, label, kind)``. A kind is
        ``"number"`` (a box, the default), ``"unit"`` (a circle) or ``"off"`` (a
        unit that is crossed out).
    arrows : sequence of tuple
        ``(from, to)``, ``(from, to, label)`` or ``(from, to, label, back)``:
        `label` stands above a solid arrow; `back` below it, with a dashed arrow
        the other way.
    scale : float
        Inches a unit of length.
    """
    sizes = {
        name: _half_size(node[2], (*node, "number")[3], scale)
        for name, node in nodes.items()
    }
    left = min(node[0] - sizes[name][0] for name, node in nodes.items()) - 0.1
    right = max(node[0] + sizes[name][0] for name, node in nodes.items()) + 0.1
    low = min(node[1] - sizes[name][1] for name, node in nodes.items()) - 0.15
    high = max(node[1] + sizes[name][1] for name, node in nodes.items()) + 0.15
    axes = panels(width=(right - left) * scale, height=(high - low) * scale + 0.3)[0]
    for node in nodes.values():
        x, y, label, kind = (*node, "number")[:4]
        _node(axes, x, y, label, kind, scale=scale)
    for start, end, *labels in arrows:
        a = _edge(nodes[start][:2], nodes[end][:2], sizes[start])
        b = _edge(nodes[end][:2], nodes[start][:2], sizes[end])
        back = len(labels) > 1
        # Upwards and at right angles to the arrow, so that a pair keeps apart.
        length = np.hypot(b[0] - a[0], b[1] - a[1])
        aside = np.array([a[1] - b[1], b[0] - a[0]]) / length
        shift = (0.07 if back else 0.0) * aside
        look: dict[str, Any] = {"linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
        arrow(axes, a + shift, b + shift, color=FORWARD, linestyle="-", **look)
        if labels and labels[0]:
            _label(axes, a + shift, b + shift, labels[0], "bottom", FORWARD)
        if back:
            arrow(axes, b - shift, a - shift, color=BACKWARD, linestyle="--", **look)
            _label(axes, a - shift, b - shift, labels[1], "top", BACKWARD)
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    axes.axis("off")
    if title:
        axes.set_title(title, fontsize=11)


def _label(
    axes: Axes, a: np.ndarray, b: np.ndarray, label: str, side: str, color: str
) -> None:
    """Write beside the middle of an arrow: above it (``"bottom"``) or below."""
    away = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    if (away[1] < 0) == (side == "bottom"):
        away = -away
    # The corner of the text that is nearest to the arrow touches it.
    across = "center" if abs(away[0]) < 0.2 else "left" if away[0] > 0 else "right"
    corner: tuple[float, float] = tuple((a + b) / 2 + 0.05 * away)
    axes.text(
        *corner,
        label,
        ha=across,
        va="center" if abs(away[1]) < 0.2 else side,
        fontsize=9,
        color=color,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
    )


def layers_diagram(
    sizes: Sequence[int],
    *,
    names: Sequence[Sequence[str]] | None = None,
    captions: Sequence[str] = (),
    off: Sequence[tuple[int, int]] = (),
    title: str = "",
    axes: Axes | None = None,
) -> None:
    """Draw a fully connected network, inputs on the left.

    Parameters
    ----------
    sizes : sequence of int
        The units of each layer, the inputs first.
    names : sequence of sequence of str, optional
        What stands in the circles.
    captions : sequence of str
        What stands below each layer.
    off : sequence of (int, int)
        Layer and unit of what is crossed out, with its connections.
    """
    radius, step = 0.27, 0.75
    tallest = max(sizes)
    bottom = -step * (tallest - 1) / 2 - 0.4
    room = 0.5 if captions else 0.0
    right = 1.8 * (len(sizes) - 1) + 0.75
    if axes is None:
        axes = panels(width=right + 0.75, height=room - 2 * bottom + 0.4)[0]
    place = {
        (k, i): (1.8 * k, step * ((n - 1) / 2 - i))
        for k, n in enumerate(sizes)
        for i in range(n)
    }
    for (k, i), (x, y) in place.items():
        for j in range(sizes[k + 1]) if k + 1 < len(sizes) else ():
            if (k, i) in off or (k + 1, j) in off:
                continue
            to_x, to_y = place[k + 1, j]
            axes.plot([x, to_x], [y, to_y], color="0.6", linewidth=0.9, zorder=0)
        kind = "off" if (k, i) in off else "number" if k == 0 else "unit"
        label = names[k][i] if names else ""
        if kind == "number":
            look: dict[str, Any] = {"facecolor": FACES[kind], "edgecolor": "black"}
            corner, style = (x - 0.24, y - 0.22), "round,pad=0.02"
            axes.add_patch(FancyBboxPatch(corner, 0.48, 0.44, boxstyle=style, **look))
            axes.text(x, y, label, ha="center", va="center", fontsize=10)
        else:
            _node(axes, x, y, label, kind, radius)
    for k, caption in enumerate(captions):
        axes.text(1.8 * k, bottom, caption, ha="center", va="top", fontsize=9)
    axes.set(xlim=(-0.75, right), ylim=(bottom - room, -bottom), aspect="equal")
    axes.axis("off")
    if title:
        axes.set_title(title, fontsize=11)
