"""What is demanded of a function beyond its values, and what breaks it.

A contract is a list of terms from a closed vocabulary, written once beside the
function's catalogue. From it follow how a call is observed, what a broken term
costs, the question that leads out of it, and the sentence in the prompt.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, Entry, FunctionCases
from helpers.checks.comparison import Difference, Result
from helpers.checks.values import leaves
from helpers.strings import text

# The sentences, questions and names of the terms stand in the strings under the
# same words with underscores.
TERMS = (
    "own work",
    "fresh",
    "no seed",
    "same seed",
    "shuffled",
    "independent masks",
    "independent results",
    "exact keys",
    "any order of keys",
    "float",
    "leaves inputs",
    "changes inputs",
)

MARK = "contract"


def _key(term: str) -> str:
    return term.replace(" ", "_")


def contract_line(terms: Sequence[str], own_work: Sequence[str] = ()) -> str:
    """Return the line of a prompt that states a contract.

    `own_work` are functions of `helpers` that may not be called, as
    ``"module.name"``.

    Examples
    --------
    >>> contract_line(["no seed"])
    '**Contract.** Set no seed inside: the caller decides.'
    """
    names = text("contract.or").join(f"`helpers.{name}`" for name in own_work)
    sentences = [
        text(f"contract.sentence.{_key(t)}", names=names) for t in TERMS if t in terms
    ]
    return " ".join([text("contract.title"), *sentences])


def term_name(term: str) -> str:
    """Return what a broken term is called to learners."""
    return text(f"contract.name.{_key(term)}")


def hint_of(term: str, hints: Mapping[str, str]) -> str:
    """Return the question that leads out of a broken term."""
    return hints.get(term) or text(f"contract.hint.{_key(term)}")


def with_contract(
    function: FunctionCases, case: Case, outcome: Outcome, results: list[Result]
) -> list[Result]:
    """Add to a comparison what the contract forbids, as differences of that kind.

    A broken term costs what it spoils: the results concerned, or one part more
    beside the results where it spoils something of the caller's. `outcome` is what was
    observed while the function was called.
    """
    by_name = {result.name: result for result in results}
    more: dict[str, Result] = {}
    for term, path in _breaches(function, case, outcome):
        said = text(f"contract.broken.{_key(term)}", path=path)
        difference = Difference(path, MARK, said, term)
        spoiled = [by_name[n] for n in by_name if _is_part(path, n)]
        if not spoiled:
            spoiled = [more.setdefault(path, Result(path))]
        for result in spoiled:
            result.differences.append(difference)
    return results + list(more.values())


def _is_part(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}[")


def _breaches(
    function: FunctionCases, case: Case, outcome: Outcome
) -> Iterator[tuple[str, str]]:
    """Yield each broken term with the name of what it spoils."""
    terms = function.contract
    if "fresh" in terms:
        frozen = case.expected.again == "other" and outcome.again == "same"
        if frozen or outcome.seeded:
            returned = _parts_of(function, outcome.value)
            for name, value in function.signature.split(case.expected.value).items():
                # What is zero was not drawn, and what is constant is no draw.
                drawn = any(np.any(np.asarray(leaf)) for _, leaf in leaves(value, name))
                if drawn and (outcome.seeded or _varies(returned.get(name))):
                    yield "fresh", name
    if "no seed" in terms and outcome.seeded:
        yield "no seed", text("contract.part.seed")
    if (
        "same seed" in terms
        and case.expected.again == "same"
        and outcome.again == "other"
    ):
        for name in function.signature.split(case.expected.value):
            yield "same seed", name
    if "independent results" in terms:
        names = [*outcome.aliased, *outcome.shared]
        for path in names:
            yield "independent results", _named(function, path)
    if "float" in terms:
        for path, leaf in leaves(outcome.value, ""):
            if isinstance(leaf, np.ndarray) and leaf.ndim and leaf.dtype.kind in "biu":
                yield "float", _named(function, path)
    if "leaves inputs" in terms:
        for name in outcome.changed:
            yield "leaves inputs", text("contract.part.input", name=name)


def _parts_of(function: FunctionCases, value: object) -> dict[str, object]:
    """Return the named results of an answer, as far as it has the right form."""
    form = function.signature.form
    if form == "dict" and not isinstance(value, dict):
        return {}
    if form == "tuple" and not isinstance(value, list | tuple):
        return {}
    return function.signature.split(value)


def _varies(value: object) -> bool:
    """Tell whether some array of a result has different entries, or a single one."""
    return any(
        isinstance(leaf, np.ndarray)
        and np.any(leaf)
        and (leaf.size == 1 or np.ptp(leaf.astype(np.float64)) > 0)
        for _, leaf in leaves(value, "")
    )


def _named(function: FunctionCases, path: str) -> str:
    """Return the name of a leaf from its place within the returned value."""
    names = function.signature.names
    if function.signature.form == "tuple":
        for i, name in enumerate(names):
            if _is_part(path, f"[{i}]"):
                return name + path.removeprefix(f"[{i}]")
    return names[0] + path


def in_another_order(inputs: Mapping[str, object]) -> bool:
    """Tell whether dictionaries among the inputs have their keys in other orders.

    Gradients are named after their parameters; the order is compared over the
    names that two dictionaries have in common.

    Examples
    --------
    >>> in_another_order({"p": {"W1": 1, "b1": 2}, "g": {"db1": 1, "dW1": 2}})
    True
    """
    orders = [
        [str(key).removeprefix("d") for key in value]
        for value in inputs.values()
        if isinstance(value, dict)
    ]
    if len(orders) == 1:
        # One alone: layer after layer, weights before biases, is what is usual.
        layers = [(name[1:], name[:1]) for name in orders[0]]
        return layers != sorted(layers)
    return any(
        [name for name in one if name in other]
        != [name for name in other if name in one]
        for i, one in enumerate(orders)
        for other in orders[i + 1 :]
    )


def broken_term(
    function: FunctionCases, wrong: Sequence[list[Result]], reordered: bool
) -> Entry | None:
    """Return an entry for the term that alone explains what is wrong.

    `wrong` has the comparison of each wrong case; these are `reordered` if exactly they
    have their keys in another order than the others. None where values are wrong for
    another reason.
    """
    found: list[str] = []
    for results in wrong:
        differences = [d for result in results for d in _explained(result)]
        terms = [_term_of(difference) for difference in differences]
        if not differences or None in terms:
            found = []
            break
        found += [term for term in terms if term is not None]
    term = next((t for t in TERMS if t in found and t in function.contract), None)
    if term is None and reordered and "any order of keys" in function.contract:
        term = "any order of keys"
    return None if term is None else entry_of(term, function)


def _explained(result: Result) -> list[Difference]:
    """Return what is wrong with a result, without what its frozen draws explain."""
    frozen = [d for d in result.differences if d.kind == MARK and d.returned == "fresh"]
    return frozen or result.differences


def _term_of(difference: Difference) -> str | None:
    """Return the term that a difference breaks, if it is one."""
    if difference.kind == MARK:
        return str(difference.returned)
    if difference.kind == "extra":
        return "exact keys"
    return getattr(difference.expected, "term", None)


def entry_of(term: str, function: FunctionCases) -> Entry:
    """Return a catalogue entry made of a broken term.

    To be read again is the line that states it: no lesson is about it.
    """
    hint, read = hint_of(term, function.hints), text("contract.read")
    return Entry(term_name(term), hint=hint, read=read)
