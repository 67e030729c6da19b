"""Train the classifiers of the datasheet and write down what they reach.

    python data/measure_cats.py

Makes data/cat_runs.h5 (five starts of each net, with their curves and their
probabilities for each picture) and the tables between the comments of
data/README.md. About five minutes on a quiet machine.
"""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import h5py
import numpy as np

from helpers import networks
from helpers.datasets import Cats, flatten_images, load_cats
from helpers.datasets.cat_runs import STRUCTURES
from helpers.drawings import Factors, draw
from helpers.progress import progress
from helpers.statistics import paired_difference, wilson_interval

FOLDER = Path(__file__).parent

STARTS = (1, 2, 3, 4, 5)
STEPS = 2000
ENOUGH = 0.02
EVERY = 25
# Of the networks: the one of the sweep with the fewest iterations on average.
RATES = {"logistic": 0.005, "7": 0.8, "20": 0.8, "20-7-5": 0.4}
SWEEP = (0.1, 0.2, 0.4, 0.8, 1.6)
SWEEP_STEPS = 1000
# The cues are measured on inputs of other kinds, which need smaller steps.
CUE_RATES = {"logistic": 0.005, "20": 0.05}


def start(n_x: int, hidden: tuple[int, ...], seed: int) -> dict[str, np.ndarray]:
    """Return zeros for one layer, otherwise normal weights / sqrt(n).

    Parameters
    ----------
    n_x : int
        Inputs.
    hidden : tuple of int
        Units of the hidden layers.
    seed : int
        Of NumPy's legacy generator.

    Returns
    -------
    dict of str to ndarray
        ``W1``, ``b1``, ...
    """
    dims = (n_x, *hidden, 1)
    rng = np.random.RandomState(seed)
    parameters = {}
    for layer, (n, above) in enumerate(itertools.pairwise(dims), start=1):
        weights = rng.randn(above, n) / np.sqrt(n)
        parameters[f"W{layer}"] = weights if hidden else np.zeros((above, n))
        parameters[f"b{layer}"] = np.zeros((above, 1))
    return parameters


def train(
    X: np.ndarray,
    Y: np.ndarray,
    parameters: dict[str, np.ndarray],
    rate: float,
    steps: int = STEPS,
    watch: Callable[[int, float, dict], None] | None = None,
) -> dict[str, np.ndarray]:
    """Take steps of gradient descent until the cost is low enough.

    Parameters
    ----------
    X : ndarray of shape (n_x, m)
    Y : ndarray of shape (1, m)
    parameters : dict of str to ndarray
        Where to start; not changed.
    rate : float
        Learning rate.
    steps : int
        At most so many.
    watch : callable, optional
        Called with step, cost and parameters before each step, and at the end.

    Returns
    -------
    dict of str to ndarray
        Where it ended.
    """
    parameters = {name: value.copy() for name, value in parameters.items()}
    for step in range(steps + 1):
        AL, caches = networks.forward_propagation(X, parameters)
        cost = networks.compute_cost(AL, Y)
        if watch is not None:
            watch(step, cost, parameters)
        if cost < ENOUGH or step == steps:
            break
        grads = networks.backward_propagation(AL, Y, caches)
        for name in parameters:
            parameters[name] -= rate * grads[f"d{name}"]
    return parameters


