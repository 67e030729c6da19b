"""The report of a failed check: what is called, returned, expected, asked and read."""

import ast
import re
import textwrap
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from helpers.checks.advice import advice_on
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Difference, Result
from helpers.checks.evidence import Evidence, evidence_of, number, shape_of
from helpers.checks.loops import has_loop, loops_in_cells, loops_of
from helpers.checks.namespaces import definition_in, definition_of
from helpers.checks.parts import named_parts, named_results
from helpers.checks.recognition import Run, named_inputs
from helpers.checks.slips import MOST, Seen, slips_in_cells, slips_of
from helpers.checks.values import Unreadable, leaves, resolve
from helpers.strings import labelled, listed, text

WIDTH = 88
# So many entries of an array are written out in text.
SMALL = 12
# Where lessons lie as seen from an assignment, and from a lesson.
LESSONS = ("../../notebooks", ".")


class CheckFailed(AssertionError):
    """A check that did not pass; shows its report instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


@dataclass(frozen=True)
class Advice:
    """One sentence for the learner, with its title and where to read on."""

    title: str  # such as "Think"; may be empty
    sentence: str  # what to think about
    link: str = ""  # path of a notebook with the section's anchor; may be empty


@dataclass
class Block:
    """Cases that came out alike, shown by the first of them."""

    label: str  # which cases
    right: bool  # whether they are right
    sentences: list[str]  # what came of them
    # The case that is shown; None where nothing is to be shown.
    case: Case | None = None
    difference: Difference | None = None  # the first difference in it
    drew: bool = False  # whether the answer drew random numbers


@dataclass
class Report:
    """What a learner reads about one function."""

    function: FunctionCases
    header: str = ""  # the first line
    blocks: list[Block] = field(default_factory=list)  # the cases, equal ones together
    # What stands above the cases, where long cases leave it in sight: what holds in all
    # of them, the question, what to read, what to correct first.
    advice: list[Advice] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [self.header]
        for advice in self.advice:
            lines.append("")
            start = labelled(advice.title, "") if advice.title else ""
            sentence = advice.sentence
            if advice.link:
                sentence += f" ({advice.link})"
            lines += textwrap.wrap(sentence, WIDTH, initial_indent=start)
        for block in self.blocks:
            lines.append("")
            title = labelled(block.label, text("checks.right"))
            lines.append(title if block.right else block.label)
            if block.case is not None:
                lines += _indented(call_lines(self.function, block.case, block.drew))
            lines += _indented(block.sentences)
        return "\n".join(lines)


def ended(sentence: str) -> str:
    """Return a sentence with its mark at the end."""
    ends = (".", "?", "。", "？")
    return sentence if sentence.endswith(ends) else sentence + text("checks.stop")


def _indented(sentences: list[str]) -> list[str]:
    return [
        line
        for sentence in sentences
        for line in textwrap.wrap(
            sentence, WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    ]


def is_seeded(function: FunctionCases, case: Case, drew: bool) -> bool:
    """Tell whether the seed of a case matters: something is drawn, or should be."""
    return case.rng is not None and (drew or not DRAWING.isdisjoint(function.contract))


DRAWING = frozenset(["fresh", "no seed", "independent masks"])


def call_lines(function: FunctionCases, case: Case, drew: bool = True) -> list[str]:
    """Return the call of a case: the function with its arguments, one a line.

    And the seed, where the answer `drew` random numbers or should have.
    """
    inputs = named_inputs(function, case)
    head = f"{function.name}({', '.join(inputs)})"
    told = is_seeded(function, case, drew)
    seed = [text("checks.seeded", seed=case.rng)] if told else []
    lines = [f"{k} = {short(v, function.parts.get(k))}" for k, v in inputs.items()]
    return [head, *lines, *seed]


def short(value: object, names: Sequence[str] | None = None) -> str:
    """Write a value in one line: numbers where they are few, else the shape.

    `names` says what the elements of a tuple are called.
    """
    value = resolve(value)
    if isinstance(value, tuple) and names and len(names) == len(value):
        named = listed(map(labelled, names, map(_brief, value)))
        return f"({named})"
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > SMALL or value.ndim > 2:
            return shape_of(value)
        return _grid(value.tolist())
    if isinstance(value, bool | int | float | np.ndarray):
        return number(value)
    if isinstance(value, str) or value is None:
        return repr(value)
    if isinstance(value, Unreadable):
        return shape_of(value)
    if isinstance(value, dict):
        items = (f"{key}: {_brief(item)}" for key, item in list(value.items())[:8])
        return "{" + ", ".join(items) + (", ..." if len(value) > 8 else "") + "}"
    if isinstance(value, list | tuple):
        inner = ", ".join(_brief(item) for item in value[:8])
        more = ", ..." if len(value) > 8 else ""
        return f"[{inner}{more}]" if isinstance(value, list) else f"({inner}{more})"
    return getattr(value, "__name__", type(value).__name__)


def _brief(value: object) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size == 1:
            return _grid(value.tolist())
        return text("checks.shape_only", shape=value.shape)
    if isinstance(value, dict | list | tuple):
        return shape_of(value)
    return short(value)


def _grid(rows: object) -> str:
    if isinstance(rows, list):
        return "[" + ", ".join(map(_grid, rows)) + "]"
    return number(rows)


def describe_outcome(outcome: Outcome) -> list[str]:
    """Return sentences for a call that returned nothing to compare."""
    if outcome.error == "TimeLimit":
        return [text("checks.time_limit", seconds=outcome.message)]
    if outcome.error == "Unsupported":
        advice = advice_on(outcome.error, outcome.message)
        said = text("checks.unsupported", message=outcome.message)
        return [said, advice] if advice else [said]
    if outcome.error is not None:
        key = "checks.error" if outcome.line is None else "checks.error_line"
        said = text(key, error=outcome.error, line=outcome.line)
        advice = outcome.advice or advice_on(outcome.error, outcome.message)
        if not advice and outcome.message:
            # An exception that nothing is known of: its own words, but not many.
            advice = text("checks.error_says", message=outcome.message[:160])
        return [said, advice[:1].upper() + advice[1:]] if advice else [said]
    return []


def notes(
    outcome: Outcome,
    contract: Sequence[str] = (),
    *,
    right: bool = True,
    known: bool = False,
    results: Sequence[str] = (),
    meant: Sequence[str] = (),
) -> list[str]:
    """Return remarks about a call: on its inputs, warnings and prints.

    Where the cause of a wrong answer is known, no other one is offered, nor that inputs
    are changed which it returns under the same names, its `results`. Nothing is said of
    the inputs that it is `meant` to change, since the solution does so.
    """
    remarks = []
    returned = outcome.value is not None or outcome.error is not None
    changed = [name for name in outcome.changed if name not in meant]
    own = not set(changed) <= set(results)
    offered = right or (returned and not known and own)
    if changed and offered and "leaves inputs" not in contract:
        key = "changed" if right else "changed_wrong"
        remarks.append(text(f"checks.{key}", names=listed(changed)))
    remarks += [text("checks.warned", warning=warning) for warning in outcome.warned]
    if not right and outcome.printed.strip():
        last = outcome.printed.strip().splitlines()[-1][:200]
        remarks.append(text("checks.printed", printed=last))
    return remarks


def fill_hint(hint: str, values: list[dict[str, str]]) -> str:
    """Fill the placeholders of a hint, or leave out the sentences that have them.

    `values` is what is known of each case. All numbers come from one of them, the first
    that knows all.

    Examples
    --------
    >>> fill_hint("Off by {ratio}. Why?", [{"m": "5"}, {"ratio": "2"}])
    'Off by 2. Why?'
    >>> fill_hint("Off by {ratio}. Why?", [{"m": "5"}])
    'Why?'
    """
    for known in values:
        if is_true_of(hint, known):
            return _filled(hint, known)
    kept = [s for s in SENTENCES.split(hint) if not PLACEHOLDER.search(s)]
    return " ".join(kept)


PLACEHOLDER = re.compile(r"\{(ratio|index|m)\}")
# "Three times too large" is a claim about the ratio, not only a count of examples.
# It is worded by each language: see ``checks.times`` in the strings.
SENTENCES = re.compile(r"(?<=[.?!]) |(?<=[。？！])")


def is_true_of(hint: str, known: dict[str, str]) -> bool:
    """Tell whether a hint's numbers are known in a case, and say something there.

    False for "a factor of 1", and where "{m} times" is not the ratio.
    """
    names = set(PLACEHOLDER.findall(hint))
    if not names <= set(known) or known.get("ratio") == "1":
        return False
    if "m" in names and known["m"] == "1":
        return False
    if any(words in hint for words in text("checks.times", m="{m}").split("|")):
        m, ratio = float(known["m"]), float(known.get("ratio", "nan"))
        return any(np.isclose(ratio, r, rtol=1e-4) for r in (m, 1 / m))
    return True


def _filled(hint: str, known: dict[str, str]) -> str:
    for name in PLACEHOLDER.findall(hint):
        hint = hint.replace("{" + name + "}", known[name])
    return hint


def evidence_of_runs(function: FunctionCases, runs: list[Run]) -> Evidence:
    """Describe the wrong results of a function's runs, public ones only."""
    evidence = evidence_of(
        [
            (
                []
                if _returned_nothing(run)
                else named_results(function.parts, run.results),
                named_parts(function.parts, named_inputs(function, run.case)),
            )
            for run in runs
        ],
        function.examples,
    )
    wrong = [run for run in runs if not run.right]
    if not evidence.kinds and wrong and all(map(_overflowed, wrong)):
        evidence.kinds.append("not finite")
    return evidence


