"""What is said of wrong numbers, and that it is true of them."""

import re

import numpy as np
import pytest

from helpers.checks.advice import advice_on
from helpers.checks.comparison import Difference, Result, Rules, Signature, compare
from helpers.checks.evidence import evidence_of, number
from helpers.checks.patterns import constant_ratio
from helpers.checks.values import Unreadable


def said(expected, returned, **inputs):
    """Return the relations of one wrong case, and whether they tell anything."""
    return said_of([(expected, returned, inputs)])


def said_of(cases):
    """Return the relations of several wrong cases, and whether they tell anything."""
    signature = Signature("single", ("dZ",))
    compared = [
        (compare(signature, expected, returned), inputs)
        for expected, returned, inputs in cases
    ]
    evidence = evidence_of(compared)
    return "; ".join(evidence.relations), bool(evidence.kinds)


WANT = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 7.0]])


SQUARE = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 7.0], [5.0, 1.5, 0.25]])
OTHER = np.array(
    [
        [
            2.5,
            0.75,
            3.0,
        ],
        [1.25, 6.0, 0.5],
        [2.25, 8.0, 7.5],
    ]
)
B = np.array([[0.3], [0.7], [-0.4]])
W = np.array([[1.3, -0.2, 0.6], [0.9, 2.2, -0.1], [0.8, -3.1, 1.7]])


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (lambda S, W, B: -S, "every sign of dZ is wrong"),
        (lambda S, W, B: S - 2 * S**0.5, "dZ holds negative numbers"),
        (lambda S, W, B: S + B, "too large by exactly the input b"),
        (lambda S, W, B: S - B, "too small by exactly the input b"),
        (lambda S, W, B: S + 0.3 * W, "by a multiple of the input W"),
        (lambda S, W, B: 0.3 * W, "is a multiple of the input W"),
        (lambda S, W, B: S + 0.3 * W**2, "a multiple of the square of the input W"),
        (lambda S, W, B: S * W, "multiplied by the input W"),
        (lambda S, W, B: S / W, "divided by the input W"),
        (lambda S, W, B: S**2, "the square of the expected value"),
        (lambda S, W, B: np.sqrt(S), "the square root of"),
        (lambda S, W, B: 1 / S, "one divided by the expected value"),
        (lambda S, W, B: np.floor(S), "rounded down to a whole number"),
        (
            lambda S, W, B: S * np.array([[1.0], [2.0], [3.0]]),
            "within each row of dZ all entries are off by the same factor",
        ),
        (
            lambda S, W, B: S.mean(axis=0, keepdims=True) + np.zeros((3, 1)),
            "all rows of dZ",
        ),
        (lambda S, W, B: np.where(W < 0, 9, S), "wrong exactly where W is negative"),
        (lambda S, W, B: S + 2 * np.eye(3) * S, "only the entries on the diagonal"),
        (
            lambda S, W, B: np.where(np.eye(3), S, S**3 + 2),
            "the diagonal of dZ is right",
        ),
        (
            lambda S, W, B: S * [[1], [1], [2.5]] + [[0], [0], [1]],
            "only row 2 of dZ is wrong",
        ),
        (lambda S, W, B: S + W**2 * [0, 1, 1], "the columns of dZ before column 1"),
        (lambda S, W, B: (S > 2) * 1.0, "holds only 0 and 1"),
        (lambda S, W, B: S * 2.5, "2.5 times the expected one"),
        (lambda S, W, B: S / np.log(10), "divided by the natural logarithm of 10"),
        (lambda S, W, B: S ** np.log(10), "dZ is the expected value to the power 2.30"),
        (
            lambda S, W, B: S ** np.log(10),
            "do all logarithms and powers have one base?",
        ),
        (lambda S, W, B: S**1.5, "dZ is the expected value to the power 1.5"),
        (lambda S, W, B: S > 2, "dZ holds True and False"),
        (lambda S, W, B: np.roll(S, -1, axis=0), "the rows of dZ are right, but all"),
        (lambda S, W, B: np.roll(S, 1, axis=1), "the columns of dZ are right, but all"),
        (
            lambda S, W, B: (S - B) * [[2.0], [0.3], [1.7]] + B,
            "if the input b is subtracted, each row of dZ",
        ),
    ],
)
def test_what_explains_a_difference_is_said(returned, sentence):
    """Terms, factors, functions and places: each is true of the numbers."""
    cases = [
        (S, returned(S, w, b), {"W": w, "b": b})
        for S, w, b in ((SQUARE, W, B), (OTHER, W.T + 0.07, B[::-1] * 1.3))
    ]
    text, telling = said_of(cases)

    assert sentence in text
    assert telling


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([(0.7, -0.3), (0.4, -0.9)], "dZ is negative; expected are positive"),
        ([(-0.7, 0.3), (-0.2, 0.3)], "dZ is positive; expected are negative"),
        ([(0.7, 0.0), (0.2, 0.0)], "dZ is 0; the expected number is not"),
        ([(0.7, -0.7), (0.2, -0.2)], "right absolute value and the wrong sign"),
        ([(0.3, 0.51), (1.9, 3.23), (4.4, 7.48)], "1.7 times the expected number"),
    ],
)
def test_what_single_numbers_have_in_common_is_said(pairs, sentence):
    """One number tells nothing of a factor or a sign; several do."""
    text, telling = said_of([(want, got, {}) for want, got in pairs])

    assert sentence in text
    assert telling


