"""What an LMS calls the files of its archives: whose they are, and which notebook."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# `Name Surname_12345_assignsubmission_file_numpy_basics.ipynb`, or a folder
# `Name Surname_12345_assignsubmission_file_` (older: `..._assignsubmission_file`,
# and `..._assignsubmission_onlinetext_` for what was typed into a page).
MOODLE = (
    r"(?P<name>.*?)_(?P<student_id>\d+)_assignsubmission_(?:file|onlinetext)_?"
    r"(?P<file_id>.*)"
)
# `surnamename_12345_67890_numpy_basics-1.ipynb`, `surnamename_LATE_12345_...`: the
# learner's number, then the file's. Where marking is anonymous,
# `anon_aB3x9_67890_...`, with a code that is another in each assignment.
CANVAS = (
    r"(?P<name>[^_]*|.*?)_(?:LATE_)?"
    r"(?P<student_id>\d+|(?:(?<=^anon_)|(?<=^anon_LATE_))[A-Za-z0-9]{5})_"
    r"(?:LATE_)?(?P<upload>\d+)_(?P<file_id>.*)"
)
ANONYMOUS = "anon"
MOST_CHARACTERS = 512

_EXTENSION = re.compile(r"\.ipynb$", re.IGNORECASE)
# What browsers, operating systems and LMS add to the name of a copy.
_BEFORE = re.compile(
    r"^(?:copy[ _]of|kopie[ _]von|copie[ _]de|copia[ _]d[ei]|c[oó]pia[ _]de|kopia|"
    r"副本)[ _-]+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[ _-]*(?:\((?P<a>\d{1,9})\)|-(?P<b>\d{1,9})|[ _-](?:copy|kopie|copie|copia|kopia|"
    r"副本)[ _-]*(?P<c>\d{0,9}))$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Name:
    """What a name in an archive says."""

    learner: str  # the name that the LMS shows
    number: str  # the LMS's number or code for the learner
    file: str  # what the learner called the file; empty for a folder
    upload: tuple[int, ...] = ()  # later files have higher ones
    time: str = ""  # when it was handed in, as the name says it
    # What the LMS put before the file's name, by which it knows whose it is.
    before: str = ""


def read_name(pattern: str, text: str) -> Name | None:
    """Read a name that an LMS gave to a file or folder; None where it does not fit.

    The pattern has groups ``student_id`` and ``file_id``, and may have ``name``,
    ``upload`` and ``timestamp``.

    Raises
    ------
    ValueError
        Where it can be read in two ways that name different learners: the name of
        a learner or of a file looks like what the LMS writes between them.

    Examples
    --------
    >>> read_name(CANVAS, "lovelaceada_LATE_12_345_hw.ipynb").number
    '12'
    >>> read_name(MOODLE, "x_7_assignsubmission_file_y_8_assignsubmission_file_z")
    Traceback (most recent call last):
        ...
    ValueError: it could be of 7 or of 8
    """
    text = text[:MOST_CHARACTERS]
    match = re.fullmatch(pattern, text)
    if match is None:
        return None
    parts = {key: value or "" for key, value in match.groupdict().items()}
    learner = parts.get("name", "")
    # Canvas takes all but letters and digits out of learners' names.
    certain = "(?P<name>[^_]*" in pattern and "_" not in learner
    if not certain:
        greedy = pattern.replace("(?P<name>[^_]*|", "(?P<name>")
        greedy = greedy.replace("(?P<name>.*?)", "(?P<name>.*)")
        last = re.fullmatch(greedy, text)
        if last is not None and last["student_id"] != parts["student_id"]:
            numbers = f"{parts['student_id']} or of {last['student_id']}"
            raise ValueError(f"it could be of {numbers}")
    number = parts["student_id"]
    if certain and learner == ANONYMOUS:
        number = f"{ANONYMOUS}_{number}"
    upload = tuple(map(int, re.findall(r"\d{1,18}", parts.get("upload", ""))))
    file, time = parts["file_id"], parts.get("timestamp", "")
    extension = _EXTENSION.search(text)
    if extension and not _EXTENSION.search(file):  # as nbgrader completes a name
        file += extension[0]
    return Name(learner, number, file, upload, time, text.removesuffix(file))


def lms_of(patterns: Iterable[str], texts: Iterable[str]) -> str | None:
    """Return the pattern of the one LMS that gave all names of an archive.

    A learner can give a name that fits another LMS's pattern too; none can give one
    that does not fit its own. It is the one that fits most names; None where two fit
    equally many, or none fits any.
    """
    patterns = list(patterns)
    fits: Counter[str] = Counter()
    for text in texts:
        for pattern in patterns:
            if re.fullmatch(pattern, text[:MOST_CHARACTERS]):
                fits[pattern] += 1
    ranked = fits.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def notebook_of(file: str, notebooks: Iterable[str]) -> tuple[str, int] | None:
    """Say which notebook a file is, whatever a browser made of its name.

    `file` is named as the learner or the LMS did; if there are no `notebooks`, any will
    do. Returns the notebook's name and the number of the copy; None where it is none.

    Examples
    --------
    >>> notebook_of("Copy of Numpy Basics (2).IPYNB", ["numpy_basics"])
    ('numpy_basics', 2)
    >>> notebook_of("other.ipynb", ["numpy_basics"])
    """
    # The patterns below take the square of a name that no file system has.
    if len(file) > MOST_CHARACTERS or not _EXTENSION.search(file):
        return None
    stem = _EXTENSION.sub("", file)
    known = {_folded(name): name for name in notebooks}
    number = 0
    for _ in range(4):  # a copy of a copy
        if _folded(stem) in known:
            return known[_folded(stem)], number
        shorter = _BEFORE.sub("", stem)
        if copy := _AFTER.search(shorter):
            number = max(number, int(copy["a"] or copy["b"] or copy["c"] or 1))
            shorter = shorter[: copy.start()]
        if shorter == stem:
            break
        stem = shorter
    if _folded(stem) in known:
        return known[_folded(stem)], number
    return None if known else (stem, number)


def _folded(name: str) -> str:
    return re.sub(r"[ _-]+", "_", unicodedata.normalize("NFKC", name).casefold())