def _overflowed(run: Run) -> bool:
    """Tell whether Python warned of an operation where the solution gives none."""
    return any(
        "encountered in" in warning and warning not in run.case.expected.warned
        for warning in run.outcome.warned
    )


def _returned_nothing(run: Run) -> bool:
    stopped = run.outcome.error is not None
    return stopped or (run.outcome.value is None and not run.right)


def reading_of(function: FunctionCases, read: str) -> Advice | None:
    """Return what to read again, and the example by hand where there is one."""
    hand = function.by_hand
    form = re.escape(text("checks.lesson", number="\0", heading="\1"))
    form = form.replace(re.escape("\0"), r"(\d\d)").replace(re.escape("\1"), "(.+)")
    found = re.match(form, read)
    if read == text("contract.read"):
        hand = ""  # it shows values, which are not what is wrong
    link = ""
    if found:
        anchor = found[2].strip().replace(" ", "-")
        for folder in LESSONS:
            for path in sorted(Path(folder).glob(f"{found[1]}_*.ipynb")):
                link = link or f"{path.as_posix()}#{anchor}"
    if read and hand:
        return Advice(
            text("checks.read"), text("checks.redo", reading=read, hand=hand), link
        )
    if read:
        return Advice(text("checks.read"), ended(read), link)
    if hand:
        return Advice(text("checks.read"), text("checks.redo_only", hand=hand))
    return None