def test_exchanged_sizes_are_said_where_one_case_is_a_row():
    """Random numbers come in another order then, so only the shapes tell."""
    draw = np.random.RandomState(1).randn
    cases = [(draw(*shape), draw(*shape[::-1]), {}) for shape in ((1, 2), (2, 3))]

    assert said_of(cases)[0] == "the two sizes of the shape of dZ are exchanged"


def test_a_case_with_one_row_hides_no_term():
    """The example by hand often has one unit; its bias has one number."""
    single = (np.array([[8.0, 9.0, 11.0]]), {"b": np.array([[10.0]])})
    several = (SQUARE, {"b": B})
    cases = [(S, S - given["b"], given) for S, given in (single, several)]

    assert "too small by exactly the input b" in said_of(cases)[0]


def test_a_single_column_does_not_hide_what_the_columns_are():
    """The first case often has one example."""
    cases = [(S, S * np.linspace(2, 3, S.shape[1]), {}) for S in (SQUARE[:, :1], OTHER)]

    assert "within each column of dZ all entries are off" in said_of(cases)[0]


def test_only_the_last_column_is_named_in_cases_of_any_size():
    """A loop that stops one example too early."""
    cases = []
    for S in (SQUARE[:, :1], SQUARE, np.hstack([OTHER, WANT.T])):
        wrong = S.copy()
        wrong[:, -1] = [7, 0.3, 9]
        cases.append((S, wrong, {}))

    assert said_of(cases)[0] == "only the last column of dZ is wrong"


@pytest.mark.parametrize(
    ("factor", "reason"),
    [
        (lambda n, m: m / n, "times the number of columns of X divided by the number"),
        (lambda n, m: n / m, "times the number of rows of X divided by the number of"),
        (lambda n, m: m**2, "times the square of the number of columns of X"),
    ],
)
def test_a_factor_of_two_sizes_is_named(factor, reason):
    """Divided by the number of classes in the place of that of the examples."""
    shapes = (2, 3), (3, 4), (2, 5)
    cases = [
        (0.7 + n, (0.7 + n) * factor(n, m), {"X": np.ones((n, m))}) for n, m in shapes
    ]

    assert reason in said_of(cases)[0]


def test_rounding_is_named_with_its_digits():
    """`round(cost, 2)` is no rounding error."""
    cases = [(want, round(want, 2), {}) for want in (1.38629, 1.236563)]

    assert said_of(cases)[0] == "dZ is the expected value rounded to 2 decimal places"


def test_an_added_input_number_is_named():
    """Of amounts that differ from case to case."""
    cases = [(S, S + eps, {"eps": eps}) for S, eps in ((SQUARE, 4.0), (OTHER, 0.1))]

    assert "too large by exactly the input eps" in said_of(cases)[0]


def test_the_value_at_a_place_is_not_the_place():
    """The lowest cost where its epoch is asked for."""
    costs = np.array([5.0, 3.0, 4.0]), np.array([0.9, 0.8, 0.7, 0.75])
    cases = [(int(c.argmin()), c.min(), {"costs": c}) for c in costs]

    assert "is the entry of costs at the expected place" in said_of(cases)[0]


def test_a_number_that_should_be_zero_is_no_array():
    """And the question is not about zeros that came out."""
    cases = [(0, 1, {}), (0, 2, {})]

    assert said_of(cases)[0] == "dZ should be 0"


SPREAD = Signature("tuple", ("low", "high", "range"))


def test_two_results_that_are_one_are_named():
    """Both ends from one trial."""
    cases = [
        (compare(SPREAD, (0.1, 1.0, 2.0), (0.7, 0.7, 3.3)), {}),
        (compare(SPREAD, (0.2, 0.9, 1.0), (0.5, 0.5, 7.1)), {}),
    ]

    assert "low and high are the same" in "; ".join(evidence_of(cases).relations)


def test_the_root_of_a_mistake_is_said_beside_its_first_trace():
    """A wrong shape in a cache explains the wrong values before it."""
    signature = Signature("tuple", ("Z", "mu"))
    expected, returned = (SQUARE, SQUARE[:, :1]), (SQUARE**3 + 2, SQUARE[:1])

    (facts,) = evidence_of([(compare(signature, expected, returned), {})]).cases

    assert "all 9 entries of Z are wrong" in facts[0]
    assert facts[1] == "mu has shape (1, 3); expected (3, 1)"


