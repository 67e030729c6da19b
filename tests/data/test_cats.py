"""The drawn cats: what the datasheet promises holds for the file."""

import importlib.util
import itertools
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from helpers.datasets import load_cat_inputs, load_cat_runs, load_cats
from helpers.drawings import Factors, draw, random_factors
from helpers.drawings.animals import ANIMALS
from helpers.drawings.choices import MARKINGS, RANGES, STRESS
from helpers.drawings.things import THINGS
from helpers.statistics import paired_difference

FOLDER = Path(__file__).parents[2] / "data"
SETS = ("train", "validation", "test", "stress")
SIZES = {"train": 600, "validation": 300, "test": 1000, "stress": 602}


def script(name):
    """Import a script of the data folder."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cats():
    """Return the data set."""
    return load_cats()


@pytest.fixture(scope="module")
def inputs():
    """Return what the nets train on."""
    return load_cat_inputs()


@pytest.mark.parametrize("name", SETS)
def test_half_of_each_set_are_cats(cats, name):
    """Sizes are as promised and always saying cat is right half of the time."""
    pictures, labels = getattr(cats, f"{name}_x"), getattr(cats, f"{name}_y")

    assert len(pictures) == labels.size == SIZES[name]
    assert labels.sum() == SIZES[name] / 2


@pytest.mark.parametrize("name", SETS)
def test_the_label_is_that_of_the_kind(cats, name):
    """A picture is a cat exactly if it was drawn as one."""
    kinds = cats.factors[name]["kind"]

    assert ((kinds == "cat") == (getattr(cats, f"{name}_y").ravel() == 1)).all()


def test_the_others_are_hard_animals_and_things(cats):
    """Every other kind is there in training and in test."""
    others = {*ANIMALS, *THINGS} - {"cat"}

    for name in ("train", "test"):
        assert set(cats.factors[name]["kind"]) == others | {"cat"}


def test_no_picture_is_there_twice(cats):
    """All pictures of all sets differ."""
    everything = [p.tobytes() for name in SETS for p in getattr(cats, f"{name}_x")]

    assert len(set(everything)) == len(everything) == sum(SIZES.values())


def test_no_test_picture_is_nearly_a_training_picture(cats):
    """The closest pair of training and test is still plainly different."""
    small = {
        name: getattr(cats, f"{name}_x")
        .reshape(-1, 16, 4, 16, 4, 3)
        .mean(axis=(2, 4))
        .reshape(SIZES[name], -1)
        for name in ("train", "test")
    }
    squares = {name: (x**2).sum(axis=1) for name, x in small.items()}
    products = small["test"] @ small["train"].T
    distances = squares["test"][:, None] + squares["train"] - 2 * products

    # Root mean square of the 768 differences, in shades of 255.
    assert np.sqrt(distances.min() / 768) > 10


def test_no_seed_is_shared(cats):
    """Each picture of each set has a seed of its own."""
    seeds = np.concatenate([cats.factors[name]["seed"] for name in SETS])

    assert len(np.unique(seeds)) == len(seeds)


@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_ordinary_factors_stay_in_their_ranges(cats, name):
    """What the slider figure calls the range of the training pictures is it."""
    for factor, (low, high) in RANGES.items():
        values = cats.factors[name][factor]

        assert values.min() >= low
        assert values.max() <= high
        if low < high:
            assert values.max() - values.min() > 0.9 * (high - low)


def test_one_factor_at_a_time_is_stressed(cats):
    """One factor of each stress picture is out of range and no other."""
    factors = cats.factors["stress"]
    for i, stress in enumerate(factors["stress"]):
        beyond = {
            name.removesuffix("_x").removesuffix("_y")
            for name, (low, high) in RANGES.items()
            if not low <= factors[name][i] <= high
        }

        assert beyond == {stress}


def test_the_stress_set_is_balanced_within_each_factor(cats):
    """Each factor has as many cats as others, and how far it went is stored."""
    factors = cats.factors["stress"]
    for stress, (low, high) in STRESS.items():
        chosen = factors["stress"] == stress
        amounts = factors["amount"][chosen]
        if stress == "scale":
            amounts = np.maximum(amounts, 1 / amounts)

        assert cats.stress_y.ravel()[chosen].mean() == 0.5
        assert low - 1e-3 <= amounts.min() < amounts.max() <= high + 1e-3


def test_stored_factors_give_the_stored_pictures(cats):
    """Drawing again gives the picture; another Pillow may round otherwise."""
    names = Factors.__dataclass_fields__
    for name in SETS:
        table = cats.factors[name]
        for i in (0, 7, 100):
            factors = Factors(**{key: table[key][i].item() for key in names})
            again = draw(factors).astype(float)
            stored = getattr(cats, f"{name}_x")[i]

            assert np.abs(again - stored).mean() < 2


def test_the_plan_of_the_script_is_what_was_stored(cats):
    """data/make_cats.py would draw the same factors again."""
    make_cats = script("make_cats")
    for stored, name in zip(("train", "val", "test", "stress"), SETS, strict=True):
        for i, (factors, stress, _) in enumerate(
            itertools.islice(make_cats.plan(stored), 25)
        ):
            table = cats.factors[name]

            assert factors.seed == table["seed"][i]
            assert factors.coat == table["coat"][i]
            assert factors.angle == pytest.approx(table["angle"][i], abs=1e-9)
            assert stress == ("" if name != "stress" else table["stress"][i])


def test_equal_factors_give_equal_pictures():
    """The drawing has no state and no randomness of its own."""
    for seed in range(4):
        factors = random_factors(seed, cat=seed % 2 == 0)

        np.testing.assert_array_equal(draw(factors), draw(factors))


@pytest.mark.parametrize("kind", [*ANIMALS, *THINGS])
def test_every_kind_can_be_drawn_in_every_marking(kind):
    """Each drawing shows its subject: it differs from the empty background."""
    empty = draw(Factors(kind="nothing"))
    for marking in MARKINGS:
        picture = draw(Factors(kind=kind, marking=marking))

        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.uint8
        assert (picture != empty).any(axis=2).mean() > 0.2


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"kind": "dog"},
        {"coat": "black"},
        {"marking": "patch"},
        {"eyes": "blue"},
        {"mood": "happy"},
        {"extra": "glasses"},
        {"background": "dots"},
        {"negative": True},
        {"shift_x": 0.1},
        {"shift_y": 0.1},
        {"angle": 20.0},
        {"scale": 1.2},
        {"light": 0.5},
        {"contrast": 0.5},
        {"occlusion": 0.3},
        {"body": 0.5},
    ],
)
def test_every_factor_changes_the_picture(change):
    """No factor is stored that does nothing."""
    assert (draw(Factors()) != draw(Factors(**change))).any()


def test_a_new_background_leaves_the_animal_as_it_was():
    """The middle of the face does not depend on what is behind it."""
    first, second = (
        draw(Factors(seed=5, background=name)) for name in ("plain", "dots")
    )

    np.testing.assert_array_equal(first[25:45, 22:42], second[25:45, 22:42])


def test_a_negative_turns_the_colours_round():
    """Light becomes dark, up to the rounding to few levels."""
    picture = draw(Factors()).astype(int)
    negative = draw(Factors(negative=True)).astype(int)

    assert np.abs(255 - picture - negative).max() <= 12


def test_colour_and_background_do_not_tell_the_label(cats):
    """Coats, eyes, backgrounds and negatives are spread alike over cats and others.

    The shares among 950 cats and 950 others may differ by chance: by less than
    five standard errors.
    """
    for factor in ("coat", "eyes", "background", "negative"):
        values = np.concatenate([cats.factors[name][factor] for name in SETS[:3]])
        kinds = np.concatenate([cats.factors[name]["kind"] for name in SETS[:3]])
        for value in np.unique(values):
            hits = values == value
            share = hits.mean()
            error = np.sqrt(share * (1 - share) * 2 / 950)
            gap = hits[kinds == "cat"].mean() - hits[kinds != "cat"].mean()

            assert abs(gap) < 5 * error, f"{factor} {value}"


def test_mean_colours_do_not_tell_the_label(cats):
    """The closest class mean of (red, green, blue) is hardly better than guessing."""
    train = cats.train_x.mean(axis=(1, 2))
    test = cats.test_x.mean(axis=(1, 2))
    labels = cats.train_y.ravel()
    middles = [train[labels == label].mean(axis=0) for label in (0, 1)]
    distances = [((test - middle) ** 2).sum(axis=1) for middle in middles]
    guesses = distances[1] < distances[0]

    assert abs((guesses == cats.test_y.ravel()).mean() - 0.5) < 0.08


@pytest.mark.slow
def test_logistic_regression_does_what_the_datasheet_says(inputs):
    """It reaches 65 to 78 % on the test set: the template is not enough."""
    measure = script("measure_cats")
    begin = measure.start(3072, (), 0)

    trained = measure.train(inputs.train_x, inputs.train_y, begin, 0.005, steps=400)

    chances = measure.probability(inputs.test_x, trained)
    accuracy = ((chances > 0.5) == inputs.test_y.ravel()).mean()
    assert 0.65 < accuracy < 0.78


def test_every_stored_net_is_far_above_logistic_regression(cats):
    """At least 10 points, by more than 5 standard errors, and under 95 %."""
    runs = load_cat_runs()
    labels = cats.test_y > 0.5
    plain = (runs["logistic"][0].test_probability > 0.5) == labels

    assert 0.65 < plain.mean() < 0.78
    for run in (*runs["7"], *runs["20"], *runs["20-7-5"]):
        right = (run.test_probability > 0.5) == labels
        mean, error = paired_difference(right.ravel(), plain.ravel())

        assert mean > 0.10
        assert mean > 5 * error
        assert right.mean() < 0.95


def test_the_stored_runs_begin_as_a_new_run_does(inputs):
    """The first 50 steps of a stored start give the stored costs again."""
    measure = script("measure_cats")
    stored = load_cat_runs()["7"][0]
    begin = measure.start(3072, (7,), stored.start)
    costs = {}

    measure.train(
        inputs.train_x,
        inputs.train_y,
        begin,
        stored.rate,
        steps=50,
        watch=lambda step, cost, parameters: costs.update({step: cost}),
    )

    again = [costs[step] for step in stored.steps[:3]]
    assert stored.steps[:3].tolist() == [0, 25, 50]
    np.testing.assert_allclose(again, stored.cost[:3], rtol=1e-5, atol=0)


def test_the_files_are_small():
    """The pictures stay under 15 MB and nothing else comes near."""
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.h5")}

    assert sizes["cats.h5"] < 8e6
    assert sum(sizes.values()) < 15e6


def test_the_datasheet_has_the_checksums_of_the_files():
    """Who changes a data file has to measure again."""
    measure = script("measure_cats")
    datasheet = (FOLDER / "README.md").read_text(encoding="utf-8")

    for line in measure.checksum_table():
        assert line in datasheet


def test_the_datasheet_has_the_accuracies_of_the_stored_runs(cats):
    """The numbers in the text are those of data/cat_runs.h5."""
    measure = script("measure_cats")
    datasheet = (FOLDER / "README.md").read_text(encoding="utf-8")
    runs = {
        (name, run.start): {
            key: np.ravel(value)
            for key, value in vars(run).items()
            if isinstance(value, np.ndarray)
        }
        for name, starts in load_cat_runs().items()
        for run in starts
    }

    tables = measure.accuracy_table(cats, runs) + measure.stress_table(cats, runs)

    missing = [line for line in tables if line not in datasheet]
    assert missing == []


def test_the_layout_is_the_classic_one():
    """Code written for the classic files finds the arrays it expects."""
    with h5py.File(FOLDER / "cats.h5") as file:
        assert file["train_set_x"].shape == (600, 64, 64, 3)
        assert file["train_set_y"].shape == (600,)
        assert file["train_set_y"].dtype == np.int64
        assert file["test_set_x"].dtype == np.uint8
        assert file["list_classes"][:].tolist() == [b"not a cat", b"cat"]


def test_the_contact_sheets_show_the_stored_pictures(cats):
    """The first picture of each set stands in its corner of data/cats.png."""
    sheet = np.asarray(Image.open(FOLDER / "cats.png").convert("RGB")).astype(float)
    half = sheet.shape[1] // 2 + 8
    corners = [(28, 4), (28, half + 4), (28 + 712, 4), (28 + 712, half + 4)]
    for (y, x), name in zip(corners, SETS, strict=True):
        shown = sheet[y : y + 64, x : x + 64]

        assert np.abs(shown - getattr(cats, f"{name}_x")[0]).mean() < 0.01


@pytest.mark.skipif(
    not os.environ.get("CLASSIC_CATS"),
    reason="CLASSIC_CATS does not name the folder of the classic pair of files",
)
def test_the_classic_pair_is_loaded():
    """The classic files give the classic arrays, with labels as floats."""
    classic = load_cats(os.environ["CLASSIC_CATS"])

    assert classic.train_x.shape == (209, 64, 64, 3)
    assert classic.test_x.shape == (50, 64, 64, 3)
    assert classic.train_y.dtype == np.float64
    assert (classic.train_y.sum(), classic.test_y.sum()) == (72, 33)
    assert classic.classes == ("non-cat", "cat")
