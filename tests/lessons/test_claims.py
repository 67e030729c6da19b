"""What the lessons claim is computed again, apart from their own code."""

import itertools
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.activations import relu, sigmoid, softmax, tanh_derivative
from helpers.datasets import load_planar
from helpers.gradients import central_differences

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted([*FOLDER.glob("*.ipynb"), *FOLDER.parent.glob("source/*/*.ipynb")])
# A plain L that is differentiated, has arguments or an example, or is a formula.
LOSS = re.compile(
    r"\\partial\s*L\b|(?<![\w\\{])L(\(|\\bigl\(|\^\{\(| *= *(-|\\t?frac|\\log|\\sum))"
)


@cache
def text_of(stem: str, cell: str) -> str:
    """Return the source of one cell of a lesson."""
    cells = nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4).cells
    return next(c.source for c in cells if c.id == cell)


def tents(x: np.ndarray, k: int) -> np.ndarray:
    for _ in range(k):
        x = 1 - np.abs(2 * x - 1)
    return x


def error_of_one_layer(k: int, kinks: np.ndarray, signs: tuple[int, ...]) -> float:
    """Return the largest error of the best output weights for k tents."""
    x = np.linspace(0, 1, 1 + 2**8)
    units = [relu(sign * (x - kink)) for kink, sign in zip(kinks, signs, strict=True)]
    hidden = np.vstack([*units, np.ones_like(x)])
    weights = np.linalg.lstsq(hidden.T, tents(x, k), rcond=None)[0]
    return float(np.abs(weights @ hidden - tents(x, k)).max())


@pytest.mark.parametrize("k", [1, 2, 3])
def test_one_unit_for_each_kink_is_not_enough_for_tents(k):
    """The curve of k tents needs 2^k units, in whichever direction they face."""
    kinks = np.arange(1, 2**k) / 2**k
    errors = [
        error_of_one_layer(k, kinks, signs)
        for signs in itertools.product((1, -1), repeat=len(kinks))
    ]
    enough = error_of_one_layer(k, np.arange(2**k) / 2**k, (1,) * 2**k)

    assert min(errors) > 0.05
    assert enough < 1e-9


def test_the_lesson_counts_the_units_of_tents_right():
    """It says 32 for five tents, and from which depth on the deep network wins."""
    figure = text_of("03_deep_network", "deep-figure")
    smaller = min(k for k in range(1, 9) if 2 * k < 2**k)

    assert "one hidden layer needs 32 units" in figure
    assert "$2^k$ units, and in $k$ hidden layers $2k$ units are enough" in figure
    assert f"From $k = {smaller}$ on the deep network is smaller" in figure
    assert "at least 31 units" not in figure


def test_the_gradient_of_softmax_is_derived_in_columns():
    """With examples as columns, dZ is P - Y, as the lesson derives it."""
    rng = np.random.RandomState(1)
    Z, Y = rng.randn(3, 5), np.eye(3)[:, rng.randint(0, 3, 5)]
    loss = lambda p: float(-np.sum(Y * np.log(softmax(p["Z"]))))  # noqa: E731
    measured = central_differences(loss, {"Z": Z})["Z"]

    np.testing.assert_allclose(softmax(Z) - Y, measured, rtol=0, atol=1e-8)
    assert "p_k - y_k" in text_of("03_deep_network", "blocks-figure")


def test_ten_times_the_weights_have_a_tenth_of_the_gradient():
    """Normalized values do not change with the size of the weights; gradients do."""
    rng = np.random.RandomState(2)
    W, X, weights = rng.randn(3, 4), rng.randn(4, 9), rng.randn(3, 9)

    def loss(p):
        Z = p["W"] @ X
        c = Z - Z.mean(axis=1, keepdims=True)
        return float(np.sum(weights * c / Z.std(axis=1, keepdims=True)))

    small, large = (central_differences(loss, {"W": c * W})["W"] for c in (1, 10))

    np.testing.assert_allclose(large, small / 10, rtol=0, atol=1e-7)
    assert "$dW$ is a tenth as large" in text_of("06_many_classes", "scale-answer")


def test_a_fifth_of_the_units_is_saturated_at_twice_the_scale():
    """With 2 / sqrt(n), about a fifth of tanh's derivatives lie below 0.1."""
    saturated = []
    for seed in range(5):
        rng = np.random.RandomState(seed)
        A = rng.randn(100, 200)
        for _ in range(12):
            A = np.tanh(0.2 * rng.randn(100, 100) @ A)
        saturated.append(np.mean(1 - A**2 < 0.1))

    assert 0.17 < np.mean(saturated) < 0.25
    assert "about a fifth" in text_of("03_deep_network", "start-figure")


@pytest.mark.parametrize("equal_outgoing", [True, False])
def test_units_stay_equal_only_if_their_outgoing_weights_are_equal(equal_outgoing):
    """Lesson 02 names the outgoing weights in its induction, since it needs them."""
    rng = np.random.RandomState(2)
    X, Y = rng.randn(2, 20), rng.randn(1, 20)
    W1, W2 = np.full((3, 2), 0.5), np.full((1, 3), 0.5)
    if not equal_outgoing:
        W2 = rng.randn(1, 3)
    for _ in range(10):
        Z1 = W1 @ X
        dZ2 = W2 @ relu(Z1) - Y
        dZ1 = W2.T @ dZ2 * (Z1 > 0)
        W1, W2 = W1 - 0.1 * dZ1 @ X.T / 20, W2 - 0.1 * dZ2 @ relu(Z1).T / 20
    equal = np.allclose(W1, W1[0])

    assert equal == equal_outgoing
    assert "the same outgoing weight" in text_of("02_shallow_network", "zero")


