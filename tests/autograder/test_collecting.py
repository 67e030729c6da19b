"""The archives that Moodle and Canvas hand to instructors."""

import io
import os
import re
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.lms_names import notebook_of
from autograder.nbgrader.archives import Left, Refused, opened
from autograder.nbgrader.collecting import (
    CANVAS,
    MOODLE,
    BoundedExtractor,
    LmsCollector,
)
from autograder.nbgrader.worksheets import worksheets_in
from autograder.store import store_path
from tests.course import CENTRE, content, two_stores

pytestmark = pytest.mark.slow

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

    def collect(members, patterns=(MOODLE, CANVAS), own="", **bounds):
        if members is not None:
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
                "FileNameCollectorPlugin": {"named_regexp": own},
                "LmsCollector": {"named_regexps": list(patterns)},
            }
        )
        app = ZipCollectApp(config=config)
        app.coursedir = CourseDirectory(parent=app)
        app.init_plugins()
        app.extract_archive_files()
        collect.status = 0
        try:
            app.process_extracted_files()
        except SystemExit as ended:
            collect.status = ended.code
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


@pytest.mark.parametrize("end", [r"(?P<file_id>\w+)", r"(?P<file_id>.*)"])
def test_the_pattern_of_a_course_that_was_moved_in_is_read(collect, end):
    """It is nbgrader's own setting, which has to be made for any zip to be read."""
    pattern = rf".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_{end}"
    before = "ps1_{}_attempt_2016-01-30-15-00-00_numpy_basics.ipynb"
    got = collect(
        {
            before.format("bitdiddle"): "b",
            "Ada_12345_assignsubmission_file_numpy_basics.ipynb": "a",
        },
        own=pattern,
    )

    when = got.pop("bitdiddle/01_basics/timestamp.txt")
    assert when.startswith("2016-01-30 15:00:00")
    assert got == {"bitdiddle/01_basics/numpy_basics.ipynb": "b"}


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


def test_bounds_are_each_learners_own(collect, said):
    """Many files, much data or a bomb of one learner leave nobody else out."""
    many = {f"{i}/numpy_basics.ipynb": "x" for i in range(9)}
    bomb = {"numpy_basics.ipynb": b"0" * (3 << 20)}
    beside = {f"{i}.txt": "" for i in range(20000)} | {"numpy_basics.ipynb": "mine"}
    got = collect(
        {
            "A_1_assignsubmission_file_own.zip": _zip(many),
            "B_2_assignsubmission_file_own.zip": _zip(bomb),
            "C_3_assignsubmission_file_own.zip": _zip(beside),
            "D_4_assignsubmission_file_own.zip": b"0" * (30 << 20),
            "E_5_assignsubmission_file_numpy_basics.ipynb": "good",
        },
        max_files=4,
        max_ratio=100,
    )

    assert got == {
        "1/01_basics/numpy_basics.ipynb": "x",
        "3/01_basics/numpy_basics.ipynb": "mine",
        "5/01_basics/numpy_basics.ipynb": "good",
    }
    assert re.search(r"B \(2\).*packed too tightly", said())
    assert re.search(r"D \(4\).*packed too tightly", said())


def test_archives_of_one_learner_list_a_bounded_number_of_files(collect, said):
    """Each of a learner's many archives may list few, and all together no more."""
    names = {f"{i}.txt": "" for i in range(45_000)}
    long = _zip(names)
    got = collect(
        {
            **{f"A_1_assignsubmission_file_{i}.zip": long for i in range(4)},
            "B_2_assignsubmission_file_numpy_basics.ipynb": "good",
        }
    )

    assert got == {"2/01_basics/numpy_basics.ipynb": "good"}
    assert len(re.findall("archives list more than 100000 files", said())) >= 2


def test_long_names_in_a_learners_archive_take_no_time(collect, said):
    """What knows a copy by its name would take the square of it."""
    began = time.process_time()
    got = collect(
        {
            "A_1_assignsubmission_file_w.zip": _zip({f"{' ' * 30_000}x.ipynb": ""}),
            "B_2_assignsubmission_file_numpy_basics.ipynb": "good",
        }
    )

    assert got == {"2/01_basics/numpy_basics.ipynb": "good"}
    assert "it has a longer name than a file can have" in said()
    assert notebook_of(f"{' ' * 30_000}x.ipynb", ["numpy_basics"]) is None
    assert time.process_time() - began < 10


