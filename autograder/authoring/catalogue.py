"""The catalogue of answers: reading ``misconceptions.toml`` and patching solutions."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.authoring.regions import find_regions
from autograder.errors import CourseError
from helpers.checks.cases import Entry

KEYS = frozenset(
    [
        *("accept", "changes", "edge", "hidden_only", "hint", "name", "read"),
        *("replace", "same_as", "with"),
    ]
)

# What an entry holds beside the list of changes.
TEXTS = ("name", "hint", "read", "replace", "with", "same_as", "hidden_only")
SWITCHES = ("accept", "edge")

# The table of what to read again, by notebook and function, where an entry says
# nothing of its own.
READ = "read"
# The tables of contracts, which `autograder.authoring.contracts` reads.
CONTRACT = "contract"
CONTRACT_HINTS = "contract_hints"
KINDS = "kinds"
OWN_WORK = "own_work"
# Earlier functions that answers may call, though the solution does not.
MAY_CALL = "may_call"
TWINS = "twins"
# Named results that are the same for all inputs, with the reason.
CONSTANT = "constant"
# The tables that hold no entries, beside the one of what to read.
BESIDE = (CONTRACT, CONTRACT_HINTS, KINDS, OWN_WORK, MAY_CALL, TWINS, CONSTANT)


class CatalogueError(CourseError):
    """An entry that cannot be used; the message names it."""


@dataclass(frozen=True)
class CatalogueEntry:
    """An entry with the changes that turn the solution into that answer."""

    entry: Entry  # name, hint and flags
    # What to replace by what within the function's regions.
    changes: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def tables_of(path: Path) -> dict:
    """Return what a ``misconceptions.toml`` holds; nothing if there is no such file.

    Raises
    ------
    CatalogueError
        If the file is not TOML, or does not hold tables of tables.
    """
    if not path.exists():
        return {}
    try:
        # Some editors begin a file with the mark that utf-8-sig takes away.
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise CatalogueError(f"{path.name} is not in UTF-8: save it so") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    for name, notebooks in tables.items():
        if not isinstance(notebooks, dict):
            written = f"[[{name}]]" if isinstance(notebooks, list) else f"{name} = ..."
            meant = (
                f"[{name}.NOTEBOOK]"
                if name in (READ, *BESIDE)
                else f"[[{name}.FUNCTION]], where {name} is a notebook"
            )
            raise CatalogueError(f"{path.name}: instead of {written} write {meant}")
        for notebook, functions in notebooks.items():
            if name in (READ, *BESIDE) and not isinstance(functions, dict):
                raise CatalogueError(
                    f"{path.name}, [{name}]: {notebook} is no table: write "
                    f"[{name}.NOTEBOOK]"
                )
    return tables


def read_catalogue(path: Path) -> dict[str, dict[str, list[CatalogueEntry]]]:
    """Read an assignment's catalogue.

    By notebook and function; empty if there is no such file.

    Raises
    ------
    CatalogueError
        If the file is not TOML or an entry is not as it should be.
    """
    tables = tables_of(path)
    catalogue: dict[str, dict[str, list[CatalogueEntry]]] = {}
    readings = _readings(tables.pop(READ, {}), path.name)
    for name in BESIDE:
        tables.pop(name, None)
    for notebook, functions in tables.items():
        for function, entries in functions.items():
            where = f"{path.name}, {notebook}.{function}"
            if not isinstance(entries, list):
                raise CatalogueError(f"{where}: write [[{notebook}.{function}]]")
            read = [_entry(body, where) for body in entries]
            names = [item.entry.name for item in read]
            for name in names:
                if names.count(name) > 1:
                    raise CatalogueError(f"{where}: two entries are called {name!r}")
            own = {
                i.entry.name for i in read if not (i.entry.accept or i.entry.same_as)
            }
            for item in read:
                if item.entry.same_as and item.entry.same_as not in own:
                    raise CatalogueError(
                        f"{where}, {item.entry.name!r}: same_as names "
                        f"{item.entry.same_as!r}, which is no misconception here"
                    )
            reading = readings.pop((notebook, function), "")
            catalogue.setdefault(notebook, {})[function] = [
                _with_reading(item, reading) for item in read
            ]
    for notebook, function in readings:
        raise CatalogueError(
            f"{path.name}: [{READ}.{notebook}] names {function}, which has no entries"
        )
    return catalogue


def read_readings(path: Path) -> dict[tuple[str, str], str]:
    """Return the section to read again, by notebook and function."""
    return _readings(tables_of(path).get(READ, {}), path.name)


def read_may_call(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return what answers may call beside what the solution calls.

    By notebook and function.

    Raises
    ------
    CatalogueError
        If a value is no list of names.
    """
    tables: dict[str, dict[str, list[str]]] = tables_of(path).get(MAY_CALL, {})
    for notebook, functions in tables.items():
        for function, names in functions.items():
            if not isinstance(names, list) or not all(type(n) is str for n in names):
                raise CatalogueError(
                    f"{path.name}, [{MAY_CALL}.{notebook}], {function}: write a list "
                    "of names"
                )
    return tables


