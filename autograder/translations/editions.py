"""An edition of the course: its language, its catalogues, and what is made of them."""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from autograder.authoring.gates import HERE, READING
from autograder.errors import CourseError
from autograder.translations.catalogues import Catalogue, catalogue_path
from autograder.translations.documents import (
    STRINGS,
    Document,
    collect,
    documents,
    rewrite_cases,
    rewrite_notebook,
    rewrite_page,
    rewrite_table,
)
from autograder.translations.markdown import headings, leads, relinked
from autograder.translations.messages import Message, Translate
from autograder.translations.rules import Rule, Rules, damages
from helpers import strings
from helpers.strings import ENGLISH, speaking, text

SETTINGS = "edition.toml"
README = "README.md"
LESSON_HINTS = "notebooks/misconceptions.toml"
NAME = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*")
EXERCISE = re.compile(r"Exercise (\d+)")
# A line that goes on with its paragraph: no item, row, heading, fence or formula.
GOES_ON = r"[^\s\-+*|#>`~$<\d]|\*\*|`(?!``)|\$(?!\$)"


@dataclass(frozen=True)
class Finding:
    """What keeps a document from being released in a language."""

    document: str  # name of the catalogue
    kind: str  # ``missing``, ``fuzzy`` or ``damaged``
    message: Message
    reasons: list[str] = field(default_factory=list)  # what is damaged

    def __str__(self) -> str:
        words = " ".join(self.message.text.split())
        where = f"{self.document}, {self.message.context}".rstrip(", ")
        said = f"{where}: {self.kind}: {words[:70]}{'…' if len(words) > 70 else ''}"
        return said + "".join(f"\n    {reason}" for reason in self.reasons)


def editions(root: Path) -> list[str]:
    """Return the names of the languages that a course has catalogues of."""
    return sorted(path.parent.name for path in root.glob(f"translations/*/{SETTINGS}"))