def question_for(runs: list[Run], evidence: Evidence, looped: bool = True) -> str:
    """Return a general question that fits what is known of a failure.

    `looped` says whether the answer has a loop: nothing is asked about one elsewhere.
    Empty where nothing is wrong.
    """
    if all(run.right for run in runs):
        return ""
    said = _question_for(runs, evidence)
    if not looped and said in map(_question, LOOPED):
        key = next(key for key in LOOPED if _question(key) == said)
        return _question(f"{key}_unlooped")
    return said


# Questions about loops, each of which has another one for answers without a loop.
LOOPED = ("endless", "missing", "length", "unfilled", "layer")


def _question(key: str) -> str:
    return text(f"checks.question.{key}")


def hint_for(
    entry: Entry | None, runs: list[Run], evidence: Evidence, looped: bool = True
) -> str:
    """Return the question of a recognised mistake, or else a general one."""
    hint = fill_hint(entry.hint, evidence.values) if entry is not None else ""
    if hint and not looped and text("checks.loop") in hint.lower():
        hint = ""
    return hint or question_for(runs, evidence, looped)


def is_looped(answer: Callable | Sequence[str], name: str) -> bool:
    """Tell whether an answer has a loop; also where its text is not at hand."""
    if not callable(answer):
        node = definition_in(name, answer)
        return node is None or has_loop(node, lambda one: definition_in(one, answer))
    node = definition_of(answer)
    names = getattr(answer, "__globals__", {})

    def definition(one: str) -> ast.FunctionDef | None:
        found = names.get(one)
        if isinstance(found, types.FunctionType) and found.__globals__ is names:
            return definition_of(found)
        return None

    return node is None or has_loop(node, definition)


