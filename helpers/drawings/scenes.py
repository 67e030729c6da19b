"""From factors to a finished image: background, subject, board, light."""

import numpy as np

from helpers.drawings.animals import ANIMALS, Coat, draw_animal
from helpers.drawings.canvas import Canvas, Colour, mixed, oval, shaded, smooth
from helpers.drawings.choices import COATS, EYES
from helpers.drawings.factors import Factors
from helpers.drawings.things import THINGS, draw_thing

SIZE = 64
_LEVELS = 24  # a channel: few levels keep the file small
_UNIT = 0.325  # half a head's width, in widths of the image
_COLOURS = ((206, 62, 66), (62, 120, 190), (240, 190, 70), (90, 160, 110))


def draw(factors: Factors) -> np.ndarray:
    """Draw an image.

    Parameters
    ----------
    factors : Factors
        All that it depends on.

    Returns
    -------
    ndarray of shape (64, 64, 3), dtype uint8
        Red, green and blue.

    Examples
    --------
    >>> draw(Factors(kind="cat", coat="grey")).shape
    (64, 64, 3)
    """
    # A stream for each part: a new background leaves the animal as it was.
    subject, around, front = (
        np.random.RandomState([factors.seed, part]) for part in range(3)
    )
    base, light, dark = COATS[factors.coat]
    coat = Coat(base, light, dark, factors.marking, EYES[factors.eyes])
    extra = factors.extra, _COLOURS[subject.randint(len(_COLOURS))]
    canvas = Canvas(SIZE, base)
    _background(canvas, factors.background, base, around)
    _place(canvas, factors)
    if factors.kind in ANIMALS:
        draw_animal(canvas, factors.kind, coat, factors.mood, extra, subject)
    elif factors.kind in THINGS:
        draw_thing(canvas, factors.kind, coat, subject)
    if factors.occlusion > 0:
        _board(canvas, factors.occlusion, front)
    return _developed(canvas.finished(), factors)


def _place(canvas: Canvas, factors: Factors) -> None:
    """Step back and up when the whole body is to be seen."""
    away = factors.body
    canvas.place(
        x=0.5 + factors.shift_x,
        y=0.55 + factors.shift_y - 0.23 * away,
        unit=_UNIT * factors.scale * (1 - 0.42 * away),
        angle=factors.angle,
    )


def _luma(colour: Colour) -> float:
    return float(np.dot(colour, (0.299, 0.587, 0.114)))


def _two_colours(base: Colour, rng: np.random.RandomState) -> tuple[Colour, Colour]:
    """A colour that stands out from the subject, and one close to it."""
    while True:
        red, green, blue = map(int, rng.randint(40, 236, 3))
        first = (red, green, blue)
        first = mixed(first, (round(_luma(first)),) * 3, 0.35)
        if abs(_luma(first) - _luma(base)) > 42:
            break
    amount = rng.uniform(0.14, 0.26) * (1 if rng.uniform() < 0.5 else -1)
    second = shaded(first, amount)
    if abs(_luma(second) - _luma(base)) < 30:
        second = shaded(first, -amount)
    return first, second


def _background(
    canvas: Canvas, name: str, base: Colour, rng: np.random.RandomState
) -> None:
    first, second = _two_colours(base, rng)
    canvas.place(0.5, 0.5, 0.5)
    canvas.fill([(-2, -2), (2, -2), (2, 2), (-2, 2)], first)
    if name == "room":
        canvas.fill([(-2, 0.35), (2, 0.35), (2, 2), (-2, 2)], second)
        left = rng.uniform(-0.9, 0.4)
        frame = [(left, -0.9), (left + 0.5, -0.9), (left + 0.5, -0.3), (left, -0.3)]
        canvas.fill(frame, shaded(second, 0.25), shaded(second, -0.3))
    elif name == "hills":
        for y, amount in ((0.1, 0.0), (0.45, -0.15)):
            x, lift = rng.uniform(-0.6, 0.6), rng.uniform(0.1, 0.3)
            ridge = [(-2, y + 0.2), (x - 0.6, y), (x, y - lift), (x + 0.8, y + 0.1)]
            line = smooth([*ridge, (2, y)], closed=False)
            canvas.fill([*line, (2, 2), (-2, 2)], shaded(second, amount))
        x = rng.uniform(-0.7, 0.7)
        canvas.fill(oval(x, -0.7, 0.18, 0.18), shaded(first, 0.45))
    elif name == "stripes":
        canvas.place(0.5, 0.5, 0.5, angle=float(rng.choice([0, 45, 90, 135])))
        for x in np.arange(-1.6, 1.6, 0.4) + rng.uniform(0, 0.4):
            canvas.fill([(x, -2), (x + 0.2, -2), (x + 0.2, 2), (x, 2)], second)
    elif name == "dots":
        shift = rng.uniform(0, 0.4, 2)
        for row, y in enumerate(np.arange(-1.4, 1.4, 0.34)):
            for x in np.arange(-1.6, 1.4, 0.4):
                middle = x + shift[0] + 0.2 * (row % 2), y + shift[1]
                canvas.fill(oval(*middle, 0.09, 0.09), second)
    elif name == "bokeh":
        for x, y in rng.uniform(-1, 1, size=(9, 2)):
            size = rng.uniform(0.12, 0.34)
            colour = second if rng.uniform() < 0.6 else shaded(first, 0.22)
            canvas.tint(oval(x, y, size, size), colour, 0.75, 0.03)
    elif name == "night":
        canvas.tint([(-2, 0.2), (2, 0.2), (2, 2), (-2, 2)], second, 0.9, 0.3)
        for x, y in rng.uniform((-1, -1), (1, 0.5), size=(14, 2)):
            canvas.fill(oval(x, y, 0.03, 0.03), shaded(first, 0.6))


def _board(canvas: Canvas, share: float, rng: np.random.RandomState) -> None:
    """A wooden board in front, from one side of the image."""
    canvas.place(0.5, 0.5, 0.5, angle=float(rng.choice([0, 90, 180, 270])))
    wood = mixed((150, 108, 70), tuple(rng.randint(60, 200, 3)), 0.5)
    edge = -1 + 2 * share
    canvas.fill([(-2, -2), (edge, -2), (edge, 2), (-2, 2)], wood, shaded(wood, -0.5))
    for x in np.arange(edge - 0.3, -1.2, -0.3):
        canvas.line([(x, -2), (x, 2)], shaded(wood, -0.3), 0.03)


def _developed(picture: np.ndarray, factors: Factors) -> np.ndarray:
    """Light, contrast, negative and few levels."""
    across = np.linspace(-1, 1, SIZE)
    gain = 1 - 0.38 * abs(factors.light) + 0.5 * factors.light * across
    picture = picture * gain[np.newaxis, :, np.newaxis]
    picture = 128 + factors.contrast * (picture - 128)
    picture = np.clip(picture, 0, 255)
    if factors.negative:
        picture = 255 - picture
    step = 255 / (_LEVELS - 1)
    return np.round(np.round(picture / step) * step).astype(np.uint8)
