"""How figures of this course look, and how they come with a description.

A figure is white in every theme, uses colours that colour-blind readers can
tell apart, and repeats each colour by a marker, a dash or a hatch. It carries a
description in words, shown below it and read out by screen readers; where a
notebook's text describes it, screen readers hear its titles and labels. Figures do
not belong to pyplot: as the last expression of a cell a figure shows itself,
elsewhere `show(figure)` does, and nothing has to be closed.
"""

import base64
import functools
import html
import io
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers.fonts import font_style
from helpers.strings import listed, text

__all__ = [
    "CLASS_COLOURS",
    "CLASS_HATCHES",
    "CLASS_MARKERS",
    "COLOURS",
    "DASHES",
    "HATCHES",
    "INK",
    "MARKERS",
    "STYLE",
    "CourseFigure",
    "arrow",
    "describe",
    "filled",
    "lighter",
    "new_figure",
    "outline",
    "ring",
    "series",
    "show",
    "styled",
]

P = ParamSpec("P")
T = TypeVar("T")

# The palette of Okabe and Ito, in an order in which neighbours differ most.
COLOURS = (
    "#0072B2",  # blue
    "#D55E00",  # vermilion
    "#009E73",  # green
    "#CC79A7",  # purple
    "#E69F00",  # orange
    "#56B4E9",  # sky
    "#000000",  # black
)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo")

CLASS_COLOURS = COLOURS[:2]
CLASS_MARKERS = MARKERS[:2]
CLASS_HATCHES = HATCHES[:2]

INK = "#222222"
_QUIET = "#666666"

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": _QUIET,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.edgecolor": "white",
    "figure.facecolor": "white",
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "hatch.color": INK,
    "hatch.linewidth": 0.6,
    "legend.edgecolor": "#cccccc",
    "legend.facecolor": "white",
    "legend.fontsize": 9,
    "legend.framealpha": 0.9,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "savefig.edgecolor": "white",
    "savefig.facecolor": "white",
    "text.color": INK,
    "xtick.color": _QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": _QUIET,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}

# Pixels of the image for each pixel on the page: sharp on fine screens.
_SHARPNESS = 1.5
_PAGE_DPI = 96


class CourseFigure(Figure):
    """A white figure with a description that shows itself in a notebook."""

    description = ""  # what is to be seen, in words

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        FigureCanvasAgg(self)

    def to_png(self) -> bytes:
        """Return the figure as a PNG file whose metadata hold the description."""
        buffer = io.BytesIO()
        with matplotlib.rc_context(STYLE | font_style()):
            self.savefig(
                buffer,
                format="png",
                dpi=_SHARPNESS * _PAGE_DPI,
                facecolor="white",
                bbox_inches="tight",
                pad_inches=0.08,
                metadata={"Description": self.description, "Software": None},
            )
        return buffer.getvalue()

    def to_bundle(self) -> dict[str, str]:
        """Return what a notebook shows: the image and its description.

        The page stands under ``"text/html"``, the words under ``"text/plain"``.
        """
        png = self.to_png()
        data = base64.b64encode(png).decode("ascii")
        # A PNG file says its width in bytes 16 to 19.
        width = round(int.from_bytes(png[16:20]) / _SHARPNESS)
        words = html.escape(self.description)
        # The image's alternative text says what the caption says, so screen
        # readers are told to skip the caption.
        caption = (
            f'<figcaption aria-hidden="true">{words}</figcaption>' if words else ""
        )
        alternative = words or html.escape(outline(self))
        page = (
            f'<figure style="margin: 0"><img alt="{alternative}" width="{width}" '
            'style="background: white; max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{data}">{caption}</figure>'
        )
        return {"text/html": page, "text/plain": self.description or outline(self)}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.to_bundle(), raw=True)


