"""The solutions of 04 against published values, central differences, and chance."""

import numpy as np
import pytest

from autograder.authoring.sources import read_source
from helpers import stacks
from helpers.datasets import load_circles
from helpers.gradients import central_differences, relative_difference
from helpers.networks import accuracy, compute_cost, random_parameters
from tests.assignments.solutions import SOURCE, solutions

STARTS = solutions("04_regularization", "initialization")
REGULAR = solutions("04_regularization", "regularization")
CHECKING = solutions("04_regularization", "gradient_checking")

Y_PUBLISHED = np.array([[1.0, 1.0, 0.0, 1.0, 0.0]])


def _drawn(shapes, first=None):
    """Draw X (if asked for) and three layers from seed 1, as the classic tests do."""
    rng = np.random.RandomState(1)
    X = None if first is None else rng.randn(*first)
    parameters = {}
    for layer, (n, n_prev) in enumerate(shapes, start=1):
        parameters[f"W{layer}"] = rng.randn(n, n_prev)
        parameters[f"b{layer}"] = rng.randn(n, 1)
    return X, parameters


def _points(seed=3, m=9):
    rng = np.random.RandomState(seed)
    X = rng.randn(2, m)
    return (
        X,
        rng.randint(0, 2, (1, m)).astype(float),
        random_parameters([2, 4, 3, 1], 4),
    )


@pytest.mark.parametrize(
    ("name", "layers_dims", "published"),
    [
        ("random", [3, 2, 1], [17.88628473, 4.36509851, 0.96497468]),
        ("he", [2, 4, 1], [1.78862847, 0.43650985]),
        ("he", [3, 1, 2], [1.46040903, 0.3564088, 0.07878985]),
    ],
)
def test_starts_give_the_published_weights(name, layers_dims, published):
    """The first row of W1 from seed 3."""
    np.random.seed(3)

    parameters = getattr(STARTS, f"initialize_parameters_{name}")(layers_dims)

    np.testing.assert_allclose(parameters["W1"][0], published, rtol=0, atol=5e-9)


def test_starts_give_the_published_last_layers():
    """W2 from seed 3, which shows that the draws go on from layer to layer."""
    np.random.seed(3)
    large = STARTS.initialize_parameters_random([3, 2, 1])
    np.random.seed(3)
    he = STARTS.initialize_parameters_he([2, 4, 1])

    np.testing.assert_allclose(large["W2"], [[-0.82741481, -6.27000677]], atol=5e-9)
    np.testing.assert_allclose(
        he["W2"], [[-0.03098412, -0.33744411, -0.92904268, 0.62552248]], atol=5e-9
    )


@pytest.mark.parametrize(("name", "factor"), [("xavier", 1), ("he", 2)])
def test_spreads_are_what_the_formula_says(name, factor):
    """The variance of W times the size of the layer before is 1 or 2."""
    np.random.seed(0)

    W2 = getattr(STARTS, f"initialize_parameters_{name}")([5, 400, 300])["W2"]

    assert abs(W2.var() * 400 - factor) < 5 * factor * np.sqrt(2 / W2.size)


@pytest.mark.slow
def test_trained_starts_have_the_published_accuracies():
    """15000 steps on the classic circles, to one point in 300 and 100."""
    X, Y = load_circles("train")
    names = ("zeros", "random", "he")
    starts = [
        stacks.initialize(
            getattr(STARTS, f"initialize_parameters_{name}"), [2, 10, 5, 1], [3]
        )
        for name in names
    ]
    together = {key: np.concatenate([s[key] for s in starts]) for key in starts[0]}

    trained = stacks.train(
        together,
        X,
        Y,
        learning_rate=0.01,
        num_iterations=15000,
        record_every=15000,
        dtype=np.float64,
    ).parameters

    on_train = accuracy(X, Y, trained)
    on_test = accuracy(*load_circles("test"), trained)
    np.testing.assert_allclose(on_train, [0.5, 0.83, 0.99333], atol=1 / 300 + 1e-4)
    np.testing.assert_allclose(on_test, [0.5, 0.86, 0.96], atol=1 / 100 + 1e-9)


def test_the_cost_with_its_penalty_is_the_published_one():
    """lambda 0.1 on the classic inputs."""
    _, parameters = _drawn([(2, 3), (3, 2), (1, 3)])
    A3 = np.array([[0.40682402, 0.01629284, 0.16722898, 0.10118111, 0.40682402]])

    cost = REGULAR.compute_cost_with_regularization(A3, Y_PUBLISHED, parameters, 0.1)

    np.testing.assert_allclose(cost, 1.7864859451590758, rtol=1e-12)


