"""The gate through which all that a submission shows goes to anybody's page.

Outputs are not filtered but built anew: kinds from a list, texts and images
within bounds, whole numbers as sizes. No metadata of a submission survives. The
learner is told where something was left out.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import from_dict, v4

from autograder.characters import as_text
from autograder.formulas import MOST_LATEX
from autograder.images import IMAGES, MOST_SIDE, image_size, joined
from autograder.markup import MOST_MARKDOWN, clean_html, cost_of
from autograder.protocol import TOO_LARGE
from helpers.strings import clauses, text

# What pages have no use for where a text stands beside it; nobody need know.
QUIET = frozenset({"application/vnd.jupyter.widget-view+json"})
PAGES_KNOW = frozenset(
    {*IMAGES, "text/html", "text/plain", "text/latex", "text/markdown", *QUIET}
)
MOST_KINDS = 20  # representations of one output
MOST_NAME, MOST_VALUE, MOST_LINE = 200, 5_000, 20_000  # characters of an error
MOST_TRACEBACK = 100
RENDERED = 20  # how much more a character of Markdown costs than one of HTML
MOST_COLOURS = 500
LARGE = 4_000_000

# nbconvert copies the rest of a text at each of these.
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[]|\[|$)")
COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
CONTROL = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class Bounds:
    """How much a cell and a notebook may show."""

    # Outputs of a cell, and of a notebook.
    outputs: int = 100
    all_outputs: int = 1_000
    # Characters of texts of a cell, and of a notebook.
    text: int = 200_000
    all_text: int = 2_000_000
    # Cost of HTML: its characters, and so many more for each tag.
    markup: int = 500_000
    all_markup: int = 3_000_000
    # Characters of images and of all else.
    bytes: int = 12_000_000
    all_bytes: int = 32_000_000
    # Of images: a few bytes can be many.
    pixels: int = 100_000_000
    all_pixels: int = 300_000_000


# nbformat has no types.
Output = Any
TAKEN = Bounds()
# What was taken, and notes about what was not, is shown whole.
SHOWN = Bounds(
    outputs=102,
    all_outputs=5_000,
    text=220_000,
    all_text=4_000_000,
    markup=1_000_000,
    all_markup=6_000_000,
)


@dataclass
class _Room:
    """What is left of some bounds."""

    outputs: int
    text: int
    bytes: int
    markup: int = 0
    pixels: int = 0

    def take(self, name: str, amount: int) -> bool:
        left = getattr(self, name) - amount
        if left < 0:
            return False
        setattr(self, name, left)
        return True


def new_output(kind: str, **parts: object) -> Output:
    """Return an output; all of its parts are of the right types already.

    nbformat's own function would hold each against a schema.
    """
    return from_dict({"output_type": kind, **parts})


def notebook_text(notebook: Output) -> str:
    """Return a notebook as its file holds it.

    A large one is written in ASCII: one wide character would make its images take four
    bytes a character, wherever the file is written, read or copied.
    """
    held = [_length(cell) for cell in notebook.cells]
    ascii = sum(held) > LARGE
    frame = from_dict({**notebook, "cells": [], "metadata": dict(notebook.metadata)})
    written: str = v4.writes(frame, ensure_ascii=ascii)
    if held:
        cells = map(_cell_text, notebook.cells, held, itertools.repeat(ascii))
        inside = ",\n".join(cells)
        written = written.replace(_NONE, f"{_BEGIN}{inside}{_END}", 1)
    return f"{written}\n"


# How a notebook's cells are enclosed in its file.
_NONE, _BEGIN, _END = '\n "cells": []', '\n "cells": [\n', "\n ]"
MOST_CACHED = 20_000  # characters


def _cell_text(cell: Output, held: int, ascii: bool) -> str:
    """Return a cell as the file of its notebook holds it.

    Most cells are the same in all submissions. What nbformat makes of one is kept,
    since it indents lines in Python.
    """
    if held <= MOST_CACHED:
        form = json.dumps(cell, sort_keys=True)
        if len(form) <= MOST_CACHED:
            return _cached(form, ascii)
    return _written(cell, ascii)


def _written(cell: Output, ascii: bool) -> str:
    notebook = from_dict({"cells": [cell], "metadata": {}})
    written: str = v4.writes(notebook, ensure_ascii=ascii)
    return written[written.index(_BEGIN) + len(_BEGIN) : written.rindex(_END)]


@functools.lru_cache(maxsize=2048)
def _cached(form: str, ascii: bool) -> str:
    return _written(json.loads(form), ascii)


def _length(cell: Mapping) -> int:
    """Return how many characters of images and of source a cell has."""
    bundles = [output.get("data") for output in cell.get("outputs", [])]
    bundles += (cell.get("attachments") or {}).values()
    texts = [one for bundle in bundles if bundle for one in bundle.values()]
    texts.append(cell.get("source"))
    return sum(len(one) for one in texts if isinstance(one, str))


class Gate:
    """Builds the outputs of a notebook anew, cell by cell."""

    def __init__(self, bounds: Bounds = TAKEN) -> None:
        self._bounds = bounds
        rest = bounds.all_bytes, bounds.all_markup, bounds.all_pixels
        self._all = _Room(bounds.all_outputs, bounds.all_text, *rest)

    def outputs(self, forms: object, missing: set[str] | None = None) -> list:
        """Return what may be shown of a cell's outputs.

        The last one says what was left out. `forms` are as a notebook file holds them,
        or anything else; `missing` are reasons why some were left out before.
        """
        self._missing = set(missing or ())
        bounds = self._bounds
        self._cell = _Room(
            bounds.outputs, bounds.text, bounds.bytes, bounds.markup, bounds.pixels
        )
        built = []
        for form in forms if isinstance(forms, list) else []:
            if not self._take("outputs", 1):
                self._missing.add("number")
                break
            output = self._built(form) if isinstance(form, Mapping) else None
            if output is not None:
                built.append(output)
            elif not self._missing:
                self._missing.add("kind")
        if self._missing:
            built.append(_note(self._missing))
        return built

    def _take(self, name: str, amount: int) -> bool:
        return self._cell.take(name, amount) and self._all.take(name, amount)

    def _built(self, form: Mapping) -> Output | None:
        kind = form.get("output_type")
        if kind == "stream":
            name, written = form.get("name"), self._text(form.get("text"))
            if name in ("stdout", "stderr") and written is not None:
                return new_output("stream", name=name, text=overwritten(written))
        elif kind == "error":
            return self._error(form)
        elif kind == "display_data" or kind == "execute_result":
            data, metadata = self._data(form.get("data"), form.get("metadata"))
            if data and kind == "display_data":
                return new_output(kind, data=data, metadata=metadata)
            if data:
                count = counted(form.get("execution_count"))
                return new_output(
                    kind, data=data, metadata=metadata, execution_count=count
                )
        return None

    def _error(self, form: Mapping) -> Output | None:
        name = self._text(form.get("ename"), MOST_NAME)
        value = self._text(form.get("evalue"), MOST_VALUE)
        lines = form.get("traceback")
        if name is None or value is None or not isinstance(lines, list):
            return None
        kept = [self._text(line, MOST_LINE) for line in lines[:MOST_TRACEBACK]]
        trace = [line for line in kept if line is not None]
        return new_output("error", ename=name, evalue=value, traceback=trace)

    def _data(self, data: object, metadata: object) -> tuple[dict, dict]:
        """Return the representations of an output that pages know."""
        kept: dict[str, str] = {}
        sizes: dict[str, dict[str, int]] = {}
        given = data if isinstance(data, Mapping) else {}
        if len(given) > MOST_KINDS:
            self._missing.add("number")
            return {}, {}
        for kind, value in given.items():
            if kind in IMAGES:
                image = joined(value)
                found = image_size(kind, image)
                if (
                    found is None
                    or not self._take("bytes", len(image or ""))
                    or not self._take("pixels", found[0] * found[1])
                ):
                    self._missing.add("image")
                    continue
                kept[kind] = image or ""
                sizes |= _wanted(kind, metadata, found)
            elif kind == "text/html":
                cleaned = self._html(joined(value))
                if cleaned is None:
                    self._missing.add("markup")
                else:
                    kept[kind] = cleaned
            elif kind in ("text/plain", "text/latex", "text/markdown"):
                most = {"text/latex": MOST_LATEX, "text/markdown": MOST_MARKDOWN}
                written = self._text(value, most.get(kind))
                cost = 0 if written is None or kind != "text/markdown" else len(written)
                if not self._take("markup", RENDERED * cost):
                    self._missing.add("markup")
                elif written is not None:
                    kept[kind] = written
            elif kind not in QUIET:
                self._missing.add("kind")
        return kept, sizes

    def _html(self, source: str | None) -> str | None:
        if source is None or not self._take("bytes", len(source)):
            return None
        return clean_html(source) if self._take("markup", cost_of(source)) else None

    def _text(self, value: object, most: int | None = None) -> str | None:
        """Return a text without what terminals obey, colours apart."""
        written = joined(value)
        if written is None:
            return None
        left = min(self._cell.text, self._all.text)
        left = left if most is None else min(left, most)
        if len(written) > left:
            self._missing.add("text")
            written = written[:left]
        self._take("text", len(written))
        return plain(written)


class Recorder:
    """Keeps what the cells of a notebook show while they run.

    However much comes, what is held is bounded. Displays can be updated and
    cleared as in JupyterLab.
    """

    def __init__(self, bounds: Bounds = TAKEN) -> None:
        self._bounds = bounds
        self._left = _Room(bounds.all_outputs, bounds.all_text, bounds.all_bytes)
        self._displays: dict[str, _Bundle] = {}
        self._cells: dict[int, _Cell] = {}

    def begin(self, index: int) -> None:
        """Begin a cell."""
        self._cell = self._cells[index] = _Cell()

    def show(self, kind: object, content: object) -> None:
        """Take a message of the cell that runs; Jupyter names its kinds."""
        cell = self._cell
        if kind == TOO_LARGE:
            cell.missing.add("size")
        if not isinstance(kind, str) or not isinstance(content, dict):
            return
        if kind == "clear_output":
            cell.clearing = content.get("wait") is True
            if not cell.clearing:
                self._clear(cell)
        elif kind == "stream":
            self._stream(cell, content)
        elif kind in ("display_data", "execute_result", "update_display_data"):
            self._display(cell, kind, content)
        elif kind == "error":
            self._error(cell, content)

    def miss(self, reason: str) -> None:
        """Note why something that the cell has shown is left out."""
        self._cell.missing.add(reason)

    def outputs(self) -> dict[int, list[Output]]:
        """Return the outputs of all cells by their index."""
        gate = Gate(self._bounds)
        return {
            index: gate.outputs([slot.form() for slot in cell.slots], cell.missing)
            for index, cell in self._cells.items()
        }

    def _stream(self, cell: _Cell, content: dict) -> None:
        name, written = content.get("name"), content.get("text")
        if name not in ("stdout", "stderr") or not isinstance(written, str):
            return
        last = cell.slots[-1] if cell.slots and not cell.clearing else None
        if last is None or last.body.get("name") != name:
            last = self._add(cell, {"output_type": "stream", "name": name})
        if last is None:
            return
        room = min(self._bounds.text - cell.written, self._left.text)
        if len(written) > room:
            cell.missing.add("text")
            written = written[: max(0, room)]
        cell.written += len(written)
        self._left.text -= len(written)
        if written:
            last.parts.append(written)

    def _error(self, cell: _Cell, content: dict) -> None:
        lines = content.get("traceback")
        trace = None
        if isinstance(lines, list):
            trace = [_cut(line, MOST_LINE) for line in lines[:MOST_TRACEBACK]]
        name = _cut(content.get("ename"), MOST_NAME)
        value = _cut(content.get("evalue"), MOST_VALUE)
        form: dict[str, Any] = {"output_type": "error", "traceback": trace}
        form |= {"ename": name, "evalue": value}
        size = sum(len(part) for part in (name, value, *(trace or ())) if part)
        if size > min(self._bounds.text - cell.written, self._left.text):
            cell.missing.add("text")
        elif self._add(cell, form) is not None:
            cell.written += size
            self._left.text -= size

    def _display(self, cell: _Cell, kind: str, content: dict) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        name = name if isinstance(name, str) and len(name) <= 200 else ""
        bundle = _Bundle.of(content)
        known = self._displays.get(name) if name else None
        if known is not None:
            # All outputs of one name hold the same bundle.
            change = (bundle.weight - known.weight) * known.shown
            if not self._left.take("bytes", change):
                cell.missing.add("size")
                return
            known.data, known.metadata = bundle.data, bundle.metadata
            known.weight, bundle = bundle.weight, known
        if kind == "update_display_data":
            return
        form: dict[str, Any] = {"output_type": kind}
        if kind == "execute_result":
            form["execution_count"] = counted(content.get("execution_count"))
        new = self._add(cell, form, bundle)
        if new is not None and name:
            self._displays[name] = bundle
            bundle.name = name

    def _add(
        self, cell: _Cell, body: dict, bundle: _Bundle | None = None
    ) -> _Slot | None:
        if cell.clearing:
            self._clear(cell)
        if len(cell.slots) >= self._bounds.outputs or not self._left.take("outputs", 1):
            cell.missing.add("number")
        elif bundle is not None and not self._left.take("bytes", bundle.weight):
            cell.missing.add("size")
        else:
            if bundle is not None:
                bundle.shown += 1
            cell.slots.append(_Slot(body, bundle))
            return cell.slots[-1]
        return None

    def _clear(self, cell: _Cell) -> None:
        cell.clearing = False
        self._left.outputs += len(cell.slots)
        self._left.text += cell.written
        for bundle in [slot.bundle for slot in cell.slots if slot.bundle]:
            self._left.bytes += bundle.weight
            bundle.shown -= 1
            if not bundle.shown:
                self._displays.pop(bundle.name, None)
        cell.slots, cell.written = [], 0


@dataclass
class _Bundle:
    """What pages can use of the representations of a display, not yet examined.

    Nothing else is held: a few bytes of a message can be many values in memory.
    """

    data: dict[str, str]
    metadata: dict[str, dict[str, int]]
    weight: int
    name: str = ""
    shown: int = 0  # in so many outputs

    @classmethod
    def of(cls, content: dict) -> _Bundle:
        data, metadata = content.get("data"), content.get("metadata")
        given = data if isinstance(data, dict) else {}
        kept: dict[str, str] = {}
        sizes: dict[str, dict[str, int]] = {}
        for kind in list(given)[: MOST_KINDS + 1]:
            known = kind if kind in PAGES_KNOW else f"unknown {len(kept)}"
            # Where an image is no text, the gate says so.
            kept[known] = joined(given[kind]) or "" if known == kind else ""
            if kind in IMAGES:
                sizes |= _wanted(kind, metadata, (MOST_SIDE, MOST_SIDE))
        return cls(kept, sizes, sum(map(len, kept.values())) + 100)


@dataclass
class _Slot:
    """One output, not yet examined."""

    body: dict
    bundle: _Bundle | None = None
    parts: list[str] = field(default_factory=list)

    def form(self) -> dict:
        if self.bundle is not None:
            more = {"data": self.bundle.data, "metadata": self.bundle.metadata}
            return {**self.body, **more}
        return {**self.body, "text": "".join(self.parts)}


@dataclass
class _Cell:
    slots: list[_Slot] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    written: int = 0
    clearing: bool = False


def _cut(value: object, most: int) -> str | None:
    """Return the beginning of a text; None where it is none."""
    written = joined(value)
    return None if written is None else written[:most]


def _note(missing: set[str]) -> Output:
    reasons = clauses(text(f"outputs.{reason}") for reason in sorted(missing))
    note = text("outputs.left_out", reasons=reasons)
    return new_output("display_data", data={"text/plain": note}, metadata={})


def plain(written: str) -> str:
    """Return a text of which only colours are left of what terminals obey.

    Examples
    --------
    >>> plain("a\\x1b[31mb\\x1b[0m\\x1b[2J\\x07")
    'a\\x1b[31mb\\x1b[0m'
    """
    if "\x1b" in written:
        left = MOST_COLOURS

        def kept(match: re.Match[str]) -> str:
            nonlocal left
            if left == 0 or not COLOUR.fullmatch(match[0]):
                return ""
            left -= 1
            return match[0]

        written = ESCAPE.sub(kept, written)
    return as_text(CONTROL.sub("", written))


def overwritten(written: str) -> str:
    """Return a text as a terminal shows it, where carriage returns begin lines anew.

    Examples
    --------
    >>> overwritten("10 %\\r20 %\\r\\ndone")
    '20 %\\r\\ndone'
    """
    if "\r" not in written:
        return written
    lines = []
    for line in written.split("\n"):
        shown = line.rstrip("\r")
        lines.append(shown.rpartition("\r")[2] + line[len(shown) :])
    return "\n".join(lines)


def counted(value: object) -> int | None:
    """Return the number of a cell's run, or None where it is none."""
    return value if type(value) is int and 0 <= value < 10**6 else None


def _wanted(kind: str, metadata: object, real: tuple[int, int]) -> dict:
    """Return the size at which an image is to be shown, where one is given."""
    given = metadata.get(kind) if isinstance(metadata, Mapping) else None
    if not isinstance(given, Mapping):
        return {}
    size = {}
    for name, most in zip(("width", "height"), real):
        value = given.get(name)
        if type(value) is int and 0 < value <= most:
            size[name] = value
    return {kind: size} if size else {}
