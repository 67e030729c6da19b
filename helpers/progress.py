"""A small progress bar for loops that take longer than a moment.

========================================= ======================================
`progress(iterable, description)`         wraps a loop
`ProgressBar(total, description)`         the same by hand: ``bar.update(done)``
========================================= ======================================

In a notebook the bar is a display that is updated in place, in a terminal one
line that is written over; a file or a pipe gets the last line only. Nothing
goes to the error stream, and a loop of less than half a second shows nothing.
"""

import html
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from helpers.strings import labelled, text

__all__ = ["ProgressBar", "in_notebook", "progress"]

Item = TypeVar("Item")

# Seconds before the bar appears and between two updates.
PATIENCE = 0.5
PAUSE = 0.2


def in_notebook() -> bool:
    """Tell whether displays go to a notebook.

    True in a Jupyter kernel, False in a terminal, a script or a test.
    """
    # Asking for the loaded module keeps plain scripts free of IPython.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class ProgressBar:
    """A bar that is moved by hand.

    Parameters
    ----------
    total : int or None
        How many steps there are, if that is known.
    description : str, optional
        What is going on, in a few words.
    done : int, default 0
        Steps that were done before, so that the time left is not underrated.

    Examples
    --------
    >>> bar = ProgressBar(2, "Two quick steps")
    >>> bar.update(1)
    >>> bar.update(2)
    >>> bar.close()
    """

    def __init__(self, total: int | None, description: str = "", done: int = 0) -> None:
        self.total = total
        self.description = description or text("progress.description")
        self.done = done
        self._done_before = done
        self._note = ""
        self._start = time.monotonic()
        self._drawn = self._start + PATIENCE - PAUSE
        self._handle = None
        self._width = 0

    def update(self, done: int, note: str = "") -> None:
        """Say how far it is; draws at most a few times a second.

        Parameters
        ----------
        done : int
            Steps that are done.
        note : str, optional
            A few words to be shown behind the numbers, such as the cost.
        """
        self.done, self._note = done, note
        now = time.monotonic()
        if now - self._drawn >= PAUSE:
            self._drawn = now
            self._draw(self._line(now), closing=False)

    def close(self) -> None:
        """Draw the last state, if there was anything to be seen at all."""
        now = time.monotonic()
        if now - self._start >= PATIENCE:
            self._draw(self._line(now, closing=True), closing=True)

    def _line(self, now: float, closing: bool = False) -> str:
        seconds = now - self._start
        values = {"done": self.done, "total": self.total, "seconds": f"{seconds:.1f}"}
        if (closing and self.done == self.total) or self.total is None:
            line = text("progress.finished" if closing else "progress.open", **values)
        elif closing:
            line = text("progress.stopped", **values)
        else:
            done_now = max(self.done - self._done_before, 1)
            left = seconds * (self.total - self.done) / done_now
            line = text("progress.running", left=f"{left:.0f}", **values)
        said = labelled(self.description, line)
        return said + (f" · {self._note}" * bool(self._note))

    def _draw(self, line: str, closing: bool) -> None:
        if in_notebook():
            self._draw_in_notebook(line)
        elif sys.stdout.isatty():
            end = "\n" if closing else ""
            sys.stdout.write("\r" + line.ljust(self._width) + end)
            sys.stdout.flush()
            self._width = len(line)
        elif closing:
            print(line)

    def _draw_in_notebook(self, line: str) -> None:
        from IPython.display import display

        # Without a value the element shows that something is going on.
        value = "" if self.total is None else f' value="{self.done}"'
        label = html.escape(line)
        bar = f'<progress max="{self.total or 1}"{value}></progress>'
        bundle = {"text/plain": line, "text/html": f"<label>{bar} {label}</label>"}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def progress(iterable: Iterable[Item], description: str = "") -> Iterator[Item]:
    """Go through an iterable and show how far it is.

    Parameters
    ----------
    iterable : iterable
        What to go through, such as ``range(2000)``.
    description : str, optional
        What is going on, in a few words.

    Yields
    ------
    object
        The items, one after the other. A loop that is left early (``break``, an
        error, the stop button) leaves a bar that says where.

    Examples
    --------
    >>> sum(progress(range(4), "Adding up"))
    6
    """
    total = len(iterable) if isinstance(iterable, Sized) else None
    bar = ProgressBar(total, description)
    try:
        for done, item in enumerate(iterable, start=1):
            yield item
            bar.update(done)
    finally:
        bar.close()
