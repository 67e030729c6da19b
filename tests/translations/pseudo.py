"""A language that nobody speaks: English, accented and longer.

What stays in plain letters was not translated, and what does not fit shows.
"""

import re

from autograder.translations.editions import Edition
from autograder.translations.messages import Message

LANGUAGE = "qps"
SETTINGS = 'name = "Pseudo"\n'
ACCENTS = str.maketrans(
    {
        **{"a": "áá", "e": "éé", "i": "íí", "o": "óó", "u": "úú"},
        **{"A": "ÁÁ", "E": "ÉÉ", "I": "ÍÍ", "O": "ÓÓ", "U": "ÚÚ"},
    }
)
KEPT = re.compile(
    r"`+[^`]*`+|\$\$.*?\$\$|\$[^$]+\$|<[^<>]+>|\]\([^()\s]*\)|https?://\S+"
    r"|\{(?:[^{}]|\{[^{}]*\})*\}|^\*{0,2}\w+(?:, \*{0,2}\w+)* : |\w*\d\w*",
    re.DOTALL,
)


def accented(message: Message) -> str:
    """Return a message with its vowels accented and doubled, all else as it is.

    Examples
    --------
    >>> accented(Message("Is `a` in [the list](#a)?"))
    'Íís `a` íín [théé lííst](#a)?'
    """
    text, made, at = message.text, "", 0
    for match in KEPT.finditer(text):
        made += text[at : match.start()].translate(ACCENTS) + match[0]
        at = match.end()
    return made + text[at:].translate(ACCENTS)


def fill(edition: Edition) -> None:
    """Translate everything of an edition."""
    from autograder.translations.documents import collect

    edition.update()
    for document in edition.documents:
        catalogue = edition.catalogue(document.name)
        for message in collect(document):
            if message.kind not in ("contract", "reading"):
                catalogue.add(message, accented(message))
        catalogue.write()
    edition.write_strings()
