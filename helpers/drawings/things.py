"""Things of about the size of a head, in the coordinates of the animals."""

import numpy as np

from helpers.drawings.animals import Coat
from helpers.drawings.canvas import Canvas, mirrored, oval, shaded, smooth

_BLACK = (34, 30, 34)
_WHITE = (250, 248, 244)


def _box(left: float, top: float, right: float, bottom: float) -> list:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _mug(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    handle = smooth([(0.6, -0.35), (1.2, -0.3), (1.2, 0.45), (0.6, 0.5)], closed=False)
    canvas.line(handle, coat.edge, 0.3)
    canvas.line(handle, coat.base, 0.19)
    side = [
        (-0.75, -0.75),
        (0.75, -0.75),
        (0.66, 0.85),
        (0.4, 0.98),
        (-0.4, 0.98),
        (-0.66, 0.85),
    ]
    canvas.fill(side, coat.base, coat.edge)
    with canvas.inside(side):
        canvas.fill(_box(-1, 0.0, 1, 0.3), coat.dark)
        canvas.tint(_box(0.35, -1, 1, 1), _BLACK, 0.25, 0.2)
    canvas.fill(oval(0, -0.75, 0.75, 0.17), coat.light, coat.edge)
    canvas.fill(oval(0, -0.72, 0.62, 0.11), (92, 58, 40))
    for x in (-0.25, 0.25):
        steam = smooth(
            [(x, -0.95), (x + 0.1, -1.1), (x - 0.08, -1.3), (x, -1.45)], closed=False
        )
        canvas.line(steam, _WHITE, 0.07)


def _house(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    canvas.fill(_box(0.42, -1.25, 0.68, -0.6), coat.dark, coat.edge)
    canvas.fill(_box(-0.85, -0.3, 0.85, 1.05), coat.base, coat.edge)
    canvas.fill([(-1.12, -0.25), (0, -1.2), (1.12, -0.25)], coat.dark, coat.edge)
    for x in (-0.48, 0.48):
        canvas.fill(_box(x - 0.22, -0.08, x + 0.22, 0.34), coat.eyes, coat.edge)
        canvas.line([(x, -0.08), (x, 0.34)], coat.edge, 0.05)
        canvas.line([(x - 0.22, 0.13), (x + 0.22, 0.13)], coat.edge, 0.05)
    canvas.fill(_box(-0.2, 0.48, 0.2, 1.05), coat.light, coat.edge)
    canvas.fill(oval(0.11, 0.78, 0.04, 0.04), _BLACK)


def _clock(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    for side in (-1, 1):
        canvas.line([(side * 0.5, 0.7), (side * 0.75, 1.08)], coat.edge, 0.2)
        bell = oval(side * 0.62, -0.86, 0.36, 0.26, side * 35)
        canvas.fill(bell, coat.dark, coat.edge)
    canvas.fill(oval(0, 0.05, 0.98, 0.98), coat.base, coat.edge)
    canvas.fill(oval(0, 0.05, 0.76, 0.76), coat.light, coat.edge)
    for hour in range(12):
        x, y = np.sin(hour * np.pi / 6), np.cos(hour * np.pi / 6)
        tick = [(0.58 * x, 0.05 + 0.58 * y), (0.68 * x, 0.05 + 0.68 * y)]
        canvas.line(tick, _BLACK, 0.06)
    for length, width in ((0.34, 0.09), (0.52, 0.06)):
        turn = rng.uniform(0, 2 * np.pi)
        tip = (length * np.sin(turn), 0.05 - length * np.cos(turn))
        canvas.line([(0, 0.05), tip], _BLACK, width)
    canvas.fill(oval(0, 0.05, 0.07, 0.07), _BLACK)


def _flower(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    canvas.line([(0, 0.3), (0.03, 1.2), (0, 2.2)], (70, 120, 66), 0.15)
    petals = rng.randint(6, 9)
    start = rng.uniform(0, 360)
    for petal in range(petals):
        turn = start + 360 * petal / petals
        x, y = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
        outline = oval(0.62 * x, -0.15 + 0.62 * y, 0.48, 0.27, turn)
        canvas.fill(outline, coat.base, coat.edge)
    canvas.fill(oval(0, -0.15, 0.36, 0.36), coat.dark, coat.edge)
    for x, y in rng.uniform(-0.2, 0.2, size=(7, 2)):
        canvas.fill(oval(x, y - 0.15, 0.04, 0.04), coat.light)


def _ball(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    outline = oval(0, 0, 1.02, 1.02)
    canvas.fill(outline, coat.base, coat.edge)
    turn = rng.uniform(-40, 40)
    with canvas.inside(outline):
        canvas.fill(oval(0, 0, 0.42, 1.1, turn), coat.light, coat.edge)
        canvas.fill(oval(0, 0, 0.13, 1.1, turn), coat.dark)
        canvas.tint(oval(-0.35, -0.45, 0.35, 0.3), _WHITE, 0.5, 0.2)
        canvas.tint(oval(0.3, 1.0, 1.0, 0.5), _BLACK, 0.3, 0.25)


def _car(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    cabin = [(0, -0.85), (0.52, -0.82), (0.72, -0.2), (0.98, -0.05), (1.04, 0.55)]
    for side in (-1, 1):
        canvas.fill(_box(side * 0.72 - 0.2, 0.4, side * 0.72 + 0.2, 0.98), _BLACK)
        canvas.fill(oval(side * 0.98, -0.3, 0.14, 0.1), coat.dark, coat.edge)
    body = mirrored([*cabin, (0.95, 0.72), (0, 0.74)])
    canvas.fill(body, coat.base, coat.edge)
    glass = mirrored([(0, -0.7), (0.43, -0.68), (0.58, -0.22), (0, -0.2)])
    canvas.fill(glass, (176, 206, 222), coat.edge)
    for side in (-1, 1):
        canvas.fill(oval(side * 0.7, 0.18, 0.2, 0.18), (250, 236, 170), coat.edge)
    canvas.fill(_box(-0.36, 0.1, 0.36, 0.34), shaded(coat.dark, -0.3), coat.edge)
    canvas.fill(_box(-0.98, 0.5, 0.98, 0.68), coat.light, coat.edge)


def _apple(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    half = [
        (0, -0.55),
        (0.4, -0.72),
        (0.88, -0.5),
        (1.0, 0.05),
        (0.78, 0.7),
        (0.4, 0.98),
    ]
    outline = smooth(mirrored([*half, (0, 0.88)]))
    canvas.fill(outline, coat.base, coat.edge)
    with canvas.inside(outline):
        canvas.tint(oval(0.55, 0.2, 0.6, 0.8), coat.dark, 0.5, 0.25)
        canvas.tint(oval(-0.45, -0.25, 0.22, 0.32), _WHITE, 0.55, 0.12)
    canvas.line([(0, -0.5), (0.05, -0.85), (0.16, -1.1)], (84, 58, 40), 0.12)
    leaf = smooth([(0.08, -0.8), (0.4, -1.15), (0.85, -1.1), (0.5, -0.8)])
    canvas.fill(leaf, (96, 150, 76), (44, 80, 38))


def _gift(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    for side in (-1, 1):
        loop = [(0, -0.6), (side * 0.3, -1.2), (side * 0.85, -1.2), (side * 0.7, -0.7)]
        canvas.fill(smooth(loop), coat.dark, coat.edge)
        canvas.fill(
            oval(side * 0.52, -0.95, 0.2, 0.1, side * -30), shaded(coat.dark, -0.35)
        )
    canvas.fill(_box(-0.85, -0.3, 0.85, 1.0), coat.base, coat.edge)
    canvas.fill(_box(-0.17, -0.3, 0.17, 1.0), coat.dark)
    canvas.fill(_box(-0.98, -0.62, 0.98, -0.22), coat.light, coat.edge)
    canvas.fill(_box(-0.17, -0.62, 0.17, -0.22), coat.dark, coat.edge)


def _cupcake(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    cup = [(-0.78, 0.15), (0.78, 0.15), (0.55, 1.02), (-0.55, 1.02)]
    canvas.fill(cup, coat.dark, coat.edge)
    for x in np.linspace(-0.5, 0.5, 5):
        canvas.line([(x * 1.3, 0.2), (x, 0.98)], shaded(coat.dark, -0.3), 0.05)
    for y, width in ((0.1, 0.95), (-0.28, 0.76), (-0.62, 0.52), (-0.9, 0.26)):
        canvas.fill(oval(0, y, width, 0.28), coat.base, coat.edge)
    for x, y in rng.uniform((-0.6, -0.7), (0.6, 0.2), size=(12, 2)):
        colour = [coat.light, coat.eyes, coat.dark][rng.randint(3)]
        canvas.line([(x, y), (x + 0.09, y + 0.05)], colour, 0.06)
    canvas.fill(oval(0, -1.14, 0.2, 0.2), (206, 52, 66), (110, 20, 34))


def _fish(canvas: Canvas, coat: Coat, rng: np.random.RandomState) -> None:
    tail = smooth([(0.5, 0), (1.25, -0.6), (1.1, 0), (1.25, 0.6)])
    canvas.fill(tail, coat.dark, coat.edge)
    canvas.fill(smooth([(-0.3, -0.5), (0.1, -1.1), (0.5, -0.4)]), coat.dark, coat.edge)
    outline = smooth(
        [
            (-1.1, 0.05),
            (-0.6, -0.55),
            (0.1, -0.62),
            (0.75, 0),
            (0.1, 0.66),
            (-0.6, 0.58),
        ]
    )
    canvas.fill(outline, coat.base, coat.edge)
    with canvas.inside(outline):
        for x in (-0.1, 0.25):
            canvas.fill(oval(x, 0, 0.1, 0.8), coat.light)
        canvas.tint(oval(-0.2, 0.7, 0.9, 0.3), _BLACK, 0.25, 0.2)
    canvas.fill(oval(-0.62, -0.12, 0.17, 0.17), _WHITE, _BLACK)
    canvas.fill(oval(-0.64, -0.12, 0.08, 0.08), _BLACK)
    canvas.line([(-1.0, 0.2), (-0.78, 0.24)], coat.edge, 0.06)


_DRAWINGS = {
    "apple": _apple,
    "ball": _ball,
    "car": _car,
    "clock": _clock,
    "cupcake": _cupcake,
    "fish": _fish,
    "flower": _flower,
    "gift": _gift,
    "house": _house,
    "mug": _mug,
}
THINGS = tuple(_DRAWINGS)


def draw_thing(
    canvas: Canvas, kind: str, coat: Coat, rng: np.random.RandomState
) -> None:
    """Draw a thing.

    The canvas's pen stands where the middle goes; the thing is about 2 units wide. Of
    `coat` the marking is not used; `rng` makes the small differences between two things
    of a kind.
    """
    _DRAWINGS[kind](canvas, coat, rng)
