"""Damaged notebooks get the intact one's marks, and their pages say what was mended."""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from autograder.batch.run_report import report_path
from autograder.nbgrader.course import Course
from tests.conftest import ROOT
from tests.course import CENTRE, SPREAD, feedback, write_source

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

ASSIGNMENT = "01_tiny"


def packed(form):
    return json.dumps(form, indent=1).encode()


def cell(form, name):
    return next(c for c in form["cells"] if c["id"] == name)


def intact(form):
    return packed(form)


def deleted(form):
    form["cells"] = [
        c for c in form["cells"] if c["id"] not in ("setup", "spread-check")
    ]
    return packed(form)


def moved(form):
    form["cells"].reverse()
    return packed(form)


def retyped(form):
    for name, kind in (
        ("centre", "raw"),
        ("spread-check", "markdown"),
        ("why", "code"),
    ):
        cell(form, name)["cell_type"] = kind
    return packed(form)


def doubled(form):
    form["cells"] = [c for c in form["cells"] for _ in range(2)]
    return packed(form)


def lost_metadata(form):
    form["metadata"] = {}
    for one in form["cells"]:
        one["metadata"] = {}
        del one["id"]
    return packed(form)


def colab(form):
    form["metadata"] = {
        "colab": {"provenance": []},
        "accelerator": "GPU",
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
    }
    form["nbformat_minor"] = 0
    for number, one in enumerate(form["cells"]):
        del one["id"]
        one["metadata"] = {"id": f"Zx{number}", "outputId": "1", "colab": {}}
    return packed(form)


def vs_code(form):
    for number, one in enumerate(form["cells"]):
        one["id"] = f"a{number:07x}"
        one["metadata"]["vscode"] = {"languageId": "python"}
    return packed(form)


def flipped_flags(form):
    for one in form["cells"]:
        marks = one["metadata"].get("nbgrader")
        if marks:
            marks.update(grade=False, solution=False, locked=False, points=0)
    return packed(form)


def skip_execution(form):
    for one in form["cells"]:
        one["metadata"]["tags"] = [
            "skip-execution",
            "raises-exception",
            "demonstration",
        ]
    return packed(form)


def wrong_kernel(form):
    form["metadata"]["kernelspec"] = {"name": "my-env", "display_name": "mine"}
    form["metadata"]["language_info"] = {"name": "julia"}
    return packed(form)


def older_minor_format(form):
    form["nbformat_minor"] = 2
    for one in form["cells"]:
        del one["id"]
    return packed(form)


def version_3(form):
    for one in form["cells"]:
        if one["cell_type"] == "code":
            one["input"] = one.pop("source")
            one.update(language="python", prompt_number=1, collapsed=False)
            del one["execution_count"]
    sheet = {"cells": form["cells"], "metadata": {}}
    form = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]}
    return packed(form | {"metadata": {"name": ""}})


def windows_line_ends(form):
    for one in form["cells"]:
        one["source"] = "".join(one["source"]).replace("\n", "\r\n")
    return packed(form).replace(b"\n", b"\r\n")


def windows_file_only(form):
    return packed(form).replace(b"\n", b"\r\n")


def byte_order_mark(form):
    return b"\xef\xbb\xbf" + packed(form)


def not_json(form):
    return packed(form)[:-200]


def another_notebook(form):
    form["cells"] = [{"cell_type": "code", "source": "1", "metadata": {}}]
    return packed(form)


def written_elsewhere(form):
    own = dict(cell(form, "centre"), id="mine", metadata={})
    at = form["cells"].index(cell(form, "centre")) + 1
    cell(form, "centre")["source"] = RELEASED["centre"]
    form["cells"].insert(at, own)
    return packed(form)


def exchanged(form, one, other):
    one, other = cell(form, one), cell(form, other)
    one["source"], other["source"] = other["source"], one["source"]
    return packed(form)


def exchanged_functions(form):
    return exchanged(form, "centre", "spread")


def exchanged_checks(form):
    return exchanged(form, "centre-check", "spread-check")


