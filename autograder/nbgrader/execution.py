"""Grading a submission inside nbgrader: reading, healing, running, judging."""

import ast
import builtins
import contextlib
import os
import platform
import re
import time
from collections.abc import Collection, Mapping, Sequence
from logging import Logger
from pathlib import Path
from typing import Any, NamedTuple

from nbclient.exceptions import DeadKernelError
from nbconvert.exporters import Exporter, NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy import bindparam, select, update
from traitlets import Bool, Float, Integer

from autograder.copies import choose, notebooks_in
from autograder.errors import CourseError
from autograder.examination import Examination, NoAnswer
from autograder.feedback import (
    cell_html,
    function_reason,
    hints_text,
    notes_html,
    public_right,
)
from autograder.files import linked
from autograder.flags import REFUSAL, Flag, flags_form, flags_from
from autograder.forks import Ask
from autograder.healing import edition_in
from autograder.judging import (
    FunctionVerdict,
    Judge,
    Verdict,
    untouched_functions,
)
from autograder.names import plain, unusable
from autograder.nbgrader.steps import check_steps
from autograder.outputs import Recorder, counted, new_output, notebook_text
from autograder.protocol import CaseLimits, Child, FunctionForm
from autograder.reference import Reference
from autograder.sandbox.forkserver import LOST
from autograder.sandbox.session import Ended, Failed, Session, Show, TooMuch, TooSlow
from autograder.sandbox.settings import LIMITS, Sandbox
from autograder.sandbox.staging import remove_followed
from autograder.store import Store, StoreError, read_store, store_path
from autograder.submissions import Submission, is_python
from helpers.checks.recognition import Run
from helpers.checks.stubs import tree_of
from helpers.strings import speaking, text

NOTES_ID = "submission-notes"
# Run before a notebook's first cell, and leaves neither a name nor a number.
OWN_HELPERS = """
def _prepare():
    import os
    import sys
    from importlib.machinery import PathFinder

    class Beside:
        here = [os.getcwd()]

        @classmethod
        def find_spec(cls, name, path=None, target=None):
            return PathFinder.find_spec(name, cls.here) if name == "helpers" else None

    for name in [n for n in sys.modules if n == "helpers" or n.startswith("helpers.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, Beside)
    shell = get_ipython()
    history = shell.history_manager
    history.input_hist_parsed.pop()
    history.input_hist_raw.pop()
    shell.user_ns.pop(f"_i{shell.execution_count}", None)
    shell.execution_count -= 1


_prepare()
del _prepare
"""
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}


KERNEL = ("kernelspec", "language_info")  # where a notebook tells its language


def foreign_kernel(notebook: str, released: Mapping) -> str:
    """Return why the sandbox cannot run a released notebook, or empty.

    `released` is the notebook's form.
    """
    metadata = released.get("metadata", {})
    if is_python(metadata):
        return ""
    return _refusal(notebook, str((metadata.get("kernelspec") or {}).get("name", "")))


def _refusal(notebook: str, kernel: str) -> str:
    return (
        f"{notebook}: the kernel {plain(kernel)[:60]!r} is not Python's, and "
        "the sandbox runs Python only (c.Sandbox.sandboxed = False lets Jupyter "
        "run it, with all that you may do)"
    )