def test_lists_of_archives_are_bounded_in_bytes(tmp_path):
    """A long name of which one character is wide takes four times its bytes."""
    path = tmp_path / "work.zip"
    path.write_bytes(_zip({f"\U0001f600{i}{'a' * 60_000}": "" for i in range(30)}))
    left = Left(files=9, bytes=9, lists=4_000_000)
    for _ in range(2):
        assert len(opened(path, left).namelist()) == 30

    with pytest.raises(Refused, match="too long a list of files"):
        opened(path, left)


def test_a_name_that_the_assignment_does_not_have_is_skipped(collect):
    """A notebook of another assignment is not handed in with this one."""
    assert collect({"a_1_2_other.ipynb": "x", "no name of an lms.ipynb": "y"}) == {}


def test_a_renamed_notebook_is_known_by_its_cells(collect, said, tmp_path, tiny_course):
    """Where no file of its name has work in it, and one other file is this one."""
    stores = two_stores(tiny_course.root, "numpy_basics", "logistic_regression")
    for name, store in stores.items():
        store.write(store_path(tmp_path, "01_basics", name))
    first, second = stores.values()
    members = {
        "ada_1_10_my work.ipynb": content(first, CENTRE),
        "ada_1_11_numpy_basics(1).pdf": b"x",
        "bo_2_12_numpy_basics.ipynb": content(first),
        "bo_2_13_Untitled.ipynb": content(first, f"{CENTRE}  # bo"),
        "bo_2_14_Untitled1.ipynb": content(second),
        "di_4_17_numpy_basics.ipynb": content(first, f"{CENTRE}  # di"),
        "di_4_18_old.ipynb": content(first, CENTRE),
    }
    got = collect(members)

    assert got == {
        "1/01_basics/numpy_basics.ipynb": content(first, CENTRE).decode(),
        "2/01_basics/numpy_basics.ipynb": content(first, f"{CENTRE}  # bo").decode(),
        "2/01_basics/logistic_regression.ipynb": content(second).decode(),
        "4/01_basics/numpy_basics.ipynb": content(first, f"{CENTRE}  # di").decode(),
    }
    assert "ada (1): took my work.ipynb as numpy_basics.ipynb, by its cells" in said()
    assert "Collected work of 3 learners: 4 notebooks" in said()
    assert "old.ipynb: numpy_basics.ipynb has work in it" in said()
    assert collect.status == 0

    members |= {
        "cy_3_15_a.ipynb": content(first, CENTRE),
        "cy_3_16_b.ipynb": content(first, f"{CENTRE}  # cy"),
    }

    assert collect(members) == got
    assert re.search(r"a.ipynb: it may be numpy_basics.ipynb, and so may", said())
    assert collect.status == 1


def test_a_refused_archive_is_a_failure_after_all_else_is_collected(
    collect, said, tmp_path
):
    """One sentence names it; the status tells programs."""
    archive = tmp_path / "downloaded" / "01_basics" / "archive"
    (archive / "second.zip").write_bytes(b"PK, and then nothing")
    (archive / "third.rar").write_bytes(b"Rar!")
    got = collect({"ada_1_10_numpy_basics.ipynb": "x"})

    assert got == {"1/01_basics/numpy_basics.ipynb": "x"}
    assert "refused: second.zip: a damaged archive" in said()
    assert "Not everything in second.zip, third.rar was collected" in said()
    assert collect.status == 1


@pytest.fixture
def said(capsys):
    """Return a function that says what was logged so far."""
    parts = []

    def said():
        parts.append(capsys.readouterr().err)
        return "".join(parts)

    return said


