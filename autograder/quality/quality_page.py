"""The page of figures about the tests' own quality."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.authoring.sources import SourceNotebook
from autograder.quality.entries import EntriesTold
from autograder.quality.mutation import Killed
from autograder.quality.single_faults import SLACK, SingleFault

PAGES = Environment(
    loader=PackageLoader("autograder.quality", "."),
    undefined=StrictUndefined,
    trim_blocks=True,
)

HEADS = (
    "assignment",
    "notebook",
    "functions",
    "cases",
    "misconceptions",
    "mutants",
    "equivalent",
    "kill rate",
    "told more",
    "right variants",
    "false rejects",
)

# What the feedback may know beyond that values differ, the asked-for kinds first.
KINDS = {
    "shape": "the shape or the length is wrong: both are named",
    "transposition": "rows and columns are swapped",
    "sign": "every sign, some signs, or a sign that cannot be",
    "factor": "one constant factor, with where it comes from (m, 1/m, 2, keep_prob)",
    "axis": "one axis was reduced, or was left",
    "bias": "off by something of each row's or column's own, as a bias is",
    "only hidden": "equal on the public inputs but not on others",
    "layer": "right except in the last layer, or in named layers",
    "rounding": "right up to rounding, but not quite",
    "input term": "off by exactly a named input, or by a multiple of it",
    "input factor": "the expected value times or divided by a named input",
    "input": "a named input, or a multiple of it, was returned",
    "another result": "one result holds what another should",
    "offset": "off by one constant amount",
    "factor by line": "each row or column off by a factor of its own",
    "function": "a named function of the expected value: square, root, rounded ...",
    "place": "which entries, rows or columns alone are wrong, or from where on",
    "places by sign": "wrong exactly where an input or the answer has some sign",
    "order": "the right numbers in another order",
    "equal entries": "entries, rows or columns are equal and should not be",
    "zero": "all of it is 0",
    "not zero": "all that is expected is 0",
    "logarithm": "a logarithm with base 2 or 10",
    "whole numbers": "whole numbers, or a comparison, instead of values",
    "totals": "the sum is right, its parts are not",
    "not finite": "NaN or infinity, and where first",
    "one result": "one of several results alone is wrong: which",
    "parts": "which results, or which entries of one, are right and which are not",
    "unfilled": "entries that nothing was written into",
    "one sort": "of every layer the same sort alone is wrong: which",
    "missing": "a named result is missing",
    "extra": "a result or a key that was not asked for: which",
    "size": "numbers outside of the range that all expected ones have",
    "length": "too many or too few elements: both numbers are named",
    "type": "another kind of value than expected: both are named",
    "none": "None was returned",
    "contract": "a term of the function's contract that is broken: which",
    "relation": "a named property of right answers does not hold",
    "exception": "an exception, translated into advice",
    "endless": "a loop without end",
    "cell": "the cell itself cannot be run",
}


# How a check helps with a wrong attempt, the most pointed help first.
HELP = {
    "named": "a catalogued mistake by its name, with its own question",
    "relation": "a relation that holds in every wrong case",
    "expression": "the expression that raised an exception, with shapes and kinds",
    "source": "a remark on the source, such as a parameter that is never used",
    "exception": "the kind of an exception, with general advice",
    "none": "that None was returned",
    "cell": "that the cell cannot be run",
}
# How many right variants a function needs, by the size of its exercise.
NEEDED = {"Step": 3, "Exercise": 5, "Core": 8}


@dataclass
class Measured:
    """What was found out about one notebook."""

    source: SourceNotebook
    cases: int  # visible and hidden calls with recorded results
    mutants: list[Killed]  # what became of each mutant
    answers: list[Killed]  # what became of each right answer, in each setting
    variants: int  # how many right answers there are
    # What became of each wrong attempt in the style of learners.
    attempts: list[Killed] = field(default_factory=list)
    # What became of each mutant of a contract.
    contracts: list[Killed] = field(default_factory=list)
    # What one wrong function costs in otherwise perfect work.
    faults: list[SingleFault] = field(default_factory=list)
    told: EntriesTold | None = None  # what the entries of the catalogue are called

    @property
    def rejected(self) -> list[str]:
        """The right answers that lost a mark in some setting."""
        lost = (f"{a.function}: {a.change}" for a in self.answers if a.state != "right")
        return list(dict.fromkeys(lost))


@dataclass
class Setting:
    """What was found out under one version of NumPy and number of threads."""

    asked: str  # the version that was asked for, such as ``2.0`` or ``newest``
    version: str  # the one that was there; empty if it could not be had
    threads: int  # BLAS threads
    # How many submissions were graded, how often in all, and how many of the gradings
    # gave another mark than the first.
    submissions: int = 0
    gradings: int = 0
    others: int = 0
    unlike: list[str] = field(default_factory=list)  # notebook and submission of those


def row_of(found: Measured) -> list[str]:
    """Return a notebook's line of the table."""
    states = Counter(item.state for item in found.mutants)
    judged = states["killed"] + states["survived"]
    others = _outside(found.mutants)
    told = sum(bool(m.kind) for m in others)
    entries = [e for f in found.source.functions.values() for e in f.entries]
    return [
        found.source.assignment,
        found.source.name,
        str(len(found.source.functions)),
        str(found.cases),
        str(sum(e.entry.wrong for e in entries)),
        str(len(found.mutants)),
        str(states["equivalent"]),
        f"{states['killed'] / judged:.1%}" if judged else "–",
        f"{told / len(others):.0%}" if others else "–",
        str(found.variants),
        str(len(found.rejected)),
    ]


