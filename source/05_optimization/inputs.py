"""Random inputs of the graded functions, drawn independently of the cases."""

from helpers.networks import random_parameters


def _sizes(rng):
    return [int(n) for n in rng.integers(1, 5, rng.integers(2, 6))]


def _draw(rng, sizes, prefix="d"):
    return random_parameters(sizes, int(rng.integers(2**31)), prefix=prefix)


def _squares(rng, sizes):
    return {key: value**2 for key, value in _draw(rng, sizes).items()}


def _rate(rng):
    return float(10 ** rng.uniform(-3, 0.5))


def gradient_descent(rng):
    sizes = _sizes(rng)
    return (_draw(rng, sizes, ""), _draw(rng, sizes), _rate(rng)), {}


def random_mini_batches(rng):
    m = int(rng.choice([1, 2, 9, 16, 24, 33, 70]))
    X = rng.standard_normal((rng.integers(1, 4), m))
    Y = (rng.random((1, m)) < 0.5).astype(float)
    if rng.random() < 0.2:
        return (X, Y), {}
    return (X, Y, int(rng.integers(1, 40)), int(rng.integers(1000))), {}


def parameters_only(rng):
    return (_draw(rng, _sizes(rng), ""),), {}


def momentum(rng):
    sizes = _sizes(rng)
    drawn = _draw(rng, sizes, ""), _draw(rng, sizes), _draw(rng, sizes)
    return (*drawn, float(rng.uniform(0, 1)), _rate(rng)), {}


def rmsprop(rng):
    sizes = _sizes(rng)
    drawn = _draw(rng, sizes, ""), _draw(rng, sizes), _squares(rng, sizes)
    beta, epsilon = float(rng.uniform(0.1, 1)), float(10 ** rng.uniform(-8, 0))
    return (*drawn, beta, _rate(rng), epsilon), {}


def adam(rng):
    sizes = _sizes(rng)
    drawn = _draw(rng, sizes, ""), _draw(rng, sizes), _draw(rng, sizes)
    t = int(rng.integers(1, 12))
    if rng.random() < 0.2:
        return (*drawn, _squares(rng, sizes), t), {}
    beta1, beta2 = (float(beta) for beta in rng.uniform(0.1, 0.999, 2))
    epsilon = float(10 ** rng.uniform(-8, 0))
    return (*drawn, _squares(rng, sizes), t, _rate(rng), beta1, beta2, epsilon), {}


def step_lengths(rng):
    n = rng.integers(1, 12)
    beta1, beta2 = (float(beta) for beta in rng.uniform(0.1, 0.999, 2))
    epsilon = float(10 ** rng.uniform(-8, 0))
    histories = rng.standard_normal(n), rng.random(n)
    return (*histories, _rate(rng), beta1, beta2, epsilon), {}


def update_lr(rng):
    return (_rate(rng), int(rng.integers(0, 500)), float(rng.uniform(0, 3))), {}


def schedule_lr_decay(rng):
    (rate, epoch, decay), _ = update_lr(rng)
    if rng.random() < 0.3:
        return (rate, 10 * epoch, decay), {}
    interval = int(rng.integers(1, 60))
    if rng.random() < 0.3:
        epoch = interval * int(rng.integers(0, 9))
    return (rate, epoch, decay, interval), {}


INPUTS = {
    "mini_batches_and_momentum.update_parameters_with_gd": gradient_descent,
    "mini_batches_and_momentum.random_mini_batches": random_mini_batches,
    "mini_batches_and_momentum.initialize_velocity": parameters_only,
    "mini_batches_and_momentum.update_parameters_with_momentum": momentum,
    "adaptive_methods.update_parameters_with_rmsprop": rmsprop,
    "adaptive_methods.initialize_adam": parameters_only,
    "adaptive_methods.update_parameters_with_adam": adam,
    "adaptive_methods.debug_step_lengths": step_lengths,
    "adaptive_methods.update_lr": update_lr,
    "adaptive_methods.schedule_lr_decay": schedule_lr_decay,
}
