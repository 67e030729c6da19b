"""Random inputs of the graded functions, drawn independently of the cases.

Each generator gets a NumPy generator and returns the arguments of one call;
``python -m autograder mutate`` calls a mutant equivalent if it agrees with the
solution on all of them.
"""

import numpy as np


def _values(rng, shape=None):
    """Draw moderate numbers, sometimes whole or huge ones, zero among them."""
    if shape is None:
        shape = tuple(rng.integers(1, 5, rng.integers(1, 4)))
    kind = rng.integers(4)
    if kind == 0:
        return rng.integers(-4, 5, shape)
    if kind == 1:
        return rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 5)
    return rng.standard_normal(shape) * 2


def _number(rng):
    value = rng.standard_normal() * 4
    return round(value) if rng.random() < 0.4 else float(value)


def basic_sigmoid(rng):
    return (_number(rng),), {}


def sigmoid(rng):
    return (_number(rng) if rng.random() < 0.2 else _values(rng),), {}


def image2vector(rng):
    return (rng.integers(0, 256, rng.integers(1, 6, 3)),), {}


def normalize_rows(rng):
    x = _values(rng, tuple(rng.integers(1, 6, 2)))
    x[:, 0] = np.where(np.abs(x).sum(axis=1) == 0, 1, x[:, 0])
    return (x,), {}


def softmax(rng):
    return (_values(rng, tuple(rng.integers(1, 6, 2))),), {}


def two_vectors(rng):
    n = rng.integers(1, 9)
    return (_values(rng, (n,)), rng.integers(0, 2, n)), {}


def initialize_with_zeros(rng):
    return (int(rng.integers(1, 20)),), {}


def _labels(rng, m):
    Y = rng.integers(0, 2, (1, m))
    return Y if rng.random() < 0.5 else Y.astype(float)


def _unit(rng, n_x=None, m=None):
    n_x, m = n_x or rng.integers(1, 6), m or rng.integers(1, 8)
    w, b = rng.standard_normal((n_x, 1)), float(rng.standard_normal())
    return w, b, rng.standard_normal((n_x, m))


def propagate(rng):
    w, b, X = _unit(rng)
    if rng.random() < 0.3:
        w = w * 100
    return (w, b, X, _labels(rng, X.shape[1])), {}


def debug_standardize(rng):
    n_x, m = rng.integers(1, 6), rng.integers(2, 8)
    return (rng.standard_normal((n_x, m)) * 3 + 1,), {}


def optimize(rng):
    w, b, X = _unit(rng)
    Y = _labels(rng, X.shape[1])
    if rng.random() < 0.05:
        return (w, b, X, Y), {}
    steps, rate = int(rng.integers(1, 25)), float(rng.uniform(0.01, 1))
    if rng.random() < 0.2:
        steps = int(rng.choice([100, 101, 201, 230]))
    return (w, b, X, Y, steps, rate), {"print_cost": bool(rng.random() < 0.3)}


def predict(rng):
    w, b, X = _unit(rng)
    if rng.random() < 0.3:
        w, b, X = np.sign(w), 0.0, np.round(X)
    return (w, b, X), {}


def model(rng):
    _, _, X = _unit(rng)
    _, _, X_new = _unit(rng, n_x=X.shape[0])
    Y, Y_new = _labels(rng, X.shape[1]), _labels(rng, X_new.shape[1])
    steps, rate = int(rng.integers(1, 20)), float(rng.uniform(0.01, 1))
    if rng.random() < 0.1:
        steps = int(rng.choice([101, 201]))
    more = {"print_cost": bool(rng.random() < 0.3)}
    return (X, Y, X_new, Y_new, steps, rate), more


INPUTS = {
    "numpy_basics.basic_sigmoid": basic_sigmoid,
    "numpy_basics.sigmoid": sigmoid,
    "numpy_basics.sigmoid_derivative": sigmoid,
    "numpy_basics.image2vector": image2vector,
    "numpy_basics.normalize_rows": normalize_rows,
    "numpy_basics.softmax": softmax,
    "numpy_basics.L1": two_vectors,
    "numpy_basics.L2": two_vectors,
    "logistic_regression.sigmoid": sigmoid,
    "logistic_regression.initialize_with_zeros": initialize_with_zeros,
    "logistic_regression.propagate": propagate,
    "logistic_regression.debug_standardize": debug_standardize,
    "logistic_regression.optimize": optimize,
    "logistic_regression.predict": predict,
    "logistic_regression.model": model,
}
