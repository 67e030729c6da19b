"""Saying which cell to run first, in the place of a bare ``NameError``.

An extension of IPython, loaded in each kernel of the course's environment: the
file ``ipython_kernel_config.json`` beside this one is installed where IPython looks
for an environment's settings. It must be there before the first cell is run, since
after a restart even ``check`` is unknown.
"""

import ast
import inspect
import json
import linecache
import os
import re
import symtable
import sys
import textwrap
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from helpers.strings import text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

WIDTH = 88
INVALID = re.compile(r"invalid (?:character|non-printable character) '(.)'")
# Those that Unicode does not count as other forms of the characters of code.
QUOTES = {
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("−–—", "-"),
    **{"×": "*", "·": "*", "÷": "/", "、": ",", "。": ".", "【": "[", "】": "]"},
    **{"《": "<", "》": ">", "≤": "<=", "≥": ">=", "≠": "!="},
}
DEFINITION = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)
# By the name of a function: the cell that should have defined it, and how it stopped.
_broken: dict[str, tuple[str, BaseException]] = {}


def watch_cells(ended: Callable[[], None] | None = None) -> None:
    """Note from now on which cells stop before their functions are defined.

    `ended` is called after each cell.
    """
    if ended is not None and ended not in _ended:
        _ended.append(ended)
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return
    _broken.clear()
    if _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)


_ended: list[Callable[[], None]] = []


def _after_cell(result: "ExecutionResult") -> None:
    for call in _ended:
        call()
    cell = getattr(result.info, "raw_cell", None) or ""
    error = result.error_before_exec or result.error_in_exec
    for name in DEFINITION.findall(cell):
        if error is None:
            _broken.pop(name, None)
        else:
            _broken[name] = cell, error


def broken_cell(name: str, function: Callable) -> str:
    """Say that the cell of a function stopped, so that an older one is known.

    `function` is what the kernel knows under the name. Empty where it is the one of the
    cell that ran last.
    """
    if name not in _broken:
        return ""
    cell, error = _broken[name]
    try:
        if inspect.getsource(function).strip() in cell:
            # The cell stopped after the definition, which is in force.
            return ""
    except (OSError, TypeError):
        pass
    line = getattr(error, "lineno", None)
    place = text("checks.broken_line", line=line) if line else ""
    kind = type(error).__name__
    said = text("checks.broken_cell", function=name, error=kind, place=place)
    sign = INVALID.match(str(getattr(error, "msg", "")))
    plain = unicodedata.normalize("NFKC", sign.group(1)) if sign else ""
    plain = QUOTES.get(plain, plain)
    if sign and plain.isascii():
        said += " " + text("checks.broken_sign", sign=sign.group(1), plain=plain)
    return said


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Let a shell explain names that a cell of the notebook would have made."""
    shell.set_custom_exc((NameError, AttributeError, TypeError), _show)


def advice(name: str, cells: list[str], running: str = "") -> str | None:
    """Say which of a notebook's cells makes a name that the kernel does not know.

    `running` is the cell that asked for it. None where no other cell makes it.

    Examples
    --------
    >>> print(advice("f", ["import math", "def f(x):\\n    return x"]))
    f is not known yet: it is made in the cell that begins with
    <BLANKLINE>
        def f(x):
    <BLANKLINE>
    It has not run to its end since the kernel started: run it, then this cell.
    After a restart, Run All Above Selected Cell (menu Run) brings back what you had.
    """
    for i, cell in enumerate(cells):
        if cell.strip() == running.strip() or not _makes(cell, name):
            continue
        start = next(line for line in cell.splitlines() if line.strip())
        place = "first" if i == 0 else "later"
        where = text(f"checks.unrun.{place}", name=name)
        cure = [text("checks.unrun.run"), text("checks.unrun.restarted")]
        lines = textwrap.wrap(where, WIDTH)
        lines += ["", f"    {start}", ""]
        return "\n".join([*lines, *(textwrap.fill(one, WIDTH) for one in cure)])
    return None


def _makes(cell: str, name: str) -> bool:
    try:
        table = symtable.symtable(cell, "cell", "exec")
    except (SyntaxError, ValueError):
        return False
    if name not in table.get_identifiers():
        return False
    symbol = table.lookup(name)
    return symbol.is_assigned() or symbol.is_imported()


def _cells() -> list[str]:
    """Return the code cells of the notebook as it was last saved."""
    try:
        # JupyterLab names the notebook here.
        path = Path(os.environ["JPY_SESSION_NAME"])
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [one["source"] for one in cells if one["cell_type"] == "code"]
    except (KeyError, OSError, TypeError, ValueError):
        return []
    return ["".join(source) for source in sources]


def _rebound(trace: TracebackType) -> str | None:
    """Say that the line that stopped needs a name that a cell has rebound."""
    # Only where something stopped: a kernel that starts has no use for all of it.
    from helpers.checks.failures import rebound

    frame = trace.tb_frame
    lines, first = linecache.getlines(frame.f_code.co_filename), trace.tb_lineno
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return None
    for statement in tree.body:
        if statement.lineno <= first <= (statement.end_lineno or 0):
            local = frame.f_locals if frame.f_locals is not frame.f_globals else {}
            said = rebound(statement, local, frame.f_globals)
            return textwrap.fill(said, WIDTH) if said else None
    return None


def _show(
    shell: "InteractiveShell",
    kind: type[BaseException],
    error: NameError | AttributeError | TypeError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    last = trace
    while last.tb_next is not None:
        last = last.tb_next
    # What a library does not find is not the notebook's.
    if last.tb_frame.f_globals is shell.user_ns:
        said = None
        if not isinstance(error, NameError):
            said = _rebound(last)
        elif error.name:
            said = advice(error.name, _cells(), shell.user_ns.get("In", [""])[-1])
        if said is not None:
            # IPython asks the exception itself how it is to be shown.
            setattr(error, "_render_traceback_", said.splitlines)  # noqa: B010
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
