"""Names that strangers chose, where people and programs read them."""

import shlex
import unicodedata

# Joiners are part of words in some scripts.
KEPT = "\u200c\u200d"
HIDING = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
MARKUP = '<>"&\\'
PATTERN = "*?["  # nbgrader's commands would take other learners for this one
LONGEST = 128  # characters; databases keep no more


def plain(text: str) -> str:
    """Return text in which nothing commands a terminal or turns a line about.

    Control characters, marks of direction and line ends are written out.

    Examples
    --------
    >>> plain("a\\x1b[2J, an \\u05d0 and\\na line")
    'a\\\\x1b[2J, an \u05d0 and\\\\na line'
    """
    return "".join(
        c.encode("unicode_escape").decode()
        if unicodedata.category(c) in HIDING and c not in KEPT
        else c
        for c in text
    )


def quoted(name: str) -> str:
    """Return a name as it stands in a command that is to be copied.

    Examples
    --------
    >>> quoted("hw1"), quoted("Homework 2.1")
    ('hw1', "'Homework 2.1'")
    """
    return shlex.quote(plain(name))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "learner"), counted(3, "learner")
    ('1 learner', '3 learners')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def unusable(name: str) -> str:
    """Say why a learner's name cannot be used.

    Formgrader's pages show names as they are, scripts with them, and nbgrader's
    commands look for them as patterns. The reason is empty where the name can be used.

    Examples
    --------
    >>> unusable("Zoë O'Neill 2")
    ''
    >>> unusable("<b>")
    'the name holds <, >: rename the folder in submitted/'
    """
    if len(name) > LONGEST:
        return f"the name has more than {LONGEST} characters: rename the folder"
    held = [c for c in dict.fromkeys(name) if c in MARKUP + PATTERN or plain(c) != c]
    if not held:
        return ""
    return (
        f"the name holds {', '.join(map(plain, held))}: rename the folder in submitted/"
    )
