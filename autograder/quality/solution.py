"""The solution of a notebook, run here: it drives and answers as grading does."""

import json
from collections.abc import Collection, Mapping

from autograder.authoring.recorder import Recorder, execute, prepare, run_source
from autograder.authoring.recording import cells_of
from autograder.authoring.sources import SourceNotebook
from autograder.driving import drive
from autograder.examination import Examination
from autograder.forks import Ask
from autograder.judging import Judge, Verdict
from autograder.moments import Moment
from autograder.protocol import (
    AnswerForm,
    CallForm,
    CaseLimits,
    Child,
    FunctionForm,
    ReturnForm,
)
from autograder.reference_process import answer

SECONDS = 5.0


class Solution:
    """The names that a notebook's solution defines, which is run once, and its answers.

    `calls` says how often stand-ins have asked, and `largest` the most bytes that one
    has sent.
    """

    def __init__(self, source: SourceNotebook) -> None:
        self.source = source
        self.namespace = prepare()
        recorder = Recorder(list(source.functions))
        run_source({"cells": cells_of(source)}, recorder, self.namespace)
        self.calls = self.largest = 0

    def answerer(self, functions: Collection[str]) -> Ask:
        """Return what answers the stand-ins of some functions."""

        def ask(form: CallForm) -> ReturnForm:
            self.calls += 1
            self.largest = max(self.largest, len(json.dumps(form)))
            if form["function"] not in functions:
                return {"refused": "function"}
            return answer(self.namespace, form, SECONDS)

        return ask

    def defined(self, texts: Mapping[str, str]) -> dict[str, object]:
        """Return the names of a submission in which some solution cells differ."""
        namespace = dict(self.namespace)
        for name, function in self.source.functions.items():
            text = texts.get(name, function.cell.source)
            try:
                execute(text, function.cell.id, namespace)
            except Exception:
                namespace[name] = None
        return namespace

    def driven(
        self,
        namespace: dict[str, object],
        forms: list[FunctionForm],
        limits: CaseLimits,
        ask: Ask | None = None,
        child: Child = "alone",
    ) -> list[AnswerForm]:
        """Drive functions of a submission whose names are the same at every cell."""
        moment = Moment(namespace)
        cells = {form["cell"] for form in forms} | {""}
        return drive(forms, dict.fromkeys(cells, moment), limits, ask, child)

    def verdict(
        self, judge: Judge, texts: Mapping[str, str], untouched: Collection[str] = ()
    ) -> Verdict:
        """Judge a submission in which some solution cells differ.

        `texts` are the cells that differ, by function; `untouched` are functions as
        they were released.
        """
        namespace = self.defined(texts)

        def driven(
            forms: list[FunctionForm], ask: Ask | None, child: Child
        ) -> list[AnswerForm]:
            return self.driven(namespace, forms, CaseLimits(), ask, child)

        return Examination(judge, driven, untouched, self).verdict()
