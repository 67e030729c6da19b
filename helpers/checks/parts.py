"""Names of the elements of tuples: ``A2 in cache`` instead of ``cache[6]``.

What the solution calls them is recorded with its cases; the docstring of a function
uses the same names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from helpers.checks.comparison import Result
from helpers.strings import text

Parts = Mapping[str, tuple[str, ...]]


def part_name(parts: Parts, path: str) -> str:
    """Return the name of a leaf by its path, such as ``cache[6]``.

    `parts` says what the elements of a tuple are called, by the name of the tuple. The
    path itself where no name is known.

    Examples
    --------
    >>> part_name({"cache": ("A", "W")}, "cache[1]")
    'W in cache'
    >>> part_name({"cache": ("linear", "Z")}, "cache[0][2]")
    'linear[2] in cache'
    """
    match = re.fullmatch(r"(\w+)\[(\d+)\](.*)", path)
    names = parts.get(match[1], ()) if match else ()
    if match is None or int(match[2]) >= len(names):
        return path
    return _part_of(names[int(match[2])] + match[3], match[1])


def named_parts(parts: Parts, values: Mapping[str, object]) -> dict[str, object]:
    """Put the elements of tuples under their names in the place of the tuples."""
    found: dict[str, object] = {}
    for name, value in values.items():
        names = parts.get(name, ())
        if isinstance(value, tuple) and len(value) == len(names) > 0:
            pairs = zip(names, value, strict=True)
            found |= {_part_of(part, name): item for part, item in pairs}
        else:
            found[name] = value
    return found


def named_results(parts: Parts, results: Sequence[Result]) -> list[Result]:
    """Return a comparison whose differences name the elements of tuples."""
    return [
        replace(
            result,
            differences=[
                replace(item, path=part_name(parts, item.path))
                for item in result.differences
            ],
        )
        for result in results
    ]


def place_of(path: str, index: Sequence[int]) -> str:
    """Return the name of an entry.

    Examples
    --------
    >>> place_of("A2 in cache", (0, 1))
    'A2[0, 1] in cache'
    """
    if not index:
        return path
    form = re.escape(_part_of("\0", "\1"))
    form = form.replace("\0", r"(?P<part>\S+)").replace("\1", r"(?P<whole>\S+)")
    found = re.fullmatch(form, path)
    if found is None:
        return f"{path}{list(index)}"
    return _part_of(f"{found['part']}{list(index)}", found["whole"])


def _part_of(part: str, whole: str) -> str:
    return text("checks.part_of", part=part, whole=whole)