def test_a_right_total_is_said_only_where_nothing_else_is_known():
    """Every mistake in a variance leaves the total; the variance says more."""
    signature = Signature("tuple", ("Z", "var"))
    cases = []
    for S in (SQUARE, OTHER):
        moved = S + np.array([[0.1, -0.2, 0.1], [0.2, 0.1, -0.3], [0.0, -0.1, 0.1]])
        results = compare(signature, (S, S[:, :1]), (moved, S[:, :1] ** 0.5))
        cases.append((results, {}))

    assert evidence_of(cases).relations[0].startswith("var is the square root")


@pytest.mark.parametrize("axis", [0, 1])
def test_the_only_column_is_not_called_the_first(axis):
    """In a column the order of the numbers is what is wrong."""
    column = np.expand_dims(np.arange(1.0, 13.0), axis)
    returned = np.expand_dims(np.roll(np.arange(1.0, 13.0), 5), axis)

    assert said(column, returned)[0].endswith("are right, but in another order")


def test_one_number_explains_nothing():
    """Of a single number every relation may be an accident."""
    assert said(0.7, 1.4)[1] is False
    assert said(0.7, -0.7, b=1.4)[0].startswith("dZ is negative")


@pytest.mark.parametrize(
    ("names", "wrong", "sentence"),
    [
        (["dW1", "db1", "dW2", "db2"], ["dW2", "db2"], "except in the last layer"),
        (["dW1", "db1", "dW2", "db2"], ["dW1", "db1"], "only the results of layer 1"),
        (["dW1", "dW2", "dW3"], ["dW1", "dW2"], "up to layer 2 is wrong"),
        (["dW1", "db1", "dW2", "db2"], ["db1", "db2"], "only db is wrong"),
        (["dA", "dW", "db"], ["dW"], 'only grads["dW"] is wrong'),
    ],
)
def test_wrong_results_that_belong_together_are_named_as_one(names, wrong, sentence):
    """The layer, the sort or the one result that is wrong leads to the line."""
    expected = {name: WANT for name in names}
    returned = {name: WANT**3 - 2 * (name in wrong) for name in names}
    returned |= {name: WANT for name in names if name not in wrong}

    results = compare(Signature("dict", ("grads",)), expected, returned)

    assert sentence in " ".join(evidence_of([(results, {})]).relations)


@pytest.mark.parametrize("key", ["W3", "b3"])
def test_one_wrong_result_beside_an_additional_one_is_not_alone(key):
    """A key that nobody asked for is wrong, too, as the list below says."""
    expected = {"W1": WANT, "b1": WANT + 1, "W2": WANT + 2, "b2": WANT + 3}
    returned = {**expected, "W1": WANT**3 - 2, key: WANT}

    signature = Signature("dict", ("parameters",))
    results = compare(signature, expected, returned, Rules(exact=True))

    said = " ".join(evidence_of([(results, {})]).relations)
    assert said
    assert "only this" not in said


def test_what_one_number_is_off_by_may_be_an_accident():
    """Some input often has just that value; nothing is said of it."""
    text, telling = said(np.array([[0.7]]), np.array([[1.2]]), b=np.array([[0.5]]))

    assert "input" not in text
    assert not telling


def test_results_without_layers_are_of_no_sort():
    """Of three results two are wrong: that is a list and no pattern."""
    expected = (WANT, WANT + 1, WANT + 2)
    returned = (WANT, WANT**3, WANT**3 - 2)
    results = compare(Signature("tuple", ("v", "s", "t")), expected, returned)

    assert "in every layer" not in " ".join(evidence_of([(results, {})]).relations)


def test_a_relation_that_fails_in_one_case_is_not_said():
    """What holds in the first case only is a coincidence."""
    W = np.array([[0.3, 1.7, -2.2], [0.9, -0.4, 1.1]])
    cases = [(WANT, WANT + W, {"W": W}), (WANT, WANT + W**2, {"W": W})]

    assert "input" in said_of(cases[:1] * 2)[0] or "input" not in said_of(cases[:1])[0]
    assert said_of(cases)[0] == ""


def test_the_source_of_a_factor_is_named_only_where_it_explains_two_factors():
    """A factor of 2 in a case of two columns says nothing of the columns."""
    two, three = np.ones((1, 2)), np.ones((1, 3))
    same = [(WANT, 2 * WANT, {"A2": two}), (WANT + 1, 2 * (WANT + 1), {"A2": two})]
    other = [same[0], (WANT + 1, 3 * (WANT + 1), {"A2": three})]

    assert said_of(same)[0] == "every value of dZ is 2 times the expected one"
    assert "times the number of columns of A2" in said_of(other)[0]


def test_an_empty_condition_is_not_said():
    """Wrong everywhere is not "wrong where x is not 0, right everywhere else"."""
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    text, _ = said(WANT, WANT**2 / 3 + np.sin(WANT), x=x)

    assert "everywhere else" not in text


def test_a_wrong_axis_is_no_transpose():
    """A row in the place of a column has other numbers, and that is what is said."""
    dZ = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 7.0], [5.0, 1.5, 0.25]])
    text, _ = said(dZ.sum(axis=1, keepdims=True), dZ.sum(axis=0, keepdims=True))

    assert "exchanged" not in text


