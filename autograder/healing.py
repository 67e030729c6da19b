"""Healing a submission: the released notebook with the learner's text in it.

Flags, points, tags, ids, outputs and the kernel come from the released notebook;
of a submission nothing is taken but the texts and images of its cells.
"""

import ast
from collections.abc import Mapping
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import nbformat as nbformat_major
from nbformat.v4 import nbformat_minor

from autograder.flags import Flag
from autograder.images import kept_attachments
from autograder.store import ENGLISH, Store
from autograder.submissions import Submission, SubmittedCell, kernel_of
from autograder.written_answers import (
    Text,
    own_words,
    place_answers,
    prose_of,
    remarks_of,
    without_fields,
)
from helpers.checks.stubs import defined_in, definitions_of, is_stub, tree_of
from helpers.strings import listed, speaking, text

# How many cells are named one by one where the same was repaired in all of them.
MOST_NAMED = 3


class Healed(NamedTuple):
    """A healed submission."""

    # The learner's cells with the released notebook's flags, ids and order.
    notebook: NotebookNode
    notes: list[str]  # what was repaired, for the feedback
    flags: list[Flag]  # what a person should look at
    language: str  # the edition that was submitted


def _released(store: Store, whole: bool) -> NotebookNode:
    """Return the released notebook, whose cells may be changed: all, or marked ones.

    Others are the same for all submissions, and only read: most of the cells.
    """
    notebook: NotebookNode = nbformat.from_dict({**store.node, "cells": []})
    notebook["cells"] = [
        nbformat.from_dict(cell) if whole or _is_marked(cell) else cell
        for cell in store.node.cells
    ]
    return notebook


def heal(submission: Submission, store: Store) -> Healed:
    """Bring a submitted notebook into the shape of the released one.

    Returns the notebook, notes for the learner, and flags for a person.
    """
    store = store.speaking(edition_of(submission, store))
    with speaking(store.language):
        return _healed(submission, store)


def edition_of(submission: Submission, store: Store) -> str:
    """Tell from its texts which edition of a notebook was submitted.

    It is the language most of whose cells are there; the course's own where none is.
    The notebook's metadata are not asked.
    """
    texts = {cell.source.strip() for cell in submission.cells}

    def known(language: str) -> tuple[int, bool]:
        released = store.speaking(language).released_texts.values()
        return len(texts.intersection(released)), language == store.own

    return max(store.languages(), key=known) if store.editions else store.own


def edition_in(nb: NotebookNode) -> str:
    """Return the language that healing has noted in a notebook's metadata."""
    metadata = nb.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    name = course.get("edition") if isinstance(course, dict) else None
    return name if isinstance(name, str) else ENGLISH


def _healed(submission: Submission, store: Store) -> Healed:
    released = _released(store, whole=bool(submission.damage))
    empty = not released.cells and submission.damage == text("submission.no_cells")
    if submission.damage and not empty:
        advice = text("submission.damaged_advice")
        notes = [*submission.notes, submission.damage, advice]
        flag = Flag("link" if submission.is_link else "damaged")
        return Healed(released, notes, [flag], store.language)
    healing = _Healing(submission, released, store)
    cells = healing.run()
    if submission.kernel not in ("", kernel_of(released)):
        healing.notes.append(text("submission.kernel"))
    # nbformat's own function would hold it against its schema.
    notebook = NotebookNode(
        cells=cells,
        metadata=released.metadata,
        nbformat=nbformat_major,
        nbformat_minor=nbformat_minor,
    )
    return Healed(notebook, healing.notes, healing.flags, store.language)


