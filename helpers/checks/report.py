"""The compact table that a failed check shows, in a notebook and in a terminal."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.checks.advice import advice_on
from helpers.checks.calls import Outcome
from helpers.checks.cases import Entry, FunctionCases
from helpers.checks.comparison import Difference
from helpers.checks.evidence import Evidence, common_evidence, evidence_of
from helpers.checks.recognition import Run, named_inputs
from helpers.strings import text

__all__ = [
    "CheckFailed",
    "Report",
    "describe_outcome",
    "differences_of",
    "fill_hint",
    "notes",
    "report_runs",
]

WIDTH = 88
# Where lessons lie as seen from an assignment, and from a lesson.
LESSONS = ("../../notebooks", ".")


class CheckFailed(AssertionError):
    """A check that did not pass; shows its report instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


@dataclass
class Report:
    """What a learner reads about one function.

    Attributes
    ----------
    function : str
        Its name.
    rows : list of (str, list of str)
        A label and its sentences, for each case.
    advice : list of (str, str)
        Titled sentences above the table, where a long table leaves them in sight:
        the hint, what to read, what to mend.
    header : str
        The first line.
    """

    function: str
    header: str = ""
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    advice: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [self.header]
        for title, sentence in self.advice:
            lines.append("")
            start = f"{title}: " if title else ""
            lines += textwrap.wrap(sentence, WIDTH, initial_indent=start)
        if self.advice and self.rows:
            lines.append("")
        width = max((len(label) for label, _ in self.rows), default=0)
        for label, sentences in self.rows:
            for i, sentence in enumerate(sentences):
                start = f"  {label if i == 0 else '':<{width}}  "
                lines += textwrap.wrap(
                    sentence,
                    WIDTH,
                    initial_indent=start,
                    subsequent_indent=" " * len(start),
                )
        return "\n".join(lines)


def describe_outcome(outcome: Outcome) -> list[str]:
    """Return sentences for a call that returned nothing to compare."""
    if outcome.error == "TimeLimit":
        return [text("checks.time_limit", seconds=outcome.message)]
    if outcome.error == "Unsupported":
        return [text("checks.unsupported", message=outcome.message)]
    if outcome.error is not None:
        key = "checks.error" if outcome.line is None else "checks.error_line"
        said = text(
            key, error=outcome.error, message=outcome.message, line=outcome.line
        )
        advice = advice_on(outcome.error, outcome.message)
        return [said, advice] if advice else [said]
    return []


def notes(outcome: Outcome, contract: Sequence[str] = ()) -> list[str]:
    """Return remarks about a call that do not make it wrong."""
    remarks = []
    if outcome.changed and "leaves inputs" not in contract:
        remarks.append(text("checks.changed", names=", ".join(outcome.changed)))
    remarks += [text("checks.warned", warning=warning) for warning in outcome.warned]
    return remarks


def fill_hint(hint: str, evidence: Evidence) -> str:
    """Fill the placeholders of a hint with what is known of the difference."""
    for name in ("ratio", "index", "m"):
        hint = hint.replace("{" + name + "}", evidence.values.get(name, "?"))
    return hint


def differences_of(runs: list[Run]) -> list[list[Difference]]:
    """Return the differences of each case that is wrong."""
    return [
        [item for result in run.results for item in result.differences]
        for run in runs
        if not run.right
    ]


def _with_file(reading: str) -> str:
    """Name a lesson's file beside the lesson, where it can be opened from here."""
    lesson = re.match(r"lesson (\d\d), ", reading)
    if lesson:
        for folder in LESSONS:
            for path in sorted(Path(folder).glob(f"{lesson[1]}_*.ipynb")):
                return text("checks.in_file", reading=reading, file=path.as_posix())
    return reading


def report_runs(
    function: FunctionCases,
    runs: list[Run],
    entry: Entry | None,
    failures: int,
    untouched: bool = False,
) -> Report:
    """Build the report of a function that does not pass.

    Parameters
    ----------
    function : FunctionCases
        The function's record.
    runs : list of Run
        One for each public case.
    entry : Entry or None
        The misconception that explains them.
    failures : int
        How often this check has failed since the kernel started, this time
        included: evidence first, then the question, then what to read.
    untouched : bool
        Whether the learner has not begun the function.

    Returns
    -------
    Report
        Ready to show.
    """
    right = sum(run.right for run in runs)
    report = Report(
        function.name,
        text("checks.header", function=function.name, right=right, total=len(runs)),
    )
    if untouched and not function.planted:
        label = text("checks.untouched_case")
        report.rows = [
            (text("checks.case", i=i), [label]) for i in range(1, len(runs) + 1)
        ]
        report.advice.append(("", text("checks.untouched")))
        return report
    first: Evidence | None = None
    heard: list[str] = []
    for i, run in enumerate(runs, start=1):
        if run.right:
            sentences = [text("checks.right"), *notes(run.outcome, function.contract)]
        else:
            sentences = describe_outcome(run.outcome)
            if not sentences and run.outcome.value is None:
                sentences = [text("checks.returned_none")]
            if not sentences:
                evidence = evidence_of(run.results, named_inputs(function, run.case))
                sentences = evidence.sentences
                if first is not None:
                    # Once is enough for these; the table stays on one screen.
                    sentences = [
                        sentence
                        for sentence in sentences
                        if sentence not in (evidence.opening, *heard)
                    ]
                heard += evidence.rest
                if first is None or (evidence.telling and not first.telling):
                    first = evidence
            sentences = [*sentences, *notes(run.outcome, function.contract)]
            if run.outcome.printed.strip():
                last = run.outcome.printed.strip().splitlines()[-1][:200]
                sentences.append(text("checks.printed", printed=last))
        report.rows.append((text("checks.case", i=i), sentences))
    if untouched:
        report.advice.append(("", text("checks.untouched_fault")))
        return report
    common = common_evidence(differences_of(runs))
    report.advice += [("", sentence) for sentence in common.sentences]
    if entry is not None and failures >= 2:
        hint = fill_hint(entry.hint, first or Evidence())
        report.advice.append((text("checks.think"), hint))
    if entry is not None and entry.read and failures >= 4:
        reading = f"{_with_file(entry.read)}, {text('checks.redo')}"
        report.advice.append((text("checks.read"), reading))
    return report
