"""What a door gives back of a graded notebook: nothing in it is hidden from learners.

`docs/result.schema.json` describes the JSON form.
"""

import json
import logging
from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode

from autograder.feedback import case_words, cell_html, function_reason, hints_of
from autograder.flags import Flag, flags_from
from autograder.judging import CellVerdict, FunctionVerdict, Verdict
from autograder.store import Store
from helpers.checks.cases import FunctionCases
from helpers.checks.report import Advice
from helpers.strings import text

LOG = logging.getLogger(__name__)

# Raised where a program that reads the older form would misread the newer one.
VERSION = 1


@dataclass(frozen=True)
class CaseResult:
    """One case of a function."""

    number: int  # from 1
    hidden: bool
    mark: float  # from 0 to 1
    said: str  # what is wrong, without any value


@dataclass(frozen=True)
class FunctionResult:
    """One function."""

    name: str
    # ``right``, ``untouched``, ``missing``, ``misconception``, ``wrong`` or
    # ``not judged``.
    state: str
    said: str  # the same in one line
    mistake: str = ""  # name of the catalogued mistake, or empty
    # Functions in whose place the solution's stood when marks were earned.
    with_reference: tuple[str, ...] = ()
    hints: tuple[Advice, ...] = ()  # what to think about
    # Empty where the function is missing or was not judged.
    cases: tuple[CaseResult, ...] = ()

    @property
    def public(self) -> tuple[int, int]:
        """How many public cases are right, and how many there are."""
        public = [case.mark == 1 for case in self.cases if not case.hidden]
        return sum(public), len(public)


@dataclass(frozen=True)
class CellResult:
    """One cell that the machine grades."""

    id: str
    # Points earned, and the most that can be.
    points: float
    out_of: float
    functions: tuple[str, ...]  # what it checks; nothing where it holds ordinary tests
    problem: str = ""  # why it could not be judged and waits for a person, or empty
    html: str = ""  # what the feedback shows below it

    @property
    def title(self) -> str:
        """What people call it: its functions, or its id."""
        return ", ".join(self.functions) or self.id


@dataclass(frozen=True)
class WrittenResult:
    """A question that a person grades."""

    id: str
    out_of: float
    answered: bool


@dataclass(frozen=True)
class Result:
    """A graded notebook."""

    assignment: str
    notebook: str
    cells: tuple[CellResult, ...]  # in order
    functions: tuple[FunctionResult, ...]  # in order
    written: tuple[WrittenResult, ...] = ()  # what a person has yet to grade
    notes: tuple[str, ...] = ()  # what was healed in the submission
    # What a person should look at: kind, cell, detail, sentence and urgent.
    flags: tuple[dict, ...] = ()
    problem: str = ""  # why nothing could be judged, or empty
    sandbox: str = ""  # what kept the learner's code apart
    seconds: float = 0.0  # how long it took
    # Of the cases, and of the submitted file.
    digests: dict[str, str] = field(default_factory=dict)
    # The graded notebook, for graders: outputs of the learner's are in it.
    graded: NotebookNode | None = field(default=None, repr=False, compare=False)

    @property
    def points(self) -> float:
        """What functions earned."""
        return round(sum(cell.points for cell in self.cells), 2)

    @property
    def out_of(self) -> float:
        """The most that functions can earn."""
        return round(sum(cell.out_of for cell in self.cells), 2)

    @property
    def waiting(self) -> float:
        """What a person has yet to grade, in points."""
        return round(sum(answer.out_of for answer in self.written), 2)

    @property
    def judged(self) -> bool:
        """Whether every cell could be judged."""
        return not self.problem and not any(cell.problem for cell in self.cells)

    def function(self, name: str) -> FunctionResult:
        """Return what is said of a function."""
        return next(found for found in self.functions if found.name == name)

    def form(self) -> dict:
        """Return the JSON form, which `docs/result.schema.json` describes."""
        form = asdict(self)
        del form["graded"]
        for cell in form["cells"]:
            del cell["html"]
        whole = {
            "version": VERSION,
            "points": self.points,
            "out_of": self.out_of,
            "waiting": self.waiting,
            "judged": self.judged,
            **form,
        }
        plain: dict = json.loads(json.dumps(whole))  # lists, where there are tuples
        return plain


