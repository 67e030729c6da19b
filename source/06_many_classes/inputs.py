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


def _unit_numbers(rng, n, count):
    return [rng.standard_normal((n, 1)) for _ in range(count)]


def _epsilon(rng):
    return float(10 ** rng.uniform(-5, 0.3))


def batchnorm_forward(rng):
    n, m = int(rng.integers(1, 6)), int(rng.integers(2, 9))
    Z = 3 * rng.standard_normal((n, 1)) + rng.standard_normal((n, m))
    numbers = _unit_numbers(rng, n, 2)
    if rng.random() < 0.2:
        return (Z, *numbers), {}
    return (Z, *numbers, _epsilon(rng)), {}


def batchnorm_backward(rng):
    (Z, gamma, _, *more), _ = batchnorm_forward(rng)
    eps = more[0] if more else 1e-5
    mu, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    cache = ((Z - mu) / np.sqrt(var + eps), gamma, mu, var, eps)
    return (rng.standard_normal(Z.shape), cache), {}


def update_running_averages(rng):
    n = int(rng.integers(1, 6))
    values = [*_unit_numbers(rng, n, 1), rng.random((n, 1)), *_unit_numbers(rng, n, 1)]
    values.append(rng.random((n, 1)))
    if rng.random() < 0.2:
        return tuple(values), {}
    return (*values, float(rng.uniform(0, 1))), {}


def fixed_statistics(rng):
    n, columns = int(rng.integers(1, 6)), int(rng.integers(1, 9))
    first, numbers = rng.standard_normal((n, columns)), _unit_numbers(rng, n, 3)
    values = (first, *numbers, rng.random((n, 1)) + 0.05)
    if rng.random() < 0.2:
        return values, {}
    return (*values, _epsilon(rng)), {}


def log_uniform(rng):
    low = float(10 ** rng.uniform(-5, 1))
    return (
        rng.random(int(rng.integers(1, 9))),
        low,
        low * 10 ** rng.uniform(0.2, 4),
    ), {}


def momenta(rng):
    low, high = np.sort(1 - 10 ** rng.uniform(-4, 0, 2))
    return (rng.random(int(rng.integers(1, 9))), float(low), float(high)), {}


def narrow_range(rng):
    n = int(rng.integers(2, 12))
    costs = rng.random(n)
    costs[: int(rng.integers(0, 2))] = np.nan
    values = 10 ** rng.uniform(-3, 2, n)
    return (values, rng.permutation(costs), int(rng.integers(1, n))), {}


def early_stopping(rng):
    costs = np.round(rng.random(int(rng.integers(1, 15))), 1)
    return (costs, int(rng.integers(1, 6))), {}


INPUTS = {
    "softmax_regression.one_hot": one_hot,
    "softmax_regression.softmax": softmax,
    "softmax_regression.compute_cost": compute_cost,
    "softmax_regression.softmax_backward": softmax_backward,
    "softmax_regression.propagate": propagate,
    "softmax_regression.predict": predict,
    "softmax_regression.confusion_matrix": confusion_matrix,
    "softmax_regression.debug_precision_and_recall": counts,
    "batch_normalization.batchnorm_forward": batchnorm_forward,
    "batch_normalization.batchnorm_backward": batchnorm_backward,
    "batch_normalization.update_running_averages": update_running_averages,
    "batch_normalization.batchnorm_predict": fixed_statistics,
    "batch_normalization.fold_batchnorm": fixed_statistics,
    "tuning.sample_log_uniform": log_uniform,
    "tuning.sample_beta": momenta,
    "tuning.narrow_range": narrow_range,
    "tuning.early_stopping": early_stopping,
}
