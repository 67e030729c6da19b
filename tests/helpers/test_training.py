"""Trainings that can be stopped, go on, and are not repeated needlessly."""

from unittest.mock import Mock

import numpy as np
import pytest

from helpers.training import LiveTraining, forget_trainings, train_live

RATE = 0.1


def slope(w):
    """Return the gradient of w**2."""
    return 2 * w


def step(parameters):
    """Take one step down the parabola w**2."""
    w = parameters["w"]
    return {"w": w - RATE * slope(w)}, float(w**2)


@pytest.fixture(autouse=True)
def fresh():
    """Keep no training from one test to the next."""
    forget_trainings()


def start():
    """Return new parameters."""
    return {"w": np.array(1.0)}


def test_training_takes_the_steps_and_keeps_every_cost():
    """The parameters and costs are those of a plain loop; the start is left alone."""
    parameters = start()
    training = train_live("parabola", step, parameters, steps=5)

    expected = [(0.8**2) ** i for i in range(5)]
    np.testing.assert_allclose(training.costs, expected, rtol=1e-12, atol=0)
    assert training.parameters["w"] == pytest.approx(0.8**5)
    assert parameters["w"] == 1.0


def test_same_call_again_runs_nothing_and_more_steps_go_on(capsys):
    """Running a cell twice costs nothing; a larger number of steps goes on."""
    count = Mock(side_effect=step)

    def counted(parameters):
        return count(parameters)

    training = train_live("parabola", counted, start(), steps=5)
    again = train_live("parabola", counted, start(), steps=5)
    assert again is training
    assert count.call_count == 5

    more = train_live("parabola", counted, start(), steps=8)
    assert more is training
    assert count.call_count == training.steps == 8
    assert "already trained" in capsys.readouterr().out


def test_stop_button_keeps_what_was_reached(capsys):
    """An interrupt ends the training without an error; the next run goes on."""
    presses = iter([False, False, False, True])

    def impatient(parameters):
        if next(presses, False):
            raise KeyboardInterrupt
        return step(parameters)

    training = LiveTraining("parabola", impatient, start())
    training.run(10)
    assert training.steps == 3
    assert "stopped after 3 iterations" in capsys.readouterr().out

    training.run(10)
    assert training.steps == 10
    assert training.parameters["w"] == pytest.approx(0.8**10)


def test_mended_function_other_start_or_other_data_train_anew(monkeypatch):
    """What the step refers to counts: functions, constants and the start."""
    first = train_live("parabola", step, start(), steps=2)

    monkeypatch.setitem(globals(), "RATE", 0.2)
    second = train_live("parabola", step, start(), steps=2)
    assert second is not first

    monkeypatch.setitem(globals(), "slope", lambda w: 3 * w)
    third = train_live("parabola", step, start(), steps=2)
    assert third is not second

    other = train_live("parabola", step, {"w": np.array(2.0)}, steps=2)
    assert other is not third


def test_a_variable_called_like_an_attribute_changes_nothing(monkeypatch):
    """Naming a result T, as in X.T, does not make the cell train again."""

    def transposing(parameters):
        return {"w": parameters["w"].T * 0.5}, 1.0

    first = train_live("parabola", transposing, start(), steps=2)
    monkeypatch.setitem(globals(), "T", first)

    assert train_live("parabola", transposing, start(), steps=2) is first


def test_training_ends_below_a_cost_and_at_infinity(capsys):
    """A cost below the limit ends it; so does one that is no finite number."""
    below = train_live("parabola", step, start(), steps=100, stop_below=0.1)
    assert below.costs[-1] < 0.1 <= below.costs[-2]

    def diverging(parameters):
        return {"w": parameters["w"] * 2}, np.inf if parameters["w"] > 4 else 1.0

    training = train_live("diverging", diverging, start(), steps=100)
    assert training.steps == 3
    assert "no longer a finite number" in capsys.readouterr().out


def test_watched_numbers_are_taken_at_start_end_and_between():
    """Every so many steps the watched functions see the parameters."""
    training = train_live(
        "parabola",
        step,
        start(),
        steps=5,
        watch={"w": lambda parameters: parameters["w"]},
        every=2,
    )

    steps, values = zip(*training.watched["w"], strict=True)
    assert steps == (0, 2, 4, 5)
    np.testing.assert_allclose(values, 0.8 ** np.array(steps), rtol=1e-12, atol=0)


def test_cost_of_shape_one_by_one_is_taken_as_a_number():
    """A learner's cost may be a (1, 1) array."""
    training = train_live("array", lambda p: (p, np.array([[0.5]])), start(), steps=2)

    assert training.costs == [0.5, 0.5]
