"""Feeding recorded inputs to functions in forked children: the one loop that does.

In a learner's shell it is imported before any of the learner's code and knows
inputs only. What it sends back is judged elsewhere, so whatever the learner's
code does to it can lose marks and never win them. Recording, mutation and the
other measurements drive through the same loop, within the same limits.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np

from autograder.forks import Ask, Stream
from autograder.moments import Moment
from autograder.protocol import (
    AnswerForm,
    CallForm,
    CaseForm,
    CaseLimits,
    Child,
    FunctionForm,
    OutcomeForm,
    outcome_form,
)
from helpers.checks.calls import Asked, Outcome, call
from helpers.checks.values import decode, encode, plain
from helpers.strings import speak

MORE = "more"  # what a child asks that has done all
# By check cell, and the end of the notebook under the empty name.
_moments: dict[str, Moment] = {}
# A child that has done all and waits for the next request, if there is one.
_waiting: list[Stream] = []


def start(language: str = "") -> str:
    """Prepare a shell for grading, in the language of the submission's edition.

    The submission's folder comes last on the module path, and ``exit()`` in a
    cell ends nothing: it would end the shell some time later, in another cell.
    A shell that was started beforehand does not know yet what it is for; `check`
    must know, or its table of progress says in the feedback that nothing was run.
    """
    from IPython import get_ipython

    os.environ["NBGRADER_EXECUTION"] = "autograde"
    speak(language)
    _moments.clear()
    get_ipython().ask_exit = lambda: None
    here = os.getcwd()
    sys.path[:] = [p for p in sys.path if p not in ("", here)]
    sys.path.append(here)
    return "ready"


def note(cell: str) -> str:
    """Remember what names mean now, at a check cell."""
    from IPython import get_ipython

    _moments[cell] = Moment(get_ipython().user_ns)
    return "noted"


def ended() -> bool:
    """Tell whether the end of the notebook has been noted."""
    return "" in _moments


def run(
    request: Sequence[FunctionForm], seconds: float, child: Child, ask: Ask
) -> list[AnswerForm]:
    """Drive functions of the notebook, as `drive` says; a case has some `seconds`."""
    if not ended():
        note("")
    return drive(request, _moments, CaseLimits(seconds), ask, child)


def drive(
    request: Sequence[FunctionForm],
    moments: Mapping[str, Moment],
    limits: CaseLimits,
    ask: Ask | None = None,
    child: Child = "alone",
) -> list[AnswerForm]:
    """Call functions with their inputs, each in the state of its moment.

    `moments` are those of the check cells, and the end of the notebook under the empty
    name; `ask` answers what stand-ins ask, in a child that is "alone". Returns an
    answer for each form.
    """
    answers: list[AnswerForm] = []
    end = moments.get("")
    for form in request:
        moment = moments.get(form["cell"])
        function = moment.namespace.get(form["name"]) if moment else None
        kind = "function"
        if not callable(function):
            kind = "missing" if function is None else type(function).__name__
        differs = moment is not end and (
            moment is None or moment.differs(form["name"], end)
        )
        answers.append(
            {"kind": kind, "outcomes": [], "seconds": 0.0, "differs": bool(differs)}
        )
    groups = _groups(request, moments)
    waited = _waiting.pop() if _waiting else None
    if waited is not None and child != "next":
        waited.kill()
        waited = None
    if waited is not None:
        once = [request]
        waited.answer = lambda form: once.pop() if once and form == MORE else None
    then = partial(_groups, moments=moments) if child == "first" else None
    found = outcomes(groups, limits, ask, waited, then)
    driven = [answer for answer in answers if answer["kind"] == "function"]
    with contextlib.closing(found):
        for answer, group in zip(driven, groups, strict=True):
            begun = time.monotonic()
            answer["outcomes"] = [next(found) for _ in group.cases]
            answer["seconds"] = round(time.monotonic() - begun, 3)
    return answers


def _groups(
    request: Sequence[FunctionForm], moments: Mapping[str, Moment]
) -> list["Group"]:
    """Return the cases of those that are functions at their moments."""
    return [
        Group(_prepared(moment, form), form["cases"], asked_of(form))
        for form in request
        if (moment := moments.get(form["cell"]))
        and callable(moment.namespace.get(form["name"]))
    ]


def _prepared(moment: Moment, form: FunctionForm) -> Callable[[Ask], Callable]:
    """Return what puts a moment back in a child, and stand-ins into it."""

    def prepare(ask: Ask) -> Callable:
        moment.restore()
        function = cast(Callable, moment.namespace[form["name"]])
        names = getattr(function, "__globals__", moment.target)
        for name in form["stand_ins"]:
            names[name] = _stand_in(name, ask)
        return function

    return prepare


def _stand_in(name: str, ask: Ask) -> Callable:
    """Return a function that the grader answers for, as the reference would."""
    # What a learner's code rebinds later must not reach it.
    seed, get_state, set_state = (
        np.random.seed,
        np.random.get_state,
        np.random.set_state,
    )

    def function(*args: object, **kwargs: object) -> object:
        state: Any = get_state()
        form: CallForm = {
            "function": name,
            "args": [_sent(value, "an argument") for value in args],
            "kwargs": {key: _sent(value, key) for key, value in kwargs.items()},
            "state": [encode(state[1], compact=True), *state[2:]],
            "seeding": np.random.seed is seed,
        }
        told = ask(form)
        if not isinstance(told, dict) or "value" not in told:
            raise RuntimeError("no answer came back")
        if "state" in told:
            keys, *rest = told["state"]
            set_state((state[0], decode(keys), *rest))
        for place, value in zip(args, told.get("args", ())):
            _put(place, decode(value))
        for key, value in told.get("kwargs", {}).items():
            _put(kwargs[key], decode(value))
        return decode(told["value"])

    function.__name__ = function.__qualname__ = name
    return function


def _sent(value: object, name: str) -> object:
    """Return an argument of a learner's as it is sent: by value, as an answer is."""
    return encode(plain(value, name, inputs=True, answer=True), compact=True)