@pytest.mark.parametrize(
    ("error", "message", "advice"),
    [
        ("ValueError", "matmul: Input operand 1 has a mismatch in its core", "factor"),
        ("ValueError", "operands could not be broadcast together", "shapes do not fit"),
        ("KeyError", "'secret'", "letter by letter"),
        ("TypeError", "'NoneType' object is not subscriptable", "something is None"),
        ("UnboundLocalError", "", "before anything was assigned"),
        ("AxisError", "axis 1 is out of bounds", "axis"),
        ("AssertionError", "", "an `assert` does not hold for these inputs"),
        ("NotImplementedError", "", "a line raises this error on purpose"),
    ],
)
def test_an_exception_is_translated_into_advice(error, message, advice):
    """What it usually means, and never a word of its own message."""
    said = advice_on(error, message)

    assert advice in said
    assert "secret" not in said
    assert advice_on("LearnersOwnError", message) is None


def test_no_direction_is_named_where_entries_differ_in_it():
    """Entries on both sides have nothing of the kind in common."""
    returned = np.array([[2.0, 1.0, 5.0], [2.5, 0.75, 6.0]])

    text, telling = said(WANT, returned)

    assert "every entry" not in text
    assert not telling


def test_the_other_size_of_an_input_is_named():
    """In cases of different sizes; where they are equal, chance would do."""
    cases = [(r, c, {"X": np.ones((r, c))}) for r, c in ((2, 5), (3, 7))]

    assert said_of(cases) == ("the value of dZ is the number of columns of X", True)
    assert "columns of X" not in said_of([cases[0], cases[0]])[0]


def test_an_input_that_came_back_is_named():
    """Handing back what came in is the first thing to be told."""
    cases = [
        (z * z, z, {"Y": z * 3, "cache": {"A1": z + 1, "Z1": z}})
        for z in (WANT + 0.5, WANT[::-1] + 1.25)
    ]
    text, telling = said_of(cases)

    assert 'dZ is the same as the input cache["Z1"]' in text
    assert telling


def test_zeros_and_ones_are_nobodys_input():
    """Labels may come about by accident; they are not taken for an input."""
    Y = np.array([[0.0, 1.0, 0.0]])

    text, _ = said(np.array([[0.2, 0.6, 0.4]]), Y, Y=Y)

    assert "input" not in text


MATRICES = np.ones((2, 3)), np.ones((4, 5))
MATRIX = np.array([[1.0, 2.0, 3.5], [4.0, 5.0, 7.0]])


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (lambda A: A * 1.37, "1.37 times the expected one"),
        (lambda A: A.T, "are exchanged; the numbers themselves are right"),
        (lambda A: A + 2, "by the same amount, 2"),
        (lambda A: A + np.array([[1.0], [2.0]]), "within each row"),
        (lambda A: A + np.array([[1.0, 2.0, 5.0]]), "within each column"),
        (lambda A: np.zeros((2, 3)), "every entry of dZ is 0"),
        (lambda A: np.full((2, 3), 4.0), "all entries of dZ are equal"),
        (lambda A: A[:, ::-1].copy(), "another order"),
        (lambda A: A * (1 + 1e-5), "nearly right"),
        (lambda A: A.mean(axis=1, keepdims=True), "axis 1 of dZ has length 1"),
        (lambda A: A + np.array([[0, 0, 0], [0, 3.0, 1]]), "only row 1 of dZ"),
    ],
)
def test_sign_ratio_axis_order_and_place_are_recognised(returned, sentence):
    """Each of them holds in both of two different cases."""
    cases = [(A, returned(A), {}) for A in (MATRIX, np.sqrt(MATRIX) * 3.1)]
    text, telling = said_of(cases)

    assert sentence in text
    assert telling


@pytest.mark.parametrize(
    ("returned", "fact"),
    [
        (MATRIX.T, "dZ has shape (3, 2); expected (2, 3)"),
        (np.where(MATRIX > 6, np.nan, MATRIX), "dZ contains NaN (not a number), first"),
        (
            np.where(MATRIX > 6, np.nan, MATRIX + 1),
            "dZ contains NaN (not a number), first at dZ[1, 2]",
        ),
        (
            np.where(MATRIX > 6, -np.inf, MATRIX + 1),
            "dZ contains minus infinity, first at dZ[1, 2]",
        ),
        (
            Unreadable("builtin_function_or_method"),
            "dZ is a function; expected an array",
        ),
        (
            MATRIX + (MATRIX > 6),
            "1 of 6 entries of dZ is wrong, dZ[1, 2]: you returned",
        ),
        (MATRIX + 1, "all 6 entries of dZ are wrong; dZ[0, 0]: you returned 2,"),
        ({"a": 1}, "dZ is a dictionary of 1; expected an array"),
        (Unreadable("complex"), "dZ is complex; real numbers are expected."),
    ],
)
def test_facts_are_said_of_a_single_case(returned, fact):
    """Shape, kind and the first place with both numbers need no second case."""
    results = compare(Signature("single", ("dZ",)), MATRIX, returned)

    assert evidence_of([(results, {})]).cases[0][0].startswith(fact)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(1, 4), (3, 6)], False),
        ([(1, 4), (3, 6), (7, 10), (2, 5)], True),
        ([(1, 2), (3, 4)], True),
        ([(1.5, 4.75), (3.25, 6.5)], True),
    ],
)
def test_two_whole_numbers_that_differ_alike_are_chance(pairs, said):
    """Two indices of a list are three too large for many reasons, or one for one."""
    judged = [
        (compare(Signature("single", ("best",)), want, got), {}) for want, got in pairs
    ]
    found = "; ".join(evidence_of(judged).relations)

    assert ("by the same amount in each case" in found) is said
    assert "every value" not in found


