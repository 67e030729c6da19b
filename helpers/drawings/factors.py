"""What a drawing depends on, and how the factors of a set are chosen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helpers.drawings.animals import ANIMALS
from helpers.drawings.choices import (
    BACKGROUNDS,
    COATS,
    EXTRA_SHARES,
    EXTRAS,
    EYES,
    MARKINGS,
    MOOD_SHARES,
    MOODS,
    NEGATIVES,
    OTHERS,
    RANGES,
    STRESS,
)
from helpers.drawings.things import THINGS


@dataclass(frozen=True)
class Factors:
    """All that a drawing depends on: equal factors give equal images.

    Things are plain and awake and wear nothing.

    Attributes
    ----------
    kind : str
        "cat", another animal, a thing, or "nothing" for an empty background.
    seed : int
        The small differences between two drawings of a kind.
    coat, marking, eyes, mood, extra, background : str
        One of `COATS`, `MARKINGS`, `EYES`, `MOODS`, `EXTRAS`, `BACKGROUNDS`.
    negative : bool
        Whether the colours are turned round, as in a film negative.
    shift_x, shift_y : float
        To the right and down, in widths of the image.
    angle : float
        Turn in degrees, clockwise.
    scale : float
        Size; 1 is usual.
    light : float
        Where the light comes from: -1 left, 0 front, 1 right.
    contrast : float
        Distance of the colours from grey; 1 is usual.
    occlusion : float
        Share of the image behind a board, from one side.
    body : float
        From 0, a portrait, to 1, the whole animal.
    """

    kind: str = "cat"
    seed: int = 0
    coat: str = "orange"
    marking: str = "stripes"
    eyes: str = "green"
    mood: str = "awake"
    extra: str = "nothing"
    background: str = "plain"
    negative: bool = False
    shift_x: float = 0.0
    shift_y: float = 0.0
    angle: float = 0.0
    scale: float = 1.0
    light: float = 0.0
    contrast: float = 1.0
    occlusion: float = 0.0
    body: float = 0.0


def _choice(rng: np.random.RandomState, names: Iterable[str]) -> str:
    names = tuple(names)
    return names[rng.randint(len(names))]


def random_factors(seed: int, cat: bool) -> Factors:
    """Return the factors of an ordinary image.

    They lie within `RANGES`; `seed` decides everything, and no two images share one.
    """
    rng = np.random.RandomState(seed)
    if cat:
        kind = "cat"
    else:
        others = tuple(OTHERS)
        kind = others[rng.choice(len(others), p=tuple(OTHERS.values()))]
        kind = _choice(rng, THINGS) if kind == "thing" else kind
    measures = {
        name: round(float(rng.uniform(*ends)), 4) for name, ends in RANGES.items()
    }
    factors = Factors(
        kind=kind,
        seed=seed,
        coat=_choice(rng, COATS),
        marking=_choice(rng, MARKINGS),
        eyes=_choice(rng, EYES),
        mood=MOODS[rng.choice(3, p=MOOD_SHARES)],
        extra=EXTRAS[rng.choice(4, p=EXTRA_SHARES)],
        background=_choice(rng, BACKGROUNDS),
        negative=bool(rng.uniform() < NEGATIVES),
        **measures,
    )
    if kind in THINGS:
        factors = replace(factors, marking="plain", mood="awake", extra="nothing")
    return factors


def stressed_factors(seed: int, cat: bool, stress: str) -> tuple[Factors, float]:
    """Return the factors of an image in which one goes far beyond.

    With them comes how far that one, `stress` of `STRESS`, went: the distance of a
    shift, the size of an angle or a light, otherwise the factor itself. `seed` decides
    everything.
    """
    factors = random_factors(seed, cat)
    rng = np.random.RandomState(seed + 500_000_000)
    amount = round(float(rng.uniform(*STRESS[stress])), 4)
    sign = _sign(rng)
    if stress == "shift":
        turn = rng.uniform(0, 2 * np.pi)
        x, y = amount * np.cos(turn), amount * np.sin(turn)
        return replace(
            factors, shift_x=round(float(x), 4), shift_y=round(float(y), 4)
        ), amount
    if stress in ("angle", "light"):
        turned: dict[str, Any] = {stress: sign * amount}
        return replace(factors, **turned), amount
    if stress == "scale" and sign < 0:
        amount = round(1 / amount, 4)
    if stress == "body" and factors.kind in THINGS:
        # A thing has no body: another animal takes its place.
        factors = replace(factors, kind=_choice(rng, ANIMALS[1:]))
    changed: dict[str, Any] = {stress: amount}
    return replace(factors, **changed), amount


def _sign(rng: np.random.RandomState) -> int:
    return 1 if rng.uniform() < 0.5 else -1
