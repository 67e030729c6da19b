"""What a submission shows is built anew from what a list allows."""

import base64
import io
import json
import re
import struct
import time
import tracemalloc
import zlib
from html import unescape
from xml.etree import ElementTree

import pytest
from nbformat import v4
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from autograder.formulas import mathml
from autograder.images import image_size, kept_attachments
from autograder.markup import clean_html, clean_markdown
from autograder.nbgrader.sanitizing import highlight_code, rebuilt
from autograder.outputs import SHOWN, TAKEN, Bounds, Gate, Recorder, notebook_text
from autograder.reports.similarity import alike_pairs
from helpers.strings import text


def image(kind: str = "PNG", size: tuple[int, int] = (3, 2)) -> str:
    """Return an image in Base64."""
    body = io.BytesIO()
    Image.new("RGB", size).save(body, kind)
    return base64.b64encode(body.getvalue()).decode()


PNG = image()


def passed(*outputs: object) -> list:
    """Return what the gate makes of the outputs of a cell."""
    return json.loads(json.dumps(Gate().outputs(list(outputs))))


def left_out(*reasons: str) -> dict:
    """Return the note that something is left out."""
    said = "; ".join(text(f"outputs.{reason}") for reason in reasons)
    return new_output(
        "display_data", data={"text/plain": text("outputs.left_out", reasons=said)}
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {"image/png": {"width": "1 onerror=alert(1)", "height": "2"}},
        {"image/png": {"width": 10**9, "height": -1}},
        {"image/png": {"width": True, "alt": "x", "unconfined": True}},
        {"image/png": "text"},
        {"filenames": {"image/png": "https://example.org/x.png"}},
        {"filenames": 5},
        {"image/png": [1]},
        [],
        None,
        float("nan"),
    ],
)
def test_no_metadata_of_an_output_survives(metadata):
    """Templates write it into pages as it is."""
    output = {
        "output_type": "display_data",
        "data": {"image/png": PNG},
        "metadata": metadata,
    }

    (kept,) = passed(output)

    assert kept == {**output, "metadata": {}}


def test_whole_numbers_within_an_image_are_its_size():
    """Figures for dense screens say half of what they have."""
    output = {
        "output_type": "display_data",
        "data": {"image/png": image(size=(200, 100))},
        "metadata": {"image/png": {"width": 100, "height": 50}},
    }

    assert passed(output)[0]["metadata"] == {"image/png": {"width": 100, "height": 50}}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"application/javascript": "x()"}, "kind"),
        ({"image/svg+xml": "<svg onload='x()'/>"}, "kind"),
        ({"text/vnd.mermaid": "x"}, "kind"),
        ({"application/json": {"a": 1}}, "kind"),
        ({"image/png": "AAAA"}, "image"),
        ({"image/png": image("JPEG")}, "image"),
        ({"image/png": PNG + "' onerror='x()"}, "image"),
        ({"image/png": image(size=(9000, 1))}, "image"),
        ({"image/jpeg": 5}, "image"),
        ({"text/html": "<div>" * 20_000}, "markup"),
        ({"text/html": "x" * 300_000}, "markup"),
        ({"text/html": ["a", 1]}, "markup"),
        ({str(i): "x" for i in range(30)}, "number"),
    ],
)
def test_what_no_page_shows_is_left_out_with_a_note(data, reason):
    """What stands beside it is kept, and the learner is told."""
    given = [
        {"output_type": "stream", "name": "stdout", "text": "before"},
        {"output_type": "display_data", "data": data, "metadata": {}},
    ]

    assert passed(*given) == [given[0], left_out(reason)]


@pytest.mark.parametrize(
    "form",
    [
        None,
        5,
        [],
        {},
        {"output_type": ["stream"]},
        {"output_type": "stream", "name": "stdin", "text": "x"},
        {"output_type": "stream", "name": "stdout", "text": 1},
        {"output_type": "display_data", "data": []},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": "t"},
        {"output_type": "update_display_data", "data": {"text/plain": "x"}},
    ],
)
def test_what_is_no_output_is_left_out(form):
    """Whatever a file holds in the place of one."""
    assert passed(form) == [left_out("kind")]


@pytest.mark.parametrize("forms", [None, 5, {"a": 1}, "text"])
def test_what_is_no_list_of_outputs_has_none(forms):
    """The page shows the cell without any."""
    assert Gate().outputs(forms) == []


