"""Mutating the notebooks of an assignment: one worker process a notebook."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from autograder.authoring.recording import ONE_THREAD, record
from autograder.authoring.sources import SourceError, read_source
from autograder.store import Store, StoreError, read_store, store_path

__all__ = ["Killed", "MutationError", "mutate", "sampled", "todays_store"]

# A mutant is equivalent if it agrees with the solution on so many random inputs.
INPUTS = 200


class MutationError(ValueError):
    """Mutants that cannot be driven; the message is one plain sentence."""


@dataclass(frozen=True)
class Killed:
    """What became of one mutant.

    Attributes
    ----------
    notebook, function : str
        Whose solution was changed.
    change : str
        Into what.
    line : int
        Where, within the cell.
    state : str
        ``killed`` (by a hidden case), ``equivalent`` or ``survived``; of other
        answers ``right`` or ``wrong``.
    visible : bool
        Whether a visible case sees it too.
    entry : str
        The misconception it was recognised as.
    kind : str
        What the feedback tells beyond that values differ, such as ``"sign"``;
        empty where it tells no more.
    sentence : str
        What the feedback says.
    term : str
        Of a mutant of a contract the term that it breaks, empty where the contract
        allows what it does.
    told : bool
        Whether it was recognised under the name of that term.
    why : str
        An input on which a survivor differs from the solution.
    statements : int
        How many statements about the numbers were checked again.
    untrue : list of str
        Those of them that do not hold.
    """

    notebook: str
    function: str
    change: str
    line: int
    state: str
    visible: bool = False
    entry: str = ""
    kind: str = ""
    sentence: str = ""
    why: str = ""
    term: str = ""
    told: bool = False

    @property
    def held(self) -> bool:
        """Whether a mutant of a contract got what the contract promises."""
        if not self.term:
            return self.state == "right"
        return self.state == "equivalent" or (self.state == "killed" and self.told)

    statements: int = 0
    untrue: list[str] = field(default_factory=list)


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
    root : Path
        The course.
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

    Yields
    ------
    Killed
        What became of each.

    Raises
    ------
    MutationError
        If the notebook or its random inputs break a rule.
    """
    folder = root / "source" / assignment
    try:
        store = todays_store(root, assignment, notebook)
    except SourceError as error:
        raise MutationError(f"{notebook}: {error}") from None
    with tempfile.TemporaryDirectory(prefix="mutate-") as scratch:
        paths = Path(scratch, "request.json"), Path(scratch, "store.json")
        store.write(paths[1])
        request = {
            "folder": str(folder.resolve()),
            "notebook": notebook,
            "function": function,
            "store": str(paths[1]),
            "sample": sample,
            "seed": seed,
            "count": INPUTS,
            "answers": list(answers),
            "contracts": contracts,
        }
        paths[0].write_text(json.dumps(request), encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", "autograder.quality.mutation_worker", str(paths[0])],
            env=os.environ
            | ONE_THREAD
            | {"MPLBACKEND": "Agg"}
            | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                yield from _results(process.stdout or (), notebook, begun)
            finally:
                process.kill()


def _results(
    lines: Iterable[str], notebook: str, begun: Callable[[int], None] | None
) -> Iterator[Killed]:
    left = -1
    for line in lines:
        form = json.loads(line)
        if "refused" in form:
            raise MutationError(f"{notebook}: {form['refused']}")
        if "total" in form:
            left = form["total"]
            if begun:
                begun(left)
            continue
        left -= 1
        yield Killed(notebook, **form)
    if left != 0:
        raise MutationError(f"{notebook}: its worker ended early")


# Python 3.11's parser counts its recursion once for all threads: two that parse at
# the same time may both end in a SystemError.
_parsing = threading.Lock()


def todays_store(root: Path, assignment: str, notebook: str) -> Store:
    """Return today's cases: those of the last generation, or recorded anew.

    Several threads may call this; they are served one after another.
    """
    folder = root / "source" / assignment
    with _parsing:
        source = read_source(folder / f"{notebook}.ipynb")
        try:
            store = read_store(store_path(root, assignment, notebook))
        except StoreError:
            return record(source, folder)
        if store.cases.digest == source.digest:
            return store
        return record(source, folder)


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