def test_a_lost_axis_is_no_wrong_size():
    """As many sums as rows are right; the axis that keepdims keeps is missing."""
    cases = [(A.sum(axis=1, keepdims=True), A.sum(axis=1), {"X": A}) for A in MATRICES]

    assert "the size of" not in said_of(cases)[0]
    assert (
        "with one axis"
        in evidence_of(
            [(compare(Signature("single", ("dZ",)), w, g), i) for w, g, i in cases]
        ).cases[0][0]
    )


def test_a_number_slightly_above_one_says_nothing_of_a_bound():
    """That all expected numbers are small can be chance; a probability of 2 cannot."""
    want = np.array([[0.2, -0.7, 0.9], [0.5, 0.1, -0.3]])

    assert (
        "beyond -1 and 1"
        not in said(want, want * [[1.2, 0.4, 1.112], [1.9, 2, 0.7]])[0]
    )
    assert "beyond -1 and 1" in said(want, want * [[1.2, 0.4, 2.112], [1.9, 2, 0.7]])[0]


def test_an_update_is_compared_with_its_own_old_value():
    """With exchanged weights both inputs fit; only one of them is what was updated."""
    cases = []
    for scale in (1.0, 2.5):
        old, grad = scale * MATRIX, np.sqrt(MATRIX) - scale
        given = {"grads": {"dW": grad}, "v": {"dW": old}}
        cases.append((0.8 * old + 0.2 * grad, 0.2 * old + 0.8 * grad, given))
    judged = [
        (compare(Signature("single", ("v",)), {"dW": want}, {"dW": got}), given)
        for want, got, given in cases
    ]

    said = evidence_of(judged).relations[0]
    assert said.startswith('the step from the input v["dW"] to v["dW"] is the')


def test_the_fact_about_a_relation_is_its_reason_alone():
    """A relation judges a result as a whole, so no leaves are counted."""
    difference = Difference("parts", "relation", "part 2 is empty", None)
    wrong = Result("parts", [difference], [np.zeros(1)] * 8)

    assert evidence_of([([wrong], {})]).cases == [["part 2 is empty"]]


def test_a_case_that_stopped_takes_every_relation_back():
    """What holds where a value came back does not hold in every wrong case."""
    results = compare(Signature("single", ("dZ",)), MATRIX, -MATRIX)

    assert evidence_of([(results, {})]).relations
    assert not evidence_of([(results, {}), ([], {})]).relations


SWAPPED = Signature("tuple", ("A", "cache"))
ANSWER = MATRIX, (MATRIX + 1, MATRIX - 1)


def test_results_in_another_order_are_told_for_containers_too():
    """One case is enough where a result has many numbers."""
    results = compare(SWAPPED, ANSWER, ANSWER[::-1])

    assert evidence_of([(results, {})]).relations == [
        "the results are right, but in another order: A holds cache, cache holds A"
    ]


def test_equal_results_are_not_called_exchanged():
    """Zeros for v and for s, wrong for another reason, say nothing of an order."""
    zeros = {"dW1": np.zeros((2, 3))}
    results = compare(Signature("tuple", ("v", "s")), (zeros, zeros), (zeros, zeros))
    for result in results:
        result.differences = [Difference(result.name, "contract", "not so", "float")]

    assert not evidence_of([(results, {})]).relations


def test_two_numbers_are_shown_with_the_digits_in_which_they_differ():
    """Never "you returned 0.268941, expected 0.268941"."""
    results = compare(Signature("single", ("a",)), 0.2689414213, 0.2689417)

    (fact,) = evidence_of([(results, {})]).cases[0]
    got, want = re.findall(r"0\.\d+", fact)
    assert got != want


def test_no_number_is_shown_as_minus_zero():
    """An expected -0.0 is 0."""
    assert number(-0.0) == "0"


def test_a_misspelled_key_is_named():
    """Upper case where lower case is asked for is a slip that can be told."""
    results = compare(Signature("dict", ("grads",)), {"dW1": MATRIX}, {"dw1": MATRIX})

    (fact, *_) = evidence_of([(results, {})]).cases[0]
    assert fact.startswith('grads["dW1"] is missing') and "there is dw1" in fact