def _dated(members: dict[str, tuple[int, str]]) -> bytes:
    """Return an archive whose members are of these years."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, (year, content) in members.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 2, 3, 4, 5, 6)), content)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("mallorys", "others"),
    [
        (
            "mallory_666_900_x_4711_assignsubmission_file_numpy_basics.ipynb",
            "victim_4711_901_numpy_basics.ipynb",
        ),
        (
            "x_4711_assignsubmission_file_numpy_basics.ipynb_666_assignsubmission_file_"
            "numpy_basics.ipynb",
            "Victim_4711_assignsubmission_file_numpy_basics.ipynb",
        ),
        (
            "M_666_assignsubmission_file_x_4711_assignsubmission_file_"
            "numpy_basics.ipynb",
            "Victim_4711_assignsubmission_file_numpy_basics.ipynb",
        ),
        (
            "x_4711_902_666_assignsubmission_file_numpy_basics.ipynb",
            "Victim_4711_assignsubmission_file_numpy_basics.ipynb",
        ),
        (
            "mal_lory_4711_999_x_666_900_numpy_basics.ipynb",
            "victim_4711_901_numpy_basics.ipynb",
        ),
    ],
)
def test_no_name_leads_into_anothers_folder(collect, said, mallorys, others):
    """One LMS names all of an archive; what has two readings is refused by name."""
    got = collect({others: "honest", mallorys: "forged"})

    assert got.get("4711/01_basics/numpy_basics.ipynb") == "honest"
    mallory = got.get("666/01_basics/numpy_basics.ipynb")
    listed = re.search(r"Nothing was collected of 1 learners:\s.*\(666\)", said())
    assert mallory == "forged" or listed or "refused: " + mallorys[:60] in said()


def test_a_name_of_two_lms_alone_in_an_archive_is_refused(collect, said):
    """Nothing says which LMS it is."""
    name = "x_4711_902_666_assignsubmission_file_numpy_basics.ipynb"

    assert collect({name: "x"}) == {}
    assert f"refused: {name}: it could be of more than one LMS" in said()


@pytest.mark.parametrize(
    "damage",
    ["lzma", "checksum", "encrypted", "method", "zip64", "times", "cut", "names"],
)
def test_what_is_wrong_with_one_member_stays_with_it(collect, said, damage):
    """The learner and the reason are said, and all others come through."""
    good = "numpy_basics.ipynb"
    kind = zipfile.ZIP_LZMA if damage == "lzma" else zipfile.ZIP_STORED
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", kind) as archive:
        archive.writestr(good, "as it was " * 50)
    inner = bytearray(raw.getvalue())
    entry = inner.rfind(b"PK\x01\x02")
    if damage == "lzma":
        inner[60:90] = b"\xff" * 30
    elif damage == "checksum":
        at = inner.find(b"as it was")
        inner[at : at + 2] = b"at"
    elif damage == "encrypted":
        inner[6] |= 1
        inner[entry + 8] |= 1
    elif damage == "method":
        inner[8] = inner[entry + 10] = 77
    elif damage == "zip64":
        inner[entry + 20 : entry + 28] = b"\xff" * 8
    elif damage == "times":
        inner[entry + 12 : entry + 16] = b"\xff\xff\xff\xff"
    elif damage == "cut":
        del inner[40:80]
    else:
        name = "/".join(["d" * 251] * 40) + "/" + good
        inner = bytearray(_zip({name: "x"}))
    got = collect(
        {
            "Eve Adams_1_assignsubmission_file_own.zip": bytes(inner),
            f"Bo_2_assignsubmission_file_{good}": "good",
        }
    )

    assert got["2/01_basics/numpy_basics.ipynb"] == "good"
    if damage == "times":
        assert got["1/01_basics/numpy_basics.ipynb"].startswith("as it was")
    else:
        assert "1/01_basics/numpy_basics.ipynb" not in got
        assert re.search(r"Nothing was collected of 1 learners:", said())
        assert re.search(r"Eve Adams \(1\): own\S*: \w+", said())


@pytest.mark.parametrize(
    ("members", "taken", "why"),
    [
        (
            {
                "old/numpy_basics.ipynb": (2025, "old"),
                "numpy_basics.ipynb": (2024, "n"),
            },
            "old",
            "took own/old/numpy_basics.ipynb, not own/numpy_basics.ipynb: it is newer",
        ),
        (
            {
                "a/old/numpy_basics.ipynb": (2025, "o"),
                "z/numpy_basics.ipynb": (2025, "n"),
            },
            "n",
            "took own/z/numpy_basics.ipynb, not own/a/old/numpy_basics.ipynb: it lies "
            "less deep",
        ),
        (
            {"numpy_basics (1).ipynb": (2025, "c"), "numpy_basics.ipynb": (2025, "n")},
            "c",
            "took own/numpy_basics (1).ipynb, not own/numpy_basics.ipynb: it is a "
            "later copy",
        ),
    ],
)
def test_the_date_decides_then_the_depth(collect, said, members, taken, why):
    """And what is said of it is true."""
    got = collect({"A_1_assignsubmission_file_own.zip": _dated(members)})

    assert got == {"1/01_basics/numpy_basics.ipynb": taken}
    assert why in said()
    assert "Collected work of 1 learners: 1 notebooks; 1 replaced copies" in said()


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("anon_aB3x9_9004_numpy_basics.ipynb", "anon_aB3x9"),
        ("anon_LATE_aB3x9_9004_numpy_basics.ipynb", "anon_aB3x9"),
        ("anon_12345_9004_numpy_basics.ipynb", "anon_12345"),
        ("de_la_cruz_77_9004_numpy_basics.ipynb", "77"),
        ("ada_77_9004_Copy of numpy_basics.ipynb", "77"),
        ("ada_77_9004_Kopie von numpy_basics.ipynb", "77"),
        ("ada_77_9004_numpy_basics-Copy1.ipynb", "77"),
        ("ada_77_9004_numpy_basics.IPYNB", "77"),
        ("ada_LATE_77_9004_Numpy Basics (3).ipynb", "77"),
    ],
)
def test_other_forms_of_names_are_read(collect, name, student):
    """Anonymous marking, underscores, copies, capitals."""
    got = collect({name: "x"})

    assert got == {f"{student}/01_basics/numpy_basics.ipynb": "x"}


def test_a_learner_of_whom_nothing_was_collected_is_listed(collect, said):
    """With what was there instead; replaced copies are counted apart."""
    collect(
        {
            "ada_1_10_numpy_basics.ipynb": "first",
            "ada_1_11_numpy_basics-1.ipynb": "second",
            "bo_2_12_homework.pdf": "x",
            "cy_3_13_mine.ipynb": "x",
            "readme.txt": "x",
        }
    )
    end = said()[said().index("Collected work") :]

    assert "Collected work of 1 learners: 1 notebooks; 1 replaced copies" in end
    assert "Nothing was collected of 2 learners:" in end
    assert "bo (2): homework.pdf: it is no notebook of the assignment" in end
    assert "cy (3): mine.ipynb: it is no notebook of the assignment" in end
    assert "refused: readme.txt: no LMS gives a file such a name" in end
    assert collect.status == 1
    assert "Not everything in submissions.zip was collected" in end


def test_what_is_lost_does_not_stand_between_lines_of_each_file(collect, said):
    """In a class of hundreds nobody finds it there."""
    collect({f"learner{i}_{i}_{i}_numpy_basics.ipynb": "x" for i in range(10, 40)})

    assert "Collected work of 30 learners" in said()
    assert collect.status == 0
    for noise in ("Parsing file", "Copying", "Creating: "):
        assert noise not in said()


def test_a_worksheet_that_comes_later_leaves_nobody_twice(collect, said, tmp_path):
    """What was collected under Moodle's number is set aside, and kept."""
    file = {"Bo Li_444_assignsubmission_file_/numpy_basics.ipynb": "bo"}
    collect(file)
    assert (tmp_path / "submitted" / "444").is_dir()

    sheet = tmp_path / "downloaded" / "01_basics" / "archive" / "grading.csv"
    sheet.write_text("Identifier,Full name,ID number\nParticipant 444,Bo Li,bo\n")

    assert collect(file) == {"bo/01_basics/numpy_basics.ipynb": "bo"}
    kept = tmp_path / "downloaded" / "01_basics" / "replaced" / "444"
    assert (kept / "numpy_basics.ipynb").read_text() == "bo"
    assert "444 is known as bo now" in said()
    assert collect.status == 1
    assert "Not everything in submissions.zip was collected" in said()


