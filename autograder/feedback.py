"""What a learner reads about a graded cell: a table without anything hidden."""

import logging
from html import escape

from autograder.judging import CellVerdict, FunctionVerdict, Sealed, Verdict, seal
from autograder.store import Store
from helpers.checks.advice import advice_on
from helpers.checks.card import advice_html, block_html, for_page
from helpers.checks.cases import FunctionCases
from helpers.checks.evidence import Evidence
from helpers.checks.recognition import Run, additional_parts
from helpers.checks.report import (
    Advice,
    after_slips,
    also_wrong,
    blocks_of,
    cases_named,
    ended,
    evidence_of_runs,
    hint_for,
    is_looped,
    question_for,
    reading_of,
    remarks_on,
)
from helpers.checks.slips import slips_in_cells
from helpers.strings import labelled, listed, text

log = logging.getLogger(__name__)

CELL = "border:1px solid #8a8a8a;padding:3px 8px;text-align:left;vertical-align:top"
# What is said of these states is said in one line.
CLEAR = ("right", "untouched")
UNCLEAR = ("wrong", "misconception")
ADVICE = "border:1px solid #8a8a8a;padding:6px 8px;margin:6px 0"
SHORT = CELL + ";white-space:nowrap"
MARK = {"right": "✓", "partly": "◐", "wrong": "✗"}


def sealed_words(run: Sealed) -> str:
    """Say which named results are wrong, and in what; no more is known of it."""
    if run.failure:
        return text(f"feedback.{run.failure}")
    names = [text(f"checks.wrong.{word}", name=name) for name, word in run.wrong]
    return text("feedback.wrong", names=listed(names))


def diagnosis(function: FunctionCases, runs: list[Run]) -> tuple[str, list[str]]:
    """Return what kind of knowledge the feedback has of a failure, and says.

    The kind is one such as ``"sign"``, empty where only values differ; with it come all
    sentences. `runs` are public and hidden ones.
    """
    public = [run for run in runs if not run.case.hidden]
    wrong = [run for run in public if not run.right]
    if not wrong:
        return "only hidden", [text("feedback.only_hidden")]
    evidence = evidence_of_runs(function, public)
    said = [*evidence.relations, *evidence.also]
    for block in blocks_of(function, public, evidence):
        said += [] if block.right else block.sentences
    kind = evidence.kinds[0] if evidence.kinds else ""
    errors = [run.outcome for run in wrong if run.outcome.error is not None]
    if any(outcome.error == "TimeLimit" for outcome in errors):
        kind = kind or "endless"
    elif errors:
        known = (o.advice or advice_on(o.error or "", o.message) for o in errors)
        kind = kind or ("exception" if any(known) else "")
    elif all(run.outcome.value is None for run in wrong):
        kind = "none"
    return kind, said


def _open(verdict: FunctionVerdict) -> list[Run]:
    """Return the answers of which a learner may see all."""
    return [run for run in verdict.runs if isinstance(run, Run)]


def _changed(function: FunctionCases, verdict: FunctionVerdict) -> list[str]:
    """Return the parameters that were changed in place; only names that exist."""
    if "leaves inputs" in function.contract:
        return []
    names = {
        name
        for run in _open(verdict)
        # Unless the solution changes it, too, and so the exercise asks for that.
        for name in set(run.outcome.changed) - set(run.case.expected.changed)
    }
    return [name for name in function.parameters if name in names]


def function_reason(verdict: FunctionVerdict) -> str:
    """Return the one line that says why a function lost marks, or that it is right."""
    if verdict.state == "misconception" and verdict.entry is not None:
        return verdict.entry.title or verdict.entry.name
    if verdict.state == "missing":
        if verdict.stopped:
            return text("feedback.state.stopped", error=verdict.stopped)
        if verdict.others:
            others = listed(verdict.others)
            return text("feedback.state.renamed", others=others, function=verdict.name)
        if verdict.kind in ("missing", "lost"):
            return text(f"feedback.state.{verdict.kind}", function=verdict.name)
        return text("feedback.state.not_function", function=verdict.name)
    said = text(f"feedback.state.{verdict.state}", function=verdict.name)
    if verdict.with_reference:
        callees = listed(verdict.with_reference)
        said += "; " + text("feedback.state.with_reference", callees=callees)
    return said