def test_a_list_that_is_cut_says_how_many_are_left_out():
    """Nine right results are six and "3 more"."""
    expected = {f"W{i}": MATRIX for i in range(10)}
    returned = expected | {"W0": -MATRIX}

    results = compare(Signature("dict", ("P",)), expected, returned)

    assert evidence_of([(results, {})]).cases[0][-1].endswith('P["W6"] and 3 more')


def test_a_name_that_was_not_asked_for_is_said_beside_wrong_values():
    """A loop that begins at 0 makes a layer too many, and moves all draws."""
    rules = Rules(exact=True)
    expected, returned = {"W1": WANT}, {"W0": WANT, "W1": WANT**3 + 2}
    results = compare(Signature("dict", ("parameters",)), expected, returned, rules)

    (facts,) = evidence_of([(results, {})]).cases

    assert any('parameters["W0"] was not asked for' in fact for fact in facts)


def test_one_number_is_a_multiple_of_any_input():
    """So an answer that is one too is told nothing that the expected one is not."""
    single = (np.array([[2.0]]), np.array([[12.0]]), {"W": np.array([[3.0]])})
    several = (SQUARE, 4.0 * W, {"W": W})

    assert "the expected value is not" not in said_of([single, several])[0]
    assert "the expected value is not" in said_of([several])[0]


def moved(parameters, grads, factors):
    """Return parameters and averages after a step with a factor of each key."""
    new = {k: v - factors.get(k, 1) * grads[f"d{k}"] for k, v in parameters.items()}
    return new, {f"d{k}": 0.5 * grads[f"d{k}"] for k in parameters}


def last_layer(count):
    """Return factors that make the last layer wrong, and nothing else."""
    return {f"W{count}": 3, f"b{count}": 0.3}


def said_of_steps(factors, *layers):
    """Return what is said of updates that are wrong under some keys."""
    signature = Signature("tuple", ("parameters", "v"))
    compared = []
    for i, count in enumerate(layers):
        draw = np.random.RandomState(i).randn
        keys = [f"{kind}{n}" for n in range(1, count + 1) for kind in "Wb"]
        parameters = {key: draw(3, 1) ** (count > 1) for key in keys}
        grads = {f"d{key}": draw(3, 1) for key in keys}
        wrong = factors(count) if callable(factors) else factors
        answers = [moved(parameters, grads, f) for f in ({}, wrong)]
        inputs = {"parameters": parameters, "grads": grads}
        compared.append((compare(signature, *answers), inputs))
    return "; ".join(evidence_of(compared).relations)


def test_entries_of_a_dictionary_beside_another_result_say_what_is_wrong():
    """One of two lines of a loop has the mistake."""
    factors = {"W1": 2, "W2": 3}

    assert "in every layer only W is wrong" in said_of_steps(factors, 1, 2)


def test_the_only_layer_of_a_case_may_be_the_last_one():
    """The mistake leaves the example by hand without a right layer."""
    said = said_of_steps({"b2": 2, "W3": 3, "b3": 0.3}, 3)

    assert "except in the last layer" in said_of_steps(last_layer, 1, 3)
    assert "last layer" not in said
    assert "last layer" not in said_of_steps(last_layer, 1)


def test_entries_that_did_not_change_are_said_to_be_those_of_the_input():
    """Also where ones in the example by hand would prove nothing alone."""
    said = said_of_steps({"W1": 0, "b1": 0, "W2": 0, "b2": 0}, 1, 2)
    started = said_of_steps({"W1": 0, "b1": 0.5, "W2": 0, "b2": 0.3}, 1, 2)

    assert "of parameters that is wrong is the one of the input parameters" in said
    assert "unchanged" not in started


def test_a_step_is_recognised_where_an_example_begins_with_ones():
    """Ones are the input of a case by hand where another case tells."""
    said = said_of_steps({"W1": -1, "b1": -1, "W2": -1, "b2": -1}, 1, 2, 2)

    assert "has the right size and the wrong sign" in said


def test_entries_that_were_left_out_are_said_to_be_zero():
    """Of predictions, which are 0 and 1, the place tells it."""
    left = np.where(np.arange(3) < 1, SQUARE, 0)
    assert "every entry of dZ that is wrong is 0" in said(SQUARE, left)[0]

    ones = np.array([[1.0, 0.0, 1.0, 1.0, 0.0, 1.0]])
    first = np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    assert "from entry 1 on, all entries of dZ are 0" in said(ones, first)[0]


def test_predictions_that_are_too_often_zero_are_not_called_left_out():
    """A threshold that is too high has wrong zeros in any place."""
    ones = np.array([[1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]])
    got = np.array([[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]])

    assert "all entries of dZ are 0" not in said(ones, got)[0]


TWO = Signature("tuple", ("dW", "db"))


def said_of_two(*cases):
    """Return what is said of two results: of pairs of answers and expected ones."""
    compared = [(compare(TWO, want, got), {"X": X}) for want, got, X in cases]
    return evidence_of(compared)


