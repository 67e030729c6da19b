"""Mutating the notebooks of an assignment: one worker process a notebook."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from autograder.quality.processes import MutationError, told_by

# A mutant is equivalent if it agrees with the solution on so many random inputs.
INPUTS = 200


@dataclass(frozen=True)
class Killed:
    """What became of one mutant."""

    # Whose solution was changed.
    notebook: str
    function: str
    change: str  # into what
    line: int  # where, within the cell
    # ``killed`` (by a hidden case), ``equivalent`` or ``survived``; of other answers
    # ``right`` or ``wrong``.
    state: str
    visible: bool = False  # whether a visible case sees it too
    entry: str = ""  # the misconception it was recognised as
    # What the feedback tells beyond that values differ, such as ``"sign"``; empty where
    # it tells no more.
    kind: str = ""
    sentence: str = ""  # what the feedback says
    why: str = ""  # an input on which a survivor differs from the solution
    # Of a mutant of a contract the term that it breaks, empty where the contract allows
    # what it does.
    term: str = ""
    told: bool = False  # whether it was recognised under the name of that term

    @property
    def held(self) -> bool:
        """Whether a mutant of a contract got what the contract promises."""
        if not self.term:
            return self.state == "right"
        return self.state == "equivalent" or (self.state == "killed" and self.told)

    statements: int = 0  # how many statements about the numbers were checked again
    untrue: list[str] = field(default_factory=list)  # those of them that do not hold


def mutate(
    root: Path,
    assignment: str,
    notebook: str,
    *,
    function: str = "",
    sample: int | None = None,
    seed: int = 0,
    answers: Sequence[tuple[str, str, str]] = (),
    contracts: bool = False,
    begun: Callable[[int], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Killed]:
    """Drive the mutants of a notebook against its hidden cases.

    Parameters
    ----------
    assignment, notebook : str
        Whose solutions to change.
    function : str
        One graded function only; empty for all.
    sample : int, optional
        How many mutants to draw; all by default.
    seed : int
        Seed of the draw.
    answers : sequence of (str, str, str), optional
        Function, name and text of other answers, driven in place of mutants;
        their state is ``right`` or ``wrong``.
    contracts : bool
        Whether to drive the mutants of the contracts instead.
    begun : callable, optional
        Told how many mutants there are.
    environment : mapping of str to str, optional
        Added to the environment of the process that drives them.

    Raises
    ------
    MutationError
        If the notebook or its random inputs break a rule.
    """
    request = {
        "function": function,
        "sample": sample,
        "seed": seed,
        "count": INPUTS,
        "answers": list(answers),
        "contracts": contracts,
    }
    left = -1
    worker = "mutation_worker", root, assignment, notebook
    for form in told_by(*worker, request, environment):
        if "total" in form:
            left = form["total"]
            if begun:
                begun(left)
            continue
        left -= 1
        yield Killed(notebook, **form)
    if left != 0:
        raise MutationError(f"{notebook}: its worker ended early")


Key = TypeVar("Key", bound=Hashable)


def sampled(totals: dict[Key, int], sample: int) -> dict[Key, int]:
    """Divide a sample over notebooks in proportion to their mutants.

    Examples
    --------
    >>> sampled({"one": 100, "two": 300}, 40)
    {'one': 10, 'two': 30}
    """
    everything = sum(totals.values())
    if not everything:
        return dict(totals)
    share = min(1.0, sample / everything)
    return {name: max(1, round(total * share)) for name, total in totals.items()}