def test_a_folder_without_an_archive_is_an_error(collect, said, tmp_path):
    """And not one line for each file of the last time."""
    collect({"ada_1_10_numpy_basics.ipynb": "x"})
    shutil.rmtree(tmp_path / "downloaded" / "01_basics" / "archive")
    collect(None)

    assert collect.status == 1
    assert "put the zip of the LMS into downloaded/01_basics/archive/" in said()


def test_a_pattern_with_a_date_says_when(collect, tmp_path):
    """As Blackboard has it; a time that is none does not end the collection."""
    pattern = r"\w+_(?P<student_id>\w+)_attempt_(?P<timestamp>[\d-]+)_(?P<file_id>.*)"
    upload = pattern.replace("timestamp", "upload")
    for which in (pattern, upload):
        got = collect(
            {
                "hw_ada_attempt_2026-11-01-10-00-00_numpy_basics.ipynb": "old",
                "hw_bo_attempt_99-99-99-99_numpy_basics.ipynb": "bo",
            },
            patterns=[which],
        )
        assert got.pop("ada/01_basics/timestamp.txt", "2026-11-01 10:00:00+00:00")[
            :19
        ] == ("2026-11-01 10:00:00")
        assert got == {
            "ada/01_basics/numpy_basics.ipynb": "old",
            "bo/01_basics/numpy_basics.ipynb": "bo",
        }


def test_a_later_download_replaces_an_earlier_one(collect, said, tmp_path):
    """And what it does not bring is kept, and named."""
    collect({"ada_1_10_numpy_basics.ipynb": "first"})
    earlier = tmp_path / "submitted/1/01_basics"
    (earlier / "notes.txt").write_text("by hand")
    got = collect({"ada_1_11_numpy_basics.ipynb": "second"})
    kept = tmp_path / "downloaded/01_basics/replaced/1"

    assert got == {"1/01_basics/numpy_basics.ipynb": "second"}
    assert (kept / "notes.txt").read_text() == "by hand"
    assert (kept / "numpy_basics.ipynb").read_text() == "first"
    assert "1 had handed in notes.txt, numpy_basics.ipynb: kept in" in said()