def _put(place: object, value: Any) -> None:
    """Change an argument in place as the reference has changed its copy."""
    if isinstance(place, np.ndarray):
        place[...] = value
    elif isinstance(place, dict):
        old = dict(place)
        place.clear()
        for key, item in value.items():
            place[key] = _kept(old.get(key), item)
    elif isinstance(place, list):
        place[:] = [
            _kept(place[i] if i < len(place) else None, item)
            for i, item in enumerate(value)
        ]


def _kept(old: Any, new: Any) -> object:
    """Return what a container held, changed in place where that is possible."""
    same = isinstance(old, np.ndarray) and isinstance(new, np.ndarray)
    if same and old.shape == new.shape and old.dtype == new.dtype:
        old[...] = new
        return old
    return new


@dataclass
class Group:
    """Cases of one function."""

    # Called in a child before the first case that it serves, with what its stand-ins
    # ask by; returns the function.
    prepare: Callable[[Ask], Callable]
    cases: Sequence[CaseForm]  # its calls
    asked: Asked


def asked_of(form: Mapping[str, Any]) -> Asked:
    """Return what the form of a function says that is asked of it."""
    return Asked(form["parameters"], form["contract"], form["calls"], form["own_work"])


def outcomes(
    groups: Sequence[Group],
    limits: CaseLimits,
    ask: Ask | None = None,
    child: Stream | None = None,
    then: Callable[[Sequence[FunctionForm]], list[Group]] | None = None,
) -> Generator[OutcomeForm]:
    """Call functions in forked children.

    A fork costs more than most cases: one child serves as many as it survives. `ask`
    answers what stand-ins ask. `child` is one that has waited for these groups; with
    `then`, which makes groups of a request, the last one waits for another. Yields what
    came of each case of each group, in order; it names the reason where the child
    ended, took too long or sent what is no frame.
    """
    tasks = [(g, case) for g, group in enumerate(groups) for case in group.cases]

    def work(begin: int, ask: Ask) -> Iterable[OutcomeForm]:
        yield from _answered(groups, tasks[begin:], limits, ask)
        if then is not None:
            more = then(ask(MORE))
            cases = [(g, case) for g, group in enumerate(more) for case in group.cases]
            yield from _answered(more, cases, limits, ask)

    task = 0
    try:
        for group in groups:
            failures, reason = 0, ""
            for _ in group.cases:
                begin, task = task, task + 1
                if failures >= limits.give_up_after:
                    yield {"failed": reason}
                    continue
                if child is None:
                    child = Stream(partial(work, begin), ask)
                frame = child.next(limits.seconds + limits.grace)
                slow = isinstance(frame, dict) and frame.get("error") == "TimeLimit"
                if frame is None or slow:
                    failures += 1
                    reason = "timeout" if slow else child.ended
                    # It may be in the middle of anything: the next gets another.
                    child.kill()
                    child = None
                kept = frame if isinstance(frame, dict) else {"failed": reason}
                yield cast(OutcomeForm, kept)
    finally:
        if child is not None and then is not None:
            _waiting.append(child)
        elif child is not None:
            child.kill()


def _answered(
    groups: Sequence[Group],
    tasks: Sequence[tuple[int, CaseForm]],
    limits: CaseLimits,
    ask: Ask,
) -> Iterable[OutcomeForm]:
    """Call functions in this process, each case by the number of its group."""
    current, function, problem = -1, None, None
    for number, form in tasks:
        group = groups[number]
        if number != current:
            current, problem = number, None
            try:
                function = group.prepare(ask)
            except Exception as error:  # a cell that cannot even be defined
                problem = error
        yield outcome_form(_called(group, function, form, limits, problem))


def _called(
    group: Group,
    function: Callable | None,
    form: CaseForm,
    limits: CaseLimits,
    problem: Exception | None,
) -> Outcome:
    def undefined(*args: object, **kwargs: object) -> object:
        raise problem or TypeError

    return call(
        undefined if function is None or problem else function,
        [decode(value, inputs=True) for value in form["args"]],
        {key: decode(value, inputs=True) for key, value in form["kwargs"].items()},
        group.asked,
        rng=form["rng"],
        seconds=limits.seconds,
        state_kept=False,
    )