def _question_for(runs: list[Run], evidence: Evidence) -> str:
    wrong = [run for run in runs if not run.right]
    kinds = {_kind_of_error(run.outcome) for run in wrong if run.outcome.error}
    if "endless" in kinds:
        return text("checks.question.endless")
    if kinds and not any(map(_printed_the_result, wrong)):
        kind = kinds.pop() if len(kinds) == 1 else "exception"
        return text(f"checks.question.{kind}")
    if any(map(_printed_the_result, wrong)):
        return text("checks.question.printed")
    if all(run.outcome.value is None for run in wrong):
        return text("checks.question.none")
    missing = [_first_difference(run.results) for run in wrong]
    if all(one and one.kind == "type" and one.returned is None for one in missing):
        return text("checks.question.none")
    for run in wrong:
        first = _first_difference(run.results)
        question = getattr(first.expected, "question", "") if first else ""
        if question:
            return question
    kind = next((k for k in evidence.kinds if k in QUESTIONS), "")
    return text(f"checks.question.{QUESTIONS.get(kind, 'values')}")


def _kind_of_error(outcome: Outcome) -> str:
    if _is_of_the_call(outcome):
        return "signature"
    if outcome.error == "IndexError" and re.search(
        "integer|boolean|scalar|too many", outcome.message
    ):
        return "exception"  # no number is too large: something is no index
    return ERRORS.get(outcome.error or "", "exception")


def _is_of_the_call(outcome: Outcome) -> bool:
    """Tell whether a function refused its arguments: none of its lines was reached."""
    refused = outcome.error == "TypeError" and outcome.line is None
    return refused and "argument" in outcome.message


def _printed_the_result(run: Run) -> bool:
    """Tell whether what should be returned was printed, and nothing returned."""
    outcome = run.outcome
    if outcome.value is not None or outcome.error not in (None, *NAMELESS):
        return False
    words = re.findall(r"True|False|[-+]?\d*\.?\d+(?:e[-+]?\d+)?", outcome.printed)
    printed = [float({"True": "1", "False": "0"}.get(word, word)) for word in words]
    expected = [
        number
        for _, leaf in leaves(run.case.expected.value, "")
        if isinstance(leaf, bool | int | float | np.ndarray)
        for number in np.ravel(leaf).astype(float)
    ]
    return 0 < len(printed) == len(expected) and np.allclose(printed, expected, 1e-4)


NAMELESS = ("NameError", "UnboundLocalError")

# Which question suits which exception.
ERRORS = {
    "TimeLimit": "endless",
    "Crash": "crash",
    "NameError": "name",
    "UnboundLocalError": "name",
    "KeyError": "key",
    "IndexError": "index",
    "ModuleNotFoundError": "module",
}

