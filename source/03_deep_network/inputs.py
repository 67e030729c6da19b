"""Random inputs of the graded functions, drawn independently of the cases."""

import numpy as np

from helpers.layers import relu, sigmoid
from helpers.networks import random_parameters


def _sizes(rng):
    return [int(n) for n in rng.integers(1, 6, rng.integers(2, 6))]


def _layer(rng):
    n, n_prev, m = rng.integers(1, 7, 3)
    A = rng.standard_normal((n_prev, m))
    return A, rng.standard_normal((n, n_prev)), rng.standard_normal((n, 1))


def _activation(rng):
    return str(rng.choice(["relu", "sigmoid"]))


def initialize_parameters(rng):
    sizes = (int(n) for n in rng.integers(1, 8, 3))
    return tuple(sizes), {}, int(rng.integers(2**31))


def initialize_parameters_deep(rng):
    return (_sizes(rng),), {}, int(rng.integers(2**31))


def linear_forward(rng):
    return _layer(rng), {}


def linear_activation_forward(rng):
    return (*_layer(rng), _activation(rng)), {}


def _net(rng):
    sizes = _sizes(rng)
    parameters = random_parameters(sizes, int(rng.integers(2**31)))
    return sizes, parameters, rng.standard_normal((sizes[0], rng.integers(1, 7)))


def L_model_forward(rng):
    _, parameters, X = _net(rng)
    return (X, parameters), {}


def compute_cost(rng):
    shape = tuple(rng.integers(1, 8, 2))
    Y = (rng.random(shape) < 0.5).astype(float)
    return (rng.uniform(0.01, 0.99, shape), Y), {}


def linear_backward(rng):
    A, W, b = _layer(rng)
    return (rng.standard_normal((W.shape[0], A.shape[1])), (A, W, b)), {}


def linear_activation_backward(rng):
    A, W, b = _layer(rng)
    Z = W @ A + b
    return (rng.standard_normal(Z.shape), ((A, W, b), Z), _activation(rng)), {}


def L_model_backward(rng):
    sizes, parameters, A = _net(rng)
    m = A.shape[1]
    caches = []
    for l in range(1, len(sizes)):  # noqa: E741
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = W @ A + b
        caches.append(((A, W, b), Z))
        A, _ = relu(Z) if l < len(sizes) - 1 else sigmoid(Z)
    Y = (rng.random((sizes[-1], m)) < 0.5).astype(float)
    return (A, Y, caches), {}


def update_parameters(rng):
    sizes = _sizes(rng)
    seed = int(rng.integers(2**30))
    grads = random_parameters(sizes, seed + 1, prefix="d")
    return (random_parameters(sizes, seed), grads, float(rng.uniform(0.01, 3))), {}


def _examples(rng, n_x):
    m = rng.integers(1, 9)
    Y = (rng.random((1, m)) < 0.5).astype(float)
    return rng.standard_normal((n_x, m)), Y


def _training(rng):
    steps = int(rng.integers(0, 9))
    if rng.random() < 0.05:
        steps = int(rng.choice([101, 201]))
    return {"num_iterations": steps, "print_cost": bool(rng.random() < 0.3)}


def two_layer_model(rng):
    n_x, n_h = (int(n) for n in rng.integers(1, 6, 2))
    X, Y = _examples(rng, n_x)
    rate = float(rng.uniform(0.01, 1.5))
    more = _training(rng) | {"learning_rate": rate}
    return (3 * X, Y, (n_x, n_h, 1)), more, int(rng.integers(2**31))


def L_layer_model(rng):
    sizes = [*_sizes(rng)[:-1], 1]
    X, Y = _examples(rng, sizes[0])
    more = _training(rng) | {"learning_rate": float(rng.uniform(0.01, 0.6))}
    return (X, Y, sizes), more, int(rng.integers(2**31))


def gradient_step(rng):
    sizes = [*_sizes(rng)[:-1], 1]
    X, Y = _examples(rng, sizes[0])
    parameters = random_parameters(sizes, int(rng.integers(2**31)))
    return (parameters, X, Y, float(rng.uniform(0.01, 1))), {}


def predict(rng):
    _, parameters, X = _net(rng)
    if rng.random() < 0.2:
        return (np.round(X), {"W1": np.ones((1, len(X))), "b1": np.zeros((1, 1))}), {}
    return (X, parameters), {}


INPUTS = {
    "image_classification.two_layer_model": two_layer_model,
    "image_classification.gradient_step": gradient_step,
    "image_classification.initialize_parameters_deep": initialize_parameters_deep,
    "image_classification.L_layer_model": L_layer_model,
    "image_classification.predict": predict,
    "building_blocks.initialize_parameters": initialize_parameters,
    "building_blocks.initialize_parameters_deep": initialize_parameters_deep,
    "building_blocks.linear_forward": linear_forward,
    "building_blocks.linear_activation_forward": linear_activation_forward,
    "building_blocks.L_model_forward": L_model_forward,
    "building_blocks.compute_cost": compute_cost,
    "building_blocks.linear_backward": linear_backward,
    "building_blocks.linear_activation_backward": linear_activation_backward,
    "building_blocks.L_model_backward": L_model_backward,
    "building_blocks.debug_L_model_backward": L_model_backward,
    "building_blocks.update_parameters": update_parameters,
}
