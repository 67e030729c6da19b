"""The judge: marks, recognised mistakes, composites, and answers from strangers."""

import json
import re
from fractions import Fraction

import numpy as np
import pytest

from autograder.examination import Examination, requests
from autograder.feedback import cell_html
from autograder.judging import Judge, rounded, untouched_functions
from autograder.store import read_store, store_path
from tests.course import CENTRE, SPREAD
from tests.driving import Solution, examined


@pytest.fixture(scope="module")
def store(tiny_course):
    """Return the small assignment's store."""
    return read_store(store_path(tiny_course.root, "01_tiny", "tiny"))


def judged(store, centre=CENTRE, spread=SPREAD, before=""):
    """Drive two functions and judge what they return."""
    namespace, solution = {"np": np}, {"np": np}
    exec(f"{before}\n{centre}\n{spread}", namespace)
    exec(f"{CENTRE}\n{SPREAD}", solution)
    untouched = untouched_functions(store, [centre, spread])
    reference = Solution(solution)
    return examined(store, namespace, untouched, reference=reference)[1]


def marks(verdict):
    """Return points by check cell."""
    return {name: cell.points for name, cell in verdict.cells.items()}


def test_right_answers_get_full_marks(store):
    """The solution gets every point."""
    assert marks(judged(store)) == {"centre-check": 3.0, "spread-check": 4.0}


def test_a_catalogued_mistake_is_named(store):
    """With its hint, at work and in grading."""
    verdict = judged(store, CENTRE.replace("axis=1", "axis=0"))

    assert verdict.cells["centre-check"].points == 0.0
    assert verdict.functions["centre"].state == "misconception"
    assert verdict.functions["centre"].entry.name == "mean of the columns"


@pytest.mark.slow
@pytest.mark.parametrize(
    "centre",
    [
        CENTRE.replace("axis=1", "axis=0"),
        CENTRE.replace("X - mu", "X - mu * 1.01"),
        "def centre(X):\n    raise ValueError(X)",
        "def centre(X):\n    return np.zeros_like(X)",
        "def centre(X):\n    mu = None\n    Z = None\n    return Z",
        "def centre(X):\n    while True: pass",
        "def centre():\n    return 1",
        "centre = 3",
        "",
    ],
)
def test_a_function_is_judged_on_its_own(store, centre):
    """Whatever is wrong with what it calls costs the points of that alone."""
    verdict = judged(store, centre)

    assert marks(verdict) == {"centre-check": 0.0, "spread-check": 4.0}
    assert verdict.functions["spread"].state == "right"
    assert verdict.functions["spread"].with_reference == ("centre",)


def test_a_public_case_that_needed_the_reference_is_called_public(store):
    """Of it, too, nothing is shown but the judge's words."""
    spread = SPREAD.replace("return value, Z", "return 2 * value, Z")
    verdict = judged(store, CENTRE.replace("axis=1", "axis=0"), spread)
    cell = verdict.cells["spread-check"]
    html = cell_html(store, verdict, "spread-check", cell)

    assert cell.points == 2.0
    assert re.findall(r">([^<>]* \((?:public|hidden)\))<", html) == [
        "cases 1 and 2 (public)",
        "cases 3, 4, 5 and 6 (hidden)",
    ]


def test_what_is_right_needs_no_reference(store):
    """The reference stands in only where something failed."""
    assert judged(store).functions["spread"].with_reference == ()


def test_a_composite_with_a_mistake_of_its_own_earns_nothing_for_it(store):
    """A mistake in centre does not excuse one in spread."""
    verdict = judged(
        store,
        CENTRE.replace("axis=1", "axis=0"),
        SPREAD.replace("Z**power", "Z"),
    )

    assert verdict.cells["spread-check"].points <= 2.0


def test_a_case_is_the_mean_over_its_named_results(store):
    """Two results, one right: half the mark."""
    verdict = judged(store, spread=SPREAD.replace("return value", "return 2 * value"))

    assert marks(verdict)["spread-check"] == 2.0


def test_the_untouched_stub_gets_nothing_and_says_so(store):
    """A stub is not attempted, whatever it returns."""
    stub = "def centre(X):\n    mu = None\n    Z = None\n    return Z"

    verdict = judged(store, stub)

    assert verdict.functions["centre"].state == "untouched"
    assert marks(verdict)["centre-check"] == 0.0


def test_a_missing_function_is_missing(store):
    """A name that is not there, or not a function, gets a reason of its own."""
    gone = judged(store, "")
    number = judged(store, "centre = 3")

    assert (
        gone.functions["centre"].state,
        gone.functions["centre"].kind,
    ) == ("missing", "missing")
    assert number.functions["centre"].kind == "int"


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "return [0] * 10**7",
        "return centre(X)",
        "import sys; sys.exit('full marks')",
        "return Liar()",
        "import os; os.close(3); os.close(4); os.close(5); return X",
    ],
)
def test_a_call_that_does_harm_costs_its_own_function_only(store, body):
    """Loops, exits, floods and liars score zero; the next function is judged."""
    liar = (
        "class Liar:\n"
        "    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): raise ValueError\n"
    )
    honest = SPREAD.replace("centre(X)", "X - X.mean(axis=1, keepdims=True)")

    verdict = judged(store, f"def centre(X):\n    {body}", honest, before=liar)

    assert marks(verdict) == {"centre-check": 0.0, "spread-check": 4.0}


def test_a_rare_crash_costs_its_case_only(store):
    """After a crash the next case gets a new process."""
    code = CENTRE.replace(
        "    mu =", "    import os\n    len(X) == 4 and os._exit(1)\n    mu ="
    )

    verdict = judged(store, code)

    assert marks(verdict)["centre-check"] == 2.5


@pytest.mark.parametrize(
    "answer",
    [
        3,
        {"kind": "function"},
        {"kind": "function", "outcomes": "right"},
        {"kind": "function", "outcomes": [None, 1, [], {}], "seconds": "long"},
        {"kind": "function", "outcomes": [{"value": {"x": 1, "y": 2}}] * 99},
        {"kind": "function", "outcomes": [{"mark": 1, "right": True}] * 6},
        {"kind": "function", "outcomes": [{"error": {}, "line": "x"}] * 6},
        {"kind": {"a": 1}, "outcomes": [], "differs": "very"},
    ],
)
@pytest.mark.parametrize("count", [0, 1, 99])
def test_forged_answers_earn_nothing_and_break_nothing(store, answer, count):
    """Whatever comes instead of an answer is no answer."""
    for answers in (answer, [answer] * count):
        verdict = Examination(Judge(store), lambda *_, a=answers: a).verdict()

        assert marks(verdict) == {"centre-check": 0.0, "spread-check": 0.0}


def test_the_driver_is_sent_inputs_and_no_answers(store):
    """No expected number is in what goes into the learner's process."""
    from helpers.checks.values import encode

    function = store.cases.functions["centre"]
    sent = json.dumps(requests(store))
    for case in function.cases:
        form = encode(case.expected.value, compact=True)["array"]["base64"]
        assert form not in sent
    assert (
        encode(np.asarray(function.cases[0].args[0]), compact=True)["array"]["base64"]
        in sent
    )


def test_points_are_rounded_once():
    """Halves go up; sums of thirds are exact until the end."""
    assert [
        rounded(Fraction(*pair)) for pair in [(0, 1), (1, 200), (1, 3), (2, 3), (3, 1)]
    ] == [0.0, 0.01, 0.33, 0.67, 3.0]
