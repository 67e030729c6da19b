"""The given steps and batches agree with their formulas."""

import numpy as np

from helpers.networks import random_parameters
from helpers.optimizers import each_batch, momentum_step


def test_momentum_averages_with_weights_beta_and_one_minus_beta():
    """The new velocity is beta old + (1 - beta) gradient; the step follows it."""
    parameters = random_parameters([3, 2, 1], seed=1)
    grads = random_parameters([3, 2, 1], seed=2, prefix="d")
    v = random_parameters([3, 2, 1], seed=3, prefix="d")

    moved, velocity = momentum_step(parameters, grads, v, 0.8, 0.5)

    for name, value in parameters.items():
        expected = 0.8 * v["d" + name] + 0.2 * grads["d" + name]
        np.testing.assert_allclose(velocity["d" + name], expected, rtol=1e-12)
        np.testing.assert_allclose(moved[name], value - 0.5 * expected, rtol=1e-12)


def test_batches_hold_every_example_once_with_its_label():
    """An epoch is a shuffled copy of the set, cut without an empty rest."""
    X = np.arange(24.0).reshape(2, 12)
    Y = X[:1] + 100

    for size, sizes in ((5, [5, 5, 2]), (4, [4, 4, 4]), (20, [12])):
        batches = list(each_batch(X, Y, size, seed=3))
        assert sizes == [labels.shape[1] for _, labels in batches]
        together = np.concatenate([examples for examples, _ in batches], axis=1)
        assert (together[0] != X[0]).any()
        np.testing.assert_array_equal(X, together[:, np.argsort(together[0])])
        for examples, labels in batches:
            np.testing.assert_array_equal(examples[:1] + 100, labels)
