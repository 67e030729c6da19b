"""What a report says beside the evidence: names of parts, seeds, questions."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.checks.calls import Outcome, call
from helpers.checks.cases import (
    Case,
    Entry,
    FunctionCases,
    NotebookCases,
    cases_form,
    cases_from,
)
from helpers.checks.comparison import Signature
from helpers.checks.contract import entry_of
from helpers.checks.recognition import Run, best_results, runs_of
from helpers.checks.report import after_slips, notes, reading_of, report_runs, short
from helpers.checks.slips import Seen, slips_in_cells
from helpers.strings import text

X = np.array([[1.0, 2.5, 4.0], [0.5, -1.0, 3.0]])
NAMES = ("A", "W")
RECORD = FunctionCases(
    "f",
    ("X", "cache"),
    Signature("tuple", ("Z", "cache")),
    parts={"cache": NAMES},
    contract=("changes inputs",),
)


def right(X, cache):
    """Return a product, and what went in."""
    A, W = cache
    return W @ A, (A, W)


def report(function, failures=4, rng=None, record=RECORD):
    """Return the report of a wrong answer."""
    inputs = X, (X, np.eye(2))
    case = Case(args=inputs, kwargs={}, rng=rng)
    case.expected = call(right, inputs, {})
    outcome = call(function, inputs, {}, rng=rng)
    run = Run(case, outcome, best_results(record, case, outcome))
    return " ".join(str(report_runs(record, [run], None, failures)).split())


def test_elements_of_a_tuple_have_their_names():
    """In facts, in relations and in the call: never cache[1]."""
    said = report(lambda X, cache: (cache[1] @ cache[0], (cache[0], 2 * cache[1])))

    assert "W in cache" in said and "W[0, 0] in cache" in said
    assert "cache = (A: shape (2, 3), W: shape (2, 2))" in said
    assert "cache[" not in said


def test_names_of_elements_are_recorded():
    """They go into the file of cases and come back."""
    form = cases_form_of(RECORD)

    assert form["functions"]["f"]["parts"] == {"cache": ["A", "W"]}
    assert cases_from(form).functions["f"].parts == RECORD.parts


def cases_form_of(record):
    """Return the form of a notebook with one function."""
    return cases_form(NotebookCases("tiny", "digest", {record.name: record}, {}))


SEEDED = text("checks.seeded", seed=3)


@pytest.mark.parametrize(
    ("function", "terms", "told"),
    [
        (lambda X, cache: (X + 1, cache), ("changes inputs",), False),
        (lambda X, cache: (np.random.rand(2, 3), cache), ("changes inputs",), True),
        (lambda X, cache: (X + 1, cache), ("fresh",), True),
    ],
)
def test_a_seed_is_named_where_it_matters(function, terms, told):
    """Not where neither the answer nor the contract draws."""
    said = report(function, rng=3, record=replace(RECORD, contract=terms))

    assert (SEEDED in said) == told


@pytest.mark.parametrize(
    ("error", "question"),
    [
        ("NameError", "name"),
        ("KeyError", "key"),
        ("IndexError", "index"),
        ("TypeError", "exception"),
    ],
)
def test_an_exception_has_a_question_of_its_kind(error, question):
    """A name, a key and an index are looked for in different places."""
    case = Case(args=(X, (X, np.eye(2))), kwargs={})
    case.expected = call(right, case.args, {})
    run = Run(case, Outcome(error=error, message="x"), [])

    said = " ".join(str(report_runs(RECORD, [run], None, 2)).split())

    assert text(f"checks.question.{question}") in said


def said_of(wrong, solution, *inputs):
    """Return the report of a wrong answer in several cases of one input each."""
    record = FunctionCases("f", ("x",), Signature("single", ("w",)))
    runs = []
    for x in inputs:
        case = Case(args=(x,), kwargs={})
        case.expected = call(solution, (x,), {})
        outcome = call(wrong, (x,), {})
        runs.append(Run(case, outcome, best_results(record, case, outcome)))
    made = report_runs(record, runs, None, 2, answer=wrong)
    return " ".join(str(made).split())


def gives_the_shape(x):
    """Return the whole shape instead of one of its numbers."""
    return x.shape


def assigns_for_nothing(x):
    """Assign the result to a name that is not returned."""
    y = np.array(x)  # noqa: F841
    return np.cosh(x)


def prints_it(x):
    """Print the result and assign it to no name."""
    print(np.log(x))
    return w  # noqa: F821


@pytest.mark.parametrize(
    ("wrong", "question"),
    [
        (prints_it, "printed"),
        (lambda x: print(np.log(x)), "printed"),
        (lambda x: print(np.log(x) + 1), "none"),
        (np.log2, "logarithm"),
        (lambda x: np.log(x) * (np.nan if len(x) > 2 else -1.0), "values"),
        (lambda x: x * np.nan, "not_finite"),
    ],
)
def test_the_question_is_about_what_is_wrong_with_numbers(wrong, question):
    """A result that was printed, another logarithm, NaN everywhere or in one case."""
    said = said_of(wrong, np.log, np.array([0.5, 2.0]), np.array([4.0, 0.25, 1.5]))

    assert text(f"checks.question.{question}") in said


def test_numbers_where_zeros_are_expected_are_asked_for():
    """The question is not which line should give the first number that is not 0."""
    said = said_of(np.ones, np.zeros, 2)

    assert text("checks.question.not_zero") in said
    assert "both entries of w are wrong" in said


def test_exchanged_rows_and_columns_are_no_question_of_sums():
    """Initial weights have no examples, and nothing is summed."""
    inputs = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)

    said = said_of(np.transpose, np.array, *inputs)

    assert text("checks.question.transposition") in said


def test_a_slip_is_asked_about_where_nothing_better_is_known():
    """The question is about the line that is named above it."""
    asked = said_of(assigns_for_nothing, np.array, np.array([1.0, 3.0]), np.ones(2))

    assert text("checks.slip.unused", name="y") in asked
    assert text("checks.question.slip") in asked


@pytest.mark.parametrize("known", ["values", "one_result", "place"])
def test_a_remark_tells_more_than_where_something_is_wrong(known):
    """To compute random numbers by hand, as these questions ask, helps nobody."""
    asked = text(f"checks.question.{known}")

    assert after_slips(["a remark"], asked) == text("checks.question.slip")
    assert after_slips([], asked) == asked


def test_random_numbers_of_ones_own_are_a_cause():
    """Whatever else is known of the numbers, they come from another generator."""
    own = "def f(x):\n    return np.random.default_rng().normal(size=x.shape)\n"
    again = "def f(x):\n    return x * (np.random.rand(3) < 0.5)\n"
    asked = text("checks.question.factor")
    for source, drawn in ((own, True), (again, False)):
        slips = slips_in_cells("f", [source], Seen(drawn=drawn))

        assert after_slips(slips, asked) == text("checks.question.slip")


@pytest.mark.parametrize(("solution", "told"), [(len, False), (np.sum, True)])
def test_that_only_the_size_is_used_is_said_unless_sizes_are_asked_for(solution, told):
    """Whoever counts the examples reads nothing but a shape, and is right to."""
    asked = said_of(gives_the_shape, solution, np.ones((2, 3)), np.ones((4, 5)))

    assert (text("checks.slip.only_size", name="x") in asked) == told


def test_a_factor_of_one_over_m_is_a_division():
    """Nobody says "times 1 divided by"."""
    inputs = np.arange(12.0).reshape(3, 4), np.arange(10.0).reshape(2, 5)
    said = said_of(lambda x: np.sum(x) / x.shape[1], np.sum, *inputs)

    assert "w is the expected value divided by the number of columns of x" in said


def test_of_a_broken_contract_the_line_that_states_it_is_to_be_read():
    """No section of a lesson, and no example by hand: both show values."""
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)))
    record.contract, record.by_hand = ("no seed",), "Exercise 1"
    record.read = "lesson 02, Why not initialize with large weights"
    record.entries = [Entry("scaled", hint="Why?", read=record.read)]
    advice = reading_of(record, entry_of("no seed", record).read)

    assert advice.sentence.startswith("the line that begins with “Contract”")
    assert "by hand" not in advice.sentence
    assert "Exercise 1" in reading_of(record, record.read).sentence


def test_a_single_number_in_a_dictionary_is_shown_itself():
    """A shape of ones tells less than the number."""
    given = {"W1": np.array([[0.5]]), "b1": np.ones((2, 1)), "c": np.array(3.0)}

    assert short(given) == "{W1: [[0.5]], b1: shape (2, 1), c: 3}"


@pytest.mark.parametrize(
    ("changed", "offered"), [(["s"], False), (["s", "X"], True), (["X"], True)]
)
def test_an_input_that_comes_back_changed_is_no_cause(changed, offered):
    """An update in place is what the text allows; another input may be the cause."""
    outcome = Outcome(value=1.0, changed=changed)
    said = notes(outcome, right=False, results=("parameters", "s"))

    assert bool(said) is offered
    assert notes(outcome, right=True, results=("parameters", "s"))


@pytest.mark.parametrize(("first", "asked"), [(np.inf, False), (7.0, True)])
def test_a_question_about_infinity_fits_all_wrong_cases(first, asked):
    """Where a case is only wrong, it asks for values."""
    record = FunctionCases("f", ("X",), Signature("single", ("Z",)))
    record.cases = [Case((n,), {}, expected=Outcome(value=1.0)) for n in (1, 2)]
    outcomes = [
        Outcome(value=first, warned=["overflow encountered in exp"] * (first > 7)),
        Outcome(value=np.inf, warned=["overflow encountered in exp"]),
    ]
    said = str(report_runs(record, runs_of(record, outcomes), None, 4))

    assert ("very large exponent" not in said) is asked
