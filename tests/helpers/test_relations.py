"""Relations between inputs and answers where several answers are right."""

from pathlib import Path

import numpy as np
import pytest

from helpers import relations
from helpers.activations import sigmoid
from helpers.checks.calls import call
from helpers.checks.cases import read_cases
from helpers.checks.checker import relation_named
from helpers.checks.recognition import best_results, other_answers
from helpers.networks import random_parameters
from helpers.relations import dropout_forward, mini_batches

M, SIZE = 18, 5
X = np.arange(10.0, 10.0 + 2 * M).reshape(2, M)
Y = (np.arange(M) % 3 == 0).astype(float).reshape(1, M)
INPUTS = {"X": X, "Y": Y, "mini_batch_size": SIZE, "seed": 1}
ORDER = np.random.RandomState(1).permutation(M)


def _cut(order, size=SIZE, examples=X, labels=Y):
    return [
        (examples[:, order[k : k + size]], labels[:, order[k : k + size]])
        for k in range(0, len(order), size)
    ]


def _reason(answer, inputs=INPUTS, others=(), shared=()):
    return mini_batches(inputs, answer, None, others, shared=shared)["mini_batches"]


@pytest.mark.parametrize("seed", range(20))
def test_any_shuffle_is_right(seed):
    """Whatever generator drew the order, the batches are right."""
    order = np.random.default_rng(seed).permutation(M)

    assert _reason(_cut(order)) is None
    assert _reason([list(batch) for batch in _cut(order)]) is None


def test_small_sets_may_come_back_in_their_old_order():
    """With few examples a right shuffle often changes nothing."""
    small = {"X": X[:, :3], "Y": Y[:, :3], "mini_batch_size": 8, "seed": 0}
    one = {"X": X[:, :1], "Y": Y[:, :1], "mini_batch_size": 4, "seed": 0}

    assert _reason([(X[:, :3], Y[:, :3])], small) is None
    assert _reason([(X[:, :1], Y[:, :1])], one) is None


def test_the_default_size_is_64_examples():
    """A call without a size is judged by the default of the contract."""
    inputs = {"X": X, "Y": Y}

    assert _reason(_cut(ORDER, size=64), inputs) is None
    assert "the number of mini-batches is 4" in _reason(_cut(ORDER), inputs)


