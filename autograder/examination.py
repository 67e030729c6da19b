"""What a grader asks a learner's process, in which order, and what follows from it.

Public cases come first, as the functions were at their check cells and, where
that earns less than all, as they are at the end of the notebook. Hidden inputs
follow when the answers to the public cases are complete, to the child that gave
them: a fork costs more than most cases. What is not right there is asked of another
child, where nothing was called before. Last come functions that are wrong and call
others, with the reference in the place of those: when nothing can be learned any
more about functions that have not been asked yet.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction
from logging import Logger, getLogger
from typing import Protocol

from autograder.forks import Ask
from autograder.judging import FunctionVerdict, Judge, Trial, Verdict
from autograder.protocol import CaseForm, Child, FunctionForm, read_answer
from autograder.store import Store
from helpers.checks.calls import Outcome
from helpers.checks.cases import Case, FunctionCases
from helpers.checks.values import encode

MISSING = "Missing"
ENDED = ("TimeLimit", "Crash", "Lost")  # errors for which a case has cost a child


class Drive(Protocol):
    """What brings a request to the learner's process and returns its answers.

    It may raise NoAnswer.
    """

    def __call__(
        self, forms: list[FunctionForm], ask: Ask | None, child: Child, /
    ) -> object: ...


class Answering(Protocol):
    """What answers for the reference, see `autograder.reference.Reference`."""

    def answerer(self, functions: Collection[str]) -> Ask:
        """Return what answers the stand-ins of some functions."""


class NoAnswer(RuntimeError):
    """A learner's process gave no answers; the message says why."""


# By a case's identity, with the case, which so stays what it is.
_forms: dict[int, tuple[Case, CaseForm]] = {}
MOST_KNOWN = 10_000


def case_form(case: Case) -> CaseForm:
    """Return what the driver is sent of a case: inputs, and nothing of the answer.

    A class is sent the same: nobody may change it.
    """
    known = _forms.get(id(case))
    if known is None or known[0] is not case:
        if len(_forms) >= MOST_KNOWN:
            _forms.clear()
        known = _forms[id(case)] = case, _case_form(case)
    return known[1]


def _case_form(case: Case) -> CaseForm:
    return {
        "args": [encode(value, compact=True) for value in case.args],
        "kwargs": {k: encode(value, compact=True) for k, value in case.kwargs.items()},
        "rng": case.rng,
    }


def function_forms(
    record: FunctionCases,
    numbers: Collection[int],
    stand_ins: Sequence[str] = (),
    at_end: bool = False,
) -> list[tuple[FunctionForm, list[int]]]:
    """Return what the driver is sent of a function: one form for each check cell.

    Each form comes with the numbers of its cases; `numbers` says which cases. The
    grader answers for `stand_ins`; `at_end` calls the function as it is at the end of
    the notebook.
    """
    by_cell: dict[str, list[int]] = {}
    for i in numbers:
        by_cell.setdefault("" if at_end else record.cases[i].cell, []).append(i)
    return [
        (
            {
                "name": record.name,
                "cell": cell,
                "parameters": list(record.parameters),
                "contract": list(record.contract),
                "calls": [*record.calls, *record.may_call],
                "own_work": list(record.own_work),
                "stand_ins": list(stand_ins),
                "cases": [case_form(record.cases[i]) for i in chosen],
            },
            chosen,
        )
        for cell, chosen in by_cell.items()
    ]


def requests(store: Store) -> list[list[FunctionForm]]:
    """Return what an examination asks at first: public cases, then hidden ones."""
    return [
        [
            form
            for record in store.cases.functions.values()
            for form, _ in function_forms(record, _cases(record, hidden))
        ]
        for hidden in (False, True)
    ]


def best_marks(trials: Sequence[Trial]) -> list[Fraction]:
    """Return the best mark of each case without the reference."""
    own = [trial.marks for trial in trials if not trial.stand_ins]
    numbers = {number for marks in own for number in marks}
    return [max(marks[i] for marks in own if i in marks) for i in sorted(numbers)]


def _cases(record: FunctionCases, hidden: bool) -> list[int]:
    return [i for i, case in enumerate(record.cases) if case.hidden == hidden]


def _up_to_the_last(record: FunctionCases, failing: Collection[int]) -> list[int]:
    """Return the cases to drive where some are driven again: those before them, too.

    An answer that keeps something between its calls, such as a list outside of the
    function, is right in the first of them: which one that is must not change.
    """
    numbers: list[int] = []
    for hidden in (False, True):
        stage = _cases(record, hidden)
        last = max((i for i in stage if i in failing), default=-1)
        numbers += [i for i in stage if i <= last]
    return numbers


