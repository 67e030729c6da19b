"""Where commands write, and the bar that they show on long work."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

__all__ = ["console", "progress_bar"]

console = Console()


def progress_bar() -> Progress:
    """Return a bar that counts what is done and says how long the rest takes."""
    return Progress(
        "{task.description:<36}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
