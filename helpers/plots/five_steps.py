"""The map of the five steps that every model of the course goes through.

=============================== ==============================================
`draw_five_steps()`             initialize, then a ring of four
=============================== ==============================================
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers.plots.style import COLOURS, HATCHES, finish, lighter, new_figure, styled
from helpers.strings import text

__all__ = ["draw_five_steps"]

_WIDTH, _HEIGHT = 2.5, 1.0
_PLACES = {
    "initialize": (1.4, 3.2),
    "forward": (5.2, 3.2),
    "cost": (9.2, 3.2),
    "backward": (9.2, 0.8),
    "update": (5.2, 0.8),
}
_ARROWS = (
    ("initialize", "forward", "start"),
    ("forward", "cost", "answers"),
    ("cost", "backward", "slope"),
    ("backward", "update", "gradients"),
    ("update", "forward", "parameters"),
)


def _box(axes: Axes, number: int, name: str) -> None:
    x, y = _PLACES[name]
    axes.add_patch(
        FancyBboxPatch(
            (x - _WIDTH / 2, y - _HEIGHT / 2),
            _WIDTH,
            _HEIGHT,
            boxstyle="round,pad=0.02,rounding_size=0.18",
            facecolor=lighter(COLOURS[number - 1], 0.18),
            edgecolor=COLOURS[number - 1],
            linewidth=1.6,
        )
    )
    title = text(f"plots.five_steps.{name}", number=number)
    axes.text(x, y + 0.18, title, ha="center", va="center", weight="bold")
    what = text(f"plots.five_steps.{name}_what")
    axes.text(x, y - 0.2, what, ha="center", va="center", fontsize=8.5)


def _arrow(axes: Axes, start: str, end: str, label: str) -> None:
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
    axes.annotate(
        "",
        head,
        tail,
        arrowprops={"arrowstyle": "-|>", "color": "#222222", "linewidth": 1.4},
    )
    label = text(f"plots.five_steps.{label}")
    axes.text(*place, label, ha=align[0], va=align[1], fontsize=8.5)


@styled
def draw_five_steps(
    highlight: str | None = None, *, description: str | None = None
) -> Figure:
    """Draw the five steps: initialize once, then four of them round and round.

    Parameters
    ----------
    highlight : str, optional
        The step to hatch: ``"initialize"``, ``"forward"``, ``"cost"``,
        ``"backward"`` or ``"update"``.
    description : str, optional
        What is to be seen; the steps in order otherwise.

    Returns
    -------
    Figure
        The map.

    Examples
    --------
    >>> "update" in draw_five_steps().description
    True
    """
    figure, axes = new_figure(height=2.9)
    for number, name in enumerate(_PLACES, start=1):
        _box(axes, number, name)
        if name == highlight:
            axes.patches[-1].set_hatch(HATCHES[1])
    for arrow in _ARROWS:
        _arrow(axes, *arrow)
    axes.set(
        title=text("plots.five_steps.title"),
        xlim=(0, 10.6),
        ylim=(0.1, 3.9),
        aspect="equal",
    )
    axes.axis("off")
    return finish(figure, description or text("plots.five_steps.description"))