class SubmissionExporter(NotebookExporter):
    """Reads submitted notebooks within bounds, and each notebook's store.

    A missing store stops the run before anything is graded.
    """

    parent: Any  # nbgrader's converter, which has no types

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.stores: dict[tuple[str, str], Store] = {}
        converter = self.parent
        try:
            # Others, such as a worker's, take some of the steps of a course that was
            # looked at.
            if type(converter) is Autograde:
                check_steps("Autograde", converter)
        except CourseError as error:
            converter.log.error(str(error))
            raise NbGraderException(str(error)) from None
        root = Path(converter.coursedir.root)
        assignment = converter.coursedir.assignment_id
        names = [path.stem for path in (root / "source" / assignment).glob("*.ipynb")]
        self.notebooks = names
        sandboxed = Sandbox(config=self.config).sandboxed
        for name in names:
            try:
                store = self.store(assignment, name)
            except StoreError as error:
                converter.log.error(str(error))
                raise NbGraderException(str(error)) from None
            if sandboxed and (reason := foreign_kernel(name, store.released)):
                converter.log.error(reason)
                raise NbGraderException(reason)
        # nbgrader looks for files by name: those under another one are added.
        for folder, paths in getattr(converter, "assignments", {}).items():
            if converter.coursedir.notebook_id == "*":
                there = notebooks_in(Path(folder), self._named_stores(assignment))
                paths += [
                    path
                    for name in there
                    if (path := os.path.join(folder, f"{name}.ipynb")) not in paths
                ]

    def _named_stores(self, assignment: str) -> dict[str, Store]:
        return {name: self.store(assignment, name) for name in self.notebooks}

    def store(self, assignment: str, notebook: str) -> Store:
        """Return the store of a notebook, read once."""
        key = assignment, notebook
        if key not in self.stores:
            root = Path(self.parent.coursedir.root)
            self.stores[key] = read_store(store_path(root, *key))
        return self.stores[key]

    def healed(self, filename: str, resources: dict) -> NotebookNode:
        """Read a submitted notebook and heal it.

        `resources` are nbgrader's, of this notebook; they are given its folder and its
        store.

        Raises
        ------
        NbGraderException
            If the learner's name is not usable.
        """
        names = resources["nbgrader"]
        store = self._place(filename, resources)
        reason = unusable(names["student"]) or linked(
            Path(filename).parent, Path(self.parent.coursedir.root)
        )
        if reason:
            self.parent.log.error(reason)
            raise NbGraderException(reason)
        # nbgrader has copied what links point to, gradebook or not.
        course = self.parent.coursedir
        copied = course.format_path(
            course.autograded_directory, names["student"], names["assignment"]
        )
        remove_followed(os.path.dirname(filename), copied)
        stores = self._named_stores(names["assignment"])
        submission, notebook = healed_notebook(Path(filename), store, stores)
        # What a release does not know, each submission tells.
        if not any(map(store.released.get("metadata", {}).get, KERNEL)):
            self._check_language(names["notebook"], submission)
        if submission.damage:
            self.parent.log.warning(
                "%s, %s: %s", names["student"], names["notebook"], submission.damage
            )
        return notebook

    def _check_language(self, notebook: str, submission: Submission) -> None:
        """Refuse what the sandbox cannot run."""
        if submission.is_python or not Sandbox(config=self.config).sandboxed:
            return
        message = _refusal(notebook, submission.kernel)
        self.parent.log.error(message)
        raise NbGraderException(message)

    def _place(self, filename: str, resources: dict) -> Store:
        names = resources["nbgrader"]
        store = self.store(names["assignment"], names["notebook"])
        folder = os.path.dirname(filename)
        resources["metadata"] = {"name": names["notebook"], "path": folder}
        resources["course"] = {"store": store}
        return store

    def from_filename(
        self, filename: str, resources: dict | None = None, **kwargs: object
    ) -> tuple:
        """Convert a notebook file, submitted or already sanitized."""
        resources = {} if resources is None else resources
        # Which of its two passes nbgrader is in, it tells nobody in another way.
        if self.parent._sanitizing:  # noqa: SLF001
            notebook = self.healed(filename, resources)
            done: tuple = self.from_notebook_node(notebook, resources, **kwargs)
            return done
        self._place(filename, resources)
        return super().from_filename(filename, resources=resources, **kwargs)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple:
        """Convert a notebook, and write it as all that was graded is written."""
        taken = Exporter.from_notebook_node(self, nb, resources, **kwargs)
        notebook, resources = taken
        resources["output_suffix"] = ".nbconvert"
        return notebook_text(notebook), resources


def healed_notebook(
    path: Path, store: Store, stores: Mapping[str, Store]
) -> tuple[Submission, NotebookNode]:
    """Read a submitted notebook, or the copy that holds the work, and heal it.

    `autograder.copies.choose` may take another file than `path`. The notebook's
    metadata say what was healed and what a person should look at.
    """
    submission, (notebook, notes, flags, edition) = choose(path, store, stores)
    notebook.metadata["course"] = {
        "digest": store.cases.digest,
        "edition": edition,
        "notes": notes,
        "flags": flags_form(flags),
        "submission": submission.digest,
        "points": store.points,
        "damaged": any(flag.refused for flag in flags),
    }
    return submission, notebook


