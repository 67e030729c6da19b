"""Fonts of the site: of formulas, made once, and of Chinese, made with each build.

``python -m website.font STIXMath-Regular.otf`` makes the font of formulas: of
Debian's package ``fonts-stix`` (SIL Open Font License 1.1), only the glyphs that
formulas of a course need, under a name of its own, as the licence asks of a
changed font.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

__all__ = ["is_chinese", "write_chinese"]

TARGET = Path(__file__).parent / "static" / "course-math.woff2"
# ASCII, Latin 1, Greek, punctuation, accents, arrows, operators, brackets of all
# sizes, double-struck, script and italic letters.
RANGES = (
    (0x20, 0x17F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x2010, 0x205F), (0x2070, 0x209F),
    (0x20D0, 0x20F0), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x2308, 0x230B), (0x239B, 0x23B7), (0x23DC, 0x23E1), (0x25A0, 0x25FF),
    (0x27C2, 0x27EF), (0x1D400, 0x1D467), (0x1D49C, 0x1D4CF), (0x1D538, 0x1D56B),
    (0x1D6A4, 0x1D71B),
)  # fmt: skip


def is_chinese(character: str) -> bool:
    """Whether a character is of Chinese writing, or its punctuation.

    Parameters
    ----------
    character : str
        One character.

    Returns
    -------
    bool
        True for ideographs, full-width forms and CJK punctuation.
    """
    return any(
        low <= ord(character) <= high
        for low, high in ((0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF))
    )


def write_chinese(source: Path, characters: Iterable[str], target: Path) -> None:
    """Write the glyphs of some characters of a font as a font for browsers.

    Parameters
    ----------
    source : Path
        The font that the edition ships.
    characters : iterable of str
        What the pages say.
    target : Path
        A file ``*.woff2``.
    """
    font = TTFont(source)
    subsetter = Subsetter(Options())
    subsetter.populate(unicodes=sorted({ord(c) for c in characters if is_chinese(c)}))
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def main(source: str) -> None:
    """Write the subset.

    Parameters
    ----------
    source : str
        The font of the package.
    """
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    font = TTFont(source)
    subsetter = Subsetter(options)
    subsetter.populate(
        unicodes=[c for low, high in RANGES for c in range(low, high + 1)]
    )
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = "Course Math"
        elif record.nameID == 6:
            record.string = "CourseMath"
    font.flavor = "woff2"
    font.save(TARGET)


if __name__ == "__main__":
    main(*sys.argv[1:])