def test_an_error_is_built_anew():
    """Bounded in all its parts; of escape sequences only colours are left."""
    (error, note) = passed(
        {
            "output_type": "error",
            "ename": "E" * 1_000,
            "evalue": "v\x1b]0;title\x07",
            "traceback": ["\x1b[31mred\x1b[0m\x1b[2J", 5] + ["line"] * 500,
            "more": "x",
        }
    )

    assert set(error) == {"output_type", "ename", "evalue", "traceback"}
    assert len(error["ename"]) == 200
    assert error["evalue"] == "v0;title"
    assert error["traceback"][:2] == ["\x1b[31mred\x1b[0m", "line"]
    assert len(error["traceback"]) < 101
    assert note == left_out("text")


def test_outputs_text_and_bytes_are_bounded_for_a_cell_and_a_notebook():
    """However they are spread."""
    bounds = Bounds(outputs=3, all_outputs=4, text=10, all_text=15)
    gate = Gate(bounds)
    line = {"output_type": "stream", "name": "stdout", "text": "12345678"}

    first, second = (gate.outputs([line] * 5) for _ in range(2))

    assert [o.get("text") for o in first[:-1]] == ["12345678", "12", ""]
    assert [o.get("text") for o in second[:-1]] == ["12345"]
    assert first[-1] == second[-1] == left_out("number", "text")