class Heal(NbGraderPreprocessor):
    """Says in a cell at the top what was healed in a submission."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Put the notes where the learner reads them."""
        notes = nb.metadata.get("course", {}).get("notes", [])
        if notes:
            with speaking(edition_in(nb)):
                cell = new_markdown_cell(notes_html(notes))
            cell["id"] = NOTES_ID
            nb.cells.insert(0, cell)
        return nb, resources


class JudgedExecute(Execute):
    """Runs a learner's cells, drives the check cells and lets the judge score them.

    No exception leaves it: nbgrader would keep a changed environment.
    """

    case_seconds = Float(
        CaseLimits().seconds,
        help="Time limit of one hidden or visible case, in seconds.",
    ).tag(config=True)

    start_seconds = Float(
        30, help="How long the driver may take to prepare a kernel, in seconds."
    ).tag(config=True)

    ping_seconds = Float(
        5, help="How soon a cell must end after it was interrupted, in seconds."
    ).tag(config=True)

    max_restarts = Integer(
        2,
        help="How often a notebook is run again without a cell that ended its kernel.",
    ).tag(config=True)

    demonstrations = Bool(
        False, help="Whether cells that no check depends on are run, too."
    ).tag(config=True)

    def __call__(self, nb: NotebookNode, resources: dict) -> tuple:
        """Run and judge a notebook, always: outputs that learners sent are no proof."""
        if not self.enabled:
            message = (
                "nothing is graded without running it: --no-execute and "
                "Execute.enabled = False would give marks for outputs that learners "
                "sent"
            )
            self.log.error(message)
            raise NbGraderException(message)
        return self.preprocess(nb, resources)

    def preprocess(self, nb: NotebookNode, resources: dict, km: object = None) -> tuple:
        """Run and judge a notebook; whatever fails on our side scores zero."""
        self._edition = edition_in(nb)
        self._store: Store = resources["course"]["store"].speaking(self._edition)
        with speaking(self._edition):
            return self._judged(nb, resources)

    def _judged(self, nb: NotebookNode, resources: dict) -> tuple:
        self.nb, self.resources = nb, resources
        self._deadly: set[int] = set()
        # Tests always run; of others the release says it, never a learner's tags.
        self._skipped = {
            cell["id"]
            for cell in self._store.released.get("cells", [])
            if self.skip_cells_with_tag in cell["metadata"].get("tags", [])
            and cell["id"] not in self._store.tests
        }
        if not self.demonstrations:
            self._skipped.update(self._store.demonstrations)
        self._limit = ""
        self._slow: dict[str, float] = {}  # limits, by the cells that reached them
        self._lost = False  # whether what sees the shell through has died
        self._late = False
        self._sandbox = Sandbox(config=self.config)
        resources["course"] |= {"flagged": {}, "marks": {}}
        course = nb.metadata.setdefault("course", {})
        damaged = course.get("damaged", False)
        self._succeeded: dict[int, bool] = {}
        self.examination: Examination | None = None
        problem = ""
        began = time.monotonic()
        used = {"cpu": 0.0, "peak": 0}
        for _ in range(self.max_restarts + 1):
            self._verdict: Verdict | None = None
            self._current = -1
            self._succeeded.clear()
            problem = ""
            try:
                self._run(used)
                break
            except NoAnswer as error:
                problem = str(error)
                break
            except DeadKernelError:
                problem = "the kernel died"
                if self._limit:
                    # What has used up a limit once would use it up again.
                    break
                if not self._lost:  # through no cell's fault
                    self._deadly.add(self._current)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"[:300]
                self.log.exception("Grading failed")
                break
        if self._limit:
            word = text(f"feedback.limits.{self._limit}")
            problem = text("feedback.limit", limit=word)
        used["cpu"] = round(used["cpu"], 2)
        course.update(used, seconds=round(time.monotonic() - began, 1))
        if is_python(nb.metadata):
            nb.metadata["language_info"] = dict(LANGUAGE)
        self._score(nb, resources, problem, damaged)
        return nb, resources

    def _run(self, used: dict[str, float]) -> None:
        """Run all cells in one session, and drive the functions at its end."""
        sandbox = self._sandbox
        if not is_python(self._store.released.get("metadata", {})):
            self._run_kernel()
            return
        # The start of the warm process, which all share, costs nobody their time.
        self.nb.metadata["course"]["isolation"] = sandbox.isolation.name
        began = time.monotonic()
        # Half of the time is for the cases: what was checked by then is judged.
        self._until = began + sandbox.wall / 2 if sandbox.wall else float("inf")
        folder = self.resources["metadata"]["path"]
        self._recorder = Recorder()
        self._session = Session(sandbox, folder)
        try:
            self._ask("start", [self._edition], self.start_seconds)
            self._let_helpers_be(Path(folder))
            for index, cell in enumerate(self.nb.cells):
                self.preprocess_cell(cell, self.resources, index)
            self._drive()
        finally:
            report = self._session.close()
            self._limit = self._session.exceeded
            self._lost = report is not None and report.reason == LOST
            if report is not None:
                used["cpu"] += report.cpu + report.beside
                used["peak"] = max(used["peak"], report.peak)
                if not self._limit and report.reason in LIMITS:
                    self._limit = report.reason
            # All runs of a notebook share its limits.
            for name, spent in (
                ("wall", time.monotonic() - began),
                ("cpu", report.cpu if report else 0.0),
            ):
                if most := getattr(sandbox, name):
                    setattr(sandbox, name, max(1.0, most - spent))
            for index, outputs in self._recorder.outputs().items():
                self.nb.cells[index].outputs = outputs

    def _let_helpers_be(self, folder: Path) -> None:
        """Let ``helpers`` mean what lies beside the notebook, where nothing is checked.

        A course of nbgrader's own kind may have a module of that name.
        """
        own = (folder / "helpers").is_dir() or (folder / "helpers.py").is_file()
        if own and not self._store.cells:
            try:
                self._session.run(OWN_HELPERS, self.start_seconds, lambda *_: None)
            except (Ended, Failed, TooMuch, TooSlow) as problem:
                raise DeadKernelError(str(problem)) from None

    def _run_kernel(self) -> None:
        """Run all cells in a kernel of Jupyter's, as nbgrader does: no sandbox."""
        if self._sandbox.sandboxed:
            raise NoAnswer("the sandbox runs Python only")
        self.nb.metadata["course"]["isolation"] = "none"
        step = Execute(parent=self.parent)
        self.nb, self.resources = step.preprocess(self.nb, self.resources)
        self._succeeded = dict.fromkeys(range(len(self.nb.cells)), True)

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple:
        """Run a learner's cell, note at a check cell what names mean."""
        if cell.cell_type != "code":
            return cell, resources
        self._current = index
        identity = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id"))
        # A run that a later cell killed may have left its traces.
        cell.outputs, cell.execution_count = [], None
        if identity in self._store.cells:
            self._session.note(identity)
        elif identity in self._skipped:
            self._say(cell, "feedback.not_run")
        elif index in self._deadly:
            self._say(cell, "feedback.dead_cell")
        elif time.monotonic() > self._until:
            self._late = True
            self._say(cell, "feedback.out_of_time")
        elif cell.source.strip():
            self._execute(cell, index)
        return cell, resources

    def _say(self, cell: NotebookNode, key: str) -> None:
        """Say in the place of a cell's outputs why there are none."""
        cell.outputs = [new_output("stream", name="stdout", text=text(key))]

    def _execute(self, cell: NotebookNode, index: int) -> None:
        """Run a cell.

        One that takes too long and cannot be interrupted is left out of the next
        run, so that the rest is graded.
        """
        recorder = self._recorder
        recorder.begin(index)
        left = max(0.1, self._until - time.monotonic())
        timeout = self._get_timeout(cell)
        limit = left if timeout is None else min(timeout, left)
        try:
            try:
                reply = self._session.run(cell.source, limit, recorder.show)
            except TooSlow:
                self.log.warning("Cell %s took too long", cell.get("id"))
                self._slow[str(cell.get("id"))] = limit
                reply = self._interrupted(recorder.show)
                recorder.show("error", self.error_on_timeout)
            except TooMuch:
                self.log.warning("Cell %s shows too much", cell.get("id"))
                recorder.miss("number")
                reply = self._interrupted(None)
        except TooMuch:
            self._session.exceeded = "output"
            raise DeadKernelError("it shows too much") from None
        except Failed as problem:  # whatever runs cells has been broken by one
            said = {"ename": str(problem), "evalue": "", "traceback": []}
            recorder.show("error", said)
            reply = {}
        except (Ended, TooSlow) as problem:
            raise DeadKernelError(str(problem)) from None
        answered = reply if isinstance(reply, dict) else {}
        cell.execution_count = counted(answered.get("count"))
        self._succeeded[index] = answered.get("succeeded") is True

    def _interrupted(self, show: Show | None) -> Any:
        """Interrupt the cell that runs; return the reply to it."""
        self._session.interrupt()
        return self._session.reply(self.ping_seconds, show)

    def _drive(self) -> None:
        """Examine the functions, all outputs being frozen."""
        if not self._store.cells:
            self._verdict = Verdict({}, {})
            return
        reference = Reference.shared(self._store, self._sandbox, self.log)
        texts = [cell.source for cell in self.nb.cells if cell.cell_type == "code"]
        untouched = untouched_functions(self._store, texts)
        judge = Judge(self._store)
        self.examination = Examination(
            judge, self._answers, untouched, reference, self.log
        )
        try:
            self._verdict = self.examination.verdict()
            for found in self._verdict.functions.values():
                found.cells = texts
        finally:
            reference.end()

    def _answers(
        self, forms: list[FunctionForm], ask: Ask | None, child: Child
    ) -> object:
        """Bring a request to the learner's process."""
        cases = sum(len(form["cases"]) for form in forms)
        # A hanging case costs its limit, and two of them end a function.
        limit = 60 + 2 * (self.case_seconds + 6) * len(forms) + cases
        try:
            request = [forms, self.case_seconds, child]
            return self._session.ask("run", request, limit, ask)
        except Ended:
            raise NoAnswer("the kernel died while the cases ran") from None
        except (Failed, TooSlow) as error:
            kind = type(error).__name__
            raise NoAnswer(f"no usable answer came back ({kind})") from None

    def _ask(self, name: str, arguments: list, seconds: float) -> None:
        """Call a function of the driver whose answer does not matter."""
        try:
            self._session.ask(name, arguments, seconds)
        except (Ended, TooSlow) as problem:
            raise DeadKernelError(str(problem)) from None

    def _score_tests(
        self, index: int, cell: NotebookNode, problem: str, damaged: bool
    ) -> Flag | None:
        """Let the outputs of a cell of ordinary tests say its mark, as nbgrader does.

        A cell that did not run to its end shows an error, whatever its outputs are:
        without one, nbgrader would give all points.
        """
        reason = REFUSAL if damaged else ""
        failed = any(output.output_type == "error" for output in cell.outputs)
        if index not in self._succeeded and cell.source.strip():
            reason = reason or problem or "it was not run"
        elif not self._succeeded.get(index, True) and not failed:
            cell.outputs.insert(0, _error("Error", "the cell stopped"))
        name = cell.metadata.nbgrader["grade_id"]
        self.resources["course"]["marks"][name] = 0.0
        if reason:
            cell.outputs.insert(0, _error("NotGraded", _plain(reason)))
            return Flag("not judged", name, reason)
        try:
            mark, _ = utils.determine_grade(cell, self.log)
        except (ValueError, KeyError, TypeError) as fault:
            cell.outputs.insert(0, _error("NotGraded", _plain(str(fault))))
            return Flag("not judged", name, _plain(str(fault)))
        self.resources["course"]["marks"][name] = float(mark)
        value = _partial_credit(cell)
        if mark and value is not None and not 0 <= value <= mark:
            return Flag("odd mark", name, f"{value:g}")
        return None

    def _html(self, verdict: Verdict, identity: str) -> str:
        """Return the table of a check cell; a fault of ours there costs no marks."""
        try:
            found = verdict.cells[identity]
            return cell_html(self._store, verdict, identity, found)
        except Exception:
            self.log.exception("The feedback of %s cannot be written", identity)
            name = self._store.cells[identity].functions[0]
            verdict.problems.setdefault(name, "a fault in writing the feedback")
            return ""

    def _limits(self) -> list[Flag]:
        """Flag limits: a right answer that is slow loses marks by them, too."""
        found = [
            Flag("limit", name, f"{seconds:.0f} s in cell {name}")
            for name, seconds in self._slow.items()
        ]
        return [*found, Flag("limit", "", self._limit)] if self._limit else found

    def _score(
        self, nb: NotebookNode, resources: dict, problem: str, damaged: bool
    ) -> None:
        flagged: dict[str, str] = resources["course"]["flagged"]
        course = nb.metadata["course"]
        verdict = self._verdict
        flags = [*flags_from(course.get("flags")), *self._limits()]
        for function in verdict.functions.values() if verdict is not None else ():
            if function.kind == "missing":
                function.stopped = _stopped(nb, function.name)
                function.others = _instead(nb, self._store, function.name)
        for index, cell in enumerate(nb.cells):
            nbgrader = cell.metadata.get("nbgrader", {})
            identity = nbgrader.get("grade_id")
            if cell.cell_type != "code" or not utils.is_grade(cell):
                continue
            if identity in self._store.tests:
                flag = self._score_tests(index, cell, problem, damaged)
                if flag is not None:
                    if not damaged:
                        flags.append(flag)
                    if flag.kind == "not judged":
                        flagged[identity] = REFUSAL if damaged else flag.detail
                continue
            if identity not in self._store.cells:
                continue
            mark, html = 0.0, ""
            reason = (problem or "no answers") if verdict is None else ""
            if verdict is not None:
                found = verdict.cells[identity]
                mark = found.points
                html = self._html(verdict, identity)
                names = self._store.cells[identity].functions
                reasons = [verdict.problems.get(name, "") for name in names]
                reason = next(filter(None, reasons), "")
                flags += _not_there(verdict, identity, names)
                flags += _not_installed(nb, verdict, identity, names)
                stood = [n for name in names for n in verdict.replaced(name)]
                if stood:
                    detail = ", ".join(dict.fromkeys(stood))
                    flags.append(Flag("reference", identity, detail))
            if reason:
                said = text("feedback.machine", reason=_plain(reason))
                html = f"<p>{said}</p>{html}"
                flagged[identity] = reason
                flags.append(Flag("not judged", identity, _plain(reason)))
            elif damaged:
                flagged[identity] = REFUSAL
            elif self._late:
                flagged[identity] = "out of time"
            cell.outputs = [
                new_output(
                    "execute_result",
                    data={"text/plain": repr(float(mark)), "text/html": html},
                    execution_count=None,
                    metadata={},
                )
            ]
        flags += _not_there_here(nb, self._store, resources["course"]["marks"])
        resources["course"]["verdict"] = verdict
        judged = verdict.functions if verdict is not None else {}
        course["begun"] = [
            self._store.solutions[name]
            for name, function in judged.items()
            if function.runs and function.state != "untouched"
        ]
        course["flags"] = flags_form(flags)
        course["functions"] = _summary(self._store, verdict)
        course["times"] = (
            {}
            if self.examination is None
            else {k: round(v, 2) for k, v in self.examination.seconds.items()}
        )


