"""The figures: they render anywhere, are labelled and described, and are white."""

import base64
import functools
import io
import itertools
import re
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from helpers.plots import (
    bars,
    boundaries,
    curves,
    functions,
    gradients,
    graphs,
    histograms,
    style,
    weights,
)

RNG = np.random.RandomState(0)
X = RNG.randn(2, 40)
Y = (X[:1] > 0.2).astype(float)
STEPS = np.arange(0, 500, 100)
RUNS = RNG.rand(4, 5)
MANY = RNG.rand(3, 8)


def sharp(P):
    """Return the class of each position: a classifier with a straight boundary."""
    return (P[:1] > 0).astype(float)


def soft(P):
    """Return a probability for each position."""
    return 1 / (1 + np.exp(-3 * P[:1]))


EXAMPLES = {
    "costs": lambda: curves.plot_costs([0.7, 0.5, 0.4]),
    "costs of three rates": lambda: curves.plot_costs(
        {f"rate {r}": np.exp(-r * np.arange(30)) for r in (0.1, 0.2, 0.3)}
    ),
    "costs that overflow": lambda: curves.plot_costs([0.7, np.inf, np.nan, 0.2]),
    "no costs yet": lambda: curves.plot_costs([]),
    "bands": lambda: curves.plot_bands(STEPS, {"a": RUNS, "b": RUNS[:1] / 2}, log=True),
    "validation curve": lambda: curves.plot_validation_curve(
        [0.1, 1, 10], [0.9, 0.8, 0.7], [0.7, 0.75, 0.6], name="lambda", log_x=True
    ),
    "validation curve of many runs": lambda: curves.plot_validation_curve(
        [0, 1, 10], MANY, 1 - MANY, name="lambda", log_x=True
    ),
    "history": lambda: curves.plot_history(
        STEPS, {"train": STEPS, "validation": STEPS[::-1]}, ylabel="error", best=200
    ),
    "live curve": lambda: curves.LiveCurve().figure(),
    "points": lambda: boundaries.plot_points(X, Y),
    "boundary": lambda: boundaries.plot_boundary(sharp, X, Y),
    "boundary of probabilities": lambda: boundaries.plot_boundary(soft, X, Y),
    "one class everywhere": lambda: boundaries.plot_boundary(
        lambda P: np.zeros((1, P.shape[1]), bool), X, Y
    ),
    "boundaries": lambda: boundaries.plot_boundaries(
        {"a": sharp, "b": soft, "c": sharp, "d": soft}, X, Y, title="Four"
    ),
    "growth": lambda: boundaries.plot_growth({0: soft, 50: sharp}, X, Y),
    "layer histograms": lambda: histograms.plot_layer_histograms(
        {"tanh": [RUNS, RUNS / 9, 0 * RUNS], "ReLU": [RUNS, 99 * RUNS, RUNS + np.nan]}
    ),
    "layer scales": lambda: histograms.plot_layer_scales(
        {"He": [1.0, 0.9, 0.8], "zero": [0.0, 0.0, 0.0]}, ylabel="size"
    ),
    "nothing but zeros": lambda: histograms.plot_layer_scales(
        {"zero": [0.0, 0.0]}, ylabel="size"
    ),
    "differences": lambda: bars.plot_differences(
        {"L2 - none": (2.0, 1.0, 3.0), "L2 - dropout": (0.1, -1, 1.2)}, xlabel="points"
    ),
    "data flow": lambda: graphs.draw_data_flow([5, 4, 3, 1], m=6),
    "lines": lambda: curves.plot_lines(
        [1, 2, 4],
        {"loop": [1, 2, 4], "at once": [1, 1, 1]},
        xlabel="examples",
        ylabel="seconds",
        title="Time",
        mark=(2, 1),
        description="A steep line and a flat one.",
    ),
    "lengths": lambda: functions.plot_lengths(X.T, X.T / 3),
    "shares": lambda: bars.plot_fractions([[0.2, 0.8], [0.5, 0.5]], ["a", "b"]),
    "samples": lambda: histograms.plot_samples({"rand": RUNS, "b": MANY}),
    "weights": lambda: weights.plot_weights(np.linspace(-1, 1, 48), 4),
    "five steps": lambda: graphs.draw_five_steps(),
    "gradients": lambda: gradients.plot_gradients({"dW1": RUNS, "db1": RUNS[0]}),
    "hidden units": lambda: weights.plot_hidden_units({"a": RUNS, "b": RUNS}),
}


