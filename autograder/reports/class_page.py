"""The page itself: one file of HTML with pictures in it, and a table beside it.

Everything that learners wrote or chose (names of folders too) is escaped; the page
runs no script and loads nothing.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.nbgrader.exports import harmless
from autograder.reports.findings import ClassFindings
from autograder.reports.ordinary_tests import UnsafeCell
from autograder.reports.similarity import Alike

PAGES = Environment(
    loader=PackageLoader("autograder.reports", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
WIDTH = 720


@dataclass(frozen=True)
class _Bar:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str = "bar"


@dataclass(frozen=True)
class _Word:
    """A text in a drawing."""

    x: float
    y: float
    said: str
    anchor: str = "start"


@dataclass
class _Drawing:
    """Bars with texts, described for those who do not see them."""

    name: str
    description: str
    height: int
    bars: list[_Bar] = field(default_factory=list)
    words: list[_Word] = field(default_factory=list)
    base: int = 0


def page_of(
    findings: ClassFindings,
    alike: Sequence[Alike],
    titles: dict[str, str],
    unsafe: Sequence[UnsafeCell] = (),
    more: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page of an assignment.

    HTML in one piece. `titles` are the check cells' names for people, by
    ``notebook/cell``; `alike` are pairs of submissions to look at, `unsafe` the cells
    that ordinary tests grade, `more` further lines of the summary.
    """
    waiting = [s for s in findings.submissions if s.marks.waiting]
    points = sum(s.marks.waiting for s in waiting)
    return PAGES.get_template("class_page.html.j2").render(
        title=f"Class report: {findings.assignment}",
        summary=[*_summary(findings), *more],
        marks=_marks(findings),
        success=_success(findings, titles),
        exercises=_exercises(findings, titles),
        mistakes=[(name, function, n) for function, name, n in findings.mistakes()],
        with_reference=findings.with_reference(),
        look=[
            (
                s.student,
                f"{s.marks.code:g} of {s.marks.code_out_of:g}",
                "; ".join(s.reasons()),
            )
            for s in findings.submissions
            if s.look
        ],
        waiting=(_learners(len(waiting)), f"{points:g}") if waiting else None,
        alike=[
            (pair.one, pair.other, f"{pair.share:.0%}", pair.characters)
            for pair in alike
        ],
        unsafe=[
            (f"{one.notebook}: {one.cell}", f"{one.points:g}", "; ".join(one.reasons))
            for one in unsafe
        ],
        times=_times(findings.times(), 2, 1),
        seconds=_times(findings.seconds(), 1, 0),
    )


def csv_of(findings: ClassFindings) -> str:
    """Return one line a learner: marks by exercise, mistakes, reasons to look."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    fixed = ["learner", "code", "written", "late", "total", "of", "written waiting"]
    fixed += ["mistakes", "to look at"]
    writer.writerow([*fixed, *findings.points])
    for submission in findings.submissions:
        shares = [
            f"{submission.shares.get(key, 0.0) * points:g}"
            for key, points in findings.points.items()
        ]
        mistakes = "; ".join(f"{f}: {name}" for f, name in submission.mistakes)
        row = [
            harmless(submission.student),
            f"{submission.marks.code:g}",
            f"{submission.marks.written:g}",
            f"{-submission.marks.penalty or 0.0:g}",
            f"{submission.marks.total:g}",
            f"{submission.marks.out_of:g}",
            f"{submission.marks.waiting:g}",
            harmless(mistakes),
            harmless("; ".join(submission.reasons())),
        ]
        writer.writerow([*row, *shares])
    return stream.getvalue()


def _learners(count: int) -> str:
    return "1 learner" if count == 1 else f"{count} learners"


def _times(
    found: dict[str, list[float]], digits: int, digits_of_sum: int
) -> list[tuple[str, str, str, str]]:
    """Return a row with median, longest and sum of each item's times."""
    return [
        (
            name,
            f"{median(times):.{digits}f}",
            f"{max(times):.{digits}f}",
            f"{sum(times):.{digits_of_sum}f}",
        )
        for name, times in found.items()
    ]


def _shares(findings: ClassFindings) -> list[float]:
    return [
        s.marks.code / s.marks.code_out_of
        for s in findings.submissions
        if s.marks.code_out_of
    ]


def _summary(findings: ClassFindings) -> list[tuple[str, str]]:
    submissions, shares = findings.submissions, _shares(findings)
    total = mean(submission.marks.total for submission in submissions)
    return [
        ("submissions", str(len(submissions))),
        ("median mark", f"{median(shares):.0%}" if shares else "–"),
        ("mean mark", f"{mean(shares):.0%}" if shares else "–"),
        ("mean total", f"{total:.4g} of {_most(findings):g}"),
        ("late", str(sum(s.marks.penalty > 0 for s in submissions))),
        ("to look at", str(sum(bool(s.look) for s in submissions))),
        (
            "written answers waiting",
            str(sum(bool(s.marks.waiting) for s in submissions)),
        ),
    ]


def _most(findings: ClassFindings) -> float:
    return max(submission.marks.out_of for submission in findings.submissions)


def _marks(findings: ClassFindings) -> _Drawing:
    """Draw how many submissions earned which share of the points."""
    counts = [0] * 10
    for share in _shares(findings):
        counts[min(9, max(0, int(share * 10 + 1e-9)))] += 1
    named = _listed(
        f"{_learners(n)} at {10 * i}–{10 * i + 10} %" for i, n in enumerate(counts) if n
    )
    top, base, step = max([*counts, 1]), 190, 66
    drawing = _Drawing("Marks", named, 236, base=base)
    for i, count in enumerate(counts):
        height = round(150 * count / top, 1)
        x = 30 + i * step
        drawing.bars.append(_Bar(x, base - height, step - 8, height))
        if count:
            middle = x + (step - 8) / 2
            drawing.words.append(_Word(middle, base - height - 6, str(count), "middle"))
    drawing.words += [
        _Word(30 + i * step - 4, base + 18, f"{10 * i}", "middle") for i in range(11)
    ]
    title = "% of the automatic points"
    drawing.words.append(_Word(WIDTH / 2, base + 38, title, "middle"))
    return drawing


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts) + "."


def _success(findings: ClassFindings, titles: dict[str, str]) -> _Drawing:
    """Draw the mean share of the points of each exercise."""
    exercises = findings.exercises()
    row, left, wide = 24, 400, 260
    description = "Mean share of the points of each exercise."
    hardest = min(exercises, key=lambda item: item.success, default=None)
    if hardest is not None:
        name = titles.get(hardest.key, hardest.key)
        description += f" Lowest: {name} with {hardest.success:.0%}."
    drawing = _Drawing("Success", description, 16 + row * len(exercises))
    for i, item in enumerate(exercises):
        y = 8 + i * row
        share = round(wide * item.success, 1)
        drawing.bars += [
            _Bar(left, y + 3, wide, row - 8, "frame"),
            _Bar(left, y + 3, share, row - 8),
        ]
        drawing.words += [
            _Word(left - 8, y + 15, titles.get(item.key, item.key), "end"),
            _Word(left + wide + 8, y + 15, f"{item.success:.0%}"),
        ]
    return drawing


def _exercises(
    findings: ClassFindings, titles: dict[str, str]
) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            titles.get(item.key, item.key),
            f"{item.points:g}",
            f"{item.success:.0%}",
            f"{item.full} of {len(findings.submissions)}",
            "–" if item.discrimination is None else f"{item.discrimination:.2f}",
        )
        for item in findings.exercises()
    ]
