"""Makes the pictures of README and docs: ``make pictures``.

Not a part of the suite: generating a whole assignment takes a minute.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser.lab import ROOT, Formgrader, Hands, Lab

PICTURES = ROOT / "docs" / "pictures"
ASSIGNMENT = "01_logistic_regression"
NOTEBOOK = "logistic_regression"
CLASS = {
    "ada": {"propagate": "dw is not divided by m"},
    "ben": {"propagate": "dZ has the wrong sign"},
    "cem": {},
    "dia": {
        "propagate": "dw is not divided by m",
        "predict": "the probabilities themselves",
    },
    "eva": {"propagate": "db is not divided by m"},
    "fay": {"softmax": "the largest score of the whole array"},
}
MOST = 200_000


@pytest.fixture(scope="module")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a running JupyterLab on the whole course, one assignment released."""
    lab = Lab(tmp_path_factory.mktemp("pictures"))
    lab.prepare()
    shutil.rmtree(lab.course / "source")
    shutil.copytree(ROOT / "source", lab.course / "source")
    lab.nbgrader("generate_assignment", ASSIGNMENT)
    lab.nbgrader("release_assignment", ASSIGNMENT)
    shutil.copytree(lab.course / "release" / ASSIGNMENT, lab.home / ASSIGNMENT)
    lab.start()
    yield lab
    lab.stop()


def solved(notebook: str, mistakes: dict[str, str]) -> dict[str, str]:
    """Return a notebook's solutions by cell, with catalogued mistakes in some."""
    folder = ROOT / "source" / ASSIGNMENT
    source = nbformat.read(folder / f"{notebook}.ipynb", as_version=4)
    cells = {
        cell.id: cell.source
        for cell in source.cells
        if cell.cell_type == "code"
        and cell.metadata.get("nbgrader", {}).get("solution")
    }
    catalogue = tomllib.loads((folder / "misconceptions.toml").read_text("utf-8"))
    for function, name in mistakes.items():
        if function in catalogue[notebook]:
            entries = catalogue[notebook][function]
            entry = next(one for one in entries if one["name"] == name)
            cell = function.replace("_", "-")
            assert entry["replace"] in cells[cell]
            cells[cell] = cells[cell].replace(entry["replace"], entry["with"])
    return cells


def keep(page: Page, name: str, first: Locator, height: int) -> None:
    """Save the part of a page that begins with something, small and palettized."""
    first.evaluate("node => node.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(500)
    box = first.bounding_box()
    area = {
        "x": box["x"],
        "y": max(box["y"], 0),
        "width": box["width"],
        "height": min(height, page.viewport_size["height"] - max(box["y"], 0)),
    }
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, clip=area)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(128)
    small.save(path, optimize=True)

    assert path.stat().st_size < MOST


def submit(lab: Lab, student: str) -> None:
    """Put a learner's work where nbgrader collects it."""
    folder = lab.course / "submitted" / student / ASSIGNMENT
    shutil.copytree(lab.course / "release" / ASSIGNMENT, folder)
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        cells = solved(path.stem, CLASS[student])
        for cell in notebook.cells:
            cell.source = cells.get(cell.id, cell.source)
        path.write_text(json.dumps(notebook), encoding="utf-8")


def test_picture_of_a_check(lab: Lab, hands: Hands):
    """A check that failed twice: evidence and the question."""
    cells = solved(NOTEBOOK, CLASS["ada"])
    hands.command("application:toggle-left-area")
    hands.open_notebook(f"{ASSIGNMENT}/{NOTEBOOK}.ipynb")
    for name in ("sigmoid", "propagate"):
        hands.write(name, cells[name])
    hands.run("setup", "sigmoid", "propagate", "propagate-check")
    said = hands.run("propagate-check")

    assert "Think:" in said

    keep(hands.page, "check", hands.cell("propagate-check"), 760)


def test_picture_of_formgrader(lab: Lab, formgrader: Formgrader):
    """The list of assignments, one of them with a submission."""
    submit(lab, "ada")
    lab.nbgrader("autograde", ASSIGNMENT)
    lab.nbgrader("generate_feedback", ASSIGNMENT)
    formgrader.open("manage_assignments")
    formgrader.row(ASSIGNMENT).wait_for()
    formgrader.page.wait_for_timeout(1000)
    keep(formgrader.page, "formgrader", formgrader.page.locator("body"), 640)


def test_picture_of_feedback(lab: Lab, window: Callable[[], Page]):
    """What a learner with that mistake gets back."""
    page = window()
    path = Path("feedback", "ada", ASSIGNMENT, f"{NOTEBOOK}.html")
    page.goto((lab.course / path).as_uri())
    cell = page.locator(".cell", has=page.locator("a[name='propagate-check']"))
    keep(page, "feedback", cell, 640)


def test_picture_of_the_report(lab: Lab, window: Callable[[], Page]):
    """How a small class did."""
    for student in list(CLASS)[1:]:
        submit(lab, student)
    lab.nbgrader("autograde", ASSIGNMENT)
    subprocess.run(
        [sys.executable, "-m", "autograder", "report", ASSIGNMENT],
        cwd=lab.course,
        env=lab.environment(),
        check=True,
        timeout=120,
    )
    page = window()
    page.goto((lab.course / "build" / "report" / f"{ASSIGNMENT}.html").as_uri())
    keep(page, "report", page.locator("body"), 880)
