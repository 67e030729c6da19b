"""Parts of the website: anchors, terms, formulas, links, frames, pages."""

import base64
import dataclasses
import gettext
import io
import json
import re
from pathlib import Path

import furo
import nbformat
import pytest
import sphinx
from fontTools.ttLib import TTFont
from PIL import Image

from autograder.errors import CourseError
from autograder.formulas import mathml
from helpers.plots.sliders import explore
from website.__main__ import _missing
from website.anchors import section_ids
from website.editions import make_english
from website.execution import executed
from website.font import write_chinese
from website.interface import write_interface
from website.links import broken_links
from website.pages import Page, _captions, _link_elsewhere, _outputs
from website.policy import with_policy
from website.search import Words
from website.terms import term_id, terms_of

ROOT = Path(__file__).parents[2]
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
ENGLISH = make_english(ROOT)
WORDS = ENGLISH.words["notebook"]
TEXTS = [
    *ROOT.glob("notebooks/*.ipynb"),
    *ROOT.glob("notebooks/*.md"),
    *ROOT.glob("release/*/*.ipynb"),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_formula_of_the_course_can_be_written_as_mathml(path):
    """No formula falls back to its LaTeX."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    else:
        texts = [path.read_text(encoding="utf-8")]
    for text in texts:
        text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
        for block in re.findall(r"\$\$(.+?)\$\$", text, re.S):
            assert mathml(block.strip(), True).startswith("<math"), block
        for formula in re.findall(
            r"(?<!\\)\$([^$\n]+?)\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S)
        ):
            assert mathml(formula).startswith("<math"), formula


def test_a_term_is_known_by_its_row():
    """The glossary's first table gives the terms; the second, notation, none."""
    terms = terms_of((ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8"))
    known = {term.term: term for term in terms}

    assert known["learning rate"].names == ("learning rate",)
    assert "term" not in known
    assert "W" not in known
    assert len({term_id(term) for term in known}) == len(terms)


def test_a_term_has_all_its_chinese_names():
    """Names stand in one cell, apart by commas or in parentheses."""
    glossary = (
        "# 术语表\n\n## 术语\n\n| 英文 | 中文 | 含义 | 课 |\n|---|---|---|---|\n"
        "| logistic regression | 逻辑回归（logistic 回归，对数几率回归） | 一 | 01 |\n"
        "| Adam | Adam（自适应矩估计） | 动量 | 05 |\n\n## 记号\n\n| W | 权重 | x |\n"
    )

    assert [(term.term, term.names) for term in terms_of(glossary, True)] == [
        ("logistic regression", ("逻辑回归", "logistic 回归", "对数几率回归")),
        ("Adam", ("自适应矩估计",)),
    ]


def test_chinese_words_are_indexed_without_a_dictionary():
    """Each word of two characters is there; Latin words are whole."""
    found = Words({}).split("梯度下降 with W_1：学习率α")

    assert {"梯度", "下降", "学习", "率", "with", "W_1"} <= set(found)
    assert "率α" not in found


def test_what_the_theme_says_is_translated(tmp_path):
    """Templates and scripts of an edition find its words by the English ones."""
    words = {key: f"«{said}»" for key, said in ENGLISH.words["theme"].items()}
    edition = dataclasses.replace(
        ENGLISH, locale="qps", words=ENGLISH.words | {"theme": words}
    )

    place = write_interface(edition, tmp_path) / "qps" / "LC_MESSAGES"

    with (place / "sphinx.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Next") == "«Next»"
    assert json.dumps("«Searching»") in (place / "sphinx.js").read_text("utf-8")


def test_the_theme_says_what_we_have_words_for():
    """Words that the theme has changed would stay English in other editions."""
    places = [Path(furo.__file__).parent / "theme", Path(sphinx.__file__).parent]
    said = "".join(
        path.read_text(encoding="utf-8")
        for place in places
        for pattern in ("*.html", "*.js", "writers/html5.py")
        for path in place.rglob(pattern)
    )

    assert [w for w in ENGLISH.words["theme"].values() if w not in said] == []


def test_a_link_to_a_file_that_is_no_page_becomes_its_name(tmp_path):
    """Links to code say where it is; links to pages and hosts stay."""
    page = tmp_path / "page.md"
    text = "[a](page.md#x) [b](tool.py) [c](https://example.org) ![d](tool.py)"

    told = _link_elsewhere(text, tmp_path, tmp_path, {page})

    assert told == (
        "[a](page.md#x) b (`tool.py`) [c](https://example.org) ![d](tool.py)"
    )


def test_a_section_is_named_once_on_a_page():
    """Headings with the same words, and without Latin letters, get ids of their own."""
    texts = ["# Data\n\n```\n# no heading\n```", "## Data\n\n## 数据\n\n### `f(x)`"]

    assert section_ids(texts) == ["data", "data-1", "section", "f-x"]


def test_a_page_may_run_its_own_scripts_alone():
    """The digest is that of the script, as browsers compute it."""
    page = with_policy('<head><meta charset="utf-8"></head><script>alert(1)</script>')

    assert page.startswith('<head><meta charset="utf-8"><meta http-equiv="Content-')
    assert (
        "script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
        in page
    )
    with pytest.raises(ValueError, match="character set"):
        with_policy("<html></html>")


@pytest.mark.parametrize(
    ("base", "start"), [("/", "/"), ("/course/", "/course/"), ("a/b", "/a/b/")]
)
def test_the_page_for_what_is_missing_leads_to_the_site(base, start):
    """Its links do not depend on the depth at which a host shows it."""
    assert f'href="{start}en/index.html"' in _missing([ENGLISH], base)


def test_links_that_lead_nowhere_are_found(tmp_path):
    """A missing page, a missing section, a foreign script, an image without words."""
    (tmp_path / "a.html").write_text(
        '<a href="b.html">x</a><a href="c.html">x</a><a href="b.html#no">x</a>'
        '<a href="b.html#yes">x</a><script src="https://example.org/x.js"></script>'
        '<img src="b.html" alt="">',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<p id="yes">', encoding="utf-8")

    assert broken_links(tmp_path) == [
        "a.html: image b.html has no words",
        "a.html: c.html leads nowhere",
        "a.html: b.html#no has no such section",
        "a.html: https://example.org/x.js is loaded from elsewhere",
    ]


@pytest.mark.slow
def test_frames_begin_where_the_slider_stands(tmp_path):
    """One of the frames has the value with which the figure begins in a notebook."""
    box = explore(
        lambda axes, rate, k: axes.plot([rate, k]),
        rate=(0.0, 1.0, 0.37, 0.01),
        k=(1, 9, 2),
    )

    told = json.loads(box.save_frames(tmp_path, {2: 4}))

    assert [slider["values"][slider["start"]] for slider in told] == [0.37, 2]
    assert len(list(tmp_path.glob("*.png"))) == 16
    with Image.open(tmp_path / "0-0.png") as image:
        assert image.width > 300


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def test_outputs_are_rebuilt_for_a_page(tmp_path):
    """Images are files with words; warnings, widgets and checks are left out."""
    new = nbformat.v4
    nb = notebook(
        new.new_markdown_cell("## A curve\n\n**Figure.** The *cost* over $t$."),
        new.new_code_cell(
            "plot()",
            outputs=[
                new.new_output("display_data", {"image/png": PIXEL}),
                new.new_output("stream", name="stderr", text="a warning"),
                new.new_output(
                    "display_data",
                    {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "x"},
                ),
            ],
        ),
        new.new_code_cell(
            "check(mean)", outputs=[new.new_output("stream", text="not begun")]
        ),
    )
    page = Page("tiny", nb, tmp_path / "images", tmp_path / "kept", WORDS)

    _outputs(page, tmp_path)

    (output,) = nb.cells[1].outputs
    assert 'alt="The cost over t."' in output.data["text/html"]
    assert (tmp_path / "images" / "tiny" / "figure-1.webp").is_file()
    assert nb.cells[2].outputs == []


def test_a_caption_belongs_to_its_section():
    """A figure without a caption is named by its section, not by an older caption."""
    new = nbformat.v4
    first, second = new.new_code_cell("a"), new.new_code_cell("b")
    told = _captions(
        [
            new.new_markdown_cell("## One\n\n**Figure.** A parabola."),
            first,
            new.new_markdown_cell("## Two"),
            second,
        ],
        WORDS,
    )

    assert told[first.id] == "A parabola."
    assert told[second.id] == "Figure of the section: Two"


@pytest.mark.slow
def test_a_lesson_is_run_once_until_it_changes(tmp_path):
    """The second time its outputs come from what was kept."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    (root / "helpers").mkdir()
    path = root / "notebooks" / "00_tiny.ipynb"
    cell = nbformat.v4.new_code_cell("import time\nprint(time.time_ns())", id="clock")
    nbformat.write(notebook(cell), path)

    first = executed(root, path, tmp_path / "cache").cells[0].outputs[0].text
    second = executed(root, path, tmp_path / "cache").cells[0].outputs[0].text
    cell.source += "\n"
    nbformat.write(notebook(cell), path)
    third = executed(root, path, tmp_path / "cache").cells[0].outputs[0].text

    assert first == second != third


@pytest.mark.slow
def test_a_figure_with_empty_boxes_is_refused(tmp_path):
    """What a figure's font lacks ends the build, with lesson and cell."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    path = root / "notebooks" / "00_tiny.ipynb"
    warning = "import warnings\nwarnings.warn('Glyph 36845 (X) missing from font(s) Y')"
    cell = nbformat.v4.new_code_cell(warning, id="figure")
    nbformat.write(notebook(cell), path)

    with pytest.raises(CourseError, match=r"00_tiny\.ipynb, cell figure: .*36845"):
        executed(root, path, tmp_path / "cache")


def test_the_font_of_a_page_has_its_characters_alone(tmp_path):
    """Pages load the glyphs that they show, not a whole font."""
    target = tmp_path / "font.woff2"

    write_chinese(ROOT / "helpers" / "fonts" / "zh_Hans.otf", "the 梯度 ok", target)

    assert set("梯度") <= {chr(c) for c in TTFont(target).getBestCmap()}
    assert target.stat().st_size < 20_000


def test_panels_side_by_side_may_scroll_on_a_phone(tmp_path):
    """An image of more than twice its height is marked as wide; others are not."""
    page = Page("tiny", notebook(), tmp_path / "images", tmp_path / "kept", WORDS)
    said = []
    for size in ((500, 200), (300, 200)):
        file = io.BytesIO()
        Image.new("RGB", size).save(file, "PNG")
        said.append(page.element(file.getvalue(), "words"))

    assert ['class="wide"' in element for element in said] == [True, False]


def test_an_image_is_made_once(tmp_path):
    """The same data give the same file without work."""
    page = Page("tiny", notebook(), tmp_path / "images", tmp_path / "kept", WORDS)

    page.save_image(base64.b64decode(PIXEL), "a")
    (kept,) = (tmp_path / "kept").iterdir()
    before = kept.stat().st_mtime_ns
    page.save_image(base64.b64decode(PIXEL), "b")

    assert [path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()] == [
        before
    ]
