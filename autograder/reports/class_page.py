"""The page itself: one file of HTML with pictures in it, and a table beside it.

Everything that learners wrote or chose (names of folders too) is escaped; the page
runs no script and loads nothing.
"""

import csv
import io
from collections.abc import Sequence
from html import escape
from statistics import mean, median

from autograder.reports.findings import ClassFindings
from autograder.reports.similarity import Alike

__all__ = ["csv_of", "page_of"]

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --quiet: #4a4a4a;
  --line: #c8c8c8; --frame: #8a8a8a; --bar: #3b6ea5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #161616;
  --quiet: #b4b4b4; --line: #4a4a4a; --frame: #8a8a8a; --bar: #6fa3dc; } }
@media print { :root { --ink: #000; --paper: #fff; --quiet: #333; --line: #c8c8c8;
  --frame: #8a8a8a; --bar: #3b6ea5; } body { max-width: none; margin: 0; }
  h2 { break-after: avoid; } tr, figure { break-inside: avoid; }
  svg { print-color-adjust: exact; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; color: var(--ink); background: var(--paper);
  overflow-wrap: break-word; }
.wide { overflow-x: auto; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg line { stroke: var(--ink); } svg .bar { fill: var(--bar); }
svg .frame { fill: none; stroke: var(--frame); }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .6rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0;
  text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
p.note { color: var(--quiet); max-width: 46rem; }
figure { margin: .6rem 0; } figcaption { color: var(--quiet); max-width: 46rem; }
dl.numbers { display: flex; flex-wrap: wrap; gap: .4rem 2.5rem; margin: 1rem 0; }
dl.numbers dt { color: var(--quiet); } dl.numbers dd { margin: 0; font-size: 1.4rem; }
"""
WIDTH = 720


def page_of(findings: ClassFindings, alike: Sequence[Alike], titles: dict) -> str:
    """Return the page of an assignment.

    Parameters
    ----------
    findings : ClassFindings
        What grading left behind.
    alike : sequence of Alike
        Pairs of submissions to look at.
    titles : dict of str to str
        The check cells' names for people, by ``notebook/cell``.

    Returns
    -------
    str
        HTML in one piece.
    """
    title = escape(f"Class report: {findings.assignment}")
    parts = [
        _summary(findings),
        _marks(findings),
        _exercises(findings, titles),
        _mistakes(findings),
        _with_reference(findings),
        _look(findings),
        _alike(alike),
        _time(findings),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{''.join(parts)}</main></body></html>\n"
    )


def csv_of(findings: ClassFindings) -> str:
    """Return one line a learner: marks by exercise, mistakes, reasons to look."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    fixed = ["learner", "points", "of", "written waiting", "mistakes", "to look at"]
    writer.writerow([*fixed, *findings.points])
    for submission in findings.submissions:
        shares = [
            f"{submission.shares.get(key, 0.0) * points:g}"
            for key, points in findings.points.items()
        ]
        mistakes = "; ".join(f"{f}: {name}" for f, name in submission.mistakes)
        row = [
            submission.student,
            f"{submission.points:g}",
            f"{submission.out_of:g}",
            f"{submission.waiting:g}",
            mistakes,
            "; ".join(submission.reasons()),
        ]
        writer.writerow([_harmless(value) for value in [*row, *shares]])
    return stream.getvalue()


def _harmless(value: str) -> str:
    """Keep a spreadsheet from taking a learner's text for a formula."""
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers=()) -> str:
    def line(tag: str, cells: Sequence[str], more: str = "") -> str:
        return "".join(
            f"<{tag}{more}{' class=number' if i in numbers else ''}>"
            f"{escape(str(cell))}</{tag}>"
            for i, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    head = line("th", heads, ' scope="col"')
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _learners(count: int) -> str:
    return "1 learner" if count == 1 else f"{count} learners"


def _summary(findings: ClassFindings) -> str:
    submissions = findings.submissions
    shares = [s.points / s.out_of for s in submissions if s.out_of]
    numbers = [
        ("submissions", str(len(submissions))),
        ("median mark", f"{median(shares):.0%}" if shares else "–"),
        ("mean mark", f"{mean(shares):.0%}" if shares else "–"),
        ("to look at", str(sum(bool(s.look) for s in submissions))),
        ("written answers waiting", str(sum(bool(s.waiting) for s in submissions))),
    ]
    items = "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in numbers)
    return f'<dl class="numbers">{items}</dl>'


def _figure(drawing: str, height: int, name: str, description: str) -> str:
    label = escape(f"{name}. {description}", quote=True)
    return (
        f'<figure><svg role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" style="max-width:100%;height:auto">'
        f"{drawing}</svg>"
        f"<figcaption>{escape(description)}</figcaption></figure>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _marks(findings: ClassFindings) -> str:
    """Draw how many submissions earned which share of the points."""
    shares = [s.points / s.out_of for s in findings.submissions if s.out_of]
    counts = [0] * 10
    for share in shares:
        counts[min(9, max(0, int(share * 10 + 1e-9)))] += 1
    top, base, step = max([*counts, 1]), 190, 66
    parts = [f'<line x1="20" y1="{base}" x2="{WIDTH - 20}" y2="{base}"/>']
    for i, count in enumerate(counts):
        height = 150 * count / top
        x = 30 + i * step
        parts.append(
            f'<rect x="{x}" y="{base - height:.1f}" width="{step - 8}" '
            f'height="{height:.1f}" class="bar"/>'
        )
        if count:
            middle = x + (step - 8) / 2
            parts.append(_text(middle, base - height - 6, str(count), "middle"))
    parts += [
        _text(30 + i * step - 4, base + 18, f"{10 * i}", "middle") for i in range(11)
    ]
    parts.append(_text(WIDTH / 2, base + 38, "% of the automatic points", "middle"))
    named = [
        f"{_learners(n)} at {10 * i}–{10 * i + 10} %" for i, n in enumerate(counts) if n
    ]
    figure = _figure("".join(parts), 236, "Marks", "; ".join(named) + ".")
    return f"<h2>Marks</h2>{figure}"


def _exercises(findings: ClassFindings, titles: dict) -> str:
    exercises = findings.exercises()
    row, left, wide = 24, 400, 260
    parts = []
    for i, item in enumerate(exercises):
        y = 8 + i * row
        name = titles.get(item.key, item.key)
        parts.append(_text(left - 8, y + 15, name, "end"))
        parts.append(
            f'<rect x="{left}" y="{y + 3}" width="{wide}" height="{row - 8}" '
            f'class="frame"/><rect x="{left}" y="{y + 3}" '
            f'width="{wide * item.success:.1f}" height="{row - 8}" class="bar"/>'
        )
        parts.append(_text(left + wide + 8, y + 15, f"{item.success:.0%}"))
    hardest = min(exercises, key=lambda item: item.success, default=None)
    description = "Mean share of the points of each exercise."
    if hardest is not None:
        name = titles.get(hardest.key, hardest.key)
        description += f" Lowest: {name} with {hardest.success:.0%}."
    figure = _figure("".join(parts), 16 + row * len(exercises), "Success", description)
    rows = [
        (
            titles.get(item.key, item.key),
            f"{item.points:g}",
            f"{item.success:.0%}",
            f"{item.full} of {len(findings.submissions)}",
            "–" if item.discrimination is None else f"{item.discrimination:.2f}",
        )
        for item in exercises
    ]
    heads = ("exercise", "points", "success", "full marks", "discrimination")
    return f"<h2>Exercises</h2>{figure}{_table(heads, rows, (1, 2, 3, 4))}" + _note(
        "Success is the mean share of the points. Discrimination is the "
        "correlation of this mark with the sum of all others: near 0, or below "
        "it, the exercise asks for something else than the rest, or is "
        "misunderstood by those who know most. A dash: everybody has the same mark."
    )


def _mistakes(findings: ClassFindings) -> str:
    rows = [(name, f, str(n)) for f, name, n in findings.mistakes()]
    if not rows:
        return "<h2>Commonest mistakes</h2><p>No catalogued mistake was found.</p>"
    table = _table(("mistake", "function", "learners"), rows[:25], (2,))
    more = len(rows) - 25
    tail = _note(f"And {more} rarer ones: see the CSV.") if more > 0 else ""
    return f"<h2>Commonest mistakes</h2>{table}{tail}"


def _with_reference(findings: ClassFindings) -> str:
    rows = [(name, callees, str(n)) for name, callees, n in findings.with_reference()]
    head = "<h2>Judged with the reference</h2>"
    if not rows:
        return f"{head}<p>No function needed right functions in place of others.</p>"
    return (
        head
        + _table(("function", "in place of", "learners"), rows, (2,))
        + _note(
            "These functions call others that are wrong. They were driven with the "
            "reference in place of those, and keep what they earned. Nothing is to be "
            "done."
        )
    )


def _look(findings: ClassFindings) -> str:
    rows = [
        (s.student, f"{s.points:g} of {s.out_of:g}", "; ".join(s.reasons()))
        for s in findings.submissions
        if s.look
    ]
    table = (
        _table(("learner", "points", "why"), rows)
        if rows
        else "<p>Nothing that the machine could not decide.</p>"
    )
    waiting = [s for s in findings.submissions if s.waiting]
    points = sum(s.waiting for s in waiting)
    note = (
        _note(
            f"Written answers of {_learners(len(waiting))} wait for a mark, "
            f"{points:g} points in all: grade them in Formgrader."
        )
        if waiting
        else ""
    )
    return f"<h2>For a person to look at</h2>{table}{note}"


def _alike(alike: Sequence[Alike]) -> str:
    head = "<h2>Alike submissions</h2>"
    note = _note(
        "A hint to look, not a verdict: solutions to short exercises are alike by "
        "nature. Only text between the markers is compared, without the stub and "
        "without what many learners have in common."
    )
    if not alike:
        return f"{head}<p>No pair stands out.</p>{note}"
    rows = [
        (pair.one, pair.other, f"{pair.share:.0%}", str(pair.characters))
        for pair in alike
    ]
    heads = ("learner", "learner", "alike", "characters")
    return head + _table(heads, rows, (2, 3)) + note


def _time(findings: ClassFindings) -> str:
    rows = [
        (name, f"{median(times):.1f}", f"{max(times):.1f}", f"{sum(times):.0f}")
        for name, times in findings.seconds().items()
    ]
    exercises = [
        (name, f"{median(times):.2f}", f"{max(times):.2f}", f"{sum(times):.1f}")
        for name, times in findings.times().items()
    ]
    heads = ("median s", "longest s", "sum s")
    return (
        "<h2>Time per exercise</h2>"
        + _table(("exercise", *heads), exercises, (1, 2, 3))
        + _note("How long the cases of each exercise took while grading.")
        + _table(("notebook", *heads), rows, (1, 2, 3))
        + _note(
            "How long grading a notebook took in all. How long learners worked is "
            "not recorded anywhere."
        )
    )
