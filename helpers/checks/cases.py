"""Recorded cases of a notebook: their form in JSON, and finding the right one.

The same form serves the visible cases beside a released notebook and, on a
grader's machine, the hidden ones.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.checks.calls import Asked, Outcome
from helpers.checks.comparison import Signature
from helpers.checks.values import Unsupported, decode, encode, same_inputs
from helpers.strings import text

FORMAT = 1
MAX_FILE = 64_000_000
# An edition's file begins so.
EDITION = re.compile(r'\{\s*"edition": "(\w{1,20})"')
# What leads on from a failed check, as far as a function has it.
GUIDE = ("examples", "read", "by_hand")


class CasesError(ValueError):
    """Recorded cases that are missing, damaged or of another form."""


@dataclass
class Entry:
    """A catalogued answer: a misconception, or a right answer that differs."""

    # What it is called, the question that leads out of it, the section to read again
    # (may be empty).
    name: str
    hint: str = ""
    read: str = ""
    accept: bool = False  # whether it is right
    hidden_only: str = ""  # why no visible case shows it; empty where one does
    edge: bool = False  # whether only some edge case can tell it from the solution
    # The misconception that it is recognised as, where no case can tell the two apart;
    # empty elsewhere.
    same_as: str = ""
    # No part of what the digest of an assignment is made from.
    # What it is called in the language of an edition; empty in English.
    title: str = field(default="", repr=False)

    @property
    def wrong(self) -> bool:
        """Whether it is a misconception of its own."""
        return not self.accept and not self.same_as


@dataclass
class Case:
    """One call with its inputs and what is known to come of it."""

    # Plain inputs, samples or functions of ``helpers``.
    args: tuple
    kwargs: dict
    rng: int | None = None  # seed of NumPy's global generator
    hidden: bool = False  # whether learners must not see it
    cell: str = ""  # id of the check cell that asks for it
    expected: Outcome = field(default_factory=Outcome)  # what the solution returns
    # What the untouched function returns.
    stub: Outcome = field(default_factory=Outcome)
    # What each catalogued answer returns.
    entries: dict[str, Outcome] = field(default_factory=dict)
    # Misconceptions that this case cannot tell from right, where a relation judges.
    passed_by: list[str] = field(default_factory=list)

    def has_inputs(self, args: tuple, kwargs: dict, rng: int | None) -> bool:
        """Tell whether a call is this case."""
        return (
            self.rng == rng
            and same_inputs(list(self.args), list(args))
            and same_inputs(
                dict(sorted(self.kwargs.items())), dict(sorted(kwargs.items()))
            )
        )


@dataclass
class FunctionCases:
    """All that is recorded of one graded function."""

    name: str
    parameters: tuple[str, ...]  # in order
    signature: Signature  # its named results
    # Earlier graded functions it calls, directly or through others, in the order in
    # which the notebook defines them.
    calls: tuple[str, ...] = ()
    # Dotted name of the function of ``helpers`` that judges its answers where equality
    # is the wrong question; empty elsewhere.
    relation: str = ""
    planted: bool = False  # whether learners get it complete, with a fault to be found
    # What is demanded beyond values, in the words of `helpers.checks.contract`.
    contract: tuple[str, ...] = ()
    stub: str = ""  # text of the released definition, empty where it is not known
    # The parameter whose last axis runs over the examples; empty if none does.
    examples: str = ""
    # The section to read again, and the exercise that works an example by hand; empty
    # where there is none.
    read: str = ""
    by_hand: str = ""
    # Questions of its own, by term of the contract.
    hints: dict[str, str] = field(default_factory=dict)
    own_work: tuple[str, ...] = ()  # functions of ``helpers`` that do what is asked for
    # Graded functions that an answer may call beside those of `calls`.
    may_call: tuple[str, ...] = ()
    # What the elements of a tuple are called, by parameter or result.
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)  # in the order of the notebook

    @property
    def asked(self) -> Asked:
        """What calls of it depend on."""
        return Asked(self.parameters, self.contract, self.calls, self.own_work)


@dataclass
class NotebookCases:
    """The recorded cases of one notebook."""

    notebook: str  # file name without its ending
    digest: str = ""  # what the cases were made from, in short
    # In the order of the notebook.
    functions: dict[str, FunctionCases] = field(default_factory=dict)
    # Plain values computed with the solution, by name.
    frozen: dict[str, object] = field(default_factory=dict)


def outcome_form(outcome: Outcome) -> dict:
    """Return the JSON form of an outcome."""
    if outcome.error is not None:
        form: dict = {"error": outcome.error, "message": outcome.message}
    else:
        form = {"value": encode(outcome.value)}
    for key in ("changed", "shared", "aliased"):
        if getattr(outcome, key):
            form[key] = list(getattr(outcome, key))
    if outcome.seeded:
        form["seeded"] = True
    if outcome.again:
        form["again"] = outcome.again
    return form


def outcome_from(form: object) -> Outcome:
    """Read the JSON form of an outcome."""
    if not isinstance(form, dict):
        raise CasesError(text("checks.file.outcome"))
    outcome = Outcome()
    outcome.seeded = form.get("seeded") is True
    outcome.again = str(form.get("again", ""))[:10]
    for key in ("changed", "shared", "aliased"):
        setattr(outcome, key, [str(name)[:100] for name in form.get(key, [])][:50])
    if "error" in form:
        outcome.error = str(form["error"])[:100]
        outcome.message = str(form.get("message", ""))[:300]
    elif "value" in form:
        outcome.value = decode(form["value"])
    else:
        raise CasesError(text("checks.file.empty_outcome"))
    return outcome


def _case_form(case: Case) -> dict:
    form: dict[str, object] = {
        "args": [encode(value) for value in case.args],
        "kwargs": {key: encode(value) for key, value in case.kwargs.items()},
        "rng": case.rng,
        "cell": case.cell,
        "hidden": case.hidden,
        "expected": outcome_form(case.expected),
        "stub": outcome_form(case.stub),
        "entries": {name: outcome_form(o) for name, o in case.entries.items()},
        "passed_by": case.passed_by,
    }
    return form


def inputs_from(form: dict) -> tuple[tuple, dict, int | None]:
    """Return arguments, named arguments and seed of the JSON form of a call."""
    args = tuple(decode(value, inputs=True) for value in form["args"])
    kwargs = {k: decode(v, inputs=True) for k, v in form["kwargs"].items()}
    return args, kwargs, form["rng"]


def case_from(form: dict) -> Case:
    """Read the JSON form of a case."""
    return Case(
        *inputs_from(form),
        cell=form["cell"],
        hidden=form["hidden"],
        expected=outcome_from(form["expected"]),
        stub=outcome_from(form["stub"]),
        entries={name: outcome_from(o) for name, o in form["entries"].items()},
        passed_by=list(form["passed_by"]),
    )


def _entry_form(entry: Entry) -> dict:
    form = vars(entry).copy()
    for key in ("same_as", "title"):
        if not form[key]:
            del form[key]
    return form


def cases_form(cases: NotebookCases) -> dict:
    """Return the JSON form of a notebook's cases."""
    return {
        "generated": "by `nbgrader generate_assignment` from source/; do not edit",
        "format": FORMAT,
        "notebook": cases.notebook,
        "digest": cases.digest,
        "functions": {
            name: {
                "parameters": list(function.parameters),
                "form": function.signature.form,
                "results": list(function.signature.names),
                "calls": list(function.calls),
                "relation": function.relation,
                **({"planted": True} if function.planted else {}),
                "contract": list(function.contract),
                "stub": function.stub,
                **{k: getattr(function, k) for k in GUIDE if getattr(function, k)},
                "hints": dict(function.hints),
                "own_work": list(function.own_work),
                **({"may_call": list(function.may_call)} if function.may_call else {}),
                **(
                    {"parts": {k: list(v) for k, v in function.parts.items()}}
                    if function.parts
                    else {}
                ),
                "entries": [_entry_form(entry) for entry in function.entries],
                "cases": [_case_form(case) for case in function.cases],
            }
            for name, function in cases.functions.items()
        },
        "frozen": {name: encode(value) for name, value in cases.frozen.items()},
    }