def test_what_has_passed_passes_as_it_is():
    """Pages are made from what was taken."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 300_000},
        {"output_type": "display_data", "data": {"text/html": "<b>a<p>b<a href=x>"}},
        {"output_type": "display_data", "data": {"image/png": PNG, "a/b": "x"}},
        {"output_type": "execute_result", "data": {"text/plain": "a\x1b[1mb"}},
    ] * 40
    taken = Gate(TAKEN).outputs(outputs)

    assert taken == Gate(SHOWN).outputs(taken)


def message(text_: str, **more: object) -> dict:
    """Return the content of a message that displays a text."""
    return {"data": {"text/plain": text_}, "metadata": {}, **more}


def recorded(*messages: tuple[str, dict]) -> list:
    """Return the outputs of a cell that sends these messages."""
    recorder = Recorder()
    recorder.begin(0)
    for kind, content in messages:
        recorder.show(kind, content)
    return recorder.outputs()[0]


def test_displays_are_updated_and_cleared():
    """As JupyterLab does while a cell runs."""
    named = {"transient": {"display_id": "h"}}
    shown = recorded(
        ("stream", {"name": "stdout", "text": "gone"}),
        ("clear_output", {"wait": True}),
        ("display_data", message("one", **named)),
        ("update_display_data", message("two", **named)),
        ("update_display_data", message("x", transient={"display_id": "unknown"})),
    )

    assert [o["data"] for o in shown] == [{"text/plain": "two"}]


def test_a_flood_of_messages_keeps_a_bounded_rest():
    """Displays, updates of displays past the limit, text: a short time, a few MB."""
    began = time.monotonic()
    recorder = Recorder()
    recorder.begin(0)
    for i in range(20_000):
        name = {"transient": {"display_id": f"h{i}"}}
        recorder.show("display_data", message("x" * 2_000, **name))
        recorder.show("update_display_data", message("y" * 2_000, **name))
        recorder.show("stream", {"name": "stdout", "text": "z" * 2_000})
    outputs = recorder.outputs()[0]

    assert time.monotonic() - began < 5
    assert len(outputs) == TAKEN.outputs + 1
    assert sum(len(json.dumps(output)) for output in outputs) < 500_000
    assert len(recorder._displays) <= TAKEN.outputs
    assert outputs[-1] == left_out("number", "text")


@pytest.mark.slow
def test_what_a_message_holds_beside_texts_is_not_kept():
    """A few bytes of JSON can be many values: of 18 MB nearly a GB was held."""
    many = json.dumps([{}] * 20_000)
    tracemalloc.start()
    try:
        recorder = Recorder()
        recorder.begin(0)
        for kind in ("error", "display_data", "execute_result") * 30:
            content = {"data": {"text/html": json.loads(many)}, "ename": "e"}
            content |= {key: json.loads(many) for key in ("metadata", "traceback", "x")}
            recorder.show(kind, content)
            del content
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert held < 4_000_000


def test_an_update_of_a_display_that_is_shown_often_costs_one():
    """All outputs of one name hold the same."""
    named = {"transient": {"display_id": "h"}}
    recorder = Recorder()
    for cell in range(10):
        recorder.begin(cell)
        for _ in range(100):
            recorder.show("display_data", message("one", **named))
    began = time.process_time()
    for i in range(10_000):
        recorder.show("update_display_data", message(f"{i}", **named))
    shown = recorder.outputs()

    assert time.process_time() - began < 3
    assert {o["data"]["text/plain"] for cell in shown.values() for o in cell} == {
        "9999"
    }


def test_images_of_many_pixels_are_few():
    """A browser needs four bytes for each, however few it was sent."""
    large = image(size=(6_000, 4_000))
    shown = passed(*[{"output_type": "display_data", "data": {"image/png": large}}] * 9)
    page = clean_markdown(f"![](data:image/png;base64,{large}) " * 9)

    assert len(shown) == 5
    assert shown[-1] == left_out("image")
    assert page.count("<img") == 4


@pytest.mark.parametrize(
    ("source", "images"),
    [
        ("![x]\n" * 300 + f"\n[x]: data:image/png;base64,{PNG}", {}),
        ("![](attachment:a)\n" * 190, {"attachment:a": f"data:image/png;base64,{PNG}"}),
    ],
)
def test_an_image_of_which_the_bytes_are_there_once_is_shown_a_few_times(
    source, images
):
    """A page of a submission of 4 MB had 1.6 GB."""
    assert clean_markdown(source, images).count(PNG) == 3


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (1, {}),
        ("stream", []),
        ("stream", {"name": ["stdout"], "text": "x"}),
        ("stream", {"name": "stdout", "text": None}),
        ("display_data", {"data": "x", "transient": 5}),
        ("update_display_data", {"transient": {"display_id": []}}),
        ("error", {"output_type": "stream", "name": "stdout", "text": "x"}),
        ("clear_output", {"wait": "yes"}),
        ("comm_open", {"data": {}}),
    ],
)
def test_what_is_no_message_does_no_harm(kind, content):
    """Of it nothing is shown, at most a note."""
    assert recorded((kind, content)) in ([], [left_out("kind")])


HOSTILE = [
    '<div style="position:fixed;top:0;left:0;width:100vw;height:100vh">x</div>',
    '<div class="modal-backdrop in">x</div><nav class="navbar-fixed-top">x</nav>',
    '<p style="margin:-900px;margin-top:-9px;z-index:9;transform:scale(9)">x</p>',
    '<p style="background:url(https://example.org/a)">x</p>',
    '<p style="color:expression(x());border:1px solid/**/red">x</p>',
    '<img src="https://example.org/a.png"><img src=x onerror=alert(1)>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=x></object>',
    "<svg><animate onbegin=alert(1)></svg><math href=javascript:alert(1)>x</math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<a href="javascript:alert(1)">x</a><a href="data:text/html,x">x</a>',
    '<a href="//example.org/x" target=_top ping="https://example.org">x</a>',
    '<base href="https://example.org/"><meta http-equiv=refresh content=0>',
    '<form action="https://example.org"><input autofocus onfocus=alert(1)></form>',
    "<style>*{display:none}</style><link rel=stylesheet href=//example.org/x>",
    '<video src="https://example.org/a" poster="x"></video><audio src=x autoplay>',
    '<div id="toc"><label for="submit">x</label></div>',
    "<p hidden contenteditable dir=rtl tabindex=1 accesskey=s>x</p>",
    "\ud800<b>\udfff</b>",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_html_neither_runs_nor_loads_nor_covers(source):
    """What remains has no attribute by which it could."""
    for page in (clean_html(source), clean_markdown(source)):
        assert page is not None
        for part in ("script", " on", "javascript:", "url(", "position", "-9"):
            assert part not in page
        for part in ("src=", "class=", "id=", "srcdoc", "<style", "<svg", "<form"):
            assert part not in page


def test_readable_html_stays_readable():
    """Tables with their borders, links, the images of our own helpers."""
    page = (
        '<table style="border-collapse:collapse"><thead><tr><th scope="col">a</th>'
        '</tr></thead><tbody><tr><td style="padding:3px 8px">1</td></tr></tbody>'
        '</table><p><a rel="noopener noreferrer" href="https://numpy.org">b</a>'
        f'<img alt="a curve" src="data:image/png;base64,{PNG}" width="3"></p>'
    )

    assert clean_html(page) == page


SLOW = ["<div>", "<span>", "<ul><li>", "<table><tr><td>", "</p>", "<a b c d ", "&"]
SLOW += ["[", "![", "](", "\\begin{a}", "\\begin{align}\n", "$", "$$", "`", "*a _b"]
SLOW += ["> ", "- ", "|a|b|\n|-|-|\n", "<!--", "[a]: b\n", "\x1b[1m", "{", "^", "'"]


@pytest.mark.parametrize("piece", SLOW)
@pytest.mark.parametrize("count", [20_000, 200_000])
def test_no_text_takes_long(piece, count):
    """Ten times as much never takes a hundred times as long."""
    source = piece * count
    began = time.process_time()
    clean_html(source)
    clean_markdown(source)
    mathml(source[:2_000])
    Gate().outputs([{"output_type": "stream", "name": "stdout", "text": source}])

    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("piece", ["a.", "1.", "a. ", "(", "a\n", "%", "*."])
def test_no_code_takes_long(piece):
    """On a page, and where the work of a class is compared."""
    source = (piece * 250_000)[:500_000]
    began = time.process_time()
    highlight_code(source)
    highlight_code(source[:20_000])
    alike_pairs({"ada": {"f": source}}, {})

    assert time.process_time() - began < 6


def test_images_in_a_text_are_few():
    """Each of them is read, however little it costs to write."""
    source = "data:image/png;base64,AAAA " * 400_000
    began = time.process_time()
    Gate().outputs([{"output_type": "display_data", "data": {"text/html": source}}])

    assert time.process_time() - began < 4


@pytest.mark.parametrize("columns, rows", [(1_000, 5_000), (480, 500), (60, 80)])
def test_a_table_has_no_more_cells_than_its_text_is_long(columns, rows):
    """Markdown gives each row the cells that it lacks."""
    head = "|a" * columns + "\n" + "|-" * columns + "\n"
    page = clean_markdown(head + "a\n" * rows)
    whole = clean_markdown("Some words\n\n|a|b|\n|-|-|\n" + "|1|2|\n" * min(rows, 500))

    assert "<td>" not in page
    assert whole.count("<td>") == 2 * min(rows, 500)


def test_a_page_in_a_page_adds_no_attributes():
    """Parsers give the first such tag the attributes of all others, which they sort."""
    names = iter(map(chr, range(0x20000, 0x2A000)))
    tags = ["<html " + " ".join(next(names) for _ in range(8)) for _ in range(5_000)]
    began = time.process_time()

    assert clean_html(">".join(tags) + "><b>x</b>") == "<b>x</b>"
    assert clean_html("<body><b>x</b></body>") == "<b>x</b>"
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "piece",
    ["\u0301", "&#x301;", "\u20dd", "\u0e33", "\u17c1", "\U0001f3fb", "\ufe0f\u0f72"],
)
def test_no_character_carries_marks_without_an_end(piece):
    """They cover what stands above, and a browser hangs over some thousands."""
    source = "x" + piece * 9_000
    said = {"output_type": "stream", "name": "stdout", "text": source}
    error = {"output_type": "error", "ename": source, "evalue": source}
    shown = str(passed(said, {**error, "traceback": [source]}))

    for page in (clean_html(source), clean_markdown(source), shown):
        assert page is not None
        runs = re.findall(rf"[{unescape(piece)}]+", page) if "#" not in page else []
        assert max(map(len, runs), default=0) <= 6


def test_the_direction_of_a_text_is_not_turned():
    """Code is read in the order in which it runs; Arabic and Hebrew are kept."""
    source = "if x: \u202e\u2066return\u2069 # \u05e9\u05dc\u05d5\u05dd"
    (shown,) = passed({"output_type": "stream", "name": "stdout", "text": source})
    cell = {"cell_type": "code", "source": source}

    for page in (shown["text"], rebuilt({"cells": [cell]}).cells[0].source):
        assert page == "if x: \\u202e\\u2066return\\u2069 # \u05e9\u05dc\u05d5\u05dd"
    assert clean_html("a\u05d0" * 30_000).count("\u05d0") == 1_000


def test_a_cell_of_a_table_spans_few():
    """Browsers lay out each place that it covers."""
    page = clean_html(
        "<table><tr><td colspan=999 rowspan=999>a<td colspan=12>b</table>"
    )

    assert page is not None
    assert "999" not in page and 'colspan="12"' in page


@pytest.mark.parametrize("size", [1_000, 4_000])
def test_open_formatting_makes_no_long_page(size):
    """Parsers open it again in every paragraph: a page of 120 MB of one of 40 kB."""
    opened = "".join(f"<b title={i}>" for i in range(size // 2))
    source = f"<p>{opened}{'<p>x' * (size // 2)}"
    began = time.process_time()
    page = clean_html(source)

    assert time.process_time() - began < 1
    assert page is not None and len(page) < 10 * len(source)


def test_a_text_may_begin_with_a_formula_and_end_with_a_number():
    """No digit at another end of a text keeps a formula from being one."""
    page = clean_markdown("$z > 0$ gives 1\n\n| $a$ is 2 |\n|---|\n| $b$ is 3 |\n")

    assert page.count("<math") == 3
    assert "$" not in page


def test_formulas_are_readable_without_a_network():
    """As MathML; what cannot be read is shown as it was written."""
    page = clean_markdown("a $x_1$\n\n$$\\frac{1}{m}$$\n\n`$no$` \\$5 $\\frac$")

    assert page.count("<math") == 2
    assert "<code>\\frac</code>" in page
    assert "<mfrac>" in page
    assert "<code>$no$</code>" in page


@pytest.mark.parametrize(
    "latex",
    [
        "\\href{javascript:alert(1)}{x}",
        "\\style{position:fixed}{x}",
        "\\class{modal-backdrop}{x}",
        "\\text{<img src=x onerror=alert(1)>}",
        "\\text{&lt;script&gt;}",
        "x\\hspace{-9999px}y",
        "\\color{red;position:fixed}x",
    ],
)
def test_formulas_neither_link_nor_cover_nor_run(latex):
    """The library's attributes are not taken over."""
    page = mathml(latex)

    for part in ("href", "style=", "class=", "<img", "<script", "-9", 'color="'):
        assert part not in page


