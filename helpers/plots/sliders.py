"""Sliders: a figure that is drawn anew whenever a number is moved.

``explore(draw, rate=(0.0, 1.0, 0.3))`` shows a slider for `rate` and calls
``draw(axes, rate=...)`` on fresh panels. The image is an image beside the
sliders, so that a notebook with sliders also runs without a browser.
"""

import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider, Image, IntSlider, Layout, VBox

from helpers.plots.panels import panels
from helpers.strings import text

__all__ = ["Explorer", "Sliders", "explore"]

# Of the page for an inch, as large as a figure without sliders; and of the image
# for each of the page, so that it is sharp.
PIXELS = 100
SHARPNESS = 1.5


class Sliders(VBox):
    """Sliders over a figure, with a readable text where no widget can be shown."""

    def __repr__(self) -> str:
        return text("plots.sliders")


class Explorer(Sliders):
    """Sliders over a figure that is drawn from their values alone.

    `render` is called with a value for each name and returns the figure as a PNG file,
    which `image` shows.
    """

    def __init__(
        self,
        sliders: dict[str, FloatSlider | IntSlider],
        render: Callable[..., bytes],
        image: Image,
    ) -> None:
        super().__init__([*sliders.values(), image])
        self.sliders = sliders
        self.render = render

    def save_frames(self, folder: str | Path, counts: dict[int, int]) -> str:
        """Save the figure at some settings of the sliders, for pages without a kernel.

        Parameters
        ----------
        folder : str or Path
            Where to write ``0-3.png``: the indices of the sliders' values.
        counts : dict of int to int
            How many values of each slider to take, by the number of sliders.

        Returns
        -------
        str
            A list of sliders as JSON, each with its ``"name"``, ``"values"`` and
            the index at which it stands, ``"start"``.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        told, choices = [], []
        for name, slider in self.sliders.items():
            steps = round((slider.max - slider.min) / slider.step)
            taken = np.unique(
                np.linspace(0, steps, counts[len(self.sliders)]).round().astype(int)
            )
            # The value at which the figure begins is one of them.
            begin = round((slider.value - slider.min) / slider.step)
            taken[np.argmin(abs(taken - begin))] = begin
            values = [
                type(slider.value)(round(slider.min + k * slider.step, 6))
                for k in taken
            ]
            start = int(np.flatnonzero(taken == begin)[0])
            told.append({"name": name, "values": values, "start": start})
            choices.append(list(enumerate(values)))
        for setting in itertools.product(*choices):
            stem = "-".join(str(k) for k, _ in setting)
            chosen = {name: v for name, (_, v) in zip(self.sliders, setting)}
            (folder / f"{stem}.png").write_bytes(self.render(**chosen))
        return json.dumps(told)


def explore(
    draw: Callable[..., None],
    *,
    columns: int = 1,
    width: float = 5.0,
    height: float = 3.4,
    **ranges: tuple,
) -> Explorer:
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
    Explorer
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
        sliders[name] = kind(value=start, min=low, max=high, step=fine)
        sliders[name].description = name
        sliders[name].continuous_update = False
    # Without a width of its own the image would fill the page, blurred.
    layout = Layout(width=f"{PIXELS * width * columns:.0f}px", max_width="100%")
    image = Image(format="png", layout=layout)

    def render(**values: float) -> bytes:
        axes = panels(columns, width=width, height=height)
        draw(*axes, **values)
        buffer = io.BytesIO()
        figure: Any = axes[0].figure
        figure.savefig(buffer, format="png", dpi=SHARPNESS * PIXELS, facecolor="white")
        plt.close(figure)
        return buffer.getvalue()

    def redraw(_: object = None) -> None:
        image.value = render(**{name: slider.value for name, slider in sliders.items()})

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    return Explorer(sliders, render, image)