def probability(X: np.ndarray, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """Return what a net says, of shape (m,)."""
    return networks.forward_propagation(X, parameters)[0].ravel()


def run(inputs: dict, name: str, seed: int) -> tuple[dict, dict[str, np.ndarray]]:
    """Train one start of one structure.

    Parameters
    ----------
    inputs : dict of str to ndarray
        ``train_x``, ``train_y``, ``validation_x``, ...
    name : str
        One of `STRUCTURES`.
    seed : int
        The start.

    Returns
    -------
    dict
        Curves and probabilities, as `helpers.datasets.CatRun` holds them.
    dict of str to ndarray
        The trained parameters.
    """
    steps, costs, training, validation = [], [], [], []
    last = {}

    def watch(step: int, cost: float, parameters: dict) -> None:
        last.update(step=step, cost=cost)
        if step % EVERY == 0:
            note(parameters)

    def note(parameters: dict) -> None:
        steps.append(last["step"])
        costs.append(last["cost"])
        for part, curve in (("train", training), ("validation", validation)):
            X, Y = inputs[f"{part}_x"], inputs[f"{part}_y"]
            curve.append(networks.accuracy(X, Y, parameters))

    X, Y = inputs["train_x"], inputs["train_y"]
    begin = start(len(X), STRUCTURES[name], seed)
    parameters = train(X, Y, begin, RATES[name], watch=watch)
    if last["step"] != steps[-1]:
        note(parameters)
    curves = {
        "steps": np.array(steps),
        "cost": np.array(costs),
        "train_accuracy": np.array(training),
        "validation_accuracy": np.array(validation),
    }
    for part in ("validation", "test", "stress"):
        chances = probability(inputs[f"{part}_x"], parameters)
        curves[f"{part}_probability"] = chances
    return curves, parameters


def write_runs(
    path: Path, runs: dict[tuple[str, int], dict], sweep: dict[str, np.ndarray]
) -> None:
    """Write the runs, a group for each structure and start, and the sweep."""
    with h5py.File(path, "w", track_order=True) as file:
        group = file.create_group("sweep")
        group.create_dataset("rates", data=np.array(SWEEP), track_times=False)
        for name, counts in sweep.items():
            group.create_dataset(name, data=counts, track_times=False)
        for (name, seed), arrays in runs.items():
            group = file.create_group(f"{name}/{seed}")
            group.attrs["rate"] = RATES[name]
            for key, values in arrays.items():
                group.create_dataset(
                    key,
                    data=values.astype(np.int64 if key == "steps" else np.float32),
                    track_times=False,
                )


def measure_sweep(inputs: dict) -> dict[str, np.ndarray]:
    """Count iterations until the cost is low enough, for several learning rates.

    Parameters
    ----------
    inputs : dict of str to ndarray
        ``train_x``, ``train_y``.

    Returns
    -------
    dict of str to ndarray of shape (rates, starts), dtype int64
        By structure; -1 where `SWEEP_STEPS` iterations were not enough.
    """
    X, Y = inputs["train_x"], inputs["train_y"]
    names = [name for name in STRUCTURES if name != "logistic"]
    counts = {name: np.full((len(SWEEP), len(STARTS)), -1) for name in names}
    places = itertools.product(names, range(len(SWEEP)), range(len(STARTS)))
    for name, i, j in progress(list(places), "sweep over learning rates"):
        last = {}

        def watch(step: int, cost: float, parameters: dict, last: dict = last) -> None:
            last.update(step=step, cost=cost)

        begin = start(len(X), STRUCTURES[name], STARTS[j])
        train(X, Y, begin, SWEEP[i], SWEEP_STEPS, watch)
        if last["cost"] < ENOUGH:
            counts[name][i, j] = last["step"]
    return counts


def redrawn(cats: Cats, part: str, **changes: object) -> np.ndarray:
    """Draw a set again with some of its factors changed.

    Parameters
    ----------
    cats : Cats
        The data set.
    part : str
        "train", "test", ...
    **changes : object
        Values of `Factors`.

    Returns
    -------
    ndarray of shape (m, 64, 64, 3), dtype uint8
        The pictures.
    """
    table = cats.factors[part]
    names = [field.name for field in fields(Factors)]
    pictures = []
    for i in progress(range(len(table["seed"])), f"drawing {part} with {changes}"):
        factors = Factors(**{name: table[name][i].item() for name in names})
        pictures.append(draw(replace(factors, **changes)))
    return np.stack(pictures)


def colours_only(pictures: np.ndarray) -> np.ndarray:
    """Return the fraction of each of 64 colours in each image: no shape at all."""
    levels = (pictures // 64).astype(int)
    codes = levels[..., 0] * 16 + levels[..., 1] * 4 + levels[..., 2]
    codes = codes.reshape(len(codes), -1)
    return np.stack([np.bincount(row, minlength=64) for row in codes], axis=1) / 409.6


def grey(pictures: np.ndarray) -> np.ndarray:
    """Take the colours away."""
    shades = pictures @ np.array([0.299, 0.587, 0.114])
    return np.repeat(shades[..., np.newaxis], 3, axis=-1)


def percent(value: float) -> str:
    """Write a share as in "91.3"."""
    return f"{100 * value:.1f}"


def share(right: np.ndarray) -> str:
    """Write an accuracy with its 95 % interval."""
    low, high = wilson_interval(int(right.sum()), right.size)
    return f"{percent(right.mean())} ({percent(low)} to {percent(high)})"


def measure_runs(cats: Cats) -> tuple[dict, dict]:
    """Train everything on the 32 x 32 inputs.

    Returns
    -------
    dict of (str, int) to dict
        What `run` measured, by structure and start.
    dict of (str, int) to dict of str to ndarray
        The trained parameters.
    """
    inputs = vars(cats.inputs(32))
    wanted = [("logistic", 0)]
    wanted += [
        (name, seed) for name in STRUCTURES if name != "logistic" for seed in STARTS
    ]
    runs, trained = {}, {}
    for name, seed in progress(wanted, "training"):
        runs[name, seed], trained[name, seed] = run(inputs, name, seed)
    return runs, trained


def accuracy_table(cats: Cats, runs: dict) -> list[str]:
    """Return the accuracies, and their differences to logistic regression."""
    labels = cats.test_y.ravel() > 0.5
    right = {key: (r["test_probability"] > 0.5) == labels for key, r in runs.items()}
    plain = right["logistic", 0]
    lines = [
        "| classifier | initialization | iterations | training % | validation % "
        "| test % (95 % interval) | above logistic regression, points (s.e.) |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, seed), curves in runs.items():
        dims = ", ".join(map(str, ("n", *STRUCTURES[name], 1)))
        above = ""
        if name != "logistic":
            mean, error = paired_difference(right[name, seed], plain)
            above = f"{100 * mean:.1f} ({100 * error:.1f})"
        lines.append(
            f"| [{dims}] | {seed or 'zeros'} | {curves['steps'][-1]} "
            f"| {percent(curves['train_accuracy'][-1])} "
            f"| {percent(curves['validation_accuracy'][-1])} "
            f"| {share(right[name, seed])} | {above} |"
        )
    return lines


def stress_table(cats: Cats, runs: dict) -> list[str]:
    """Return accuracies by stressed factor, means over the starts."""
    labels = cats.stress_y.ravel() > 0.5
    groups = cats.factors["stress"]["stress"]
    lines = [
        "| factor | " + " | ".join(STRUCTURES) + " |",
        "|---" * (len(STRUCTURES) + 1) + "|",
    ]
    for factor in sorted(set(groups.tolist())):
        means = []
        for name in STRUCTURES:
            right = [
                ((r["stress_probability"] > 0.5) == labels)[groups == factor].mean()
                for (other, _), r in runs.items()
                if other == name
            ]
            means.append(percent(np.mean(right)))
        lines.append(f"| {factor} | " + " | ".join(means) + " |")
    return lines


def cue_table(cats: Cats, trained: dict) -> list[str]:
    """Return what is left when a cue other than shape is taken away."""
    inputs = cats.inputs(32)
    labels = cats.test_y.ravel() > 0.5
    names = ("logistic", 0), ("20", 1)

    def judged(X: np.ndarray, key: tuple) -> np.ndarray:
        return (probability(X, trained[key]) > 0.5) == labels

    def trained_on(X: np.ndarray, Z: np.ndarray, name: str) -> np.ndarray:
        mean = X.mean(axis=1, keepdims=True)
        scale = np.sqrt(((X - mean) ** 2).mean()) / np.sqrt((inputs.train_x**2).mean())
        X, Z = (X - mean) / scale, (Z - mean) / scale
        begin = start(len(X), STRUCTURES[name], 1)
        parameters = train(X, cats.train_y, begin, CUE_RATES[name])
        return (probability(Z, parameters) > 0.5) == labels

    rows = {"nothing": [judged(inputs.test_x, key) for key in names]}
    changes = {
        "coats: all grey (test only)": {"coat": "grey"},
        "backgrounds: all plain (test only)": {"background": "plain"},
        "things worn: none (test only)": {"extra": "nothing"},
        "negatives: none (test only)": {"negative": False},
    }
    for words, change in changes.items():
        X = inputs.prepare(redrawn(cats, "test", **change))
        rows[words] = [judged(X, key) for key in names]
    pairs = {
        "colour: trained and tested in grey": [
            flatten_images(grey(p)) for p in (cats.train_x, cats.test_x)
        ],
        "shape: only the fractions of 64 colours": [
            colours_only(p) for p in (cats.train_x, cats.test_x)
        ],
        "subject: only the empty background": [
            flatten_images(redrawn(cats, part, kind="nothing"))
            for part in ("train", "test")
        ],
    }
    for words, (X, Z) in pairs.items():
        rows[words] = [trained_on(X, Z, name) for name, _ in names]
    lines = [
        "| taken away | logistic regression, test % | [n, 20, 1], test % |",
        "|---|---|---|",
    ]
    for words, results in rows.items():
        lines.append(f"| {words} | " + " | ".join(map(share, results)) + " |")
    return lines


def checksum_table() -> list[str]:
    """Return sizes and SHA-256 of the data files."""
    lines = ["| file | bytes | SHA-256 |", "|---|---|---|"]
    for path in sorted(FOLDER.glob("*.h5")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"| `{path.name}` | {path.stat().st_size} | `{digest}` |")
    return lines


def put(readme: Path, section: str, lines: list[str]) -> None:
    """Put lines between the marks of a section of the datasheet."""
    words = readme.read_text(encoding="utf-8")
    begin = words.index(f"<!-- begin {section} -->") + len(f"<!-- begin {section} -->")
    end = words.index(f"<!-- end {section} -->")
    middle = "\n\n" + "\n".join(lines) + "\n\n"
    readme.write_text(words[:begin] + middle + words[end:], encoding="utf-8")


def main() -> None:
    """Measure everything and write it down."""
    cats = load_cats()
    runs, trained = measure_runs(cats)
    write_runs(FOLDER / "cat_runs.h5", runs, measure_sweep(vars(cats.inputs(32))))
    readme = FOLDER / "README.md"
    put(readme, "accuracies", accuracy_table(cats, runs))
    put(readme, "stress", stress_table(cats, runs))
    put(readme, "cues", cue_table(cats, trained))
    put(readme, "checksums", checksum_table())


if __name__ == "__main__":
    main()
