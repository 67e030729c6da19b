"""Sliders: a figure that is drawn anew whenever a number is moved.

``explore(draw, rate=(0.0, 1.0, 0.3))`` shows a slider for `rate` and calls
``draw(axes, rate=...)`` on fresh panels. The image is an image beside the
sliders, so that a notebook with sliders also runs without a browser.
"""

import io
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, Image, IntSlider, Layout, VBox

from helpers.plots.panels import panels
from helpers.strings import text

__all__ = ["Sliders", "explore"]

# Of the page for an inch, as large as a figure without sliders; and of the image
# for each of the page, so that it is sharp.
PIXELS = 100
SHARPNESS = 1.5


class Sliders(VBox):
    """Sliders over a figure, with a readable text where no widget can be shown."""

    def __repr__(self) -> str:
        return text("plots.sliders")


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
    # Without a width of its own the image would fill the page, blurred.
    layout = Layout(width=f"{PIXELS * width * columns:.0f}px", max_width="100%")
    image = Image(format="png", layout=layout)

    def redraw(_: object = None) -> None:
        axes = panels(columns, width=width, height=height)
        draw(*axes, **{name: slider.value for name, slider in sliders.items()})
        buffer = io.BytesIO()
        figure: Any = axes[0].figure
        figure.savefig(buffer, format="png", dpi=SHARPNESS * PIXELS, facecolor="white")
        plt.close(figure)
        image.value = buffer.getvalue()

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    return Sliders([*sliders.values(), image])
