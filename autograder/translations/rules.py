"""What a translation must have in common with its text, and the language's rules."""

import re
from collections import Counter
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from autograder.translations.code import PARAMETER, fields
from autograder.translations.markdown import MASKS, TAGS, masked, structure
from autograder.translations.messages import Message

NUMBER = re.compile(r"(?<![\w.])(?>\d+(?:[.,]\d+)*)(?![^\W\d_])")
HINT_FIELD = re.compile(r"\{(?:ratio|index|m)\}")
CODE = re.compile(r"`[^`]+`")


@dataclass(frozen=True)
class Rule:
    """A pattern that must not be found in a translation."""

    # Looked for where code, formulas and placeholders are one sign each.
    pattern: re.Pattern[str]
    message: str  # what is wrong where it is found


@dataclass(frozen=True)
class Rules:
    """The rules of a language."""

    typography: list[Rule] = field(default_factory=list)  # punctuation and spacing
    # English terms with the translations that are allowed; one without any is no term,
    # as in a phrase that only looks like one.
    terms: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = sorted(self.terms, key=len, reverse=True)
        joined = "|".join(re.escape(name) for name in names)
        pattern = re.compile(rf"\b({joined})(?:e?s)?\b", re.IGNORECASE)
        object.__setattr__(self, "_named", pattern if names else None)

    def breaches(self, message: Message, translation: str) -> list[str]:
        """Return what a translation breaks of the language's rules."""
        words, own = _words(message, translation), _words(message, message.text)
        found = []
        for rule in self.typography:
            match = rule.pattern.search(words)
            if match:
                around = words[max(0, match.start() - 4) : match.end() + 4]
                found.append(f"{rule.message}: {_shown(around)!r}")
        named = getattr(self, "_named", None)
        # A title, a menu or a name that is quoted in English stays English.
        used = [m for m in named.finditer(own) if m[0] not in words] if named else []
        for name in dict.fromkeys(match[1].lower() for match in used):
            allowed = next(v for k, v in self.terms.items() if k.lower() == name)
            if allowed and not any(term in translation for term in allowed):
                found.append(f"the term {name!r} is not {' or '.join(allowed)}")
        return found


def _words(message: Message, source: str) -> str:
    """Return the words of one side, by its kind."""
    if message.kind == "template":
        try:
            for name in fields(source):
                source = source.replace(name, MASKS["placeholder"])
        except ValueError:
            pass
    if message.kind == "hint":
        source = HINT_FIELD.sub(MASKS["placeholder"], source)
    if message.kind in ("docstring", "comment", "string"):
        return CODE.sub(MASKS["code"], source)
    return masked(source)


def _shown(words: str) -> str:
    for sign in MASKS.values():
        words = words.replace(sign, "…")
    return words


def damages(message: Message, translation: str) -> list[str]:
    """Return what a translation lacks of its text, or has beyond it.

    Differences in structure, formulas, inline code, targets of links, tags,
    placeholders, numbers, and spaces at the ends; empty if there are none.

    Examples
    --------
    >>> damages(Message("The *first* of `m` is 2."), "`m` 的第一个是 3。")
    ['em is missing', '2 is missing', '3 is too much']
    """
    found = []
    if message.kind == "markdown":
        one, other = structure(message.text), structure(translation)
        if one[0] != other[0]:
            found.append("another structure of Markdown")
        found += _unequal(one[1], other[1])
    elif message.kind in ("template", "hint"):
        find = fields if message.kind == "template" else HINT_FIELD.findall
        try:
            found += _unequal(Counter(find(message.text)), Counter(find(translation)))
        except ValueError as error:
            found.append(f"braces: {error}")
    if message.kind == "docstring":
        names = [PARAMETER.match(side) for side in (message.text, translation)]
        if len({name and name[0] for name in names}) > 1:
            found.append("another name of a parameter")
    if message.kind != "markdown":
        for pattern in (CODE, TAGS) if message.kind == "template" else (CODE,):
            found += _unequal(
                Counter(pattern.findall(message.text)),
                Counter(pattern.findall(translation)),
            )
        # A mark alone, as between the items of a list, has its language's spaces.
        if re.search(r"\w", message.text):
            found += _unequal_ends(message.text, translation)
    found += _unequal(
        Counter(NUMBER.findall(_words(message, message.text))),
        Counter(NUMBER.findall(_words(message, translation))),
    )
    return found


def _unequal(one: Counter, other: Counter) -> list[str]:
    return [f"{part} is missing" for part in one - other] + [
        f"{part} is too much" for part in other - one
    ]


def _unequal_ends(text: str, translation: str) -> list[str]:
    """Compare the spaces at both ends; a wide mark, as （, has its own."""
    first, last = translation.strip()[:1], translation.strip()[-1:]
    for mark, own, other in (
        (first, _before(text), _before(translation)),
        (last, _after(text), _after(translation)),
    ):
        wide = mark and east_asian_width(mark) in "WF" and not mark.isalnum()
        if other != own and not (wide and other == own.replace(" ", "")):
            return ["other spaces or line ends at its ends"]
    return []


def _before(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _after(text: str) -> str:
    return text[len(text.rstrip()) :]
