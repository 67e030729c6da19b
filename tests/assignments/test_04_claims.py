"""What the notebooks of assignment 04 say in words holds in their numbers."""

import numpy as np
import pytest

from helpers.networks import has_dead_layer
from helpers.statistics import confidence_interval, paired_difference
from tests.assignments.solutions import run_cells

pytestmark = pytest.mark.slow

ASSIGNMENT = "04_regularization"


@pytest.fixture(scope="module")
def initializations():
    return run_cells(ASSIGNMENT, "initialization", "data", "signals", "ten-layers")


@pytest.fixture(scope="module")
def trained():
    cells = ("data", "signals", "ten-layers", "training", "test")
    return run_cells(ASSIGNMENT, "initialization", *cells)


@pytest.fixture(scope="module")
def matches():
    cells = ("data", "model", "many-given", "many-same", "many", "choice", "test")
    return run_cells(ASSIGNMENT, "regularization", *cells, "frozen-mask", "two-more")


@pytest.fixture(scope="module")
def checks():
    return run_cells(ASSIGNMENT, "gradient_checking", "step-given", "step")


def _deviations(initializations, start, activation):
    """Standard deviation of the activations and of the gradients, layer by layer."""
    parameters = initializations["deep_parameters"](
        initializations["initializers"][start]
    )
    both = initializations["signals"](parameters, activation)
    return [np.array([layer.std() for layer in layers]) for layers in both]


def test_a_tiny_difference_of_weights_stays_tiny():
    """One different unit with a difference of 0 or 1e-6, ten with 0.5."""
    names = run_cells(ASSIGNMENT, "initialization", "data", "symmetry")
    trained = [after for _, after in names["weights"].values()]

    assert [names["count_different"](W) for W in trained] == [1, 1, 10]


def test_he_shrinks_gradients_where_widths_shrink():
    """From 400 to 25 units: activations keep their size, gradients lose 1/16."""
    names = run_cells(
        ASSIGNMENT, "initialization", "data", "signals", "written-playground"
    )

    assert names["forward"] == pytest.approx(1, abs=0.15)
    assert names["backward"] == pytest.approx(1 / 16, rel=0.15)


def test_with_zeros_one_gradient_of_tanh_is_left(initializations):
    """The derivative of tanh at 0 is 1, so dZ of the last layer is not zero."""
    for activation, left in (("tanh", [9]), ("relu", [])):
        activations, gradients = _deviations(initializations, "zeros", activation)

        assert not activations.any()
        assert np.flatnonzero(gradients).tolist() == left


def test_he_is_level_in_all_four_panels(initializations):
    """No layer's standard deviation is three times another's, for tanh and for ReLU."""
    for activation in ("tanh", "relu"):
        for deviations in _deviations(initializations, "He", activation):
            assert deviations.max() < 3 * deviations.min()


def test_xavier_shrinks_tanh_slowly_and_relu_fast(initializations):
    """Over ten layers less than a factor of 5 with tanh, more than 10 with ReLU."""
    tanh, _ = _deviations(initializations, "Xavier", "tanh")
    relu, _ = _deviations(initializations, "Xavier", "relu")

    assert 1 < tanh[0] / tanh[-1] < 5
    assert relu[0] / relu[-1] > 10


def test_large_weights_explode_and_tanh_hides_it(initializations):
    """Only the activations of tanh look harmless."""
    tanh, tanh_gradients = _deviations(initializations, "random * 10", "tanh")
    relu, relu_gradients = _deviations(initializations, "random * 10", "relu")

    assert tanh.min() > 0.9 and tanh.max() <= 1
    assert relu[-1] > 1e10 * relu[0]
    for gradients in (tanh_gradients, relu_gradients):
        assert gradients[0] > 1e4 * gradients[-1]


