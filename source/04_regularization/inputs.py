"""Random inputs of the graded functions, drawn independently of the cases."""

import numpy as np

from helpers.activations import relu, sigmoid
from helpers.networks import random_parameters


def _dims(rng):
    return ([int(n) for n in rng.integers(1, 8, rng.integers(2, 6))],), {}


def initialize_parameters(rng):
    return *_dims(rng), int(rng.integers(2**31))


def _net(rng):
    sizes = [int(n) for n in rng.integers(1, 5, 3)] + [1]
    m = rng.integers(1, 9)
    Y = (rng.random((1, m)) < 0.5).astype(float)
    parameters = random_parameters(sizes, int(rng.integers(2**31)))
    return rng.standard_normal((sizes[0], m)), Y, parameters


def _forward(X, P, keep_prob, rng):
    """Return the cache of a pass with dropout; keep_prob 1 drops nothing."""
    A, cache = X, []
    for l in (1, 2, 3):  # noqa: E741
        W, b = P[f"W{l}"], P[f"b{l}"]
        Z = W @ A + b
        A = sigmoid(Z) if l == 3 else relu(Z)
        D = (rng.random(A.shape) < keep_prob).astype(float)
        if l < 3:
            A = A * D / keep_prob
        cache += [Z, D, A, W, b] if l < 3 else [Z, A, W, b]
    return cache


def _plain_cache(rng):
    X, Y, P = _net(rng)
    full = _forward(X, P, 1.0, rng)
    del full[6], full[1]
    return X, Y, P, tuple(full)


def cost_with_regularization(rng):
    _, Y, P = _net(rng)
    A3 = rng.uniform(0.02, 0.98, Y.shape)
    return (A3, Y, P, float(rng.uniform(0, 5))), {}


def backward_with_regularization(rng):
    X, Y, _, cache = _plain_cache(rng)
    return (X, Y, cache, float(rng.uniform(0, 5))), {}


def forward_with_dropout(rng):
    sizes = [int(n) for n in rng.integers(2, 5, 1)] + [30, 20, 1]
    X = rng.standard_normal((sizes[0], 80))
    P = random_parameters(sizes, int(rng.integers(2**31)))
    seed = int(rng.integers(2**31))
    if rng.random() < 0.2:
        return (X, P), {}, seed
    keep_prob = float(rng.choice([0.2, 0.3, 0.5, 0.6, 0.8, 0.9, 1.0]))
    return (X, P, keep_prob), {}, seed


def backward_with_dropout(rng):
    X, Y, P = _net(rng)
    keep_prob = float(rng.uniform(0.2, 1))
    return (X, Y, tuple(_forward(X, P, keep_prob, rng)), keep_prob), {}


def predict(rng):
    X, _, P = _net(rng)
    return (X, P), {}


def product(rng):
    return (float(rng.standard_normal() * 3), float(rng.standard_normal() * 3)), {}


def gradient_check(rng):
    (x, theta), _ = product(rng)
    kind = rng.integers(3)
    if kind == 0:
        return (x, theta), {"print_msg": bool(rng.random() < 0.3)}
    if kind == 1:
        return (x, theta), {"epsilon": float(rng.uniform(0.1, 1))}
    x, theta = (int(n) for n in 2 ** rng.integers(1, 6, 2))
    # So small a step that rounding decides: whole steps of the last digit of theta.
    step = float(np.spacing(theta) * rng.choice([0.6, 0.75, 1.3, 1.7]))
    return (x, theta), {"epsilon": step}


def gradient_check_n(rng):
    X, Y, P, cache = _plain_cache(rng)
    G = backward(X, Y, cache)
    if rng.random() < 0.7:
        name = str(rng.choice(["dW1", "db1", "dW2", "db2", "dW3", "db3"]))
        G[name] = G[name] * float(rng.choice([-1, 0.5, 1.05, 1.2, 2]))
    more = {"epsilon": float(rng.choice([1e-6, 1e-5, 1e-3, 0.1, 0.3]))}
    return (P, G, X, Y), more


def backward(X, Y, cache):
    """Return right gradients of the three-layer net."""
    m = X.shape[1]
    Z1, A1, _, _, Z2, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dZ2 = W3.T @ dZ3 * (Z2 > 0)
    dZ1 = W2.T @ dZ2 * (Z1 > 0)
    gradients = {"dZ3": dZ3}
    for l, dZ, A in ((3, dZ3, A2), (2, dZ2, A1), (1, dZ1, X)):  # noqa: E741
        gradients[f"dW{l}"] = dZ @ A.T / m
        gradients[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
    return gradients


def backward_propagation_n(rng):
    X, Y, _, cache = _plain_cache(rng)
    return (X, Y, cache), {}


INPUTS = {
    "initialization.initialize_parameters_zeros": _dims,
    "initialization.initialize_parameters_random": initialize_parameters,
    "initialization.initialize_parameters_xavier": initialize_parameters,
    "initialization.initialize_parameters_he": initialize_parameters,
    "regularization.compute_cost_with_regularization": cost_with_regularization,
    "regularization.backward_propagation_with_regularization": (
        backward_with_regularization
    ),
    "regularization.forward_propagation_with_dropout": forward_with_dropout,
    "regularization.backward_propagation_with_dropout": backward_with_dropout,
    "regularization.predict_with_dropout_net": predict,
    "gradient_checking.forward_propagation": product,
    "gradient_checking.backward_propagation": product,
    "gradient_checking.gradient_check": gradient_check,
    "gradient_checking.gradient_check_n": gradient_check_n,
    "gradient_checking.backward_propagation_n": backward_propagation_n,
}