def test_a_second_fault_is_said_beside_the_first():
    """With what holds of it, in all wrong cases or wherever it is wrong."""
    X = np.ones((3, 5))
    b, c = B, B + 1.0
    first = ((SQUARE, b), (-SQUARE, 4 * b), X)

    found = said_of_two(first, ((OTHER, c), (-OTHER, 4 * c), X))
    assert found.relations == [
        "every sign of dW is wrong; the absolute values are right"
    ]
    assert found.also == ["every value of db is 4 times the expected one"]

    found = said_of_two(first, ((OTHER, c), (-OTHER, c), X))
    assert found.also == [
        "wherever db is wrong: every value of db is 4 times the expected one"
    ]

    found = said_of_two(first, ((OTHER, c), (-OTHER, c + B**2 + 0.3), X))
    assert found.also == ["db. That may come from the same mistake or from another one"]

    found = said_of_two(first, ((OTHER, c), (-OTHER, np.inf * c), X))
    assert found.also == ["db is infinity or NaN (not a number) in a case"]


def test_of_one_fault_nothing_is_said_to_be_wrong_as_well():
    """And where the names tell it all, it is not said twice."""
    X = np.ones((3, 5))
    found = said_of_two(
        ((SQUARE, B), (-SQUARE, B), X), ((OTHER, B + 1), (-OTHER, B + 1), X)
    )

    assert found.relations[0].startswith("every sign of dW is wrong")
    assert found.also == []


def test_a_size_that_is_another_one_of_the_inputs_is_named():
    """In two cases, with other sizes."""
    shapes = [(3, 4), (2, 5)]
    cases = [
        (np.ones((1, m)), np.ones((n, 1)), {"Z": np.ones((n, m))}) for n, m in shapes
    ]

    assert "the size of dZ along axis 0 is the number of rows of Z" in said_of(cases)[0]
    assert "is the number of rows" not in said_of(cases[:1])[0]


def test_numbers_beyond_two_inputs_that_bound_the_expected_ones_are_named():
    """Also where some of them are infinite; one expected number is each bound."""
    cases = [
        (np.array([1.0, 2.0, 4.0]), np.array([1.0, 9.0, np.inf]), 1.0, 4.0),
        (np.array([0.5, 3.0, 8.0]), np.array([0.25, 3.0, 7.0]), 0.5, 8.0),
    ]
    told = said_of([(w, g, {"low": a, "high": b}) for w, g, a, b in cases])[0]
    assert "dZ holds numbers below low or above high" in told

    wider = said_of([(w, g, {"low": a - 9, "high": b + 9}) for w, g, a, b in cases])[0]
    assert "holds numbers below" not in wider


@pytest.mark.parametrize(("rows", "said"), [(4, False), (7, True)])
def test_a_run_of_wrong_rows_is_said_only_of_many(rows, said):
    """Rows are often wrong as a whole: three of four at the end may be chance."""
    want = np.random.RandomState(1).randn(rows, 3)
    got = want + (np.arange(rows)[:, None] >= 2) * np.random.RandomState(2).rand(
        rows, 3
    )

    assert ("before row 2 are right" in said_of([(want, got, {})])[0]) is said


def test_where_a_number_is_not_finite_the_input_is_named():
    """Of the same shape, and with its value."""
    X = np.array([2.0, 0.0, -1.0])
    with np.errstate(divide="ignore"):
        compared = compare(Signature("single", ("s",)), X + 1, 1 / X)
    evidence = evidence_of([(compared, {"x": X})])

    assert "x[1] is 0 there" in evidence.cases[0]


def test_keys_that_were_not_asked_for_are_named_beside_a_missing_one():
    """As where layers are counted from 0."""
    signature = Signature("dict", ("v",))
    compared = compare(signature, {"dW1": B}, {"dW0": B}, Rules(exact=True))
    facts = evidence_of([(compared, {})]).cases[0]

    assert facts[0].startswith('v["dW1"] is missing')
    assert facts[1].startswith('v["dW0"] was not asked for')


def test_a_factor_of_lines_with_zeros_in_them_is_found():
    """What should be 0 is 0."""
    want = np.array([[0.0, 2.0, 4.0], [3.0, 0.5, 7.0], [5.0, 0.0, 0.25]])
    factors = np.array([[2.0], [3.0], [5.0]])
    cases = [(want, want * factors, {}), (OTHER, OTHER * factors, {})]

    told = said_of(cases)[0]
    assert "within each row of dZ all entries are off by the same factor" in told


def test_a_factor_that_is_a_size_of_an_input_is_said_of_two_numbers():
    """A factor of another size would be fitted to them."""
    want = np.array([[0.75], [-0.5]])

    assert "every value of dZ is 5 times" in said(want, 5 * want, X=np.ones((3, 5)))[0]
    assert "times" not in said(want, 4 * want, X=np.ones((3, 5)))[0]


def test_a_list_of_unequal_rows_has_no_size_that_is_named():
    """It is no array, and is looked at by nothing that takes it for one."""
    cases = [
        (np.ones((2, m)), [[1.0], [1.0, 2.0]], {"X": np.ones((2, m))}) for m in (3, 4)
    ]

    assert "the size of" not in said_of(cases)[0]