def test_the_narrow_place_lies_between_1_and_1_4(initializations):
    """There the last layer is alive and hardly saturated; not so at 0.5 and 2."""
    names = dict(initializations)
    cells = run_cells(
        ASSIGNMENT, "initialization", "data", "signals", "ten-layers", "spread", "knob"
    )
    names |= cells
    g, deviation = names["factors"], names["deviations"].mean(axis=1)
    saturated = names["saturated"].mean(axis=1)
    narrow = (g > 0.99) & (g < 1.5)

    assert narrow.sum() >= 2
    assert np.all(deviation[narrow] > 0.2) and np.all(saturated[narrow] < 0.05)
    assert np.all(deviation[g < 0.51] < 0.01)
    assert np.all(saturated[g > 1.99] > 0.15)


def test_two_starts_train_well_and_two_do_not(trained):
    """Means over 16 seeds; the large start begins a thousand times too sure."""
    ends = {
        name: trained["runs"].accuracies[-1, s] for name, s in trained["rows"].items()
    }

    assert trained["first"]["random * 10"] > 1000 * np.log(2)
    assert np.all(ends["zeros"] == 0.5)
    assert ends["random * 10"].mean() < 0.8
    assert min(ends["Xavier"].min(), ends["He"].min()) > 0.95
    mean, error = paired_difference(
        trained["test"][trained["rows"]["He"]],
        trained["test"][trained["rows"]["Xavier"]],
    )
    assert abs(mean) < 0.015 and abs(mean) < 3 * error


def test_both_regularizations_gain_and_cannot_be_told_apart(matches):
    """1.5 to 3.5 points each, above zero; their difference is not."""
    none, l2, dropout = (matches[name] for name in ("none", "l2", "dropout"))

    for better in (l2, dropout):
        mean, error = paired_difference(better, none)
        assert 1.5 < mean < 3.5
        assert confidence_interval(mean, error, 8)[0] > 0
    low, high = confidence_interval(*paired_difference(dropout, l2), 8)
    assert low < 0 < high
    assert not matches["dead"].any()


def test_the_choice_lies_between_overfit_and_underfit(matches):
    """None has the widest gap, lambda 10 high errors, the chosen one neither."""
    train = matches["train_error"].mean(axis=1)
    validation = matches["validation_error"].mean(axis=1)
    gap, best = validation - train, matches["best_l2"]

    assert 1 < best < 4
    assert gap[best] < gap[0] / 2
    assert gap[4] < gap[best] and train[4] > train[best] + 0.02
    assert validation[best] < min(validation[0], validation[4]) - 0.01


def test_fixed_masks_are_not_dropout(matches):
    """It does no better than no regularization; new masks do."""
    values = matches["accuracies"]
    fixed, error = paired_difference(values["fixed masks"], matches["plain"])
    new = paired_difference(values["new masks"], matches["plain"])

    assert confidence_interval(*new, 8)[0] > 1.5
    assert fixed < error


def test_more_data_and_early_stopping_gain_too(matches):
    """The second less, with an interval that begins near zero on every processor."""
    for values in matches["larger"].values():
        mean, error = paired_difference(values, matches["plain"])
        assert 3 < mean < 5
        assert confidence_interval(mean, error, 8)[0] > 0
    results = matches["results"]
    mean, error = paired_difference(results["early stopping"], results["to the end"])
    assert 1 < mean < 2
    assert abs(confidence_interval(mean, error, 8)[0]) < 0.5
    assert matches["followed"].best_iterations.max() < 1000


def test_a_hundred_matches_settle_a_difference_of_0_3(matches):
    """The mark scheme's number: 2.8 standard errors, from the printed deviation."""
    _, error = paired_difference(matches["dropout"], matches["l2"])

    assert 95 < (2.8 * error * np.sqrt(8) / 0.3) ** 2 < 135


def test_the_stack_trains_as_the_learner_does(matches):
    """200 iterations of both agree to rounding."""
    assert matches["difference"] < 1e-12