def result_of(
    store: Store, notebook: str, graded: NotebookNode, resources: dict
) -> Result:
    """Return the result of a notebook that `JudgedExecute` has graded.

    `resources` are as `JudgedExecute` leaves them.
    """
    course = graded.metadata["course"]
    verdict: Verdict | None = resources["course"]["verdict"]
    flagged: dict[str, str] = resources["course"]["flagged"]
    cells = []
    for identity, cell in store.cells.items():
        names = tuple(cell.functions)
        problem = flagged.get(identity, "")
        if verdict is None:
            cells.append(CellResult(identity, 0.0, cell.points, names, problem))
            continue
        mark = verdict.cells[identity]
        html = _html(store, verdict, identity, mark)
        cells.append(
            CellResult(identity, mark.points, mark.out_of, names, problem, html)
        )
    marks: dict[str, float] = resources["course"]["marks"]
    cells += [
        CellResult(
            identity,
            marks.get(identity, 0.0),
            cell.points,
            (),
            flagged.get(identity, ""),
        )
        for identity, cell in store.tests.items()
    ]
    return Result(
        assignment=store.assignment,
        notebook=notebook,
        cells=tuple(cells),
        functions=tuple(
            _function(record, verdict) for record in store.cases.functions.values()
        ),
        written=tuple(_written(store, graded)),
        notes=tuple(course["notes"]),
        flags=tuple(map(flag_form, flags_from(course.get("flags")))),
        problem="" if verdict is not None else next(iter(flagged.values()), "unknown"),
        sandbox=course.get("isolation", ""),
        seconds=course.get("seconds", 0.0),
        digests={"cases": course["digest"], "submission": course["submission"]},
        graded=graded,
    )


def missing_result(store: Store, notebook: str) -> Result:
    """Return the result of a notebook that was not handed in: 0 points."""
    flag = Flag("missing")
    said = text("feedback.state.untouched")
    return Result(
        assignment=store.assignment,
        notebook=notebook,
        cells=tuple(
            CellResult(name, 0.0, points, tuple(store.functions_of(name)))
            for name, points in store.points.items()
        ),
        functions=tuple(
            FunctionResult(name, "untouched", said) for name in store.cases.functions
        ),
        # In English: the edition is known from the notebook alone.
        notes=(f"{notebook}.ipynb was not handed in.",),
        flags=(flag_form(flag),),
        digests={"cases": store.cases.digest, "submission": ""},
    )


def flag_form(flag: Flag) -> dict:
    """Return a flag as the JSON form has it."""
    return {
        "kind": flag.kind,
        "cell": flag.cell,
        "detail": flag.detail,
        "sentence": flag.sentence,
        "urgent": flag.urgent,
    }


def _function(record: FunctionCases, verdict: Verdict | None) -> FunctionResult:
    found = None if verdict is None else verdict.functions.get(record.name)
    if found is None:
        said = text("feedback.state.lost", function=record.name)
        return FunctionResult(record.name, "not judged", said)
    return FunctionResult(
        name=record.name,
        state=found.state,
        said=function_reason(found),
        mistake=found.entry.name if found.entry else "",
        with_reference=found.with_reference,
        hints=_hints(record, found),
        cases=tuple(_cases(record, found)),
    )


def _html(store: Store, verdict: Verdict, identity: str, mark: CellVerdict) -> str:
    """Return the table of a check cell; a fault of ours there costs no marks."""
    try:
        return cell_html(store, verdict, identity, mark)
    except Exception:
        LOG.exception("The feedback of %s cannot be written", identity)
        return ""


def _hints(record: FunctionCases, found: FunctionVerdict) -> tuple[Advice, ...]:
    try:
        return tuple(hints_of(record, found))
    except Exception:
        LOG.exception("The hints of %s cannot be written", record.name)
        return ()


def _cases(record: FunctionCases, found: FunctionVerdict) -> list[CaseResult]:
    return [
        CaseResult(
            number,
            case.hidden,
            round(float(mark), 4),
            # The untouched stub may be right by chance, and earns nothing.
            function_reason(found)
            if found.state == "untouched"
            else case_words(record, run),
        )
        for number, (case, mark, run) in enumerate(
            zip(record.cases, found.marks, found.runs), 1
        )
    ]


def _written(store: Store, graded: NotebookNode) -> list[WrittenResult]:
    """Return the questions of the release, and whether each was answered."""
    released = {cell["id"]: cell for cell in store.released.get("cells", [])}
    found = []
    for cell in graded.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        by_hand = nbgrader.get("task") or (
            nbgrader.get("grade") and nbgrader.get("solution")
        )
        if by_hand:
            before = released.get(cell["id"], {}).get("source", "")
            before = before if isinstance(before, str) else "".join(before)
            answered = cell.source.strip() != before.strip()
            points = float(nbgrader.get("points", 0))
            found.append(WrittenResult(nbgrader["grade_id"], points, answered))
    return found