@pytest.mark.parametrize(
    "latex, part",
    [
        ("\\tanh z", '<mi>tanh</mi><mspace width="0.167em"></mspace><mi>z</mi>'),
        ("\\log(z)", '<mi>log</mi><mo stretchy="false">('),
        ("a\\log b", '<mi>a</mi><mspace width="0.167em"></mspace><mi>log</mi>'),
        ("\\max(0, z)", "<mi>max</mi>"),
        ("z = -3", '<mo form="prefix">−</mo><mn>3</mn>'),
        ("f(x) - 1", "<mo>−</mo><mn>1</mn>"),
        ("\\Bigl[x\\Bigr]", 'minsize="1.623em" maxsize="1.623em">[</mo>'),
        ("g'", '<mi>g</mi><mo form="postfix" lspace="0" rspace="0">′</mo>'),
    ],
)
def test_formulas_are_spaced_as_in_print(latex, part):
    """Names stand apart, signs stand at their number, brackets have their size."""
    assert part in mathml(latex)


@pytest.mark.parametrize("script", ["^T", "_1", "_1^T"])
def test_a_script_at_a_matrix_stands_at_the_whole_matrix(script):
    """The library leaves its parts apart, which a browser draws as a mistake."""
    page = mathml("\\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}" + script)
    element = ElementTree.fromstring(page)[0][0]
    scripts = len(script) // 2

    assert len(element) == 1 + scripts
    assert [part.tag for part in element[0]] == ["mo", "mtable", "mo"]


