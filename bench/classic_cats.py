"""Train the solutions of assignment 03 on the classic cat files, to the end.

``python bench/classic_cats.py FOLDER`` wants the folder that holds
train_catvnoncat.h5 and test_catvnoncat.h5. About two minutes on a quiet machine;
it prints what comes out beside what was published, and fails if they differ.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from helpers.datasets import flatten_images, load_cats
from tests.assignments.solutions import solutions

# Function, widths, costs at 0, 100 and 2400, right on training and test, in %.
PUBLISHED = [
    ("two_layer_model", (12288, 7, 1), (0.693050, 0.646432, None), (100.0, 72.0)),
    (
        "L_layer_model",
        (12288, 20, 7, 5, 1),
        (0.771749, 0.672053, 0.092878),
        (98.6, 80.0),
    ),
]


def main(folder: str) -> int:
    """Train, print and compare.

    Parameters
    ----------
    folder : str
        Where the classic pair of files is.

    Returns
    -------
    int
        0 if all agrees, otherwise 1.
    """
    images = solutions("03_deep_network", "image_classification")
    classic = load_cats(folder)
    X, X_test = (flatten_images(p, 64) for p in (classic.train_x, classic.test_x))
    wrong = 0
    for name, dims, costs, shares in PUBLISHED:
        begin = time.perf_counter()
        np.random.seed(1)
        model, found = getattr(images, name)(
            X, classic.train_y, dims, 0.0075, 2500, print_cost=True
        )
        seconds = time.perf_counter() - begin
        reached = [
            100 * np.mean(images.predict(inputs, model) == labels)
            for inputs, labels in ((X, classic.train_y), (X_test, classic.test_y))
        ]
        print(
            f"{name}: {reached[0]:.1f} / {reached[1]:.1f} % in {seconds:.0f} s, "
            f"published {shares[0]:.1f} / {shares[1]:.1f} %"
        )
        # Costs drift in the fourth digit over thousands of steps.
        for cost, published in zip((found[0], found[1], found[24]), costs):
            wrong += published is not None and abs(cost / published - 1) > 1e-3
        wrong += any(abs(a - b) > 0.1 for a, b in zip(reached, shares))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
