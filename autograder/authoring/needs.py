"""Which cells the functions of a notebook need: what they read, and so on."""

import symtable
from collections.abc import Iterator, Sequence


def needed(cells: Sequence[tuple[str, str]], wanted: set[str]) -> list[tuple[str, str]]:
    """Return the cells that define some names, and what those read, in order.

    A cell that trains or loads data is left out unless a function reads what it
    defines: it costs time, and it may fail where the function does not. A cell of which
    nothing is known (it imports ``*``) is among them. Cells are pairs of a name and
    plain Python; one that cannot be read as such defines nothing.

    Examples
    --------
    >>> cells = [("a", "n = 3"), ("b", "m = 4"), ("c", "def f(x): return x * n")]
    >>> [name for name, _ in needed(cells, {"f"})]
    ['a', 'c']
    """
    wanted, kept = set(wanted), []
    for name, source in reversed(cells):
        try:
            tables = list(_tables(symtable.symtable(source, name, "exec")))
        except (SyntaxError, ValueError):
            continue
        symbols = tables[0].get_symbols()
        made = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
        if made & wanted or "import *" in source:
            kept.append((name, source))
            wanted |= {s.get_name() for s in symbols if s.is_referenced()}
            wanted |= {
                symbol.get_name()
                for table in tables[1:]
                for symbol in table.get_symbols()
                if symbol.is_global()
            }
    return kept[::-1]


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