def test_narrow_networks_die_and_wide_ones_hardly():
    """At learning rate 2 some of 96 narrow networks die, and none of the wide ones."""
    names = run_cells(ASSIGNMENT, "regularization", "data", "many-given", "dead")
    narrow = has_dead_layer(names["X96"], names["narrow"].parameters)

    assert 3 <= narrow.sum() <= 20
    assert names["is_dead"].sum() == 0


def test_the_best_step_is_1e_5(checks):
    """The V of tanh: slope 2 to its right, slope -1 to its left."""
    steps, median = checks["STEPS"], np.median(checks["errors"]["tanh"], axis=0)

    assert steps[median.argmin()] == pytest.approx(1e-5)
    right = np.log10(median[1] / median[3]) / 2
    left = np.log10(median[9] / median[6]) / 3
    assert right == pytest.approx(2, abs=0.1)
    assert left == pytest.approx(1, abs=0.15)


def test_the_smallest_step_is_rounded_to_another_one(checks):
    """At 5e-16 the places lie 13e-16 apart, and the check says 0.14."""
    step = 5e-16
    apart = (4 + step) - (4 - step)
    measured = 2 * apart / (2 * step)

    assert apart == pytest.approx(13.3e-16, rel=0.01)
    assert measured == pytest.approx(2.66, abs=0.01)
    assert checks["gradient_check"](2, 4, step) == pytest.approx(0.14, abs=0.005)


def test_one_side_is_worse_and_kinks_spoil_large_steps(checks):
    """One side never reaches 1e-8; ReLU's worst is wrong at 1e-4, right at 1e-5."""
    errors = checks["errors"]

    assert np.median(errors["tanh, one-sided"], axis=0).min() > 1e-8
    assert np.median(errors["relu"], axis=0)[2] < np.median(errors["tanh"], axis=0)[2]
    assert np.median(errors["relu"], axis=0)[1] > 1e-3
    assert errors["relu"].max(axis=0)[3] > 1e-3
    assert errors["relu"].max(axis=0)[4] < 1e-6


def test_in_single_precision_no_step_calls_right_gradients_right(checks):
    """The best step is 1e-2 of the eleven, and its error is above 1e-6."""
    steps, single = (
        checks["STEPS"],
        np.median(checks["errors"]["tanh, float32"], axis=0),
    )

    assert steps[single.argmin()] == pytest.approx(1e-2)
    assert 1e-6 < single.min() < 1e-3


def test_new_masks_spoil_a_check_and_a_held_one_does_not(checks, capsys):
    """The verdicts that the notebook prints."""
    run_cells(ASSIGNMENT, "gradient_checking", "step-given", "dropout")

    lines = capsys.readouterr().out.splitlines()
    assert "wrong" in lines[0] and "right" in lines[1]


def test_the_faulty_release_shows_its_faults_in_the_table():
    """As released, W1, b1 and b2 are wrong and W2, W3, b3 are right."""
    from autograder.authoring.regions import stub
    from autograder.authoring.sources import read_source
    from helpers.gradients import check_gradients
    from tests.assignments.solutions import SOURCE

    names = run_cells(ASSIGNMENT, "gradient_checking")
    source = read_source(SOURCE / ASSIGNMENT / "gradient_checking.ipynb")
    released = stub(source.functions["backward_propagation_n"].cell.source)
    texts = {cell.id: cell.source for cell in source.cells}
    exec(released, names)
    exec(texts["backward-propagation-n-table"], names)

    report = check_gradients(
        lambda P: names["forward_propagation_n"](names["X_some"], names["Y_some"], P)[
            0
        ],
        names["parameters_some"],
        names["gradients_some"],
    )
    wrong = {name for name, value in report.differences.items() if value > 1e-3}
    right = {name for name, value in report.differences.items() if value < 1e-6}
    assert wrong == {"W1", "b1", "b2"}
    assert right == {"W2", "W3", "b3"}
