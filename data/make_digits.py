"""Export the handwritten digits that scikit-learn ships to data/digits.h5.

Needs scikit-learn, which the course itself does not. Run it in any environment
that has scikit-learn and h5py:

    python data/make_digits.py

The pictures are scikit-learn's, in an order that is shuffled once with a fixed
seed and then cut: 1000 to train, 397 to validate, 400 to test.
"""

import hashlib
from pathlib import Path

import h5py
import numpy as np
from sklearn.datasets import load_digits

SIZES = {"train": 1000, "val": 397, "test": 400}
SEED = 8

SOURCE = (
    "Optical Recognition of Handwritten Digits, test part, E. Alpaydin and "
    "C. Kaynak, 1998, UCI Machine Learning Repository, "
    "https://doi.org/10.24432/C50P49, as shipped by scikit-learn "
    "(sklearn.datasets.load_digits)"
)
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"


def main() -> None:
    """Write data/digits.h5 beside this script and print its checksum."""
    digits = load_digits()
    order = np.random.RandomState(SEED).permutation(len(digits.target))
    images = digits.images[order].astype(np.uint8)
    labels = digits.target[order].astype(np.uint8)

    path = Path(__file__).with_name("digits.h5")
    start = 0
    with h5py.File(path, "w") as file:
        file.attrs["source"] = SOURCE
        file.attrs["licence"] = LICENCE
        for name, size in SIZES.items():
            part = slice(start, start + size)
            for kind, values in (("x", images), ("y", labels)):
                file.create_dataset(
                    f"{name}_set_{kind}",
                    data=values[part],
                    compression="gzip",
                    compression_opts=9,
                    shuffle=True,
                )
            start += size
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
