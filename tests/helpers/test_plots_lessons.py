"""Panels, diagrams and sliders: second cues, white faces, nothing left open."""

import io
import itertools

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers.plots.diagrams import diagram, layers_diagram
from helpers.plots.panels import bars, lines, matrix, panels, points, regions
from helpers.plots.sliders import explore


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_panels_have_a_white_face():
    """Figures read in the dark theme, because their face is white."""
    axes = panels(2, 2)

    assert len(axes) == 4
    assert axes[0].figure.get_facecolor() == (1, 1, 1, 1)
    assert all(each.get_facecolor() == (1, 1, 1, 1) for each in axes)


def test_curves_differ_by_colour_and_by_dash():
    """No two curves of a panel need colour to be told apart."""
    (axes,) = panels()
    lines(axes, [0, 1], {str(k): [k, k] for k in range(6)})
    drawn = axes.get_lines()

    assert len({line.get_color() for line in drawn}) == 6
    assert len({str(line._dash_pattern) for line in drawn}) == 6


def test_marked_curves_differ_by_marker():
    """Few values get markers, another for each curve."""
    (axes,) = panels()
    lines(axes, [0, 1], {"a": [0, 1], "b": [1, 0]}, marked=True)

    assert [line.get_marker() for line in axes.get_lines()] == ["o", "^"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.3, 4, ["0.5", "1", "2"]), (0.3, 0.4, ["0.3", "0.4"])],
)
def test_short_log_axes_have_few_plain_labels(low, high, expected):
    """3 x 10^-1 and 4 x 10^-1 beside each other run together."""
    (axes,) = panels()
    lines(axes, np.geomspace(low, high, 9), {"a": np.ones(9)}, log="x")
    axes.figure.canvas.draw()
    labels = axes.get_xticklabels() + axes.get_xticklabels(minor=True)
    shown = sorted(
        (t for t in labels if t.get_text()), key=lambda t: t.get_position()[0]
    )
    inside = [t for t in shown if low <= t.get_position()[0] <= high]
    boxes = [t.get_window_extent() for t in shown]

    assert [t.get_text() for t in inside] == expected
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_long_log_axes_are_labelled_by_powers_of_ten():
    """Six powers of ten need no labels between them."""
    (axes,) = panels()
    lines(axes, np.geomspace(1e-4, 100, 9), {"a": np.ones(9)}, log="x")
    axes.figure.canvas.draw()
    minor = [t.get_text() for t in axes.get_xticklabels(minor=True)]

    assert any("10^{-2}" in t.get_text() for t in axes.get_xticklabels())
    assert not any(minor)


def test_classes_differ_by_marker():
    """Each class is scattered by itself, with a shape of its own."""
    (axes,) = panels()
    points(axes, np.arange(8.0).reshape(2, 4), np.array([[0, 1, 1, 0]]))
    circle, triangle = (c.get_paths()[0].vertices for c in axes.collections)

    assert len(circle) != len(triangle)
    assert [len(c.get_offsets()) for c in axes.collections] == [2, 2]


def test_one_of_two_regions_is_hatched():
    """The side of class 1 is hatched, the side of class 0 is plain."""
    (axes,) = panels()
    regions(axes, lambda x, y: x, (-1, 1), (-1, 1), boundary=0.0)

    assert list(axes.collections[0].hatches) == ["", "//"]


def test_regions_of_a_constant_model():
    """A model that says one thing everywhere draws no boundary and no warning."""
    (axes,) = panels()
    regions(axes, lambda x, y: 0 * x, (-1, 1), (-1, 1))

    assert len(axes.collections) == 1


def test_bars_are_hatched_and_labelled():
    """Bars carry their value in words and differ by hatch."""
    (axes,) = panels()
    bars(axes, ["a", "b"], [0.25, 0.5], form="{:.0%}")

    assert [text.get_text() for text in axes.texts] == ["25%", "50%"]
    assert len({patch.get_hatch() for patch in axes.patches}) == 2


