"""What Sphinx and its theme say in an edition: catalogues as Sphinx reads them."""

import json
import tomllib
from pathlib import Path

import polib

from website.editions import SiteEdition

__all__ = ["write_interface"]

STRINGS = Path(__file__).with_name("strings.toml")
ONE = "found_one"


def write_interface(edition: SiteEdition, folder: Path) -> Path:
    """Write the catalogues of an edition, for templates and for scripts.

    Parameters
    ----------
    edition : SiteEdition
        The edition.
    folder : Path
        Where catalogues of all editions lie.

    Returns
    -------
    Path
        The folder.
    """
    english = tomllib.loads(STRINGS.read_text(encoding="utf-8"))["theme"]
    own = edition.words["theme"]
    place = folder / edition.locale / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    for key, words in english.items():
        catalogue.append(polib.POEntry(msgid=words, msgstr=own[key]))
    catalogue.save_as_mofile(str(place / "sphinx.mo"))
    messages: dict[str, str | list[str]] = {
        words: own[key] for key, words in english.items()
    }
    # A number has its forms in a list; one sentence of ours is for all numbers but 1.
    messages[english[ONE]] = [own[ONE], own["found"]]
    # Sphinx's own function would make code of a sentence, which the pages forbid.
    (place / "sphinx.js").write_text(
        f"Object.assign(Documentation.TRANSLATIONS, {json.dumps(messages)});\n"
        f"Documentation.LOCALE = {json.dumps(edition.locale)};\n",
        encoding="utf-8",
    )
    return folder
