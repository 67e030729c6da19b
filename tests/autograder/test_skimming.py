"""What is read of a submitted notebook, whatever its size."""

import io
import json
import random
import time
import tracemalloc

import pytest

from autograder import skimming
from autograder.skimming import skimmed
from autograder.submissions import MAX_BYTES, parse_submission, read_submission

SMILE = "\U0001f600"
MOST = 300_000_000  # bytes in memory, for any file


def kept(raw):
    """Return the form of what is kept of some bytes."""
    return json.loads(skimmed(io.BytesIO(raw), MAX_BYTES))


def notebook(*cells, **metadata):
    """Return a notebook's form."""
    return {"cells": list(cells), "metadata": metadata}


def cell(source="x = 1", **parts):
    """Return a code cell's form."""
    return {"cell_type": "code", "metadata": {}, "source": source, **parts}


@pytest.fixture
def always(monkeypatch):
    """Take each file part by part, in parts of a few bytes."""
    monkeypatch.setattr(skimming, "MOST_TEXT", 120)
    monkeypatch.setattr(skimming, "marks_in", lambda raw: skimming.MOST_VALUES + 1)
    monkeypatch.setattr(skimming, "LONGER", b" " * 121)
    monkeypatch.setattr(skimming, "CHUNK", 3)


@pytest.mark.parametrize("ascii", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_outputs_are_left_out_and_all_else_is_kept(always, ascii, indent):
    """Wherever the file is cut into parts."""
    outputs = [
        {"text": [f'"{SMILE}\\', "]}"], "data": {"a": [[1], {}]}},
        {"outputs": []},
    ]
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"a": ["{"]}}}
    whole = notebook(
        cell(f'"outputs": ["\\" {SMILE}"]', outputs=outputs, id="a"),
        cell(["a = '\\\\'\n", '["outputs", [1]]'], outputs=outputs, attachments={}),
        widgets=widgets,
    )
    raw = json.dumps(whole, ensure_ascii=ascii, indent=indent).encode()
    found = kept(raw)

    for one in whole["cells"]:
        one["outputs"] = []
    widgets["application/vnd.jupyter.widget-state+json"] = {}
    assert found == whole


def test_what_is_kept_is_json_exactly_where_the_file_is(always):
    """Cut or changed at any byte outside of what is left out."""
    rng = random.Random(3)
    raw = json.dumps(notebook(cell("a\\\n\"'"), cell("b", tags=["\t"]))).encode()
    for _ in range(400):
        spoilt = bytearray(raw)
        spoilt[rng.randrange(len(raw))] = rng.choice(b'"\\[]{},: x')
        spoilt = bytes(spoilt[: rng.choice([len(raw), rng.randrange(len(raw))])])
        try:
            expected = json.loads(spoilt)
        except ValueError:
            expected = None
        try:
            found = kept(spoilt)
        except ValueError:
            found = None

        assert found == expected


def test_a_text_that_is_too_long_is_shortened(always):
    """What comes after it is read."""
    whole = notebook(cell("a" * 50 + '\\"' * 200), cell("b"))
    found = kept(json.dumps(whole).encode())

    assert [len(one["source"]) for one in found["cells"]] == [121, 1]


def _wide_outputs():
    yield f'{{"cells": [{{"cell_type": "code", "source": "{SMILE}", "outputs": ['
    yield from (f'{{"text": "{SMILE}{"a" * 4_000_000}"}},' for _ in range(48))
    yield '0]}], "metadata": {}}'


def _wide_cells():
    yield '{"cells": ['
    for _ in range(48):
        yield f'{{"cell_type": "markdown", "source": "{SMILE}{"a" * 4_000_000}"}},'
    yield '0], "metadata": {}}'


def _one_wide_text():
    yield '{"cells": [{"cell_type": "markdown", "source": "' + SMILE
    yield from ("a" * 4_000_000 for _ in range(48))
    yield '"}], "metadata": {}}'


def _escapes():
    yield '{"cells": [{"cell_type": "markdown", "source": "'
    yield from (r"\n" * 2_000_000 for _ in range(48))
    yield '"}], "metadata": {}}'


def _lines():
    yield '{"cells": [{"cell_type": "markdown", "source": ["'
    yield from (f'{SMILE * 500_000}", "' for _ in range(15))
    yield '"]}], "metadata": {}}'


def _keys():
    yield '{"cells": [{"cell_type": "code", "source": "x"}], "metadata": {'
    yield from (f'"{i}{SMILE}{"a" * 100}": 0, ' for i in range(240_000))
    yield '"a": 0}}'


def _brackets():
    yield '{"cells": [{"cell_type": "code", "source": "x", "outputs": ['
    yield from ("[[[]]], " * 500_000 for _ in range(48))
    yield '0]}], "metadata": {}}'


def _texts():
    yield from ('""' * 2_000_000 for _ in range(48))


def _spaces():
    yield '{"cells": [{"cell_type": "code", "source": "x"}],'
    yield from (" " * 4_000_000 for _ in range(48))
    yield '"metadata": {}}'


def written(path, parts):
    """Return a path with some text in it."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(parts)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (_wide_outputs, ""),
        (_wide_cells, "more than 32 MB"),
        (_one_wide_text, "at most 500 kB"),
        (_lines, "at most 500 kB"),
        (_keys, ""),
    ],
)
def test_no_file_costs_much_memory(tmp_path, parts, said):
    """Wide ones of up to 200 MB, in which one character makes all others larger."""
    path = written(tmp_path / "work.ipynb", parts())
    tracemalloc.start()
    read = read_submission(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert bool(read.damage) is bool(said) and said in read.damage
    assert peak < MOST


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (_escapes, "at most 500 kB"),
        (_brackets, "values"),
        (_texts, "values"),
        (_spaces, ""),
    ],
)
def test_no_file_takes_much_time(tmp_path, parts, said):
    """Escapes, each of which a pattern might remember; brackets, texts, spaces."""
    path = written(tmp_path / "work.ipynb", parts())
    began = time.process_time()
    read = read_submission(path)

    assert bool(read.damage) is bool(said) and said in read.damage
    assert time.process_time() - began < 15


def test_values_in_outputs_do_not_count():
    """A figure of a library's that is drawn in the browser is many numbers."""
    output = {"data": {"application/vnd.plotly.v1+json": {"z": [[1, 2]] * 200_000}}}
    raw = json.dumps(notebook(cell("x = 1", outputs=[output]))).encode()
    read = parse_submission(raw)

    assert (read.damage, [one.source for one in read.cells]) == ("", ["x = 1"])