@functools.cache
def drawn(name):
    """Return an example and its page; a warning on the way is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = EXAMPLES[name]()
        return figure, figure.to_bundle()


def picture_of(name):
    """Return the pixels that a notebook shows."""
    page = drawn(name)[1]["text/html"]
    png = base64.b64decode(re.search('base64,([^"]+)"', page).group(1))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_figure_renders_without_warnings_and_has_something_on_it(name):
    """Every figure becomes a PNG of reasonable size that is not empty."""
    picture = picture_of(name).min(axis=2)

    assert 300 < picture.shape[1] < 1650
    assert np.mean(picture < 250) > 0.005


@pytest.mark.parametrize("name", EXAMPLES)
def test_panels_have_titles_and_axis_labels(name):
    """Every panel has a title; labels stand at the outer panels at least."""
    figure, _ = drawn(name)
    panels = figure.axes

    assert all(panel.get_title(loc="left") for panel in panels)
    if panels[0].axison:
        assert panels[0].get_ylabel()
        assert panels[-1].get_xlabel() or figure.get_supxlabel()


@pytest.mark.parametrize("name", EXAMPLES)
def test_figure_comes_with_a_description(name):
    """The words are the picture's alternative text and stand below it."""
    figure, bundle = drawn(name)

    assert figure.description.endswith((".", "!", "?"))
    assert bundle["text/plain"] == figure.description
    assert '<img alt="' in bundle["text/html"]
    assert "<figcaption" in bundle["text/html"]
    assert '<img alt=""' not in bundle["text/html"]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_figure_is_white_and_the_same_under_a_dark_style(name):
    """A dark style of the user's changes no pixel, and nothing of it is changed."""
    expected = picture_of(name)
    with plt.style.context("dark_background"):
        before = dict(matplotlib.rcParams)
        found = Image.open(io.BytesIO(EXAMPLES[name]().to_png())).convert("RGB")
        assert dict(matplotlib.rcParams) == before

    assert (expected[0, 0] == 255).all() and (expected[-1, -1] == 255).all()
    np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.slow
def test_figures_leave_pyplot_alone():
    """No figure is left open in pyplot, however many are drawn."""
    plt.close("all")
    for example in EXAMPLES.values():
        example()

    assert plt.get_fignums() == []


def test_description_is_escaped_and_stands_in_the_file():
    """What looks like HTML is shown as text; the PNG's metadata have it too."""
    figure, _ = style.new_figure()
    style.describe(figure, 'Cost < 1 & "falling".')

    assert (
        'alt="Cost &lt; 1 &amp; &quot;falling&quot;."'
        in figure.to_bundle()["text/html"]
    )
    picture = Image.open(io.BytesIO(figure.to_png()))
    assert picture.text["Description"] == 'Cost < 1 & "falling".'


def test_given_panels_are_drawn_into_and_add_their_words():
    """A function that gets a panel opens no figure of its own."""
    figure, axes = style.new_figure(1, 2)
    scales = {"He": [1.0, 0.9]}
    returned = histograms.plot_layer_scales(scales, ylabel="size", axes=axes[0])
    boundaries.plot_boundary(sharp, X, Y, axes=axes[1])

    assert returned is figure
    assert figure.description.startswith("Size in each layer")
    assert "40 points" in figure.description


def test_one_legend_serves_several_panels():
    """A panel without a legend leaves its lines in sight."""
    _, axes = style.new_figure(1, 2)
    for panel, legend in zip(axes, (True, False), strict=True):
        histograms.plot_layer_scales(
            {"He": [1, 2]}, ylabel="x", axes=panel, legend=legend
        )

    assert [panel.get_legend() is not None for panel in axes] == [True, False]