def read_constant(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return why named results are the same for all inputs.

    By notebook and function.

    Raises
    ------
    CatalogueError
        If a reason is no text.
    """
    found = {}
    for notebook, functions in tables_of(path).get(CONSTANT, {}).items():
        for function, reasons in functions.items():
            if not isinstance(reasons, dict) or not all(
                type(why) is str and why for why in reasons.values()
            ):
                raise CatalogueError(
                    f"{path.name}, [{CONSTANT}.{notebook}], {function}: give the "
                    "reason of each result"
                )
            found[notebook, function] = dict(reasons)
    return found


def _readings(tables: dict, file: str) -> dict[tuple[str, str], str]:
    readings = {}
    for notebook, functions in tables.items():
        for function, section in dict(functions).items():
            if not isinstance(section, str):
                raise CatalogueError(f"{file}: [{READ}.{notebook}] holds no text")
            readings[notebook, function] = section
    return readings


def _with_reading(item: CatalogueEntry, reading: str) -> CatalogueEntry:
    if item.entry.accept or item.entry.read:
        return item
    return replace(item, entry=replace(item.entry, read=reading))


def _check_types(body: dict, where: str) -> None:
    """Name the first key of an entry, or of a change, that cannot have its value."""
    for key, value in body.items():
        if key in TEXTS and not isinstance(value, str):
            raise CatalogueError(f"{where}: {key} must be a text in quotes: {value!r}")
        if key in SWITCHES and not isinstance(value, bool):
            raise CatalogueError(
                f"{where}: {key} must be true or false, without quotes: {value!r}"
            )


def _entry(body: object, where: str) -> CatalogueEntry:
    if not isinstance(body, dict):
        raise CatalogueError(f"{where}: {body!r} is no entry")
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise CatalogueError(f"{where}: an entry has no name")
    where = f"{where}, {name!r}"
    unknown = set(body) - KEYS
    if unknown:
        raise CatalogueError(
            f"{where}: unknown key {sorted(unknown)[0]!r}; there are "
            f"{', '.join(sorted(KEYS))}"
        )
    _check_types(body, where)
    if ("changes" in body) == ("replace" in body):
        raise CatalogueError(f"{where}: give either replace and with, or changes")
    changes = body.get("changes", [body])
    for change in changes if isinstance(changes, list) else ():
        _check_types(change if isinstance(change, dict) else {}, where)
    try:
        pairs = tuple((change["replace"], change["with"]) for change in changes)
    except (KeyError, TypeError):
        raise CatalogueError(f"{where}: a change needs replace and with") from None
    entry = Entry(
        name=name,
        hint=" ".join(body.get("hint", "").split()),
        read=body.get("read", ""),
        accept=body.get("accept", False),
        hidden_only=body.get("hidden_only", ""),
        edge=body.get("edge", False),
        same_as=body.get("same_as", ""),
    )
    if not entry.accept and not entry.hint and not entry.same_as:
        raise CatalogueError(f"{where}: a misconception needs a hint")
    if entry.same_as and (entry.accept or entry.hint or entry.read):
        raise CatalogueError(
            f"{where}: same_as {entry.same_as!r} takes the hint of that entry and can "
            "have none of its own"
        )
    return CatalogueEntry(entry, pairs)


def patch(source: str, item: CatalogueEntry, where: str) -> str:
    """Return a solution cell with an entry's changes made in its regions.

    Errors name the function `where`.

    Raises
    ------
    CatalogueError
        If some text to replace does not occur exactly once in the regions.
    """
    lines = source.split("\n")
    for old, new in item.changes:
        spots = []
        for region in find_regions("\n".join(lines)):
            text = "\n".join(lines[region.start : region.end - 1])
            spots += [(region, text)] * text.count(old)
        if len(spots) != 1:
            raise CatalogueError(
                f"{where}, {item.entry.name!r}: {old!r} occurs {len(spots)} times in "
                "the solution region; it must match exactly once"
            )
        region, text = spots[0]
        lines[region.start : region.end - 1] = text.replace(old, new).split("\n")
    return "\n".join(lines)
