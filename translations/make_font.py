"""Make the fonts that editions ship: subsets of Noto Sans CJK, by fonttools.

    apt-get install fonts-noto-cjk
    python translations/make_font.py

A font has the characters of its edition's catalogues and, so that not every new
sentence needs a new font, the common characters of its language. The licence (SIL
Open Font License 1.1) lies beside the fonts.
"""

import sys
from pathlib import Path

import polib
from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
# By edition: the name of the face in the collection, and how its common
# characters are found.
FACES = {"zh_Hans": "Noto Sans CJK SC"}
NAMES = {"zh_Hans": "Noto Sans SC"}


def common() -> set[str]:
    """Return the characters of level 1 of GB 2312, and its signs."""
    rows = [*range(0xA1, 0xAA), *range(0xB0, 0xD8)]
    pairs = (bytes([row, cell]) for row in rows for cell in range(0xA1, 0xFF))
    return set("".join(pair.decode("gb2312", errors="ignore") for pair in pairs))


def used(edition: str) -> set[str]:
    """Return the characters of an edition's catalogues."""
    paths = sorted((ROOT / "translations" / edition).rglob("*.po"))
    return {c for path in paths for e in polib.pofile(str(path)) for c in e.msgstr}


def make(edition: str) -> Path:
    """Write the font of an edition into ``helpers/fonts``."""
    faces = TTCollection(str(SOURCE)).fonts
    font = next(f for f in faces if f["name"].getDebugName(1) == FACES[edition])
    options = subset.Options(
        layout_features=[], hinting=False, desubroutinize=False, name_IDs=[0, 1, 2, 13]
    )
    tool = subset.Subsetter(options)
    wanted = {c for c in used(edition) | common() if ord(c) > 0x7F}
    tool.populate(unicodes=[ord(c) for c in wanted])
    tool.subset(font)
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = NAMES[edition]
    # The same input gives the same bytes.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    path = ROOT / "helpers" / "fonts" / f"{edition}.otf"
    font.save(path)
    return path


if __name__ == "__main__":
    for name in sys.argv[1:] or FACES:
        written = make(name)
        print(f"{written.relative_to(ROOT)}: {written.stat().st_size:,} bytes")