def _not_there_here(
    nb: NotebookNode, store: Store, marks: Mapping[str, float]
) -> list[Flag]:
    """Flag what is lacking where ordinary tests are graded, not in what was handed in.

    That is a module that any cell asks for, or what a cell of the release needs, such
    as a file or the network. Where all such tests have their points, nothing is.
    """
    refused = any(flag.refused for flag in flags_from(nb.metadata.course.get("flags")))
    earned = [marks.get(name, 0) >= test.points for name, test in store.tests.items()]
    if refused or all(earned):
        return []
    released = store.released_texts
    found = []
    for cell in nb.cells:
        identity = str(cell.get("id"))
        own = released.get(identity) == cell.source.strip()
        for output in cell.get("outputs", []):
            if output.output_type != "error":
                continue
            if output.ename == NO_MODULE:
                found.append(Flag("module", identity, _plain(output.evalue)[:100]))
            elif own and output.ename in FROM_OUTSIDE:
                found.append(Flag("environment", identity, output.ename))
    return found


def _error(name: str, value: str) -> NotebookNode:
    said = f"{name}: {value}"
    shown: NotebookNode = new_output(
        "error", ename=name, evalue=value, traceback=[said]
    )
    return shown


def _not_there(verdict: Verdict, cell: str, names: Sequence[str]) -> list[Flag]:
    """Flag functions that are missing: right work may have another name."""
    found = [verdict.functions[name] for name in names]
    gone = [f.name for f in found if f.state == "missing" and f.kind != "lost"]
    return [Flag("no function", cell, ", ".join(gone))] if gone else []