def test_attached_images_are_shown_and_others_only_described():
    """In Markdown: attached or within the text, never from elsewhere."""
    here = f"data:image/png;base64,{PNG}"
    page = clean_markdown(
        f"![one](attachment:a.png) ![two]({here}) ![three](https://example.org/a)",
        {"attachment:a.png": here},
    )

    assert page.count(f'src="{here}"') == 2
    assert "three" in page and "example.org" not in page


@pytest.mark.parametrize(
    ("form", "names", "more"),
    [
        (None, [], False),
        ({}, [], False),
        ({"a.png": {"image/png": PNG}}, ["a.png"], False),
        ({"a.jpg": {"image/jpeg": image("JPEG")}}, ["a.jpg"], False),
        ({f"{i}.png": {"image/png": PNG} for i in range(9)}, list("01234"), True),
        ({"a.svg": {"image/svg+xml": "<svg/>"}}, [], True),
        ({"a.png": {"image/png": "AAAA"}, "b": {"image/png": PNG}}, ["b"], True),
        ({"a.png": 5}, [], True),
        ([1], [], True),
        ("text", [], True),
    ],
)
def test_a_few_images_may_be_attached(form, names, more):
    """PNG and JPEG within bounds; whether there was more is told."""
    kept, left = kept_attachments(form)

    assert [name.removesuffix(".png") for name in kept] == [
        name.removesuffix(".png") for name in names
    ]
    assert left is more


