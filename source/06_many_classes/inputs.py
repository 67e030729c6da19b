"""Random inputs of the graded functions, drawn independently of the cases."""

import numpy as np


def _sizes(rng):
    return int(rng.integers(2, 6)), int(rng.integers(1, 8))


def _labels(rng, C, m):
    return rng.integers(0, C, (1, m)).astype(float)


def _columns(rng, C, m):
    return np.eye(C)[:, rng.integers(0, C, m)]


def _scores(rng, C, m):
    size = 10 ** rng.uniform(-1, 3.5)
    return size * rng.standard_normal((C, m))


def one_hot(rng):
    C, m = _sizes(rng)
    return (_labels(rng, C, m), C + int(rng.integers(0, 3))), {}


def softmax(rng):
    Z = _scores(rng, *_sizes(rng))
    if rng.random() < 0.3:
        return (Z,), {}
    return (Z, float(10 ** rng.uniform(-1, 1))), {}


def compute_cost(rng):
    C, m = _sizes(rng)
    return (_scores(rng, C, m), _columns(rng, C, m)), {}


def softmax_backward(rng):
    C, m = _sizes(rng)
    weights = rng.uniform(0.1, 2, (C, m))
    return (rng.standard_normal((C, m)), weights / weights.sum(axis=0)), {}


def propagate(rng):
    (C, m), n = _sizes(rng), int(rng.integers(1, 6))
    W, b = rng.standard_normal((C, n)), rng.standard_normal((C, 1))
    return (W, b, rng.standard_normal((n, m)), _columns(rng, C, m)), {}


def predict(rng):
    return (np.round(rng.standard_normal(_sizes(rng)), 1),), {}


def confusion_matrix(rng):
    C, m = int(rng.integers(2, 6)), int(rng.integers(1, 30))
    labels = _labels(rng, C, m)
    return (labels, _labels(rng, C, m), C + int(rng.integers(0, 3))), {}


def counts(rng):
    C = int(rng.integers(2, 7))
    return (rng.integers(1, 20, (C, C)).astype(float),), {}


INPUTS = {
    "softmax_regression.one_hot": one_hot,
    "softmax_regression.softmax": softmax,
    "softmax_regression.compute_cost": compute_cost,
    "softmax_regression.softmax_backward": softmax_backward,
    "softmax_regression.propagate": propagate,
    "softmax_regression.predict": predict,
    "softmax_regression.confusion_matrix": confusion_matrix,
    "softmax_regression.debug_precision_and_recall": counts,
}
