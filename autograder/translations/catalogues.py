"""Catalogues in gettext's form: reading, merging, writing.

One lies in ``translations/LANGUAGE`` for each document, under the place of its
source. Any editor of PO files works on them.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

import polib

from autograder.errors import CourseError
from autograder.translations.messages import Message

# So much of a text must be kept for its old translation to be worth keeping.
LIKENESS = 0.6
HEADER = {
    "Project-Id-Version": "neural-networks-from-scratch",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
}
WIDTH = 100


def catalogue_path(root: Path, language: str, name: str) -> Path:
    """Return where the catalogue of a document lies in a course."""
    return root / "translations" / language / f"{name}.po"


class Catalogue:
    """The translations of one document.

    Its file need not exist; `language` is the name of the language, for the header.

    Raises
    ------
    CourseError
        If the file is not a catalogue.
    """

    def __init__(self, path: Path, language: str) -> None:
        self.path = path
        self._language = language
        try:
            self._file = (
                polib.pofile(str(path), encoding="utf-8")
                if path.exists()
                else polib.POFile()
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{path} is not a catalogue: {error}") from None
        self._entries = _entries(self._file)

    def translation(self, message: Message) -> str | None:
        """Return the translation of a message, None where none is fit for use."""
        entry = self._entries.get((message.context, message.text))
        return entry.msgstr if entry is not None and entry.translated() else None

    def is_fuzzy(self, message: Message) -> bool:
        """Tell whether a message has the translation of an earlier text."""
        entry = self._entries.get((message.context, message.text))
        return entry is not None and entry.fuzzy

    def add(self, message: Message, translation: str) -> None:
        """Set the translation of a message."""
        entry = self._entries[message.context, message.text]
        entry.msgstr = translation
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.previous_msgid = None

    def update(self, messages: Iterable[Message]) -> None:
        """Bring the catalogue in step with the English text.

        `messages` is all of the document, in its order. One whose text has changed a
        little keeps its translation, marked as fuzzy; one that stands elsewhere in the
        document with the same words gets that translation; what is not used any more is
        kept as obsolete.
        """
        messages = list(messages)
        wanted = {(message.context, message.text) for message in messages}
        kept = [entry for entry in self._file if entry.msgstr]
        spare = [
            entry
            for entry in kept
            if entry.obsolete or (entry.msgctxt or "", entry.msgid) not in wanted
        ]
        known = {entry.msgid: entry for entry in kept if not entry.fuzzy}
        made = polib.POFile(wrapwidth=WIDTH)
        made.metadata = HEADER | {"Language": self._language}
        used: set[int] = set()
        for message in messages:
            entry = polib.POEntry(
                msgid=message.text,
                msgctxt=message.context or None,
                comment=message.kind,
                flags=["python-brace-format"] if message.kind == "template" else [],
            )
            old = self._entries.get((message.context, message.text))
            same = old if old is not None and old.msgstr else known.get(message.text)
            if same is not None:
                entry.msgstr = same.msgstr
                if same.fuzzy:
                    entry.flags.append("fuzzy")
                    entry.previous_msgid = same.previous_msgid
                used.add(id(same))
            else:
                like = _likest(message, spare)
                if like is not None:
                    entry.msgstr = like.msgstr
                    if message.text != (like.previous_msgid or like.msgid):
                        entry.previous_msgid = like.previous_msgid or like.msgid
                        entry.flags.append("fuzzy")
                    used.add(id(like))
            made.append(entry)
        for entry in spare:
            if id(entry) not in used:
                entry.obsolete = True
                made.append(entry)
        self._file = made
        self._entries = _entries(made)

    def write(self) -> None:
        """Write the file, if it says anything else than before."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = str(self._file) + "\n"
        if not self.path.exists() or self.path.read_text(encoding="utf-8") != written:
            self.path.write_text(written, encoding="utf-8")


def _entries(file: polib.POFile) -> dict[tuple[str, str], polib.POEntry]:
    """Return what is in use, by context and text."""
    used = (entry for entry in file if not entry.obsolete)
    return {(entry.msgctxt or "", entry.msgid): entry for entry in used}


def _likest(message: Message, spare: list[polib.POEntry]) -> polib.POEntry | None:
    """Return the unused entry of the same place whose text is most alike."""
    best, found = LIKENESS, None
    for entry in spare:
        if (entry.msgctxt or "") == message.context:
            matcher = difflib.SequenceMatcher(None, entry.msgid, message.text)
            if matcher.quick_ratio() > best and matcher.ratio() > best:
                best, found = matcher.ratio(), entry
    return found
