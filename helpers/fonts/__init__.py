"""Fonts for editions in scripts that matplotlib's own font lacks.

A file beside this module is called after the language that needs it; its licence
lies beside it. `make_font.py` in the folder ``translations`` makes them.
"""

from functools import cache
from pathlib import Path
from typing import Any

from helpers.strings import language

FOLDER = Path(__file__).parent
USUAL = "DejaVu Sans"


def font_style() -> dict[str, Any]:
    """Return settings of matplotlib by which figures show the edition's script.

    Empty where the usual font has all that the language needs. The other font has one
    weight: titles take it too, so that they are not half bold.
    """
    family = _family(language())
    if not family:
        return {}
    return {
        "font.family": [USUAL, family],
        "axes.titleweight": "normal",
        "figure.titleweight": "normal",
    }


def use_font() -> None:
    """Let figures of pyplot show the edition's script from now on.

    The learner's own figures and what is added to a figure later are among them, so
    the settings stay.
    """
    style = font_style()
    if style:
        import matplotlib

        settings: Any = matplotlib.rcParams
        settings.update(style)


@cache
def _family(name: str) -> str:
    path = FOLDER / f"{name}.otf"
    if not path.is_file():
        return ""
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(str(path))
    return FontProperties(fname=str(path)).get_name()