class Examination:
    """Drives the functions of one submission and judges what comes back.

    `untouched` are functions that the learner has not begun. Where
    there is a `reference`, its ``answerer`` answers what stand-ins ask.

    Attributes
    ----------
    trials : dict of str to list of Trial
        All that came back, by function, for graders only.
    seconds : dict of str to float
        How long the public cases of each function took.
    problems : dict of str to str
        Functions that could not be judged wholly, and why.
    """

    def __init__(
        self,
        judge: Judge,
        drive: Drive,
        untouched: Collection[str] = (),
        reference: Answering | None = None,
        log: Logger | None = None,
    ) -> None:
        self.judge = judge
        self._untouched = untouched
        self._reference = reference
        self._drive = drive
        self._log = log or getLogger(__name__)
        self._records = judge.store.cases.functions
        self._kinds: dict[str, str] = {}
        self._first: dict[str, Trial] = {}  # of all cases, at their check cells
        self._differ: set[str] = set()
        self.trials: dict[str, list[Trial]] = {}
        self.seconds: dict[str, float] = {}
        self.problems: dict[str, str] = {}

    def verdict(self) -> Verdict:
        """Ask all, and judge.

        Raises
        ------
        NoAnswer
            If not even an answer to the public cases came back.
        """
        outcomes: dict[str, dict[int, Outcome]] = {n: {} for n in self._records}
        later: dict[str, dict[int, Outcome]] = {n: {} for n in self._records}
        for hidden in (False, True):
            chosen = {name: _cases(r, hidden) for name, r in self._records.items()}
            if hidden:
                self._ask(chosen, outcomes, "next")
                again = [n for n in chosen if self._to_ask_again(n, outcomes[n])]
                self._ask({name: chosen[name] for name in again}, outcomes)
            else:
                more = any(_cases(r, True) for r in self._records.values())
                child: Child = "first" if more else "alone"
                self._ask(chosen, outcomes, child, required=True)
            later_too = {
                name: self._failing(name, outcomes[name], chosen[name])
                for name in self._differ
                if name not in self._untouched
            }
            calls = {
                name: _up_to_the_last(self._records[name], failing)
                for name, failing in later_too.items()
            }
            self._ask(calls, later, at_end=True, kept=later_too)
        functions: dict[str, FunctionVerdict] = {}
        for name, record in self._records.items():
            try:
                functions[name] = self._function(
                    record, outcomes[name], later[name], functions
                )
            except Exception:
                self._log.exception("%s could not be judged", name)
                # Its text may hold what came of a hidden case, and is for the log.
                self.problems[name] = f"a fault in judging {name}"
                functions[name] = FunctionVerdict(name, "missing", kind="lost")
        return self.judge.verdict(functions, self.problems)

    def _ask(
        self,
        chosen: dict[str, list[int]],
        outcomes: dict[str, dict[int, Outcome]],
        child: Child = "alone",
        at_end: bool = False,
        required: bool = False,
        kept: dict[str, list[int]] | None = None,
    ) -> None:
        """Drive some cases and add what came of them, or of those that are `kept`."""
        forms = [
            pair
            for name, record in self._records.items()
            for pair in function_forms(record, chosen.get(name, ()), at_end=at_end)
        ]
        if not forms:
            return
        try:
            given = self._drive([form for form, _ in forms], None, child)
        except NoAnswer as problem:
            if required:
                raise
            given = None
            for form, _ in forms:
                self.problems[form["name"]] = str(problem)
        given = given if isinstance(given, list) else []
        for i, (form, numbers) in enumerate(forms):
            name = form["name"]
            answer = read_answer(given[i] if i < len(given) else None, len(numbers))
            if answer.differs:
                self._differ.add(name)
            if not any(self._records[name].cases[n].hidden for n in numbers):
                self.seconds[name] = self.seconds.get(name, 0.0) + answer.seconds
            if not at_end:
                self._kinds[name] = answer.kind
            missing = Outcome(error="Lost" if answer.kind == "lost" else MISSING)
            for k, number in enumerate(numbers):
                outcome = answer.outcomes[k] if answer.outcomes else missing
                if kept is None or number in kept[name]:
                    outcomes[name][number] = outcome

    def _to_ask_again(self, name: str, outcomes: dict[int, Outcome]) -> bool:
        """Tell whether a hidden case is not right where others were called before.

        Where a public one has cost a child, and all hidden ones have, they would again.
        """
        record = self._records[name]
        hidden = _cases(record, True)
        ended = any(outcomes[i].error in ENDED for i in _cases(record, False))
        again = ENDED if ended else ()
        missing = all(outcomes[i].error in (MISSING, *again) for i in hidden)
        if name in self._untouched or missing:
            return False
        try:
            trial = self.judge.trial(record, "check", outcomes)
        except Exception:  # it is judged again, and reported, at the end
            return True
        if any(trial.marks[i] < 1 for i in hidden):
            return True
        self._first[name] = trial
        return False

    def _failing(
        self, name: str, outcomes: dict[int, Outcome], numbers: list[int]
    ) -> list[int]:
        record = self._records[name]
        try:
            trial = self.judge.trial(record, "check", outcomes)
        except Exception:  # it is judged again, and reported, at the end
            return []
        return [i for i in numbers if trial.marks[i] < 1]

    def _function(
        self,
        record: FunctionCases,
        outcomes: dict[int, Outcome],
        later: dict[int, Outcome],
        earlier: dict[str, FunctionVerdict],
    ) -> FunctionVerdict:
        first = self._first.get(record.name)
        trials = [first or self.judge.trial(record, "check", outcomes)]
        if later:
            trials.append(self.judge.trial(record, "end", later, outcomes))
        self.trials[record.name] = trials
        kind = self._kinds.get(record.name, "lost")
        came = [o.error for t in trials for o in t.outcomes.values()]
        if kind != "function" and all(error in (MISSING, "Lost") for error in came):
            return FunctionVerdict(record.name, "missing", kind=kind)
        wrong = [name for name, found in earlier.items() if found.state != "right"]
        untouched = record.name in self._untouched
        verdict = self.judge.function(record, trials, wrong, untouched)
        tried: list[tuple[str, ...]] = []
        while stand_ins := self._stand_ins(record, verdict, wrong, tried):
            tried.append(stand_ins)
            trial = self._with_reference(record, trials, verdict, stand_ins)
            if trial is None:
                break
            trials.append(trial)
            verdict = self.judge.function(record, trials, wrong)
            if any(o.error == "TimeLimit" for o in trial.outcomes.values()):
                break  # it costs its limit each time
        return verdict

    def _stand_ins(
        self,
        record: FunctionCases,
        verdict: FunctionVerdict,
        wrong: Collection[str],
        tried: list[tuple[str, ...]],
    ) -> tuple[str, ...]:
        """Return for which callees the reference is to answer next, if for any.

        First for all whose answers were wrong, those included that are wrong
        through others only: then a loop of thousands of calls is one. Then for
        those alone that are wrong themselves, since the others may return what is
        right in another form. Last for all, since no case of a callee's own may
        show what is wrong with it.
        """
        done = all(mark == 1 for mark in verdict.marks)
        if done or verdict.state == "untouched":
            return ()
        callees = (*record.calls, *record.may_call)
        failing = tuple(
            name
            for name in callees
            if any(m < 1 for m in best_marks(self.trials.get(name, ())))
        )
        own = tuple(name for name in callees if name in wrong)
        for names in (failing, own, record.calls):
            if names and names not in tried:
                return names
        return ()

    def _with_reference(
        self,
        record: FunctionCases,
        trials: list[Trial],
        verdict: FunctionVerdict,
        stand_ins: tuple[str, ...],
    ) -> Trial | None:
        """Drive the cases that failed with the reference in the place of callees."""
        failing = [i for i, mark in enumerate(verdict.marks) if mark < 1]
        at_end = verdict.moment == "end"
        numbers = _up_to_the_last(record, failing)
        pairs = [
            pair
            for hidden in (False, True)
            for pair in function_forms(
                record,
                [i for i in numbers if record.cases[i].hidden == hidden],
                stand_ins,
                at_end,
            )
        ]
        if self._reference is None:
            return None
        asked: set[str] = set()
        try:
            ask = self._reference.answerer(stand_ins)

            def noting(form: object) -> object:  # a learner's process may ask anything
                name = form.get("function") if isinstance(form, dict) else None
                asked.update(n for n in stand_ins if n == name)
                return ask(form)

            given = self._drive([form for form, _ in pairs], noting, "alone")
        except NoAnswer as problem:
            self.problems[record.name] = str(problem)
            return None
        except Exception:
            self._log.exception("The reference failed for %s", record.name)
            self.problems[record.name] = "the reference failed"
            return None
        given = given if isinstance(given, list) else []
        outcomes: dict[int, Outcome] = {}
        for i, (_, numbers) in enumerate(pairs):
            answer = read_answer(given[i] if i < len(given) else None, len(numbers))
            came = zip(numbers, answer.outcomes)
            outcomes |= {i: outcome for i, outcome in came if i in failing}
        if not outcomes:
            return None
        others = {i: trial.outcomes[i] for trial in trials for i in trial.outcomes}
        trial = self.judge.trial(record, "reference", outcomes, others, stand_ins)
        trial.asked = frozenset(asked)
        return trial