# Which question suits which kind of knowledge.
QUESTIONS = {
    "shape": "shape",
    "axis": "axis",
    "transposition": "transposition",
    "type": "kind",
    "length": "length",
    "missing": "missing",
    "extra": "missing",
    "not finite": "not_finite",
    "sign": "sign",
    "factor": "factor",
    "factor by line": "factor",
    "offset": "term",
    "bias": "term",
    "input term": "term",
    "input": "input",
    "input factor": "factor",
    "size": "size",
    "equal entries": "equal",
    "zero": "zero",
    "not zero": "not_zero",
    "logarithm": "logarithm",
    "order": "order",
    "another result": "other_result",
    "place": "place",
    "places by sign": "place",
    "unfilled": "unfilled",
    "layer": "layer",
    "one sort": "one_result",
    "one result": "one_result",
    "parts": "parts",
    "whole numbers": "kind",
    "relation": "relation",
}


def sentences_of(
    function: FunctionCases, run: Run, facts: list[str], *, known: bool = False
) -> list[str]:
    """Return what is said of one case: how it stopped, or the facts, and notes."""
    said = describe_outcome(run.outcome)
    if not said and run.outcome.value is None and not run.right:
        said = [text("checks.returned_none")]
    return [
        *(said or facts),
        *notes(
            run.outcome,
            function.contract,
            right=run.right,
            known=known,
            results=function.signature.names,
            meant=run.case.expected.changed,
        ),
    ]


def _first_difference(results: list[Result]) -> Difference | None:
    for result in results:
        if result.differences:
            return result.differences[0]
    return None


def _likeness(run: Run) -> object:
    """Return what must be equal for two cases to be shown as one."""
    if run.right:
        return ("right", tuple(notes(run.outcome, meant=run.case.expected.changed)))
    if run.outcome.error is not None:
        outcome = run.outcome
        meaning = advice_on(outcome.error or "", outcome.message)
        return ("error", outcome.error, outcome.line, meaning)
    names = tuple(result.name for result in run.results if not result.right)
    first = _first_difference(run.results)
    kind = (first.kind, first.path) if first else ("", "")
    return ("wrong", run.outcome.value is None, names, kind)


def blocks_of(
    function: FunctionCases,
    runs: list[Run],
    evidence: Evidence,
    numbers: list[int] | None = None,
    *,
    known: bool = False,
) -> list[Block]:
    """Put cases that came out alike together, the wrong ones first.

    `evidence` is of the same runs; `numbers` is what the cases are called, counted from
    1 by default; `known` is whether the mistake is recognised.
    """
    groups: dict[object, list[int]] = {}
    for i, run in enumerate(runs):
        groups.setdefault(_likeness(run), []).append(i)
    blocks = []
    for members in groups.values():
        run = runs[members[0]]
        called = [i + 1 if numbers is None else numbers[i] for i in members]
        label = cases_named(called)
        if len(members) > 1 and not run.right:
            label = text("checks.shown", cases=label, i=called[0])
        facts = evidence.cases[members[0]]
        said = sentences_of(function, run, facts, known=known)
        case = None if run.right else run.case
        named = named_results(function.parts, run.results)
        difference = None if run.right else _first_difference(named)
        drew = run.outcome.drew
        blocks.append(Block(label, run.right, said, case, difference, drew))
    return sorted(blocks, key=lambda block: block.right)


def cases_named(numbers: list[int]) -> str:
    """Name cases by their numbers.

    Examples
    --------
    >>> cases_named([1, 3, 4])
    'cases 1, 3 and 4'
    """
    if len(numbers) == 1:
        return text("checks.case", i=numbers[0])
    return text("checks.cases", listed=listed(numbers[:-1]), last=numbers[-1])


# Questions that tell less than a remark on the source.
GENERAL = tuple(
    f"checks.question.{key}"
    for key in ("values", "sign", "size", "one_result", "place")
)


