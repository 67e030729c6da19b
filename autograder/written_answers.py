"""Finding the written answers of a submission, wherever learners put them.

An answer belongs into the cell below its question. Learners also type it into a
cell of their own, below the stub, or into the question's cell; some programs lose
what tells the cells apart. Whatever text is found is shown to a person: beside the
question where that has no answer yet, else as text that nobody has seen.
"""

import ast
import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from helpers.checks.stubs import tree_of

# How many released cells may stand between a question and an answer to it.
NEAR = 3
# How many words in the comments of code are taken for a text.
SENTENCE = 8
# What a form asks of a learner's person: "Name:", "Student ID:".
PERSONAL = re.compile(
    r"\b(name|student|author|id|number|e-?mail|date|group|team|section|partner"
    r"|collaborator|class|course)s?\b|姓名|名字|学号|学生|日期|班级|小组|合作者|邮箱",
    re.IGNORECASE,
)
LABEL = re.compile(r"[^:：]{1,40}[:：]")


@dataclass(frozen=True)
class Text:
    """A text of a learner's own."""

    index: int  # place of its cell in the submission
    after: int  # place, in the release, of the last released cell before it
    words: str
    attachments: object = None  # what is attached to its cell, of any form
    # Whether it stands beside code, which may be all that it speaks of.
    beside_code: bool = False


@dataclass
class Found:
    """Where the texts of a submission went."""

    # Texts that answer a question whose own cell holds none, by its id.
    answers: dict[str, list[Text]] = field(default_factory=dict)
    unseen: list[Text] = field(default_factory=list)  # all others


def own_words(submitted: str, released: str) -> str:
    """Return the lines of a text that the released one does not have.

    Empty where there are none.

    Examples
    --------
    >>> own_words("Why?\\nBecause.", "Why?")
    'Because.'
    """
    lines = submitted.strip().splitlines()
    known = released.strip().splitlines()
    if lines == known:
        return ""
    matcher = difflib.SequenceMatcher(None, known, lines, autojunk=True)
    added: list[str] = []
    for kind, _, _, begin, end in matcher.get_opcodes():
        if kind in ("insert", "replace"):
            added += lines[begin:end]
    return "\n".join(added).strip()


def without_fields(words: str, released: str) -> str:
    """Return own lines without those that fill in a form: "Name: Ada".

    A field is a released line that asks for a name, a number, a date or such, up to
    its colon; what is filled in is shorter than a sentence.

    Examples
    --------
    >>> without_fields("**Name:** Ada\\nI think so.", "**Name:** YOUR NAME")
    'I think so.'
    """
    asked = {_label(line) for line in released.splitlines()} - {""}
    kept = [
        line
        for line in words.splitlines()
        if _label(line) not in asked or _length(line) >= SENTENCE
    ]
    return "\n".join(kept).strip()


def _label(line: str) -> str:
    """Return a line up to its colon if that asks for a learner's person, else ""."""
    label = LABEL.match(re.sub(r"[*_#>`|-]", " ", line).strip())
    return label[0] if label and PERSONAL.search(label[0]) else ""


def _length(words: str) -> int:
    """Return how many words a text has."""
    characters = sum(c > "\u2e80" for c in words)  # Chinese has no spaces
    return len(words.split()) + characters // 2


def prose_of(source: str) -> str:
    """Return the text of a code cell that holds nothing but text.

    Comments or a lone string as text; text that is no Python as it is; empty where
    there is code.

    Examples
    --------
    >>> prose_of("# The rows are sums.")
    'The rows are sums.'
    >>> prose_of("x = 1  # one")
    ''
    """
    tree = tree_of(source)
    if tree is None:
        code = any(mark in source for mark in ("=", "(", "%", "!", "def "))
        return "" if code else source.strip()
    body = tree.body
    if not body:
        return "\n".join(line.lstrip("# ") for line in source.splitlines()).strip()
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        value = body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value.strip()
    return ""


def remarks_of(source: str, released: Collection[str]) -> str:
    """Return what a code cell says beside its code, if that is a sentence or more.

    Comments, lone strings, and strings that are given a name or printed, without the
    lines that are in a released text and the names that are given a string there.

    Examples
    --------
    >>> remarks_of("# The product of a row and a column is a number.\\nx = 1", [])
    'The product of a row and a column is a number.'
    >>> remarks_of("answer = 'A row times a column is one number.'", [])
    'A row times a column is one number.'
    >>> remarks_of("# the mean\\nx = 1", [])
    ''
    """
    tree = tree_of(source)
    if tree is None:
        return ""
    lone = [
        value.value
        for statement in tree.body
        if isinstance(value := _string_of(statement, released), ast.Constant)
        and isinstance(value.value, str)
    ]
    lines = [line.strip() for line in source.splitlines()]
    remarks = [line for line in lines if line[:1] == "#"]
    if not remarks and not lone:
        return ""
    known = {line.strip() for text in released for line in text.splitlines()}
    said = [line.lstrip("# ") for line in remarks if line not in known]
    words = "\n".join([*said, *map(str.strip, lone)]).strip()
    return words if _length(words) >= SENTENCE else ""


def _string_of(statement: ast.stmt, released: Collection[str]) -> ast.expr | None:
    """Return what a statement holds, names or prints."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "print":
            return value.args[0] if len(value.args) == 1 else None
        return value
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        # Predictions, for which the notebook has a name, answer no written question.
        begun = f"{statement.targets[0].id} = "
        if not any(begun in text for text in released):
            return statement.value
    return None


def place_answers(
    texts: Iterable[Text],
    questions: Mapping[str, int],
    released: Sequence[NotebookNode],
) -> Found:
    """Give each text to the nearest question that has no answer of its own.

    Each text goes to one place. `questions` has the place in the release of each
    written question that has no answer, by id.
    """
    found = Found()
    for text in texts:
        near = {
            name: _distance(text.after, place, released)
            for name, place in questions.items()
        }
        best = min(near, key=lambda name: near[name], default="")
        if best and near[best] <= NEAR:
            found.answers.setdefault(best, []).append(text)
        elif not text.beside_code:
            found.unseen.append(text)
    return found


def _distance(after: int, question: int, released: Sequence[NotebookNode]) -> float:
    """Return how far a text is from a question, in cells.

    Code between counts more, but for a cell in which learners try things.
    """
    first, last = sorted((after, question))
    between = released[first + 1 : last]
    marked = [
        c for c in between if c.cell_type == "code" and c.metadata.get("nbgrader")
    ]
    return last - first + NEAR * len(marked)
