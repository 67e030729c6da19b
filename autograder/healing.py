"""Healing a submission: the released notebook with the learner's text in it.

Flags, points, tags, ids, outputs and the kernel come from the released notebook;
of a submission nothing is taken but the texts and images of its cells.
"""

import ast
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
)
from helpers.checks.stubs import definitions_of, is_stub, tree_of
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


def released_notebook(store: Store) -> NotebookNode:
    """Return a copy of the released notebook."""
    notebook: NotebookNode = nbformat.from_dict(store.released)
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
        released = store.speaking(language).released.get("cells", [])
        sources = {"".join(cell["source"]).strip() for cell in released}
        return len(sources & texts), language == store.own

    return max(store.languages(), key=known) if store.editions else store.own


def edition_in(nb: NotebookNode) -> str:
    """Return the language that healing has noted in a notebook's metadata."""
    metadata = nb.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    name = course.get("edition") if isinstance(course, dict) else None
    return name if isinstance(name, str) else ENGLISH


def _healed(submission: Submission, store: Store) -> Healed:
    released = released_notebook(store)
    notes = list(submission.notes)
    marked = any(map(_is_marked, released.cells))
    empty = not released.cells and submission.damage == text("submission.no_cells")
    if submission.damage and not empty:
        notes += [submission.damage, text("submission.damaged_advice")]
        flag = Flag("link" if submission.is_link else "damaged")
        return Healed(released, notes, [flag], store.language)
    flags: list[Flag] = []
    if submission.guessed:
        flags.append(Flag("encoding", detail=submission.guessed.upper()))
    known = {cell["id"]: cell for cell in released.cells}
    versions = store.versions
    chosen, lost = _identify(submission.cells, released, store, versions, notes)
    if marked and not any(_is_marked(known[cell_id]) for cell_id in chosen):
        notes += [text("submission.other_notebook"), text("submission.damaged_advice")]
        flags.append(Flag("damaged"))
    answers = _answers(submission.cells, released, chosen, versions, notes, flags)
    cells = _ordered(submission.cells, released, store, chosen, lost, versions, notes)
    _leave_out_stubs(cells, store, notes)
    _attach(submission.cells, cells, chosen, answers, notes, flags)
    if submission.kernel not in ("", kernel_of(released)):
        notes.append(text("submission.kernel"))
    # nbformat's own function would hold it against its schema.
    notebook = NotebookNode(
        cells=cells,
        metadata=released.metadata,
        nbformat=nbformat_major,
        nbformat_minor=nbformat_minor,
    )
    return Healed(notebook, notes, flags, store.language)


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


def _own_texts(
    cells: list[SubmittedCell],
    released: NotebookNode,
    chosen: dict[str, int],
    versions: dict[str, set[str]],
) -> list[Text]:
    """Return the texts of a submission that stand in no answer's cell."""
    places = {cell["id"]: i for i, cell in enumerate(released.cells)}
    position = {index: name for name, index in chosen.items()}
    seen = set().union(*versions.values())
    answered = {cells[index].source.strip() for index in chosen.values()}
    found = []
    after = -1
    for i, cell in enumerate(cells):
        name = position.get(i)
        source = cell.source.strip()
        code = cell.cell_type == "code"
        words = remarks = ""
        if name is not None:
            after = places[name]
            whole = released.cells[after]
            if source in versions[name] or _takes_text(whole):
                pass
            elif code and not _is_marked(whole):
                words = prose_of(source)
                remarks = words or remarks_of(source, versions[name])
            elif not code and whole.cell_type != "code":
                added = (own_words(source, text) for text in versions[name])
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


def _answers(
    cells: list[SubmittedCell],
    released: NotebookNode,
    chosen: dict[str, int],
    versions: dict[str, set[str]],
    notes: list[str],
    flags: list[Flag],
) -> dict[str, list[Text]]:
    """Find the answers to questions whose own cell holds none."""
    open_questions = {}
    for place, cell in enumerate(released.cells):
        if _is_question(cell):
            name = cell["id"]
            own = cells[chosen[name]] if name in chosen else None
            if own is None or (
                own.source.strip() in versions[name] | {""}
                and not kept_attachments(own.attachments)[0]
            ):
                open_questions[name] = place
    texts = [
        found
        for found in _own_texts(cells, released, chosen, versions)
        if found.index in set(chosen.values())
        or not _follows_task(released, found.after)
    ]
    found = place_answers(texts, open_questions, released.cells)
    for name in found.answers:
        notes.append(text("submission.answer_elsewhere", cell=name))
        flags.append(Flag("answer elsewhere", name))
    if found.unseen:
        flags.append(Flag("own text", detail=str(len(found.unseen))))
    for name in open_questions:
        if name not in found.answers:
            flags.append(Flag("unanswered", name))
    for cell in released.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and nbgrader.get("grade") and _takes_text(cell):
            own = cells[chosen[cell["id"]]] if cell["id"] in chosen else cell
            if own.source.strip() == cell.source.strip():
                flags.append(Flag("unanswered", cell["id"]))
    return found.answers


