"""The lessons and pages of an edition, as far as they are translated."""

import json
from pathlib import Path

from autograder.store import edition_folder
from autograder.translations.editions import LESSON_HINTS, Edition, Finding
from helpers.checks.cases import write_form


def write_lessons(
    edition: Edition, folder: Path | None = None
) -> tuple[list[str], dict[str, list[Finding]]]:
    """Make what belongs to no assignment: lessons with their cases, and pages.

    Returns what was written, by its place in the course, and what was not, with the
    reason; what an earlier run made of that is removed. By default it goes where the
    course keeps the edition.
    """
    folder = folder or edition_folder(edition.root, edition.language)
    made, lacking = [], {}
    for document in edition.documents:
        if document.assignment or document.kind not in ("notebook", "page"):
            continue
        target = folder / document.name
        cases = _cases(document.path)
        found = edition.lacks_file(document)
        if found:
            lacking[document.name] = found
            target.unlink(missing_ok=True)
            _cases(target).unlink(missing_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if document.kind == "page":
            target.write_text(edition.page(document), encoding="utf-8")
        else:
            form = json.loads(document.path.read_text(encoding="utf-8"))
            lesson = edition.notebook(form, document.name)
            written = json.dumps(lesson, ensure_ascii=False, indent=1)
            target.write_text(written + "\n", encoding="utf-8")
            recorded = json.loads(cases.read_text(encoding="utf-8"))
            write_form(edition.cases(recorded, LESSON_HINTS), _cases(target))
        made.append(document.name)
    return made, lacking


def _cases(path: Path) -> Path:
    return path.with_name(f"{path.stem}.cases.json")