def cases_from(form: object) -> NotebookCases:
    """Read the JSON form that `cases_form` makes; raise CasesError for another."""
    if not isinstance(form, dict) or form.get("format") != FORMAT:
        raise CasesError(text("checks.file.release"))
    try:
        return NotebookCases(
            notebook=form["notebook"],
            digest=form["digest"],
            functions={
                name: FunctionCases(
                    name=name,
                    parameters=tuple(body["parameters"]),
                    signature=Signature(body["form"], tuple(body["results"])),
                    calls=tuple(body["calls"]),
                    relation=body["relation"],
                    planted=body.get("planted", False) is True,
                    contract=tuple(body.get("contract", ())),
                    stub=body.get("stub", ""),
                    **{k: str(body.get(k, ""))[:200] for k in GUIDE},
                    hints=dict(body.get("hints", {})),
                    own_work=tuple(body.get("own_work", ())),
                    may_call=tuple(body.get("may_call", ())),
                    parts={k: tuple(v) for k, v in body.get("parts", {}).items()},
                    entries=[Entry(**entry) for entry in body["entries"]],
                    cases=[case_from(case) for case in body["cases"]],
                )
                for name, body in form["functions"].items()
            },
            frozen={
                name: decode(value, inputs=True)
                for name, value in form["frozen"].items()
            },
        )
    except (KeyError, TypeError, AttributeError, Unsupported) as error:
        raise CasesError(text("checks.file.damaged", error=error)) from error