class Edition:
    """An edition of a course.

    `language` is its name, as the folder in ``translations/`` is called.

    Raises
    ------
    CourseError
        If there is no such folder, or its settings cannot be used.
    """

    def __init__(self, root: Path, language: str) -> None:
        self.root, self.language = root, language
        path = root / "translations" / language / SETTINGS
        if not NAME.fullmatch(language) or not path.is_file():
            known = ", ".join(editions(root)) or "none"
            raise CourseError(f"there is no edition {language!r}; known: {known}")
        try:
            form = tomllib.loads(path.read_text(encoding="utf-8"))
            self.name = str(form["name"])
            self._readme = str(form.get("readme", ""))
            self.rules = Rules(
                [
                    Rule(re.compile(rule["pattern"]), rule["message"])
                    for rule in form.get("rule", [])
                ],
                dict(form.get("terms", {})),
            )
            self._signs = str(form.get("joined", ""))
            places = [rf"(?<={self._signs})(?:\n {{0,3}}| )(?={self._signs})"]
            if form.get("closed"):
                places.append(rf"(?<={form['closed']})\n {{0,3}}(?={GOES_ON})")
            self._joined = self._signs and re.compile("|".join(places))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
            raise CourseError(f"{path}: {error}") from None
        self._catalogues: dict[str, Catalogue] = {}
        self._leads: dict[str, str] = {}
        self._found: dict[str, list[Finding]] = {}

    @cached_property
    def documents(self) -> list[Document]:
        """All that is translated."""
        return documents(self.root)

    def catalogue(self, name: str) -> Catalogue:
        """Return the catalogue of a document, read once."""
        if name not in self._catalogues:
            path = catalogue_path(self.root, self.language, name)
            self._catalogues[name] = Catalogue(path, self.language)
        return self._catalogues[name]

    def update(self) -> dict[str, int]:
        """Bring all catalogues in step with the English text, and write them.

        Returns the messages of each document.
        """
        counts = {}
        self._found.clear()
        for document in self.documents:
            messages = _own(collect(document))
            catalogue = self.catalogue(document.name)
            catalogue.update(messages)
            catalogue.write()
            counts[document.name] = len(messages)
        self.write_strings()
        self.write_readme()
        return counts

    def findings(self, document: Document) -> Iterator[Finding]:
        """Say what a document lacks.

        One finding for each message that is missing, fuzzy or damaged.
        """
        if document.name not in self._found:
            self._found[document.name] = list(self._find(document))
        yield from self._found[document.name]

    def _find(self, document: Document) -> Iterator[Finding]:
        catalogue = self.catalogue(document.name)
        strings: dict[str, dict[str, Message]] = defaultdict(dict)
        for message in _own(collect(document)):
            translation = catalogue.translation(message)
            if translation is None:
                kind = "fuzzy" if catalogue.is_fuzzy(message) else "missing"
                yield Finding(document.name, kind, message)
                continue
            reasons = damages(message, translation)
            if translation != message.text:
                reasons += self.rules.breaches(message, translation)
            if message.kind == "string":
                # It may be a key: equal strings of a notebook stay equal.
                strings[message.text].setdefault(translation, message)
                if len(strings[message.text]) > 1:
                    reasons.append("translated in another way in another cell")
            if reasons:
                yield Finding(document.name, "damaged", message, reasons)

    def needed(self, assignment: str) -> list[Document]:
        """Return what must be whole before an assignment is released."""
        return [
            document
            for document in self.documents
            if document.kind == "strings" or document.assignment == assignment
        ]

    def lacks(self, assignment: str) -> list[Finding]:
        """Return what keeps an assignment from being released."""
        return [
            finding
            for document in self.needed(assignment)
            for finding in self.findings(document)
        ]

    def lacks_file(self, document: Document) -> list[Finding]:
        """Return what keeps a lesson or a page from being made."""
        found = list(self.findings(document))
        if document.kind == "notebook":
            stem = Path(document.name).stem
            for other in self.documents:
                if other.kind == "strings" or other.name == LESSON_HINTS:
                    found += [
                        finding
                        for finding in self.findings(other)
                        if other.kind == "strings"
                        or finding.message.context.startswith(f"{stem}.")
                    ]
        return found

    def write_strings(self) -> Path:
        """Write the table of strings beside the English one; what lacks is left out."""
        catalogue = self.catalogue(STRINGS)
        table = tomllib.loads((strings.FOLDER / "en.toml").read_text(encoding="utf-8"))
        made = rewrite_table(table, lambda m: catalogue.translation(m) or "")
        made["language"] = {"name": self.name, "joined": self._signs}
        path = strings.FOLDER / f"{self.language}.toml"
        lines = [
            "# Generated by `python -m autograder translations update`; edit",
            f"# translations/{self.language}/{STRINGS}.po",
            *_table_lines(made),
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def readme(self) -> tuple[Path, str] | None:
        """Return where the course's README stands in this language, and its text.

        None where the edition names no file for it, or it is not whole.
        """
        page = next((d for d in self.documents if d.name == README), None)
        if not self._readme or page is None or any(self.findings(page)):
            return None
        source = page.path.read_text(encoding="utf-8")
        # Pages that it leads to are English: their anchors stay.
        made = self._joined_lines(rewrite_page(source, self._translate(README)))
        mark = (
            f"<!-- made from {README} by `python -m autograder translations update` -->"
        )
        return self.root / self._readme, f"{mark}\n{made}"

    def write_readme(self) -> None:
        """Write the README of this language, if it is whole."""
        made = self.readme()
        if made is not None:
            made[0].write_text(made[1], encoding="utf-8")

    def notebook(self, form: dict, name: str) -> dict:
        """Return a notebook of the edition; `name` is that of its catalogue.

        Raises
        ------
        CourseError
            If a message has no translation.
        """
        made = rewrite_notebook(form, self._translate(name))
        for cell in made["cells"]:
            if cell["cell_type"] == "markdown":
                source = "".join(cell["source"])
                linked = self.finished(source)
                whole = isinstance(cell["source"], str)
                cell["source"] = linked if whole else linked.splitlines(keepends=True)
        return made

    def page(self, document: Document) -> str:
        """Return a page of the edition."""
        source = document.path.read_text(encoding="utf-8")
        return self.finished(rewrite_page(source, self._translate(document.name)))

    def table(self, document: Document) -> dict:
        """Return a table of strings of the edition."""
        form = tomllib.loads(document.path.read_text(encoding="utf-8"))
        return rewrite_table(form, self._translate(document.name))

    def cases(self, form: dict, name: str) -> dict:
        """Return recorded cases that speak the edition's language."""
        return rewrite_cases(form, self._translate(name), self.language)

    def _translate(self, name: str) -> Translate:
        catalogue = self.catalogue(name)

        def translate(message: Message) -> str:
            if message.kind == "contract":
                return self._contract(message.text)
            if message.kind == "reading":
                return self._reading(message.text)
            found = catalogue.translation(message)
            if found is None:
                kind = "fuzzy" if catalogue.is_fuzzy(message) else "missing"
                raise CourseError(str(Finding(name, kind, message)))
            return found

        return translate

    def _contract(self, line: str) -> str:
        """Return the line that states a contract, made of the edition's strings."""
        with speaking(ENGLISH):
            english = {key: text(key) for key in self._contract_keys}
        with speaking(self.language):
            own = {key: text(key) for key in self._contract_keys}

        def put(match: re.Match[str], key: str) -> str:
            names = (match.groupdict().get("names") or "").replace(
                english["contract.or"], own["contract.or"]
            )
            return own[key].replace("{names}", names)

        # Longest first: no sentence is cut by one that it begins with.
        for key in sorted(english, key=lambda key: len(english[key]), reverse=True):
            if key != "contract.or":
                form = re.escape(english[key]).replace(r"\{names\}", "(?P<names>.+?)")
                line = re.sub(form, partial(put, key=key), line)
        return self._joined_lines(line)

    @cached_property
    def _contract_keys(self) -> list[str]:
        table = tomllib.loads((strings.FOLDER / "en.toml").read_text(encoding="utf-8"))
        sentences = table["contract"]["sentence"]
        return [
            "contract.or",
            "contract.title",
            *(f"contract.sentence.{key}" for key in sentences),
        ]

    def _reading(self, words: str) -> str:
        """Return a section to read again, or an exercise, in the edition's words."""
        exercise, lesson = EXERCISE.fullmatch(words), READING.fullmatch(words)
        with speaking(self.language):
            if exercise:
                return text("checks.exercise", number=exercise[1])
            if lesson:
                return text(
                    "checks.lesson",
                    number=lesson[1],
                    heading=self._heading(lesson[1], lesson[2]),
                )
            if words.startswith(HERE):
                heading = words.removeprefix(HERE)
                return text("checks.here", heading=self._anywhere.get(heading, heading))
        return words

    @cached_property
    def _headings(self) -> dict[str, dict[str, str]]:
        """Translated headings by file name of the notebook or page."""
        found: dict[str, dict[str, str]] = {}
        for document in self.documents:
            if document.kind not in ("notebook", "page"):
                continue
            if any(self.findings(document)):
                # It stays English, and so do the anchors that lead to it.
                continue
            catalogue = self.catalogue(document.name)
            known = found.setdefault(Path(document.name).name, {})
            for message in collect(document):
                translation = catalogue.translation(message)
                if message.kind == "markdown" and translation is not None:
                    own, others = leads(message.text), leads(translation)
                    if len(own) == len(others):
                        self._leads.update(zip(own, others, strict=True))
                    known.update(
                        zip(headings(message.text), headings(translation), strict=False)
                    )
        return found

    @cached_property
    def _anywhere(self) -> dict[str, str]:
        headings_of = self._headings.values()  # which finds the words in bold type
        found = dict(self._leads)
        for known in headings_of:
            found |= known
        return found

    def _heading(self, number: str, heading: str) -> str:
        for name, known in self._headings.items():
            if name.startswith(f"{number}_") and heading in known:
                return known[heading]
        return heading

    def _target(self, target: str) -> str:
        """Return the target of a link, its anchor in the edition's words."""
        path, mark, anchor = target.partition("#")
        if not mark or "://" in path:
            return target
        names = self._headings.get(path.rsplit("/", 1)[-1], self._anywhere)
        for heading, own in names.items():
            if heading.replace(" ", "-") == anchor:
                # An anchor ends where the link does: at a parenthesis.
                own = own.replace(" ", "-").replace("(", "%28").replace(")", "%29")
                return f"{path}#{own}"
        return target

    def _joined_lines(self, source: str) -> str:
        return self._joined.sub("", source) if self._joined else source

    def finished(self, source: str) -> str:
        """Return Markdown whose links lead to the sections of the edition."""
        return relinked(self._joined_lines(source), self._target)


def _own(messages: list[Message]) -> list[Message]:
    """Return the messages that a catalogue has, without those made of strings."""
    return [m for m in messages if m.kind not in ("contract", "reading")]


def _table_lines(table: dict, at: str = "") -> Iterator[str]:
    """Write a table of strings as TOML, empty strings left out."""
    own = {k: v for k, v in table.items() if isinstance(v, str) and v}
    if own:
        if at:
            yield f"\n[{at}]"
        for key, value in own.items():
            # A string of JSON is one of TOML.
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _table_lines(value, f"{at}.{key}" if at else key)
