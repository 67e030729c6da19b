"""Pairs of submissions whose solutions are alike: a hint to look, not a verdict.

Short exercises with one natural answer make everybody's work alike, so the
released stub and whatever many learners share are not counted.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copydetect import CodeFingerprint, compare_files
from copydetect.utils import filter_code, get_token_coverage

from autograder.authoring.regions import RegionError, find_regions, stub

# Runs of so many characters count, after names are made equal.
RUN = 25
WINDOW = 6
# Runs that more than this share of a class has in common say nothing of a pair, and
# in a class of thousands those that so many have.
COMMON = 0.34
MOST_HOLDERS = 150
LEAST_SHARE = 0.8
LEAST_TEXT = 120
LEAST_OVERLAP = 60
MOST_PAIRS = 20
# What is longer is compared as far as this; the library takes the square of a line.
MOST_TEXT = 12_000
LONGEST_LINE = 400


@dataclass(frozen=True)
class Alike:
    """Two submissions that are alike."""

    one: str
    other: str
    share: float  # share of the smaller one's own text that the other has too
    characters: int  # how many characters that is, names counted as one


def own_text(cell: str) -> str:
    """Return the lines between the markers of a cell; all of it without markers.

    Examples
    --------
    >>> own_text('''def f():
    ...     ### START CODE HERE ###
    ...     x = 1
    ...     ### END CODE HERE ###
    ...     return x''')
    'x = 1'
    """
    try:
        regions = find_regions(cell)
    except RegionError:
        regions = []
    lines = cell.split("\n")
    if not regions:
        return cell
    chosen = [line for r in regions for line in lines[r.start : r.end - 1]]
    return "\n".join(line.strip() for line in chosen)


def _fingerprint(text: str, common: set[int], window: int) -> CodeFingerprint:
    """Return the fingerprint of a filtered text without the runs that do not count.

    The library's own way of leaving runs out fails where a text repeats itself.
    """
    found = CodeFingerprint(
        "submission.py", RUN, window, filter=False, fp=io.StringIO(text)
    )
    kept = {run: at for run, at in found.hash_idx.items() if int(run) not in common}
    found.hash_idx = kept
    found.hashes = set(kept)
    found.token_coverage = get_token_coverage(kept, RUN, len(found.filtered_code))
    return found


def alike_pairs(
    submissions: Mapping[str, Mapping[str, str]], solutions: Mapping[str, str]
) -> list[Alike]:
    """List the pairs of submissions that are suspiciously alike.

    The most alike first, at most 20. Stubs, which `solutions` has, are not counted.
    """
    stubs = {key: own_text(stub(text)) for key, text in solutions.items()}
    texts = {}
    for student, cells in submissions.items():
        own = {key: own_text(text) for key, text in cells.items()}
        parts = [own[k] for k in sorted(own) if own[k] != stubs.get(k)]
        lines = "\n".join(parts)[:MOST_TEXT].split("\n")
        text = "\n".join(line[:LONGEST_LINE] for line in lines)
        if len(text) >= LEAST_TEXT:
            texts[student] = _filtered(text)
    released = _filtered("\n".join(stubs.values()))
    common = _runs(released) | _shared_by_many(texts)
    prints = {
        student: _fingerprint(text, common, WINDOW) for student, text in texts.items()
    }
    found = []
    for one, other in _candidates(prints):
        overlap, shares, _ = compare_files(prints[one], prints[other])
        share = float(max(shares))
        if share >= LEAST_SHARE and overlap >= LEAST_OVERLAP:
            found.append(Alike(one, other, min(share, 1.0), int(overlap)))
    found.sort(key=lambda pair: (-pair.share, -pair.characters, pair.one, pair.other))
    return found[:MOST_PAIRS]


def _candidates(prints: Mapping[str, CodeFingerprint]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that can be alike by the number of runs that both have.

    All others are not compared: in a large class most pairs have no run in common.
    """
    holders: dict[int, list[str]] = defaultdict(list)
    for other in sorted(prints):
        mine, theirs = Counter[str](), Counter[str]()
        for run, places in prints[other].hash_idx.items():
            for one in holders[run]:
                mine[one] += RUN * len(places)
                theirs[one] += RUN * len(prints[one].hash_idx[run])
            holders[run].append(other)
        for one in sorted(mine):
            # At most so much of either text can be in the other.
            shares = (
                mine[one] / prints[other].token_coverage,
                theirs[one] / prints[one].token_coverage,
            )
            if max(shares) >= LEAST_SHARE and theirs[one] >= LEAST_OVERLAP:
                yield one, other


def _filtered(text: str) -> str:
    """Return code with all names made equal, which costs more than all the rest."""
    filtered: str = filter_code(text, "submission.py", "python")[0]
    return filtered


def _runs(text: str) -> set[int]:
    if len(text) < RUN:
        return set()
    return {int(run) for run in _fingerprint(text, set(), 1).hashes}


def _shared_by_many(texts: Mapping[str, str]) -> set[int]:
    """Return the runs that many learners have; more than two in any class."""
    limit = min(max(2, COMMON * len(texts)), MOST_HOLDERS)
    counts = Counter(run for text in texts.values() for run in _runs(text))
    return {run for run, count in counts.items() if count > limit}