WRONG = {
    "mini_batch": None,
    "a list": np.zeros((2, 3)),
    "a pair": [X, Y],
    "an array": [("a", "b")],
    "a matrix": [(X[0], Y[0])],
    "rows": [(batch_X[:1], batch_Y) for batch_X, batch_Y in _cut(ORDER)],
    "examples and": [(batch_X, batch_Y[:, :1]) for batch_X, batch_Y in _cut(ORDER)],
    "empty": [*_cut(ORDER), (X[:, :0], Y[:, :0])],
    "3 mini-batches": _cut(ORDER)[:3],
    "no mini": [],
    "expected 5": _cut(ORDER, size=4)[:4],
    "no example": _cut(ORDER, examples=X + 0.5),
    "twice": _cut(np.r_[ORDER[:-1], ORDER[0]]),
    "labels": _cut(ORDER, labels=Y[:, ::-1]),
    "old order": _cut(np.arange(M)),
    "neighbours": _cut(np.r_[5:10, 10:15, 0:5, 15:18]),
    "old neighbours": _cut(np.r_[4:-1:-1, 9:4:-1, 14:9:-1, 17:14:-1]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_batches_has_a_reason(name):
    """Every way to spoil batches is found, whatever its type."""
    assert _reason(WRONG[name])


def test_the_reason_names_what_is_wrong():
    """An empty batch, foreign columns and lost labels are told apart."""
    assert "empty" in _reason(WRONG["empty"])
    assert "no example of X" in _reason(WRONG["no example"])
    assert "twice" in _reason(WRONG["twice"])
    assert "labels" in _reason(WRONG["labels"])
    assert "old order" in _reason(WRONG["old order"])
    assert "neighbours" in _reason(WRONG["neighbours"])


def test_equal_seeds_give_equal_orders():
    """Another call with the same seed, m and size must have the same order."""
    twin = INPUTS | {"X": -X, "Y": 1 - Y}
    same, other = _cut(ORDER, examples=-X, labels=1 - Y), ORDER[::-1]

    assert _reason(_cut(ORDER), others=[(twin, same)]) is None
    found = _cut(other, examples=-X, labels=1 - Y)
    assert "same seed" in _reason(_cut(ORDER), others=[(twin, found)])


def test_other_seeds_give_other_orders():
    """A call with another seed must not have the very same order."""
    twin = INPUTS | {"seed": 2}

    assert "another seed" in _reason(_cut(ORDER), others=[(twin, _cut(ORDER))])
    assert _reason(_cut(ORDER), others=[(twin, _cut(ORDER[::-1]))]) is None


def test_broken_other_answers_do_not_spoil_a_right_one():
    """What another call returned is looked at before it is used."""
    others = [(INPUTS | {"seed": s}, bad) for s, bad in enumerate(WRONG.values())]

    assert _reason(_cut(ORDER), others=others) is None


def test_batches_that_share_memory_with_an_input_are_wrong():
    """Right values are not enough where the batch is a window onto X."""
    assert "[0][0]" in _reason(_cut(ORDER), shared=("[0][0]",))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_batches_in_single_precision_are_right(dtype):
    """Copies in another floating type hold the same examples."""
    rng = np.random.RandomState(4)
    X, Y = rng.randn(3, 11), np.float64(rng.rand(1, 11) > 0.5)
    order = rng.permutation(11)
    inputs = {"X": X, "Y": Y, "mini_batch_size": 4, "seed": 2}
    batches = [
        (X[:, order[k : k + 4]].astype(dtype), Y[:, order[k : k + 4]].astype(dtype))
        for k in range(0, 11, 4)
    ]
    wrong = [(batches[0][0] * dtype(1.01), batches[0][1]), *batches[1:]]

    assert mini_batches(inputs, batches, None, []) == {"mini_batches": None}
    assert mini_batches(inputs, wrong, None, [])["mini_batches"]


@pytest.mark.parametrize("m", [18, 20, 21, 70])
@pytest.mark.parametrize(
    "rule",
    [
        lambda m: np.roll(np.arange(m), 3),
        lambda m: np.arange(m)[::-1],
        lambda m: np.roll(np.arange(m)[::-1], 5),
        lambda m: np.concatenate([np.arange(0, m, 2), np.arange(1, m, 2)]),
        lambda m: (5 * np.arange(m) if m % 5 else 11 * np.arange(m)) % m,
    ],
)
def test_an_order_by_a_rule_is_no_shuffle(m, rule):
    """Rotated, reversed, both, every second one first, in equal steps."""
    examples = np.random.RandomState(m).randn(2, m)
    labels = np.ones((1, m))
    inputs = {"X": examples, "Y": labels, "mini_batch_size": 6, "seed": 1}

    reason = _reason(_cut(rule(m), 6, examples, labels), inputs)

    assert reason is not None
    assert reason.term == "shuffled"


def test_a_shuffle_that_stays_near_is_none():
    """In blocks of two batches no example comes far."""
    m, rng = 70, np.random.default_rng(0)
    order = np.concatenate([k + rng.permutation(14) for k in range(0, m, 14)])
    examples, labels = rng.standard_normal((2, m)), np.ones((1, m))
    inputs = {"X": examples, "Y": labels, "mini_batch_size": 7, "seed": 1}

    assert "near" in _reason(_cut(order, 7, examples, labels), inputs)


@pytest.mark.slow
def test_random_orders_follow_no_rule():
    """Of ten thousand right shuffles none is taken for a rule."""
    rng = np.random.default_rng(5)

    for m in (3, 18, 70):
        for _ in range(3000):
            relations._check_pattern(list(rng.permutation(m)))


def test_single_precision_on_the_way_is_right():
    """Batches that were float32 for a while are judged by value."""
    whole = X + 0.1
    answer = [
        (np.float64(part.astype(np.float32)), labels)
        for part, labels in _cut(ORDER, examples=whole)
    ]

    assert _reason(answer, INPUTS | {"X": whole}) is None


def test_batches_of_lists_are_right():
    """Nested lists are as good as arrays."""
    answer = [(part.tolist(), labels.tolist()) for part, labels in _cut(ORDER)]

    assert _reason(answer) is None


def forward(keep, draw, seed):
    """Return inputs and an answer of a pass with dropout whose masks a draw makes."""
    generator = np.random.RandomState(seed)
    P = random_parameters([2, 12, 8, 1], 1)
    A = X = np.random.RandomState(1).randn(2, 24)
    cache = []
    for layer in (1, 2):
        W, b = P[f"W{layer}"], P[f"b{layer}"]
        Z = W @ A + b
        D = draw(generator, Z.shape, keep)
        A = np.maximum(Z, 0) * D / keep
        cache += [Z, D, A, W, b]
    Z = P["W3"] @ A + P["b3"]
    cache += [Z, sigmoid(Z), P["W3"], P["b3"]]
    return {"X": X, "parameters": P, "keep_prob": keep}, (cache[-3], tuple(cache))


def drawn(generator, shape, keep):
    """Draw each entry by itself."""
    return (generator.rand(*shape) < keep) * 1.0


def counted(generator, shape, keep):
    """Keep exactly the expected number of entries."""
    size = shape[0] * shape[1]
    mask = np.zeros(size)
    mask[generator.permutation(size)[: round(keep * size)]] = 1
    return mask.reshape(shape)


@pytest.mark.parametrize(("draw", "right"), [(drawn, True), (counted, False)])
def test_masks_with_just_the_expected_number_of_ones_are_not_drawn(draw, right):
    """In one call it may be chance; in every call it is a rule."""
    calls = [forward(keep, draw, i) for i, keep in enumerate((0.8, 0.8, 0.3, 0.5))]
    (inputs, answer), *others = calls

    verdict = dropout_forward(inputs, answer, None, others)

    assert (verdict["A3"] is None) == right
    if not right:
        assert "just the expected number of ones" in verdict["A3"]
        assert verdict["A3"].term == "independent masks"


def test_a_reason_leads_to_a_question_of_its_own():
    """The general one says less."""
    inputs, answer = forward(0.8, lambda g, shape, keep: drawn(g, shape, 0.3), 1)

    assert "compared with" in dropout_forward(inputs, answer, None, [])["A3"].question


ODD = (
    None,
    "text",
    [],
    (),
    {},
    [1, [2, 3]],
    ([[1, 2], [3]], 4),
    [np.ones(2), np.ones((2, 3))],
    {"W1": [[1], [2, 3]]},
    np.nan,
    -np.inf,
    True,
    10**400,
    np.array([]),
    np.zeros((0, 3)),
    np.ones((2, 2, 2)),
    [None, {}],
)
JUDGED = [
    (path, name)
    for path in sorted(Path(__file__).parents[2].glob("release/*/*.cases.json"))
    for name, record in read_cases(path).functions.items()
    if relation_named(record.relation)
]


def odd_answers(right):
    """Return odd values, and the right one with odd values inside."""
    yield from ODD
    if isinstance(right, list | tuple):
        for i in range(len(right)):
            yield from (type(right)([*right[:i], odd, *right[i + 1 :]]) for odd in ODD)
        yield right[:-1]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name"), JUDGED, ids=lambda part: Path(part).name)
def test_no_answer_however_odd_ends_a_relation(path, name):
    """What a learner returns is wrong then, and no fault of ours."""
    record = read_cases(path).functions[name]
    relation = relation_named(record.relation)
    expected = [case.expected for case in record.cases]
    tried = 0
    for i, case in enumerate(record.cases):
        others = other_answers(record, expected, i)
        for odd in odd_answers(case.expected.value):
            outcome = call(lambda odd=odd: odd, [], {})
            if outcome.error is None:
                results = best_results(record, case, outcome, relation, others)
                tried += not all(result.right for result in results)
    assert tried > 10 * len(record.cases)
