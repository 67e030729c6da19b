"""Figures of pictures, and the sliders of the drawn cats."""

import io

import numpy as np
import pytest
from PIL import Image

from helpers.datasets import load_cats
from helpers.drawings import Factors, draw
from helpers.plots.cats import (
    draw_your_own_cat,
    factor_words,
    plot_mistakes,
    plot_probability,
    plot_stress,
)
from helpers.plots.images import accuracy_by_group, gallery, plot_accuracy_by_group
from helpers.plots.weights import plot_weight_images
from helpers.statistics import wilson_interval


def columns(pictures):
    """Prepare pictures for the classifier below."""
    return pictures.reshape(len(pictures), -1).T / 255


def brightness(X):
    """Call bright pictures cats."""
    return X.mean(axis=0, keepdims=True)


def titles(figure):
    """Return the words above each panel."""
    return [panel.get_title(loc="center") for panel in figure.axes]


def test_the_gallery_shows_each_picture_once():
    """The picture of each panel is the one that was given, in order."""
    pictures = np.random.RandomState(1).randint(0, 256, (5, 8, 8, 3), dtype=np.uint8)

    figure = gallery(pictures, list("abcde"), columns=3, description="Five.")

    shown = [panel.images[0].get_array() for panel in figure.axes]
    np.testing.assert_array_equal(np.array(shown), pictures)
    assert titles(figure) == list("abcde")
    assert figure.description == "Five."


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1, 8, 8, 3), (3, 8, 8), (23, 8, 8, 3)])
def test_the_gallery_renders_any_number_of_pictures(shape):
    """One picture, shades of grey and several rows all give a PNG."""
    png = gallery(np.zeros(shape), description="Black.").to_png()

    assert Image.open(io.BytesIO(png)).width > 40


def test_units_show_the_sign_of_their_weights():
    """A positive weight is lighter than grey, a negative one darker."""
    W = np.zeros((1, 12))
    W[0, :3], W[0, 3:6] = 2.0, -1.0

    shown = plot_weight_images(W, 2).axes[0].images[0].get_array()

    np.testing.assert_allclose(
        shown[..., 0], [[1.0, 0.25], [0.5, 0.5]], rtol=0, atol=1e-12
    )


def test_accuracies_by_group_have_wilson_intervals():
    """Each group has its own share, interval and number of examples."""
    right = np.array([[1, 1, 0, 1, 0]], bool)

    table = accuracy_by_group(right, ["a", "a", "a", "b", ""])

    assert table == {
        "a": (2 / 3, *wilson_interval(2, 3), 3),
        "b": (1.0, *wilson_interval(1, 1), 1),
    }


def test_groups_of_several_classifiers_stand_in_one_figure():
    """The legend names each classifier, the rows each group."""
    right = {"net": [1, 0, 1], "line": [0, 0, 1]}

    figure = plot_accuracy_by_group(right, ["a", "a", "b"], usual=0.9)

    panel = figure.axes[0]
    assert {"net", "line", "on the test set"} <= {
        words.get_text() for words in panel.get_legend().get_texts()
    }
    rows = [words.get_text() for words in panel.get_yticklabels()]
    assert rows == ["a  (n = 2)", "b  (n = 1)"]


def test_the_words_of_a_picture_name_what_stands_out():
    """Ordinary factors are not named, the far ones come first."""
    factors = {
        "kind": np.array(["cat"]),
        "negative": np.array([False]),
        "mood": np.array(["happy"]),
        "extra": np.array(["nothing"]),
        "shift_x": np.array([-0.04]),
        "angle": np.array([30.0]),
        "scale": np.array([1.0]),
        "light": np.array([0.0]),
        "contrast": np.array([0.95]),
        "occlusion": np.array([0.0]),
    }

    assert factor_words(factors, 0) == ["cat", "happy", "angle 30°", "left 4 %"]


def test_every_measured_factor_has_its_words():
    """No stress picture's factors lack a string."""
    factors = load_cats().factors["stress"]

    for i in range(200):
        assert factor_words(factors, i)[0] == factors["kind"][i]


def test_the_worst_mistake_comes_first():
    """Only wrong pictures are shown, by falling confidence."""
    pictures = np.arange(5)[:, None, None, None] * np.ones((5, 4, 4, 3)) / 5
    probability = np.array([[0.6, 0.99, 0.2, 0.1, 0.9]])
    labels = np.array([[0.0, 1.0, 1.0, 1.0, 1.0]])

    figure = plot_mistakes(pictures, probability, labels)

    shown = [
        round(float(panel.images[0].get_array().mean() * 5)) for panel in figure.axes
    ]
    assert shown == [3, 2, 0]
    assert [words.split("\n")[0] for words in titles(figure)] == [
        "p(cat) = 0.10",
        "p(cat) = 0.20",
        "p(cat) = 0.60",
    ]


def test_a_classifier_without_mistakes_gives_an_empty_gallery():
    """Nothing to show is no error."""
    figure = plot_mistakes(np.zeros((2, 4, 4, 3)), [[0.9, 0.1]], [[1, 0]])

    assert "0 most confident of 0 mistakes" in figure.description
    assert figure.to_png()


def test_the_stress_figure_has_a_row_for_each_factor():
    """All seven factors of the stress set are there with their numbers."""
    cats = load_cats()
    right = cats.stress_y == 1

    rows = plot_stress(right, cats.factors["stress"]).axes[0].get_yticklabels()

    assert {words.get_text().split()[0] for words in rows} == {
        *("shift", "angle", "scale", "light", "contrast", "occlusion", "body"),
    }


@pytest.mark.slow
def test_the_probability_curve_is_what_the_classifier_says():
    """Each point is the classifier's answer for the drawing with that value."""
    figure = plot_probability(brightness, columns, "contrast")

    line = figure.axes[-1].lines[0]
    pictures = [draw(Factors(contrast=float(value))) for value in line.get_xdata()]
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (0.0, 1.2)
    np.testing.assert_allclose(
        line.get_ydata(),
        brightness(columns(np.stack(pictures))).ravel(),
        rtol=1e-12,
        atol=0,
    )


def test_a_moved_slider_changes_picture_and_probability():
    """Without a browser: a new value redraws and asks the classifier again."""
    box = draw_your_own_cat(brightness, columns)
    picture = box.children[0].children[0].children[0]
    before = picture.value, box.probability

    box.controls["negative"].value = True

    assert box.probability == pytest.approx(1 - before[1], abs=0.01)
    assert picture.value != before[0]
    assert Image.open(io.BytesIO(picture.value)).size == (256, 256)
    words = box.children[0].children[0].children[1].value
    assert f"{box.probability:.3f}" in words


def test_every_slider_can_return_to_the_usual_drawing():
    """The usual value is one of the slider's steps, within its ends."""
    for name, slider in draw_your_own_cat(brightness, columns).controls.items():
        if hasattr(slider, "step"):
            usual = getattr(Factors(), name)
            steps = (usual - slider.min) / slider.step

            assert slider.min <= usual <= slider.max
            assert steps == pytest.approx(round(steps), abs=1e-9)
