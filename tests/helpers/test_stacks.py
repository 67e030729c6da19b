"""Stacks of networks train as each network would by itself."""

import numpy as np
import pytest

from helpers import stacks
from helpers.gradients import central_differences
from helpers.networks import (
    accuracy,
    compute_cost,
    forward_propagation,
    has_dead_layer,
    random_parameters,
)

LAYERS = [2, 5, 4, 1]


def points(m, seed=0, stack=None):
    """Return points and labels that no straight line separates."""
    rng = np.random.RandomState(seed)
    X = rng.randn(*([] if stack is None else [stack]), 2, m)
    return X, (np.sum(X**2, axis=-2, keepdims=True) > 1.5).astype(float)


def started(count):
    """Return `count` networks and their stack."""
    networks = [random_parameters(LAYERS, seed) for seed in range(count)]
    return networks, stacks.stack(networks)


def test_forward_equals_each_network_by_itself():
    """Network i of the stack says what it says alone about its own points."""
    networks, parameters = started(3)
    X, _ = points(7, stack=3)

    together, _ = forward_propagation(X, parameters)

    for i, network in enumerate(networks):
        alone, _ = forward_propagation(X[i], network)
        np.testing.assert_allclose(together[i], alone, rtol=1e-12, atol=1e-15)


def test_accuracy_of_a_stack_is_that_of_each_network():
    """One number a network, of the same points or of its own."""
    networks, parameters = started(3)
    X, Y = points(40, stack=3)

    own = accuracy(X, Y, parameters)
    same = accuracy(X[0], Y[0], parameters)

    assert own.tolist() == [accuracy(X[i], Y[i], networks[i]) for i in range(3)]
    assert same.tolist() == [accuracy(X[0], Y[0], network) for network in networks]


@pytest.mark.parametrize("lambd", [0.0, 0.7])
def test_one_step_follows_the_central_differences(lambd):
    """A step moves against the slope of the cost with its penalty."""
    networks, parameters = started(2)
    X, Y = points(9)
    m = X.shape[1]

    def cost(P):
        AL, _ = forward_propagation(X, P)
        squares = sum(np.sum(P[f"W{layer}"] ** 2) for layer in (1, 2, 3))
        return compute_cost(AL, Y) + lambd / (2 * m) * squares

    after = stacks.train(
        parameters,
        X,
        Y,
        learning_rate=0.1,
        num_iterations=1,
        lambd=lambd,
        dtype=np.float64,
    ).parameters

    for i, network in enumerate(networks):
        slopes = central_differences(cost, network)
        for name, slope in slopes.items():
            np.testing.assert_allclose(
                after[name][i], network[name] - 0.1 * slope, rtol=0, atol=1e-8
            )


def test_rates_and_penalties_may_differ_between_networks():
    """A number for each network acts on that network only."""
    _, parameters = started(2)
    X, Y = points(9)
    settings = dict(num_iterations=5, dtype=np.float64)

    together = stacks.train(
        parameters, X, Y, learning_rate=[0.1, 0.3], lambd=[0.0, 2.0], **settings
    )
    second = {name: value[1:] for name, value in parameters.items()}
    alone = stacks.train(second, X, Y, learning_rate=0.3, lambd=2.0, **settings)

    for name in parameters:
        np.testing.assert_allclose(
            together.parameters[name][1], alone.parameters[name][0], atol=1e-12
        )


def test_dropout_draws_a_fresh_mask_in_every_step():
    """Frozen masks give another result than fresh ones, keep_prob 1 none at all."""
    _, parameters = started(1)
    X, Y = points(9)

    def weights(keep_prob, **how):
        rng = np.random.default_rng(5)
        return stacks.train(
            parameters,
            X,
            Y,
            learning_rate=0.1,
            num_iterations=3,
            keep_prob=keep_prob,
            rng=rng,
            **how,
        ).parameters["W2"]

    assert np.array_equal(weights(0.6), weights(0.6))
    assert not np.array_equal(weights(0.6), weights(0.6, frozen_mask=True))
    assert not np.array_equal(weights(0.6), weights(1.0))


def test_dropout_without_a_generator_is_refused():
    """Masks come from a generator that the caller names."""
    _, parameters = started(1)
    X, Y = points(4)

    with pytest.raises(ValueError, match="generator"):
        stacks.train(
            parameters, X, Y, learning_rate=0.1, num_iterations=1, keep_prob=0.5
        )


def test_the_best_parameters_are_those_of_the_lowest_validation_cost():
    """Early stopping returns each network as it was at its own best step."""
    _, parameters = started(3)
    X, Y = points(12)
    X_other, Y_other = points(30, seed=1)

    result = stacks.train(
        parameters,
        X,
        Y,
        learning_rate=0.5,
        num_iterations=300,
        validation=(X_other, Y_other),
        record_every=10,
        dtype=np.float64,
    )

    best = result.validation_costs.argmin(axis=0)
    assert np.array_equal(result.iterations[best], result.best_iterations)
    AL, _ = forward_propagation(X_other, result.best_parameters)
    costs = [compute_cost(A, Y_other) for A in AL]
    np.testing.assert_allclose(costs, result.validation_costs.min(axis=0), rtol=1e-9)


def test_a_dead_layer_is_seen_wherever_it_is():
    """A network is dead if one hidden layer is off for every point."""
    _, parameters = started(3)
    X, _ = points(20)
    parameters["b1"][1] = -100.0
    parameters["b2"][2] = -100.0

    assert has_dead_layer(X, parameters).tolist() == [False, True, True]