def styled(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function draw in the style of the course, whatever the user's is.

    `STYLE` is in force while it runs and no longer.
    """

    @functools.wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with matplotlib.rc_context(STYLE | font_style()):
            return function(*args, **kwargs)

    return drawn


@styled
def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 7.0,
    height: float = 3.6,
    **options: Any,
) -> tuple[CourseFigure, Any]:
    """Open a figure with one panel or several.

    Parameters
    ----------
    width, height : float
        Size in inches; 7 inches are the width of a notebook's column.
    **options : object
        As for `matplotlib.figure.Figure.subplots`, for example ``sharey=True``.

    Returns
    -------
    figure : CourseFigure
        The figure.
    axes : Axes or ndarray of Axes
        Its panel, or its panels.

    Examples
    --------
    >>> figure, axes = new_figure(1, 2)
    >>> axes.shape
    (2,)
    """
    figure = CourseFigure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def describe(figure: Any, description: str, is_part: bool = False) -> Figure:
    """Say in words what a figure, or one more panel of it, shows.

    Parameters
    ----------
    figure : Figure
        A figure of this course, or of pyplot; it is returned.
    description : str
        One to three sentences: what is drawn, and what is to be seen in it. They
        replace what was said before.
    is_part : bool, default False
        Whether only one panel was drawn: then they follow what was said before.

    Examples
    --------
    >>> figure, axes = new_figure()
    >>> describe(figure, "An empty panel.").description
    'An empty panel.'
    >>> describe(figure, "Another.", is_part=True).description
    'An empty panel. Another.'
    """
    before = getattr(figure, "description", "") if is_part else ""
    figure.description = f"{before} {description}".strip()
    return figure


def outline(figure: Figure) -> str:
    """Say which panels a figure has, for one whose description stands elsewhere.

    Titles, axis labels and names of series, panel by panel.

    Examples
    --------
    >>> figure, axes = new_figure()
    >>> _ = axes.set(title="Cost", xlabel="iteration", ylabel="J")
    >>> outline(figure)
    'Figure. Cost (J against iteration). It is described in the text.'
    """
    panels = []
    for axes in figure.axes:
        parts = [axes.get_title("left") or axes.get_title()]
        if axes.get_xlabel() or axes.get_ylabel():
            y, x = axes.get_ylabel(), axes.get_xlabel()
            key = "against" if x and y else "axis"
            parts.append(text(f"plots.outline.{key}", x=x, y=y, label=x or y))
        legend = axes.get_legend()
        if legend is not None:
            names = [entry.get_text() for entry in legend.get_texts()]
            parts.append(text("plots.outline.series", names=listed(names)))
        panels.append(" ".join(part for part in parts if part))
    stop = text("checks.stop")
    words = "".join(f"{panel}{stop} " for panel in panels if panel)
    return text("plots.outline.figure", panels=words)


def show(figure: Figure) -> None:
    """Show a figure now, before the cell comes to its end.

    In a notebook the image with its description appears; elsewhere the description is
    printed.
    """
    from IPython.display import display

    display(figure)


def lighter(colour: str, fraction: float) -> tuple[float, float, float]:
    """Mix a colour with white, of which `fraction` is left, between 0 (white) and 1.

    Returns red, green and blue between 0 and 1.

    Examples
    --------
    >>> lighter("#000000", 0.25)
    (0.75, 0.75, 0.75)
    """
    red, green, blue = (1 - fraction * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def series(i: int, marks: bool = False) -> dict[str, Any]:
    """Return colour, dash and marker of the i-th of several lines, for ``axes.plot``.

    With `marks` every point gets its marker (few points), otherwise only some.

    Examples
    --------
    >>> series(1)["color"], series(1)["linestyle"]
    ('#D55E00', '--')
    """
    return {
        "color": COLOURS[i % len(COLOURS)],
        "linestyle": DASHES[i % len(DASHES)],
        "marker": MARKERS[i % len(MARKERS)],
        # Staggered, so that markers of lines on top of each other stay apart.
        "markevery": 1 if marks else ((0.02 + 0.03 * i) % 0.12, 0.12),
    }


def ring(axes: Axes, x: float, y: float, size: float = 14, **look: Any) -> None:
    """Draw a ring around a point, such as the best of a curve.

    `size` is its diameter in typographic points; `look` are options for ``axes.plot``.
    """
    axes.plot(x, y, "o", markersize=size, markerfacecolor="none", **look)


def arrow(
    axes: Axes, start: Sequence[float], end: Sequence[float], **look: Any
) -> None:
    """Draw an arrow; `look` are options for ``matplotlib.patches.FancyArrowPatch``."""
    look = {"arrowstyle": "-|>"} | look
    axes.annotate("", (end[0], end[1]), (start[0], start[1]), arrowprops=look)


def filled(i: int, fraction: float = 0.6) -> dict[str, Any]:
    """Return face, edge and hatch of the i-th of several bars, for ``axes.bar``.

    `fraction` is how much of its colour the face keeps.

    Examples
    --------
    >>> filled(1)["edgecolor"], filled(1)["hatch"]
    ('#D55E00', '///')
    """
    colour = COLOURS[i % len(COLOURS)]
    return {
        "facecolor": lighter(colour, fraction),
        "edgecolor": colour,
        "hatch": HATCHES[i % len(HATCHES)],
    }