def page_of(
    notebooks: Sequence[Measured], settings: Sequence[Setting], times: Sequence[str]
) -> str:
    """Return the page in Markdown.

    `times` are sentences on how long the mutants took.
    """
    mutants = [m for found in notebooks for m in found.mutants]
    attempts = [a for found in notebooks for a in found.attempts]
    contracts = [m for found in notebooks for m in found.contracts]
    told = [a for a in attempts if a.state != "right" and a.kind != "only hidden"]
    checked = [*mutants, *attempts]
    return PAGES.get_template("quality_page.md.j2").render(
        heads=HEADS,
        notebooks=_with_sums([row_of(found) for found in notebooks], 2),
        times=times,
        survivors=[
            f"`{m.notebook}.{m.function}`, line {m.line}: `{m.change}`"
            for m in mutants
            if m.state == "survived"
        ],
        contracts=_with_sums([_contract_row(found) for found in notebooks]),
        broken=[
            f"`{m.notebook}.{m.function}` {m.change}: {m.state}"
            for m in contracts
            if not m.held
        ],
        entries=_with_sums(
            [[f.source.name, *f.told.counts] for f in notebooks if f.told]
        ),
        otherwise=[
            f"`{found.source.name}.{item}`"
            for found in notebooks
            if found.told
            for item in found.told.otherwise
        ],
        faults=[row for found in notebooks for row in _fault_rows(found)],
        sizes=_size_rows(notebooks),
        rejected=[item for found in notebooks for item in found.rejected],
        settings=[_setting_row(setting) for setting in settings],
        remarks=[
            *(
                f"NumPy {name} could not be installed here."
                for name in dict.fromkeys(s.asked for s in settings if not s.version)
            ),
            *(f"- other marks: {name}" for s in settings for name in s.unlike),
        ],
        known=sum(bool(m.entry) for m in mutants),
        others=len(_outside(mutants)),
        diagnosis=_share_rows(
            (m.kind for m in _outside(mutants)),
            KINDS,
            "more than that values differ",
            "values differ, on which side, how many",
        ),
        checked=sum(m.statements for m in checked),
        answers=sum(bool(m.statements) for m in checked),
        untrue=[
            f"`{m.notebook}.{m.function}`: {said}" for m in checked for said in m.untrue
        ],
        attempted=len(told),
        attempts=_share_rows(
            (a.kind for a in told),
            HELP,
            "something of its own",
            "a general question, the section and the example by hand",
        ),
    )


def _with_sums(rows: list[list], left: int = 1) -> list[list]:
    """Add a row with the sums of the columns that hold nothing but counts."""
    columns = list(zip(*rows))[left:]
    sums = [
        sum(map(int, one)) if all(str(cell).isdigit() for cell in one) else ""
        for one in columns
    ]
    return [*rows, ["all", *[""] * (left - 1), *sums]]


def _contract_row(found: Measured) -> list:
    """Say what became of the mutants of a notebook's contracts."""
    broken = [m for m in found.contracts if m.term]
    allowed = [m for m in found.contracts if not m.term]
    states = Counter(m.state for m in broken)
    told = sum(m.state == "killed" and m.told for m in broken)
    kept = sum(m.held for m in allowed)
    counts = len(broken), states["equivalent"], states["killed"], told
    return [found.source.name, *counts, len(allowed), kept]


def _fault_rows(found: Measured) -> list[list]:
    """Say what one wrong function of a notebook costs in otherwise perfect work."""
    by_function: dict[str, list[SingleFault]] = {}
    for fault in found.faults:
        by_function.setdefault(fault.function, []).append(fault)
    rows = []
    for name, faults in by_function.items():
        most = max(fault.own + sum(fault.others.values()) for fault in faults)
        beyond = sum(fault.excess > SLACK for fault in faults)
        shown = f"{faults[0].points:g}", len(faults), f"{most:.4g}", beyond
        rows.append([found.source.name, name, *shown])
    return rows


def _outside(mutants: Sequence[Killed]) -> list[Killed]:
    return [m for m in mutants if m.state == "killed" and not m.entry]


def _size_rows(notebooks: Sequence[Measured]) -> list[list]:
    """Say how many right answers there are for exercises of each size."""
    sizes: dict[str, list[int]] = {}
    for found in notebooks:
        points = {cell.id: cell.points for cell in found.source.cells}
        once = {(a.function, a.change) for a in found.answers}
        counts = Counter(function for function, _ in once)
        for name, function in found.source.functions.items():
            worth = points[f"{function.cell.id}-check"]
            size = "Core" if worth >= 6 else "Exercise" if worth >= 3 else "Step"
            sizes.setdefault(size, []).append(counts[name])
    return [
        [size, len(sizes[size]), needed, min(sizes[size])]
        for size, needed in NEEDED.items()
        if size in sizes
    ]


def _setting_row(setting: Setting) -> list:
    if not setting.version:
        return [setting.asked, setting.threads, *["not measured"] * 3]
    counts = setting.submissions, setting.gradings, setting.others
    return [f"{setting.asked} ({setting.version})", setting.threads, *counts]


def _share_rows(
    kinds: Iterable[str], names: Mapping[str, str], something: str, nothing: str
) -> list[list]:
    """Say how often each kind of thing was told; an empty kind tells nothing."""
    counts = Counter(kinds)
    total = counts.total() or 1
    plain = counts.pop("", 0)
    known = KINDS | dict(names)
    rows: list[tuple[str, int]] = [
        (known.get(kind, kind), counts[kind])
        for kind in (*names, *sorted(counts.keys() - names.keys()))
        if counts[kind]
    ]
    rows += [(f"**{something}**", counts.total()), (nothing, plain)]
    return [[name, count, f"{count / total:.1%}"] for name, count in rows]