def read_cases(path: Path) -> NotebookCases:
    """Read a file of cases.

    Raises CasesError if it is missing, too large, damaged or of another release.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise CasesError(text("checks.file.large"))
        form = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CasesError(text("checks.file.missing")) from error
    except (ValueError, RecursionError) as error:
        raise CasesError(text("checks.file.not_json")) from error
    return cases_from(form)


def edition_of(path: Path) -> str:
    """Return the language of a file of cases without reading all of it.

    Empty in English, or where there is no such file.
    """
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        found = EDITION.match(file.read(200))
    return found[1] if found else ""


def form_text(form: object) -> str:
    """Return the text of a JSON form, with one value a line."""
    return "\n".join(_lines(form, "")) + "\n"


def write_form(form: object, path: Path) -> None:
    """Write a JSON form."""
    path.write_text(form_text(form), encoding="utf-8")


ROUNDING = 2e-9
_VALUES = frozenset(["array", "list", "tuple", "dict", "sample", "function", "float"])


def _lines(form: object, indent: str) -> Iterator[str]:
    """Write nested objects on lines of their own and values on one line each."""
    inner = indent + " "
    if isinstance(form, dict) and form and not (len(form) == 1 and _is_value(form)):
        yield "{"
        last = len(form) - 1
        for i, (key, item) in enumerate(form.items()):
            lines = list(_lines(item, inner))
            lines[0] = f"{inner}{json.dumps(key, ensure_ascii=False)}: {lines[0]}"
            lines[-1] += "," if i < last else ""
            yield from lines
        yield indent + "}"
    elif isinstance(form, list) and form:
        yield "["
        for i, item in enumerate(form):
            lines = list(_lines(item, inner))
            lines[0] = inner + lines[0]
            lines[-1] += "," if i < len(form) - 1 else ""
            yield from lines
        yield indent + "]"
    else:
        yield json.dumps(form, ensure_ascii=False)


def _is_value(form: dict) -> bool:
    return next(iter(form)) in _VALUES


def keep_numbers(former: object, new: Any) -> Any:
    """Return a form like ``new`` with the numbers of ``former`` where they agree.

    Processors round differently, and what is left of two numbers that cancel, such as
    a relative difference of gradients of 1e-9, is rounding alone.

    Examples
    --------
    >>> keep_numbers([1.0, 2.0, 9e-10], [1.0 + 1e-12, 3.0, 7e-10])
    [1.0, 3.0, 9e-10]
    """
    if isinstance(new, dict) and isinstance(former, dict):
        return {
            key: keep_numbers(former[key], item) if key in former else item
            for key, item in new.items()
        }
    if isinstance(new, list) and isinstance(former, list) and len(new) == len(former):
        return [keep_numbers(a, b) for a, b in zip(former, new)]
    if type(new) is float and type(former) is float:
        size = max(abs(new), abs(former))
        near = abs(new - former) <= 1e-9 * size + 1e-15 or size < ROUNDING
        return former if near else new
    return new
