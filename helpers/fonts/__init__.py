"""Fonts for editions in scripts that matplotlib's own font lacks.

A file beside this module is called after the language that needs it; its licence
lies beside it. `make_fonts.py` in the folder ``data`` makes them.
"""

from functools import cache
from pathlib import Path

from helpers.strings import language

__all__ = ["font_style"]

FOLDER = Path(__file__).parent
USUAL = "DejaVu Sans"


def font_style() -> dict[str, list[str]]:
    """Return settings of matplotlib by which figures show the edition's script.

    Returns
    -------
    dict of str to list of str
        Empty where the usual font has all that the language needs.
    """
    family = _family(language())
    return {"font.family": [USUAL, family]} if family else {}


@cache
def _family(name: str) -> str:
    path = FOLDER / f"{name}.otf"
    if not path.is_file():
        return ""
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(str(path))
    return FontProperties(fname=str(path)).get_name()
