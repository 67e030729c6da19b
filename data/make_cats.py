"""Draw the pictures of cats.h5 and its contact sheets.

    python data/make_cats.py [--out FOLDER]

Everything follows from the seeds: a second run on the same versions of Pillow
and NumPy gives the same arrays.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import h5py
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from helpers.drawings import Factors, draw, random_factors, stressed_factors
from helpers.drawings.choices import STRESS
from helpers.progress import progress

# The seed of a set's first picture; the ranges do not meet.
FIRST_SEED = {"train": 10_000, "val": 20_000, "test": 30_000, "stress": 40_000}
SIZES = {"train": 600, "val": 300, "test": 1000}
PER_STRESS = 86
CLASSES = (b"not a cat", b"cat")


def plan(name: str) -> Iterator[tuple[Factors, str, float]]:
    """Yield the factors of each picture of a set, cats and others mixed.

    Parameters
    ----------
    name : str
        "train", "val", "test" or "stress".

    Yields
    ------
    Factors
        How the picture is drawn.
    str
        The factor that goes beyond ("" outside of the stress set).
    float
        How far (0 outside of the stress set).
    """
    first = FIRST_SEED[name]
    if name == "stress":
        wanted = [
            (stress, number % 2 == 0)
            for stress in STRESS
            for number in range(PER_STRESS)
        ]
    else:
        wanted = [("", number % 2 == 0) for number in range(SIZES[name])]
    order = np.random.RandomState(first).permutation(len(wanted))
    for seed, place in enumerate(order, start=first):
        stress, cat = wanted[place]
        if stress:
            factors, amount = stressed_factors(seed, cat, stress)
            yield factors, stress, amount
        else:
            yield random_factors(seed, cat), "", 0.0


def make_set(name: str) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Draw a set.

    Parameters
    ----------
    name : str
        "train", "val", "test" or "stress".

    Returns
    -------
    pictures : ndarray of shape (m, 64, 64, 3), dtype uint8
    labels : ndarray of shape (m,), dtype int64
        1 for a cat.
    factors : dict of str to ndarray of shape (m,)
        How each picture was drawn.
    """
    rows = list(plan(name))
    pictures = np.stack([draw(row[0]) for row in progress(rows, f"drawing {name}")])
    labels = np.array([row[0].kind == "cat" for row in rows], dtype=np.int64)
    table = [asdict(factors) for factors, _, _ in rows]
    columns = {key: [entry[key] for entry in table] for key in table[0]}
    if name == "stress":
        columns["stress"] = [stress for _, stress, _ in rows]
        columns["amount"] = [amount for _, _, amount in rows]
    factors = {key: _column(values) for key, values in columns.items()}
    return pictures, labels, factors


def _column(values: list) -> np.ndarray:
    column = np.array(values)
    if column.dtype.kind == "U":
        return column.astype("S")
    return column


def write(path: Path, sets: dict) -> None:
    """Write the sets in the classic layout, the factors in a group beside each."""
    packed = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
    with h5py.File(path, "w", track_order=True) as file:
        file.create_dataset("list_classes", data=np.array(CLASSES), track_times=False)
        for name, (pictures, labels, factors) in sets.items():
            file.create_dataset(
                f"{name}_set_x",
                data=pictures,
                chunks=(50, 64, 64, 3),
                track_times=False,
                **packed,
            )
            file.create_dataset(f"{name}_set_y", data=labels, track_times=False)
            group = file.create_group(f"{name}_set_factors")
            for key, values in factors.items():
                group.create_dataset(key, data=values, track_times=False)


def contact_sheets(sets: dict) -> Image.Image:
    """Return 100 pictures of each set under the set's name, two sets a row."""
    cell, gap, header = 64, 4, 28
    side = 10 * (cell + gap) + gap
    sheet = Image.new("RGB", (2 * side + 16, 2 * (side + header)), "white")
    draw_text = ImageDraw.Draw(sheet).text
    for number, (name, (pictures, _, _)) in enumerate(sets.items()):
        top, left = number // 2 * (side + header), number % 2 * (side + 16)
        title = f"{name}: 100 of {len(pictures)}"
        draw_text((left + gap, top + 6), title, "black", ImageFont.load_default(16))
        for place, picture in enumerate(pictures[:100]):
            row, column = divmod(place, 10)
            corner = (
                left + gap + column * (cell + gap),
                top + header + row * (cell + gap),
            )
            sheet.paste(Image.fromarray(picture), corner)
    return sheet


def main() -> None:
    """Make cats.h5 and cats.png."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    out = parser.parse_args().out
    sets = {name: make_set(name) for name in FIRST_SEED}
    write(out / "cats.h5", sets)
    contact_sheets(sets).save(out / "cats.png", optimize=True)


if __name__ == "__main__":
    main()