class _Healing:
    """Finds which submitted cells are the released ones, and repairs them."""

    def __init__(
        self, submission: Submission, released: NotebookNode, store: Store
    ) -> None:
        self._cells = submission.cells
        self._released = released
        self._store = store
        self._known = {cell["id"]: cell for cell in released.cells}
        self._versions = store.versions
        self.notes = list(submission.notes)
        self.flags: list[Flag] = []
        if submission.guessed:
            self.flags.append(Flag("encoding", detail=submission.guessed.upper()))
        # Where a released cell stands in the submission, by its id; and which of them
        # were found without nbgrader's marks.
        self._chosen: dict[str, int] = {}
        self._lost: set[str] = set()

    def run(self) -> list[NotebookNode]:
        """Return the cells of the healed notebook."""
        self._identify()
        marked = any(map(_is_marked, self._released.cells))
        if marked and not any(_is_marked(self._known[name]) for name in self._chosen):
            said = ("submission.other_notebook", "submission.damaged_advice")
            self.notes += map(text, said)
            self.flags.append(Flag("damaged"))
        answers = self._answers()
        cells = self._ordered()
        self._leave_out_stubs(cells)
        self._attach(cells, answers)
        return cells

    def _own_texts(self) -> list[Text]:
        """Return the texts of a submission that stand in no answer's cell."""
        places = {cell["id"]: i for i, cell in enumerate(self._released.cells)}
        position = {index: name for name, index in self._chosen.items()}
        seen = set().union(*self._versions.values())
        answered = {self._cells[i].source.strip() for i in self._chosen.values()}
        found = []
        after = -1
        for i, cell in enumerate(self._cells):
            name = position.get(i)
            source = cell.source.strip()
            code = cell.cell_type == "code"
            words = remarks = ""
            if name is not None:
                after = places[name]
                whole, versions = self._known[name], self._versions[name]
                if source in versions or _takes_text(whole) or _is_task(whole):
                    pass
                elif code and not _is_marked(whole):
                    words = prose_of(source)
                    remarks = words or remarks_of(source, versions)
                elif not code and whole.cell_type != "code":
                    added = (
                        without_fields(own_words(source, text), text)
                        for text in versions
                    )
                    words = min(added, key=len)
            elif source not in seen and source not in answered:
                words = prose_of(source) if code else source
                remarks = words or (remarks_of(source, seen) if code else "")
            attached = cell.attachments if name is None else None
            if words or kept_attachments(attached)[0]:
                found.append(Text(i, after, words, attached))
            elif remarks:
                found.append(Text(i, after, remarks, beside_code=True))
        return found

    def _answers(self) -> dict[str, list[Text]]:
        """Find the answers to questions whose own cell holds none."""
        released, chosen = self._released, self._chosen
        open_questions = {}
        for place, cell in enumerate(released.cells):
            if _is_question(cell):
                name = cell["id"]
                own = self._cells[chosen[name]] if name in chosen else None
                if own is None or (
                    own.source.strip() in self._versions[name] | {""}
                    and not kept_attachments(self._attached(name))[0]
                ):
                    open_questions[name] = place
        texts = [
            found
            for found in self._own_texts()
            if found.index in set(chosen.values())
            or not _follows_task(released, found.after)
        ]
        found = place_answers(texts, open_questions, released.cells)
        for name in found.answers:
            self.notes.append(text("submission.answer_elsewhere", cell=name))
            self.flags.append(Flag("answer elsewhere", name))
        if found.unseen:
            self.flags.append(Flag("own text", detail=str(len(found.unseen))))
        for name in open_questions:
            if name not in found.answers:
                self.flags.append(Flag("unanswered", name))
        for place, cell in enumerate(released.cells):
            nbgrader = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and nbgrader.get("grade") and _takes_text(cell):
                name = cell["id"]
                own = self._cells[chosen[name]] if name in chosen else cell
                if own.source.strip() in {cell.source.strip(), *self._versions[name]}:
                    kind = "own code" if self._is_code_at(place) else "unanswered"
                    self.flags.append(Flag(kind, name))
        return found.answers

    def _is_code_at(self, place: int) -> bool:
        """Tell whether code of the learner's own stands where a released cell does."""
        places = {cell["id"]: i for i, cell in enumerate(self._released.cells)}
        position = {index: places[name] for name, index in self._chosen.items()}
        seen = set().union(*self._versions.values())
        waiting, before = False, -1
        for i, cell in enumerate(self._cells):
            if i in position:
                if waiting and before <= place <= position[i]:
                    return True
                waiting, before = False, position[i]
            elif cell.cell_type == "code" and cell.source.strip() not in seen:
                waiting = waiting or _has_code(cell.source)
        return waiting and before <= place

    def _attach(
        self, built: list[NotebookNode], answers: dict[str, list[Text]]
    ) -> None:
        """Put answers that were found elsewhere, and images, into their cells."""
        for cell in built:
            name = cell["id"]
            texts = answers.get(name, [])
            if texts:
                cell.source = "\n\n".join(found.words for found in texts if found.words)
            forms = [found.attachments for found in texts]
            images: dict[str, dict[str, str]] = {}
            if cell.cell_type == "markdown" and name in self._chosen:
                forms.append(self._attached(name))
                given = kept_attachments(self._known[name].get("attachments"))[0]
                shown = [key for key in given if f"attachment:{key}" in cell.source]
                images |= {key: given[key] for key in shown}
            left_out = False
            for form in forms:
                kept, more = kept_attachments(form)
                images |= kept
                left_out = left_out or more
            if images and cell.cell_type == "markdown":
                cell["attachments"] = nbformat.from_dict(images)
                links = [f"attachment:{key}" for key in images]
                missing = [link for link in links if link not in cell.source]
                cell.source += "".join(f"\n\n![]({link})" for link in missing)
            if left_out:
                self.notes.append(text("submission.attachments", cell=name))
                self.flags.append(Flag("attachments", name))

    def _attached(self, name: str) -> object:
        """Return what a learner attached to a released cell, and not what it brings."""
        own = self._cells[self._chosen[name]].attachments
        given = self._known[name].get("attachments") or {}
        if not isinstance(own, Mapping):
            return own
        return {key: own[key] for key in own if own[key] != given.get(key)}

    def _identify(self) -> None:
        """Find which submitted cell is which released one."""
        known = self._known
        by_source = {source: name for name in known for source in self._versions[name]}
        candidates: dict[str, list[int]] = {}
        taken: set[int] = set()
        for i, cell in enumerate(self._cells):
            if cell.grade_id in known and _is_marked(known[cell.grade_id]):
                candidates.setdefault(cell.grade_id, []).append(i)
                taken.add(i)
        solutions = self._store.defining | self._store.solutions
        rules = (
            lambda cell: cell.cell_id if cell.cell_id in known else "",
            lambda cell: by_source.get(cell.source.strip(), ""),
            lambda cell: next(
                (
                    solutions[n]
                    for n in defined_in(cell.source)
                    if solutions.get(n) in known
                ),
                "",
            ),
        )
        for rule in rules:
            found: dict[str, list[int]] = {}
            for i, cell in enumerate(self._cells):
                if i not in taken:
                    name = rule(cell)
                    if name and name not in candidates:
                        found.setdefault(name, []).append(i)
            for name, indices in found.items():
                candidates[name] = indices
                taken.update(indices)
                if _is_marked(known[name]):
                    self._lost.add(name)
        for name, indices in candidates.items():
            self._chosen[name] = self._choose(known[name], indices)

    def _choose(self, released: NotebookNode, indices: list[int]) -> int:
        """Choose among submitted cells that all may be one released cell."""
        nbgrader = released.metadata.get("nbgrader", {})
        if nbgrader and len(indices) > 1:
            about = {"cell": released["id"], "n": len(indices)}
            self.notes.append(text("submission.duplicated", **about))
        if not nbgrader.get("solution"):
            return indices[0]
        if not nbgrader.get("grade"):
            return indices[-1]
        stub = released.source.strip()
        answered = [i for i in indices if self._cells[i].source.strip() != stub]
        return (answered or indices)[0]

    def _ordered(self) -> list[NotebookNode]:
        """Put known cells into the released order; others follow the one before."""
        position = {index: name for name, index in self._chosen.items()}
        groups: dict[str, list[NotebookNode]] = {"": []}
        met = []
        current = ""
        for i, cell in enumerate(self._cells):
            if i in position:
                current = position[i]
                met.append(current)
                groups[current] = []
            else:
                groups[current].append(_made(cell))
        order = [cell["id"] for cell in self._released.cells]
        ranks = [order.index(name) for name in met if _is_marked(self._known[name])]
        if ranks != sorted(ranks):
            self.notes.append(text("submission.moved"))
        built = list(groups[""])
        repairs: dict[str, list[str]] = {}
        for cell in self._released.cells:
            name = cell["id"]
            if name in self._chosen:
                made, repaired = self._restored(cell)
                built += self._definitions_in(cell)
                built.append(made)
                built += self._work_in(cell)
                for kind in repaired:
                    repairs.setdefault(kind, []).append(name)
                built += groups[name]
            elif _is_marked(cell):
                nbgrader = cell.metadata.nbgrader
                if nbgrader.get("solution") and not nbgrader.get("grade"):
                    self.notes.append(text("submission.solution_missing", cell=name))
                else:
                    repairs.setdefault("restored", []).append(name)
                    built.append(cell)
        for kind, names in repairs.items():
            if len(names) <= MOST_NAMED:
                said = [text(f"submission.{kind}", cell=name) for name in names]
            else:
                about = {"n": len(names), "cells": listed(names)}
                said = [text(f"submission.{kind}_many", **about)]
            self.notes += said
        count = 0
        for made in built:
            if whole := self._store.tests.get(made["id"]):
                made.source = whole.source
                made.metadata.nbgrader["checksum"] = whole.checksum
            if made["id"] not in self._known:
                count += 1
                made["id"] = f"own-{count}"
        return built

    def _restored(self, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
        """Put a learner's text into a released cell where it may be edited.

        Returns the cell, and what was repaired: keys of ``submission`` in the texts.
        """
        name = released["id"]
        submitted = self._cells[self._chosen[name]]
        if not _is_marked(released):
            cell = _made(submitted)
            cell["id"] = name
            return cell, []
        known = released.metadata.nbgrader
        changed = submitted.source.strip() not in self._versions[name]
        repaired = {
            "relabelled": name in self._lost,
            "retyped": submitted.cell_type != released.cell_type,
            "flags": any(known.get(k) != value for k, value in submitted.flags.items()),
            "tags": submitted.tagged and not released.metadata.get("tags"),
            "changed": changed and not _takes_text(released),
        }
        if _takes_text(released):
            released.source = submitted.source
        return released, [kind for kind, found in repaired.items() if found]

    def _definitions_in(self, released: NotebookNode) -> list[NotebookNode]:
        """Return a cell with the functions that a learner wrote where none belongs.

        They stood in a cell whose text is put back, such as that of a check. What that
        cell would have shown is not among them.
        """
        name = released["id"]
        source = self._cells[self._chosen[name]].source
        code = released.cell_type == "code" and _is_marked(released)
        if not code or _takes_text(released) or source.strip() in self._versions[name]:
            return []
        tree = tree_of(source)
        functions = self._store.cases.functions
        mine = [
            function
            for function in (
                sorted(defined_in(source) & set(functions)) if tree else ()
            )
            if not all(
                is_stub(text, functions[function].stub)
                for text in definitions_of(function, [source])
            )
        ]
        if tree is None or not mine:
            return []
        kept = [node for node in tree.body if not isinstance(node, ast.Expr)]
        words = "\n\n".join(ast.get_source_segment(source, node) or "" for node in kept)
        about = {"cell": name, "function": listed(mine)}
        self.notes.append(text("submission.defined_there", **about))
        return [_made(SubmittedCell("code", words))]

    def _work_in(self, task: NotebookNode) -> list[NotebookNode]:
        """Return a cell with what a learner wrote into a task's own cell.

        It belongs below the task, whose text is put back.
        """
        name = task["id"]
        if not _is_task(task) or _takes_text(task):
            return []
        source = self._cells[self._chosen[name]].source
        words = min((own_words(source, said) for said in self._versions[name]), key=len)
        return [_made(SubmittedCell("markdown", words))] if words else []

    def _leave_out_stubs(self, cells: list[NotebookNode]) -> None:
        """Leave out the released text of a function below a learner's own definition.

        A learner wrote the function in another cell, or doubled the cell, and nothing
        was written into the last of them: run, it would take the place of the learner's
        own.
        """
        code = [(cell, cell.source) for cell in cells if cell.cell_type == "code"]
        for name, function in self._store.cases.functions.items():
            defining = [
                (cell, all(is_stub(text, function.stub) for text in texts))
                for cell, source in code
                if name in source and (texts := definitions_of(name, [source]))
            ]
            own = [i for i, (_, released) in enumerate(defining) if not released]
            for cell, _ in defining[own[-1] + 1 :] if own else ():
                tree = tree_of(cell.source)
                if tree is not None and len(tree.body) == 1:
                    cell.source = text("submission.stub_left_out_code")
                    said = text("submission.stub_left_out", function=name)
                    self.notes.append(said)


def _has_code(source: str) -> bool:
    """Tell whether a cell holds more than text."""
    return bool(source.strip()) and not prose_of(source)


def _is_question(cell: NotebookNode) -> bool:
    """Tell whether a cell is for a written answer."""
    nbgrader = cell.metadata.get("nbgrader", {})
    manual = nbgrader.get("grade") and nbgrader.get("solution")
    return bool(manual and cell.cell_type != "code")


def _takes_text(cell: NotebookNode) -> bool:
    """Tell whether a learner's text in a graded cell is kept."""
    nbgrader = cell.metadata.get("nbgrader", {})
    open_task = nbgrader.get("task") and not nbgrader.get("locked")
    return bool(nbgrader.get("solution") or open_task)


def _follows_task(released: NotebookNode, after: int) -> bool:
    """Tell whether the last graded cell up to a place sets a task.

    The work follows in cells of a learner's own.
    """
    marked = [cell for cell in released.cells[: after + 1] if _is_marked(cell)]
    return bool(marked) and bool(marked[-1].metadata["nbgrader"].get("task"))


def _made(submitted: SubmittedCell) -> NotebookNode:
    """Return a cell of a learner's own.

    nbformat would hold each cell against its schema.
    """
    form: dict = {"id": "", "metadata": {}, "source": submitted.source}
    if submitted.cell_type == "code":
        form |= {"execution_count": None, "outputs": []}
    return NotebookNode(cell_type=submitted.cell_type, **nbformat.from_dict(form))


def _is_task(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("task"))


def _is_marked(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader"))
