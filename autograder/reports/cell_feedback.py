"""What a learner reads about a graded cell: a table without anything hidden."""

import builtins
from html import escape

from autograder.judging import CellVerdict, FunctionVerdict, Verdict
from autograder.store import Store
from helpers.checks.advice import advice_on
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.evidence import Evidence, common_evidence, evidence_of
from helpers.checks.recognition import Run, named_inputs
from helpers.checks.report import describe_outcome, differences_of, fill_hint
from helpers.strings import text

__all__ = ["cell_html", "cell_text", "function_reason", "notes_html", "sentences_of"]

CELL = "border:1px solid #8a8a8a;padding:3px 8px;text-align:left;vertical-align:top"
ADVICE = "border:1px solid #8a8a8a;padding:6px 8px;margin:6px 0"
SHORT = CELL + ";white-space:nowrap"
MARK = {"right": "✓", "partly": "◐", "wrong": "✗"}


def _case_label(case: Case, number: int) -> str:
    kind = "hidden" if case.hidden else "visible"
    return text(f"feedback.case_{kind}", i=number)


def _error_of(outcome: Outcome, hidden: bool) -> list[str]:
    """Say how a call failed; of a hidden case never with a text of the learner's.

    The message of an exception, and even its name, may carry the inputs.
    """
    if outcome.error in ("Lost", "Crash"):
        return [text(f"feedback.{outcome.error.lower()}")]
    if outcome.error == "TimeLimit":
        return [text("feedback.time_limit")]
    if outcome.error is None or not hidden:
        return describe_outcome(outcome)
    known = getattr(builtins, outcome.error, None)
    builtin = isinstance(known, type) and issubclass(known, BaseException)
    if builtin or outcome.error in ("Unsupported", "LinAlgError", "AxisError"):
        said = text("feedback.error", error=outcome.error)
    else:
        said = text("feedback.own_error")
    advice = advice_on(outcome.error, outcome.message)
    return [said, advice] if advice else [said]


def sentences_of(function: FunctionCases, run: Run) -> tuple[list[str], Evidence]:
    """Say what is wrong with one answer, and what is known about it."""
    outcome = run.outcome
    sentences = _error_of(outcome, run.case.hidden)
    evidence = Evidence()
    if outcome.error == "TimeLimit":
        evidence.kinds.append("endless")
    elif outcome.error is not None and advice_on(outcome.error, outcome.message):
        evidence.kinds.append("exception")
    if not sentences and outcome.value is None:
        evidence.kinds.append("none")
        sentences = [text("checks.returned_none")]
    if not sentences:
        inputs = named_inputs(function, run.case)
        evidence = evidence_of(run.results, inputs, numbers=not run.case.hidden)
        sentences = list(evidence.sentences)
    return sentences, evidence


def _changed(function: FunctionCases, verdict: FunctionVerdict) -> list[str]:
    """Return the parameters that were changed in place; only names that exist."""
    if "leaves inputs" in function.contract:
        return []
    names = {name for run in verdict.runs for name in run.outcome.changed}
    return [name for name in function.parameters if name in names]


def function_reason(verdict: FunctionVerdict) -> str:
    """Return the one line that says why a function lost marks, or that it is right."""
    if verdict.state == "misconception":
        return verdict.entry.name
    if verdict.state == "missing":
        if verdict.kind in ("missing", "lost"):
            return text(f"feedback.state.{verdict.kind}", function=verdict.name)
        return text("feedback.state.not_function", function=verdict.name)
    return text(
        f"feedback.state.{verdict.state}",
        function=verdict.name,
        through=verdict.through,
    )


def _rows(
    function: FunctionCases, verdict: FunctionVerdict, chosen: list[int]
) -> tuple[list[tuple[str, str, str]], Evidence]:
    rows = []
    first = Evidence()
    if verdict.state in ("right", "kept", "untouched"):
        return rows, first
    for i in chosen:
        if not verdict.runs:
            break
        run, mark = verdict.runs[i], verdict.marks[i]
        if mark == 1:
            state, sentences = "right", [text("checks.right")]
        else:
            state = "partly" if mark else "wrong"
            sentences, evidence = sentences_of(function, run)
            if evidence.telling and not first.telling:
                first = evidence
        rows.append((_case_label(run.case, i + 1), state, "; ".join(sentences)))
    return rows, first


def _advice(verdict: FunctionVerdict, evidence: Evidence) -> list[tuple[str, str]]:
    advice = []
    failed = [run for run, mark in zip(verdict.runs, verdict.marks) if mark < 1]
    if verdict.state == "wrong" and failed and all(r.case.hidden for r in failed):
        advice.append((text("checks.think"), text("feedback.only_hidden")))
    if verdict.state in ("wrong", "through"):
        common = common_evidence(differences_of(verdict.runs)).sentences
        advice += [(text("feedback.common"), sentence) for sentence in common]
    if verdict.entry is not None:
        advice.append((text("checks.think"), fill_hint(verdict.entry.hint, evidence)))
        if verdict.entry.read:
            advice.append((text("checks.read"), verdict.entry.read))
    return advice


def cell_html(store: Store, verdict: Verdict, cell_id: str, mark: CellVerdict) -> str:
    """Return the table that stands below a graded cell, as HTML.

    Parameters
    ----------
    store : Store
        The notebook's cases.
    verdict : Verdict
        The judge's findings.
    cell_id : str
        The check cell.
    mark : CellVerdict
        Its mark.

    Returns
    -------
    str
        Self-contained HTML with inline style; every text is escaped.
    """
    points = text(
        "feedback.points", points=f"{mark.points:g}", total=f"{mark.out_of:g}"
    )
    parts = [f"<p><strong>{escape(points)}</strong></p>"]
    cell = store.cells[cell_id]
    for name in cell.functions:
        function, found = store.cases.functions[name], verdict.functions[name]
        chosen = [i for other, i in cell.cases if other == name]
        rows, evidence = _rows(function, found, chosen)
        reason = function_reason(found)
        parts.append(
            f"<p><code>{escape(name)}</code>: <strong>{escape(reason)}</strong></p>"
        )
        parts += [
            f'<p style="{ADVICE}"><strong>{escape(title)}:</strong> {escape(line)}</p>'
            for title, line in _advice(found, evidence)
        ]
        changed = _changed(function, found)
        if changed:
            note = text("checks.changed", names=", ".join(changed))
            parts.append(f"<p>{escape(note)}</p>")
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


def cell_text(verdict: Verdict, store: Store, cell_id: str) -> str:
    """Return the reasons of a graded cell in one line each."""
    return "\n".join(
        f"{name}: {function_reason(verdict.functions[name])}"
        for name in store.cells[cell_id].functions
    )


def notes_html(notes: list[str]) -> str:
    """Return notes about the submission as an HTML list."""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    title = escape(text("feedback.notes"))
    return f"<div><p><strong>{title}</strong></p><ul>{items}</ul></div>"
