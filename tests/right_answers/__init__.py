"""Right answers that are written otherwise than the solutions, as data."""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent

__all__ = ["FOLDER", "answers_of", "files"]


def files() -> list[Path]:
    """Return the files of answers, one a notebook."""
    return sorted(FOLDER.glob("*/*.toml"))


def answers_of(path: Path) -> list[tuple[str, str, str]]:
    """Return function, name and text of each answer of a notebook."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        (function, entry["name"], entry["code"])
        for function, entries in tables.items()
        for entry in entries
    ]
