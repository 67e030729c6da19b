"""What checks and grades serves other courses: alone, as a wheel, in minutes."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from autograder.authoring.catalogue import patch
from autograder.authoring.sources import read_source
from autograder.cli.main import main
from autograder.delivery.new_course import make_course
from autograder.delivery.wheel import build_wheel
from autograder.errors import CourseError
from autograder.nbgrader.course import Course
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


@pytest.fixture(scope="module")
def other_python(tmp_path_factory):
    """Return the Python of an environment with the wheel and its dependencies alone.

    The dependencies are this environment's, so that nothing is downloaded; what is
    installed here in place is not seen there.
    """
    folder = tmp_path_factory.mktemp("other")
    wheel = build_wheel(ROOT, folder / "wheel")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    place = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = subprocess.check_output([python, "-c", place], text=True).strip()
    dependencies = Path(packages, "dependencies.pth")
    dependencies.write_text(sysconfig.get_paths()["purelib"] + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    subprocess.run(
        [*install, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True
    )
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
        # A narrow terminal would break the names of mistakes into lines.
        env=kept | {"JUPYTER_PATH": str(data), "COLUMNS": "200"},
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
    lacking = "import importlib.util as u; print(u.find_spec('helpers.networks'))"

    assert run([other_python, "-c", lacking], tmp_path).strip() == "None"
    assert "1 passed" in run(["make", "test", f"PYTHON={other_python}"], course)

    said = run(["make", "grade", f"PYTHON={other_python}"], course)

    assert "could not be graded" not in said
    assert "mean not subtracted" in said
    assert (course / "feedback" / "perfect" / "01_first" / "first.html").exists()
    assert {".github", ".gitignore", "Makefile", "README.md"} <= {
        path.name for path in course.iterdir()
    }


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
