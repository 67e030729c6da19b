"""What a person should look at in a graded notebook."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 200

# What graders read; a cell's id or a number stands in the braces.
SENTENCES = {
    "another": "its file holds the cells of {detail}: look whether two were exchanged",
    "answer elsewhere": "the answer to {cell} was found in another cell",
    "attachments": "something attached to {cell} was left out: only PNG and JPEG "
    "images of ordinary size are kept",
    "copies": "other notebooks lie beside it, not graded: {detail}",
    "damaged": "the file was damaged",
    "encoding": "the file is not in UTF-8 and was read as {detail}: look whether its "
    "texts are right",
    "environment": "cell {cell} of the release stopped with {detail}: look whether "
    "what it needs is there while grading",
    "graded copy": "the untouched notebook was passed over for {detail}",
    "missing": "it was not handed in",
    "link": "the file is a link, or a second name of a file that may be somebody "
    "else's: it was not opened",
    "limit": "a limit was reached: {detail}",
    "module": "{cell} found code that needs a module that is not installed here "
    "({detail}): look whether it is right where the module is",
    "no function": "{cell} found no function {detail}: look whether it has another "
    "name, or its cell stopped",
    "not judged": "{cell} could not be judged: {detail}",
    "odd mark": "{cell} earned all its points with the value {detail}, which is no "
    "number of points",
    "own code": "{cell} has no answer, and code of the learner's own stands beside "
    "it: look whether that is the answer",
    "own text": "text of the learner's own that no mark has seen (cells: {detail})",
    "renamed": "no file had its name: {detail} was graded, whose cells are this "
    "notebook's",
    "reference": "{cell} was judged with the reference in place of {detail}",
    "time": "the time of submission cannot be read: no penalty was applied",
    "unanswered": "{cell} has no answer",
    "unsandboxed": "the code ran without a sandbox",
}
REFUSED = frozenset(["damaged", "link"])
REFUSAL = "the file was refused"  # what is then said of each of its cells
# Said, but nothing that has to be done.
QUIET = frozenset(["missing", "reference", "renamed", "unanswered"])


@dataclass(frozen=True)
class Flag:
    """A reason to look at a notebook."""

    kind: str  # a key of ``SENTENCES``
    cell: str = ""  # id of the cell; empty where the whole notebook is meant
    detail: str = ""  # what the sentence names besides

    @property
    def sentence(self) -> str:
        """What graders read."""
        return SENTENCES[self.kind].format(cell=self.cell, detail=self.detail)

    @property
    def refused(self) -> bool:
        """Whether nothing of the file was graded."""
        return self.kind in REFUSED

    @property
    def urgent(self) -> bool:
        """Whether a person has to look, or the marks may be wrong."""
        return self.kind not in QUIET


def flags_form(flags: Iterable[Flag]) -> list[list[str]]:
    """Return flags as JSON can hold them."""
    return [[flag.kind, flag.cell, flag.detail] for flag in flags]


def flags_from(form: object) -> list[Flag]:
    """Read flags from a graded notebook; what is no flag is left out."""
    found = []
    for item in form[:MOST] if isinstance(form, list) else []:
        if (
            isinstance(item, list)
            and len(item) == 3
            and all(isinstance(part, str) for part in item)
            and item[0] in SENTENCES
        ):
            found.append(Flag(*item))
    return found
