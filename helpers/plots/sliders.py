"""Sliders: a figure that is drawn anew whenever a number is moved.

``explore(draw, rate=(0.0, 1.0, 0.3))`` shows a slider for `rate` and calls
``draw(axes, rate=...)`` on fresh panels. The picture is an image beside the
sliders, so that a notebook with sliders also runs without a browser.
"""

import io
from collections.abc import Callable

import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, Image, IntSlider, VBox

from helpers.plots.panels import panels

__all__ = ["explore"]


def explore(
    draw: Callable[..., None],
    *,
    columns: int = 1,
    width: float = 5.0,
    height: float = 3.4,
    **ranges: tuple,
) -> VBox:
    """Show sliders over a figure.

    Parameters
    ----------
    draw : callable
        Called with one Axes a panel, then the sliders' values by name.
    columns : int
        How many panels there are beside one another.
    width, height : float
        The size of one panel in inches.
    **ranges : tuple of (low, high, start) or (low, high, start, step)
        The sliders by name; whole numbers give whole steps.

    Returns
    -------
    VBox
        Shows itself as the last expression of a cell.

    Examples
    --------
    >>> box = explore(lambda axes, k: axes.plot([0, k]), k=(1, 5, 2))
    >>> [type(part).__name__ for part in box.children]
    ['IntSlider', 'Image']
    """
    sliders = {}
    for name, (low, high, start, *step) in ranges.items():
        whole = all(isinstance(v, int) for v in (low, high, start, *step))
        kind = IntSlider if whole else FloatSlider
        fine = step[0] if step else 1 if whole else (high - low) / 50
        sliders[name] = kind(
            value=start,
            min=low,
            max=high,
            step=fine,
            description=name,
            continuous_update=False,
        )
    image = Image(format="png")

    def redraw(_: object = None) -> None:
        axes = panels(columns, width=width, height=height)
        draw(*axes, **{name: slider.value for name, slider in sliders.items()})
        buffer = io.BytesIO()
        axes[0].figure.savefig(buffer, format="png", dpi=100, facecolor="white")
        plt.close(axes[0].figure)
        image.value = buffer.getvalue()

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    return VBox([*sliders.values(), image])