def test_biases_are_updated_before_code_shows_how():
    """No cell above the exercise `bias_step` holds the mean that it asks for."""
    cells = nbformat.read(FOLDER / "02_shallow_network.ipynb", as_version=4).cells
    place = next(i for i, c in enumerate(cells) if c.id == "bias-step")

    assert not any("mean(axis=1" in c.source for c in cells[:place])


def test_small_weights_of_the_assignment_keep_tanh_nearly_linear():
    """On the flower, 0.01 * randn gives |z| that is nearly always below 0.1."""
    X, _ = load_planar()
    sums = [0.01 * np.random.RandomState(k).randn(4, 2) @ X for k in range(200)]
    text = text_of("02_shallow_network", "large-figure")

    assert 4 < np.abs(X).max() < 4.5
    assert np.mean(np.abs(sums) < 0.1) > 0.99
    assert tanh_derivative(np.array([-0.1, 0.1])).min() > 0.99
    assert "$|z|$ is mostly below 0.1" in text
    assert "the derivative of tanh is above $1 - 0.1^2 = 0.99$" in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_plain_l_is_never_the_loss(path):
    """L counts layers: no formula differentiates it, or computes it from answers."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    formulas = re.findall(r"\$\$?[^$]+\$?\$", text)

    assert [formula for formula in formulas if LOSS.search(formula)] == []


def test_glossary_and_sheet_have_one_letter_for_the_loss():
    """The table of symbols lists both letters, each with one meaning."""
    glossary = (FOLDER / "glossary.md").read_text(encoding="utf-8")

    assert "| $L$ | `L` | number | layers, inputs not counted |" in glossary
    assert "| $\\mathcal{L}$ |  | number | loss of one example |" in glossary
    assert r"\mathcal{L}" in (FOLDER / "reference.md").read_text(encoding="utf-8")


def test_questions_stand_before_the_summary_in_every_lesson():
    """Every lesson has the same order: questions, then summary and reading."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        ids = [c.id for c in nbformat.read(path, as_version=4).cells]

        assert ids.index("self-check") + 1 == ids.index("summary"), path.stem


def squared_error_runs(num_iterations: int) -> np.ndarray:
    """Return which of the 200 runs of lesson 01 reach 36 right predictions."""
    rng = np.random.RandomState(3)
    y = np.where(np.arange(40) % 2 == 1, 1.0, 0.0)
    x = 1.5 * (2 * y - 1) + rng.randn(1, 40)[0]
    w, b = np.random.RandomState(4).uniform(-10, 10, (200, 2)).T[:, :, None]
    for _ in range(num_iterations):
        a = sigmoid(w * x + b)
        dz = (a - y) * a * (1 - a)
        w = w - 1000 * np.mean(dz * x, axis=1, keepdims=True)
        b = b - 1000 * np.mean(dz, axis=1, keepdims=True)
    return np.sum((w * x + b > 0) == (y == 1), axis=1) >= 36


@pytest.mark.slow
def test_runs_on_a_plateau_had_not_ended():
    """None of the 187 runs is lost later, so 12 of the 13 others moved on."""
    early, late = squared_error_runs(200), squared_error_runs(4000)

    assert (early.sum(), late.sum()) == (187, 199)
    assert not np.any(early & ~late)
    answer = text_of("01_logistic_regression", "squared-rates-figure")
    assert "12 of the 13 other runs had not ended in a minimum" in answer


def test_a_letter_with_two_meanings_is_said_to_have_two():
    """Standard deviation and sigmoid are both sigma; rank is not that of a matrix."""
    glossary = (FOLDER / "glossary.md").read_text("utf-8")

    assert "it is the sigmoid of" in text_of("01_logistic_regression", "scaling")
    assert "not the rank of a matrix" in text_of(
        "01_logistic_regression", "broadcasting-figure"
    )
    for row in ("| $\\sigma(z)$ |", "| $\\mu$, $\\sigma$ |", "| $h$, $\\kappa$ |"):
        assert row in glossary


@pytest.mark.parametrize(
    ("lesson", "cell", "name"),
    [
        ("01_logistic_regression", "row-column", "dot product"),
        ("01_logistic_regression", "row-column", "Hadamard product"),
        ("01_logistic_regression", "logistic", "decision boundary"),
        ("01_logistic_regression", "logistic", "logistic function"),
        ("01_logistic_regression", "loss", "binary cross-entropy"),
        ("02_shallow_network", "backprop-figure", "outer product"),
        ("03_deep_network", "blocks-figure", "logit"),
        ("03_deep_network", "start", "root mean square"),
    ],
)
def test_the_name_in_other_books_stands_where_a_thing_is_defined(lesson, cell, name):
    """A learner who reads on elsewhere finds the same thing under its usual name."""
    assert f"*{name}*" in text_of(lesson, cell)