def _follows_task(released: NotebookNode, after: int) -> bool:
    """Tell whether the last graded cell up to a place sets a task.

    The work follows in cells of a learner's own.
    """
    marked = [cell for cell in released.cells[: after + 1] if _is_marked(cell)]
    return bool(marked) and bool(marked[-1].metadata["nbgrader"].get("task"))


def _attach(
    cells: list[SubmittedCell],
    built: list[NotebookNode],
    chosen: dict[str, int],
    answers: dict[str, list[Text]],
    notes: list[str],
    flags: list[Flag],
) -> None:
    """Put answers that were found elsewhere, and images, into their cells."""
    for cell in built:
        name = cell["id"]
        texts = answers.get(name, [])
        if texts:
            cell.source = "\n\n".join(found.words for found in texts if found.words)
        forms = [found.attachments for found in texts]
        if cell.cell_type == "markdown" and name in chosen:
            forms.append(cells[chosen[name]].attachments)
        images: dict[str, dict[str, str]] = {}
        left_out = False
        for form in forms:
            kept, more = kept_attachments(form)
            images |= kept
            left_out = left_out or more
        if images and cell.cell_type == "markdown":
            cell["attachments"] = nbformat.from_dict(images)
            missing = [key for key in images if f"attachment:{key}" not in cell.source]
            cell.source += "".join(f"\n\n![](attachment:{key})" for key in missing)
        if left_out:
            notes.append(text("submission.attachments", cell=name))
            flags.append(Flag("attachments", name))


def _made(submitted: SubmittedCell) -> NotebookNode:
    """Return a cell of a learner's own.

    nbformat would hold each cell against its schema.
    """
    form: dict = {"id": "", "metadata": {}, "source": submitted.source}
    if submitted.cell_type == "code":
        form |= {"execution_count": None, "outputs": []}
    return NotebookNode(cell_type=submitted.cell_type, **nbformat.from_dict(form))


