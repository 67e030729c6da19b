"""Random inputs of the graded functions, drawn independently of the cases."""

import numpy as np

from helpers.activations import sigmoid
from helpers.networks import random_parameters


def _net(rng):
    sizes = [int(n) for n in rng.integers(1, 6, 3)]
    return sizes, random_parameters(sizes, int(rng.integers(2**31)))


def _data(rng, sizes):
    m = rng.integers(1, 9)
    X = rng.standard_normal((sizes[0], m))
    return X, (rng.random((sizes[-1], m)) < 0.5).astype(float)


def layer_sizes(rng):
    n_x, n_y, m = rng.integers(1, 9, 3)
    return (np.ones((n_x, m)), np.ones((n_y, m))), {}


def initialize_parameters(rng):
    sizes = (int(n) for n in rng.integers(1, 8, 3))
    return tuple(sizes), {}, int(rng.integers(2**31))


def forward_propagation(rng):
    sizes, parameters = _net(rng)
    return (_data(rng, sizes)[0], parameters), {}


def compute_cost(rng):
    shape = tuple(rng.integers(1, 8, 2))
    Y = (rng.random(shape) < 0.5).astype(float)
    return (rng.uniform(0.01, 0.99, shape), Y), {}


def backward_propagation(rng):
    sizes, parameters = _net(rng)
    X, Y = _data(rng, sizes)
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": sigmoid(Z2)}
    return (parameters, cache, X, Y), {}


def update_parameters(rng):
    sizes, parameters = _net(rng)
    grads = random_parameters(sizes, int(rng.integers(2**31)), prefix="d")
    if rng.random() < 0.2:
        return (parameters, grads), {}
    return (parameters, grads, float(rng.uniform(0.01, 3))), {}


def nn_model(rng):
    n_x, n_h, n_y = (int(n) for n in rng.integers(1, 6, 3))
    X, Y = _data(rng, [n_x, n_y])
    steps = int(rng.integers(0, 12))
    more = {"num_iterations": steps, "print_cost": bool(rng.random() < 0.3)}
    return (X, Y, n_h), more, int(rng.integers(2**31))


def predict(rng):
    sizes, parameters = _net(rng)
    X, _ = _data(rng, sizes)
    if rng.random() < 0.2:
        parameters = {name: np.round(value) for name, value in parameters.items()}
        parameters["b1"] *= 0
        parameters["b2"] *= 0
        X = np.where(rng.random(X.shape) < 0.5, 0.0, X)
    return (parameters, X), {}


INPUTS = {
    "planar_classification.layer_sizes": layer_sizes,
    "planar_classification.initialize_parameters": initialize_parameters,
    "planar_classification.forward_propagation": forward_propagation,
    "planar_classification.compute_cost": compute_cost,
    "planar_classification.backward_propagation": backward_propagation,
    "planar_classification.update_parameters": update_parameters,
    "planar_classification.nn_model": nn_model,
    "planar_classification.predict": predict,
    "planar_classification.debug_backward_propagation": backward_propagation,
}