def test_zeros_are_not_drawn_on_a_log_axis():
    """No point stands where the axis has no zero, and the legend says so."""
    scales = {"He": [1.0, 0.9], "zeros": [0.0, 0.0]}
    figure = histograms.plot_layer_scales(scales, ylabel="size")
    axes = figure.axes[0]
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}

    assert axes.get_yscale() == "log"
    assert np.isnan(drawn["zeros (values of 0 not drawn)"]).all()
    assert np.array_equal(drawn["He"], [1.0, 0.9])


def test_a_single_point_is_seen_on_top_of_another_mark():
    """The only value of a line that is not zero stands where another line has one."""
    scales = {"zeros": [0.0, 0.0, 1.0], "He": [1.1, 1.05, 1.0]}
    lines = histograms.plot_layer_scales(scales, ylabel="size").axes[0].lines
    zeros, he = lines

    assert zeros.get_markerfacecolor() == "none"
    assert zeros.get_markersize() > 1.5 * he.get_markersize()
    assert zeros.get_zorder() > he.get_zorder()


def test_series_differ_in_more_than_colour():
    """The first seven lines differ pairwise in colour, dash and marker."""
    looks = [style.series(i) for i in range(7)]

    for key in ("color", "linestyle", "marker"):
        assert len({str(look[key]) for look in looks}) == 7


