"""The glossary: Chinese names, and terms that occur where it says."""

import re
from pathlib import Path

import nbformat
import polib
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
ROW = re.compile(
    r"^\| (?P<term>[^|]+) \| (?P<name>[^|]+) \| (?P<line>(?:[^|]|\\\|)+) "
    r"\| \[\d\d, .+\]\((?P<file>[^#]+)#(?P<section>[^)]+)\) \|$"
)


def terms():
    text = (FOLDER / "glossary.md").read_text(encoding="utf-8")
    table = text.partition("## Terms")[2].partition("## Notation")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [ROW.match(row) for row in rows], rows


def section_of(file, name):
    """Return the text under a heading of a lesson, up to the next heading."""
    lesson = nbformat.read(FOLDER / file, as_version=4)
    cells = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    parts = re.split(r"^(#+ .+)$", "\n\n".join(cells), flags=re.MULTILINE)
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        if heading.lstrip("# ").strip().replace(" ", "-") == name:
            return heading + body
    return ""


def test_every_row_is_whole():
    """Each term has a name, a line, and a section of a lesson."""
    found, rows = terms()

    assert len(found) > 90
    assert [row for match, row in zip(found, rows, strict=True) if not match] == []
    names = [match["term"].lower() for match in found]
    assert names == sorted(set(names))


def test_every_term_has_a_chinese_name():
    """The second column holds Chinese characters."""
    for match in terms()[0]:
        assert re.search(r"[\u4e00-\u9fff]", match["name"]), match["term"]


@pytest.mark.slow
def test_terms_occur_where_said():
    """The section that a term names has the term in it."""
    for match in terms()[0]:
        text = section_of(match["file"], match["section"])
        words = r"\s+".join(map(re.escape, match["term"].split()))
        pattern = rf"(?<![\w-]){words}(s|es)?(?!\w)"

        assert re.search(pattern, text, re.IGNORECASE), match["term"]


def test_notation_covers_what_is_confused():
    """One table holds L2 as loss and as penalty, and v, s, t and m."""
    text = (FOLDER / "glossary.md").read_text(encoding="utf-8")
    notation = text.partition("## Notation")[2]

    symbols = ("$v$", "$s$", "$t$", "$m$", r"$\mu$, $v$", r"$\gamma$, $\beta$")
    for symbol in symbols:
        assert f"| {symbol} |" in notation
    assert "As a *loss*" in notation
    assert "As a *penalty*" in notation


def test_chinese_names_are_those_of_the_chinese_edition():
    """Who reads either glossary meets the same name for a term."""
    path = FOLDER.parent / "translations/zh_Hans/notebooks/glossary.md.po"
    own = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    _, rows = terms()

    other = [row for row in rows if row.split(" | ")[1] != own[row].split(" | ")[1]]

    assert other == []