def _not_installed(
    nb: NotebookNode, verdict: Verdict, cell: str, names: Sequence[str]
) -> list[Flag]:
    """Flag functions that lack a module: they may be right where it is installed.

    The import stands in the function, in its cell, or in a cell that stopped, so that
    a name is unknown.
    """
    wrong = [
        verdict.functions[name]
        for name in names
        if verdict.functions[name].state != "right"
    ]
    if not wrong:
        return []
    lacking = any(
        output.output_type == "error" and output.ename == NO_MODULE
        for own in nb.cells
        if own.cell_type == "code"
        for output in own.outputs
    )
    signs = {NO_MODULE, "NameError"} if lacking else {NO_MODULE}

    def lacks(found: FunctionVerdict) -> bool:
        runs = [run for run in found.runs if isinstance(run, Run)]
        errors = {run.outcome.error for run in runs} | {found.stopped}
        return bool(errors & signs)

    lost = [found.name for found in wrong if lacks(found)]
    return [Flag("module", cell, ", ".join(lost))] if lost else []


def _stopped(nb: NotebookNode, function: str) -> str:
    """Return with which built-in exception the last cell that defines it stopped."""
    # Indented, or behind a mark that a copy has brought along, it stops with an error.
    header = re.compile(
        rf"^[ \t\ufeff\u200b]*def {re.escape(function)}\b", re.MULTILINE
    )
    said = ""
    for cell in nb.cells:
        if cell.cell_type == "code" and header.search(cell.source):
            errors = [o.ename for o in cell.outputs if o.output_type == "error"]
            said = errors[0] if errors and errors[0] in EXCEPTIONS else ""
    return said