def test_matrix_writes_every_number():
    """A small array is shown with its numbers."""
    (axes,) = panels()
    matrix(axes, np.array([[1.0, 2.5]]))

    assert [text.get_text() for text in axes.texts] == ["1", "2.5"]


def test_a_unit_that_is_off_loses_its_connections():
    """Crossing one of two hidden units out takes its three lines away."""
    (full,) = panels()
    layers_diagram([2, 2, 1], axes=full)
    (thinned,) = panels()
    layers_diagram([2, 2, 1], off=[(1, 0)], axes=thinned)
    crosses = 2

    assert len(full.get_lines()) == 6
    assert len(thinned.get_lines()) == 3 + crosses


def test_backward_arrows_are_dashed():
    """Ways forward and back differ by dash, not by colour alone."""
    nodes = {"a": (0, 0, "a"), "b": (2, 0, "b")}
    diagram(nodes, [("a", "b", "go", "back")])
    arrows = [
        text.arrow_patch for text in plt.gca().texts if hasattr(text, "arrow_patch")
    ]
    arrows = [arrow for arrow in arrows if arrow is not None]

    assert [arrow.get_linestyle() for arrow in arrows] == ["-", "--"]


def test_a_moved_slider_draws_anew():
    """Moving a slider changes the picture and leaves no figure open."""
    box = explore(lambda axes, k: axes.plot([0, k]), k=(1, 5, 2))
    slider, image = box.children
    before = image.value
    slider.value = 4

    assert image.value != before
    assert Image.open(io.BytesIO(image.value)).format == "PNG"
    assert plt.get_fignums() == []


def test_the_picture_below_sliders_is_as_large_as_a_figure_and_sharp():
    """It does not fill the page, and has more pixels than it takes up there."""
    *_, image = explore(
        lambda a, b, k: None, columns=2, width=3.0, height=2.0, k=(1, 5, 2)
    ).children
    pixels = Image.open(io.BytesIO(image.value)).width

    assert image.layout.width == "600px"
    assert image.layout.max_width == "100%"
    assert pixels == 900


def test_labels_of_a_diagram_keep_off_their_arrow():
    """A label beside a steep or slanting arrow does not lie on it."""
    ends = {"up": (0, 2), "right": (3, 0), "slant": (2, 2)}
    for x, y in ends.values():
        diagram({"a": (0, 0, "a"), "b": (x, y, "b")}, [("a", "b", "label")])
        axes = plt.gca()
        axes.figure.canvas.draw()
        (label,) = [t for t in axes.texts if t.get_text() == "label"]
        box = label.get_window_extent()
        middle = axes.transData.transform((x / 2, y / 2))

        assert not box.contains(*middle)


def test_whole_numbers_give_whole_steps():
    """A slider over units cannot stop at half a unit."""
    whole, real, _ = explore(
        lambda axes, k, rate: None, k=(1, 5, 2), rate=(0.0, 1.0, 0.3)
    ).children

    assert (whole.step, type(whole.value)) == (1, int)
    assert real.step == pytest.approx(0.02)


def test_sliders_leave_a_readable_text_where_no_widget_is_shown():
    """A notebook that is opened again says what to do instead of VBox(children=...)."""
    box = explore(lambda axes, k: axes.plot([0, k]), k=(1, 5, 2))

    assert box._repr_mimebundle_()["text/plain"] == (
        "Sliders: run this cell to move them."
    )


@pytest.mark.parametrize("opened", [panels, lambda: layers_diagram([2, 1])])
def test_figures_of_lessons_have_alternative_text(opened):
    """An exported page says what a figure shows, also where its text stands below."""
    opened()
    (axes,) = plt.gcf().axes
    axes.set_title("Cost")
    lines(axes, [1, 2], {"<a>": [3, 4]}, xlabel="iteration", ylabel="J")
    page = plt.gcf().to_bundle()["text/html"]

    assert 'alt="Figure. Cost (J against iteration) with &lt;a&gt;. It is' in page
    assert "figcaption" not in page
