"""What checks and grades serves other courses: alone, as a wheel, in minutes."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.parser import BytesParser
from importlib.metadata import distribution
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from autograder.authoring.catalogue import KEYS, patch
from autograder.authoring.sources import read_source
from autograder.cli.main import main
from autograder.delivery.new_course import make_course
from autograder.delivery.wheel import build_wheel
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
from helpers.checks.contract import TERMS
from tests.conftest import ROOT
from tests.course import autograde

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

SECOND = ROOT / "tests" / "second_course"
CONFIG = """from autograder.nbgrader.configuration import configure

c = get_config()
configure(c, __file__, "motion")
"""


# Finds in the folder `place` only `names`; Python runs it before it looks there.
ONLY = """import sys
from importlib.machinery import FileFinder

class Only:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, target=None):
        return self.finder.find_spec(name) if name in {names!r} else None

    def invalidate_caches(self):
        self.finder.invalidate_caches()

def hook(path):
    if path != {place!r}:
        raise ImportError
    return Only(usual(path))

usual = next(h for h in sys.path_hooks if h.__name__ == "path_hook_for_FileFinder")
sys.path_hooks.insert(0, hook)
"""


def needed_by(wheel):
    """Return the names of modules that `wheel[grade]` and pytest bring with them."""
    text = zipfile.ZipFile(wheel).read(
        next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("/METADATA"))
    )
    asked = BytesParser().parsebytes(text).get_all("Requires-Dist")
    todo = [(Requirement(one), "grade") for one in [*asked, "pytest"]]
    seen, names = set(), set()
    while todo:
        one, extra = todo.pop()
        if one.marker and not one.marker.evaluate({"extra": extra}):
            continue
        for extra in ("", *one.extras):
            if (one.name, extra) in seen:
                continue
            seen.add((one.name, extra))
            found = distribution(one.name)
            names |= {f.parts[0].partition(".")[0] for f in found.files or ()}
            todo += [(Requirement(r), extra) for r in found.requires or ()]
    return names


@pytest.fixture(scope="module")
def other_python(tmp_path_factory):
    """Return the Python of an environment with the wheel and its dependencies alone.

    The dependencies are this environment's, so that nothing is downloaded; what is
    installed here beside them, or in place, is not seen there.
    """
    folder = tmp_path_factory.mktemp("other")
    wheel = build_wheel(ROOT, folder / "wheel")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    place = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = Path(subprocess.check_output([python, "-c", place], text=True).strip())
    own = sysconfig.get_paths()["purelib"]
    Path(packages, "dependencies.pth").write_text(own + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    subprocess.run(
        [*install, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True
    )
    only = ONLY.format(names=needed_by(wheel), place=own)
    Path(packages, "only_needed.py").write_text(only)
    Path(packages, "dependencies.pth").write_text(f"import only_needed\n{own}\n")
    return python


def run(command, folder):
    """Run a command in a folder without this repository; return what it says."""
    data = Path(sys.prefix, "share", "jupyter")
    kept = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        # A narrow terminal would break the names of mistakes into lines; pytest would
        # look for plugins that are installed beside what is needed.
        env=kept
        | {
            "JUPYTER_PATH": str(data),
            "COLUMNS": "200",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_new_course_works_with_the_wheel_alone(other_python, tmp_path):
    """Its tests pass, and its made-up class is graded, without neural networks."""
    course = tmp_path / "averages"
    run([other_python, "-m", "autograder", "new-course", course], tmp_path)
    lacking = (
        "from importlib.util import find_spec as find\n"
        "print(find('helpers.networks'), find('h5py'), find('playwright'))"
    )

    assert run([other_python, "-c", lacking], tmp_path).split() == ["None"] * 3
    assert "1 passed" in run(["make", "test", f"PYTHON={other_python}"], course)

    said = run(["make", "grade", f"PYTHON={other_python}"], course)

    assert "could not be graded" not in said
    assert "mean not subtracted" in said
    assert (course / "feedback" / "perfect" / "01_first" / "first.html").exists()
    assert {".github", ".gitignore", "Makefile", "README.md"} <= {
        path.name for path in course.iterdir()
    }


def test_what_its_readme_says_of_contracts_and_entries_is_so(tmp_path):
    """Each key and term that there is stands there, and no other."""
    make_course(tmp_path / "averages")
    text = (tmp_path / "averages" / "README.md").read_text()
    own = {"own work", "shuffled", "independent masks"}  # of this course's helpers
    terms = text.split("The terms are ")[1].split(".\n")[0]
    entries = text.split("**The catalogue**")[1].split("- **")[0]

    assert set(re.findall(r"\*([a-z ]+)\*", terms)) == set(TERMS) - own
    assert all(re.search(rf"\b{key}\b", entries) for key in KEYS)
    assert all(f"{{{name}}}" in entries for name in ("ratio", "index", "m"))


def test_the_wheel_installs_what_this_course_installs(other_python):
    """Settings of IPython and Jupyter lie where these look for them, too."""
    form = tomllib.loads((ROOT / "pyproject.toml").read_text())
    places = form["tool"]["setuptools"]["data-files"]
    lacking = [
        f"{folder}/{Path(name).name}"
        for folder, names in places.items()
        for name in names
        if not (other_python.parents[1] / folder / Path(name).name).is_file()
    ]

    assert lacking == []


def test_a_new_course_holds_what_it_installs(tmp_path):
    """Its requirements name no registry, where anybody could take the name."""
    course = tmp_path / "averages"
    result = CliRunner().invoke(main, ["new-course", str(course)])
    first = (course / "requirements.txt").read_text().split("[grade]")[0]

    assert result.exit_code == 0
    assert first.startswith("./wheels/checked_notebooks-")
    assert (course / first).is_file()
    install = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index"]
    run([*install, "--no-deps", "-r", "requirements.txt"], course)


def test_a_new_course_of_a_wheel_holds_that_wheel(other_python, tmp_path):
    """Its first line installs it, though no clone is at hand to build it from."""
    course = tmp_path / "averages"
    said = run([other_python, "-m", "autograder", "new-course", course], tmp_path)
    first = (course / "requirements.txt").read_text().split("[grade]")[0]

    assert (course / first).is_file()
    assert "for other machines" not in said


@pytest.mark.parametrize("name", ['it\'s "new"', "a$b", "back\\slash", "été 101"])
def test_a_new_course_may_have_any_name(name, tmp_path):
    make_course(tmp_path / name)

    assert Course(tmp_path / name).directory.course_id == name


@pytest.mark.parametrize("others", [[], ["--beside-others"]])
def test_a_made_up_class_does_not_join_a_real_one(tmp_path, monkeypatch, others):
    """Its learners would have marks in the gradebook and in what is exported."""
    make_course(tmp_path / "averages")
    course = Course(tmp_path / "averages")
    course.generate("01_first")
    for name in ("ada lovelace", "perfect", "untouched_zh_Hans", ".cache"):
        (course.root / "submitted" / name / "01_first").mkdir(parents=True)
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(main, ["demo", *others])

    if others:
        assert (course.root / "submitted" / "half_done").is_dir()
        return
    assert result.exit_code == 1
    assert "work of 1 learner, such as 'ada lovelace': a made-up" in result.output
    assert not (course.root / "submitted" / "half_done").exists()
    assert not (course.root / "gradebook.db").exists() or not list(
        course.grades("01_first")
    )


def test_a_new_course_never_overwrites_anything(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")

    with pytest.raises(CourseError, match="holds something already"):
        make_course(tmp_path)

    result = CliRunner().invoke(main, ["new-course", str(tmp_path)])

    assert result.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def graded(course, student, change):
    """Grade a release whose solution cells were changed; return the learner's row."""
    source = read_source(course.root / "source" / "01_motion" / "motion.ipynb")
    release = course.root / "release" / "01_motion"
    folder = course.root / "submitted" / student / "01_motion"
    shutil.copytree(release, folder)
    notebook = nbformat.read(folder / "motion.ipynb", as_version=4)
    texts = {f.cell.id: change(f) for f in source.functions.values()}
    for cell in notebook.cells:
        cell.source = texts.get(cell["id"], cell.source)
    (folder / "motion.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    assert autograde(course, "01_motion", student) == ""

    return next(row for row in course.grades("01_motion") if row.student == student)


def test_a_course_of_physics_is_checked_and_graded(tmp_path):
    """Right answers earn all points; each function's first mistake has its name."""
    shutil.copytree(SECOND, tmp_path / "course")
    (tmp_path / "course" / "nbgrader_config.py").write_text(CONFIG)
    course = Course(tmp_path / "course")
    course.generate("01_motion")
    right = graded(course, "right", lambda function: function.cell.source)
    wrong = graded(
        course,
        "wrong",
        lambda function: patch(
            function.cell.source, function.entries[0], function.name
        ),
    )

    assert (right.marks.code, right.marks.out_of) == (7, 7)
    assert wrong.marks.code == 0
    assert sorted(wrong.mistakes) == [
        "divided by the time since 0",
        "half forgotten",
        "half forgotten",
        "initial velocity forgotten",
    ]
