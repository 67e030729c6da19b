"""The card that a failed check shows in a notebook, and a feedback page.

Plain HTML with inline styles: no script, no style sheet, no state. Colours are
JupyterLab's variables, which follow its theme, with values that can be read on light
and on dark ground elsewhere; a wrong entry is marked by a sign too. The same content
is text in the report.
"""

import itertools
import re
from collections.abc import Sequence
from html import escape
from typing import TypeGuard

import numpy as np

from helpers.checks.cases import Case, FunctionCases
from helpers.checks.comparison import Difference
from helpers.checks.evidence import number, shape_of
from helpers.checks.recognition import named_inputs
from helpers.checks.report import Advice, Block, Report, is_seeded, short
from helpers.checks.tolerances import close
from helpers.checks.values import resolve
from helpers.strings import clauses, labelled, text

# Arrays up to so many entries are written out; of larger ones a map is drawn.
GRID, MAP_ROWS, MAP_COLUMNS = 24, 20, 40
# The widest grid, in characters: a screen of 1280 pixels shows that much beside
# JupyterLab's panels. A column has a margin, and a sign where entries are marked.
WIDE, MARGIN, SIGN = 108, 2, 3
RED = "var(--jp-error-color1, #d0342c)"
GREEN = "var(--jp-success-color1, #2e7d32)"
LINE = "var(--jp-border-color1, #8a8a8a)"
CARD = f"border:1px solid {LINE};padding:8px 14px;margin:4px 0"
ADVICE = "margin:6px 0"
SMALL = "border:0;padding:1px 6px;text-align:right;vertical-align:top"
LEFT = "border:0;padding:2px 14px 2px 0;text-align:left;vertical-align:top"
DOT = "border:0;padding:0 4px;text-align:center;font-family:monospace"
# Shades on which black signs can be read, from slightly to much too large or small.
LARGER = ("#fde0c5", "#f59e6c", "#e0692f")
SMALLER = ("#d6e6f5", "#8fbce6", "#4f8fd0")
GRIDS = "border-collapse:collapse;margin:2px 0"
WRONG = f"color:{RED};font-weight:bold"
# Of these the sentence says all: there are no two values to show side by side.
UNSHOWN = ("relation", "contract", "missing", "extra")


def card_html(report: Report) -> str:
    """Return a report as HTML that needs nothing else; every text in it is escaped."""
    head = f'<p style="margin:2px 0"><span style="{WRONG}">✗</span> '
    parts = [head + f"<strong>{escape(report.header)}</strong></p>"]
    parts += map(advice_html, report.advice)
    parts += [block_html(report.function, block) for block in report.blocks]
    return f'<div style="{CARD}">{"".join(parts)}</div>'


def for_page(html: str) -> str:
    """Return HTML with plain colours, for a page that knows no JupyterLab theme."""
    return re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", html)


def advice_html(advice: Advice) -> str:
    """Return one piece of advice, with the section as a link where it is known."""
    mark = text("marks.colon")
    title = f"<strong>{escape(advice.title)}{mark.rstrip()}</strong>"
    title = title + mark[len(mark.rstrip()) :] if advice.title else ""
    said = escape(advice.sentence)
    if advice.link:
        section = re.split("[.。]", advice.sentence, maxsplit=1)[0]
        rest = advice.sentence.removeprefix(section)
        link = f'<a href="{escape(advice.link)}">{escape(section)}</a>'
        said = link + escape(rest)
    return f'<p style="{ADVICE}">{title}{_code(said)}</p>'


def _code(escaped: str) -> str:
    """Turn what stands between backticks into code."""
    parts = escaped.split("`")
    if len(parts) % 2 == 0:
        return escaped
    return "".join(
        f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts)
    )