def _is_marked(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader"))


def _defined(source: str) -> set[str]:
    tree = tree_of(source)
    body = tree.body if tree is not None else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def _solutions(released: NotebookNode) -> dict[str, str]:
    """Return the ids of solution cells by the functions that they alone define."""
    found: dict[str, list[str]] = {}
    for cell in released.cells:
        if cell.cell_type == "code" and _is_marked(cell):
            if cell.metadata.nbgrader.get("solution"):
                for name in _defined(cell.source):
                    found.setdefault(name, []).append(cell["id"])
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def _identify(
    cells: list[SubmittedCell],
    released: NotebookNode,
    store: Store,
    versions: dict[str, set[str]],
    notes: list[str],
) -> tuple[dict[str, int], set[str]]:
    """Find which submitted cell is which released one.

    Returns the index of the submitted cell by released id, and the ids that were found
    without nbgrader's marks.
    """
    known = {cell["id"]: cell for cell in released.cells}
    by_source = {
        source: cell["id"] for cell in released.cells for source in versions[cell["id"]]
    }
    candidates: dict[str, list[int]] = {}
    taken: set[int] = set()
    lost: set[str] = set()
    for i, cell in enumerate(cells):
        if cell.grade_id in known and _is_marked(known[cell.grade_id]):
            candidates.setdefault(cell.grade_id, []).append(i)
            taken.add(i)
    solutions = _solutions(released) | store.solutions
    rules = (
        lambda cell: cell.cell_id if cell.cell_id in known else "",
        lambda cell: by_source.get(cell.source.strip(), ""),
        lambda cell: next(
            (solutions[n] for n in _defined(cell.source) if n in solutions), ""
        ),
    )
    for rule in rules:
        found: dict[str, list[int]] = {}
        for i, cell in enumerate(cells):
            if i not in taken:
                name = rule(cell)
                if name and name not in candidates:
                    found.setdefault(name, []).append(i)
        for name, indices in found.items():
            candidates[name] = indices
            taken.update(indices)
            if _is_marked(known[name]):
                lost.add(name)
    chosen = {}
    for name, indices in candidates.items():
        nbgrader = known[name].metadata.get("nbgrader", {})
        if nbgrader and len(indices) > 1:
            notes.append(text("submission.duplicated", cell=name, n=len(indices)))
        if nbgrader.get("solution") and nbgrader.get("grade"):
            stub = known[name].source.strip()
            answered = [i for i in indices if cells[i].source.strip() != stub]
            chosen[name] = (answered or indices)[0]
        elif nbgrader.get("solution"):
            chosen[name] = indices[-1]
        else:
            chosen[name] = indices[0]
    return chosen, lost


def _ordered(
    cells: list[SubmittedCell],
    released: NotebookNode,
    store: Store,
    chosen: dict[str, int],
    lost: set[str],
    versions: dict[str, set[str]],
    notes: list[str],
) -> list[NotebookNode]:
    """Put known cells into the released order; others follow the one before."""
    position = {index: name for name, index in chosen.items()}
    groups: dict[str, list[NotebookNode]] = {"": []}
    order = [cell["id"] for cell in released.cells]
    met = []
    current = ""
    for i, cell in enumerate(cells):
        if i in position:
            current = position[i]
            met.append(current)
            groups[current] = []
        else:
            groups[current].append(_made(cell))
    marked = {c["id"] for c in released.cells if _is_marked(c)}
    ranks = [order.index(name) for name in met if name in marked]
    if ranks != sorted(ranks):
        notes.append(text("submission.moved"))
    built = list(groups[""])
    repairs: dict[str, list[str]] = {}
    for cell in released.cells:
        name = cell["id"]
        if name in chosen:
            submitted = cells[chosen[name]]
            made, repaired = _restored(cell, submitted, name in lost, versions[name])
            built.append(made)
            for kind in repaired:
                repairs.setdefault(kind, []).append(name)
            built += groups[name]
        elif _is_marked(cell):
            if cell.metadata.nbgrader.get("solution") and not (
                cell.metadata.nbgrader.get("grade")
            ):
                notes.append(text("submission.solution_missing", cell=name))
            else:
                repairs.setdefault("restored", []).append(name)
                built.append(cell)
    for kind, names in repairs.items():
        if len(names) <= MOST_NAMED:
            notes += [text(f"submission.{kind}", cell=name) for name in names]
        else:
            cells_named = listed(names)
            notes.append(
                text(f"submission.{kind}_many", n=len(names), cells=cells_named)
            )
    for made in built:
        if whole := store.tests.get(made["id"]):
            made.source = whole.source
            made.metadata.nbgrader["checksum"] = whole.checksum
    used = {cell["id"] for cell in released.cells}
    count = 0
    for made in built:
        if made["id"] not in used:
            count += 1
            made["id"] = f"own-{count}"
    return built


def _leave_out_stubs(cells: list[NotebookNode], store: Store, notes: list[str]) -> None:
    """Leave out the released text of a function below a learner's own definition.

    A learner wrote the function in another cell, or doubled the cell, and nothing was
    written into the last of them: run, it would take the place of the learner's own.
    """
    code = [(cell, cell.source) for cell in cells if cell.cell_type == "code"]
    for name, function in store.cases.functions.items():
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
                notes.append(text("submission.stub_left_out", function=name))


def _restored(
    released: NotebookNode, submitted: SubmittedCell, lost: bool, versions: set[str]
) -> tuple[NotebookNode, list[str]]:
    """Put a learner's text into a released cell where it may be edited.

    Returns the cell, and what was repaired: keys of ``submission`` in the texts.
    """
    if not _is_marked(released):
        cell = _made(submitted)
        cell["id"] = released["id"]
        return cell, []
    known = released.metadata.nbgrader
    changed = submitted.source.strip() not in versions
    repaired = {
        "relabelled": lost,
        "retyped": submitted.cell_type != released.cell_type,
        "flags": any(known.get(k) != value for k, value in submitted.flags.items()),
        "tags": submitted.tagged and not released.metadata.get("tags"),
        "changed": changed and not _takes_text(released),
    }
    if _takes_text(released):
        released.source = submitted.source
    return released, [kind for kind, found in repaired.items() if found]
