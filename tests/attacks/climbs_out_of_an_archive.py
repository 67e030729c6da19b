"""Hand in an archive whose members lead out by dots, absolute names and links."""

import contextlib
import shutil
import stat
import zipfile

from nbgrader.apps import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader.collecting import MOODLE, BoundedExtractor, LmsCollector

STOCK = "it is about the archive that an LMS gives, before any grading"
FIRST = 'print("TRIED")'
MARK = "climbed-here-93d2"


def prepare(place):
    """Collect an archive in a folder of its own, with the course's collector."""
    top = place.root / "home" / f"archive-{place.engine}"
    loaded = top / "downloaded" / "01_tiny" / "archive"
    loaded.mkdir(parents=True)
    shutil.copytree(place.root / "release" / "01_tiny", top / "release" / "01_tiny")
    with zipfile.ZipFile(loaded / "submissions.zip", "w") as archive:
        person = "Eve_77_assignsubmission_file_"
        for name in (
            f"../../../../submitted/honest/01_tiny/{MARK}",
            f"{person}/../../../../../../gradebook.db.{MARK}",
            f"/tmp/{MARK}",
            f"{person}/..\\..\\{MARK}",
        ):
            archive.writestr(name, MARK)
        link = zipfile.ZipInfo(f"{person}/{MARK}-link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../../../../../gradebook.db")
    settings = {
        "CourseDirectory": {
            "root": str(top),
            "course_id": "course",
            "db_url": f"sqlite:///{top}/gradebook.db",
            "assignment_id": "01_tiny",
        },
        "ZipCollectApp": {
            "extractor_plugin": BoundedExtractor,
            "collector_plugin": LmsCollector,
            "strict": True,
        },
        "LmsCollector": {"named_regexps": [MOODLE]},
    }
    app = ZipCollectApp(config=Config(settings))
    app.coursedir = CourseDirectory(parent=app)
    app.init_plugins()
    with contextlib.suppress(SystemExit):  # where something was left out
        app.extract_archive_files()
        app.process_extracted_files()
    place.found["top"] = top


def harm(place):
    """Look for members outside of where archives are unpacked."""
    from pathlib import Path

    from autograder.files import files_below

    inside = place.found["top"] / "downloaded"
    # Another attack's folders are deeper than rglob can follow.
    below = files_below(place.root, deepest=20)
    found = [Path("/tmp", MARK), *(path for path in below if MARK in path.name)]
    found = [p for p in found if p.exists() and inside not in p.parents]
    links = [p for p in place.found["top"].rglob("*") if p.is_symlink()]
    return found + links
