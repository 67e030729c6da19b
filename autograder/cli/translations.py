"""``python -m autograder translations``: the catalogues of the editions."""

import sys
from collections import Counter
from pathlib import Path

import click

from autograder.cli.console import console
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from autograder.translations.editions import Edition, editions


@click.group()
def translations() -> None:
    """Keep the editions in other languages in step with English."""


def _chosen(language: str | None) -> list[Edition]:
    root = Course(Path.cwd()).root
    names = [language] if language else editions(root)
    if not names:
        raise CourseError("there are no editions: see CONTRIBUTING.md for the first")
    return [Edition(root, name) for name in names]


@translations.command()
@click.argument("language", required=False)
def update(language: str | None) -> None:
    """Merge changed English text into the catalogues of LANGUAGE, or of all.

    A text that changed a little keeps its old translation, marked as fuzzy.
    """
    for edition in _chosen(language):
        counts = edition.update()
        total = sum(counts.values())
        console.print(f"{edition.language}: {total} texts in {len(counts)} catalogues")


@translations.command()
@click.argument("language", required=False)
@click.argument("document", required=False)
@click.option("--summary", is_flag=True, help="Count, but do not list.")
def check(language: str | None, document: str | None, summary: bool) -> None:
    """Name what is missing, fuzzy or damaged in LANGUAGE, or in all.

    DOCUMENT is the beginning of a catalogue's name, such as source/01.
    """
    bad = 0
    for edition in _chosen(language):
        for item in edition.documents:
            if not item.name.startswith(document or ""):
                continue
            found = list(edition.findings(item))
            bad += len(found)
            kinds = Counter(finding.kind for finding in found)
            said = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
            line = f"{edition.language}: {item.name}: {said or 'whole'}"
            console.print(line, soft_wrap=True, markup=False, highlight=False)
            for finding in [] if summary else found:
                click.echo(f"  {finding}")
    sys.exit(1 if bad else 0)
