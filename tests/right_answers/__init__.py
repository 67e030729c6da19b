"""Right answers that are written otherwise than the solutions, as data."""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent

__all__ = ["FOLDER", "answers_of", "files", "right_answers_of"]


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


def right_answers_of(points: float) -> int:
    """Return how many right answers a function needs, by its size in points."""
    if points >= 6:  # Core
        return 8
    return 5 if points >= 3 else 3  # Exercise, or Step
