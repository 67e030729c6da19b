"""An edition of the course as the site shows it: its texts, words and place."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.utils import compute_checksum

from autograder.delivery.editions import write_lessons
from autograder.nbgrader.course import Course
from autograder.nbgrader.generation import hints_name
from autograder.store import ENGLISH
from autograder.translations.documents import Document
from autograder.translations.editions import SETTINGS, Edition, editions
from helpers.checks.cases import write_form

__all__ = ["SiteEdition", "make_english", "make_translated", "site_editions"]

STRINGS = "website/strings.toml"


@dataclass
class SiteEdition:
    """What the pages of an edition are made from.

    Attributes
    ----------
    language : str
        Its name, as the folder in ``translations/`` is called.
    name : str
        The language's own name of itself.
    locale : str
        The language as Sphinx calls it.
    folder : Path
        The course in this language, with what learners get of it.
    words : dict
        The site's own words, as ``website/strings.toml`` has them.
    english : set of str
        Pages that are not translated, by their place in the course.
    relinked : callable
        Leads the links of an English text to the sections of this edition.
    """

    language: str
    name: str
    locale: str
    folder: Path
    words: dict[str, dict[str, str]]
    english: set[str] = field(default_factory=set)
    relinked: Callable[[str], str] = str

    def path(self, root: Path, name: str) -> Path:
        """Return the file of a page: the edition's own, or the English one."""
        own = self.folder / name
        return own if own.is_file() else root / name


def site_editions(root: Path) -> list[str]:
    """Return the editions of the site, English first."""
    return [ENGLISH, *editions(root)]


def make_english(root: Path) -> SiteEdition:
    """Return the English edition, which is the course itself."""
    words = tomllib.loads((root / STRINGS).read_text(encoding="utf-8"))
    return SiteEdition(ENGLISH, "English", "en", root, words)


def make_translated(root: Path, language: str, folder: Path) -> SiteEdition:
    """Make an edition from its catalogues, as far as it is translated.

    Parameters
    ----------
    root : Path
        The course.
    language : str
        Name of the edition.
    folder : Path
        A folder of our own.

    Returns
    -------
    SiteEdition
        The edition; its ``english`` names assignments and lessons that lack texts.

    Raises
    ------
    CourseError
        If the words of the site itself are not translated.
    """
    edition = Edition(root, language)
    path = root / "translations" / language / SETTINGS
    form = tomllib.loads(path.read_text(encoding="utf-8"))
    locale = form.get("site", {}).get("locale", language)
    documents = {document.name: document for document in edition.documents}
    _, lacking = write_lessons(edition, folder)
    english = set(lacking)
    for assignment in Course(root).assignments():
        if edition.lacks(assignment):
            english.add(f"release/{assignment}")
        else:
            _write_released(edition, assignment, folder)
    return SiteEdition(
        language,
        edition.name,
        locale,
        folder,
        edition.table(documents[STRINGS]),
        english,
        edition.finished,
    )


def _write_released(edition: Edition, assignment: str, folder: Path) -> None:
    """Write the released notebooks and public cases of an assignment."""
    target = folder / "release" / assignment
    target.mkdir(parents=True, exist_ok=True)
    for document in edition.documents:
        if document.assignment != assignment or document.kind != "notebook":
            continue
        # Read by nbformat: checksums are of whole texts, not of lists of lines.
        english = json.loads(json.dumps(nbformat.read(document.path, as_version=4)))
        made = nbformat.from_dict(edition.notebook(english, document.name))
        for cell in made.cells:
            own = cell.metadata.get("nbgrader", {})
            if "checksum" in own:
                own["checksum"] = compute_checksum(cell)
        text = nbformat.writes(made) + "\n"
        (target / document.path.name).write_text(text, encoding="utf-8")
        cases = _cases(document)
        if cases.is_file():
            form = edition.cases(_json(cases), hints_name(assignment))
            write_form(form, target / cases.name)


def _cases(document: Document) -> Path:
    return document.path.with_name(f"{document.path.stem}.cases.json")


def _json(path: Path) -> dict:
    form: dict = json.loads(path.read_text(encoding="utf-8"))
    return form