@pytest.mark.parametrize(
    "value", [None, "", "AAAA", "é", PNG[:20], PNG + "!", image("GIF"), "A" * 5_000_000]
)
def test_what_is_no_image_has_no_size(value):
    """Nothing about it raises."""
    assert image_size("image/png", value) is None


def test_a_notebook_of_such_outputs_is_valid():
    """nbformat agrees with what the gate builds."""
    from nbformat import validate

    cell = new_code_cell("x")
    cell.outputs = Gate().outputs(
        [{"output_type": "execute_result", "data": {"text/plain": "1"}}]
        + [{"output_type": "stream", "name": "stderr", "text": ["a", "b"]}] * 3
    )

    validate(new_notebook(cells=[cell]))


def test_one_wide_character_does_not_make_all_images_four_times_as_large():
    """A large notebook is written in ASCII, and read as it was; others as they are."""
    image = new_output("display_data", data={"image/png": "a" * 5_000_000})
    cells = [new_markdown_cell("\U0001f600"), new_code_cell("x", outputs=[image])]
    large, small = new_notebook(cells=cells), new_notebook(cells=cells[:1])

    assert notebook_text(large).isascii()
    assert v4.reads(notebook_text(large)) == large
    assert "\U0001f600" in notebook_text(small)


def test_a_notebook_is_written_as_nbformat_writes_it():
    """Cells are written one by one, and those that were met before are kept."""
    image = new_output("display_data", data={"image/png": "a" * 50_000})
    shown = new_output("stream", name="stdout", text="one\ntwo \u4e00\n")
    cells = [
        new_markdown_cell('# Head\n\n "cells": []', metadata={"trusted": True}),
        new_code_cell("x\ny", outputs=[shown, image]),
        new_code_cell(""),
    ]
    for notebook in (
        new_notebook(),
        new_notebook(cells=cells, metadata={"cells": [], "course": {"cells": [1]}}),
        new_notebook(cells=cells[1:]),
    ):
        assert notebook_text(notebook) == v4.writes(notebook) + "\n"
    assert cells[0].metadata.trusted


def part(kind: bytes, body: bytes) -> bytes:
    """Return a part of a PNG image."""
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def test_what_stands_before_an_image_takes_no_time():
    """Profiles of colours, packed a thousand times: a library unpacks each."""
    profile = part(b"iCCP", b"a\0\0" + zlib.compress(bytes(1_000_000)))
    body = base64.b64decode(PNG)
    full = body[:33] + profile * (2_900_000 // len(profile)) + body[33:]
    jpeg = base64.b64decode(image("JPEG"))
    long = jpeg[:2] + b"\xff\xe1\0\x08Exif\0\0" * 200 + jpeg[2:]
    longer = jpeg[:2] + b"\xff\xe1\0\x02" * 700_000 + jpeg[2:]
    began = time.process_time()
    sizes = [
        image_size(kind, base64.b64encode(one).decode())
        for kind, one in (
            ("image/png", full),
            ("image/jpeg", long),
            ("image/jpeg", longer),
            ("image/png", jpeg),
            ("image/jpeg", body),
            ("image/png", body[:20] + bytes(4) + body[24:]),
        )
    ]

    assert sizes == [(3, 2), (3, 2), None, None, None, None]
    assert time.process_time() - began < 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("more", [{}, {"progressive": True, "exif": b"Exif\0\0II*\0"}])
def test_sizes_are_those_of_the_library(kind, more):
    """With and without what else an image may hold."""
    for mode in ("RGB", "L"):
        body = io.BytesIO()
        Image.new(mode, (300, 17)).save(body, kind, **more)
        written = base64.b64encode(body.getvalue()).decode()

        assert image_size(f"image/{kind.lower()}", written) == (300, 17)
