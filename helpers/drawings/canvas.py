"""A supersampled canvas with a movable pen: the drawings' only tool."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Points = Sequence[Point]

_STEPS = 8  # of a curve between two points
_DETAIL = 5  # how many times finer than the finished image is drawn


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two, `share` of the way to the second.

    Examples
    --------
    >>> mixed((0, 0, 0), (100, 200, 50), 0.5)
    (50, 100, 25)
    """
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def shaded(colour: Colour, amount: float) -> Colour:
    """Return a darker (amount < 0) or lighter (amount > 0) colour.

    Examples
    --------
    >>> shaded((100, 100, 100), -0.5), shaded((55, 155, 255), 0.5)
    ((50, 50, 50), (155, 205, 255))
    """
    end = (255, 255, 255) if amount > 0 else (0, 0, 0)
    return mixed(colour, end, abs(amount))


def smooth(points: Points, closed: bool = True) -> list:
    """Return points on a smooth (Catmull-Rom) curve through the given ones.

    A closed one joins the last to the first.
    """
    p = np.asarray(points, dtype=float)
    if closed:
        around = np.concatenate([p[-1:], p, p[:2]])
    else:
        around = np.concatenate([p[:1], p, p[-1:]])
    t = np.linspace(0, 1, _STEPS, endpoint=False)[:, np.newaxis]
    pieces = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        cubic = -a + 3 * b - 3 * c + d
        square = 2 * a - 5 * b + 4 * c - d
        pieces.append(0.5 * (2 * b + (c - a) * t + square * t**2 + cubic * t**3))
    curve = np.concatenate(pieces)
    if not closed:
        curve = np.concatenate([curve, p[-1:]])
    return [tuple(point) for point in curve]


def mirrored(points: Points) -> list:
    """Close a right half, given from top to bottom, by its mirror image."""
    left = [(-x, y) for x, y in reversed(points) if x > 1e-9]
    return [*points, *left]


def oval(x: float, y: float, width: float, height: float, angle: float = 0.0) -> list:
    """Return the outline of an ellipse of given half axes, turned by degrees."""
    t = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    turn = np.deg2rad(angle)
    u, v = width * np.cos(t), height * np.sin(t)
    xs = x + u * np.cos(turn) - v * np.sin(turn)
    ys = y + u * np.sin(turn) + v * np.cos(turn)
    return list(zip(xs, ys, strict=True))


class Canvas:
    """A square image under a pen whose coordinates can be moved and turned.

    Parameters
    ----------
    size : int
        Height and width of the finished image.
    colour : tuple of int
        The paper.
    """

    def __init__(self, size: int, colour: Colour) -> None:
        self.size = size
        self.pixels = size * _DETAIL
        self.image = Image.new("RGB", (self.pixels, self.pixels), colour)
        self.place()

    def place(
        self, x: float = 0.5, y: float = 0.5, unit: float = 0.5, angle: float = 0.0
    ) -> None:
        """Put the pen's origin somewhere.

        Parameters
        ----------
        x, y : float
            Where (0, 0) comes to lie; the image goes from 0 to 1.
        unit : float
            What a length of 1 becomes.
        angle : float
            Turn in degrees, clockwise.
        """
        turn = np.deg2rad(angle)
        rotation = np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        )
        self._matrix = unit * self.pixels * rotation
        self._origin = np.array([x, y]) * self.pixels
        self._unit = unit * self.pixels

    @contextmanager
    def shifted(
        self, x: float, y: float, unit: float = 1.0, mirror: bool = False
    ) -> Iterator[None]:
        """Draw in coordinates that are shifted, scaled or mirrored for a while."""
        before = self._matrix, self._origin, self._unit
        self._origin = np.array([x, y]) @ self._matrix + self._origin
        flip = np.array([[-1.0 if mirror else 1.0, 0.0], [0.0, 1.0]])
        self._matrix = unit * flip @ self._matrix
        self._unit = self._unit * unit
        yield
        self._matrix, self._origin, self._unit = before

    @contextmanager
    def inside(self, points: Points) -> Iterator[None]:
        """Keep what is drawn for a while within an outline."""
        before = self.image
        mask = self._mask(points)
        self.image = before.copy()
        yield
        self.image = Image.composite(self.image, before, mask)

    def fill(self, points: Points, colour: Colour, edge: Colour | None = None) -> None:
        """Fill an outline; draw its edge too if a colour is given."""
        draw = ImageDraw.Draw(self.image)
        corners = self._to_pixels(points)
        draw.polygon(corners, fill=colour)
        if edge is not None:
            width = max(1, round(0.055 * self._unit))
            draw.line([*corners, *corners[:2]], fill=edge, width=width, joint="curve")

    def line(self, points: Points, colour: Colour, width: float) -> None:
        """Draw a line with round ends."""
        draw = ImageDraw.Draw(self.image)
        corners = self._to_pixels(points)
        thick = max(1, round(width * self._unit))
        draw.line(corners, fill=colour, width=thick, joint="curve")
        radius = thick / 2
        for x, y in (corners[0], corners[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def tint(
        self, points: Points, colour: Colour, strength: float, blur: float = 0.15
    ) -> None:
        """Lay a soft-edged transparent colour over an outline."""
        mask = self._mask(points, round(255 * strength))
        mask = mask.filter(ImageFilter.BoxBlur(blur * self._unit))
        paint = Image.new("RGB", self.image.size, colour)
        self.image = Image.composite(paint, self.image, mask)

    def finished(self) -> np.ndarray:
        """Return the image, averaged down.

        Returns
        -------
        ndarray of shape (size, size, 3), dtype float64
            Values from 0 to 255.
        """
        fine = np.asarray(self.image, dtype=np.float64)
        blocks = fine.reshape(self.size, _DETAIL, self.size, _DETAIL, 3)
        return blocks.mean(axis=(1, 3))

    def _to_pixels(self, points: Points) -> list:
        placed = np.asarray(points, dtype=float) @ self._matrix + self._origin
        return [tuple(point) for point in placed.tolist()]

    def _mask(self, points: Points, value: int = 255) -> Image.Image:
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self._to_pixels(points), fill=value)
        return mask
