"""A submission's results in Markdown, for a terminal or a CI job's summary."""

import re
from collections.abc import Sequence

from autograder.doors.result import FunctionResult, Result
from autograder.names import plain

MARKS = {"right": "✓", "untouched": "–"}
# What would be markup to a page that shows Markdown, and what GitHub makes links of:
# addresses, people, and formulas. An underscore within a word is none.
_SPECIAL = re.compile(
    r"([\\`*{}\[\]<>#|~&@$]|(?<![^\W_])_|_(?![^\W_])|(?<=:)/(?=/)|(?<=www)\.)",
    re.IGNORECASE,
)


def markdown_of(results: Sequence[Result]) -> str:
    """Return points, functions and hints of some notebooks.

    No renderer of Markdown takes any of it for HTML.
    """
    points = sum(result.points for result in results)
    out_of = sum(result.out_of for result in results)
    waiting = sum(result.waiting for result in results)
    name = results[0].assignment if results else ""
    lines = [f"# {_said(name)}: {points:g} of {out_of:g} points", ""]
    if waiting:
        lines += [f"Written answers: {waiting:g} points wait for a person.", ""]
    for result in results:
        lines += [f"## {_said(result.notebook)}", ""]
        if result.problem:
            lines += [f"Not judged: {_said(result.problem)}", ""]
        if result.cells:
            lines += ["| check | points | of |", "|---|---:|---:|"]
        for cell in result.cells:
            problem = f" (not judged: {_said(cell.problem)})" if cell.problem else ""
            title = _said(cell.title) + problem
            lines.append(f"| {title} | {cell.points:g} | {cell.out_of:g} |")
        lines.append("")
        for note in result.notes:
            lines.append(f"- {_said(note)}")
        for function in result.functions:
            lines += _function(function)
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _function(function: FunctionResult) -> list[str]:
    mark = MARKS.get(function.state, "✗")
    right, count = function.public
    public = f"; {right} of {count} public checks passed" if count else ""
    lines = [f"- {mark} {_said(function.name)}: {_said(function.said)}{public}"]
    for hint in function.hints:
        title = f"{hint.title}: " if hint.title else ""
        lines.append(f"  - {_said(title + hint.sentence)}")
    return lines


def _said(text: str) -> str:
    r"""Return a text that no page shows as anything else.

    Examples
    --------
    >>> print(_said("ask @ada, [here](https://x.org)"))
    ask \@ada, \[here\](https:\//x.org)
    """
    return _SPECIAL.sub(r"\\\1", plain(text))
