"""Front faces of animals, in coordinates whose unit is half a head's width.

The face's middle is (0, 0), x goes to the right and y down.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.drawings.canvas import (
    Canvas,
    Colour,
    Point,
    mirrored,
    mixed,
    oval,
    shaded,
    smooth,
)

_BLACK = (34, 30, 34)
_WHITE = (250, 248, 244)
_PINK = (232, 150, 156)


@dataclass(frozen=True)
class Coat:
    """The colours and the marking of an animal."""

    # Most of it, the pale parts, the markings.
    base: Colour
    light: Colour
    dark: Colour
    marking: str  # one of `helpers.drawings.choices.MARKINGS`
    eyes: Colour  # the iris

    @property
    def edge(self) -> Colour:
        """Outlines."""
        return shaded(self.base, -0.55)

    @property
    def ears(self) -> Colour:
        """The outside of the ears."""
        return self.dark if self.marking in ("mask", "patch") else self.base


def _both(canvas: Canvas, part: Callable[..., object], *arguments: object) -> None:
    """Draw a part on the right, and mirrored on the left."""
    for mirror in (True, False):
        with canvas.shifted(0, 0, mirror=mirror):
            part(canvas, *arguments)


def _pointed_ear(
    canvas: Canvas, coat: Coat, tip: Point, inner: Point, outer: Point, tuft: Colour
) -> None:
    """An ear with a tip between an inner and an outer foot."""
    (tx, ty), (ix, iy), (ox, oy) = tip, inner, outer
    bulge = 0.06
    outline = smooth(
        [
            (ix, iy),
            ((ix + tx) / 2 - bulge, (iy + ty) / 2 - bulge),
            (tx - 0.04, ty + 0.03),
            (tx + 0.03, ty + 0.04),
            ((ox + tx) / 2 + bulge, (oy + ty) / 2 - bulge),
            (ox, oy),
            ((ix + ox) / 2 - 0.1, (iy + oy) / 2 + 0.2),
        ]
    )
    canvas.fill(outline, coat.ears, coat.edge)
    middle = np.array([(ix + ox + tx) / 3, (iy + oy + ty) / 3 + 0.05])
    inside = [
        tuple(middle + 0.58 * (np.array(p) - middle)) for p in (inner, tip, outer)
    ]
    canvas.fill(inside, tuft)


def _shut_eye(canvas: Canvas, x: float, y: float, width: float) -> None:
    """A happy bow."""
    bow = [(x - width, y + 0.05), (x, y - 0.1), (x + width, y + 0.05)]
    canvas.line(smooth(bow, closed=False), _BLACK, 0.085)


def _eyes(
    canvas: Canvas,
    mood: str,
    open_eye: Callable[..., object],
    x: float,
    y: float,
    width: float,
    *rest: object,
) -> None:
    """Both eyes: open, shut, or one of each."""
    for side in (1, -1):
        with canvas.shifted(0, 0, mirror=side < 0):
            if mood == "happy" or (mood == "winking" and side > 0):
                _shut_eye(canvas, x, y, max(width, 0.16))
            else:
                open_eye(canvas, x, y, width, *rest)


def _whiskers(canvas: Canvas, coat: Coat, y: float) -> None:
    dark = sum(coat.base) < 330
    hair = shaded(coat.light, 0.5) if dark else shaded(coat.edge, -0.2)
    for side in (-1, 1):
        for lift in (-0.1, 0.06, 0.22):
            curve = [
                (side * 0.36, y + lift * 0.3),
                (side * 0.85, y - 0.06 + lift),
                (side * 1.3, y - 0.1 + lift * 1.7),
            ]
            canvas.line(smooth(curve, closed=False), hair, 0.035)


def _glasses(canvas: Canvas, colour: Colour) -> None:
    y = -0.08
    frame = shaded(colour, -0.45)
    for side in (-1, 1):
        ring = oval(side * 0.42, y, 0.31, 0.29)
        canvas.line([*ring, ring[0]], frame, 0.075)
        canvas.line([(side * 0.73, y - 0.02), (side * 0.98, y - 0.1)], frame, 0.075)
    canvas.line([(-0.11, y - 0.03), (0.11, y - 0.03)], frame, 0.075)


def _round_eye(
    canvas: Canvas, x: float, y: float, radius: float, iris: Colour, pupil: float
) -> None:
    canvas.fill(oval(x, y, radius * 1.18, radius * 1.18), _BLACK)
    canvas.fill(oval(x, y, radius, radius), iris)
    canvas.fill(oval(x, y, radius * pupil, radius * pupil), _BLACK)
    canvas.fill(oval(x - 0.05, y - 0.06, radius * 0.3, radius * 0.3), _WHITE)


def _slit_eye(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    iris: Colour,
    pupil: float,
) -> None:
    """An almond with a slit: the outer corner a little higher."""
    almond = smooth(
        [
            (x - width, y + 0.07),
            (x - 0.1, y - height),
            (x + 0.12, y - height * 0.95),
            (x + width, y - 0.07),
            (x + 0.12, y + height * 0.85),
            (x - 0.1, y + height * 0.9),
        ]
    )
    canvas.fill(almond, iris, _BLACK)
    canvas.fill(oval(x, y, height * pupil, height * 0.92), _BLACK)
    canvas.fill(oval(x + 0.07, y - 0.08, 0.05, 0.05), _WHITE)


def _markings(
    canvas: Canvas, coat: Coat, head: list, rng: np.random.RandomState
) -> None:
    """What a coat shows within the outline of a head."""
    with canvas.inside(head):
        if coat.marking == "stripes":
            for x, top, bottom in ((0, -1, -0.38), (0.26, -1, -0.46)):
                for side in (-1, 1):
                    stripe = [
                        (side * x - 0.085, top),
                        (side * x + 0.085, top),
                        (side * x * 0.85, bottom),
                    ]
                    canvas.fill(stripe, coat.dark)
            for y in (0.12, 0.36):
                for side in (-1, 1):
                    stripe = [
                        (side * 1.2, y - 0.1),
                        (side * 1.2, y + 0.1),
                        (side * 0.68, y + 0.1),
                    ]
                    canvas.fill(stripe, coat.dark)
        elif coat.marking == "patch":
            side = rng.choice([-1, 1])
            patch = smooth(
                [
                    (side * 0.08, -1.1),
                    (side * 0.12, -0.3),
                    (side * 0.4, 0.28),
                    (side * 0.85, 0.2),
                    (side * 1.3, -0.3),
                    (side * 0.9, -1.2),
                ]
            )
            canvas.fill(patch, coat.dark)
        elif coat.marking == "blaze":
            blaze = [(0, -0.75), (0.1, -0.4), (0.17, 0.1), (0.6, 0.55), (0.55, 1.2)]
            canvas.fill(smooth(mirrored([*blaze, (0, 1.3)])), coat.light)
        elif coat.marking == "mask":
            canvas.tint(oval(0, 0.2, 0.62, 0.6), coat.dark, 0.9, 0.18)
        elif coat.marking == "spots":
            for x, y in rng.uniform(-0.95, 0.95, size=(9, 2)):
                size = rng.uniform(0.08, 0.17)
                canvas.fill(oval(x, y, size, size * 0.85), coat.dark)
        canvas.tint(oval(-0.2, -0.5, 0.5, 0.3), _WHITE, 0.16, 0.25)
        canvas.tint(oval(0, 1.15, 1.1, 0.42), _BLACK, 0.22, 0.22)


def _head(
    canvas: Canvas, coat: Coat, half: list[Point], rng: np.random.RandomState
) -> list:
    """A head with its markings, from its right half; return its outline."""
    head = smooth(mirrored(half))
    canvas.fill(head, coat.base, coat.edge)
    _markings(canvas, coat, head, rng)
    return head


def _body(canvas: Canvas, coat: Coat, tail: str) -> None:
    """A sitting body under the head, with paws and a tail."""
    below = shaded(coat.base, -0.12)
    if tail == "long":
        curve = [(0.7, 3.0), (1.5, 2.9), (1.75, 2.2), (1.5, 1.6), (1.75, 1.2)]
        canvas.line(smooth(curve, closed=False), coat.edge, 0.4)
        canvas.line(smooth(curve, closed=False), coat.ears, 0.29)
    elif tail == "bushy":
        brush = [
            (0.6, 3.1),
            (1.3, 3.1),
            (1.95, 2.4),
            (1.9, 1.3),
            (1.5, 1.7),
            (1.1, 2.5),
        ]
        canvas.fill(smooth(brush), coat.base, coat.edge)
        canvas.fill(smooth([(1.95, 1.95), (1.9, 1.25), (1.55, 1.7)]), coat.light)
    elif tail == "puff":
        canvas.fill(oval(1.12, 2.8, 0.34, 0.34), coat.light, coat.edge)
    half = [(0, 0.5), (0.55, 0.7), (0.85, 1.3), (1.1, 2.1), (1.15, 2.8), (0.8, 3.2)]
    torso = smooth(mirrored([*half, (0, 3.25)]))
    canvas.fill(torso, below, coat.edge)
    with canvas.inside(torso):
        if coat.marking == "stripes":
            for y in (1.5, 2.0, 2.5):
                for side in (-1, 1):
                    stripe = [(side * 1.3, y), (side * 1.3, y + 0.2), (side * 0.6, y)]
                    canvas.fill(stripe, coat.dark)
        if coat.marking == "patch":
            canvas.fill(oval(0.8, 2.3, 0.7, 0.6), coat.dark)
        canvas.fill(
            smooth(mirrored([(0, 0.6), (0.42, 0.9), (0.3, 1.7), (0, 2.0)])), coat.light
        )
        canvas.tint(oval(0, 0.75, 0.9, 0.35), _BLACK, 0.3, 0.2)
    for side in (-1, 1):
        leg = [
            (side * 0.12, 1.9),
            (side * 0.5, 1.9),
            (side * 0.48, 3.15),
            (side * 0.1, 3.15),
        ]
        canvas.fill(leg, below, coat.edge)
        canvas.fill(oval(side * 0.32, 3.15, 0.32, 0.2), coat.light, coat.edge)


def _collar(canvas: Canvas, colour: Colour) -> None:
    band = [(-0.62, 0.78), (-0.3, 0.98), (0, 1.04), (0.3, 0.98), (0.62, 0.78)]
    canvas.line(smooth(band, closed=False), shaded(colour, -0.35), 0.2)
    canvas.line(smooth(band, closed=False), colour, 0.13)
    canvas.fill(oval(0, 1.16, 0.11, 0.11), (244, 208, 84), (120, 90, 30))


def _bow(canvas: Canvas, colour: Colour) -> None:
    edge = shaded(colour, -0.45)
    for side in (-1, 1):
        loop = [(0, 1.14), (side * 0.42, 0.94), (side * 0.42, 1.36)]
        canvas.fill(loop, colour, edge)
    canvas.fill(oval(0, 1.15, 0.11, 0.12), shaded(colour, -0.2), edge)


def _mouth(canvas: Canvas, top: float, width: float, drop: float) -> None:
    canvas.line([(0, top), (0, top + drop)], _BLACK, 0.05)
    for side in (-1, 1):
        smile = [
            (0, top + drop),
            (side * width * 0.5, top + drop + 0.1),
            (side * width, top + drop * 0.9),
        ]
        canvas.line(smooth(smile, closed=False), _BLACK, 0.05)


def _cat(canvas: Canvas, coat: Coat, mood: str, rng: np.random.RandomState) -> None:
    wide, tall, spread = rng.uniform(-1, 1, 3)
    tip = (0.74 + 0.05 * spread, -1.36 + 0.07 * tall)
    _both(canvas, _pointed_ear, coat, tip, (0.2, -0.68), (0.97, -0.2), _PINK)
    half = [
        (0, -0.76),
        (0.42, -0.74),
        (0.8, -0.46),
        (0.99 + 0.03 * wide, 0.02),
        (0.97 + 0.05 * wide, 0.36),
        (0.62, 0.72),
        (0.24, 0.86),
    ]
    _head(canvas, coat, [*half, (0, 0.88)], rng)
    pale = coat.light
    for side in (-1, 1):
        canvas.fill(oval(side * 0.17, 0.46, 0.25, 0.19), pale)
    canvas.fill(oval(0, 0.64, 0.2, 0.13), pale)
    pupil = rng.uniform(0.25, 0.75)
    eye = 0.24 + 0.02 * rng.uniform(-1, 1), 0.22 + 0.02 * rng.uniform(-1, 1)
    _eyes(canvas, mood, _slit_eye, 0.43, -0.08, *eye, coat.eyes, pupil)
    nose = smooth([(-0.12, 0.27), (0, 0.25), (0.12, 0.27), (0, 0.4)])
    canvas.fill(nose, _PINK, shaded(_PINK, -0.45))
    _mouth(canvas, 0.39, 0.24, 0.13)
    if rng.uniform() < 0.85:
        _whiskers(canvas, coat, 0.44)


def _dog(canvas: Canvas, coat: Coat, mood: str, rng: np.random.RandomState) -> None:
    wide, tall, _ = rng.uniform(-1, 1, 3)
    floppy = rng.uniform() < 0.6
    half = [
        (0, -0.82),
        (0.42, -0.8),
        (0.76, -0.5),
        (0.84 + 0.04 * wide, -0.05),
        (0.78, 0.4),
        (0.58, 0.8),
        (0.3, 1.0),
    ]
    flap = shaded(coat.dark, 0.05)
    if not floppy:
        _both(
            canvas,
            _pointed_ear,
            coat,
            (0.78, -1.24 + 0.06 * tall),
            (0.24, -0.7),
            (0.92, -0.35),
            mixed(coat.dark, _PINK, 0.4),
        )
    _head(canvas, coat, [*half, (0, 1.04)], rng)
    muzzle = [(0, 0.12), (0.26, 0.2), (0.5, 0.5), (0.36, 0.84), (0, 0.95)]
    canvas.fill(smooth(mirrored(muzzle)), coat.light)
    if rng.uniform() < 0.6:
        tongue = smooth(mirrored([(0, 0.66), (0.14, 0.68), (0.16, 0.9), (0, 1.02)]))
        canvas.fill(tongue, (226, 100, 116), (150, 50, 66))
    _mouth(canvas, 0.4, 0.34, 0.22)
    nose = smooth(
        [(-0.2, 0.2), (0, 0.15), (0.2, 0.2), (0.14, 0.36), (0, 0.43), (-0.14, 0.36)]
    )
    canvas.fill(nose, _BLACK)
    canvas.fill(oval(-0.06, 0.22, 0.06, 0.03), (150, 146, 150))
    _eyes(canvas, mood, _round_eye, 0.38, -0.12, 0.17, shaded(coat.eyes, -0.35), 0.6)
    if floppy:
        ear = smooth(
            [
                (0.5, -0.82),
                (0.86, -0.72),
                (1.08, -0.2),
                (1.1, 0.42 + 0.08 * tall),
                (0.86, 0.6 + 0.08 * tall),
                (0.72, 0.2),
                (0.68, -0.36),
            ]
        )
        _both(canvas, Canvas.fill, ear, flap, shaded(flap, -0.5))


def _fox(canvas: Canvas, coat: Coat, mood: str, rng: np.random.RandomState) -> None:
    wide, tall, spread = rng.uniform(-1, 1, 3)
    tip = (0.72 + 0.05 * spread, -1.42 + 0.07 * tall)
    _both(canvas, _pointed_ear, coat, tip, (0.22, -0.62), (0.98, -0.2), coat.dark)
    half = [
        (0, -0.68),
        (0.42, -0.68),
        (0.78, -0.4),
        (1.0, 0.0),
        (1.16 + 0.04 * wide, 0.34),
        (0.74, 0.5),
        (0.36, 0.82),
        (0.14, 1.06),
    ]
    head = _head(canvas, coat, [*half, (0, 1.1)], rng)
    with canvas.inside(head):
        for side in (-1, 1):
            cheek = smooth(
                [
                    (side * 1.3, 0.2),
                    (side * 0.72, 0.2),
                    (side * 0.34, 0.38),
                    (side * 0.16, 0.8),
                    (side * 0.02, 1.2),
                    (side * 0.8, 1.1),
                ]
            )
            canvas.fill(cheek, coat.light)
    _eyes(canvas, mood, _slit_eye, 0.42, -0.04, 0.22, 0.17, coat.eyes, 0.7)
    if rng.uniform() < 0.5:
        _whiskers(canvas, coat, 0.6)
    canvas.fill(smooth([(-0.15, 0.84), (0, 0.8), (0.15, 0.84), (0, 1.02)]), _BLACK)


def _rabbit(canvas: Canvas, coat: Coat, mood: str, rng: np.random.RandomState) -> None:
    lean = rng.uniform(4, 16)
    long = rng.uniform(0.66, 0.8)
    with canvas.shifted(0, 0.22, 0.86):
        for side in (-1, 1):
            turn = side * lean
            x, y = side * (0.34 + lean / 100), -1.2
            canvas.fill(oval(x, y, 0.25, long, turn), coat.ears, coat.edge)
            canvas.fill(oval(x, y + 0.06, 0.13, long * 0.74, turn), _PINK)
        half = [
            (0, -0.8),
            (0.42, -0.74),
            (0.74, -0.36),
            (0.86, 0.14),
            (0.84, 0.52),
            (0.5, 0.84),
        ]
        _head(canvas, coat, [*half, (0, 0.92)], rng)
        for side in (-1, 1):
            canvas.fill(oval(side * 0.18, 0.46, 0.26, 0.22), coat.light)
        _eyes(canvas, mood, _round_eye, 0.48, -0.08, 0.21, shaded(coat.eyes, -0.3), 0.6)
        if rng.uniform() < 0.6:
            _whiskers(canvas, coat, 0.48)
        canvas.fill(smooth([(-0.1, 0.28), (0.1, 0.28), (0, 0.4)]), _PINK, _BLACK)
        tooth = [(0.01, 0.6), (0.12, 0.6), (0.11, 0.84), (0.01, 0.84)]
        _both(canvas, Canvas.fill, tooth, _WHITE, (110, 106, 110))
        _mouth(canvas, 0.4, 0.24, 0.14)


def _bear(canvas: Canvas, coat: Coat, mood: str, rng: np.random.RandomState) -> None:
    wide, tall, _ = rng.uniform(-1, 1, 3)
    radius = 0.34 + 0.03 * tall
    for side in (-1, 1):
        x, y = side * (0.74 + 0.03 * wide), -0.72
        canvas.fill(oval(x, y, radius, radius), coat.ears, coat.edge)
        canvas.fill(
            oval(x, y + 0.03, radius * 0.58, radius * 0.58),
            mixed(coat.dark, _PINK, 0.3),
        )
    half = [
        (0, -0.86),
        (0.5, -0.8),
        (0.9, -0.42),
        (1.02, 0.1),
        (0.9, 0.56),
        (0.5, 0.88),
    ]
    _head(canvas, coat, [*half, (0, 0.96)], rng)
    canvas.fill(oval(0, 0.42, 0.45, 0.36), coat.light)
    canvas.fill(oval(0, 0.24, 0.2, 0.14), _BLACK)
    canvas.fill(oval(-0.06, 0.2, 0.06, 0.03), (150, 146, 150))
    _mouth(canvas, 0.38, 0.22, 0.16)
    _eyes(canvas, mood, _round_eye, 0.39, -0.1, 0.16, shaded(coat.eyes, -0.45), 0.65)


_HEADS = {"cat": _cat, "dog": _dog, "fox": _fox, "rabbit": _rabbit, "bear": _bear}
_TAILS = {"cat": "long", "dog": "long", "fox": "bushy", "rabbit": "puff", "bear": ""}
ANIMALS = tuple(_HEADS)


def draw_animal(
    canvas: Canvas,
    kind: str,
    coat: Coat,
    mood: str,
    extra: tuple[str, Colour],
    rng: np.random.RandomState,
) -> None:
    """Draw an animal that sits and looks at us.

    The canvas's pen stands where the middle of the face goes; the unit is half of the
    head's width. With `mood` "happy" both eyes are shut; `extra` is what it wears and
    in which colour; `rng` makes the small differences between two animals of a kind.
    """
    _body(canvas, coat, _TAILS[kind])
    wears, colour = extra
    if wears == "collar":
        _collar(canvas, colour)
    _HEADS[kind](canvas, coat, mood, rng)
    if wears == "glasses":
        _glasses(canvas, colour)
    elif wears == "bow":
        _bow(canvas, colour)