SHEET = (
    "Identifier,Full name,ID number,Email address,Status\r\n"
    "Participant {0},Ada Lovelace,s100,Ada@example.org,Submitted\r\n"
    "Participant {1},李 小龙,,li@example.org,Submitted\r\n"
    "Participant {2},Two,s7,two@example.org,Submitted\r\n"
    "Participant {3},Too,s7,too@example.org,Submitted\r\n"
)


def test_a_worksheet_says_who_is_who_in_each_assignment(collect, said, tmp_path):
    """Other numbers in the next assignment are the same learners."""
    sheet = tmp_path / "downloaded/01_basics/archive/Grades-C1-Basics.csv"
    for numbers in ((12345, 2, 3, 4), (70001, 70002, 70003, 70004)):
        sheet.write_text(SHEET.format(*numbers), encoding="utf-8-sig")
        names = [
            f"N_{number}_assignsubmission_file_numpy_basics.ipynb"
            for number in (*numbers, 555)
        ]
        got = collect(dict.fromkeys(names, "x"))

        assert set(got) == {
            "s100/01_basics/numpy_basics.ipynb",
            "li@example.org/01_basics/numpy_basics.ipynb",
        }
        assert "several participants are s7" in said()
        assert "the grading worksheet has no participant 555" in said()


@pytest.mark.parametrize(
    "place",
    [
        "unpacked/M_666_assignsubmission_file_/data/sheet.csv",
        "unpacked/M_666_assignsubmission_file_sheet.csv",
        "unpacked/M M_666_assignsubmission_file_/Grades-C1-Basics.csv",
    ],
)
def test_a_learners_own_worksheet_says_nothing(collect, tmp_path, place):
    """In an archive that a browser has unpacked it would change who is who."""
    archive = tmp_path / "downloaded/01_basics/archive"
    honest = archive / "unpacked" / "A_1_assignsubmission_file_" / "numpy_basics.ipynb"
    for path in (honest, archive / place):
        path.parent.mkdir(parents=True, exist_ok=True)
    honest.write_text("x")
    (archive / place).write_text(SHEET.format(1, 2, 3, 4), encoding="utf-8-sig")

    canvas = archive / "unpacked" / "mallory_LATE_666_777_sheet.csv"
    canvas.write_text("x")

    assert worksheets_in(archive) == []
    canvas.unlink()
    assert collect(None) == {"1/01_basics/numpy_basics.ipynb": "x"}


def test_a_worksheet_knows_the_gradebooks_learners(collect, tmp_path):
    """By their address or id, whatever the case."""
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "course") as book:
        book.add_student("countess", email="ada@EXAMPLE.org")
    sheet = tmp_path / "downloaded/01_basics/archive/sheet.csv"
    sheet.write_text(SHEET.format(1, 2, 3, 4))
    got = collect({"A L_1_assignsubmission_file_/numpy_basics.ipynb": "x"})

    assert got == {"countess/01_basics/numpy_basics.ipynb": "x"}


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
    for _ in range(2):  # a second download of the same changes nothing
        run = subprocess.run(
            command, cwd=tmp_path, check=True, timeout=120, capture_output=True
        )
    assert b"Collected work of 2 learners" in run.stderr

    for student, expected in (("1", "m"), ("2", "c")):
        path = tmp_path / "submitted" / student / "01_basics" / "numpy_basics.ipynb"
        assert path.read_text() == expected


@pytest.mark.parametrize("time", [-(10**12), -1, 10**11, 2**62, 6 * 10**9])
def test_a_file_beside_the_archives_may_have_any_time(collect, tmp_path, time):
    """Some programs unpack an archive with the times that a learner gave."""
    loose = (
        tmp_path / "downloaded" / "01_basics" / "archive" / "bo_2_3_numpy_basics.ipynb"
    )
    loose.write_text("bo")
    try:
        os.utime(loose, (time, time))
    except (OSError, OverflowError):  # not on this file system
        os.utime(loose, (2**33, 2**33))

    got = collect({"ada_12345_67890_numpy_basics.ipynb": "ada"})

    assert got == {
        "2/01_basics/numpy_basics.ipynb": "bo",
        "ada/01_basics/numpy_basics.ipynb": "ada",
    }
