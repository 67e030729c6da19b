"""Pictures of optimization draw what they are given."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots.optimization import (
    plot_batch_sizes,
    plot_mini_batches,
    plot_rate_choice,
    plot_steps_against_rate,
    plot_valley_paths,
)


def test_every_example_is_one_tile_in_both_rows():
    """Tiles of label 1 are hatched, in the old order and in the batches."""
    X = np.array([[2.0, 0.0, 3.0, 1.0]])
    Y = np.array([[0.0, 0.0, 1.0, 1.0]])

    figure = plot_mini_batches([(X[:, :3], Y[:, :3]), (X[:, 3:], Y[:, 3:])])

    tiles = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    assert len(tiles) == 8
    assert sum(bool(tile.get_hatch()) for tile in tiles) == 4
    assert "2 0 3 | 1" in figure.description


def test_times_within_one_power_of_ten_are_read_from_several_numbers():
    """An axis with one number on it tells nobody how long an epoch takes."""
    figure = plot_batch_sizes({1: 382.0, 8: 84.0, 64: 13.0}, {1: [0.5]})
    figure.draw_without_rendering()
    axis = figure.axes[0].yaxis
    low, high = axis.get_view_interval()
    shown = [t.get_text() for t in axis.get_ticklabels(which="both")]
    places = axis.get_ticklocs()

    inside = [s for s, at in zip(shown, places) if s and low <= at <= high]
    assert inside == ["20", "50", "100", "200"]


def test_the_ring_stands_at_the_fewest_steps():
    """Rates that never arrive are no candidates; a method without any has none."""
    steps = {
        (10, "plain"): [np.nan, 30.0, 20.0, np.nan],
        (10, "lost"): [np.nan] * 4,
        (50, "plain"): [90.0, 80.0, 85.0, np.nan],
    }

    figure = plot_steps_against_rate([0.1, 0.2, 0.3, 0.4], steps)

    assert "ratio 10, plain: 20 iterations at 0.3" in figure.description
    assert "ratio 50, plain: 80 iterations at 0.2" in figure.description
    assert "lost" not in figure.description


def test_the_chosen_rate_has_the_lowest_mean_cost():
    """The mean over the starts decides, not the luckiest start."""
    choice = {"plain": {0.1: [0.3, 0.3], 0.2: [0.1, 0.9]}}

    assert "plain at 0.1 (0.3)" in plot_rate_choice(choice).description


def test_each_path_has_its_panel_and_the_same_scale():
    """Paths can be compared by eye."""
    path = np.linspace(1, 0, 5), np.zeros(5)

    figure = plot_valley_paths(100, {"plain": path, "momentum": path})

    assert [panel.get_title(loc="left") for panel in figure.axes] == [
        "plain",
        "momentum",
    ]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    assert figure.axes[0].get_ylim() == (-0.2, 0.2)