def exchanged_with_check(form):
    return exchanged(form, "centre", "centre-check")


def written_in_the_check(form):
    own, check = cell(form, "spread"), cell(form, "spread-check")
    check["source"] = f"{check['source']}\n{own['source']}\nprint(spread)"
    own["source"] = RELEASED["spread"]
    return packed(form)


def wide_characters(form):
    return packed(form).decode().encode("utf-16")


RELEASED: dict[str, str] = {}  # texts of the released cells
HEALED = {
    intact: None,
    written_elsewhere: None,
    deleted: "spread-check was missing and was put back",
    moved: "put back into their order",
    retyped: "had another cell type",
    doubled: "was there 2 times",
    lost_metadata: "were lost in",
    colab: "such as Colab or VS Code",
    vs_code: "such as Colab or VS Code",
    flipped_flags: "What nbgrader notes about",
    skip_execution: "had tags of",
    wrong_kernel: "named another kernel",
    older_minor_format: "without names of cells",
    version_3: "older format and was converted",
    windows_line_ends: "Windows line ends",
    windows_file_only: "Windows line ends",
    exchanged_functions: None,
    exchanged_checks: "may not be edited",
    exchanged_with_check: "You wrote centre in cell centre-check",
    written_in_the_check: "You wrote spread in cell spread-check",
    wide_characters: "read as UTF-16",
    byte_order_mark: "byte order mark",
}
BEYOND = {not_json: "cut off or damaged", another_notebook: "another assignment"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return what one run of the runner made of all of them."""
    root = tmp_path_factory.mktemp("healing")
    write_source(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    course.generate(ASSIGNMENT)
    release = root / "release" / ASSIGNMENT
    for one in json.loads((release / "tiny.ipynb").read_text())["cells"]:
        RELEASED[one["id"]] = one["source"]
    for change in [*HEALED, *BEYOND]:
        folder = root / "submitted" / change.__name__ / ASSIGNMENT
        shutil.copytree(release, folder)
        form = json.loads((release / "tiny.ipynb").read_text())
        cell(form, "centre")["source"] = CENTRE
        cell(form, "spread")["source"] = SPREAD
        (folder / "tiny.ipynb").write_bytes(change(form))
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", ASSIGNMENT],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=280,
    )
    rows = json.loads(report_path(root, ASSIGNMENT).read_text())["submissions"]
    pages = {}
    for change in [*HEALED, *BEYOND]:
        assert feedback(course, ASSIGNMENT, change.__name__) == ""
        page = root / "feedback" / change.__name__ / ASSIGNMENT / "tiny.html"
        pages[change] = re.sub(r"<[^>]+>|\s+", " ", page.read_text())
    return SimpleNamespace(
        run=run, rows={row["student"]: row for row in rows}, pages=pages
    )


def test_a_function_in_another_cell_is_a_response(graded):
    """Only the written question, which nobody answered, has none."""
    assert graded.pages[written_elsewhere].count("No response.") == 1


@pytest.mark.parametrize("change", HEALED, ids=lambda change: change.__name__)
def test_what_can_be_healed_has_the_intact_mark_and_a_note(graded, change):
    """Full marks, no flag for a person, and the page says what was mended."""
    row = graded.rows[change.__name__]
    page = " ".join(graded.pages[change].split())

    assert (row["graded"], row["points"], row["flags"]) == (True, 7.0, [])
    if HEALED[change] is None:
        assert "About the file that was submitted" not in page
    else:
        assert HEALED[change] in page


@pytest.mark.parametrize("change", BEYOND, ids=lambda change: change.__name__)
def test_what_cannot_be_healed_is_named_with_a_reason(graded, change):
    """The run and its report name it; the learner reads why."""
    row = graded.rows[change.__name__]

    assert (row["points"], "damaged" in row["flags"]) == (0.0, True)
    assert BEYOND[change] in " ".join(graded.pages[change].split())
    assert re.search(
        rf"refused, 0 points.*\b{change.__name__}\s+\(\w+\)",
        graded.run.stdout,
        re.DOTALL,
    )
