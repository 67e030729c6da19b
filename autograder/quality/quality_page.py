"""The page of figures about the tests' own quality."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.authoring.sources import SourceNotebook
from autograder.quality.entries import EntriesTold, entries_table
from autograder.quality.mutation import Killed
from autograder.quality.single_faults import SingleFault, single_fault_table

__all__ = ["Measured", "Setting", "page_of", "row_of"]

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
    "one sort": "of every layer the same sort alone is wrong: which",
    "missing": "a named result is missing",
    "length": "too many or too few elements: both numbers are named",
    "type": "another kind of value than expected: both are named",
    "none": "None was returned",
    "contract": "a term of the function's contract that is broken: which",
    "relation": "a named property of right answers does not hold",
    "exception": "an exception, translated into advice",
    "endless": "a loop without end",
    "cell": "the cell itself cannot be run",
}


@dataclass
class Measured:
    """What was found out about one notebook.

    Attributes
    ----------
    source : SourceNotebook
        The notebook.
    cases : int
        Visible and hidden calls with recorded results.
    mutants : list of Killed
        What became of each mutant.
    answers : list of Killed
        What became of each right answer, in each setting.
    variants : int
        How many right answers there are.
    attempts : list of Killed
        What became of each wrong attempt in the style of learners.
    contracts : list of Killed
        What became of each mutant of a contract.
    faults : list of SingleFault
        What one wrong function costs in otherwise perfect work.
    told : EntriesTold or None
        What the entries of the catalogue are called.
    """

    source: SourceNotebook
    cases: int
    mutants: list[Killed]
    answers: list[Killed]
    variants: int
    attempts: list[Killed] = field(default_factory=list)
    contracts: list[Killed] = field(default_factory=list)
    faults: list[SingleFault] = field(default_factory=list)
    told: EntriesTold | None = None

    @property
    def rejected(self) -> list[str]:
        """The right answers that lost a mark in some setting."""
        lost = (f"{a.function}: {a.change}" for a in self.answers if a.state != "right")
        return list(dict.fromkeys(lost))


@dataclass
class Setting:
    """What was found out under one version of NumPy and number of threads.

    Attributes
    ----------
    asked : str
        The version that was asked for, such as ``2.0`` or ``newest``.
    version : str
        The one that was there; empty if it could not be had.
    threads : int
        BLAS threads.
    submissions, gradings, others : int
        How many submissions were graded, how often in all, and how many of the
        gradings gave another mark than the first.
    unlike : list of str
        Notebook and submission of those.
    """

    asked: str
    version: str
    threads: int
    submissions: int = 0
    gradings: int = 0
    others: int = 0
    unlike: list[str] = field(default_factory=list)


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

    Parameters
    ----------
    notebooks : sequence of Measured
        In the order of the course.
    settings : sequence of Setting
        Under which submissions were graded again and again.
    times : sequence of str
        Sentences on how long it took, and where.

    Returns
    -------
    str
        The text.
    """
    rows = [row_of(found) for found in notebooks]
    sums = ["all", ""]
    for i in range(2, len(HEADS)):
        whole = HEADS[i] not in ("kill rate", "told more")
        sums.append(str(sum(int(row[i]) for row in rows)) if whole else "")
    mutants = [m for found in notebooks for m in found.mutants]
    attempts = [a for found in notebooks for a in found.attempts]
    lines = [
        "<!-- Generated by `make quality` from source/ and tests/right_answers/. -->",
        "# How well the tests test",
        "",
        *_table(HEADS, [*rows, sums], 2),
        "",
        "- **cases**: visible and hidden calls with recorded results.",
        "- **misconceptions**: catalogued wrong answers, each with a hint of its own.",
        "  The gates of a release hold that every one loses marks, and that no two "
        "look alike to the cases unless marked as one. The judge must name exactly "
        "that one, at work and in the feedback.",
        "- **mutants**: every single change of a solution region; **equivalent** ones "
        "agree with the solution on 200 random inputs drawn independently of the "
        "cases (`source/*/inputs.py`).",
        "- **kill rate**: share of the other mutants that lose marks in a hidden case.",
        "- **told more**: share of the killed mutants outside of the catalogue of "
        "which the feedback says something of the kinds under Diagnosis.",
        "- **right variants**: right answers written otherwise "
        "(`tests/right_answers/`); **false rejects** are those that lost a mark in "
        "any setting under Stability.",
        "",
        "## Time",
        "",
        *times,
        "",
        "## Survivors",
        "",
        *_listed(
            f"`{m.notebook}.{m.function}`, line {m.line}: `{m.change}`"
            for m in mutants
            if m.state == "survived"
        ),
        "",
        "## Contracts",
        "",
        *_contracts(notebooks),
        "",
        "## Catalogue",
        "",
        *_catalogue(notebooks),
        "",
        "## Single faults",
        "",
        *_faults(notebooks),
        "",
        "## Right answers",
        "",
        *_answers(notebooks),
        "",
        "## Stability",
        "",
        *_stability(settings),
        "",
        "## Diagnosis",
        "",
        *_diagnosis(mutants),
        "",
        "## Statements",
        "",
        *_statements([*mutants, *attempts]),
        "",
        "## Wrong attempts",
        "",
        *_attempts(attempts),
        "",
    ]
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> list[str]:
    rule = ["---"] * left + ["--:"] * (len(heads) - left)
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "|".join(rule) + "|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _listed(items: Iterable[object]) -> list[str]:
    return [f"- {item}" for item in items] or ["None."]


