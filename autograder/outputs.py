"""The gate through which all that a submission shows goes to anybody's page.

Outputs are not filtered but built anew: kinds from a list, texts and images
within bounds, whole numbers as sizes. No metadata of a submission survives. The
learner is told where something was left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import from_dict

from autograder.characters import as_text
from autograder.formulas import MOST_LATEX
from autograder.images import IMAGES, image_size, joined
from autograder.markup import MOST_MARKDOWN, clean_html, cost_of
from autograder.protocol import TOO_LARGE
from helpers.strings import clauses, text

__all__ = [
    "SHOWN",
    "TAKEN",
    "Bounds",
    "Gate",
    "Recorder",
    "counted",
    "new_output",
]

# What pages have no use for where a text stands beside it; nobody need know.
QUIET = frozenset({"application/vnd.jupyter.widget-view+json"})
MOST_KINDS = 20  # representations of one output
MOST_TRACEBACK = 100
RENDERED = 20  # how much more a character of Markdown costs than one of HTML
MOST_COLOURS = 500

# nbconvert copies the rest of a text at each of these.
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[]|\[|$)")
COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
CONTROL = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class Bounds:
    """How much a cell and a notebook may show.

    Attributes
    ----------
    outputs, all_outputs : int
        Outputs of a cell, and of a notebook.
    text, all_text : int
        Characters of texts of a cell, and of a notebook.
    markup, all_markup : int
        Cost of HTML: its characters, and so many more for each tag.
    bytes, all_bytes : int
        Characters of images and of all else.
    """

    outputs: int = 100
    all_outputs: int = 1_000
    text: int = 200_000
    all_text: int = 2_000_000
    markup: int = 500_000
    all_markup: int = 3_000_000
    bytes: int = 12_000_000
    all_bytes: int = 32_000_000


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


class Gate:
    """Builds the outputs of a notebook anew, cell by cell.

    Parameters
    ----------
    bounds : Bounds
        How much is let through.
    """

    def __init__(self, bounds: Bounds = TAKEN) -> None:
        self._bounds = bounds
        self._all = _Room(
            bounds.all_outputs, bounds.all_text, bounds.all_bytes, bounds.all_markup
        )

    def outputs(self, forms: object, missing: set[str] | None = None) -> list:
        """Return what may be shown of a cell's outputs.

        Parameters
        ----------
        forms : object
            The outputs as a notebook file holds them, or anything else.
        missing : set of str, optional
            Reasons why some were left out before.

        Returns
        -------
        list of NotebookNode
            New outputs; the last one says what was left out.
        """
        self._missing = set(missing or ())
        bounds = self._bounds
        self._cell = _Room(bounds.outputs, bounds.text, bounds.bytes, bounds.markup)
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
        name, value = self._text(form.get("ename"), 200), form.get("evalue")
        value = self._text(value, 5_000)
        lines = form.get("traceback")
        if name is None or value is None or not isinstance(lines, list):
            return None
        kept = [self._text(line, 20_000) for line in lines[:MOST_TRACEBACK]]
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
                if found is None or not self._take("bytes", len(image or "")):
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

    Parameters
    ----------
    bounds : Bounds
        How much is kept.
    """

    def __init__(self, bounds: Bounds = TAKEN) -> None:
        self._bounds = bounds
        self._left = _Room(bounds.all_outputs, bounds.all_text, bounds.all_bytes)
        self._displays: dict[str, list[_Slot]] = {}
        self._cells: dict[int, _Cell] = {}

    def begin(self, index: int) -> None:
        """Begin a cell."""
        self._cell = self._cells[index] = _Cell()

    def show(self, kind: object, content: object) -> None:
        """Take a message of the cell that runs.

        Parameters
        ----------
        kind : object
            Its type, as Jupyter names them.
        content : object
            Its content, of any form.
        """
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
            self._add(cell, {**content, "output_type": kind})

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

    def _display(self, cell: _Cell, kind: str, content: dict) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        name = name if isinstance(name, str) and len(name) <= 200 else None
        known = self._displays.get(name, []) if name else []
        data, metadata = content.get("data"), content.get("metadata")
        for slot in known:
            change = _weight(data) - _weight(slot.body.get("data"))
            if not self._left.take("bytes", change):
                cell.missing.add("size")
                return
            slot.body |= {"data": data, "metadata": metadata}
        if kind == "update_display_data":
            return
        new = self._add(cell, {**content, "output_type": kind})
        if new is not None and name:
            self._displays.setdefault(name, []).append(new)

    def _add(self, cell: _Cell, body: dict) -> _Slot | None:
        if cell.clearing:
            self._clear(cell)
        if len(cell.slots) >= self._bounds.outputs or not self._left.take("outputs", 1):
            cell.missing.add("number")
        elif not self._left.take("bytes", _weight(body.get("data"))):
            cell.missing.add("size")
        else:
            cell.slots.append(_Slot(body))
            return cell.slots[-1]
        return None

    def _clear(self, cell: _Cell) -> None:
        cell.clearing = False
        gone = {id(slot) for slot in cell.slots}
        self._left.outputs += len(gone)
        self._left.bytes += sum(_weight(slot.body.get("data")) for slot in cell.slots)
        self._left.text += cell.written
        cell.slots, cell.written = [], 0
        for name, slots in list(self._displays.items()):
            self._displays[name] = [slot for slot in slots if id(slot) not in gone]
            if not self._displays[name]:
                del self._displays[name]


@dataclass
class _Slot:
    """One output, not yet examined."""

    body: dict
    parts: list[str] = field(default_factory=list)

    def form(self) -> dict:
        return {**self.body, "text": "".join(self.parts)}


@dataclass
class _Cell:
    slots: list[_Slot] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    written: int = 0
    clearing: bool = False


def _weight(data: object) -> int:
    """Return about how much memory a bundle of representations holds."""
    if isinstance(data, str):
        return len(data)
    if not isinstance(data, dict):
        return 0 if data is None else 100
    return sum(
        len(value) if isinstance(value, str) else 10_000 for value in data.values()
    )


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