def test_gradients_with_the_penalty_are_the_published_ones():
    """lambda 0.7 on the classic inputs."""
    X, parameters = _drawn([(2, 3), (3, 2), (1, 3)], first=(3, 5))
    _, cache = REGULAR.forward_propagation(X, parameters)

    gradients = REGULAR.backward_propagation_with_regularization(
        X, Y_PUBLISHED, cache, 0.7
    )

    np.testing.assert_allclose(
        gradients["dW3"], [[-1.77691347, -0.11832879, -0.09397446]], atol=5e-9
    )
    np.testing.assert_allclose(
        gradients["dW1"][0], [-0.25604646, 0.12298827, -0.28297129], atol=5e-9
    )


def test_dropout_with_the_classic_seed_gives_the_published_answers():
    """Seed 1 and keep_prob 0.7: the masks of the classic test, by rand below it."""
    X, parameters = _drawn([(2, 3), (3, 2), (1, 3)], first=(3, 5))
    np.random.seed(1)

    A3, _ = REGULAR.forward_propagation_with_dropout(X, parameters, 0.7)

    published = [0.36974721, 0.00305176, 0.04565099, 0.49683389, 0.36974721]
    np.testing.assert_allclose(A3[0], published, rtol=0, atol=5e-9)


def test_dropout_backward_gives_the_published_gradients():
    """keep_prob 0.8 on the classic cache, whose masks were scaled by 0.5."""
    X, P = _drawn([(2, 3), (3, 2), (1, 3)], first=(3, 5))
    D1 = np.array([[1, 0, 1, 1, 1], [1, 1, 1, 1, 0]])
    D2 = np.array([[1, 0, 1, 0, 1], [0, 1, 0, 1, 1], [0, 0, 1, 0, 0]])
    Z1 = P["W1"] @ X + P["b1"]
    A1 = np.maximum(Z1, 0) * D1 / 0.5
    Z2 = P["W2"] @ A1 + P["b2"]
    A2 = np.maximum(Z2, 0) * D2 / 0.5
    Z3 = P["W3"] @ A2 + P["b3"]
    cache = (Z1, D1, A1, P["W1"], P["b1"], Z2, D2, A2, P["W2"], P["b2"])
    cache += (Z3, 1 / (1 + np.exp(-Z3)), P["W3"], P["b3"])

    gradients = REGULAR.backward_propagation_with_dropout(X, Y_PUBLISHED, cache, 0.8)

    published = [0.36544439, 0, -0.00188233, 0, -0.17408748]
    np.testing.assert_allclose(gradients["dA1"][0], published, rtol=0, atol=1e-8)


def test_the_penalty_in_the_gradient_is_the_slope_of_that_in_the_cost():
    """Central differences of the cost with its penalty."""
    X, Y, parameters = _points()

    def cost(P):
        A3, _ = REGULAR.forward_propagation(X, P)
        return REGULAR.compute_cost_with_regularization(A3, Y, P, 0.7)

    _, cache = REGULAR.forward_propagation(X, parameters)
    gradients = REGULAR.backward_propagation_with_regularization(X, Y, cache, 0.7)

    numerical = central_differences(cost, parameters)
    claimed = {name: gradients["d" + name] for name in parameters}
    assert relative_difference(numerical, claimed) < 1e-7


def test_the_way_back_uses_the_masks_of_the_way_forward():
    """Central differences with the same masks in every pass."""
    X, Y, parameters = _points()

    def forward(P):
        np.random.seed(2)
        return REGULAR.forward_propagation_with_dropout(X, P, 0.6)

    gradients = REGULAR.backward_propagation_with_dropout(
        X, Y, forward(parameters)[1], 0.6
    )

    numerical = central_differences(
        lambda P: compute_cost(forward(P)[0], Y), parameters
    )
    claimed = {name: gradients["d" + name] for name in parameters}
    assert relative_difference(numerical, claimed) < 1e-7


def test_dropout_keeps_the_mean_of_the_activations():
    """Over many masks A1 has the mean that it has without dropout."""
    X, _, parameters = _points(m=3)
    whole = REGULAR.forward_propagation(X, parameters)[1][1]
    np.random.seed(0)

    dropped = [
        REGULAR.forward_propagation_with_dropout(X, parameters, 0.8)[1][2]
        for _ in range(4000)
    ]

    error = whole * np.sqrt(0.2 / 0.8 / 4000)
    assert np.all(np.abs(np.mean(dropped, axis=0) - whole) <= 5 * error + 1e-12)


