"""Grading a submission inside nbgrader: reading, healing, running, judging."""

import base64
import copy
import json
import os
import time
from pathlib import Path

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Float, Integer

from autograder.feedback import cell_html, notes_html
from autograder.gates import requests
from autograder.judge import Judge, Verdict, read_answers
from autograder.kernels.provisioner import WarmKernelManager
from autograder.kernels.sandbox import NO_WALLS
from autograder.kernels.staging import remove_followed
from autograder.recording import CASE_SECONDS
from autograder.store import Store, StoreError, read_store, store_path
from autograder.submissions import heal, read_submission
from helpers.strings import text

__all__ = ["Heal", "JudgedExecute", "SaveJudgedGrades", "SubmissionExporter"]

MAX_REPLY = 128_000_000
NOTES_ID = "submission-notes"


class SubmissionExporter(NotebookExporter):
    """Reads submitted notebooks within bounds, and each notebook's store.

    A missing store stops the run before anything is graded.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.stores: dict[tuple[str, str], Store] = {}
        converter = self.parent
        root = Path(converter.coursedir.root)
        assignment = converter.coursedir.assignment_id
        names = [path.stem for path in (root / "source" / assignment).glob("*.ipynb")]
        for name in names:
            try:
                self.store(assignment, name)
            except StoreError as error:
                converter.log.error(str(error))
                raise NbGraderException(str(error)) from None

    def store(self, assignment: str, notebook: str) -> Store:
        """Return the store of a notebook, read once."""
        key = assignment, notebook
        if key not in self.stores:
            root = Path(self.parent.coursedir.root)
            self.stores[key] = read_store(store_path(root, *key))
        return self.stores[key]

    def from_filename(
        self, filename: str, resources: dict | None = None, **kwargs: object
    ) -> tuple:
        """Convert a notebook file, submitted or already sanitized."""
        resources = {} if resources is None else resources
        names = resources["nbgrader"]
        store = self.store(names["assignment"], names["notebook"])
        folder = os.path.dirname(filename)
        resources["metadata"] = {"name": names["notebook"], "path": folder}
        resources["course"] = {"store": store}
        if self.parent._sanitizing:
            # nbgrader has copied what links point to, gradebook or not.
            copied = self.parent._format_dest(names["assignment"], names["student"])
            remove_followed(folder, copied)
            submission = read_submission(Path(filename))
            notebook, notes = heal(submission, store)
            if submission.damage:
                self.parent.log.warning(
                    "%s, %s: %s", names["student"], names["notebook"], submission.damage
                )
            notebook.metadata["course"] = {
                "digest": store.cases.digest,
                "notes": notes,
                "damaged": bool(submission.damage)
                or text("submission.other_notebook") in notes,
            }
            return self.from_notebook_node(notebook, resources, **kwargs)
        return super().from_filename(filename, resources=resources, **kwargs)


class Heal(NbGraderPreprocessor):
    """Says in a cell at the top what was mended in a submission."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Put the notes where the learner reads them."""
        notes = nb.metadata.get("course", {}).get("notes", [])
        if notes:
            cell = new_markdown_cell(notes_html(notes))
            cell["id"] = NOTES_ID
            nb.cells.insert(0, cell)
        return nb, resources