def _contracts(notebooks: Sequence[Measured]) -> list[str]:
    """Say what became of the mutants of contracts, by notebook."""
    heads = ("notebook", "forbidden", "no effect", "killed", "told", "allowed", "kept")
    rows = []
    for found in notebooks:
        broken = [m for m in found.contracts if m.term]
        allowed = [m for m in found.contracts if not m.term]
        states = Counter(m.state for m in broken)
        counts = (
            len(broken),
            states["equivalent"],
            states["killed"],
            sum(m.state == "killed" and m.told for m in broken),
            len(allowed),
            sum(m.held for m in allowed),
        )
        rows.append([found.source.name, *map(str, counts)])
    sums = [str(sum(int(row[i]) for row in rows)) for i in range(1, len(heads))]
    return [
        *_table(heads, [*rows, ["all", *sums]], 1),
        "",
        "Right values in a wrapper that does what a contract speaks of: sets a seed, "
        "changes its inputs, shares memory, adds keys, takes an order for granted, "
        "fixes a size, calls the function of `helpers`.",
        "",
        "- **forbidden** ones have to be **killed**, but for those that have **no "
        "effect** on the function's inputs, and **told** under the name of the term "
        "or of an entry of the catalogue.",
        "- **allowed** ones have to have **kept** full marks.",
        "",
        *_listed(
            f"`{m.notebook}.{m.function}` {m.change}: {m.state}"
            for found in notebooks
            for m in found.contracts
            if not m.held
        ),
    ]


def _catalogue(notebooks: Sequence[Measured]) -> list[str]:
    """Say what the entries of the catalogues are called, and how hints come out."""
    named = [(found.source.name, found.told) for found in notebooks if found.told]
    heads, *rows = entries_table(named)
    return [
        *_table(heads, rows, 1),
        "",
        "What a catalogued mistake returns is given to the judge (**in grading**) and, "
        "where a public case shows it, to the check (**at work**): each counts where "
        "exactly that entry is named.",
        "A hint with numbers counts as **rendered** where all of its sentences are "
        "shown, with the numbers of one public case.",
        "",
        *_listed(f"`{name}.{item}`" for name, told in named for item in told.otherwise),
    ]


def _faults(notebooks: Sequence[Measured]) -> list[str]:
    """Say what one wrong function costs in otherwise perfect work."""
    rows = []
    for found in notebooks:
        heads, *lines = single_fault_table(found.faults)
        rows += [(found.source.name, *line) for line in lines]
    return [
        *_table(("notebook", *heads), rows, 2),
        "",
        "One function that others call is wrong and all else is right: each entry of "
        "its catalogue, a sample of its mutants, one that raises, and the untouched "
        "stub. **most lost in all** counts the points of all functions together; "
        "**beyond its own** counts faults that cost more points than the function has.",
    ]


def _outside(mutants: Sequence[Killed]) -> list[Killed]:
    return [m for m in mutants if m.state == "killed" and not m.entry]


def _answers(notebooks: Sequence[Measured]) -> list[str]:
    sizes: dict[str, list[int]] = {}
    for found in notebooks:
        points = {cell.id: cell.points for cell in found.source.cells}
        once = {(a.function, a.change) for a in found.answers}
        counts = Counter(function for function, _ in once)
        for name, function in found.source.functions.items():
            worth = points[f"{function.cell.id}-check"]
            size = "Core" if worth >= 6 else "Exercise" if worth >= 3 else "Step"
            sizes.setdefault(size, []).append(counts[name])
    needed = {"Step": 3, "Exercise": 5, "Core": 8}
    rows = [
        [size, str(len(sizes[size])), str(needed[size]), str(min(sizes[size]))]
        for size in needed
        if size in sizes
    ]
    heads = ("size", "functions", "variants needed of each", "fewest of any")
    return [
        *_table(heads, rows, 1),
        "",
        "Loops, einsum, other products and orders, in place, float32, Python numbers, "
        "prints, functions of their own, annotations, other names, seeds of their own.",
        "",
        "Rejected:",
        "",
        *_listed(item for found in notebooks for item in found.rejected),
    ]


