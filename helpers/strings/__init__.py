"""The one place of every string that a learner reads.

The strings of ``helpers`` and ``autograder`` stand in ``en.toml`` beside this
module. A translation is another file of the same keys. Which one is read is said,
the first that says so, by `speaking`, by `speak` (a notebook's cases name their
edition) or by the environment variable ``COURSE_LANGUAGE``; what a translation
lacks is shown in English.
"""

import contextlib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width

ENGLISH = "en"
FOLDER = Path(__file__).parent
_here: ContextVar[str] = ContextVar("language", default="")
_process = ""


def _usable(name: str) -> str:
    """Return a language's name where it is one and has a file, else nothing."""
    return name if name.isidentifier() and _path(name).is_file() else ""


def _path(name: str) -> Path:
    return FOLDER / f"{name}.toml"


def language() -> str:
    """Return the name of the language that is spoken now.

    Such as ``"en"``.
    """
    asked = os.environ.get("COURSE_LANGUAGE", "")
    return _here.get() or _process or _usable(asked) or ENGLISH


def speak(name: str) -> None:
    """Choose the language of this process.

    One without a file of strings is not spoken.
    """
    global _process
    _process = _usable(name)


@contextlib.contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language within a block, in this thread alone.

    One without a file of strings changes nothing.
    """
    token = _here.set(_usable(name) or language())
    try:
        yield
    finally:
        _here.reset(token)


@cache
def _table(name: str) -> dict:
    with _path(name).open("rb") as file:
        return tomllib.load(file)


def _look_up(table: dict, key: str) -> str | None:
    found: object = table
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found if isinstance(found, str) else None


def text(key: str, /, **values: object) -> str:
    """Return the string of a key in the learner's language.

    Parameters
    ----------
    key : str
        Table and name joined by dots, as in ``"plots.curves.cost"``.
    **values : object
        What the placeholders of the string stand for.

    Returns
    -------
    str
        The string with its placeholders filled by ``str.format``.

    Raises
    ------
    KeyError
        If no such string exists in ``en.toml``.

    Examples
    --------
    >>> text("language.name")
    'English'
    """
    template = _look_up(_table(language()), key)
    if template is None:
        template = _look_up(_table(ENGLISH), key)
    if template is None:
        raise KeyError(f"no string {key!r} in helpers/strings/en.toml")
    if not values:
        return template
    # Where signs follow each other without spaces, words that are put in do too.
    joined = _look_up(_table(language()), "language.joined")
    made = template.format(**values)
    return re.sub(rf"(?<={joined}) (?={joined})", "", made) if joined else made


def listed(items: Iterable[object]) -> str:
    """Return items of a list, as in ``"1, 2"``."""
    return text("marks.list").join(map(str, items))


def clauses(items: Iterable[str]) -> str:
    """Return parts of a sentence that have commas themselves, as one."""
    return text("marks.clause").join(items)


def labelled(label: object, words: object) -> str:
    """Return words behind what they are about, as in ``"case 1: right"``."""
    return f"{label}{text('marks.colon')}{words}"


def screen_width(words: str) -> int:
    """Return how many letters wide words are: a Chinese sign is two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)