class JudgedExecute(Execute):
    """Runs a learner's cells, drives the check cells and lets the judge score them.

    No exception leaves it: nbgrader would keep a changed environment.
    """

    case_seconds = Float(
        CASE_SECONDS, help="Time limit of one hidden or visible case, in seconds."
    ).tag(config=True)

    start_seconds = Float(
        30, help="How long the driver may take to prepare a kernel, in seconds."
    ).tag(config=True)

    ping_seconds = Float(
        5, help="How soon a kernel must answer after a cell was interrupted."
    ).tag(config=True)

    max_restarts = Integer(
        2,
        help="How often a notebook is run again without a cell that ended its kernel.",
    ).tag(config=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        # nbgrader would set a stock manager here, over whatever is configured.
        kwargs.setdefault("kernel_manager_class", WarmKernelManager)
        super().__init__(*args, **kwargs)

    def preprocess(self, nb: NotebookNode, resources: dict, km: object = None) -> tuple:
        """Run and judge a notebook; whatever fails on our side scores zero."""
        self._store: Store = resources["course"]["store"]
        self._deadly: set[int] = set()
        resources["course"]["flagged"] = {}
        damaged = nb.metadata.get("course", {}).get("damaged", False)
        answers: object = None
        problem = ""
        began = time.monotonic()
        for _ in range(self.max_restarts + 1):
            self._answers: object = None
            self._problem = ""
            self._current = -1
            try:
                self._run(nb, resources, km)
                answers, problem = self._answers, self._problem
                break
            except DeadKernelError:
                self._deadly.add(self._current)
                problem = "the kernel died"
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"[:300]
                self.log.error("Grading failed: %s", problem)
                break
        nb.metadata.setdefault("course", {})["seconds"] = round(
            time.monotonic() - began, 1
        )
        self._score(nb, resources, answers, problem, damaged)
        return nb, resources

    def _run(self, nb: NotebookNode, resources: dict, km: object) -> None:
        self._ready = False
        super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple:
        """Run a learner's cell, note the functions of a check cell."""
        self._current = index
        if not self._ready:
            self._ask("start()", self.start_seconds)
            walls = getattr(self.km.provisioner, "walls", NO_WALLS)
            self.nb.metadata["course"]["walls"] = walls.name
            self._ready = True
        identity = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id"))
        if cell.cell_type == "code":
            # A run that a later cell killed may have left its traces.
            cell.outputs, cell.execution_count = [], None
            if identity in self._store.cells:
                names = ", ".join(map(repr, self._store.cells[identity].functions))
                self._ask(f"note({names})", self.start_seconds)
            elif identity in self._store.demonstrations:
                note = text("feedback.not_run")
                cell.outputs = [new_output("stream", name="stdout", text=note)]
            elif index in self._deadly:
                note = text("feedback.dead_cell")
                cell.outputs = [new_output("stream", name="stdout", text=note)]
            else:
                try:
                    self._check_assign_resources(resources)
                    self.execute_cell(cell, index, store_history=True)
                except CellTimeoutError:
                    self.log.warning("Cell %s took too long", cell.get("id"))
                self._see_that_it_answers(cell)
        if index == len(self.nb.cells) - 1:
            frozen = [copy.deepcopy(c.get("outputs")) for c in self.nb.cells]
            self._drive()
            # What the learner's threads print from here on is not kept.
            for other, outputs in zip(self.nb.cells, frozen):
                if outputs is not None:
                    other.outputs = outputs
        return cell, resources

    def _see_that_it_answers(self, cell: NotebookNode) -> None:
        """Give up on a cell that takes too long and cannot be interrupted.

        It is left out of the next run, so that the rest is graded.
        """
        late = any(o.get("ename") == "CellTimeoutError" for o in cell.outputs)
        if late:
            try:
                self._ask("ping()", self.ping_seconds)
            except TimeoutError:
                raise DeadKernelError("Kernel no longer answers") from None

    def _drive(self) -> None:
        functions = requests(self._store)
        payload = json.dumps({"functions": functions, "seconds": self.case_seconds})
        code = base64.b64encode(payload.encode()).decode("ascii")
        cases = sum(len(body["cases"]) for body in functions.values())
        # A hanging case costs its limit, and two of them end a function.
        limit = 60 + 2 * (self.case_seconds + 6) * len(functions) + cases
        self._current = len(self.nb.cells)
        try:
            reply = self._ask(f"run({code!r})", limit)
            raw = base64.b64decode(reply, validate=True)
            self._answers = json.loads(raw)
        except DeadKernelError:
            self._problem = "the kernel died while the cases ran"
        except (ValueError, RecursionError, TimeoutError) as error:
            self._problem = f"no usable answer came back ({type(error).__name__})"

    def _ask(self, call: str, seconds: float) -> str:
        """Call a function of the driver in the kernel and return its text."""
        module = "__import__('autograder.driver', fromlist=['driver'])"
        return run_sync(self._async_ask)(f"{module}.{call}", seconds)

    async def _async_ask(self, expression: str, seconds: float) -> str:
        message = self.kc.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions={"answer": expression},
        )
        deadline = time.monotonic() + seconds
        while True:
            if not await self.km.is_alive():
                raise DeadKernelError("Kernel died")
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the driver took too long")
            try:
                reply = await self.kc.get_shell_msg(timeout=min(left, 1.0))
            except Exception as error:
                if type(error).__name__ != "Empty":
                    raise
                continue
            if reply["parent_header"].get("msg_id") != message:
                continue
            answer = reply["content"].get("user_expressions", {}).get("answer", {})
            if not isinstance(answer, dict) or answer.get("status") != "ok":
                raise ValueError("the driver failed")
            shown = answer.get("data", {}).get("text/plain", "")
            if not isinstance(shown, str) or len(shown) > MAX_REPLY:
                raise ValueError("an oversized reply")
            return shown.strip("'\"")

    def _score(
        self,
        nb: NotebookNode,
        resources: dict,
        answers: object,
        problem: str,
        damaged: bool,
    ) -> None:
        flagged: dict[str, str] = resources["course"]["flagged"]
        verdict: Verdict | None = None
        try:
            judge = Judge(self._store)
            verdict = judge.verdict(read_answers(self._store, answers))
        except Exception as error:
            problem = problem or f"{type(error).__name__}: {error}"[:300]
            self.log.exception("The judge failed")
        for cell in nb.cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            identity = nbgrader.get("grade_id")
            if cell.cell_type != "code" or not utils.is_grade(cell):
                continue
            if identity not in self._store.cells:
                continue
            failed = verdict is None or (answers is None and not damaged)
            if failed:
                mark = 0.0
                reason = problem or "no answers"
                html = f"<p>{text('feedback.machine', reason=_plain(reason))}</p>"
                flagged[identity] = reason
            else:
                found = verdict.cells[identity]
                mark = found.points
                html = cell_html(self._store, verdict, identity, found)
                if damaged:
                    flagged[identity] = "damaged"
            cell.outputs = [
                new_output(
                    "execute_result",
                    data={"text/plain": repr(float(mark)), "text/html": html},
                    execution_count=None,
                )
            ]
        resources["course"]["verdict"] = verdict
        nb.metadata["course"]["functions"] = _summary(verdict)


def _plain(reason: str) -> str:
    return "".join(c for c in reason if c.isalnum() or c in " .,:_()'-")


def _summary(verdict: Verdict | None) -> dict:
    """Return what reports need of a verdict: states, names of entries, marks."""
    if verdict is None:
        return {}
    return {
        name: {
            "state": found.state,
            "entry": found.entry.name if found.entry else "",
            "through": found.through,
            "right": sum(mark == 1 for mark in found.marks),
            "cases": len(found.marks),
        }
        for name, found in verdict.functions.items()
    }


class SaveJudgedGrades(SaveAutoGrades):
    """Saves grades, and flags for a person what could not be judged."""

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_score(cell, resources)
        flagged = resources.get("course", {}).get("flagged", {})
        identity = cell.metadata["nbgrader"]["grade_id"]
        if identity in flagged:
            grade = self.gradebook.find_grade(
                identity, self.notebook_id, self.assignment_id, self.student_id
            )
            grade.needs_manual_grade = True
            self.gradebook.db.commit()
