"""Where commands write, and the bar that they show on long work."""

import os
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TimeRemainingColumn,
)

from autograder.names import plain

# Names of learners that hold `:warning:` are shown as they are.
console = Console(emoji=False)


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shown(text: str) -> str:
    """Return what a stranger may have written, for the console."""
    return escape(plain(text))


def progress_bar(
    *more: ProgressColumn, on: Console | None = console, width: int = 0, **options: Any
) -> Progress:
    """Return a bar that counts what is done and says how long the rest takes.

    Parameters
    ----------
    *more : ProgressColumn
        Columns before the time that is left.
    on : Console, optional
        Where it is shown.
    width : int, default 0
        Characters that a description takes at least.
    **options : object
        As for `rich.progress.Progress`.
    """
    return Progress(
        f"{{task.description:<{width}}}",
        BarColumn(),
        MofNCompleteColumn(),
        *more,
        TimeRemainingColumn(),
        console=on,
        **options,
    )
