"""The documents of a course that are translated, and the walk through each kind."""

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.authoring.catalogue import read_catalogue
from autograder.authoring.contracts import read_contracts
from autograder.errors import CourseError
from autograder.translations.code import DamagedCode, rewrite_code
from autograder.translations.markdown import rewrite
from autograder.translations.messages import Collector, Message, Translate
from helpers import strings
from helpers.strings import text

STRINGS = "helpers/strings/en.toml"
# The languages' own names of themselves.
OWN_NAMES = ("language",)
PAGES = (
    *("README.md", "docs/learner-README.md", "docs/learner.md", "data/README.md"),
    *("notebooks/*.md", "website/index.md"),
)
TABLES = ("website/strings.toml",)
MISCONCEPTIONS = "misconceptions.toml"
# What stands behind a command, as in ``make test  # all of it``.
REMARK = re.compile(r"(?<=\S  # )\S.*|(?<=   # )\S.*")
Put = Callable[[str, str], str]


@dataclass(frozen=True)
class Document:
    """Something that has a catalogue."""

    path: Path  # the file with the English text
    name: str  # of its catalogue: the place of its source in the course
    kind: str  # ``notebook``, ``hints``, ``strings``, ``page`` or ``table``
    assignment: str = ""  # the assignment it belongs to; empty for lessons and all else


def documents(root: Path) -> list[Document]:
    """List what is translated in a course.

    These are strings, assignments with their hints, lessons with theirs, and pages. Of
    an assignment, what is released is translated.
    """
    found = [Document(strings.FOLDER / "en.toml", STRINGS, "strings")]
    for folder in sorted((root / "source").glob("*/")):
        where = f"source/{folder.name}"
        for path in sorted(folder.glob("*.ipynb")):
            released = root / "release" / folder.name / path.name
            name = f"{where}/{path.name}"
            found.append(Document(released, name, "notebook", folder.name))
        hints, name = folder / MISCONCEPTIONS, f"{where}/{MISCONCEPTIONS}"
        found.append(Document(hints, name, "hints", folder.name))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        found.append(Document(path, f"notebooks/{path.name}", "notebook"))
    hints = root / "notebooks" / MISCONCEPTIONS
    found.append(Document(hints, f"notebooks/{MISCONCEPTIONS}", "hints"))
    for pattern in PAGES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            found.append(Document(path, name, "page"))
    found += [Document(root / name, name, "table") for name in TABLES]
    return [document for document in found if document.path.is_file()]


def collect(document: Document) -> list[Message]:
    """Return the messages of a document, in its order.

    Raises
    ------
    CourseError
        If it cannot be read.
    """
    collector = Collector()
    if document.kind == "notebook":
        rewrite_notebook(_json(document.path), collector)
    elif document.kind in ("strings", "table"):
        rewrite_table(_toml(document.path), collector)
    elif document.kind == "page":
        rewrite_page(document.path.read_text(encoding="utf-8"), collector)
    else:
        for message in _hints(document.path):
            collector(message)
    return list(collector.messages)


def _json(path: Path) -> dict:
    try:
        form: dict = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CourseError(f"{path} is not a notebook: {error}") from None
    return form


def _toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: {error}") from None


def _hints(path: Path) -> Iterator[Message]:
    """Return names and questions of a catalogue of misconceptions."""
    for notebook, functions in read_catalogue(path).items():
        for function, items in functions.items():
            for item in items:
                context = f"{notebook}.{function}"
                yield Message(item.entry.name, context, "hint")
                if item.entry.hint:
                    yield Message(item.entry.hint, context, "hint")
    for notebook, contracts in read_contracts(path).items():
        for function, contract in contracts.items():
            for hint in contract.hints.values():
                yield Message(hint, f"{notebook}.{function}", "hint")


def rewrite_notebook(form: dict, translate: Translate) -> dict:
    """Return a copy of a released notebook with its messages replaced.

    Ids, metadata and code are the same. The lines that state contracts are not
    messages: they are made of strings, which have a catalogue.

    Raises
    ------
    DamagedCode
        If a translation would change code; names the cell.
    """
    made = copy.deepcopy(form)
    title = text("contract.title")
    for cell in made["cells"]:
        context = str(cell.get("id", ""))
        source = cell["source"]
        whole = source if isinstance(source, str) else "".join(source)

        def put(kind: str, part: str, at: str = context) -> str:
            if kind == "markdown" and part.startswith(title):
                return translate(Message(part, "", "contract"))
            return translate(Message(part, at, kind))

        if cell["cell_type"] == "code":
            try:
                whole = rewrite_code(whole, put)
            except DamagedCode as error:
                raise DamagedCode(f"cell {context}: {error}") from None
        else:

            def fenced(language: str, code: str, put: Put = put) -> str:
                return rewrite_code(code, put) if language == "python" else code

            whole = rewrite(whole, partial(put, "markdown"), fenced)
        cell["source"] = (
            whole if isinstance(source, str) else whole.splitlines(keepends=True)
        )
    return made


def rewrite_page(source: str, translate: Translate) -> str:
    """Return a page of Markdown with its messages replaced.

    Of commands in fences these are the remarks behind them.
    """

    def fenced(language: str, code: str) -> str:
        return REMARK.sub(
            lambda found: translate(Message(found[0], "", "comment")), code
        )

    return rewrite(source, lambda part: translate(Message(part)), fenced)


def rewrite_table(table: dict, translate: Translate, at: str = "") -> dict:
    """Return a table of strings with each string replaced, the key as context."""
    made: dict = {}
    for key, value in table.items():
        context = f"{at}.{key}" if at else key
        if isinstance(value, dict):
            made[key] = rewrite_table(value, translate, context)
        elif context.startswith(OWN_NAMES):
            made[key] = value
        else:
            made[key] = translate(Message(value, context, "template"))
    return made


def rewrite_cases(form: dict, translate: Translate, edition: str) -> dict:
    """Return the JSON form of recorded cases that speaks another language.

    The cases are the same. Names of entries are keys; what a learner reads in their
    place is their title.
    """
    made = {"edition": edition, **copy.deepcopy(form)}
    for function, body in made["functions"].items():
        context = f"{made['notebook']}.{function}"

        def hint(words: str, at: str = context) -> str:  # bound now, not when called
            return translate(Message(words, at, "hint")) if words else ""

        def reading(words: str) -> str:
            return translate(Message(words, "", "reading")) if words else ""

        for key in ("read", "by_hand"):
            if body.get(key):
                body[key] = reading(body[key])
        body["hints"] = {term: hint(words) for term, words in body["hints"].items()}
        for entry in body["entries"]:
            entry["title"] = hint(entry["name"])
            entry["hint"] = hint(entry["hint"])
            entry["read"] = reading(entry["read"])
    return made
