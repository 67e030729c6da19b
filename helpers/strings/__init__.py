"""The one place of every string that a learner reads.

The strings of ``helpers`` and ``autograder`` stand in ``en.toml`` beside this
module. A translation is another file of the same keys, chosen by the
environment variable ``COURSE_LANGUAGE`` (``zh`` for ``zh.toml``); what it lacks
is shown in English.
"""

import os
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["text"]


@cache
def _table(language: str) -> dict:
    path = Path(__file__).with_name(f"{language}.toml")
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}


def _look_up(table: dict, key: str) -> str | None:
    for part in key.split("."):
        if not isinstance(table, dict) or part not in table:
            return None
        table = table[part]
    return table if isinstance(table, str) else None


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
    language = os.environ.get("COURSE_LANGUAGE", "en")
    template = None
    if language.isalnum():
        template = _look_up(_table(language), key)
    if template is None:
        template = _look_up(_table("en"), key)
    if template is None:
        raise KeyError(f"no string {key!r} in helpers/strings/en.toml")
    return template.format(**values) if values else template