def test_predictions_draw_nothing():
    """Two predictions are equal and leave the generator where it was."""
    X, _, parameters = _points()
    np.random.seed(5)
    before = np.random.get_state()[1].copy()

    first = REGULAR.predict_with_dropout_net(X, parameters)
    second = REGULAR.predict_with_dropout_net(X, parameters)

    assert np.array_equal(first, second)
    assert np.array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize(("x", "published"), [(2, 2.919e-10), (3, 7.814e-11)])
def test_the_check_in_one_dimension_gives_the_published_difference(x, published):
    """theta 4 and the classic step 1e-7."""
    difference = CHECKING.gradient_check(x, 4, 1e-7)

    np.testing.assert_allclose(difference, published, rtol=1e-3)


@pytest.mark.parametrize(
    ("dW2", "db1", "epsilon", "published"),
    [
        (2, 4, 1e-7, 0.28509315672),
        (1, 4, 1e-7, 0.25442297146),
        (2, 1, 1e-7, 0.17344196848),
        (1, 1, 1e-7, 1.19e-7),
        (1, 1, 1e-5, 9.3e-10),
        (1, 1, 1e-3, 1.7e-8),
    ],
)
def test_the_check_of_the_classic_faults_gives_the_published_differences(
    dW2, db1, epsilon, published
):
    """dW2 doubled and db1 times four, both, one and none; rounding to a factor."""
    X, parameters = _drawn([(5, 4), (3, 5), (1, 3)], first=(4, 3))
    Y = np.array([[1.0, 1.0, 0.0]])
    _, cache = CHECKING.forward_propagation_n(X, Y, parameters)
    gradients = CHECKING.backward_propagation_n(X, Y, cache)
    gradients["dW2"] = dW2 * gradients["dW2"]
    gradients["db1"] = db1 * gradients["db1"]

    difference = CHECKING.gradient_check_n(parameters, gradients, X, Y, epsilon)

    if published > 1e-6:
        np.testing.assert_allclose(difference, published, rtol=1e-6)
    else:
        assert published / 3 < difference < published * 3


def test_mended_gradients_are_the_slopes_of_the_cost():
    """backward_propagation_n against central differences of forward_propagation_n."""
    X, Y, parameters = _points()
    _, cache = CHECKING.forward_propagation_n(X, Y, parameters)

    gradients = CHECKING.backward_propagation_n(X, Y, cache)

    numerical = central_differences(
        lambda P: CHECKING.forward_propagation_n(X, Y, P)[0], parameters
    )
    claimed = {name: gradients["d" + name] for name in parameters}
    assert relative_difference(numerical, claimed) < 1e-7


def test_right_gradients_are_called_right_away_from_kinks():
    """In every case of the check with right gradients no Z is near zero."""
    calls = []

    def recorded(function, *args, **kwargs):
        if function is CHECKING.gradient_check_n:
            calls.append((args, kwargs))

    names = vars(CHECKING) | {"check": recorded}
    source = read_source(SOURCE / "04_regularization" / "gradient_checking.ipynb")
    cell = next(c for c in source.cells if c.id == "gradient-check-n-check")
    exec(compile(cell.source, cell.id, "exec"), names)

    right = 0
    for (parameters, gradients, X, Y), kwargs in calls:
        _, cache = CHECKING.forward_propagation_n(X, Y, parameters)
        claimed = CHECKING.backward_propagation_n(X, Y, cache)
        if all(np.allclose(gradients["d" + k], claimed["d" + k]) for k in parameters):
            right += 1
            Z1, Z2 = cache[0], cache[4]
            assert min(np.abs(Z1).min(), np.abs(Z2).min()) > 1e-3
            if kwargs.get("epsilon", 1e-5) <= 1e-5:
                assert "right" in CHECKING.verdict(
                    CHECKING.gradient_check_n(parameters, gradients, X, Y)
                )
    assert right >= 2


@pytest.mark.parametrize(
    ("difference", "word"), [(1e-9, "right"), (1e-4, "look"), (0.1, "wrong")]
)
def test_there_are_three_verdicts(difference, word):
    """Below 1e-6 right, above 1e-3 wrong, between them to be looked at."""
    assert CHECKING.verdict(difference).startswith(word)
