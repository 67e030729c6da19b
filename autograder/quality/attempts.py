"""Wrong attempts in the style of learners, and whether what they are told helps.

The attempts lie in ``tests/wrong_answers/``: for each function a way to write it, and
what one changes in it by mistake.
"""

import ast
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.authoring.sources import SourceNotebook
from helpers.checks.cases import FunctionCases
from helpers.checks.recognition import Run, recognise
from helpers.checks.report import evidence_of_runs, remarks_on, report_runs


def attempts_of(
    root: Path, source: SourceNotebook
) -> Iterator[tuple[str, str, str, str]]:
    """Yield the wrong attempts at a notebook's functions.

    Of each the function, what was changed, the text of the cell, and what a check has
    to say, where a file says it. One that begins with ``def`` has a signature of its
    own.
    """
    for path in sorted((root / "tests" / "wrong_answers").glob("*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get(source.name, {})
        for name, body in tables.items():
            head = _head(source.functions[name].cell.source, name)
            base = body["base"].strip()
            for old, new, *told in body["wrong"]:
                change = " ".join(f"{old} -> {new}".split())
                text = base.replace(old, new, 1).strip()
                if not text.startswith(f"def {name}("):
                    text = head + textwrap.indent(text, "    ")
                yield name, change, text + "\n", told[0] if told else ""


def _head(cell: str, name: str) -> str:
    """Return the line that begins the definition of a function."""
    for node in ast.parse(cell).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return f"def {name}({ast.unparse(node.args)}):\n"
    raise ValueError(f"{name} is not defined in its cell")


def told_at_work(
    record: FunctionCases, runs: list[Run], answer: Callable
) -> tuple[str, str]:
    """Return how the check helps with a wrong answer, and its fourth report.

    It is ``named`` (the hint of a catalogued mistake), ``relation``, ``expression`` (of
    an exception), ``source`` (a remark on it), ``shape`` or another kind of difference,
    ``none`` (returned); empty where a general question is all.
    """
    wrong = [run for run in runs if not run.right]
    if not wrong:
        return "only hidden", ""
    entry = recognise(record, runs)
    said = str(report_runs(record, runs, entry, 4, answer=answer))
    evidence = evidence_of_runs(record, runs)
    if entry is not None:
        return "named", said
    if evidence.relations:
        return "relation", said
    if any(run.outcome.advice for run in wrong):
        return "expression", said
    if remarks_on(answer, record, runs, evidence):
        return "source", said
    if any(run.outcome.error for run in wrong):
        return "exception", said
    if all(run.outcome.value is None for run in wrong):
        return "none", said
    return (evidence.kinds[0] if evidence.kinds else ""), said
