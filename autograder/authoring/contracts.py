"""The contracts of an assignment: the tables of them, and their lines in prompts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring.catalogue import (
    CONTRACT,
    CONTRACT_HINTS,
    KINDS,
    OWN_WORK,
    TWINS,
    CatalogueError,
    tables_of,
)
from helpers.checks.contract import TERMS, contract_line
from helpers.strings import text

HEADING = re.compile(
    r"^##+ Exercise \d+:.*`(?P<name>\w+)`[^\n`]*\((?P<points>[\d.]+) points?\b",
    re.MULTILINE,
)
# Each pair says one thing of the same question.
OPPOSITES = ("leaves inputs", "changes inputs")


@dataclass(frozen=True)
class Contract:
    """What is demanded of a function beyond its values."""

    terms: tuple[str, ...] = ()  # of `helpers.checks.contract.TERMS`
    hints: dict[str, str] = field(default_factory=dict)  # questions of its own, by term
    # Kinds of hidden cases that no public case has, with the reason; the prompt names
    # them.
    kinds: dict[str, str] = field(default_factory=dict)
    own_work: tuple[str, ...] = ()  # functions of ``helpers`` that do what is asked for
    # Why some public case can have no hidden twin of the same shapes; empty elsewhere.
    no_twins: str = ""


@dataclass(frozen=True)
class Prompt:
    """The markdown cell with the heading of an exercise."""

    cell: str
    source: str
    points: float  # as the heading says


def read_contracts(path: Path) -> dict[str, dict[str, Contract]]:
    """Read the contracts of an assignment.

    By notebook and function; empty if there is no such file.

    Raises
    ------
    CatalogueError
        If a term is none of the vocabulary, or two contradict each other.
    """
    tables = tables_of(path)
    names = CONTRACT_HINTS, KINDS, OWN_WORK, TWINS
    more = {name: tables.get(name, {}) for name in names}
    contracts: dict[str, dict[str, Contract]] = {}
    for notebook, functions in tables.get(CONTRACT, {}).items():
        for function, terms in functions.items():
            where = f"{path.name}, [{CONTRACT}.{notebook}], {function}"
            own, kinds, given, why = (
                table.get(notebook, {}).pop(function, {}) for table in more.values()
            )
            for table, value, form in (
                (CONTRACT_HINTS, own, dict),
                (KINDS, kinds, dict),
                (OWN_WORK, given, list),
            ):
                if value and not isinstance(value, form):
                    wanted = "a table of texts" if form is dict else "a list of names"
                    raise CatalogueError(
                        f"{path.name}, [{table}.{notebook}], {function}: write {wanted}"
                    )
            _check(terms, own, where)
            terms = ["own work", *terms] if given else terms
            contract = Contract(
                tuple(terms), dict(own), dict(kinds), tuple(given), str(why or "")
            )
            contracts.setdefault(notebook, {})[function] = contract
    for name, table in more.items():
        for notebook, functions in table.items():
            for function in functions:
                raise CatalogueError(
                    f"{path.name}: [{name}.{notebook}.{function}] has no contract"
                )
    return contracts


def _check(terms: object, hints: dict, where: str) -> None:
    if not isinstance(terms, list):
        raise CatalogueError(f"{where}: write a list of terms")
    for term in terms:
        if term not in TERMS:
            raise CatalogueError(
                f"{where}: {term!r} is no term; there are {', '.join(TERMS)}"
            )
        if terms.count(term) > 1:
            raise CatalogueError(f"{where}: {term!r} stands there twice")
    if all(term in terms for term in OPPOSITES):
        raise CatalogueError(
            f"{where}: {' and '.join(OPPOSITES)} contradict each other"
        )
    for term, hint in hints.items():
        if term not in terms:
            raise CatalogueError(
                f"{where}: a hint for {term!r}, which it does not have"
            )
        if not isinstance(hint, str) or "?" not in hint:
            raise CatalogueError(f"{where}: the hint for {term!r} asks nothing")


def prompts_of(notebook: NotebookNode) -> dict[str, Prompt]:
    """Return the cells with the headings of exercises, by function."""
    return {
        match["name"]: Prompt(cell.get("id", ""), cell.source, float(match["points"]))
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for match in HEADING.finditer(cell.source)
    }


def stated_in(prompt: str) -> str:
    """Return the line of a prompt that states a contract, empty if there is none."""
    return next(_lines(prompt), "")


def _lines(prompt: str) -> Iterator[str]:
    title = text("contract.title")
    return (line for line in prompt.split("\n") if line.startswith(title))


def state(notebook: NotebookNode, contracts: dict[str, Contract]) -> None:
    """Write the line of each contract into its prompt, in the place it has there.

    A prompt without one gets it before the first folded hint, or at its end. `notebook`
    is changed in place; `contracts` are by function.
    """
    for name, prompt in prompts_of(notebook).items():
        cell = next(c for c in notebook.cells if c.get("id", "") == prompt.cell)
        found = stated_in(cell.source)
        stated = contracts.get(name)
        line = contract_line(stated.terms, stated.own_work) if stated else ""
        if found == line:
            continue
        if found and line:
            cell.source = cell.source.replace(found, line, 1)
        elif found:
            cell.source = re.sub(rf"\n*{re.escape(found)}\n*", "\n\n", cell.source)
            cell.source = cell.source.strip("\n")
        else:
            body, fold, rest = cell.source.partition("\n<details>")
            cell.source = f"{body.rstrip()}\n\n{line}" + (f"\n{fold}{rest}")
            cell.source = cell.source.rstrip()