def _rows(
    function: FunctionCases, verdict: FunctionVerdict, chosen: list[int]
) -> list[tuple[str, str, str]]:
    """Return label, state and words of the sealed cases of a cell, equal ones once."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for i in chosen:
        run, mark = verdict.runs[i], verdict.marks[i]
        if not isinstance(run, Sealed):
            continue
        kind = "hidden" if function.cases[i].hidden else "public"
        state = "right" if mark == 1 else "partly" if mark else "wrong"
        said = text("checks.right") if mark == 1 else sealed_words(run)
        groups.setdefault((kind, state, said), []).append(i + 1)
    return [
        (text(f"feedback.{kind}", cases=cases_named(numbers)), state, said)
        for (kind, state, said), numbers in groups.items()
    ]


def _cards(
    function: FunctionCases,
    verdict: FunctionVerdict,
    chosen: list[int],
    evidence: Evidence,
) -> list[str]:
    """Return the public cases of a cell as a check shows them."""
    public = [(i, r) for i, r in enumerate(verdict.runs) if isinstance(r, Run)]
    shown = [(k, i, run) for k, (i, run) in enumerate(public) if i in chosen]
    here = [i for _, i, _ in shown]
    facts = Evidence(cases=[evidence.cases[k] for k, _, _ in shown])
    runs = [run for _, _, run in shown]
    numbers = [i + 1 for i in here]
    known = verdict.entry is not None or bool(evidence.relations)
    blocks = blocks_of(function, runs, facts, numbers, known=known)
    for block in blocks:
        block.label = text("feedback.public", cases=block.label)
    return [for_page(block_html(function, block)) for block in blocks]


def _advice(
    function: FunctionCases, verdict: FunctionVerdict, evidence: Evidence
) -> list[Advice]:
    if verdict.state not in UNCLEAR:
        return []
    failed = [run for run, mark in zip(verdict.runs, verdict.marks) if mark < 1]
    only_hidden = bool(failed) and all(
        isinstance(run, Sealed) and run.hidden for run in failed
    )
    advice = [Advice(text("checks.common"), ended(said)) for said in evidence.relations]
    advice += also_wrong(evidence) if verdict.entry is None else []
    looped = is_looped(verdict.cells, function.name)
    if verdict.entry is not None:
        hint = hint_for(verdict.entry, _open(verdict), evidence, looped)
        if hint:
            advice.append(Advice(text("checks.think"), hint))
    elif only_hidden:
        # Of these alone the source tells that they are wrong in other cases.
        slips = slips_in_cells(function.name, verdict.cells)
        slips = [slip for slip in slips if getattr(slip, "rebound", False)]
        advice += [Advice(text("checks.in_code"), slip) for slip in slips]
        advice.append(Advice(text("checks.think"), text("feedback.only_hidden")))
    elif failed:
        slips = remarks_on(verdict.cells, function, _open(verdict), evidence)
        advice += [Advice(text("checks.in_code"), slip) for slip in slips]
        question = after_slips(slips, question_for(_open(verdict), evidence, looped))
        advice.append(Advice(text("checks.think"), question))
    own = verdict.entry.read if verdict.entry is not None else ""
    reading = reading_of(function, own or function.read)
    return [*advice, reading] if reading is not None else advice


def hints_of(function: FunctionCases, verdict: FunctionVerdict) -> list[Advice]:
    """Return what the feedback says of a function beside its cases, in order."""
    return _advice(function, verdict, evidence_of_runs(function, _open(verdict)))


def hints_text(function: FunctionCases, verdict: FunctionVerdict) -> list[str]:
    """Return the hints as plain sentences; a fault of ours there costs no marks."""
    if verdict.state not in UNCLEAR:
        return []
    try:
        return [hint.sentence for hint in hints_of(function, verdict)]
    except Exception:
        log.exception("The hints of %s cannot be written", function.name)
        return []


def public_right(function: FunctionCases, verdict: FunctionVerdict) -> list[int]:
    """Return how many public cases are right, and how many there are."""
    public = [i for i, case in enumerate(function.cases) if not case.hidden]
    right = [i for i in public if i < len(verdict.marks) and verdict.marks[i] == 1]
    return [len(right), len(public)]


def case_words(function: FunctionCases, run: Run | Sealed) -> str:
    """Say what is wrong in a case, in the words that hidden cases get, too."""
    sealed = run if isinstance(run, Sealed) else seal(function, run)
    return text("checks.right") if sealed.right else sealed_words(sealed)


def cell_html(store: Store, verdict: Verdict, cell_id: str, mark: CellVerdict) -> str:
    """Return the table that stands below a graded cell, as HTML.

    Self-contained, with inline style; every text is escaped.
    """
    points = text(
        "feedback.points", points=f"{mark.points:g}", total=f"{mark.out_of:g}"
    )
    parts = [f"<p><strong>{escape(points)}</strong></p>"]
    cell = store.cells[cell_id]
    for name in cell.functions:
        function, found = store.cases.functions[name], verdict.functions[name]
        chosen = [i for other, i in cell.cases if other == name]
        judged = bool(found.runs) and found.state not in CLEAR
        # What is clear needs none.
        runs = _open(found) if judged or found.state in UNCLEAR else []
        evidence = evidence_of_runs(function, runs)
        rows = _rows(function, found, chosen) if judged else []
        reason = function_reason(found)
        said = f"<strong>{escape(reason)}</strong>"
        parts.append(f"<p>{labelled(f'<code>{escape(name)}</code>', said)}</p>")
        parts += [
            f'<div style="{ADVICE}">{for_page(advice_html(advice))}</div>'
            for advice in _advice(function, found, evidence)
        ]
        if found.moment:
            note = text(f"feedback.state.{found.moment}")
            parts.append(f"<p>{escape(note)}</p>")
        changed = _changed(function, found)
        if changed and found.state == "right":
            note = text("checks.changed", names=listed(changed))
            parts.append(f"<p>{escape(note)}</p>")
        more = [n for run in _open(found) for n in additional_parts(function, run)]
        if more and found.state == "right":
            names = listed(dict.fromkeys(more))
            parts.append(f"<p>{escape(text('checks.additional', names=names))}</p>")
        if judged:
            parts += _cards(function, found, chosen, evidence)
        if rows:
            heads = [text(f"feedback.column.{k}") for k in ("case", "result", "what")]
            head = "".join(
                f'<th scope="col" style="{CELL}">{escape(title)}</th>'
                for title in heads
            )
            body = "".join(
                f'<tr><td style="{SHORT}">{escape(label)}</td>'
                f'<td style="{SHORT}">{MARK[state]} '
                f"{escape(text('feedback.result.' + state))}</td>"
                f'<td style="{CELL}">{escape(what)}</td></tr>'
                for label, state, what in rows
            )
            parts.append(
                '<table style="border-collapse:collapse;margin:4px 0">'
                f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            )
    return "<div>" + "".join(parts) + "</div>"


def notes_html(notes: list[str]) -> str:
    """Return notes about the submission as an HTML list."""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    title = escape(text("feedback.notes"))
    return f"<div><p><strong>{title}</strong></p><ul>{items}</ul></div>"