@pytest.mark.parametrize(
    "got", [[1e308, -1e308, 5e307], [np.nan] * 3, [np.inf, 1, np.inf], [-1e308] * 3]
)
def test_no_ratio_of_numbers_without_bounds_is_rounded(got):
    """Python refuses to round infinity, and a check shall not stop there."""
    assert constant_ratio(np.array([1e-3, 2e-3, 3e-3]), np.array(got)) is None


def test_where_nothing_else_is_known_the_right_parts_are_named_beside_the_wrong():
    """What is computed from right parts alone is where the mistake is."""
    signature = Signature("tuple", ("A", "cache"))
    rng = np.random.RandomState(4)

    def cases(right):
        found = []
        for n in (3, 4):
            Z1, A1, A, other, more = rng.randn(5, 2, n)
            got = Z1 if right(n) else rng.randn(2, n)
            results = compare(
                signature,
                (A, {"Z1": Z1, "A1": A1}),
                (more, {"Z1": got, "A1": other}),
            )
            found.append((results, {}))
        return evidence_of(found)

    assert cases(lambda n: True).relations == [
        'right: cache["Z1"]; wrong: A, cache["A1"]'
    ]
    # Elements of a tuple have no names here: the whole stands for them.
    Z, A, B = rng.randn(3, 2, 5)
    names = Signature("tuple", ("Z", "A", "cache"))
    whole = compare(names, (Z, A, (A, B)), (B - Z**3, Z + A**2, (A, B)))
    assert evidence_of([(whole, {})] * 2).relations == ["right: cache; wrong: Z, A"]
    assert cases(lambda n: n == 3).relations == []
    assert cases(lambda n: False).relations == []


def test_what_holds_of_finite_numbers_is_said_where_others_are_not():
    """One divided by a number that is rounded to 0 is no number, and no other cause."""
    signature = Signature("single", ("s",))
    cases = [
        (compare(signature, want, got), {})
        for want, got in (
            (np.array([0.25, 0.8]), np.array([4.0, 1.25])),
            (np.array([0.5, 0.1]), np.array([2.0, 10.0])),
            (np.array([0.0, 0.4]), np.array([np.inf, 2.5])),
        )
    ]

    assert evidence_of(cases).relations == [
        "if s is finite, s is one divided by the expected value"
    ]
    other = compare(signature, np.array([0.3, 0.4]), np.array([0.9, 2.5]))
    assert evidence_of([*cases, (other, {})]).relations == []


@pytest.mark.parametrize(
    ("expected", "returned", "sentence"),
    [
        ("2.5 km", "2.5km", "'2.5km', expected '2.5 km'. Only the spaces differ"),
        ("2.5 km", "2.5 KM", "'2.5 KM', expected '2.5 km'. Only upper and lower case"),
        ("2.5 km", "2.50 km", "dZ: you returned '2.50 km', expected '2.5 km'"),
        ("x\n", "x", "'x', expected 'x\\n'. Only the spaces differ"),
        ("a" * 99 + "b", "a" * 99 + "c", "'...aaaaaaaaaac', expected '...aaaaaaaaaab'"),
        ("a", "a" * 10**6, "'aaaaaaaaaa"),
        (("a", "b"), ("a", "c"), "dZ[1]: you returned 'c', expected 'b'"),
        ("2.5 km", 2.5, "dZ is a number; expected a text"),
        ("2.5 km", (2.5, "km"), "dZ is a tuple of 2; expected a text"),
        (True, False, "dZ: you returned False, expected True"),
        (True, "yes", "dZ is a text; expected True or False"),
        (["a"], Unreadable("set"), "dZ is a set; expected a list of texts, 1 in all"),
        (
            np.ones(2),
            ["1.0", "1.0"],
            "dZ is a list of texts, 2 in all; expected an array",
        ),
    ],
)
def test_a_text_is_shown_as_a_number_is(expected, returned, sentence):
    """Functions may return texts; which one came and which should is said of both."""
    compared = compare(Signature("single", ("dZ",)), expected, returned)
    facts = evidence_of([(compared, {})]).cases[0]

    assert any(sentence in fact for fact in facts), facts
    assert max(map(len, facts)) < 250


def test_several_values_in_place_of_a_dictionary_are_called_a_tuple():
    """The first of them is not what the answer is."""
    wanted = {"kinetic": 1.0, "potential": 2.0, "total": 3.0}
    compared = compare(Signature("dict", ("energies",)), wanted, (1.0, 2.0, 3.0))
    facts = evidence_of([(compared, {})]).cases[0]

    assert facts[0] == "energies is a tuple of 3; expected a dictionary of 3"


@pytest.mark.parametrize("returned", [Unreadable("set"), "a", [1.0], {"a": 1}])
def test_a_result_that_is_wrong_as_a_whole_is_not_called_the_only_one(returned):
    """There is no other result beside it, and no part of it that is right."""
    assert said(["a", "b"], returned)[0] == ""
