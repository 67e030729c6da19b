"""The zip that learners get."""

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import nbformat
import pytest

from autograder.delivery.bundle import bundle, bundled_files
from autograder.nbgrader.course import Course
from autograder.translations.documents import documents

ROOT = Path(__file__).resolve().parents[1]
TOP = "neural-networks/"
# What may be in it, by folder: endings of files.
ALLOWED = {
    "assignments": {".ipynb", ".json"},
    "notebooks": {".html", ".ipynb", ".json", ".md"},
    "helpers": {".json", ".otf", ".py", ".toml", ".txt"},
    "data": {".h5", ".md", ".png"},
}
AT_THE_TOP = {
    "LICENSE",
    "LICENSE-CONTENT",
    "README.md",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory):
    """Return the bundle, opened."""
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    bundle(Course(ROOT), path)
    with zipfile.ZipFile(path) as opened:
        yield opened


def _names(archive: zipfile.ZipFile) -> list[PurePosixPath]:
    return [PurePosixPath(name).relative_to(TOP) for name in archive.namelist()]


def test_the_bundle_holds_nothing_but_what_is_listed(archive):
    """No source, no autograder, no tests, no store: a file is listed or absent."""
    for name in _names(archive):
        if len(name.parts) == 1:
            assert name.name in AT_THE_TOP
        else:
            assert name.suffix in ALLOWED[name.parts[0]]


def test_the_bundle_holds_all_that_a_learner_needs(archive):
    """Every assignment and lesson with its cases, helpers, data and a README."""
    names = {str(name) for name in _names(archive)}
    expected = set(AT_THE_TOP)
    course = Course(ROOT)
    for assignment in course.assignments():
        for notebook in course.notebooks(assignment):
            expected.add(f"assignments/{assignment}/{notebook}.ipynb")
            expected.add(f"assignments/{assignment}/{notebook}.cases.json")
    for lesson in (ROOT / "notebooks").glob("*.ipynb"):
        expected.add(f"notebooks/{lesson.name}")
        expected.add(f"notebooks/{lesson.stem}.cases.json")
    for path in (ROOT / "data").glob("*.h5"):
        expected.add(f"data/{path.name}")
    for path in (ROOT / "helpers").rglob("*.py"):
        expected.add(str(path.relative_to(ROOT)))
    expected.add("notebooks/reference.html")
    expected.add("helpers/strings/en.toml")
    expected.add("helpers/checks/ipython_kernel_config.json")

    assert set() == expected - names


def test_nothing_hidden_is_in_the_bundle(archive):
    """No hidden test, mark scheme or line of a hidden part is in any file."""
    texts = {
        name: archive.read(name).decode()
        for name in archive.namelist()
        if name.endswith((".ipynb", ".json", ".md", ".toml", ".txt"))
    }
    forbidden = {"BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME"}
    for path in (ROOT / "source").glob("*/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            hidden = cell.source.partition("### BEGIN HIDDEN TESTS")[2]
            hidden = hidden.partition("### END HIDDEN TESTS")[0]
            lines = (line.strip() for line in hidden.splitlines())
            shown = cell.source.partition("### BEGIN HIDDEN TESTS")[0]
            # A short line may well be said elsewhere on purpose.
            forbidden |= {x for x in lines if len(x) > 60 and x not in shown}

    assert len(forbidden) > 2
    for name, text in texts.items():
        if "misconceptions" in name or name.endswith("README.md"):
            continue
        found = [line for line in forbidden if line in text]
        assert (name, []) == (name, found)


def test_every_page_of_the_bundle_has_its_edition(tmp_path):
    """Who reads no English finds no English page, the datasheet included."""
    for document in documents(ROOT):
        made = tmp_path / document.name
        made.parent.mkdir(parents=True, exist_ok=True)
        made.touch()

    files = {name: path for path, name in bundled_files(Course(ROOT), "qps", tmp_path)}

    pages = {n: path for n, path in files.items() if n.endswith((".md", ".ipynb"))}
    lessons = {n: p for n, p in pages.items() if not n.startswith("assignments/")}
    assert "data/README.md" in lessons and len(lessons) > 10
    assert [n for n, path in lessons.items() if not path.is_relative_to(tmp_path)] == []


@pytest.mark.slow
def test_same_content_gives_the_same_bytes(tmp_path):
    """Two bundles of the same course are equal, whenever they are made."""
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    bundle(Course(ROOT), first)
    bundle(Course(ROOT), second)

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_helpers_are_importable_from_any_folder_after_installing(archive, tmp_path):
    """pip install -r requirements.txt in the bundle serves a copy elsewhere."""
    archive.extractall(tmp_path)
    course = tmp_path / "neural-networks"
    environment = tmp_path / "environment"
    elsewhere = tmp_path / "my own folder"
    elsewhere.mkdir()
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", environment], check=True
    )
    python = environment / "bin" / "python"
    # What PyPI gives is taken from the environment of the tests; the course's own
    # package, which is installed there too, is not.
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
            *("--no-deps", "--editable", course),
        ],
        check=True,
        cwd=course,
    )
    shared = str(Path(nbformat.__file__).parents[1])
    (Path(site) / "shared.pth").write_text(shared + "\n")
    name = "01_logistic_regression/numpy_basics"
    for ending in (".ipynb", ".cases.json"):
        file = f"{name}{ending}"
        (elsewhere / Path(file).name).write_bytes(
            (course / "assignments" / file).read_bytes()
        )
    said = subprocess.run(
        [
            python,
            "-c",
            "import helpers\n"
            "from helpers.checks import checks_for\n"
            "from helpers.datasets import load_digits\n"
            "load_digits()\n"
            "print(helpers.__file__)\n"
            "checks_for('numpy_basics').progress()\n",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=elsewhere,
    ).stdout

    settings = environment / "etc" / "ipython" / "ipython_kernel_config.json"

    assert "helpers.checks.unrun" in settings.read_text(encoding="utf-8")
    assert str(course / "helpers") in said
    assert "normalize_rows" in said
