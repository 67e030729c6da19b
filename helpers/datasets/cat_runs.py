"""Trainings on the cats that were run once and stored, to compare starts."""

from dataclasses import dataclass

import h5py
import numpy as np

from helpers.datasets.files import Expected, find_file, read_arrays

# Hidden layers by the name of the structure.
STRUCTURES: dict[str, tuple[int, ...]] = {
    "logistic": (),
    "7": (7,),
    "20": (20,),
    "20-7-5": (20, 7, 5),
}
_CURVES = ("cost", "train_accuracy", "validation_accuracy")
_CHANCES = ("validation_probability", "test_probability", "stress_probability")


@dataclass(frozen=True)
class CatRun:
    """One training on the 32 x 32 inputs, as ``data/measure_cats.py`` ran it.

    Attributes
    ----------
    structure : str
        One of ``"logistic"``, ``"7"``, ``"20"``, ``"20-7-5"``: the hidden layers.
    start : int
        Seed of the start; 0 for the zeros of logistic regression.
    rate : float
        Learning rate.
    steps : ndarray of shape (n,)
        When the curves were taken; the last is the last step.
    cost, train_accuracy, validation_accuracy : ndarray of shape (n,)
        The curves.
    validation_probability, test_probability, stress_probability : ndarray
        What the trained network says of each image, of shape (1, m).
    """

    structure: str
    start: int
    rate: float
    steps: np.ndarray
    cost: np.ndarray
    train_accuracy: np.ndarray
    validation_accuracy: np.ndarray
    validation_probability: np.ndarray
    test_probability: np.ndarray
    stress_probability: np.ndarray


def load_cat_runs() -> dict[str, list[CatRun]]:
    """Load the stored trainings.

    Returns
    -------
    dict of str to list of CatRun
        The starts of each structure: one of logistic regression, five of each
        network.

    Raises
    ------
    DataFileError
        If ``data/cat_runs.h5`` is missing or is not what it should be.

    Examples
    --------
    >>> {name: len(runs) for name, runs in load_cat_runs().items()}
    {'logistic': 1, '7': 5, '20': 5, '20-7-5': 5}
    """
    path = find_file("cat_runs.h5")
    runs: dict[str, list[CatRun]] = {}
    with h5py.File(path, "r") as file:
        stored = {name: sorted(file.get(name, ()), key=int) for name in STRUCTURES}
        rates = {
            (name, start): float(file[name][start].attrs["rate"])
            for name, starts in stored.items()
            for start in starts
        }
    for (name, start), rate in rates.items():
        expected = {f"{name}/{start}/steps": Expected((None,), "i", "int64")}
        for part in (*_CURVES, *_CHANCES):
            expected[f"{name}/{start}/{part}"] = Expected((None,), "f", "float32")
        steps, *values = read_arrays(path, expected).values()
        curves = [np.asarray(value, np.float64) for value in values]
        chances = [curve.reshape(1, -1) for curve in curves[len(_CURVES) :]]
        run = CatRun(name, int(start), rate, steps, *curves[: len(_CURVES)], *chances)
        runs.setdefault(name, []).append(run)
    return runs


def load_cat_sweep() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Load how many iterations each network needed at several learning rates.

    Returns
    -------
    rates : ndarray of shape (n_rates,)
        Learning rates.
    counts : dict of str to ndarray of shape (n_rates, 5)
        Iterations until the cost is below 0.02, for five starts of each network;
        nan where 1000 iterations were not enough.

    Raises
    ------
    DataFileError
        If ``data/cat_runs.h5`` is missing or is not what it should be.

    Examples
    --------
    >>> rates, counts = load_cat_sweep()
    >>> rates.tolist(), counts["7"].shape
    ([0.1, 0.2, 0.4, 0.8, 1.6], (5, 5))
    """
    expected = {"sweep/rates": Expected((None,), "f", "float64")}
    names = [name for name, hidden in STRUCTURES.items() if hidden]
    for name in names:
        expected[f"sweep/{name}"] = Expected((None, 5), "i", "int64")
    rates, *counts = read_arrays(find_file("cat_runs.h5"), expected).values()
    return rates, {
        name: np.where(count < 0, np.nan, count)
        for name, count in zip(names, counts, strict=True)
    }