def _instead(nb: NotebookNode, store: Store, function: str) -> tuple[str, ...]:
    """Return the functions that a solution cell defines in place of its own."""
    known = {function, *store.cases.functions}
    for cell in nb.cells:
        if cell.get("id") == store.solutions.get(function):
            tree = tree_of(cell.source)
            body = tree.body if tree is not None else []
            names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
            return tuple(plain(name)[:60] for name in names if name not in known)[:3]
    return ()


def _partial_credit(cell: NotebookNode) -> float | None:
    """Return the number that a cell of tests gives as its mark, if there is one."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data["text/plain"])
            except (KeyError, TypeError, ValueError):
                return None
    return None


NO_MODULE = "ModuleNotFoundError"
# With the names that the standard library and the common clients of the web use.
FROM_OUTSIDE = frozenset(
    [
        *("FileNotFoundError", "PermissionError", "URLError", "HTTPError", "gaierror"),
        *("ConnectionError", "ConnectionRefusedError", "ConnectTimeout", "SSLError"),
        *("ConnectError", "ProxyError", "TimeoutError", "NoSuchKernel"),
    ]
)
EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
)
KEPT = " .,:;_()'-，。：；、（）"  # of what is no letter, in reasons in either language


def _plain(reason: str) -> str:
    return "".join(c for c in reason if c.isalnum() or c in KEPT)


def _summary(store: Store, verdict: Verdict | None) -> dict:
    """Return what reports and pages need of a verdict, and nothing hidden."""
    if verdict is None:
        return {}
    return {
        name: {
            "state": found.state,
            "entry": found.entry.name if found.entry else "",
            "with_reference": list(found.with_reference),
            "moment": found.moment,
            "right": sum(mark == 1 for mark in found.marks),
            "cases": len(found.marks),
            "public": public_right(store.cases.functions[name], found),
            "said": function_reason(found),
            "hints": hints_text(store.cases.functions[name], found),
        }
        for name, found in verdict.functions.items()
    }


def _submitted_notebook(book: Gradebook, names: Mapping[str, str]) -> str:
    """Return the id of the row of a submitted notebook.

    Raises
    ------
    MissingEntry
        If there is none.
    """
    found = book.db.execute(
        select(SubmittedNotebook.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(
            SubmittedAssignment,
            SubmittedAssignment.id == SubmittedNotebook.assignment_id,
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(
            Notebook.name == names["notebook"],
            Assignment.name == names["assignment"],
            SubmittedAssignment.student_id == names["student"],
        )
    ).scalar()
    if found is None:
        raise MissingEntry(f"no row of {names['notebook']}")
    row: str = found
    return row


class Earned(NamedTuple):
    """What the cells of a graded notebook have earned, by their names."""

    # Points, or None where a person gives them, and whether a person is to look.
    scores: dict[str, tuple[float | None, bool]]
    comments: dict[str, str | None]  # what is said of solutions and tasks


def marks_of(nb: NotebookNode, flagged: Collection[str], log: Logger) -> Earned:
    """Return what the cells of a graded notebook have earned, as nbgrader tells it.

    `flagged` are those that a person is to look at in any case.
    """
    # Solution cells whose function was written, in them or in others.
    course = nb.metadata.get("course", {})
    begun = course.get("begun", [])
    unread = {f.cell for f in flags_from(course.get("flags")) if f.kind == "own code"}
    marks = Earned({}, {})
    for cell in nb.cells:
        nbgrader = cell.metadata.get("nbgrader")
        if not nbgrader:
            continue
        name = nbgrader.get("grade_id")
        if utils.is_grade(cell):
            score, _ = utils.determine_grade(cell, log)
            waits = score is None or name in flagged or name in unread
            marks.scores[name] = score, waits
        if utils.is_solution(cell) or utils.is_task(cell):
            same = nbgrader.get("checksum") == utils.compute_checksum(cell)
            silent = same and name not in begun and not utils.is_task(cell)
            marks.comments[name] = "No response." if silent else None
    return marks


class SaveJudgedGrades(SaveAutoGrades):
    """Saves grades, and flags for a person what could not be judged.

    Rows are read at once and written at once, not cell by cell nor as objects, and
    through the gradebook among the resources where somebody has opened one.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Save what all cells of a notebook have earned; a person's marks stay."""
        names = resources["nbgrader"]
        course = resources.get("course", {})
        marks = marks_of(nb, course.get("flagged", {}), self.log)
        opened = course.get("gradebook")
        own = contextlib.nullcontext(opened) if opened else Gradebook(names["db_url"])
        with own as book:
            row = _submitted_notebook(book, names)
            grades, comments = (
                {
                    found.name: found
                    for found in book.db.execute(
                        select(kind.id, BaseCell.name, column)
                        .join(BaseCell, kind.cell_id == BaseCell.id)
                        .where(kind.notebook_id == row)
                    )
                }
                for kind, column in (
                    (Grade, Grade.manual_score),
                    (Comment, Comment.manual_comment),
                )
            )
            scored = [
                {
                    "row": grades[name].id,
                    "auto_score": score,
                    "needs_manual_grade": unsettled
                    or grades[name].manual_score is not None,
                }
                for name, (score, unsettled) in marks.scores.items()
            ]
            commented = [
                {"row": comments[name].id, "auto_comment": said}
                for name, said in marks.comments.items()
            ]
            for kind, values in ((Grade, scored), (Comment, commented)):
                if values:
                    table = kind.__table__
                    at_row = update(table).where(table.c.id == bindparam("row"))
                    book.db.execute(at_row, values)
            book.db.commit()
        return nb, resources