def block_html(function: FunctionCases, block: Block) -> str:
    """Return cases that came out alike: the call, both answers, what is said.

    The section can be folded where something is wrong.
    """
    if block.right or block.case is None:
        mark, colour = ("✓", GREEN) if block.right else ("✗", RED)
        right = text("checks.right") if block.right else ""
        said = [right] if right else []
        said += [one for one in block.sentences if one != right]
        words = escape(clauses(said))
        return (
            f'<p style="{ADVICE}"><span style="color:{colour}">{mark}</span> '
            f"{escape(labelled(block.label, ''))}{_code(words)}</p>"
        )
    shown = "".join(
        f'<p style="{ADVICE}">{_code(escape(sentence))}</p>'
        for sentence in block.sentences
    )
    return (
        f'<details open style="{ADVICE}"><summary><span style="{WRONG}">✗</span> '
        f"{escape(block.label)}</summary>{_call(function, block.case, block.drew)}"
        f"{_answers(block.difference)}{shown}</details>"
    )


def _call(function: FunctionCases, case: Case, drew: bool) -> str:
    inputs = named_inputs(function, case)
    head = f"{function.name}({', '.join(inputs)})"
    shown = [
        f'<td style="{LEFT}"><code>{escape(name)}</code><br>'
        f"{_value(value, function.parts.get(name))}</td>"
        for name, value in inputs.items()
    ]
    beside = sum(map(_width, inputs.values())) <= WIDE
    rows = (
        f"<tr>{''.join(shown)}</tr>"
        if beside
        else ("".join(f"<tr>{cell}</tr>" for cell in shown))
    )
    seed = ""
    if is_seeded(function, case, drew):
        seed = f'<p style="{ADVICE}">{escape(text("checks.seeded", seed=case.rng))}</p>'
    return (
        f'<p style="{ADVICE}">{escape(text("checks.card.called"))} '
        f"<code>{escape(head)}</code></p>"
        f'<table style="{GRIDS}"><tbody>{rows}</tbody></table>{seed}'
    )


def _width(value: object, marked: bool = False) -> int:
    """Return about how many characters wide a value is shown."""
    value = resolve(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return _columns(value, marked) if _is_small(value, marked) else 30
    return len(short(value))


def _is_small(value: object, marked: bool = False) -> TypeGuard[np.ndarray]:
    return (
        isinstance(value, np.ndarray)
        and 0 < value.ndim <= 2
        and 0 < value.size <= GRID
        and _columns(value, marked) <= WIDE
    )


def _columns(array: np.ndarray, marked: bool) -> int:
    """Return how many characters wide a grid is."""
    beside = MARGIN + SIGN * marked
    columns = np.atleast_2d(array).T
    return sum(beside + max(map(len, map(_entry, column))) for column in columns)


def _value(value: object, names: Sequence[str] | None = None) -> str:
    value = resolve(value)
    if _is_small(value):
        return _grid(value, np.zeros(value.shape, dtype=bool)) + _kind(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return _kind(value)
    return f"<code>{escape(short(value, names))}</code>"


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        said = text("checks.card.array", shape=value.shape, dtype=value.dtype)
    else:
        said = shape_of(value)
    return f"<span>{escape(said)}</span>"


def _grid(array: np.ndarray, wrong: np.ndarray) -> str:
    """Write an array out, with the wrong entries marked by colour and sign."""
    rows = np.atleast_2d(array)
    marks = np.atleast_2d(wrong)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{SMALL};{WRONG}">✗&nbsp;{_entry(value)}</td>'
            if bad
            else f'<td style="{SMALL}">{_entry(value)}</td>'
            for value, bad in zip(row, marked)
        )
        + "</tr>"
        for row, marked in zip(rows, marks)
    )
    style = f"{GRIDS};border:1px solid {LINE}"
    return f'<table style="{style}"><tbody>{body}</tbody></table>'


def _entry(value: object) -> str:
    if isinstance(value, np.floating):
        return escape(f"{float(value):.4g}")
    return escape(number(value))