@pytest.mark.parametrize(
    ("kind", "matrix"),
    [
        # What people without one kind of cone see, after Machado and others (2009).
        (
            "protanopia",
            [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        ),
        (
            "deuteranopia",
            [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        ),
    ],
)
def test_first_four_colours_differ_for_colour_blind_readers(kind, matrix):
    """For red-green blindness, the common kind, no two of them fall together."""
    colours = np.array([to_rgb(colour) for colour in style.COLOURS[:4]]) ** 2.2
    seen = np.clip(colours @ np.array(matrix).T, 0, 1) ** (1 / 2.2)

    for i, j in itertools.combinations(range(4), 2):
        assert np.linalg.norm(seen[i] - seen[j]) > 0.15, f"{kind}: {i} and {j}"


def test_classes_differ_in_more_than_colour():
    """The two classes have different markers and hatches too."""
    assert len(set(style.CLASS_MARKERS)) == len(set(style.CLASS_HATCHES)) == 2


def test_best_setting_is_the_one_with_the_best_validation_result():
    """The training result does not count; for errors the lowest one is best."""
    train, validation = [0.99, 0.9, 0.8], [0.7, 0.8, 0.6]
    draw = curves.plot_validation_curve
    high = draw([1, 2, 3], train, validation, name="x")
    low = draw([1, 2, 3], train, validation, name="x", lower_is_better=True)

    assert "is at x = 2." in high.description
    assert "is at x = 3." in low.description


def test_boundary_passes_positions_and_counts_who_is_right():
    """The classifier sees columns of two numbers; the share is the accuracy."""
    seen = []

    def predict(P):
        seen.append(P.shape)
        return sharp(P)

    figure = boundaries.plot_boundary(predict, X, Y)
    share = 100 * np.mean(sharp(X) == Y)

    assert all(len(shape) == 2 and shape[0] == 2 for shape in seen)
    assert f"{share:.1f} %" in figure.description


def test_data_flow_carries_the_shapes_of_the_example():
    """Every activation, gradient, weight and bias stands there with its shape."""
    figure = graphs.draw_data_flow([5, 4, 3, 1], m=6)
    words = "\n".join(t.get_text() for t in figure.axes[0].texts)

    for shown in ("A1\n(4, 6)", "dA2\n(3, 6)", "W2 (3, 4)", "db3 (1, 1)", "X = A0"):
        assert shown in words
    assert words.count("caches") == 1 and "A1, W2, b2\nZ2" in words


def test_each_panel_of_the_histograms_says_its_deviation():
    """The standard deviation in a title is that of the layer's finite values."""
    values = np.array([0.0, 0.5, 1.0, np.nan])
    figure = histograms.plot_layer_histograms({"a": [values]})

    expected = f"s = {np.std([0.0, 0.5, 1.0]):.2g}"
    assert expected in figure.axes[0].get_title(loc="left")


def test_differences_say_whether_their_interval_holds_zero():
    """The text says whether zero lies inside of each interval."""
    words = EXAMPLES["differences"]().description

    assert "(1 to 3), zero outside the interval" in words
    assert "(-1 to 1.2), zero inside the interval" in words


def test_live_curve_shows_one_display_that_grows(monkeypatch):
    """In a notebook one display is made and updated; elsewhere none."""
    import IPython.display

    from helpers import progress

    shown, updated = [], []

    class Handle:
        def update(self, bundle, raw):
            updated.append(bundle)

    def display(bundle, raw, display_id):
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr(IPython.display, "display", display)
    curve = curves.LiveCurve(pause=0)
    curve.update([0], [0.7])
    assert shown == []

    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    curve.update([0, 100], [0.7, 0.5])
    curve.update([0, 100, 200], [0.7, 0.5, 0.3])
    curve.close()

    assert len(shown) == 1 and len(updated) == 2
    assert "0.3 at 200" in updated[-1]["text/plain"]


def legend_of(figure):
    """Return the words of all legends of a figure."""
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    return [entry.get_text() for each in legends if each for entry in each.get_texts()]


def test_error_bars_and_bands_say_what_they_are():
    """A legend names standard errors, standard deviations and single runs."""
    runs = [[0.1, 0.2], [0.3, 0.5]]
    chosen = curves.plot_validation_curve([1, 2], runs, runs, name="units")
    means = curves.plot_means([1, 2], {"size": runs}, xlabel="g", ylabel="y")
    bands = curves.plot_bands([0, 1], {"network": runs})

    assert "training (bars: ± standard error)" in legend_of(chosen)
    assert legend_of(means) == ["size (bars: ± standard deviation)"]
    assert legend_of(bands)[-1].startswith("band: mean ± standard deviation")


def test_titles_and_descriptions_name_the_training_accuracy():
    """A boundary's accuracy is that of the training points, unless told otherwise."""
    X, Y = np.array([[-1.0, 1.0], [0.0, 0.5]]), np.array([[0.0, 1.0]])
    predicts = {"half": lambda P: P[:1] > 0}
    figure = boundaries.plot_boundaries(predicts, X, Y)
    untrained = boundaries.plot_boundaries(predicts, X, Y, trained=False)

    assert "half\ntraining accuracy 100.0 %" in figure.axes[0].get_title("left")
    assert "half\naccuracy 100.0 %" in untrained.axes[0].get_title("left")


def test_descriptions_count_in_the_unit_of_the_axis():
    """Curves over epochs are described over epochs."""
    words = curves.plot_costs([0.7, 0.2], every=50, xlabel="epochs").description

    assert words == "Cost against epochs: from 0.7 at 0 to 0.2 at 50."


def test_panels_that_are_compared_share_their_axes():
    """The same weight has the same place in every panel, and each unit a name."""
    ones = np.ones((2, 2))
    places = weights.plot_unit_weights({"a": (ones, ones), "b": (ones, 9 * ones)})
    lines = weights.plot_hidden_units(
        {"four": np.ones((3, 4)), "two": 5 * np.ones((3, 2))}
    )

    assert places.axes[0].get_xlim() == places.axes[1].get_xlim()
    assert lines.axes[0].get_ylim() == lines.axes[1].get_ylim()
    assert legend_of(lines) == ["unit 1", "unit 2", "unit 3", "unit 4"]


def test_probabilities_name_the_classes_from_zero():
    """The course numbers classes from 0, so the axis does too."""
    figure = bars.plot_fractions([[0.2, 0.3, 0.5]], ["a"])
    (panel,) = figure.axes

    assert [label.get_text() for label in panel.get_xticklabels()] == ["0", "1", "2"]
    assert panel.get_ylabel() == "probability"


def test_histograms_say_what_their_numbers_are():
    """The label names the numbers of the axis, which may be logarithms."""
    figure = histograms.plot_samples({"a": MANY, "b": MANY}, xlabel="log10 of a rate")

    assert {panel.get_xlabel() for panel in figure.axes} == {"log10 of a rate"}
