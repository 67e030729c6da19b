"""The solutions of assignment 05 against published values and known properties."""

import numpy as np
import pytest

from helpers.datasets import load_moons
from helpers.networks import (
    accuracy,
    backward_propagation,
    forward_propagation,
    initialize_parameters_he,
)
from tests.assignments.solutions import solutions

FIRST = solutions("05_optimization", "mini_batches_and_momentum")
SECOND = solutions("05_optimization", "adaptive_methods")

NAMES = ("W1", "b1", "W2", "b2", "dW1", "db1", "dW2", "db2")


def _published_inputs(rows=3):
    """Two layers of parameters and gradients, drawn as the classic tests do."""
    rng = np.random.RandomState(1)
    shapes = ((2, 3), (2, 1), (3, rows), (3, 1)) * 2
    drawn = {name: rng.randn(*shape) for name, shape in zip(NAMES, shapes, strict=True)}
    parameters = {name: drawn[name] for name in NAMES[:4]}
    return parameters, {name: drawn[name] for name in NAMES[4:]}


def _zeros(parameters):
    return {"d" + name: np.zeros(value.shape) for name, value in parameters.items()}


@pytest.mark.parametrize(
    ("rows", "published"),
    [
        (3, [1.63535156, -0.62320365, -0.53718766]),
        (2, [1.63312395, -0.61217855, -0.5339999]),
    ],
)
def test_gradient_descent_gives_the_published_weights(rows, published):
    """The first row of W1 after one step, in both published versions."""
    parameters, grads = _published_inputs(rows)

    moved = FIRST.update_parameters_with_gd(parameters, grads, 0.01)

    np.testing.assert_allclose(moved["W1"][0], published, rtol=0, atol=5e-9)


def test_momentum_gives_the_published_weights():
    """The first row of W1 after one step from rest, beta 0.9."""
    parameters, grads = _published_inputs()
    v = FIRST.initialize_velocity(parameters)

    moved, v = FIRST.update_parameters_with_momentum(parameters, grads, v, 0.9, 0.01)

    np.testing.assert_allclose(
        moved["W1"][0], [1.62544598, -0.61290114, -0.52907334], rtol=0, atol=5e-9
    )
    np.testing.assert_allclose(v["db2"], 0.1 * grads["db2"], rtol=1e-12)


def test_adam_gives_the_published_weights():
    """The first row of W1 for t = 2 and empty averages."""
    parameters, grads = _published_inputs()
    v, s = SECOND.initialize_adam(parameters)

    moved, _, _ = SECOND.update_parameters_with_adam(parameters, grads, v, s, t=2)

    np.testing.assert_allclose(
        moved["W1"][0], [1.63178673, -0.61919778, -0.53561312], rtol=0, atol=5e-9
    )


def test_mini_batches_give_the_published_values():
    """148 columns in batches of 64, seed 0: sizes and the first three values."""
    rng = np.random.RandomState(1)
    X = rng.randn(12288, 148)
    Y = rng.randn(1, 148) < 0.5

    batches = FIRST.random_mini_batches(X, Y, 64)

    assert [x.shape for x, _ in batches] == [(12288, 64), (12288, 64), (12288, 20)]
    assert [y.shape for _, y in batches] == [(1, 64), (1, 64), (1, 20)]
    np.testing.assert_allclose(
        batches[0][0][0][:3],
        [0.90085595, -0.7612069, 0.2344157],
        rtol=0,
        atol=5e-9,
    )


def test_mini_batches_are_copies():
    """Neither many examples nor a single one come back as a window onto X."""
    for m in (1, 3, 12):
        X = np.arange(2.0 * m).reshape(2, m)
        for batch_X, batch_Y in FIRST.random_mini_batches(X, X[:1], 4, 0):
            assert not np.shares_memory(batch_X, X)
            assert not np.shares_memory(batch_Y, X)


def test_rates_decay_to_the_published_values():
    """Smooth decay at epoch 2, stairs at epoch 1000 of 100-epoch intervals."""
    assert SECOND.update_lr(0.5, 2, 1) == pytest.approx(0.16667, abs=5e-6)
    assert SECOND.schedule_lr_decay(0.3, 1000, 0.25, 100) == pytest.approx(
        0.085714285, abs=1e-9
    )


def test_stairs_drop_at_the_interval_and_not_before():
    """Epochs 0 and 99 keep the starting rate, 100 and 101 have the next one."""
    rates = [SECOND.schedule_lr_decay(0.6, e, 1, 100) for e in (0, 99, 100, 101)]

    assert rates == [0.6, 0.6, 0.3, 0.3]