def _answers(difference: Difference | None) -> str:
    """Return what came back and what was expected, side by side."""
    if difference is None or difference.kind in UNSHOWN:
        return ""
    got, want = difference.returned, difference.expected
    pair = _compared(want, got)
    if pair and not (_is_small(want) and _is_small(got, marked=True)):
        return _named(difference.path) + _map(*pair)
    marks = pair[2] if pair is not None else None
    cells = []
    for title, value, marked in (("returned", got, marks), ("expected", want, None)):
        cells.append(
            f'<td style="{LEFT}"><strong>{escape(text(f"checks.card.{title}"))}'
            f"</strong>{_answer(value, marked)}</td>"
        )
    beside = _width(got, marked=marks is not None) + _width(want) <= WIDE
    body = ("" if beside else "</tr><tr>").join(cells)
    return (
        f'{_named(difference.path)}<table style="{GRIDS}"><tbody><tr>'
        f"{body}</tr></tbody></table>"
    )


def _named(path: str) -> str:
    return f'<p style="{ADVICE}"><code>{escape(path)}</code></p>'


def _compared(
    want: object, got: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return two arrays of one shape, and where they differ."""
    if not isinstance(want, np.ndarray) or not isinstance(got, np.ndarray):
        return None
    if want.shape != got.shape or not 0 < want.ndim <= 2:
        return None
    return want, got, ~close(want, got)


def _answer(value: object, marked: np.ndarray | None) -> str:
    if _is_small(value, marked is not None):
        wrong = np.zeros(value.shape, dtype=bool) if marked is None else marked
        return _grid(value, wrong) + _kind(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return f"<br>{_kind(value)}"
    if isinstance(value, bool | int | float | np.ndarray):
        return f"<br><code>{escape(number(value))}</code>"
    return f"<br><code>{escape(short(value))}</code>"


def _map(want: np.ndarray, got: np.ndarray, wrong: np.ndarray) -> str:
    """Draw the difference of two arrays: its sign, and its size as a shade."""
    cut = slice(MAP_ROWS), slice(MAP_COLUMNS)
    offset = np.atleast_2d(got.astype(np.float64) - want)[cut]
    marks = np.atleast_2d(wrong)[cut]
    largest = np.nanmax(np.abs(offset[marks]), initial=0.0) or 1.0
    body = "".join(
        "<tr>" + "".join(map(_shade, row, marked, itertools.repeat(largest))) + "</tr>"
        for row, marked in zip(offset, marks)
    )
    values = {"wrong": int(wrong.sum()), "size": want.size, "largest": number(largest)}
    said = [text("checks.card.legend", **values)]
    if marks.size < want.size:
        said.append(text("checks.card.cut"))
    return (
        f'<table style="{GRIDS}"><tbody>{body}</tbody></table>'
        f"<p>{escape(' '.join(said))} {_kind(want)}</p>"
    )


def _shade(offset: float, wrong: bool, largest: float) -> str:
    if not wrong:
        return f'<td style="{DOT}">·</td>'
    if not np.isfinite(offset):
        return f'<td style="{DOT};{WRONG}">✗</td>'
    level = min(2, int(3 * abs(offset) / largest))
    shades, sign = (LARGER, "+") if offset > 0 else (SMALLER, "−")
    style = f"{DOT};background-color:{shades[level]};color:#000"
    return f'<td style="{style}">{sign}</td>'


def progress_html(
    title: str, rows: Sequence[tuple[str, int, int]], summary: str
) -> str:
    """Return a table with a bar for each exercise, and the numbers beside the bars.

    Each of `rows` has a function, how many of its public cases passed, and of how many;
    `title` stands above the bars and `summary` below.
    """
    body = "".join(
        f'<tr><td style="{LEFT}"><code>{escape(name)}</code></td>'
        f'<td style="{LEFT};font-family:monospace">{bar(done, total)}</td>'
        f'<td style="{LEFT}">{done}/{total}</td></tr>'
        for name, done, total in rows
    )
    return (
        f'<div style="{CARD}"><p style="{ADVICE}"><strong>{escape(title)}</strong></p>'
        f'<table style="{GRIDS}"><tbody>{body}</tbody></table>'
        f'<p style="{ADVICE}">{escape(summary)}</p></div>'
    )


def bar(done: int, total: int) -> str:
    """Return a bar of twelve blocks, filled as far as cases passed."""
    full = round(12 * done / total) if total else 0
    colour = GREEN if done == total else "inherit"
    return f'<span style="color:{colour}">{"█" * full}</span>{"░" * (12 - full)}'
