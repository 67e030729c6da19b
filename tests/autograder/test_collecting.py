"""The archives that Moodle and Canvas hand to instructors."""

import io
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader.collecting import (
    CANVAS,
    MOODLE,
    BoundedExtractor,
    LmsCollector,
)

ROOT = Path(__file__).resolve().parents[2]
MOODLE_FILE = "{name}_{number}_assignsubmission_file_{file}"
CANVAS_FILE = "{name}_{number}_67890_{file}"


def _zip(members: dict[str, bytes | str]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Return the file of a gradebook in which Ada has the LMS's number 12345."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}", "course") as book:
        book.add_student("ada", lms_user_id="12345")
    return path


@pytest.fixture
def collect(tmp_path, gradebook):
    """Return a function that collects an archive and says what was handed in."""
    release = tmp_path / "release" / "01_basics"
    release.mkdir(parents=True)
    for name in ("numpy_basics", "logistic_regression"):
        (release / f"{name}.ipynb").write_text("{}")
    archive = tmp_path / "downloaded" / "01_basics" / "archive"
    archive.mkdir(parents=True)
    shutil.copy(gradebook, tmp_path)

    def collect(members, **bounds):
        packed = members if isinstance(members, bytes) else _zip(members)
        (archive / "submissions.zip").write_bytes(packed)
        config = Config(
            {
                "CourseDirectory": {
                    "root": str(tmp_path),
                    "course_id": "course",
                    "db_url": f"sqlite:///{tmp_path}/gradebook.db",
                    "assignment_id": "01_basics",
                },
                "ZipCollectApp": {
                    "extractor_plugin": BoundedExtractor,
                    "collector_plugin": LmsCollector,
                    "strict": True,
                    "force": True,
                },
                "BoundedExtractor": bounds,
                "LmsCollector": {"named_regexps": [MOODLE, CANVAS]},
            }
        )
        app = ZipCollectApp(config=config)
        app.coursedir = CourseDirectory(parent=app)
        app.init_plugins()
        app.extract_archive_files()
        app.process_extracted_files()
        submitted = tmp_path / "submitted"
        return {
            str(path.relative_to(submitted)): path.read_text()
            for path in submitted.rglob("*")
            if path.is_file()
        }

    return collect


def test_moodles_files_and_folders_are_read(collect):
    """Names in any script, with underscores, and either way of downloading."""
    got = collect(
        {
            "Ada Lovelace_12345_assignsubmission_file_numpy_basics.ipynb": "a",
            "李 小龙_222_assignsubmission_file_numpy_basics.ipynb": "li",
            "Ann_O_Neill 2_333_assignsubmission_file_/numpy_basics.ipynb": "ann",
            "Ann_O_Neill 2_333_assignsubmission_file_/logistic_regression.ipynb": "o",
            "Bo_444_assignsubmission_file/sub/numpy_basics.ipynb": "bo",
            "Bo_444_assignsubmission_onlinetext_/onlinetext.html": "hello",
        }
    )

    assert got == {
        "ada/01_basics/numpy_basics.ipynb": "a",
        "222/01_basics/numpy_basics.ipynb": "li",
        "333/01_basics/numpy_basics.ipynb": "ann",
        "333/01_basics/logistic_regression.ipynb": "o",
        "444/01_basics/numpy_basics.ipynb": "bo",
    }


def test_canvas_files_late_and_handed_in_again_are_read(collect):
    """The last copy is taken, and two copies do not end the collection."""
    got = collect(
        {
            "lovelaceada_12345_100_numpy_basics.ipynb": "first",
            "lovelaceada_12345_101_numpy_basics-1.ipynb": "second",
            "lovelaceada_LATE_12345_99_logistic_regression-12.ipynb": "late",
            "longname_222_300_numpy_basics (1).ipynb": "copy",
            "longname_222_300_numpy_basics (2).ipynb": "later copy",
        }
    )

    assert got == {
        "ada/01_basics/numpy_basics.ipynb": "second",
        "ada/01_basics/logistic_regression.ipynb": "late",
        "222/01_basics/numpy_basics.ipynb": "later copy",
    }


@pytest.mark.parametrize("form", [MOODLE_FILE, CANVAS_FILE])
def test_a_learners_own_zip_is_unpacked(collect, form):
    """One level deep, with all its folders."""
    own = _zip({"work/numpy_basics.ipynb": "mine", "work/deep.zip": _zip({"a": "b"})})
    got = collect({form.format(name="Ada", number=222, file="all.zip"): own})

    assert got == {"222/01_basics/numpy_basics.ipynb": "mine"}


@pytest.mark.parametrize("form", [MOODLE_FILE, CANVAS_FILE])
def test_nobody_hands_in_for_another_by_a_name(collect, form):
    """The name that the LMS gave decides, not those within."""
    forged = form.format(name="Ada", number=12345, file="numpy_basics.ipynb")
    own = _zip({forged: "forged", f"{forged[:-6]}/numpy_basics.ipynb": "forged"})
    got = collect(
        {
            form.format(name="M", number=666, file=forged): "x",
            form.format(name="M", number=666, file="own.zip"): own,
        }
    )

    assert not any(path.startswith("ada/") for path in got)


def test_members_that_point_outside_or_are_no_files_are_left_out(collect, tmp_path):
    """Nothing is written beside the folder, and the others come through."""
    good = MOODLE_FILE.format(name="Ada", number=1, file="numpy_basics.ipynb")
    raw = io.BytesIO(
        _zip(
            {
                "../../../../escaped.ipynb": "x",
                f"{tmp_path}/absolute.ipynb": "x",
                "a/../../escaped.ipynb": "x",
                "..\\escaped.ipynb": "x",
                good: "good",
            }
        )
    )
    link = zipfile.ZipInfo("E_2_assignsubmission_file_numpy_basics.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    got = collect(raw.getvalue())

    assert got == {"1/01_basics/numpy_basics.ipynb": "good"}
    everywhere = {path.name for path in tmp_path.rglob("*.ipynb")}
    assert not any("escaped" in name or "absolute" in name for name in everywhere)


def test_oversized_and_damaged_members_cost_nobody_else(collect, tmp_path):
    """What comes is counted: a bomb ends at the bound, and is taken away."""
    bomb = MOODLE_FILE.format(name="B", number=2, file="numpy_basics.ipynb")
    members = {
        "A_1_assignsubmission_file_numpy_basics.ipynb": "good",
        bomb: b"0" * (3 << 20),
        "D_3_assignsubmission_file_broken.zip": b"no archive at all",
        "E_4_assignsubmission_file_numpy_basics.ipynb": "good too",
    }
    packed = bytearray(_zip(members))
    got = collect(bytes(packed), max_file_megabytes=1)

    assert sorted(got) == [
        "1/01_basics/numpy_basics.ipynb",
        "4/01_basics/numpy_basics.ipynb",
    ]
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.ipynb")]
    assert max(sizes) < 100


def test_a_member_whose_bytes_were_changed_is_left_out(collect):
    """The checksum tells; nothing of it stays, and the others come through."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("A_1_assignsubmission_file_numpy_basics.ipynb", "as it was")
        archive.writestr("B_2_assignsubmission_file_numpy_basics.ipynb", "good")
    got = collect(raw.getvalue().replace(b"as it was", b"as it is!"))

    assert got == {"2/01_basics/numpy_basics.ipynb": "good"}


def test_an_archive_that_is_cut_short_ends_nothing(collect):
    """It is named, and the command goes on."""
    whole = _zip({"A_1_assignsubmission_file_numpy_basics.ipynb": "x" * 1000})

    assert collect(whole[: len(whole) // 2]) == {}


def test_an_archive_of_too_many_files_is_cut(collect):
    """A million empty files do not fill the disk."""
    names = [f"A_{i}_assignsubmission_file_numpy_basics.ipynb" for i in range(9)]

    assert len(collect(dict.fromkeys(names, "x"), max_files=4)) == 4


def test_a_name_that_the_assignment_does_not_have_is_skipped(collect):
    """A notebook of another assignment is not handed in with this one."""
    assert collect({"a_1_2_other.ipynb": "x", "no name of an lms.ipynb": "y"}) == {}


@pytest.mark.slow
def test_the_course_is_set_up_for_both(tmp_path):
    """``nbgrader zip_collect`` with the course's own settings."""
    (tmp_path / "nbgrader_config.py").write_bytes(
        (ROOT / "nbgrader_config.py").read_bytes()
    )
    release = tmp_path / "release" / "01_basics"
    release.mkdir(parents=True)
    (release / "numpy_basics.ipynb").write_text("{}")
    archive = tmp_path / "downloaded" / "01_basics" / "archive"
    archive.mkdir(parents=True)
    (archive / "moodle.zip").write_bytes(
        _zip({"Ada Lovelace_1_assignsubmission_file_numpy_basics.ipynb": "m"})
    )
    (archive / "canvas.zip").write_bytes(_zip({"b_LATE_2_3_numpy_basics-1.ipynb": "c"}))
    command = [sys.executable, "-m", "nbgrader", "zip_collect", "01_basics"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)

    for student, expected in (("1", "m"), ("2", "c")):
        path = tmp_path / "submitted" / student / "01_basics" / "numpy_basics.ipynb"
        assert path.read_text() == expected
