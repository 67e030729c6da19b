"""What crosses the boundary of a learner's process, in the form both sides know.

Requests go in as JSON, answers come out as JSON. What comes out may have been
written by anybody: the readers here bound it and take nothing else.
"""

from dataclasses import dataclass
from typing import Literal, TypedDict

from helpers.checks.calls import Outcome
from helpers.checks.values import Unsupported, decode, encode

# By which child of a learner's process a request is served: by one of its own, which
# then ends or waits for the next request, or by the one that has waited.
Child = Literal["alone", "first", "next"]
TOO_LARGE = "too large"  # stands for what a session did not read
MAX_NAME = 60
MAX_MESSAGE = 300
MAX_TEXT = 200
MAX_ADVICE = 5_000
MAX_LINE = 100_000
FAILURES = {"timeout": "TimeLimit", "crash": "Crash"}


@dataclass(frozen=True)
class CaseLimits:
    """How long functions are waited for, wherever they are driven."""

    seconds: float = 10.0  # time limit of a case
    # After so many cases of a function that took too long or ended their process, its
    # other cases count as failed for the same reason.
    give_up_after: int = 2
    grace: float = 5.0  # seconds beyond the limit for a call that blocks signals


class CaseForm(TypedDict):
    """One call: encoded inputs and the seed of NumPy's generator."""

    args: list[object]
    kwargs: dict[str, object]
    rng: int | None


class FunctionForm(TypedDict):
    """Cases of one function that are driven in one state of the notebook.

    ``cell`` is the check cell whose moment is put back, or empty for the end of
    the notebook; ``stand_ins`` are the functions that the grader answers for.
    """

    name: str
    cell: str
    parameters: list[str]
    contract: list[str]
    calls: list[str]
    own_work: list[str]
    stand_ins: list[str]
    cases: list[CaseForm]


class OutcomeForm(TypedDict, total=False):
    """What came of a call: ``value``, ``error`` or ``failed``, and remarks."""

    value: object
    error: str
    message: str
    line: int | None
    failed: str
    changed: list[str]
    shared: list[str]
    warned: list[str]
    single: bool
    seeded: bool
    aliased: list[str]
    again: str
    by_order: bool
    advice: str


class AnswerForm(TypedDict):
    """What came of a FunctionForm.

    ``kind`` is ``"function"`` or says what stands in its place; ``differs`` says
    that the end of the notebook gives the function's names another meaning.
    """

    kind: str
    outcomes: list[OutcomeForm]
    seconds: float
    differs: bool


class CallForm(TypedDict):
    """What a stand-in asks: a call of the reference, and the generator's state."""

    function: str
    args: list[object]
    kwargs: dict[str, object]
    state: list[object]
    seeding: bool


class ReturnForm(TypedDict, total=False):
    """What a stand-in is told: ``value`` or ``refused``.

    ``args`` and ``kwargs`` are there if the reference has changed them in place,
    ``state`` if it has drawn random numbers.
    """

    value: object
    refused: str
    args: list[object]
    kwargs: dict[str, object]
    state: list[object]


def outcome_form(outcome: Outcome) -> OutcomeForm:
    """Return the form of an outcome that goes through a connection."""
    form: OutcomeForm = {
        "changed": outcome.changed,
        "shared": outcome.shared,
        "warned": outcome.warned,
    }
    for key in ("single", "seeded", "aliased", "again", "by_order", "advice"):
        if value := getattr(outcome, key):
            form[key] = value
    if outcome.error is not None:
        form["error"] = outcome.error
        form["message"] = outcome.message
        form["line"] = outcome.line
    else:
        form["value"] = encode(outcome.value, compact=True)
    return form


def _text(value: object, most: int = MAX_TEXT) -> str:
    """Return the beginning of a text; nothing where it is none."""
    return value[:most] if isinstance(value, str) else ""


def read_outcome(form: object, own: bool = False) -> Outcome:
    """Read the form of an outcome, which may be anything.

    Only a process of our own (`own`) may send advice that is shown.
    """
    lost = Outcome(error="Lost")
    if not isinstance(form, dict):
        return lost
    outcome = Outcome(single=form.get("single") is True)
    if "failed" in form:
        outcome.error = FAILURES.get(_text(form["failed"]), "Lost")
        return outcome
    if "error" in form:
        outcome.error = _text(form["error"], MAX_NAME) or "Lost"
        outcome.message = _text(form.get("message"), MAX_MESSAGE)
        line = form.get("line")
        outcome.line = line if type(line) is int and 0 < line < MAX_LINE else None
    elif "value" in form:
        try:
            outcome.value = decode(form["value"])
        except (Unsupported, RecursionError, MemoryError):
            return lost
    else:
        return lost
    outcome.seeded = form.get("seeded") is True
    outcome.by_order = form.get("by_order") is True
    again = _text(form.get("again"))
    outcome.again = again if again in ("same", "other") else ""
    outcome.advice = _text(form.get("advice"), MAX_ADVICE) if own else ""
    for key in ("changed", "shared", "aliased", "warned"):
        texts = form.get(key)
        if isinstance(texts, list):
            setattr(outcome, key, [_text(text) for text in texts[:50]])
    return outcome


@dataclass
class Answer:
    """What came of a FunctionForm, read within bounds."""

    kind: str  # ``function``, or what stands in its place
    # One for each case that was asked for; empty where there is no function.
    outcomes: list[Outcome]
    seconds: float = 0.0  # how long its cases took, as the learner's process says
    differs: bool = False  # whether the end of the notebook may give other answers


def read_answer(form: object, cases: int) -> Answer:
    """Read the answer to a FunctionForm of so many cases; nothing of it is trusted."""
    if not isinstance(form, dict):
        return Answer("lost", [])
    differs = form.get("differs") is True
    if form.get("kind") != "function":
        return Answer(_text(form.get("kind"), MAX_NAME), [], differs=differs)
    given = form.get("outcomes")
    given = given if isinstance(given, list) else []
    seconds = form.get("seconds")
    return Answer(
        "function",
        [read_outcome(given[i] if i < len(given) else None) for i in range(cases)],
        seconds if type(seconds) is float and 0 <= seconds < 1e5 else 0.0,
        differs,
    )