def after_slips(slips: Sequence[str], question: str) -> str:
    """Return the question that follows remarks on the source of an answer."""
    told = bool(slips) and getattr(slips[0], "cause", False)
    if told or (slips and question in map(text, GENERAL)):
        return text("checks.question.slip")
    return question


def _whole_inputs(function: FunctionCases, runs: list[Run]) -> list[str]:
    """Return the names of arrays of integers in cases with a wrong value."""
    found = {}
    for run in runs:
        if run.right or run.outcome.error is not None:
            continue
        named = dict(zip(function.parameters, run.case.args)) | run.case.kwargs
        for name, given in named.items():
            value = resolve(given)
            if isinstance(value, np.ndarray) and value.dtype.kind in "iub":
                found[name] = True
    return list(found)


def remarks_on(
    answer: Callable | Sequence[str],
    function: FunctionCases,
    runs: list[Run],
    evidence: Evidence,
) -> list[str]:
    """Return remarks on the source of an answer that is wrong in some runs.

    `answer` is the function, or the texts of the cells that define it, of which nothing
    is run.
    """
    expected = [leaf for r in runs for _, leaf in leaves(r.case.expected.value, "")]
    seen = Seen(
        drawn=any(run.case.rng is not None for run in runs),
        counted=all(type(leaf) is int for leaf in expected),
        stopped=any(run.outcome.error for run in runs),
        kinds=evidence.kinds,
        whole=_whole_inputs(function, runs),
    )
    if callable(answer):
        slips = slips_of(answer, seen)
        return [*loops_of(answer, function, runs), *slips][:MOST]
    slips = slips_in_cells(
        function.name,
        answer,
        seen,
        asked=function.parameters,
        calls=[
            (run.case.args, run.case.kwargs)
            for run in runs
            if _is_of_the_call(run.outcome)
        ],
    )
    return [*loops_in_cells(function.name, answer, function, runs), *slips][:MOST]


def also_wrong(evidence: Evidence) -> list[Advice]:
    """Return what is said of parts beyond the one that the first relation names."""
    title = text("checks.also" if evidence.relations else "checks.partly")
    return [Advice(title, ended(said)) for said in evidence.also]


def report_runs(
    function: FunctionCases,
    runs: list[Run],
    entry: Entry | None,
    failures: int,
    *,
    answer: Callable | None = None,
    untouched: bool = False,
) -> Report:
    """Build the report of a function that does not pass, from its public cases.

    `entry` is the misconception that explains them. `failures` counts how often this
    check has failed since the kernel started, this time included: evidence first, then
    the question, then what to read. `answer` is the learner's function, for remarks on
    its source; it is `untouched` if nothing was written yet.
    """
    right = sum(run.right for run in runs)
    header = text("checks.header", function=function.name, right=right, total=len(runs))
    report = Report(function, header)
    if untouched and not function.planted:
        report.advice.append(Advice("", text("checks.untouched")))
        return report
    evidence = evidence_of_runs(function, runs)
    known = entry is not None or bool(evidence.relations)
    report.blocks = blocks_of(function, runs, evidence, known=known)
    if untouched:
        report.advice.append(Advice("", text("checks.untouched_fault")))
        return report
    wrong = sum(not run.right for run in runs)
    title = text("checks.common") if wrong > 1 else text("checks.found")
    report.advice += [Advice(title, ended(said)) for said in evidence.relations]
    if entry is None:
        report.advice += also_wrong(evidence)
    slips = []
    if entry is None and answer is not None:
        slips = remarks_on(answer, function, runs, evidence)
        report.advice += [Advice(text("checks.in_code"), slip) for slip in slips]
    if failures >= 2:
        looped = answer is None or is_looped(answer, function.name)
        question = after_slips(slips, hint_for(entry, runs, evidence, looped))
        report.advice.append(Advice(text("checks.think"), question))
    if failures >= 4:
        read = entry.read if entry is not None and entry.read else function.read
        reading = reading_of(function, read)
        if reading is not None:
            report.advice.append(reading)
    return report