def test_momentum_without_memory_is_gradient_descent():
    """With beta 0 the step is the plain one, whatever the velocity was."""
    parameters, grads = _published_inputs()
    v = {name: value + 7 for name, value in grads.items()}

    moved, _ = FIRST.update_parameters_with_momentum(parameters, grads, v, 0.0, 0.3)

    plain = FIRST.update_parameters_with_gd(parameters, grads, 0.3)
    for name, value in plain.items():
        np.testing.assert_allclose(moved[name], value, rtol=1e-12)


def test_rmsprop_is_adam_without_momentum_and_correction():
    """With beta1 0 and a large t, Adam takes the same step."""
    parameters, grads = _published_inputs()
    s = {name: value**2 + 0.1 for name, value in grads.items()}

    moved, after = SECOND.update_parameters_with_rmsprop(
        parameters, grads, s, 0.9, 0.02, 0.3
    )

    other, _, other_s = SECOND.update_parameters_with_adam(
        parameters, grads, _zeros(parameters), s, 10_000, 0.02, 0.0, 0.9, 0.3
    )
    for name, value in moved.items():
        np.testing.assert_allclose(other[name], value, rtol=1e-12)
        np.testing.assert_allclose(other_s["d" + name], after["d" + name], rtol=1e-12)


def test_adam_follows_its_published_algorithm_for_many_steps():
    """Scalar arithmetic, line by line as printed, gives the same positions."""
    rng = np.random.RandomState(3)
    theta, m, v = 0.5, 0.0, 0.0
    position = {"W1": np.array([[0.5]])}
    averages = SECOND.initialize_adam(position)
    for t in range(1, 21):
        g = rng.randn()
        m = 0.7 * m + (1 - 0.7) * g
        v = 0.95 * v + (1 - 0.95) * g * g
        theta -= 0.05 * (m / (1 - 0.7**t)) / ((v / (1 - 0.95**t)) ** 0.5 + 0.1)
        position, *averages = SECOND.update_parameters_with_adam(
            position, {"dW1": np.array([[g]])}, *averages, t, 0.05, 0.7, 0.95, 0.1
        )
        assert position["W1"].item() == pytest.approx(theta, rel=1e-12)


def test_step_lengths_are_those_that_adam_took():
    """The mended function recomputes a recorded run."""
    rng = np.random.RandomState(4)
    position = {"W1": np.zeros((1, 1))}
    v, s = SECOND.initialize_adam(position)
    history = []
    for t in range(1, 13):
        before = position["W1"].item()
        position, v, s = SECOND.update_parameters_with_adam(
            position, {"dW1": rng.randn(1, 1)}, v, s, t, 0.02, 0.8, 0.9, 0.05
        )
        length = abs(position["W1"].item() - before)
        history.append((v["dW1"].item(), s["dW1"].item(), length))
    v_history, s_history, lengths = np.array(history).T

    found = SECOND.debug_step_lengths(v_history, s_history, 0.02, 0.8, 0.9, 0.05)

    np.testing.assert_allclose(found, lengths, rtol=1e-9)


def _train_on_moons(step, rate_of, num_epochs=5000):
    """Train as the classic model does; return the share of right points."""
    X, Y = load_moons()
    parameters = initialize_parameters_he([2, 5, 2, 1], seed=3)
    state = (*SECOND.initialize_adam(parameters), 0)
    for epoch in range(num_epochs):
        for batch_X, batch_Y in FIRST.random_mini_batches(X, Y, 64, 11 + epoch):
            AL, caches = forward_propagation(batch_X, parameters)
            grads = backward_propagation(AL, batch_Y, caches)
            parameters, state = step(parameters, grads, state, rate_of(epoch))
    return accuracy(X, Y, parameters)


def _plain(parameters, grads, state, rate):
    return FIRST.update_parameters_with_gd(parameters, grads, rate), state


def _adam(parameters, grads, state, rate):
    v, s, t = state
    parameters, v, s = SECOND.update_parameters_with_adam(
        parameters, grads, v, s, t + 1, rate
    )
    return parameters, (v, s, t + 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "rate_of", "published"),
    [
        (_plain, lambda epoch: 0.0007, 0.7167),
        (_adam, lambda epoch: 0.0007, 0.9433),
        (_plain, lambda epoch: SECOND.schedule_lr_decay(0.1, epoch, 1), 0.943),
    ],
    ids=["gradient descent", "Adam", "scheduled gradient descent"],
)
def test_training_on_the_moons_gives_the_published_accuracy(step, rate_of, published):
    """5000 epochs of batches of 64: right to one point in 300."""
    assert abs(_train_on_moons(step, rate_of) - published) < 1 / 300 + 5e-4
