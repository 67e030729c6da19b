"""Driving functions as grading does, in this process's own children."""

import contextlib
import json

from autograder.driving import drive
from autograder.examination import Examination
from autograder.judging import Judge
from autograder.moments import Moment
from autograder.protocol import CaseLimits
from autograder.reference_process import answer
from autograder.sandbox.session import Failed, Session
from autograder.sandbox.settings import Sandbox


class Solution:
    """Answers for the solution, in this process.

    Parameters
    ----------
    namespace : dict
        What the solution's cells define.
    """

    def __init__(self, namespace):
        self.namespace = namespace
        self.calls = []

    def answerer(self, functions):
        """Answer the stand-ins of some functions."""

        def ask(form):
            form = json.loads(json.dumps(form))
            self.calls.append(form["function"])
            if form["function"] not in functions:
                return {"refused": "function"}
            return json.loads(json.dumps(answer(self.namespace, form, 5)))

        return ask


def examined(store, namespace, untouched=(), seconds=2, reference=None, at_end=None):
    """Examine the functions of a namespace; return the examination, and its verdict.

    The notebook may have another one at its end.
    """
    moment = Moment(namespace)
    moments = dict.fromkeys([*store.cells, ""], moment)
    if at_end is not None:
        moments[""] = Moment(at_end)

    def driven(forms, ask, child):
        # As through a connection.
        forms = json.loads(json.dumps(forms))
        limits = CaseLimits(seconds)
        return json.loads(json.dumps(drive(forms, moments, limits, ask, child)))

    examination = Examination(Judge(store), driven, untouched, reference)
    return examination, examination.verdict()


def examined_in_shell(store, cells, folder, reference=None, seconds=5.0):
    """Run isolated cells as grading does, and examine what they define.

    A cell that is the name of a check cell stands for it.
    """
    with Session(Sandbox(), str(folder)) as session:
        session.ask("start", [], 30)
        printed = []
        for cell in cells:
            if cell in store.cells:
                session.note(cell)
            else:
                with contextlib.suppress(Failed):
                    session.run(cell, 60, lambda kind, content: printed.append(content))

        def driven(forms, ask, child):
            return session.ask("run", [forms, seconds, child], 120, ask)

        examination = Examination(Judge(store), driven, (), reference)
        return examination, examination.verdict(), printed