def _stability(settings: Sequence[Setting]) -> list[str]:
    rows = [
        [
            f"{s.asked} ({s.version})" if s.version else s.asked,
            str(s.threads),
            *(
                [str(s.submissions), str(s.gradings), str(s.others)]
                if s.version
                else ["not measured"] * 3
            ),
        ]
        for s in settings
    ]
    if not rows:
        return ["Not measured in this run."]
    heads = ("NumPy", "BLAS threads", "submissions", "gradings", "other marks")
    missing = dict.fromkeys(s.asked for s in settings if not s.version)
    return [
        "Of every notebook the same few submissions are graded again and again: right "
        "answers, catalogued mistakes, mutants, and a mixture of them. The order is "
        "drawn anew each time. The cases are recorded once, under the installed NumPy.",
        "A grading counts among the other marks if any cell's mark is not that of the "
        "submission's first grading in the first setting.",
        "",
        *_table(heads, rows, 1),
        "",
        *(f"NumPy {name} could not be installed here." for name in missing),
        *(f"- other marks: {name}" for s in settings for name in s.unlike),
    ]


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


def _attempts(attempts: Sequence[Killed]) -> list[str]:
    """Return how the check helps with wrong attempts."""
    told = [a for a in attempts if a.state != "right" and a.kind != "only hidden"]
    counts = Counter(a.kind for a in told)
    plain = counts.pop("", 0)
    total = len(told) or 1
    kinds = [*HELP, *sorted(counts.keys() - HELP.keys())]
    rows = [
        [HELP.get(k, KINDS.get(k, k)), str(counts[k]), f"{counts[k] / total:.1%}"]
        for k in kinds
        if counts[k]
    ]
    rows.append(["**something of its own**", str(len(told) - plain), ""])
    rows[-1][2] = f"{(len(told) - plain) / total:.1%}"
    rows.append(["a general question, the section and the example by hand", str(plain)])
    rows[-1].append(f"{plain / total:.1%}")
    return [
        f"{len(told)} wrong attempts in the style of learners "
        "(`tests/wrong_answers/`), written without the catalogue; each counts once, "
        "under the most pointed thing that the check says in its first four runs.",
        "",
        *_table(("what the check says", "attempts", "share"), rows, 1),
    ]


def _statements(mutants: Sequence[Killed]) -> list[str]:
    """Return what became of the statements about wrong numbers."""
    checked = sum(m.statements for m in mutants)
    untrue = [(m, sentence) for m in mutants for sentence in m.untrue]
    answers = sum(bool(m.statements) for m in mutants)
    return [
        "Each statement about the numbers of a wrong answer (relations, shapes, "
        "counts, places, single values) is checked again from the two arrays by other "
        "code (`autograder/quality/claims.py`). Reasons that a relation of "
        "`judges.py` gives, and explanations of exceptions, are not among them.",
        "",
        f"**{checked}** statements about {answers} wrong answers, "
        f"**{len(untrue)}** untrue:",
        "",
        *_listed(f"`{m.notebook}.{m.function}`: {said}" for m, said in untrue),
    ]


def _diagnosis(mutants: Sequence[Killed]) -> list[str]:
    others = _outside(mutants)
    known = sum(bool(m.entry) for m in mutants)
    counts = Counter(m.kind for m in others)
    plain = counts.pop("", 0)
    total = len(others) or 1
    rows = [
        [KINDS.get(kind, kind), str(counts[kind]), f"{counts[kind] / total:.1%}"]
        for kind in (*KINDS, *sorted(counts.keys() - KINDS.keys()))
        if counts[kind]
    ]
    told = len(others) - plain
    rows.append(["**more than that values differ**", str(told), f"{told / total:.1%}"])
    rows.append(["values differ, on which side, how many", str(plain), ""])
    rows[-1][2] = f"{plain / total:.1%}"
    return [
        f"{known} of the killed mutants are recognised as an entry of the catalogue "
        "and get its hint; they are left out here.",
        f"Of the {len(others)} others each counts once, under the first thing that the "
        "feedback says of it beyond that values differ.",
        "An exception's name, a count of wrong entries, a list of what is right or a "
        "side (too large, too small) count as nothing.",
        "",
        *_table(("what the feedback says", "mutants", "share"), rows, 1),
    ]
